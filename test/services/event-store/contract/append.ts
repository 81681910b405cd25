import { eventId } from '../../../../schemas/events/event-id';
import { streamName } from '../../../../schemas/events/stream-name';
import {
  comparePositions,
  type EventStore,
  type JsonValue,
  MAX_APPEND_BYTES,
  MAX_STREAM_NAME_BYTES,
  type NewEvent,
  parsePosition,
} from '../../../../services/event-store/event-store';
import { comparable, nested, textBytes } from './payloads';
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
  refusalOf,
  remove,
  streamState,
} from './support';

/** Values that are not JSON, whatever their type says. */
const UNSERIALISABLE: readonly (readonly [string, () => unknown])[] = [
  ['a BigInt', () => ({ amount: 1n })],
  [
    'a cycle',
    () => {
      const loop: Record<string, unknown> = {};
      loop['self'] = loop;
      return loop;
    },
  ],
  ['undefined', () => undefined],
  ['a function', () => () => 0],
  ['a symbol', () => Symbol('x')],
  [
    'a value whose toJSON throws',
    () => ({
      toJSON: () => {
        throw new Error('no');
      },
    }),
  ],
];

/** How appends are written, bounded and refused. */
export function appendContract(current: () => EventStore): void {
  let store: EventStore;
  beforeEach(() => {
    store = current();
  });

  describe('append', () => {
    it.each(['no_stream', 'any'] as const)(
      'an append expecting %s starts a new stream at revision 0',
      async (expected) => {
        const event = newEvent();
        const result = await appended(store.append(streamName('order-1'), [event], expected));
        expect(result.revision).toBe(0);
        expect(parsePosition(result.position)).toBe(result.position);
        expect(await readIds(store, 'order-1')).toEqual([event.id]);
      },
    );

    it('an append answers with the revision and the position of its last event', async () => {
      const result = await appended(store.append(streamName('order-1'), newEvents(3), 'no_stream'));
      expect(result.revision).toBe(2);
      const last = at(await collect(store.readStream(streamName('order-1'))), -1);
      expect(last.position).toBe(result.position);
      const next = await appended(store.append(streamName('order-1'), newEvents(2), 2));
      expect(next.revision).toBe(4);
      expect(comparePositions(next.position, result.position)).toBeGreaterThan(0);
    });

    it('an append keeps its events together and in order', async () => {
      const batches = Array.from({ length: 20 }, () => newEvents(5));
      await Promise.all(batches.map((events) => appended(store.append(streamName('order-1'), events, 'any'))));
      const stored = await readIds(store, 'order-1');
      const batchOf = new Map(batches.flatMap((events, index) => events.map((event) => [event.id, index] as const)));
      const order = [...new Set(stored.map((id) => batchOf.get(id) ?? -1))];
      expect(stored).toEqual(order.flatMap((index) => idsOf(at(batches, index))));
      expect(order).toHaveLength(20);
    });

    it('an append writes all of its events or none', async () => {
      const events = [newEvent(), newEvent({ data: { amount: 1n } as unknown as JsonValue })];
      expect(await refusalOf(store.append(streamName('order-1'), events, 'no_stream'))).toBe('invalid');
      expect(await streamState(store, 'order-1')).toBe('not-found');
      expect(await allIds(store)).toEqual([]);
    });

    it('an append can be read as soon as it is acknowledged', async () => {
      for (let revision = 0; revision < 20; revision += 1) {
        const event = newEvent();
        const { position } = await appended(
          store.append(streamName('order-1'), [event], revision === 0 ? 'no_stream' : revision - 1),
        );
        expect(idsOf(await collect(store.readStream(streamName('order-1'), { from: revision })))).toEqual([event.id]);
        expect(idsOf(await collect(store.readAll({ from: position })))).toEqual([event.id]);
      }
    });

    it('an append takes a thousand events', async () => {
      const events = newEvents(1_000);
      expect((await appended(store.append(streamName('order-1'), events, 'no_stream'))).revision).toBe(999);
      expect(await readIds(store, 'order-1')).toEqual(idsOf(events));
    });

    it('an append is not affected by what the caller changes afterwards', async () => {
      const data = { items: [{ name: 'soup' }] };
      const bytes = textBytes('before');
      const buffer = Buffer.from('before');
      const events = [newEvent({ data, metadata: bytes }), newEvent({ data: bytes }), newEvent({ data: buffer })];
      const writing = store.append(streamName('order-1'), events, 'no_stream');
      first(data.items).name = 'changed';
      bytes.fill(0);
      buffer.fill(0);
      events.length = 1;
      await appended(writing);
      const stored = await collect(store.readStream(streamName('order-1')));
      const before = comparable(textBytes('before'));
      expect(stored.map((event) => comparable(event.data))).toEqual([
        comparable({ items: [{ name: 'soup' }] }),
        before,
        before,
      ]);
      expect(comparable(first(stored).metadata)).toEqual(before);
    });

    it('an append does not change what the caller gave it', async () => {
      const event = Object.freeze(newEvent({ data: Object.freeze({ a: 1 }) }));
      await appended(store.append(streamName('order-1'), Object.freeze([event]), 'no_stream'));
      expect(event.data).toEqual({ a: 1 });
    });

    it('an append counts its events as pending until it settles', async () => {
      expect(store.pending).toBe(0);
      const writing = [
        store.append(streamName('order-1'), newEvents(3), 'no_stream'),
        store.append(streamName('order-2'), newEvents(2), 'no_stream'),
      ];
      expect(store.pending).toBe(5);
      await Promise.all(writing);
      expect(store.pending).toBe(0);
    });

    it('a refused append leaves nothing pending', async () => {
      await refusalOf(store.append(streamName(''), newEvents(1), 'any'));
      await refusalOf(
        store.append(streamName('order-1'), [newEvent({ data: new Uint8Array(MAX_APPEND_BYTES) })], 'any'),
      );
      await store.append(streamName('order-1'), newEvents(1), 9);
      expect(store.pending).toBe(0);
    });
  });

  describe('limits of an append', () => {
    const type = 'order.updated';

    it('an append of exactly the maximum size is stored', async () => {
      const data = new Uint8Array(MAX_APPEND_BYTES - type.length).fill(7);
      await appended(store.append(streamName('order-1'), [newEvent({ type, data })], 'no_stream'));
      const [event] = await collect(store.readStream(streamName('order-1')));
      expect(event?.data).toHaveLength(data.length);
    });

    it('an append of one byte over the maximum size is refused as too large, and writes nothing', async () => {
      const data = new Uint8Array(MAX_APPEND_BYTES - type.length + 1);
      expect(await refusalOf(store.append(streamName('order-1'), [newEvent({ type, data })], 'no_stream'))).toBe(
        'too-large',
      );
      expect(await streamState(store, 'order-1')).toBe('not-found');
      await appended(store.append(streamName('order-1'), newEvents(1), 'no_stream'));
    });

    it('the size of an append counts data, metadata and types of all its events', async () => {
      const half = (size: number): NewEvent =>
        newEvent({ type, data: new Uint8Array(size - 20 - type.length), metadata: new Uint8Array(20) });
      const limit = MAX_APPEND_BYTES / 2;
      expect(await refusalOf(store.append(streamName('order-1'), [half(limit), half(limit + 1)], 'any'))).toBe(
        'too-large',
      );
      expect((await appended(store.append(streamName('order-1'), [half(limit), half(limit)], 'any'))).revision).toBe(1);
    });

    it('the size of an append counts JSON in bytes of UTF-8, not in characters', async () => {
      const emoji = (count: number): NewEvent => newEvent({ type, data: '🍕'.repeat(count) });
      const most = Math.floor((MAX_APPEND_BYTES - type.length - 2) / 4);
      expect(await refusalOf(store.append(streamName('order-1'), [emoji(most + 1)], 'any'))).toBe('too-large');
      await appended(store.append(streamName('order-1'), [emoji(most)], 'any'));
      const [event] = await collect(store.readStream(streamName('order-1')));
      expect(event?.data).toHaveLength(most * 2);
    });

    it('a stream name of exactly the maximum length is taken', async () => {
      const stream = `order-${'é'.repeat((MAX_STREAM_NAME_BYTES - 6) / 2)}`;
      await appended(store.append(streamName(stream), newEvents(1), 'no_stream'));
      const [event] = await collect(store.readStream(streamName(stream)));
      expect(event?.stream).toBe(stream);
    });

    it('a stream name over the maximum length in bytes is refused as invalid', async () => {
      const stream = `order-${'é'.repeat((MAX_STREAM_NAME_BYTES - 6) / 2)}x`;
      expect(await refusalOf(store.append(streamName(stream), newEvents(1), 'no_stream'))).toBe('invalid');
      expect(await refusalOf(collect(store.readStream(streamName(stream))))).toBe('invalid');
      expect(await refusalOf(store.deleteStream(streamName(stream), 'any', 'soft'))).toBe('invalid');
    });
  });

  describe('appends that cannot be stored', () => {
    it.each(UNSERIALISABLE)('an append with %s as data is refused, and the store stays usable', async (_, make) => {
      const event = newEvent({ data: make() as JsonValue });
      expect(await refusalOf(store.append(streamName('order-1'), [event], 'any'))).toBe('invalid');
      expect(await streamState(store, 'order-1')).toBe('not-found');
      await appended(store.append(streamName('order-1'), newEvents(1), 'no_stream'));
    });

    it.each(UNSERIALISABLE.filter(([what]) => what !== 'undefined'))(
      'an append with %s as metadata is refused',
      async (_, make) => {
        const event = newEvent({ metadata: make() as JsonValue });
        expect(await refusalOf(store.append(streamName('order-1'), [event], 'any'))).toBe('invalid');
        await appended(store.append(streamName('order-1'), newEvents(1), 'no_stream'));
      },
    );

    it('an append of very deeply nested JSON is refused as invalid or stored', async () => {
      const outcome = await refusalOf(store.append(streamName('order-1'), [newEvent({ data: nested(50_000) })], 'any'));
      expect(['invalid', 'none']).toContain(outcome);
      await appended(store.append(streamName('order-1'), newEvents(1), 'any'));
    });

    it.each([
      ['an empty list', 'order-1', []],
      ['an empty stream name', '', [newEvent()]],
      ['a stream name with $', '$order', [newEvent()]],
      ['an empty type', 'order-1', [newEvent({ type: '' })]],
      ['a type with $', 'order-1', [newEvent({ type: '$metadata' })]],
      ['an id that is no UUID', 'order-1', [newEvent({ id: eventId('order-1') })]],
      ['an id in upper case', 'order-1', [newEvent({ id: eventId('A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11') })]],
      ['the nil UUID', 'order-1', [newEvent({ id: eventId('00000000-0000-0000-0000-000000000000') })]],
      ['a good event before a bad one', 'order-1', [newEvent(), newEvent({ type: '' })]],
    ] as const)('an append with %s is refused as invalid', async (_, stream, events) => {
      expect(await refusalOf(store.append(streamName(stream), events, 'any'))).toBe('invalid');
      expect(await allIds(store)).toEqual([]);
      await appended(store.append(streamName('order-1'), newEvents(1), 'no_stream'));
    });

    it.each(['no_stream', 'stream_exists', 5] as const)(
      'an append of an empty list expecting %s is refused as invalid',
      async (expected) => {
        expect(await refusalOf(store.append(streamName('order-1'), [], expected))).toBe('invalid');
      },
    );

    it.each([-1, -2, 0.5, Number.NaN, Number.POSITIVE_INFINITY])(
      'an append or delete expecting the revision %p is refused as invalid',
      async (expected) => {
        await appended(store.append(streamName('order-1'), newEvents(1), 'no_stream'));
        expect(await refusalOf(store.append(streamName('order-1'), newEvents(1), expected))).toBe('invalid');
        expect(await refusalOf(store.deleteStream(streamName('order-1'), expected, 'soft'))).toBe('invalid');
        expect(await streamState(store, 'order-1')).toHaveLength(1);
      },
    );

    it('a delete of what cannot be a stream is refused as invalid', async () => {
      expect(await refusalOf(store.deleteStream(streamName(''), 'any', 'soft'))).toBe('invalid');
      expect(await refusalOf(store.deleteStream(streamName('$all'), 'any', 'tombstone'))).toBe('invalid');
    });
  });

  describe('lastRevision', () => {
    it('lastRevision says where the stream ends after each append, and no_stream of one that never had any', async () => {
      expect(await store.lastRevision(streamName('order-1'))).toBe('no_stream');
      for (const [count, last] of [
        [1, 0],
        [3, 3],
      ] as const) {
        await appended(store.append(streamName('order-1'), newEvents(count), 'any'));
        expect(await store.lastRevision(streamName('order-1'))).toBe(last);
      }
      expect(await store.lastRevision(streamName('order-10'))).toBe('no_stream');
    });

    it('lastRevision of a stream that was deleted is where its numbering continues, or refused if it was for good', async () => {
      await appended(store.append(streamName('order-1'), newEvents(2), 'no_stream'));
      await appended(store.append(streamName('order-2'), newEvents(2), 'no_stream'));
      await remove(store, 'order-1', 'soft');
      await remove(store, 'order-2', 'tombstone');
      expect(await store.lastRevision(streamName('order-1'))).toBe(1);
      expect(await refusalOf(store.lastRevision(streamName('order-2')))).toBe('deleted');
      await appended(store.append(streamName('order-1'), newEvents(1), 'any'));
      expect(await store.lastRevision(streamName('order-1'))).toBe(2);
    });

    it('lastRevision of what cannot be a stream is refused as invalid', async () => {
      expect(await refusalOf(store.lastRevision(streamName('')))).toBe('invalid');
      expect(await refusalOf(store.lastRevision(streamName('$all')))).toBe('invalid');
    });
  });

  describe('checkWritable', () => {
    it('checkWritable resolves while the store takes writes, and writes no visible event', async () => {
      await store.checkWritable();
      await appended(store.append(streamName('order-1'), newEvents(1), 'no_stream'));
      await store.checkWritable();
      expect(await collect(store.readAll())).toHaveLength(1);
      expect(store.pending).toBe(0);
    });
  });
}
