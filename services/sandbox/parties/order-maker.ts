import type { FulfillmentType } from '../../../schemas/files/scenario';
import type { DspOrder, ModifierGroup, OrderItem, OrderModifier } from '../../../schemas/wire/stream-dsp';
import { fictionalPhone } from '../stories/drivers';
import type { Menu, Orderable } from '../stand-in/menu';
import type { Random } from '../wire/random';

/** Orders that customers might place, made up from a menu. Names, phones and addresses lead nowhere. */

const CUSTOMERS = [
  'Alex Rivera',
  'Sofia Marin',
  'Noah Becker',
  'Leila Haddad',
  'Tom Okafor',
  'Grace Lin',
  'Mateo Silva',
  'Ingrid Holm',
  'Ravi Menon',
  'Chloé Laurent',
] as const;
const STREETS = ['Harbor Street', 'Mill Lane', 'Ocean Avenue', 'Juniper Road', 'Station Square'] as const;
const WISHES = ['Please no cutlery.', 'Ring the bell twice.', 'Sauce on the side, please.'] as const;

/** Where customers may have ordered. */
const SOURCES = ['doordash', 'ubereats', 'grubhub'] as const;

/** Most different dishes of an order. */
const MAX_ITEMS = 4;
/** Share of orders with a wish in words. */
const WITH_WISH = 0.2;
/** Share of dishes that are ordered twice. */
const TWICE = 0.2;
/** Share of choices that a customer makes where none is needed. */
const OPTIONAL_CHOICE = 0.35;
/** Part of the subtotal. */
const TAX_RATE = 0.0875;
const TIP_RATE = 0.15;
/** The fee of a delivery in cents. */
const DELIVERY_FEE = 399;
/** Share of customers who want cutlery. */
const WITH_UTENSILS = 0.5;
const MAX_HOUSE_NUMBER = 400;
/** What is dialled after a masked number: three digits. */
const PHONE_CODES = [100, 999] as const;

function choose(groups: readonly ModifierGroup[], currency: string, random: Random): OrderModifier[] {
  return groups.flatMap((group) => {
    const wanted = random.chance(OPTIONAL_CHOICE) ? random.int(group.least, group.most) : group.least;
    const left = [...group.modifiers];
    const chosen = Array.from({ length: Math.min(wanted, left.length) }, () =>
      left.splice(random.int(0, left.length - 1), 1),
    ).flat();
    return chosen.map(({ id, name, price, modifier_groups }) => ({
      id,
      name,
      price,
      currency,
      quantity: 1,
      modifier_group_id: group.id,
      modifiers: choose(modifier_groups, currency, random),
    }));
  });
}

function orderItem({ id, name, price, currency, item, categoryId }: Orderable, customer: string, random: Random) {
  return {
    id,
    item_id: item.id,
    category_id: categoryId,
    customer_id: customer,
    name,
    price,
    currency,
    quantity: random.chance(TWICE) ? 2 : 1,
    modifiers: choose(item.modifier_groups, currency, random),
  } satisfies OrderItem;
}

/** @returns cents of a dish or a choice, all that was chosen for it included. */
const priceOf = ({ price, quantity, modifiers }: Pick<OrderModifier, 'price' | 'quantity' | 'modifiers'>): number =>
  quantity * (price + modifiers.reduce((sum, modifier) => sum + priceOf(modifier), 0));

/** @returns cents of everything ordered, without taxes: what `subtotal` ought to be. */
export const subtotalOf = ({ items }: Pick<DspOrder, 'items'>): number =>
  items.reduce((sum, item) => sum + priceOf(item), 0);

/**
 * @param id of the order with the delivery service
 * @param customerFacingId what customer and counter call it
 */
export function makeOrder(options: {
  readonly id: string;
  readonly customerFacingId: string;
  readonly fulfillmentType: FulfillmentType;
  readonly unpaid: boolean;
  readonly menu: Menu;
  readonly random: Random;
}): DspOrder {
  const { id, customerFacingId, fulfillmentType, unpaid, menu, random } = options;
  const offered = [...menu.variations.values()];
  const customer = `customer-${id}`;
  const items = Array.from({ length: random.int(1, MAX_ITEMS) }, () =>
    orderItem(random.pick(offered), customer, random),
  );
  const subtotal = subtotalOf({ items });
  const street = random.pick(STREETS);
  return {
    id,
    customer_facing_id: customerFacingId,
    source: SOURCES[customerFacingId.charCodeAt(0) % SOURCES.length],
    customers: [
      {
        id: customer,
        name: random.pick(CUSTOMERS),
        email: `${customer.replace(/[^\w-]/g, '')}@customers.example`,
        phone: fictionalPhone(random),
        masked_phone_code: String(random.int(...PHONE_CODES)),
      },
    ],
    fulfillment_type: fulfillmentType,
    items,
    subtotal,
    tax: Math.round(subtotal * TAX_RATE),
    tax_withheld: 0,
    should_include_utensils: random.chance(WITH_UTENSILS),
    ...(random.chance(WITH_WISH) ? { special_instructions: random.pick(WISHES) } : {}),
    ...(fulfillmentType === 'merchant_managed_delivery'
      ? {
          delivery_address: {
            street_address: `${String(random.int(1, MAX_HOUSE_NUMBER))} ${street}`,
            city: 'Bayview',
            state: 'CA',
            zip_code: '94999',
            country: 'US',
          },
          delivery_fee: DELIVERY_FEE,
          delivery_fee_taxes: Math.round(DELIVERY_FEE * TAX_RATE),
          driver_tip: Math.round(subtotal * TIP_RATE),
        }
      : {}),
    ...(fulfillmentType === 'pickup' ? { store_tip: Math.round(subtotal * TIP_RATE) } : {}),
    ...(unpaid ? { unpaid } : {}),
  };
}
