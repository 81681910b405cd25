import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Order, OrderPage } from '../../../schemas/api/order-view';
import type { FeedPage } from '../../../schemas/api/feed';
import { WITHHELD } from '../../../schemas/events/withheld';
import { locationId, orderKey } from '../../../schemas/order-key';
import { ticketRail } from '../audit/support';
import { orderPath, problem, problemOf, readLog, update } from '../../support/deliveries';
import { openEventStream } from '../../support/event-stream';
import { movableClock } from '../../support/movable-clock';
import { patiently, until } from '../../support/patience';
import { accept, type Pos, startPos } from '../../support/pos';
import {
  asOperator,
  asReader,
  bearer,
  discard,
  entryOf,
  OPERATOR_TOKEN,
  READER_TOKEN,
  type RunningService,
  startService,
  temporaryDirectory,
} from '../../support/running-service';

/** Labels on the real service. Built by `npm run build` beforehand. */

const POS_TOKEN = 'pos-0123456789abcdef';
const SCREEN_TOKEN = 'screen-0123456789abcdef';
const READERS = JSON.stringify([
  entryOf(READER_TOKEN, 'auditor'),
  entryOf(OPERATOR_TOKEN, 'operator'),
  entryOf(POS_TOKEN, 'pos', ['here']),
  entryOf(SCREEN_TOKEN, 'screen', ['here']),
]);
const asPos = bearer(POS_TOKEN);

const created = (fields: Readonly<Record<string, unknown>> = {}) => ({
  type: 'order.created',
  object: {
    location_id: 'here',
    id: 'dsp-1',
    customer_facing_id: 'A1B2',
    source: 'doordash',
    customers: [{ name: 'Marialuisa Garciamarquez' }],
    items: [{ quantity: 2 }, { quantity: 1 }],
    ...fields,
  },
});
const LABEL = { number: 'A1B2', source: 'doordash', name: 'Marialuisa G.', items: 3 };

let pos: Pos;
let service: RunningService;
beforeAll(async () => {
  pos = await startPos();
  service = await startService({ RELAY_URL: pos.url, READERS });
});
afterAll(async () => {
  await discard(service);
  await pos.close();
});

let made = 0;
const freshKey = () => orderKey('here', `order ${String(++made)}`);
const orderOf = async (key: ReturnType<typeof freshKey>, headers = asReader): Promise<Order> =>
  (await service.get(orderPath(key), headers)).json as Order;
const labelOf = async (key: ReturnType<typeof freshKey>, headers = asReader) => (await orderOf(key, headers)).label;
const set = (key: ReturnType<typeof freshKey>, label: unknown, headers = asPos) =>
  service.call(orderPath(key, '/label'), { method: 'PUT', headers, body: JSON.stringify(label) });

