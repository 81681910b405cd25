import { streamName } from '../../../../schemas/events/stream-name';
import type { EventStore, ExpectedRevision, NewEvent } from '../../../../services/event-store/event-store';
import {
  allIds,
  appended,
  at,
  collect,
  first,
  idsOf,
  newEvent,
  newEvents,
  readIds,
  remove,
  streamState,
} from './support';

/** Idempotency by event id, as EventStoreDB has it. */
export function repeatedAppendContract(current: () => EventStore): void {
  let store: EventStore;
  beforeEach(() => {
    store = current();
  });

  describe('repeated append', () => {
    const expectStoredOnce = async (again: NewEvent[], expected: ExpectedRevision, revision: number): Promise<void> => {
      const before = await collect(store.readStream(streamName('order-1')));
      const result = await appended(store.append(streamName('order-1'), again, expected));
      const { position } = at(before, revision);
      expect(result).toEqual({ kind: 'appended', revision, position });
      expect(await collect(store.readStream(streamName('order-1')))).toEqual(before);
    };

    const expectConflict = async (events: NewEvent[], expected: ExpectedRevision, actual: number): Promise<void> => {
      const before = await allIds(store);
      const result = await store.append(streamName('order-1'), events, expected);
      expect(result).toEqual({ kind: 'conflict', stream: 'order-1', expected, actual });
      expect(await allIds(store)).toEqual(before);
    };

    it.each(['no_stream', 'any'] as const)(
      'a repeated append of one event expecting %s is stored once',
      async (expected) => {
        const events = newEvents(1);
        await appended(store.append(streamName('order-1'), events, expected));
        await expectStoredOnce(events, expected, 0);
      },
    );

    it('a repeated append of one event expecting stream_exists is stored once', async () => {
      await appended(store.append(streamName('order-1'), newEvents(1), 'no_stream'));
      const events = newEvents(1);
      await appended(store.append(streamName('order-1'), events, 'stream_exists'));
      await expectStoredOnce(events, 'stream_exists', 1);
    });

    it.each(['no_stream', 'any'] as const)(
      'a repeated append of several events expecting %s is stored once',
      async (expected) => {
        const events = newEvents(4);
        await appended(store.append(streamName('order-1'), events, expected));
        await expectStoredOnce(events, expected, 3);
      },
    );

    it('a repeated append expecting an exact revision is stored once, also after later appends', async () => {
      await appended(store.append(streamName('order-1'), newEvents(2), 'no_stream'));
      const events = newEvents(3);
      await appended(store.append(streamName('order-1'), events, 1));
      await expectStoredOnce(events, 1, 4);
      await appended(store.append(streamName('order-1'), newEvents(2), 4));
      await expectStoredOnce(events, 1, 4);
    });

    it('a repeated append is recognised by its revision, however many events came since', async () => {
      const events = newEvents(2);
      await appended(store.append(streamName('order-1'), events, 'no_stream'));
      for (let round = 0; round < 3; round += 1) {
        await appended(store.append(streamName('order-1'), newEvents(1_000), 'any'));
      }
      await expectStoredOnce(events, 'no_stream', 1);
    });

    it('a repeat of a part of an earlier append, from its start or its middle, is stored once', async () => {
      const events = newEvents(5);
      await appended(store.append(streamName('order-1'), events, 'no_stream'));
      await expectStoredOnce(events.slice(0, 2), 'no_stream', 1);
      await expectStoredOnce(events.slice(2, 4), 1, 3);
      await expectStoredOnce(events.slice(4), 3, 4);
    });

    it('a repeat of two earlier appends as one is stored once', async () => {
      const events = newEvents(4);
      await appended(store.append(streamName('order-1'), events.slice(0, 1), 'no_stream'));
      await appended(store.append(streamName('order-1'), events.slice(1), 0));
      await expectStoredOnce(events, 'no_stream', 3);
    });

    it('a repeated append may have other contents, because only its ids matter', async () => {
      const event = newEvent({ data: { status: 'first' } });
      await appended(store.append(streamName('order-1'), [event], 'no_stream'));
      await expectStoredOnce([{ ...event, data: { status: 'second' } }], 'no_stream', 0);
    });

    it('a repeated append that is longer than what is stored conflicts', async () => {
      const events = newEvents(3);
      await appended(store.append(streamName('order-1'), events.slice(0, 2), 'no_stream'));
      await expectConflict(events, 'no_stream', 1);
    });

    it('a repeated append whose first event differs conflicts', async () => {
      const events = newEvents(2);
      await appended(store.append(streamName('order-1'), events, 'no_stream'));
      await expectConflict([newEvent(), at(events, 1)], 'no_stream', 1);
    });

    it('a repeated append of which a later event differs conflicts', async () => {
      const events = newEvents(3);
      await appended(store.append(streamName('order-1'), events, 'no_stream'));
      await expectConflict([at(events, 0), at(events, 1), newEvent()], 'no_stream', 2);
    });

    it('an append whose ids are stored at other revisions conflicts', async () => {
      const events = newEvents(3);
      await appended(store.append(streamName('order-1'), events, 'no_stream'));
      await expectConflict([at(events, 0)], 0, 2);
      await expectConflict([at(events, 1)], 'no_stream', 2);
      await expectConflict([at(events, 1), at(events, 0)], 'no_stream', 2);
    });

    it('an append expecting any that mixes known and new events conflicts', async () => {
      const events = newEvents(2);
      await appended(store.append(streamName('order-1'), events, 'any'));
      await expectConflict([at(events, 0), newEvent()], 'any', 1);
    });

    it('an append of a known event expecting the last revision is no repeat, and is stored again', async () => {
      const event = newEvent();
      await appended(store.append(streamName('order-1'), [event], 'no_stream'));
      expect((await appended(store.append(streamName('order-1'), [event], 0))).revision).toBe(1);
      expect(await readIds(store, 'order-1')).toEqual([event.id, event.id]);
    });

    it('the repeat of an append expecting any whose event the stream has twice is answered the first revision', async () => {
      const event = newEvent();
      await appended(store.append(streamName('order-1'), [event], 'no_stream'));
      await appended(store.append(streamName('order-1'), [event], 0));
      expect((await appended(store.append(streamName('order-1'), [event], 'any'))).revision).toBe(0);
      expect(await readIds(store, 'order-1')).toEqual([event.id, event.id]);
    });

    it('an append whose ids are in another stream is no repeat', async () => {
      const events = newEvents(2);
      await appended(store.append(streamName('order-1'), events, 'no_stream'));
      for (const [stream, expected] of [
        ['order-2', 'no_stream'],
        ['order-3', 'any'],
      ] as const) {
        expect((await appended(store.append(streamName(stream), events, expected))).revision).toBe(1);
        expect(await readIds(store, stream)).toEqual(idsOf(events));
      }
    });

    it('an append may carry one id twice', async () => {
      const event = newEvent();
      await appended(store.append(streamName('order-1'), [event, event], 'no_stream'));
      expect(await readIds(store, 'order-1')).toEqual([event.id, event.id]);
      await expectStoredOnce([event, event], 'no_stream', 1);
      await expectStoredOnce([event], 'no_stream', 0);
      await expectConflict([event, event, event], 'no_stream', 1);
    });

    it('concurrent attempts of the same append are stored once', async () => {
      const events = newEvents(2);
      const results = await Promise.all(
        Array.from({ length: 10 }, () => appended(store.append(streamName('order-1'), events, 'no_stream'))),
      );
      expect(new Set(results.map((result) => JSON.stringify(result))).size).toBe(1);
      expect(await readIds(store, 'order-1')).toEqual(idsOf(events));
    });

    it('a repeated append does not revive a soft-deleted stream', async () => {
      const events = newEvents(2);
      await appended(store.append(streamName('order-1'), events, 'no_stream'));
      await remove(store, 'order-1', 'soft');
      expect((await appended(store.append(streamName('order-1'), events, 'no_stream'))).revision).toBe(1);
      expect((await appended(store.append(streamName('order-1'), events.slice(1), 0))).revision).toBe(1);
      expect(await streamState(store, 'order-1')).toBe('not-found');
    });

    it('a repeated append of which a later event differs conflicts on a soft-deleted stream', async () => {
      const events = newEvents(2);
      await appended(store.append(streamName('order-1'), events, 'no_stream'));
      await remove(store, 'order-1', 'soft');
      const result = await store.append(streamName('order-1'), [first(events), newEvent()], 'no_stream');
      expect(result).toEqual({ kind: 'conflict', stream: 'order-1', expected: 'no_stream', actual: 1 });
      expect(await streamState(store, 'order-1')).toBe('not-found');
    });
  });
}
