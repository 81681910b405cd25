import fc from 'fast-check';
import { type Drive, drivesAfter } from '../../projections/order/drives';
import { evolve, initial, type OrderState } from '../../projections/order/order';
import { saidBy } from '../../projections/order/order-status';
import { nothingSummed, summarize, type SummaryFold } from '../../projections/history/summary';
import { classify } from '../../projections/history/timeline';
import type { OrderEvent } from '../../schemas/events/order-events';
import {
  type DriverTurn,
  MAX_NAME_CHARACTERS,
  MAX_SUMMARY_DRIVERS,
  MAX_SUMMARY_STAGES,
  MAX_SUMMARY_VISITS,
  OrderSummary,
} from '../../schemas/api/order-summary';
import { VERDICTS } from '../../schemas/vocabulary';
import { cases } from '../support/depth';
import { arbitraryEvents, receivedAt } from './arbitraries';
import { type DeliveryObject, eventsAt, eventsOf, fold, JANE, JOHN, KEY, says } from './scenario';

const foldOf = (events: readonly OrderEvent[]): SummaryFold =>
  events.reduce((before, event) => summarize(KEY, before, event), nothingSummed);
const summaryOf = (...deliveries: readonly DeliveryObject[]): OrderSummary => {
  const [only, ...others] = foldOf(eventsOf(...deliveries)).orders;
  expect(others).toEqual([]);
  return OrderSummary.strict().parse(only);
};
/** The number of the delivery that came at a time. */
const numberOf = (time: string | null): number | null =>
  time === null ? null : (Date.parse(time) - Date.parse(receivedAt(0))) / 1_000;
const driversOf = (...deliveries: readonly DeliveryObject[]): unknown[] =>
  summaryOf(...deliveries).drivers.map(({ name, from, to, here, without_food_at, left_at }) => ({
    name,
    had: [from, to].map(numberOf),
    here: here.map((visit) => [visit.from, visit.to].map(numberOf)),
    without: numberOf(without_food_at),
    left: numberOf(left_at),
  }));

const COMING = 'enroute_to_pickup';
const HERE = 'arrived_at_pickup';
const AWAY = 'enroute_to_dropoff';

