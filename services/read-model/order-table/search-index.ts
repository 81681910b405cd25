import type { Database as Connection } from 'better-sqlite3';
import type { Drive } from '../../../projections/order/drives';
import { spellingOf } from '../../../projections/values/spelling';
import { DRIVES_OF_ORDER, INDEXES, ORDER_ITSELF } from './schema';
import { wipingPages } from './wipe';
import { addSpellings, plateSpelling, sourceSpelling } from './words';

export interface DriveRow extends Omit<Drive, 'from' | 'to'> {
  readonly id: number;
  readonly from_at: string;
  readonly to_at: string | null;
}

/** What of a driver changes most: no index has it. */
type End = Pick<Drive, 'to' | 'ended_by' | 'left_at'>;

/** Of one order, oldest first: parameters are the first id of the order and that of the next one. */
export const DRIVES_SQL = `SELECT id, name, source, license_plate, phone_last4, from_at, to_at, ended_by, left_at FROM drives
  WHERE id >= ? AND id < ? ORDER BY id`;

export const driveOf = ({ id: _, from_at, to_at, ...drive }: DriveRow): Drive => ({
  ...drive,
  from: from_at,
  to: to_at,
});

const PUT_SQL = `INSERT OR REPLACE INTO drives
  (id, name, source, source_spelling, license_plate, phone_last4, from_at, to_at, ended_by, left_at)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`;
/** Most changes are this one: it writes no index. */
const SET_END_SQL = 'UPDATE drives SET to_at = ?, ended_by = ?, left_at = ? WHERE id = ?';

type Words = readonly [name: string, plate: string];

const wordsOf = ({ name, license_plate }: Pick<Drive, 'name' | 'license_plate'>): Words => [
  spellingOf(name ?? ''),
  plateSpelling(license_plate ?? ''),
];

const NO_WORDS = [null, null] as const;

const isSameEnd = (one: End, other: End): boolean =>
  one.to === other.to && one.ended_by === other.ended_by && one.left_at === other.left_at;

const isSameDriver = (one: Drive, other: Drive): boolean =>
  one.from === other.from &&
  one.name === other.name &&
  one.source === other.source &&
  one.license_plate === other.license_plate &&
  one.phone_last4 === other.phone_last4;

/** Most orders and drivers whose words are not written yet: a search looks at each of them. */
const MAX_UNWRITTEN = 256;
/** Writes the words of all of them, which are then to be deleted. */
const WRITE_WORDS = `
  INSERT INTO driver_words (driver_words, rowid, name, plate)
    SELECT 'delete', id, name, plate FROM unwritten_words WHERE name IS NOT NULL;
  INSERT INTO driver_words (rowid, name, plate)
    SELECT id, spelling(coalesce(drives.name, '')), plate_spelling(coalesce(license_plate, ''))
    FROM unwritten_words JOIN drives USING (id);
  INSERT INTO order_words (rowid, order_id)
    SELECT seq, spelling(order_id) FROM unwritten_words JOIN orders ON seq = id / ${String(DRIVES_OF_ORDER)}
    WHERE id % ${String(DRIVES_OF_ORDER)} = ${String(ORDER_ITSELF)};
`;

/**
 * What the search finds orders by, written in the transaction of the orders. Words are written only once they were built:
 * before, nobody searches.
 */
export interface SearchIndex {
  /** Makes the indexes, and the words of all that is in the tables, within a transaction. */
  build(): void;
  /** Keeps the words from now on: the transaction of {@link SearchIndex.build} was committed. */
  keep(): void;
  /** Adds a new order. */
  add(seq: number): void;
  drivesOf(seq: number): readonly Drive[];
  /** Writes what is another than before. @param isNew whether the order was added just now, and has none */
  setDrives(seq: number, drives: readonly Drive[], isNew?: boolean): void;
  /** Removes all of an order; names of drivers are gone from the file. */
  remove(seq: number): void;
  /** Writes the words of what was changed, within a transaction. @param least changes below which they may wait */
  writeWords(least?: number): void;
}

