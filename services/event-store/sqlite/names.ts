import type { Database as Connection, Statement } from 'better-sqlite3';

/** Most names of one table that are kept in memory: far more than there are open orders. */
const MAX_KNOWN_NAMES = 20_000;

/** The numbers by which events know the names of their streams or types. A name keeps its number for ever. */
export class Names {
  readonly #find: Statement<[string], number>;
  readonly #add: Statement<[string]>;
  /** Found or given by this connection; a name that got one in a transaction that failed is forgotten with it. */
  readonly #known = new Map<string, number>();

  constructor(db: Connection, table: 'streams' | 'types') {
    this.#find = db.prepare<[string], number>(`SELECT id FROM ${table} WHERE name = ?`).pluck();
    this.#add = db.prepare<[string]>(`INSERT INTO ${table} (name) VALUES (?)`);
  }

  /** @returns the number of a name; undefined if it has none. */
  find(name: string): number | undefined {
    const known = this.#known.get(name);
    if (known !== undefined) return known;
    const found = this.#find.get(name);
    if (found !== undefined) this.#remember(name, found);
    return found;
  }

  /** @returns the number of a name, which it is given if it has none. */
  give(name: string): number {
    const found = this.find(name);
    if (found !== undefined) return found;
    const given = Number(this.#add.run(name).lastInsertRowid);
    this.#remember(name, given);
    return given;
  }

  /**
   * Forgets all names; has to be called when a transaction was rolled back, for the numbers given in it are no more.
   */
  forget(): void {
    this.#known.clear();
  }

  #remember(name: string, number: number): void {
    if (this.#known.size >= MAX_KNOWN_NAMES) this.#known.clear();
    this.#known.set(name, number);
  }
}
