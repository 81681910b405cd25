import Database, { type Database as Connection } from 'better-sqlite3';
import { sqliteCodeOf } from '../../sqlite-error';
import { SCHEMA_1 } from './format-1';
import { BUSY_TIMEOUT_MS, formatOf, SCHEMA } from '../schema';

/** Reads what a log is made of, each with the text that defines it: how every row is read depends on it. */
const definitionsOf = (db: Connection): ReadonlyMap<string, string | null> =>
  new Map(db.prepare<[], [string, string | null]>("SELECT type || ' ' || name, sql FROM sqlite_schema").raw().all());

/** @returns what of a log is defined otherwise than this version defines it. */
function definitionFaults(db: Connection): readonly string[] {
  const fresh = new Database(':memory:');
  try {
    fresh.exec(formatOf(db) === 1 ? SCHEMA_1 : SCHEMA);
    const [found, wanted] = [definitionsOf(db), definitionsOf(fresh)];
    return [...new Set([...wanted.keys(), ...found.keys()])]
      .filter((name) => found.get(name) !== wanted.get(name))
      .map((name) => `${name} is ${found.has(name) ? 'not defined as this version defines it' : 'missing'}`);
  } finally {
    fresh.close();
  }
}

/** Where numbers of streams and types stand, beside those of events, which are inspected one by one. */
const NUMBERS_WITHOUT_NAMES = `
  SELECT 'a deleted stream has no name' FROM deleted_streams WHERE stream NOT IN (SELECT id FROM streams)
  UNION SELECT 'removed events are of a stream without a name' FROM removed_events
    WHERE stream NOT IN (SELECT id FROM streams)`;
/** A stream gets its number with its first event, and what is deleted is remembered. */
const NAMES_WITHOUT_USE = `
  SELECT 'the name of stream ' || id || ' belongs to nothing' FROM streams
  WHERE NOT EXISTS (SELECT 1 FROM events WHERE stream = streams.id)
    AND NOT EXISTS (SELECT 1 FROM deleted_streams WHERE stream = streams.id)
  ORDER BY id LIMIT ?`;

/** @returns where names and their numbers do not belong together. */
const nameFaults = (db: Connection, most: number): readonly string[] =>
  formatOf(db) === 1
    ? []
    : [
        ...db.prepare<[], string>(NUMBERS_WITHOUT_NAMES).pluck().all(),
        ...db.prepare<[number], string>(NAMES_WITHOUT_USE).pluck().all(most),
      ];

/**
 * Has SQLite check its file: pages, rows, and that the index holds what the table holds. Takes as long as reading it all.
 * Then the definitions of its tables, which no checksum covers, and whether each name is one of something.
 * @returns what is damaged, in SQLite's words or ours, at most `most`; none if nothing is
 */
export function checkLogFile(file: string, most: number): readonly string[] {
  try {
    const db = new Database(file, { readonly: true, fileMustExist: true, timeout: BUSY_TIMEOUT_MS });
    try {
      const rows = db.pragma(`integrity_check(${String(most)})`) as readonly { integrity_check: string }[]; // as SQLite documents
      const damage = rows.map(({ integrity_check }) => integrity_check).filter((text) => text !== 'ok');
      const definitions = definitionFaults(db);
      // In a table that is something else, numbers and names cannot be asked for.
      const names = damage.length + definitions.length > 0 ? [] : nameFaults(db, most);
      return [...damage, ...definitions, ...names].slice(0, most);
    } finally {
      db.close();
    }
  } catch (error) {
    return [`${sqliteCodeOf(error) ?? 'error'}: ${error instanceof Error ? error.message : String(error)}`];
  }
}
