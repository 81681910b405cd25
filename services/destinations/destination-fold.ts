import type { z } from 'zod';
import { CONSUMER_SET } from '../../schemas/consumer-events';
import {
  DESTINATION_FAILING,
  DESTINATION_GONE,
  DESTINATION_RECOVERED,
  DESTINATION_TAKEN,
  DestinationFailingData,
  DestinationGoneData,
  DestinationRecoveredData,
  DestinationSetData,
  DestinationTakenData,
  ITEM_PARKED,
  ItemParkedData,
  ORDER_CAUGHT_UP,
  ORDER_SET_ASIDE,
  OrderCaughtUpData,
  OrderSetAsideData,
} from '../../schemas/destination-events';
import type { DestinationName } from '../../schemas/destinations';
import type { OrderKey } from '../../schemas/order-key';
import { orderStream } from '../../schemas/events/order-events';
import type { RecordedEvent } from '../event-store/event-store';
import { laterPlace } from '../feed/feed-place';

/** What is on record of a destination beside how far it has come. Pure. */

/** Most items that are listed as parked. */
const SHOWN_PARKED = 20;

export interface KnownDestination {
  /** RFC 3339; null: something arrived since. */
  readonly failingSince: string | null;
  /** SHA-256 of the URL that answered 410. */
  readonly goneUrl: string | null;
  /** The instance that sends. */
  readonly sender: string | null;
  /** By the stream of the order. */
  readonly setAside: ReadonlyMap<string, OrderSetAsideData>;
  readonly parked: number;
  /** Newest first. */
  readonly lastParked: readonly ItemParkedData[];
}

export const nothingKnown: KnownDestination = {
  failingSince: null,
  goneUrl: null,
  sender: null,
  setAside: new Map(),
  parked: 0,
  lastParked: [],
};

export type KnownDestinations = ReadonlyMap<DestinationName, KnownDestination>;

type Stored = Pick<RecordedEvent, 'type' | 'data'>;

const with1 = (aside: KnownDestination['setAside'], data: OrderSetAsideData): KnownDestination['setAside'] =>
  new Map([...aside, [orderStream(data), data]]);

const without = (aside: KnownDestination['setAside'], key: OrderKey): KnownDestination['setAside'] => {
  const stream = orderStream(key);
  return aside.has(stream) ? new Map([...aside].filter(([one]) => one !== stream)) : aside;
};

/**
 * Returns the orders that were set aside, after an item was parked: what is left of the news of its order begins later.
 */
function afterParked(aside: KnownDestination['setAside'], parked: ItemParkedData): KnownDestination['setAside'] {
  const entry = aside.get(orderStream(parked));
  return entry === undefined ? aside : with1(aside, { ...entry, after: laterPlace(entry.after, parked.position) });
}

/** Returns the destinations after one more event. Total: what is not ours changes nothing. */
export function evolveDestinations(all: KnownDestinations, { type, data }: Stored): KnownDestinations {
  function after<Data extends { readonly name: DestinationName }>(
    schema: z.ZodType<Data>,
    change: (before: KnownDestination, data: Data) => Partial<KnownDestination>,
  ): KnownDestinations {
    const parsed = schema.safeParse(data).data;
    if (parsed === undefined) return all;
    const before = all.get(parsed.name) ?? nothingKnown;
    return new Map([...all, [parsed.name, { ...before, ...change(before, parsed) }]]);
  }
  switch (type) {
    case CONSUMER_SET: // a destination that is set to a position begins anew
      return after(DestinationSetData, ({ sender }) => ({ ...nothingKnown, sender }));
    case ORDER_SET_ASIDE:
      return after(OrderSetAsideData, ({ setAside }, aside) => ({ setAside: with1(setAside, aside) }));
    case ORDER_CAUGHT_UP:
      return after(OrderCaughtUpData, ({ setAside }, order) => ({ setAside: without(setAside, order) }));
    case ITEM_PARKED:
      return after(ItemParkedData, ({ setAside, parked, lastParked }, item) => ({
        setAside: afterParked(setAside, item),
        parked: parked + 1,
        lastParked: [item, ...lastParked].slice(0, SHOWN_PARKED),
      }));
    case DESTINATION_FAILING:
      return after(DestinationFailingData, (_before, { since }) => ({ failingSince: since }));
    case DESTINATION_RECOVERED:
      return after(DestinationRecoveredData, () => ({ failingSince: null }));
    case DESTINATION_GONE:
      return after(DestinationGoneData, (_before, { url_sha256 }) => ({ goneUrl: url_sha256 }));
    case DESTINATION_TAKEN:
      return after(DestinationTakenData, (_before, { instance }) => ({ sender: instance }));
    default:
      return all;
  }
}
