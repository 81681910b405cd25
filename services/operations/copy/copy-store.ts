import { createHash } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { eventId } from '../../../schemas/events/event-id';
import { stringifyJson } from '../../../schemas/json/exact-json';
import type { StreamName } from '../../../schemas/events/stream-name';
import {
  type EventStore,
  type ExpectedRevision,
  isEventStoreError,
  type NewEvent,
  type Position,
  type RecordedEvent,
} from '../../event-store/event-store';
import { compare } from './compare';
import { readableEvents } from '../../event-store/readable-events';

/**
 * Copies every stream from one store to another. Every append names the exact revision and the ids of the source, so it
 * can be repeated without harm: a copy that was interrupted anywhere is gone on with by starting it again.
 */

/** Most events on their way into the target; as many more are read meanwhile. */
export const MAX_WAVE_EVENTS = 512;
/** Most characters of JSON on their way into the target, and as many more that are read; one more event may be over it. */
const MAX_WAVE_CHARACTERS = 8_000_000;
/**
 * Longest time between the events of a wave, in milliseconds: what failed and is appended again stands behind the rest of
 * its wave, which what looks for a time in the log bears for up to an hour.
 */
const MAX_WAVE_MS = 60_000;
/** Most tries of an append while the target cannot take it or does not say whether it did. */
const MAX_TRIES = 10;
/** Milliseconds between them. */
const RETRY_MS = 500;
/** Events between two reports of progress. */
const PROGRESS_EVENTS = 256;
/** Placeholders in one append. */
const MAX_PLACEHOLDERS = 500;
/**
 * Type of the events that take the place of those that the source deleted before it revived their stream, so that the
 * numbering is kept. They are deleted in the target before anything else is written to the stream.
 */
const PLACEHOLDER = 'ticket-rail.placeholder';

/** The copy cannot be made, or is not one; the message says why and what to do. */
export class CopyError extends Error {
  override readonly name = 'CopyError';
}

export interface CopyTarget {
  readonly store: EventStore;
  /** Sets the clock that stamps what is asked to be appended next; null if the store has a clock of its own. */
  readonly setClock: ((created: Date) => void) | null;
}

export type CopyPhase = 'looking at the target' | 'copying' | 'verifying';

export interface CopyProgress {
  readonly phase: CopyPhase;
  /** Of the source's event that was read last. */
  readonly position: Position;
  /** Events read in this phase. */
  readonly events: number;
}

export interface CopyResult {
  /** Events appended by this run. */
  readonly copied: number;
  /** Events that an earlier run had copied. */
  readonly before: number;
  /** Content hash of both stores, over all events. */
  readonly digest: string;
  /** Whether the hash includes `created`, which a store that stamps by a clock of its own does not keep. */
  readonly keepsCreated: boolean;
}

/** @returns the position of the newest event, or null for a store without any. */
export async function endOf(store: Pick<EventStore, 'subscribe'>): Promise<Position | null> {
  for await (const { position } of store.subscribe({ after: 'end' })) return position;
  return null;
}

const named = (streams: readonly string[]): string => streams.map((stream) => `\n  ${JSON.stringify(stream)}`).join('');

