import type { OrderFault } from '../../../schemas/sandbox';
import type { DspOrder, NewOrder, OrderItem, OrderModifier } from '../../../schemas/wire/stream-dsp';
import type { Menu } from '../stand-in/menu';

/** What is posted in place of a right order, to see it refused. */
export interface Submission {
  readonly body: Uint8Array;
  readonly signature: 'right' | 'wrong' | 'none';
  /** How often the same is posted. */
  readonly times: number;
  /** Sold out before it is submitted: a variation. */
  readonly soldOut: string | null;
}

/** An item that no menu has. */
const NOWHERE = 'on_no_menu';

const submission = (message: unknown, rest: Partial<Submission> = {}): Submission => ({
  body: Buffer.from(JSON.stringify(message)),
  signature: 'right',
  times: 1,
  soldOut: null,
  ...rest,
});

const withOrder = (message: NewOrder, changes: Partial<DspOrder> | Record<string, unknown>) => ({
  ...message,
  order: { ...message.order, ...changes },
});

/** Returns the same order, its first item changed. */
function withItem(message: NewOrder, change: (item: OrderItem) => Partial<OrderItem>) {
  const [first, ...others] = message.order.items;
  if (first === undefined) return message;
  return withOrder(message, { items: [{ ...first, ...change(first) }, ...others] });
}

const madeUpChoice = (item: OrderItem): OrderModifier => ({
  id: NOWHERE,
  name: 'Nowhere on the menu',
  price: 0,
  quantity: 1,
  currency: item.currency,
  modifiers: [],
});

/** Returns an order whose first item is one that has choices, the first of them under the group of another. */
function inWrongGroup(message: NewOrder, menu: Menu) {
  for (const { id, name, price, item } of menu.variations.values()) {
    const [group] = item.modifier_groups;
    const [choice] = group?.modifiers ?? [];
    if (choice === undefined) continue;
    return withItem(message, ({ currency }) => {
      const modifier = { ...choice, currency, quantity: 1, modifiers: [], modifier_group_id: NOWHERE };
      return { id, name, price, item_id: item.id, modifiers: [modifier] };
    });
  }
  return message;
}

/** @returns the order made wrong in one way. */
export function withFault(message: NewOrder, fault: OrderFault, menu: Menu): Submission {
  switch (fault) {
    case 'unpaid':
      return submission(withOrder(message, { unpaid: true, fulfillment_type: 'pickup' }));
    case 'item-id-instead-of-variation':
      return submission(withItem(message, ({ id, item_id = id }) => ({ id: item_id })));
    case 'unknown-item':
      return submission(withItem(message, () => ({ id: NOWHERE })));
    case 'wrong-item-id':
      return submission(withItem(message, () => ({ item_id: NOWHERE })));
    case 'unknown-modifier':
      return submission(withItem(message, (item) => ({ modifiers: [...item.modifiers, madeUpChoice(item)] })));
    case 'wrong-modifier-group':
      return submission(inWrongGroup(message, menu));
    case 'unknown-customer':
      return submission(withItem(message, () => ({ customer_id: 'customer-nobody' })));
    case 'unknown-fulfillment-type':
      return submission(withOrder(message, { fulfillment_type: 'carrier_pigeon' }));
    case 'missing-address':
      return submission(
        withOrder(message, {
          fulfillment_type: 'merchant_managed_delivery',
          delivery_address: undefined,
          store_tip: undefined,
        }),
      );
    case 'driver-tip':
      return submission(withOrder(message, { fulfillment_type: 'pickup', driver_tip: 300 }));
    case 'store-tip':
      return submission(withOrder(message, { fulfillment_type: 'delivery', store_tip: 300 }));
    case 'upper-case-currency':
      return submission(withItem(message, ({ currency }) => ({ currency: currency.toUpperCase() })));
    case 'missing-subtotal':
      return submission(withOrder(message, { subtotal: undefined }));
    case 'unknown-location':
      return submission({ ...message, location_id: 'location-nowhere' });
    case 'wrong-total':
      return submission(withOrder(message, { subtotal: message.order.subtotal + 100 }));
    case 'out-of-stock':
      return submission(message, { soldOut: message.order.items[0]?.id ?? null });
    case 'bad-signature':
      return submission(message, { signature: 'wrong' });
    case 'no-signature':
      return submission(message, { signature: 'none' });
    case 'not-json':
      return { ...submission(message), body: Buffer.from(JSON.stringify(message).slice(0, -1)) };
    case 'repeated':
      return submission(message, { times: 2 });
  }
}

/** @returns an order as it should be. */
export const withoutFault = (message: NewOrder): Submission => submission(message);
