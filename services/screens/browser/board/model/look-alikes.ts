import { MAX_QUIET_MS, plateOf } from '../../../../../projections/driver-groups';
import { charactersOf, spellingOf } from '../../../../../projections/spelling';
import { isOneSlip } from '../../../../../schemas/edit-distance';
import type { Order } from '../../../../../schemas/order-view';
import type { Compared } from '../../../../../schemas/rail-actions';
import { WITHHELD } from '../../../../../schemas/withheld';
import { passcodeOf, textOf } from './handoff';
import { canHandOver, type Handover } from './presses';

/**
 * Which other orders could be taken for one that is handed over, and what the driver is asked for, so that the food of
 * the one does not leave with the driver of the other.
 */

/** What drivers say or show, in the order in which they are asked for it. */
const SAID = ['number', 'passcode', 'name', 'plate'] as const;
type Said = (typeof SAID)[number];

/** What can be asked for. The end of the id, as the board shows it, is known of every order, and always another. */
export type Asked = Said | 'id';

/** What to ask a driver for before an order is handed over. */
export interface Question {
  readonly asked: Asked;
  /** What of the driver is compared by it. */
  readonly compared: Compared;
  /** In the order of their texts, so that the place of one says nothing of whether it is the right one. */
  readonly answers: readonly Answer[];
}

/** One answer that the driver may give. */
export interface Answer {
  readonly text: string;
  /** It is that of the order on the card. */
  readonly isRight: boolean;
  /** The orders that it is the answer of. */
  readonly orderIds: readonly string[];
}

/**
 * Most orders that a likeness can be with: if more are like one, that is how orders are called here (2031, 2032, 2033 and
 * so on; `Guest`), people look at the whole of it anyway, and a warning that always comes is not read.
 */
export const MOST_ALIKE = 3;

/** Characters from which on texts with one slip between them are alike: `1` and `2` have nothing in common. */
const LEAST_ALIKE = 2;

/** A text of an order, as it is shown, and in one spelling of which something is left. */
interface Fact {
  readonly text: string;
  readonly spelt: string;
}
/** A name by what is said of it. */
type Spoken = readonly [first: string, initial: string | undefined];

/** What is read of an order; null where nothing is known. */
interface Facts extends Readonly<Record<Said, Fact | null>> {
  readonly id: Fact | null;
  /** The plate also where nothing says that it is one, such as `N/A`. */
  readonly writtenPlate: Fact | null;
  readonly customer: Spoken | null;
  readonly driver: Spoken | null;
  /** The delivery service of the driver. */
  readonly source: Fact | null;
}

function factOf(value: unknown): Fact | null {
  const text = value === WITHHELD ? null : textOf(value);
  const spelt = charactersOf(text ?? '');
  return text === null || spelt === '' ? null : { text, spelt };
}

/** Returns the first name, and the initial of the last one, if there is one. */
function spokenOf(name: Fact | null): Spoken | null {
  if (name === null) return null;
  const [first = '', ...others] = spellingOf(name.text).split(' ').map(charactersOf);
  return first === '' ? null : [first, Array.from(others.at(-1) ?? '')[0]];
}

/** Facts by their orders, which never change: a board with an open card asks for those of all orders each second. */
const facts = new WeakMap<Order, Facts>();

function factsOf(order: Order): Facts {
  const before = facts.get(order);
  if (before !== undefined) return before;
  const { label, driver_details: driver } = order;
  const name = factOf(driver?.name);
  const writtenPlate = factOf(driver?.vehicle_info?.license_plate);
  const read: Facts = {
    id: factOf(order.order_id),
    number: factOf(label?.number),
    passcode: factOf(passcodeOf(order)),
    name,
    plate: plateOf(writtenPlate?.text) === null ? null : writtenPlate,
    writtenPlate,
    customer: spokenOf(factOf(label?.name)),
    driver: spokenOf(name),
    source: factOf(driver?.source),
  };
  facts.set(order, read);
  return read;
}

/** Returns whether one text is easily heard or read as the other: there is one slip between them, or none. */
function areAlike(one: Fact | null, other: Fact | null): boolean {
  if (one === null || other === null) return false;
  const [a, b] = [one.spelt, other.spelt];
  return a === b || (Math.max(a.length, b.length) >= LEAST_ALIKE && isOneSlip(a, b));
}

/** Returns whether two people are called the same where first name and initial are all that is said. */
function areNamesakes(one: Spoken | null, other: Spoken | null): boolean {
  if (one?.[0] !== other?.[0] || one === null || other === null) return false;
  return one[1] === undefined || other[1] === undefined || one[1] === other[1];
}

/** One way in which an order can be taken for another. */
interface Likeness {
  /** @param called what both are called on the board */
  readonly isBetween: (one: Facts, other: Facts, called: readonly [Fact | null, Fact | null]) => boolean;
  /** Numbers may be given in a row, and those of orders that are over say so too; people are those who are expected. */
  readonly isOfNumbers: boolean;
}

