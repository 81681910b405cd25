import { alarmWords, heard, shareWords } from '../../../services/screens/browser/model/coverage';
import { filtersOf, readFilters } from '../../../services/screens/browser/model/search';
import { STREAM_ALARMS } from '../../../services/metrics';

describe('coverage', () => {
  it.each([
    [0, '0 %'],
    [0.000_4, '<0.1 %'],
    [0.012, '1.2 %'],
    [0.1, '10 %'],
    [0.499, '50 %'],
    [1, '100 %'],
  ])('says a share of %d as %s', (share, words) => {
    expect(shareWords(share)).toBe(words);
  });

  it('says what Stream does at each of its alarms', () => {
    expect(new Set(STREAM_ALARMS.map(alarmWords)).size).toBe(STREAM_ALARMS.length);
    expect(STREAM_ALARMS.map(alarmWords)).not.toContain(alarmWords(0.7));
  });

  it('tells what was said, the most frequent first, from what never was', () => {
    expect(heard({ a: 0, b: 2, c: 5 })).toEqual({
      said: [
        ['c', 5],
        ['b', 2],
      ],
      never: ['a'],
    });
  });
});

describe('what is looked for', () => {
  it('is read from an address and from a form, with times made those of the service', () => {
    const fields = { location_id: ' here ', driver: '', from: '2026-11-21T18:00:00', to: 'soon', other: 'x' };
    const from = new Date('2026-11-21T18:00:00').toISOString();
    expect(filtersOf(fields)).toEqual({ location_id: 'here', from });
    expect(readFilters(new URLSearchParams({ ...filtersOf(fields), verdict: '', other: 'x' }))).toEqual({
      location_id: 'here',
      from,
    });
  });
});
