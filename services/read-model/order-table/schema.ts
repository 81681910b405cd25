import { rmSync, statSync } from 'node:fs';
import type { OrderState } from '../../../projections/order';
import { parseJson } from '../../../schemas/exact-json';
import type { OrderKey } from '../../../schemas/handle-order';
import type { Position } from '../../event-store/event-store';

/**
 * The read model: the newest state of every order, in a SQLite file of its own. It may be deleted at any time: it is
 * made again from the log. Only this folder knows its tables.
 */

/** Counts changes of the tables below; whoever opens the read model says the version of the folds. */
export const TABLE_VERSION = 7;
export const BUSY_TIMEOUT_MS = 2_000;

/**
 * `seq` numbers orders as they first appear in the log, so pages by it never miss or repeat one. `position` is that of the
 * newest event in the state: what changed since a position is found by it. `event_id` is that event's: a log that lost
 * events gives its positions to others. So are the hashes: whoever records the next event needs them.
 */
export const SCHEMA = `
  CREATE TABLE orders (
    seq          INTEGER PRIMARY KEY,
    location_id  TEXT NOT NULL,
    order_id     TEXT NOT NULL,
    stage        TEXT NOT NULL,
    active       INTEGER NOT NULL,
    position     INTEGER NOT NULL,
    event_id     TEXT NOT NULL,
    content_hash TEXT,
    event_hash   TEXT,
    state        TEXT NOT NULL,
    UNIQUE (location_id, order_id)
  ) STRICT;
  CREATE INDEX orders_of_location ON orders (location_id);
  CREATE INDEX active_orders ON orders (location_id) WHERE active = 1;
  CREATE INDEX newest_orders ON orders (location_id, active, position);
  CREATE INDEX orders_by_position ON orders (position);
  CREATE TABLE locations (
    location_id TEXT PRIMARY KEY,
    updated_at  TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE checkpoint (
    id               INTEGER PRIMARY KEY CHECK (id = 1),
    version          TEXT NOT NULL,
    position         TEXT,
    witness_position TEXT,
    witness_id       TEXT,
    complete         INTEGER NOT NULL DEFAULT 0
  ) STRICT;
`;

/** The file and what SQLite keeps beside it. */
const filesOf = (file: string): readonly string[] => [file, `${file}-wal`, `${file}-shm`];

/** Deletes a read model; the next projector makes it anew. */
export function deleteOrderTable(file: string): void {
  for (const name of filesOf(file)) rmSync(name, { force: true });
}

export function inodeOf(file: string): number | null {
  return statSync(file, { throwIfNoEntry: false })?.ino ?? null;
}

/** An order's state beside the order it is the state of. */
export interface OrderRecord {
  readonly key: OrderKey;
  readonly state: OrderState;
}

/** An order's state and where in the log its newest event stands. */
export interface PlacedOrder extends OrderRecord {
  readonly position: Position;
  /** Of its newest event. */
  readonly eventId: string;
}

/** An order's state as it is saved. */
export interface SavedOrder extends PlacedOrder {
  /** Hashes of its newest event, or null if that has none. */
  readonly contentHash: string | null;
  readonly eventHash: string | null;
}

/** What whoever records the next event of an order has to know of its newest one. */
export interface NewestEvent extends Pick<SavedOrder, 'position' | 'contentHash' | 'eventHash'> {
  readonly revision: number;
  /** RFC 3339. */
  readonly receivedAt: string;
}

/** @returns a state as {@link OrderRecord} has it, from how it is kept. */
export const parseState = (text: string): OrderState => parseJson(text) as OrderState; // of this version of the folds

/** An event that the log had when the table was saved: by it a log that is another one is known. */
export interface Witness {
  readonly position: Position;
  readonly id: string;
}

/** The read model's file cannot be read; it may be on its way to being made anew. */
export class ReadModelError extends Error {
  override readonly name = 'ReadModelError';
}