describe('label of an order that came through the relay', () => {
  it('an accepted order is called by what it said, in the API, the feed and the live feed', async () => {
    const key = freshKey();
    pos.answer = accept(key.order_id);
    expect((await service.deliver(created())).status).toBe(200);
    await service.deliver(update(key));
    await until('the label', async () => (await labelOf(key)) !== undefined);
    expect(await labelOf(key)).toEqual(LABEL);
    const page = (await service.get('/locations/here/orders?limit=1000')).json as OrderPage;
    expect(page.orders.find(({ order_id }) => order_id === key.order_id)?.label).toEqual(LABEL);
    const feed = (await service.get('/feed?view=orders&limit=1000')).json as FeedPage;
    expect(feed.items.find(({ order_id }) => order_id === key.order_id)).toMatchObject({ order: { label: LABEL } });
    const stream = await openEventStream(`${service.url}/locations/here/live`, asReader);
    const [snapshot] = await until('the snapshot', () => stream.data('snapshot').length > 0 && stream.data('snapshot'));
    stream.close();
    expect((snapshot?.['orders'] as Order[]).find(({ order_id }) => order_id === key.order_id)?.label).toEqual(LABEL);
  });

  it('an order that the POS rejects leaves nothing', async () => {
    const key = freshKey();
    pos.answer = (response) => {
      response.writeHead(400, { 'Content-Type': 'application/json' });
      response.end(JSON.stringify({ order: { provider_id: key.order_id }, posValidation: {} }));
    };
    await service.deliver(created());
    await service.deliver(update(key));
    // What is accepted after it has its label; so would this one.
    const next = freshKey();
    pos.answer = accept(next.order_id);
    await service.deliver(created());
    await service.deliver(update(next));
    await until('the label of the next', async () => (await labelOf(next)) !== undefined);
    expect(await labelOf(key)).toBeUndefined();
    expect(
      readLog(service.dataDir).filter(({ stream }) => stream.includes(encodeURIComponent(key.order_id))),
    ).toHaveLength(1);
  });

  it('the label stands outside of the order: its chain and history do not know of it, and all verifies', async () => {
    const key = freshKey();
    await set(key, { number: 'C3', name: 'Ana B.' });
    await service.deliver(update(key));
    await set(key, { number: 'C4' });
    await service.deliver(update(key, { status: 'ready_for_pickup' }));
    const history = await service.get(orderPath(key, '/history?limit=10'));
    expect(history.text).not.toContain('C4');
    const file = await service.get(orderPath(key, '/history?format=ndjson'));
    expect(file.text).not.toMatch(/C3|C4|Ana/);
    expect(await labelOf(key)).toEqual({ number: 'C4' });
  });
});

describe('label that the POS sets', () => {
  it('a label is shown at once, replaced as a whole, and taken away by an empty one', async () => {
    const key = freshKey();
    expect((await set(key, { number: 'X1', name: 'Tom Okafor', items: 2 })).status).toBe(204);
    await service.deliver(update(key));
    expect(await labelOf(key)).toEqual({ number: 'X1', name: 'Tom O.', items: 2 });
    await set(key, { number: 'X2' });
    const other = await service.get(orderPath(key));
    expect((other.json as Order).label).toEqual({ number: 'X2' });
    expect(other.headers.etag).toBeDefined();
    const again = await service.get(orderPath(key), { ...asReader, 'If-None-Match': other.headers.etag ?? '' });
    expect(again.status).toBe(304);
    await set(key, {});
    const without = await service.get(orderPath(key), { ...asReader, 'If-None-Match': other.headers.etag ?? '' });
    expect(without.status).toBe(200);
    expect(await labelOf(key)).toBeUndefined();
  });

  it('a screen gets the label, also what was set while it was away, and a reader without contacts sees no name', async () => {
    const key = freshKey();
    await service.deliver(update(key));
    const watch = (headers: Readonly<Record<string, string>>, query = '') =>
      openEventStream(`${service.url}/locations/here/live${query}`, headers);
    const [board, operator, wall] = await Promise.all([
      watch(asReader),
      watch(asOperator),
      watch(asReader, '?view=customers'),
    ]);
    await until('the snapshots', () => [board, operator, wall].every(({ lastId }) => lastId !== null));
    const place = board.lastId ?? '';
    await set(key, { number: 'Q7', name: 'Grace Lin' });
    const orderFrom = (stream: typeof board) =>
      until('the message', () => stream.data('order').find(({ order_id }) => order_id === key.order_id) ?? null);
    expect((await orderFrom(board))['label']).toEqual({ number: 'Q7', name: 'Grace L.' });
    expect((await orderFrom(operator))['label']).toEqual({ number: 'Q7', name: WITHHELD });
    expect(await orderFrom(wall)).toMatchObject({ order_id: key.order_id, number: 'Q7' });
    expect(JSON.stringify(wall.messages)).not.toContain('Grace');
    for (const stream of [board, operator, wall]) stream.close();
    const resumed = await watch({ ...asReader, 'Last-Event-ID': place });
    expect((await orderFrom(resumed))['label']).toEqual({ number: 'Q7', name: 'Grace L.' });
    resumed.close();
  });

  it('an order is found by number, source and brand, and by name only for readers who see names', async () => {
    const key = freshKey();
    await set(key, { number: 'FIND-77', name: 'Ingrid Holm', brand: 'Noodle Lab' });
    await service.deliver(update(key));
    const found = async (word: string, headers: Readonly<Record<string, string>>): Promise<number> =>
      ((await service.get(`/audit/orders?label=${word}`, headers)).json as OrderPage).orders.length;
    expect(await found('find-77', asOperator)).toBe(1);
    expect(await found('noodle', asReader)).toBe(1);
    expect(await found('ingrid', asReader)).toBe(1);
    expect(await found('ingrid', asOperator)).toBe(0);
    const accesses = await service.get('/access?limit=50', asOperator);
    expect(accesses.text).not.toContain('ingrid');
  });

  it('only a POS may set it, of its own locations, and only what a label has', async () => {
    const key = freshKey();
    for (const headers of [asReader, asOperator, bearer(SCREEN_TOKEN)]) {
      expect(problemOf(await set(key, { number: '1' }, headers))).toEqual(problem(403, 'not-permitted'));
    }
    expect(problemOf(await set({ ...key, location_id: locationId('there') }, { number: '1' }))).toEqual(
      problem(403, 'not-permitted'),
    );
    for (const label of [{ phone: '1' }, { number: 7 }, { items: -1 }, { number: 'x'.repeat(65) }, []]) {
      expect(problemOf(await set(key, label))).toEqual(problem(400, 'invalid-parameter'));
    }
  });
});

