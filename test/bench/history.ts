import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { DeliveryType } from '../../schemas/wire/handle-order';
import type { OrderKey } from '../../schemas/order-key';
import { orderStream, SCHEMA_VERSION } from '../../schemas/events/order-events';
import type { EventStore, JsonValue, NewEvent } from '../../services/event-store/event-store';
import { openSqliteStore } from '../../services/event-store/sqlite/sqlite-store';
import { contentHash, deliveryEventId, seal } from '../../services/event-store/seal/seal';
import { benchOrder } from './deliveries';
import { EVENTS_FILE } from './servers';

/** A history to make: so many events of so many orders. */
export interface HistorySize {
  readonly events: number;
  readonly orders: number;
}

/** The history of the issue. */
export const FULL_HISTORY: HistorySize = { events: 1_000_000, orders: 150_000 };

/** Orders under way at the same time. */
const LIVE_ORDERS = 2_000;
const MIN_EVENTS = 4;
const MAX_EVENTS = 9;
const FIRST_EVENT_AT = Date.UTC(2026, 9, 1);
const MS_BETWEEN_EVENTS = 2_500;

/** @returns the `index`-th order of the history. */
export const historyOrder = (index: number): OrderKey => benchOrder('history', index);

/** A small generator of repeatable random numbers from 0 to below 1 (mulberry32). */
function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const DRIVERS = ['doordash', 'uber', 'grubhub'].flatMap((source) =>
  ['Ana', 'Ben', 'Chidi', 'Dora', 'Emre', 'Fay', 'Goran', 'Hana'].map((name, index) => ({
    source,
    name: `${name} Driver`,
    phone: { number: `+1555555${String(1000 + index)}`, code: String(100 + index) },
    vehicle_info: { make: 'Toyota', model: 'Camry', color: 'Silver', license_plate: `ABC${String(1234 + index)}` },
  })),
);

/** What is said of a delivery, step by step: status, delivery status, and whether the driver's details come along. */
const STEPS = [
  ['in_progress', 'pending', false],
  ['in_progress', 'pending_driver_confirmation', false],
  ['in_progress', 'enroute_to_pickup', true],
  ['ready_for_pickup', 'enroute_to_pickup', true],
  ['ready_for_pickup', 'arrived_at_pickup', true],
  ['out_for_delivery', 'enroute_to_dropoff', true],
  ['out_for_delivery', 'arrived_at_dropoff', true],
  ['out_for_delivery', 'completed', true],
  ['completed', 'completed', true],
] as const;

/** Some steps in order, the first and the last always among them: delivery services leave steps out. */
function journey(length: number, random: () => number): (typeof STEPS)[number][] {
  const steps = [...STEPS];
  while (steps.length > length) steps.splice(1 + Math.floor(random() * (steps.length - 2)), 1);
  return steps;
}

/** How many events each order has, from 4 to 9, together exactly as many as asked for. */
function journeyLengths({ events, orders }: HistorySize, random: () => number): number[] {
  const lengths = Array.from(
    { length: orders },
    () => MIN_EVENTS + Math.floor(random() * (MAX_EVENTS - MIN_EVENTS + 1)),
  );
  let missing = events - lengths.reduce((sum, length) => sum + length, 0);
  while (missing !== 0) {
    const index = Math.floor(random() * orders);
    const changed = (lengths[index] ?? 0) + Math.sign(missing);
    if (changed < MIN_EVENTS || changed > MAX_EVENTS) continue;
    lengths[index] = changed;
    missing -= Math.sign(missing);
  }
  return lengths;
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** An event as the service would store it, sealed. */
function historyEvent(
  object: OrderKey & Readonly<Record<string, JsonValue>>,
  revision: number,
  previousHash: string | null,
  at: number,
): { readonly event: NewEvent; readonly eventHash: string } {
  const type: DeliveryType = 'order.updated';
  const stream = orderStream(object);
  const hash = contentHash({ type, object });
  const requestId = uuid(hash);
  const metadata = {
    schema_version: SCHEMA_VERSION,
    received_at: new Date(at).toISOString(),
    content_hash: hash,
    body_sha256: sha256(JSON.stringify({ type, object })),
    signed_with: hash.slice(0, 16),
    request_id: requestId,
  };
  const id = deliveryEventId(stream, revision, hash, requestId);
  const sealed = seal({ stream, id, type, metadata }, previousHash);
  return { event: { id, type, data: object, metadata: sealed }, eventHash: sealed.event_hash };
}

const uuid = (hex: string): string =>
  `${hex.slice(0, 8)}-${hex.slice(8, 12)}-5${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;

interface LiveOrder {
  readonly key: OrderKey;
  readonly driver: (typeof DRIVERS)[number];
  readonly steps: (typeof STEPS)[number][];
  reported: number;
  lastHash: string | null;
}

/** Appends one event to each of some different orders, at the same time. */
async function report(store: EventStore, orders: readonly LiveOrder[], timeOf: () => number): Promise<void> {
  await Promise.all(
    orders.map(async (order) => {
      const { key, driver, steps, reported } = order;
      const [status, delivery_status, withDriver] = steps[reported] ?? STEPS[0];
      const object = { ...key, status, delivery_status, ...(withDriver ? { driver_details: driver } : {}) };
      const { event, eventHash } = historyEvent(object, reported, order.lastHash, timeOf());
      const result = await store.append(orderStream(key), [event], reported === 0 ? 'no_stream' : reported - 1);
      if (result.kind !== 'appended') throw new Error(`conflict in the history of ${orderStream(key)}`);
      order.lastHash = eventHash;
    }),
  );
  for (const order of orders) order.reported += 1;
}

/**
 * Fills the event store of a data directory through its port, unless it is there already. Orders interleave as they do
 * in a rush: some 2,000 are under way, one ends and another begins.
 */
export async function makeHistory(dataDir: string, size: HistorySize): Promise<void> {
  const file = join(dataDir, EVENTS_FILE);
  if (existsSync(file)) return;
  mkdirSync(dataDir, { recursive: true });
  const making = join(dataDir, 'making.sqlite'); // an interrupted run leaves no half of a history
  for (const end of ['', '-wal', '-shm']) rmSync(making + end, { force: true });
  const random = seededRandom(20_261_001);
  const lengths = journeyLengths(size, random);
  let events = 0;
  const timeOf = (): number => FIRST_EVENT_AT + events++ * MS_BETWEEN_EVENTS;
  const store = await openSqliteStore({ file: making, now: () => FIRST_EVENT_AT + events * MS_BETWEEN_EVENTS });
  try {
    let live: LiveOrder[] = [];
    let begun = 0;
    while (events < size.events) {
      while (live.length < LIVE_ORDERS && begun < size.orders) {
        const driver = DRIVERS[Math.floor(random() * DRIVERS.length)] ?? DRIVERS[0];
        if (driver === undefined) break;
        const steps = journey(lengths[begun] ?? MIN_EVENTS, random);
        live.push({ key: historyOrder(begun), driver, steps, reported: 0, lastHash: null });
        begun += 1;
      }
      const chosen = live.filter(() => random() < 0.5 || begun === size.orders);
      await report(store, chosen, timeOf);
      live = live.filter(({ reported, steps }) => reported < steps.length);
    }
  } finally {
    await store.close();
  }
  renameSync(making, file);
}
