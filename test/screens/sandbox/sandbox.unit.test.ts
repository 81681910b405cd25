import fc from 'fast-check';
import {
  type Hop,
  MAX_ORDERS_PER_MINUTE,
  MAX_SUBMITTED,
  ORDER_ACTIONS,
  ORDER_FAULTS,
  PARTIES,
  SandboxOrder,
  type SandboxState,
} from '../../../schemas/sandbox';
import { indentJson } from '../../../services/screens/browser/sandbox/model/indent-json';
import {
  countReplies,
  FAULTS,
  fateWords,
  faultsFoundBy,
  MOST_PER_MINUTE,
  MOST_SUBMITTED,
  parseReply,
} from '../../../services/screens/browser/sandbox/model/sandbox-answer';
import {
  DRAWN_HOPS,
  type HopFilter,
  hopsSince,
  listHops,
  outcomeOf,
  outcomeWords,
  secondsUntil,
  WAY_WORDS,
  wayWords,
} from '../../../services/screens/browser/sandbox/model/sandbox-hops';
import {
  clockAhead,
  condense,
  fromState,
  KEPT_HOPS,
  KEPT_ORDERS,
  parseSandboxMessage,
  receive,
} from '../../../services/screens/browser/sandbox/model/sandbox-state';
import {
  ACTION_WORDS,
  allows,
  fulfillmentWords,
  goneWords,
  matchesOrder,
  rushWords,
  speedWords,
} from '../../../services/screens/browser/sandbox/model/sandbox-words';

const AT = '2026-11-21T12:00:00.000Z';
const NOON = Date.parse(AT);

const hop = (id: number, about: Partial<Hop> = {}): Hop => ({
  id,
  at: AT,
  from: 'stream',
  to: 'pos',
  name: 'order.updated',
  location_id: 'location-1',
  order_id: 'a',
  attempt: 1,
  request: { url: 'http://127.0.0.1/', headers: {}, body: '{}' },
  answer: { status: 200, body: '{}' },
  error: null,
  duration_ms: 1,
  retry_at: null,
  ...about,
});
const begun = (id: number): Hop => hop(id, { answer: null, duration_ms: null });
const cut = (id: number): Hop => hop(id, { answer: null, error: 'ECONNREFUSED' });

const order = (order_id: string, about: Partial<SandboxOrder> = {}): SandboxOrder =>
  SandboxOrder.parse({
    order_id,
    customer_facing_id: 'AB12',
    provider_id: null,
    location_id: 'location-1',
    fulfillment_type: 'delivery',
    unpaid: false,
    state: 'submitted',
    reason: null,
    status: null,
    delivery_status: null,
    driver_name: null,
    story: null,
    next_step_at: null,
    updated_at: AT,
    ...about,
  });

const state = (orders: readonly SandboxOrder[], hops: readonly Hop[]): SandboxState => ({
  version: '1.0.0',
  speed: 10,
  partner_id: 'demo',
  locations: ['location-1'],
  pos: { url: 'http://127.0.0.1/', builtin: true, mode: 'ok', out_of_stock: [] },
  dsp: { url: 'http://127.0.0.1/', builtin: true, mode: 'ok' },
  stories: [],
  rushes: [],
  rush: null,
  orders: [...orders],
  hops: [...hops],
});

const parsed = (event: string, data: unknown) => {
  const message = parseSandboxMessage({ event, data: JSON.stringify(data) });
  if (message === null) throw new Error(`not understood: ${event}`);
  return message;
};
const after = (known: SandboxState, ...messages: (readonly [string, unknown])[]) =>
  receive(
    fromState(known),
    messages.map(([event, data]) => parsed(event, data)),
  );
const idsOf = (hops: readonly Hop[]): number[] => hops.map(({ id }) => id);

