import { LRUCache } from 'lru-cache';
import type { Logger } from 'pino';
import { ACCESS_READ, ACCESS_STREAM, AccessData, type AccessEntry, type AccessPage } from '../../schemas/access';
import type { OrderKey } from '../../schemas/handle-order';
import { orderStream, SCHEMA_VERSION } from '../../schemas/order-events';
import { WITHHELD } from '../../schemas/order-view';
import { type EventStore, isEventStoreError, type NewEvent } from '../event-store/event-store';
import { contentHash, seal } from '../handle-order/hashes';
import { Problem } from '../problem';
import { seesContact } from './permissions';
import type { Reader } from './readers';
import { hasPasscode } from './withhold';

/**
 * Who looked. What a configured reader sees of the past, of quarantine and of passcodes is an event itself, sealed like a
 * delivery in quarantine. A service without readers knows nobody to record.
 */

/** Least milliseconds between two records of one reader's seeing the passcode of one order: 10 minutes. */
export const PASSCODE_INTERVAL_MS = 10 * 60 * 1_000;
/** Pairs of reader and order whose last record is remembered, some 200 bytes each; one that is forgotten is told again. */
const REMEMBERED_PAIRS = 50_000;
/** Milliseconds in which passcodes shown are gathered before they are recorded. */
const GATHER_MS = 250;
/** Events in one append. */
const BATCH_EVENTS = 100;
/** Most passcodes shown that wait for a store that is away; beyond them the oldest are lost, and the log says how many. */
export const MAX_WAITING = 10_000;
/** Milliseconds before what could not be recorded is tried again. */
const RETRY_MS = 1_000;
/** Most characters of a path that are kept. */
const MAX_PATH = 2_000;

/** Parameters whose values are about orders and time. The values of all others, such as a driver's name, are withheld. */
const SHOWN_PARAMETERS: ReadonlySet<string> = new Set([
  'active',
  'after',
  'as_of',
  'at_revision',
  'attention',
  'format',
  'from',
  'limit',
  'location_id',
  'min_revision',
  'order_id',
  'source',
  'stage',
  'status',
  'to',
  'verdict',
  'view',
]);

/** @returns what is kept of the path and query of a request. */
export function recordedPath(address: string): string {
  const [path = '', query] = address.split(/\?(.*)/s);
  if (query === undefined || query === '') return path.slice(0, MAX_PATH);
  const shown = [...new URLSearchParams(query)].map(([name, value]) =>
    SHOWN_PARAMETERS.has(name) ? `${name}=${encodeURIComponent(value)}` : `${encodeURIComponent(name)}=${WITHHELD}`,
  );
  return `${path}?${shown.join('&')}`.slice(0, MAX_PATH);
}

/** What a reader asks for. */
export interface Access {
  readonly location_id?: string | undefined;
  readonly order_id?: string | undefined;
  readonly what: Exclude<AccessData['what'], 'passcode'>;
  /** Of the request, with its query. */
  readonly path: string;
}

/**
 * Records an access; call it after the reader's permissions and before the answer.
 * @throws {Problem} `store-unavailable` if it cannot be recorded: then nothing may be shown.
 */
export type RecordAccess = (reader: Reader, access: Access) => Promise<void>;

/** What of an order is looked at for a passcode. */
export interface ShownOrder extends OrderKey {
  readonly driver_details: unknown;
}

/** Records, without being waited for, that orders were shown, as far as the reader sees passcodes in them. */
export type RecordShown = (reader: Reader, path: string, orders: Iterable<ShownOrder>) => void;

export interface AccessLog {
  readonly record: RecordAccess;
  readonly shown: RecordShown;
  /** @param after the last page's `next`, or null for the first page. */
  list(after: number | null, limit: number): Promise<AccessPage>;
  /** Records what waits, if the store takes it now. */
  close(): Promise<void>;
}

/**
 * @param newId makes a UUID
 * @param now milliseconds since the epoch
 */
