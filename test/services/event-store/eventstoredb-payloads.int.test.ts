import fc from 'fast-check';

import { type EventStore, type JsonValue } from '../../../services/event-store/event-store';
import { openEventStoreDb } from '../../../services/event-store/eventstoredb/eventstoredb-store';
import { startNode, type RunningNode } from '../../eventstoredb-node/node';
import { comparable } from './contract/payloads';
import { appended, at, collect, newEvent } from './contract/support';

describe('payloads on EventStoreDB', () => {
  let node: RunningNode;
  let store: EventStore;

  beforeAll(async () => {
    node = await startNode();
    store = openEventStoreDb({ url: node.url });
  });

  afterAll(async () => {
    await store.close();
    await node.stop();
  });

  const payload = fc.oneof(
    fc.jsonValue().map((value) => JSON.parse(JSON.stringify(value)) as JsonValue),
    fc.uint8Array(),
    // Bytes that read as JSON, and bytes that begin with the marker for them.
    fc.json().map((text) => new TextEncoder().encode(text)),
    fc.uint8Array().map((bytes) => Uint8Array.of(0, ...bytes)),
  );

  it('a payload on EventStoreDB comes back unchanged, JSON or bytes, as data and as metadata', async () => {
    let count = 0;
    await fc.assert(
      fc.asyncProperty(payload, fc.option(payload, { nil: undefined }), async (data, metadata) => {
        const stream = `order-${String((count += 1))}`;
        const event = newEvent(metadata === undefined ? { data } : { data, metadata });
        await appended(store.append(stream, [event], 'no_stream'));
        const stored = at(await collect(store.readStream(stream)), 0);
        expect(comparable(stored.data)).toEqual(comparable(data));
        expect(comparable(stored.metadata)).toEqual(comparable(metadata));
      }),
      { numRuns: 500 },
    );
  });

  it('a payload on EventStoreDB is stored as it is, for other clients to read', async () => {
    const bytes = Uint8Array.of(255, 1, 2);
    const events = [newEvent({ data: { a: 'é' }, metadata: { b: 1 } }), newEvent({ data: bytes, metadata: bytes })];
    await appended(store.append('order-plain', events, 'no_stream'));
    const [json, binary] = node.log.all.filter((event) => event.stream === 'order-plain');
    expect(json).toMatchObject({ contentType: 'application/json' });
    expect(Buffer.from(json?.data ?? []).toString()).toBe('{"a":"é"}');
    expect(Buffer.from(json?.metadata ?? []).toString()).toBe('{"b":1}');
    expect(binary).toMatchObject({ contentType: 'application/octet-stream' });
    expect([...(binary?.data ?? [])]).toEqual([...bytes]);
    expect([...(binary?.metadata ?? [])]).toEqual([...bytes]);
  });
});
