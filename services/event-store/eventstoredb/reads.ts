import { type StreamName, streamName } from '../../../schemas/events/stream-name';
import { sleep } from '../../concurrency/sleep';
import {
  assertPosition,
  assertStreamName,
  assertWholeNumber,
  isEventStoreError,
  type Position,
  type ReadAllOptions,
  type ReadStreamOptions,
  type RecordedEvent,
} from '../event-store';
import type { Connection, Received, ReceivedEvent } from './connection';
import { isPassing, classifyFailure } from './failures';
import { LONGEST_CALL_RETRY_MS, type Link } from './link';
import type { Pull } from './pull';

const READ_ALL = 'a read of all streams';

/** Reads that try again while nothing was received, and never stand still for longer than a call may take. */
export class Reads {
  readonly #link: Link;

  constructor(link: Link) {
    this.#link = link;
  }

  async *stream(
    stream: StreamName,
    { from, direction = 'forwards', limit }: ReadStreamOptions,
    stop: AbortSignal,
  ): AsyncGenerator<RecordedEvent> {
    this.#link.assertOpen();
    assertStreamName(stream);
    if (limit !== undefined) assertWholeNumber(limit, 'limit');
    if (typeof from === 'number') assertWholeNumber(from, 'revision');
    // Nodes refuse to read forwards from the end, where nothing is. The newest event shows whether there is such a
    // stream.
    const wantsNone = limit === 0 || (direction === 'forwards' && from === 'end');
    const options = {
      from: from ?? (direction === 'backwards' ? 'end' : 'start'),
      direction: from === 'end' ? 'backwards' : direction,
      limit: wantsNone ? 1 : (limit ?? null),
    } as const;
    let left = wantsNone ? 0 : (limit ?? Infinity);
    const what = `a read of stream ${JSON.stringify(stream)}`;
    for await (const { event } of this.pull((each) => each.pullStream(stream, options, stop), what, stop)) {
      if (left === 0) return;
      if (event === null) continue;
      yield event;
      left -= 1;
    }
  }

  async *all(
    { from = 'start', prefix = '', limit = Infinity }: ReadAllOptions,
    stop: AbortSignal,
  ): AsyncGenerator<RecordedEvent> {
    this.#link.assertOpen();
    if (limit !== Infinity) assertWholeNumber(limit, 'limit');
    if (from !== 'start') assertPosition(from);
    let left = limit;
    if (left === 0) return;
    for await (const event of prefix === '' ? this.#every(from, stop) : this.#filtered(from, prefix, stop)) {
      yield event;
      left -= 1;
      if (left === 0) return;
    }
  }

  async *#every(from: Position | 'start', stop: AbortSignal): AsyncGenerator<RecordedEvent> {
    for await (const { event } of this.pull((each) => each.pullAll(from, stop), READ_ALL, stop)) {
      if (event !== null) yield event;
    }
  }

  /**
   * The client has a filter only for subscriptions, which begin after their position and not at it. So this is a read of
   * one event, and then a subscription until it has caught up.
   */
  async *#filtered(from: Position | 'start', prefix: string, stop: AbortSignal): AsyncGenerator<RecordedEvent> {
    if (from !== 'start') {
      for await (const { position, event } of this.pull((each) => each.pullAll(from, stop), READ_ALL, stop)) {
        if (position === from && event?.stream.startsWith(prefix) === true) yield event;
        break;
      }
    }
    const after = from === 'start' ? null : from;
    for await (const { event } of this.pull((each) => each.pullSubscription(after, prefix, stop), READ_ALL, stop)) {
      if (event !== null) yield event;
    }
  }

  /** @returns whether the stream has events, or had some before it was deleted. */
  async everExisted(stream: StreamName): Promise<boolean> {
    // A soft delete leaves what it knows in the stream's metadata stream.
    for (const name of [stream, streamName(`$$${stream}`)]) {
      const stop = new AbortController();
      const options = { from: 'start', direction: 'forwards', limit: 1 } as const;
      try {
        const what = `a read of stream ${JSON.stringify(name)}`;
        for await (const _ of this.pull((each) => each.pullStream(name, options, stop.signal), what, stop.signal)) {
          return true;
        }
      } catch (error) {
        if (isEventStoreError(error, 'deleted')) return true;
        if (!isEventStoreError(error, 'not-found')) throw error;
      }
    }
    return false;
  }

  /**
   * Reads to the end, or what a subscription has until it is live; tries again while nothing was received and there is time.
   * @throws {EventStoreError} `unavailable` also if the server sends nothing for as long as a call may take.
   */
  async *pull(
    open: (connection: Connection) => Pull<Received>,
    what: string,
    stop: AbortSignal,
  ): AsyncGenerator<ReceivedEvent> {
    const { now, timeoutMs } = this.#link;
    const deadline = now() + timeoutMs;
    let received = false;
    for (let tries = 1; ; tries += 1) {
      const { connection } = this.#link;
      const begun = now();
      const source = open(connection);
      try {
        for (;;) {
          if (stop.aborted) {
            this.#link.assertOpen();
            return;
          }
          const item = source.take();
          if (item !== null) {
            received = true;
            if (item.kind === 'event') yield item;
            if (item.kind === 'live' && item.live) return;
          } else if (source.ended) {
            return;
          } else if (!(await source.change(received ? timeoutMs : deadline - now()))) {
            throw new Error(`EventStoreDB sent nothing for ${String(timeoutMs)} ms`);
          }
        }
      } catch (error) {
        if (isEventStoreError(error)) throw error;
        const failure = classifyFailure(error);
        if (failure.kind === 'conflict') throw error;
        this.#link.noteFailure(failure, connection, begun);
        const wait = this.#link.retryDelay(tries, LONGEST_CALL_RETRY_MS);
        if (received || !isPassing(failure) || now() + wait >= deadline) throw this.#link.asError(failure, what);
        await sleep(wait, stop);
      } finally {
        source.cancel();
      }
    }
  }
}
