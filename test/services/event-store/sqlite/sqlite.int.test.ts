import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { EventStore } from '../../../../services/event-store/event-store';
import { openSqliteStore } from '../../../../services/event-store/sqlite/sqlite-store';
import { eventStoreContract } from '../contract';

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
