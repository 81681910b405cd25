import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import pino from 'pino';
import { CONSUMERS_STREAM, commitStream } from '../../../schemas/consumer-events';
import { BEGINNING, type FeedPosition } from '../../../schemas/api/feed';
import { eventId } from '../../../schemas/events/event-id';
import { streamName } from '../../../schemas/events/stream-name';
import { createMemoryStore } from '../event-store/memory/memory-store';
import type { EventStore, Position } from '../../../services/event-store/event-store';
import { evolveConsumers, noConsumers } from '../../../services/feed/consumers/consumer-fold';
import { Consumers, MAX_CONSUMERS, VOLUME_COMMITS } from '../../../services/feed/consumers/consumers';
import { comparePlaces, feedPosition } from '../../../services/feed/feed-place';
import { readRemoval, REMOVAL_SETTLES_MS } from '../../../services/feed/removal';
import { cases } from '../../support/depth';

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
      await instances[0]?.set('shop', 'pos', BEGINNING);
      let expected = 0;
      for (const { kind, instance, position } of steps) {
        const consumers = instances[instance];
        expected = kind === 'set' ? position : Math.max(expected, position);
        const answer =
          kind === 'set'
            ? (await consumers?.set('shop', 'pos', at(position)))?.base
            : await consumers?.commit('shop', at(position));
        expect(answer).toBe(at(expected));
        for (const each of instances) {
          const consumer = await each.get('shop');
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
  await one.set('shop', null, BEGINNING);
  const committed = await Promise.all(
    Array.from({ length: 12 }, (_, n) => (n % 2 === 0 ? one : other).commit('shop', at(((n * 7) % 12) + 1))),
  );
  for (const [n, position] of committed.entries()) {
    expect(comparePlaces(position ?? BEGINNING, at(((n * 7) % 12) + 1))).toBeGreaterThanOrEqual(0);
  }
  expect(await other.commit('shop', at(1))).toBe(at(12));
  await store.close();
});

it('commits are kept in volumes of limited length, and old volumes are deleted once a checkpoint covers them', async () => {
  const store = createMemoryStore({ now: Date.now });
  const consumers = instanceOver(store, '9223372036854775807' as Position);
  await consumers.set('shop', 'pos', BEGINNING);
  for (let n = 1; n <= 3 * VOLUME_COMMITS + 5; n++) await consumers.commit('shop', at(n));
  await consumers.close();
  const consumer = await consumers.get('shop');
  expect(consumer?.volume).toBe(3);
  const lengths = await Promise.all([0, 1, 2, 3].map((volume) => lengthOf(store, commitStream('shop', volume))));
  expect(lengths.slice(0, 2)).toEqual([0, 0]);
  expect(Math.max(...lengths)).toBeLessThan(VOLUME_COMMITS + 10);
  expect(await lengthOf(store, CONSUMERS_STREAM)).toBe(4);
  expect(await instanceOver(store).commit('shop', at(1))).toBe(at(3 * VOLUME_COMMITS + 5));
  await store.close();
});

it('what no checkpoint covers yet is not deleted', async () => {
  const store = createMemoryStore({ now: Date.now });
  const consumers = instanceOver(store, null);
  await consumers.set('shop', 'pos', BEGINNING);
  for (const position of [5, 6]) await consumers.commit('shop', at(position));
  await consumers.set('shop', 'pos', BEGINNING);
  await consumers.close();
  expect(await lengthOf(store, commitStream('shop', 0))).toBe(2);
  await store.close();
});

it('a consumer that was deleted is forgotten, and one of the same name begins anew', async () => {
  const store = createMemoryStore({ now: Date.now });
  const consumers = instanceOver(store);
  await consumers.set('shop', 'pos', BEGINNING);
  await consumers.commit('shop', at(9));
  await consumers.remove('shop');
  expect(await consumers.get('shop')).toBeNull();
  expect(await consumers.commit('shop', at(10))).toBeNull();
  await consumers.set('shop', 'other', at(3));
  expect(await consumers.list()).toEqual([expect.objectContaining({ name: 'shop', reader: 'other', base: at(3) })]);
  await store.close();
});

it('there are at most so many consumers, and one that is there can still be set', async () => {
  const store = createMemoryStore({ now: Date.now });
  const consumers = instanceOver(store);
  for (let n = 0; n < MAX_CONSUMERS; n++) expect(await consumers.set(`c${String(n)}`, null, BEGINNING)).not.toBeNull();
  expect(await consumers.set('another', null, BEGINNING)).toBeNull();
  expect(await consumers.set('c1', null, at(1))).not.toBeNull();
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
    expect(readRemoval(ends, '20' as Position, age)).toBe(removal);
  },
);
