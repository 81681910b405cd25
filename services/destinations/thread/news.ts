import { evolve, initial } from '../../../projections/order/order';
import type { DestinationEntry } from '../../../schemas/destinations';
import { stringifyJson } from '../../../schemas/json/exact-json';
import type { FeedItem, FeedPosition } from '../../../schemas/api/feed';
import type { OrderKey } from '../../../schemas/order-key';
import { decodeOrderEvent, orderStream } from '../../../schemas/events/order-events';
import { cutPage } from '../../../schemas/cut-page';
import { nextTurn } from '../../concurrency/turns';
import type { EventStore, RecordedEvent } from '../../event-store/event-store';
import { comparePositions } from '../../event-store/event-store';
import { readIfThere } from '../../event-store/reads';
import type { Feed, FeedAnswer, News } from '../../feed/feed';
import type { ReadItems } from '../../feed/feed-items';
import { comparePlaces, logPosition } from '../../feed/feed-place';
import { orderItemOf } from '../../feed/orders-view';
import type { ShowOrder } from '../../labels/labels';
import { wantedLocations, wants } from '../filter';
import type { Waiting } from './lines';

/** Items that are read of the feed at a time. */
const SLICE_ITEMS = 256;

/** What a line gets of the log. */
export interface Loaded {
  readonly items: readonly Waiting[];
  /** Up to here the order was looked at. */
  readonly last: FeedPosition;
  readonly hasMore: boolean;
}

/** The news that a destination wants. */
export interface NewsOf {
  /** Reads on after a place: items that are not wanted are among them, as places only. */
  read(after: FeedPosition): Promise<FeedAnswer>;
  expect(): News;
  /** @returns an item as it waits; null if the destination does not want it. */
  wanted(item: FeedItem): Waiting | null;
  /** Reads news of one order again, after a place and up to another. */
  load(key: OrderKey, after: FeedPosition, upTo: FeedPosition, limit: number): Promise<Loaded>;
}

/** @param entry whose news */
export function newsFor(
  { view, filter }: Pick<DestinationEntry, 'view' | 'filter'>,
  sources: {
    readonly feed: Pick<Feed, 'events' | 'orders' | 'expect'>;
    readonly readItems: ReadItems;
    /** Resolves when more may be read; default: at once. */
    readonly turn?: (() => Promise<void>) | undefined;
    readonly store: Pick<EventStore, 'readStream'>;
    /** Gives an order its label; default: it has none. */
    readonly show?: ShowOrder;
  },
): NewsOf {
  const { feed, readItems, turn, store, show } = sources;
  const locations = wantedLocations(filter);
  const feedView = view === 'orders' ? 'orders' : 'events';
  const wanted = (item: FeedItem): Waiting | null =>
    wants(view, filter, item) ? { item, text: stringifyJson(item), before: null } : null;

  async function newestState(key: OrderKey): Promise<FeedItem | null> {
    let state = initial;
    let newest: RecordedEvent | null = null;
    for await (const stored of readIfThere(store, orderStream(key))) {
      const event = decodeOrderEvent(stored);
      if (event === null) continue;
      state = evolve(state, event);
      newest = stored;
    }
    // As feed.ts does: labels that were sent to this thread before the newest event was written come first.
    await nextTurn();
    return newest === null ? null : orderItemOf({ key, state, position: newest.position, eventId: newest.id }, show);
  }

  async function factsOf(key: OrderKey, after: FeedPosition, upTo: FeedPosition, limit: number): Promise<Loaded> {
    const [from, to] = [logPosition(after), logPosition(upTo)];
    const found: RecordedEvent[] = [];
    for await (const event of readIfThere(store, orderStream(key))) {
      if (from !== null && comparePositions(event.position, from) <= 0) continue;
      if (found.length > limit || (to !== null && comparePositions(event.position, to) > 0)) continue;
      found.push(event);
    }
    const page = cutPage(found, limit);
    const { items, last } = await readItems(page.items, after);
    const hasMore = page.last !== null;
    return { items: items.flatMap((item) => wanted(item) ?? []), last: hasMore ? last : upTo, hasMore };
  }

  return {
    read: async (after) => {
      await turn?.();
      return feed[feedView]({ after, limit: SLICE_ITEMS, wanted: locations });
    },
    expect: () => feed.expect(feedView, locations),
    wanted,
    load: async (key, after, upTo, limit) => {
      if (view !== 'orders') return factsOf(key, after, upTo, limit);
      const item = await newestState(key);
      const waiting = item === null || comparePlaces(item.position, after) <= 0 ? null : wanted(item);
      return { items: waiting === null ? [] : [waiting], last: upTo, hasMore: false };
    },
  };
}
