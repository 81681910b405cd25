import Database, { type Database as Connection } from 'better-sqlite3';
import type { StreamName } from '../../../schemas/events/stream-name';
import type { RecordedEvent } from '../event-store';
import { LIMIT, queryOf } from './query';
import { asStoreError, assertFormat, BUSY_TIMEOUT_MS, formatOf, LAST_POSITION, type ReadRow, toEvent } from './schema';

export interface LogPage {
  /** In order of position. */
  readonly events: readonly RecordedEvent[];
  /** Position of the last event looked at, whether or not its stream matched; null if there was none. */
  readonly last: number | null;
  /** There may be more. */
  readonly full: boolean;
}

/** Reading side of the log: what readers in any thread need. */
export interface LogReader {
  /** @returns up to `limit` events of `stream` from `from` on, inclusive, in the given direction. */
  readStream(stream: StreamName, from: number, backwards: boolean, limit: number): readonly RecordedEvent[];
  isTombstoned(stream: StreamName): boolean;
  /** Looks at up to `limit` events after a position, and gives those of streams whose name starts so. */
  page(after: number, prefix: string, limit: number): LogPage;
  /** @returns the position of the newest event ever written, removed or not; null while there was none. */
  lastPosition(): number | null;
  close(): void;
}

/**
 * Events ahead from which streams of a prefix are looked for by their names, if few events are theirs, rather than among
 * all: what is deleted, and what orders are called, is a handful of a million.
 */
const FAR_AHEAD = 10_000;
/** Most events of such streams: they are put in order all at once. */
const FEW = 10_000;
/** Sorts after whatever follows a prefix in our names, which are ASCII. */
const AFTER_ALL = String.fromCodePoint(0x10ffff);

function createReader(db: Connection): LogReader {
  const query = queryOf(formatOf(db));
  const select = (rest: string) => db.prepare<(number | string)[], ReadRow>(`${query.read} ${rest}`).raw();
  const forwards = select(`WHERE ${query.stream} AND revision >= ? ORDER BY revision ${LIMIT}`);
  const backwards = select(`WHERE ${query.stream} AND revision <= ? ORDER BY revision DESC ${LIMIT}`);
  const all = select(`WHERE position > ? ORDER BY position ${LIMIT}`);
  const tombstone = db.prepare<[string], number>(`SELECT tombstone FROM deleted_streams WHERE ${query.stream}`).pluck();
  const newest = db.prepare<[], number | null>(LAST_POSITION).pluck();
  const end = db.prepare<[], number | null>('SELECT max(position) FROM events').pluck();
  const count = db
    .prepare<[string, string, number], number>(`SELECT count(*) FROM (SELECT 1 ${query.named} ${LIMIT})`)
    .pluck();
  const ofNames = select(
    `WHERE position IN (SELECT position ${query.named} AND position > ? AND position <= ? ORDER BY position ${LIMIT})
     ORDER BY position`,
  );
  const frequent = new Set<string>();
  /** @returns whether more than a few events are of streams whose names begin so; once they are, it is not counted again. */
  const isFrequent = (prefix: string): boolean => {
    if (frequent.has(prefix)) return true;
    if ((count.get(prefix, `${prefix}${AFTER_ALL}`, FEW + 1) ?? 0) <= FEW) return false;
    frequent.add(prefix);
    return true;
  };
  /** @returns what {@link LogReader.page} gives, without a look at other streams; null if that is not worth it. */
  const sparsePage = (after: number, prefix: string, limit: number): LogPage | null => {
    const last = end.get() ?? 0; // before the events: what comes in between is for the next page
    if (prefix === '' || last - after < FAR_AHEAD || isFrequent(prefix)) return null;
    const rows = ofNames.all(prefix, `${prefix}${AFTER_ALL}`, after, last, limit);
    const full = rows.length === limit;
    return { events: rows.map(toEvent), last: full ? (rows.at(-1)?.[0] ?? null) : last, full };
  };
  return {
    readStream: (stream, from, back, limit) => (back ? backwards : forwards).all(stream, from, limit).map(toEvent),
    isTombstoned: (stream) => tombstone.get(stream) === 1,
    page: (after, prefix, limit) => {
      const sparse = sparsePage(after, prefix, limit);
      if (sparse !== null) return sparse;
      const rows = all.all(after, limit);
      return {
        events: rows.filter(([, stream]) => stream === null || stream.startsWith(prefix)).map(toEvent),
        last: rows.at(-1)?.[0] ?? null,
        full: rows.length === limit,
      };
    },
    lastPosition: () => newest.get() ?? null,
    close: () => db.close(),
  };
}

/** Which logs may be read: those of this version only, or those of an earlier one too, which is for verifying them. */
export type Formats = 'current' | 'earlier-too';

/**
 * Opens the log for reading, beside the writer.
 * @throws {EventStoreError} `unavailable` if the file is not there or cannot be read, `invalid` if it has another format.
 */
export function openLogReader(file: string, formats: Formats = 'current'): LogReader {
  let db: Connection | null = null;
  try {
    db = new Database(file, { readonly: true, fileMustExist: true, timeout: BUSY_TIMEOUT_MS });
    if (formats === 'current') assertFormat(file, formatOf(db));
    return createReader(db);
  } catch (error) {
    db?.close();
    throw asStoreError(error, `the event log ${file} cannot be read`);
  }
}
