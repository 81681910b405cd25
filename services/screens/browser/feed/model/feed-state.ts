import { isFinalStage } from '../../../../../schemas/vocabulary';
import type { FeedMessage, LiveOrder } from '../../shared/model/feed-message';

/** Finished orders that a screen remembers besides canceled ones, of which it remembers as many. */
export const FINISHED_KEPT = 200;

/** All that a screen knows of one location, from the feed alone. */
export interface FeedState<Seen extends LiveOrder> {
  readonly location: string;
  /** Identifies the reading of history that the orders come from; null before the first snapshot. */
  readonly folds: string | null;
  /** Where to resume, or null: begin with a snapshot. */
  readonly position: string | null;
  readonly orders: ReadonlyMap<string, Seen>;
  /** The location has more open orders than the feed shows. */
  readonly truncated: boolean;
}

/** One order as it was known before and as it is now. */
export interface OrderChange<Seen extends LiveOrder> {
  /** Null: it was not known. */
  readonly before: Seen | null;
  readonly after: Seen;
  /** It came with the first snapshot: it is not news, the screen has only just begun to look. */
  readonly initial: boolean;
}

export interface FeedUpdate<Seen extends LiveOrder> {
  readonly state: FeedState<Seen>;
  readonly changes: readonly OrderChange<Seen>[];
  /** What the screen shows was read with other folds: connect again, without a position. */
  readonly mustRestart: boolean;
}

export const nothingKnown = <Seen extends LiveOrder>(location: string): FeedState<Seen> => ({
  location,
  folds: null,
  position: null,
  orders: new Map<string, Seen>(),
  truncated: false,
});

/**
 * Returns whether an order is of another location. An order of the board's view names its location. One of another
 * location is never shown.
 */
const isForeign = (order: LiveOrder, location: string): boolean =>
  'location_id' in order && order.location_id !== location;

/** Forgets the oldest finished orders once there are twice as many as are kept. */
function prune<Seen extends LiveOrder>(orders: Map<string, Seen>): void {
  const forget = (some: (stage: string) => boolean): void => {
    const finished = [...orders.values()].filter(({ stage }) => some(stage));
    if (finished.length <= 2 * FINISHED_KEPT) return;
    finished.sort((one, other) => (one.updated_at < other.updated_at ? 1 : -1));
    for (const { order_id } of finished.slice(FINISHED_KEPT)) orders.delete(order_id);
  };
  forget((stage) => stage === 'canceled');
  forget((stage) => stage !== 'canceled' && isFinalStage(stage));
}

/** Returns what an order is called, in a form to compare: it may change without news of the order. */
const calledOf = (order: LiveOrder): string =>
  JSON.stringify('label' in order ? order.label : 'number' in order ? order.number : null);
const isCalledTheSame = (one: LiveOrder, other: LiveOrder): boolean => calledOf(one) === calledOf(other);

/**
 * Takes in messages in the order in which they came. A snapshot replaces what is known, but for
 * canceled orders, which it may leave out and people have to see; an order message is dropped
 * unless its revision is newer than what is known, or what it is called has changed, so that nothing is shown twice and nothing goes back.
 */
export function receive<Seen extends LiveOrder>(
  state: FeedState<Seen>,
  messages: readonly FeedMessage<Seen>[],
): FeedUpdate<Seen> {
  let { folds, position, truncated } = state;
  const { location } = state;
  let orders: Map<string, Seen> | null = null;
  let mustRestart = false;
  const changes: OrderChange<Seen>[] = [];
  const known = (): ReadonlyMap<string, Seen> => orders ?? state.orders;

  for (const message of messages) {
    if (mustRestart) break;
    switch (message.kind) {
      case 'snapshot': {
        if (message.location_id !== location) break;
        const next = new Map<string, Seen>();
        for (const after of message.orders) {
          if (isForeign(after, location)) continue;
          const before = known().get(after.order_id) ?? null;
          if (before?.revision !== after.revision) changes.push({ before, after, initial: folds === null });
          next.set(after.order_id, after);
        }
        for (const [id, one] of message.folds === folds ? known() : []) {
          if (one.stage === 'canceled' && !next.has(id)) next.set(id, one);
        }
        orders = next;
        ({ folds, position, truncated } = message);
        break;
      }
      case 'resumed':
        if (message.location_id !== location || message.folds !== folds) {
          mustRestart = true;
          position = null;
        }
        break;
      case 'order': {
        const { order: after } = message;
        if (message.position !== null) ({ position } = message);
        const before = known().get(after.order_id) ?? null;
        if (isForeign(after, location) || (before !== null && after.revision < before.revision)) break;
        if (before?.revision === after.revision && isCalledTheSame(before, after)) break;
        orders ??= new Map(state.orders);
        orders.set(after.order_id, after);
        if (before?.revision === after.revision) break; // it is only called otherwise: no news to act on
        changes.push({ before, after, initial: false });
        break;
      }
      case 'heartbeat':
        break;
    }
  }
  if (orders !== null) prune(orders);
  return { state: { location, folds, position, orders: orders ?? state.orders, truncated }, changes, mustRestart };
}
