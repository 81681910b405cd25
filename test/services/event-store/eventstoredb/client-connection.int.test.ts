import { ClientConnection } from '../../../../services/event-store/eventstoredb/client-connection';
import { parseConnectionUrl } from '../../../../services/event-store/eventstoredb/connection-url';
import { type RunningNode, startNode } from '../../../eventstoredb-node/node';
import { until } from '../../../support/patience';

/** Of one kind, between the first call of a connection and its end: all that lie within the call's way to the network. */
const MOST_STEPS = 8;
const afterMicrotasks = (count: number) => async (): Promise<void> => {
  for (let done = 0; done < count; done += 1) await Promise.resolve();
};
const afterTicks = (count: number) => async (): Promise<void> => {
  for (let done = 0; done < count; done += 1)
    await new Promise<void>((next) => {
      process.nextTick(next);
    });
};
const STEPS = [...Array(MOST_STEPS).keys()].flatMap((count) => [afterMicrotasks(count), afterTicks(count)]);

describe('a connection to EventStoreDB', () => {
  let node: RunningNode;
  let serial = 0;
  const connect = (): ClientConnection =>
    new ClientConnection(parseConnectionUrl(node.url), {}, (serial += 1), () => performance.now());

  beforeAll(async () => {
    node = await startNode();
  });
  afterAll(() => node.stop());

  it('a connection to EventStoreDB that ends at any step of its first call is left open nowhere', async () => {
    for (const step of STEPS) {
      const connection = connect();
      const pull = connection.pullLast(new AbortController().signal);
      await step();
      await connection.end();
      pull.cancel();
    }
    // What was begun before has come to the node when something later has.
    const last = connect();
    const pull = last.pullLast(new AbortController().signal);
    await until('an answer', () => pull.ended || !pull.empty);
    await until('no connection but the last', () => node.openConnections === 1);
    pull.cancel();
    await last.end();
    await until('no connection', () => node.openConnections === 0);
    expect(node.openCalls).toBe(0);
  });
});
