import { isJsonObject } from '../../../../../schemas/json/json-object';
import type { LocationOverview } from '../../../../../schemas/api/overview';
import { type FeedMessage, type LiveOrder, parseMessage, type RawMessage } from '../../shared/model/feed-message';

/** All that the page knows, from the feed of the overview alone. */
export interface OverviewState {
  /** By id; null: nothing came yet. */
  readonly locations: ReadonlyMap<string, LocationOverview> | null;
  /** There are more locations, which come as they change. */
  readonly truncated: boolean;
}

export const nothingKnown: OverviewState = { locations: null, truncated: false };

export type OverviewMessage =
  | {
      readonly kind: 'snapshot';
      readonly now: string;
      readonly locations: readonly LocationOverview[];
      readonly truncated: boolean;
    }
  | { readonly kind: 'changed'; readonly locations: readonly LocationOverview[] }
  | Extract<FeedMessage<LiveOrder>, { readonly kind: 'heartbeat' }>;

/** Returns whether a value says how a location fares. The rest of it is the service's to vouch for. */
const isLocation = (value: unknown): value is LocationOverview =>
  isJsonObject(value) && typeof value['location_id'] === 'string' && Array.isArray(value['stages']);

function fieldsOf(data: string): Readonly<Record<string, unknown>> {
  try {
    const value = JSON.parse(data) as unknown;
    return isJsonObject(value) ? value : {};
  } catch {
    return {};
  }
}

/** @returns the message, or null for one that this build does not know or cannot use. */
export function parseOverviewMessage(raw: RawMessage): OverviewMessage | null {
  if (raw.event === 'snapshot' || raw.event === 'changed') {
    const { now, locations: listed, truncated } = fieldsOf(raw.data);
    if (!Array.isArray(listed)) return null;
    const locations = (listed as unknown[]).filter(isLocation);
    if (raw.event === 'changed') return { kind: 'changed', locations };
    if (typeof now !== 'string' || Number.isNaN(Date.parse(now))) return null;
    return { kind: 'snapshot', now, locations, truncated: truncated === true };
  }
  const message = parseMessage(raw);
  return message?.kind === 'heartbeat' ? message : null;
}

/** Takes in messages in the order in which they came. */
export function receive(state: OverviewState, messages: readonly OverviewMessage[]): OverviewState {
  let { locations, truncated } = state;
  const changed = new Map<string, LocationOverview>();
  for (const message of messages) {
    if (message.kind === 'heartbeat') continue;
    if (message.kind === 'snapshot') {
      locations = new Map();
      changed.clear();
      ({ truncated } = message);
    }
    for (const one of message.locations) changed.set(one.location_id, one);
  }
  // Changes without a snapshot before them are a part of nothing.
  if (locations === null || (changed.size === 0 && locations === state.locations)) return state;
  return { locations: new Map([...locations, ...changed]), truncated };
}
