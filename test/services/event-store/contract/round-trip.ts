import fc from 'fast-check';
import { streamName } from '../../../../schemas/events/stream-name';
import type { EventStore, JsonValue, NewEvent, RecordedEvent } from '../../../../services/event-store/event-store';
import { comparable, PAYLOADS } from './payloads';
import { appended, collect, first, newEvent, newEvents } from './support';
import { cases } from '../../../support/depth';
import { anyCharacter } from '../../../support/any-character';

/** What is read is what was appended. */
export function roundTripContract(current: () => EventStore): void {
  let store: EventStore;
  beforeEach(() => {
    store = current();
  });

  describe('stored events', () => {
    const roundTrip = async (fields: Partial<NewEvent>): Promise<RecordedEvent> => {
      await appended(store.append(streamName('order-round-trip'), [newEvent(fields)], 'any'));
      return first(
        await collect(store.readStream(streamName('order-round-trip'), { direction: 'backwards', limit: 1 })),
      );
    };

    it('a stored event has exactly the fields of the port', async () => {
      const event = newEvent({ type: 'order.canceled', data: { a: 1 }, metadata: { b: 2 } });
      const { position } = await appended(store.append(streamName('order-fields'), [event], 'no_stream'));
      const [stored] = await collect(store.readStream(streamName('order-fields')));
      expect(stored).toEqual({
        ...event,
        stream: 'order-fields',
        revision: 0,
        position,
        created: expect.any(Date) as Date,
      });
      expect(Number.isNaN(stored?.created.getTime())).toBe(false);
    });

    it.each(PAYLOADS)('the data of a stored event comes back unchanged: %s', async (_, payload) => {
      expect(comparable((await roundTrip({ data: payload })).data)).toEqual(comparable(payload));
    });

    it.each(PAYLOADS)('the metadata of a stored event comes back unchanged: %s', async (_, payload) => {
      expect(comparable((await roundTrip({ metadata: payload })).metadata)).toEqual(comparable(payload));
    });

    it('a stored event has undefined metadata if it was given none', async () => {
      expect((await roundTrip({})).metadata).toBeUndefined();
    });

    it('a stored event gives back any JSON value', async () => {
      await fc.assert(
        fc.asyncProperty(fc.jsonValue({ stringUnit: anyCharacter }), async (value) => {
          // By way of JSON, which has no -0.
          const data = JSON.parse(JSON.stringify(value)) as JsonValue;
          const stored = await roundTrip({ data, metadata: data });
          expect(comparable(stored.data)).toEqual(comparable(data));
          expect(comparable(stored.metadata)).toEqual(comparable(data));
        }),
        { numRuns: cases(60) },
      );
    });

    it('a stored event gives back any bytes, from any view of a buffer', async () => {
      const large = new Uint8Array(600).map((_, index) => index % 256);
      for (const data of [large.subarray(300, 400), Buffer.from('soup'), Buffer.from(large.buffer, 10, 5)]) {
        const stored = await roundTrip({ data });
        expect(stored.data).toBeInstanceOf(Uint8Array);
        expect(comparable(stored.data)).toEqual(comparable(Uint8Array.from(data)));
      }
    });

    it('a stored event omits members that are undefined', async () => {
      expect((await roundTrip({ data: { kept: 1, dropped: undefined } })).data).toEqual({ kept: 1 });
    });

    it.each(['t', 'order.updated', 'Type With Spaces', 'größe', '🍕', 'a'.repeat(500)])(
      'a stored event gives back its type %p',
      async (type) => {
        expect((await roundTrip({ type })).type).toBe(type);
      },
    );
  });
}

/** Names of streams come back as they were; for a store without events. */
export function streamNameContract(current: () => EventStore): void {
  let store: EventStore;
  beforeEach(() => {
    store = current();
  });

  describe('stream names', () => {
    it.each([
      'a',
      'order-loc%2F1:42',
      'order-',
      'with spaces and\ttabs',
      'quote \' " ; -- drop',
      'no/../path\\',
      'größe-寿司-🍕',
      'ORDER-1',
      'order-1',
      'a$b',
    ])('a stored event gives back its stream name %p', async (stream) => {
      const other = `${stream}.`;
      await appended(store.append(streamName(other), newEvents(1), 'no_stream'));
      await appended(store.append(streamName(stream), newEvents(1), 'no_stream'));
      const [stored] = await collect(store.readStream(streamName(stream)));
      expect(stored?.stream).toBe(stream);
      expect((await collect(store.readAll())).map((event) => event.stream)).toEqual([other, stream]);
    });

    it('streams whose names differ only in case or in normal form are different streams', async () => {
      const names = ['order-é', 'order-e\u0301', 'Order-é', 'order-É', 'order-é '];
      for (const stream of names) await appended(store.append(streamName(stream), newEvents(1), 'no_stream'));
      expect((await collect(store.readAll())).map((event) => event.stream)).toEqual(names);
    });
  });
}
