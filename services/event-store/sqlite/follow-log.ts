import { BroadcastChannel } from 'node:worker_threads';
import type { StreamName } from '../../../schemas/events/stream-name';
import {
  assertStreamName,
  assertWholeNumber,
  EventStoreError,
  isEventStoreError,
  MAX_BATCH_EVENTS,
  PAGE_EVENTS,
  parsePosition,
  type Position,
  positionOf,
  type ReadAllOptions,
  type ReadStreamOptions,
  type RecordedEvent,
  type SubscribeOptions,
  type SubscriptionBatch,
} from '../event-store';
import { nextTurn } from '../../concurrency/turns';
import { type LogReader, openLogReader } from './reader';
import { asStoreError } from './schema';
import { commitChannel } from './write/writer-protocol';

/** Most milliseconds without a look at the log, should word of a commit get lost. */
const POLL_MS = 1_000;
/** Milliseconds between tries to read a log that cannot be read. */
const RETRY_MS = 250;

/** Word of commits by this process's writer, in whatever thread it runs. */
export class CommitSignal {
  readonly #channel: BroadcastChannel;
  readonly #wakers = new Set<() => void>();
  #version = 0;

  constructor(file: string) {
    this.#channel = new BroadcastChannel(commitChannel(file));
    this.#channel.onmessage = () => {
      this.notify();
    };
    this.#channel.unref();
  }

  /** Counts commits, so that one that happens while its reader is reading is not missed. */
  get version(): number {
    return this.#version;
  }

  notify(): void {
    this.#version++;
    for (const wake of this.#wakers) wake();
  }

  /** Resolves when a commit after `version` happened, after `ms` milliseconds, or on abort. */
  async wait(version: number, ms: number, signal: AbortSignal): Promise<void> {
    if (this.#version !== version || signal.aborted) return;
    await new Promise<void>((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        this.#wakers.delete(done);
        signal.removeEventListener('abort', done);
        resolve();
      };
      const timer = setTimeout(done, ms);
      this.#wakers.add(done);
      signal.addEventListener('abort', done, { once: true });
    });
  }

  close(): void {
    this.#channel.close();
  }
}

/** @throws {EventStoreError} `invalid` for a position that this log never gave. */
export function toRowid(position: Position): number {
  if (parsePosition(position) === null || !Number.isSafeInteger(Number(position))) {
    throw new EventStoreError('invalid', `${JSON.stringify(position)} is not a position of this event log`);
  }
  return Number(position);
}

/** Reads a few events of the log from any thread, as {@link EventStore.readAll} does. */
export async function* readLog(
  file: string,
  { from = 'start', prefix = '', limit = MAX_BATCH_EVENTS }: ReadAllOptions = {},
): AsyncGenerator<RecordedEvent, void, undefined> {
  await Promise.resolve();
  const reader = openLogReader(file);
  try {
    yield* reader.page(from === 'start' ? 0 : toRowid(from) - 1, prefix, limit).events;
  } finally {
    reader.close();
  }
}

/** Runs a read on some connection. */
type Read = <Result>(action: (reader: LogReader) => Result) => Result;

/** Reads a stream as {@link EventStore.readStream} does, in whatever thread. */
export async function* readStreamOf(
  read: Read,
  stream: StreamName,
  options: ReadStreamOptions = {},
): AsyncGenerator<RecordedEvent, void, undefined> {
  assertStreamName(stream);
  assertWholeNumber(options.limit, 'limit');
  const backwards = options.direction === 'backwards';
  const { from = backwards ? 'end' : 'start' } = options;
  if (typeof from === 'number') assertWholeNumber(from, 'revision');
  let left = options.limit ?? Infinity;
  let next = from === 'start' ? 0 : from === 'end' ? Number.MAX_SAFE_INTEGER : from;
  for (let first = true; left > 0; first = false) {
    const size = Math.min(left, PAGE_EVENTS);
    const page = read((reader) => reader.readStream(stream, next, backwards, size));
    if (page.length === 0 && first) assertExists(read, stream);
    yield* page;
    left -= page.length;
    const last = page.at(-1);
    if (last === undefined || page.length < size) return;
    next = backwards ? last.revision - 1 : last.revision + 1;
    await nextTurn();
  }
}

function assertExists(read: Read, stream: StreamName): void {
  if (read((reader) => reader.isTombstoned(stream))) {
    throw new EventStoreError('deleted', `stream ${JSON.stringify(stream)} was deleted for good`);
  }
  if (read((reader) => reader.readStream(stream, 0, false, 1)).length === 0) {
    throw new EventStoreError('not-found', `stream ${JSON.stringify(stream)} has no events`);
  }
}

const beyondEnd = (after: number, last: number): EventStoreError =>
  new EventStoreError('invalid', `the log ends at position ${String(last)}, before ${String(after)}`);

/**
 * Follows the log from any thread of the process that writes it: what is stored, then what is committed.
 * @param signal ends it; a log that cannot be read does not: it is opened anew until it can.
 */
export async function* followLog(
  file: string,
  commits: CommitSignal,
  options: SubscribeOptions & { readonly signal: AbortSignal },
): AsyncGenerator<SubscriptionBatch, void, undefined> {
  const { prefix = '', signal } = options;
  let reader: LogReader | null = null;
  let after = options.after === 'start' || options.after === 'end' ? 0 : toRowid(options.after);
  let checked = options.after === 'start';
  let announced = false;
  try {
    while (!signal.aborted) {
      const { version } = commits;
      let page;
      try {
        reader ??= openLogReader(file);
        if (!checked) {
          const last = reader.lastPosition() ?? 0;
          if (options.after === 'end') after = last;
          else if (after > last) throw beyondEnd(after, last);
          checked = true;
        }
        page = reader.page(after, prefix, MAX_BATCH_EVENTS);
      } catch (error) {
        if (!isEventStoreError(asStoreError(error, 'the event log'), 'unavailable')) throw error;
        reader?.close();
        reader = null;
        await commits.wait(version, RETRY_MS, signal);
        continue;
      }
      if (page.last === null && announced) {
        await commits.wait(version, POLL_MS, signal);
        continue;
      }
      if (page.last !== null) after = page.last;
      announced ||= !page.full;
      yield { events: page.events, position: after === 0 ? null : positionOf(after), caughtUp: !page.full };
    }
  } finally {
    reader?.close();
  }
}
