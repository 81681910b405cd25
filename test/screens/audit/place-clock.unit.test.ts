import fc from 'fast-check';
import { DAY_MS, type OffsetAt, wallClock } from '../../../schemas/local-time';
import {
  BROWSER_CLOCK,
  clockName,
  clockOf,
  clockWords,
  fromField,
  offsetsOf,
  type PlaceClock,
  toField,
} from '../../../services/screens/browser/audit/model/place-clock';
import { filtersOf } from '../../../services/screens/browser/audit/model/search';
import { cases } from '../../support/depth';

const clockAt = (offsetAt: OffsetAt): PlaceClock => ({ zone: 'here', offsetAt });

describe('the clock of a place', () => {
  it('the clock of a location is that of its zone, and that of the browser where no zone is known', () => {
    const at = Date.parse('2026-11-21T18:04:05Z');
    const tokyo = clockOf('Asia/Tokyo');
    expect([toField(at, tokyo), clockName(tokyo), clockWords(tokyo, at)]).toEqual([
      '2026-11-22T03:04:05',
      'Asia/Tokyo',
      'Asia/Tokyo, UTC+09:00',
    ]);
    expect([clockOf(null), clockOf('Atlantis/Poseidonis')]).toEqual([BROWSER_CLOCK, BROWSER_CLOCK]);
    expect(clockName(BROWSER_CLOCK)).toBe('this browser’s clock');
  });

  it('a time survives a form field and back, and a field without one is none', () => {
    const at = Date.UTC(2026, 10, 21, 18, 4, 5);
    for (const clock of [BROWSER_CLOCK, clockOf('Asia/Kathmandu')]) {
      expect(fromField(toField(at, clock), clock, 'earlier')).toBe(at);
      expect([fromField('', clock, 'earlier'), fromField('soon', clock, 'later')]).toEqual([null, null]);
    }
  });

  it('times of a form are those of the location, and stand in the address as moments that are the same for everyone', () => {
    const fields = { from: '2026-11-21T20:00', to: '2026-11-21T23:00' };
    expect(filtersOf(fields, clockOf('America/New_York'))).toEqual({
      from: '2026-11-22T01:00:00.000Z',
      to: '2026-11-22T04:00:00.000Z',
    });
  });
});

describe('a field in the hour that a clock shows twice, or not at all', () => {
  /** As in Berlin on 2026-10-25: UTC+02:00 until 01:00 UTC, and UTC+01:00 from then on. */
  const end = Date.parse('2026-10-25T01:00:00Z');
  const autumn = clockAt((ms) => (ms < end ? 120 : 60));
  const spring = clockAt((ms) => (ms < end ? 60 : 120));

  it.each([
    ['2026-10-25T01:59:59', []],
    ['2026-10-25T02:00', ['+02:00', '+01:00']],
    ['2026-10-25T02:30:00', ['+02:00', '+01:00']],
    ['2026-10-25T02:59:59', ['+02:00', '+01:00']],
    ['2026-10-25T03:00', []],
    ['', []],
    ['soon', []],
  ])('a field that holds %j, where the clock is set back an hour, may mean a moment at each of %j', (text, offsets) => {
    expect(offsetsOf(text, autumn)).toEqual(offsets);
    expect(offsetsOf(text, spring)).toEqual([]);
  });

  it('offsets are the earlier first west of Greenwich too, and where a clock is set back half an hour', () => {
    const [newYork, lordHowe] = [clockOf('America/New_York'), clockOf('Australia/Lord_Howe')];
    expect(offsetsOf('2026-11-01T01:30', newYork)).toEqual(['-04:00', '-05:00']);
    expect(offsetsOf('2026-04-05T01:45', lordHowe)).toEqual(['+11:00', '+10:30']);
    expect(offsetsOf('2026-04-05T01:15', lordHowe)).toEqual([]);
  });

  it('a field whose time comes twice is the moment at the offset that is chosen', () => {
    const moments = offsetsOf('2026-10-25T02:30', autumn).map((offset) =>
      fromField('2026-10-25T02:30', autumn, 'earlier', offset),
    );
    expect(moments).toEqual([Date.parse('2026-10-25T00:30:00Z'), Date.parse('2026-10-25T01:30:00Z')]);
    const fields = { from: '2026-10-25T02:30', from_offset: '+01:00' };
    expect(filtersOf(fields, autumn)).toEqual({ from: '2026-10-25T01:30:00.000Z' });
  });

  it('a time that the clock never shows is the moment at which it is set forward', () => {
    for (const side of ['earlier', 'later'] as const) {
      expect(fromField('2026-10-25T02:30', spring, side)).toBe(end);
      expect(fromField('2026-03-08T02:30', clockOf('America/New_York'), side)).toBe(Date.parse('2026-03-08T07:00:00Z'));
    }
  });

  /** Zones and when their clocks are set: an hour, half an hour, and a whole day that was left out. */
  const CHANGES = [
    ['America/New_York', '2026-03-08T07:00:00Z'],
    ['America/New_York', '2026-11-01T06:00:00Z'],
    ['Europe/Berlin', '2026-03-29T01:00:00Z'],
    ['Europe/Berlin', '2026-10-25T01:00:00Z'],
    ['Australia/Lord_Howe', '2026-04-04T15:00:00Z'],
    ['Australia/Lord_Howe', '2026-10-03T15:30:00Z'],
    ['America/St_Johns', '2026-11-01T04:30:00Z'],
    ['Pacific/Chatham', '2026-09-26T14:00:00Z'],
    ['Asia/Beirut', '2026-10-24T21:00:00Z'],
    ['Pacific/Apia', '2011-12-30T10:00:00Z'],
    ['Asia/Kathmandu', '2026-06-01T00:00:00Z'],
    ['UTC', '2026-06-01T00:00:00Z'],
  ] as const;

  it('a span between two times of a field has every moment that the clock shows between them, in each zone around each change', () => {
    const near = fc.integer({ min: -2 * DAY_MS, max: 2 * DAY_MS });
    fc.assert(
      fc.property(fc.constantFrom(...CHANGES), near, near, near, ([zone, change], one, other, third) => {
        const clock = clockOf(zone);
        const shown = (ms: number): string => wallClock(ms, clock.offsetAt(ms)).replace(' ', 'T');
        const middle = Date.parse(change);
        // As somebody types them: also such times as this clock never shows.
        const typed = (ms: number): string => wallClock(middle + ms, clock.offsetAt(middle - DAY_MS)).replace(' ', 'T');
        const [from = '', to = ''] = [typed(one), typed(other)].sort();
        const news = middle + third;
        const isShownBetween = shown(news) >= from && shown(news) < to;
        const begin = fromField(from, clock, 'earlier') ?? NaN;
        const finish = fromField(to, clock, 'later') ?? NaN;
        expect(!isShownBetween || (begin <= news && news < finish)).toBe(true);
        // And it begins and ends no sooner and no later than it has to.
        expect(shown(begin) >= from && shown(finish) >= to).toBe(true);
        expect(shown(begin - 1_000) < from || shown(begin - 1_000) > shown(begin)).toBe(true);
      }),
      { numRuns: cases(3_000) },
    );
  });
});
