import Database, { type Database as Connection } from 'better-sqlite3';
import { sqliteCodeOf } from '../sqlite-error';
import { BUSY_TIMEOUT_MS, SCHEMA } from './schema';

/** What a log is made of, each with the text that defines it: how every row is read depends on it. */
const definitionsOf = (db: Connection): ReadonlyMap<string, string | null> =>
  new Map(db.prepare<[], [string, string | null]>("SELECT type || ' ' || name, sql FROM sqlite_schema").raw().all());

/** @returns what of a log is defined otherwise than this version defines it. */
function definitionFaults(db: Connection): readonly string[] {
  const fresh = new Database(':memory:');
  try {
    fresh.exec(SCHEMA);
    const [found, wanted] = [definitionsOf(db), definitionsOf(fresh)];
    return [...new Set([...wanted.keys(), ...found.keys()])]
      .filter((name) => found.get(name) !== wanted.get(name))
      .map((name) => `${name} is ${found.has(name) ? 'not defined as this version defines it' : 'missing'}`);
  } finally {
    fresh.close();
  }
}

/**
 * Has SQLite check its file: pages, rows, and that the index holds what the table holds. Takes as long as reading it all.
 * Then the definitions of its tables, which no checksum covers.
 * @returns what is damaged, in SQLite's words or ours, at most `most`; none if nothing is
 */
export function checkLogFile(file: string, most: number): readonly string[] {
  try {
    const db = new Database(file, { readonly: true, fileMustExist: true, timeout: BUSY_TIMEOUT_MS });
    try {
      const rows = db.pragma(`integrity_check(${String(most)})`) as readonly { integrity_check: string }[]; // as SQLite documents
      const damage = rows.map(({ integrity_check }) => integrity_check).filter((text) => text !== 'ok');
      return [...damage, ...definitionFaults(db)].slice(0, most);
    } finally {
      db.close();
    }
  } catch (error) {
    return [`${sqliteCodeOf(error) ?? 'error'}: ${error instanceof Error ? error.message : String(error)}`];
  }
}
