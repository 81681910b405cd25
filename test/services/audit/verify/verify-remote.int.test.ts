import { createPublicKey, randomUUID } from 'node:crypto';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Delivery } from '../../../../schemas/wire/handle-order';
import { orderStream } from '../../../../schemas/events/order-events';
import { orderKey } from '../../../../schemas/order-key';
import { CheckpointCheck } from '../../../../services/audit/checkpoints/check-checkpoints';
import { DeletedLeaves } from '../../../../services/event-store/seal/deleted-leaves';
import { openEventStoreDb } from '../../../../services/event-store/eventstoredb/eventstoredb-store';
import type { EventStore } from '../../../../services/event-store/event-store';
import { EMBEDDED, openReadableStore, storeName } from '../../../../services/event-store/open';
import { Admission } from '../../../../services/handle-order/record/admission';
import { createRecorder, type Receipt } from '../../../../services/handle-order/record/record-update';
import { newEventId } from '../../../support/new-event-id';
import { startNode } from '../../../eventstoredb-node/node';
import { update } from '../../../support/deliveries';
import { until } from '../../../support/patience';
import { discard, startService, temporaryDirectory } from '../../../support/running-service';
import { makeStore, type Step } from '../histories';
import { checkpointsIn, signOnce, ticketRail } from '../support';

const cleanup: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const step of cleanup.splice(0).reverse()) await step();
});
const directory = (): string => {
  const made = temporaryDirectory();
  cleanup.push(() => {
    rmSync(made, { recursive: true, force: true });
  });
  return made;
};

const KEY = (index: number) => orderKey('l', `o${String(index)}`);
const receipt = (): Receipt => ({
  receivedAt: '2026-11-21T18:00:00.000Z',
  bodySha256: 'f'.repeat(64),
  bodyBytes: 10,
  signedWith: null,
  requestId: randomUUID(),
});

describe('ticket-rail verify of EventStoreDB', () => {
  const openRail = async () => {
    const node = await startNode();
    cleanup.push(() => node.stop());
    const store = openEventStoreDb({ url: node.url });
    cleanup.push(() => store.close());
    const record = createRecorder(store, new Admission());
    const deliver = async (index: number, fields: Record<string, unknown>): Promise<void> => {
      const { kind } = await record(update(KEY(index), fields) as Delivery, receipt());
      expect(kind).toBe('recorded');
    };
    for (let n = 0; n < 12; n++) await deliver(n % 3, { status: 'in_progress', n });
    const dataDir = directory();
    const verify = () => ticketRail(['verify'], { DATA_DIR: dataDir, EVENT_STORE_URL: node.url });
    const place = {
      store: storeName(node.url),
      file: join(dataDir, 'checkpoints.ndjson'),
      keyFile: join(dataDir, 'checkpoint-key.pem'),
      treeFile: join(dataDir, 'checkpoint-tree.bin'),
    };
    const sign = () => signOnce(store, place);
    return { store, deliver, verify, sign };
  };
  const forge = (store: EventStore, metadata: Record<string, string | null>) =>
    store.append(
      orderStream(KEY(1)),
      [{ id: newEventId(), type: 'order.updated', data: { ...KEY(1), status: 'completed' }, metadata }],
      'any',
    );

  it('ticket-rail verify of EventStoreDB holds with its checkpoints, even if an order was deleted and revived', async () => {
    const { store, deliver, verify, sign } = await openRail();
    await sign();
    expect(await verify()).toMatchObject({ code: 0, stdout: expect.stringContaining('holds: 12 events') as string });
    await store.deleteStream(orderStream(KEY(2)), 'any', 'soft');
    await deliver(2, { status: 'completed' });
    await sign();
    const again = await verify();
    expect(again).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('2 of 2 signed checkpoints hold') as string,
    });
  });

  it.each([
    ['without hashes', {}, /unsealed|no hash|without/i],
    [
      'whose hashes were made up',
      { content_hash: 'a'.repeat(64), previous_hash: 'b'.repeat(64), event_hash: 'c'.repeat(64) },
      /content/i,
    ],
  ])('ticket-rail verify of EventStoreDB finds an event %s', async (_what, metadata, complaint) => {
    const { store, verify } = await openRail();
    await forge(store, metadata);
    const { code, stdout } = await verify();
    expect({ code, stdout }).toEqual({ code: 1, stdout: expect.stringMatching(complaint) as string });
    expect(stdout).toContain(orderStream(KEY(1)));
  });
});

describe('the check of checkpoints', () => {
  it('a checkpoint check that was saved and restored midway finds what an uninterrupted one finds', async () => {
    const history = Array.from({ length: 20 }, (_, n): Step => ({
      kind: 'deliver',
      order: n % 4,
      fields: { status: 'in_progress', n },
    }));
    const dataDir = await makeStore(history);
    cleanup.push(() => {
      rmSync(dataDir, { recursive: true, force: true });
    });
    const store = await openReadableStore({ url: null, logFile: join(dataDir, 'events.sqlite') });
    const place = {
      store: EMBEDDED,
      file: join(dataDir, 'checkpoints.ndjson'),
      keyFile: join(dataDir, 'key.pem'),
      treeFile: join(dataDir, 'tree.bin'),
    };
    await signOnce(store, place);
    const checkpoints = checkpointsIn(place.file);
    const publicKey = createPublicKey(readFileSync(place.keyFile));
    const events = [];
    for await (const event of store.readAll()) events.push(event);
    cleanup.push(() => store.close());
    const begin = async () => new CheckpointCheck(checkpoints, publicKey, await DeletedLeaves.read(store, null));
    for (const changed of [false, true]) {
      for (const at of [0, 7, 20]) {
        const seen = events.map((event, index) => (changed && index === 3 ? { ...event, data: {} } : event));
        let check = await begin();
        for (const event of seen.slice(0, at)) check.see(event);
        const saved = JSON.parse(JSON.stringify(check.save())) as unknown;
        check = await begin();
        check.restore(saved);
        for (const event of seen.slice(at)) check.see(event);
        expect({ faults: check.finish().length, held: check.held }).toEqual(
          changed ? { faults: 1, held: 0 } : { faults: 0, held: 1 },
        );
      }
    }
  });
});

describe('ticket-rail verify of the embedded store', () => {
  it('ticket-rail verify finds a flipped bit in the middle of the WAL, which SQLite itself does not report', async () => {
    const service = await startService({ CHECKPOINT_SECONDS: '1' });
    const { dataDir } = service;
    for (let n = 0; n < 60; n++) await service.deliver(update(KEY(n), { status: 'in_progress' }));
    const checkpoints = join(dataDir, 'checkpoints.ndjson');
    await until('a checkpoint over all events', () => checkpointsIn(checkpoints).at(-1)?.events === 60);
    await service.end('SIGKILL');
    expect(await ticketRail(['verify'], { DATA_DIR: dataDir })).toMatchObject({ code: 0 });
    const wal = join(dataDir, 'events.sqlite-wal');
    expect(existsSync(wal)).toBe(true);
    const bytes = readFileSync(wal);
    const middle = Math.floor(bytes.length / 2);
    bytes.writeUInt8(bytes.readUInt8(middle) ^ 1, middle);
    writeFileSync(wal, bytes);
    rmSync(join(dataDir, 'events.sqlite-shm'), { force: true });
    const { code, stdout } = await ticketRail(['verify'], { DATA_DIR: dataDir });
    expect({ code, stdout }).toEqual({ code: 1, stdout: expect.stringContaining('checkpoint') as string });
    await discard(service);
  });
});
