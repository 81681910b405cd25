import type { TimeWords } from '../../local-time';
import type { DriverTurn, Handover, OrderSummary } from '../../api/order-summary';
import type { Speech } from '../speech';
import { checkedPhrase } from './action-words';
import type { EvidenceId } from './evidence-messages';
import {
  type Filling,
  foreign,
  listed,
  moment,
  OF_FILES,
  type Phrase,
  phrase,
  type SentencePart,
  sentenceOf,
  textOfParts,
} from './phrase';
import { sourceWords } from '../../words/source-words';
import { valueAt } from '../../records';
import type { Stage } from '../../vocabulary';

/** What became of an order, in one sentence: for the API, files and screens. */

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

/** What ended the order, behind what is said of its drivers. */
const ENDS = {
  completed: 'said.order_completed',
  failed: 'said.order_failed',
  canceled: 'said.order_canceled',
  returned: 'said.order_returned',
} as const satisfies Partial<Record<Stage, EvidenceId>>;

/** How the order stands, likewise. */
const GOES_ON = {
  needs_action: 'said.order_needs_action',
  coming_back: 'said.order_coming_back',
} as const satisfies Partial<Record<Stage, EvidenceId>>;

/** The same where no driver was reported. */
const GOES_ON_WITHOUT_DRIVER = {
  preparing: 'said.order_preparing',
  ready: 'said.order_ready',
} as const satisfies Partial<Record<Stage, EvidenceId>>;

/** What an order is called that had ended at a stage. */
const ENDED = {
  completed: 'ended.completed',
  failed: 'ended.failed',
  canceled: 'ended.canceled',
  coming_back: 'ended.coming_back',
  returned: 'ended.returned',
} as const satisfies Partial<Record<Stage, EvidenceId>>;

/** @returns what an order is called that had ended at a stage. */
export function endedPhrase(stage: Stage): Phrase {
  const id = valueAt(ENDED, stage);
  return id === undefined ? phrase('ended.other', { stage: foreign(stage) }) : phrase(id);
}

/**
 * @param speech how it is said; default: as in files
 * @returns what became of an order, in one sentence; each time that is as the one before it is left out
 */
export function summaryWords(
  summary: OrderSummary,
  timeWords: TimeWords,
  speech: Speech = OF_FILES,
): readonly SentencePart[] {
  const said = summaryPhrase(summary);
  return said === null ? [] : sentenceOf(said, speech, (at) => timeWords(at, summary.first_received_at));
}

/** @returns the same as one text. */
export const summaryText = (summary: OrderSummary, timeWords: TimeWords): string =>
  textOfParts(summaryWords(summary, timeWords));

/** Decides what is said of an order, and in which order. */
function summaryPhrase(summary: OrderSummary): Phrase | null {
  const { drivers, drivers_left_out } = summary;
  const said = new Sentence(summary);
  if (drivers.length === 0) said.add('said.also', phrase('said.no_driver'));
  const skipped = Math.max(0, drivers.length + drivers_left_out - MAX_NAMED_DRIVERS);
  const half = MAX_NAMED_DRIVERS / 2;
  for (const [index, turn] of drivers.entries()) {
    if (skipped > 0 && index >= half && index < drivers.length - half) continue;
    const isAfterSkipped = skipped > 0 && index === drivers.length - half;
    if (isAfterSkipped) said.add('said.then', phrase('said.driver_changed', { count: skipped }));
    if (index === 0) addFirstTurn(said, turn);
    else addTurn(said, turn, isAfterSkipped ? undefined : drivers[index - 1]);
  }
  addEnd(said, summary);
  addHandovers(said, summary);
  said.addOldReports();
  return said.whole;
}

/** @returns which reports may be old ones, by their times; null for none. */
export function oldReportsPhrase(times: readonly string[]): Phrase | null {
  const [first, ...others] = times.slice(0, MAX_NAMED_OLD_REPORTS).map(moment);
  if (first === undefined) return null;
  const more = times.length - 1 - others.length;
  const last = more > 0 ? phrase('said.more', { count: more }) : others.pop();
  if (last === undefined) return phrase('said.old_report', { time: first });
  const named = others.reduce<Filling>((before, next) => phrase('said.comma', { before, next }), first);
  return phrase('said.old_reports', { times: named, last });
}

/** Something that happened to the order at a time. */
interface Deed {
  readonly at: string;
  readonly what: Phrase;
}

/** In the order of their times: what is over first where those are equal, or as they came. */
const inOrder = <T extends { readonly at: string; readonly to?: string | null }>(deeds: readonly T[]): T[] =>
  [...deeds].sort((one, other) => compare(one.at, other.at) || compare(endOf(one), endOf(other)));

