import type { OrderAction } from '../../../schemas/sandbox';
import type { Step, Story } from '../../../schemas/files/scenario';
import { DELIVERY_STATUSES } from '../../../schemas/vocabulary';
import { pauseAfter } from '../wire/backoff';
import type { Clock } from '../wire/clock';
import type { Dsp } from './dsp';
import { type Drivers, driversFor } from '../stories/drivers';
import { KeyedQueue } from '../../concurrency/keyed-queue';
import { type CancelNews, type Canceler, cancelability, type OrderLife } from '../stand-in/order-life';
import { isAcknowledged } from '../wire/outbox';
import { pauseOf } from '../stories/plan';
import type { Exchange } from '../wire/post';
import type { Random } from '../wire/random';
import type { ScriptedReports } from '../stand-in/scripted-reports';
import type { StreamStandIn } from '../stand-in/stream-stand-in';

interface Play {
  readonly story: Story;
  /** A driver who takes over in an action replaces one of them. */
  drivers: Drivers;
  /** Of the next step. */
  index: number;
  /** When the next step comes; null while one is played, and once none comes any more. */
  next: NextStep | null;
}

interface NextStep {
  /** Epoch milliseconds. */
  readonly at: number;
  readonly callOff: () => void;
}

/** What became of an action: done, or why not, in a sentence. */
export type Acted = { readonly kind: 'done' } | { readonly kind: 'impossible'; readonly why: string };
const DONE: Acted = { kind: 'done' };
const impossible = (why: string): Acted => ({ kind: 'impossible', why });

const CANCELERS: ReadonlyMap<string, Canceler> = new Map([
  ['dsp_canceled', 'dsp'],
  ['merchant_canceled', 'merchant'],
]);

/** @returns who cancels in a story; a cancellation itself does not say it, a status beside it does. */
function cancelerOf({ steps }: Story): Canceler {
  for (const step of steps) {
    const by = 'status' in step ? CANCELERS.get(step.status) : undefined;
    if (by !== undefined) return by;
  }
  return 'dsp';
}

interface AutopilotOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly dsp: Dsp;
  readonly stream: StreamStandIn;
  readonly scriptedReports: ScriptedReports;
  /** When the next step comes, or that none does, has changed. */
  readonly onChange: (life: OrderLife) => void;
  /** What failed that should not have, and that nobody waits for. */
  readonly onError: (error: unknown) => void;
}

/**
 * Plays stories on orders that the POS has accepted. What a delivery service would say, the built-in one says over HTTP;
 * the rest Stream finds out by itself. For each step of a story, the POS gets exactly one message. Steps and actions on an
 * order come in turn: what is staged for a message is for this one only.
 */
export class Autopilot {
  readonly #plays = new Map<string, Play>();
  readonly #queue = new KeyedQueue();

  readonly #options: AutopilotOptions;

  constructor(options: AutopilotOptions) {
    this.#options = options;
  }

  /**
   * Gives an order its story; has to be called before the order is submitted.
   * @param drivers of its batch; null: it has drivers of its own
   */
  assign(orderId: string, story: Story, drivers: Drivers | null = null): void {
    const { scriptedReports, random } = this.#options;
    scriptedReports.script(orderId);
    this.#plays.set(orderId, { story, drivers: drivers ?? driversFor(random), index: 0, next: null });
  }

  storyOf(orderId: string): Story | null {
    return this.#plays.get(orderId)?.story ?? null;
  }

  /** Returns when the next step of the story of an order comes, in epoch milliseconds; null if none waits. */
  nextStepAt(orderId: string): number | null {
    return this.#plays.get(orderId)?.next?.at ?? null;
  }

  forget(orderId: string): void {
    this.#plays.get(orderId)?.next?.callOff();
    this.#plays.delete(orderId);
    this.#options.scriptedReports.forget(orderId);
  }

  /** The POS has accepted the order: its story begins. */
  begin(orderId: string): void {
    const play = this.#plays.get(orderId);
    if (play !== undefined) this.#schedule(orderId, play);
  }

