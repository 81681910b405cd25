import {
  ALL_CANCEL_NEWS,
  canceled,
  decided,
  type LifeDecision,
  deliveryReported,
  type OrderLife,
  ownStatus,
  submitted,
} from '../../../../services/sandbox/stand-in/order-life';
import { DspOrder } from '../../../../schemas/wire/stream-dsp';
import { orderOf } from '../support';

const ORDER = DspOrder.parse(orderOf('dsp-1').order);
const accepted = (scripted = false): OrderLife =>
  decided(
    submitted('location-1', ORDER, scripted, 'open').life,
    { kind: 'accepted', providerId: 'pos-1', prepMinutes: 5 },
    0,
  ).life;
const said = ({ news }: LifeDecision): unknown[] => news.map(({ kind, body }) => [kind, body]);
const about = { location_id: 'location-1', order_id: 'dsp-1' };

describe('an order at the stand-in of Stream', () => {
  it('an order goes to the POS with everything that the delivery service said, and the location', () => {
    expect(said(submitted('location-1', ORDER, false, 'open'))).toEqual([
      ['pos', { type: 'order.created', object: { ...ORDER, location_id: 'location-1' } }],
    ]);
  });

  it.each([
    ['paused', 'restaurant_not_accepting_orders'],
    ['unknown', 'location_not_found'],
  ] as const)('an order fails at once at a location that is %s', (opening, failure_reason) => {
    const decision = submitted('location-1', ORDER, false, opening);
    expect(decision.life.state).toBe('rejected');
    expect(said(decision)).toEqual([
      ['dsp', { type: 'location.order.fail', ...about, failure_reason, failure_details: { invalid_item_ids: [] } }],
    ]);
  });

  it('an order is canceled once the POS has accepted it, if that was asked for before', () => {
    const asked = canceled(submitted('location-1', ORDER, false, 'open').life, 'dsp', null, ALL_CANCEL_NEWS);
    expect(said(asked)).toEqual([]);
    const decision = decided(asked.life, { kind: 'accepted', providerId: 'pos-1', prepMinutes: null }, 0);
    expect(decision.life.state).toBe('canceled');
    expect(said(decision)).toEqual([
      ['pos', { type: 'order.canceled', object: { provider_id: 'pos-1', location_id: 'location-1' } }],
      [
        'pos',
        {
          type: 'order.updated',
          object: { location_id: 'location-1', order_id: 'pos-1', status: 'dsp_canceled' },
        },
      ],
    ]);
  });

  it('an order is canceled only once, and not after it has ended', () => {
    const once = canceled(accepted(), 'merchant', null, ALL_CANCEL_NEWS);
    expect(said(once)[0]).toEqual(['dsp', { type: 'location.order.cancel', ...about }]);
    expect(said(canceled(once.life, 'dsp', null, ALL_CANCEL_NEWS))).toEqual([]);
    const ended = ownStatus(accepted(), 'completed').life;
    expect(ended.state).toBe('ended');
    expect(said(canceled(ended, 'dsp', null, ALL_CANCEL_NEWS))).toEqual([]);
  });

  it.each([
    ['pending', 'in_progress', 'accepted'],
    ['pending_driver_confirmation', 'in_progress', 'accepted'],
    ['enroute_to_pickup', 'in_progress', 'accepted'],
    ['arrived_at_pickup', 'in_progress', 'accepted'],
    ['enroute_to_dropoff', 'out_for_delivery', 'accepted'],
    ['arrived_at_dropoff', 'out_for_delivery', 'accepted'],
    ['completed', 'completed', 'ended'],
    ['failed_to_assign_driver', 'in_progress', 'accepted'],
    ['failed_to_pickup', 'in_progress', 'accepted'],
    ['failed_to_deliver', 'failed', 'ended'],
    ['failed', 'failed', 'ended'],
    ['merchant_canceled', 'merchant_canceled', 'canceled'],
    ['enroute_to_return', 'in_progress', 'accepted'],
    ['something_new', 'in_progress', 'accepted'],
  ])('an order without a story has after %s the status %s and the state %s', (delivery_status, status, state) => {
    const decision = deliveryReported(accepted(), { delivery_status }, null);
    expect(decision.life).toMatchObject({ status, state, deliveryStatus: delivery_status });
    expect(said(decision)).toEqual([
      [
        'pos',
        {
          type: 'order.updated',
          object: { location_id: 'location-1', order_id: 'pos-1', status, delivery_status },
        },
      ],
    ]);
  });

  it('an order keeps its final status while its food comes back', () => {
    const failed = deliveryReported(accepted(), { delivery_status: 'failed_to_deliver' }, null).life;
    expect(deliveryReported(failed, { delivery_status: 'returned' }, null).life.status).toBe('failed');
  });

  it('an order with a story sends the status of the story, in one message for each report', () => {
    const driver_details = { source: 'doordash', name: 'Jane' };
    const report = { delivery_status: 'arrived_at_pickup', driver_details };
    expect(said(deliveryReported(accepted(true), report, 'ready_for_pickup'))).toEqual([
      [
        'pos',
        {
          type: 'order.updated',
          object: {
            location_id: 'location-1',
            order_id: 'pos-1',
            status: 'ready_for_pickup',
            delivery_status: 'arrived_at_pickup',
            driver_details,
          },
        },
      ],
    ]);
  });
});
