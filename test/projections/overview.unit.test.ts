import fc from 'fast-check';
import { type CountedOrder, countOrders } from '../../projections/overview';
import { OLD_CANCELLATION_MS, OLD_ORDER_MS } from '../../schemas/api/screen-limits';
import { FINAL_STAGES, STAGES } from '../../schemas/vocabulary';

const NOW = Date.parse('2026-11-21T18:00:00.000Z');
const ago = (ms: number): string => new Date(NOW - ms).toISOString();

const order = (about: Partial<CountedOrder> = {}): CountedOrder => ({
  stage: 'preparing',
  stage_since: ago(60_000),
  reported_at: ago(60_000),
  handed_over: false,
  cancel_acknowledged: false,
  ...about,
});

const anyOrder: fc.Arbitrary<CountedOrder> = fc
  .record({
    stage: fc.constantFrom(...STAGES),
    sinceMs: fc.integer({ min: 0, max: 2 * OLD_ORDER_MS }),
    quietMs: fc.integer({ min: 0, max: 2 * OLD_ORDER_MS }),
    handed_over: fc.boolean(),
    cancel_acknowledged: fc.boolean(),
  })
  .map(({ sinceMs, quietMs, ...rest }) => ({
    ...rest,
    stage_since: ago(Math.max(sinceMs, quietMs)),
    reported_at: ago(quietMs),
  }));

describe('how a location fares', () => {
  it('every open order is counted once: in its stage, or as one without news for long', () => {
    fc.assert(
      fc.property(fc.array(anyOrder), (orders) => {
        const { stages, quiet } = countOrders(orders, NOW);
        const open = orders.filter(({ stage }) => !FINAL_STAGES.has(stage));
        const isQuiet = ({ reported_at }: CountedOrder): boolean => Date.parse(reported_at) <= NOW - OLD_ORDER_MS;
        expect(quiet).toBe(open.filter(isQuiet).length);
        const counted = new Map(stages.map(({ stage, orders: count }) => [stage as string, count]));
        for (const stage of STAGES) {
          const here = open.filter((one) => one.stage === stage && !isQuiet(one));
          expect(counted.get(stage) ?? 0).toBe(here.length);
        }
      }),
    );
  });

  it('a stage waits since the first of its orders that nobody has handed over, or that concern the counter again', () => {
    fc.assert(
      fc.property(fc.array(anyOrder), (orders) => {
        for (const { stage, waiting_since } of countOrders(orders, NOW).stages) {
          const isBack = stage === 'needs_action' || stage === 'coming_back';
          const waiting = orders.filter(
            (one) =>
              one.stage === stage && (isBack || !one.handed_over) && Date.parse(one.reported_at) > NOW - OLD_ORDER_MS,
          );
          expect(waiting_since).toBe(waiting.map(({ stage_since }) => stage_since).sort()[0] ?? null);
        }
      }),
    );
  });

  it('the order of the orders makes no difference, and stages come in their own', () => {
    fc.assert(
      fc.property(fc.array(anyOrder), (orders) => {
        const counts = countOrders(orders, NOW);
        expect(countOrders([...orders].reverse(), NOW)).toEqual(counts);
        const places = counts.stages.map(({ stage }) => STAGES.indexOf(stage));
        expect(places).toEqual([...places].sort((one, other) => one - other));
      }),
    );
  });

  it('a cancellation counts until somebody acknowledges it, or it is two hours old', () => {
    const canceled = (about: Partial<CountedOrder>): number =>
      countOrders([order({ stage: 'canceled', ...about })], NOW).canceled;
    expect(canceled({})).toBe(1);
    expect(canceled({ cancel_acknowledged: true })).toBe(0);
    expect(canceled({ stage_since: ago(OLD_CANCELLATION_MS - 1) })).toBe(1);
    expect(canceled({ stage_since: ago(OLD_CANCELLATION_MS) })).toBe(0);
    expect(canceled({ stage: 'failed' })).toBe(0);
  });

  it('what was counted holds until the time that it says, and not for longer', () => {
    fc.assert(
      fc.property(fc.array(anyOrder, { minLength: 1 }), (orders) => {
        const counts = countOrders(orders, NOW);
        const { until } = counts;
        fc.pre(until !== Infinity);
        expect(countOrders(orders, until - 1)).toEqual(counts);
        expect(countOrders(orders, until)).not.toEqual(counts);
      }),
    );
  });
});
