import { MAX_QUIET_MS, plateOf } from '../../../../../../projections/driver-groups';
import { charactersOf } from '../../../../../../projections/values/spelling';
import { isOneSlip } from '../../../../../../schemas/words/edit-distance';
import type { Order } from '../../../../../../schemas/api/order-view';
import type { Compared } from '../../../../../../schemas/events/rail-actions';
import { sourceWords } from '../../../../../../schemas/words/source-words';
import { WITHHELD } from '../../../../../../schemas/events/withheld';
import { labelWords } from '../../../shared/model/label-words';
import { passcodeOf, textOf } from './handoff';
import { canHandOver, type ShownHandover, isFoodHere } from './presses';
import { areNamesakes, spokenCharacters, type SpokenName, spokenName } from './spoken-name';

/**
 * Which other orders could be taken for one that is handed over, and what the driver is asked for, so that the food of
 * the one does not leave with the driver of the other.
 */

/** What drivers say or show, in the order in which they are asked for it. */
const SAID = ['number', 'passcode', 'name', 'plate', 'source'] as const;
type Said = (typeof SAID)[number];

/** What can be asked for. Which order it is, as the board calls it, is known of every order, and always another. */
export type Asked = Said | 'order';

/** What to ask a driver for before an order is handed over. */
export interface Question {
  readonly asked: Asked;
  /** What of the driver is compared by it; null for what is no mark of the driver. */
  readonly compared: Compared | null;
  /** In the order of their texts, so that the place of one says nothing of whether it is the right one. */
  readonly answers: readonly DriverAnswer[];
}

/** One answer that the driver may give. */
export interface DriverAnswer {
  /** Another for each answer. */
  readonly text: string;
  /** It is that of the order on the card. */
  readonly isRight: boolean;
  /** The orders that it is the answer of. */
  readonly orderIds: readonly string[];
}

/**
 * Most orders that a likeness can be with: if more are like one, that is how orders are called here (2031, 2032, 2033 and
 * so on; `Guest`), people look at the whole of it anyway, and a warning that always comes is not read. The very same
 * number or plate counts, however many have it.
 */
export const MOST_ALIKE = 3;

/** Milliseconds for which orders that are over still say how orders are called here: an hour. */
export const CALLED_SO_MS = 3_600_000;

/** Characters from which on texts are alike without being the same: `1` and `2` have nothing in common. */
const LEAST_ALIKE = 2;

/** A text of an order, as it is shown, and in one spelling of which something is left. */
interface Fact {
  readonly text: string;
  readonly spelt: string;
}

/** What is read of an order; null where nothing is known. */
interface Facts extends Readonly<Record<Said, Fact | null>> {
  readonly id: Fact | null;
  /** What is behind the last separator of the number, which is all that some drivers say: `1234` of `DD-1234`. */
  readonly numberEnd: Fact | null;
  /** The plate also where nothing says that it is one, such as `N/A`. */
  readonly writtenPlate: Fact | null;
  readonly customer: SpokenName | null;
  readonly driver: SpokenName | null;
  /** The delivery service of the driver, in its own spelling. */
  readonly driverSource: Fact | null;
}

function factOf(value: unknown, spell = charactersOf): Fact | null {
  const text = value === WITHHELD ? null : textOf(value);
  const spelt = spell(text ?? '');
  return text === null || spelt === '' ? null : { text, spelt };
}

/** Returns a delivery service as people call it. */
function serviceOf(source: unknown): Fact | null {
  const known = factOf(source);
  return known && factOf(sourceWords(known.text));
}

const personOf = (name: Fact | null): SpokenName | null => name && spokenName(name.text);

/** Facts by their orders, which never change: a board with an open card asks for those of all orders each second. */
const facts = new WeakMap<Order, Facts>();

