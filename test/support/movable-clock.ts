import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { until } from './patience';

/** Clocks of a process of its own that a test can move: the one that may be set, and the monotonic one with it. */
export interface MovableClock {
  /** For the environment of the process. */
  readonly env: Readonly<Record<string, string>>;
  /** Sets the clock, as an operator or NTP does, by milliseconds on top of what it was set by before. */
  set(ms: number): void;
  /** Lets time pass, on both clocks. */
  pass(ms: number): void;
  /**
   * Lets `ms` pass again and again until `look` gives something, and in between as much real time as a process needs that
   * looks at its clocks once a second: what passes unseen, a process cannot vouch for.
   */
  passUntil(what: string, ms: number, look: () => Promise<boolean> | boolean): Promise<void>;
}

/** How often a process looks at what its clocks should say, in milliseconds. */
const FOLLOW_MS = 20;
/** Real milliseconds between two passes. */
const PASS_INTERVAL_MS = 1_500;

/** @param directory where its files may be */
export function movableClock(directory: string): MovableClock {
  const offsets = join(directory, 'clock-offsets.json');
  const preload = join(directory, 'clock-preload.cjs');
  const write = (set: number, passed: number): void => {
    writeFileSync(offsets, JSON.stringify({ set, passed }));
  };
  const read = (): { set: number; passed: number } =>
    JSON.parse(readFileSync(offsets, 'utf8')) as { set: number; passed: number };
  const pass = (ms: number): void => {
    const { set, passed } = read();
    write(set, passed + ms);
  };
  write(0, 0);
  writeFileSync(
    preload,
    `const { readFileSync } = require('node:fs');
     let offsets;
     const follow = () => {
       try { offsets = JSON.parse(readFileSync(${JSON.stringify(offsets)}, 'utf8')); } catch {}
     };
     follow();
     setInterval(follow, ${String(FOLLOW_MS)}).unref();
     const [now, monotonic] = [Date.now, performance.now.bind(performance)];
     Date.now = () => now() + offsets.set + offsets.passed;
     performance.now = () => monotonic() + offsets.passed;`,
  );
  return {
    env: { NODE_OPTIONS: `--require ${preload}` },
    set: (ms) => {
      const { set, passed } = read();
      write(set + ms, passed);
    },
    pass,
    passUntil: async (what, ms, look) => {
      let next = 0;
      await until(what, () => {
        if (performance.now() >= next) {
          pass(ms);
          next = performance.now() + PASS_INTERVAL_MS;
        }
        return look();
      });
    },
  };
}