describe('the state of the sandbox page', () => {
  it('the page adds new orders and hops first, and updates known ones where they are', () => {
    const known = after(
      state([order('b'), order('a')], [hop(2), begun(1)]),
      ['order', order('a', { state: 'accepted', updated_at: '2026-11-21T12:00:01.000Z' })],
      ['order', order('c')],
      ['order', order('d')],
      ['hop', begun(3)],
      ['hop', hop(1)],
      ['heartbeat', {}],
    );
    expect(known.orders.map(({ order_id, state: now }) => [order_id, now])).toEqual([
      ['d', 'submitted'],
      ['c', 'submitted'],
      ['b', 'submitted'],
      ['a', 'accepted'],
    ]);
    expect(known.hops.map(({ id, duration_ms }) => [id, duration_ms])).toEqual([
      [3, null],
      [2, 1],
      [1, 1],
    ]);
  });

  it('the page does not go back when it hears a message that the state already included', () => {
    const later = order('a', { state: 'ended', updated_at: '2026-11-21T12:00:01.000Z' });
    const known = after(state([later], [hop(1)]), ['order', order('a')], ['hop', begun(1)]);
    expect(known.orders).toEqual([later]);
    expect(known.hops).toEqual([hop(1)]);
  });

  it('the page has the switches and the rush as last reported', () => {
    const { orders: _orders, hops: _hops, ...summary } = state([], []);
    const known = after(state([], []), ['state', { ...summary, pos: { ...summary.pos, mode: 'slow' } }]);
    expect(known.summary.pos.mode).toBe('slow');
    expect(fromState(state([], [])).summary).toEqual(summary);
  });

  it('the page keeps bounded lists, and a hop that made room long ago does not come back', () => {
    const hops = Array.from({ length: KEPT_HOPS }, (_, index) => hop(KEPT_HOPS + 10 - index));
    const known = after(
      state([], hops),
      ['hop', hop(3)],
      ['hop', begun(KEPT_HOPS + 11)],
      ...Array.from({ length: KEPT_ORDERS + 5 }, (_, index) => ['order', order(String(index))] as const),
    );
    expect(known.hops).toHaveLength(KEPT_HOPS);
    expect([known.hops[0]?.id, known.hops.at(-1)?.id]).toEqual([KEPT_HOPS + 11, 12]);
    expect(known.orders).toHaveLength(KEPT_ORDERS);
    expect(known.orders[0]?.order_id).toBe(String(KEPT_ORDERS + 4));
  });

  it('the page has the same state whether messages are taken in one by one or condensed', () => {
    const message = fc.oneof(
      fc.record({
        kind: fc.constant('order' as const),
        order: fc
          .tuple(fc.constantFrom('a', 'b', 'c', 'd'), fc.constantFrom('submitted', 'accepted', 'ended'))
          .map(([id, now]) => order(id, { state: now })),
      }),
      fc.record({ kind: fc.constant('hop' as const), hop: fc.nat(5).map((id) => hop(id)) }),
      fc.constant({ kind: 'heartbeat' as const }),
    );
    fc.assert(
      fc.property(fc.array(message), (messages) => {
        const before = fromState(state([order('a')], [begun(0)]));
        const sorted = ({ orders, hops }: typeof before) => [new Set(orders), hops];
        expect(sorted(receive(before, condense(messages)))).toEqual(sorted(receive(before, messages)));
      }),
    );
    const many = Array.from({ length: 3 * KEPT_HOPS }, (_, id) => ({ kind: 'hop' as const, hop: hop(id) }));
    expect(condense(many)).toEqual(many.slice(-KEPT_HOPS));
  });

  it.each([
    ['hop', '[]'],
    ['hop', '{"id":"1"}'],
    ['order', '{}'],
    ['state', '{"speed":1}'],
    ['order', 'no JSON'],
    ['later', '{}'],
    [undefined, '{}'],
  ])('the page ignores what it does not understand: %s %s', (event, data) => {
    expect(parseSandboxMessage({ event, data })).toBeNull();
  });

  it('the page uses its own clock on the same machine, and that of the process elsewhere', () => {
    expect(clockAhead(new Date(NOON).toUTCString(), NOON + 900)).toBe(0);
    expect(clockAhead(new Date(NOON).toUTCString(), NOON - 3_600_000)).toBe(3_600_000);
    expect(clockAhead(null, NOON)).toBe(0);
  });
});

