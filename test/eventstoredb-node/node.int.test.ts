import { randomUUID } from 'node:crypto';

import {
  EventStoreDBClient,
  jsonEvent,
  MaxAppendSizeExceededError,
  StreamDeletedError,
  StreamNotFoundError,
  WrongExpectedVersionError,
  type AppendExpectedRevision,
} from '@eventstore/db-client';

import { startNode, type RunningNode } from './node';

/** The node, seen by the client itself, which does not know that it is none; over both of its ways to append. */
describe.each([true, false])('test node (appends in batches: %p)', (batchAppend) => {
  let node: RunningNode;
  let client: EventStoreDBClient;

  beforeEach(async () => {
    node = await startNode({ batchAppend });
    client = EventStoreDBClient.connectionString(node.url);
  });

  afterEach(async () => {
    await client.dispose();
    await node.stop();
  });

  const event = (id: string = randomUUID()) => jsonEvent({ id, type: 'tested', data: { id } });
  const append = (expectedRevision: AppendExpectedRevision, ...ids: string[]) =>
    client.appendToStream(
      'order-1',
      ids.map((id) => event(id)),
      { expectedRevision },
    );
  const [a, b, c, d] = [randomUUID(), randomUUID(), randomUUID(), randomUUID()] as const;
  const wrong = expect.any(WrongExpectedVersionError) as unknown;

  it('the test node knows of no leader before it is ready', async () => {
    node.setFaults({ notReady: true });
    const discovering = EventStoreDBClient.connectionString(node.url.replace('esdb:', 'esdb+discover:'));
    await expect(discovering.readAll({ maxCount: 1 })[Symbol.asyncIterator]().next()).rejects.toThrow(
      'Failed to discover after 10 attempts',
    );
    node.setFaults({ notReady: false });
    await discovering.readAll({ maxCount: 1 })[Symbol.asyncIterator]().next();
    await discovering.dispose();
  });

  it('the test node uses the way to append that it offers', async () => {
    await append('no_stream', a);
    expect([...node.requests.keys()]).toEqual(['GetSupportedMethods', batchAppend ? 'BatchAppend' : 'Append']);
  });

  it('the test node checks the expected revision of an append', async () => {
    await expect(append('stream_exists', a)).rejects.toEqual(wrong);
    await expect(append(0n, a)).rejects.toMatchObject({ expectedVersion: 0n, actualVersion: 'no_stream' });
    expect(await append('no_stream', a, b)).toMatchObject({ success: true, nextExpectedRevision: 1n });
    await expect(append('no_stream', c)).rejects.toMatchObject({ expectedVersion: 'no_stream', actualVersion: 1n });
    await expect(append(2n, c)).rejects.toMatchObject({ expectedVersion: 2n, actualVersion: 1n });
    expect(await append(1n, c)).toMatchObject({ nextExpectedRevision: 2n });
    expect(await append('any', d)).toMatchObject({ nextExpectedRevision: 3n });
  });

  it('the test node recognises a repeated append by the ids at its revision, or by known ids where none is expected', async () => {
    const first = await append('no_stream', a, b, c);
    expect(await append('no_stream', a, b, c)).toEqual(first);
    expect(await append(0n, b, c)).toEqual(first);
    expect(await append('any', b, c)).toEqual(first);
    await expect(append(0n, b, d)).rejects.toEqual(wrong);
    await expect(append(0n, b, c, d)).rejects.toEqual(wrong);
    await expect(append('any', c, d)).rejects.toEqual(wrong);
    expect(await append(2n, c)).toMatchObject({ nextExpectedRevision: 3n });
  });

  it('the test node hides a soft-deleted stream, continues its revisions when revived, and closes a tombstoned one', async () => {
    await append('no_stream', a, b);
    await expect(client.deleteStream('order-1', { expectedRevision: 5n })).rejects.toEqual(wrong);
    await client.deleteStream('order-1', { expectedRevision: 1n });
    await expect(collect(client.readStream('order-1'))).rejects.toThrow(StreamNotFoundError);
    expect(await append('no_stream', c)).toMatchObject({ nextExpectedRevision: 2n });
    const revived = await collect(client.readStream('order-1'));
    expect(revived.map((resolved) => resolved.event?.revision)).toEqual([2n]);
    await client.tombstoneStream('order-1');
    await expect(collect(client.readStream('order-1'))).rejects.toThrow(StreamDeletedError);
    await expect(append('any', d)).rejects.toThrow(StreamDeletedError);
  });

  it('the test node refuses an append that is larger than a server takes', async () => {
    const large = jsonEvent({ type: 'tested', data: { text: 'x'.repeat(1_048_576) } });
    await expect(client.appendToStream('order-1', large)).rejects.toThrow(MaxAppendSizeExceededError);
  });

  it('the test node lists system events among all events, at positions with gaps', async () => {
    await append('no_stream', a, b);
    await client.deleteStream('order-1');
    const all = await collect(client.readAll());
    expect(all.map((resolved) => resolved.event?.streamId)).toEqual(['$settings', 'order-1', 'order-1', '$$order-1']);
    const positions = all.map((resolved) => Number(resolved.event?.position.commit));
    expect(positions).toEqual([...positions].sort((x, y) => x - y));
    expect(all[0]?.event?.created.getTime()).toBeGreaterThan(Date.now() - 60_000);
  });

  it('a subscription to the test node gets a confirmation, stored events, a checkpoint, caught-up and live events', async () => {
    await append('no_stream', a, b);
    await client.appendToStream('other-1', event());
    const seen: string[] = [];
    const subscription = client.subscribeToAll({
      filter: {
        filterOn: 'streamName',
        prefixes: ['order-'],
        checkpointInterval: 1,
        checkpointReached: () => void seen.push('checkpoint'),
      },
    });
    subscription.on('confirmation', () => seen.push('confirmed')).on('caughtUp', () => void append('any', c));
    for await (const { event: received } of subscription) {
      seen.push(String(received?.id));
      if (received?.id === c) break;
    }
    await subscription.unsubscribe();
    expect(seen.filter((what) => what !== 'checkpoint')).toEqual(['confirmed', a, b, c]);
    expect(seen).toContain('checkpoint');
  });
});

async function collect<T>(source: AsyncIterable<T>): Promise<T[]> {
  const items: T[] = [];
  for await (const item of source) items.push(item);
  return items;
}
