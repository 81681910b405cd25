import { appendFileSync, copyFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import fc from 'fast-check';
import { type Checkpoint, type CheckpointEntry, isRestore, type Restore } from '../../../../schemas/api/checkpoint';
import { readCheckpointFile } from '../../../../services/audit/checkpoints/checkpoint-file';
import { CheckpointSigner, openKeyOf } from '../../../../services/audit/checkpoints/checkpoint-signer';
import { signedHistory } from '../../../../services/audit/checkpoints/restores';
import { isSignedBy } from '../../../../services/audit/checkpoints/signature';
import { CheckpointKeyError, signCheckpoint } from '../../../../services/audit/checkpoints/signing';
import type { EventStore } from '../../../../services/event-store/event-store';
import { createMemoryStore } from '../../event-store/memory/memory-store';
import { checkLog } from '../../../../services/audit/checkpoints/check-checkpoints';
import { createPublicKey } from 'node:crypto';
import { streamName } from '../../../../schemas/events/stream-name';
import { newEventId } from '../../../support/new-event-id';
import { openEventStream } from '../../../support/event-stream';
import { update } from '../../../support/deliveries';
import { cases } from '../../../support/depth';
import { until } from '../../../support/patience';
import {
  asReader,
  discard,
  type RunningService,
  startService,
  temporaryDirectory,
} from '../../../support/running-service';
import { placeIn, ticketRail } from '../support';

let directory: string;
beforeEach(() => {
  directory = temporaryDirectory();
});
afterEach(() => {
  rmSync(directory, { recursive: true, force: true });
});
const place = () => placeIn(directory);
const running = new AbortController().signal;
const entriesIn = (file: string): readonly CheckpointEntry[] => readCheckpointFile(file).entries;

/** Appends some events that no other log has. */
async function append(store: EventStore, events: number): Promise<void> {
  for (let n = 0; n < events; n++) {
    await store.append(streamName('order-l:o'), [{ id: newEventId(), type: 'order.updated', data: { n } }], 'any');
  }
}

/** A log that is a backup of another: the first events of it. */
async function backupOf(store: EventStore, events: number): Promise<EventStore> {
  const backup = createMemoryStore({ now: () => 1_000 });
  for await (const { stream, id, type, data } of store.readAll({ limit: events })) {
    await backup.append(stream, [{ id, type, data }], 'any');
  }
  return backup;
}

describe('checkpoints of a log that was restored', () => {
  it('a restore is signed once, whatever came before and after the backup, and every checkpoint that counts holds', async () => {
    const counts = fc.record({
      before: fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 4 }),
      kept: fc.nat(100),
      after: fc.array(fc.nat(12), { minLength: 1, maxLength: 3 }),
      again: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(counts, async ({ before, kept, after, again }) => {
        rmSync(place().file, { force: true });
        let store: EventStore = createMemoryStore({ now: () => 1_000 });
        const publicKey = createPublicKey(openKeyOf(place()).publicPem);
        let signer = new CheckpointSigner(store, place(), () => 0);
        for (const events of before) {
          await append(store, events);
          expect((await signer.sign(running)).restore).toBeNull();
        }
        let restores = 0;
        for (let round = 0; round < (again ? 2 : 1); round++) {
          let length = 0;
          for await (const _ of store.readAll()) length++;
          const keep = kept % (length + 1);
          store = await backupOf(store, keep);
          signer = new CheckpointSigner(store, place(), () => 0);
          const last = signedHistory(entriesIn(place().file)).checkpoints.at(-1);
          if (last !== undefined && keep < last.events) restores++;
          for (const events of after) {
            await append(store, events);
            const { newest } = await signer.sign(running);
            let there = 0;
            for await (const _ of store.readAll()) there++;
            const covered = newest?.events ?? 0;
            // A backup that ends between two checkpoints is covered again once anything comes.
            expect(there > keep ? covered : there).toBe(there);
          }
        }
        const entries = entriesIn(place().file);
        expect(entries.every((entry) => isSignedBy(entry, publicKey))).toBe(true);
        const history = signedHistory(entries);
        expect(history.restores).toHaveLength(restores);
        expect(signedHistory(entries.toReversed().concat(entries)).checkpoints).toEqual(history.checkpoints);
        expect(await checkLog(store, history.checkpoints, publicKey)).toMatchObject({
          faults: [],
          held: history.checkpoints.length,
        });
      }),
      { numRuns: cases(60) },
    );
  });

  it('the statement of a restore says after which position and up to which one events are missing', async () => {
    const store = createMemoryStore({ now: () => 1_000 });
    const signer = new CheckpointSigner(store, place(), () => 0);
    for (const events of [4, 3, 2]) {
      await append(store, events);
      await signer.sign(running);
    }
    const backup = await backupOf(store, 5);
    await append(backup, 20);
    const [first, , last] = entriesIn(place().file) as Checkpoint[];
    const { restore, newest } = await new CheckpointSigner(backup, place(), () => 1_000).sign(running);
    expect(restore).toMatchObject({
      replaces: null,
      holds_to: first?.position,
      lost_to: last?.position,
      lost_events: 5,
      lost_hash: last?.log_hash,
      at: '1970-01-01T00:00:01.000Z',
    });
    expect(newest).toMatchObject({ events: 25, log_id: restore?.log_id });
    expect(entriesIn(place().file)).toHaveLength(5);
  });

  it('checkpoints that an earlier version signed after a restore are declared void by the first look at the log', async () => {
    const store = createMemoryStore({ now: () => 1_000 });
    const signer = new CheckpointSigner(store, place(), () => 0);
    await append(store, 6);
    await signer.sign(running);
    const key = openKeyOf(place());
    const [held] = entriesIn(place().file) as [Checkpoint];
    const { leaf: _leaf, signature: _signature, ...old } = held;
    await append(store, 2);
    let position = held.position;
    for await (const event of store.readAll()) ({ position } = event);
    const wrong = signCheckpoint({ ...old, position, events: 60, log_hash: 'a'.repeat(64) }, key);
    writeFileSync(place().file, `${JSON.stringify(signCheckpoint(old, key))}\n${JSON.stringify(wrong)}\n`);
    const { restore, newest } = await new CheckpointSigner(store, place(), () => 0).sign(running);
    expect(restore).toMatchObject({ holds_to: held.position, lost_to: position });
    expect(newest).toMatchObject({ events: 8, position });
  });

  it('a checkpoint that was changed in its file is reported and not built upon', async () => {
    const store = createMemoryStore({ now: () => 1_000 });
    const signer = new CheckpointSigner(store, place(), () => 0);
    await append(store, 3);
    await signer.sign(running);
    await append(store, 3);
    await signer.sign(running);
    const [first, second] = entriesIn(place().file) as [Checkpoint, Checkpoint];
    const changed = { ...second, log_hash: 'b'.repeat(64) };
    writeFileSync(place().file, `${JSON.stringify(first)}\nbroken\n${JSON.stringify(changed)}\n`);
    await append(store, 1);
    const again = await new CheckpointSigner(store, place(), () => 0).sign(running);
    expect(again.restore).toBeNull();
    expect(again.complaints).toEqual([
      `line 2 of ${place().file} is no checkpoint; signing goes on without it`,
      expect.stringContaining('holds 1 entries that were changed after they were signed'),
    ]);
    const publicKey = createPublicKey(openKeyOf(place()).publicPem);
    expect(again.newest?.events).toBe(7);
    expect(
      (await checkLog(store, signedHistory(entriesIn(place().file)).checkpoints.slice(-1), publicKey)).faults,
    ).toEqual([]);
  });
});