const LIKENESSES: readonly Likeness[] = [
  { isOfNumbers: true, isBetween: (one, other) => areAlike(one.number, other.number) },
  { isOfNumbers: true, isBetween: (one, other) => areAlike(one.id, other.id) },
  { isOfNumbers: true, isBetween: (_one, _other, called) => areAlike(...called) },
  { isOfNumbers: false, isBetween: (one, other) => areNamesakes(one.customer, other.customer) },
  {
    // Drivers say for which service they come.
    isOfNumbers: false,
    isBetween: (one, other) =>
      areNamesakes(one.driver, other.driver) &&
      (one.source === null || other.source === null || one.source.spelt === other.source.spelt),
  },
  {
    // Two plates that only fill the field are the same text, and no plate.
    isOfNumbers: false,
    isBetween: (one, other) =>
      areAlike(one.writtenPlate, other.writtenPlate) &&
      (one.plate !== null || one.writtenPlate?.spelt !== other.writtenPlate?.spelt),
  },
];

/** What a board knows of its orders besides. */
export interface AtCounter {
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly shortId: (id: string) => string;
  /** The orders that the driver of this one takes, its own among them; none where it is only that one. */
  readonly group: readonly Order[];
  /** The handover of an order, recorded or waiting on this screen. */
  readonly handoverOf: (order: Order) => Handover | null;
}

/** Returns whether the food of an order is still to be handed over, and somebody is expected to come for it. */
const isAwaited = (order: Order, { now, handoverOf }: AtCounter): boolean =>
  order.stage !== 'on_the_way' &&
  Date.parse(order.reported_at) > now - MAX_QUIET_MS &&
  canHandOver(order, handoverOf(order));

/**
 * @param all orders of the board, also those that are over
 * @returns the orders still to be handed over that could be taken for this one
 */
export function lookAlikesOf(order: Order, all: Iterable<Order>, at: AtCounter): readonly Order[] {
  const others = Array.from(all).filter(({ order_id }) => order_id !== order.order_id);
  const awaited = new Set(others.filter((one) => isAwaited(one, at)));
  const calledOf = (one: Order): Fact | null => factsOf(one).number ?? factOf(at.shortId(one.order_id));
  const calledOwn = calledOf(order);
  const called = new Map(others.map((one) => [one, calledOf(one)]));
  const found = new Set(at.group.map(({ order_id }) => order_id));
  for (const { isBetween, isOfNumbers } of LIKENESSES) {
    const alike = (isOfNumbers ? others : [...awaited]).filter((one) =>
      isBetween(factsOf(order), factsOf(one), [calledOwn, called.get(one) ?? null]),
    );
    if (alike.length <= MOST_ALIKE) for (const { order_id } of alike) found.add(order_id);
  }
  return [...awaited].filter(({ order_id }) => found.has(order_id));
}

/** Returns whether something is known of all of them, and differs between the order and each of the others. */
function differs(asked: Said, order: Order, others: readonly Order[]): boolean {
  const own = factsOf(order)[asked];
  return own !== null && others.every((one) => ![undefined, own.spelt].includes(factsOf(one)[asked]?.spelt));
}

/** Returns whether nobody would hear or read the one for the other. */
function differsClearly(asked: Said, order: Order, others: readonly Order[]): boolean {
  const own = factsOf(order);
  return others.map(factsOf).every((one) => {
    const isNamesake = asked === 'name' && areNamesakes(own.driver, one.driver);
    return !isNamesake && !areAlike(own[asked], one[asked]);
  });
}

/**
 * Returns what to ask the driver of an order for: the first thing that differs clearly between it and each of its
 * look-alikes, else the first that differs at all.
 * @param lookAlikes at least one
 */
export function questionOf(order: Order, lookAlikes: readonly Order[], shortId: (id: string) => string): Question {
  const different = SAID.filter((one) => differs(one, order, lookAlikes));
  const asked: Asked = different.find((one) => differsClearly(one, order, lookAlikes)) ?? different[0] ?? 'id';
  const answers = new Map<string, { text: string; orderIds: string[] }>();
  for (const one of [order, ...lookAlikes]) {
    const id = shortId(one.order_id);
    const { text, spelt } = (asked === 'id' ? null : factsOf(one)[asked]) ?? { text: id, spelt: id };
    const same = answers.get(spelt);
    if (same === undefined) answers.set(spelt, { text, orderIds: [one.order_id] });
    else same.orderIds.push(one.order_id);
  }
  return {
    asked,
    compared: asked === 'id' ? 'number' : asked,
    answers: [...answers]
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .map(([, answer]) => ({ ...answer, isRight: answer.orderIds.includes(order.order_id) })),
  };
}
