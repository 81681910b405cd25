import type { Logger } from 'pino';
import type { AccessData, AccessPage } from '../../../schemas/api/access';
import type { ReaderName } from '../../../schemas/files/readers';
import type { LocationId, OrderId } from '../../../schemas/wire/handle-order';
import type { OrderKey } from '../../../schemas/order-key';
import { orderStream } from '../../../schemas/events/order-events';
import { WITHHELD } from '../../../schemas/events/withheld';
import { createRemembered } from '../../concurrency/remembered';
import { type EventStore, isEventStoreError } from '../../event-store/event-store';
import { Problem, type ProblemCode } from '../../http/problem';
import { type AccessVolumes, createAccessVolumes } from './access-volumes';
import { createBudget, type TakeFromBudget } from './budget';
import { LateRecords } from './late-records';
import { seesContact } from '../permissions';
import type { Reader } from '../readers/readers';
import { hasPasscode } from '../withhold';

/**
 * Who looked. What a configured reader sees of the past, of quarantine and of passcodes, and what it does there, is an
 * event itself, sealed like a delivery in quarantine. A service without readers knows nobody to record.
 *
 * What a reader repeats is counted, and what it may have recorded is limited: nobody who only reads fills the disk.
 */

/**
 * Milliseconds in which one reader's looks at one thing are one record: those after the first are counted in another.
 */
export const COUNTED_MS = 60_000;
/** Most records that one reader may cause at once, and each minute for long: at most 2 kB each, some 500 B usually. */
export const RECORDS_AT_ONCE = 5_000;
export const RECORDS_PER_MINUTE = 600;
/** The same for passcodes that lists and orders show: a list is shown whole, or refused. */
export const PASSCODES_AT_ONCE = 10_000;
export const PASSCODES_PER_MINUTE = 2_000;
/** Least milliseconds between two records of one reader's seeing the passcode of one order: 10 minutes. */
export const PASSCODE_INTERVAL_MS = 10 * 60 * 1_000;
/**
 * Pairs of reader and order whose last record is remembered, some 200 bytes each; one that is forgotten is recorded
 * again.
 */
const REMEMBERED_PAIRS = 50_000;
/** Most characters of a path that are kept. */
const MAX_PATH = 1_000;

/**
 * Parameters whose values are about orders and time. The values of all others, such as a driver's name, are withheld.
 */
