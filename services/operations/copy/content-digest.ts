import { hash } from 'node:crypto';
import { stringifyJson } from '../../../schemas/json/exact-json';
import type { StreamName } from '../../../schemas/events/stream-name';
import { payloadForm, type RecordedEvent } from '../../event-store/event-store';

/**
 * What a store holds, as one number that does not depend on the order in which streams are mixed: the sum, modulo 2^256,
 * of the SHA-256 of every event. Two stores with the same sum hold the same events, but for an accident nobody will live
 * to see. It takes the same memory for a hundred events and for a hundred million.
 */

/** Parts of a digest by stream, so that a difference leads to its stream without keeping a sum for each. */
export const BUCKETS = 1_024;
const MODULUS = 1n << 256n;

const sha256 = (text: string): string => hash('sha256', text, 'hex');

/** @returns the part of a digest to which a stream belongs, from 0 to below {@link BUCKETS}. */
export const bucketOf = (stream: StreamName): number => parseInt(sha256(stream).slice(0, 8), 16) % BUCKETS;

/**
 * @param withCreated include the store's own stamp, to the millisecond
 * @returns SHA-256 of all that makes an event, its place in its stream included, and its position not.
 */
export function eventDigest(event: RecordedEvent, withCreated: boolean): bigint {
  const { stream, revision, id, type, data, metadata, created } = event;
  const stamp = withCreated ? created.getTime() : null;
  // As it stands, not canonical: stores keep the order of keys, and so must a copy.
  return BigInt(
    `0x${sha256(stringifyJson([stream, revision, id, type, payloadForm(data), payloadForm(metadata), stamp]))}`,
  );
}

/** Digest of the events added so far. */
export class ContentDigest {
  readonly #sums = Array.from({ length: BUCKETS }, () => 0n);
  #events = 0;

  readonly #withCreated: boolean;

  constructor(withCreated: boolean) {
    this.#withCreated = withCreated;
  }

  get events(): number {
    return this.#events;
  }

  /** Returns the digest in 64 hex digits. */
  get hex(): string {
    return (this.#sums.reduce((sum, one) => sum + one, 0n) % MODULUS).toString(16).padStart(64, '0');
  }

  add(event: RecordedEvent): void {
    const bucket = bucketOf(event.stream);
    this.#sums[bucket] = ((this.#sums[bucket] ?? 0n) + eventDigest(event, this.#withCreated)) % MODULUS;
    this.#events++;
  }

  /** @returns the buckets in which this one and another differ; none if they are of the same events. */
  differingBuckets(other: ContentDigest): ReadonlySet<number> {
    return new Set(this.#sums.flatMap((sum, bucket) => (sum === other.#sums[bucket] ? [] : [bucket])));
  }
}
