import type { Logger } from 'pino';
import { BrokenInvariant } from '../../schemas/broken-invariant';
import {
  consumerOf,
  type DESTINATION_FAILING,
  type DESTINATION_GONE,
  type DESTINATION_RECOVERED,
  type DESTINATION_TAKEN,
  destinationCommitStream,
  type DestinationFailingData,
  type DestinationGoneData,
  type DestinationRecoveredData,
  DESTINATIONS_STREAM,
  type DestinationTakenData,
  type ITEM_PARKED,
  type ItemParkedData,
  type ORDER_CAUGHT_UP,
  type ORDER_SET_ASIDE,
  type OrderCaughtUpData,
  type OrderSetAsideData,
} from '../../schemas/destination-events';
import type { DestinationName } from '../../schemas/destinations';
import type { FeedPosition } from '../../schemas/api/feed';
import { eventId } from '../../schemas/events/event-id';
import type { EventStore, Position } from '../event-store/event-store';
import { FoldedStream } from '../event-store/folded-stream';
import { sealAlone } from '../event-store/seal/seal';
import { Consumers } from '../feed/consumers/consumers';
import { evolveDestinations, type KnownDestination, type KnownDestinations, nothingKnown } from './destination-fold';

/** What is on record of destinations, in the event store: how far each has come, and what is behind that. */

/** Where a destination is. */
export interface DestinationPlace {
  readonly position: FeedPosition;
  /** When it was set to a position: another time means that it was set again. */
  readonly setAt: string;
}

interface Facts {
  readonly [ORDER_SET_ASIDE]: OrderSetAsideData;
  readonly [ORDER_CAUGHT_UP]: OrderCaughtUpData;
  readonly [ITEM_PARKED]: ItemParkedData;
  readonly [DESTINATION_FAILING]: DestinationFailingData;
  readonly [DESTINATION_RECOVERED]: DestinationRecoveredData;
  readonly [DESTINATION_GONE]: DestinationGoneData;
  readonly [DESTINATION_TAKEN]: DestinationTakenData;
}

export interface DestinationRecord {
  /** Returns where a destination is; null: nothing was ever sent to it. */
  place(name: DestinationName): Promise<DestinationPlace | null>;
  known(name: DestinationName): Promise<KnownDestination>;
  /** Sets a destination to a position: what comes after is sent, again if need be. */
  set(name: DestinationName, position: FeedPosition): Promise<DestinationPlace>;
  commit(name: DestinationName, position: FeedPosition): Promise<void>;
  /** Puts a fact on record; its time is now. */
  add<Type extends keyof Facts>(type: Type, fact: Omit<Facts[Type], 'at'>): Promise<void>;
  close(): Promise<void>;
}

/**
 * @param coveredTo everything up to here is covered by a signed checkpoint
 * @param newId makes a UUID
 * @param now milliseconds since the epoch
 */
export function createDestinationRecord(options: {
  readonly store: Pick<EventStore, 'append' | 'readStream' | 'deleteStream'>;
  readonly coveredTo: () => Position | null | Promise<Position | null>;
  readonly newId: () => string;
  readonly now: () => number;
  readonly log: Logger;
}): DestinationRecord {
  const { store, newId, now } = options;
  const places = new Consumers({
    ...options,
    streams: { list: DESTINATIONS_STREAM, commits: destinationCommitStream },
  });
  const initial: KnownDestinations = new Map();
  const facts = new FoldedStream(store, DESTINATIONS_STREAM, initial, evolveDestinations);

  return {
    place: async (name) => {
      const consumer = await places.get(consumerOf(name));
      if (consumer === null) return null;
      return { position: (await places.place(consumer)).position, setAt: consumer.setAt };
    },

    known: async (name) => (await facts.refresh()).get(name) ?? nothingKnown,

    set: async (name, position) => {
      const consumer = await places.set(consumerOf(name), null, position);
      if (consumer === null) throw new BrokenInvariant('more destinations are on record than there may be');
      return { position, setAt: consumer.setAt };
    },

    commit: async (name, position) => {
      await places.commit(consumerOf(name), position);
    },

    add: async (type, fact) => {
      const data = { ...fact, at: new Date(now()).toISOString() };
      await store.append(
        DESTINATIONS_STREAM,
        [sealAlone(DESTINATIONS_STREAM, { id: eventId(newId()), type, data }, {})],
        'any',
      );
    },

    close: () => places.close(),
  };
}
