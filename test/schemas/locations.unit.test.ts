import fc from 'fast-check';
import { MAX_NAMED_LOCATIONS, parseLocations } from '../../schemas/files/locations';

/** How the file of LOCATIONS_FILE is read. */

const ID = fc.string({ minLength: 1, maxLength: 20 }).filter((id) => /^[\w-]+$/.test(id));
const ENTRY = fc.record(
  {
    location_id: ID,
    name: fc.constantFrom('Harbour Street', 'Zürich Hbf', '東京駅'),
    time_zone: fc.constantFrom('UTC', 'Asia/Tokyo'),
    language: fc.constantFrom('es', 'es-MX', 'fr', 'zh-Hans', 'en-GB'),
    thresholds: fc.constantFrom({}, { ready: { late: 3, very_late: 3 }, preparing: { late: 1, very_late: 1_440 } }),
  },
  { requiredKeys: ['location_id'] },
);

it('locations that are well formed and each named once are read as they stand', () => {
  fc.assert(
    fc.property(fc.uniqueArray(ENTRY, { selector: ({ location_id }) => location_id }), (locations) => {
      expect(parseLocations(JSON.stringify({ locations }))).toEqual({ kind: 'usable', entries: locations });
    }),
  );
});

it('any text is read as locations or refused with a fault, never with an exception', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.json(),
        fc.anything().map((value) => JSON.stringify({ locations: value })),
      ),
      (text) => {
        const parsed = parseLocations(text);
        expect(parsed.kind === 'usable' || parsed.faults.length > 0).toBe(true);
      },
    ),
  );
});

it.each<[string, unknown, string]>([
  ['a list alone', [], 'expected {"locations": [...]}'],
  ['an unknown field', { locations: [], other: 1 }, 'expected {"locations": [...]}'],
  ['an empty name', { locations: [{ location_id: 'a', name: ' ' }] }, 'location 1, name: expected text'],
  [
    'a name with a line break',
    { locations: [{ location_id: 'a', name: 'a\nb' }] },
    'location 1, name: expected no control characters',
  ],
  [
    'a name that is too long',
    { locations: [{ location_id: 'a', name: 'x'.repeat(101) }] },
    'location 1, name: expected at most 100 characters',
  ],
  [
    'a zone that no clock has',
    { locations: [{ location_id: 'a' }, { location_id: 'b', time_zone: 'Mars/Base' }] },
    'location 2, time_zone: expected the name of a time zone',
  ],
  [
    'a language that no screen speaks',
    { locations: [{ location_id: 'a', language: 'de' }] },
    'location 1, language: expected the tag of a language that screens speak: en, es, fr-CA, pt-BR, zh-Hans',
  ],
  [
    'a stage in which no time runs',
    { locations: [{ location_id: 'a', thresholds: { completed: { late: 1, very_late: 2 } } }] },
    'location 1, thresholds: ',
  ],
  [
    'a threshold of no minutes',
    { locations: [{ location_id: 'a', thresholds: { ready: { late: 0, very_late: 2 } } }] },
    'location 1, thresholds.ready.late: expected whole minutes, from 1 to 1440',
  ],
  [
    'a threshold of which half is missing',
    { locations: [{ location_id: 'a', thresholds: { ready: { late: 1 } } }] },
    'location 1, thresholds.ready.very_late: expected whole minutes',
  ],
  [
    'orders that are very late before they are late',
    { locations: [{ location_id: 'a', thresholds: { ready: { late: 3, very_late: 2 } } }] },
    'location 1, thresholds.ready.very_late: expected at least as many minutes as in late',
  ],
  ['a field of another name', { locations: [{ location_id: 'a', title: 'A' }] }, 'location 1: '],
  [
    'one location twice',
    { locations: [{ location_id: 'a' }, { location_id: 'b' }, { location_id: 'a' }] },
    'location 3, location_id: the same as of location 1',
  ],
  [
    'too many locations',
    { locations: Array.from({ length: MAX_NAMED_LOCATIONS + 1 }, (_, n) => ({ location_id: String(n) })) },
    'locations: expected at most 20000 locations',
  ],
])('a file with %s is refused, and the fault says where', (_what, value, fault) => {
  expect(parseLocations(JSON.stringify(value))).toEqual({ kind: 'unusable', faults: [expect.stringContaining(fault)] });
});

it('what is no JSON is refused without its text', () => {
  expect(parseLocations('{"locations": [secret')).toEqual({ kind: 'unusable', faults: ['expected JSON'] });
});
