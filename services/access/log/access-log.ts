import { LRUCache } from 'lru-cache';
import type { Logger } from 'pino';
import type { AccessData, AccessPage } from '../../../schemas/access';
import type { OrderKey } from '../../../schemas/handle-order';
import { orderStream } from '../../../schemas/order-events';
import { WITHHELD } from '../../../schemas/withheld';
import { type EventStore, isEventStoreError } from '../../event-store/event-store';
import { Problem } from '../../http/problem';
import { createAccessVolumes } from './access-volumes';
import { createBudget } from './budget';
import { seesContact } from '../permissions';
import type { Reader } from '../readers/readers';
import { hasPasscode } from '../withhold';

/**
 * Who looked. What a configured reader sees of the past, of quarantine and of passcodes, and what it does there, is an
 * event itself, sealed like a delivery in quarantine. A service without readers knows nobody to record.
 *
 * What a reader repeats is counted, and what it may have recorded is limited: nobody who only reads fills the disk.
 */

/** Milliseconds in which one reader's looks at one thing are one record: those after the first are counted in another. */
export const COUNTED_MS = 60_000;
/** Most records that one reader may cause at once, and each minute for long: at most 2 kB each, some 500 B usually. */
export const RECORDS_AT_ONCE = 5_000;
export const RECORDS_PER_MINUTE = 600;
/** The same for passcodes that lists and orders show: a list is shown whole, or refused. */
export const PASSCODES_AT_ONCE = 10_000;
export const PASSCODES_PER_MINUTE = 2_000;
/** Least milliseconds between two records of one reader's seeing the passcode of one order: 10 minutes. */
export const PASSCODE_INTERVAL_MS = 10 * 60 * 1_000;
/** Pairs of reader and order whose last record is remembered, some 200 bytes each; one that is forgotten is told again. */
const REMEMBERED_PAIRS = 50_000;
/** Milliseconds in which what is recorded after its answer is gathered. */
const GATHER_MS = 250;
/** Events in one append. */
const BATCH_EVENTS = 100;
/** Most of these that wait for a store that is away; beyond them the oldest are lost, and the log says how many. */
export const MAX_WAITING = 10_000;
/** Milliseconds before what could not be recorded is tried again. */
const RETRY_MS = 1_000;
/** Most characters of a path that are kept. */
const MAX_PATH = 1_000;

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

/** Parameters that name another page, moment or form of the same thing. */
const SAME_THING: ReadonlySet<string> = new Set(['after', 'as_of', 'at_revision', 'format', 'limit', 'view']);

