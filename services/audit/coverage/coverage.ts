import { Worker } from 'node:worker_threads';
import type { CoverageScan } from '../../../schemas/coverage';
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
  let before: Promise<unknown> = Promise.resolve();

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
    let answer: FromCoverage | null = null;
    let failure: unknown = null;
    worker.on('message', (message: FromCoverage) => {
      answer = message;
    });
    worker.on('error', (error) => {
      failure = error;
    });
    await new Promise((exited) => worker.once('exit', exited));
    signal.removeEventListener('abort', stop);
    const told = answer as FromCoverage | null;
    if (isStopped()) throw stopped;
    if (told?.kind === 'done') return told.scan;
    const reason = told === null ? String(failure) : told.message;
    throw new EventStoreError('unavailable', `the log cannot be read for coverage: ${reason}`);
  }

  return {
    run: async (query, signal) => {
      if (waiting > MAX_WAITING_QUERIES) return null;
      waiting++;
      const ending = AbortSignal.any([signal, closing.signal]);
      const turn = before.then(() => scan(query, AbortSignal.any([ending, AbortSignal.timeout(MAX_COVERAGE_MS)])));
      before = turn.catch(() => undefined);
      try {
        return await turn;
      } finally {
        waiting--;
      }
    },
    close: async () => {
      closing.abort();
      await before;
    },
  };
}
