import { FULFILLMENT_TYPES } from '../../../schemas/files/scenario';
import type { DspOrder, OrderItem, OrderModifier, ModifierGroup } from '../../../schemas/wire/stream-dsp';
import { choicesOf, type Menu } from './menu';

/** What Stream's documents demand of what a delivery service says; the last of them is implied. */
export const ORDER_RULES = {
  structure: 'A message has the documented fields, in the documented form.',
  'item-is-variation': 'Order.items[x].id = Menu[x].categories[x].items[x].variations[x].id',
  'item-id-is-item': 'Order.items[x].item_id = Menu[x].categories[x].items[x].id',
  'modifier-of-item':
    'Order.items[x].modifiers[x].id = Menu[x].categories[x].items[x].modifier_groups[x].modifiers[x].id',
  'modifier-group-of-modifier':
    'Order.items[x].modifiers[x].modifier_group_id = Menu[x].categories[x].items[x].modifier_groups[x].id',
  'customer-of-order': 'Order.items[x].customer_id is the id of one of Order.customers.',
  'discount-of-item': 'Order.discounts[x].item_id is the id of one of Order.items.',
  'fulfillment-type': `Order.fulfillment_type is one of ${FULFILLMENT_TYPES.join(', ')}.`,
  'paid-unless-drive-thru': 'Only orders with a fulfillment_type of drive_thru may be submitted as unpaid.',
  'delivery-address': 'Order.delivery_address is required when fulfillment_type is merchant_managed_delivery.',
  'delivery-fee': 'Order.delivery_fee and delivery_fee_taxes are only for merchant_managed_delivery.',
  'driver-tip': 'Order.driver_tip is only for merchant_managed_delivery.',
  'store-tip': 'Order.store_tip is only for pickup.',
  'known-order': 'What is said about an order names one that was submitted, at its location, and as long as it can be.',
} as const;
export type OrderRule = keyof typeof ORDER_RULES;

/** A rule that a message breaks, and where. */
export interface BrokenRule {
  readonly rule: OrderRule;
  /** JSON pointer (RFC 6901) into the message. */
  readonly pointer: string;
  readonly detail: string;
}

type Found = BrokenRule[];

function checkModifiers(
  modifiers: readonly OrderModifier[],
  groups: readonly ModifierGroup[],
  parent: string,
  pointer: string,
): Found {
  return modifiers.flatMap((modifier, index) => {
    const here = `${pointer}/modifiers/${String(index)}`;
    const choices = choicesOf(groups, modifier.id);
    if (choices.length === 0) {
      const detail = `${modifier.id} is no choice of ${parent}.`;
      return [{ rule: 'modifier-of-item', pointer: `${here}/id`, detail }] satisfies Found;
    }
    const named = modifier.modifier_group_id;
    const choice = named === undefined ? choices[0] : choices.find(({ group }) => group.id === named);
    if (choice === undefined) {
      const fitting = choices.map(({ group }) => group.id).join(', ');
      const detail = `${modifier.id} is of ${fitting}, not of ${named ?? 'none'}.`;
      return [{ rule: 'modifier-group-of-modifier', pointer: `${here}/modifier_group_id`, detail }] satisfies Found;
    }
    return checkModifiers(modifier.modifiers, choice.modifier.modifier_groups, modifier.id, here);
  });
}

function checkItem(item: OrderItem, order: DspOrder, menu: Menu, pointer: string): Found {
  const found: Found = [];
  if (item.customer_id !== undefined && !order.customers.some(({ id }) => id === item.customer_id)) {
    const detail = `${item.customer_id} is none of the customers.`;
    found.push({ rule: 'customer-of-order', pointer: `${pointer}/customer_id`, detail });
  }
  const orderable = menu.variations.get(item.id);
  if (orderable === undefined) {
    const parent = menu.items.get(item.id);
    const detail =
      parent === undefined
        ? `${item.id} is on no menu.`
        : `${item.id} is the id of the item; its variations are ${parent.variations.map(({ id }) => id).join(', ')}.`;
    found.push({ rule: 'item-is-variation', pointer: `${pointer}/id`, detail });
    return found; // whose choices it has is not known
  }
  if (item.item_id !== undefined && item.item_id !== orderable.item.id) {
    const detail = `${item.id} is a variation of ${orderable.item.id}, not of ${item.item_id}.`;
    found.push({ rule: 'item-id-is-item', pointer: `${pointer}/item_id`, detail });
  }
  found.push(...checkModifiers(item.modifiers, orderable.item.modifier_groups, orderable.item.id, pointer));
  return found;
}

/** Fields that only some fulfilment types have; 0 is as good as none. */
const ONLY_FOR = [
  { field: 'delivery_fee', rule: 'delivery-fee', type: 'merchant_managed_delivery' },
  { field: 'delivery_fee_taxes', rule: 'delivery-fee', type: 'merchant_managed_delivery' },
  { field: 'driver_tip', rule: 'driver-tip', type: 'merchant_managed_delivery' },
  { field: 'store_tip', rule: 'store-tip', type: 'pickup' },
] as const satisfies readonly { field: keyof DspOrder; rule: OrderRule; type: string }[];

/**
 * Holds an order of the right form against the documented rules.
 * @returns every rule that it breaks; none of an order that may go to the POS
 */
export function checkOrder(order: DspOrder, menu: Menu): readonly BrokenRule[] {
  const found = order.items.flatMap((item, index) => checkItem(item, order, menu, `/order/items/${String(index)}`));
  const type = order.fulfillment_type;
  if (!FULFILLMENT_TYPES.some((known) => known === type)) {
    const detail = `${type} is no documented fulfillment type.`;
    found.push({ rule: 'fulfillment-type', pointer: '/order/fulfillment_type', detail });
  }
  if (order.unpaid === true && type !== 'drive_thru') {
    const detail = `An order for ${type} has to be paid when it is submitted.`;
    found.push({ rule: 'paid-unless-drive-thru', pointer: '/order/unpaid', detail });
  }
  if (type === 'merchant_managed_delivery' && order.delivery_address === undefined) {
    const detail = 'The merchant has to know where to deliver.';
    found.push({ rule: 'delivery-address', pointer: '/order/delivery_address', detail });
  }
  for (const { field, rule, type: only } of ONLY_FOR) {
    if ((order[field] ?? 0) > 0 && type !== only) {
      found.push({ rule, pointer: `/order/${field}`, detail: `An order for ${type} has no ${field}.` });
    }
  }
  order.discounts?.forEach(({ item_id }, index) => {
    if (item_id !== undefined && !order.items.some(({ id }) => id === item_id)) {
      const pointer = `/order/discounts/${String(index)}/item_id`;
      found.push({ rule: 'discount-of-item', pointer, detail: `${item_id} is none of the items.` });
    }
  });
  return found;
}
