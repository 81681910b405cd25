import { isUtf8 } from 'node:buffer';
import Database, { type Database as Connection } from 'better-sqlite3';
import type { StreamName } from '../../../schemas/stream-name';
import { decodePayload, encodePayload, type Payload, positionOf, type RecordedEvent } from '../event-store';
import { BUSY_TIMEOUT_MS, COLUMNS, type EventRow, LAST_POSITION } from './schema';

/** An event of the log as an inspector finds it. */
export type InspectedRow =
  | { readonly kind: 'event'; readonly position: number; readonly event: RecordedEvent }
  /** What is stored is not what this version writes. `event` is what can be made of it, or null. */
  | {
      readonly kind: 'malformed';
      readonly position: number;
      readonly stream: StreamName;
      readonly revision: number;
      readonly event: RecordedEvent | null;
      readonly detail: string;
    };

/** Looks at the log as it was at one moment, without taking anything in it for granted. */
export interface LogInspector {
  /** @returns up to `limit` events after a position. @throws SQLite's own error where the file is damaged. */
  page(after: number, limit: number): readonly InspectedRow[];
  /** @returns up to `limit` events of a stream from a revision on. @throws as {@link page}. */
  streamPage(stream: StreamName, from: number, limit: number): readonly InspectedRow[];
  /** @returns the position of the newest event ever written, as the log remembers it; null while there was none. */
  lastPosition(): number | null;
  /** Positions after `after`, in order, of events that were removed with their streams. */
  removedPositions(after: number): Iterator<number>;
  wasRemoved(stream: StreamName, revision: number): boolean;
  eventAt(stream: StreamName, revision: number): RecordedEvent | null;
  close(): void;
}

const REPLACEMENT = '\uFFFD';
/** Latest time that a date can be, in milliseconds. */
const LATEST_TIME = 8.64e15;

/** JSON exactly as {@link encodePayload} writes it; other text may say the same, but nobody here wrote it. */
function inspectPayload(text: string | Buffer): {
  readonly payload: Payload | undefined;
  readonly fault: string | null;
} {
  if (typeof text !== 'string') return { payload: text, fault: null };
  try {
    const payload = decodePayload(text);
    const isOurs = encodePayload(payload, 'payload') === text;
    return { payload, fault: isOurs ? null : 'not written as this service writes JSON' };
  } catch {
    return { payload: undefined, fault: 'not JSON' };
  }
}

function inspectRow(
  [position, stream, revision, id, type, data, metadata, created]: EventRow,
  isText: (position: number) => boolean,
): InspectedRow {
  const inspected = { data: inspectPayload(data), metadata: metadata === null ? null : inspectPayload(metadata) };
  const isTime = Number.isSafeInteger(created) && Math.abs(created) <= LATEST_TIME;
  const faults: string[] = [];
  if (inspected.data.fault !== null) faults.push(`the data are ${inspected.data.fault}`);
  if (inspected.metadata !== null && inspected.metadata.fault !== null)
    faults.push(`the metadata are ${inspected.metadata.fault}`);
  if (!isTime) faults.push('created is not a time');
  if (!Number.isSafeInteger(revision) || revision < 0) faults.push('the revision is not a whole number from 0');
  // A byte that is no UTF-8 reads as this character, and so does the character itself.
  const mayBeOther = [stream, id, type, data, metadata].some(
    (value) => typeof value === 'string' && value.includes(REPLACEMENT),
  );
  if (mayBeOther && !isText(position)) faults.push('there is text that is not UTF-8');
  const event =
    inspected.data.payload === undefined || (inspected.metadata !== null && inspected.metadata.payload === undefined)
      ? null
      : {
          stream,
          id,
          type,
          data: inspected.data.payload,
          metadata: inspected.metadata?.payload,
          revision,
          position: positionOf(position),
          created: new Date(isTime ? created : 0),
        };
  if (faults.length === 0 && event !== null) return { kind: 'event', position, event };
  return { kind: 'malformed', position, stream, revision, event, detail: faults.join('; ') };
}

/**
 * Opens the log to be inspected, read-only, beside the writer: what is committed later is not seen.
 * @throws SQLite's own error if the file is not there or is no database.
 */
export function openLogInspector(file: string): LogInspector {
  const open = (): Connection => {
    const db = new Database(file, { readonly: true, fileMustExist: true, timeout: BUSY_TIMEOUT_MS });
    db.exec('BEGIN');
    return db;
  };
  const db = open();
  let removedDb: Connection | null = null;
  try {
    const page = db
      .prepare<[number, number], EventRow>(`SELECT ${COLUMNS} FROM events WHERE position > ? ORDER BY position LIMIT ?`)
      .raw();
    const at = db
      .prepare<[string, number], EventRow>(`SELECT ${COLUMNS} FROM events WHERE stream = ? AND revision = ?`)
      .raw();
    const ofStream = db
      .prepare<[string, number, number], EventRow>(
        `SELECT ${COLUMNS} FROM events WHERE stream = ? AND revision >= ? ORDER BY revision LIMIT ?`,
      )
      .raw();
    const bytes = db
      .prepare<[number], (Buffer | null)[]>(
        `SELECT ${['stream', 'id', 'type', 'data', 'metadata'].map((name) => `CAST(${name} AS BLOB)`).join(', ')}
         FROM events WHERE position = ?`,
      )
      .raw();
    const removed = db
      .prepare<[string, number], number>('SELECT 1 FROM removed_events WHERE stream = ? AND revision = ?')
      .pluck();
    const newest = db.prepare<[], number | null>(LAST_POSITION).pluck();
    newest.get(); // the first read is what fixes the moment
    const isText = (position: number): boolean =>
      (bytes.get(position) ?? []).every((value) => value === null || isUtf8(value));
    return {
      page: (after, limit) => page.all(after, limit).map((row) => inspectRow(row, isText)),
      streamPage: (stream, from, limit) => ofStream.all(stream, from, limit).map((row) => inspectRow(row, isText)),
      lastPosition: () => newest.get() ?? null,
      removedPositions: (after) => {
        // A connection of its own, of a later moment: while one is read row by row, another cannot read on it.
        removedDb ??= open();
        return removedDb
          .prepare<[number], number>('SELECT position FROM removed_events WHERE position > ? ORDER BY position')
          .pluck()
          .iterate(after);
      },
      wasRemoved: (stream, revision) => removed.get(stream, revision) === 1,
      eventAt: (stream, revision) => {
        const row = at.get(stream, revision);
        return row === undefined ? null : inspectRow(row, isText).event;
      },
      close: () => {
        removedDb?.close();
        db.close();
      },
    };
  } catch (error) {
    db.close();
    throw error;
  }
}
