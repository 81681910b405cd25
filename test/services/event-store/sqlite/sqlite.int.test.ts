import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { streamName } from '../../../../schemas/events/stream-name';
import type { EventStore } from '../../../../services/event-store/event-store';
import { openLogReader } from '../../../../services/event-store/sqlite/reader';
import { openSqliteStore } from '../../../../services/event-store/sqlite/sqlite-store';
import { eventStoreContract } from '../contract';
import { collect, idsOf, newEvents } from '../contract/support';

const directories: string[] = [];
const files = new WeakMap<EventStore, string>();

async function openFile(file: string): Promise<EventStore> {
  const store = await openSqliteStore({ file, now: Date.now });
  files.set(store, file);
  return store;
}

afterAll(() => {
  for (const directory of directories) rmSync(directory, { recursive: true });
});

eventStoreContract('SQLite', {
  open: () => {
    const directory = mkdtempSync(join(tmpdir(), 'ticket-rail-'));
    directories.push(directory);
    return openFile(join(directory, 'events.sqlite'));
  },
  reopen: async (store) => {
    const file = files.get(store);
    if (file === undefined) throw new Error('not a store of this test');
    await store.close();
    return openFile(file);
  },
});

it('the embedded log gives every event of a prefix from far behind its end, be they most of it, a few or none', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'ticket-rail-'));
  directories.push(directory);
  const file = join(directory, 'events.sqlite');
  const store = await openFile(file);
  const ids = new Map<string, string[]>([['none-', []]]);
  // So many, and in this order, that each prefix begins far behind the end; `other` comes before and after all in between.
  for (const [stream, count] of [
    ['other-a', 3],
    ['order-a', 6_000],
    ['label-a', 2_000],
    ['order-b', 6_000],
    ['label-b', 2],
    ['other-b', 3],
  ] as const) {
    const events = newEvents(count);
    await store.append(streamName(stream), events, 'no_stream');
    const prefix = stream.slice(0, -1);
    ids.set(prefix, [...(ids.get(prefix) ?? []), ...idsOf(events)]);
  }
  for (const [prefix, expected] of ids) {
    expect([prefix, idsOf(await collect(store.readAll({ prefix })))]).toEqual([prefix, expected]);
    const reader = openLogReader(file);
    const paged: string[] = [];
    for (let after = 0, full = true; full;) {
      const page = reader.page(after, prefix, 500);
      paged.push(...idsOf(page.events));
      after = page.last ?? after;
      full = page.full;
    }
    reader.close();
    expect([prefix, paged]).toEqual([prefix, expected]);
  }
  await store.close();
});
