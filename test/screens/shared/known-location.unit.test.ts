import { DEFAULT_THRESHOLDS } from '../../../schemas/files/thresholds';
import { parseMessage } from '../../../services/screens/browser/shared/model/feed-message';
import { knownLocation, UNKNOWN_LOCATION } from '../../../services/screens/browser/shared/model/known-location';

/** What a screen makes of what the service says of its place. */

it('a place is what a heartbeat says of it, and what is left out is as by default', () => {
  const facts = {
    name: 'Harbour Street',
    time_zone: null,
    language: 'es',
    thresholds: { ready: { late: 3, very_late: 6 } },
  };
  const sent = { now: '2026-11-30T06:00:00.000Z', store: 'ok', lag_ms: 0, quarantined: 0, interval_ms: 5_000 };
  const message = parseMessage({ event: 'heartbeat', data: JSON.stringify({ ...sent, location: facts }) });
  expect(message).toMatchObject({
    kind: 'heartbeat',
    facts: {
      name: 'Harbour Street',
      language: 'es',
      thresholds: { ...DEFAULT_THRESHOLDS, ready: { late: 3, veryLate: 6 } },
    },
  });
});

it.each([
  ['no facts at all', undefined],
  ['null', null],
  ['facts that are all null', { name: null, time_zone: null, language: null, thresholds: null }],
  ['facts that are left out', {}],
])('a place of which a service sends %s is as by default', (_, location) => {
  expect(knownLocation(location)).toEqual(UNKNOWN_LOCATION);
});
