import Database from 'better-sqlite3';

/** @returns everything that is in the file of a read model that was closed: its rows, and the words of its search. */
export function contentOf(file: string): Readonly<Record<string, unknown>> {
  const db = new Database(file);
  try {
    const rows = (sql: string): unknown[] => db.prepare(sql).all();
    const wordsOf = (name: string): unknown[] => {
      db.exec(`CREATE VIRTUAL TABLE temp.${name}_terms USING fts5vocab(main, ${name}, 'instance')`);
      return rows(`SELECT term, doc, col FROM ${name}_terms ORDER BY term, doc, col`);
    };
    return {
      schema: rows('SELECT type, name, sql FROM sqlite_schema ORDER BY type, name'),
      orders: rows('SELECT * FROM orders ORDER BY seq'),
      drives: rows('SELECT * FROM drives ORDER BY id'),
      verdicts: rows('SELECT * FROM order_verdicts ORDER BY seq, verdict'),
      locations: rows('SELECT * FROM locations ORDER BY location_id'),
      words: ['order_words', 'driver_words'].map(wordsOf),
    };
  } finally {
    db.close();
  }
}

/** @returns in how many runs the words of a table of words are kept, each of which a search looks through. */
export function runsOfWords(file: string, name: 'order_words' | 'driver_words'): number {
  const db = new Database(file, { readonly: true });
  try {
    return db.prepare<[], number>(`SELECT count(DISTINCT segid) FROM ${name}_idx`).pluck().get() ?? 0;
  } finally {
    db.close();
  }
}