  /** Acts on an order once what is under way about it is over. */
  act(orderId: string, action: OrderAction): Promise<Acted> {
    return this.#queue.run(orderId, () => this.#act(orderId, action));
  }

  async #act(orderId: string, action: OrderAction): Promise<Acted> {
    const life = this.#options.stream.find(orderId);
    if (life === null) return impossible('There is no such order.');
    const play = this.#plays.get(orderId);
    switch (action) {
      case 'step':
        if (play === undefined || play.next === null) return impossible('No step of a story waits.');
        await this.#step(orderId, play);
        return DONE;
      case 'cancel-by-dsp':
      case 'cancel-by-merchant':
        return this.#cancel(life, action === 'cancel-by-dsp' ? 'dsp' : 'merchant');
      case 'reassign':
        return this.#reassign(life, play);
      case 'fail':
        return this.#fail(life);
    }
  }

  #schedule(orderId: string, play: Play): void {
    const { clock, random, stream, onChange } = this.#options;
    const step = play.story.steps[play.index];
    play.next = null;
    if (step === undefined) {
      stream.endStory(orderId);
      return;
    }
    this.#at(orderId, play, clock.in(pauseOf(step, random)));
    const life = stream.find(orderId);
    if (life !== null) onChange(life);
  }

  #at(orderId: string, play: Play, time: number): void {
    const { clock, onError } = this.#options;
    const come = async (): Promise<void> => {
      // What had its turn before may have played this step, or given the story up.
      if (play.next === next) await this.#step(orderId, play);
    };
    const callOff = clock.at(time, () => {
      this.#queue.run(orderId, come).catch(onError);
    });
    const next: NextStep = { at: time, callOff };
    play.next = next;
  }

  /** Plays the next step; one that a delivery service could not get through is tried again. */
  async #step(orderId: string, play: Play): Promise<void> {
    const { clock, random, stream, scriptedReports } = this.#options;
    const life = stream.find(orderId);
    const step = play.story.steps[play.index];
    if (life === null || step === undefined) return;
    play.next?.callOff();
    play.next = null;
    const exchange = await this.#report(life, play, step).finally(() => {
      scriptedReports.settle(orderId);
    });
    if (this.#plays.get(orderId) !== play) return; // it was forgotten meanwhile
    if (exchange !== null && !isAcknowledged(exchange) && isWorthAnother(exchange)) {
      this.#at(orderId, play, clock.in(pauseAfter(1, random)));
      return;
    }
    play.index++;
    this.#schedule(orderId, play);
  }

  /** @returns what came of the delivery service's message, or null if the step needed none. */
  async #report(life: OrderLife, play: Play, step: Step): Promise<Exchange | null> {
    const { stream, scriptedReports, dsp } = this.#options;
    const orderId = life.order.id;
    const about = { location_id: life.locationId, order_id: orderId };
    const by = 'canceled' in step ? cancelerOf(play.story) : CANCELERS.get(step.status);
    const reports = 'delivery_status' in step && step.delivery_status !== undefined;
    if (by !== undefined && cancelability(life) === 'open') {
      const news: CancelNews[] = 'canceled' in step ? ['canceled'] : reports ? [] : ['updated'];
      if (by === 'merchant') {
        stream.cancelByMerchant(orderId, news);
      } else {
        scriptedReports.expectCancel(orderId, news);
        const reason = { cancel_reason: 'customer_changed_mind', cancel_source: 'customer' };
        const exchange = await dsp.cancel({ type: 'order.canceled', ...about, ...reason });
        if (!isAcknowledged(exchange) || !reports) return exchange;
      }
      if (!reports) return null;
    }
    if ('canceled' in step) return null;
    if (step.delivery_status === undefined) {
      stream.setStatus(orderId, step.status);
      return null;
    }
    scriptedReports.expectReport(orderId, step.status);
    const driver = step.driver === undefined ? {} : { driver_details: play.drivers[step.driver] };
    return dsp.report({ type: REPORT_TYPE, ...about, delivery_status: step.delivery_status, ...driver });
  }

  async #cancel(life: OrderLife, by: Canceler): Promise<Acted> {
    const { stream, dsp } = this.#options;
    if (cancelability(life) !== 'open') return impossible(`The order is ${life.state}: it cannot be canceled.`);
    if (by === 'merchant' && life.providerId === null) return impossible('The POS has not accepted the order yet.');
    const orderId = life.order.id;
    if (by === 'merchant') {
      stream.cancelByMerchant(orderId);
      this.#giveUpStory(orderId);
      return DONE;
    }
    const about = { location_id: life.locationId, order_id: orderId };
    const reason = { cancel_reason: 'customer_requested', cancel_source: 'customer' };
    const exchange = await dsp.cancel({ type: 'order.canceled', ...about, ...reason });
    // What Stream made of it counts: its answer may be lost.
    const now = stream.find(orderId);
    if (now !== null && cancelability(now) === 'done') this.#giveUpStory(orderId);
    return actedBy(exchange);
  }

  /** Somebody else comes for the food. */
  async #reassign(life: OrderLife, play: Play | undefined): Promise<Acted> {
    const { dsp, random, scriptedReports } = this.#options;
    const { deliveryStatus, driver, providerId, status, order } = life;
    if (providerId === null || driver === null) return impossible('The order has no driver who could be replaced.');
    if (life.state !== 'accepted') return impossible(`The order is ${life.state}.`);
    if (DELIVERY_STATUSES.get(deliveryStatus ?? '')?.group !== 'before_pickup') {
      return impossible('The food has left the restaurant, or nobody comes for it.');
    }
    let { first } = driversFor(random);
    while (first.name === driver.name) ({ first } = driversFor(random));
    const next = { ...first, source: driver.source ?? first.source };
    if (status !== null) scriptedReports.expectReport(order.id, status);
    try {
      const about = { location_id: life.locationId, order_id: order.id };
      const report = { ...about, delivery_status: 'enroute_to_pickup', driver_details: next };
      const exchange = await dsp.report({ type: REPORT_TYPE, ...report });
      if (play !== undefined && isAcknowledged(exchange)) play.drivers = { first: next, second: next, robot: next };
      return actedBy(exchange);
    } finally {
      scriptedReports.settle(order.id);
    }
  }

  async #fail(life: OrderLife): Promise<Acted> {
    const { dsp, stream, scriptedReports } = this.#options;
    const { order, deliveryStatus, providerId } = life;
    if (providerId === null || life.state !== 'accepted') return impossible(`The order is ${life.state}.`);
    if (deliveryStatus === null) {
      stream.setStatus(order.id, 'failed');
    } else {
      const left = DELIVERY_STATUSES.get(deliveryStatus)?.group === 'after_pickup';
      const delivery_status = left ? 'failed_to_deliver' : 'failed_to_pickup';
      const about = { location_id: life.locationId, order_id: order.id };
      scriptedReports.expectReport(order.id, 'failed');
      const exchange = await dsp.report({ type: REPORT_TYPE, ...about, delivery_status }).finally(() => {
        scriptedReports.settle(order.id);
      });
      if (!isAcknowledged(exchange)) return actedBy(exchange);
    }
    this.#giveUpStory(order.id);
    stream.endStory(order.id);
    return DONE;
  }

  #giveUpStory(orderId: string): void {
    const { stream, onChange } = this.#options;
    const play = this.#plays.get(orderId);
    if (play === undefined) return;
    play.next?.callOff();
    play.next = null;
    play.index = play.story.steps.length;
    const life = stream.find(orderId);
    if (life !== null) onChange(life);
  }
}

/** `type` of a report: the values are not documented. */
const REPORT_TYPE = 'order.delivery_status_updated';

/**
 * Returns whether a message may get through if it is sent again. A refusal stays one; what did not get through, or came
 * at a bad time, may.
 */
const isWorthAnother = (exchange: Exchange): boolean => exchange.kind === 'no-answer' || exchange.status >= 500;

const actedBy = (exchange: Exchange): Acted =>
  isAcknowledged(exchange)
    ? DONE
    : impossible(
        exchange.kind === 'answered' ? `Stream answered ${String(exchange.status)}.` : `No answer: ${exchange.reason}`,
      );
