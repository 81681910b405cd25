import { after, says } from './scenario';

describe('the last reported status', () => {
  it('an order has the newest status and the newest delivery status', () => {
    expect(
      after(says('ready_for_pickup', 'arrived_at_pickup'), says('in_progress', 'enroute_to_pickup')),
    ).toMatchObject({ status: 'in_progress', delivery_status: 'enroute_to_pickup' });
  });

  it.each([undefined, null, 7, {}])(
    'an order keeps its delivery status when a delivery has %p for it',
    (delivery_status) => {
      expect(after(says('in_progress', 'pending'), { status: 'ready_for_pickup', delivery_status })).toMatchObject({
        status: 'ready_for_pickup',
        delivery_status: 'pending',
      });
    },
  );

  it('an order has unknown statuses verbatim', () => {
    expect(after(says('scheduled', 'constructor'))).toMatchObject({
      status: 'scheduled',
      delivery_status: 'constructor',
    });
  });

  it('an order has no status while only a cancellation was reported', () => {
    expect(after('order.canceled')).toMatchObject({ status: null, delivery_status: null, driver_details: null });
  });

  it('a cancellation does not change the status of an order', () => {
    expect(after(says('in_progress'), 'order.canceled').status).toBe('in_progress');
  });
});
