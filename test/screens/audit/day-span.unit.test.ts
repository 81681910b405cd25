import { DAY_SPANS, spanOf } from '../../../services/screens/browser/audit/model/day-span';
import { clockOf } from '../../../services/screens/browser/audit/model/place-clock';
import { parseShown, shownIn } from '../../../services/screens/browser/audit/model/search';

const newYork = clockOf('America/New_York');

it('a day is that of the place, whatever day it is elsewhere', () => {
  const now = Date.parse('2026-11-22T01:10:00Z');
  expect(spanOf('today', now, newYork)).toEqual({ from: '2026-11-21T00:00:00', to: '2026-11-22T00:00:00' });
  expect(spanOf('today', now, clockOf('Asia/Tokyo'))).toEqual({
    from: '2026-11-22T00:00:00',
    to: '2026-11-23T00:00:00',
  });
  expect(spanOf('last_7_days', now, newYork)).toEqual({ from: '2026-11-15T00:00:00', to: '2026-11-22T00:00:00' });
});

it('an evening goes on until after midnight, and at night it is still this one', () => {
  const evening = { from: '2026-11-21T16:00:00', to: '2026-11-22T04:00:00' };
  for (const time of ['2026-11-21T15:00:00', '2026-11-21T23:59:59', '2026-11-22T03:59:59']) {
    expect(spanOf('this_evening', Date.parse(`${time}-05:00`), newYork)).toEqual(evening);
  }
  for (const time of ['2026-11-22T04:00:00', '2026-11-23T03:59:59']) {
    expect(spanOf('yesterday_evening', Date.parse(`${time}-05:00`), newYork)).toEqual(evening);
  }
});

it('days on which clocks are set are whole days too', () => {
  const noon = Date.parse('2026-11-01T17:00:00Z'); // New York: 25 hours
  expect(spanOf('today', noon, newYork)).toEqual({ from: '2026-11-01T00:00:00', to: '2026-11-02T00:00:00' });
  for (const name of DAY_SPANS) {
    const { from, to } = spanOf(name, noon, newYork);
    expect(from < to).toBe(true);
  }
});

it.each([
  ['', 50],
  ['?shown=70', 70],
  ['?shown=3', 50],
  ['?shown=1e9', 1_000],
  ['?shown=x', 50],
])('the address %j asks for %d orders at once', (query, shown) => {
  expect(parseShown(new URLSearchParams(query))).toBe(shown);
  expect(parseShown(new URLSearchParams(shownIn(shown)))).toBe(shown);
});