function factsOf(order: Order): Facts {
  const before = facts.get(order);
  if (before !== undefined) return before;
  const { label, driver_details: driver } = order;
  const [name, number] = [factOf(driver?.name, spokenCharacters), factOf(label?.number)];
  const writtenPlate = factOf(driver?.vehicle_info?.license_plate);
  const driverSource = serviceOf(driver?.source);
  const read: Facts = {
    id: factOf(order.order_id),
    number,
    numberEnd: factOf(number?.text.split(/[-_:/#.\s]/).at(-1)),
    passcode: factOf(passcodeOf(order)),
    name,
    plate: plateOf(writtenPlate?.text) === null ? null : writtenPlate,
    writtenPlate,
    customer: personOf(factOf(label?.name, spokenCharacters)),
    driver: personOf(name),
    source: serviceOf(label?.source) ?? driverSource,
    driverSource,
  };
  facts.set(order, read);
  return read;
}

/** How alike two orders are in something: those that are `near` count while few are. */
type Likeness = 'same' | 'near' | null;

/** Compares two texts: the one is easily heard or read as the other if there is one slip between them. */
function likenessOf(one: Fact | null, other: Fact | null): Likeness {
  if (one === null || other === null) return null;
  const [a, b] = [one.spelt, other.spelt];
  if (a === b) return 'same';
  return Math.max(a.length, b.length) >= LEAST_ALIKE && isOneSlip(a, b) ? 'near' : null;
}

/** Compares numbers by their ends. A slip besides is not looked for: ends are short, and many are near one another. */
function likenessOfEnds({ numberEnd: one }: Facts, { numberEnd: other }: Facts): Likeness {
  return one !== null && one.spelt.length >= LEAST_ALIKE && one.spelt === other?.spelt ? 'near' : null;
}

const likenessOfPeople = (one: SpokenName | null, other: SpokenName | null): Likeness =>
  one !== null && other !== null && areNamesakes(one, other) ? 'near' : null;

/** One way in which an order can be taken for another. */
interface MarkComparison {
  /** @param called what both are called on the board */
  readonly compare: (one: Facts, other: Facts, called: readonly [Fact | null, Fact | null]) => Likeness;
  /**
   * Numbers may be given in a row, and those of orders that were over a short while ago say so too; people are those who
   * are expected.
   */
  readonly isOfNumbers: boolean;
}

const COMPARISONS: readonly MarkComparison[] = [
  { isOfNumbers: true, compare: (one, other) => likenessOf(one.number, other.number) },
  { isOfNumbers: true, compare: likenessOfEnds },
  { isOfNumbers: true, compare: (one, other) => likenessOf(one.id, other.id) },
  { isOfNumbers: true, compare: (_one, _other, called) => likenessOf(...called) },
  { isOfNumbers: false, compare: (one, other) => likenessOfPeople(one.customer, other.customer) },
  {
    // Drivers say for which service they come.
    isOfNumbers: false,
    compare: ({ driver, driverSource: source }, other) =>
      source === null || other.driverSource === null || source.spelt === other.driverSource.spelt
        ? likenessOfPeople(driver, other.driver)
        : null,
  },
  {
    // Two plates that only fill the field are the same text, and no plate.
    isOfNumbers: false,
    compare: (one, other) => {
      const likeness = likenessOf(one.writtenPlate, other.writtenPlate);
      return likeness === 'same' && one.plate === null ? null : likeness;
    },
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
  readonly handoverOf: (order: Order) => Pick<ShownHandover, 'waits'> | null;
}

/** Returns whether the food of an order is still to be handed over, and somebody is expected to come for it. */
const isAwaited = (order: Order, { now, handoverOf }: AtCounter): boolean =>
  isFoodHere(order) &&
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
  const numbered = others.filter((one) => awaited.has(one) || Date.parse(one.updated_at) > at.now - CALLED_SO_MS);
  const calledOf = (one: Order): Fact | null => factsOf(one).number ?? factOf(at.shortId(one.order_id));
  const calledOwn = calledOf(order);
  const called = new Map(numbered.map((one) => [one, calledOf(one)]));
  const found = new Set(at.group.map(({ order_id }) => order_id));
  for (const { compare, isOfNumbers } of COMPARISONS) {
    const alike = (isOfNumbers ? numbered : [...awaited])
      .map((one) => [one, compare(factsOf(order), factsOf(one), [calledOwn, called.get(one) ?? null])] as const)
      .filter(([, likeness]) => likeness !== null);
    const areFew = alike.filter(([, likeness]) => likeness === 'near').length <= MOST_ALIKE;
    for (const [{ order_id }, likeness] of alike) if (areFew || likeness === 'same') found.add(order_id);
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
    const isAlike = asked === 'name' && likenessOfPeople(own.driver, one.driver) !== null;
    const endsAlike = asked === 'number' && likenessOfEnds(own, one) !== null;
    return !isAlike && !endsAlike && likenessOf(own[asked], one[asked]) === null;
  });
}

/** Returns what to ask for: the first that differs clearly, else the first that differs at all, else which order it is. */
function askedOf(order: Order, lookAlikes: readonly Order[]): Asked {
  const different = SAID.filter((one) => differs(one, order, lookAlikes));
  return different.find((one) => differsClearly(one, order, lookAlikes)) ?? different[0] ?? 'order';
}

const COMPARED_BY: Readonly<Record<Asked, Compared | null>> = {
  number: 'number',
  passcode: 'passcode',
  name: 'name',
  plate: 'plate',
  source: null,
  order: null,
};

/** Returns what people call each of the orders, by id, with as much of the id as makes it another for each. */
export function callings(orders: readonly Order[], shortId: (id: string) => string): ReadonlyMap<string, string> {
  const words = (order: Order): string => labelWords(order) ?? shortId(order.order_id);
  const ways: readonly ((order: Order) => string)[] = [
    words,
    (order) => `${words(order)} · ${shortId(order.order_id)}`,
    ({ order_id }) => shortId(order_id),
  ];
  const isDistinct = (way: (order: Order) => string): boolean =>
    new Set(orders.map((one) => charactersOf(way(one)))).size === orders.length;
  const way = ways.find(isDistinct) ?? (({ order_id }) => order_id);
  return new Map(orders.map((one) => [one.order_id, way(one)]));
}

/**
 * Returns what to ask the driver of an order for, as it differs between it and each of its look-alikes.
 * @param lookAlikes at least one
 */
export function questionOf(order: Order, lookAlikes: readonly Order[], shortId: (id: string) => string): Question {
  const asked = askedOf(order, lookAlikes);
  const orders = [order, ...lookAlikes];
  const called = callings(orders, shortId);
  const answers = new Map<string, { text: string; orderIds: string[] }>();
  for (const one of orders) {
    const id: string = one.order_id;
    const { text, spelt } = (asked === 'order' ? null : factsOf(one)[asked]) ?? {
      text: called.get(id) ?? id,
      spelt: id,
    };
    const same = answers.get(spelt);
    if (same === undefined) answers.set(spelt, { text, orderIds: [id] });
    else same.orderIds.push(id);
  }
  return {
    asked,
    compared: COMPARED_BY[asked],
    answers: [...answers.values()]
      .map((answer) => ({ ...answer, isRight: answer.orderIds.includes(order.order_id) }))
      .sort((one, other) => (one.text < other.text ? -1 : 1)),
  };
}
