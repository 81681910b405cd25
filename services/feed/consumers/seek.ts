import { BEGINNING, type ConsumerStart, type FeedPosition } from '../../../schemas/api/feed';
import { nextTurn } from '../../concurrency/turns';
import type { OrderTableReader } from '../../read-model/order-table/reader';
import type { WaitForReadModel } from '../../read-model/wait';
import type { Feed } from '../feed';
import { feedPosition, logPosition } from '../feed-place';

/** Orders that are looked at in one turn, and items that are read at a time. */
const STEP = 256;

/**
 * Finds the place where a consumer is to begin.
 * @throws {ReadModelError} {@link EventStoreError} {@link Problem}
 */
export async function placeToStart(
  {
    orders,
    feed,
    waitForReadModel,
  }: {
    readonly orders: Pick<OrderTableReader, 'newestEvent' | 'newestEvents'>;
    readonly feed: Pick<Feed, 'events' | 'verify'>;
    readonly waitForReadModel: WaitForReadModel;
  },
  { from, position, time }: ConsumerStart,
): Promise<FeedPosition> {
  if (position !== undefined) {
    await feed.verify(position);
    return position;
  }
  if (time === undefined && from !== 'now') return BEGINNING;
  await waitForReadModel();
  if (time !== undefined) return placeAtTime(orders, feed, new Date(Date.parse(time)).toISOString());
  const newest = orders.newestEvent();
  return newest === null ? BEGINNING : feedPosition(newest.position, newest.id);
}

/**
 * Finds the place before the first item that was received at a time or later. It begins at the newest event of an order that
 * had all its news before, which the read model knows, and reads on from there: no store finds events by time.
 * @param time RFC 3339, UTC, milliseconds
 * @throws {ReadModelError} {@link EventStoreError} {@link Problem}
 */
async function placeAtTime(
  orders: Pick<OrderTableReader, 'newestEvents'>,
  feed: Pick<Feed, 'events'>,
  time: string,
): Promise<FeedPosition> {
  let place: FeedPosition = await newestBefore(orders, time);
  for (;;) {
    const { items, next, caughtUp } = await feed.events({ after: place, limit: STEP, wanted: null });
    for (const item of items) {
      if (item.received_at >= time) return place;
      place = item.position;
    }
    if (caughtUp) return place;
    place = next;
  }
}

async function newestBefore(orders: Pick<OrderTableReader, 'newestEvents'>, time: string): Promise<FeedPosition> {
  for (let before = null as FeedPosition | null; ;) {
    await nextTurn();
    const slice = orders.newestEvents(before === null ? null : logPosition(before), STEP);
    const found = slice.find(({ receivedAt }) => receivedAt < time);
    if (found !== undefined) return feedPosition(found.position, found.id);
    const last = slice.at(-1);
    if (last === undefined) return BEGINNING;
    before = feedPosition(last.position, last.id);
  }
}
