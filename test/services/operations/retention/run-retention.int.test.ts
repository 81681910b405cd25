import { randomUUID } from 'node:crypto';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { eventId } from '../../../../schemas/events/event-id';
import { locationId, orderKey, type OrderKey } from '../../../../schemas/order-key';
import { orderStream } from '../../../../schemas/events/order-events';
import { streamName } from '../../../../schemas/events/stream-name';
import { type EventStore, EventStoreError, type Position } from '../../../../services/event-store/event-store';
import { createMemoryStore } from '../../event-store/memory/memory-store';
import { openEventStoreDb } from '../../../../services/event-store/eventstoredb/eventstoredb-store';
import { openSqliteStore } from '../../../../services/event-store/sqlite/sqlite-store';
import { Admission } from '../../../../services/handle-order/record/admission';
import { createRecorder } from '../../../../services/handle-order/record/record-update';
import { Corrector } from '../../../../services/read-model/corrections';
import { OrderTableReader } from '../../../../services/read-model/order-table/reader';
import { deleteOrderTable } from '../../../../services/read-model/order-table/schema';
import { keepProjecting, type ProjectorNews } from '../../../../services/read-model/projector-loop';
import { type RunningProjector, startProjector } from '../../../../services/read-model/start-projector';
import { runRetention } from '../../../../services/operations/retention/run-retention';
import { startNode } from '../../../eventstoredb-node/node';
import { until } from '../../../support/patience';
import { temporaryDirectory } from '../../../support/running-service';

const NOW = Date.UTC(2026, 5, 1);
const CUTOFF = NOW - 30 * 86_400_000;
const OLD = CUTOFF - 1;
/** As if a checkpoint covered everything. */
const LARGEST = '9223372036854775807' as Position;

const cleanup: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const step of cleanup.splice(0).reverse()) await step();
});

const KINDS = [
  'memory',
  'sqlite',
  'eventstoredb',
  'eventstoredb, where a revived stream reads as gone for a while',
] as const;
type Kind = (typeof KINDS)[number];

/** A store with the recorder that fills it and the projector that follows it, in a thread where the service has it so. */
async function openRail(kind: Kind) {
  const directory = temporaryDirectory();
  cleanup.push(() => {
    rmSync(directory, { recursive: true });
  });
  const logFile = join(directory, 'events.sqlite');
  const file = join(directory, 'read-model.sqlite');
  const { store, url } = await openStore(kind, logFile);
  cleanup.push(() => store.close());
  const orders = new OrderTableReader(file);
  cleanup.push(() => {
    orders.close();
  });
  let projector: RunningProjector | null = null;
  const project = async (): Promise<void> => {
    await new Promise<void>((caughtUp) => {
      const onNews = (news: ProjectorNews): void => {
        if (news.kind === 'progress' && news.progress.caughtUp) caughtUp();
      };
      projector =
        kind === 'memory'
          ? projectHere({ source: store, file, version: '1', onNews })
          : startProjector({ log: { url, logFile }, file, version: '1' }, onNews);
    });
  };
  await project();
  cleanup.push(async () => {
    await projector?.stop();
  });
  let recorder = createRecorder(store, new Admission());
  let requests = 0;

  const record = async (key: OrderKey, status: string, receivedAt = OLD, tag?: string) => {
    const requestId = `00000000-0000-4000-8000-${String(++requests).padStart(12, '0')}`;
    const object = { ...key, status, ...(tag === undefined ? {} : { tag }) };
    const receipt = { receivedAt: new Date(receivedAt).toISOString(), bodySha256: '', bodyBytes: 1, signedWith: null };
    // What a store did not take in time is delivered again, as Stream does.
    return until('the store to take an update', async () => {
      const outcome = await recorder({ type: 'order.updated', object }, { ...receipt, requestId });
      return outcome.kind === 'unavailable' ? null : outcome;
    });
  };
  /** Waits until the read model shows an order at a revision; null for not at all. */
  const shows = async (key: OrderKey, revision: number | null): Promise<void> => {
    await until(
      `${key.order_id} to be shown at revision ${String(revision)}`,
      () => (orders.get(key)?.revision ?? null) === revision,
    );
  };
  return {
    store,
    orders,
    record,
    shows,
    file,
    restartRecorder: () => {
      recorder = createRecorder(store, new Admission());
    },
    rebuild: async () => {
      await projector?.stop();
      deleteOrderTable(file);
      await project();
    },
    retain: (changes: Partial<Parameters<typeof runRetention>[0]> = {}) =>
      runRetention({
        store,
        newId: randomUUID,
        coveredTo: LARGEST,
        listFinal: (after, limit) => orders.listFinal(after, limit),
        correct: async (corrections) => (await projector?.correct(corrections)) ?? [],
        cutoff: CUTOFF,
        ...changes,
      }),
    isGone: async (key: OrderKey): Promise<boolean> => {
      try {
        for await (const _ of store.readStream(orderStream(key))) return false;
        return false;
      } catch (error) {
        if (error instanceof EventStoreError && error.code === 'not-found') return true;
        throw error;
      }
    },
  };
}

