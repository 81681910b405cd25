import { randomUUID } from 'node:crypto';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AccessPage } from '../../../../schemas/api/access';
import type { ActionAnswer, ActionRequest } from '../../../../schemas/api/actions';
import type { FeedPage } from '../../../../schemas/api/feed';
import { orderKey, type OrderKey } from '../../../../schemas/order-key';
import type { OrderSummaries } from '../../../../schemas/api/order-summary';
import type { Order } from '../../../../schemas/api/order-view';
import { type SpawnedNode, spawnNode } from '../../../eventstoredb-node/spawn-node';
import { historyOf, orderPath, problem, problemOf, update } from '../../../support/deliveries';
import { openEventStream } from '../../../support/event-stream';
import { until } from '../../../support/patience';
import {
  type Answer,
  bearer,
  discard,
  entryOf,
  OPERATOR_TOKEN,
  READER_TOKEN,
  type RunningService,
  startService,
  temporaryDirectory,
} from '../../../support/running-service';
import { ticketRail } from '../../audit/support';

/** What people do with orders, on the real service over both stores. Built by `npm run build` beforehand. */

const COUNTER = 'counter-2-0123456789';
const WALL = 'wall-0123456789abcdef';
const READERS = JSON.stringify([
  entryOf(READER_TOKEN, 'auditor'),
  entryOf(OPERATOR_TOKEN, 'operator'),
  { ...entryOf(COUNTER, 'screen', ['here']), name: 'counter 2', acts: true },
  entryOf(WALL, 'screen', ['here']),
]);

const ANA = { source: 'uber', name: 'Ana S.', vehicle_info: { license_plate: 'ABC 123' }, passcode: '4711' };
const BEN = { source: 'uber', name: 'Ben T.' };
const AT = '2026-11-21T18:00:30.000Z';

const handOver = (revision: number, at = AT): ActionRequest => ({
  type: 'handed_over',
  revision,
  at,
  compared: ['plate'],
});

interface Sent {
  readonly token?: string;
  /** Null: none. */
  readonly idempotencyKey?: string | null;
}

function act(service: RunningService, key: OrderKey, request: unknown, sent: Sent = {}): Promise<Answer> {
  const { token = COUNTER, idempotencyKey = randomUUID() } = sent;
  return service.call(orderPath(key, '/actions'), {
    method: 'POST',
    headers: { ...bearer(token), ...(idempotencyKey === null ? {} : { 'Idempotency-Key': idempotencyKey }) },
    body: JSON.stringify(request),
  });
}

const orderOf = async (service: RunningService, key: OrderKey): Promise<Order> =>
  (await service.get(orderPath(key))).json as Order;

let made = 0;
const freshKey = (): OrderKey => orderKey('here', `order ${String(++made)}`);

/** Reports an order whose driver is here. */
async function arrived(service: RunningService, key = freshKey()): Promise<OrderKey> {
  await service.deliver(update(key, { delivery_status: 'enroute_to_pickup', driver_details: ANA }));
  await service.deliver(update(key, { status: 'ready_for_pickup', delivery_status: 'arrived_at_pickup' }));
  return key;
}