describe('an empty checkpoint key file', () => {
  it.each(['', '\n'])('a key file that holds only %j, which signed nothing yet, is made anew', (text) => {
    writeFileSync(place().keyFile, text);
    const key = openKeyOf(place());
    expect(key.replacesEmpty).toBe(true);
    expect(openKeyOf(place())).toMatchObject({ id: key.id, replacesEmpty: false });
  });

  it('an empty key file is not made anew where it signed checkpoints, and the error says which key they need', async () => {
    const store = createMemoryStore({ now: () => 1_000 });
    await append(store, 1);
    const { newest } = await new CheckpointSigner(store, place(), () => 0).sign(running);
    writeFileSync(place().keyFile, '');
    expect(() => openKeyOf(place())).toThrow(CheckpointKeyError);
    expect(() => openKeyOf(place())).toThrow(`checkpoints were signed with key ${newest?.key_id ?? '?'}`);
    expect(readFileSync(place().keyFile, 'utf8')).toBe('');
  });
});

describe('a service whose backup was put back', () => {
  const settings = { CHECKPOINT_SECONDS: '1' };
  const deliver = async (service: RunningService, name: string, orders: number): Promise<void> => {
    for (let n = 0; n < orders; n++) {
      await service.deliver(update({ location_id: 'l', order_id: `${name}${String(n)}` }));
    }
  };
  const untilCovered = (dataDir: string, events: number): Promise<boolean> =>
    until(`a checkpoint over ${String(events)} events`, () => {
      const { checkpoints } = signedHistory(entriesIn(join(dataDir, 'checkpoints.ndjson')));
      return checkpoints.at(-1)?.events === events;
    });
  /** The log, and the read model with it, as a snapshot of the whole disk would have them. */
  const DATABASES = ['events.sqlite', 'read-model.sqlite'] as const;
  const backUp = async (dataDir: string): Promise<void> => {
    for (const name of DATABASES) {
      const db = new Database(join(dataDir, name), { readonly: true });
      await db.backup(join(directory, name));
      db.close();
    }
  };
  const putBack = (dataDir: string): void => {
    for (const name of DATABASES) {
      for (const suffix of ['', '-wal', '-shm']) rmSync(join(dataDir, `${name}${suffix}`), { force: true });
      copyFileSync(join(directory, name), join(dataDir, name));
    }
  };

  it('a service whose backup was put back says so, signs it, and verify distinguishes it from a log that does not hold', async () => {
    let service = await startService(settings);
    const { dataDir } = service;
    await deliver(service, 'kept', 6);
    await untilCovered(dataDir, 6);
    await backUp(dataDir);
    await deliver(service, 'lost', 6);
    await untilCovered(dataDir, 12);
    const before = await openEventStream(`${service.url}/locations/l/live`, asReader);
    await until('the snapshot', () => before.lastId !== null);
    const { lastId } = before;
    before.close();
    await service.end();
    putBack(dataDir);

    service = await startService({ ...settings, DATA_DIR: dataDir });
    await deliver(service, 'new', 9);
    await untilCovered(dataDir, 15);
    await until('the log to say it', () => service.output().includes('THE LOG LOST EVENTS'));
    expect((await service.get('/metrics')).text).toContain('ticket_rail_log_restores_total 1');
    const page = (await service.get('/checkpoints', asReader)).json as { checkpoints: CheckpointEntry[] };
    const [statement] = page.checkpoints.filter(isRestore) as [Restore];
    const kept = signedHistory(page.checkpoints)
      .checkpoints.filter(({ log_id }) => log_id === undefined)
      .at(-1);
    expect(statement).toMatchObject({ holds_to: kept?.position, replaces: null });

    // Its positions were given anew, so a screen that was away must be told everything.
    const again = await openEventStream(`${service.url}/locations/l/live`, {
      ...asReader,
      'Last-Event-ID': lastId ?? '',
    });
    await until('an answer', () => again.messages.length > 0);
    expect(again.messages[0]?.event).toBe('snapshot');
    again.close();
    await service.end();

    const verified = await ticketRail(['verify'], { DATA_DIR: dataDir });
    expect(verified).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('holds, BUT WAS RESTORED: 15 events.') as string,
    });
    expect(verified.stdout).toContain(`that were signed after position ${statement.holds_to ?? ''} up to position`);
    expect(verified.stdout).toMatch(/(\d+) of \1 signed checkpoints hold; [1-9]\d* more are of what was lost/);

    // A statement that the key did not sign takes nothing away.
    const file = join(dataDir, 'checkpoints.ndjson');
    const forged = { ...statement, holds_to: null };
    appendFileSync(file, `${JSON.stringify(forged)}\nnonsense\n`);
    const tampered = await ticketRail(['verify'], { DATA_DIR: dataDir });
    expect(tampered.code).toBe(1);
    expect(tampered.stdout).toContain('the statement of a restore whose signature is not by the key');
    expect(tampered.stdout).toMatch(/line \d+ of \S+checkpoints\.ndjson is no checkpoint/);

    writeFileSync(join(dataDir, 'checkpoint-key.pem'), '');
    const keyless = await ticketRail(['verify'], { DATA_DIR: dataDir });
    expect(keyless).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('checkpoint-key.pem is no key in PEM') as string,
    });
    await discard(service);
  });
});
