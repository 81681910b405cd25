import { backoff, fullPause } from '../../schemas/backoff';
import { pauseAfter } from '../../services/screens/browser/feed/model/pauses';

it('pauses between attempts double up to the longest, and half of each is left to chance', () => {
  const bounds = { first: 100, longest: 1_000 };
  expect([1, 2, 3, 4, 5, 5_000].map((attempts) => backoff(attempts, bounds, 0))).toEqual([50, 100, 200, 400, 500, 500]);
  expect([1, 2, 3].map((attempts) => backoff(attempts, bounds, 0.5))).toEqual([75, 150, 300]);
  expect([1, 2, 3, 4, 5, 5_000].map((attempts) => fullPause(attempts, bounds))).toEqual([
    ...[100, 200, 400, 800, 1_000, 1_000],
  ]);
});

it('a screen waits between a quarter of a second and half of one before it asks again, and at most five seconds', () => {
  const bounds = [0, 1, 2, 3, 4, 5_000].map((failures) => [failures, Math.min(5_000, 500 * 2 ** failures)] as const);
  for (const [failures, longest] of bounds) {
    const pause = pauseAfter(failures);
    expect(pause).toBeGreaterThanOrEqual(longest / 2);
    expect(pause).toBeLessThanOrEqual(longest);
  }
});