function writeAll(db: Connection): void {
  db.exec(WRITE_WORDS);
  // It frees whole pages, with the former names of drivers in them.
  wipingPages(db, () => {
    db.exec('DELETE FROM unwritten_words');
  });
}

/** @param isBuilt whether the tables have their indexes and words */
export function createSearchIndex(db: Connection, isBuilt: boolean): SearchIndex {
  let isKept = isBuilt;
  addSpellings(db);
  const removeOrder = db.prepare<[number]>('DELETE FROM order_words WHERE rowid = ?');
  const rowsOf = db.prepare<[number, number], DriveRow>(DRIVES_SQL);
  const put = db.prepare<(string | number | null)[]>(PUT_SQL);
  const setEnd = db.prepare<(string | number | null)[]>(SET_END_SQL);
  const removeDrive = db.prepare<[number]>('DELETE FROM drives WHERE id = ?');
  const removeWords = db.prepare<[number, ...Words]>(
    `INSERT INTO driver_words (driver_words, rowid, name, plate) VALUES ('delete', ?, ?, ?)`,
  );
  const postpone = db.prepare<[number, string | null, string | null]>(
    'INSERT OR IGNORE INTO unwritten_words (id, name, plate) VALUES (?, ?, ?)',
  );
  const unwritten = db.prepare<[number], { readonly name: string | null; readonly plate: string | null }>(
    'DELETE FROM unwritten_words WHERE id = ? RETURNING name, plate',
  );
  const countUnwritten = db.prepare<[], number>('SELECT count(*) FROM unwritten_words').pluck();
  /** At least so many wait; some of them may have been written or removed. */
  let waiting = countUnwritten.get() ?? 0;
  const rows = (seq: number): DriveRow[] => rowsOf.all(seq * DRIVES_OF_ORDER, (seq + 1) * DRIVES_OF_ORDER);

  function write(id: number, before: DriveRow | undefined, drive: Drive): void {
    const { name, source, license_plate, phone_last4, from, to, ended_by, left_at } = drive;
    const known = before === undefined ? null : driveOf(before);
    if (known !== null && isSameDriver(known, drive)) {
      if (!isSameEnd(known, drive)) setEnd.run(to, ended_by, left_at, id);
      return;
    }
    const spelling = source === null ? null : sourceSpelling(source);
    put.run(id, name, source, spelling, license_plate, phone_last4, from, to, ended_by, left_at);
    if (!isKept || (before?.name === name && before.license_plate === license_plate)) return;
    const [formerName, formerPlate] = before === undefined ? NO_WORDS : wordsOf(before);
    waiting += postpone.run(id, formerName, formerPlate).changes;
  }

  /** Removes the words of a driver at once, those that are written and those that wait. */
  function removeWordsOf(row: DriveRow): void {
    if (!isKept) return;
    const instead = unwritten.get(row.id);
    if (instead === undefined) removeWords.run(row.id, ...wordsOf(row));
    else if (instead.name !== null) removeWords.run(row.id, instead.name, instead.plate ?? '');
  }

  function setDrives(seq: number, drives: readonly Drive[], isNew = false): void {
    const before = isNew ? [] : rows(seq);
    const first = seq * DRIVES_OF_ORDER;
    for (const [place, drive] of drives.entries()) write(first + place, before[place], drive);
    for (const row of before.slice(drives.length)) {
      removeWordsOf(row);
      removeDrive.run(row.id);
    }
  }

  return {
    build: () => {
      db.exec(INDEXES);
    },
    keep: () => {
      isKept = true;
    },
    add: (seq) => {
      if (isKept) waiting += postpone.run(seq * DRIVES_OF_ORDER + ORDER_ITSELF, null, null).changes;
    },
    drivesOf: (seq) => rows(seq).map(driveOf),
    setDrives,
    remove: (seq) => {
      setDrives(seq, []);
      if (isKept && unwritten.get(seq * DRIVES_OF_ORDER + ORDER_ITSELF) === undefined) removeOrder.run(seq);
    },
    writeWords: (least = MAX_UNWRITTEN) => {
      if (waiting < least) return;
      writeAll(db);
      waiting = 0;
    },
  };
}
