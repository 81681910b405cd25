import { setImmediate as nextTurn } from 'node:timers/promises';
import { streamName } from '../../../../schemas/events/stream-name';
import type {
  EventStore,
  NewEvent,
  Payload,
  Position,
  RecordedEvent,
} from '../../../../services/event-store/event-store';
import { comparable, EVERY_BYTE, textBytes } from './payloads';
import {
  allIds,
  appended,
  at,
  collect,
  first,
  idsOf,
  inTime,
  newEvent,
  newEvents,
  readIds,
  refusalOf,
  remove,
  sortedBy,
  untilRevived,
} from './support';

/** Reading one stream and all of them. */
export function readContract(current: () => EventStore): void {
  let store: EventStore;
  beforeEach(() => {
    store = current();
  });

  describe('readStream', () => {
    let events: NewEvent[];
    const revisions = async (options?: Parameters<EventStore['readStream']>[1]): Promise<number[]> =>
      (await collect(store.readStream(streamName('order-1'), options))).map((event) => event.revision);

    beforeEach(async () => {
      events = newEvents(5);
      await appended(store.append(streamName('order-0'), newEvents(2), 'no_stream'));
      await appended(store.append(streamName('order-1'), events, 'no_stream'));
      await appended(store.append(streamName('order-10'), newEvents(2), 'no_stream'));
    });

    it('readStream gives the events of the stream in order, and of no other stream', async () => {
      const stored = await collect(store.readStream(streamName('order-1')));
      expect(idsOf(stored)).toEqual(idsOf(events));
      expect(stored.map((event) => event.revision)).toEqual([0, 1, 2, 3, 4]);
      expect(stored.every((event) => event.stream === 'order-1')).toBe(true);
      expect(sortedBy(stored)).toBe(true);
    });

    it('readStream backwards gives the last events first', async () => {
      expect(await revisions({ direction: 'backwards' })).toEqual([4, 3, 2, 1, 0]);
      expect(await revisions({ direction: 'backwards', from: 'end', limit: 2 })).toEqual([4, 3]);
    });

    it('readStream includes the revision that it starts from', async () => {
      expect(await revisions({ from: 3 })).toEqual([3, 4]);
      expect(await revisions({ from: 2, direction: 'backwards' })).toEqual([2, 1, 0]);
      expect(await revisions({ from: 0, direction: 'backwards' })).toEqual([0]);
      expect(await revisions({ from: 'start' })).toEqual([0, 1, 2, 3, 4]);
    });

    it('readStream gives no more events than its limit', async () => {
      expect(await revisions({ limit: 2 })).toEqual([0, 1]);
      expect(await revisions({ from: 1, limit: 3 })).toEqual([1, 2, 3]);
      expect(await revisions({ from: 3, limit: 9 })).toEqual([3, 4]);
      expect(await revisions({ from: 3, direction: 'backwards', limit: 2 })).toEqual([3, 2]);
      expect(await revisions({ limit: 5 })).toEqual([0, 1, 2, 3, 4]);
      expect(await revisions({ limit: 0 })).toEqual([]);
    });

    it('readStream forwards from beyond the end gives nothing', async () => {
      expect(await revisions({ from: 5 })).toEqual([]);
      expect(await revisions({ from: 1_000_000_000 })).toEqual([]);
      expect(await revisions({ from: 'end' })).toEqual([]);
    });

    it('readStream backwards from beyond the end gives everything', async () => {
      expect(await revisions({ from: 5, direction: 'backwards' })).toEqual([4, 3, 2, 1, 0]);
      expect(await revisions({ from: 1_000_000, direction: 'backwards', limit: 1 })).toEqual([4]);
    });

    it('readStream backwards from the start gives only the first event', async () => {
      expect(await revisions({ from: 'start', direction: 'backwards' })).toEqual([0]);
    });

    it('readStream of a stream that never existed is refused as not-found', async () => {
      expect(await refusalOf(collect(store.readStream(streamName('order-2'))))).toBe('not-found');
      expect(await refusalOf(collect(store.readStream(streamName('order-2'), { direction: 'backwards' })))).toBe(
        'not-found',
      );
      expect(await refusalOf(collect(store.readStream(streamName('order-2'), { from: 3, limit: 1 })))).toBe(
        'not-found',
      );
      expect(await refusalOf(collect(store.readStream(streamName('Order-1'))))).toBe('not-found');
    });

    it('readStream of a soft-deleted stream is refused as not-found, and of a tombstoned one as deleted', async () => {
      await remove(store, 'order-1', 'soft');
      expect(await refusalOf(collect(store.readStream(streamName('order-1'))))).toBe('not-found');
      expect(await refusalOf(collect(store.readStream(streamName('order-1'), { direction: 'backwards' })))).toBe(
        'not-found',
      );
      await remove(store, 'order-0', 'tombstone');
      expect(await refusalOf(collect(store.readStream(streamName('order-0'))))).toBe('deleted');
      expect(await refusalOf(collect(store.readStream(streamName('order-0'), { direction: 'backwards' })))).toBe(
        'deleted',
      );
    });

    it('readStream of a revived stream gives only the events since its revival, with continued revisions', async () => {
      await remove(store, 'order-1', 'soft');
      const revived = newEvents(2);
      await appended(store.append(streamName('order-1'), revived, 'no_stream'));
      await untilRevived(store, 'order-1');
      expect(await readIds(store, 'order-1')).toEqual(idsOf(revived));
      expect(await revisions()).toEqual([5, 6]);
      expect(await revisions({ direction: 'backwards' })).toEqual([6, 5]);
      expect(await revisions({ from: 2, limit: 1 })).toEqual([5]);
      expect(await revisions({ from: 4, direction: 'backwards' })).toEqual([]);
      await appended(store.append(streamName('order-1'), newEvents(1), 6));
      await remove(store, 'order-1', 'soft');
      await appended(store.append(streamName('order-1'), newEvents(1), 7));
      await untilRevived(store, 'order-1');
      expect(await revisions()).toEqual([8]);
    });

    it('readStream reads a long stream to its end in either direction', async () => {
      const long = newEvents(2_345);
      for (let start = 0; start < long.length; start += 469) {
        await appended(store.append(streamName('order-long'), long.slice(start, start + 469), 'any'));
      }
      expect(await readIds(store, 'order-long')).toEqual(idsOf(long));
      const backwards = await collect(store.readStream(streamName('order-long'), { direction: 'backwards' }));
      expect(idsOf(backwards)).toEqual(idsOf(long).reverse());
    });

    it('readStream can be left early, by break or by a throw, and the store can still be closed', async () => {
      for (let round = 0; round < 20; round += 1) {
        for await (const event of store.readStream(streamName('order-1'))) {
          if (event.revision === 1) break;
        }
      }
      const fail = async (): Promise<void> => {
        for await (const event of store.readStream(streamName('order-1'))) throw new Error(event.id);
      };
      await expect(fail()).rejects.toThrow(first(events).id);
      await appended(store.append(streamName('order-1'), newEvents(1), 4));
      await inTime(store.close(), 'closing after reads that were left');
    });

    it('readStream blocks neither writers nor other readers nor closing while its consumer pauses', async () => {
      const paused = store.readStream(streamName('order-1'))[Symbol.asyncIterator]();
      expect(await paused.next()).toMatchObject({ done: false, value: { revision: 0 } });
      await inTime(appended(store.append(streamName('order-1'), newEvents(1), 4)), 'an append during a read');
      expect(await inTime(revisions(), 'a read during a read')).toEqual([0, 1, 2, 3, 4, 5]);
      expect(await paused.next()).toMatchObject({ done: false, value: { revision: 1 } });
      await inTime(store.close(), 'closing during a read');
      expect(['none', 'closed']).toContain(await inTime(refusalOf(paused.next()), 'a read after closing'));
    });

    it.each([
      ['a revision below 0', { from: -1 }],
      ['a revision that is a fraction', { from: 1.5 }],
      ['a revision that is not a number', { from: Number.NaN }],
      ['a limit below 0', { limit: -1 }],
      ['a limit that is a fraction', { limit: 0.5 }],
    ] as const)('readStream refuses %s as invalid', async (_, options) => {
      expect(await refusalOf(collect(store.readStream(streamName('order-1'), options)))).toBe('invalid');
    });

    it('readStream refuses a stream name that cannot be appended to', async () => {
      expect(await refusalOf(collect(store.readStream(streamName(''))))).toBe('invalid');
      expect(await refusalOf(collect(store.readStream(streamName('$all'))))).toBe('invalid');
    });
  });

  describe('readAll', () => {
    it('readAll of an empty store gives nothing', async () => {
      expect(await collect(store.readAll())).toEqual([]);
      expect(await collect(store.readAll({ prefix: 'order-' }))).toEqual([]);
    });

    it('readAll gives all events of all streams in the order in which they were acknowledged', async () => {
      const written: string[] = [];
      for (let round = 0; round < 12; round += 1) {
        const events = newEvents(1 + (round % 3));
        await appended(store.append(streamName(`order-${String(round % 4)}`), events, 'any'));
        written.push(...idsOf(events));
      }
      const stored = await collect(store.readAll());
      expect(idsOf(stored)).toEqual(written);
      expect(sortedBy(stored)).toBe(true);
    });

    it('readAll gives the same events as readStream', async () => {
      await appended(
        store.append(streamName('order-1'), [newEvent({ metadata: { a: 1 } }), newEvent({ data: EVERY_BYTE })], 'any'),
      );
      expect(await collect(store.readAll())).toEqual(await collect(store.readStream(streamName('order-1'))));
    });

    it('readAll includes the position that it starts from', async () => {
      const events = newEvents(5);
      for (const event of events) await appended(store.append(streamName('order-1'), [event], 'any'));
      for (const [index, { position }] of (await collect(store.readAll())).entries()) {
        expect(idsOf(await collect(store.readAll({ from: position })))).toEqual(idsOf(events).slice(index));
      }
    });

    it('readAll can start in the middle of an append', async () => {
      const events = newEvents(4);
      await appended(store.append(streamName('order-1'), events, 'no_stream'));
      const from = at(await collect(store.readAll()), 2).position;
      expect(idsOf(await collect(store.readAll({ from })))).toEqual(idsOf(events).slice(2));
    });

    it('readAll gives no more events than its limit', async () => {
      const events = newEvents(5);
      await appended(store.append(streamName('order-1'), events, 'no_stream'));
      expect(idsOf(await collect(store.readAll({ limit: 2 })))).toEqual(idsOf(events).slice(0, 2));
      expect(await collect(store.readAll({ limit: 9 }))).toHaveLength(5);
      expect(await collect(store.readAll({ limit: 0 }))).toEqual([]);
    });

    it('readAll counts only matching events towards its limit', async () => {
      const wanted = newEvents(3);
      for (const event of wanted) {
        await appended(store.append(streamName('noise-1'), newEvents(3), 'any'));
        await appended(store.append(streamName('order-1'), [event], 'any'));
      }
      const found = await collect(store.readAll({ prefix: 'order-', limit: 2 }));
      expect(idsOf(found)).toEqual(idsOf(wanted).slice(0, 2));
    });

    it.each([
      ['order-', ['order-1', 'order-10', 'order-%']],
      ['order-1', ['order-1', 'order-10']],
      ['order-%', ['order-%']],
      ['Order', ['Order-1']],
      ['order_', []],
      ['ord?r', []],
      ['o[r]der', []],
      ['*', []],
      ["'", ["'quoted'"]],
      ['ö', ['ö-1']],
      ['🍕', ['🍕-1', '🍕🍕']],
      ['', ['order-1', 'order-10', 'order-%', 'Order-1', "'quoted'", 'ö-1', '🍕-1', '🍕🍕', 'quarantine']],
    ] as const)('readAll takes the prefix %p literally', async (prefix, expected) => {
      const streams = ['order-1', 'order-10', 'order-%', 'Order-1', "'quoted'", 'ö-1', '🍕-1', '🍕🍕', 'quarantine'];
      for (const stream of streams) await appended(store.append(streamName(stream), newEvents(1), 'no_stream'));
      const found = await collect(store.readAll({ prefix }));
      expect(found.map((event) => event.stream)).toEqual(expected);
    });

    it('readAll gives every event once, whatever the page size', async () => {
      const streams = ['order-1', 'order-2', 'noise-1'];
      for (let round = 0; round < 30; round += 1) {
        await appended(store.append(streamName(at(streams, round % 3)), newEvents(1 + (round % 4)), 'any'));
      }
      const whole = idsOf(await collect(store.readAll({ prefix: 'order-' })));
      for (const size of [2, 3, 7, whole.length, whole.length + 1]) {
        const pages: string[] = [];
        let from: Position | 'start' = 'start';
        for (;;) {
          const page: RecordedEvent[] = await collect(store.readAll({ from, prefix: 'order-', limit: size }));
          const fresh = from === 'start' ? page : page.slice(1);
          if (fresh.length === 0) break;
          pages.push(...idsOf(fresh));
          from = at(page, -1).position;
        }
        expect(pages).toEqual(whole);
      }
    });

    it('readAll by pages while others write gives no gap and no event twice', async () => {
      const written = new Map<string, string[]>();
      let writing = true;
      const write = async (writer: number): Promise<void> => {
        // The first writer's appends are large, so that they take longer than those which begin after them.
        const data: Payload = writer === 0 ? new Uint8Array(200_000) : { writer };
        const stream = `order-${String(writer)}`;
        const ids: string[] = [];
        for (let round = 0; round < (writer === 0 ? 15 : 80); round += 1) {
          const events = Array.from({ length: 1 + (round % 3) }, () => newEvent({ data }));
          await appended(store.append(streamName(stream), events, 'any'));
          ids.push(...idsOf(events));
        }
        written.set(stream, ids);
      };
      const read = async (): Promise<RecordedEvent[]> => {
        const seen: RecordedEvent[] = [];
        for (;;) {
          const finished = !writing;
          const from: Position | 'start' = seen.at(-1)?.position ?? 'start';
          const page = await collect(store.readAll({ from, limit: 9 }));
          const fresh = seen.length === 0 ? page : page.slice(1);
          if (fresh.length === 0 && finished) return seen;
          seen.push(...fresh);
          await nextTurn();
        }
      };
      const reading = read();
      await Promise.all([0, 1, 2, 3, 4].map(write));
      writing = false;
      const seen = await reading;
      expect(sortedBy(seen)).toBe(true);
      for (const [stream, ids] of written) {
        expect(idsOf(seen.filter((event) => event.stream === stream))).toEqual(ids);
      }
      expect(idsOf(seen)).toEqual(await allIds(store));
    });

    it('readAll can be left early, and does not block writers while its consumer pauses', async () => {
      await appended(store.append(streamName('order-1'), newEvents(500), 'no_stream'));
      const paused = store.readAll()[Symbol.asyncIterator]();
      await paused.next();
      await inTime(appended(store.append(streamName('order-1'), newEvents(1), 499)), 'an append during a read');
      await paused.return?.();
      for await (const event of store.readAll()) {
        if (event.revision === 3) break;
      }
      await inTime(store.close(), 'closing after reads that were left');
    });

    it('readAll is not affected by what a consumer does to the events that it gave', async () => {
      await appended(store.append(streamName('order-1'), [newEvent({ data: { items: ['soup'] } })], 'no_stream'));
      await appended(store.append(streamName('order-2'), [newEvent({ data: textBytes('soup') })], 'no_stream'));
      const [json, bytes] = await collect(store.readAll());
      (json?.data as { items: string[] }).items.push('changed');
      (bytes?.data as Uint8Array).fill(0);
      const [again, bytesAgain] = await collect(store.readAll());
      expect(again?.data).toEqual({ items: ['soup'] });
      expect(comparable(bytesAgain?.data)).toEqual(comparable(textBytes('soup')));
    });

    it('readAll still gives the events of other streams after one was deleted', async () => {
      const kept = newEvents(2);
      await appended(store.append(streamName('order-1'), kept.slice(0, 1), 'no_stream'));
      await appended(store.append(streamName('order-2'), newEvents(2), 'no_stream'));
      await appended(store.append(streamName('order-3'), newEvents(2), 'no_stream'));
      await remove(store, 'order-2', 'soft');
      await remove(store, 'order-3', 'tombstone');
      await appended(store.append(streamName('order-1'), kept.slice(1), 0));
      expect(await allIds(store, 'order-1')).toEqual(idsOf(kept));
      const streams = new Set((await collect(store.readAll())).map((event) => event.stream));
      expect([...streams].filter((stream) => !/^order-[123]$/.test(stream))).toEqual([]);
    });

    it.each(['', '-1', '01', '1.5', ' 1', 'now', '99999999999999999999'])(
      'readAll refuses the position %p as invalid',
      async (text) => {
        expect(await refusalOf(collect(store.readAll({ from: text as Position })))).toBe('invalid');
      },
    );

    it('readAll from a position that the store never gave ends without a raw error', async () => {
      await appended(store.append(streamName('order-1'), newEvents(2), 'no_stream'));
      const from = '9223372036854775806' as Position;
      expect(['none', 'invalid']).toContain(await refusalOf(collect(store.readAll({ from }))));
    });

    it.each([-1, 0.5, Number.NaN])('readAll refuses a limit of %p as invalid', async (limit) => {
      expect(await refusalOf(collect(store.readAll({ limit })))).toBe('invalid');
    });
  });
}
