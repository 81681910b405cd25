import type { EventId } from '../../../../schemas/events/event-id';
import { streamName } from '../../../../schemas/events/stream-name';
import {
  comparePositions,
  isEventStoreError,
  MAX_BATCH_EVENTS,
  type AppendResult,
  type EventStore,
  type EventStoreErrorCode,
  type NewEvent,
  type Position,
  type RecordedEvent,
  type SubscribeOptions,
  type SubscriptionBatch,
} from '../../../../services/event-store/event-store';
import { newEventId } from '../../../support/new-event-id';
import { patiently, until } from '../../../support/patience';

/** Milliseconds after which something that has to happen by itself counts as never happening. */
const DEADLINE_MS = patiently(10_000);

export interface ContractFactory {
  /** An open store without events. Whatever it starts ends with the store's `close`. */
  readonly open: () => Promise<EventStore>;
  /** Closes the store and opens another one on the same data; absent where nothing outlives the store. */
  readonly reopen?: (store: EventStore) => Promise<EventStore>;
  /** Opens another store on the same data, whose calls give up soon; absent where none waits before it gives up. */
  readonly hurried?: (store: EventStore) => EventStore;
}

export function newEvent(fields: Partial<NewEvent> = {}): NewEvent {
  return { id: newEventId(), type: 'order.updated', data: { status: 'in_progress' }, ...fields };
}

export function newEvents(count: number): NewEvent[] {
  return Array.from({ length: count }, (_, index) => newEvent({ data: { index } }));
}

export const idsOf = (events: readonly { readonly id: EventId }[]): EventId[] => events.map((event) => event.id);

export async function collect<T>(source: AsyncIterable<T>): Promise<T[]> {
  const items: T[] = [];
  for await (const item of source) items.push(item);
  return items;
}

/** @returns the code with which `work` was refused, `none` if it was not; any other error is thrown on. */
export async function refusalOf(work: Promise<unknown>): Promise<EventStoreErrorCode | 'none'> {
  try {
    await work;
    return 'none';
  } catch (error) {
    if (isEventStoreError(error)) return error.code;
    throw error;
  }
}

type Appended = Extract<AppendResult, { kind: 'appended' }>;

/** The result of an append that must not conflict. */
export async function appended(result: Promise<AppendResult>): Promise<Appended> {
  const settled = await result;
  if (settled.kind === 'appended') return settled;
  throw new Error(`unexpected conflict: ${JSON.stringify(settled)}`);
}

/** What `readStream` gives for a stream, with a refusal as a value. */
export async function streamState(store: EventStore, stream: string): Promise<RecordedEvent[] | EventStoreErrorCode> {
  try {
    return await collect(store.readStream(streamName(stream)));
  } catch (error) {
    if (isEventStoreError(error)) return error.code;
    throw error;
  }
}

/**
 * Settles as `work` does, but not later than the deadline.
 * @throws {Error} naming `what` did not happen.
 */
export async function inTime<T>(work: Promise<T>, what: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new Error(`${what}: not within ${String(DEADLINE_MS)} ms`));
    }, DEADLINE_MS);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** The position of a batch that must have one. */
export function positionOf(batch: SubscriptionBatch): Position {
  if (batch.position === null) throw new Error('a batch without a position on a store that has events');
  return batch.position;
}

/** A subscription read batch by batch, every batch checked against the promises that all of them keep. */
export interface Follower {
  /** Everything delivered so far. */
  readonly events: readonly RecordedEvent[];
  readonly batches: readonly SubscriptionBatch[];
  /** @returns the next batch, or null at the end of the subscription. */
  next(): Promise<SubscriptionBatch | null>;
  /** Reads on until `done`, looked at after each batch. */
  until(done: (batch: SubscriptionBatch) => boolean, what: string): Promise<SubscriptionBatch>;
  /** Reads on until `count` events came, and not one more. */
  untilEvents(count: number): Promise<readonly RecordedEvent[]>;
  /** What `break` in a `for await` does. */
  leave(): Promise<void>;
}

/**
 * What a batch does not keep of what all promise, in a sentence each. A batch's position may be kept as a checkpoint as soon as
 * its events are done: so no event at or before it may come later, and none of its own events may lie behind it.
 */
function brokenPromises(batch: SubscriptionBatch, reached: Position | null, prefix: string): readonly string[] {
  const broken: string[] = [];
  if (batch.events.length > MAX_BATCH_EVENTS) broken.push(`has ${String(batch.events.length)} events`);
  let last = reached;
  for (const { position, stream } of batch.events) {
    if (last !== null && comparePositions(position, last) <= 0) broken.push(`goes from ${last} to ${position}`);
    if (!stream.startsWith(prefix)) broken.push(`has an event of ${stream}`);
    last = position;
  }
  if (last !== null && comparePositions(positionOf(batch), last) < 0) broken.push(`ends before ${last}`);
  return broken;
}

export function follow(store: EventStore, options: SubscribeOptions): Follower {
  const iterator = store.subscribe(options)[Symbol.asyncIterator]();
  const events: RecordedEvent[] = [];
  const batches: SubscriptionBatch[] = [];
  let reached: Position | null = options.after === 'start' || options.after === 'end' ? null : options.after;

  const next = async (): Promise<SubscriptionBatch | null> => {
    const result = await inTime(iterator.next(), 'the next batch of a subscription');
    if (result.done === true) return null;
    const batch = result.value;
    // One expectation for all that holds of each event: there are batches of hundreds.
    expect(brokenPromises(batch, reached, options.prefix ?? '')).toEqual([]);
    reached = batch.position;
    events.push(...batch.events);
    batches.push(batch);
    return batch;
  };

  const until: Follower['until'] = async (done, what) => {
    for (;;) {
      const batch = await next();
      if (batch === null) throw new Error(`the subscription ended before ${what}`);
      if (done(batch)) return batch;
    }
  };

  return {
    events,
    batches,
    next,
    until,
    async untilEvents(count) {
      if (events.length < count) await until(() => events.length >= count, `${String(count)} events came`);
      expect(events).toHaveLength(count);
      return events;
    },
    async leave() {
      await inTime(Promise.resolve(iterator.return?.()), 'leaving a subscription');
    },
  };
}

export const readIds = async (store: EventStore, stream: string): Promise<EventId[]> =>
  idsOf(await collect(store.readStream(streamName(stream))));

export const allIds = async (store: EventStore, prefix = ''): Promise<EventId[]> =>
  idsOf(await collect(store.readAll({ prefix })));

export async function remove(store: EventStore, stream: string, mode: 'soft' | 'tombstone'): Promise<void> {
  expect(await store.deleteStream(streamName(stream), 'any', mode)).toEqual({ kind: 'deleted' });
}

/**
 * Waits until a stream that was deleted and has an event again can be read: it may read as not there for some 10 ms after
 * the append was acknowledged.
 */
export async function untilRevived(store: EventStore, stream: string): Promise<void> {
  await until(`${stream} to be there again`, async () => (await streamState(store, stream)) !== 'not-found');
}

export const sortedBy = (events: readonly RecordedEvent[]): boolean =>
  events.every((event, index) => {
    const before = events[index - 1];
    return before === undefined || comparePositions(before.position, event.position) < 0;
  });

export const first = <T>(items: readonly T[]): T => at(items, 0);

export function at<T>(items: readonly T[], index: number): T {
  const item = items.at(index);
  if (item === undefined) throw new Error(`nothing at ${String(index)} of ${String(items.length)}`);
  return item;
}