describe('forgetting', () => {
  it(
    'when its time is over, a label is in no answer and no file, and what is left verifies',
    async () => {
      const directory = temporaryDirectory();
      const clock = movableClock(directory);
      const dataDir = temporaryDirectory();
      const env = {
        ...clock.env,
        DATA_DIR: dataDir,
        RELAY_URL: pos.url,
        READERS,
        LABEL_HOURS: '2',
        CHECKPOINT_SECONDS: '1',
      };
      let running = await startService(env);
      const [ended, open] = ['ended', 'open'].map((order_id) => orderKey('here', order_id));
      const filesWith = (word: string): string[] =>
        readdirSync(dataDir).filter((name) => readFileSync(join(dataDir, name)).includes(word));
      const labelIn = async (key: typeof ended) =>
        ((await running.get(orderPath(key ?? freshKey()))).json as Order).label;
      try {
        if (ended === undefined || open === undefined) throw new Error('there are two');
        for (const [key, name] of [
          [ended, 'Quintessa Verylongname'],
          [open, 'Balthasar Otherlongname'],
        ] as const) {
          pos.answer = accept(key.order_id);
          await running.deliver(created({ customers: [{ name }] }));
          await running.deliver(update(key));
          await until('the label', async () => (await labelIn(key)) !== undefined);
        }
        await running.deliver(update(ended, { status: 'completed' }));
        expect(filesWith('Verylongname')).toEqual([]);
        expect(filesWith('Quintessa').length).toBeGreaterThan(0);

        clock.pass(3_600_000);
        await running.end();
        running = await startService(env);
        await running.deliver(update(open, { status: 'ready_for_pickup' }));
        await until('the label', async () => (await labelIn(ended))?.name === 'Quintessa V.');

        clock.pass(3_660_000);
        await until('the file without the name', () => filesWith('Quintessa').length === 0, 40_000);
        expect(await labelIn(ended)).toBeUndefined();
        expect(await labelIn(open)).toMatchObject({ name: 'Balthasar O.' });

        clock.pass(3_600_000);
        await until('the file without the other', () => filesWith('Balthasar').length === 0, 40_000);
        expect(await labelIn(open)).toBeUndefined();
        expect((await running.get(orderPath(open))).status).toBe(200);
        await running.end();
        expect(filesWith('Quintessa')).toEqual([]);
        const verified = await ticketRail(['verify'], { DATA_DIR: dataDir });
        expect(verified.code).toBe(0);
      } finally {
        await running.end();
        rmSync(dataDir, { recursive: true });
        rmSync(directory, { recursive: true });
      }
    },
    patiently(120_000),
  );
});
