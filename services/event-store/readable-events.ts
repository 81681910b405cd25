import { LRUCache } from 'lru-cache';
import { comparePositions, type EventStore, type Position, type RecordedEvent } from './event-store';
import { readOne } from './reads';

/**
 * All events of a store that reading their streams shows. `readAll` may also give those of deleted streams, which
 * EventStoreDB keeps until it is scavenged; what was deleted must not come back by being copied.
 */

/** Events read before their streams are looked at, together. */
const CHUNK_EVENTS = 256;
/** Streams whose first revision is remembered within one reading: some 100 bytes each. */
const REMEMBERED_STREAMS = 200_000;

type Reads = Pick<EventStore, 'readAll' | 'readStream'>;

export interface ReadableEvent {
  readonly event: RecordedEvent;
  /** First revision that its stream shows; above 0 if the stream was deleted and revived. */
  readonly first: number;
}

/**
 * @param end position up to which to read, inclusive; null reads all there is
 * @throws {EventStoreError} as {@link EventStore.readAll}.
 */
export async function* readableEvents(
  store: Reads,
  end: Position | null = null,
): AsyncGenerator<ReadableEvent, void, undefined> {
  const firsts = new LRUCache<string, number>({ max: REMEMBERED_STREAMS });

  async function* readable(chunk: readonly RecordedEvent[]): AsyncGenerator<ReadableEvent, void, undefined> {
    const streams = [...new Set(chunk.map(({ stream }) => stream))].filter((stream) => !firsts.has(stream));
    const found = await Promise.all(streams.map((stream) => readOne(store, stream)));
    const news = new Map(streams.map((stream, index) => [stream, found[index]?.revision ?? Infinity]));
    for (const event of chunk) {
      const first = news.get(event.stream) ?? firsts.get(event.stream) ?? Infinity;
      if (event.revision >= first) yield { event, first };
    }
    for (const [stream, first] of news) firsts.set(stream, first);
  }

  let chunk: RecordedEvent[] = [];
  for await (const event of store.readAll()) {
    if (end !== null && comparePositions(event.position, end) > 0) break;
    chunk.push(event);
    if (chunk.length < CHUNK_EVENTS) continue;
    yield* readable(chunk);
    chunk = [];
  }
  yield* readable(chunk);
}
