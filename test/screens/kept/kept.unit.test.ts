import fc from 'fast-check';
import { en } from '../../../schemas/language/catalogues/en';
import { es } from '../../../schemas/language/catalogues/es';
import { frCa } from '../../../schemas/language/catalogues/fr-ca';
import { ptBr } from '../../../schemas/language/catalogues/pt-br';
import { zhHans } from '../../../schemas/language/catalogues/zh-hans';
import { ENGLISH } from '../../../schemas/language/counter';
import { createSpeech } from '../../../schemas/language/speech';
import { WITHHELD } from '../../../schemas/events/withheld';
import { orderId } from '../../../schemas/order-key';
import type { Order } from '../../../schemas/api/order-view';
import { withoutContact } from '../../../services/access/withhold';
import {
  KEPT_MS,
  type KeptBoard,
  keptOrder,
  MOST_BOARDS,
  MOST_CHARACTERS,
  MOST_ORDERS,
  parseBoard,
  stillKept,
  writeBoard,
} from '../../../services/screens/browser/kept/model/kept-board';
import {
  isKeptAsLeft,
  KEPT_EVERY_MS,
  KEPT_UNCHANGED_EVERY_MS,
  type Leaving,
  SHOWN_AFTER_MS,
  type Situation,
  stepOf,
} from '../../../services/screens/browser/kept/model/keeping';
import { answerTo, isOf, meaningOf } from '../../../services/screens/browser/kept/model/shell';
import { viewOf } from '../../../services/screens/browser/reports/model/receipts';
import { isOld, isPast, type LiveFreshness } from '../../../services/screens/browser/shared/model/freshness';
import { UNKNOWN_LOCATION } from '../../../services/screens/browser/shared/model/known-location';
import { say, speak } from '../../../services/screens/browser/shared/model/say';
import { ageWords } from '../../../services/screens/browser/shared/model/words';
import { at, NOON, order } from '../shared/orders';

const board = (about: Partial<KeptBoard> = {}): KeptBoard => ({
  location: 'l',
  currentAt: NOON,
  aheadMs: 0,
  facts: UNKNOWN_LOCATION,
  truncated: false,
  orders: [],
  ...about,
});
const kept = (orders: readonly Order[]) => parseBoard(writeBoard(board({ orders })), NOON);
/** Driver details as somebody may send them, whatever they are meant to be. */
const details = (value: unknown) => value as Order['driver_details'];

describe('what is kept of an order', () => {
  it('an order is kept without phone, passcode, picture, instructions, the customer’s name, and what a sender adds', () => {
    const driver = {
      source: 'doordash',
      name: 'Jane Driver',
      phone: { number: '+15555550123', code: '4417' },
      picture_url: 'https://picture.example/jane.png',
      vehicle_info: { make: 'Honda', license_plate: 'ABC1234', is_autonomous: true, vin: 'secret' },
      handoff_instructions: 'Call 4417',
      passcode: '9021',
      email: 'jane@driver.example',
    };
    const shown = order({ driver_details: details(driver), label: { number: 'A1B2', name: 'Maria G.', items: 3 } });
    const sent = { ...shown, ...{ customer: 'Maria G.' }, label: { ...shown.label, ...{ note: 'for Maria' } } };
    expect(keptOrder(sent)).toEqual({
      ...shown,
      driver_details: {
        source: 'doordash',
        name: 'Jane Driver',
        vehicle_info: { make: 'Honda', license_plate: 'ABC1234', is_autonomous: true },
      },
      label: { number: 'A1B2', items: 3 },
    });
  });

  it('nothing is kept that a reader without contacts would not see, whatever a sender sends', () => {
    fc.assert(
      fc.property(
        fc.jsonValue(),
        fc.dictionary(fc.constantFrom('phone', 'Pass_code', 'passcode', 'name'), fc.jsonValue()),
        (any, some) => {
          const isAny = typeof any === 'object' && any !== null && !Array.isArray(any);
          for (const value of isAny ? [any, { ...any, ...some }, { vehicle_info: some }] : [any, some]) {
            const shown = order({ driver_details: details(value) });
            const text = JSON.stringify(keptOrder(shown).driver_details);
            expect(text).not.toMatch(/"[^"]*(?:phone|pass_?code)[^"]*":/i);
            // A second withholding finds nothing more.
            expect(JSON.stringify(withoutContact(keptOrder(shown)).driver_details)).toBe(text);
            expect(text).not.toContain(WITHHELD);
          }
        },
      ),
    );
  });
});

