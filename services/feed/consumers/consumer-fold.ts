import {
  CONSUMER_COMMITTED,
  CONSUMER_DELETED,
  CONSUMER_SET,
  CONSUMER_VOLUME_BEGUN,
  ConsumerCommittedData,
  ConsumerDeletedData,
  ConsumerSetData,
  ConsumerVolumeData,
} from '../../../schemas/consumer-events';
import type { ConsumerName, FeedPosition } from '../../../schemas/api/feed';
import type { ReaderName } from '../../../schemas/files/readers';
import type { RecordedEvent } from '../../event-store/event-store';
import { comparePlaces, laterPlace } from '../feed-place';

/** Which consumers there are, as the stream of them says. Pure. */

/** Volumes of commits that are remembered once they count no longer, until they are deleted. */
const MAX_OLD_VOLUMES = 4;

export interface KnownConsumer {
  readonly name: ConsumerName;
  readonly reader: ReaderName | null;
  readonly setAt: string;
  /** Where it was when its volume began, at the least. */
  readonly base: FeedPosition;
  /** Revision of the event that began the volume to which commits go. */
  readonly volume: number;
  /** The volume before it, into which another instance may still have committed; null after it was set. */
  readonly before: number | null;
  /** Volumes that count no longer. */
  readonly old: readonly number[];
}

export type KnownConsumers = ReadonlyMap<ConsumerName, KnownConsumer>;

export const noConsumers: KnownConsumers = new Map();

type Stored = Pick<RecordedEvent, 'type' | 'data' | 'revision'>;

const with1 = (consumers: KnownConsumers, consumer: KnownConsumer): KnownConsumers =>
  new Map([...consumers, [consumer.name, consumer]]);

const retired = (known: KnownConsumer | undefined): readonly number[] =>
  known === undefined
    ? []
    : [...known.old, ...(known.before === null ? [] : [known.before]), known.volume].slice(-MAX_OLD_VOLUMES);

/** Returns the consumers after one more event. Total: what is not ours changes nothing. */
export function evolveConsumers(consumers: KnownConsumers, { type, data, revision }: Stored): KnownConsumers {
  switch (type) {
    case CONSUMER_SET: {
      const set = ConsumerSetData.safeParse(data).data;
      if (set === undefined) return consumers;
      const { name, reader, position, at } = set;
      const old = retired(consumers.get(name));
      return with1(consumers, { name, reader, setAt: at, base: position, volume: revision, before: null, old });
    }
    case CONSUMER_VOLUME_BEGUN: {
      const begun = ConsumerVolumeData.safeParse(data).data;
      const known = begun === undefined ? undefined : consumers.get(begun.name);
      if (begun === undefined || known === undefined) return consumers;
      const old = known.before === null ? known.old : [...known.old, known.before].slice(-MAX_OLD_VOLUMES);
      const base = laterPlace(known.base, begun.position);
      return with1(consumers, { ...known, base, volume: revision, before: known.volume, old });
    }
    case CONSUMER_DELETED: {
      const deleted = ConsumerDeletedData.safeParse(data).data;
      if (deleted === undefined) return consumers;
      return new Map([...consumers].filter(([name]) => name !== deleted.name));
    }
    default:
      return consumers;
  }
}

/** Where a consumer is. */
export interface ConsumerPlace {
  readonly position: FeedPosition;
  /** RFC 3339; null if nothing was committed since it was set. */
  readonly committedAt: string | null;
}

/** @param newest events of each volume that counts; null for one without any */
export function placeOf({ base }: Pick<KnownConsumer, 'base'>, newest: readonly (Stored | null)[]): ConsumerPlace {
  let place: ConsumerPlace = { position: base, committedAt: null };
  for (const event of newest) {
    const commit = event?.type === CONSUMER_COMMITTED ? ConsumerCommittedData.safeParse(event.data).data : undefined;
    if (commit === undefined) continue;
    const isLater = comparePlaces(commit.position, place.position) >= 0;
    if (isLater) place = { position: commit.position, committedAt: commit.at };
  }
  return place;
}

export type CommitDecision =
  | { readonly kind: 'commit' }
  /** It is there, or beyond: a commit never goes back. */
  | { readonly kind: 'keep'; readonly position: FeedPosition };

export const decideCommit = (at: FeedPosition, wanted: FeedPosition): CommitDecision =>
  comparePlaces(wanted, at) > 0 ? { kind: 'commit' } : { kind: 'keep', position: at };
