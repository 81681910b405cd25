import { getEventListeners } from 'node:events';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { streamName } from '../../../../schemas/events/stream-name';
import {
  comparePositions,
  type EventStore,
  MAX_BATCH_EVENTS,
  type NewEvent,
  type Position,
} from '../../../../services/event-store/event-store';
import { patiently } from '../../../support/patience';
import { EVERY_BYTE } from './payloads';
import {
  allIds,
  appended,
  at,
  collect,
  type ContractFactory,
  follow,
  idsOf,
  inTime,
  newEvent,
  newEvents,
  positionOf,
  refusalOf,
  remove,
} from './support';

/** Following all streams. */
export function subscribeContract(current: () => EventStore, { hurried }: ContractFactory): void {
  let store: EventStore;
  beforeEach(() => {
    store = current();
  });

  describe('subscribe', () => {
    const write = async (stream: string, count: number): Promise<NewEvent[]> => {
      const events = newEvents(count);
      await appended(store.append(streamName(stream), events, 'any'));
      return events;
    };

    it('a subscription to an empty store is caught up at once', async () => {
      const follower = follow(store, { after: 'start' });
      expect(await follower.next()).toMatchObject({ events: [], caughtUp: true });
      await follower.leave();
    });

    it('a subscription delivers stored events and then live events, in order', async () => {
      const stored = await write('order-1', 3);
      const follower = follow(store, { after: 'start' });
      await follower.untilEvents(3);
      const one = await write('order-2', 2);
      await follower.untilEvents(5);
      const two = await write('order-1', 1);
      await follower.untilEvents(6);
      expect(idsOf(follower.events)).toEqual(idsOf([...stored, ...one, ...two]));
      await follower.leave();
    });

    it('a subscription delivers the same events as readAll', async () => {
      await appended(
        store.append(streamName('order-1'), [newEvent({ metadata: { a: 1 } }), newEvent({ data: EVERY_BYTE })], 'any'),
      );
      const follower = follow(store, { after: 'start' });
      expect(await follower.untilEvents(2)).toEqual(await collect(store.readAll()));
      await follower.leave();
    });

    it('an append wakes every subscription that is already waiting', async () => {
      const followers = [follow(store, { after: 'start' }), follow(store, { after: 'end', prefix: 'order-' })];
      for (const follower of followers) await follower.until((batch) => batch.caughtUp, 'it was caught up');
      for (let round = 1; round <= 3; round += 1) {
        const waiting = followers.map((follower) => follower.untilEvents(round));
        await nextTurn();
        const [live] = await write('order-1', 1);
        for (const events of await Promise.all(waiting)) expect(at(events, -1).id).toBe(live?.id);
      }
      for (const follower of followers) await follower.leave();
    });

    it('a waiting subscription delivers everything once and in order while others write', async () => {
      const followers = [follow(store, { after: 'start' }), follow(store, { after: 'start' })];
      const reading = followers.map((follower) => follower.untilEvents(300));
      await Promise.all(
        [1, 2, 3].map(async (writer) => {
          for (let round = 0; round < 50; round += 1) {
            await write(`order-${String(writer)}`, 2);
            await nextTurn();
          }
        }),
      );
      const everything = await allIds(store);
      for (const events of await Promise.all(reading)) expect(idsOf(events)).toEqual(everything);
      for (const follower of followers) await follower.leave();
    });

    it('a subscription is not caught up before it delivered all that was stored when it began', async () => {
      await write('order-1', MAX_BATCH_EVENTS);
      await write('order-1', 5);
      const follower = follow(store, { after: 'start' });
      await follower.until((batch) => batch.caughtUp, 'it was caught up');
      expect(follower.events).toHaveLength(MAX_BATCH_EVENTS + 5);
      await follower.leave();
    });

    it('a subscription is caught up again after live events', async () => {
      await write('order-1', 1);
      const follower = follow(store, { after: 'start' });
      await follower.until((batch) => batch.caughtUp, 'it was caught up');
      await write('order-1', 3);
      await follower.until((batch) => batch.caughtUp && follower.events.length === 4, 'it was caught up again');
      await follower.leave();
    });

    it('a subscription starts after its position, which it does not include', async () => {
      await write('order-1', 4);
      const stored = await collect(store.readAll());
      for (const [index, { position }] of stored.entries()) {
        const follower = follow(store, { after: position });
        await follower.until((batch) => batch.caughtUp, 'it was caught up');
        expect(idsOf(follower.events)).toEqual(idsOf(stored).slice(index + 1));
        expect(comparePositions(positionOf(at(follower.batches, -1)), at(stored, -1).position)).toBeGreaterThanOrEqual(
          0,
        );
        await follower.leave();
      }
    });

    it('a subscription refuses a position that the store has not reached as invalid', async () => {
      await write('order-1', 4);
      const beyond = `${at(await collect(store.readAll()), -1).position}0` as Position;
      const asked = hurried?.(store) ?? store;
      expect(await refusalOf(collect(asked.subscribe({ after: beyond })))).toBe('invalid');
      if (asked !== store) await inTime(asked.close(), 'closing the hurried store');
    });

    it('a subscription that starts at the end delivers only live events', async () => {
      await write('order-1', 3);
      const follower = follow(store, { after: 'end' });
      const beginning = await follower.until((batch) => batch.caughtUp, 'it was caught up');
      expect(follower.events).toEqual([]);
      const live = await write('order-1', 2);
      await follower.untilEvents(2);
      expect(idsOf(follower.events)).toEqual(idsOf(live));
      await follower.leave();

      const resumed = follow(store, { after: positionOf(beginning) });
      await resumed.untilEvents(2);
      expect(idsOf(resumed.events)).toEqual(idsOf(live));
      await resumed.leave();
    });

    it('a subscription that starts at the end of an empty store delivers everything', async () => {
      const follower = follow(store, { after: 'end' });
      expect(await follower.next()).toMatchObject({ events: [], caughtUp: true });
      const live = await write('order-1', 2);
      expect(idsOf(await follower.untilEvents(2))).toEqual(idsOf(live));
      await follower.leave();
    });

    it('a subscription delivers only streams with its prefix, stored and live', async () => {
      await write('noise-1', 3);
      const one = await write('order-1', 2);
      await write('Order-1', 1);
      const follower = follow(store, { after: 'start', prefix: 'order-' });
      await follower.untilEvents(2);
      await write('noise-1', 2);
      const two = await write('order-2', 2);
      await follower.untilEvents(4);
      expect(idsOf(follower.events)).toEqual(idsOf([...one, ...two]));
      await follower.leave();
    });

    it('a subscription waits for streams that do not exist yet', async () => {
      await write('order-1', 2);
      const follower = follow(store, { after: 'start', prefix: 'quarantine' });
      await follower.until((batch) => batch.caughtUp, 'it was caught up');
      expect(follower.events).toEqual([]);
      const live = await write('quarantine', 1);
      expect(idsOf(await follower.untilEvents(1))).toEqual(idsOf(live));
      await follower.leave();
    });

    it('a subscription is caught up with a position where no stored event matches', async () => {
      await write('noise-1', 50);
      const last = at(await collect(store.readAll()), -1).position;
      const follower = follow(store, { after: 'start', prefix: 'order-' });
      const batch = await follower.until(({ caughtUp }) => caughtUp, 'it was caught up');
      expect(follower.events).toEqual([]);
      expect(comparePositions(positionOf(batch), last)).toBeGreaterThanOrEqual(0);
      await follower.leave();
    });

    it('a subscription advances its position while no live event matches', async () => {
      const follower = follow(store, { after: 'start', prefix: 'order-' });
      await follower.until((batch) => batch.caughtUp, 'it was caught up');
      const { position } = await appended(store.append(streamName('noise-1'), newEvents(1), 'any'));
      // Enough for a store that reports only after every so many events.
      for (let round = 0; round < 10; round += 1) await write('noise-1', 100);
      await follower.until(
        (batch) => batch.position !== null && comparePositions(batch.position, position) >= 0,
        'the position went past events that do not match',
      );
      expect(follower.events).toEqual([]);
      await follower.leave();
    });

    it('a subscription delivers everything to a slow consumer, in bounded batches', async () => {
      const written: string[] = [];
      for (let round = 0; round < 5; round += 1) written.push(...idsOf(await write('order-1', 500)));
      const follower = follow(store, { after: 'start' });
      while (follower.events.length < 3_500) {
        await follower.next();
        if (written.length < 3_500) written.push(...idsOf(await write('order-2', 250)));
        await nextTurn();
      }
      expect(idsOf(follower.events)).toEqual(written);
      expect(follower.batches.length).toBeGreaterThanOrEqual(3_500 / MAX_BATCH_EVENTS);
      await follower.leave();
    });

    it('a consumer that stands still blocks neither writers nor another consumer', async () => {
      const idle = follow(store, { after: 'start' });
      await idle.next();
      const busy = follow(store, { after: 'start' });
      for (let round = 0; round < 10; round += 1) await inTime(write('order-1', 100), 'an append');
      await busy.untilEvents(1_000);
      await busy.leave();
      expect(idsOf(await idle.untilEvents(1_000))).toEqual(idsOf(busy.events));
      await idle.leave();
    });

    it('two subscriptions are independent of each other', async () => {
      await write('order-1', 2);
      const all = follow(store, { after: 'start' });
      const some = follow(store, { after: 'end', prefix: 'order-2' });
      await all.until((batch) => batch.caughtUp, 'it was caught up');
      await some.until((batch) => batch.caughtUp, 'it was caught up');
      const live = await write('order-2', 2);
      expect(idsOf(await some.untilEvents(2))).toEqual(idsOf(live));
      await some.leave();
      await write('order-2', 1);
      await all.untilEvents(5);
      expect(idsOf(all.events)).toEqual(await allIds(store));
      await all.leave();
    });

    it('a subscription that begins in the middle of writes misses nothing', async () => {
      const writing = Promise.all(
        [1, 2, 3, 4].map(async (writer) => {
          for (let round = 0; round < 60; round += 1) await write(`order-${String(writer)}`, 1 + (round % 2));
        }),
      );
      const followers = [];
      for (let count = 0; count < 5; count += 1) {
        const follower = follow(store, { after: 'start' });
        await follower.next();
        followers.push(follower);
      }
      await writing;
      const everything = await allIds(store);
      for (const follower of followers) {
        expect(idsOf(await follower.untilEvents(everything.length))).toEqual(everything);
        await follower.leave();
      }
    });

    it('a subscription resumed after any batch delivers exactly the rest', async () => {
      for (let round = 0; round < 3; round += 1) {
        await write('order-1', 700);
        await write('noise-1', 20);
      }
      const seen: string[] = [];
      let after: Position | 'start' = 'start';
      for (let restarts = 0; seen.length < 2_100; restarts += 1) {
        expect(restarts).toBeLessThan(patiently(200));
        const follower = follow(store, { after, prefix: 'order-' });
        const batch = await follower.next();
        seen.push(...idsOf(batch?.events ?? []));
        after = batch?.position ?? after;
        await follower.leave();
      }
      expect(seen).toEqual(await allIds(store, 'order-'));
    });

    it('a subscription delivers a batch again whose processing failed, if the checkpoint before it was kept', async () => {
      await write('order-1', 2);
      const start = follow(store, { after: 'start' });
      await start.untilEvents(2);
      const checkpoint = positionOf(at(start.batches, -1));
      await start.leave();
      const live = await write('order-1', 3);
      const failing = async (): Promise<void> => {
        for await (const batch of store.subscribe({ after: checkpoint })) {
          if (batch.events.length > 0) throw new Error('the work failed');
        }
      };
      await expect(inTime(failing(), 'the failing batch')).rejects.toThrow('the work failed');
      const again = follow(store, { after: checkpoint });
      expect(idsOf(await again.untilEvents(3))).toEqual(idsOf(live));
      await again.leave();
    });

    it('a subscription goes on when a stream that it follows is deleted', async () => {
      await write('order-1', 2);
      await write('order-2', 2);
      const follower = follow(store, { after: 'start' });
      await follower.untilEvents(4);
      await remove(store, 'order-1', 'tombstone');
      await remove(store, 'order-2', 'soft');
      const revived = await write('order-2', 1);
      await follower.untilEvents(5);
      expect(idsOf(follower.events).slice(4)).toEqual(idsOf(revived));
      await follower.leave();
    });

    it('a subscription that was left by break does not delay closing the store', async () => {
      await write('order-1', 5);
      for (let round = 0; round < 20; round += 1) {
        for await (const batch of store.subscribe({ after: 'start' })) {
          if (batch.events.length > 0) break;
        }
      }
      await write('order-1', 1);
      await inTime(store.close(), 'closing after subscriptions that were left');
    });

    it('a subscription may be left before its first batch, and twice', async () => {
      const follower = follow(store, { after: 'start' });
      await follower.leave();
      await follower.leave();
      expect(await follower.next()).toBeNull();
    });

    it('a subscription ends at once if its signal was aborted before', async () => {
      await write('order-1', 2);
      const follower = follow(store, { after: 'start', signal: AbortSignal.abort() });
      expect(await follower.next()).toBeNull();
      expect(follower.events).toEqual([]);
    });

    it('a subscription ends when its signal is aborted while it waits', async () => {
      const controller = new AbortController();
      const follower = follow(store, { after: 'start', signal: controller.signal });
      await follower.until((batch) => batch.caughtUp, 'it was caught up');
      const waiting = follower.next();
      controller.abort();
      expect(await waiting).toBeNull();
      controller.abort();
      expect(await follower.next()).toBeNull();
    });

    it('a subscription ends when its signal is aborted while it starts', async () => {
      await write('order-1', 2);
      const controller = new AbortController();
      const follower = follow(store, { after: 'start', signal: controller.signal });
      const starting = follower.next();
      controller.abort();
      await starting;
      expect(await follower.next()).toBeNull();
    });

    it('a subscription ends without another batch when its signal is aborted while its consumer works', async () => {
      await write('order-1', 2);
      const controller = new AbortController();
      const follower = follow(store, { after: 'start', signal: controller.signal });
      await follower.untilEvents(2);
      await write('order-1', 1);
      controller.abort();
      expect(await follower.next()).toBeNull();
    });

    it('a subscription goes on when another one is aborted', async () => {
      const controller = new AbortController();
      const stopped = follow(store, { after: 'start', signal: controller.signal });
      const running = follow(store, { after: 'start' });
      await stopped.next();
      await running.next();
      controller.abort();
      expect(await stopped.next()).toBeNull();
      await write('order-1', 1);
      await running.untilEvents(1);
      await running.leave();
    });

    it('a subscription leaves no listener on its signal', async () => {
      const { signal } = new AbortController();
      const follower = follow(store, { after: 'start', signal });
      await follower.next();
      const listening = getEventListeners(signal, 'abort').length;
      for (let count = 1; count <= 5; count += 1) {
        await write('order-1', 1);
        await follower.untilEvents(count);
      }
      expect(getEventListeners(signal, 'abort').length).toBeLessThanOrEqual(listening + 1);
      await follower.leave();
      expect(getEventListeners(signal, 'abort')).toEqual([]);
    });

    it.each(['', '-1', '01', '1.5', 'now', '99999999999999999999'])(
      'a subscription refuses the position %p as invalid',
      async (text) => {
        const follower = follow(store, { after: text as Position });
        expect(await refusalOf(follower.next())).toBe('invalid');
      },
    );
  });
}