/** Makes an event that is the same for the same place, so that a repeat is recognised. */
function placeholder(stream: StreamName, revision: number): NewEvent {
  const hex = createHash('sha256')
    .update(`${PLACEHOLDER}\n${stream}\n${String(revision)}`)
    .digest('hex');
  const id = `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
  return { id: eventId(id), type: PLACEHOLDER, data: null };
}

const expectedBefore = (revision: number): ExpectedRevision => (revision === 0 ? 'no_stream' : revision - 1);

/**
 * Copies what is in the source up to now, in its order, and then reads both stores again and compares them.
 *
 * Kept: streams, revisions, ids, types, data and metadata, and `created` to the millisecond where the target lets it be
 * set. Not kept: positions, and what the source remembers of streams that are deleted.
 * @throws {CopyError} before anything is written, if the target holds anything that the source does not; afterwards, if
 *   the two differ.
 * @throws {EventStoreError} what a store failed with. Start again to go on.
 */
export async function copyStore(options: {
  readonly source: EventStore;
  readonly target: CopyTarget;
  readonly onProgress?: (progress: CopyProgress) => void;
}): Promise<CopyResult> {
  const { source, target, onProgress } = options;
  const end = await endOf(source);
  const keepsCreated = target.setClock !== null;

  async function* sourceEvents(phase: CopyPhase) {
    if (end === null) return;
    let events = 0;
    for await (const one of readableEvents(source, end)) {
      if (events++ % PROGRESS_EVENTS === 0) onProgress?.({ phase, position: one.event.position, events });
      yield one;
    }
    onProgress?.({ phase, position: end, events });
  }
  async function* targetEvents() {
    for await (const { event } of readableEvents(target.store)) yield event;
  }

  const heads = await headsOf(target.store);
  if (heads.size > 0) {
    // Whatever is in the target must be what the source has in the same places, or this is not its copy.
    const begun = await compare(
      async function* () {
        for await (const { event } of sourceEvents('looking at the target')) {
          if (event.revision <= (heads.get(event.stream) ?? -1)) yield event;
        }
      },
      async function* () {
        for await (const event of targetEvents()) if (event.type !== PLACEHOLDER) yield event;
      },
      keepsCreated,
    );
    if (begun.differing.length > 0) {
      throw new CopyError(
        'The target holds events that the source does not have in the same places, so nothing was copied. ' +
          `Copy into an empty store, or into one that an interrupted copy of the same source began. Streams that differ:${named(begun.differing)}`,
      );
    }
  }

  const copied = await append(sourceEvents('copying'), target, heads);
  const outcome = await compare(
    async function* () {
      for await (const { event } of sourceEvents('verifying')) yield event;
    },
    targetEvents,
    keepsCreated,
  );
  if (outcome.differing.length > 0) {
    throw new CopyError(
      `The copy is NOT the same as the source: the source has ${String(outcome.events.source)} events, the target ` +
        `${String(outcome.events.target)}. Did anything write to either meanwhile? Streams that differ:${named(outcome.differing)}`,
    );
  }
  return { copied, before: outcome.events.source - copied, digest: outcome.digest, keepsCreated };
}

/**
 * Returns the newest revision of every stream in a store: the only thing that grows with it, some 150 bytes a stream.
 */
async function headsOf(store: EventStore): Promise<ReadonlyMap<string, number>> {
  const heads = new Map<string, number>();
  for await (const { event } of readableEvents(store)) {
    if (event.type !== PLACEHOLDER) heads.set(event.stream, event.revision);
  }
  return heads;
}

const isLater = (first: RecordedEvent | undefined, event: RecordedEvent): boolean =>
  first !== undefined && event.created.getTime() - first.created.getTime() > MAX_WAVE_MS;

/**
 * Appends what is not there yet, in waves, each in the order of the source.
 * @returns how many events were appended
 */
async function append(
  events: AsyncIterable<{ readonly event: RecordedEvent; readonly first: number }>,
  target: CopyTarget,
  heads: ReadonlyMap<string, number>,
): Promise<number> {
  let wave: RecordedEvent[] = [];
  let characters = 0;
  let appended = 0;
  /** The wave before, which is on its way while the next one is read. */
  let writing: Promise<void> = Promise.resolve();

  const flush = async (): Promise<void> => {
    await writing;
    writing = appendWave(target, wave);
    writing.catch(() => undefined); // it is awaited, but maybe later
    appended += wave.length;
    wave = [];
    characters = 0;
  };
  for await (const { event, first } of events) {
    if (event.revision <= (heads.get(event.stream) ?? -1)) continue;
    if (wave.length >= MAX_WAVE_EVENTS || characters >= MAX_WAVE_CHARACTERS || isLater(wave[0], event)) await flush();
    if (event.revision === first && first > 0) {
      await flush();
      await writing;
      await skipRevisions(target.store, event.stream, first);
    }
    wave.push(event);
    characters += stringifyJson(event.data).length;
  }
  await flush();
  await writing;
  return appended;
}

async function appendWave({ store, setClock }: CopyTarget, wave: readonly RecordedEvent[]): Promise<void> {
  const appendOne = ({ stream, id, type, data, metadata, revision, created }: RecordedEvent) => {
    setClock?.(created);
    const event = { id, type, data, ...(metadata === undefined ? {} : { metadata }) };
    return store.append(stream, [event], expectedBefore(revision));
  };
  const results = await Promise.allSettled(wave.map(appendOne));
  // What failed, and what came after it in its stream, one by one: all of it can be repeated.
  for (const [index, event] of wave.entries()) {
    const result = results[index];
    if (result?.status === 'fulfilled' && result.value.kind === 'appended') continue;
    if (result?.status === 'rejected' && !isPassing(result.reason)) throw result.reason;
    const again = await persist(() => appendOne(event));
    if (again.kind === 'conflict') throw notOurs(event.stream, event.revision, again.actual);
  }
}

/** Makes the numbering of a new stream begin at `first`, as it does in a stream that was deleted and revived. */
async function skipRevisions(store: EventStore, stream: StreamName, first: number): Promise<void> {
  for (let revision = 0; revision < first; revision += MAX_PLACEHOLDERS) {
    const length = Math.min(MAX_PLACEHOLDERS, first - revision);
    const events = Array.from({ length }, (_, index) => placeholder(stream, revision + index));
    const result = await persist(() => store.append(stream, events, expectedBefore(revision)));
    if (result.kind === 'conflict') throw notOurs(stream, revision, result.actual);
  }
  const result = await persist(() => store.deleteStream(stream, first - 1, 'soft'));
  if (result.kind === 'conflict') throw notOurs(stream, first, result.actual);
}

const notOurs = (stream: StreamName, revision: number, actual: unknown): CopyError =>
  new CopyError(
    `Stream ${JSON.stringify(stream)} of the target ends at ${String(actual)} where revision ${String(revision)} of the ` +
      'source belongs: something else writes to the target, or has written to it.',
  );

const isPassing = (error: unknown): boolean =>
  isEventStoreError(error, 'unavailable') || isEventStoreError(error, 'outcome-unknown');

/** Tries something that can be repeated until the store has taken it or refused it. */
async function persist<Result>(attempt: () => Promise<Result>): Promise<Result> {
  for (let tries = 1; ; tries++) {
    try {
      return await attempt();
    } catch (error) {
      if (tries === MAX_TRIES || !isPassing(error)) throw error;
      await delay(RETRY_MS);
    }
  }
}
