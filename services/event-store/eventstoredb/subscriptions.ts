import { sleep } from '../../concurrency/sleep';
import {
  assertPosition,
  comparePositions,
  EventStoreError,
  isEventStoreError,
  MAX_BATCH_EVENTS,
  type Position,
  type RecordedEvent,
  type SubscribeOptions,
  type SubscriptionBatch,
} from '../event-store';
import type { Connection } from './connection';
import { classifyFailure } from './failures';
import { LONGEST_CALL_RETRY_MS, type Link } from './link';
import type { Reads } from './reads';

/** Longest wait before a subscription tries again, which it does for ever. */
const LONGEST_SUBSCRIPTION_RETRY_MS = 2_000;
/** While a subscription catches up, how long a batch waits to become larger; */
const LINGER_MS = 20;
/** and how long one that would have no events. */
const POSITION_LINGER_MS = 1_000;

const later = (a: Position | null, b: Position): Position => (a === null || comparePositions(b, a) > 0 ? b : a);

/** Subscriptions that survive their connection: they go on after the last batch that their consumer finished. */
export class Subscriptions {
  readonly #link: Link;
  readonly #reads: Reads;
  readonly #onInterrupted: (error: EventStoreError) => void;

  constructor(link: Link, reads: Reads, onInterrupted: (error: EventStoreError) => void) {
    this.#link = link;
    this.#reads = reads;
    this.#onInterrupted = onInterrupted;
  }

  async *batches(
    { after, prefix = '', signal }: SubscribeOptions,
    stop: AbortSignal,
  ): AsyncGenerator<SubscriptionBatch> {
    this.#link.assertOpen();
    if (after !== 'start' && after !== 'end') assertPosition(after);
    // The end is looked up and not left to the server, so that a connection that is lost before the first event does not
    // begin again at a later end.
    let position: Position | 'end' | null = after === 'start' ? null : after;
    const ending = new AbortController();
    const end = (): void => {
      ending.abort();
    };
    const ended = (): boolean => ending.signal.aborted;
    if (signal?.aborted === true) return;
    stop.addEventListener('abort', end);
    signal?.addEventListener('abort', end);
    try {
      for (let tries = 1; !ended(); tries += 1) {
        let { connection } = this.#link;
        const begun = this.#link.now();
        try {
          const last = await this.#lastPosition(position === 'end' ? null : position, ending.signal);
          if (position === 'end') position = last;
          ({ connection } = this.#link);
          for await (const batch of this.connectedBatches(connection, position, last, prefix, ending.signal)) {
            tries = 1;
            yield batch;
            position = batch.position;
          }
        } catch (error) {
          if (ended()) return;
          if (isEventStoreError(error, 'invalid')) throw error;
          const failure = classifyFailure(error);
          if (failure.kind === 'conflict') throw error;
          const reason = this.#link.asError(failure, 'a subscription');
          if (reason.code === 'invalid') throw reason;
          this.#link.noteFailure(failure, connection, begun);
          this.#onInterrupted(reason);
          await sleep(this.#link.retryDelay(tries, LONGEST_SUBSCRIPTION_RETRY_MS), ending.signal);
        }
      }
    } finally {
      stop.removeEventListener('abort', end);
      signal?.removeEventListener('abort', end);
    }
  }

  /**
   * Returns the position of the newest event, the server's own included.
   * @throws {EventStoreError} `invalid` if it stays before `reached`: the server would take that for a position that it
   *   will come to, and deliver nothing until then.
   */
  async #lastPosition(reached: Position | null, stop: AbortSignal): Promise<Position> {
    const { now, timeoutMs } = this.#link;
    const deadline = now() + timeoutMs;
    for (let tries = 1; ; tries += 1) {
      let last: Position | null = null;
      const newest = this.#reads.pull((each) => each.pullLast(stop), 'a read of the last event', stop);
      for await (const { position } of newest) last = position;
      // A server has events of its own from its first start.
      if (last === null) throw new Error('EventStoreDB ended a read before its first event');
      if (reached === null || comparePositions(reached, last) <= 0) return last;
      if (now() >= deadline) {
        throw new EventStoreError(
          'invalid',
          `position ${reached} is beyond the last one, ${last}: it is another store's, or this store lost events`,
        );
      }
      await sleep(this.#link.retryDelay(tries, LONGEST_CALL_RETRY_MS), stop);
    }
  }

  /**
   * Batches from one connection.
   * @param last the newest position when this began. The server does not say up to where it has looked when it has caught
   *   up: its last checkpoint may be a page behind.
   * @throws whatever ends it, also where the server ends it without an error; returns only when `stop` is aborted.
   */
  async *connectedBatches(
    connection: Connection,
    after: Position | null,
    last: Position | null,
    prefix: string,
    stop: AbortSignal,
  ): AsyncGenerator<SubscriptionBatch> {
    let position = after;
    let events: RecordedEvent[] = [];
    let confirmed = false;
    let live = false;
    let announced: { readonly position: Position | null; readonly live: boolean } = { position, live };
    let newsSince: number | null = null;
    const source = connection.pullSubscription(after, prefix, stop);
    try {
      for (;;) {
        while (events.length < MAX_BATCH_EVENTS) {
          const item = source.take();
          if (item === null) break;
          confirmed = true;
          if (item.kind === 'live') live = item.live;
          if (item.kind === 'live' && live && last !== null) position = later(position, last);
          if (item.kind === 'event' && item.event !== null) events.push(item.event);
          if (item.kind === 'event' || item.kind === 'checkpoint') position = later(position, item.position);
        }
        if (stop.aborted) return;
        const { now, timeoutMs } = this.#link;
        if (events.length > 0 || position !== announced.position || (live && !announced.live)) {
          newsSince ??= now();
          const linger = newsSince + (events.length > 0 ? LINGER_MS : POSITION_LINGER_MS) - now();
          const mayGrow = !live && !source.ended && events.length < MAX_BATCH_EVENTS && linger > 0;
          if (mayGrow && (await source.change(linger))) continue;
          const batch = { events, position, caughtUp: live && source.empty };
          events = [];
          announced = { position, live };
          newsSince = null;
          yield batch;
        } else if (source.ended) {
          throw new Error('EventStoreDB ended the subscription');
        } else if (!(await source.change(confirmed ? Infinity : timeoutMs))) {
          throw new Error(`EventStoreDB did not confirm the subscription within ${String(timeoutMs)} ms`);
        }
      }
    } finally {
      source.cancel();
    }
  }
}
