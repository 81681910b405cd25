import { randomUUID } from 'node:crypto';
import Database from 'better-sqlite3';
import { SCHEMA_1 } from '../../services/event-store/sqlite/check/format-1';

/** Logs as versions before format 2 wrote them. */

type Stored = string | Buffer;

export interface OldEvent {
  readonly position: number;
  /** Bytes stand for text that is no UTF-8. */
  readonly stream: Stored;
  readonly revision: number;
  readonly id: Stored;
  readonly type: Stored;
  readonly data: Stored | { readonly text: Buffer };
  readonly metadata: Stored | { readonly text: Buffer } | null;
  readonly created: number;
}

export interface OldLog {
  readonly events: readonly OldEvent[];
  readonly removed?: readonly {
    readonly stream: string;
    readonly revision: number;
    readonly id?: string;
    readonly position: number;
  }[];
  readonly deleted?: readonly { readonly stream: string; readonly nextRevision: number; readonly tombstone: boolean }[];
  readonly lastRemoved?: number;
}

/** Writes a log as an earlier version did, in WAL mode. */
export function writeOldLog(file: string, { events, removed = [], deleted = [], lastRemoved }: OldLog): void {
  const db = new Database(file);
  try {
    db.pragma('journal_mode = WAL');
    db.exec(`${SCHEMA_1} PRAGMA user_version = 1`);
    const isText = (value: unknown): number => Number(typeof value !== 'object' || 'text' in (value ?? {}));
    const bound = (value: OldEvent['data'] | null) =>
      value !== null && typeof value === 'object' && 'text' in value ? value.text : value;
    const text = 'CAST(? AS TEXT)';
    const textOrBytes = 'CASE ? WHEN 1 THEN CAST(? AS TEXT) ELSE ? END';
    const insert = db.prepare(
      `INSERT INTO events VALUES (?, ${text}, ?, ${text}, ${text}, ${textOrBytes}, ${textOrBytes}, ?)`,
    );
    db.transaction(() => {
      for (const { position, stream, revision, id, type, data, metadata, created } of events) {
        const [d, m] = [bound(data), bound(metadata)];
        insert.run(
          position,
          stream,
          revision,
          id,
          type,
          isText(data),
          d,
          d,
          Number(metadata !== null) && isText(metadata),
          m,
          m,
          created,
        );
      }
      for (const { stream, revision, id = randomUUID(), position } of removed) {
        db.prepare('INSERT INTO removed_events VALUES (?, ?, ?, ?)').run(stream, revision, id, position);
      }
      for (const { stream, nextRevision, tombstone } of deleted) {
        db.prepare('INSERT INTO deleted_streams VALUES (?, ?, ?)').run(stream, nextRevision, Number(tombstone));
      }
      if (lastRemoved !== undefined)
        db.prepare(`INSERT INTO facts VALUES ('last_removed_position', ?)`).run(lastRemoved);
    })();
  } finally {
    db.close();
  }
}

const COLUMNS = ['stream', 'id', 'type', 'data', 'metadata'].map(
  (name) => `typeof(${name}), hex(CAST(${name} AS BLOB))`,
);

/** @returns all that is stored of events, byte by byte, in either format. */
export function bytesOfLog(file: string, table: 'events' | 'readable_events'): readonly unknown[] {
  const db = new Database(file, { readonly: true });
  try {
    return db
      .prepare(`SELECT position, revision, created, ${COLUMNS.join(', ')} FROM ${table} ORDER BY position`)
      .raw()
      .all();
  } finally {
    db.close();
  }
}
