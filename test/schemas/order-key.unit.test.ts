import { orderStream } from '../../schemas/events/order-events';
import { orderKey, type OrderKey } from '../../schemas/order-key';

it('the types refuse the id of an order in place of that of its location, and a text for either', () => {
  const key = orderKey('here', '1');
  // @ts-expect-error the ids are exchanged
  const exchanged: OrderKey = { location_id: key.order_id, order_id: key.location_id };
  // @ts-expect-error these are any texts
  const texts: OrderKey = { location_id: 'here', order_id: '1' };
  expect(orderStream(exchanged)).not.toBe(orderStream(key));
  expect(orderStream(texts)).toBe(orderStream(key));
});
