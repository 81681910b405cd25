import type { DestinationFilter, DestinationView } from '../../schemas/destinations';
import { type FeedItem, ORDER_REMOVED } from '../../schemas/api/feed';
import { isActionType } from '../../schemas/events/rail-actions';
import type { Wanted } from '../feed/feed';

/** Which items of the feed a destination wants. Pure. */

const sameSource = (one: string, other: string): boolean => one.trim().toLowerCase() === other.trim().toLowerCase();

const has = <Value>(list: readonly Value[] | undefined, value: Value): boolean =>
  list === undefined || list.includes(value);

/** Returns the locations that are read at all; null: all. */
export const wantedLocations = ({ location_id }: DestinationFilter): Wanted =>
  location_id === undefined ? null : new Set(location_id);

/** @returns what an item says of the order: of `events` after that event, of `orders` now. */
const saidOf = (item: Exclude<FeedItem, { type: typeof ORDER_REMOVED }>) =>
  'order' in item
    ? {
        stage: item.order.stage,
        attention: item.order.attention,
        source: item.order.driver_details?.source ?? null,
      }
    : item;

/**
 * Returns whether a destination wants an item. That an order was removed is news of every order that the locations and
 * types let through: anyone who has a copy of it is to forget it. There are no bytes of it, nor of what was done here.
 */
export function wants(view: DestinationView, filter: DestinationFilter, item: FeedItem): boolean {
  const { location_id, source, stage, attention, type } = filter;
  if (!has(location_id, item.location_id) || !has(type, item.type)) return false;
  if (view === 'raw' && isActionType(item.type)) return false;
  if (item.type === ORDER_REMOVED) return view !== 'raw';
  const said = saidOf(item);
  return (
    has(stage, said.stage) &&
    (attention === undefined || attention.some((code) => said.attention.includes(code))) &&
    (source === undefined || source.some((one) => said.source !== null && sameSource(one, said.source)))
  );
}
