import { isUtf8 } from 'node:buffer';
import Database, { type Database as Connection } from 'better-sqlite3';
import { type EventId, eventId } from '../../../../schemas/events/event-id';
import { type StreamName, streamName } from '../../../../schemas/events/stream-name';
import { decodePayload, encodePayload, type Payload, positionOf, type RecordedEvent } from '../../event-store';
import { packId, packMetadata, PLAIN, unpackId, unpackText } from '../packing';
import { LIMIT, queryOf } from '../query';
import { BUSY_TIMEOUT_MS, type EventRow, formatOf, LAST_POSITION } from '../schema';

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

/** What can be made of what is stored, and what is wrong with it. */
interface Inspected<Value> {
  readonly value: Value;
  readonly fault: string | null;
}

/**
 * Reads a payload, and finds fault with all but bytes, and JSON exactly as {@link encodePayload} writes it; other text
 * may say the same, but nobody here wrote it.
 */
function inspectPayload(text: string | Buffer): Inspected<Payload | undefined> {
  if (typeof text !== 'string') return { value: text, fault: null };
  try {
    const value = decodePayload(text);
    const isOurs = encodePayload(value, 'payload') === text;
    return { value, fault: isOurs ? null : 'not written as this service writes JSON' };
  } catch {
    return { value: undefined, fault: 'not JSON' };
  }
}

/**
 * Reads metadata, and finds fault with all but the one form in which this service keeps what they say. `null` stands
 * for none.
 */
function inspectMetadata(form: number, metadata: string | Buffer | null): Inspected<Payload | null | undefined> {
  if (form === PLAIN) {
    if (metadata === null) return { value: null, fault: null };
    const inspected = inspectPayload(metadata);
    const isPacked = typeof metadata !== 'string' || packMetadata(metadata) === null;
    return isPacked ? inspected : { ...inspected, fault: 'not packed as this service packs them' };
  }
  if (!Buffer.isBuffer(metadata)) return { value: undefined, fault: `of form ${String(form)}, but no bytes` };
  try {
    const text = unpackText({ form, bytes: metadata });
    const packed = packMetadata(text);
    const inspected = inspectPayload(text);
    const isOurs = packed?.form === form && packed.bytes.equals(metadata);
    return isOurs ? inspected : { ...inspected, fault: 'not packed as this service packs them' };
  } catch {
    return { value: undefined, fault: `of form ${String(form)}, which these bytes are not` };
  }
}

function inspectId(id: string | Buffer): Inspected<EventId> {
  try {
    const value = unpackId(id);
    return { value, fault: typeof id === 'string' && packId(id) !== id ? 'not packed as this service packs it' : null };
  } catch {
    return { value: eventId(''), fault: 'not a UUID' };
  }
}

/** Reads the id and the metadata of a row of format 1, which packs nothing. */
const inspectPlain = ([, , , id, , , , metadata]: EventRow) => ({
  id: { value: unpackId(id), fault: null },
  metadata: metadata === null ? { value: null, fault: null } : inspectPayload(metadata),
});
const inspectPacked = ([, , , id, , , form, metadata]: EventRow) => ({
  id: inspectId(id),
  metadata: inspectMetadata(form, metadata),
});

/** In place of a name that is missing. */
const NAMELESS = streamName('(a stream whose name is missing)');

function inspectRow(row: EventRow, format: number, isText: (position: number) => boolean): InspectedRow {
  const [position, stream, revision, , type, data, , , created] = row;
  const { id, metadata } = format === 1 ? inspectPlain(row) : inspectPacked(row);
  const payload = inspectPayload(data);
  const isTime = Number.isSafeInteger(created) && Math.abs(created) <= LATEST_TIME;
  const faults: string[] = [];
  if (stream === null) faults.push('the stream has no name');
  if (type === null) faults.push('the type has no name');
  if (id.fault !== null) faults.push(`the id is ${id.fault}`);
  if (payload.fault !== null) faults.push(`the data are ${payload.fault}`);
  if (metadata.fault !== null) faults.push(`the metadata are ${metadata.fault}`);
  if (!isTime) faults.push('created is not a time');
  if (!Number.isSafeInteger(revision) || revision < 0) faults.push('the revision is not a whole number from 0');
  // A byte that is no UTF-8 reads as this character, and so does the character itself.
  const mayBeOther = row.some((value) => typeof value === 'string' && value.includes(REPLACEMENT));
  if (mayBeOther && !isText(position)) faults.push('there is text that is not UTF-8');
  const event =
    stream === null || type === null || payload.value === undefined || metadata.value === undefined
      ? null
      : {
          stream,
          id: id.value,
          type,
          data: payload.value,
          metadata: metadata.value ?? undefined,
          revision,
          position: positionOf(position),
          created: new Date(isTime ? created : 0),
        };
  if (faults.length === 0 && event !== null) return { kind: 'event', position, event };
  return { kind: 'malformed', position, stream: stream ?? NAMELESS, revision, event, detail: faults.join('; ') };
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
    const format = formatOf(db); // the first read is what fixes the moment
    const query = queryOf(format);
    const page = db
      .prepare<[number, number], EventRow>(`${query.select} WHERE position > ? ORDER BY position ${LIMIT}`)
      .raw();
    const at = db.prepare<[string, number], EventRow>(`${query.select} WHERE ${query.stream} AND revision = ?`).raw();
    const ofStream = db
      .prepare<[string, number, number], EventRow>(
        `${query.select} WHERE ${query.stream} AND revision >= ? ORDER BY revision ${LIMIT}`,
      )
      .raw();
    const bytes = db
      .prepare<[number], (Buffer | null)[]>(
        `SELECT ${`${query.names}, events.id, data, metadata`
          .split(', ')
          .map((name) => `CASE typeof(${name}) WHEN 'text' THEN CAST(${name} AS BLOB) END`)
          .join(', ')}
         FROM ${query.from} WHERE position = ?`,
      )
      .raw();
    const removed = db
      .prepare<[string, number], number>(`SELECT 1 FROM removed_events WHERE ${query.stream} AND revision = ?`)
      .pluck();
    const newest = db.prepare<[], number | null>(LAST_POSITION).pluck();
    const isText = (position: number): boolean =>
      (bytes.get(position) ?? []).every((value) => value === null || isUtf8(value));
    const inspect = (row: EventRow): InspectedRow => inspectRow(row, format, isText);
    return {
      page: (after, limit) => page.all(after, limit).map(inspect),
      streamPage: (stream, from, limit) => ofStream.all(stream, from, limit).map(inspect),
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
        return row === undefined ? null : inspect(row).event;
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
