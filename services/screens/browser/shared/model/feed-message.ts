import { isJsonObject } from '../../../../../schemas/json/json-object';
import { type KnownLocation, knownLocation } from './known-location';

/** Messages of the live feed (services/orders/live/live-feed.ts) as a screen reads them. */

/** What every view of the feed says of an order; the board's view is a whole `Order`. */
export interface LiveOrder {
  readonly order_id: string;
  readonly revision: number;
  readonly stage: string;
  readonly stage_since: string;
  readonly updated_at: string;
}

export const STORE_STATES = ['ok', 'unavailable', 'behind'] as const;
/** How the service says that it fares: its event store is away, or its read model is catching up. */
export type StoreState = (typeof STORE_STATES)[number];

export type FeedMessage<Seen extends LiveOrder> =
  | {
      readonly kind: 'snapshot';
      readonly position: string | null;
      readonly location_id: string;
      readonly now: string;
      readonly folds: string;
      readonly orders: readonly Seen[];
      readonly truncated: boolean;
    }
  | { readonly kind: 'resumed'; readonly location_id: string; readonly now: string; readonly folds: string }
  | { readonly kind: 'order'; readonly position: string | null; readonly order: Seen }
  | {
      readonly kind: 'heartbeat';
      readonly now: string;
      readonly store: StoreState;
      /** Deliveries of the last day that could not be used and wait; 0 of a service that does not count them. */
      readonly quarantined: number;
      /** Milliseconds between heartbeats. */
      readonly interval_ms: number;
      readonly facts: KnownLocation;
    };

/** One event of the stream, as the parser of the event stream hands it on. */
export interface RawMessage {
  readonly event?: string | undefined;
  readonly id?: string | undefined;
  readonly data: string;
}

const isTime = (value: unknown): value is string => typeof value === 'string' && !Number.isNaN(Date.parse(value));

/**
 * Returns whether a value is an order. The rest of an order is the service's to vouch for: it answers from its own
 * schema.
 */
function isOrder(value: unknown): value is LiveOrder {
  return (
    isJsonObject(value) &&
    typeof value['order_id'] === 'string' &&
    typeof value['revision'] === 'number' &&
    typeof value['stage'] === 'string' &&
    isTime(value['stage_since']) &&
    isTime(value['updated_at'])
  );
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return null;
  }
}

/** @returns the message, or null for one that this build does not know or cannot use. */
export function parseMessage<Seen extends LiveOrder>(raw: RawMessage): FeedMessage<Seen> | null {
  const data = parseJson(raw.data);
  if (!isJsonObject(data)) return null;
  const position = raw.id !== undefined && /^[\w-]+$/.test(raw.id) ? raw.id : null;
  const { location_id, now, folds, orders, truncated, store, quarantined, interval_ms, location } = data;
  switch (raw.event) {
    case 'snapshot':
      if (typeof location_id !== 'string' || !isTime(now) || typeof folds !== 'string' || !Array.isArray(orders)) {
        return null;
      }
      return {
        kind: 'snapshot',
        position,
        location_id,
        now,
        folds,
        orders: (orders as unknown[]).filter(isOrder) as Seen[], // the rest is the service's to vouch for
        truncated: truncated === true,
      };
    case 'resumed':
      if (typeof location_id !== 'string' || !isTime(now) || typeof folds !== 'string') return null;
      return { kind: 'resumed', location_id, now, folds };
    case 'order':
      // The rest of it is the service's to vouch for.
      return isOrder(data) ? { kind: 'order', position, order: data as unknown as Seen } : null;
    case 'heartbeat':
      if (!isTime(now) || typeof interval_ms !== 'number' || !(interval_ms > 0)) return null;
      return {
        kind: 'heartbeat',
        now,
        store: STORE_STATES.find((known) => known === store) ?? 'ok',
        quarantined: typeof quarantined === 'number' ? quarantined : 0,
        interval_ms,
        facts: knownLocation(location),
      };
    case undefined:
    default:
      return null;
  }
}
