import { initial, isActive, stageOf } from '../../projections/order/order';
import { classifyStage, STAGE_RULES } from '../../projections/order/stage';
import { DELIVERY_STATUSES, FINAL_STAGES, STAGES, STATUSES } from '../../schemas/vocabulary';
import { after, eventsOf, fold, JANE, JOHN, says, type DeliveryObject } from './scenario';

const stageAfter = (...deliveries: readonly DeliveryObject[]) => after(...deliveries).stage;

const ON_THE_WAY = says('out_for_delivery', 'enroute_to_dropoff', JANE);

describe('the stage rules', () => {
  it('the stage rules have the documented order and end with preparing', () => {
    expect([...STAGE_RULES.map((rule) => rule.stage), 'preparing']).toEqual([
      'returned',
      'coming_back',
      'canceled',
      'failed',
      'completed',
      'needs_action',
      'on_the_way',
      'driver_here',
      'ready',
      'preparing',
    ]);
    expect(new Set(STAGE_RULES.map((rule) => rule.stage)).add('preparing')).toEqual(new Set(STAGES));
    expect(classifyStage(initial, null)).toBe('preparing');
  });

  const rows: [string, string, DeliveryObject[]][] = [
    ['returned', 'the food is back', [ON_THE_WAY, says('failed', 'returned')]],
    [
      'returned',
      'the food is back, whatever comes after',
      [says('failed', 'returned'), says('completed', 'completed')],
    ],
    ['coming_back', 'the driver is bringing the food back', [ON_THE_WAY, says('dsp_canceled', 'enroute_to_return')]],
    ['coming_back', 'the driver is back with the food', [ON_THE_WAY, says('failed', 'arrived_at_return')]],
    ['canceled', 'the merchant canceled', [says('merchant_canceled')]],
    ['canceled', 'the DSP canceled', [says('dsp_canceled')]],
    ['canceled', 'an order.canceled came', [says('ready_for_pickup'), 'order.canceled']],
    ['canceled', 'an order.canceled came, even if completed comes after', ['order.canceled', says('completed')]],
    ['failed', 'the order failed', [says('failed')]],
    ['failed', 'the order failed, whatever the delivery says', [says('failed', 'completed')]],
    ['completed', 'the order completed', [says('completed')]],
    ['completed', 'the delivery completed', [says('out_for_delivery', 'completed')]],
    ['completed', 'the order completed after it had failed', [says('failed'), says('completed')]],
    ['needs_action', 'no driver was found', [says('ready_for_pickup', 'failed_to_assign_driver')]],
    ['needs_action', 'the driver did not get the food', [says('ready_for_pickup', 'failed_to_pickup')]],
    ['needs_action', 'the customer did not get the food', [ON_THE_WAY, says('out_for_delivery', 'failed_to_deliver')]],
    ['needs_action', 'the delivery failed', [ON_THE_WAY, says('out_for_delivery', 'failed')]],
    ['needs_action', 'the delivery was canceled', [says('in_progress', 'merchant_canceled')]],
    ['on_the_way', 'the driver left', [says('ready_for_pickup', 'enroute_to_dropoff')]],
    ['on_the_way', 'the driver is at the customer', [says('in_progress', 'arrived_at_dropoff')]],
    ['on_the_way', 'the order is out and nothing else is known', [says('out_for_delivery')]],
    ['on_the_way', 'the order is out and the delivery status is unknown', [says('out_for_delivery', 'teleporting')]],
    ['driver_here', 'the driver is at the restaurant', [says('in_progress', 'arrived_at_pickup')]],
    ['ready', 'the kitchen is ready', [says('in_progress'), says('ready_for_pickup')]],
    ['ready', 'the kitchen is ready and the driver comes', [says('ready_for_pickup', 'enroute_to_pickup')]],
    ['preparing', 'the kitchen took the ticket back', [says('ready_for_pickup'), says('in_progress')]],
    [
      'preparing',
      'out_for_delivery was only fired early',
      [says('in_progress'), says('out_for_delivery', 'enroute_to_pickup')],
    ],
    ['preparing', 'the status is unknown', [says('scheduled')]],
  ];

  it.each(rows)('the stage is %s when %s', (stage, _when, deliveries) => {
    expect(stageAfter(...deliveries)).toBe(stage);
  });

  it('an order is inactive exactly in the final stages', () => {
    for (const [, , deliveries] of rows) {
      const state = fold(eventsOf(...deliveries));
      expect(isActive(state)).toBe(!FINAL_STAGES.has(stageOf(state)));
    }
  });
});