const SHOWN_PARAMETERS: ReadonlySet<string> = new Set([
  'acts',
  'active',
  'after',
  'as_of',
  'at_revision',
  'attention',
  'consumer',
  'delivery_status',
  'format',
  'from',
  'limit',
  'location_id',
  'min_revision',
  'order',
  'order_id',
  'source',
  'stage',
  'status',
  'to',
  'verdict',
  'view',
  'wait',
  'waiting',
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
const SAME_THING: ReadonlySet<string> = new Set([
  'after',
  'as_of',
  'at_revision',
  'format',
  'limit',
  'order',
  'view',
  'wait',
]);

/** @returns what two accesses of one reader have in common that are counted together. */
function thingOf({ what, location_id, order_id, path }: AccessRequest): string {
  const [place = '', query = ''] = path.split(/\?(.*)/s);
  const asked = [...new URLSearchParams(query)].filter(([name]) => !SAME_THING.has(name));
  return JSON.stringify([what, location_id, order_id, location_id === undefined ? place : '', asked]);
}

/** What a reader asks for. */
export interface AccessRequest {
  readonly location_id?: LocationId | undefined;
  readonly order_id?: OrderId | undefined;
  readonly what: Exclude<AccessData['what'], 'passcode'>;
  /** Of the request, with its query. */
  readonly path: string;
  /** Whether it is never counted with others of its kind: each such act matters. */
  readonly byItself?: boolean;
}

/**
 * Records an access; call it after the reader's permissions and when there is something to show, and before the answer.
 * @throws {Problem} `store-unavailable` if it cannot be recorded, and `too-many-reads` if the reader has too much
 *   recorded: then nothing may be shown.
 */
export type RecordAccess = (reader: Reader, access: AccessRequest) => Promise<void>;

/** What of an order is looked at for a passcode. */
export interface ShownOrder extends OrderKey {
  readonly driver_details: unknown;
}

/** Records, without being waited for, that orders are shown, as far as the reader sees passcodes in them. */
export type RecordShown = (reader: Reader, path: string, orders: Iterable<ShownOrder>) => void;

/** Problems of a call that {@link AccessLog.record records} who makes it, before it answers. */
export const RECORD_PROBLEMS = ['too-many-reads', 'store-unavailable'] as const satisfies readonly ProblemCode[];
/** Problems of a call that {@link AccessLog.show shows} passcodes. */
export const SHOW_PROBLEMS = ['too-many-reads'] as const satisfies readonly ProblemCode[];

export interface AccessLog {
  readonly record: RecordAccess;
  /** For the live feed, which refuses no screen the food that it hands out. */
  readonly shown: RecordShown;
  /**
   * For what is asked for: call it before the answer.
   * @throws {Problem} `too-many-reads`
   */
  readonly show: RecordShown;
  readonly list: AccessVolumes['list'];
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

class RecordedAccesses implements AccessLog {
  readonly #now: () => number;
  readonly #monotonic: () => number;
  readonly #log: Logger;
  readonly #volumes: AccessVolumes;
  readonly #late: LateRecords;
  readonly #lastRecorded = createRemembered<number>(REMEMBERED_PAIRS);
  readonly #takeRecord: TakeFromBudget;
  readonly #takePasscodes: TakeFromBudget;
  /** By reader and thing, the oldest first. */
  readonly #counted = new Map<string, Counted>();
  #counting: NodeJS.Timeout | undefined;
  #closed = false;

  constructor({ store, newId, now, monotonic, log }: Options) {
    this.#now = now;
    this.#monotonic = monotonic;
    this.#log = log;
    this.#volumes = createAccessVolumes({ store, newId, now, monotonic });
    this.#late = new LateRecords(this.#volumes, log);
    this.#takeRecord = createBudget({ atOnce: RECORDS_AT_ONCE, perMinute: RECORDS_PER_MINUTE, now: monotonic });
    this.#takePasscodes = createBudget({ atOnce: PASSCODES_AT_ONCE, perMinute: PASSCODES_PER_MINUTE, now: monotonic });
  }

  // Arrows: they are handed on one by one.
  readonly record: RecordAccess = (reader, access) => this.#record(reader, access);
  readonly shown: RecordShown = (reader, path, orders) => {
    this.#recordPasscodes(reader, path, orders, false);
  };
  readonly show: RecordShown = (reader, path, orders) => {
    this.#recordPasscodes(reader, path, orders, true);
  };

  list(...page: Parameters<AccessVolumes['list']>): Promise<AccessPage> {
    return this.#volumes.list(...page);
  }

  async close(): Promise<void> {
    this.#reportCounted(0);
    clearInterval(this.#counting);
    this.#closed = true;
    await this.#late.close();
  }

  async #record(reader: Reader, access: AccessRequest): Promise<void> {
    const { name } = reader;
    if (name === null) return;
    this.#reportCounted();
    const key = `${name}\n${reader.role}\n${thingOf(access)}`;
    const data = this.#dataOf(reader, name, { ...access, path: recordedPath(access.path) });
    const known = access.byItself === true ? undefined : this.#counted.get(key);
    try {
      if (access.byItself === true) await this.#append(name, data);
      else await (known === undefined ? this.#recordFirst(name, key, data) : known.recorded);
    } catch (cause) {
      if (!isEventStoreError(cause)) throw cause;
      this.#log.error({ err: cause }, 'an access cannot be recorded');
      const detail = 'Who reads this is recorded first, and that cannot be done now. Ask again.';
      throw new Problem('store-unavailable', detail, {}, { cause });
    }
    if (known === undefined) return;
    const open = this.#counted.get(key);
    if (open === undefined) {
      // The minute ended while the first look was on its way into the store.
      this.#late.add([data]);
      return;
    }
    open.times += 1;
    open.last = data;
  }

  #dataOf(
    reader: Reader,
    name: ReaderName,
    access: Pick<AccessRequest, 'location_id' | 'order_id'> & Pick<AccessData, 'what' | 'path'>,
  ): AccessData {
    return {
      reader: name,
      role: reader.role,
      what: access.what,
      ...(access.location_id === undefined ? {} : { location_id: access.location_id }),
      ...(access.order_id === undefined ? {} : { order_id: access.order_id }),
      path: access.path,
      at: new Date(this.#now()).toISOString(),
    };
  }

  /** Records what was counted for a minute, and forgets what was not looked at again. */
  #reportCounted(least = COUNTED_MS): void {
    const at = this.#monotonic();
    for (const [key, one] of this.#counted) {
      if (at - one.since < least) break;
      this.#counted.delete(key);
      if (one.times === 0) continue;
      this.#late.add([{ ...one.last, times: one.times }]);
      this.#counted.set(key, { ...one, since: at, times: 0 });
    }
    if (this.#counted.size > 0 || this.#closed) return;
    clearInterval(this.#counting);
    this.#counting = undefined;
  }

  #append(name: ReaderName, data: AccessData): Promise<void> {
    if (!this.#takeRecord(name, 1)) throw tooManyReads();
    return this.#volumes.append([data]);
  }

  /** Records the first look, so that who comes after it may be shown the same without a record of its own. */
  #recordFirst(name: ReaderName, key: string, data: AccessData): Promise<void> {
    const recorded = this.#append(name, data);
    this.#counted.set(key, { recorded, since: this.#monotonic(), times: 0, last: data });
    recorded.catch(() => {
      if (this.#counted.get(key)?.recorded === recorded) this.#counted.delete(key);
    });
    this.#counting ??= setInterval(() => {
      this.#reportCounted();
    }, COUNTED_MS).unref();
    return recorded;
  }

  #recordPasscodes(reader: Reader, path: string, orders: Iterable<ShownOrder>, mayRefuse: boolean): void {
    const { name } = reader;
    if (name === null || this.#closed || !seesContact(reader)) return;
    const kept = recordedPath(path);
    const fresh = new Map<string, AccessData>();
    for (const { location_id, order_id, driver_details } of orders) {
      if (!hasPasscode(driver_details)) continue;
      const pair = `${name}\n${orderStream({ location_id, order_id })}`;
      const last = this.#lastRecorded.get(pair);
      if (last !== undefined && Math.abs(this.#now() - last) < PASSCODE_INTERVAL_MS) continue;
      fresh.set(pair, this.#dataOf(reader, name, { what: 'passcode', location_id, order_id, path: kept }));
    }
    if (!this.#takePasscodes(name, fresh.size) && mayRefuse) throw tooManyReads();
    for (const pair of fresh.keys()) this.#lastRecorded.set(pair, this.#now());
    this.#late.add([...fresh.values()]);
  }
}

export const createAccessLog = (options: Options): AccessLog => new RecordedAccesses(options);
