import type { Database as Connection } from 'better-sqlite3';

/** What is replaced or deleted is about people, and must not stay in the file. */

/** Has rows that are deleted wiped where their page goes on being used, which costs nothing. */
export function wipeRows(db: Connection): void {
  db.pragma('secure_delete = FAST');
}

/** Does what may free whole pages, and has these wiped too; within a transaction or around one. */
export function wipingPages(db: Connection, work: () => void): void {
  db.pragma('secure_delete = ON');
  try {
    work();
  } finally {
    wipeRows(db);
  }
}
