import { readFileSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { sleep } from './sleep';

/**
 * How a thread whose work can wait gives way to one whose work cannot. Niceness alone does not do it: Linux lets a thread
 * that runs, however nice, finish a slice of some milliseconds before one that has just woken, and a delivery wakes several
 * threads one after the other.
 */

/** Milliseconds from one look at how a thread gets on to the next. */
const LOOK_MS = 250;
/** A thread is pressed that is at work for more than this share of the time ... */
const BUSY_SHARE = 0.8;
/** ... or that waits for a processor for more than this share of the time in which it has something to do. */
const WAITING_SHARE = 1 / 3;
/** Share of the time that the other thread may be at work at the least, so that it gets on. */
export const LEAST_SHARE = 0.05;
/** Most milliseconds of one rest. */
const LONGEST_REST_MS = 1_000;

/** How a thread got on for a while. */
export interface Pressure {
  /** Share of the time for which its event loop was at work. */
  readonly working: number;
  /** Share of the time in which it had something to do for which it waited for a processor; 0 where that is not known. */
  readonly waiting: number;
}

/**
 * @param share of the time that another thread may be at work so far
 * @returns the share from now on: half as much as long as the first thread is pressed, and more and more once it is not.
 */
export function shareUnder({ working, waiting }: Pressure, share: number): number {
  const isPressed = working > BUSY_SHARE || waiting > WAITING_SHARE;
  return isPressed ? Math.max(LEAST_SHARE, share / 2) : Math.min(1, share * 1.5);
}

/** Reads how long the main thread has run, and has waited for a processor; null where the system does not say. */
function processorTime(): { readonly ran: number; readonly waited: number } | null {
  try {
    const [ran = NaN, waited = NaN] = readFileSync(`/proc/self/task/${String(process.pid)}/schedstat`, 'utf8')
      .split(' ')
      .map(Number);
    return Number.isNaN(ran + waited) ? null : { ran, waited };
  } catch {
    return null;
  }
}

/**
 * Watches how the main thread, which calls this, gets on.
 * @param onShare called with the share of the time that another thread may be at work, each time that it changes; it is 1 at
 *   first
 * @returns what ends it
 */
export function watchPressure(onShare: (share: number) => void): () => void {
  let [loop, processor, share] = [performance.eventLoopUtilization(), processorTime(), 1];
  const watch = setInterval(() => {
    const [nextLoop, nextProcessor] = [performance.eventLoopUtilization(), processorTime()];
    const working = performance.eventLoopUtilization(nextLoop, loop).utilization;
    const ran = (nextProcessor?.ran ?? 0) - (processor?.ran ?? 0);
    const waited = (nextProcessor?.waited ?? 0) - (processor?.waited ?? 0);
    // What is idle waits for nothing, however long it takes to wake up.
    const waiting = working > LEAST_SHARE && ran + waited > 0 ? waited / (ran + waited) : 0;
    [loop, processor] = [nextLoop, nextProcessor];
    const next = shareUnder({ working, waiting }, share);
    if (next === share) return;
    share = next;
    onShare(share);
  }, LOOK_MS).unref();
  return () => {
    clearInterval(watch);
  };
}

/** Has the calling thread rest between parts of its work, so that it is at work for no more than a share of the time. */
export class GiveWay {
  #share = 1;
  #over = new AbortController();
  #last = performance.eventLoopUtilization();

  /** @param share of the time for which it may be at work from now on: more than 0, and 1 if it need not rest. */
  set(share: number): void {
    if (this.#share === 1) this.#last = performance.eventLoopUtilization();
    this.#share = share;
    this.#over.abort();
    this.#over = new AbortController();
  }

  /** Resolves when the next part of the work may be done: after a rest as long as what was done since the last one asks for. */
  async turn(): Promise<void> {
    for (let rested = 0; this.#share < 1;) {
      const { active, idle } = performance.eventLoopUtilization(this.#last);
      const rest = Math.min(active / this.#share - active, LONGEST_REST_MS) - Math.max(idle, rested);
      if (rest <= 0) break;
      const began = performance.now();
      await sleep(rest, this.#over.signal);
      rested += performance.now() - began;
    }
    this.#last = performance.eventLoopUtilization();
  }
}
