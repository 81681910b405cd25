import type { RecordedEvent } from '../../event-store/event-store';
import { bucketOf, ContentDigest, eventDigest } from './content-digest';

/** Most streams that are named where two stores differ. */
export const MAX_NAMED_STREAMS = 10;
/** Most buckets in which differing streams are looked for: bounds the sums kept to some thousandths of the streams. */
const MAX_SEARCHED_BUCKETS = 4;

export interface StoreComparison {
  readonly events: { readonly source: number; readonly target: number };
  /** Content hash of the source. */
  readonly digest: string;
  /** Some streams that differ, at most {@link MAX_NAMED_STREAMS}; none if both hold the same events. */
  readonly differing: readonly string[];
}

type Read = () => AsyncIterable<RecordedEvent>;

async function digestOf(read: Read, withCreated: boolean): Promise<ContentDigest> {
  const digest = new ContentDigest(withCreated);
  for await (const event of read()) digest.add(event);
  return digest;
}

/**
 * Reads both and compares all that they hold, in the same memory however much that is. Only where they differ, it reads
 * both once more to name the streams.
 */
export async function compare(source: Read, target: Read, withCreated: boolean): Promise<StoreComparison> {
  const digests = { source: await digestOf(source, withCreated), target: await digestOf(target, withCreated) };
  const buckets = [...digests.source.differingBuckets(digests.target)].slice(0, MAX_SEARCHED_BUCKETS);
  return {
    events: { source: digests.source.events, target: digests.target.events },
    digest: digests.source.hex,
    differing: buckets.length === 0 ? [] : await differingStreams(source, target, new Set(buckets), withCreated),
  };
}

async function differingStreams(
  source: Read,
  target: Read,
  buckets: ReadonlySet<number>,
  withCreated: boolean,
): Promise<readonly string[]> {
  const balance = new Map<string, bigint>();
  const weigh = async (read: Read, sign: bigint): Promise<void> => {
    for await (const event of read()) {
      const { stream } = event;
      if (!buckets.has(bucketOf(stream))) continue;
      balance.set(stream, (balance.get(stream) ?? 0n) + sign * eventDigest(event, withCreated));
    }
  };
  await weigh(source, 1n);
  await weigh(target, -1n);
  return [...balance].flatMap(([stream, rest]) => (rest === 0n ? [] : [stream])).slice(0, MAX_NAMED_STREAMS);
}
