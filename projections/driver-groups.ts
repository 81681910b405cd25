import type { Order } from '../schemas/api/order-view';
import type { Stage } from '../schemas/vocabulary';
import { WITHHELD } from '../schemas/events/withheld';
import { isMark } from './order/driver';
import { charactersOf, spellingOf } from './values/spelling';

/** Which open orders of a location one driver takes together (docs/decisions/027-driver-groups.md). */

/** Stages of orders that wait at the restaurant for their driver, or with the driver here. */
const TO_BE_TAKEN: ReadonlySet<Stage> = new Set<Stage>(['preparing', 'ready', 'driver_here']);

/** Milliseconds without news after which nobody is expected to come for an order any more: 6 hours. */
export const MAX_QUIET_MS = 6 * 3_600_000;

/** Fewest digits of a phone number that can be somebody's own: shorter ones are extensions. */
const MIN_PHONE_DIGITS = 7;

/** Fewest letters and digits of a license plate that can distinguish a vehicle. */
const MIN_PLATE_CHARACTERS = 3;

/** What is read of an order to group it. */
export type Groupable = Pick<Order, 'order_id' | 'stage' | 'driver_details' | 'first_received_at' | 'reported_at'>;

/** An order that waits for its driver, and what says who that is: each null where it says nothing. */
interface Candidate<Seen> {
  readonly order: Seen;
  readonly name: string;
  readonly source: string | null;
  /** With its masking code, if there is one. */
  readonly phone: string | null;
  /** Without one it is the driver's own number. A masked one may be another for each order, and contradicts nothing. */
  readonly ownPhone: string | null;
  readonly plate: string | null;
}

/** Returns a text that says something, or an empty one: what is withheld is the same text for all drivers. */
const known = (value: unknown): string => (isMark(value) && value !== WITHHELD ? value : '');

const digitsOf = (characters: string): string => characters.replace(/\D/g, '');

/** Returns whether digits only fill a field: all are the same, as in `000000`, or they count, as in `345678`. */
function isFilling(digits: string): boolean {
  const steps = Array.from(digits.slice(1), (digit, index) => (10 + Number(digit) - Number(digits[index])) % 10);
  const [first = 0] = steps;
  return [0, 1, 9].includes(first) && steps.every((step) => step === first);
}

/** Returns a number that can be somebody's own, or null: words, and what only fills a field, name nobody. */
function numberOf(value: unknown): string | null {
  const digits = digitsOf(charactersOf(known(value)));
  // All but one of the last digits, before which countries and areas stand: `+1 (000) 000-0000`, `0000001`.
  const last = digits.slice(-MIN_PHONE_DIGITS);
  return digits.length < MIN_PHONE_DIGITS || isFilling(last.slice(1)) || isFilling(last.slice(0, -1)) ? null : digits;
}

/** Returns what can distinguish vehicles or callers, or null; without a digit but zeros it may be as `unknown` or `N/A 0`. */
function distinctive(value: unknown): string | null {
  const characters = charactersOf(known(value));
  return /[1-9]/.test(characters) ? characters : null;
}

/** Returns a plate that can be of one vehicle alone, or null: `1111`, `XXX111` and `12345` only fill a field. */
export function plateOf(value: unknown): string | null {
  const plate = distinctive(value);
  if (plate === null || plate.length < MIN_PLATE_CHARACTERS) return null;
  const digits = digitsOf(plate);
  if (digits === plate) return isFilling(digits) ? null : plate;
  return new Set(digits).size > 1 || new Set(plate.replace(/\d/g, '')).size > 1 ? plate : null;
}

function candidateOf<Seen extends Groupable>(order: Seen, now: number): Candidate<Seen> | null {
  const { driver_details: driver, stage, reported_at } = order;
  if (driver === null || !TO_BE_TAKEN.has(stage) || Date.parse(reported_at) <= now - MAX_QUIET_MS) return null;
  const name = spellingOf(known(driver.name));
  if (name === '') return null;
  const number = numberOf(driver.phone?.number);
  const isMasked = isMark(driver.phone?.code);
  const code = distinctive(driver.phone?.code);
  const masked = number === null || code === null ? null : `${number} code ${code}`;
  return {
    order,
    name,
    source: spellingOf(known(driver.source)) || null,
    phone: isMasked ? masked : number,
    ownPhone: isMasked ? null : number,
    plate: plateOf(driver.vehicle_info?.license_plate),
  };
}

/** Returns what a candidate has in common with others of the same driver: the name with the phone, and with the plate. */
const keysOf = <Seen>({ name, phone, plate }: Candidate<Seen>): readonly string[] => [
  ...(phone === null ? [] : [JSON.stringify(['phone', name, phone])]),
  ...(plate === null ? [] : [JSON.stringify(['plate', name, plate])]),
];

/** Returns the candidates in sets, so that each is in one with all that have a key of its own. */
function connected<Seen>(candidates: readonly Candidate<Seen>[]): Candidate<Seen>[][] {
  const byKey = new Map<string, Candidate<Seen>[]>();
  for (const one of candidates) {
    for (const key of keysOf(one)) {
      const list = byKey.get(key);
      if (list === undefined) byKey.set(key, [one]);
      else list.push(one);
    }
  }
  const left = new Set(candidates);
  const sets: Candidate<Seen>[][] = [];
  for (const first of candidates) {
    if (!left.delete(first)) continue;
    const set = [first];
    for (const one of set) {
      for (const key of keysOf(one)) {
        set.push(...(byKey.get(key) ?? []).filter((other) => left.delete(other)));
        byKey.delete(key);
      }
    }
    sets.push(set);
  }
  return sets;
}

/** Returns whether numbers can be one, written with a country code or without, and with zeros in front or without. */
function areOneNumber(numbers: readonly string[]): boolean {
  const dialled = numbers.map((number) => number.replace(/^0+/, ''));
  const longest = dialled.reduce((one, other) => (other.length > one.length ? other : one), '');
  return dialled.every((number) => longest.endsWith(number));
}

/** Returns whether no two candidates differ in something of which a driver has but one. */
function agree<Seen>(candidates: readonly Candidate<Seen>[]): boolean {
  const allOf = (valueOf: (one: Candidate<Seen>) => string | null): readonly string[] =>
    candidates.map(valueOf).filter((value) => value !== null);
  const isOne = (values: readonly string[]): boolean => new Set(values).size <= 1;
  return (
    isOne(allOf(({ source }) => source)) &&
    isOne(allOf(({ plate }) => plate)) &&
    areOneNumber(allOf(({ ownPhone }) => ownPhone))
  );
}

const compare = (one: string, other: string): number => (one < other ? -1 : one > other ? 1 : 0);
const firstFirst = (one: Groupable, other: Groupable): number =>
  compare(one.first_received_at, other.first_received_at) || compare(one.order_id, other.order_id);

/**
 * Returns the orders that one driver takes together: groups of two or more, each order in one at most. Whatever the order
 * of the input, the oldest are first, in a group and among groups.
 * @param orders of one location
 * @param now milliseconds since the epoch
 */
export function driverGroups<Seen extends Groupable>(orders: Iterable<Seen>, now: number): (readonly Seen[])[] {
  const candidates = Array.from(orders, (order) => candidateOf(order, now)).filter((one) => one !== null);
  return connected(candidates)
    .filter((set) => set.length > 1 && agree(set))
    .map((set) => set.map(({ order }) => order).sort(firstFirst))
    .sort(([one], [other]) => (one === undefined || other === undefined ? 0 : firstFirst(one, other)));
}
