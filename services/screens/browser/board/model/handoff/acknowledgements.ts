import type { Order } from '../../../../../../schemas/api/order-view';
import { OLD_CANCELLATION_MS } from '../../../../../../schemas/api/screen-limits';
import type { Driver } from '../../../../../../projections/order/driver-details';

/**
 * What was acknowledged on this screen, or called back to it. A screen keeps it over a reload; it holds no personal
 * data: a driver is a digest.
 */
export interface Marks {
  /** When this screen first showed this location, in milliseconds of the service's clock; null: never yet. */
  readonly firstOpenedAt: number | null;
  /** Oldest first. */
  readonly keys: readonly string[];
}

/** Most marks that a screen keeps for one location; the oldest go first. */
export const MOST_MARKS = 500;

export const noMarks: Marks = { firstOpenedAt: null, keys: [] };

/** Returns a short digest (FNV-1a, 32 bits), which distinguishes the drivers of one order, and names nobody. */
function digest(text: string): string {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  return (hash >>> 0).toString(36);
}

const plain = (value: string | null | undefined): string => (value ?? '').trim().toLowerCase();

/**
 * Returns a digest of who drives, as projections/order/driver.ts distinguishes drivers: by source and name, or without a name
 * by phone and plate.
 */
function driverDigest(order: Order, driver: Driver | null): string {
  if (driver === null) return 'nobody';
  const name = plain(driver.name);
  const who = name === '' ? [plain(driver.phone?.number), plain(driver.vehicle_info?.license_plate)] : [name];
  return digest(JSON.stringify([order.order_id, plain(driver.source), ...who]));
}

export const canceledKey = (order: Order): string => `canceled ${order.stage_since} ${order.order_id}`;
/** Returns which order of its number an order is, for the number may come again (docs/protocol.md#ruling-5-7). */
const which = (order: Pick<Order, 'order_id' | 'first_received_at'>): string =>
  `${order.first_received_at} ${order.order_id}`;
export const driverKey = (order: Order): string =>
  `driver ${driverDigest(order, order.driver_details)} ${which(order)}`;
export const recalledKey = (order: Pick<Order, 'order_id' | 'first_received_at'>): string => `recalled ${which(order)}`;
/** Another failure of the same order is not put away with the first. */
export const putAwayKey = (order: Order): string =>
  `put-away ${order.stage_since} ${order.delivery_status ?? ''} ${order.order_id}`;

export const isMarked = (marks: Marks, key: string): boolean => marks.keys.includes(key);

export const withMark = (marks: Marks, key: string): Marks =>
  isMarked(marks, key) ? marks : { ...marks, keys: [...marks.keys, key].slice(-MOST_MARKS) };

export const withoutMark = (marks: Marks, key: string): Marks => ({
  ...marks,
  keys: marks.keys.filter((one) => one !== key),
});

/** What somebody at this screen says of an order. */
export type Acknowledgement =
  'acknowledge-cancel' | 'acknowledge-driver' | 'recall' | 'dismiss' | 'put-away' | 'take-back';

export function acknowledged(marks: Marks, what: Acknowledgement, order: Order): Marks {
  switch (what) {
    case 'acknowledge-cancel':
      return withMark(marks, canceledKey(order));
    case 'acknowledge-driver':
      return withMark(marks, driverKey(order));
    case 'recall':
      return withMark(marks, recalledKey(order));
    case 'dismiss':
      return withoutMark(marks, recalledKey(order));
    case 'put-away':
      return withMark(marks, putAwayKey(order));
    case 'take-back':
      return withoutMark(marks, putAwayKey(order));
  }
}

/** Notes the first opening, once. */
export const openedAt = (marks: Marks, now: number): Marks =>
  marks.firstOpenedAt === null ? { ...marks, firstOpenedAt: now } : marks;

/** @returns whether a canceled order must stay in sight on this screen: nobody has acknowledged it, here or for all. */
export function mustAcknowledgeCancel(order: Order, marks: Marks): boolean {
  if (order.stage !== 'canceled' || order.acknowledged.cancel !== null) return false;
  if (isMarked(marks, canceledKey(order))) return false;
  const { firstOpenedAt } = marks;
  return firstOpenedAt === null || Date.parse(order.stage_since) > firstOpenedAt - OLD_CANCELLATION_MS;
}

/** @returns whether someone at this screen must still say that they have seen who drives now. */
export const mustAcknowledgeDriver = (order: Order, marks: Marks): boolean =>
  order.attention.includes('driver_changed') &&
  order.acknowledged.driver_change === null &&
  !isMarked(marks, driverKey(order));

/** Reads what {@link JSON.stringify} wrote of marks; anything else is no marks. */
export function parseMarks(text: string | null): Marks {
  try {
    const value = JSON.parse(text ?? 'null') as { firstOpenedAt?: unknown; keys?: unknown } | null; // looked at below
    if (value === null || !Array.isArray(value.keys)) return noMarks;
    return {
      firstOpenedAt: typeof value.firstOpenedAt === 'number' ? value.firstOpenedAt : null,
      keys: (value.keys as unknown[]).filter((key) => typeof key === 'string').slice(-MOST_MARKS),
    };
  } catch {
    return noMarks;
  }
}
