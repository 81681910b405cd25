import { randomUUID } from 'node:crypto';
import { streamName } from '../../../../schemas/events/stream-name';

import {
  MAX_STREAM_NAME_BYTES,
  type EventStore,
  type RecordedEvent,
} from '../../../../services/event-store/event-store';
import { openEventStoreDb } from '../../../../services/event-store/eventstoredb/eventstoredb-store';
import { startNode } from '../../../eventstoredb-node/node';
import { SERVER_LINES, type ServerLine } from '../../../eventstoredb-node/services';
import { repeated } from '../../../support/depth';
import { patiently } from '../../../support/patience';
import { eventStoreContract, subscriptionContract } from '../contract';
import type { ContractFactory } from '../contract/support';

/** Milliseconds that no call takes on a machine that is only busy. */
const TIMEOUT_MS = patiently(20_000);
/** The same for what is refused only once its time is over: long enough for what it asks meanwhile. */
const HURRIED_MS = patiently(2_000);
/** Longer than real nodes were seen to take until a stream that an append revived can be read. */
const REVIVED_LATE_MS = 20;

/** A node for each store, which ends with it. */
function ownNode(line: ServerLine): ContractFactory {
  const nodes = new WeakMap<EventStore, { readonly url: string; readonly stop: () => Promise<void> }>();
  const openOn = (url: string, stop: () => Promise<void>): EventStore => {
    const store = openEventStoreDb({ url, timeoutMs: TIMEOUT_MS });
    const close = store.close.bind(store);
    nodes.set(store, { url, stop });
    return Object.assign(store, {
      close: async () => {
        await close();
        await nodes.get(store)?.stop();
      },
    });
  };
  return {
    async open() {
      const node = await startNode({ line, faults: { revivedLateMs: REVIVED_LATE_MS } });
      return openOn(node.url, () => node.stop());
    },
    async reopen(store) {
      const node = nodes.get(store);
      if (node === undefined) throw new Error('not a store of this factory');
      nodes.delete(store);
      await store.close();
      return openOn(node.url, node.stop);
    },
    hurried: (store) => openEventStoreDb({ url: nodes.get(store)?.url ?? '', timeoutMs: HURRIED_MS }),
  };
}

/** A server that others use too: each store sees only the streams of a name space of its own. */
function sharedServer(url: string): ContractFactory {
  const spaces = new WeakMap<EventStore, string>();
  const openIn = (space: string): EventStore => {
    const store = inSpace(openEventStoreDb({ url, timeoutMs: TIMEOUT_MS }), space);
    spaces.set(store, space);
    return store;
  };
  return {
    open: () => Promise.resolve(openIn(`contract-${randomUUID()}-`)),
    async reopen(store) {
      await store.close();
      return openIn(spaces.get(store) ?? '');
    },
    hurried: (store) => inSpace(openEventStoreDb({ url, timeoutMs: HURRIED_MS }), spaces.get(store) ?? ''),
  };
}

function inSpace(store: EventStore, space: string): EventStore {
  const names = new Map<string, string>();
  const outside = (stream: string): string => {
    if (stream === '' || stream.startsWith('$')) return stream;
    const tooLong = Buffer.byteLength(space + stream) > MAX_STREAM_NAME_BYTES;
    // A name of the greatest length stays one.
    const name = space + (tooLong ? stream.slice(space.length) : stream);
    names.set(name, stream);
    return tooLong && Buffer.byteLength(stream) > MAX_STREAM_NAME_BYTES ? stream : name;
  };
  const inside = (stream: string): string => names.get(stream) ?? stream.slice(space.length);
  const rename = (event: RecordedEvent): RecordedEvent => ({ ...event, stream: streamName(inside(event.stream)) });
  async function* renamed(events: AsyncIterable<RecordedEvent>): AsyncGenerator<RecordedEvent> {
    for await (const event of events) yield rename(event);
  }
  return {
    exclusive: store.exclusive,
    damage: store.damage,
    append: async (stream, events, expected) => {
      const result = await store.append(streamName(outside(stream)), events, expected);
      return result.kind === 'conflict' ? { ...result, stream } : result;
    },
    lastRevision: (stream) => store.lastRevision(streamName(outside(stream))),
    readStream: (stream, options) => renamed(store.readStream(streamName(outside(stream)), options)),
    readAll: (options = {}) => renamed(store.readAll({ ...options, prefix: space + (options.prefix ?? '') })),
    subscribe: (options) => {
      const batches = store.subscribe({ ...options, prefix: space + (options.prefix ?? '') });
      return {
        [Symbol.asyncIterator]: () => {
          const iterator = batches[Symbol.asyncIterator]();
          return {
            next: async () => {
              const result = await iterator.next();
              return result.done === true
                ? result
                : { value: { ...result.value, events: result.value.events.map(rename) } };
            },
            return: async () => (await iterator.return?.()) ?? { done: true, value: undefined },
          };
        },
      };
    },
    deleteStream: async (stream, expected, mode) => {
      const result = await store.deleteStream(streamName(outside(stream)), expected, mode);
      return result.kind === 'conflict' ? { ...result, stream } : result;
    },
    checkWritable: () => store.checkWritable(),
    get pending() {
      return store.pending;
    },
    close: () => store.close(),
  };
}

/** In a short run, a line before the newest shows only how it serves subscriptions, in which they differ. */
const WHOLE = SERVER_LINES.slice(-repeated({ short: 1, all: SERVER_LINES.length, soak: SERVER_LINES.length }));
for (const line of SERVER_LINES) {
  const contract = WHOLE.includes(line) ? eventStoreContract : subscriptionContract;
  contract(`EventStoreDB, test node of the line ${line}`, ownNode(line));
}

/** A real server, EventStoreDB 23.10 or later, for instance `esdb://localhost:2113?tls=false`. */
const realServer = process.env['EVENTSTORE_TEST_URL'];
if (realServer !== undefined) eventStoreContract('EventStoreDB, EVENTSTORE_TEST_URL', sharedServer(realServer));
