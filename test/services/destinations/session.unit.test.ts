import { EventEmitter, once } from 'node:events';
import fc from 'fast-check';
import { DESTINATION_TAKEN, DESTINATIONS_STREAM } from '../../../schemas/destination-events';
import { BEGINNING, type FeedItem } from '../../../schemas/api/feed';
import { orderKey } from '../../../schemas/order-key';
import { MAX_ITEMS_OF_LINE } from '../../../services/destinations/thread/lines';
import { TAKE_OVER_MS } from '../../../services/destinations/thread/pump';
import { COMMIT_MS, SET_ASIDE_MS } from '../../../services/destinations/thread/session';
import { type AttemptOutcome, PARKED_AFTER_MS, RETRY_PAUSES } from '../../../services/destinations/verdict';
import type { EventStore } from '../../../services/event-store/event-store';
import { createMemoryStore } from '../event-store/memory/memory-store';
import { report } from '../feed/support';
import { entryOf, recordOver, supply, turn, VirtualClock } from './support';

const ENTRY = entryOf('https://pos.example.com/news', { allow: { addresses: [], http: false } });
/** Milliseconds in which everything arrives, however often it fails at even odds: some 300 attempts in a row. */
const LONGEST_MS = 86_400_000;
const OK: AttemptOutcome = { kind: 'answered', status: 204, retryAfter: null };
const REFUSED: AttemptOutcome = { kind: 'answered', status: 500, retryAfter: null };

const place = ({ order_id, ...item }: FeedItem): string =>
  `${order_id}:${String('revision' in item ? item.revision : '-')}`;
const revisionsOf = (orderId: string, sent: readonly FeedItem[]): number[] =>
  sent.flatMap((item) => (item.order_id === orderId && 'revision' in item ? [item.revision] : []));
const range = (length: number): number[] => Array.from({ length }, (_, n) => n);

async function reportAll(store: EventStore, orderIds: readonly string[]): Promise<void> {
  for (const [n, order_id] of orderIds.entries()) {
    await report(store, orderKey('north', order_id), { status: 'in_progress', n });
  }
}

it('whatever fails, and whenever it is stopped, every item arrives, and those of an order in their order', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.constantFrom('a', 'b', 'c', 'd'), { minLength: 1, maxLength: 30 }),
      fc.infiniteStream(fc.constantFrom<AttemptOutcome>(OK, OK, REFUSED, { kind: 'failed', reason: 'ECONNRESET' })),
      fc.array(fc.integer({ min: 0, max: 20_000 }), { maxLength: 3 }),
      async (orders, outcomes, stops) => {
        const store = createMemoryStore({ now: Date.now });
        const clock = new VirtualClock();
        const arrived: FeedItem[] = [];
        const seen = new Set<string>();
        const send = ({ item }: { readonly item: FeedItem }): Promise<AttemptOutcome> => {
          const outcome = outcomes.next().value as AttemptOutcome;
          if (outcome === OK && !seen.has(place(item))) {
            seen.add(place(item));
            arrived.push(item);
          }
          return Promise.resolve(outcome);
        };
        await reportAll(store, orders);
        for (const ms of stops) {
          const { stop } = await supply(store, ENTRY, { clock, send });
          await turn();
          await clock.pass(ms);
          await stop();
        }
        const { stop } = await supply(store, ENTRY, { clock, send });
        await turn();
        const end = clock.now() + LONGEST_MS;
        do await clock.pass(RETRY_PAUSES.longest);
        while (arrived.length < orders.length && clock.now() < end);
        await stop();
        for (const order of new Set(orders)) {
          expect(revisionsOf(order, arrived)).toEqual(range(orders.filter((one) => one === order).length));
        }
        await store.close();
      },
    ),
    { numRuns: 15 },
  );
});

it('a new destination has no lag until it has a position, since it is sent what comes from then on', async () => {
  const store = createMemoryStore({ now: Date.now });
  await reportAll(store, ['a', 'b']);
  const begins = new EventEmitter();
  const startOf = () => once(begins, 'now').then(() => BEGINNING);
  const send = (): Promise<AttemptOutcome> => Promise.resolve(OK);
  const { pump, stop } = await supply(store, ENTRY, { clock: new VirtualClock(), send, startOf });
  await turn();
  expect(await pump.lag()).toBeNull();
  begins.emit('now');
  await turn();
  expect(await pump.lag()).toMatchObject({ events: 0 });
  expect(pump.counts.delivered).toBe(2);
  await stop();
  await store.close();
});

