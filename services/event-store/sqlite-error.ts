import { codeOf } from '../files/error-code';

/**
 * @returns SQLite's code of an error, such as `SQLITE_FULL`, or null for an error that is not SQLite's. Known by its code
 * and not by its class, of which there may be several in one process.
 */
export function sqliteCodeOf(error: unknown): string | null {
  const code = codeOf(error);
  return code?.startsWith('SQLITE_') === true ? code : null;
}

/** @returns whether SQLite says that a file is damaged, or is none of its own: trying again does not help. */
export const isDamage = (error: unknown): boolean => /^SQLITE_(CORRUPT|NOTADB)/.test(sqliteCodeOf(error) ?? '');
