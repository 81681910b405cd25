import { copyFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { evolve, initial, type OrderState, toOrder } from '../../projections/order/order';
import { decodeOrderEvent, orderKeyOfStream } from '../../schemas/events/order-events';
import type { Order, OrderPage } from '../../schemas/api/order-view';
import { streamName } from '../../schemas/events/stream-name';
import type { LogRow } from '../support/deliveries';
import type { RunningService } from '../support/running-service';

/** How the tests of faults look at what a service left behind, without its help and without changing it. */

export const LOG = 'events.sqlite';
export const READ_MODEL = 'read-model.sqlite';

/**
 * Copies databases, as they lie on the disk, with their write-ahead logs. The index of a WAL is left out, so that whoever
 * opens the copy recovers it as after a crash.
 */
export function copyDatabases(from: string, to: string, names: readonly string[] = [LOG, READ_MODEL]): void {
  for (const name of names.flatMap((file) => [file, `${file}-wal`])) {
    if (existsSync(join(from, name))) copyFileSync(join(from, name), join(to, name));
  }
}

/** Does something with copies of the databases of a service that is not running. */
export function withCopy<Result>(dataDir: string, look: (directory: string) => Result): Result {
  const directory = mkdtempSync(join(tmpdir(), 'ticket-rail-copy-'));
  try {
    copyDatabases(dataDir, directory);
    return look(directory);
  } finally {
    rmSync(directory, { recursive: true });
  }
}

/** Opens a database for looking, and closes it. */
export function withDatabase<Result>(file: string, look: (db: Database.Database) => Result): Result {
  const db = new Database(file);
  try {
    return look(db);
  } finally {
    db.close();
  }
}

/** @returns `ok`, or what SQLite finds wrong. */
export const integrityOf = (file: string): unknown =>
  withDatabase(file, (db) => db.pragma('integrity_check', { simple: true }));

/** @returns the last position of the log; 0 if it is empty. */
export const endOfLog = (dataDir: string): number =>
  withDatabase(
    join(dataDir, LOG),
    (db) => db.prepare<[], number | null>('SELECT max(position) FROM events').pluck().get() ?? 0,
  );

/** @returns up to which position a read model claims to be made; 0 if it has not begun. */
export const checkpointOf = (dataDir: string): number =>
  withDatabase(join(dataDir, READ_MODEL), (db) =>
    Number(db.prepare<[], string | null>('SELECT position FROM checkpoint').pluck().get() ?? 0),
  );

/** @returns every order as its history makes it, by stream. */
export function replay(log: readonly LogRow[]): ReadonlyMap<string, Order> {
  const states = new Map<string, OrderState>();
  for (const { stream, revision, type, data, metadata } of log) {
    const event = decodeOrderEvent({
      type,
      revision,
      data: JSON.parse(data),
      metadata: metadata === null ? undefined : JSON.parse(metadata),
      created: new Date(0),
    });
    if (event !== null) states.set(stream, evolve(states.get(stream) ?? initial, event));
  }
  const orders = new Map<string, Order>();
  for (const [stream, state] of states) {
    const key = orderKeyOfStream(streamName(stream));
    const order = key === null ? null : toOrder(key, state);
    if (order !== null) orders.set(stream, order);
  }
  return orders;
}

/** Reads every order of a location, page by page. */
export async function readOrders(service: RunningService, locationId: string): Promise<Order[]> {
  const orders: Order[] = [];
  for (let after = ''; ;) {
    const path = `/locations/${encodeURIComponent(locationId)}/orders?limit=100${after}`;
    const { status, json, text } = await service.get(path);
    if (status !== 200) throw new Error(`${path} was answered with ${String(status)}: ${text}`);
    const page = json as OrderPage;
    orders.push(...page.orders);
    if (page.next === null) return orders;
    after = `&after=${page.next}`;
  }
}

const byId = (a: Order, b: Order): number => (a.order_id < b.order_id ? -1 : 1);
/** In one order, so that two sets of them can be compared. */
export const sorted = (orders: Iterable<Order>): Order[] => [...orders].sort(byId);
