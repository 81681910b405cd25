import type { HistoryEvent, Order } from '../../../../schemas/api/order-view';
import type { Stage } from '../../../../schemas/vocabulary';
import { positionOf } from '../../../../services/event-store/event-store';
import { type FindingKind, judgeOrder } from '../../../../services/sandbox/runner/judge';
import { type PlannedOrder, planScenario } from '../../../../services/sandbox/stories/plan';
import { loadScenario } from '../../../../services/sandbox/stories/scenario-files';
import type { Effect, Sent } from '../../../../services/sandbox/runner/sent';
import { truthOf, UNANSWERED_SETTLES_MS } from '../../../../services/sandbox/runner/truth';

const orderOf = (scenario: string): PlannedOrder => {
  const [order] = planScenario(loadScenario(scenario), { seed: 1, runId: 'run' });
  if (order === undefined) throw new Error('a story has an order');
  return order;
};

/** A delivery by its place, with when it was on its way: a second each, one after the other, if nothing else is said. */
const sentAs = (places: readonly number[], differs: Readonly<Record<number, Partial<Sent>>> = {}): Sent[] =>
  places.map((delivery, index) => ({
    order: 0,
    delivery,
    begun_ms: index * 10_000,
    ended_ms: index * 10_000 + 1_000,
    effect: 'acknowledged',
    revision: null,
    ...differs[index],
  }));

const TIME = '2026-11-21T18:04:05.678Z';
const historyOf = (order: PlannedOrder, places: readonly number[]): HistoryEvent[] =>
  places.map((place, revision) => {
    const { type, object } = order.deliveries[place]?.delivery ?? { type: 'order.canceled', object: {} };
    return {
      revision,
      position: positionOf(revision),
      type,
      received_at: TIME,
      data: object,
      metadata: {} as HistoryEvent['metadata'],
      stage: 'preparing',
      verdict: 'advance',
      same_report_as: null,
      unreadable: [],
      changes: [],
    };
  });

/** The order as it stands after the delivery at a place. */
function viewAfter(order: PlannedOrder, place: number, revision: number, stage: Stage): Order {
  const objects = order.deliveries.slice(0, place + 1).map(({ delivery }) => delivery.object);
  const last = (field: string): unknown =>
    objects.map((object) => (object as Record<string, unknown>)[field]).findLast((value) => value !== undefined) ??
    null;
  return {
    ...order.key,
    status: last('status') as string | null,
    delivery_status: last('delivery_status') as string | null,
    driver_details: last('driver_details') as Order['driver_details'],
    stage,
    attention: [],
    same_report_as: null,
    handed_over: null,
    acknowledged: { cancel: null, driver_change: null },
    revision,
    first_received_at: TIME,
    updated_at: TIME,
    reported_at: TIME,
    stage_since: TIME,
  };
}

describe('the truth about an order', () => {
  const order = orderOf('failed-pickup-nobody-else');
  const all = [...order.deliveries.keys()];
  const last = all.length - 1;

  it('the truth is what was acknowledged last, and the end of the story, if all came in its order', () => {
    expect(truthOf(order, sentAs(all))).toEqual({
      status: 'ready_for_pickup',
      delivery_status: 'failed_to_assign_driver',
      driver: null,
      stage: 'needs_action',
    });
  });

  it('the truth is the same with repeats of the newest delivery', () => {
    expect(truthOf(order, sentAs([0, 0, ...all.slice(1), last]))).toEqual(truthOf(order, sentAs(all)));
  });

  it('the truth is a late delivery if that came last; the end of the story is then open', () => {
    expect(truthOf(order, sentAs([...all, 0]))).toEqual({
      status: 'in_progress',
      delivery_status: 'pending',
      driver: null,
      stage: undefined,
    });
  });

  it('the truth is not determined by two deliveries that were on their way at the same time', () => {
    const overlapping = sentAs(all, { [last - 1]: { ended_ms: last * 10_000 + 500 } });
    expect(truthOf(order, overlapping)).toMatchObject({
      status: 'ready_for_pickup', // both say so
      delivery_status: undefined,
      stage: undefined,
    });
  });

  it('the truth is not determined by a delivery without an answer until that has settled', () => {
    const sent = (begun_ms: number): Sent[] => [
      ...sentAs(all),
      { ...sentAs([0])[0], begun_ms: 100_000, ended_ms: 100_010, effect: 'perhaps' } as Sent,
      { ...sentAs([last])[0], begun_ms, ended_ms: begun_ms + 10 } as Sent,
    ];
    expect(truthOf(order, sent(100_011)).status).toBeUndefined();
    expect(truthOf(order, sent(100_010 + UNANSWERED_SETTLES_MS)).status).toBe('ready_for_pickup');
  });

  it.each<Effect>(['perhaps', 'nothing'])(
    'the truth never includes a delivery with the effect %s as if it were certain',
    (effect) => {
      const sent = sentAs(all, { [last]: { effect } });
      expect(truthOf(order, sent).stage).toBeUndefined();
      expect(truthOf(order, sent).delivery_status).toBe(effect === 'nothing' ? 'failed_to_pickup' : undefined);
    },
  );

  it('the truth includes the end of a story that ends the same in any order, whatever the order', () => {
    const pickup = orderOf('pickup');
    expect(truthOf(pickup, sentAs([2, 0, 1])).stage).toBe('completed');
    expect(truthOf(pickup, sentAs([2, 0])).stage).toBeUndefined();
  });
});

