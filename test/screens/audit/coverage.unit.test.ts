import {
  alarmWords,
  heard,
  notAuthenticWords,
  shareWords,
} from '../../../services/screens/browser/audit/model/coverage';
import { BROWSER_CLOCK } from '../../../services/screens/browser/audit/model/place-clock';
import { filtersOf, parseFilters } from '../../../services/screens/browser/audit/model/search';
import { STREAM_ALARMS } from '../../../services/operations/endpoint-counts';

describe('coverage', () => {
  it.each([
    [0, '0 %'],
    [0.000_4, '<0.1 %'],
    [0.012, '1.2 %'],
    [0.1, '10 %'],
    [0.499, '50 %'],
    [1, '100 %'],
  ])('a share of %d is worded %s', (share, words) => {
    expect(shareWords(share)).toBe(words);
  });

  it('each alarm has words of its own for what Stream does', () => {
    expect(new Set(STREAM_ALARMS.map(alarmWords)).size).toBe(STREAM_ALARMS.length);
    expect(STREAM_ALARMS.map(alarmWords)).not.toContain(alarmWords(0.7));
  });

  it('refusals are anybody’s, unless the secrets are in doubt: then the words say what to check', () => {
    expect(notAuthenticWords(false)).toMatch(/Anybody/);
    expect(notAuthenticWords(true)).toMatch(/STREAM_WEBHOOK_SECRETS/);
  });

  it('values that were heard come with the most frequent first, apart from those never heard', () => {
    expect(heard({ a: 0, b: 2, c: 5 })).toEqual({
      said: [
        ['c', 5],
        ['b', 2],
      ],
      never: ['a'],
    });
  });
});

describe('search filters', () => {
  it('search filters are read from an address and from a form, with times in the service’s form', () => {
    const fields = { location_id: ' here ', driver: '', from: '2026-11-21T18:00:00', to: 'soon', other: 'x' };
    const from = new Date('2026-11-21T18:00:00').toISOString();
    expect(filtersOf(fields, BROWSER_CLOCK)).toEqual({ location_id: 'here', from });
    expect(parseFilters(new URLSearchParams({ ...filtersOf(fields, BROWSER_CLOCK), verdict: '', other: 'x' }))).toEqual(
      {
        location_id: 'here',
        from,
      },
    );
  });
});
