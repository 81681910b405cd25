import fc from 'fast-check';
import { wallClock } from '../../schemas/local-time';
import { clockSpan, clockSpanWords } from '../../schemas/words/span-words';

const MOMENT = fc.integer({ min: Date.UTC(2026, 0), max: Date.UTC(2027, 0) });

describe('a span between times as clocks show them', () => {
  it.each([
    [0, 'less than 1 s'],
    [3_000, '3 s'],
    [60_000, '1 min'],
    [865_000, '14 min 25 s'],
    [3_600_000, '1 h 00 min 00 s'],
    [3_907_000, '1 h 05 min 07 s'],
    [86_400_000, '1 day 0 h 00 min 00 s'],
    [183_610_000, '2 days 3 h 00 min 10 s'],
  ])('a span of %d ms is worded %s', (ms, words) => {
    expect(clockSpanWords(ms)).toBe(words);
  });

  it('a span is what a reader computes from the two times on the page', () => {
    fc.assert(
      fc.property(MOMENT, MOMENT, (one, other) => {
        const [from, to] = [Math.min(one, other), Math.max(one, other)];
        const [begin, end] = [from, to].map((ms) => Date.parse(`${wallClock(ms, 0).replace(' ', 'T')}Z`));
        expect(clockSpan(from, to)).toBe((end ?? 0) - (begin ?? 0));
      }),
    );
  });

  it('the parts of a span add up to it, however they fall between seconds', () => {
    fc.assert(
      fc.property(fc.array(MOMENT, { minLength: 2, maxLength: 8 }), (moments) => {
        const sorted = [...moments].sort((one, other) => one - other);
        const parts = sorted.slice(1).map((to, index) => clockSpan(sorted[index] ?? 0, to));
        const all = clockSpan(sorted[0] ?? 0, sorted.at(-1) ?? 0);
        expect(parts.reduce((sum, part) => sum + part, 0)).toBe(all);
      }),
    );
  });

  it('a span to an earlier time is none, and one to what is no time is no number', () => {
    expect(clockSpan(5_000, 1_000)).toBe(0);
    expect(clockSpan(5_000, Number.NaN)).toBeNaN();
  });
});
