import { checkedWords } from './action-words';
import type { TimeWords } from '../../local-time';
import type { DriverTurn, OrderSummary } from '../../api/order-summary';
import { sourceWords } from '../../words/source-words';
import type { Stage } from '../../vocabulary';

/** What became of an order, in one sentence: for the API, files and screens. */

/** A piece of a sentence; what others wrote is marked, so that a page can isolate its direction of writing. */
export interface SentencePart {
  readonly text: string;
  readonly isForeign: boolean;
}

/** Most turns of drivers that a sentence names: of more, the first ones and the last ones. */
export const MAX_NAMED_DRIVERS = 6;
/** Most visits of one turn that a sentence names: of more, the first ones and the last ones. */
export const MAX_NAMED_VISITS = 6;
/** Most handovers that a sentence names, the last. */
export const MAX_NAMED_HANDOVERS = 3;
/**
 * Milliseconds between the press of a handover and its coming from which on both are said: it waited on the screen, or one
 * of the clocks is wrong.
 */
export const LATE_HANDOVER_MS = 60_000;
/** Most reports that a sentence names as those that may be old ones, the first. */
export const MAX_NAMED_OLD_REPORTS = 4;

const plain = (text: string): SentencePart => ({ text, isForeign: false });
const foreign = (text: string): SentencePart => ({ text, isForeign: true });

/** What ended the order, behind what is said of its drivers. */
const ENDS: Readonly<Partial<Record<Stage, string>>> = {
  completed: 'was completed at',
  failed: 'failed at',
  canceled: 'was canceled at',
  returned: 'was back here at',
};

/** How the order stands, likewise. */
const GOES_ON: Readonly<Partial<Record<Stage, string>>> = {
  needs_action: 'has needed action since',
  coming_back: 'has been coming back since',
};

/** The same where no driver was reported. */
const GOES_ON_WITHOUT_DRIVER: Readonly<Partial<Record<Stage, string>>> = {
  preparing: 'has been in preparation since',
  ready: 'has been ready since',
};

/** @returns what an order is called that had ended at a stage. */
export const endedWords = (stage: Stage): string => (stage === 'coming_back' ? 'returning' : stage);

/** @returns what became of an order, in one sentence; each time that is as the one before it is left out. */
export function summaryWords(summary: OrderSummary, timeWords: TimeWords): readonly SentencePart[] {
  const { drivers, drivers_left_out, first_received_at } = summary;
  const said = new Sentence((at) => timeWords(at, first_received_at), summary);
  if (drivers.length === 0) said.add(plain('No driver was reported'));
  const skipped = Math.max(0, drivers.length + drivers_left_out - MAX_NAMED_DRIVERS);
  const half = MAX_NAMED_DRIVERS / 2;
  for (const [index, turn] of drivers.entries()) {
    if (skipped > 0 && index >= half && index < drivers.length - half) continue;
    const isAfterSkipped = skipped > 0 && index === drivers.length - half;
    if (isAfterSkipped) said.add(plain(`, then the driver changed ${timesWords(skipped)}`));
    if (index === 0) addFirstTurn(said, turn);
    else addTurn(said, turn, isAfterSkipped ? undefined : drivers[index - 1]);
  }
  addEnd(said, summary);
  addHandovers(said, summary);
  said.addOldReports();
  said.add(plain('.'));
  return said.parts;
}

/** @returns the same as one text. */
export const summaryText = (summary: OrderSummary, timeWords: TimeWords): string =>
  summaryWords(summary, timeWords)
    .map(({ text }) => text)
    .join('');

/** @returns which reports may be old ones, by their times; null for none. */
export function oldReportsWords(times: readonly string[], timeWords: (at: string) => string): string | null {
  const named = times.slice(0, MAX_NAMED_OLD_REPORTS).map(timeWords);
  const [first, ...others] =
    times.length > named.length ? [...named, `${String(times.length - named.length)} more`] : named;
  if (first === undefined) return null;
  const last = others.pop();
  return last === undefined
    ? `the report of ${first} may be an old one, sent again or late`
    : `the reports of ${[first, ...others].join(', ')} and ${last} may be old ones, sent again or late`;
}

const timesWords = (count: number): string => (count === 1 ? 'once more' : `${String(count)} more times`);

/** Something that happened at a time, of the order or of a driver. */
interface Deed {
  readonly at: string;
  readonly words: string;
}

/** In the order of their times: what is over first where those are equal, or as they came. */
const inOrder = <T extends { readonly at: string; readonly to?: string | null }>(deeds: readonly T[]): T[] =>
  [...deeds].sort((one, other) => compare(one.at, other.at) || compare(endOf(one), endOf(other)));

const compare = (one: string, other: string): number => (one < other ? -1 : Number(one > other));
/** What goes on ends after all times. */
const endOf = ({ at, to }: { readonly at: string; readonly to?: string | null }): string =>
  to === null ? '~' : (to ?? at);

class Sentence {
  readonly parts: SentencePart[] = [];
  readonly #timeWords: (at: string) => string;
  readonly #old: ReadonlySet<string>;
  readonly #saidOld = new Set<string>();
  #ofOrder: readonly Deed[];
  #lastTime: string | null = null;

