import fc from 'fast-check';
import { isTimeZone, offsetsOfZone, offsetText, timeWordsBy, wallClock } from '../../schemas/local-time';

const NEW_YORK = timeWordsBy(offsetsOfZone('America/New_York'));

describe('times by the clocks of a place', () => {
  it.each([
    ['UTC', true],
    ['America/New_York', true],
    ['America/Argentina/Buenos_Aires', true],
    ['Etc/GMT+5', true],
    ['', false],
    ['Mars/Olympus', false],
    ['+05:30', false],
    [' UTC', false],
    ['../UTC', false],
    ['A'.repeat(65), false],
  ])('the name %j is that of a time zone: %s', (name, isOne) => {
    expect(isTimeZone(name)).toBe(isOne);
  });

  it.each([
    ['UTC', '2026-11-21T18:04:05.678Z', '+00:00'],
    ['America/New_York', '2026-11-21T18:04:05.678Z', '-05:00'],
    ['America/New_York', '2026-07-21T18:04:05.678Z', '-04:00'],
    ['Asia/Kathmandu', '2026-11-21T18:04:05.678Z', '+05:45'],
    ['Pacific/Kiritimati', '2026-12-31T23:59:59.999Z', '+14:00'],
    ['America/New_York', '1969-12-31T23:59:59.999Z', '-05:00'],
  ])('the clocks of %s are ahead of UTC at %s by %s', (zone, time, offset) => {
    expect(offsetText(offsetsOfZone(zone)(Date.parse(time)))).toBe(offset);
  });

  it('a time is without its day where that is the day of the time that it belongs to', () => {
    expect(NEW_YORK('2026-11-21T18:04:05.678Z', '2026-11-21T17:00:00.000Z')).toBe('13:04:05');
    expect(NEW_YORK('2026-11-22T04:59:59.000Z', '2026-11-21T17:00:00.000Z')).toBe('23:59:59');
    expect(NEW_YORK('2026-11-22T05:00:00.000Z', '2026-11-21T17:00:00.000Z')).toBe('2026-11-22 00:00:00');
  });

  it('what is no time stays as it came, and a time that belongs to none has its day', () => {
    expect(NEW_YORK('yesterday', '2026-11-21T17:00:00.000Z')).toBe('yesterday');
    expect(NEW_YORK('2026-11-21T18:04:05.678Z', 'yesterday')).toBe('2026-11-21 13:04:05');
  });

  it('a time says its offset in the hour that comes twice', () => {
    const since = '2026-11-01T04:30:00.000Z';
    expect(NEW_YORK('2026-11-01T05:30:00.000Z', since)).toBe('01:30:00 UTC-04:00');
    expect(NEW_YORK('2026-11-01T06:30:00.000Z', since)).toBe('01:30:00 UTC-05:00');
    expect(NEW_YORK('2026-11-01T07:30:00.000Z', since)).toBe('02:30:00');
  });

  it('what a clock shows, less its offset, is the moment again, in any zone', () => {
    const zones = fc.constantFrom('UTC', 'America/New_York', 'Europe/Dublin', 'Australia/Lord_Howe', 'Asia/Kolkata');
    const moments = fc.integer({ min: 0, max: 4_000_000_000 });
    fc.assert(
      fc.property(zones, moments, (zone, seconds) => {
        const offset = offsetsOfZone(zone)(seconds * 1_000);
        const shown = `${wallClock(seconds * 1_000, offset).replace(' ', 'T')}${offsetText(offset)}`;
        expect(Date.parse(shown)).toBe(seconds * 1_000);
      }),
    );
  });
});