describe('the summary of an order', () => {
  it('an order stands at each stage from one report to the next, and the last stage is open', () => {
    const { stages } = summaryOf(
      says('in_progress'),
      says('in_progress', COMING, JANE),
      says('ready_for_pickup'),
      says('ready_for_pickup', HERE),
      says('out_for_delivery', AWAY),
    );
    expect(stages.map(({ stage, from, to }) => [stage, numberOf(from), numberOf(to)])).toEqual([
      ['preparing', 0, 2],
      ['ready', 2, 3],
      ['driver_here', 3, 4],
      ['on_the_way', 4, null],
    ]);
  });

  it('a driver who was here when another one was assigned was here until then, and did not leave with the food', () => {
    expect(
      driversOf(
        says('in_progress', COMING, JANE),
        says('in_progress', HERE, JANE),
        says('in_progress', COMING, JOHN),
        says('out_for_delivery', AWAY, JOHN),
      ),
    ).toEqual([
      { name: 'Jane Driver', had: [0, 2], here: [[1, 2]], without: null, left: null },
      { name: 'John Driver', had: [2, null], here: [], without: null, left: 3 },
    ]);
  });

  it('a driver who goes away and comes back was here twice', () => {
    expect(
      driversOf(
        says('in_progress', HERE, JANE),
        says('in_progress', COMING),
        says('in_progress', HERE),
        says('out_for_delivery', AWAY),
        says('completed', 'completed'),
      ),
    ).toEqual([
      {
        name: 'Jane Driver',
        had: [0, 4],
        here: [
          [0, 1],
          [2, 3],
        ],
        without: null,
        left: 3,
      },
    ]);
  });

  it('a driver who did not get the food was here until that was reported, and late news of it is not followed', () => {
    expect(driversOf(says('in_progress', HERE, JANE), says('in_progress', 'failed_to_pickup'))).toEqual([
      { name: 'Jane Driver', had: [0, null], here: [[0, 1]], without: 1, left: null },
    ]);
    expect(driversOf(says('completed', 'completed', JANE), says('completed', 'failed_to_pickup'))).toMatchObject([
      { without: null, left: 0 },
    ]);
  });

  it('a driver whom a report names while another one is here is not here until a report says so', () => {
    expect(
      driversOf(
        says('in_progress', HERE, JANE),
        says('ready_for_pickup', undefined, JOHN),
        says('ready_for_pickup', COMING, JOHN),
        says('ready_for_pickup', HERE, JOHN),
      ),
    ).toMatchObject([
      { name: 'Jane Driver', here: [[0, 1]] },
      { name: 'John Driver', had: [1, null], here: [[3, null]] },
    ]);
  });

  it('somebody who is here without a name is the driver who is named next', () => {
    expect(
      driversOf(says('in_progress'), says('in_progress', HERE), says('out_for_delivery', AWAY), {
        driver_details: JANE,
      }),
    ).toEqual([{ name: 'Jane Driver', had: [1, null], here: [[1, 2]], without: null, left: 2 }]);
    expect(
      driversOf(says('in_progress', HERE), says('in_progress', 'pending'), says('in_progress', COMING, JANE)),
    ).toMatchObject([
      { name: null, had: [0, 1], here: [[0, 1]] },
      { name: 'Jane Driver', had: [2, null], here: [] },
    ]);
  });

  it('the food that left before anybody was named left with the first driver who is named', () => {
    expect(driversOf(says('out_for_delivery'), says('out_for_delivery', undefined, JANE))).toMatchObject([
      { had: [1, null], left: 0 },
    ]);
  });

  it('the food left anew with the driver with whom an order was reopened, and not with one named after its end', () => {
    const done = says('completed', 'completed', JANE);
    expect(driversOf(done, says('out_for_delivery', AWAY, JOHN))).toMatchObject([{ left: 0 }, { left: 1 }]);
    expect(driversOf(done, says('completed', undefined, JOHN))).toMatchObject([{ left: 0 }, { left: null }]);
    expect(driversOf(says('out_for_delivery', AWAY, JANE), says('out_for_delivery', AWAY, JOHN))).toMatchObject([
      { had: [0, 1], left: 0 },
      { had: [1, null], left: 1 },
    ]);
  });

  it('a number that comes again has a summary for each order, and the earlier ones are closed', () => {
    const { orders } = foldOf(
      eventsAt(
        [0, says('in_progress', COMING, JANE)],
        [1, says('completed', 'completed', JANE)],
        [24, says('in_progress')],
        [25, says('ready_for_pickup')],
      ),
    );
    expect(orders.map(({ first_revision, last_revision }) => [first_revision, last_revision])).toEqual([
      [0, 1],
      [2, 3],
    ]);
    expect(orders.map(({ drivers }) => drivers.length)).toEqual([1, 0]);
    expect(orders[0]?.stages.at(-1)?.to).toBe(orders[1]?.first_received_at);
  });

  it('times stay where they are while the clock of the service is behind', () => {
    const { orders } = foldOf(
      eventsAt([2, says('in_progress')], [1, says('ready_for_pickup')], [3, says('completed')]),
    );
    const [{ stages } = { stages: [] }] = orders;
    expect(stages.map(({ from }) => Date.parse(from) - Date.parse(stages[0]?.from ?? ''))).toEqual([0, 0, 3_600_000]);
  });

  it('an event without a time stands at the time of the one before it', () => {
    const [first, second, ...others] = eventsOf(says('in_progress'), says('ready_for_pickup'), says('completed'));
    expect(second).toBeDefined();
    if (first === undefined || second === undefined) return;
    const [order] = foldOf([first, { ...second, receivedAt: 'yesterday' }, ...others]).orders;
    expect(order?.stages.map(({ from }) => numberOf(from))).toEqual([0, 0, 2]);
  });

  it('each turn says how it began and how it ended', () => {
    const turnsOf = (...deliveries: readonly DeliveryObject[]): unknown[] =>
      summaryOf(...deliveries).drivers.map(({ name, began, reopened, ended_by }) => [name, began, reopened, ended_by]);
    expect(
      turnsOf(
        says('in_progress', COMING, JANE),
        says('in_progress', COMING, JOHN),
        says('in_progress', 'pending'),
        says('ready_for_pickup', HERE),
        says('in_progress', COMING),
      ),
    ).toEqual([
      ['Jane Driver', 'assigned', null, 'another_driver'],
      ['John Driver', 'assigned', null, 'unassigned'],
      [null, 'here', null, 'not_here'],
    ]);
    expect(
      turnsOf(
        says('merchant_canceled', COMING, JANE),
        says('in_progress', COMING, JOHN),
        says('completed', 'completed', JOHN),
        says('completed', 'completed', JANE),
      ),
    ).toEqual([
      ['Jane Driver', 'assigned', null, 'order_ended'],
      ['John Driver', 'reopened', 'canceled', 'order_ended'],
      ['Jane Driver', 'after_end', null, 'order_ended'],
    ]);
    const { orders } = foldOf(
      eventsAt([0, says('in_progress', HERE)], [1, 'order.canceled'], [24, says('in_progress')]),
    );
    expect(orders[0]?.drivers).toMatchObject([{ ended_by: 'order_ended' }]);
    const [returning] = foldOf(
      eventsAt([0, says('in_progress', AWAY, JANE)], [1, says('completed')], [24, says('in_progress', 'pending')]),
    ).orders;
    expect(returning?.drivers).toMatchObject([{ ended_by: 'order_ended', left_at: receivedAt(0) }]);
  });

  it('what an old report may have brought is marked, and nothing else', () => {
    const { drivers, may_be_old } = summaryOf(
      says('in_progress', COMING, JANE),
      says('in_progress', HERE, JANE),
      says('in_progress', COMING, JOHN),
      says('in_progress', HERE, JANE),
      says('completed', 'completed'),
    );
    expect(drivers.map((turn) => turn.may_be_old.map(numberOf))).toEqual([[], [3], [3]]);
    expect(drivers.map(({ here }) => here.map((visit) => visit.may_be_old.map(numberOf)))).toEqual([[[]], [], [[3]]]);
    expect(may_be_old).toEqual([]);
    const again = summaryOf(says('merchant_canceled'), says('in_progress'), says('merchant_canceled'));
    expect(again.may_be_old).toEqual([]);
    const late = summaryOf(says('completed', COMING, JANE), says('ready_for_pickup', AWAY));
    expect(late).toMatchObject({ left_at: receivedAt(1), may_be_old: [receivedAt(1)] });
  });

  it('a cancellation is in the summary until the order is reopened, and the leg that the food left on', () => {
    const canceled = [says('in_progress', AWAY, JANE), says('merchant_canceled')] as const;
    expect(summaryOf(...canceled)).toMatchObject({ canceled_at: receivedAt(1), left_at: receivedAt(0) });
    expect(summaryOf(...canceled, says('completed'))).toMatchObject({ canceled_at: receivedAt(1) });
    expect(summaryOf(...canceled, says('in_progress', COMING, JOHN))).toMatchObject({
      canceled_at: null,
      left_at: null,
    });
  });

  it('of many visits, drivers and stages the first ones and the last ones are kept, and how many were left out', () => {
    const [more, driver] = [20, (index: number) => ({ name: `Driver ${String(index)}` })];
    const visits = Array.from({ length: MAX_SUMMARY_VISITS + more }, () => [
      says('in_progress', HERE, JANE),
      says('ready_for_pickup', COMING, JANE),
    ]).flat();
    const [turn, ...others] = summaryOf(...visits).drivers;
    expect([turn?.visits_left_out, turn?.here.length, others.length]).toEqual([more, MAX_SUMMARY_VISITS, 0]);
    const kept = Array.from({ length: MAX_SUMMARY_VISITS + more }, (_, index) => 2 * index);
    kept.splice(MAX_SUMMARY_VISITS / 2, more);
    expect(turn?.here.map(({ from }) => numberOf(from))).toEqual(kept);

    const drivers = Array.from({ length: MAX_SUMMARY_DRIVERS + more }, (_, index) =>
      says('in_progress', COMING, driver(index)),
    );
    const many = summaryOf(...drivers);
    expect([many.drivers_left_out, many.drivers.length]).toEqual([more, MAX_SUMMARY_DRIVERS]);
    expect([many.drivers[0]?.name, many.drivers.at(-1)?.name]).toEqual(['Driver 0', driver(drivers.length - 1).name]);

    const stages = Array.from({ length: MAX_SUMMARY_STAGES + more }, (_, index) =>
      says(index % 2 === 0 ? 'in_progress' : 'ready_for_pickup'),
    );
    const long = summaryOf(...stages);
    expect([long.stages_left_out, long.stages.length]).toEqual([more, MAX_SUMMARY_STAGES]);
    expect(numberOf(long.stages.at(-1)?.from ?? null)).toBe(stages.length - 1);
  });

  it('a long name is cut between two characters, and one that is not too long is whole', () => {
    const nameOf = (name: string): string | null | undefined =>
      summaryOf(says('in_progress', COMING, { name })).drivers[0]?.name;
    expect(nameOf('😀'.repeat(MAX_NAME_CHARACTERS))).toBe('😀'.repeat(MAX_NAME_CHARACTERS));
    expect(nameOf('x😀'.repeat(MAX_NAME_CHARACTERS))).toBe(`${'x😀'.repeat(MAX_NAME_CHARACTERS / 2)}…`);
  });

  it('the summary counts how events were read', () => {
    const { verdicts } = summaryOf(says('in_progress'), says('in_progress'), says('ready_for_pickup'));
    expect(verdicts).toEqual([
      { verdict: 'advance', events: 2 },
      { verdict: 'no_change', events: 1 },
    ]);
  });
});

