import type { SandboxSummary } from '../../../schemas/sandbox';
import type { Story } from '../../../schemas/files/scenario';
import type { Clock } from '../wire/clock';
import { exponential, type Random } from '../wire/random';
import type { WeightedStory } from '../stories/scenario-files';

const SECONDS_PER_MINUTE = 60;

/** A rush that is to come: orders of these stories, so many a minute. */
export interface RushPlan {
  readonly name: string | null;
  readonly ordersPerMinute: number;
  /** After which it is over; null if it goes on. */
  readonly orders: number | null;
  readonly stories: readonly WeightedStory[];
}

function pickWeighted(stories: readonly WeightedStory[], random: Random): Story | null {
  let remaining = random.fraction() * stories.reduce((sum, { weight }) => sum + weight, 0);
  for (const { story, weight } of stories) {
    remaining -= weight;
    if (remaining < 0) return story;
  }
  return stories.at(-1)?.story ?? null;
}

/** Places one order after the other, as customers do: at random times, so many a minute on the average. */
export class RushHour {
  #plan: RushPlan | null = null;
  #submitted = 0;
  #callOff: () => void = () => undefined;

  readonly #options: {
    readonly clock: Clock;
    readonly random: Random;
    /** @returns false if too many are under way already: then it is not placed. */
    readonly submit: (story: Story) => boolean;
    readonly onChange: () => void;
  };

  constructor(options: {
    readonly clock: Clock;
    readonly random: Random;
    /** @returns false if too many are under way already: then it is not placed. */
    readonly submit: (story: Story) => boolean;
    readonly onChange: () => void;
  }) {
    this.#options = options;
  }

  get state(): SandboxSummary['rush'] {
    if (this.#plan === null) return null;
    const { name, ordersPerMinute: orders_per_minute, orders } = this.#plan;
    return { name, orders_per_minute, orders, submitted: this.#submitted };
  }

  /** @param plan null ends the one that runs; the orders that it has placed go on */
  begin(plan: RushPlan | null): void {
    this.#callOff();
    this.#plan = plan;
    this.#submitted = 0;
    if (plan !== null) this.#next(plan, this.#options.clock.now());
    this.#options.onChange();
  }

  /** Times follow from each other, not from when a timer came, so that a busy process does not slow the rush down. */
  #next(plan: RushPlan, last: number): void {
    const { clock, random } = this.#options;
    const pause = exponential(random, SECONDS_PER_MINUTE / plan.ordersPerMinute);
    const at = last + (clock.in(pause) - clock.now());
    this.#callOff = clock.at(at, () => {
      this.#place(plan, at);
    });
  }

  #place(plan: RushPlan, at: number): void {
    const story = pickWeighted(plan.stories, this.#options.random);
    if (story !== null && this.#options.submit(story)) this.#submitted++;
    if (plan.orders !== null && this.#submitted >= plan.orders) this.#plan = null;
    else this.#next(plan, at);
    this.#options.onChange();
  }
}
