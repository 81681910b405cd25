import { closeSync, constants, fchmodSync, fstatSync, openSync, readdirSync, realpathSync, statSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Who may read a data directory. It holds names, phone numbers, passcodes and the key of the checkpoints, so nobody but
 * its owner, unless somebody gave rights to a group on purpose.
 */

const OTHERS = 0o007;
const GROUP = 0o070;
const SET_GROUP_ID = 0o2000;
const STICKY = 0o1000;

/** All that we make in a data directory. */
const OURS =
  /^(?:(?:events|read-model|replay-diff|lock)\.sqlite(?:-wal|-shm|-journal)?|events\.sqlite\.(?:format-1(?:-\d+)?|upgrade(?:-journal)?)|checkpoints\.ndjson|checkpoint-key\.pem|checkpoint-tree\.bin|known-time\.json|readers\.json(?:\.lock)?)$/;
/** What file systems and volumes put into a directory of their own. */
const ALSO_FINE = /^lost\+found$|\.part$/;

/**
 * Returns whether a group was given its rights on purpose: others have none, or new files take the group of the
 * directory. With an ordinary umask, group and others have the same.
 */
const isGroupMeant = (mode: number): boolean =>
  (mode & SET_GROUP_ID) !== 0 || ((mode & OTHERS) === 0 && (mode & GROUP) !== 0);

/** @returns the rights without those that nobody gave on purpose. */
const withoutOthers = (mode: number, groupIsMeant: boolean): number =>
  (mode & OTHERS) === 0 ? mode : mode & (groupIsMeant ? ~OTHERS : ~(OTHERS | GROUP));

const octal = (mode: number): string => (mode & 0o7777).toString(8).padStart(4, '0');
const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String(error.code) : String(error);

/**
 * Takes rights away from what is at a path, if it is there and no link. @returns what was done, in a sentence, or null.
 */
function tighten(path: string, groupIsMeant: boolean): string | null {
  let file: number;
  try {
    file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch {
    return null; // gone meanwhile, a link, or not ours to read; opening it says so
  }
  try {
    const { mode } = fstatSync(file);
    const wanted = withoutOthers(mode, groupIsMeant);
    if (wanted === mode) return null;
    try {
      fchmodSync(file, wanted & 0o7777);
    } catch (error) {
      return `${path} can be read by others (${octal(mode)}), which cannot be changed (${codeOf(error)}): chmod ${octal(wanted)}`;
    }
    return `${path} could be read by others (${octal(mode)}) and was changed to ${octal(wanted)}`;
  } finally {
    closeSync(file);
  }
}

/**
 * Sees to it that what is in a data directory, and what this process makes from now on, can be read by its owner alone,
 * or by the group too where that is meant. A directory that holds other things than ours stays as it is. To be called
 * by the main thread, before anything is made.
 * @returns what was changed, and what could not be, a sentence each
 */
export function keepPrivate(directory: string): readonly string[] {
  let [path, mode] = [directory, 0o700];
  let names: readonly string[] = [];
  try {
    path = realpathSync(directory);
    ({ mode } = statSync(path));
    names = readdirSync(path);
  } catch {
    // It is made anew, or cannot be used, which taking it says.
  }
  const groupIsMeant = isGroupMeant(mode);
  process.umask(OTHERS | (groupIsMeant ? ~mode & GROUP : GROUP));
  const ours = names.filter((name) => OURS.test(name));
  const sentences = ours.map((name) => tighten(join(path, name), groupIsMeant));
  if (names.every((name) => OURS.test(name) || ALSO_FINE.test(name)) && (mode & STICKY) === 0) {
    sentences.push(tighten(path, groupIsMeant));
  } else if ((mode & OTHERS) !== 0) {
    sentences.push(
      `${path} can be read by others (${octal(mode)}), and holds other files than ours: it stays as it is`,
    );
  }
  return sentences.filter((sentence) => sentence !== null);
}