describe('hops', () => {
  it('a hop is described in words by its outcome', () => {
    const refused = hop(1, { answer: { status: 400, body: '' } });
    const failed = hop(1, { answer: { status: 503, body: '' } });
    expect([begun(1), hop(1), refused, failed, cut(1)].map((one) => [outcomeOf(one), outcomeWords(one)])).toEqual([
      ['under_way', 'Under way'],
      ['answered', '200'],
      ['refused', '400 refused'],
      ['failed', '503 failed'],
      ['failed', 'No answer: ECONNREFUSED'],
    ]);
  });

  const ALL: HopFilter = { order: null, way: null, failures: false };
  const hops = [
    cut(5),
    hop(4, { from: 'stream', to: 'dsp', answer: { status: 400, body: '' } }),
    begun(3),
    hop(2, { order_id: 'b' }),
    hop(1, { from: 'dsp', to: 'stream', order_id: null }),
  ];
  it.each([
    [{}, [5, 4, 3, 2, 1]],
    [{ order: 'a' }, [5, 4, 3]],
    [{ way: 'dsp-stream' }, [1]],
    [{ way: 'stream-pos', order: 'b' }, [2]],
    [{ failures: true }, [5, 4]],
    [{ failures: true, way: 'stream-dsp' }, [4]],
  ] as const)('hops are filtered by order, direction and failure: %j', (filter, ids) => {
    const list = listHops(hops, { ...ALL, ...filter }, null, false);
    expect(idsOf(list.drawn)).toEqual(ids);
    expect(list.passing).toBe(ids.length);
    expect(idsOf(listHops(hops, { ...ALL, ...filter }, null, true).drawn)).toEqual(ids.toReversed());
  });

  it('hops are drawn up to a limit, plus the one that is being read, however old', () => {
    const many = Array.from({ length: 400 }, (_, index) => hop(400 - index));
    const list = listHops(many, ALL, 7, false);
    expect(list.drawn).toHaveLength(DRAWN_HOPS + 1);
    expect(list.drawn.at(-1)?.id).toBe(7);
    expect(list.passing).toBe(400);
    expect(idsOf(listHops(many, ALL, 400, true).drawn)).toHaveLength(DRAWN_HOPS);
  });

  it('hops are counted since a pause, and never below zero when the process began anew', () => {
    expect(hopsSince([hop(4)], [hop(9), hop(8)])).toBe(5);
    expect(hopsSince([], [hop(0)])).toBe(1);
    expect(hopsSince([hop(9)], [])).toBe(0);
  });

  it('a hop has the same words for its direction as the filter', () => {
    expect(wayWords({ from: 'stream', to: 'pos' })).toBe(WAY_WORDS['stream-pos']);
    expect(Object.keys(WAY_WORDS).every((way) => way.split('-').every((one) => PARTIES.some((p) => p === one)))).toBe(
      true,
    );
  });

  it('a countdown runs to the next attempt, and no further', () => {
    expect(secondsUntil(AT, NOON - 1_001)).toBe(2);
    expect(secondsUntil(AT, NOON)).toBeNull();
    expect(secondsUntil(null, NOON)).toBeNull();
  });
});

describe('message bodies', () => {
  it('a body is indented with every character as it was sent: numbers, escapes, doubled keys', () => {
    expect(indentJson(String.raw`{"a":1.0,"a":1e400,"b":[ ],"c":{"d":["\u0041, {x}: \"y\"",null]}}`)).toBe(
      String.raw`{
  "a": 1.0,
  "a": 1e400,
  "b": [],
  "c": {
    "d": [
      "\u0041, {x}: \"y\"",
      null
    ]
  }
}`,
    );
  });

  it('an indented body has the same JSON value', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 6 }), (text) => {
        expect(JSON.parse(indentJson(text))).toEqual(JSON.parse(text));
      }),
    );
  });

  it('a body that is no JSON is left alone, and indentation does not grow without end', () => {
    expect(indentJson('{"a":1…')).toBe('{"a":1…');
    const deep = `${'['.repeat(8_000)}${']'.repeat(8_000)}`;
    expect(indentJson(deep).length).toBeLessThan(16_000 * 80);
  });
});