/** @returns what two accesses of one reader have in common that are counted together. */
function thingOf({ what, location_id = '', order_id = '', path }: Access): string {
  const [place = '', query = ''] = path.split(/\?(.*)/s);
  const asked = [...new URLSearchParams(query)].filter(([name]) => !SAME_THING.has(name));
  return JSON.stringify([what, location_id, order_id, location_id === '' ? place : '', asked]);
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
 * Records an access; call it after the reader's permissions and when there is something to show, and before the answer.
 * @throws {Problem} `store-unavailable` if it cannot be recorded, and `too-many-reads` if the reader has too much recorded:
 *   then nothing may be shown.
 */
export type RecordAccess = (reader: Reader, access: Access) => Promise<void>;

/** What of an order is looked at for a passcode. */
export interface ShownOrder extends OrderKey {
  readonly driver_details: unknown;
}

/** Records, without being waited for, that orders are shown, as far as the reader sees passcodes in them. */
export type RecordShown = (reader: Reader, path: string, orders: Iterable<ShownOrder>) => void;

export interface AccessLog {
  readonly record: RecordAccess;
  /** For the live feed, which refuses no screen the food that it hands out. */
  readonly shown: RecordShown;
  /**
   * For what is asked for: call it before the answer.
   * @throws {Problem} `too-many-reads`
   */
  readonly show: RecordShown;
  /** @param after the last page's `next`, or null for the first page. */
  list(after: number | null, limit: number): Promise<AccessPage>;
  /** Records what waits, if the store takes it now. */
  close(): Promise<void>;
}

const tooManyReads = (): Problem =>
  new Problem(
    'too-many-reads',
    'Each look is recorded. Read more slowly, or export a location or a time range at once.',
  );

/** Looks of one reader at one thing since its last record. */
interface Counted {
  /** Settles when the record of the first look is durable. */
  readonly recorded: Promise<void>;
  /** Of {@link Options.monotonic}. */
  since: number;
  times: number;
  last: AccessData;
}

interface Options {
  readonly store: EventStore;
  /** Makes a UUID. */
  readonly newId: () => string;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Milliseconds of a clock that never goes back. */
  readonly monotonic: () => number;
  readonly log: Logger;
}

export function createAccessLog({ store, newId, now, monotonic, log }: Options): AccessLog {
  const volumes = createAccessVolumes({ store, newId, now, monotonic });
  const told = new LRUCache<string, number>({ max: REMEMBERED_PAIRS });
  const takeRecord = createBudget({ atOnce: RECORDS_AT_ONCE, perMinute: RECORDS_PER_MINUTE, now: monotonic });
  const takePasscodes = createBudget({ atOnce: PASSCODES_AT_ONCE, perMinute: PASSCODES_PER_MINUTE, now: monotonic });
  /** By reader and thing, the oldest first. */
  const counted = new Map<string, Counted>();
  let waiting: AccessData[] = [];
  let timer: NodeJS.Timeout | undefined;
  let counting: NodeJS.Timeout | undefined;
  let writing: Promise<void> | null = null;
  let closed = false;

  const dataOf = (
    reader: Reader,
    name: string,
    access: Pick<Access, 'location_id' | 'order_id'> & Pick<AccessData, 'what' | 'path'>,
  ): AccessData => ({
    reader: name,
    role: reader.role,
    what: access.what,
    ...(access.location_id === undefined ? {} : { location_id: access.location_id }),
    ...(access.order_id === undefined ? {} : { order_id: access.order_id }),
    path: access.path,
    at: new Date(now()).toISOString(),
  });

  /** @returns false if the store did not take all that waits. */
  async function writeWaiting(): Promise<boolean> {
    while (waiting.length > 0) {
      const batch = waiting.slice(0, BATCH_EVENTS);
      try {
        await volumes.append(batch);
      } catch (error) {
        if (!isEventStoreError(error)) throw error;
        log.warn({ detail: error.message, waiting: waiting.length }, 'what was shown cannot be recorded yet');
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
          log.error({ err: error }, 'failed to record what was shown');
          return false;
        })
        .then((isDone) => {
          writing = null;
          if (waiting.length > 0) schedule(isDone ? GATHER_MS : RETRY_MS);
        });
    }, ms);
  }

  function recordLater(accesses: readonly AccessData[]): void {
    waiting.push(...accesses);
    const lost = waiting.length - MAX_WAITING;
    if (lost > 0) {
      waiting.splice(0, lost);
      log.error({ lost }, 'what was shown could not be recorded');
    }
    if (waiting.length > 0) schedule(GATHER_MS);
  }

  /** Records what was counted for a minute, and forgets what was not looked at again. */
  function tellCounted(least = COUNTED_MS): void {
    const at = monotonic();
    for (const [key, one] of counted) {
      if (at - one.since < least) break;
      counted.delete(key);
      if (one.times === 0) continue;
      recordLater([{ ...one.last, times: one.times }]);
      counted.set(key, { ...one, since: at, times: 0 });
    }
    if (counted.size > 0 || closed) return;
    clearInterval(counting);
    counting = undefined;
  }

  /** Records the first look, so that whoever comes after it may be shown the same without a record of his own. */
  function recordFirst(name: string, key: string, data: AccessData): Promise<void> {
    if (!takeRecord(name, 1)) throw tooManyReads();
    const recorded = volumes.append([data]);
    counted.set(key, { recorded, since: monotonic(), times: 0, last: data });
    recorded.catch(() => {
      if (counted.get(key)?.recorded === recorded) counted.delete(key);
    });
    counting ??= setInterval(tellCounted, COUNTED_MS).unref();
    return recorded;
  }

  function recordPasscodes(reader: Reader, path: string, orders: Iterable<ShownOrder>, mayRefuse: boolean): void {
    const { name } = reader;
    if (name === null || closed || !seesContact(reader)) return;
    const kept = recordedPath(path);
    const fresh = new Map<string, AccessData>();
    for (const { location_id, order_id, driver_details } of orders) {
      if (!hasPasscode(driver_details)) continue;
      const pair = `${name}\n${orderStream({ location_id, order_id })}`;
      const last = told.get(pair);
      if (last !== undefined && Math.abs(now() - last) < PASSCODE_INTERVAL_MS) continue;
      fresh.set(pair, dataOf(reader, name, { what: 'passcode', location_id, order_id, path: kept }));
    }
    if (!takePasscodes(name, fresh.size) && mayRefuse) throw tooManyReads();
    for (const pair of fresh.keys()) told.set(pair, now());
    recordLater([...fresh.values()]);
  }

  return {
    record: async (reader, access) => {
      const { name } = reader;
      if (name === null) return;
      tellCounted();
      const key = `${name}\n${reader.role}\n${thingOf(access)}`;
      const data = dataOf(reader, name, { ...access, path: recordedPath(access.path) });
      const known = counted.get(key);
      try {
        await (known === undefined ? recordFirst(name, key, data) : known.recorded);
      } catch (cause) {
        if (!isEventStoreError(cause)) throw cause;
        log.error({ err: cause }, 'an access cannot be recorded');
        const detail = 'Who reads this is recorded first, and that cannot be done now. Ask again.';
        throw new Problem('store-unavailable', detail, {}, { cause });
      }
      if (known === undefined) return;
      const open = counted.get(key);
      if (open === undefined) {
        // The minute ended while the first look was on its way into the store.
        recordLater([data]);
        return;
      }
      open.times += 1;
      open.last = data;
    },

    shown: (reader, path, orders) => {
      recordPasscodes(reader, path, orders, false);
    },
    show: (reader, path, orders) => {
      recordPasscodes(reader, path, orders, true);
    },

    list: (after, limit) => volumes.list(after, limit),

    close: async () => {
      tellCounted(0);
      clearTimeout(timer);
      clearInterval(counting);
      timer = undefined;
      closed = true;
      await writing;
      await writeWaiting();
    },
  };
}
