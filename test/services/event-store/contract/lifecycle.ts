import { setImmediate as nextTurn } from 'node:timers/promises';
import { streamName } from '../../../../schemas/events/stream-name';
import { comparePositions, type EventStore, type RecordedEvent } from '../../../../services/event-store/event-store';
import { PAYLOADS } from './payloads';
import {
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
  streamState,
  untilRevived,
} from './support';

/** Closing, and opening again what outlives the store. */
export function lifecycleContract(current: () => EventStore, factory: ContractFactory): void {
  let store: EventStore;
  beforeEach(() => {
    store = current();
  });
  afterEach(async () => {
    await inTime(store.close(), 'closing the store');
  });

  describe('closing', () => {
    it('a store may be closed twice, also concurrently', async () => {
      await Promise.all([store.close(), store.close()]);
      await store.close();
      expect(store.pending).toBe(0);
    });

    it('a closed store refuses every later call as closed', async () => {
      await appended(store.append(streamName('order-1'), newEvents(1), 'no_stream'));
      await store.close();
      expect(await refusalOf(store.append(streamName('order-1'), newEvents(1), 'any'))).toBe('closed');
      expect(await refusalOf(store.lastRevision(streamName('order-1')))).toBe('closed');
      expect(await refusalOf(collect(store.readStream(streamName('order-1'))))).toBe('closed');
      expect(await refusalOf(collect(store.readAll()))).toBe('closed');
      expect(await refusalOf(collect(store.subscribe({ after: 'start' })))).toBe('closed');
      expect(await refusalOf(store.deleteStream(streamName('order-1'), 'any', 'soft'))).toBe('closed');
      expect(await refusalOf(store.checkWritable())).toBe('closed');
      expect(store.pending).toBe(0);
    });

    it('closing a store settles the appends in flight', async () => {
      const writing = Array.from({ length: 20 }, (_, index) =>
        refusalOf(store.append(streamName(`order-${String(index)}`), newEvents(2), 'no_stream')),
      );
      await inTime(store.close(), 'closing with appends in flight');
      const outcomes = await inTime(Promise.all(writing), 'appends in flight at close');
      for (const outcome of outcomes) expect(['none', 'closed', 'unavailable', 'outcome-unknown']).toContain(outcome);
      expect(store.pending).toBe(0);
    });

    it('closing a store ends its subscriptions, waiting or not', async () => {
      await appended(store.append(streamName('order-1'), newEvents(1), 'no_stream'));
      const waiting = follow(store, { after: 'start' });
      const working = follow(store, { after: 'start', prefix: 'order-' });
      await waiting.until((batch) => batch.caughtUp, 'it was caught up');
      await working.next();
      const next = waiting.next();
      await inTime(store.close(), 'closing with subscriptions');
      expect(await next).toBeNull();
      expect(await working.next()).toBeNull();
    });

    it('a store leaves no resource open, however often one is opened and closed', async () => {
      const cycle = async (): Promise<void> => {
        const other = await factory.open();
        await appended(other.append(streamName('order-1'), newEvents(1), 'no_stream'));
        const follower = follow(other, { after: 'start' });
        await follower.untilEvents(1);
        await inTime(other.close(), 'closing');
      };
      await cycle();
      const before = process.getActiveResourcesInfo().length;
      const cycles = 20;
      for (let round = 0; round < cycles; round += 1) await cycle();
      // Some handles need a turn of the event loop more to go.
      let after = Number.POSITIVE_INFINITY;
      for (let turn = 0; turn < 100 && after > before; turn += 1) {
        await nextTurn();
        after = process.getActiveResourcesInfo().length;
      }
      expect(after - before).toBeLessThan(cycles);
    });
  });

  const { reopen } = factory;
  if (reopen !== undefined) {
    describe('reopening', () => {
      it('a reopened store has every event unchanged', async () => {
        for (const [, payload] of PAYLOADS) {
          await appended(store.append(streamName('order-1'), [newEvent({ data: payload, metadata: payload })], 'any'));
        }
        await appended(store.append(streamName('größe-🍕'), newEvents(2), 'no_stream'));
        const before = await collect(store.readAll());
        store = await reopen(store);
        expect(await collect(store.readAll())).toEqual(before);
        expect((await streamState(store, 'größe-🍕')).length).toBe(2);
      });

      it('a reopened store continues revisions and positions', async () => {
        const { position } = await appended(store.append(streamName('order-1'), newEvents(2), 'no_stream'));
        store = await reopen(store);
        const next = await appended(store.append(streamName('order-1'), newEvents(1), 1));
        expect(next.revision).toBe(2);
        expect(comparePositions(next.position, position)).toBeGreaterThan(0);
      });

      it('a reopened store recognises a repeated append expecting an exact revision or no_stream', async () => {
        const one = newEvents(2);
        const two = newEvents(3);
        await appended(store.append(streamName('order-1'), one, 'no_stream'));
        const { position } = await appended(store.append(streamName('order-1'), two, 1));
        store = await reopen(store);
        const before = await collect(store.readAll());
        expect((await appended(store.append(streamName('order-1'), one, 'no_stream'))).revision).toBe(1);
        expect(await store.append(streamName('order-1'), two, 1)).toMatchObject({
          kind: 'appended',
          revision: 4,
          position,
        });
        expect(await store.append(streamName('order-1'), newEvents(1), 1)).toMatchObject({
          kind: 'conflict',
          actual: 4,
        });
        expect(await collect(store.readAll())).toEqual(before);
      });

      it('a reopened store knows which streams were deleted', async () => {
        await appended(store.append(streamName('order-1'), newEvents(2), 'no_stream'));
        await appended(store.append(streamName('order-2'), newEvents(2), 'no_stream'));
        await appended(store.append(streamName('order-3'), newEvents(2), 'no_stream'));
        await remove(store, 'order-1', 'soft');
        await remove(store, 'order-2', 'tombstone');
        await remove(store, 'order-3', 'soft');
        await appended(store.append(streamName('order-3'), newEvents(1), 'no_stream'));
        store = await reopen(store);
        expect(await streamState(store, 'order-1')).toBe('not-found');
        expect(await streamState(store, 'order-2')).toBe('deleted');
        await untilRevived(store, 'order-3');
        const [revived, ...more] = await collect(store.readStream(streamName('order-3')));
        expect(revived?.revision).toBe(2);
        expect(more).toEqual([]);
        expect((await appended(store.append(streamName('order-1'), newEvents(1), 'no_stream'))).revision).toBe(2);
        expect(await refusalOf(store.append(streamName('order-2'), newEvents(1), 'any'))).toBe('deleted');
      });

      it('a subscription resumes from its checkpoint on a reopened store', async () => {
        await appended(store.append(streamName('order-1'), newEvents(3), 'no_stream'));
        const before = follow(store, { after: 'start' });
        await before.untilEvents(3);
        const checkpoint = positionOf(at(before.batches, -1));
        await appended(store.append(streamName('order-1'), newEvents(2), 2));
        store = await reopen(store);
        const after = follow(store, { after: checkpoint });
        await after.untilEvents(2);
        const live = newEvents(1);
        await appended(store.append(streamName('order-1'), live, 4));
        await after.untilEvents(3);
        expect(after.events.map((event) => event.revision)).toEqual([3, 4, 5]);
        await after.leave();
      });

      it('a store that was closed among writes has every acknowledged append, and no part of another', async () => {
        const attempts = Array.from({ length: 30 }, (_, index) => ({
          stream: `order-${String(index)}`,
          events: newEvents(3),
        }));
        const writing = attempts.map(({ stream, events }) =>
          refusalOf(store.append(streamName(stream), events, 'no_stream')),
        );
        store = await reopen(store);
        const outcomes = await Promise.all(writing);
        for (const [index, { stream, events }] of attempts.entries()) {
          const state = await streamState(store, stream);
          if (outcomes[index] === 'none') expect(idsOf(state as RecordedEvent[])).toEqual(idsOf(events));
          else if (typeof state === 'string') expect(state).toBe('not-found');
          else expect(idsOf(state)).toEqual(idsOf(events));
        }
      });
    });
  }
}
