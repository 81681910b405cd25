import { evolve, initial } from '../../../projections/order/order';
import { orderStream } from '../../../schemas/events/order-events';
import { locationId, orderId } from '../../../schemas/order-key';
import { OrderFolds } from '../../../services/feed/order-folds';
import { createMemoryStore } from '../event-store/memory/memory-store';

const streamOf = (order: number) =>
  orderStream({ location_id: locationId('location'), order_id: orderId(String(order)) });
const first = evolve(initial, {
  type: 'order.updated',
  data: { status: 'in_progress' },
  revision: 0,
  receivedAt: '2026-11-21T18:00:00.000Z',
  contentHash: null,
});

it('a state is at hand while few other orders had news after it, and however many had, few are kept', () => {
  const max = 8;
  const folds = new OrderFolds(createMemoryStore({ now: Date.now }), max);
  for (let order = 0; order < 100; order++) {
    folds.keep(streamOf(order), first);
    const atHand = Array.from({ length: order + 1 }, (_, one) => one).filter(
      (one) => folds.atHand(streamOf(one), 1) !== null,
    );
    expect(atHand.length).toBeLessThanOrEqual(max);
    expect(atHand).toEqual(Array.from({ length: atHand.length }, (_, at) => order + 1 - atHand.length + at));
    expect(atHand.length).toBeGreaterThanOrEqual(Math.min(order + 1, max / 2));
  }
});

it('an order that was forgotten is at hand no more, and only the state before an event is', () => {
  const folds = new OrderFolds(createMemoryStore({ now: Date.now }));
  folds.keep(streamOf(1), first);
  expect(folds.atHand(streamOf(1), 1)).toBe(first);
  expect(folds.atHand(streamOf(1), 2)).toBeNull();
  folds.forget(streamOf(1));
  expect(folds.atHand(streamOf(1), 1)).toBeNull();
  expect(folds.atHand(streamOf(1), 0)).toBe(initial);
});

it('an order that was forgotten is at hand no more, also if its last news are among the older ones', () => {
  const folds = new OrderFolds(createMemoryStore({ now: Date.now }), 2);
  for (const order of [1, 2]) folds.keep(streamOf(order), first);
  expect(folds.atHand(streamOf(1), 1)).toBe(first);
  folds.forget(streamOf(1));
  expect(folds.atHand(streamOf(1), 1)).toBeNull();
});
