import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { streamName } from '../../../../schemas/events/stream-name';
import { type CopyProgress, copyStore } from '../../../../services/operations/copy/copy-store';
import { type EventStore, EventStoreError } from '../../../../services/event-store/event-store';
import { openEventStoreDb } from '../../../../services/event-store/eventstoredb/eventstoredb-store';
import { openSqliteStore } from '../../../../services/event-store/sqlite/sqlite-store';
import { type RunningNode, startNode } from '../../../eventstoredb-node/node';
import { temporaryDirectory } from '../../../support/running-service';
import { patiently } from '../../../support/patience';
import { allOf, fill, kept, memoryStore, newEvent } from './support';

const cleanup: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const step of cleanup.splice(0).reverse()) await step();
});

async function sqliteStore() {
  const directory = temporaryDirectory();
  const clock = { at: Date.UTC(2026, 0, 1) };
  const store = await openSqliteStore({ file: join(directory, 'events.sqlite'), now: () => clock.at });
  cleanup.push(async () => {
    await store.close();
    rmSync(directory, { recursive: true });
  });
  return {
    store,
    clock,
    asTarget: {
      store,
      setClock: (created: Date) => {
        clock.at = created.getTime();
      },
    },
  };
}

async function nodeStore(): Promise<{ store: EventStore; node: RunningNode }> {
  const node = await startNode();
  // An append that is not answered in time is tried again, and then comes after others of its wave.
  const store = openEventStoreDb({ url: node.url, timeoutMs: patiently(60_000) });
  cleanup.push(async () => {
    await store.close();
    await node.stop();
  });
  return { store, node };
}

/** A store that behaves as `store` does but for what is replaced. */
const changed = (store: EventStore, changes: Partial<EventStore>): EventStore => ({
  exclusive: store.exclusive,
  append: (...args) => store.append(...args),
  lastRevision: (...args) => store.lastRevision(...args),
  readStream: (...args) => store.readStream(...args),
  readAll: (...args) => store.readAll(...args),
  subscribe: (...args) => store.subscribe(...args),
  deleteStream: (...args) => store.deleteStream(...args),
  checkWritable: () => store.checkWritable(),
  damage: null,
  pending: 0,
  close: () => store.close(),
  ...changes,
});

describe('a copy', () => {
  it('a copy of memory to SQLite has the same events in the same order, timestamps included', async () => {
    const source = memoryStore();
    await fill(source, 600);
    const target = await sqliteStore();
    const result = await copyStore({ source: source.store, target: target.asTarget });
    expect(result).toMatchObject({ copied: 600, before: 0 });
    expect(kept(await allOf(target.store))).toEqual(kept(await allOf(source.store)));
  });

  it('a copy of SQLite to EventStoreDB and back is what it was, but for the timestamps of EventStoreDB', async () => {
    const source = await sqliteStore();
    await fill(source, 400);
    const { store: between } = await nodeStore();
    const there = await copyStore({ source: source.store, target: { store: between, setClock: null } });
    const target = await sqliteStore();
    const back = await copyStore({ source: between, target: target.asTarget });
    expect([there.copied, back.copied]).toEqual([400, 400]);
    expect(kept(await allOf(target.store), false)).toEqual(kept(await allOf(source.store), false));
    expect(kept(await allOf(target.store))).toEqual(kept(await allOf(between)));
  });

  it('a copy of an empty store is empty', async () => {
    const target = memoryStore();
    const result = await copyStore({ source: memoryStore().store, target: target.asTarget });
    expect(result).toMatchObject({ copied: 0, before: 0, digest: '0'.repeat(64) });
  });

  it('a copy that is made again copies nothing, or only what is new', async () => {
    const source = memoryStore();
    await fill(source, 300);
    const target = memoryStore();
    const first = await copyStore({ source: source.store, target: target.asTarget });
    const again = await copyStore({ source: source.store, target: target.asTarget });
    expect(again).toEqual({ copied: 0, before: 300, digest: first.digest, keepsCreated: true });
    await source.store.append(streamName('quarantine'), [newEvent(), newEvent()], 'any');
    expect(await copyStore({ source: source.store, target: target.asTarget })).toMatchObject({
      copied: 2,
      before: 300,
    });
    expect(kept(await allOf(target.store))).toEqual(kept(await allOf(source.store)));
  });

  it('a copy of 20 000 events ends, because it does not look at all of them for each of them', async () => {
    const source = memoryStore();
    await fill(source, 20_000, 2_000, 100);
    const target = await sqliteStore();
    expect(await copyStore({ source: source.store, target: target.asTarget })).toMatchObject({ copied: 20_000 });
  });

  it('a copy reports how far it is, phase by phase, up to the end', async () => {
    const source = memoryStore();
    await fill(source, 700);
    const reported: CopyProgress[] = [];
    await copyStore({ source: source.store, target: memoryStore().asTarget, onProgress: (now) => reported.push(now) });
    const end = (await allOf(source.store)).at(-1)?.position;
    for (const phase of ['copying', 'verifying']) {
      expect(reported.findLast((now) => now.phase === phase)).toEqual({ phase, position: end, events: 700 });
    }
  });

  it('a copy leaves out what comes while it runs', async () => {
    const source = memoryStore();
    await fill(source, 100);
    const late = changed(source.store, {
      readAll: async function* (options) {
        await source.store.append(streamName('order-late:1'), [newEvent()], 'any');
        yield* source.store.readAll(options);
      },
    });
    const target = memoryStore();
    expect(await copyStore({ source: late, target: target.asTarget })).toMatchObject({ copied: 100 });
  });
});

