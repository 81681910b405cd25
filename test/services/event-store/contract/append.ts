import { randomUUID } from 'node:crypto';
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
    it.each(['no_stream', 'any'] as const)('starts a new stream at revision 0 with %s', async (expected) => {
      const event = newEvent();
      const result = await appended(store.append('order-1', [event], expected));
      expect(result.revision).toBe(0);
      expect(parsePosition(result.position)).toBe(result.position);
      expect(await readIds(store, 'order-1')).toEqual([event.id]);
    });

    it('answers with the revision and the position of the last event', async () => {
      const result = await appended(store.append('order-1', newEvents(3), 'no_stream'));
      expect(result.revision).toBe(2);
      const last = at(await collect(store.readStream('order-1')), -1);
      expect(last.position).toBe(result.position);
      const next = await appended(store.append('order-1', newEvents(2), 2));
      expect(next.revision).toBe(4);
      expect(comparePositions(next.position, result.position)).toBeGreaterThan(0);
    });

    it('keeps the events of one append together and in order', async () => {
      const batches = Array.from({ length: 20 }, () => newEvents(5));
      await Promise.all(batches.map((events) => appended(store.append('order-1', events, 'any'))));
      const stored = await readIds(store, 'order-1');
      const batchOf = new Map(batches.flatMap((events, index) => events.map((event) => [event.id, index] as const)));
      const order = [...new Set(stored.map((id) => batchOf.get(id) ?? -1))];
      expect(stored).toEqual(order.flatMap((index) => idsOf(at(batches, index))));
      expect(order).toHaveLength(20);
    });

    it('writes all events of an append or none', async () => {
      const events = [newEvent(), newEvent({ data: { amount: 1n } as unknown as JsonValue })];
      expect(await refusalOf(store.append('order-1', events, 'no_stream'))).toBe('invalid');
      expect(await streamState(store, 'order-1')).toBe('not-found');
      expect(await allIds(store)).toEqual([]);
    });

    it('can be read at once after it was acknowledged', async () => {
      for (let revision = 0; revision < 20; revision += 1) {
        const event = newEvent();
        const { position } = await appended(
          store.append('order-1', [event], revision === 0 ? 'no_stream' : revision - 1),
        );
        expect(idsOf(await collect(store.readStream('order-1', { from: revision })))).toEqual([event.id]);
        expect(idsOf(await collect(store.readAll({ from: position })))).toEqual([event.id]);
      }
    });

    it('takes a thousand events at once', async () => {
      const events = newEvents(1_000);
      expect((await appended(store.append('order-1', events, 'no_stream'))).revision).toBe(999);
      expect(await readIds(store, 'order-1')).toEqual(idsOf(events));
    });

    it('is not affected by what the caller changes afterwards', async () => {
      const data = { items: [{ name: 'soup' }] };
      const bytes = textBytes('before');
      const buffer = Buffer.from('before');
      const events = [newEvent({ data, metadata: bytes }), newEvent({ data: bytes }), newEvent({ data: buffer })];
      const writing = store.append('order-1', events, 'no_stream');
      first(data.items).name = 'changed';
      bytes.fill(0);
      buffer.fill(0);
      events.length = 1;
      await appended(writing);
      const stored = await collect(store.readStream('order-1'));
      const before = comparable(textBytes('before'));
      expect(stored.map((event) => comparable(event.data))).toEqual([
        comparable({ items: [{ name: 'soup' }] }),
        before,
        before,
      ]);
      expect(comparable(first(stored).metadata)).toEqual(before);
    });

    it('does not change what the caller gave', async () => {
      const event = Object.freeze(newEvent({ data: Object.freeze({ a: 1 }) }));
      await appended(store.append('order-1', Object.freeze([event]), 'no_stream'));
      expect(event.data).toEqual({ a: 1 });
    });

    it('counts its events as pending until it settles', async () => {
      expect(store.pending).toBe(0);
      const writing = [
        store.append('order-1', newEvents(3), 'no_stream'),
        store.append('order-2', newEvents(2), 'no_stream'),
      ];
      expect(store.pending).toBe(5);
      await Promise.all(writing);
      expect(store.pending).toBe(0);
    });

    it('counts nothing as pending once it was refused', async () => {
      await refusalOf(store.append('', newEvents(1), 'any'));
      await refusalOf(store.append('order-1', [newEvent({ data: new Uint8Array(MAX_APPEND_BYTES) })], 'any'));
      await store.append('order-1', newEvents(1), 9);
      expect(store.pending).toBe(0);
    });
  });

  describe('append limits', () => {
    const type = 'order.updated';

    it('takes an append of exactly the most bytes', async () => {
      const data = new Uint8Array(MAX_APPEND_BYTES - type.length).fill(7);
      await appended(store.append('order-1', [newEvent({ type, data })], 'no_stream'));
      const [event] = await collect(store.readStream('order-1'));
      expect(event?.data).toHaveLength(data.length);
    });

    it('refuses one byte more as too large and writes nothing', async () => {
      const data = new Uint8Array(MAX_APPEND_BYTES - type.length + 1);
      expect(await refusalOf(store.append('order-1', [newEvent({ type, data })], 'no_stream'))).toBe('too-large');
      expect(await streamState(store, 'order-1')).toBe('not-found');
      await appended(store.append('order-1', newEvents(1), 'no_stream'));
    });

    it('counts data, metadata and types of all events of an append together', async () => {
      const half = (size: number): NewEvent =>
        newEvent({ type, data: new Uint8Array(size - 20 - type.length), metadata: new Uint8Array(20) });
      const limit = MAX_APPEND_BYTES / 2;
      expect(await refusalOf(store.append('order-1', [half(limit), half(limit + 1)], 'any'))).toBe('too-large');
      expect((await appended(store.append('order-1', [half(limit), half(limit)], 'any'))).revision).toBe(1);
    });

    it('counts JSON in bytes of UTF-8, not in characters', async () => {
      const emoji = (count: number): NewEvent => newEvent({ type, data: '🍕'.repeat(count) });
      const most = Math.floor((MAX_APPEND_BYTES - type.length - 2) / 4);
      expect(await refusalOf(store.append('order-1', [emoji(most + 1)], 'any'))).toBe('too-large');
      await appended(store.append('order-1', [emoji(most)], 'any'));
      const [event] = await collect(store.readStream('order-1'));
      expect(event?.data).toHaveLength(most * 2);
    });

    it('takes a stream name of exactly the most bytes', async () => {
      const stream = `order-${'é'.repeat((MAX_STREAM_NAME_BYTES - 6) / 2)}`;
      await appended(store.append(stream, newEvents(1), 'no_stream'));
      const [event] = await collect(store.readStream(stream));
      expect(event?.stream).toBe(stream);
    });

    it('refuses a longer stream name as invalid, counted in bytes', async () => {
      const stream = `order-${'é'.repeat((MAX_STREAM_NAME_BYTES - 6) / 2)}x`;
      expect(await refusalOf(store.append(stream, newEvents(1), 'no_stream'))).toBe('invalid');
      expect(await refusalOf(collect(store.readStream(stream)))).toBe('invalid');
      expect(await refusalOf(store.deleteStream(stream, 'any', 'soft'))).toBe('invalid');
    });
  });

  describe('append of what cannot be stored', () => {
    it.each(UNSERIALISABLE)('refuses %s as data and leaves the store usable', async (_, make) => {
      const event = newEvent({ data: make() as JsonValue });
      expect(await refusalOf(store.append('order-1', [event], 'any'))).toBe('invalid');
      expect(await streamState(store, 'order-1')).toBe('not-found');
      await appended(store.append('order-1', newEvents(1), 'no_stream'));
    });

    it.each(UNSERIALISABLE.filter(([what]) => what !== 'undefined'))('refuses %s as metadata', async (_, make) => {
      const event = newEvent({ metadata: make() as JsonValue });
      expect(await refusalOf(store.append('order-1', [event], 'any'))).toBe('invalid');
      await appended(store.append('order-1', newEvents(1), 'no_stream'));
    });

    it('refuses JSON nested too deeply to be written, or stores it', async () => {
      const outcome = await refusalOf(store.append('order-1', [newEvent({ data: nested(50_000) })], 'any'));
      expect(['invalid', 'none']).toContain(outcome);
      await appended(store.append('order-1', newEvents(1), 'any'));
    });

    it.each([
      ['an empty list', 'order-1', []],
      ['an empty stream name', '', [newEvent()]],
      ['a stream name with $', '$order', [newEvent()]],
      ['an empty type', 'order-1', [newEvent({ type: '' })]],
      ['a type with $', 'order-1', [newEvent({ type: '$metadata' })]],
      ['an id that is no UUID', 'order-1', [newEvent({ id: 'order-1' })]],
      ['an id in upper case', 'order-1', [newEvent({ id: randomUUID().toUpperCase() })]],
      ['the nil UUID', 'order-1', [newEvent({ id: '00000000-0000-0000-0000-000000000000' })]],
      ['a good event before a bad one', 'order-1', [newEvent(), newEvent({ type: '' })]],
    ] as const)('refuses %s as invalid', async (_, stream, events) => {
      expect(await refusalOf(store.append(stream, events, 'any'))).toBe('invalid');
      expect(await allIds(store)).toEqual([]);
      await appended(store.append('order-1', newEvents(1), 'no_stream'));
    });

    it.each(['no_stream', 'stream_exists', 5] as const)('refuses an empty list expecting %s too', async (expected) => {
      expect(await refusalOf(store.append('order-1', [], expected))).toBe('invalid');
    });

    it.each([-1, -2, 0.5, Number.NaN, Number.POSITIVE_INFINITY])(
      'refuses the expected revision %p as invalid',
      async (expected) => {
        await appended(store.append('order-1', newEvents(1), 'no_stream'));
        expect(await refusalOf(store.append('order-1', newEvents(1), expected))).toBe('invalid');
        expect(await refusalOf(store.deleteStream('order-1', expected, 'soft'))).toBe('invalid');
        expect(await streamState(store, 'order-1')).toHaveLength(1);
      },
    );

    it('refuses to delete what cannot be a stream', async () => {
      expect(await refusalOf(store.deleteStream('', 'any', 'soft'))).toBe('invalid');
      expect(await refusalOf(store.deleteStream('$all', 'any', 'tombstone'))).toBe('invalid');
    });
  });

  describe('checkWritable', () => {
    it('resolves while the store takes writes, and writes nothing that anyone sees', async () => {
      await store.checkWritable();
      await appended(store.append('order-1', newEvents(1), 'no_stream'));
      await store.checkWritable();
      expect(await collect(store.readAll())).toHaveLength(1);
      expect(store.pending).toBe(0);
    });
  });
}
