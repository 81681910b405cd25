import { rmSync, statSync } from 'node:fs';
import type { Drive } from '../../../projections/order/drives';
import type { OrderState } from '../../../projections/order/order';
import type { EventId } from '../../../schemas/events/event-id';
import { parseJson } from '../../../schemas/json/exact-json';
import type { OrderKey } from '../../../schemas/order-key';
import type { LocationSummary } from '../../../schemas/api/location-view';
import type { Verdict } from '../../../schemas/vocabulary';
import type { Position } from '../../event-store/event-store';

/**
 * The read model: the newest state of every order, in a SQLite file of its own. It may be deleted at any time: it is
 * made again from the log. Only this folder knows its tables.
 */

/** Counts changes of the tables below; the code that opens the read model says the version of the folds. */
export const TABLE_VERSION = 13;
export const BUSY_TIMEOUT_MS = 2_000;

/**
 * `seq` numbers orders as they first appear in the log, so pages by it never miss or repeat one. `position` is that of the
 * newest event in the state: what changed since a position is found by it. `event_id` is that event's: a log that lost
 * events gives its positions to others. So are the hashes: they are needed to record the next event.
 *
 * The rest is for the search, newest first: `attention` has codes between spaces. Of orders that have ended, which is most,
 * few change any more, so the {@link INDEXES} of them cost little. `drives` has every driver of each order; its ids begin with
 * the order's `seq` ({@link DRIVES_OF_ORDER}), so they have the order of it; `source_spelling` is the same for all spellings of
 * one platform. `order_verdicts` has how its events were read, each verdict once, as its place in the list of vocabulary.ts.
 * The two indexes of trigrams have no text: what is found is looked at again. `unwritten_words` has the ids of the drivers, and of the orders ({@link ORDER_ITSELF}),
 * of which they do not have the words yet, with those of a driver that they have instead, or null: words are written many at
 * a time, which costs a small part of what it costs one by one, and a search looks at these too.
 */
export const SCHEMA = `
  CREATE TABLE orders (
    seq             INTEGER PRIMARY KEY,
    location_id     TEXT NOT NULL,
    order_id        TEXT NOT NULL,
    stage           TEXT NOT NULL,
    active          INTEGER NOT NULL,
    position        INTEGER NOT NULL,
    event_id        TEXT NOT NULL,
    content_hash    TEXT,
    event_hash      TEXT,
    status          TEXT,
    delivery_status TEXT,
    attention       TEXT NOT NULL,
    number_since    TEXT NOT NULL,
    updated_at      TEXT NOT NULL,
    state           TEXT NOT NULL,
    UNIQUE (location_id, order_id)
  ) STRICT;
  CREATE TABLE drives (
    id              INTEGER PRIMARY KEY,
    name            TEXT,
    source          TEXT,
    source_spelling TEXT,
    license_plate   TEXT,
    phone_last4     TEXT,
    from_at         TEXT NOT NULL,
    to_at           TEXT,
    ended_by        TEXT,
    left_at         TEXT
  ) STRICT;
  CREATE TABLE order_verdicts (
    verdict INTEGER NOT NULL,
    seq     INTEGER NOT NULL,
    PRIMARY KEY (verdict, seq)
  ) STRICT, WITHOUT ROWID;
  CREATE VIRTUAL TABLE order_words USING fts5 (
    order_id, content = '', contentless_delete = 1, detail = none, tokenize = 'trigram case_sensitive 1'
  );
  CREATE VIRTUAL TABLE driver_words USING fts5 (
    name, plate, content = '', detail = column, columnsize = 0, tokenize = 'trigram case_sensitive 1'
  );
  INSERT INTO driver_words (driver_words, rank) VALUES ('secure-delete', 1);
  CREATE TABLE unwritten_words (id INTEGER PRIMARY KEY, name TEXT, plate TEXT) STRICT;
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

/**
 * What only readers need, made once the log was read for the first time: in one go it costs a small part of what it costs
 * row by row, and nobody reads the tables before. The words of the search are written with it, by functions of
 * search-index.ts, in the order of their rows: at each row that does not come after the one before, FTS5 ends a run of
 * words and begins another, to be merged later. Without NOT INDEXED, SQLite reads the ids from their own index, by location.
 */
export const INDEXES = `
  CREATE INDEX orders_of_location ON orders (location_id);
  CREATE INDEX active_orders ON orders (location_id) WHERE active = 1;
  CREATE INDEX newest_orders ON orders (location_id, active, position);
  CREATE INDEX orders_by_position ON orders (position);
  CREATE INDEX active_by_seq ON orders (active) WHERE active = 1;
  CREATE INDEX ended_by_stage ON orders (stage) WHERE active = 0;
  CREATE INDEX ended_by_status ON orders (status) WHERE active = 0;
  CREATE INDEX ended_by_delivery_status ON orders (delivery_status) WHERE active = 0;
  CREATE INDEX ended_noticed ON orders (seq, attention) WHERE active = 0 AND attention <> '';
  CREATE INDEX drives_by_phone ON drives (phone_last4) WHERE phone_last4 IS NOT NULL;
  CREATE INDEX drives_by_source ON drives (source_spelling) WHERE source_spelling IS NOT NULL;
  INSERT INTO order_words (rowid, order_id) SELECT seq, spelling(order_id) FROM orders NOT INDEXED;
  INSERT INTO driver_words (rowid, name, plate)
    SELECT id, spelling(coalesce(name, '')), plate_spelling(coalesce(license_plate, '')) FROM drives;
`;

/** How many ids of `drives` each order has: `seq` times this is the first. */
export const DRIVES_OF_ORDER = 1_024;
/** The last of these, which no driver has, stands in `unwritten_words` for the order itself. */
export const ORDER_ITSELF = DRIVES_OF_ORDER - 1;

/** Returns the file and what SQLite keeps beside it. */
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
  readonly eventId: EventId;
}

/** An order's state as it is saved. */
export interface SavedOrder extends PlacedOrder {
  /** Hashes of its newest event, or null if that has none. */
  readonly contentHash: string | null;
  readonly eventHash: string | null;
  /** Its first event is among those since the last save: it is not there yet, as far as anybody knows. */
  readonly isBegun?: boolean | undefined;
  /** All that the order ever had; left out if they are those that are saved already. */
  readonly drives?: readonly Drive[] | undefined;
  /** How its events since the last save were read. */
  readonly verdicts: ReadonlySet<Verdict>;
}

/** What has to be known of the newest event of an order to record the next one. */
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
  readonly id: EventId;
}

/** The read model's file cannot be read; it may be on its way to being made anew. */
export class ReadModelError extends Error {
  override readonly name = 'ReadModelError';
}

/** What the orders of a location say about it. */
type ListedLocation = Pick<LocationSummary, 'location_id' | 'active_orders' | 'updated_at'>;

export interface ListedLocations {
  readonly locations: readonly ListedLocation[];
  /** For the next page's `after`; null at the end. */
  readonly next: string | null;
}
