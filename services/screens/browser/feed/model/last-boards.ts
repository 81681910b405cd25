import { isJsonObject } from '../../../../../schemas/json-object';
import type { Order } from '../../../../../schemas/order-view';
import { FINAL_STAGES } from '../../../../../schemas/vocabulary';

/** What a board showed last, as the browser keeps it for a reload while its orders cannot be had. */
export interface LastBoard {
  readonly location: string;
  /** When it was true, in milliseconds since the epoch. */
  readonly at: number;
  readonly orders: readonly Order[];
}

/** Most boards that a browser keeps, the newest ones. */
export const MOST_BOARDS = 3;
/** Most orders of one board that are kept. */
export const MOST_ORDERS = 500;
/** Milliseconds after which a board says nothing any more: a shift. */
export const LAST_BOARD_MS = 12 * 3_600_000;

type Label = NonNullable<Order['label']>;

/** Each field is named here, so that none that the service may say one day is kept unseen. */
function labelOf({ number, items, source, brand, fulfillment_type, promised_minutes, requested_for }: Label): Label {
  return { number, items, source, brand, fulfillment_type, promised_minutes, requested_for };
}

function driverOf(driver: NonNullable<Order['driver_details']>): Order['driver_details'] {
  const { make, model, color, is_autonomous } = driver.vehicle_info ?? {};
  return { source: driver.source, vehicle_info: { make, model, color, is_autonomous } };
}

/** Returns what may be kept of an order: nothing of which a driver or a customer is known, or called, or let in. */
export function withoutContacts(order: Order): Order {
  const { location_id, order_id, status, delivery_status, driver_details, stage, attention, label } = order;
  const { same_report_as, handed_over, acknowledged, revision } = order;
  const { first_received_at, updated_at, reported_at, stage_since } = order;
  return {
    ...{ location_id, order_id, status, delivery_status, stage, attention },
    ...{ same_report_as, handed_over, acknowledged, revision },
    ...{ first_received_at, updated_at, reported_at, stage_since },
    driver_details: driver_details === null ? null : driverOf(driver_details),
    ...(label === undefined ? {} : { label: labelOf(label) }),
  };
}

const isKept = ({ stage }: Order): boolean => stage === 'canceled' || !FINAL_STAGES.has(stage);

/** Returns the board as it is to be kept: what is open or canceled, the newest orders first, without contacts. */
export const lastBoard = (location: string, at: number, orders: Iterable<Order>): LastBoard => ({
  location,
  at,
  orders: [...orders]
    .filter(isKept)
    .sort((one, other) => (one.updated_at < other.updated_at ? 1 : -1))
    .slice(0, MOST_ORDERS)
    .map(withoutContacts),
});

/** Returns the boards with a newer one, in place of the one before of its location. */
export const withBoard = (boards: readonly LastBoard[], board: LastBoard): readonly LastBoard[] =>
  [board, ...boards.filter(({ location }) => location !== board.location)].slice(0, MOST_BOARDS);

/** Returns the board of a location, unless it is too old. @param now milliseconds since the epoch */
export const boardOf = (boards: readonly LastBoard[], location: string, now: number): LastBoard | null =>
  boards.find((one) => one.location === location && now >= one.at && now - one.at <= LAST_BOARD_MS) ?? null;

/** The rest of an order is as this browser kept it. */
const isOrder = (value: unknown): boolean =>
  isJsonObject(value) &&
  ['order_id', 'stage', 'stage_since', 'updated_at'].every((name) => typeof value[name] === 'string') &&
  Array.isArray(value['attention']);

const isBoard = (value: unknown): boolean =>
  isJsonObject(value) &&
  typeof value['location'] === 'string' &&
  typeof value['at'] === 'number' &&
  Array.isArray(value['orders']) &&
  value['orders'].every(isOrder);

/** Reads what {@link JSON.stringify} wrote of boards; anything else is none. */
export function readBoards(text: string | null): readonly LastBoard[] {
  try {
    const value: unknown = JSON.parse(text ?? '[]');
    return Array.isArray(value) ? (value.filter(isBoard) as LastBoard[]) : []; // the rest is as it was written
  } catch {
    return [];
  }
}