describe('a kept board', () => {
  it('a kept board is read as it was written, until it is 12 hours old, and never from later than now', () => {
    const written = writeBoard(board({ orders: [order()], aheadMs: -5 }));
    expect(parseBoard(written, NOON + KEPT_MS - 1)).toEqual({ ...board({ orders: [order()], aheadMs: -5 }) });
    expect(parseBoard(written, NOON + KEPT_MS)).toBeNull();
    expect(parseBoard(written, NOON - 1)).toBeNull();
    expect(KEPT_MS).toBe(12 * 60 * 60 * 1_000);
  });

  it.each(['', 'null', '[]', '{}', '{"form":2,"currentAt":0}', writeBoard(board()).replace('"form":1', '"form":0')])(
    'what is no kept board of this form is none: %j',
    (text) => {
      expect(parseBoard(text, NOON)).toBeNull();
    },
  );

  it('a kept board has so many orders and characters at most, open and new ones first, and says that it lacks some', () => {
    const many = Array.from({ length: MOST_ORDERS + 10 }, (_, index) =>
      order({
        order_id: orderId(`o${String(index)}`),
        updated_at: at(NOON + index),
        stage: index >= MOST_ORDERS ? 'completed' : 'preparing',
      }),
    );
    const read = kept(many);
    expect([read?.orders.length, read?.truncated]).toEqual([MOST_ORDERS, true]);
    expect(read?.orders.some(({ stage }) => stage === 'completed')).toBe(false);
    const long = many.map((one) => ({ ...one, status: 'x'.repeat(10_000) }));
    expect(writeBoard(board({ orders: long })).length).toBeLessThan(MOST_CHARACTERS + 1_000);
    expect([kept([])?.truncated, kept(many.slice(0, 3))?.truncated]).toEqual([false, false]);
  });

  it('the newest 10 boards stay, and none that is 12 hours old or from later than now', () => {
    const ages = [KEPT_MS, -1, KEPT_MS - 1, ...Array.from({ length: MOST_BOARDS }, (_, index) => index)];
    const boards = ages.map((age) => ({ currentAt: NOON - age }));
    expect(stillKept(boards, NOON).map(({ currentAt }) => NOON - currentAt)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(stillKept(boards.slice(0, 3), NOON)).toEqual([{ currentAt: NOON - KEPT_MS + 1 }]);
  });

  it('a kept board is old, is the past, and is never reported as a view', () => {
    const freshness = { kind: 'kept', since: '12:04', ageMs: 1_000, cause: null } as const;
    expect([isOld(freshness), isPast(freshness), viewOf(freshness, '7')]).toEqual([true, true, null]);
    expect(isPast({ kind: 'stale', cause: 'offline', ageMs: 1 })).toBe(false);
  });

  it.each([
    ['en', en, ['Kept from 12:04', '· 3 min ago, not current']],
    ['es', es, ['Guardado a las 12:04', '· hace 3 min, no actual']],
    ['fr-CA', frCa, ['Conservé depuis 12:04', '· il y a 3 min, pas à jour']],
    ['pt-BR', ptBr, ['Guardado às 12:04', '· há 3 min, não atual']],
    ['zh-Hans', zhHans, ['保留自 12:04', '· 3 分钟前，非当前']],
  ])('the age of a kept board is said in words: %s', (language, messages, words) => {
    speak(createSpeech(language, language, messages));
    const age = ageWords(180_000);
    expect([say('fresh.kept', { time: '12:04' }), say('fresh.kept_age', { age })]).toEqual(words);
    expect(say('kept.age', { time: '12:04', age })).toMatch(/12:04.*3/);
    speak(ENGLISH);
  });
});

describe('when a board is kept, shown and forgotten', () => {
  const LIVE = { kind: 'live', ageMs: 10 } as const;
  const AWAY = { kind: 'connecting', ageMs: null } as const;
  const refused = (cause: 'login' | 'forbidden') => ({ kind: 'stale', cause, ageMs: null }) as const;
  const step = (about: Partial<Situation>) =>
    stepOf({
      freshness: LIVE,
      hasData: true,
      waitedMs: 60_000,
      isLookedFor: true,
      shownAgeMs: null,
      sinceKeptMs: 0,
      isChanged: true,
      ...about,
    });

  it.each<[string, Partial<Situation>, ReturnType<typeof stepOf>]>([
    ['a board that is live is kept', { sinceKeptMs: null }, 'keep'],
    ['a board that changed is kept every 10 s', { sinceKeptMs: KEPT_EVERY_MS }, 'keep'],
    ['a board that changed is kept no sooner', { sinceKeptMs: KEPT_EVERY_MS - 1 }, null],
    [
      'a board that is as it was is kept each minute',
      { isChanged: false, sinceKeptMs: KEPT_UNCHANGED_EVERY_MS },
      'keep',
    ],
    ['a board that is as it was is kept no sooner', { isChanged: false, sinceKeptMs: KEPT_EVERY_MS }, null],
    [
      'a board that is out of date is not kept',
      { freshness: { kind: 'stale', cause: 'store', ageMs: 9 }, sinceKeptMs: null },
      null,
    ],
    ['while nothing comes, the kept board is shown', { freshness: AWAY, hasData: false, isLookedFor: false }, 'show'],
    [
      'a board has some time to come',
      { freshness: AWAY, hasData: false, isLookedFor: false, waitedMs: SHOWN_AFTER_MS - 1 },
      null,
    ],
    ['the kept board is looked for once', { freshness: AWAY, hasData: false }, null],
    [
      'a kept board that has become too old in sight is forgotten',
      { freshness: AWAY, hasData: false, shownAgeMs: KEPT_MS },
      'forget',
    ],
    ['the kept board goes once something came', { shownAgeMs: 9 }, 'hide'],
    [
      'the board of a location that may not be seen any more is forgotten',
      { freshness: refused('forbidden'), shownAgeMs: 9 },
      'forget',
    ],
    [
      'all boards are forgotten where nobody is signed in any more',
      { freshness: refused('login'), hasData: false, isLookedFor: false },
      'forget-all',
    ],
  ])('%s', (_, about, expected) => {
    expect(step(about)).toBe(expected);
  });

  it.each<[string, LiveFreshness, Partial<Leaving>, boolean]>([
    ['a live board is kept', LIVE, {}, true],
    ['a board whose service was lost is kept', { kind: 'stale', cause: 'unreachable', ageMs: 9 }, {}, true],
    ['a board whose service lost its store is not kept', { kind: 'stale', cause: 'store', ageMs: 9 }, {}, false],
    ['a board whose service is behind is not kept', { kind: 'stale', cause: 'behind', ageMs: 9 }, {}, false],
    ['a board without data is not kept', LIVE, { hasData: false }, false],
    ['a board that is refused is not kept', refused('login'), {}, false],
    ['a board of a location that may not be seen is not kept', refused('forbidden'), {}, false],
    [
      'a board that was forgotten is not kept after the network went too',
      { kind: 'stale', cause: 'offline', ageMs: 9 },
      { isForgotten: true },
      false,
    ],
  ])('as a page is left, %s', (_, freshness, about, expected) => {
    expect(isKeptAsLeft({ freshness, hasData: true, isForgotten: false, ...about })).toBe(expected);
  });
});

describe('what the service worker answers', () => {
  const parts = {
    'board-AbCd1234.js': 'sha256-1',
    'ticket-rail-board.js': 'sha256-2',
    'icon-AbCd1234.svg': 'sha256-3',
  };
  const shell = { version: 'v', documents: ['board', 'customers'], parts };
  const answer = (path: string, mode = 'cors', method = 'GET', base = '/rail') =>
    answerTo({ url: `https://host${path}`, method, mode }, shell, `https://host${base}/screens/`);

  it('pages come from the network, and a page of the shell from what is kept where there is none', () => {
    expect(answer('/rail/screens/board?location=x', 'navigate')).toEqual({ kind: 'document', name: 'board' });
    expect(answer('/rail/screens/customers/', 'navigate')).toEqual({ kind: 'document', name: 'customers' });
    expect(answer('/rail/screens/quarantine', 'navigate')).toEqual({ kind: 'document', name: null });
    expect(answer('/rail/screens', 'navigate')).toEqual({ kind: 'document', name: null });
    expect(answer('/screens/board', 'navigate', 'GET', '')).toEqual({ kind: 'document', name: 'board' });
    expect(answer('/rail/screens/board', 'navigate', 'POST')).toBeNull();
  });

  it('what a login and a logout lead through forgets the boards before anything is answered', () => {
    expect(answer('/rail/screens/session?next=%2Flogin', 'navigate')).toEqual({ kind: 'session' });
    expect(answer('/rail/screens/session')).toBeNull();
  });

  it('parts with the hash of their content come from what is kept, and those whose name stays from the network', () => {
    expect(answer('/rail/screens/assets/board-AbCd1234.js')).toEqual({ kind: 'hashed', name: 'board-AbCd1234.js' });
    expect(answer('/rail/screens/assets/ticket-rail-board.js')).toEqual({
      kind: 'named',
      name: 'ticket-rail-board.js',
    });
  });

  it.each([
    '/rail/screens/assets/audit-AbCd1234.js',
    '/rail/screens/assets/constructor',
    '/screens/assets/board-AbCd1234.js',
    '/rail/screens/board',
    '/rail/screens/kept?location=here',
    '/rail/locations/here/orders',
    '/rail/locations/here/live',
    '/rail/session',
    '/rail/quarantine',
    '/rail/access',
    '/rail/login',
    '/rail/locations/here/orders/o/evidence',
  ])('what is no page and no part of one goes to the network as without a worker: %s', (path) => {
    expect(answer(path)).toBeNull();
  });

  it('a redirect, a 401 and a 403 mean that nobody is signed in, and what proxies say that the service is away', () => {
    const meaning = (status: number, type = 'basic') => meaningOf({ status, type });
    expect([meaning(0, 'opaqueredirect'), meaning(401), meaning(403)]).toEqual(Array(3).fill('signed-out'));
    expect([meaning(502), meaning(503), meaning(504)]).toEqual(Array(3).fill('away'));
    expect([meaning(200), meaning(404), meaning(500)]).toEqual(['page', 'other', 'other']);
  });

  it('a page is of the same version if the shell has every part that it names', () => {
    const page = (...names: string[]) => names.map((name) => `<script src="/rail/screens/assets/${name}">`).join('');
    expect(isOf(page('board-AbCd1234.js', 'ticket-rail-board.js'), shell)).toBe(true);
    expect(isOf(page('board-Zzzz1234.js', 'ticket-rail-board.js'), shell)).toBe(false);
  });
});
