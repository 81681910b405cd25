import {
  ACCESS_READ,
  ACCESS_STREAM,
  ACCESS_VOLUME_BEGUN,
  ACCESS_VOLUMES_STREAM,
  AccessData,
  type AccessEntry,
  type AccessPage,
  accessVolumeStream,
} from '../../../schemas/api/access';
import { BrokenInvariant } from '../../../schemas/broken-invariant';
import { eventId } from '../../../schemas/events/event-id';
import type { StreamName } from '../../../schemas/events/stream-name';
import { cutPage } from '../../../schemas/cut-page';
import type { EventStore, NewEvent } from '../../event-store/event-store';
import { readIfThere } from '../../event-store/reads';
import { sealAlone } from '../../event-store/seal/seal';

/**
 * Where accesses are kept: in volumes, each a stream of its own, because a store deletes whole streams only. A stream of
 * them says which volumes there are, so that nothing depends on what the clock said.
 */

/** A volume takes records for a day, so that one is deleted at most a day later than the oldest record in it might be. */
export const VOLUME_MS = 24 * 60 * 60 * 1_000;
/** Most records in a volume: what stands for them once they are deleted is held in memory then. */
export const VOLUME_RECORDS = 50_000;
/** Ids of accesses: those of a volume follow on this many times its number, from 1. Numbers stay whole up to 9e15. */
const IDS_PER_VOLUME = 1_000_000_000;

/**
 * Returns the stream of a volume. The stream of the records from before there were volumes counts as the volume before
 * the first.
 */
const streamOf = (volume: number): StreamName => (volume < 0 ? ACCESS_STREAM : accessVolumeStream(volume));
const idOf = (volume: number, revision: number): number => (volume + 1) * IDS_PER_VOLUME + revision;

/** Yields the streams that may hold accesses, the oldest first. */
export async function* accessStreams(
  store: Pick<EventStore, 'readStream'>,
  from = -1,
): AsyncGenerator<{ readonly volume: number; readonly stream: StreamName }, void, undefined> {
  if (from < 0) yield { volume: -1, stream: streamOf(-1) };
  for await (const { revision } of readIfThere(store, ACCESS_VOLUMES_STREAM, { from: Math.max(from, 0) })) {
    yield { volume: revision, stream: streamOf(revision) };
  }
}

/** Yields the same, the newest first. @param from the newest that is asked for, or null for all */
async function* accessStreamsBackwards(
  store: Pick<EventStore, 'readStream'>,
  from: number | null,
): ReturnType<typeof accessStreams> {
  const options = { from: from ?? 'end', direction: 'backwards' } as const;
  if (from === null || from >= 0) {
    for await (const { revision } of readIfThere(store, ACCESS_VOLUMES_STREAM, options)) {
      yield { volume: revision, stream: streamOf(revision) };
    }
  }
  yield { volume: -1, stream: streamOf(-1) };
}

/** Which accesses come first. */
export type AccessOrder = 'oldest' | 'newest';

/** Where an access stands, by its id. */
const placeOf = (id: number) => ({ volume: Math.floor(id / IDS_PER_VOLUME) - 1, revision: id % IDS_PER_VOLUME });

export interface AccessVolumes {
  /** @throws {EventStoreError} */
  append(accesses: readonly AccessData[]): Promise<void>;
  /** @param after the last page's `next`, or null for the first page. */
  list(after: number | null, limit: number, order: AccessOrder): Promise<AccessPage>;
}

/**
 * @param newId makes a UUID
 * @param now milliseconds since the epoch
 * @param monotonic milliseconds of a clock that never goes back
 */
export function createAccessVolumes(options: {
  readonly store: EventStore;
  readonly newId: () => string;
  readonly now: () => number;
  readonly monotonic: () => number;
}): AccessVolumes {
  const { store, newId, now, monotonic } = options;
  let current: { readonly stream: Promise<StreamName>; readonly since: number; left: number } | null = null;

  const eventOf = (stream: StreamName, type: string, data: NewEvent['data']): NewEvent =>
    sealAlone(stream, { id: eventId(newId()), type, data }, {});

  async function begin(): Promise<StreamName> {
    const data = { at: new Date(now()).toISOString() };
    const event = eventOf(ACCESS_VOLUMES_STREAM, ACCESS_VOLUME_BEGUN, data);
    const result = await store.append(ACCESS_VOLUMES_STREAM, [event], 'any');
    if (result.kind !== 'appended') throw new BrokenInvariant('an append that expects nothing cannot conflict');
    return streamOf(result.revision);
  }

  function streamFor(records: number): Promise<StreamName> {
    if (current !== null && monotonic() - current.since < VOLUME_MS && current.left >= records) {
      current.left -= records;
      return current.stream;
    }
    const begun = { stream: begin(), since: monotonic(), left: VOLUME_RECORDS - records };
    current = begun;
    begun.stream.catch(() => {
      if (current === begun) current = null;
    });
    return begun.stream;
  }

  return {
    append: async (accesses) => {
      const stream = await streamFor(accesses.length);
      await store.append(
        stream,
        accesses.map((data) => eventOf(stream, ACCESS_READ, { ...data })),
        'any',
      );
    },

    list: async (after, limit, order) => {
      const accesses: AccessEntry[] = [];
      const isForwards = order === 'oldest';
      const last = after === null ? null : placeOf(after);
      const streams = isForwards
        ? accessStreams(store, last?.volume)
        : accessStreamsBackwards(store, last?.volume ?? null);
      for await (const { volume, stream } of streams) {
        const isBegun = volume === last?.volume;
        if (isBegun && !isForwards && last.revision === 0) continue;
        const options = isForwards
          ? { from: isBegun ? last.revision + 1 : 0, limit: limit + 1 - accesses.length }
          : ({
              from: isBegun ? last.revision - 1 : 'end',
              direction: 'backwards',
              limit: limit + 1 - accesses.length,
            } as const);
        for await (const { data, revision } of readIfThere(store, stream, options)) {
          accesses.push({ access_id: String(idOf(volume, revision)), ...AccessData.parse(data) });
        }
        if (accesses.length > limit) break;
      }
      const page = cutPage(accesses, limit);
      return { accesses: [...page.items], next: page.last?.access_id ?? null };
    },
  };
}
