import fc from 'fast-check';
import { comesTwice } from '../../../schemas/local-time';
import { initial, type OrderState, toOrder } from '../../../projections/order/order';
import { interpret, VERDICT_RULES } from '../../../projections/history/timeline';
import { STAGE_RULES } from '../../../projections/order/stage';
import type { OrderEvent } from '../../../schemas/events/order-events';
import { Acknowledged, HandedOver, type HistoryEvent, Order } from '../../../schemas/api/order-view';
import { VERDICTS } from '../../../schemas/vocabulary';
import { FIELD_WORDS } from '../../../schemas/words/field-words';
import { spanMs, spanWords } from '../../../schemas/words/span-words';
import { withoutContact, withoutContactInEvent } from '../../../services/access/withhold';
import {
  fieldWords,
  gapWords,
  stageRule,
  valueText,
  valueWords,
  VERDICT_ORDER,
  verdictWords,
} from '../../../services/screens/browser/audit/model/event-words';
import { tieOf } from '../../../services/screens/browser/audit/model/chain';
import { indexOfRevision, stepAt, unfold } from '../../../services/screens/browser/board/model/past-order';
import { arbitraryEvents } from '../../projections/arbitraries';
import { eventsOf, fold, KEY, says } from '../../projections/scenario';

/** Events as `GET .../history` tells them. */
function historyOf(events: readonly OrderEvent[]): HistoryEvent[] {
  let state: OrderState = initial;
  return events.map((event) => {
    const next = interpret(KEY, state, event);
    ({ state } = next);
    return JSON.parse(
      JSON.stringify({
        revision: event.revision,
        position: String(event.revision),
        type: event.type,
        received_at: event.receivedAt,
        data: event.data,
        metadata: {
          content_hash: event.contentHash,
          event_hash: `hash ${String(event.revision)}`,
          previous_hash: null,
        },
        ...next.reading,
      }),
    ) as HistoryEvent;
  });
}

/** What the folds say after each event. */
const foldedPrefixes = (events: readonly OrderEvent[]): (Order | null)[] =>
  events.map((_, index) => toOrder(KEY, fold(events.slice(0, index + 1))));

/** As it comes over the wire. */
const overTheWire = (events: readonly OrderEvent[]): OrderEvent[] =>
  events.map((event) => ({ ...event, data: JSON.parse(JSON.stringify(event.data)) as OrderEvent['data'] }));

/** Garbage may hold what JSON cannot say. */
const arbitraryWireEvents = arbitraryEvents
  .filter((events) => {
    try {
      JSON.stringify(events);
      return true;
    } catch {
      return false;
    }
  })
  .map(overTheWire);

