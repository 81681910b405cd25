import Database, { type Database as Connection } from 'better-sqlite3';
import type { LocationId, OrderId } from '../../../schemas/wire/handle-order';
import type { OrderKey } from '../../../schemas/order-key';
import { parsePosition, type Position } from '../../event-store/event-store';
import { BUSY_TIMEOUT_MS, ReadModelError, type Witness } from './schema';

/** An order of which two read models hold different states, as JSON text; null where one does not have it. */
export interface DifferingOrder {
  readonly key: OrderKey;
  readonly stored: string | null;
  readonly fresh: string | null;
}

/** A stored read model as it is at one moment, of whatever version, beside one that is made to be compared with it. */
export interface Comparison {
  /** Of the stored read model: its tables and folds. */
  readonly version: string;
  readonly checkpoint: Position | null;
  readonly witness: Witness | null;
  /** Orders of which the states are not the same text, by location and order id. Made for a fresh one that is finished. */
  differing(): IterableIterator<DifferingOrder>;
  close(): void;
}

/**
 * Opens a read model without making it anew if it is of another version, and without changing it. It stays as it is here,
 * whatever its projector writes meanwhile, until this is closed.
 * @param freshFile a read model of this version, which may still be written
 * @throws {ReadModelError} if there is no read model in the file
 */
export function openComparison(storedFile: string, freshFile: string): Comparison {
  let db: Connection | null = null;
  try {
    db = new Database(storedFile, { readonly: true, fileMustExist: true, timeout: BUSY_TIMEOUT_MS });
    db.prepare('ATTACH ? AS fresh').run(freshFile);
    db.exec('BEGIN');
    const row = db
      .prepare<
        [],
        { version: string; position: string | null; witness_position: string | null; witness_id: Witness['id'] | null }
      >('SELECT version, position, witness_position, witness_id FROM main.checkpoint')
      .get();
    if (row === undefined) throw new Error('it was never written');
    const at = parsePosition(row.witness_position ?? '');
    const differing = db.prepare<
      [],
      { location_id: LocationId; order_id: OrderId; stored: string | null; fresh: string | null }
    >(
      `SELECT location_id, order_id, stored.state AS stored, new.state AS fresh
       FROM main.orders AS stored FULL JOIN fresh.orders AS new USING (location_id, order_id)
       WHERE stored.state IS NOT new.state
       ORDER BY location_id, order_id`,
    );
    const opened = db;
    return {
      version: row.version,
      checkpoint: parsePosition(row.position ?? ''),
      witness: at === null || !row.witness_id ? null : { position: at, id: row.witness_id },
      differing: function* () {
        for (const { location_id, order_id, stored, fresh } of differing.iterate()) {
          yield { key: { location_id, order_id }, stored, fresh };
        }
      },
      close: () => opened.close(),
    };
  } catch (cause) {
    db?.close();
    throw new ReadModelError(`${storedFile} is no read model that can be compared: ${String(cause)}`, { cause });
  }
}
