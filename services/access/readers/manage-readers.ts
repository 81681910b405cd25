import { randomBytes } from 'node:crypto';
import type { ReaderEntry, ReaderName, Role } from '../../../schemas/files/readers';
import { hashToken } from './readers';
import { changeReadersFile, entriesOf, type ReadersFile, ReadersFileError } from './readers-file';

/** What is done to the file of readers, by `ticket-rail reader` and by the service. */

/** Random bytes of a token: as many as its hash has. */
const TOKEN_BYTES = 32;
/** Distinguishes a token from other secrets, for people and for scanners of leaked ones. */
const TOKEN_PREFIX = 'tr_';

/**
 * Adds a reader and makes its token.
 * @returns the token, which is kept nowhere
 * @throws {ReadersFileError} if the name is taken, or the file cannot be changed.
 */
export function addReader(file: ReadersFile, reader: Omit<ReaderEntry, 'token_sha256'>): string {
  const token = `${TOKEN_PREFIX}${randomBytes(TOKEN_BYTES).toString('base64url')}`;
  changeReadersFile(file, (entries) => {
    if (entries.some(({ name }) => name === reader.name)) {
      throw new ReadersFileError(
        'name-taken',
        `There is a reader ${reader.name} already. For a new token, remove it first.`,
      );
    }
    const { name, role, locations, acts } = reader;
    return [
      ...entries,
      { name, token_sha256: hashToken(token), role, locations, ...(acts === undefined ? {} : { acts }) },
    ];
  });
  return token;
}

/**
 * Takes a reader away.
 * @param only the role that it has to have; default: any
 * @returns how many are left; with none, nobody can read
 * @throws {ReadersFileError} if there is no such reader, or the file cannot be changed.
 */
export function removeReader(file: ReadersFile, name: ReaderName, only?: Role): number {
  let left = 0;
  changeReadersFile(file, (entries) => {
    const found = entries.find((entry) => entry.name === name);
    if (found === undefined)
      throw new ReadersFileError('no-such-reader', `There is no reader ${name} in ${file.path}.`);
    if (only !== undefined && found.role !== only) {
      throw new ReadersFileError('other-role', `The reader ${name} has the role ${found.role}, not ${only}.`);
    }
    const others = entries.filter((entry) => entry !== found);
    left = others.length;
    return others;
  });
  return left;
}

/** @returns a line for each reader: name, role, locations, and whether it acts, between tabs. */
export const listReaders = (path: string): readonly string[] =>
  entriesOf(path).map(({ name, role, locations, acts = false }) =>
    [name, role, locations === '*' ? 'all locations' : locations.join(', '), ...(acts ? ['acts'] : [])].join('\t'),
  );
