/** Longest delay that a timer of Node takes, in milliseconds: 24.8 days. */
const MAX_DELAY_MS = 0x7fffffff;

/** The time of stories: `speed` of its seconds pass in one real second. */
export interface Clock {
  readonly speed: number;
  /** Real time, epoch milliseconds: what stands in messages and logs. */
  now(): number;
  /** @returns when so many seconds of a story will have passed, epoch milliseconds of real time. */
  in(seconds: number): number;
  /** Calls back once that real time has come. @returns what calls it off */
  at(time: number, callback: () => void): () => void;
  /** Calls off everything, for good. */
  stop(): void;
}

/** @param speed seconds of a story in a real second */
export function createClock(speed: number, now: () => number): Clock {
  const timers = new Set<NodeJS.Timeout>();
  let stopped = false;
  return {
    speed,
    now,
    in: (seconds) => now() + (seconds * 1_000) / speed,
    at: (time, callback) => {
      if (stopped) return () => undefined;
      let timer: NodeJS.Timeout;
      const arm = (): void => {
        const left = time - now();
        timer = setTimeout(
          () => {
            timers.delete(timer);
            if (left > MAX_DELAY_MS) arm();
            else callback();
          },
          Math.min(Math.max(0, left), MAX_DELAY_MS),
        );
        timers.add(timer);
      };
      arm();
      return () => {
        clearTimeout(timer);
        timers.delete(timer);
      };
    },
    stop: () => {
      stopped = true;
      for (const timer of timers) clearTimeout(timer);
      timers.clear();
    },
  };
}