describe('an order folded in the browser', () => {
  it('an order unfolded from its history has at every revision the state of the fold of the prefix', () => {
    fc.assert(
      fc.property(arbitraryWireEvents, (events) => {
        const { steps } = unfold(KEY, historyOf(events));
        expect(steps.map(({ order }) => order)).toEqual(foldedPrefixes(events));
      }),
    );
  });

  it('an order is unfolded as well when contacts are withheld, and still shows a driver change without names', () => {
    const history = (phone: string) =>
      says('in_progress', 'enroute_to_pickup', { source: 'uber', phone: { number: phone }, passcode: phone });
    const events = eventsOf(history('+1555'), history('+1666'), history('+1666'));
    const { steps } = unfold(KEY, historyOf(events).map(withoutContactInEvent));
    const expected = foldedPrefixes(events).map((order) => order && withoutContact(order));
    expect(steps.map(({ order }) => order)).toEqual(expected);
    expect(steps[1]?.order.attention).toContain('driver_changed');
  });

  it('an order whose data was withheld is put together from its changes as the fold would', () => {
    fc.assert(
      fc.property(arbitraryWireEvents, (events) => {
        const marked = historyOf(events).map((event) => ({ ...event, data: { ...event.data, seen: '[withheld]' } }));
        expect(unfold(KEY, marked).steps.map(({ order }) => order)).toEqual(foldedPrefixes(events));
      }),
    );
  });

  it('an order at a time is after the last event until then, even if the clock went back', () => {
    const events = eventsOf(says('in_progress'), says('ready_for_pickup'), says('out_for_delivery'));
    const times = ['2026-11-21T18:00:00.000Z', '2026-11-21T18:10:00.000Z', '2026-11-21T18:05:00.000Z'];
    const history = historyOf(events.map((event, index) => ({ ...event, receivedAt: times[index] ?? '' })));
    const past = unfold(KEY, history);
    const revisionAt = (time: string) => stepAt(past, Date.parse(time))?.event.revision;
    expect(revisionAt('2026-11-21T17:59:59.999Z')).toBeUndefined();
    expect(revisionAt('2026-11-21T18:00:00.000Z')).toBe(0);
    expect(revisionAt('2026-11-21T18:05:00.000Z')).toBe(2);
    expect(revisionAt('2026-11-21T18:30:00.000Z')).toBe(2);
  });

  it('a revision is found at its event, or at the one before if it is missing', () => {
    const past = unfold(KEY, historyOf(eventsOf(says('in_progress'), says('ready_for_pickup'))));
    expect([indexOfRevision(past, 0), indexOfRevision(past, 1), indexOfRevision(past, 99)]).toEqual([0, 1, 1]);
    expect(indexOfRevision(past, -1)).toBe(-1);
  });

  it('a step remembers the previous driver whom people may still be waiting for', () => {
    const driven = (name: string) => says('in_progress', 'enroute_to_pickup', { name });
    const { steps } = unfold(KEY, historyOf(eventsOf(driven('Jane'), driven('Tom'), driven('Tom'))));
    expect(steps.map(({ previousDriver }) => previousDriver?.name ?? null)).toEqual([null, 'Jane', 'Jane']);
  });
});

describe('the words of the audit pages', () => {
  it('audit words cover every verdict and its rule, in the order in which the rules are tried', () => {
    expect([...VERDICT_ORDER].sort()).toEqual([...VERDICTS].sort());
    expect(VERDICT_ORDER).toEqual([...VERDICT_RULES.map(({ verdict }) => verdict), 'advance']);
    expect(new Set(VERDICTS.map((verdict) => verdictWords(verdict).words)).size).toBe(VERDICTS.length);
    expect(verdictWords('constructor').words).toBe('unknown: constructor');
  });

  it('audit words cover the rule of every stage', () => {
    const rules = [...STAGE_RULES.map(({ stage }) => stage), 'preparing'].map(stageRule);
    expect(new Set(rules).size).toBe(rules.length);
    expect(stageRule('toString')).toBe('this page does not know the rule');
  });

  it.each([
    [0, '0 ms'],
    [999, '999 ms'],
    [4_250, '4.2 s'],
    [60_000, '1 min'],
    [200_000, '3 min 20 s'],
    [7_500_000, '2 h 05 min'],
    [86_400_000, '1 day'],
    [273_600_000, '3 days 4 h'],
  ])('a span of %d ms is worded %s', (ms, words) => {
    expect(spanWords(ms)).toBe(words);
  });

  it('a negative gap is worded as a clock that went back', () => {
    expect([gapWords(7, 7), gapWords(0, 4_000), gapWords(4_000, 0)]).toEqual([
      'at once',
      '4 s later',
      'the clock went back 4 s',
    ]);
  });

  it('a time between two moments is one, wherever it is said: what their clocks show, and what its parts add up to', () => {
    const anyTime = fc.integer({ min: 0, max: 4 * 3_600_000 });
    const minutes = fc.integer({ min: 60_000, max: 4 * 3_600_000 });
    fc.assert(
      fc.property(anyTime, fc.integer({ min: 0, max: 59_999 }), minutes, minutes, (from, short, one, other) => {
        expect(spanMs(from, from + short)).toBe(short);
        const [middle, to] = [from + one, from + one + other];
        expect(spanMs(from, to)).toBe((Math.floor(to / 1_000) - Math.floor(from / 1_000)) * 1_000);
        expect(spanMs(from, middle) + spanMs(middle, to)).toBe(spanMs(from, to));
      }),
    );
    // 18:00:00.900 to 18:14:25.100: by the clocks, 14 min 25 s.
    expect(spanWords(spanMs(900, 865_100))).toBe('14 min 25 s');
    expect(gapWords(900, 865_100)).toBe('14 min 25 s later');
    expect(spanMs(5, 0)).toBe(0);
  });

  it('values are shown as they came, with null for nothing', () => {
    const values = [null, [], ['a', 'b'], 'x', true, { a: [1] }];
    expect(values.map(valueText)).toEqual([null, null, 'a, b', 'x', 'true', '{"a":[1]}']);
    expect([fieldWords('/driver_details/name'), fieldWords('/driver_details/x~1y')]).toEqual([
      'Driver',
      '/driver_details/x~1y',
    ]);
  });

  it('every field that an event or an action can change has a name in words, the same as in evidence', () => {
    const acknowledged = Object.keys(Order.shape.acknowledged.shape);
    const ofActions = [
      ...Object.keys(HandedOver.shape).map((field) => `/handed_over/${field}`),
      ...acknowledged.flatMap((what) =>
        Object.keys(Acknowledged.shape).map((field) => `/acknowledged/${what}/${field}`),
      ),
    ];
    expect(Object.keys(FIELD_WORDS)).toEqual(expect.arrayContaining(ofActions));
    expect(Object.keys(FIELD_WORDS).map(fieldWords)).toEqual(Object.values(FIELD_WORDS));
  });
});