const compare = (one: string, other: string): number => (one < other ? -1 : Number(one > other));
/** What goes on ends after all times. */
const endOf = ({ at, to }: { readonly at: string; readonly to?: string | null }): string =>
  to === null ? '~' : (to ?? at);

/** Puts together what is said, and knows which times it has said. */
class Sentence {
  whole: Phrase | null = null;
  readonly #old: ReadonlySet<string>;
  readonly #saidOld = new Set<string>();
  #ofOrder: readonly Deed[];
  #lastTime: string | null = null;

  constructor(summary: OrderSummary) {
    this.#ofOrder = deedsOfOrder(summary);
    const turns = summary.drivers.flatMap(({ may_be_old, here }) => [may_be_old, ...here.map((one) => one.may_be_old)]);
    this.#old = new Set([summary.may_be_old, ...turns].flat());
  }

  /** Adds what is said next. @param join how, behind what was said before */
  add(join: 'said.and' | 'said.then' | 'said.also' | 'said.who', next: Phrase): void {
    this.whole = this.whole === null ? next : phrase(join, { before: this.whole, next });
  }

  /** Notes a time that the sentence relies on, whether or not it is said. */
  note(at: string): void {
    if (this.#old.has(at)) this.#saidOld.add(at);
  }

  /** Says a time. */
  time(at: string): Filling {
    this.note(at);
    this.#lastTime = at;
    return moment(at);
  }

  /** Says what happened at a time, without the time if it is the last one that was said. */
  at(what: Phrase, at: string): Phrase {
    if (at !== this.#lastTime) return phrase('said.at', { what, time: this.time(at) });
    this.note(at);
    return what;
  }

  /** Adds what happened to the order itself before a time, so that all is said in its order. @returns whether anything did */
  addOfOrder(before: string | null): boolean {
    const now = this.#ofOrder.filter(({ at }) => before === null || at < before);
    this.#ofOrder = this.#ofOrder.slice(now.length);
    const deed = listed(now.map(({ at, what }) => phrase('said.at', { what, time: this.time(at) })));
    if (deed !== null) this.add('said.also', phrase('said.order_does', { deed }));
    return deed !== null;
  }

  /** Adds which of the reports that the sentence relies on may be old ones. */
  addOldReports(): void {
    const next = oldReportsPhrase([...this.#saidOld]);
    if (next !== null) this.add('said.also', next);
  }
}

/** What happened to the order itself. */
function deedsOfOrder({ stages, drivers, left_at, canceled_at }: OrderSummary): Deed[] {
  const last = stages.at(-1);
  const deeds: Deed[] = [];
  // With a driver who was taken away the food left before: what left since then did so with nobody known.
  const isSaid = drivers.some((turn) => turn.left_at === left_at && turn.ended_by !== 'unassigned');
  const isImplied = last?.stage === 'completed' && last.from === left_at;
  if (left_at !== null && !isSaid && !isImplied) deeds.push({ at: left_at, what: phrase('said.order_left') });
  if (canceled_at !== null && last?.stage !== 'canceled')
    deeds.push({ at: canceled_at, what: phrase('said.order_canceled') });
  const end = last === undefined ? undefined : valueAt(ENDS, last.stage);
  if (last !== undefined && end !== undefined) deeds.push({ at: last.from, what: phrase(end) });
  return inOrder(deeds);
}

/** @returns what a driver is called. */
export function driverPhrase({ name, source }: Pick<DriverTurn, 'name' | 'source'>): Filling {
  if (name !== null) return foreign(name);
  return source === null
    ? phrase('said.nameless')
    : phrase('said.nameless_of', { source: foreign(sourceWords(source)) });
}

function addFirstTurn(said: Sentence, turn: DriverTurn): void {
  const deeds = deedsOf(turn);
  said.note(turn.from);
  const isAfterEnd = deeds[0] !== undefined && said.addOfOrder(deeds[0].at);
  addDeeds(said, turn, deeds, { order: isAfterEnd ? 'it' : 'order', begin: 'said.also' });
}

/** @param before the turn before it, if it is known */
function addTurn(said: Sentence, turn: DriverTurn, before: DriverTurn | undefined): void {
  const { began, from, reopened } = turn;
  const deeds = deedsOf(turn);
  said.addOfOrder(from);
  if (began === 'here') {
    addDeeds(said, turn, deeds, { order: 'it', begin: 'said.then' });
    return;
  }
  if (began === 'after_end') {
    const what = phrase('said.named', { driver: driverPhrase(turn) });
    said.add('said.then', phrase('said.at', { what, time: said.time(from) }));
    if (deeds.length === 0) return;
  } else {
    const next = said.at(givenPhrase(turn, isSameName(turn, before)), from);
    said.add('said.then', reopened === null ? next : phrase('said.reopened', { ended: endedPhrase(reopened), next }));
  }
  const isLater = deeds[0] !== undefined && said.addOfOrder(deeds[0].at);
  addDeeds(said, turn, deeds, { order: 'it', begin: isLater ? 'said.also' : 'said.who' });
}

/** Says that a driver was given the order, again or not. */
function givenPhrase(turn: DriverTurn, isAgain: boolean): Phrase {
  const driver = driverPhrase(turn);
  const again = isAgain ? '_again' : '';
  const order = turn.reopened === null ? 'order' : 'it';
  return turn.source === null
    ? phrase(`said.given_${order}${again}`, { driver })
    : phrase(`said.gave_${order}${again}`, { driver, source: foreign(sourceWords(turn.source)) });
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

/** How the deeds of a driver are said. */
interface Saying {
  readonly order: 'order' | 'it';
  /** How the first is joined to what was said before: where the driver was named there, without the name. */
  readonly begin: 'said.also' | 'said.then' | 'said.who';
}

function addDeeds(said: Sentence, turn: DriverTurn, deeds: readonly DriverDeed[], { order, begin }: Saying): void {
  const does = (deed: Phrase): Phrase => phrase('said.driver_does', { driver: driverPhrase(turn), deed });
  const addFirst = (deed: Phrase): void => {
    said.add(begin, begin === 'said.who' ? deed : does(deed));
  };
  if (deeds.length === 0) addFirst(phrase(turn.to === null ? 'said.not_here_yet' : 'said.never_here'));
  let before: DriverDeed['kind'] | null = null;
  let wasHere = false;
  for (const deed of deeds) {
    const isAfterOthers = before !== null && said.addOfOrder(deed.at);
    const isListed = before === 'here' || before === 'more_visits';
    const what = deedPhrase(said, deed, { order, isListed, wasHere });
    if (before === null) addFirst(what);
    else if (isAfterOthers) said.add('said.also', does(what));
    else said.add('said.and', what);
    before = deed.kind;
    wasHere ||= deed.kind === 'here';
  }
}

function deedPhrase(
  said: Sentence,
  deed: DriverDeed,
  {
    order,
    isListed,
    wasHere,
  }: { readonly order: 'order' | 'it'; readonly isListed: boolean; readonly wasHere: boolean },
): Phrase {
  switch (deed.kind) {
    case 'here': {
      const from = said.time(deed.at);
      const how = isListed ? '_also' : wasHere ? '_again' : '';
      return deed.to === null
        ? phrase(`said.here${how}_since`, { time: from })
        : phrase(`said.here${how}`, { from, to: said.time(deed.to) });
    }
    case 'more_visits':
      return phrase('said.more_visits', { count: deed.count });
    case 'without_food':
      return said.at(phrase('said.without_food'), deed.at);
    case 'left':
      return said.at(phrase(`said.left_with_${order}`), deed.at);
  }
}

/** @returns whether a handover did not come when it was pressed. */
export const cameLate = ({ at, received_at }: Pick<Handover, 'at' | 'received_at'>): boolean =>
  Math.abs(Date.parse(received_at) - Date.parse(at)) >= LATE_HANDOVER_MS;

/** Adds when the order was handed over here, by whom and to whom. */
function addHandovers(said: Sentence, { handovers, handovers_left_out }: OrderSummary): void {
  const named = handovers.slice(-MAX_NAMED_HANDOVERS);
  const others = handovers.length - named.length + handovers_left_out;
  for (const { by, at, received_at, compared, undone_at, name, source } of named) {
    const what = phrase('said.handed_over', {
      by: by === null ? phrase('said.somebody') : foreign(by),
      driver: driverPhrase({ name, source }),
    });
    let handover = checkedPhrase(phrase('said.at', { what, time: said.time(at) }), compared);
    if (cameLate({ at, received_at }))
      handover = phrase('said.came', { before: handover, time: said.time(received_at) });
    if (undone_at !== null) handover = phrase('said.undone', { before: handover, time: said.time(undone_at) });
    said.add('said.also', handover);
  }
  if (others > 0) said.add('said.also', phrase('said.handed_over_before', { count: others }));
}

function addEnd(said: Sentence, { stages, drivers }: OrderSummary): void {
  const [driver, last] = [drivers.at(-1), stages.at(-1)];
  if (driver?.ended_by === 'unassigned' && driver.to !== null) {
    said.addOfOrder(driver.to);
    said.add('said.then', said.at(phrase('said.nobody'), driver.to));
  }
  const hasDeeds = said.addOfOrder(null);
  if (last === undefined) return;
  const id =
    valueAt(GOES_ON, last.stage) ?? (driver === undefined ? valueAt(GOES_ON_WITHOUT_DRIVER, last.stage) : undefined);
  if (id === undefined) return;
  const deed = phrase(id, { time: said.time(last.from) });
  if (hasDeeds) said.add('said.and', deed);
  else said.add('said.also', phrase('said.order_does', { deed }));
}
