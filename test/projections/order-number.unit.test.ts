import fc from 'fast-check';
import { beginsNewOrder, evolve, type OrderState } from '../../projections/order/order';
import { ORDER_NUMBER_REUSE_MS } from '../../schemas/vocabulary';
import { arbitraryEvents } from './arbitraries';
import { eventsAt, fold, JANE, JOHN, orderAfter, readingOfLast, says, type DeliveryObject } from './scenario';

const COMING = says('in_progress', 'enroute_to_pickup', { ...JANE, passcode: '1111' });
const DELIVERED = says('completed', 'completed', JANE);
const REUSE_HOURS = ORDER_NUMBER_REUSE_MS / 3_600_000;
/** An order that began at 0 and ended after an hour. */
const YESTERDAY = [
  [0, COMING],
  [1, DELIVERED],
] as const;
const hoursAfterTheEnd = (hours: number, delivery: DeliveryObject) => eventsAt(...YESTERDAY, [1 + hours, delivery]);

describe('an order number that comes again', () => {
  it.each<[string, DeliveryObject]>([
    ['in_progress', says('in_progress')],
    ['ready_for_pickup', says('ready_for_pickup')],
    ['in_progress in another spelling', says('In-Progress ')],
    ...['pending', 'pending_driver_confirmation', 'enroute_to_pickup', 'arrived_at_pickup'].map(
      (word): [string, DeliveryObject] => [`${word} with an unknown status`, says('scheduled', word)],
    ),
    ['a driver who comes, though the order is said to be out', says('out_for_delivery', 'enroute_to_pickup', JOHN)],
  ])('%s begins a new order 6 hours after the end of the one before, and not a moment earlier', (_what, delivery) => {
    const [first, second, third] = hoursAfterTheEnd(REUSE_HOURS, delivery);
    if (first === undefined || second === undefined || third === undefined) throw new Error('three deliveries');
    const ended = fold([first, second]);
    const fresh = evolve(ended, third);
    const alone = fold([{ ...third, revision: 2 }]);
    expect(fresh).toEqual({ ...alone, number_reused: true, number_since: first.receivedAt });
    expect(orderAfter([first, second, third])).toMatchObject({ revision: 2, first_received_at: third.receivedAt });
    expect(readingOfLast([first, second, third])).toMatchObject({ verdict: 'new_order', same_report_as: null });
    const early = { ...third, receivedAt: new Date(Date.parse(third.receivedAt) - 1).toISOString() };
    expect(readingOfLast([first, second, early]).verdict).not.toBe('new_order');
    expect(evolve(ended, early).first_received_at).toBe(first.receivedAt);
  });

  it.each([
    ['another final status', says('dsp_canceled')],
    ['a status nobody knows', says('scheduled')],
    ['the food on its way', says('out_for_delivery', 'enroute_to_dropoff')],
    ['the food coming back', says('failed', 'enroute_to_return')],
    ['an order.canceled', 'order.canceled' as const],
    ['nothing', {}],
  ])('%s is news of the order that ended, however long ago', (_what, delivery) => {
    const events = hoursAfterTheEnd(100, delivery);
    expect(readingOfLast(events).verdict).not.toBe('new_order');
    expect(orderAfter(events).first_received_at).toBe(events[0]?.receivedAt);
  });

  it.each([
    ['canceled by the delivery service', says('dsp_canceled')],
    ['failed', says('failed')],
    ['delivered, without a final status', says('out_for_delivery', 'completed')],
    ['brought back', says('failed', 'returned')],
    ['canceled by an order.canceled', 'order.canceled' as const],
    ['failed, and its food never came back', says('failed', 'enroute_to_return')],
  ])('a new order begins after one that was %s', (_how, end) => {
    const order = orderAfter(eventsAt([0, COMING], [1, end], [25, says('ready_for_pickup')]));
    expect(order).toMatchObject({
      status: 'ready_for_pickup',
      delivery_status: null,
      driver_details: null,
      stage: 'ready',
      attention: ['order_number_reused'],
    });
  });

  it('the 6 hours begin when the order ends, and late news do not begin them anew', () => {
    const late = [6, says('ready_for_pickup', undefined, JANE)] as const;
    expect(orderAfter(eventsAt(...YESTERDAY, late)).stage).toBe('completed');
    expect(orderAfter(eventsAt(...YESTERDAY, late, [7, says('in_progress')])).stage).toBe('preparing');
  });

  it('an order that did not end goes on, however long it was silent', () => {
    const order = orderAfter(eventsAt([0, COMING], [100, says('ready_for_pickup')]));
    expect(order).toMatchObject({ stage: 'ready', driver_details: JANE, attention: [] });
  });

  it('an order that was reopened ends anew', () => {
    const reopened = [...YESTERDAY, [2, says('in_progress', 'enroute_to_pickup', JOHN)]] as const;
    expect(orderAfter(eventsAt(...reopened, [9, says('in_progress')])).attention).not.toContain('order_number_reused');
    const endedAgain = [...reopened, [10, says('completed')]] as const;
    expect(orderAfter(eventsAt(...endedAgain, [15, says('in_progress')])).stage).toBe('completed');
    expect(orderAfter(eventsAt(...endedAgain, [16, says('in_progress')])).stage).toBe('preparing');
  });

  it('an order whose number was used before says so until it ends, and its number can come a third time', () => {
    const second = [...YESTERDAY, [24, COMING]] as const;
    expect(orderAfter(eventsAt(...second, [24.5, says('ready_for_pickup')])).attention).toContain(
      'order_number_reused',
    );
    const ended = [...second, [25, DELIVERED]] as const;
    expect(orderAfter(eventsAt(...ended)).attention).not.toContain('order_number_reused');
    const third = orderAfter(eventsAt(...ended, [48, COMING]));
    expect(third).toMatchObject({ stage: 'preparing', attention: ['order_number_reused'], revision: 4 });
  });

  it('an order whose number was used before shows nothing of that order: no driver, passcode, time or report', () => {
    const events = eventsAt(...YESTERDAY, [24, says('in_progress')], [24.1, says('in_progress', 'pending', JOHN)]);
    const state = fold(events);
    expect(state).toMatchObject({ driver: JOHN, driver_changed: false, first_received_at: events[2]?.receivedAt });
    expect(state.reports.match(/,/g)).toHaveLength(2);
    // The same words as on the day before are the first of today.
    expect(orderAfter(eventsAt(...YESTERDAY, [24, COMING], [25, DELIVERED])).attention).toEqual([]);
  });

  it('a clock that goes back, or a time that is none, begins no new order', () => {
    const events = hoursAfterTheEnd(-100, says('in_progress'));
    expect(orderAfter(events).stage).toBe('completed');
    const [first, second, third] = events;
    if (first === undefined || second === undefined || third === undefined) throw new Error('three deliveries');
    expect(fold([first, second, { ...third, receivedAt: 'yesterday' }]).stage).toBe('completed');
    expect(fold([first, { ...second, receivedAt: 'yesterday' }, third]).stage).toBe('completed');
  });

  it('only an order that has ended begins anew, and the revision and the time of its number go on', () => {
    fc.assert(
      fc.property(arbitraryEvents, (events) => {
        let before: OrderState | null = null;
        for (const event of events) {
          const state: OrderState = before === null ? fold([event]) : evolve(before, event);
          expect(state.revision).toBe(event.revision);
          expect(state.number_since).toBe(events[0]?.receivedAt);
          expect(state.ended_at !== null).toBe(
            state.final !== null || state.delivered || state.returned || state.canceled,
          );
          const isNew = before !== null && beginsNewOrder(before, event);
          expect(isNew && before?.ended_at === null).toBe(false);
          const { number_reused: _reused, number_since: _since, ...alone } = fold([event]);
          expect(state).toMatchObject(isNew ? alone : {});
          before = state;
        }
      }),
    );
  });
});