  constructor(timeWords: (at: string) => string, summary: OrderSummary) {
    this.#timeWords = timeWords;
    this.#ofOrder = deedsOfOrder(summary);
    const turns = summary.drivers.flatMap(({ may_be_old, here }) => [may_be_old, ...here.map((one) => one.may_be_old)]);
    this.#old = new Set([summary.may_be_old, ...turns].flat());
  }

  add(...parts: readonly SentencePart[]): void {
    this.parts.push(...parts);
  }

  /** Notes a time that the sentence relies on, whether or not it is said. */
  note(at: string): void {
    if (this.#old.has(at)) this.#saidOld.add(at);
  }

  /** Adds a time, which stands for itself. */
  time(before: string, at: string): void {
    this.add(plain(`${before}${this.#timeWords(at)}`));
    this.note(at);
    this.#lastTime = at;
  }

  /** Adds a time unless it is the last one that was said. */
  timeUnlessSaid(before: string, at: string): void {
    if (at !== this.#lastTime) this.time(before, at);
    this.note(at);
  }

  /** Adds what happened to the order itself before a time, so that all is said in its order. @returns whether anything did */
  addOfOrder(before: string | null): boolean {
    const now = this.#ofOrder.filter(({ at }) => before === null || at < before);
    if (now.length === 0) return false;
    this.#ofOrder = this.#ofOrder.slice(now.length);
    this.add(plain(this.parts.length === 0 ? 'The order ' : '; the order '));
    for (const [index, { at, words }] of now.entries()) {
      if (index > 0) this.add(plain(index === now.length - 1 ? ' and ' : ', '));
      this.time(`${words} `, at);
    }
    return true;
  }

  /** Adds which of the reports that the sentence relies on may be old ones. */
  addOldReports(): void {
    const words = oldReportsWords([...this.#saidOld], this.#timeWords);
    if (words !== null) this.add(plain(`; ${words}`));
  }
}

/** What happened to the order itself, each with the words before its time. */
function deedsOfOrder({ stages, drivers, left_at, canceled_at }: OrderSummary): Deed[] {
  const last = stages.at(-1);
  const deeds: Deed[] = [];
  // With a driver who was taken away the food left before: what left since then did so with nobody known.
  const isSaid = drivers.some((turn) => turn.left_at === left_at && turn.ended_by !== 'unassigned');
  const isImplied = last?.stage === 'completed' && last.from === left_at;
  if (left_at !== null && !isSaid && !isImplied) deeds.push({ at: left_at, words: 'left at' });
  if (canceled_at !== null && last?.stage !== 'canceled') deeds.push({ at: canceled_at, words: 'was canceled at' });
  const end = last === undefined ? undefined : ENDS[last.stage];
  if (last !== undefined && end !== undefined) deeds.push({ at: last.from, words: end });
  return inOrder(deeds);
}

function nameOf({ name, source }: Pick<DriverTurn, 'name' | 'source'>): readonly SentencePart[] {
  if (name !== null) return [foreign(name)];
  return source === null
    ? [plain('a driver without a name')]
    : [plain('a driver of '), foreign(sourceWords(source)), plain(' without a name')];
}

const capitalized = ([first, ...others]: readonly SentencePart[]): readonly SentencePart[] =>
  first === undefined || first.isForeign
    ? [...(first === undefined ? [] : [first]), ...others]
    : [plain(`${first.text.charAt(0).toUpperCase()}${first.text.slice(1)}`), ...others];

function addFirstTurn(said: Sentence, turn: DriverTurn): void {
  const deeds = deedsOf(turn);
  said.note(turn.from);
  const isAfterEnd = deeds[0] !== undefined && said.addOfOrder(deeds[0].at);
  if (isAfterEnd) said.add(plain('; '), ...nameOf(turn), plain(' '));
  else said.add(...capitalized(nameOf(turn)), plain(' '));
  addDeeds(said, turn, deeds, isAfterEnd ? 'it' : 'the order');
}

/** @param before the turn before it, if it is known */
function addTurn(said: Sentence, turn: DriverTurn, before: DriverTurn | undefined): void {
  const { began, from, reopened, source } = turn;
  const deeds = deedsOf(turn);
  said.addOfOrder(from);
  if (began === 'here') {
    said.add(plain(', then '), ...nameOf(turn), plain(' '));
    addDeeds(said, turn, deeds, 'it');
    return;
  }
  if (began === 'after_end') {
    said.add(plain(', then a report named '), ...nameOf(turn));
    said.time(' at ', from);
    if (deeds.length === 0) return;
  } else {
    if (reopened !== null) said.add(plain(`, then the ${endedWords(reopened)} order was reopened: `));
    else said.add(plain(', then '));
    const it = reopened === null ? 'the order' : 'it';
    said.add(...(source === null ? [plain(`${it} was given`)] : [foreign(sourceWords(source)), plain(` gave ${it}`)]));
    said.add(plain(isSameName(turn, before) ? ' again to ' : ' to '), ...nameOf(turn));
    said.timeUnlessSaid(' at ', from);
  }
  const isLater = deeds[0] !== undefined && said.addOfOrder(deeds[0].at);
  said.add(...(isLater ? [plain('; '), ...nameOf(turn), plain(' ')] : [plain(', who ')]));
  addDeeds(said, turn, deeds, 'it');
}

/** Names that were cut at the same place may go on differently. */
const isSameName = ({ name, source }: DriverTurn, before: DriverTurn | undefined): boolean =>
  name !== null && name === before?.name && source === before.source && !name.endsWith('…');

/** What a driver did: was here, did not get the food, left with it. */
type DriverDeed =
  | { readonly kind: 'here'; readonly at: string; readonly to: string | null }
  | { readonly kind: 'more_visits'; readonly at: string; readonly count: number }
  | { readonly kind: 'without_food' | 'left'; readonly at: string };

/** What a driver did, as reported, in the order of the times. */
function deedsOf({ here, visits_left_out, without_food_at, left_at }: DriverTurn): readonly DriverDeed[] {
  const skipped = Math.max(0, here.length + visits_left_out - MAX_NAMED_VISITS);
  const half = MAX_NAMED_VISITS / 2;
  const visits = here.flatMap(({ from: at, to }, index): DriverDeed[] => {
    if (skipped === 0 || index < half || index >= here.length - half) return [{ kind: 'here', at, to }];
    return index === half ? [{ kind: 'more_visits', at, count: skipped }] : [];
  });
  return inOrder([
    ...visits,
    ...(without_food_at === null ? [] : [{ kind: 'without_food' as const, at: without_food_at }]),
    ...(left_at === null ? [] : [{ kind: 'left' as const, at: left_at }]),
  ]);
}

function addDeeds(said: Sentence, turn: DriverTurn, deeds: readonly DriverDeed[], order: 'the order' | 'it'): void {
  if (deeds.length === 0) said.add(plain(turn.to === null ? 'has not been reported here' : 'was never reported here'));
  let before: DriverDeed['kind'] | null = null;
  let wasHere = false;
  for (const deed of deeds) {
    if (before !== null) {
      if (said.addOfOrder(deed.at)) said.add(plain('; '), ...nameOf(turn), plain(' '));
      else said.add(plain(' and '));
    }
    addDeed(said, deed, { order, isListed: before === 'here' || before === 'more_visits', wasHere });
    before = deed.kind;
    wasHere ||= deed.kind === 'here';
  }
}

function addDeed(
  said: Sentence,
  deed: DriverDeed,
  {
    order,
    isListed,
    wasHere,
  }: { readonly order: 'the order' | 'it'; readonly isListed: boolean; readonly wasHere: boolean },
): void {
  switch (deed.kind) {
    case 'here':
      if (deed.to === null) {
        said.time(isListed ? 'again since ' : `has been here ${wasHere ? 'again ' : ''}since `, deed.at);
      } else {
        said.time(isListed ? '' : `was here ${wasHere ? 'again ' : ''}`, deed.at);
        said.time(' to ', deed.to);
      }
      return;
    case 'more_visits':
      said.add(plain(`${timesWords(deed.count)} between`));
      return;
    case 'without_food':
      said.add(plain('did not get the food'));
      said.timeUnlessSaid(' at ', deed.at);
      return;
    case 'left':
      said.add(plain(`left with ${order}`));
      said.timeUnlessSaid(' at ', deed.at);
      return;
  }
}

/** Adds when the order was handed over here, by whom and to whom. */
function addHandovers(said: Sentence, { handovers, handovers_left_out }: OrderSummary): void {
  const named = handovers.slice(-MAX_NAMED_HANDOVERS);
  const others = handovers.length - named.length + handovers_left_out;
  for (const { by, at, received_at, compared, undone_at, name, source } of named) {
    const who = by === null ? plain('somebody here') : foreign(by);
    said.add(plain('; '), who, plain(' handed it over to '), ...nameOf({ name, source }));
    said.time(' at ', at);
    said.add(plain(`, who ${checkedWords(compared)}`));
    if (Math.abs(Date.parse(received_at) - Date.parse(at)) >= LATE_HANDOVER_MS)
      said.time(', which came at ', received_at);
    if (undone_at !== null) said.time(', which was undone at ', undone_at);
  }
  if (others > 0) said.add(plain(`; before that it was handed over ${String(others)} times`));
}

function addEnd(said: Sentence, { stages, drivers }: OrderSummary): void {
  const [driver, last] = [drivers.at(-1), stages.at(-1)];
  if (driver?.ended_by === 'unassigned' && driver.to !== null) {
    said.addOfOrder(driver.to);
    said.add(plain(', then nobody was assigned any more'));
    said.timeUnlessSaid(' at ', driver.to);
  }
  const hasDeeds = said.addOfOrder(null);
  if (last === undefined) return;
  const words = GOES_ON[last.stage] ?? (driver === undefined ? GOES_ON_WITHOUT_DRIVER[last.stage] : undefined);
  if (words === undefined) return;
  said.add(plain(hasDeeds ? ' and ' : '; the order '));
  said.time(`${words} `, last.from);
}
