import { parentPort, workerData } from 'node:worker_threads';

/** When to tick: `originMs` is on {@link monotonicMs}'s clock. */
export interface PacerData {
  readonly originMs: number;
  readonly intervalMs: number;
}

/** Milliseconds on the machine's monotonic clock, the same in every thread. */
export function monotonicMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}

/**
 * A thread that only sleeps and ticks. Timers of an event loop are whole milliseconds and late, which would be most of
 * what an open loop measures; a futex's timeout is good to some 50 microseconds and costs no CPU.
 */
function pace({ originMs, intervalMs }: PacerData): never {
  const never = new Int32Array(new SharedArrayBuffer(4));
  for (let tick = 0; ; tick += 1) {
    const wait = originMs + tick * intervalMs - monotonicMs();
    if (wait > 0) Atomics.wait(never, 0, 0, wait);
    parentPort?.postMessage(null);
  }
}

if (parentPort !== null) pace(workerData as PacerData);
