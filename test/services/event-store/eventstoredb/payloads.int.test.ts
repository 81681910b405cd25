import fc from 'fast-check';

import { parseJson, stringifyJson } from '../../../../schemas/json/exact-json';
import { streamName } from '../../../../schemas/events/stream-name';
import type { EventStore, JsonValue, RecordedEvent } from '../../../../services/event-store/event-store';
import { openEventStoreDb } from '../../../../services/event-store/eventstoredb/eventstoredb-store';
import { startNode, type RunningNode } from '../../../eventstoredb-node/node';
import { comparable } from '../contract/payloads';
import { appended, at, collect, newEvent } from '../contract/support';
import { cases } from '../../../support/depth';
import { patiently } from '../../../support/patience';

/** Milliseconds that no call takes on a machine that is only busy. */
const TIMEOUT_MS = patiently(20_000);

describe('payloads on EventStoreDB', () => {
  let node: RunningNode;
  let store: EventStore;

  beforeAll(async () => {
    node = await startNode();
    store = openEventStoreDb({ url: node.url, timeoutMs: TIMEOUT_MS });
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
        await appended(store.append(streamName(stream), [event], 'no_stream'));
        const stored = at(await collect(store.readStream(streamName(stream))), 0);
        expect(comparable(stored.data)).toEqual(comparable(data));
        expect(comparable(stored.metadata)).toEqual(comparable(metadata));
      }),
      { numRuns: cases(500) },
    );
  });

  it('a number that no double holds is stored on EventStoreDB as JSON, and keeps its digits however it is read', async () => {
    const text = '{"id":1894721983472198341,"n":[1e400]}';
    const payload = parseJson(text) as JsonValue;
    const stream = 'order-digits';
    await appended(store.append(streamName(stream), [newEvent({ data: payload, metadata: payload })], 'no_stream'));
    const raw = node.log.all.find((event) => event.stream === stream);
    expect(raw).toMatchObject({ contentType: 'application/json' });
    expect([raw?.data, raw?.metadata].map((bytes) => Buffer.from(bytes ?? []).toString())).toEqual([text, text]);

    const stop = new AbortController();
    const followed = store.subscribe({ after: 'start', prefix: stream, signal: stop.signal });
    const subscribed: RecordedEvent[] = [];
    for await (const { events } of followed) {
      subscribed.push(...events);
      if (subscribed.length > 0) break;
    }
    stop.abort();
    const reads = [
      store.readStream(streamName(stream)),
      store.readStream(streamName(stream), { direction: 'backwards', limit: 1 }),
    ];
    const all = store.readAll({ prefix: stream });
    const read = (await Promise.all([...reads, all].map(collect))).flat();
    expect(read).toHaveLength(3);
    for (const { data, metadata } of [...read, ...subscribed])
      expect([data, metadata].map((one) => stringifyJson(one))).toEqual([text, text]);
  });

  it('a payload on EventStoreDB is stored as it is, for other clients to read', async () => {
    const bytes = Uint8Array.of(255, 1, 2);
    const events = [newEvent({ data: { a: 'é' }, metadata: { b: 1 } }), newEvent({ data: bytes, metadata: bytes })];
    await appended(store.append(streamName('order-plain'), events, 'no_stream'));
    const [json, binary] = node.log.all.filter((event) => event.stream === 'order-plain');
    expect(json).toMatchObject({ contentType: 'application/json' });
    expect(Buffer.from(json?.data ?? []).toString()).toBe('{"a":"é"}');
    expect(Buffer.from(json?.metadata ?? []).toString()).toBe('{"b":1}');
    expect(binary).toMatchObject({ contentType: 'application/octet-stream' });
    expect([...(binary?.data ?? [])]).toEqual([...bytes]);
    expect([...(binary?.metadata ?? [])]).toEqual([...bytes]);
  });
});
