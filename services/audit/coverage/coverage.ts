import { Worker } from 'node:worker_threads';
import type { CoverageScan } from '../../../schemas/api/coverage';
import { Semaphore } from '../../concurrency/semaphore';
import { answerOf } from '../../concurrency/threads';
import { EventStoreError } from '../../event-store/event-store';
import type { LogAddress } from '../../event-store/open';
import type { CoverageQuery } from './coverage-scan';
import type { CoverageThreadOptions, FromCoverage } from './coverage-thread';

/** Runs coverage queries, one at a time: each reads as much of the log as it may, and the disk is there for deliveries. */

/** Most milliseconds that one query may take. */
export const MAX_COVERAGE_MS = 120_000;
/** Most queries that wait while one runs. */
export const MAX_WAITING_QUERIES = 4;

export interface CoverageRunner {
  /**
   * @param signal ends it when nobody waits for the answer any more
   * @returns null if too many wait already
   * @throws {EventStoreError} `unavailable` if the log cannot be read, or not in {@link MAX_COVERAGE_MS}
   */
  run(query: CoverageQuery, signal: AbortSignal): Promise<CoverageScan | null>;
  /** Ends what runs and what waits. */
  close(): Promise<void>;
}

export function createCoverageRunner(log: LogAddress): CoverageRunner {
  const closing = new AbortController();
  let waiting = 0;
  const turns = new Semaphore(1);

  async function scan(query: CoverageQuery, signal: AbortSignal): Promise<CoverageScan> {
    const stopped = new EventStoreError('unavailable', 'the coverage query was stopped');
    const isStopped = (): boolean => signal.aborted;
    if (isStopped()) throw stopped;
    const workerData: CoverageThreadOptions = { log, query };
    const worker = new Worker(require.resolve('#coverage-thread'), { workerData });
    const stop = (): void => {
      worker.postMessage(null);
    };
    signal.addEventListener('abort', stop, { once: true });
    const answer = await answerOf<FromCoverage>(worker, 'the thread').catch(
      (error: unknown): FromCoverage => ({ kind: 'failed', message: String(error) }),
    );
    signal.removeEventListener('abort', stop);
    if (isStopped()) throw stopped;
    if (answer.kind === 'done') return answer.scan;
    throw new EventStoreError('unavailable', `the log cannot be read for coverage: ${answer.message}`);
  }

  return {
    run: async (query, signal) => {
      if (waiting > MAX_WAITING_QUERIES) return null;
      waiting++;
      const ending = AbortSignal.any([signal, closing.signal]);
      try {
        return await turns.use(() => scan(query, AbortSignal.any([ending, AbortSignal.timeout(MAX_COVERAGE_MS)])));
      } finally {
        waiting--;
      }
    },
    close: async () => {
      closing.abort();
      await turns.use(() => Promise.resolve()); // after all others
    },
  };
}
