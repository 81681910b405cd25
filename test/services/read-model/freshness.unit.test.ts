import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { Position } from '../../../services/event-store/event-store';
import { Freshness, STANDSTILL_MS } from '../../../services/read-model/freshness';
import { patiently } from '../../support/patience';

const at = (position: number): Position => String(position) as Position;

describe('the freshness of the read model', () => {
  let now: number;
  let freshness: Freshness;

  const acknowledge = (position: number): void => {
    freshness.acknowledged(at(position));
  };
  const project = (position: number | null, caughtUp = true): void => {
    freshness.projected({ position: position === null ? null : at(position), caughtUp });
  };
  /** @returns whether a read may go on now, without any waiting. */
  const isFresh = (): Promise<boolean> => freshness.wait(0);

  beforeEach(() => {
    now = 1_000;
    freshness = new Freshness(() => now);
  });

  it('nothing may be read before the projector has seen the whole log once', async () => {
    expect([freshness.complete, await isFresh()]).toEqual([false, false]);
    project(5, false);
    expect([freshness.complete, await isFresh()]).toEqual([false, false]);
    project(9);
    expect([freshness.complete, await isFresh()]).toEqual([true, true]);
  });

  it('the read model of an empty log is complete', async () => {
    project(null);
    expect(await isFresh()).toBe(true);
  });

  it('a read waits for what was acknowledged before it, and for nothing that was acknowledged later', async () => {
    project(8);
    acknowledge(9);
    const reading = freshness.wait(5_000);
    acknowledge(10);
    project(9);
    expect(await reading).toBe(true);
    expect(await isFresh()).toBe(false);
    project(10);
    expect(await isFresh()).toBe(true);
  });

  it('positions of acknowledged events are compared as numbers', async () => {
    project(9);
    acknowledge(10);
    expect(await isFresh()).toBe(false);
    project(10);
    acknowledge(9);
    expect(await isFresh()).toBe(true);
  });

  it('events may be acknowledged in any order', async () => {
    project(1);
    acknowledge(4);
    acknowledge(2);
    project(2);
    expect(await isFresh()).toBe(false);
    project(4);
    expect(await isFresh()).toBe(true);
  });

  it('a wait for the read model ends when its time is over, and says so', async () => {
    project(1);
    acknowledge(2);
    const begun = performance.now();
    expect(await freshness.wait(50)).toBe(false);
    const waited = performance.now() - begun;
    // Timers count whole milliseconds of a clock that may lag by some.
    expect(waited).toBeGreaterThanOrEqual(45);
    expect(waited).toBeLessThan(patiently(5_000));
  });

  it('a wait for the read model may ask for more than what was acknowledged', async () => {
    project(1);
    let enough = false;
    const reading = freshness.wait(5_000, () => enough);
    project(2);
    enough = true;
    project(3);
    expect(await reading).toBe(true);
    expect(await freshness.wait(10, () => false)).toBe(false);
  });

  it('nothing may be read while the read model is rebuilt', async () => {
    project(5);
    acknowledge(5);
    freshness.restarted();
    expect([freshness.complete, await isFresh()]).toEqual([false, false]);
    project(4, false);
    expect(await isFresh()).toBe(false);
    project(5);
    expect(await isFresh()).toBe(true);
  });

  it('the lag is how long something acknowledged has not been readable, and 0 if everything is readable', () => {
    expect(freshness.lagSeconds).toBe(0);
    project(1);
    acknowledge(1);
    expect(freshness.lagSeconds).toBe(0);
    acknowledge(2);
    now += 3_000;
    acknowledge(3);
    now += 1_000;
    expect(freshness.lagSeconds).toBe(4);
    project(1);
    expect(freshness.lagSeconds).toBe(4);
    project(2);
    now += 500;
    expect(freshness.lagSeconds).toBeGreaterThan(0);
    expect(freshness.lagSeconds).toBeLessThanOrEqual(1.5); // 3 was acknowledged so long ago
    project(3);
    expect(freshness.lagSeconds).toBe(0);
  });

  it('after a standstill of the process nothing is known of the log until the projector has looked at it anew', () => {
    const reported: number[] = [];
    freshness = new Freshness(
      () => now,
      (standstills) => reported.push(standstills),
    );
    const tick = (ms: number): void => {
      now += ms;
      freshness.tick();
    };
    tick(0);
    tick(STANDSTILL_MS - 1);
    project(1);
    freshness.heard(0);
    expect([freshness.isUnheard, freshness.lagSeconds, reported]).toEqual([false, 0, []]);

    now += 15_000; // somebody asks before the first tick
    expect([freshness.isUnheard, freshness.lagSeconds, reported]).toEqual([true, 15, [1]]);
    tick(1);
    freshness.heard(0); // of before the standstill, and only delivered now
    expect([freshness.isUnheard, freshness.lagSeconds, reported]).toEqual([true, 15.001, [1]]);
    tick(STANDSTILL_MS);
    freshness.heard(1);
    expect([freshness.isUnheard, reported]).toEqual([true, [1, 2]]);
    freshness.heard(2);
    expect([freshness.isUnheard, freshness.lagSeconds]).toEqual([false, 0]);
  });

  it('the lag goes on while the read model is rebuilt', () => {
    project(1);
    acknowledge(2);
    now += 2_000;
    freshness.restarted();
    project(1, false);
    now += 1_000;
    expect(freshness.lagSeconds).toBe(3);
  });

  it('the memory in use does not grow with what is acknowledged or waited for', async () => {
    setFlagsFromString('--expose-gc');
    const collectGarbage = runInNewContext('gc') as () => void;
    const heap = (): number => {
      collectGarbage();
      return process.memoryUsage().heapUsed;
    };
    project(1);
    acknowledge(1);
    const before = heap();
    for (let position = 2; position < 500_000; position++) acknowledge(position);
    await Promise.all(Array.from({ length: 10_000 }, () => freshness.wait(1)));
    expect(heap() - before).toBeLessThan(4 * 1024 * 1024);
  });
});
