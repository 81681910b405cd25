import { createHmac } from 'node:crypto';
import { locationId, orderId, type OrderKey } from '../../schemas/order-key';

/** The webhook secret that every server of a run is given and every request is signed with. */
export const BENCH_SECRET = 'bench-secret-0123456789abcdef0123456789abcdef';

const LOCATIONS = 40;

/**
 * The `index`-th order of a run. Ids do not follow each other in order, because a POS's do not either and an index
 * that only ever grows at its end would flatter every database.
 * @param salt makes the ids of one run unlike those of any other.
 */
export function benchOrder(salt: string, index: number): OrderKey {
  const scrambled = Math.imul(index + 1, 0x9e3779b1) >>> 0; // odd factor: a bijection of 32-bit numbers
  return {
    location_id: locationId(`pos_location_${String(scrambled % LOCATIONS).padStart(3, '0')}`),
    order_id: orderId(`pos_order_${salt}_${scrambled.toString(16).padStart(8, '0')}`),
  };
}

/** What is said of an order, fact by fact: its status and its delivery status. */
const STORY = [
  ['in_progress', 'pending'],
  ['in_progress', 'enroute_to_pickup'],
  ['ready_for_pickup', 'enroute_to_pickup'],
  ['ready_for_pickup', 'arrived_at_pickup'],
  ['out_for_delivery', 'enroute_to_dropoff'],
  ['out_for_delivery', 'completed'],
  ['completed', 'completed'],
] as const;
/** Facts of an order, and orders that are open at a time, as at a chain's peak. */
export const FACTS = STORY.length;
export const OPEN_ORDERS = 2_000;

/** One delivery of a run. */
export interface BenchDelivery {
  readonly key: OrderKey;
  /** Of the event that it becomes. */
  readonly revision: number;
  readonly body: string;
}

/**
 * Returns the `index`-th delivery of a run. Orders live side by side: each in its turn says something new, and is followed
 * by another at its end. At the beginning orders are of all ages, as they always are afterwards.
 */
export function benchDelivery(salt: string, index: number): BenchDelivery {
  const place = index % OPEN_ORDERS;
  const age = place % FACTS;
  const turn = Math.floor(index / OPEN_ORDERS) + age;
  const [generation, fact] = [Math.floor(turn / FACTS), turn % FACTS];
  const key = benchOrder(salt, generation * OPEN_ORDERS + place);
  return { key, revision: generation === 0 ? fact - age : fact, body: benchBody(key, fact) };
}

/** The fact of Stream's own example. */
const EXAMPLE = 4;

/**
 * Body of one delivery, of the size and shape of Stream's own example (test/examples/01-event-structure.json).
 * @param fact which of the {@link FACTS} of an order
 */
export function benchBody(key: OrderKey, fact = EXAMPLE): string {
  const [status, delivery_status] = STORY[fact] ?? STORY[EXAMPLE];
  return JSON.stringify({
    type: 'order.updated',
    object: {
      ...key,
      status,
      delivery_status,
      driver_details: {
        source: 'doordash',
        name: 'John Driver',
        phone: { number: '+15555551234', code: '123' },
        vehicle_info: { make: 'Toyota', model: 'Camry', color: 'Silver', license_plate: 'ABC1234' },
      },
    },
  });
}

/** The whole HTTP request that delivers `body`, signed. */
export function signedRequest(body: string): string {
  const signature = createHmac('sha256', BENCH_SECRET).update(body).digest('hex');
  return (
    'POST /handle-order HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n' +
    `X-Stream-Signature: ${signature}\r\nContent-Length: ${String(Buffer.byteLength(body))}\r\n\r\n${body}`
  );
}

/** The HTTP request that reads one order. */
export function readRequest(key: OrderKey): string {
  const path = `/locations/${encodeURIComponent(key.location_id)}/orders/${encodeURIComponent(key.order_id)}`;
  return `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n`;
}