describe('a stream that was deleted', () => {
  async function withDeletedAndRevived() {
    const source = memoryStore();
    await fill(source, 60, 3);
    await source.store.append(streamName('order-gone:1'), [newEvent()], 'no_stream');
    await source.store.deleteStream(streamName('order-gone:1'), 0, 'soft');
    await source.store.append(streamName('order-revived:1'), [newEvent(), newEvent(), newEvent()], 'no_stream');
    await source.store.deleteStream(streamName('order-revived:1'), 2, 'soft');
    await source.store.append(streamName('order-revived:1'), [newEvent({ again: true })], 2);
    return source;
  }
  const readable = async (store: EventStore) => {
    const streams = new Set((await allOf(store)).map(({ stream }) => stream));
    const found: Record<string, number[]> = {};
    for (const stream of streams) {
      try {
        for await (const { revision } of store.readStream(stream)) (found[stream] ??= []).push(revision);
      } catch {
        continue;
      }
    }
    return found;
  };

  it.each(['memory', 'sqlite', 'eventstoredb'])(
    'a deleted stream does not come back in a copy to %s, and a revived one keeps its numbering',
    async (kind) => {
      const source = await withDeletedAndRevived();
      const target =
        kind === 'memory'
          ? memoryStore().asTarget
          : kind === 'sqlite'
            ? (await sqliteStore()).asTarget
            : { store: (await nodeStore()).store, setClock: null };
      const result = await copyStore({ source: source.store, target });
      expect(result.copied).toBe(61);
      const found = await readable(target.store);
      expect(found).toEqual(await readable(source.store));
      expect(found['order-revived:1']).toEqual([3]);
      expect(await copyStore({ source: source.store, target })).toEqual({ ...result, copied: 0, before: 61 });
    },
  );

  it.each([1, 2, 3])(
    'a revived stream keeps its numbering when the copy is interrupted at write %d of its beginning',
    async (last) => {
      for (const kind of ['sqlite', 'eventstoredb']) {
        const source = memoryStore();
        await source.store.append(streamName('order-revived:1'), [newEvent(), newEvent(), newEvent()], 'no_stream');
        await source.store.deleteStream(streamName('order-revived:1'), 2, 'soft');
        await source.store.append(streamName('order-revived:1'), [newEvent()], 2);
        await source.store.append(streamName('order-revived:1'), [newEvent()], 3);
        const target =
          kind === 'sqlite' ? (await sqliteStore()).asTarget : { store: (await nodeStore()).store, setClock: null };
        let writes = 0;
        const stop = (): void => {
          if (++writes > last) throw new EventStoreError('closed', 'interrupted');
        };
        const interrupted = changed(target.store, {
          append: async (...args) => {
            stop();
            return target.store.append(...args);
          },
          deleteStream: async (...args) => {
            stop();
            return target.store.deleteStream(...args);
          },
        });
        await expect(
          copyStore({ source: source.store, target: { ...target, store: interrupted } }),
        ).rejects.toMatchObject({
          code: 'closed',
        });
        await copyStore({ source: source.store, target });
        const revisions: number[] = [];
        for await (const { revision } of target.store.readStream(streamName('order-revived:1')))
          revisions.push(revision);
        expect(revisions).toEqual([3, 4]);
      }
    },
  );
});

