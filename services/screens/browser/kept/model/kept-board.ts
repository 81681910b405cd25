import type { Order } from '../../../../../schemas/api/order-view';
import { isJsonObject } from '../../../../../schemas/json/json-object';
import type { Label } from '../../../../../schemas/label';
import { isFinalStage } from '../../../../../schemas/vocabulary';
import type { KnownLocation } from '../../shared/model/known-location';

/** The last board of a location that a browser showed, as it keeps it for a reload without the service. */

/** Milliseconds after which a kept board is forgotten: the next shift begins with none. */
export const KEPT_MS = 12 * 3_600_000;
/** Most orders of a board that are kept, open ones first, and most characters that they have as JSON. */
export const MOST_ORDERS = 400;
export const MOST_CHARACTERS = 1_000_000;
/** Most boards that a browser keeps: those that were shown last. */
export const MOST_BOARDS = 10;
/** Says in which form a board is kept: one of another form is none. */
const FORM = 1;

/**
 * @param boards with when each was current, in milliseconds since the epoch by the clock of the screen
 * @returns those that stay: neither too old nor from later than now, and of them the newest
 */
export function stillKept<Board extends { readonly currentAt: number }>(
  boards: readonly Board[],
  now: number,
): readonly Board[] {
  return boards
    .filter(({ currentAt }) => now - currentAt >= 0 && now - currentAt < KEPT_MS)
    .sort((one, other) => other.currentAt - one.currentAt)
    .slice(0, MOST_BOARDS);
}

export interface KeptBoard {
  readonly location: string;
  /** When it was last known to be current, in milliseconds since the epoch by the clock of the screen. */
  readonly currentAt: number;
  /** Milliseconds by which the clock of the service was ahead of that of the screen. */
  readonly aheadMs: number;
  readonly facts: KnownLocation;
  readonly truncated: boolean;
  /** Without contacts. */
  readonly orders: readonly Order[];
}

const textIn = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

/** Leaves out what is undefined. */
const given = (fields: Readonly<Record<string, unknown>>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));

/** Keeps of a driver what is called out or seen from the counter: no phone, passcode, picture or instruction. */
function keptDriver(driver: unknown): Order['driver_details'] {
  if (!isJsonObject(driver)) return null;
  const { source, name, vehicle_info: vehicle } = driver;
  const { make, model, color, license_plate, is_autonomous } = isJsonObject(vehicle) ? vehicle : {};
  return given({
    source: textIn(source),
    name: textIn(name),
    vehicle_info: given({
      make: textIn(make),
      model: textIn(model),
      color: textIn(color),
      license_plate: textIn(license_plate),
      is_autonomous: is_autonomous === true ? true : undefined,
    }),
  });
}

/** Keeps of a label all that a service of today says, but the customer's name. */
function keptLabel({ number, items, source, brand, fulfillment_type, promised_minutes, requested_for }: Label): Label {
  return { number, items, source, brand, fulfillment_type, promised_minutes, requested_for };
}

/**
 * Keeps of an order what is named here, and nothing that a sender adds: readers without contacts see no less (`withoutContact`
 * in services/access/withhold.ts). The customer's name is left out with them.
 */
export function keptOrder(order: Order): Order {
  const { location_id, order_id, status, delivery_status, stage, attention, label } = order;
  const { same_report_as, handed_over, acknowledged, revision } = order;
  const { first_received_at, updated_at, reported_at, stage_since } = order;
  return {
    ...{ location_id, order_id, status, delivery_status, stage, attention },
    driver_details: keptDriver(order.driver_details),
    ...(label === undefined ? {} : { label: keptLabel(label) }),
    ...{ same_report_as, handed_over, acknowledged, revision },
    ...{ first_received_at, updated_at, reported_at, stage_since },
  };
}

/** @returns a board as text, with as many of its orders as may be kept: open ones first, and the newest of them */
export function writeBoard({ orders, ...board }: KeptBoard): string {
  const sorted = [...orders].sort(
    (one, other) =>
      Number(isFinalStage(one.stage)) - Number(isFinalStage(other.stage)) ||
      (one.updated_at < other.updated_at ? 1 : -1),
  );
  const texts: string[] = [];
  let characters = 0;
  for (const order of sorted.slice(0, MOST_ORDERS)) {
    const text = JSON.stringify(keptOrder(order));
    characters += text.length;
    if (characters > MOST_CHARACTERS) break;
    texts.push(text);
  }
  const truncated = board.truncated || texts.length < orders.length;
  return `${JSON.stringify({ form: FORM, ...board, truncated }).slice(0, -1)},"orders":[${texts.join(',')}]}`;
}

/**
 * Reads what {@link writeBoard} wrote.
 * @param now milliseconds since the epoch by the clock of the screen
 * @returns null for what is something else, too old, or from later than now: then its age is not known
 */
export function parseBoard(text: string, now: number): KeptBoard | null {
  try {
    const { form, ...board } = JSON.parse(text) as KeptBoard & { readonly form: unknown }; // as it was written, or of another form
    const age = now - board.currentAt;
    return form === FORM && age >= 0 && age < KEPT_MS ? board : null;
  } catch {
    return null;
  }
}