it('a destination that is stopped while its sender is being put on record is sent nothing, and has stopped', async () => {
  const store = createMemoryStore({ now: Date.now });
  await reportAll(store, ['a']);
  const log = new EventEmitter();
  const slow: EventStore = {
    ...store,
    append: async (stream, events, expected) => {
      if (events.some(({ type }) => type === DESTINATION_TAKEN)) await once(log, 'answers');
      return store.append(stream, events, expected);
    },
  };
  let sent = 0;
  const send = (): Promise<AttemptOutcome> => {
    sent++;
    return Promise.resolve(OK);
  };
  const { stop } = await supply(slow, ENTRY, { clock: new VirtualClock(), send });
  await turn();
  let isStopped = false;
  const stopping = stop().then(() => (isStopped = true));
  await turn();
  log.emit('answers');
  await turn();
  expect({ isStopped, sent }).toEqual({ isStopped: true, sent: 0 });
  await stopping;
  await store.close();
});

it('an order whose news fail holds up no other, nor the place, and is on record over a restart', async () => {
  const store = createMemoryStore({ now: Date.now });
  const clock = new VirtualClock();
  const arrived: FeedItem[] = [];
  let isPoisoned = true;
  const send = ({ item }: { readonly item: FeedItem }): Promise<AttemptOutcome> => {
    if (item.order_id === 'poisoned' && isPoisoned) return Promise.resolve(REFUSED);
    arrived.push(item);
    return Promise.resolve(OK);
  };
  const long = MAX_ITEMS_OF_LINE * 2 + 5;
  await reportAll(store, ['poisoned', 'a', ...Array.from({ length: long - 1 }, () => 'poisoned'), 'b', 'a']);
  const first = await supply(store, ENTRY, { clock, send });
  await turn();
  expect(arrived.map(place)).toEqual(['a:0', 'b:0', 'a:1']);
  await clock.pass(SET_ASIDE_MS + 2 * COMMIT_MS);
  const reported = await first.pump.report();
  expect(reported).toMatchObject({ set_aside: 1, delivered: 3, state: 'sending', lag: { at_least: true } });
  // As somebody who has to mend it sees it.
  const [failing] = reported.failing_orders;
  expect(failing).toMatchObject({ ...orderKey('north', 'poisoned'), set_aside: true });
  expect(failing?.attempts).toBe(reported.failed_attempts);
  expect(Date.parse(failing?.failing_since ?? '')).toBeLessThanOrEqual(clock.now() - SET_ASIDE_MS);
  expect(Date.parse(failing?.next_attempt_at ?? '')).toBeGreaterThan(clock.now());
  expect(reported.next_attempt_at).toBe(failing?.next_attempt_at);
  expect(reported.failing_orders).toHaveLength(1);
  const [last] = arrived.slice(-1);
  expect(reported.position).toBe(last?.position);
  await first.stop();

  // Nothing but what is behind is sent again after a restart.
  const second = await supply(store, ENTRY, { clock, send });
  await turn();
  expect(arrived).toHaveLength(3);
  await report(store, orderKey('north', 'poisoned'), { status: 'completed' });
  await turn();
  isPoisoned = false;
  await clock.pass(RETRY_PAUSES.longest);
  expect(revisionsOf('poisoned', arrived)).toEqual(range(long + 1));
  await clock.pass(COMMIT_MS);
  expect(await second.pump.report()).toMatchObject({ set_aside: 0, waiting_orders: 0, lag: { events: 0 } });
  await second.stop();
  await store.close();
});

it('what fails for three days is parked and on record, restarts included, and can be sent again', async () => {
  const store = createMemoryStore({ now: Date.now });
  const clock = new VirtualClock();
  const arrived: FeedItem[] = [];
  const refused = (): Promise<AttemptOutcome> => Promise.resolve(REFUSED);
  await reportAll(store, ['a', 'b', 'a']);
  for (let day = 0; day < 3; day++) {
    const { stop, pump } = await supply(store, ENTRY, { clock, send: refused });
    await turn();
    await clock.leap(PARKED_AFTER_MS / 3 - 900_000);
    expect(await pump.report()).toMatchObject({ state: 'failing', parked: 0, waiting_orders: 2 });
    await stop();
  }
  const last = await supply(store, ENTRY, { clock, send: refused });
  await turn();
  await clock.leap(3_600_000);
  const reported = await last.pump.report();
  expect(reported).toMatchObject({ parked: 3, last_failure: 'status 500', lag: { events: 0 } });
  expect(reported.last_parked.map(({ order_id, reason }) => [order_id, reason])).toContainEqual(['b', 'status 500']);
  await last.stop();

  const again = await supply(store, ENTRY, {
    clock,
    send: ({ item }) => {
      arrived.push(item);
      return Promise.resolve(OK);
    },
  });
  await turn();
  expect(arrived).toEqual([]);
  await recordOver(store, clock.now).set(ENTRY.name, '0');
  await clock.pass(2 * COMMIT_MS);
  expect(arrived.map(place).sort()).toEqual(['a:0', 'a:1', 'b:0']);
  expect(await again.pump.report()).toMatchObject({ parked: 0, state: 'sending' });
  await again.stop();
  await store.close();
});

