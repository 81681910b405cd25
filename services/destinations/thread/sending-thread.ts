import { randomUUID } from 'node:crypto';
import { setPriority } from 'node:os';
import { parentPort, workerData } from 'node:worker_threads';
import pino, { type Logger } from 'pino';
import { toOrder } from '../../../projections/order/order';
import type { FeedPosition } from '../../../schemas/api/feed';
import { BrokenInvariant } from '../../../schemas/broken-invariant';
import { labelStream } from '../../../schemas/label';
import { GiveWay } from '../../concurrency/give-way';
import { ThreadCalls } from '../../concurrency/thread-calls';
import type { EventStore } from '../../event-store/event-store';
import { openFollowedLog } from '../../event-store/open';
import { Feed } from '../../feed/feed';
import { createReadItems } from '../../feed/feed-items';
import { OrderFolds } from '../../feed/order-folds';
import { Tail } from '../../feed/tail';
import { shownLabel, type TimedLabel } from '../../labels/label-time';
import type { ShowOrder } from '../../labels/labels';
import { OrderTableReader } from '../../read-model/order-table/reader';
import { createDestinationRecord } from '../destination-record';
import { type MainCalls, resultOf, type SendingCalls, type SendingThreadOptions, storedOf } from './sending-protocol';
import { Supplies } from './supplies';

/**
 * What is sent to destinations, in a thread of its own: it follows the log itself, so that reading, folding, signing and
 * sending cost the thread that answers Stream nothing. What is to be written, the main thread writes.
 */

/**
 * Niceness of this thread: where processors are short, acknowledging and showing come before sending on. On Linux
 * niceness belongs to a thread; elsewhere it would slow the whole process down.
 */
const NICENESS = 10;
if (process.platform === 'linux') setPriority(NICENESS);

const { log: address, readModelFile, instance, version, logLevel } = workerData as SendingThreadOptions; // of startSending
if (parentPort === null) throw new BrokenInvariant('this is a thread of the service');
const port = parentPort;

interface Sending {
  readonly feed: Feed;
  readonly supplies: Supplies;
  close(): Promise<void>;
}

const giveWay = new GiveWay();

async function open(main: ThreadCalls<SendingCalls, MainCalls>, log: Logger, show: ShowOrder): Promise<Sending> {
  let isInterrupted = false;
  const source = await openFollowedLog(address, ({ message }) => {
    // It tries again and again, and each try that fails is an interruption.
    if (!isInterrupted) log.warn({ detail: message }, 'destinations lost the event store and will go on');
    isInterrupted = true;
  });
  const store: Pick<EventStore, 'exclusive' | 'append' | 'readStream' | 'readAll' | 'subscribe' | 'deleteStream'> = {
    exclusive: source.exclusive,
    append: async (...args) => resultOf(await main.call('append', ...args)),
    deleteStream: async (...args) => resultOf(await main.call('deleteStream', ...args)),
    readStream: (stream, options) => source.readStream(stream, options),
    readAll: (options) => source.readAll(options),
    subscribe: async function* (options) {
      for await (const batch of source.subscribe(options)) {
        isInterrupted = false;
        yield batch;
      }
    },
  };
  const now = Date.now;
  const readItems = createReadItems({ store, folds: new OrderFolds(store), now });
  const tail = new Tail({
    source: store,
    readItems: async (events, last) => {
      await giveWay.turn();
      return readItems(events, last);
    },
    monotonic: () => performance.now(),
    onFailed: (error) => {
      log.warn({ err: error }, 'destinations lost the log, and look for it again');
    },
  });
  // The main thread deals with a damaged read model.
  const orders = new OrderTableReader(readModelFile, () => undefined);
  const waitForReadModel = (): Promise<void> => main.call('readable');
  const feed = new Feed({ store, readItems, tail, orders, waitForReadModel, show });
  const record = createDestinationRecord({
    store,
    coveredTo: () => main.call('coveredTo'),
    newId: randomUUID,
    now,
    log,
  });
  const startOf = (): Promise<FeedPosition> => main.call('newestPlace');
  const turn = (): Promise<void> => giveWay.turn();
  const supplies = new Supplies({ store, feed, readItems, turn, startOf, record, instance, show, version, now, log });
  return {
    feed,
    supplies,
    close: async () => {
      await supplies.close();
      await record.close();
      tail.stop();
      orders.close();
      await source.close();
    },
  };
}

const labels = new Map<string, TimedLabel>();
const show: ShowOrder = (key, state) => {
  const order = toOrder(key, state);
  const label = shownLabel(labels.get(labelStream(key)) ?? null, state);
  return order === null || label === null ? order : { ...order, label };
};

const ours: SendingCalls = {
  supply: async (entries) => {
    (await opened).supplies.change(entries);
  },
  wasSet: async (name) => {
    (await opened).supplies.wasSet(name);
  },
  projected: async (locations) => {
    (await opened).feed.projected(locations);
  },
  giveWay: (share) => {
    giveWay.set(share);
  },
  labelled: (key, label) => {
    if (label === null) labels.delete(labelStream(key));
    else labels.set(labelStream(key), label);
  },
  report: async () => storedOf((await opened).supplies.report()),
  measure: async () => storedOf((await opened).supplies.measure()),
  stop: async () => {
    await (await opened).close();
    main.send('closed');
    port.close();
  },
};
const main = new ThreadCalls<SendingCalls, MainCalls>(port, ours);
const log = pino(
  { level: logLevel, base: null, timestamp: false },
  {
    write: (line) => {
      main.send('log', line);
    },
  },
);
const opened = open(main, log, show);
