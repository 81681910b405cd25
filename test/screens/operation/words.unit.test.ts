import fc from 'fast-check';
import { ACCESSES } from '../../../schemas/api/access';
import type { Screen } from '../../../schemas/api/screen-reports';
import type { Destination } from '../../../schemas/destinations';
import { RELAY_OUTCOMES } from '../../../schemas/events/event-data';
import { locationId } from '../../../schemas/order-key';
import { spanWords } from '../../../schemas/words/span-words';
import { accessWords } from '../../../services/screens/browser/accesses/model/access-words';
import { stateWords } from '../../../services/screens/browser/destinations/model/destination-words';
import { isOperatorsId, listWords, sayValue } from '../../../services/screens/browser/operators/model/say';
import { exactSpanWords } from '../../../services/screens/browser/operators/model/span-words';
import {
  addressQuery,
  orderOf,
  quarantineFilters,
  quarantineQuery,
  WAITING_ANYWHERE,
} from '../../../services/screens/browser/quarantine/model/quarantine-filters';
import { fixedWords, locationsWords, withLocation } from '../../../services/screens/browser/readers/model/reader-words';
import { relayWords } from '../../../services/screens/browser/relays/model/relay-words';
import { screenWords } from '../../../services/screens/browser/watching/model/watching-words';

/** A value that this build does not have. */
const newer = () => 'newer' as never;

describe('what the page of quarantine shows', () => {
  it('the page shows what waits, wherever it is about, unless its address asks for something else', () => {
    expect(quarantineFilters({})).toEqual(WAITING_ANYWHERE);
    expect(quarantineFilters({ waiting: 'perhaps', source: 7 })).toEqual(WAITING_ANYWHERE);
    expect(quarantineQuery(WAITING_ANYWHERE)).toEqual({ order: 'oldest', waiting: 'true' });
    expect(addressQuery(WAITING_ANYWHERE)).toBe('');
  });

  it('what the form asks for stands in the address, and is read from it again', () => {
    const filters = quarantineFilters({ location_id: ' a&b ', source: 'uber', waiting: 'any' });
    expect(filters).toEqual({ location_id: 'a&b', source: 'uber', waiting: 'any' });
    expect(quarantineFilters(Object.fromEntries(new URLSearchParams(addressQuery(filters))))).toEqual(filters);
    expect(quarantineQuery(filters)).toEqual({ order: 'oldest', location_id: 'a&b', source: 'uber' });
    expect(addressQuery(WAITING_ANYWHERE, 'es')).toBe('?lang=es');
  });

  it('what can be redriven is listed from the oldest on, and what was redriven from the newest', () => {
    const orders = (['true', 'any', 'false'] as const).map((waiting) => orderOf({ ...WAITING_ANYWHERE, waiting }));
    expect(orders).toEqual(['oldest', 'oldest', 'newest']);
  });
});

describe('what pages for operators say of values that only a newer service knows', () => {
  it('a value without words is shown as it came, and called unknown', () => {
    for (const kind of ['access.', 'role.', 'watching.kind_', 'destinations.view_'] as const)
      expect(sayValue(kind, 'newer')).toBe('unknown: newer');
    expect([sayValue('role.', 'auditor'), sayValue('watching.kind_', 'wall')]).toEqual(['auditor', 'Wall']);
    expect(accessWords({ what: newer(), times: 2 })).toBe('unknown: newer, 2 times within a minute');
    expect(isOperatorsId('redrive.was_newer') || isOperatorsId('toString')).toBe(false);
  });

  it('a state that is not known is trouble', () => {
    const trouble = { isTrouble: true, words: 'unknown: newer' };
    const relayed = { status: null, provider_id: null, answer_bytes: 0, duration_ms: 0 };
    expect(relayWords({ outcome: newer(), ...relayed })).toEqual(trouble);
    const lag = { events: 0, seconds: 0, at_least: false };
    const destination = { name: 'd', state: newer(), failing_orders: [], lag } as unknown as Destination;
    expect(stateWords(destination)).toEqual({ ...trouble, remedy: null });
    const reported_at = new Date(0).toISOString();
    const screen = { visible: true, freshness: newer(), age_ms: null, reported_at } as unknown as Screen;
    expect(screenWords(screen, 0)).toEqual(trouble);
  });
});

describe('what pages for operators say of times and lists', () => {
  it('a time that has passed is said in English as the command and the evidence say it', () => {
    const day = 86_400_000;
    for (const ms of [0, 999.4, 60_000, 200_000, 3_600_000, 3_605_000, 7_500_000, day, day + 1, day + 4 * 3_600_000])
      expect(exactSpanWords(ms)).toBe(spanWords(ms));
    // From a thousand days on, the number is written as the language does.
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 1_000 * day - 1, noNaN: true }),
        (ms) => exactSpanWords(ms) === spanWords(ms),
      ),
    );
  });

  it('things are said one after the other, and nothing is said of none', () => {
    expect([listWords([]), listWords(['a']), listWords(['a', 'b', 'c'])]).toEqual(['', 'a', 'a, b, c']);
  });
});

describe('what the page of relays says', () => {
  const TRY = { outcome: 'answered', status: 200, provider_id: 'p', answer_bytes: 12, duration_ms: 1_500 } as const;

  it('an answer of 2xx with an id accepts the order, and one of another status is trouble', () => {
    expect(relayWords(TRY)).toEqual({
      isTrouble: false,
      words: 'The POS answered 200 after 1.5 s. It accepts the order.',
    });
    expect(relayWords({ ...TRY, provider_id: null }).words).not.toContain('accepts');
    expect(relayWords({ ...TRY, status: 400 })).toMatchObject({ isTrouble: true });
    expect(relayWords({ ...TRY, status: 400 }).words).not.toContain('accepts');
  });

  it('no two outcomes of a try have the same words', () => {
    const words = RELAY_OUTCOMES.map((outcome) => relayWords({ ...TRY, outcome, status: null }).words);
    expect(new Set(words).size).toBe(RELAY_OUTCOMES.length);
  });
});

describe('what the page of accesses says', () => {
  it('no two kinds of access have the same words', () => {
    expect(new Set(ACCESSES.map((what) => accessWords({ what }))).size).toBe(ACCESSES.length);
  });

  it('an access that was counted several times says how often', () => {
    expect(accessWords({ what: 'search', times: 7 })).toBe('Searched for orders, 7 times within a minute');
    expect(accessWords({ what: 'search', times: 1 })).toBe('Searched for orders');
  });
});

describe('what the page of readers says', () => {
  it('the locations of a reader are called by their names, and of many only some are named', () => {
    const called = (id: string) => `the ${id}`;
    const words = (...ids: string[]) => locationsWords({ locations: ids.map(locationId) }, called);
    expect(locationsWords({ locations: '*' }, called)).toBe('All locations');
    expect(words('a', 'b')).toBe('the a, the b');
    expect(words('1', '2', '3', '4', '5', '6', '7')).toBe('the 1, the 2, the 3, the 4, the 5 and 2 more');
  });

  it('where no screen can be added, the page says why and what to do', () => {
    expect(fixedWords('file')).toBeNull();
    expect(fixedWords('variable')).toContain('set READERS_FILE');
    expect(fixedWords('none')).toContain('ticket-rail reader add');
  });

  it('a location is chosen once, and nothing is no location', () => {
    expect(withLocation(withLocation(withLocation([], 'a'), 'a'), '')).toEqual(['a']);
  });
});