describe.each<['the embedded store' | 'EventStoreDB']>([['the embedded store'], ['EventStoreDB']])(
  'over %s',
  (store) => {
    const isEmbedded = store === 'the embedded store';
    let node: SpawnedNode | null = null;
    /** The same service: two instances of it where the store takes more than one. */
    let [first, second]: RunningService[] = [];
    const env = (): Record<string, string> => ({
      READERS,
      ...(node === null ? {} : { EVENT_STORE_URL: node.url }),
    });
    beforeAll(async () => {
      node = isEmbedded ? null : await spawnNode();
      first = await startService(env());
      second = isEmbedded ? first : await startService(env());
    });
    afterAll(async () => {
      await discard(...new Set([first, second].filter((one) => one !== undefined)));
      await node?.stop();
    });
    const services = (): readonly [RunningService, RunningService] => {
      if (first === undefined || second === undefined) throw new Error('the services did not start');
      return [first, second];
    };

    it('a handover is in the order, and on every board a moment later', async () => {
      const [one, other] = services();
      const key = await arrived(one);
      const board = await openEventStream(`${other.url}/locations/here/live`, bearer(WALL));
      await until('the snapshot', () => board.data('snapshot').length > 0);
      const answer = await act(one, key, handOver(1));
      expect(answer).toMatchObject({ status: 200, json: { outcome: 'recorded', ...key, revision: 2 } });
      const shown = () =>
        board.data('order').find((data) => data['order_id'] === key.order_id && data['revision'] === 2);
      await until('the board', () => shown() !== undefined);
      board.close();
      const order = await orderOf(one, key);
      expect(order).toMatchObject({
        stage: 'driver_here',
        status: 'ready_for_pickup',
        handed_over: { by: 'counter 2', at: AT, compared: ['plate'], driver_revision: 0, revision: 2 },
      });
      expect(shown()).toEqual(order);
    });

    it('history, summary, feed and files say who handed it over to whom', async () => {
      const [one] = services();
      const key = await arrived(one);
      await act(one, key, handOver(1));
      const { events } = await historyOf(one, key);
      expect(events.at(-1)).toMatchObject({
        type: 'rail.handed_over',
        verdict: 'action',
        data: { by: 'counter 2', at: AT, seen_revision: 1, compared: ['plate'], driver_revision: 0 },
      });
      expect(JSON.stringify(events.at(-1)?.data)).not.toMatch(/Ana|ABC|4711/);
      const { orders } = (await one.get(orderPath(key, '/summary'))).json as OrderSummaries;
      expect(orders[0]?.sentence).toContain('counter 2 handed it over to Ana S. at ');
      expect(orders[0]?.sentence).toContain('who was checked by the plate');
      const page = (await one.get('/feed?limit=1000')).json as FeedPage;
      expect(page.items.filter(({ order_id }) => order_id === key.order_id).at(-1)).toMatchObject({
        type: 'rail.handed_over',
        verdict: 'action',
        stage: 'driver_here',
        source: 'uber',
      });
      const states = (await one.get('/feed?view=orders&limit=1000')).json as FeedPage;
      expect(states.items.find(({ order_id }) => order_id === key.order_id)).toMatchObject({
        order: { handed_over: { by: 'counter 2' } },
      });
      const directory = temporaryDirectory();
      for (const [path, name] of [
        ['/history?format=ndjson', 'history.ndjson'],
        ['/history?format=csv', 'history.csv'],
        ['/evidence', 'evidence.html'],
      ] as const) {
        const { text } = await one.get(orderPath(key, path));
        expect(text).toContain('rail.handed_over');
        const file = join(directory, name);
        writeFileSync(file, text);
        expect(await ticketRail(['verify', file])).toMatchObject({ code: 0 });
      }
      rmSync(directory, { recursive: true });
      const evidence = (await one.get(orderPath(key, '/evidence'))).text;
      const { accesses } = (await one.get('/access?limit=1000')).json as AccessPage;
      expect(accesses).toContainEqual(expect.objectContaining({ reader: 'counter 2', what: 'action', ...key }));
      expect(evidence).toContain('counter 2 handed it over to Ana S., who was checked by the plate.');
      const past = (await one.get(orderPath(key, '?at_revision=1'))).json as Order;
      expect(past.handed_over).toBeNull();
      expect(((await one.get(orderPath(key, '?at_revision=2'))).json as Order).handed_over).toMatchObject({ at: AT });
    });

    it('if another driver came since, nothing is recorded, and the order as it is now comes back', async () => {
      const [one] = services();
      const key = await arrived(one);
      await one.deliver(update(key, { delivery_status: 'enroute_to_pickup', driver_details: BEN }));
      const answer = await act(one, key, handOver(1));
      expect(problemOf(answer)).toEqual(problem(409, 'order-changed'));
      expect((answer.json as { order: Order }).order).toEqual(await orderOf(one, key));
      expect((await historyOf(one, key)).events).toHaveLength(3);
      expect((await act(one, key, handOver(2))).status).toBe(200);
    });

    it('what is sent again with its key is answered as before, at any instance, and stored once', async () => {
      const [one, other] = services();
      const key = await arrived(one);
      const idempotencyKey = randomUUID();
      const answers = await Promise.all(
        Array.from({ length: 12 }, (_, n) => act(n % 2 === 0 ? one : other, key, handOver(1), { idempotencyKey })),
      );
      expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
      expect(new Set(answers.map(({ json }) => (json as ActionAnswer).revision))).toEqual(new Set([2]));
      await one.deliver(update(key, { delivery_status: 'enroute_to_pickup', driver_details: BEN }));
      expect((await act(other, key, handOver(1), { idempotencyKey })).json).toMatchObject({
        outcome: 'repeat',
        revision: 2,
      });
      const reused = await act(other, key, handOver(1, '2026-11-21T18:00:31.000Z'), { idempotencyKey });
      expect(problemOf(reused)).toEqual(problem(409, 'key-reused'));
      const { events } = await historyOf(other, key);
      expect(events.map(({ type }) => type)).toEqual([
        'order.updated',
        'order.updated',
        'rail.handed_over',
        'order.updated',
      ]);
    });

    it('presses with different keys at the same time are all facts, each after the one before', async () => {
      const [one, other] = services();
      const key = await arrived(one);
      const all = await Promise.all(
        Array.from({ length: 8 }, (_, n) => act(n % 2 === 0 ? one : other, key, handOver(1))),
      );
      expect(all.map(({ json }) => (json as ActionAnswer).revision).sort()).toEqual([2, 3, 4, 5, 6, 7, 8, 9]);
    });

    it('a delivery after an action is a fact, also one that says what was said before it; then it is a repeat', async () => {
      const [one, other] = services();
      const key = await arrived(one);
      const same = update(key, { status: 'ready_for_pickup', delivery_status: 'arrived_at_pickup' });
      await act(other, key, handOver(1));
      expect((await one.deliver(same)).json).toMatchObject({ outcome: 'recorded', revision: 3 });
      expect((await one.deliver(same)).json).toMatchObject({ outcome: 'repeat', revision: 3 });
      expect((await other.deliver(same)).json).toMatchObject({ outcome: 'repeat', revision: 3 });
      const order = await orderOf(one, key);
      expect(order).toMatchObject({ same_report_as: null, handed_over: { revision: 2 } });
      expect((await historyOf(one, key)).events.at(-1)?.verdict).toBe('no_change');
    });

    it('what people did is no word of a delivery service: coverage does not count it', async () => {
      const [one] = services();
      const key = await arrived(one);
      const counted = async () => ((await one.get('/coverage?location_id=here')).json as { events: number }).events;
      const before = await counted();
      expect(before).toBeGreaterThan(1);
      await act(one, key, handOver(1));
      expect(await counted()).toBe(before);
    });

    it('a cancel and a driver change are acknowledged for all boards, and undone', async () => {
      const [one] = services();
      const key = await arrived(one);
      await one.deliver(update(key, { delivery_status: 'enroute_to_pickup', driver_details: BEN }));
      const seen = { type: 'acknowledged', revision: 2, at: AT, what: 'driver_change' };
      expect((await act(one, key, seen)).status).toBe(200);
      expect((await orderOf(one, key)).acknowledged.driver_change).toMatchObject({
        by: 'counter 2',
        driver_revision: 2,
      });
      expect(problemOf(await act(one, key, { ...seen, what: 'cancel' }))).toEqual(problem(409, 'order-changed'));
      await one.deliver(update(key, { status: 'merchant_canceled' }));
      expect((await act(one, key, { ...seen, revision: 4, what: 'cancel' })).status).toBe(200);
      const canceled = await orderOf(one, key);
      expect(canceled.acknowledged.cancel).toMatchObject({ revision: 5 });
      expect((await act(one, key, { type: 'undone', revision: 5, at: AT, undone_revision: 5 })).status).toBe(200);
      expect((await orderOf(one, key)).acknowledged.cancel).toBeNull();
    });

    it('nothing is done with an order that is not there, was never so, or by a reader who may not', async () => {
      const [one] = services();
      expect(problemOf(await act(one, freshKey(), handOver(0)))).toEqual(problem(404, 'order-not-found'));
      const key = await arrived(one);
      expect(problemOf(await act(one, key, handOver(9)))).toEqual(problem(404, 'revision-not-found'));
      expect(problemOf(await act(one, key, handOver(1), { token: WALL }))).toEqual(problem(403, 'not-permitted'));
      expect(problemOf(await act(one, key, handOver(1), { token: READER_TOKEN }))).toEqual(
        problem(403, 'not-permitted'),
      );
      const elsewhere = { ...key, location_id: orderKey('there', '').location_id };
      expect(problemOf(await act(one, elsewhere, handOver(1)))).toEqual(problem(403, 'not-permitted'));
      for (const [request, idempotencyKey] of [
        [handOver(1), null],
        [handOver(1), 'a key with spaces'],
        [{ ...handOver(1), compared: ['height'] }, 'k'],
        [{ ...handOver(1), more: 1 }, 'k'],
        [{ ...handOver(1), at: 'noon' }, 'k'],
        [{ ...handOver(1), at: '9999-12-31T23:59:59-01:00' }, 'k'],
        [{ type: 'eaten', revision: 1, at: AT }, 'k'],
      ] as const)
        expect(problemOf(await act(one, key, request, { idempotencyKey }))).toEqual(problem(400, 'invalid-parameter'));
      expect((await historyOf(one, key)).events).toHaveLength(2);
    });

    it('after a restart a press is found again, and the next delivery is decided after it', async () => {
      const service = await startService(env());
      try {
        const key = await arrived(service);
        const idempotencyKey = randomUUID();
        await act(service, key, handOver(1), { idempotencyKey });
        await service.end('SIGKILL');
        const again = await startService({ ...env(), DATA_DIR: service.dataDir });
        try {
          expect((await act(again, key, handOver(1), { idempotencyKey })).json).toMatchObject({ outcome: 'repeat' });
          const completed = update(key, { status: 'completed', delivery_status: 'completed' });
          expect((await again.deliver(completed)).json).toMatchObject({ outcome: 'recorded', revision: 3 });
          expect(await orderOf(again, key)).toMatchObject({ stage: 'completed', handed_over: { revision: 2 } });
        } finally {
          await again.end('SIGKILL');
        }
      } finally {
        await discard(service);
      }
    });

    it('the whole store verifies', async () => {
      const [one] = services();
      const verified = await ticketRail(['verify'], {
        DATA_DIR: one.dataDir,
        ...(node === null ? {} : { EVENT_STORE_URL: node.url }),
      });
      expect(verified).toMatchObject({ code: 0 });
    });
  },
);
