import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { streamName } from '../../../../schemas/events/stream-name';

import {
  comparePositions,
  EventStoreError,
  isEventStoreError,
  type EventStore,
  type EventStoreErrorCode,
  type NewEvent,
  type Position,
} from '../../../../services/event-store/event-store';
import {
  openEventStoreDb,
  type EventStoreDbOptions,
} from '../../../../services/event-store/eventstoredb/eventstoredb-store';
import { NO_FAULTS, type Faults } from '../../../eventstoredb-node/faults';
import type { Stored } from '../../../eventstoredb-node/log';
import { SERVER_LINES } from '../../../eventstoredb-node/services';
import { startNode, type NodeOptions, type RunningNode } from '../../../eventstoredb-node/node';
import { spawnNode } from '../../../eventstoredb-node/spawn-node';
import { freePorts } from '../../../support/free-ports';
import { patiently, until } from '../../../support/patience';
import { collect, inTime, newEvent } from '../contract/support';

/** A timeout that senders meet, who send again. */
const TIMEOUT_MS = 1_000;
/** The same where a call has to succeed within it. */
const PATIENT_TIMEOUT_MS = patiently(1_000);
/** What a busy machine may add to a timeout; a call that has none would take longer. */
const SLACK_MS = patiently(5_000);
/** A timeout that no call reaches on a machine that is only busy. */
const LONG_TIMEOUT_MS = patiently(20_000);
const STREAMS = 50;
const EVENTS_PER_STREAM = 20;
/** Deliveries made before the fault begins. */
const HEALTHY_DELIVERIES = 200;
/** After which senders give up. */
const PATIENCE_MS = patiently(45_000);
const YEAR_MS = 365 * 86_400_000;
/** More than buffers on the way, and what a node keeps for one consumer, can hold. */
const EVENTS = 3_000;
const BATCH = 100;

interface Delivery {
  readonly stream: string;
  readonly revision: number;
  readonly event: NewEvent;
}

const deliveries = (): Delivery[][] =>
  Array.from({ length: STREAMS }, (_, stream) =>
    Array.from({ length: EVENTS_PER_STREAM }, (_unused, revision) => ({
      stream: `order-${String(stream)}`,
      revision,
      event: newEvent({ data: { stream, revision } }),
    })),
  );

/** Sends as a webhook's sender does: the same delivery again until it is stored. */
class Sender {
  delivered = 0;
  /** How many attempts were refused, and with what. */
  readonly refusals = new Map<EventStoreErrorCode, number>();
  readonly #givesUpAt = performance.now() + PATIENCE_MS;
  longestMs = 0;
  readonly #progress: (() => void)[] = [];

  readonly #store: EventStore;

  constructor(store: EventStore) {
    this.#store = store;
  }

  async send(all: readonly (readonly Delivery[])[]): Promise<void> {
    await Promise.all(
      all.map(async (ofStream) => {
        for (const delivery of ofStream) await this.#untilStored(delivery);
      }),
    );
  }

