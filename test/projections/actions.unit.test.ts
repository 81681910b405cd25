import fc from 'fast-check';
import { readerName } from '../../schemas/files/reader-name';
import { MAX_IN_FORCE } from '../../projections/order/actions';
import { driverGroups } from '../../projections/driver-groups';
import { assignedRevision } from '../../projections/order/driver';
import { evolve, toOrder } from '../../projections/order/order';
import { summarize, nothingSummed } from '../../projections/history/summary';
import { decodeOrderEvent, type OrderEvent } from '../../schemas/events/order-events';
import { actionOf, COMPARED, isActionType, type RailAction } from '../../schemas/events/rail-actions';
import { orderId } from '../../schemas/order-key';
import { forgetAt } from '../../services/labels/label-time';
import { cases } from '../support/depth';
import { arbitraryActions, arbitraryEvents, asEvents } from './arbitraries';
import { type DeliveryObject, eventsOf, fold, JANE, JOHN, KEY, orderAfter, readingOfLast, says } from './scenario';
import { sentenceAbout } from '../schemas/sentence';

/** Data as every press has them. */
const pressed = { by: readerName('counter 2'), at: '2026-11-21T18:00:30.000Z', seen_revision: 1 };
const handedOver = (driver_revision: number | null, at = pressed.at): RailAction => ({
  type: 'rail.handed_over',
  data: { ...pressed, at, compared: ['plate'], driver_revision },
});
const acknowledged = (what: 'cancel' | 'driver_change', driver_revision: number | null = null): RailAction => ({
  type: 'rail.acknowledged',
  data: { ...pressed, what, driver_revision },
});
const undone = (undone_revision: number): RailAction => ({
  type: 'rail.undone',
  data: { ...pressed, undone_revision },
});

/** Deliveries and actions, a second apart. */
const isAction = (step: DeliveryObject | RailAction): step is RailAction =>
  typeof step !== 'string' && 'type' in step && isActionType(String(step.type));

const life = (...steps: readonly (DeliveryObject | RailAction)[]): OrderEvent[] =>
  asEvents(
    steps.flatMap((step) =>
      isAction(step)
        ? [{ type: step.type, data: { ...step.data } }]
        : eventsOf(step).map(({ type, data }) => ({ type, data })),
    ),
  );

const ASSIGNED = says('in_progress', 'enroute_to_pickup', JANE);
const NOBODY = says('in_progress', 'pending');
const HERE = says('ready_for_pickup', 'arrived_at_pickup', JANE);

