import { execFile } from 'node:child_process';
import { createPublicKey } from 'node:crypto';
import { appendFileSync, existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import fc from 'fast-check';
import { CHECKPOINT_FORMAT, type Checkpoint } from '../../../../schemas/api/checkpoint';
import type { OrderDeletedData } from '../../../../schemas/events/event-data';
import { ORDER_DELETED, RETENTION_STREAM } from '../../../../schemas/events/order-events';
import { streamName } from '../../../../schemas/events/stream-name';
import {
  appendEntry,
  readCheckpointFile,
  readNewestEntries,
} from '../../../../services/audit/checkpoints/checkpoint-file';
import { isCheckpoint } from '../../../../services/audit/checkpoints/checkpoint-signer';
import { checkLog } from '../../../../services/audit/checkpoints/check-checkpoints';
import { nextCheckpoint } from '../../../../services/audit/checkpoints/checkpointer';
import { leafOf } from '../../../../services/event-store/seal/log-hash';
import { isSignedBy } from '../../../../services/audit/checkpoints/signature';
import { CheckpointKeyError, openCheckpointKey, signCheckpoint } from '../../../../services/audit/checkpoints/signing';
import type { EventStore, Position, ReadAllOptions, RecordedEvent } from '../../../../services/event-store/event-store';
import { comparePositions, positionOf } from '../../../../services/event-store/event-store';
import { createMemoryStore } from '../../event-store/memory/memory-store';
import { openSqliteStore } from '../../../../services/event-store/sqlite/sqlite-store';
import { newEventId } from '../../../support/new-event-id';
import { problem, problemOf, update } from '../../../support/deliveries';
import { cases } from '../../../support/depth';
import { until } from '../../../support/patience';
import { asReader, bearer, discard, entryOf, startService, temporaryDirectory } from '../../../support/running-service';

let directory: string;
beforeEach(() => {
  directory = temporaryDirectory();
});
afterEach(() => {
  rmSync(directory, { recursive: true });
});
const keyFile = (): string => join(directory, 'key.pem');
const openKey = (file = keyFile()) => openCheckpointKey(file, () => []);
const running = new AbortController().signal;

/** A log as a list, to be read like any other. */
const asLog = (events: readonly RecordedEvent[]) => ({
  async *readAll({ from = 'start', prefix = '', limit = Infinity }: ReadAllOptions = {}) {
    await Promise.resolve();
    const wanted = events.filter(
      ({ position, stream }) =>
        (from === 'start' || comparePositions(position, from) >= 0) && stream.startsWith(prefix),
    );
    yield* wanted.slice(0, limit);
  },
});

const all = async (store: Pick<EventStore, 'readAll'>): Promise<RecordedEvent[]> => {
  const events: RecordedEvent[] = [];
  for await (const event of store.readAll()) events.push(event);
  return events;
};

/** Makes a log of some streams, with a checkpoint wherever `marks` says. */
async function makeLog(streams: readonly number[], marks: ReadonlySet<number>, store: EventStore) {
  const key = openKey();
  const checkpoints: Checkpoint[] = [];
  const sign = async (): Promise<void> => {
    const last = checkpoints.at(-1) ?? null;
    const options = { source: store, store: 'test', logId: null, last, tree: null, key, now: () => 0, signal: running };
    const next = await nextCheckpoint(options);
    if (next.kind === 'signed') checkpoints.push(next.checkpoint);
  };
  for (const [index, stream] of streams.entries()) {
    const event = { id: newEventId(), type: 'order.updated', data: { n: index, text: 'é' }, metadata: { at: index } };
    await store.append(streamName(`order-l:${String(stream)}`), [event], 'any');
    if (marks.has(index)) await sign();
  }
  await sign();
  return { checkpoints, publicKey: createPublicKey(key.publicPem), sign };
}

const memory = (): EventStore => createMemoryStore({ now: () => 1_000 });
const history = fc.record({
  streams: fc.array(fc.nat(4), { minLength: 1, maxLength: 30 }),
  marks: fc.array(fc.nat(29), { maxLength: 6 }),
});

describe('checkpoints', () => {
  it('checkpoints hold for the log that they were signed for, whatever events came later', async () => {
    await fc.assert(
      fc.asyncProperty(history, async ({ streams, marks }) => {
        const store = memory();
        const { checkpoints, publicKey } = await makeLog(streams, new Set(marks), store);
        await store.append(streamName('order-l:later'), [{ id: newEventId(), type: 'order.updated', data: {} }], 'any');
        expect(await checkLog(store, checkpoints, publicKey)).toMatchObject({ faults: [], held: checkpoints.length });
        expect(checkpoints.at(-1)?.events).toBe(streams.length);
        await store.close();
      }),
      { numRuns: cases(40) },
    );
  });

  const MUTATIONS: Readonly<Record<string, (events: RecordedEvent[], at: number) => RecordedEvent[]>> = {
    'a changed value': (events, at) =>
      events.map((one, n) => (n === at ? { ...one, data: { n: at, text: 'e' } } : one)),
    'changed metadata': (events, at) => events.map((one, n) => (n === at ? { ...one, metadata: { at: -1 } } : one)),
    'a changed time': (events, at) => events.map((one, n) => (n === at ? { ...one, created: new Date(1) } : one)),
    'a changed stream': (events, at) =>
      events.map((one, n) => (n === at ? { ...one, stream: streamName('order-l:x') } : one)),
    'a removed event': (events, at) => events.filter((_, n) => n !== at),
    'an inserted event': (events, at) => {
      const copies = events.slice(at, at + 1).map((one) => ({ ...one, id: newEventId() }));
      return events.toSpliced(at, 0, ...copies);
    },
    'a reordered event': (events, at) => {
      const other = (at + 1) % events.length;
      const [one, two] = [events[at], events[other]] as [RecordedEvent, RecordedEvent];
      const swapped = [...events];
      swapped[at] = { ...two, position: one.position };
      swapped[other] = { ...one, position: two.position };
      return swapped;
    },
    'a truncated tail': (events, at) => events.slice(0, at),
  };

  it.each(Object.entries(MUTATIONS))(
    'checkpoints reveal %s, and between which two of them it is',
    async (_name, mutate) => {
      await fc.assert(
        fc.asyncProperty(history, fc.nat(), async ({ streams, marks }, place) => {
          fc.pre(streams.length > 1);
          const store = memory();
          const { checkpoints, publicKey } = await makeLog(streams, new Set(marks), store);
          const events = await all(store);
          const at = place % events.length;
          const { faults } = await checkLog(asLog(mutate(events, at)), checkpoints, publicKey);
          const first = faults[0];
          const changed = [events[at], events[(at + 1) % events.length]].map(
            (one) => one?.position ?? ('0' as Position),
          );
          const earliest = mutate === MUTATIONS['a reordered event'] ? changed.sort(comparePositions)[0] : changed[0];
          // The first checkpoint at or after the change is the first that fails, and the one before still holds.
          const failing = checkpoints.findIndex(
            ({ position }) => comparePositions(position, earliest ?? ('0' as Position)) >= 0,
          );
          expect(first?.position).toBe(checkpoints[failing]?.position);
          expect(first?.holdsTo).toBe(checkpoints[failing - 1]?.position ?? null);
          await store.close();
        }),
        { numRuns: cases(40) },
      );
    },
  );

  it('checkpoints that were changed, or signed with another key, do not count', async () => {
    const store = memory();
    const { checkpoints, publicKey } = await makeLog([1, 2, 3], new Set([0]), store);
    const [first, second] = checkpoints as [Checkpoint, Checkpoint];
    expect(isSignedBy(first, publicKey)).toBe(true);
    for (const forged of [
      { ...first, events: first.events + 1 },
      { ...first, at: second.at.replace('1970', '1971') },
      { ...first, signature: second.signature },
    ]) {
      expect(isSignedBy(forged, publicKey)).toBe(false);
      const { faults, held } = await checkLog(store, [forged, second], publicKey);
      expect([faults.length, faults[0]?.position, held]).toEqual([1, first.position, 1]);
    }
    const other = openKey(join(directory, 'other.pem'));
    expect(isSignedBy(signCheckpoint({ ...first, key_id: other.id }, other), publicKey)).toBe(false);
    await store.close();
  });

  it('no checkpoint is signed for a log that lost events which an earlier checkpoint covers', async () => {
    const store = memory();
    const { checkpoints } = await makeLog([1, 2, 3, 4], new Set(), store);
    const key = openKey();
    const shorter = asLog((await all(store)).slice(0, 2));
    const signing = nextCheckpoint({
      source: shorter,
      store: 'test',
      logId: null,
      last: checkpoints.at(-1) ?? null,
      tree: null,
      key,
      now: () => 0,
      signal: running,
    });
    expect(await signing).toEqual({ kind: 'lost' });
    await store.close();
  });

  it('checkpoints hold after retention, which notes what it deletes, and so does the first one signed after it', async () => {
    const store = await openSqliteStore({ file: join(directory, 'events.sqlite'), now: Date.now });
    const { checkpoints, publicKey, sign } = await makeLog([1, 2, 1, 3, 2, 1], new Set([2]), store);
    const gone = (await all(store)).filter(({ stream }) => stream === 'order-l:1');
    const data: OrderDeletedData = {
      stream: streamName('order-l:1'),
      leaves: gone.map((event) => [event.position, leafOf(event)]),
    };
    await store.append(RETENTION_STREAM, [{ id: newEventId(), type: ORDER_DELETED, data }], 'any');
    await store.deleteStream(streamName('order-l:1'), gone.length - 1, 'soft');
    await store.append(streamName('order-l:3'), [{ id: newEventId(), type: 'order.updated', data: {} }], 'any');
    await sign();
    const key = openKey();
    const fresh = await nextCheckpoint({
      source: store,
      store: 'test',
      logId: null,
      last: null,
      tree: null,
      key,
      now: () => 0,
      signal: running,
    });
    expect(fresh).toMatchObject({ checkpoint: { log_hash: checkpoints.at(-1)?.log_hash } });
    expect(await checkLog(store, checkpoints, publicKey)).toMatchObject({ faults: [], held: checkpoints.length });
    // What was deleted without a note is missed.
    const lost = asLog((await all(store)).filter(({ stream }) => stream !== RETENTION_STREAM));
    expect((await checkLog(lost, checkpoints, publicKey)).faults).not.toEqual([]);
    await store.close();
  });
});

describe('the checkpoint key', () => {
  it('the checkpoint key is created once, readable by its owner alone', () => {
    const made = openKey();
    expect(statSync(keyFile()).mode & 0o777).toBe(0o600);
    expect(openKey().publicPem).toBe(made.publicPem);
    expect(made.id).toMatch(/^[0-9a-f]{16}$/);
  });

  it('a checkpoint key file that holds no Ed25519 key is refused without showing its content', () => {
    writeFileSync(keyFile(), 'secret nonsense');
    const refusal = (): unknown => {
      try {
        return openKey();
      } catch (error) {
        return error;
      }
    };
    expect(refusal()).toBeInstanceOf(CheckpointKeyError);
    expect(String(refusal())).not.toContain('nonsense');
  });
});

describe('the file of checkpoints', () => {
  const one: Checkpoint = {
    format: CHECKPOINT_FORMAT,
    store: 'embedded',
    position: positionOf(1),
    events: 1,
    log_hash: 'a'.repeat(64),
    at: '2026-11-21T18:04:05.678Z',
    key_id: 'b'.repeat(16),
    signature: 'c2ln',
  };
  const file = (): string => join(directory, 'checkpoints.ndjson');
  const inFile = () => readCheckpointFile(file()).entries;

  it('the file of checkpoints gives back all that were added, or as many of the newest as asked for', () => {
    expect(inFile()).toEqual([]);
    const added = Array.from({ length: 40 }, (_, n) => ({ ...one, position: positionOf(n), events: n + 1 }));
    for (const checkpoint of added) appendEntry(file(), checkpoint);
    expect(inFile()).toEqual(added);
    expect(readNewestEntries(file(), 7)).toEqual(added.slice(-7));
  });

  it.each([
    ['text that was cut short', '{"format":"ticket-rail-chec'],
    ['a multi-byte character that was cut in two', Buffer.from([0x7b, 0x22, 0xc3])],
    ['a block of zeros, as power loss leaves it', Buffer.alloc(5_000)],
  ])('the file of checkpoints loses nothing by %s at its end, which is taken away', (_name, torn) => {
    const two = { ...one, position: positionOf(2), signature: 'c2lo' };
    expect(appendEntry(file(), one)).toBe(0);
    appendFileSync(file(), torn);
    expect(readCheckpointFile(file())).toEqual({ entries: [one], broken: [] });
    expect(appendEntry(file(), two)).toBe(torn.length);
    expect(readCheckpointFile(file())).toEqual({ entries: [one, two], broken: [] });
    expect(readFileSync(file(), 'utf8')).toBe(`${JSON.stringify(one)}\n${JSON.stringify(two)}\n`);
  });

  it('a file of checkpoints with a line that cannot be used says which, and gives back the others', () => {
    const lines = [one, { ...one, position: '2' }].map((entry) => JSON.stringify(entry));
    const broken = ['{"format":"other"}', 'no JSON', JSON.stringify({ ...one, position: 7 }), ''];
    for (const bad of broken) {
      writeFileSync(file(), [lines[0], bad, lines[1], ''].join('\n'));
      const read = readCheckpointFile(file());
      expect(read.entries.map((entry) => JSON.stringify(entry))).toEqual(lines);
      expect(read.broken).toEqual([{ line: 2, detail: `line 2 of ${file()} is no checkpoint` }]);
      expect(readNewestEntries(file(), 2)).toHaveLength(1);
    }
  });
});

describe('checkpoints of a running service', () => {
  const checkpointsIn = (dataDir: string): readonly Checkpoint[] =>
    readCheckpointFile(join(dataDir, 'checkpoints.ndjson')).entries.filter(isCheckpoint);
  const untilCovered = (dataDir: string, events: number): Promise<boolean> =>
    until(`a checkpoint over ${String(events)} events`, () => (checkpointsIn(dataDir).at(-1)?.events ?? 0) === events);
  const publicKeyOf = (dataDir: string) => createPublicKey(openKey(join(dataDir, 'checkpoint-key.pem')).publicPem);
  const checkEmbedded = async (dataDir: string) => {
    const store = await openSqliteStore({ file: join(dataDir, 'events.sqlite'), now: Date.now });
    const result = await checkLog(store, checkpointsIn(dataDir), publicKeyOf(dataDir));
    await store.close();
    return result;
  };

  it('the service signs checkpoints, shows them to auditors but not to screens, and goes on after kill -9', async () => {
    const readers = JSON.stringify([entryOf('screen-0123456789', 'screen'), entryOf('auditor-0123456789', 'auditor')]);
    const settings = { CHECKPOINT_SECONDS: '1', READERS: readers };
    let service = await startService(settings);
    const { dataDir } = service;
    for (let n = 0; n < 5; n++) await service.deliver(update({ location_id: 'l', order_id: `o${String(n)}` }));
    await untilCovered(dataDir, 5);
    const answer = await service.call('/checkpoints?limit=1', { headers: bearer('auditor-0123456789') });
    const { checkpoints, public_key } = answer.json as { checkpoints: Checkpoint[]; public_key: string };
    expect(checkpoints).toEqual([checkpointsIn(dataDir).at(-1)]);
    expect(checkpoints.every((one) => isSignedBy(one, createPublicKey(public_key)))).toBe(true);
    const screen = await service.call('/checkpoints', { headers: bearer('screen-0123456789') });
    expect(problemOf(screen)).toEqual(problem(403, 'not-permitted'));
    await service.end('SIGKILL');
    service = await startService({ ...settings, DATA_DIR: dataDir });
    await service.deliver(update({ location_id: 'l', order_id: 'after' }));
    await untilCovered(dataDir, 6);
    expect(await service.end()).toBe(0);
    const { faults, held } = await checkEmbedded(dataDir);
    expect(faults).toEqual([]);
    expect(held).toBe(checkpointsIn(dataDir).length);
    await discard(service);
  });

  it('a checkpoint reveals a flipped bit in the middle of the WAL, which SQLite itself does not report', async () => {
    const service = await startService({ CHECKPOINT_SECONDS: '1' });
    const { dataDir } = service;
    for (let n = 0; n < 60; n++) await service.deliver(update({ location_id: 'l', order_id: `o${String(n)}` }));
    await untilCovered(dataDir, 60);
    await service.end('SIGKILL');
    const wal = join(dataDir, 'events.sqlite-wal');
    expect(existsSync(wal)).toBe(true);
    const bytes = readFileSync(wal);
    const middle = Math.floor(bytes.length / 2);
    bytes[middle] = (bytes[middle] ?? 0) ^ 1;
    writeFileSync(wal, bytes);
    const { faults } = await checkEmbedded(dataDir);
    expect(faults.at(-1)?.detail).toMatch(/the log ends at position|those that were signed|there are/);
    await discard(service);
  });

  it('the service refuses to start with an unusable checkpoint key file, and names the file', async () => {
    const file = join(directory, 'no-key.pem');
    writeFileSync(file, 'no key');
    const starting = startService({ CHECKPOINT_KEY_FILE: file });
    await expect(starting).rejects.toThrow(`${file} is no private key in PEM`);
  });

  it('retention deletes only events that a checkpoint covers, and every checkpoint still holds afterwards', async () => {
    const dataDir = join(directory, 'data');
    const service = await startService({ DATA_DIR: dataDir, CHECKPOINT_SECONDS: '1' });
    for (let n = 0; n < 8; n++) {
      await service.deliver(update({ location_id: 'l', order_id: `o${String(n)}` }, { status: 'completed' }));
    }
    await untilCovered(dataDir, 8);
    await service.end();
    // As if all of it had come long ago.
    const CLI = resolve(__dirname, '..', '..', '..', '..', 'dist', 'services', 'cli.js');
    const { PATH = '' } = process.env;
    const later = `const now = Date.now; Date.now = () => now() + 86400000 * 3;`;
    const preload = join(directory, 'later.js');
    writeFileSync(preload, later);
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ['--require', preload, CLI, 'retain', '--days', '2', '--confirm'],
      { env: { PATH, DATA_DIR: dataDir } },
    );
    expect(stdout).toContain('Deleted 8 finished orders');
    const again = await startService({ DATA_DIR: dataDir, CHECKPOINT_SECONDS: '1' });
    expect((await again.get('/locations/l/orders', asReader)).json).toEqual({
      orders: [],
      driver_groups: [],
      next: null,
    });
    await again.deliver(update({ location_id: 'l', order_id: 'new' }));
    await untilCovered(dataDir, 17);
    await again.end();
    expect(await checkEmbedded(dataDir)).toMatchObject({ faults: [], held: checkpointsIn(dataDir).length });
    await discard(again);
  });
});