describe('answers of Stream', () => {
  const refusals = [{ rule: 'paid-unless-drive-thru', pointer: '/order/unpaid', detail: 'Pay.', documented: 'Only…' }];

  it('a refusal of Stream has the rule, the place and the documentation', () => {
    const answer = { title: 'The message breaks a rule', detail: 'See refusals.', refusals };
    expect(parseReply({ order_id: 'a', status: 400, answer })).toEqual({
      kind: 'refused',
      status: 400,
      words: 'The message breaks a rule.',
      broken: refusals,
    });
  });

  it.each([
    [
      { status: 200, answer: {} },
      { kind: 'taken', status: 200 },
    ],
    [
      { status: null, answer: 'ECONNRESET' },
      { kind: 'no_answer', why: 'ECONNRESET' },
    ],
    [
      { status: 401, answer: { title: 'Not authentic', detail: 'Sign it.', refusals: [] } },
      { kind: 'refused', status: 401, words: 'Not authentic. Sign it.', broken: [] },
    ],
    [
      { status: 502, answer: 'a page of a proxy' },
      { kind: 'refused', status: 502, words: '', broken: [] },
    ],
    [
      { status: 400, answer: { refusals: [{ rule: 7 }, null] } },
      { kind: 'refused', status: 400, words: '', broken: [{ rule: '', pointer: '', detail: '', documented: '' }] },
    ],
  ])('any answer of Stream is understood: %j', (submitted, reply) => {
    expect(parseReply({ order_id: 'a', ...submitted })).toEqual(reply);
  });

  it('the answers of Stream to many orders are counted by outcome', () => {
    const one = { order_id: 'a', answer: {} };
    expect(
      countReplies([
        { ...one, status: 200 },
        { ...one, status: 200 },
        { ...one, status: 400 },
      ]),
    ).toEqual({
      taken: 2,
      refused: 1,
      no_answer: 0,
    });
  });

  it('every fault of an order has words about who finds it', () => {
    expect(new Set(Object.keys(FAULTS))).toEqual(new Set(ORDER_FAULTS));
    expect([...faultsFoundBy('stream'), ...faultsFoundBy('later'), ...faultsFoundBy('nobody')]).toHaveLength(
      ORDER_FAULTS.length,
    );
  });

  it('the outcome of a submitted order is described in words', () => {
    expect(fateWords(undefined)).toBeNull();
    expect(fateWords(order('a', { state: 'accepted', provider_id: 'pos-1' }))).toBe('The POS accepted it as pos-1.');
    expect(fateWords(order('a', { state: 'rejected', reason: 'items_unavailable' }))).toBe(
      'It was rejected: items_unavailable',
    );
  });
});

describe('the sandbox page', () => {
  it('the page offers no more orders and no faster rush than the process takes', () => {
    expect([MOST_SUBMITTED, MOST_PER_MINUTE]).toEqual([MAX_SUBMITTED, MAX_ORDERS_PER_MINUTE]);
  });

  it('the page offers every action, and only those that can have an effect', () => {
    expect(Object.keys(ACTION_WORDS)).toEqual([...ORDER_ACTIONS]);
    const can = (about: Partial<SandboxOrder>) => ORDER_ACTIONS.filter((action) => allows(order('a', about), action));
    expect(can({ state: 'submitted' })).toEqual(['cancel-by-dsp']);
    expect(can({ state: 'accepted', next_step_at: AT, driver_name: 'Jane' })).toEqual([...ORDER_ACTIONS]);
    expect(can({ state: 'accepted' })).toEqual(['cancel-by-dsp', 'cancel-by-merchant', 'fail']);
    expect(can({ state: 'ended' })).toEqual([]);
    expect(can({ state: 'canceled', next_step_at: AT })).toEqual(['step']);
  });

  it('the page finds an order by a part of any of its ids, its state, story or driver', () => {
    const jane = order('dsp-1', { provider_id: 'pos-9', driver_name: 'Jane', story: 'robot' });
    expect(['DSP-1', 'ab1', 'os-9', 'jane', 'submit', 'robo', ' '].every((text) => matchesOrder(jane, text))).toBe(
      true,
    );
    expect(matchesOrder(jane, 'tom')).toBe(false);
  });

  it('the page states the speed of stories', () => {
    expect([speedWords(1), speedWords(3_600)]).toEqual([
      'Stories run as fast as in life.',
      'Stories run 3,600 times as fast as in life.',
    ]);
  });

  it('the page states the progress of a rush, and shows unknown values as they came', () => {
    expect(rushWords({ name: 'lunch-rush', orders_per_minute: 20, submitted: 1_200, orders: 5_000 })).toBe(
      'lunch-rush: 1,200 of 5,000 orders submitted, 20 in a minute of a story',
    );
    expect(rushWords({ name: null, orders_per_minute: 1, submitted: 3, orders: null })).toMatch(
      /^All stories: 3 orders/,
    );
    expect([fulfillmentWords('drive_thru'), fulfillmentWords('carrier_pigeon')]).toEqual([
      'Drive-thru',
      'carrier_pigeon',
    ]);
  });

  it('the page states that the process is gone or the browser offline, and nothing while all is well', () => {
    expect(goneWords({ kind: 'live', ageMs: 1 })).toBeNull();
    expect(goneWords({ kind: 'stale', cause: 'unreachable', ageMs: 1 })).toMatch(/may have been stopped/);
    expect(goneWords({ kind: 'stale', cause: 'offline', ageMs: null })).toMatch(/browser is offline/);
  });
});
