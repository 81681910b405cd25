import { after, says } from './scenario';

describe('what was last reported', () => {
  it('is the newest status and the newest delivery status', () => {
    expect(
      after(says('ready_for_pickup', 'arrived_at_pickup'), says('in_progress', 'enroute_to_pickup')),
    ).toMatchObject({ status: 'in_progress', delivery_status: 'enroute_to_pickup' });
  });

  it.each([undefined, null, 7, {}])('keeps the delivery status when a delivery has %p for it', (delivery_status) => {
    expect(after(says('in_progress', 'pending'), { status: 'ready_for_pickup', delivery_status })).toMatchObject({
      status: 'ready_for_pickup',
      delivery_status: 'pending',
    });
  });

  it('has words that nobody knows, verbatim', () => {
    expect(after(says('scheduled', 'constructor'))).toMatchObject({
      status: 'scheduled',
      delivery_status: 'constructor',
    });
  });

  it('has no status while only a cancellation was reported', () => {
    expect(after('order.canceled')).toMatchObject({ status: null, delivery_status: null, driver_details: null });
  });

  it('is not changed by words that a cancellation may carry', () => {
    expect(after(says('in_progress'), 'order.canceled').status).toBe('in_progress');
  });
});
