import fc from 'fast-check';
import { eventId } from '../../../../schemas/events/event-id';
import { streamName } from '../../../../schemas/events/stream-name';
import { bucketOf, BUCKETS, ContentDigest, eventDigest } from '../../../../services/operations/copy/content-digest';
import type { Position, RecordedEvent } from '../../../../services/event-store/event-store';

const event: RecordedEvent = {
  stream: streamName('order-a:1'),
  id: eventId('11111111-1111-4111-8111-111111111111'),
  type: 'order.updated',
  data: { a: 1, b: [null] },
  metadata: { received_at: '2026-01-01T00:00:00.000Z' },
  revision: 3,
  position: '7' as Position,
  created: new Date(0),
};
const digestOf = (events: readonly RecordedEvent[]): string => {
  const digest = new ContentDigest(true);
  for (const one of events) digest.add(one);
  return digest.hex;
};

describe('the digest of an event', () => {
  it.each<[string, Partial<RecordedEvent>]>([
    ['its stream', { stream: streamName('order-a:2') }],
    ['its revision', { revision: 4 }],
    ['its id', { id: eventId('11111111-1111-4111-8111-111111111112') }],
    ['its type', { type: 'order.canceled' }],
    ['a value in its data', { data: { a: 2, b: [null] } }],
    ['the order of keys in its data', { data: { b: [null], a: 1 } }],
    ['data as bytes instead of JSON', { data: Buffer.from('{"a":1,"b":[null]}') }],
    ['its metadata', { metadata: { received_at: '2026-01-01T00:00:00.001Z' } }],
    ['metadata that are null', { metadata: null }],
    ['no metadata', { metadata: undefined }],
    ['its timestamp', { created: new Date(1) }],
  ])('the digest of an event changes with %s', (_, change) => {
    expect(eventDigest({ ...event, ...change }, true)).not.toBe(eventDigest(event, true));
  });

  it('the digest of an event does not change with its position, nor with a timestamp that is left out', () => {
    expect(eventDigest({ ...event, position: '8' as Position }, true)).toBe(eventDigest(event, true));
    expect(eventDigest({ ...event, created: new Date(1) }, false)).toBe(eventDigest(event, false));
  });

  it('the digest of an event differs for bytes and for a text that spells them', () => {
    expect(eventDigest({ ...event, data: Buffer.from('YQ==', 'base64') }, true)).not.toBe(
      eventDigest({ ...event, data: 'YQ==' }, true),
    );
  });
});

describe('the digest of a store', () => {
  const events = fc.array(
    fc
      .record({ stream: fc.string().map(streamName), revision: fc.nat(), data: fc.jsonValue() })
      .map((part) => ({ ...event, ...part })),
  );

  it('the digest of a store does not depend on the order of events', () => {
    fc.assert(
      fc.property(events, (list) => {
        expect(digestOf(list.toReversed())).toBe(digestOf(list));
      }),
    );
  });

  it('the digest of a store shows whether an event is there once, twice or not', () => {
    fc.assert(
      fc.property(events, (list) => {
        expect(new Set([list, [...list, event], [...list, event, event]].map(digestOf)).size).toBe(3);
      }),
    );
  });

  it('the digest of a store leads to the streams that differ', () => {
    const [one, other] = [new ContentDigest(true), new ContentDigest(true)];
    for (const digest of [one, other])
      for (let n = 0; n < 100; n++) digest.add({ ...event, stream: streamName(String(n)) });
    expect(one.differingBuckets(other).size).toBe(0);
    other.add({ ...event, stream: streamName('more') });
    expect([...one.differingBuckets(other)]).toEqual([bucketOf(streamName('more'))]);
    expect(bucketOf(streamName('more'))).toBeLessThan(BUCKETS);
  });
});
