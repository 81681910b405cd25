import { createPublicKey } from 'node:crypto';
import { appendFileSync, mkdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import type { OrderDeletedData } from '../../../../schemas/events/event-data';
import { ORDER_DELETED, RETENTION_STREAM } from '../../../../schemas/events/order-events';
import { streamName } from '../../../../schemas/events/stream-name';
import { checkLog } from '../../../../services/audit/checkpoints/check-checkpoints';
import { CheckpointSigner, openKeyOf } from '../../../../services/audit/checkpoints/checkpoint-signer';
import { noteVerifierOf } from '../../../../services/audit/checkpoints/note';
import {
  newestNote,
  type Noted,
  proveConsistency,
  proveInclusion,
  proveOrder,
} from '../../../../services/audit/checkpoints/proofs';
import { openCheckpointKey, signCheckpoint } from '../../../../services/audit/checkpoints/signing';
import { provenInclusion } from '../../../../services/audit/merkle/inclusion-text';
import { signNote } from '../../../../services/audit/merkle/sign-note';
import { checkpointText, openNote, unverifiedCheckpoint } from '../../../../services/audit/merkle/signed-note';
import { isConsistent, leafHashOf, TreeBuilder } from '../../../../services/audit/merkle/tree';
import {
  type EventStore,
  type Position,
  positionOf,
  type RecordedEvent,
} from '../../../../services/event-store/event-store';
import { leafOf } from '../../../../services/event-store/seal/log-hash';
import { openSqliteStore } from '../../../../services/event-store/sqlite/sqlite-store';
import { newEventId } from '../../../support/new-event-id';
import { cases } from '../../../support/depth';
import { temporaryDirectory } from '../../../support/running-service';
import { createMemoryStore } from '../../event-store/memory/memory-store';
import { checkpointsIn, placeIn, signOnce } from '../support';

let directory: string;
beforeEach(() => {
  directory = temporaryDirectory();
});
afterEach(() => {
  rmSync(directory, { recursive: true, force: true });
});
const place = () => placeIn(directory);
const running = new AbortController().signal;
/** Bytes of a leaf in the file of a tree. */
const RECORD_BYTES = 76;
function noted(): Noted {
  const found = newestNote(place(), openKeyOf(place()).id);
  if (found === null) throw new Error('there is no note');
  return found;
}
async function inclusionOf(position: Position): Promise<string> {
  const found = await proveInclusion(place().treeFile, noted(), position);
  return found.kind === 'proven' ? found.proof : found.kind;
}
const publicKey = () => createPublicKey(openKeyOf(place()).publicPem);

async function append(store: EventStore, events: number, stream = 'order-l:o'): Promise<void> {
  for (let n = 0; n < events; n++) {
    await store.append(streamName(stream), [{ id: newEventId(), type: 'order.updated', data: { n } }], 'any');
  }
}

async function all(store: Pick<EventStore, 'readAll'>): Promise<RecordedEvent[]> {
  const events: RecordedEvent[] = [];
  for await (const event of store.readAll()) events.push(event);
  return events;
}

const memory = (): EventStore => createMemoryStore({ now: () => 1_000 });

const treeOf = (events: readonly RecordedEvent[]): string => {
  const builder = new TreeBuilder();
  for (const event of events) builder.append(leafHashOf(leafOf(event)));
  return builder.root;
};

describe('the Merkle tree of a log', () => {
  it('each checkpoint has a note that the key signed, of the tree of all events up to there, whatever was lost meanwhile', async () => {
    const rounds = fc.array(fc.record({ events: fc.integer({ min: 1, max: 9 }), kept: fc.option(fc.nat(40)) }), {
      minLength: 1,
      maxLength: 6,
    });
    await fc.assert(
      fc.asyncProperty(rounds, fc.boolean(), async (all_, again) => {
        for (const file of [place().file, place().treeFile]) rmSync(file, { force: true });
        let store = memory();
        let signer = new CheckpointSigner(store, place(), () => 0);
        for (const { events, kept } of all_) {
          if (kept !== null) {
            const backup = memory();
            for (const { stream, id, type, data } of (await all(store)).slice(0, kept))
              await backup.append(stream, [{ id, type, data }], 'any');
            store = backup;
            signer = new CheckpointSigner(store, place(), () => 0);
          } else if (again) {
            signer = new CheckpointSigner(store, place(), () => 0);
          }
          await append(store, events);
          const { newest, complaints } = await signer.sign(running);
          expect(complaints).toEqual([]);
          if (newest?.note === undefined) throw new Error('there is no note');
          expect(openNote(newest.note, noteVerifierOf(newest, publicKey()))).not.toBeNull();
          const covered = (await all(store)).slice(0, newest.events);
          expect(unverifiedCheckpoint(newest.note)).toMatchObject({ size: newest.events, root: treeOf(covered) });
        }
        const { faults } = await checkLog(store, [noted()], publicKey());
        expect(faults).toEqual([]);
      }),
      { numRuns: cases(60) },
    );
  });

  it('every event is proven by the newest note, and each earlier note is proven to begin it', async () => {
    const store = memory();
    const signer = new CheckpointSigner(store, place(), () => 0);
    for (const events of [1, 4, 7, 20]) {
      await append(store, events);
      await signer.sign(running);
    }
    for (const event of await all(store)) {
      const proof = await inclusionOf(event.position);
      expect(provenInclusion(proof, leafHashOf(leafOf(event)))).toMatchObject({ size: 32, note: noted().note });
      expect(provenInclusion(proof, leafHashOf(leafOf({ ...event, created: new Date(1) })))).toBeNull();
    }
    expect(await inclusionOf(positionOf(1_000))).toBe('not covered');
    const to = unverifiedCheckpoint(noted().note);
    for (const { note = '' } of checkpointsIn(place().file)) {
      const from = unverifiedCheckpoint(note);
      if (from === null || to === null) throw new Error('there is no checkpoint in the note');
      const found = await proveConsistency(place().treeFile, noted(), from.size);
      expect(found.kind === 'proven' && isConsistent(from, to, found.proof)).toBe(true);
    }
    expect(await proveConsistency(place().treeFile, noted(), 33)).toEqual({ kind: 'not covered' });
  });

  const flip = (at: number) => (file: string) => {
    const bytes = readFileSync(file);
    bytes[at] = (bytes[at] ?? 0) ^ 1;
    writeFileSync(file, bytes);
  };
  it.each<[string, (file: string) => void]>([
    ['is gone', rmSync],
    [
      'was cut short',
      (file) => {
        truncateSync(file, 100);
      },
    ],
    [
      'is of another log',
      (file) => {
        writeFileSync(file, Buffer.alloc(RECORD_BYTES * 12, 7));
      },
    ],
    ['has another leaf beside the event', flip(RECORD_BYTES * 3 + 20)],
    ['has another position for the event', flip(RECORD_BYTES * 2 + 7)],
  ])('a tree file that %s proves nothing, and is made anew', async (_what, damage) => {
    const store = memory();
    await append(store, 12);
    await signOnce(store, place());
    const whole = readFileSync(place().treeFile);
    damage(place().treeFile);
    expect(await proveInclusion(place().treeFile, noted(), positionOf(3))).toEqual({ kind: 'being made' });
    await signOnce(store, place());
    expect(readFileSync(place().treeFile)).toEqual(whole);
  });

  it('a tree file that ends with more than was signed proves what was signed, and is put right', async () => {
    const store = memory();
    await append(store, 12);
    await signOnce(store, place());
    const whole = readFileSync(place().treeFile);
    appendFileSync(place().treeFile, 'more');
    const [third] = (await all(store)).slice(2);
    if (third === undefined) throw new Error('there is no third event');
    const proof = await inclusionOf(third.position);
    expect(provenInclusion(proof, leafHashOf(leafOf(third)))).toMatchObject({ size: 12, index: 2 });
    await signOnce(store, place());
    expect(readFileSync(place().treeFile)).toEqual(whole);
  });

  it('a tree of which every record is whole, and which is not the one that was signed, proves nothing and is made anew', async () => {
    const [store, other] = [memory(), memory()];
    await append(store, 12);
    await append(other, 12, 'order-l:other');
    await signOnce(store, place());
    const whole = readFileSync(place().treeFile);
    const elsewhere = { ...place(), file: join(directory, 'other.ndjson') };
    await signOnce(other, elsewhere);
    expect(await proveInclusion(place().treeFile, noted(), positionOf(3))).toEqual({ kind: 'being made' });
    expect(await proveConsistency(place().treeFile, noted(), 3)).toEqual({ kind: 'being made' });
    await signOnce(store, place());
    expect(readFileSync(place().treeFile)).toEqual(whole);
  });

  it('a note that is not of the newest checkpoint, or by a key that was replaced, does not stand for it', async () => {
    const store = memory();
    await append(store, 3);
    const { newest } = await signOnce(store, place());
    expect(newestNote(place(), openKeyOf(place()).id)?.note).toBe(newest?.note);
    expect(newestNote(place(), openCheckpointKey(join(directory, 'other.pem'), () => []).id)).toBeNull();
    mkdirSync(join(directory, 'no-file'));
    await append(store, 1);
    await signOnce(store, { ...place(), treeFile: join(directory, 'no-file') });
    expect(newestNote(place(), openKeyOf(place()).id)).toBeNull();
  });

  it('an event that was changed after it was signed is no event that no note covers yet', async () => {
    const store = memory();
    await append(store, 5);
    await signOnce(store, place());
    const events = await all(store);
    const changed = events.map((event) => ({ ...event, data: { n: 'changed' } }));
    const proof = await proveOrder(place().treeFile, checkpointsIn(place().file), changed);
    const [signedThen, thereNow] = [events.at(-1), changed.at(-1)];
    if (signedThen === undefined || thereNow === undefined) throw new Error('there is no event');
    expect(proof?.position).toBe(signedThen.position);
    expect(provenInclusion(proof?.proof ?? '', leafHashOf(leafOf(thereNow)))).toBeNull();
    expect(provenInclusion(proof?.proof ?? '', leafHashOf(leafOf(signedThen)))).not.toBeNull();
    const later = events.map((event) => ({ ...event, position: positionOf(Number(event.position) + 10) }));
    expect(await proveOrder(place().treeFile, checkpointsIn(place().file), later)).toBeNull();
  });

  it('checkpoints of an earlier version are gone on from, and the next one has a note', async () => {
    const store = memory();
    await append(store, 5);
    const key = openKeyOf(place());
    const { newest } = await signOnce(store, place());
    if (newest === null) throw new Error('there is no checkpoint');
    const { note: _note, signature: _signature, ...before } = newest;
    const old = signCheckpoint(before, key);
    writeFileSync(place().file, `${JSON.stringify(old)}\n`);
    rmSync(place().treeFile);
    await append(store, 3);
    const next = await signOnce(store, place());
    expect(unverifiedCheckpoint(next.newest?.note ?? '')).toMatchObject({ size: 8, root: treeOf(await all(store)) });
    const { faults, held } = await checkLog(store, checkpointsIn(place().file), publicKey());
    expect([faults, held]).toEqual([[], 2]);
  });

  it('what retention deleted stays proven, also by a tree that is made anew', async () => {
    const store = await openSqliteStore({ file: join(directory, 'events.sqlite'), now: Date.now });
    await append(store, 4, 'order-l:1');
    await append(store, 4, 'order-l:2');
    await signOnce(store, place());
    const gone = (await all(store)).slice(0, 4);
    const data: OrderDeletedData = {
      stream: streamName('order-l:1'),
      leaves: gone.map((event) => [event.position, leafOf(event)]),
    };
    await store.append(RETENTION_STREAM, [{ id: newEventId(), type: ORDER_DELETED, data }], 'any');
    await store.deleteStream(streamName('order-l:1'), 3, 'soft');
    rmSync(place().treeFile);
    await signOnce(store, place());
    for (const event of gone) {
      const proof = await inclusionOf(event.position);
      expect(provenInclusion(proof, leafHashOf(leafOf(event)))).toMatchObject({ size: 9 });
    }
    await store.close();
  });

  it('a log without the events that were signed gets no note when its tree is gone, and this is reported', async () => {
    const store = memory();
    await append(store, 6);
    await signOnce(store, place());
    rmSync(place().treeFile);
    const changed = (await all(store)).map((one, n) => (n === 2 ? { ...one, data: { n: 'changed' } } : one));
    const log = {
      async *readAll({ from = 'start', limit = Infinity, prefix = '' }: Parameters<EventStore['readAll']>[0] = {}) {
        await Promise.resolve();
        const wanted = changed.filter(
          ({ position, stream }) => (from === 'start' || BigInt(position) >= BigInt(from)) && stream.startsWith(prefix),
        );
        yield* wanted.slice(0, limit);
      },
    };
    changed.push({ ...(changed.at(-1) as RecordedEvent), position: positionOf(100), id: newEventId() });
    const { newest, complaints } = await signOnce(log, place());
    expect(newest).toMatchObject({ events: 7 });
    expect(newest?.note).toBeUndefined();
    expect(complaints.join()).toContain('no Merkle tree can be made');
    // The checkpoint without a note is gone on from after a restart.
    changed.push({ ...(changed.at(-1) as RecordedEvent), position: positionOf(101), id: newEventId() });
    const next = await signOnce(log, place());
    expect(next.newest).toMatchObject({ events: 8 });
    expect(next.newest?.note).toBeUndefined();
    expect(next.complaints.join()).toContain('no Merkle tree can be made');
  });

  it('a backup that is put back where the tree file is missing is a restore, and nothing else is complained of', async () => {
    const store = memory();
    await append(store, 6);
    await signOnce(store, place());
    rmSync(place().treeFile);
    const backup = memory();
    await append(backup, 2);
    const { restore, complaints, newest } = await signOnce(backup, place());
    expect([restore?.lost_events, complaints]).toEqual([6, []]);
    expect(unverifiedCheckpoint(newest?.note ?? '')).toMatchObject({ size: 2 });
  });

  it('a tree file that cannot be used keeps no checkpoint back, is complained of once, and is tried again', async () => {
    const store = memory();
    await append(store, 3);
    mkdirSync(place().treeFile);
    const signer = new CheckpointSigner(store, place(), () => 0);
    const without = await signer.sign(running);
    expect([without.newest?.events, without.newest?.note]).toEqual([3, undefined]);
    expect(without.complaints.join()).toContain('the file of the Merkle tree cannot be used');
    await append(store, 1);
    expect((await signer.sign(running)).complaints).toEqual([]);
    rmSync(place().treeFile, { recursive: true });
    await append(store, 1);
    const { newest, complaints } = await signer.sign(running);
    expect(complaints).toEqual([]);
    expect(unverifiedCheckpoint(newest?.note ?? '')).toMatchObject({ size: 5, root: treeOf(await all(store)) });
  });

  it('a checkpoint whose note is of another tree, or by another key, does not hold, though the key signed it', async () => {
    const store = memory();
    await append(store, 6);
    const { newest } = await signOnce(store, place());
    if (newest === null) throw new Error('there is no checkpoint');
    const key = openKeyOf(place());
    const other = openCheckpointKey(join(directory, 'other.pem'), () => []);
    const [{ signature: _signature, ...before }, signer] = [
      newest,
      { ...noteVerifierOf(newest, publicKey()), privateKey: key.privateKey },
    ];
    const right = { origin: signer.name, size: 6, root: treeOf(await all(store)) };
    const notes = {
      right: signNote(checkpointText(right), signer),
      'another root': signNote(
        checkpointText({ ...right, root: right.root.replace(/./, (c) => (c === '0' ? '1' : '0')) }),
        signer,
      ),
      'another size': signNote(checkpointText({ ...right, size: 5 }), signer),
      'another log': signNote(checkpointText({ ...right, origin: 'elsewhere' }), signer),
      'another key': signNote(checkpointText(right), { ...signer, privateKey: other.privateKey }),
    };
    for (const [name, note] of Object.entries(notes)) {
      const { faults } = await checkLog(store, [signCheckpoint({ ...before, note }, key)], publicKey());
      expect([name, faults.length]).toEqual([name, name === 'right' ? 0 : 1]);
    }
  });
});