describe('a store that fails during a copy', () => {
  it('a copy repeats what its target did not take, and nothing is there twice', async () => {
    const source = memoryStore();
    await fill(source, 300, 5);
    const target = memoryStore();
    let appends = 0;
    const failing = changed(target.store, {
      append: async (...args) => {
        appends++;
        if (appends % 97 === 0) throw new EventStoreError('unavailable', 'not now');
        const result = await target.store.append(...args);
        if (appends % 61 === 0) throw new EventStoreError('outcome-unknown', 'perhaps');
        return result;
      },
    });
    await copyStore({ source: source.store, target: { ...target.asTarget, store: failing } });
    expect(new Set(kept(await allOf(target.store)).map(({ id }) => id)).size).toBe(300);
    expect(await allOf(target.store)).toHaveLength(300);
  });

  it('a copy ends when its target fails for good, and goes on when it is started again', async () => {
    const source = memoryStore();
    await fill(source, 1_250, 10_000); // more streams than a server takes resets of calls
    const { store, node } = await nodeStore();
    let appends = 0;
    const interrupted = changed(store, {
      append: async (...args) => {
        if (++appends > 900) throw new EventStoreError('closed', 'interrupted');
        return store.append(...args);
      },
    });
    await expect(copyStore({ source: source.store, target: { store: interrupted, setClock: null } })).rejects.toThrow(
      'interrupted',
    );
    node.dropConnections();
    const result = await copyStore({ source: source.store, target: { store, setClock: null } });
    expect(result.before).toBe(900);
    expect(kept(await allOf(store), false)).toEqual(kept(await allOf(source.store), false));
  });
});

describe('a target that is not a copy of the source', () => {
  it('a target with a stream that the source does not have is refused before anything is written', async () => {
    const source = memoryStore();
    await fill(source, 100);
    const target = memoryStore();
    await target.store.append(streamName('order-foreign:1'), [newEvent()], 'no_stream');
    await expect(copyStore({ source: source.store, target: target.asTarget })).rejects.toThrow('order-foreign:1');
    expect(await allOf(target.store)).toHaveLength(1);
  });

  it('a target whose stream begins differently from the source is refused before anything is written', async () => {
    const source = memoryStore();
    await source.store.append(streamName('order-a:1'), [newEvent(), newEvent()], 'no_stream');
    const target = memoryStore();
    await target.store.append(streamName('order-a:1'), [newEvent()], 'no_stream');
    await expect(copyStore({ source: source.store, target: target.asTarget })).rejects.toThrow('order-a:1');
    expect(await allOf(target.store)).toHaveLength(1);
  });

  it('a target whose stream goes on where that of the source ends is refused before anything is written', async () => {
    const source = memoryStore();
    await fill(source, 100);
    const target = memoryStore();
    await copyStore({ source: source.store, target: target.asTarget });
    const [first] = await allOf(target.store);
    await target.store.append(first?.stream ?? streamName('none'), [newEvent()], 'any');
    await expect(copyStore({ source: source.store, target: target.asTarget })).rejects.toThrow('nothing was copied');
  });

  it('a copy finds out that something else writes to its target while it runs', async () => {
    const source = memoryStore();
    await source.store.append(streamName('order-a:1'), [newEvent()], 'no_stream');
    await source.store.append(streamName('order-a:1'), [newEvent()], 0);
    const target = memoryStore();
    const raced = changed(target.store, {
      append: async (stream, events, expected) => {
        if (expected === 0) await target.store.append(stream, [newEvent()], 'any');
        return target.store.append(stream, events, expected);
      },
    });
    await expect(copyStore({ source: source.store, target: { ...target.asTarget, store: raced } })).rejects.toThrow(
      'something else writes to the target',
    );
  });

  it.each<[string, (store: EventStore) => EventStore]>([
    ['loses an event', (store) => changed(store, { readAll: (options) => without(store.readAll(options)) })],
    [
      'changes a field of the data',
      (store) =>
        changed(store, {
          append: (stream, events, expected) =>
            store.append(
              stream,
              stream.endsWith('7 é') ? events.map((event) => ({ ...event, data: { index: 0 } })) : events,
              expected,
            ),
        }),
    ],
    [
      'drops the metadata',
      (store) =>
        changed(store, {
          append: (stream, events, expected) =>
            store.append(
              stream,
              stream.endsWith('7 é') ? events.map(({ id, type, data }) => ({ id, type, data })) : events,
              expected,
            ),
        }),
    ],
  ])('the verification of a copy finds a target that %s', async (_, faulty) => {
    const source = memoryStore();
    await fill(source, 200, 10);
    const target = memoryStore();
    const copying = copyStore({ source: source.store, target: { ...target.asTarget, store: faulty(target.store) } });
    await expect(copying).rejects.toThrow(/NOT the same[^]*order-location:7 é/);
  });
});

async function* without<Event extends { readonly stream: string }>(events: AsyncIterable<Event>) {
  let dropped = false;
  for await (const event of events) {
    if (!dropped && event.stream.endsWith('7 é')) dropped = true;
    else yield event;
  }
}