describe('a value that changed', () => {
  it('a word of Stream or of ours is said beside what came, one that nobody knows is called unknown, others stand for themselves', () => {
    expect([
      valueWords('/status', 'in_progress'),
      valueWords('/delivery_status', 'returned'),
      valueWords('/stage', 'driver_here'),
      valueWords('/attention', ['robot', 'no_driver']),
      valueWords('/handed_over/compared', ['plate', 'newer']),
      valueWords('/status', 'teleporting'),
    ]).toEqual([
      'Being prepared',
      'Food is back',
      'Driver here',
      'Robot, No driver found',
      'Plate, newer',
      'unknown: teleporting',
    ]);
    expect([valueWords('/driver_details/name', 'ready'), valueWords('/status', 7)]).toEqual([null, null]);
  });
});

describe('the chain link of an event', () => {
  const event = (event_hash?: string, previous_hash?: string | null): HistoryEvent =>
    ({ metadata: { event_hash, previous_hash } }) as unknown as HistoryEvent;

  it.each([
    ['first', null, event('a', null)],
    ['follows_deleted', null, event('b', 'a')],
    ['tied', event('a', null), event('b', 'a')],
    ['broken', event('a', null), event('b', 'x')],
    ['broken', event('a', null), event('b', null)],
    ['broken', event(), event('b', 'a')],
    ['unsealed', event(), event('b', null)],
    ['unsealed', event('a', null), event()],
  ] as const)('the chain link of an event is %s', (tie, before, after) => {
    expect(tieOf(before, after)).toBe(tie);
  });
});

describe('the hour that comes twice', () => {
  /** As in Berlin on 2026-10-25: UTC+02:00 until 01:00 UTC, and UTC+01:00 from then on. */
  const end = Date.parse('2026-10-25T01:00:00Z');
  const autumn = (ms: number): number => (ms < end ? 120 : 60);
  const spring = (ms: number): number => (ms < end ? 60 : 120);

  it.each([
    ['2026-10-24T23:59:59Z', false],
    ['2026-10-25T00:00:00Z', true],
    ['2026-10-25T00:30:00Z', true],
    ['2026-10-25T01:30:00Z', true],
    ['2026-10-25T01:59:59Z', true],
    ['2026-10-25T02:00:00Z', false],
  ])('a clock that is set back an hour shows the time of %s twice: %j', (time, twice) => {
    expect(comesTwice(Date.parse(time), autumn)).toBe(twice);
    expect(comesTwice(Date.parse(time), spring)).toBe(false);
  });
});