async function openStore(
  kind: Kind,
  logFile: string,
): Promise<{ readonly store: EventStore; readonly url: string | null }> {
  if (kind === 'memory') return { store: createMemoryStore({ now: () => NOW }), url: null };
  if (kind === 'sqlite') return { store: await openSqliteStore({ file: logFile, now: () => NOW }), url: null };
  const node = await startNode(kind === 'eventstoredb' ? {} : { faults: { revivedLateMs: 100 } });
  cleanup.push(() => node.stop());
  return { store: openEventStoreDb({ url: node.url }), url: node.url };
}

/** The projector in this thread: the memory store cannot be seen from another. */
function projectHere(options: Omit<Parameters<typeof keepProjecting>[0], 'signal' | 'corrector'>): RunningProjector {
  const stop = new AbortController();
  const corrector = new Corrector();
  const running = keepProjecting({ ...options, corrector, signal: stop.signal });
  return {
    correct: (corrections) => Promise.resolve(corrector.apply(corrections)),
    lookAgain: () => undefined,
    stop: async () => {
      stop.abort();
      await running;
    },
  };
}

const key = (order_id: string): OrderKey => orderKey('a location', order_id);
const nothing = { deleted: 0, forgotten: 0, kept: 0, unreported: 0 };

describe.each(KINDS)('retention on %s', (kind) => {
  let rail: Awaited<ReturnType<typeof openRail>>;
  beforeEach(async () => {
    rail = await openRail(kind);
  });

  it(`retention on ${kind} deletes only finished orders older than the limit, and the read model forgets them`, async () => {
    await rail.record(key('done'), 'in_progress');
    await rail.record(key('done'), 'completed');
    await rail.record(key('live'), 'in_progress');
    await rail.record(key('young'), 'completed', CUTOFF);
    await rail.shows(key('young'), 0);
    expect(await rail.retain()).toEqual({ ...nothing, deleted: 1 });
    expect(await rail.isGone(key('done'))).toBe(true);
    await rail.shows(key('done'), null);
    for (const order of ['live', 'young']) {
      expect(await rail.isGone(key(order))).toBe(false);
      await rail.shows(key(order), 0);
    }
    expect(await rail.retain()).toEqual(nothing);
  });

  it(`retention on ${kind} keeps an order that no checkpoint covers yet`, async () => {
    await rail.record(key('first'), 'completed');
    const recorded = await rail.record(key('second'), 'completed');
    await rail.shows(key('second'), 0);
    expect(await rail.retain({ coveredTo: null })).toEqual({ ...nothing, kept: 2 });
    const { position } = recorded as { position: Position };
    const before = String(BigInt(position) - 1n) as Position;
    expect(await rail.retain({ coveredTo: before })).toEqual({ ...nothing, deleted: 1, kept: 1 });
    expect(await rail.retain({ coveredTo: position })).toEqual({ ...nothing, deleted: 1 });
  });

  it(`retention on ${kind} keeps an order that gets a delivery between the look and the delete`, async () => {
    await rail.record(key('race'), 'completed');
    await rail.shows(key('race'), 0);
    const store: EventStore = Object.assign(Object.create(rail.store) as EventStore, {
      readStream: (stream: string) => rail.store.readStream(streamName(stream)),
      append: (...args: Parameters<EventStore['append']>) => rail.store.append(...args),
      deleteStream: async (...args: Parameters<EventStore['deleteStream']>) => {
        await rail.record(key('race'), 'in_progress', NOW);
        return rail.store.deleteStream(...args);
      },
    });
    expect(await rail.retain({ store })).toEqual({ ...nothing, kept: 1 });
    await rail.shows(key('race'), 1);
    expect(await rail.isGone(key('race'))).toBe(false);
  });

  it(`retention on ${kind} goes by the log where the read model is behind`, async () => {
    await rail.record(key('reopened'), 'completed');
    await rail.shows(key('reopened'), 0);
    const stale = rail.orders.listFinal(0, 10);
    await rail.record(key('reopened'), 'completed', NOW, 'said again');
    expect(await rail.retain({ listFinal: () => stale })).toEqual({ ...nothing, kept: 1 });
  });

  it(`retention on ${kind} makes the read model forget an order whose stream was deleted otherwise`, async () => {
    await rail.record(key('ghost'), 'completed');
    await rail.shows(key('ghost'), 0);
    await rail.store.deleteStream(orderStream(key('ghost')), 0, 'soft');
    expect(await rail.retain()).toEqual({ ...nothing, forgotten: 1 });
    await rail.shows(key('ghost'), null);
  });

  it(`an order revived after retention on ${kind} is shown as new, with its revisions continued`, async () => {
    await rail.record(key('revived'), 'in_progress');
    await rail.record(key('revived'), 'completed');
    await rail.shows(key('revived'), 1);
    await rail.retain();
    const news = await rail.record(key('revived'), 'ready_for_pickup', NOW);
    expect(news).toMatchObject({ kind: 'recorded', revision: 2 });
    await rail.shows(key('revived'), 2);
    const state = rail.orders.get(key('revived'));
    expect(state).toMatchObject({ first_received_at: new Date(NOW).toISOString(), stage: 'ready' });
  });

  it(`retention on ${kind} corrects an order that was revived before the read model could forget it`, async () => {
    await rail.record(key('quick'), 'completed');
    await rail.shows(key('quick'), 0);
    const store: EventStore = Object.assign(Object.create(rail.store) as EventStore, {
      readStream: (stream: string) => rail.store.readStream(streamName(stream)),
      append: (...args: Parameters<EventStore['append']>) => rail.store.append(...args),
      deleteStream: async (...args: Parameters<EventStore['deleteStream']>) => {
        const result = await rail.store.deleteStream(...args);
        await rail.record(key('quick'), 'in_progress', NOW);
        await rail.shows(key('quick'), 1);
        return result;
      },
    });
    expect(await rail.retain({ store })).toEqual({ ...nothing, deleted: 1 });
    expect(rail.orders.get(key('quick'))).toMatchObject({
      first_received_at: new Date(NOW).toISOString(),
      stage: 'preparing',
      revision: 1,
    });
  });

  it(`a delivery for an order that retention on ${kind} deleted is recorded once nobody remembers the order`, async () => {
    await rail.record(key('forgotten'), 'in_progress');
    await rail.record(key('forgotten'), 'completed');
    await rail.shows(key('forgotten'), 1);
    await rail.retain();
    rail.restartRecorder();
    expect(await rail.record(key('forgotten'), 'failed', NOW)).toMatchObject({ kind: 'recorded', revision: 2 });
    await rail.shows(key('forgotten'), 2);
    await until('the order to be there again', async () => !(await rail.isGone(key('forgotten'))));
  });

  it(`retention on ${kind} only counts in a dry run`, async () => {
    await rail.record(key('done'), 'completed');
    await rail.shows(key('done'), 0);
    expect(await rail.retain({ dryRun: true })).toEqual({ ...nothing, deleted: 1 });
    expect(await rail.isGone(key('done'))).toBe(false);
    await rail.shows(key('done'), 0);
  });

  it(`retention on ${kind} forgets what it deleted if the store fails at another order, and the next run goes on`, async () => {
    for (const order of ['a', 'b', 'c']) await rail.record(key(order), 'completed');
    await rail.shows(key('c'), 0);
    const store: EventStore = Object.assign(Object.create(rail.store) as EventStore, {
      readStream: (stream: string) => rail.store.readStream(streamName(stream)),
      append: (...args: Parameters<EventStore['append']>) => rail.store.append(...args),
      deleteStream: (stream: string, ...rest: [number, 'soft']) =>
        stream === orderStream(key('b'))
          ? Promise.reject(new EventStoreError('unavailable', 'not now'))
          : rail.store.deleteStream(streamName(stream), ...rest),
    });
    await expect(rail.retain({ store })).rejects.toMatchObject({ code: 'unavailable' });
    await rail.shows(key('a'), null);
    await rail.shows(key('b'), 0);
    expect(await rail.retain()).toEqual({ ...nothing, deleted: 1 });
  });

  it(`retention on ${kind} never touches quarantine`, async () => {
    const event = { id: eventId('11111111-1111-4111-8111-111111111111'), type: 'delivery.quarantined', data: {} };
    await rail.store.append(streamName('quarantine'), [event], 'no_stream');
    await rail.record(key('done'), 'completed');
    await rail.shows(key('done'), 0);
    await rail.retain();
    const kept = [];
    for await (const { id } of rail.store.readStream(streamName('quarantine'))) kept.push(id);
    expect(kept).toEqual([event.id]);
  });

  it(`retention on ${kind} goes through more orders than fit a page`, async () => {
    await Promise.all(Array.from({ length: 300 }, (_, n) => rail.record(key(String(n)), 'completed')));
    await rail.record(key('last'), 'in_progress');
    await rail.shows(key('last'), 0);
    expect(await rail.retain()).toEqual({ ...nothing, deleted: 300 });
    expect(rail.orders.list(locationId('a location'), { limit: 1_000, after: 0 }).records).toHaveLength(1);
  });

  it(`the read model after retention on ${kind} is what a rebuild and another run give too`, async () => {
    for (const order of ['a', 'b']) await rail.record(key(order), 'completed');
    await rail.record(key('live'), 'in_progress');
    await rail.shows(key('live'), 0);
    await rail.retain();
    const before = rail.orders.list(locationId('a location'), { limit: 10, after: 0 });
    await rail.rebuild();
    if (kind !== 'sqlite') await rail.retain(); // these stores give what they deleted until they are scavenged
    expect(rail.orders.list(locationId('a location'), { limit: 10, after: 0 }).records).toEqual(before.records);
  });
});

it('a delivery that comes again for a deleted order is recorded anew, as whatever is reported later', async () => {
  const rail = await openRail('sqlite');
  await rail.record(key('done'), 'completed');
  await rail.shows(key('done'), 0);
  await rail.retain();
  expect(await rail.record(key('done'), 'completed', NOW)).toMatchObject({ kind: 'recorded', revision: 1 });
  await rail.shows(key('done'), 1);
  expect(await rail.isGone(key('done'))).toBe(false);
});