it('410 ends it at once and for good, until it is set to a position or has another URL', async () => {
  const store = createMemoryStore({ now: Date.now });
  const clock = new VirtualClock();
  let attempts = 0;
  const gone = (): Promise<AttemptOutcome> => {
    attempts++;
    return Promise.resolve({ kind: 'answered', status: 410, retryAfter: null });
  };
  await reportAll(store, ['a', 'a']);
  for (let run = 0; run < 2; run++) {
    const { pump, stop } = await supply(store, ENTRY, { clock, send: gone });
    await turn();
    await clock.leap(3_600_000);
    expect({ attempts, state: (await pump.report()).state }).toEqual({ attempts: 1, state: 'gone' });
    await stop();
  }
  const arrived: FeedItem[] = [];
  const moved = await supply(
    store,
    { ...ENTRY, url: 'https://pos.example.com/other' },
    {
      clock,
      send: ({ item }) => {
        arrived.push(item);
        return Promise.resolve(OK);
      },
    },
  );
  await turn();
  expect(arrived.map(place)).toEqual(['a:0', 'a:1']);
  await moved.stop();
  await store.close();
});

it('429 with a time makes everything wait, and no longer than that', async () => {
  const store = createMemoryStore({ now: Date.now });
  const clock = new VirtualClock();
  const attempts: [string, number][] = [];
  const begun = clock.now();
  await reportAll(store, ['a']);
  const { stop } = await supply(store, ENTRY, {
    clock,
    send: ({ item }) => {
      attempts.push([place(item), clock.now() - begun]);
      const isFirst = attempts.length === 1;
      return Promise.resolve(isFirst ? { kind: 'answered', status: 429, retryAfter: '60' } : OK);
    },
  });
  await turn();
  await reportAll(store, ['b']);
  await turn();
  await clock.pass(59_000);
  expect(attempts).toEqual([['a:0', 0]]);
  await clock.pass(1_000);
  await turn();
  expect(attempts.slice(1).sort()).toEqual([
    ['a:0', 60_000],
    ['b:0', 60_000],
  ]);
  await stop();
  await store.close();
});

it('a position that is nowhere in the log ends it until it is set to one that is', async () => {
  const store = createMemoryStore({ now: Date.now });
  const clock = new VirtualClock();
  await reportAll(store, ['a', 'b']);
  await recordOver(store, clock.now).set(ENTRY.name, '1-ffffffff');
  const arrived: FeedItem[] = [];
  const { pump, stop } = await supply(store, ENTRY, {
    clock,
    send: ({ item }) => {
      arrived.push(item);
      return Promise.resolve(OK);
    },
  });
  await turn();
  expect(await pump.report()).toMatchObject({ state: 'lost', lag: null });
  await clock.pass(1);
  await recordOver(store, clock.now).set(ENTRY.name, '0');
  await clock.pass(2 * COMMIT_MS);
  expect(arrived.map(place)).toEqual(['a:0', 'b:0']);
  await stop();
  await store.close();
});

it('of two instances, the one that began last sends, and the other does once that one is gone', async () => {
  const store = createMemoryStore({ now: Date.now });
  const clock = new VirtualClock();
  const sent: string[] = [];
  const by =
    (who: string) =>
    ({ item }: { readonly item: FeedItem }): Promise<AttemptOutcome> => {
      sent.push(`${who} ${place(item)}`);
      return Promise.resolve(OK);
    };
  const first = await supply(store, ENTRY, { clock, send: by('first') });
  await turn();
  const second = await supply(store, ENTRY, { clock, send: by('second') });
  await turn();
  await clock.pass(2 * COMMIT_MS);
  await reportAll(store, ['a', 'b']);
  await turn();
  // Nothing is missing for however long there is nothing new.
  await clock.pass(3 * TAKE_OVER_MS);
  expect(sent).toEqual(['second a:0', 'second b:0']);
  await second.stop();
  await reportAll(store, ['a']);
  await turn();
  await clock.pass(TAKE_OVER_MS - 2 * COMMIT_MS);
  expect(sent).toHaveLength(2);
  await clock.pass(3 * COMMIT_MS);
  expect(sent.slice(2)).toEqual(['first a:1']);
  await first.stop();
  await store.close();
});

it('instances that cannot deliver take turns less and less often', async () => {
  const store = createMemoryStore({ now: Date.now });
  const clock = new VirtualClock();
  const send = (): Promise<AttemptOutcome> => Promise.resolve(REFUSED);
  const both = [await supply(store, ENTRY, { clock, send }), await supply(store, ENTRY, { clock, send })];
  await reportAll(store, ['a']);
  await turn();
  await clock.pass(3_600_000);
  let turns = 0;
  for await (const { type } of store.readStream(DESTINATIONS_STREAM)) if (type === DESTINATION_TAKEN) turns++;
  expect(turns).toBeGreaterThan(3);
  expect(turns).toBeLessThan(15);
  await Promise.all(both.map(({ stop }) => stop()));
  await store.close();
});