  async reached(count: number): Promise<void> {
    while (this.delivered < count) await new Promise<void>((resolve) => this.#progress.push(resolve));
  }

  /** Waits until as many attempts more were refused in this way as there are senders. */
  async stuck(code: EventStoreErrorCode): Promise<void> {
    const count = (): number => this.refusals.get(code) ?? 0;
    const before = count();
    await until('senders to be refused', () => count() >= before + STREAMS, 2 * LONG_TIMEOUT_MS);
  }

  async #untilStored({ stream, revision, event }: Delivery): Promise<void> {
    const expected = revision === 0 ? 'no_stream' : revision - 1;
    for (;;) {
      const begun = performance.now();
      if (begun > this.#givesUpAt) throw new Error(`no way to deliver to ${stream}`);
      try {
        const result = await this.#store.append(streamName(stream), [event], expected);
        if (result.kind !== 'appended' || result.revision !== revision)
          throw new Error(`${stream} was to be appended to at ${String(revision)}: ${JSON.stringify(result)}`);
        this.delivered += 1;
        for (const resolve of this.#progress.splice(0)) resolve();
        return;
      } catch (error) {
        if (!isEventStoreError(error, 'unavailable') && !isEventStoreError(error, 'outcome-unknown')) throw error;
        this.refusals.set(error.code, (this.refusals.get(error.code) ?? 0) + 1);
        await sleep(20);
      } finally {
        this.longestMs = Math.max(this.longestMs, performance.now() - begun);
      }
    }
  }
}

/** A consumer that keeps a checkpoint after each batch, and checks it against everything that it has worked on. */
class Consumer {
  readonly seen: string[] = [];
  #ended = false;
  readonly #known = new Set<string>();
  readonly #stop = new AbortController();
  readonly #running: Promise<void>;

  /** @param expected how many of the node's events a checkpoint stands for, where the node can be asked. */
  constructor(store: EventStore, expected: ((checkpoint: Position) => readonly string[]) | null) {
    this.#running = this.#run(store, expected);
    const ended = (): void => {
      this.#ended = true;
    };
    this.#running.then(ended, ended);
  }

  async has(count: number): Promise<void> {
    await until(`${String(count)} events at the consumer`, () => this.seen.length >= count || this.#ended);
  }

  async end(): Promise<void> {
    this.#stop.abort();
    await inTime(this.#running, 'the end of the subscription');
  }

  async #run(store: EventStore, expected: ((checkpoint: Position) => readonly string[]) | null): Promise<void> {
    let checked = 0;
    for await (const batch of store.subscribe({ after: 'start', prefix: 'order-', signal: this.#stop.signal })) {
      // Long enough for checkpoints of the server to arrive while events before them are still being worked on.
      await sleep(1);
      for (const event of batch.events) {
        if (this.#known.has(event.id)) continue;
        this.#known.add(event.id);
        this.seen.push(event.id);
      }
      const last = batch.events.at(-1);
      if (batch.position === null) continue;
      if (last !== undefined && comparePositions(batch.position, last.position) < 0)
        throw new Error(`a checkpoint at ${batch.position} stands before an event of its batch, at ${last.position}`);
      if (expected === null) continue;
      // There are hundreds of batches: what holds of all of them is compared in the cheapest way.
      const before = expected(batch.position);
      for (; checked < before.length; checked += 1) {
        if (this.seen[checked] !== before[checked])
          throw new Error(
            `a checkpoint at ${batch.position} stands for ${String(before[checked])}, which did not come`,
          );
      }
    }
  }
}

const ours = (node: RunningNode): readonly Stored[] =>
  node.log.all.filter((event) => event.stream.startsWith('order-'));

/** Gives the ids of all events of orders up to a checkpoint, and reads no part of the log twice. */
function idsUpTo(node: RunningNode): (checkpoint: Position) => readonly string[] {
  const ids: string[] = [];
  let read = 0;
  return (checkpoint) => {
    for (; ; read += 1) {
      const event = node.log.all[read];
      if (event === undefined || event.position > Number(checkpoint)) return ids;
      if (event.stream.startsWith('order-')) ids.push(event.id);
    }
  };
}

function expectEachOnceInOrder(
  stored: readonly { readonly id: string; readonly stream: string; readonly revision: number }[],
  sent: readonly (readonly Delivery[])[],
): void {
  expect(stored).toHaveLength(STREAMS * EVENTS_PER_STREAM);
  const order = (one: string): number => Number(one.replace(/\D/g, ''));
  expect(
    stored
      .map(({ id, stream, revision }) => ({ id, stream, revision }))
      // Sorting is stable: those of a stream stay in their order.
      .sort((one, other) => order(one.stream) - order(other.stream)),
  ).toEqual(sent.flat().map(({ event, stream, revision }) => ({ id: event.id, stream, revision })));
}

async function untilOpen(node: RunningNode, what: 'openCalls' | 'openConnections', count: number): Promise<void> {
  await until(`${what} to be ${String(count)}`, () => node[what] === count);
}

interface Case {
  readonly name: string;
  /** @returns what ends the fault, beside switching all of the node's off, and says how often it cut connections. */
  readonly begin: (node: RunningNode) => () => number;
  /** What senders are told meanwhile; null if they notice nothing. */
  readonly refused: EventStoreErrorCode | null;
}

function switched(name: string, faults: Partial<Faults>, refused: Case['refused']): Case {
  return {
    name,
    begin: (node) => {
      node.setFaults(faults);
      return () => 0;
    },
    refused,
  };
}

const FAULTS: readonly Case[] = [
  switched('takes requests and never answers them', { silent: true }, 'outcome-unknown'),
  switched('stands still, and then does everything it was asked', { frozen: true }, 'outcome-unknown'),
  switched('ends every stream with status OK', { closedWithOk: true }, 'outcome-unknown'),
  switched('fails ten requests as unavailable', { unavailable: 10 }, null),
  switched('fails every request as unavailable', { unavailable: Infinity }, 'outcome-unknown'),
  switched('is slow', { slowMs: 100 }, null),
  switched('is slower than the timeout', { slowMs: 1.5 * TIMEOUT_MS }, 'outcome-unknown'),
  switched('has a clock 15 s ahead', { clockAheadMs: 15_000 }, null),
  switched('has a clock a year ahead', { clockAheadMs: YEAR_MS }, null),
  switched('has a clock a year behind', { clockAheadMs: -YEAR_MS }, null),
  switched('stores and never says so', { storesWithoutAnswer: true }, 'outcome-unknown'),
  switched('stores and cuts the connection', { dropsAfterStoring: true }, 'outcome-unknown'),
  switched('does not know its features', { featureProbeFails: true }, null),
  switched('is too busy', { tooBusy: true }, 'unavailable'),
  switched('is not ready yet', { notReady: true }, 'unavailable'),
  {
    name: 'loses its connections, again and again',
    begin: (node) => {
      let [stored, drops] = [node.log.all.length, 0];
      // Only once something got through: a slow machine would get nothing through between two drops.
      const timer = setInterval(() => {
        if (node.log.all.length === stored) return;
        stored = node.log.all.length;
        node.dropConnections();
        drops += 1;
      }, 20);
      return () => {
        clearInterval(timer);
        return drops;
      };
    },
    refused: null,
  },
];

describe.each(SERVER_LINES)('EventStoreDB adapter during a fault of a node of the line %s', (line) => {
  let node: RunningNode;
  let store: EventStore;

  beforeEach(async () => {
    node = await startNode({ line });
  });

  afterEach(async () => {
    node.setFaults(NO_FAULTS);
    await inTime(store.close(), 'closing the store');
    await untilOpen(node, 'openCalls', 0);
    await untilOpen(node, 'openConnections', 0);
    await node.stop();
  });

  it.each(FAULTS)(
    `the EventStoreDB adapter stores every event once, in order and in time, while a node of the line ${line} $name`,
    async ({ begin, refused }) => {
      // A fault that senders are not to notice must not be mistaken for a slow machine.
      const timeoutMs = refused === null ? LONG_TIMEOUT_MS : TIMEOUT_MS;
      store = openEventStoreDb({ url: node.url, timeoutMs });
      const sent = deliveries();
      const sender = new Sender(store);
      const consumer = new Consumer(store, idsUpTo(node));
      const sending = sender.send(sent);
      sending.catch(() => undefined);
      await sender.reached(HEALTHY_DELIVERIES);

      const end = begin(node);
      await (refused === null ? sending : sender.stuck(refused));
      const drops = end();
      node.setFaults(NO_FAULTS);
      await sending;

      expect(sender.longestMs).toBeLessThan(timeoutMs + SLACK_MS);
      expect(refused === null ? [...sender.refusals.keys()] : []).toEqual([]);
      expect(store.pending).toBe(0);
      const stored = ours(node);
      expectEachOnceInOrder(stored, sent);
      await consumer.has(stored.length);
      expect(consumer.seen).toEqual(stored.map((event) => event.id));
      await consumer.end();
      await untilOpen(node, 'openCalls', 1);
      // Tries again with growing pauses, however long a fault takes; what got through begins them anew.
      expect(node.requests.get('Read')).toBeLessThan(200 + 4 * drops);
    },
  );
});

describe.each(SERVER_LINES)('EventStoreDB adapter on a node of the line %s', (line) => {
  let node: RunningNode;
  let store: EventStore;
  const endings: (() => Promise<void>)[] = [];

  const open = (url: string, more: Partial<EventStoreDbOptions> = {}): EventStore => {
    const opened = openEventStoreDb({ url, timeoutMs: LONG_TIMEOUT_MS, ...more });
    endings.push(() => inTime(opened.close(), 'closing a store'));
    return opened;
  };
  const start = async (options: NodeOptions = {}): Promise<RunningNode> => {
    const started = await startNode({ line, ...options });
    endings.push(() => started.stop());
    return started;
  };

  beforeEach(async () => {
    node = await start();
    store = open(node.url);
  });

  afterEach(async () => {
    node.setFaults(NO_FAULTS);
    for (const end of endings.splice(0).reverse()) await end();
  });

  it('the EventStoreDB adapter survives a node process that is stopped and resumed', async () => {
    const spawned = await spawnNode(0, line);
    endings.push(() => spawned.stop());
    const remote = open(spawned.url, { timeoutMs: PATIENT_TIMEOUT_MS });
    const sent = deliveries();
    const sender = new Sender(remote);
    const consumer = new Consumer(remote, null);
    const sending = sender.send(sent);
    sending.catch(() => undefined);
    await sender.reached(HEALTHY_DELIVERIES);
    spawned.freeze();
    await sender.stuck('outcome-unknown');
    spawned.thaw();
    await sending;
    expect(sender.longestMs).toBeLessThan(PATIENT_TIMEOUT_MS + SLACK_MS);
    const { events } = await spawned.state();
    expectEachOnceInOrder(events, sent);
    await consumer.has(events.length);
    expect(consumer.seen).toEqual(events.map((event) => event.id));
    await consumer.end();
  });

  it('the EventStoreDB adapter releases the calls of reads and subscriptions that are left early', async () => {
    for (let count = 0; count < 500; count += 1) await store.append(streamName('order-1'), [newEvent()], 'any');
    for (let round = 0; round < 50; round += 1) {
      for await (const _ of store.readAll()) break;
      for await (const _ of store.readStream(streamName('order-1'))) break;
      for await (const _ of store.subscribe({ after: 'start' })) break;
    }
    await untilOpen(node, 'openCalls', 1);
    expect(node.openCalls).toBe(1);
  });

  it('the EventStoreDB adapter does not repeat an append whose repeat could be stored twice', async () => {
    node.setFaults({ storesWithoutAnswer: true });
    const hurried = open(node.url, { timeoutMs: PATIENT_TIMEOUT_MS });
    const appending = hurried.append(streamName('order-1'), [newEvent()], 'any');
    await expect(appending).rejects.toMatchObject({ code: 'outcome-unknown' });
    expect(ours(node)).toHaveLength(1);
    expect(node.requests.get('BatchAppend')).toBe(1);
  });

  it('the EventStoreDB adapter reports unavailable, and no unknown outcome, where nothing can have been written', async () => {
    await node.stop();
    const hurried = open(node.url, { timeoutMs: PATIENT_TIMEOUT_MS });
    await expect(hurried.append(streamName('order-1'), [newEvent()], 'any')).rejects.toMatchObject({
      code: 'unavailable',
    });
    await expect(hurried.append(streamName('order-1'), [newEvent()], 'no_stream')).rejects.toMatchObject({
      code: 'unavailable',
    });
    await expect(hurried.checkWritable()).rejects.toMatchObject({ code: 'unavailable' });
    await expect(collect(hurried.readAll())).rejects.toMatchObject({ code: 'unavailable' });
  });

  it.each([{ silent: true }, { tooBusy: true }, { storesWithoutAnswer: true }])(
    'the EventStoreDB adapter is not writable while the node is %p, and is again afterwards',
    async (faults) => {
      const hurried = open(node.url, { timeoutMs: PATIENT_TIMEOUT_MS });
      await store.checkWritable();
      node.setFaults(faults);
      await expect(hurried.checkWritable()).rejects.toMatchObject({ code: 'unavailable' });
      node.setFaults(NO_FAULTS);
      await store.checkWritable();
    },
  );

  it('the EventStoreDB adapter writes nothing to check whether it can write', async () => {
    const before = node.log.all.length;
    await store.checkWritable();
    expect(node.log.all).toHaveLength(before);
  });

  it('the EventStoreDB adapter gives up a connection on which nothing arrives any more', async () => {
    const patient = open(node.url, { timeoutMs: 4 * PATIENT_TIMEOUT_MS });
    const subscription = patient.subscribe({ after: 'start' })[Symbol.asyncIterator]();
    await patient.append(streamName('order-1'), [newEvent({ data: 1 })], 'no_stream');
    expect(await inTime(subscription.next(), 'the first event')).toMatchObject({ value: { events: [{ data: 1 }] } });
    node.muteConnections();
    const appended = await patient.append(streamName('order-1'), [newEvent({ data: 2 })], 0);
    expect(appended).toMatchObject({ kind: 'appended', revision: 1 });
    expect(await inTime(subscription.next(), 'the next event')).toMatchObject({ value: { events: [{ data: 2 }] } });
    await patient.close();
    await untilOpen(node, 'openConnections', 0);
  });

  it('a read whose connection is given up meanwhile gives every event, and never ends as if there were none', async () => {
    const patient = open(node.url, { timeoutMs: LONG_TIMEOUT_MS });
    const hurried = 8 * PATIENT_TIMEOUT_MS;
    const store = open(node.url, { timeoutMs: hurried });
    for (const revision of [0, 1, 2])
      await patient.append(streamName('order-1'), [newEvent()], revision === 0 ? 'no_stream' : revision - 1);
    await store.checkWritable();
    node.setFaults({ silent: true });
    const tries = node.requests.get('BatchAppend') ?? 0;
    // Its first try is over after half of its time, and with it the connection on which nothing was heard.
    const appending = store.append(streamName('order-1'), [newEvent()], 2);
    const reading = collect(store.readStream(streamName('order-1')));
    await until('the append to be tried again', () => (node.requests.get('BatchAppend') ?? 0) > tries + 1);
    node.setFaults(NO_FAULTS);
    expect((await reading).length).toBeGreaterThanOrEqual(3);
    await appending;
    await Promise.all([patient.close(), store.close()]);
  });

  it('the EventStoreDB adapter notices at once when the server ends its append stream with status OK', async () => {
    const patient = open(node.url, { timeoutMs: LONG_TIMEOUT_MS });
    node.setFaults({ silent: true });
    const appending = patient.append(streamName('order-1'), [newEvent()], 'no_stream');
    await until('the stream of appends to begin', () => node.requests.has('BatchAppend'));
    const begun = performance.now();
    node.setFaults({ closedWithOk: true });
    node.setFaults(NO_FAULTS);
    await expect(appending).resolves.toMatchObject({ kind: 'appended' });
    expect(performance.now() - begun).toBeLessThan(SLACK_MS);
    await patient.close();
  });

  it('the EventStoreDB adapter follows the leader', async () => {
    const follower = await start({ log: node.log });
    const led = open(follower.url);
    const subscription = led.subscribe({ after: 'start' })[Symbol.asyncIterator]();
    await led.append(streamName('order-1'), [newEvent({ data: 1 })], 'no_stream');
    expect(await inTime(subscription.next(), 'the first event')).toMatchObject({ value: { events: [{ data: 1 }] } });
    follower.setFaults({ leaderPort: node.port });
    follower.dropConnections();
    await led.append(streamName('order-1'), [newEvent({ data: 2 })], 0);
    expect(await inTime(subscription.next(), 'the next event')).toMatchObject({ value: { events: [{ data: 2 }] } });
    expect(await collect(led.readStream(streamName('order-1')))).toHaveLength(2);
    expect(node.requests.get('BatchAppend')).toBeGreaterThanOrEqual(1);
  });

  it('the EventStoreDB adapter loses nothing when another node of the cluster leads, in the middle of everything', async () => {
    const others = await Promise.all([start({ log: node.log }), start({ log: node.log })]);
    const cluster = [node, ...others];
    const lead = (leader: RunningNode | null): void => {
      for (const one of cluster) {
        const leaderPort = leader === null || one === leader ? null : leader.port;
        one.setFaults({ notReady: leader === null, leaderPort });
      }
    };
    lead(node);
    const hosts = cluster.map(({ port }) => `127.0.0.1:${String(port)}`).join();
    const led = open(`esdb://${hosts}?tls=false`, { timeoutMs: LONG_TIMEOUT_MS });
    const sent = deliveries();
    const sender = new Sender(led);
    const consumer = new Consumer(led, null);
    const sending = sender.send(sent);
    sending.catch(() => undefined);
    await sender.reached(HEALTHY_DELIVERIES);
    const tries = (): number => cluster.reduce((sum, one) => sum + (one.requests.get('BatchAppend') ?? 0), 0);
    for (const leader of others) {
      const before = tries();
      lead(null);
      const isOver = (): boolean => sender.delivered === STREAMS * EVENTS_PER_STREAM;
      await until('every sender to be refused', () => tries() >= before + 2 * STREAMS || isOver());
      lead(leader);
    }
    await sending;
    expect([...sender.refusals.keys()]).toEqual([]);
    const stored = ours(node);
    expectEachOnceInOrder(stored, sent);
    await consumer.has(stored.length);
    expect(consumer.seen).toEqual(stored.map((event) => event.id));
    await consumer.end();
  });

  it('the EventStoreDB adapter finds a node that comes back on the same port', async () => {
    const port = await freePorts();
    node = await start({ port });
    store = open(node.url, { timeoutMs: 2 * PATIENT_TIMEOUT_MS });
    await store.append(streamName('order-1'), [newEvent()], 'no_stream');
    await node.stop();
    await expect(store.append(streamName('order-2'), [newEvent()], 'no_stream')).rejects.toBeInstanceOf(
      EventStoreError,
    );
    // Long enough for grpc-js to wait for several seconds between its own attempts to connect.
    await sleep(5_000);
    node = await start({ port });
    await expect(store.append(streamName('order-3'), [newEvent()], 'no_stream')).resolves.toMatchObject({
      kind: 'appended',
    });
  });

  it('a subscription from the end misses nothing even if the connection is lost before the first event', async () => {
    await store.append(streamName('order-1'), [newEvent()], 'no_stream');
    const subscription = store.subscribe({ after: 'end' })[Symbol.asyncIterator]();
    expect(await inTime(subscription.next(), 'catching up')).toMatchObject({ value: { events: [], caughtUp: true } });
    node.setFaults({ unavailable: 1 });
    const next = subscription.next();
    node.dropConnections();
    const event = newEvent();
    node.log.append('order-2', 'any', [
      { ...event, contentType: 'application/json', data: Buffer.from('1'), metadata: new Uint8Array() },
    ]);
    expect(await inTime(next, 'the event')).toMatchObject({ value: { events: [{ id: event.id, data: 1 }] } });
    await subscription.return?.();
  });

  it('a subscription delivers a batch again that was being processed when the connection was lost', async () => {
    for (let count = 0; count < 5; count += 1)
      await store.append(streamName('order-1'), [newEvent({ data: count })], 'any');
    const seen: unknown[] = [];
    for await (const { events } of store.subscribe({ after: 'start' })) {
      if (events.length > 0 && seen.length === 0) node.dropConnections();
      seen.push(...events.map((event) => event.data));
      if (seen.length >= 5) break;
    }
    expect(new Set(seen)).toEqual(new Set([0, 1, 2, 3, 4]));
  });

  it('a consumer that is too slow for what a node sends live misses nothing, and is interrupted only by one that cuts it off', async () => {
    const slowly = await start();
    const interruptions: string[] = [];
    const watched = open(slowly.url, {
      timeoutMs: LONG_TIMEOUT_MS,
      onInterrupted: ({ code }) => interruptions.push(code),
    });
    await watched.append(streamName('order-0'), [newEvent()], 'no_stream');
    const seen = new Set<string>();
    let wake = (): void => undefined;
    const awake = new Promise<void>((resolve) => (wake = resolve));
    let asleep = false;
    const consuming = (async () => {
      for await (const { events, caughtUp } of watched.subscribe({ after: 'start', prefix: 'order-' })) {
        for (const { id } of events) seen.add(id);
        if (seen.size >= 1 + EVENTS) return;
        if (caughtUp && !asleep) {
          asleep = true;
          await awake;
        }
      }
    })();
    await until('the consumer to be live', () => asleep);
    for (let batch = 1; batch <= EVENTS / BATCH; batch += 1) {
      const events = Array.from({ length: BATCH }, () => newEvent({ data: 'x'.repeat(1_000) }));
      await watched.append(streamName(`order-${String(batch)}`), events, 'no_stream');
    }
    wake();
    await inTime(consuming, 'every event');
    expect(seen.size).toBe(1 + EVENTS);
    expect([...new Set(interruptions)]).toEqual(line === '23.10' ? ['unavailable'] : []);
  });

  it('the EventStoreDB adapter reports an interrupted subscription, without credentials', async () => {
    const interruptions: string[] = [];
    const watched = open(node.url.replace('esdb://', 'esdb://admin:pass-word@'), {
      timeoutMs: PATIENT_TIMEOUT_MS,
      onInterrupted: (error) => interruptions.push(`${error.code} ${error.message} ${error.stack ?? ''}`),
    });
    node.setFaults({ unavailable: Infinity });
    const subscription = watched.subscribe({ after: 'start' })[Symbol.asyncIterator]();
    const first = subscription.next();
    await until('the subscription to be interrupted', () => interruptions.length > 0);
    node.setFaults(NO_FAULTS);
    await inTime(first, 'the first batch');
    await watched.close();
    expect(interruptions.join()).toContain('unavailable');
    expect(interruptions.join()).not.toContain('pass-word');
  });

  it('the EventStoreDB adapter uses a node found by gossip, and never the older way of appending', async () => {
    const address = `127.0.0.1:${String(node.port)}`;
    for (const url of [`esdb+discover://${address}?tls=false`, `esdb://127.0.0.1:1,${address}?tls=false`]) {
      const found = open(url);
      await found.append(streamName(`order-${randomUUID()}`), [newEvent()], 'no_stream');
      await found.close();
    }
    expect(node.requests.get('Gossip')).toBeGreaterThanOrEqual(2);
    expect(node.requests.has('Append')).toBe(false);
    expect(node.requests.has('GetSupportedMethods')).toBe(false);
  });

  it('an append settles within its timeout although no node of a cluster can be found', async () => {
    const lost = open('esdb+discover://127.0.0.1:1?tls=false', { timeoutMs: 500 });
    const begun = performance.now();
    await expect(lost.append(streamName('order-1'), [newEvent()], 'no_stream')).rejects.toMatchObject({
      code: 'unavailable',
    });
    expect(performance.now() - begun).toBeLessThan(500 + SLACK_MS);
  });
});
