import { type Destination, DESTINATION_STATES, DestinationName } from '../../../schemas/destinations';
import { orderKey } from '../../../schemas/order-key';
import {
  failureWords,
  lagWords,
  sentWords,
  stateWords,
} from '../../../services/screens/browser/destinations/model/destination-words';

const DESTINATION: Destination = {
  name: DestinationName.parse('pos'),
  url: 'https://pos.example.com/news',
  view: 'events',
  filter: {},
  state: 'sending',
  failing_since: null,
  position: '0',
  lag: { events: 0, at_least: false, seconds: 0 },
  waiting_orders: 0,
  set_aside: 0,
  delivered: 0,
  failed_attempts: 0,
  last_delivered_at: null,
  last_failure: null,
  last_failed_at: null,
  next_attempt_at: null,
  failing_orders: [],
  parked: 0,
  last_parked: [],
};
const FAILING = {
  ...orderKey('north', 'a'),
  failing_since: '2026-11-28T12:00:00.000Z',
  attempts: 1,
  next_attempt_at: null,
  set_aside: false,
};

describe('how a destination does', () => {
  it('each state has words of its own, and whatever is no good is trouble with a remedy', () => {
    const all = DESTINATION_STATES.map((state) => stateWords({ ...DESTINATION, state }));
    expect(new Set(all.map(({ words }) => words)).size).toBe(DESTINATION_STATES.length);
    expect(all.map(({ isTrouble }) => isTrouble)).toEqual([false, true, true, true]);
    for (const { isTrouble, remedy } of all) expect(remedy === null).toBe(!isTrouble);
  });

  it('a destination that lags is sending, and one where single orders fail is in trouble', () => {
    const lag = { events: 3, at_least: false, seconds: 4 };
    expect(stateWords({ ...DESTINATION, lag })).toEqual({ isTrouble: false, words: 'Sending.', remedy: null });
    expect(stateWords({ ...DESTINATION, failing_orders: [FAILING] })).toMatchObject({
      isTrouble: true,
      words: 'Some orders do not arrive.',
    });
  });

  it('the lag says how many items wait, for how long, and whether there are more', () => {
    expect(lagWords(null, 'not known')).toBe('not known');
    expect(lagWords({ events: 0, at_least: false, seconds: 0 }, '')).toBe('none');
    expect(lagWords({ events: 1, at_least: false, seconds: 200 }, '')).toBe('1 item, the oldest 3 min 20 s old');
    expect(lagWords({ events: 2_000, at_least: true, seconds: 4.2 }, '')).toBe(
      'more than 2,000 items, the oldest 4.2 s old',
    );
  });
});

describe('what an attempt ended in', () => {
  it.each([
    ['status 503', 'It answered 503: it has a fault of its own.'],
    ['status 401', 'It answered 401: it does not take our signature.'],
    ['status 404', 'It answered 404: nothing takes items at this URL.'],
    ['status 302', 'It answered 302: redirects are not followed.'],
    ['status 429', 'It answered 429: it asks for fewer requests.'],
    ['status 422', 'It answered 422, and 2xx says that an item is saved.'],
    ['ECONNREFUSED', 'Nothing listens at its address (ECONNREFUSED).'],
    ['EAI_AGAIN', 'Its name cannot be looked up (EAI_AGAIN).'],
    ['TIMED_OUT', 'It did not answer in time (TIMED_OUT).'],
    ['CERT_HAS_EXPIRED', 'Its certificate or its TLS cannot be trusted (CERT_HAS_EXPIRED).'],
    ['SOMETHING_NEW', 'The attempt ended in SOMETHING_NEW.'],
  ])('the failure %s is a sentence', (reason, sentence) => {
    expect(failureWords(reason)).toBe(sentence);
  });
});

it('what a destination is sent is said with its filters, the first values of each', () => {
  expect(sentWords({ view: 'orders', filter: {} })).toBe('each order in its newest state');
  const location_id = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];
  expect(sentWords({ view: 'events', filter: { location_id, stage: ['driver_here'] } })).toBe(
    'each fact; locations a, b, c, d, e and 2 more; stages driver_here',
  );
});
