import { Worker } from 'node:worker_threads';
import type { Logger } from 'pino';
import type { Destination, DestinationEntry, DestinationName } from '../../schemas/destinations';
import type { OrderKey } from '../../schemas/order-key';
import { watchPressure } from '../concurrency/give-way';
import { callMessage, ThreadCalls } from '../concurrency/thread-calls';
import { SupervisedThread } from '../concurrency/threads';
import { within } from '../concurrency/within';
import { EventStoreError } from '../event-store/event-store';
import type { Labels } from '../labels/labels';
import type { MeasuredDestination } from '../operations/destination-metrics';
import {
  type MainCalls,
  resultOf,
  type SendingCalls,
  type SendingThreadOptions,
  type Stored,
} from './thread/sending-protocol';

/** Milliseconds before a thread that ended, which only a defect does, is started again. */
const RESPAWN_MS = 1_000;
/**
 * Most milliseconds that its answer is waited for: where deliveries keep all processors busy, it has to wait, and a
 * scrape of the metrics is not to wait with it.
 */
const ANSWER_MS = 5_000;

/** What sends to destinations, as the main thread sees it. */
export interface RunningSending {
  /** Sends to these from now on, and to no others. */
  supply(entries: readonly DestinationEntry[]): void;
  /** A destination was set to another position. */
  wasSet(name: DestinationName): void;
  /** Orders of these locations became readable anew. */
  projected(locations: readonly string[]): void;
  /** @throws {EventStoreError} */
  report(): Promise<readonly Destination[]>;
  /** @throws {EventStoreError} */
  measure(): Promise<readonly MeasuredDestination[]>;
  /** Waits a moment for what is with receivers, and commits. */
  stop(): Promise<void>;
}

/** @returns what logs a line of the thread as one of the service's */
const passLine =
  (log: Logger) =>
  (line: string): void => {
    const { level, msg, ...rest } = JSON.parse(line) as { level: number; msg: string }; // as pino writes them
    // What is not a warning or an error is said by the way.
    log[level >= 50 ? 'error' : level >= 40 ? 'warn' : 'info'](rest, msg);
  };

/**
 * Starts what sends to destinations in a thread of its own, so that it costs the thread that answers Stream nothing. A
 * thread that fails is started again, and goes on where the last commit was.
 */
export function startSending(options: {
  readonly workerData: SendingThreadOptions;
  readonly main: Omit<MainCalls, 'log' | 'closed'>;
  readonly labels: Pick<Labels, 'all' | 'get' | 'onChange'>;
  readonly log: Logger;
}): RunningSending {
  const { workerData, main, labels, log } = options;
  let end = (): void => undefined;
  const closed = new Promise<void>((resolve) => (end = resolve));
  const ours: Omit<MainCalls, 'closed'> = { ...main, log: passLine(log) };
  let entries: readonly DestinationEntry[] = [];
  let share = 1;

  const giveLabel = (to: ThreadCalls<MainCalls, SendingCalls>, key: OrderKey): void => {
    const kept = labels.get(key);
    to.send('labelled', key, kept === null ? null : { label: kept.label, at: kept.at });
  };

  let calls: ThreadCalls<MainCalls, SendingCalls>;
  const start = (): Worker => {
    const worker = new Worker(require.resolve('#sending-thread'), { workerData });
    const made = new ThreadCalls<MainCalls, SendingCalls>(worker, {
      ...ours,
      closed: () => {
        end();
        void worker.terminate();
      },
    });
    worker
      .on('error', (error) => {
        log.error({ err: error }, 'the thread that sends to destinations failed and is started again');
      })
      .once('exit', () => {
        made.end();
      });
    for (const { key } of labels.all()) giveLabel(made, key);
    made.send('giveWay', share);
    made.send('supply', entries);
    calls = made;
    return worker;
  };
  const thread = new SupervisedThread({ start, stopMessage: callMessage('stop'), respawnMs: RESPAWN_MS });
  labels.onChange((key) => {
    giveLabel(calls, key);
  });
  const unwatch = watchPressure((next) => {
    share = next;
    calls.send('giveWay', share);
  });

  const ask = async <Result>(answer: Promise<Stored<Result>>): Promise<Result> => {
    const stored = await within<Stored<Result> | 'late'>(ANSWER_MS, answer, 'late').catch((error: unknown) => {
      throw new EventStoreError('unavailable', 'destinations cannot be asked at the moment', { cause: error });
    });
    if (stored === 'late') throw new EventStoreError('unavailable', 'destinations do not answer in time');
    return resultOf(stored);
  };

  return {
    supply: (wanted) => {
      entries = wanted;
      calls.send('supply', entries);
    },
    wasSet: (name) => {
      calls.send('wasSet', name);
    },
    projected: (locations) => {
      calls.send('projected', locations);
    },
    report: () => ask(calls.call('report')),
    measure: () => ask(calls.call('measure')),
    stop: async () => {
      unwatch();
      // A look-up of a name cannot be cancelled, and keeps the thread for as long as the resolver does not answer.
      await Promise.race([closed, thread.stop()]);
    },
  };
}