describe('the judgement of an order', () => {
  const order = orderOf('straight-delivery');
  const all = [...order.deliveries.keys()];
  const last = all.length - 1;
  const view = viewAfter(order, last, last, 'completed');
  const kinds = (sent: Sent[], kept: number[], shown: Order | null = view): FindingKind[] =>
    judgeOrder({ order, sent, history: historyOf(order, kept), view: shown }).findings.map(({ kind }) => kind);

  it('the judge finds nothing if everything is as it was acknowledged', () => {
    const judged = judgeOrder({ order, sent: sentAs(all), history: historyOf(order, all), view });
    expect(judged).toEqual({ findings: [], reported: 'equal', stage: 'equal' });
  });

  it("the judge finds a lost delivery, even if the order's state does not show the loss", () => {
    const without = all.filter((place) => place !== 3);
    expect(kinds(sentAs(all), without, { ...view, revision: last - 1 })).toEqual(['lost']);
  });

  it('the judge finds a lost delivery that repeats an older one: A, B, A is three facts', () => {
    const kept = [0, 1];
    const shown = viewAfter(order, 1, 1, 'preparing');
    expect(kinds(sentAs([0, 1, 0]), kept, shown)).toContain('lost');
  });

  it('the judge finds an acknowledged revision that the history does not have', () => {
    expect(kinds(sentAs(all, { 2: { revision: 3 } }), all)).toEqual(['lost']);
  });

  it('the judge finds a history in another order than that of the acknowledgements', () => {
    const turned = [0, 2, 1, ...all.slice(3)];
    expect(kinds(sentAs(all), turned)).toContain('lost');
    expect(kinds(sentAs(all, { 1: { revision: 2 }, 2: { revision: 1 } }), turned)).toContain('out-of-order');
  });

  it('the judge finds events that nobody sent, or that were sent less often', () => {
    const refused = sentAs(all, { [last]: { effect: 'nothing' } });
    expect(kinds(refused, all)).toContain('never-sent');
    expect(kinds(sentAs(all), [0, 1, 0, ...all.slice(2)], { ...view, revision: last + 1 })).toContain('never-sent');
  });

  it('the judge finds a repeat that was kept', () => {
    expect(kinds(sentAs([0, ...all]), [0, ...all], { ...view, revision: last + 1 })).toEqual(['repeat-kept']);
  });

  it('the judge accepts a delivery that was sent and recorded, but not acknowledged', () => {
    expect(kinds(sentAs(all, { 3: { effect: 'perhaps' } }), all)).toEqual([]);
  });

  it.each<[string, Partial<Order>, FindingKind]>([
    ['status', { status: 'failed' }, 'view-differs'],
    ['delivery status', { delivery_status: 'pending' }, 'view-differs'],
    ['driver', { driver_details: null }, 'view-differs'],
    ['revision', { revision: 2 }, 'view-differs'],
    ['stage', { stage: 'on_the_way' }, 'stage-differs'],
  ])('the judge finds another %s than was acknowledged', (_, differs, kind) => {
    const found = kinds(sentAs(all), all, { ...view, ...differs });
    expect(new Set(found)).toEqual(new Set([kind]));
  });

  it('the judge finds an order that the service does not know', () => {
    expect(kinds(sentAs(all), [], null)).toContain('view-differs');
  });
});
