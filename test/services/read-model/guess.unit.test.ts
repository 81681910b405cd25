import { randomUUID } from 'node:crypto';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Delivery } from '../../../schemas/wire/handle-order';
import { hashOf, orderStream } from '../../../schemas/events/order-events';
import { orderId, orderKey } from '../../../schemas/order-key';
import type { EventStore } from '../../../services/event-store/event-store';
import { Admission } from '../../../services/handle-order/record/admission';
import { createRecorder, type GuessHead } from '../../../services/handle-order/record/record-update';
import { Corrector } from '../../../services/read-model/corrections';
import { Freshness } from '../../../services/read-model/freshness';
import { createGuess } from '../../../services/read-model/guess';
import { OrderTableReader } from '../../../services/read-model/order-table/reader';
import { keepProjecting, type ProjectorNews } from '../../../services/read-model/projector-loop';
import { update } from '../../support/deliveries';
import { until } from '../../support/patience';
import { temporaryDirectory } from '../../support/running-service';
import { createMemoryStore } from '../event-store/memory/memory-store';

const KEY = orderKey('here', 'a');

describe('a guess of the newest event', () => {
  let directory: string;
  let orders: OrderTableReader;
  const stop: (() => Promise<void>)[] = [];

  beforeEach(() => {
    directory = temporaryDirectory();
    orders = new OrderTableReader(join(directory, 'read-model.sqlite'));
  });
  afterEach(async () => {
    for (const end of stop.splice(0)) await end();
    orders.close();
    rmSync(directory, { recursive: true });
  });

  /** Has the one read model follow a store, as a service does that is started over it. */
  const follow = (source: EventStore) => {
    const freshness = new Freshness(() => 0);
    const news: ProjectorNews['kind'][] = [];
    const ending = new AbortController();
    const projecting = keepProjecting({
      source,
      file: join(directory, 'read-model.sqlite'),
      version: 'v1',
      signal: ending.signal,
      corrector: new Corrector(),
      onNews: (one) => {
        news.push(one.kind);
        if (one.kind === 'restarted') freshness.restarted();
        if (one.kind === 'progress') freshness.projected(one.progress);
      },
    });
    const end = async (): Promise<void> => {
      ending.abort();
      await projecting;
    };
    stop.push(end);
    return { guess: createGuess(orders, freshness), freshness, news, end };
  };
  const record = async (store: EventStore, n: number, guess?: GuessHead): Promise<void> => {
    const outcome = await createRecorder(
      store,
      new Admission(),
      guess,
    )(update(KEY, { n }) as Delivery, {
      receivedAt: '2026-11-21T18:00:00.000Z',
      bodySha256: 'f'.repeat(64),
      bodyBytes: 100,
      signedWith: null,
      requestId: randomUUID(),
    });
    expect(outcome.kind).toBe('recorded');
  };
  const hashesOf = async (store: EventStore): Promise<(readonly [string | null, string | null])[]> => {
    const hashes: (readonly [string | null, string | null])[] = [];
    for await (const event of store.readStream(orderStream(KEY))) {
      hashes.push([hashOf(event, 'previous_hash'), hashOf(event, 'event_hash')]);
    }
    return hashes;
  };

  it('the newest event of an order is guessed once the read model has caught up, and only then', async () => {
    const store = createMemoryStore({ now: () => 0 });
    await record(store, 0);
    await record(store, 1);
    const { guess, freshness } = follow(store);
    expect(guess(KEY)).toBeNull();
    await until('the read model to be complete', () => freshness.complete);
    expect(guess(KEY)).toMatchObject({ revision: 1, eventHash: (await hashesOf(store))[1]?.[1] });
    expect(guess({ ...KEY, order_id: orderId('b') })).toBeNull();
  });

  it('nothing is guessed by what the read model has of another log, though that order has as many events there', async () => {
    const [first, other] = [0, 1].map(() => createMemoryStore({ now: () => 0 })) as [EventStore, EventStore];
    await record(first, 0);
    const before = follow(first);
    await until('the read model to be complete', () => before.freshness.complete);
    await before.end();

    await record(other, 7);
    const { guess, freshness, news } = follow(other);
    await until('the read model to be refused', () => news.includes('failed'));
    await record(other, 8, guess);
    await until('the read model to be made anew', () => freshness.complete);
    await record(other, 9, guess);
    const hashes = await hashesOf(other);
    expect(hashes.map(([previous]) => previous)).toEqual([null, hashes[0]?.[1], hashes[1]?.[1]]);
  });

  it('nothing is guessed while the read model cannot be read', async () => {
    const store = createMemoryStore({ now: () => 0 });
    await record(store, 0);
    const { guess, freshness, end } = follow(store);
    await until('the read model to be complete', () => freshness.complete);
    await end();
    for (const suffix of ['', '-wal', '-shm']) rmSync(join(directory, `read-model.sqlite${suffix}`), { force: true });
    expect(guess(KEY)).toBeNull();
    await record(store, 1, guess);
  });
});