describe('food that has left', () => {
  const late: DeliveryObject[] = [
    says('in_progress'),
    says('ready_for_pickup'),
    says('ready_for_pickup', 'arrived_at_pickup'),
    says('out_for_delivery', 'enroute_to_pickup', JANE),
    says('scheduled', 'teleporting'),
  ];

  it.each(late)('food that has left stays on the way after late news: %j', (deliveries) => {
    expect(stageAfter(ON_THE_WAY, deliveries)).toBe('on_the_way');
  });

  it('out_for_delivery means that the food has left unless the last delivery status is one before pickup', () => {
    expect(stageAfter(says('in_progress', 'enroute_to_pickup'), says('out_for_delivery'))).toBe('preparing');
    expect(stageAfter(says('in_progress', 'teleporting'), says('out_for_delivery'))).toBe('on_the_way');
    expect(stageAfter(says('out_for_delivery', 'failed_to_pickup'), says('in_progress', 'pending'))).toBe('on_the_way');
  });

  it('food has no longer left when a different driver is coming', () => {
    expect(stageAfter(ON_THE_WAY, says('ready_for_pickup', 'enroute_to_pickup', JOHN))).toBe('ready');
  });

  it('food has no longer left when nobody is assigned any more', () => {
    expect(stageAfter(ON_THE_WAY, says('ready_for_pickup', 'pending'))).toBe('ready');
  });

  it('a late pending does not bring the food back when no driver was ever named, as nobody was taken off', () => {
    expect(stageAfter(says('out_for_delivery', 'enroute_to_dropoff'), says('in_progress', 'pending'))).toBe(
      'on_the_way',
    );
  });

  it('food stays on the way when the driver of a leg that began without one is named', () => {
    expect(
      stageAfter(
        says('in_progress', 'enroute_to_pickup', JANE),
        says('in_progress', 'pending'),
        says('out_for_delivery', 'enroute_to_dropoff'),
        says('ready_for_pickup', undefined, JOHN),
      ),
    ).toBe('on_the_way');
  });
});

describe('a new driver named without a delivery status', () => {
  it.each([
    ['arrived_at_pickup', 'driver_here'],
    ['enroute_to_return', 'coming_back'],
    ['failed_to_pickup', 'needs_action'],
    ['enroute_to_dropoff', 'ready'],
  ])(
    'naming a new driver without a delivery status keeps the last %s, but not that the food has left',
    (delivery_status, stage) => {
      const order = after(says('ready_for_pickup', delivery_status, JANE), says('ready_for_pickup', undefined, JOHN));
      expect(order).toMatchObject({ stage, delivery_status, driver_details: JOHN });
    },
  );
});

describe('reopenings', () => {
  const ended: [string, DeliveryObject][] = [
    ['completed', says('completed', 'completed', JANE)],
    ['delivered only', says('out_for_delivery', 'completed', JANE)],
    ['failed', says('failed', 'failed_to_deliver', JANE)],
    ['canceled by the DSP', says('dsp_canceled', 'arrived_at_pickup', JANE)],
    ['returned', says('failed', 'returned', JANE)],
  ];

  it.each(ended)(
    'an order that has ended (%s) is reopened by a different driver and a non-final status in one delivery',
    (_name, end) => {
      expect(stageAfter(end, says('ready_for_pickup', 'enroute_to_pickup', JOHN))).toBe('ready');
    },
  );

  it.each(ended)(
    'an order that has ended (%s) is not reopened by the same driver, no driver, or a final status',
    (_name, end) => {
      const stage = stageAfter(end);
      expect(stageAfter(end, says('ready_for_pickup', 'enroute_to_pickup', JANE))).toBe(stage);
      expect(stageAfter(end, says('ready_for_pickup', 'enroute_to_pickup'))).toBe(stage);
      expect(stageAfter(end, says('in_progress', 'pending'))).toBe(stage);
      expect(FINAL_STAGES).toContain(stageAfter(end, says('completed', 'enroute_to_pickup', JOHN)));
      expect(stageAfter(end, { delivery_status: 'enroute_to_pickup', driver_details: JOHN })).toBe(stage);
    },
  );

  it.each(ended)('an order that has ended (%s) can be reopened after nobody was assigned any more', (_name, end) => {
    const unassigned = says('in_progress', 'pending');
    expect(stageAfter(end, unassigned, says('in_progress', 'enroute_to_pickup', JOHN))).toBe('preparing');
    expect(stageAfter(end, unassigned, says('in_progress', 'enroute_to_pickup', JANE))).toBe(stageAfter(end));
  });

  it('an order is not reopened by its first known driver, whose details only came late', () => {
    expect(stageAfter(says('completed'), says('in_progress', 'enroute_to_pickup', JANE))).toBe('completed');
  });

  it('an unknown status can reopen an order, because no later delivery could', () => {
    expect(stageAfter(says('completed', undefined, JANE), says('scheduled', 'enroute_to_pickup', JOHN))).toBe(
      'preparing',
    );
  });

  it('an order.canceled is never taken back', () => {
    expect(
      stageAfter(says('in_progress', 'pending', JANE), 'order.canceled', says('in_progress', 'pending', JOHN)),
    ).toBe('canceled');
  });
});

describe('an order that has ended', () => {
  const lateWords = [...DELIVERY_STATUSES].filter(([, word]) => word.group !== 'return').map(([value]) => value);
  const lateNews = [...STATUSES].filter(([, word]) => word.group !== 'final').map(([value]) => value);

  it.each(lateWords)('an order that has ended keeps its stage at a late %s', (delivery_status) => {
    for (const end of [
      says('completed'),
      says('out_for_delivery', 'completed', JANE),
      says('failed'),
      says('dsp_canceled'),
    ]) {
      for (const status of lateNews) expect(stageAfter(end, says(status, delivery_status))).toBe(stageAfter(end));
    }
  });

  it('an order that has ended shows its food coming back, and then its last final stage again', () => {
    const end = says('merchant_canceled', 'enroute_to_dropoff', JANE);
    expect(stageAfter(end, says('merchant_canceled', 'enroute_to_return'))).toBe('coming_back');
    expect(stageAfter(end, says('merchant_canceled', 'enroute_to_return'), says('failed', 'failed'))).toBe('failed');
  });
});
