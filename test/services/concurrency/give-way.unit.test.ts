import fc from 'fast-check';
import { setTimeout as delay } from 'node:timers/promises';
import { GiveWay, LEAST_SHARE, shareUnder } from '../../../services/concurrency/give-way';

const share = fc.double({ min: LEAST_SHARE, max: 1, noNaN: true });
const part = fc.double({ min: 0, max: 1, noNaN: true });

/** Keeps the event loop at work. */
function work(ms: number): void {
  for (const end = performance.now() + ms; performance.now() < end;);
}

it('a thread that gives way has its share halved while the other is pressed, and gets all of it back once it is not', () => {
  fc.assert(
    fc.property(share, part, part, (before, working, waiting) => {
      const after = shareUnder({ working, waiting }, before);
      expect(after).toBeGreaterThanOrEqual(LEAST_SHARE);
      expect(after).toBeLessThanOrEqual(1);
      const isPressed = working > 0.8 || waiting > 1 / 3;
      expect(after).toBe(isPressed ? Math.max(LEAST_SHARE, before / 2) : Math.min(1, before * 1.5));
    }),
  );
  let [now, looks] = [LEAST_SHARE, 0];
  for (; now < 1; looks++) now = shareUnder({ working: 0.1, waiting: 0 }, now);
  expect(looks).toBeLessThan(10);
});

it('a thread that need not give way does not rest', async () => {
  const giveWay = new GiveWay();
  work(20);
  const began = performance.now();
  for (let part = 0; part < 1_000; part++) await giveWay.turn();
  expect(performance.now() - began).toBeLessThan(1_000);
});

it('a thread that gives way rests as long as its share of the time asks for after what it did', async () => {
  const giveWay = new GiveWay();
  giveWay.set(0.1);
  await giveWay.turn();
  const began = performance.now();
  work(20);
  await giveWay.turn();
  expect(performance.now() - began).toBeGreaterThanOrEqual(190);
});

it('what a thread rested anyway counts as rest', async () => {
  const giveWay = new GiveWay();
  giveWay.set(0.5);
  await giveWay.turn();
  const before = performance.eventLoopUtilization();
  work(20);
  for (let rested = false; !rested;) {
    await delay(20);
    const { active, idle } = performance.eventLoopUtilization(before);
    rested = idle > 2 * active;
  }
  const { idle } = performance.eventLoopUtilization();
  await giveWay.turn();
  expect(performance.eventLoopUtilization().idle - idle).toBeLessThan(20);
});

it('a thread that rests goes on as soon as it need not give way any more', async () => {
  const giveWay = new GiveWay();
  giveWay.set(LEAST_SHARE);
  await giveWay.turn();
  work(100);
  const rest = giveWay.turn();
  const began = performance.now();
  giveWay.set(1);
  await rest;
  expect(performance.now() - began).toBeLessThan(900);
});
