import type { OrderEvent } from '../../schemas/events/order-events';
import { isListed, wordOf } from '../../schemas/vocabulary';
import { interpretDriverDetails, interpretText } from '../values/lenient';
import type { JsonObject } from '../../schemas/json/json-object';
import { saysNothing } from '../values/values';

/** The two axes of an order, which are independent of each other: no pair is an error (docs/protocol.md#section-1). */
export interface Reported {
  readonly status: string | null;
  readonly delivery_status: string | null;
}

/** What one delivery says. */
export interface Said extends Reported {
  /** `driver_details` in which every known field has its type; null where there are none. */
  readonly details: JsonObject | null;
  /** Pointers of the fields that were read otherwise than they came, or could not be read (docs/protocol.md#ruling-5-3). */
  readonly unreadable: readonly string[];
}

export const nothingReported: Reported = { status: null, delivery_status: null };
const NOTHING_UNREADABLE: readonly string[] = [];
const nothingSaid: Said = { ...nothingReported, details: null, unreadable: NOTHING_UNREADABLE };

/** Words nobody knows are kept; what cannot be a word is read as absent (docs/protocol.md#ruling-5-4). */
function interpretWord(data: JsonObject, name: keyof Reported, unreadable: string[]): string | null {
  const value = data[name];
  if (typeof value === 'string' && isListed(value)) return value;
  if (saysNothing(value)) return null;
  const word = wordOf(interpretText(value) ?? '');
  if (word === null || typeof value !== 'string') unreadable.push(`/${name}`);
  return word;
}

/** @returns what one delivery itself says; null where it says nothing. */
export function saidBy({ type, data }: Pick<OrderEvent, 'type' | 'data'>): Said {
  if (type !== 'order.updated') return nothingSaid;
  const unreadable: string[] = [];
  const status = interpretWord(data, 'status', unreadable);
  const delivery_status = interpretWord(data, 'delivery_status', unreadable);
  const details = interpretDriverDetails(data['driver_details'], unreadable);
  return { status, delivery_status, details, unreadable: unreadable.length === 0 ? NOTHING_UNREADABLE : unreadable };
}

/** Last reported wins; an axis that a delivery is silent about keeps its last value (docs/protocol.md#ruling-4-5). */
export function lastReported(before: Reported, said: Reported): Reported {
  return {
    status: said.status ?? before.status,
    delivery_status: said.delivery_status ?? before.delivery_status,
  };
}
