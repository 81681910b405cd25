import type { TimeWords } from './local-time';
import type { DriverTurn, OrderSummary, Visit } from './order-summary';
import { sourceWords } from './source-words';
import type { Stage } from './vocabulary';

/** What became of an order, in one sentence: for the API, files and screens. */

/** A piece of a sentence; what others wrote is marked, so that a page can isolate its direction of writing. */
export interface SentencePart {
  readonly text: string;
  readonly isForeign: boolean;
}

/** Most drivers that a sentence names: of more, the first ones and the last ones. */
export const MAX_NAMED_DRIVERS = 6;

const plain = (text: string): SentencePart => ({ text, isForeign: false });
const foreign = (text: string): SentencePart => ({ text, isForeign: true });

/** How the order stands, behind what is said of its drivers; null where that says it all. */
const ENDS: Readonly<Record<Stage, string | null>> = {
  preparing: null,
  ready: null,
  driver_here: null,
  on_the_way: null,
  needs_action: 'has needed action since',
  coming_back: 'has been coming back since',
  completed: 'was completed at',
  failed: 'failed at',
  canceled: 'was canceled at',
  returned: 'was back here at',
};

/** The same where no driver was reported. */
const ENDS_WITHOUT_DRIVER: Readonly<Partial<Record<Stage, string>>> = {
  preparing: 'has been in preparation since',
  ready: 'has been ready since',
  on_the_way: 'left at',
};

/** @returns what became of an order, in one sentence; each time that is as the one before it is left out. */
export function summaryWords(summary: OrderSummary, timeWords: TimeWords): readonly SentencePart[] {
  const { drivers, first_received_at } = summary;
  const time = (at: string): string => timeWords(at, first_received_at);
  const said = new Sentence(time);
  if (drivers.length === 0) said.add(plain('No driver was reported'));
  const skipped = Math.max(0, drivers.length - MAX_NAMED_DRIVERS);
  const firstSkipped = MAX_NAMED_DRIVERS / 2;
  for (const [index, turn] of drivers.entries()) {
    if (skipped > 0 && index === firstSkipped) said.add(plain(`, then ${String(skipped)} other drivers had it`));
    if (index < firstSkipped || index >= firstSkipped + skipped) addTurn(said, turn, drivers[index - 1] ?? null);
  }
  addEnd(said, summary);
  said.add(plain('.'));
  return said.parts;
}

/** @returns the same as one text. */
export const summaryText = (summary: OrderSummary, timeWords: TimeWords): string =>
  summaryWords(summary, timeWords)
    .map(({ text }) => text)
    .join('');

class Sentence {
  readonly parts: SentencePart[] = [];
  readonly #time: (at: string) => string;
  #lastTime: string | null = null;

  constructor(time: (at: string) => string) {
    this.#time = time;
  }

  add(...parts: readonly SentencePart[]): void {
    this.parts.push(...parts);
  }

  /** Adds a time, which stands for itself. */
  time(before: string, at: string): void {
    this.add(plain(`${before}${this.#time(at)}`));
    this.#lastTime = at;
  }

  /** Adds a time unless it is the last one that was said. */
  timeUnlessSaid(before: string, at: string): void {
    if (at !== this.#lastTime) this.time(before, at);
  }
}

function nameOf({ name, source }: DriverTurn): readonly SentencePart[] {
  if (name !== null) return [foreign(name)];
  return source === null
    ? [plain('a driver without a name')]
    : [plain('a driver of '), foreign(sourceWords(source)), plain(' without a name')];
}

const capitalized = ([first, ...others]: readonly SentencePart[]): readonly SentencePart[] =>
  first === undefined || first.isForeign
    ? [...(first === undefined ? [] : [first]), ...others]
    : [plain(`${first.text.charAt(0).toUpperCase()}${first.text.slice(1)}`), ...others];

function addTurn(said: Sentence, turn: DriverTurn, before: DriverTurn | null): void {
  if (before === null) {
    said.add(...capitalized(nameOf(turn)), plain(' '));
  } else {
    const giver = turn.source === null ? [] : [foreign(sourceWords(turn.source)), plain(' gave the order')];
    said.add(plain(', then '), ...(giver.length === 0 ? [plain('the order was given')] : giver));
    const isSame = turn.name !== null && turn.name === before.name && turn.source === before.source;
    said.add(plain(isSame ? ' again to ' : ' to '), ...nameOf(turn));
    said.timeUnlessSaid(' at ', turn.from);
    said.add(plain(', who '));
  }
  addDeeds(said, turn, before === null ? 'the order' : 'it');
}

/** What a driver did, as reported. */
function addDeeds(said: Sentence, { to, here, without_food_at, left_at }: DriverTurn, order: 'the order' | 'it'): void {
  const deeds: (() => void)[] = [];
  if (here.length > 0) {
    deeds.push(() => {
      addVisits(said, here);
    });
  }
  if (without_food_at !== null) {
    deeds.push(() => {
      said.add(plain('did not get the food'));
      said.timeUnlessSaid(' at ', without_food_at);
    });
  }
  if (left_at !== null) {
    deeds.push(() => {
      said.add(plain(`left with ${order}`));
      said.timeUnlessSaid(' at ', left_at);
    });
  }
  if (deeds.length === 0) said.add(plain(to === null ? 'has not been reported here' : 'was never reported here'));
  for (const [index, deed] of deeds.entries()) {
    if (index > 0) said.add(plain(' and '));
    deed();
  }
}

function addVisits(said: Sentence, visits: readonly Visit[]): void {
  for (const [index, { from, to }] of visits.entries()) {
    if (index > 0) said.add(plain(' and '));
    if (to === null) {
      said.time(index === 0 ? 'has been here since ' : 'again since ', from);
    } else {
      said.time(index === 0 ? 'was here ' : '', from);
      said.time(' to ', to);
    }
  }
}

function addEnd(said: Sentence, { stages, drivers, ended_at }: OrderSummary): void {
  const [last, stage] = [drivers.at(-1), stages.at(-1)];
  if (last !== undefined && last.to !== null && last.to !== ended_at) {
    said.add(plain(', then nobody was assigned any more'));
    said.timeUnlessSaid(' at ', last.to);
  }
  if (stage === undefined) return;
  const words = ENDS[stage.stage] ?? (last === undefined ? ENDS_WITHOUT_DRIVER[stage.stage] : undefined);
  if (words === undefined) return;
  said.add(plain('; the order '));
  const canceled = stages.find((span) => span.stage === 'canceled');
  if (canceled !== undefined && stage.stage !== 'canceled') {
    said.time('was canceled at ', canceled.from);
    said.add(plain(' and '));
  }
  said.time(`${words} `, stage.from);
}
