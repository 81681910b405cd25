import Database, { type Database as Connection } from 'better-sqlite3';
import { isDamage } from '../../event-store/sqlite-error';
import { BUSY_TIMEOUT_MS, inodeOf, ReadModelError } from './schema';
import { addSpellings } from './words';

/**
 * The file of the read model, to be read beside the projector, and always in a state that it committed. One that is made
 * anew is there before anyone else can know that it is another, so the file itself says whether it was ever complete.
 */
export class TableFile {
  #open: {
    readonly db: Connection;
    readonly inode: number;
    readonly statements: Map<string, Database.Statement>;
  } | null = null;

  readonly #file: string;
  readonly #onDamage: (detail: string) => void;

  /**
   * @param onDamage called when a part of the file turns out to be damaged. The callee may delete it, since all of it
   *   can be made anew from the log; nobody else would notice until the projector comes to the same part.
   */
  constructor(file: string, onDamage: (detail: string) => void) {
    this.#file = file;
    this.#onDamage = onDamage;
  }

  /**
   * @typeParam Row what the statement selects: the tables are strict, so that is what comes
   * @throws {ReadModelError}
   */
  // eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- as better-sqlite3 has it
  all<Row>(sql: string, parameters: readonly (string | number | bigint)[]): readonly Row[] {
    try {
      return this.#statement(sql).all(...parameters) as Row[]; // as its caller says
    } catch (cause) {
      this.close();
      if (isDamage(cause)) this.#onDamage(String(cause));
      throw new ReadModelError(`${this.#file}: ${String(cause)}`, { cause });
    }
  }

  /** Runs reads that are to see the same moment. @throws {ReadModelError} */
  atOnce<T>(read: () => T): T {
    this.all('SELECT 1 FROM checkpoint', []); // opens the file, or says that it cannot be read
    const db = this.#open?.db;
    if (db === undefined) throw new ReadModelError(`${this.#file} is not open`);
    return db.transaction(read)();
  }

  close(): void {
    this.#open?.db.close();
    this.#open = null;
  }

  /** A file that is not there is no empty read model: it was deleted, and is being made anew. */
  #statement(sql: string): Database.Statement {
    const inode = inodeOf(this.#file);
    if (this.#open?.inode !== inode) this.close();
    if (inode === null) throw new Error('it is not there');
    this.#open ??= { db: this.#openComplete(), inode, statements: new Map() };
    const { db, statements } = this.#open;
    const known = statements.get(sql);
    if (known !== undefined) return known;
    const prepared = db.prepare(sql);
    statements.set(sql, prepared);
    return prepared;
  }

  #openComplete(): Connection {
    const db = new Database(this.#file, { readonly: true, fileMustExist: true, timeout: BUSY_TIMEOUT_MS });
    try {
      addSpellings(db);
      if (db.prepare('SELECT 1 FROM checkpoint WHERE complete = 1').get() !== undefined) return db;
    } catch (error) {
      db.close();
      throw error;
    }
    db.close();
    throw new Error('it is being made anew');
  }
}