describe('what people at the counter did', () => {
  it('a handover is in the order, and changes neither stage, status nor driver', () => {
    const before = orderAfter(life(ASSIGNED, HERE));
    const after = orderAfter(life(ASSIGNED, HERE, handedOver(0)));
    expect(after).toEqual({
      ...before,
      revision: 2,
      updated_at: '2026-11-21T18:00:02.000Z',
      handed_over: {
        by: 'counter 2',
        at: pressed.at,
        received_at: '2026-11-21T18:00:02.000Z',
        compared: ['plate'],
        driver_revision: 0,
        revision: 2,
      },
    });
  });

  it('an action is no news: what is done with an order leaves the time of the last report as it is', () => {
    const { updated_at, reported_at } = orderAfter(life(ASSIGNED, HERE, handedOver(0), undone(2)));
    expect([updated_at, reported_at]).toEqual(['2026-11-21T18:00:03.000Z', '2026-11-21T18:00:01.000Z']);
    const after = orderAfter(life(ASSIGNED, handedOver(0), HERE));
    expect(after.reported_at).toBe(after.updated_at);
  });

  it('an action of today does not group an order that nothing was reported about since yesterday', () => {
    const details = { ...JANE, phone: { number: '+1 555 010 4711' } };
    const yesterday = life(says('in_progress', 'enroute_to_pickup', details));
    const now = Date.parse('2026-11-21T18:00:00.000Z') + 24 * 3_600_000;
    const today = { ...orderAfter(yesterday), order_id: orderId('today'), reported_at: new Date(now).toISOString() };
    const [, action] = life(ASSIGNED, handedOver(0));
    if (action === undefined) throw new Error('there is no action');
    const acted = orderAfter([...yesterday, { ...action, receivedAt: new Date(now).toISOString() }]);
    expect(driverGroups([acted, today], now + 1_000)).toEqual([]);
    expect(driverGroups([{ ...acted, reported_at: acted.updated_at }, today], now + 1_000)).toHaveLength(1);
  });

  it('an action keeps the name of an order no longer', () => {
    const label = { label: { name: 'Maria G.' }, at: Date.parse('2026-11-21T18:00:00.000Z') };
    const all = life(ASSIGNED, HERE);
    const acted = life(ASSIGNED, HERE, handedOver(0));
    expect(forgetAt(label, fold(acted), 24)).toBe(forgetAt(label, fold(all), 24));
  });

  it('a handover that was undone does not count; one that another undo names does', () => {
    expect(orderAfter(life(ASSIGNED, HERE, handedOver(0), undone(2))).handed_over).toBeNull();
    expect(orderAfter(life(ASSIGNED, HERE, handedOver(0), undone(1))).handed_over).not.toBeNull();
  });

  it('when a handover is undone, the one before it counts again, and its alarm is back', () => {
    const twice = [
      ...[ASSIGNED, HERE, handedOver(0)],
      ...[says('in_progress', 'enroute_to_pickup', JOHN), handedOver(3), undone(4)],
    ];
    expect(orderAfter(life(...twice.slice(0, -1))).attention).not.toContain('handed_over_to_another');
    const after = orderAfter(life(...twice));
    expect(after.handed_over).toMatchObject({ revision: 2, driver_revision: 0 });
    expect(after.attention).toContain('handed_over_to_another');
    expect(orderAfter(life(...twice, undone(2))).handed_over).toBeNull();
  });

  it('when an acknowledgement is undone, the one before it counts again', () => {
    const twice = life(ASSIGNED, says('merchant_canceled'), acknowledged('cancel'), acknowledged('cancel'), undone(3));
    expect(orderAfter(twice).acknowledged.cancel).toMatchObject({ revision: 2 });
    const seen = [ASSIGNED, says('in_progress', 'enroute_to_pickup', JOHN), acknowledged('driver_change', 1)];
    const undoneLast = life(...seen, acknowledged('driver_change', 1), undone(3));
    expect(orderAfter(undoneLast).acknowledged.driver_change).toMatchObject({ revision: 2 });
  });

  it('the newest handovers are kept, however many there are', () => {
    const { handovers } = fold(life(ASSIGNED, ...Array.from({ length: MAX_IN_FORCE + 3 }, () => handedOver(0))));
    expect(handovers.map(({ revision }) => revision)).toEqual(Array.from({ length: MAX_IN_FORCE }, (_, n) => n + 4));
  });

  it('the driver on the card is known by the event that first reported that driver', () => {
    const revisions = life(ASSIGNED, HERE, says('in_progress', 'enroute_to_pickup', JOHN), handedOver(2))
      .map((_, index, all) => fold(all.slice(0, index + 1)))
      .map(assignedRevision);
    expect(revisions).toEqual([0, 0, 2, 2]);
    expect(assignedRevision(fold(life(ASSIGNED, NOBODY)))).toBeNull();
  });

  it('a driver who comes back after nobody was assigned is known as before; another one is not', () => {
    expect(assignedRevision(fold(life(ASSIGNED, NOBODY, ASSIGNED)))).toBe(0);
    expect(assignedRevision(fold(life(ASSIGNED, NOBODY, says('in_progress', 'enroute_to_pickup', JOHN))))).toBe(2);
    expect(assignedRevision(fold(life(NOBODY, ASSIGNED)))).toBe(1);
  });

  it('nobody has the order of the driver who comes back, whether that is news or an old report in between', () => {
    const handed = [ASSIGNED, NOBODY, ASSIGNED, HERE, handedOver(0)] as const;
    expect(orderAfter(life(...handed, NOBODY)).attention).toContain('handed_over_to_another');
    expect(orderAfter(life(...handed, NOBODY, HERE)).attention).not.toContain('handed_over_to_another');
    expect(orderAfter(life(...handed, NOBODY, says('in_progress', 'arrived_at_pickup', JOHN))).attention).toContain(
      'handed_over_to_another',
    );
  });

  it('the acknowledgement that a driver comes does not outlast that nobody does', () => {
    const seen = [ASSIGNED, says('in_progress', 'enroute_to_pickup', JOHN), acknowledged('driver_change', 1)];
    expect(orderAfter(life(...seen, NOBODY)).acknowledged.driver_change).toBeNull();
  });

  it('an order that another driver has than the one assigned asks for attention until it is over', () => {
    const changed = [ASSIGNED, HERE, handedOver(0), says('in_progress', 'enroute_to_pickup', JOHN)] as const;
    expect(orderAfter(life(...changed)).attention).toEqual(['driver_changed', 'handed_over_to_another']);
    expect(orderAfter(life(...changed, handedOver(3))).attention).toEqual(['driver_changed']);
    expect(orderAfter(life(...changed, undone(2))).attention).toEqual(['driver_changed']);
    expect(orderAfter(life(...changed, says('completed', 'completed'))).attention).toEqual([]);
    expect(orderAfter(life(ASSIGNED, HERE, handedOver(0), says('in_progress', 'pending'))).attention).toContain(
      'handed_over_to_another',
    );
  });

  it('an acknowledgement lasts as long as what it is about', () => {
    const canceled = life(ASSIGNED, says('merchant_canceled', 'merchant_canceled'), acknowledged('cancel'));
    expect(orderAfter(canceled).acknowledged.cancel).toMatchObject({ by: 'counter 2', revision: 2 });
    const reopened = [
      ASSIGNED,
      says('merchant_canceled'),
      acknowledged('cancel'),
      says('in_progress', 'enroute_to_pickup', JOHN),
    ];
    expect(orderAfter(life(...reopened)).acknowledged.cancel).toBeNull();
    const seen = [ASSIGNED, says('in_progress', 'enroute_to_pickup', JOHN), acknowledged('driver_change', 1)];
    expect(orderAfter(life(...seen)).acknowledged.driver_change).toMatchObject({ driver_revision: 1, revision: 2 });
    expect(
      orderAfter(life(...seen, says('in_progress', 'arrived_at_pickup', JOHN))).acknowledged.driver_change,
    ).not.toBeNull();
    expect(orderAfter(life(...seen, ASSIGNED)).acknowledged.driver_change).toBeNull();
  });

  it('an action is read as one, with what it changed in the order', () => {
    const reading = readingOfLast(life(ASSIGNED, HERE, handedOver(0)));
    expect(reading.verdict).toBe('action');
    expect(reading.changes.map(({ pointer }) => pointer)).toContain('/handed_over/by');
    expect(reading.stage).toBe('driver_here');
  });

  it('what is reported again after an action is nothing new', () => {
    expect(readingOfLast(life(ASSIGNED, HERE, handedOver(0), HERE)).verdict).toBe('no_change');
  });

  it('the sentence of an order says who handed it over to whom, and how the driver was checked', () => {
    expect(sentenceAbout(life(ASSIGNED, HERE, handedOver(0), says('completed', 'completed')))).toBe(
      'Jane Driver was here 18:00:01 to 18:00:03 and left with the order; the order was completed at 18:00:03; counter 2 handed it over to Jane Driver at 18:00:30, who was checked by the plate.',
    );
    expect(sentenceAbout(life(ASSIGNED, handedOver(0, '2026-11-21T17:40:00.000Z'), undone(1)))).toBe(
      'Jane Driver has not been reported here; counter 2 handed it over to Jane Driver at 17:40:00, who was checked by the plate, which came at 18:00:01, which was undone at 18:00:02.',
    );
  });

  it('actions anywhere in any life leave what was reported as it is', () => {
    fc.assert(
      fc.property(arbitraryEvents, arbitraryActions, (reports, actions) => {
        const all = withActions(reports, actions);
        const order = toOrder(KEY, fold(all));
        const without = toOrder(KEY, fold(reports));
        const pick = (one: typeof order) =>
          one === null ? null : [one.status, one.delivery_status, one.driver_details, one.stage, one.stage_since];
        expect(pick(order)).toEqual(pick(without));
        expect(all.map((_, index) => fold(all.slice(0, index + 1)).revision)).toEqual(
          all.map(({ revision }) => revision),
        );
        const [summary, reported] = [all, reports].map(
          (events) =>
            events.reduce((before, event) => summarize(KEY, before, event), nothingSummed).orders.at(-1)?.drivers,
        );
        expect(summary).toEqual(reported);
      }),
      { numRuns: cases(300) },
    );
  });

  it('a state with actions that was written down and read again folds on as if nothing had happened', () => {
    fc.assert(
      fc.property(arbitraryEvents, arbitraryActions, (reports, actions) => {
        const all = withActions(reports.filter(isPlain), actions);
        let kept = fold([]);
        for (const event of all) kept = evolve(JSON.parse(JSON.stringify(kept)) as typeof kept, event);
        expect(kept).toEqual(fold(all));
      }),
      { numRuns: cases(200) },
    );
  });
});

