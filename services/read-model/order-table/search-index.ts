import type { Database as Connection } from 'better-sqlite3';
import type { Drive } from '../../../projections/drives';
import { spellingOf } from '../../../projections/spelling';
import { DRIVES_OF_ORDER, INDEXES } from './schema';
import { plateSpelling } from './words';

export interface DriveRow extends Omit<Drive, 'from' | 'to'> {
  readonly id: number;
  readonly from_at: string;
  readonly to_at: string | null;
}

/** Of one order, oldest first: parameters are the first id of the order and that of the next one. */
export const DRIVES_SQL = `SELECT id, name, source, license_plate, phone_last4, from_at, to_at FROM drives
  WHERE id >= ? AND id < ? ORDER BY id`;

export const driveOf = ({ name, source, license_plate, phone_last4, from_at, to_at }: DriveRow): Drive => ({
  name,
  source,
  license_plate,
  phone_last4,
  from: from_at,
  to: to_at,
});

type Words = readonly [name: string, plate: string];

const wordsOf = ({ name, license_plate }: Pick<Drive, 'name' | 'license_plate'>): Words => [
  spellingOf(name ?? ''),
  plateSpelling(license_plate ?? ''),
];

const isSame = (one: Drive, other: Drive): boolean =>
  one.to === other.to &&
  one.from === other.from &&
  one.name === other.name &&
  one.source === other.source &&
  one.license_plate === other.license_plate &&
  one.phone_last4 === other.phone_last4;

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
  add(seq: number, orderId: string): void;
  drivesOf(seq: number): readonly Drive[];
  /** Writes what is another than before. */
  setDrives(seq: number, drives: readonly Drive[]): void;
  /** Removes all of an order; names of drivers are gone from the file. */
  remove(seq: number): void;
}

/** @param isBuilt whether the tables have their indexes and words */
export function createSearchIndex(db: Connection, isBuilt: boolean): SearchIndex {
  let isKept = isBuilt;
  db.function('spelling', { deterministic: true }, (text) => spellingOf(String(text)));
  db.function('plate_spelling', { deterministic: true }, (plate) => plateSpelling(String(plate)));
  const addOrder = db.prepare<[number, string]>('INSERT INTO order_words (rowid, order_id) VALUES (?, ?)');
  const removeOrder = db.prepare<[number]>('DELETE FROM order_words WHERE rowid = ?');
  const rowsOf = db.prepare<[number, number], DriveRow>(DRIVES_SQL);
  const put = db.prepare<(string | number | null)[]>(
    `INSERT OR REPLACE INTO drives (id, name, source, source_spelling, license_plate, phone_last4, from_at, to_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const removeDrive = db.prepare<[number]>('DELETE FROM drives WHERE id = ?');
  const addWords = db.prepare<[number, ...Words]>('INSERT INTO driver_words (rowid, name, plate) VALUES (?, ?, ?)');
  const removeWords = db.prepare<[number, ...Words]>(
    `INSERT INTO driver_words (driver_words, rowid, name, plate) VALUES ('delete', ?, ?, ?)`,
  );
  const rows = (seq: number): DriveRow[] => rowsOf.all(seq * DRIVES_OF_ORDER, (seq + 1) * DRIVES_OF_ORDER);

  function write(id: number, before: DriveRow | undefined, drive: Drive): void {
    const { name, source, license_plate, phone_last4, from, to } = drive;
    if (before !== undefined && isSame(driveOf(before), drive)) return;
    put.run(id, name, source, source === null ? null : spellingOf(source), license_plate, phone_last4, from, to);
    if (!isKept || (before?.name === name && before.license_plate === license_plate)) return;
    if (before !== undefined) removeWords.run(id, ...wordsOf(before));
    addWords.run(id, ...wordsOf(drive));
  }

  function setDrives(seq: number, drives: readonly Drive[]): void {
    const before = rows(seq);
    const first = seq * DRIVES_OF_ORDER;
    for (const [place, drive] of drives.entries()) write(first + place, before[place], drive);
    for (const row of before.slice(drives.length)) {
      if (isKept) removeWords.run(row.id, ...wordsOf(row));
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
    add: (seq, orderId) => {
      if (isKept) addOrder.run(seq, spellingOf(orderId));
    },
    drivesOf: (seq) => rows(seq).map(driveOf),
    setDrives,
    remove: (seq) => {
      setDrives(seq, []);
      if (isKept) removeOrder.run(seq);
    },
  };
}
