import { existsSync, realpathSync } from 'node:fs';
import { resolve } from 'node:path';
import type { EventStore } from '../../event-store/event-store';
import { openEventStore, storeName } from '../../event-store/open';
import { openEvents } from '../../event-store/open-events';
import { EVENTSTOREDB_URLS, isEventStoreDbUrl } from '../../event-store/store-url';
import { CopyError, type CopyTarget } from './copy-store';

/** Where a store is, as the command line names it. */
export type StoreAddress =
  { readonly kind: 'embedded'; readonly directory: string } | { readonly kind: 'eventstoredb'; readonly url: string };

const SQLITE = /^sqlite:(?:\/\/)?(.+)$/s;

/**
 * @param url `sqlite:` and the path of a data directory, or EventStoreDB's connection string
 * @throws {CopyError} for anything else; the message holds no credentials.
 */
export function parseStoreAddress(url: string): StoreAddress {
  const directory = SQLITE.exec(url)?.[1];
  if (directory !== undefined) return { kind: 'embedded', directory: resolve(directory) };
  if (isEventStoreDbUrl(url)) return { kind: 'eventstoredb', url: url.trim() };
  throw new CopyError(`A store is named by sqlite:<data directory>, ${EVENTSTOREDB_URLS}`);
}

/** @returns what a store is called in messages, without credentials. The same store has the same name. */
export function addressName(address: StoreAddress): string {
  if (address.kind === 'eventstoredb') return storeName(address.url);
  return `sqlite:${existsSync(address.directory) ? realpathSync(address.directory) : address.directory}`;
}

interface OpenStore {
  readonly store: EventStore;
  /** Closes the store and lets go of its data directory. */
  close(): Promise<void>;
}

async function open(address: StoreAddress, pid: number, now: () => number): Promise<OpenStore> {
  if (address.kind === 'eventstoredb') {
    const store = await openEventStore({ url: address.url, logFile: '', now });
    return { store, close: () => store.close() };
  }
  const onRights = (): void => undefined; // a service says it, at each start
  return openEvents({ dataDir: address.directory, eventStoreUrl: null, pid, now, onRights });
}

/**
 * Opens two stores for a copy. Data directories are taken, so that no service runs on either meanwhile.
 * @throws {CopyError} if they are the same, or there is nothing to copy from; {@link DataDirectoryError} or
 *   {@link EventStoreError} if one cannot be opened.
 */
export async function openStores(
  from: StoreAddress,
  to: StoreAddress,
  pid: number,
  now: () => number,
): Promise<{ readonly source: EventStore; readonly target: CopyTarget; close(): Promise<void> }> {
  if (addressName(from) === addressName(to)) {
    throw new CopyError(`Source and target are the same store, ${addressName(from)}.`);
  }
  if (from.kind === 'embedded' && !existsSync(resolve(from.directory, 'events.sqlite'))) {
    throw new CopyError(`There is no event log in ${from.directory}.`);
  }
  const clock = { at: now() };
  const source = await open(from, pid, now);
  try {
    const target = await open(to, pid, () => clock.at);
    const setClock = (created: Date): void => {
      clock.at = created.getTime();
    };
    return {
      source: source.store,
      target: { store: target.store, setClock: to.kind === 'embedded' ? setClock : null },
      close: async () => {
        await target.close();
        await source.close();
      },
    };
  } catch (error) {
    await source.close();
    throw error;
  }
}
