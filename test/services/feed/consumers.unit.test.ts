import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import pino from 'pino';
import { CONSUMERS_STREAM, commitStream } from '../../../schemas/consumer-events';
import { BEGINNING, ConsumerName, type FeedPosition } from '../../../schemas/api/feed';
import { eventId } from '../../../schemas/events/event-id';
import { streamName } from '../../../schemas/events/stream-name';
import { ReaderName } from '../../../schemas/files/readers';
import { createMemoryStore } from '../event-store/memory/memory-store';
import type { EventStore, Position } from '../../../services/event-store/event-store';
import { evolveConsumers, noConsumers } from '../../../services/feed/consumers/consumer-fold';
import { Consumers, MAX_CONSUMERS, VOLUME_COMMITS } from '../../../services/feed/consumers/consumers';
import { comparePlaces, feedPosition } from '../../../services/feed/feed-place';
import { classifyRemoval, REMOVAL_SETTLES_MS } from '../../../services/feed/removal';
import { cases } from '../../support/depth';

const named = (name: string): ConsumerName => ConsumerName.parse(name);
const SHOP = named('shop');
const POS = ReaderName.parse('pos');

const at = (position: number): FeedPosition =>
  position === 0 ? BEGINNING : feedPosition(String(position) as Position, eventId('0a1b2c3d'));

/** An instance of the service, as far as consumers go. */
const instanceOver = (store: EventStore, coveredTo: Position | null = null): Consumers =>
  new Consumers({
    store,
    coveredTo: () => coveredTo,
    newId: randomUUID,
    now: Date.now,
    log: pino({ level: 'silent' }),
  });

async function lengthOf(store: EventStore, stream: string): Promise<number> {
  let length = 0;
  try {
    for await (const _ of store.readStream(streamName(stream))) length++;
  } catch {
    return 0;
  }
  return length;
}

const arbitraryStep = fc.oneof(
  fc.record({ kind: fc.constant('commit' as const), instance: fc.nat(1), position: fc.nat(30) }),
  fc.record({ kind: fc.constant('set' as const), instance: fc.nat(1), position: fc.nat(30) }),
);

it('a commit never goes back but by setting the consumer, and two instances always agree', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(arbitraryStep, { maxLength: 30 }), async (steps) => {
      const store = createMemoryStore({ now: Date.now });
      const instances = [instanceOver(store), instanceOver(store)];
      await instances[0]?.set(SHOP, POS, BEGINNING);
      let expected = 0;
      for (const { kind, instance, position } of steps) {
        const consumers = instances[instance];
        expected = kind === 'set' ? position : Math.max(expected, position);
        const answer =
          kind === 'set'
            ? (await consumers?.set(SHOP, POS, at(position)))?.base
            : await consumers?.commit(SHOP, at(position));
        expect(answer).toBe(at(expected));
        for (const each of instances) {
          const consumer = await each.get(SHOP);
          expect(consumer === null ? null : (await each.place(consumer)).position).toBe(at(expected));
        }
      }
      await store.close();
    }),
    { numRuns: cases(50) },
  );
});

it('commits of two instances at the same time end at the latest of them', async () => {
  const store = createMemoryStore({ now: Date.now });
  const [one, other] = [instanceOver(store), instanceOver(store)];
  await one.set(SHOP, null, BEGINNING);
  const committed = await Promise.all(
    Array.from({ length: 12 }, (_, n) => (n % 2 === 0 ? one : other).commit(SHOP, at(((n * 7) % 12) + 1))),
  );
  for (const [n, position] of committed.entries()) {
    expect(comparePlaces(position ?? BEGINNING, at(((n * 7) % 12) + 1))).toBeGreaterThanOrEqual(0);
  }
  expect(await other.commit(SHOP, at(1))).toBe(at(12));
  await store.close();
});

it('commits are kept in volumes of limited length, and old volumes are deleted once a checkpoint covers them', async () => {
  const store = createMemoryStore({ now: Date.now });
  const consumers = instanceOver(store, '9223372036854775807' as Position);
  await consumers.set(SHOP, POS, BEGINNING);
  for (let n = 1; n <= 3 * VOLUME_COMMITS + 5; n++) await consumers.commit(SHOP, at(n));
  await consumers.close();
  const consumer = await consumers.get(SHOP);
  expect(consumer?.volume).toBe(3);
  const lengths = await Promise.all([0, 1, 2, 3].map((volume) => lengthOf(store, commitStream(SHOP, volume))));
  expect(lengths.slice(0, 2)).toEqual([0, 0]);
  expect(Math.max(...lengths)).toBeLessThan(VOLUME_COMMITS + 10);
  expect(await lengthOf(store, CONSUMERS_STREAM)).toBe(4);
  expect(await instanceOver(store).commit(SHOP, at(1))).toBe(at(3 * VOLUME_COMMITS + 5));
  await store.close();
});

it('what no checkpoint covers yet is not deleted', async () => {
  const store = createMemoryStore({ now: Date.now });
  const consumers = instanceOver(store, null);
  await consumers.set(SHOP, POS, BEGINNING);
  for (const position of [5, 6]) await consumers.commit(SHOP, at(position));
  await consumers.set(SHOP, POS, BEGINNING);
  await consumers.close();
  expect(await lengthOf(store, commitStream(SHOP, 0))).toBe(2);
  await store.close();
});

it('a consumer that was deleted is forgotten, and one of the same name begins anew', async () => {
  const store = createMemoryStore({ now: Date.now });
  const consumers = instanceOver(store);
  await consumers.set(SHOP, POS, BEGINNING);
  await consumers.commit(SHOP, at(9));
  await consumers.remove(SHOP);
  expect(await consumers.get(SHOP)).toBeNull();
  expect(await consumers.commit(SHOP, at(10))).toBeNull();
  await consumers.set(SHOP, ReaderName.parse('other'), at(3));
  expect(await consumers.list()).toEqual([expect.objectContaining({ name: 'shop', reader: 'other', base: at(3) })]);
  await store.close();
});

it('there are at most so many consumers, and one that is there can still be set', async () => {
  const store = createMemoryStore({ now: Date.now });
  const consumers = instanceOver(store);
  for (let n = 0; n < MAX_CONSUMERS; n++)
    expect(await consumers.set(named(`c${String(n)}`), null, BEGINNING)).not.toBeNull();
  expect(await consumers.set(named('another'), null, BEGINNING)).toBeNull();
  expect(await consumers.set(named('c1'), null, at(1))).not.toBeNull();
  await store.close();
});

it('what is not ours in the stream of consumers changes nothing', () => {
  fc.assert(
    fc.property(fc.string(), fc.dictionary(fc.string(), fc.string()), fc.nat(), (type, data, revision) => {
      expect(evolveConsumers(noConsumers, { type, data, revision })).toEqual(noConsumers);
    }),
  );
});

it.each([
  ['removed', null, null, 0],
  ['removed', '30', '40', 0],
  ['kept', '10', '40', 0],
  ['pending', '10', '20', 0],
  ['kept', '10', '20', REMOVAL_SETTLES_MS],
])(
  'a note of retention reads as %s if the stream goes from %s to %s and the note is %i ms old',
  (removal, oldest, newest, age) => {
    const ends = { oldest: oldest as Position | null, newest: newest as Position | null };
    expect(classifyRemoval(ends, '20' as Position, age)).toBe(removal);
  },
);
