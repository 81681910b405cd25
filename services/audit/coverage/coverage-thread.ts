import { setPriority } from 'node:os';
import { parentPort, workerData } from 'node:worker_threads';
import type { CoverageScan } from '../../../schemas/api/coverage';
import { type LogAddress, openEventSource } from '../../event-store/open';
import { type CoverageQuery, scanCoverage } from './coverage-scan';

/** What the thread needs to know. */
export interface CoverageThreadOptions {
  readonly log: LogAddress;
  readonly query: CoverageQuery;
}

export type FromCoverage =
  { readonly kind: 'done'; readonly scan: CoverageScan } | { readonly kind: 'failed'; readonly message: string };

/** One coverage query in a thread of its own, so that deliveries do not wait for it. Any message to it means: stop. */
const { log, query } = workerData as CoverageThreadOptions; // given by createCoverageRunner
const stop = new AbortController();
parentPort?.once('message', () => {
  stop.abort();
});

/** Niceness of this thread: below the projector, because nobody's screen waits for it. See projector-thread.ts. */
const NICENESS = 10;
/** It works half of the time: two processors are soon short of one for who acknowledges. */
const REST_SHARE = 1;
if (process.platform === 'linux') setPriority(NICENESS);

async function run(): Promise<FromCoverage> {
  const source = await openEventSource(log, () => undefined);
  try {
    const scan = await scanCoverage({
      log: source,
      query,
      canSeek: log.url === null,
      signal: stop.signal,
      restShare: REST_SHARE,
    });
    return { kind: 'done', scan };
  } finally {
    await source.close();
  }
}

void run()
  .catch((error: unknown): FromCoverage => ({ kind: 'failed', message: String(error) }))
  .then((message) => {
    parentPort?.postMessage(message);
    parentPort?.close();
  });