/** Each event beside the fold before and after it. */
function* stepsOf(events: readonly OrderEvent[]): Generator<readonly [SummaryFold, OrderEvent, SummaryFold]> {
  let before = nothingSummed;
  for (const event of events) {
    const after = summarize(KEY, before, event);
    yield [before, event, after];
    before = after;
  }
}

describe('the summary of any life of an order number', () => {
  it('the stages tile the time from the first event on, without gaps or overlaps', () => {
    fc.assert(
      fc.property(arbitraryEvents, (events) => {
        const { orders, state } = foldOf(events);
        const spans = orders.flatMap(({ stages }) => stages);
        expect(spans[0]?.from).toBe(events[0]?.receivedAt);
        for (const [index, { from, to }] of spans.entries()) {
          expect(to).toBe(spans[index + 1]?.from ?? null);
          expect(to === null || from <= to).toBe(true);
        }
        expect(spans.at(-1)?.stage).toBe(state.stage);
        for (const { stages, first_received_at, updated_at } of orders) {
          expect(stages[0]?.from).toBe(first_received_at);
          expect((stages.at(-1)?.from ?? '') <= updated_at).toBe(true);
          expect(stages.every(({ stage }, index) => stage !== stages[index + 1]?.stage)).toBe(true);
        }
      }),
      { numRuns: cases(200) },
    );
  });

  it('the summary of a prefix is the fold of the prefix, and its state is that of all other folds', () => {
    fc.assert(
      fc.property(arbitraryEvents, (events) => {
        for (const [index, [before, , after]] of [...stepsOf(events)].entries()) {
          expect(before).toEqual(foldOf(events.slice(0, index)));
          expect(after.state).toEqual(fold(events.slice(0, index + 1)));
          expect(after.orders.at(-1)?.last_revision).toBe(events[index]?.revision);
          expect(after.orders.slice(0, -1).length - before.orders.slice(0, -1).length).toBeLessThanOrEqual(1);
        }
      }),
      { numRuns: cases(60) },
    );
  });

  it('the turns of drivers are ordered, visits lie within them, and only the last turn is open', () => {
    fc.assert(
      fc.property(arbitraryEvents, (events) => {
        for (const order of foldOf(events).orders) {
          OrderSummary.strict().parse(order);
          for (const [index, { from, to, here }] of order.drivers.entries()) {
            const next = order.drivers[index + 1];
            expect(to === null || from <= to).toBe(true);
            expect(next === undefined || (to !== null && to <= next.from)).toBe(true);
            const times = [from, ...here.flatMap((visit) => [visit.from, visit.to ?? '9']), to ?? '9'];
            expect(times).toEqual([...times].sort());
            expect(here.slice(0, -1).every((visit) => visit.to !== null)).toBe(true);
          }
        }
      }),
      { numRuns: cases(200) },
    );
  });

  it('somebody is here only while the order stands at the stage that says so, and from each report of it on', () => {
    fc.assert(
      fc.property(arbitraryEvents, (events) => {
        for (const [, event, { orders, state }] of stepsOf(events)) {
          const isOpen = orders.at(-1)?.drivers.some(({ here }) => here.some(({ to }) => to === null)) ?? false;
          const saysHere = saidBy(event).delivery_status === HERE;
          expect(state.stage !== 'driver_here' ? [false] : saysHere ? [true] : [true, false]).toContain(isOpen);
        }
      }),
      { numRuns: cases(200) },
    );
  });

  it('the verdicts that are counted are those of the events', () => {
    fc.assert(
      fc.property(arbitraryEvents, (events) => {
        const counts = new Map<string, number>();
        let state = initial;
        for (const event of events) {
          const next = classify(KEY, state, event);
          counts.set(next.verdict, (counts.get(next.verdict) ?? 0) + 1);
          ({ state } = next);
        }
        const summed = foldOf(events).orders.flatMap(({ verdicts }) => verdicts);
        const sums = VERDICTS.map((verdict) =>
          summed.reduce((sum, one) => sum + (one.verdict === verdict ? one.events : 0), 0),
        );
        expect(sums).toEqual(VERDICTS.map((verdict) => counts.get(verdict) ?? 0));
      }),
      { numRuns: cases(100) },
    );
  });

  it('the drivers of a summary are those that the search finds, from when to when and how each ended, where nobody came without a name', () => {
    const isUnnamed = (state: OrderState): boolean => !state.assigned && state.stage === 'driver_here';
    fc.assert(
      fc.property(arbitraryEvents, (events) => {
        let [state, drives, latest]: [OrderState, readonly Drive[], string] = [initial, [], ''];
        for (const event of events) {
          const after = evolve(state, event);
          fc.pre(!isUnnamed(after) && event.receivedAt >= latest);
          drives = drivesAfter(drives, state, after);
          [state, latest] = [after, event.receivedAt];
        }
        const turns = foldOf(events).orders.flatMap(({ drivers }) => drivers);
        const pick = ({ phone_last4: _, ...drive }: Drive) => drive;
        const pickTurn = ({ name, source, license_plate, from, to, ended_by, left_at }: DriverTurn) =>
          ({ name, source, license_plate, from, to, ended_by, left_at }); // prettier-ignore
        expect(turns.map(pickTurn)).toEqual(drives.map(pick));
      }),
      { numRuns: cases(200) },
    );
  });
});