export function createAccessLog(options: {
  readonly store: EventStore;
  readonly newId: () => string;
  readonly now: () => number;
  readonly log: Logger;
}): AccessLog {
  const { store, newId, now, log } = options;
  const told = new LRUCache<string, number>({ max: REMEMBERED_PAIRS });
  let waiting: AccessData[] = [];
  let timer: NodeJS.Timeout | undefined;
  let writing: Promise<void> | null = null;
  let closed = false;

  const dataOf = (
    reader: Reader,
    name: string,
    access: Pick<Access, 'location_id' | 'order_id'> & Pick<AccessData, 'what' | 'path'>,
  ) => ({
    reader: name,
    role: reader.role,
    what: access.what,
    ...(access.location_id === undefined ? {} : { location_id: access.location_id }),
    ...(access.order_id === undefined ? {} : { order_id: access.order_id }),
    path: access.path,
    at: new Date(now()).toISOString(),
  });

  function eventOf(data: AccessData): NewEvent {
    const [id, type] = [newId(), ACCESS_READ];
    const metadata = { schema_version: SCHEMA_VERSION, content_hash: contentHash({ type, object: data }) };
    // Not tied to the one before it: readers do not wait for each other.
    return { id, type, data: { ...data }, metadata: seal({ stream: ACCESS_STREAM, id, type, metadata }, null) };
  }

  /** @returns false if the store did not take all that waits. */
  async function writeWaiting(): Promise<boolean> {
    while (waiting.length > 0) {
      const batch = waiting.slice(0, BATCH_EVENTS);
      try {
        await store.append(ACCESS_STREAM, batch.map(eventOf), 'any');
      } catch (error) {
        if (!isEventStoreError(error)) throw error;
        log.warn({ detail: error.message, waiting: waiting.length }, 'passcodes shown cannot be recorded yet');
        return false;
      }
      const written = new Set(batch);
      waiting = waiting.filter((data) => !written.has(data));
    }
    return true;
  }

  function schedule(ms: number): void {
    if (timer !== undefined || writing !== null || closed) return;
    timer = setTimeout(() => {
      timer = undefined;
      writing = writeWaiting()
        .catch((error: unknown) => {
          log.error({ err: error }, 'failed to record passcodes shown');
          return false;
        })
        .then((isDone) => {
          writing = null;
          if (waiting.length > 0) schedule(isDone ? GATHER_MS : RETRY_MS);
        });
    }, ms);
  }

  return {
    record: async (reader, access) => {
      if (reader.name === null) return;
      try {
        const data = dataOf(reader, reader.name, { ...access, path: recordedPath(access.path) });
        await store.append(ACCESS_STREAM, [eventOf(data)], 'any');
      } catch (cause) {
        if (!isEventStoreError(cause)) throw cause;
        log.error({ err: cause }, 'an access cannot be recorded');
        const detail = 'Who reads this is recorded first, and that cannot be done now. Ask again.';
        throw new Problem('store-unavailable', detail, {}, { cause });
      }
    },

    shown: (reader, path, orders) => {
      const { name } = reader;
      if (name === null || closed || !seesContact(reader)) return;
      const kept = recordedPath(path);
      for (const { location_id, order_id, driver_details } of orders) {
        if (!hasPasscode(driver_details)) continue;
        const pair = `${name}\n${orderStream({ location_id, order_id })}`;
        const last = told.get(pair);
        if (last !== undefined && Math.abs(now() - last) < PASSCODE_INTERVAL_MS) continue;
        told.set(pair, now());
        waiting.push(dataOf(reader, name, { what: 'passcode', location_id, order_id, path: kept }));
      }
      const lost = waiting.length - MAX_WAITING;
      if (lost > 0) {
        waiting.splice(0, lost);
        log.error({ lost }, 'passcodes were shown that could not be recorded');
      }
      if (waiting.length > 0) schedule(GATHER_MS);
    },

    list: async (after, limit) => {
      const accesses: AccessEntry[] = [];
      const from = after === null ? 0 : after + 1;
      if (!Number.isSafeInteger(from)) return { accesses, next: null };
      let more = false;
      try {
        for await (const { data, revision } of store.readStream(ACCESS_STREAM, { from, limit: limit + 1 })) {
          if (accesses.length === limit) more = true;
          else accesses.push({ access_id: String(revision), ...AccessData.parse(data) });
        }
      } catch (error) {
        if (!isEventStoreError(error, 'not-found')) throw error;
      }
      return { accesses, next: more ? (accesses.at(-1)?.access_id ?? null) : null };
    },

    close: async () => {
      clearTimeout(timer);
      timer = undefined;
      closed = true;
      await writing;
      await writeWaiting();
    },
  };
}