/** Garbage may hold what JSON cannot say. */
const isPlain = ({ data }: OrderEvent): boolean => {
  try {
    return JSON.stringify(JSON.parse(JSON.stringify(data))) === JSON.stringify(data);
  } catch {
    return false;
  }
};

/** Puts each action after the report at its place; all keep the times of their neighbours. */
function withActions(
  reports: readonly OrderEvent[],
  actions: readonly (readonly [number, RailAction])[],
): OrderEvent[] {
  const all = reports.flatMap((report, index) => [
    report,
    ...actions
      .filter(([place]) => place % reports.length === index)
      .map(([, { type, data }]) => ({ ...report, type, data: { ...data }, contentHash: 'f'.repeat(64) })),
  ]);
  return all.map((event, revision) => ({ ...event, revision }));
}

describe('an action as it is stored', () => {
  const good = handedOver(3);
  const stored = (type: string, data: unknown) => ({ type, data, metadata: {}, revision: 1, created: new Date(0) });

  it.each<[string, unknown]>([
    ['a member more', { ...good.data, more: 1 }],
    ['a name that is none', { ...good.data, by: 7 }],
    ['a time without milliseconds', { ...good.data, at: '2026-11-21T18:00:30Z' }],
    ['a time that is none', { ...good.data, at: '2026-13-41T18:00:30.000Z' }],
    ['a revision below 0', { ...good.data, seen_revision: -1 }],
    ['a word that is not known', { ...good.data, compared: ['height'] }],
    ['a word twice', { ...good.data, compared: ['plate', 'plate'] }],
    ['words in another order', { ...good.data, compared: ['name', 'plate'] }],
    ['no driver at all', { ...good.data, driver_revision: undefined }],
    ['no object', 'handed over'],
  ])('%s is none of ours, and no fact about the order', (_, data) => {
    expect(actionOf({ type: good.type, data })).toBeNull();
    expect(decodeOrderEvent(stored(good.type, data))).toBeNull();
  });

  it.each([good, acknowledged('cancel'), undone(2), handedOver(null)])('$type is read as it was written', (action) => {
    expect(actionOf(JSON.parse(JSON.stringify(action)) as RailAction)).toEqual(action);
    expect(decodeOrderEvent(stored(action.type, action.data))?.type).toBe(action.type);
  });

  it('all that can be compared stands in one order', () => {
    expect(actionOf({ type: good.type, data: { ...good.data, compared: [...COMPARED] } })).not.toBeNull();
  });
});
