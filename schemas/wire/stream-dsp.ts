import { z } from 'zod';
import { DriverDetails, Id, ID_PATTERN, LocationId, MAX_ID_LENGTH } from './handle-order';
import { VOCABULARY_PATTERN } from '../vocabulary';

/**
 * What Stream, a delivery service (DSP) and a POS say to each other about an order before and beside `order.updated`, as
 * the sandbox speaks it (docs/decisions/017-sandbox.md says what of it is documented and what is assumed). Fields that are
 * not listed here pass.
 */

/** Ids of a DSP and of a menu: of the same form as a POS's. */
export const WireId = z
  .string({ error: 'expected an id' })
  .min(1, 'expected an id of at least one character')
  .max(MAX_ID_LENGTH, `expected an id of at most ${String(MAX_ID_LENGTH)} characters`)
  .regex(ID_PATTERN, 'expected an id without control characters');

/** Longest text of people, such as a name or an instruction. */
const MAX_TEXT_LENGTH = 2_000;
const Text = z.string().max(MAX_TEXT_LENGTH);
/** Most that a price, fee or total may be, in cents. */
const MAX_CENTS = 1_000_000_000;
const Cents = z.number().int('expected whole cents').min(0).max(MAX_CENTS);
const Quantity = z.number().int().min(1).max(10_000);
/** The end of the year 9999, the last that ISO 8601 writes with four digits. */
const MAX_EPOCH_MS = Date.UTC(10_000, 0) - 1;
const EpochMs = z.number().int('expected whole milliseconds').min(0).max(MAX_EPOCH_MS);
const Phone = z.string().regex(/^\+[1-9]\d{1,14}$/, 'expected a phone number in E.164 form, such as +15555551234');
const Currency = z.string().regex(/^[a-z]{3}$/, 'expected an ISO 4217 code in lower case, such as usd');

/** Most entries of a list on the wire. */
const MAX_ENTRIES = 500;

/** A choice that a customer made for an item; choices can have choices of their own. */
export interface OrderModifier {
  readonly id: string;
  readonly currency: string;
  readonly name: string;
  readonly price: number;
  readonly quantity: number;
  readonly modifier_group_id?: string | undefined;
  readonly modifiers: readonly OrderModifier[];
}
const OrderModifier: z.ZodType<OrderModifier> = z.looseObject({
  id: WireId,
  currency: Currency,
  name: Text,
  price: Cents,
  quantity: Quantity,
  modifier_group_id: WireId.optional(),
  get modifiers() {
    return z.array(OrderModifier).max(MAX_ENTRIES);
  },
});

export const OrderItem = z.looseObject({
  id: WireId.meta({ description: 'of the variation, not of the item' }),
  currency: Currency,
  modifiers: z.array(OrderModifier).max(MAX_ENTRIES),
  name: Text,
  price: Cents.meta({ description: 'of one, without its modifiers, in cents' }),
  quantity: Quantity,
  category_id: WireId.optional(),
  customer_id: WireId.optional(),
  item_id: WireId.optional().meta({ description: 'of the item that the variation is of' }),
  special_instructions: Text.optional(),
});
export type OrderItem = z.infer<typeof OrderItem>;

/** An order as a DSP submits it. Amounts are in cents. */
export const DspOrder = z.looseObject({
  id: WireId,
  customer_facing_id: WireId,
  customers: z
    .array(
      z.looseObject({
        id: WireId,
        name: Text,
        email: Text.optional(),
        phone: Phone.optional(),
        masked_phone_code: Text.optional(),
      }),
    )
    .min(1)
    .max(MAX_ENTRIES),
  fulfillment_type: z.string().regex(VOCABULARY_PATTERN),
  items: z.array(OrderItem).min(1).max(MAX_ENTRIES),
  subtotal: Cents.meta({ description: 'without taxes' }),
  tax: Cents,
  tax_withheld: Cents,
  brand: Text.optional(),
  delivery_address: z.looseObject({}).optional(),
  delivery_fee: Cents.optional(),
  delivery_fee_taxes: Cents.optional(),
  discounts: z
    .array(z.looseObject({ id: WireId, amount: Cents, item_id: WireId.optional() }))
    .max(MAX_ENTRIES)
    .optional(),
  driver_tip: Cents.optional(),
  estimated_ready_at_ms: EpochMs.optional(),
  fulfillment_instructions: Text.optional(),
  is_future_order: z.boolean().optional(),
  service_charge: Cents.optional(),
  should_include_utensils: z.boolean().optional(),
  special_instructions: Text.optional(),
  store_tip: Cents.optional(),
  unpaid: z.boolean().optional(),
});
export type DspOrder = z.infer<typeof DspOrder>;

/** `type` is there, but its values are not documented: what a message is follows from which property is there. */
const WireType = z.string().min(1).max(100);

export const NewOrder = z.looseObject({ type: WireType, location_id: WireId, order: DspOrder });
export type NewOrder = z.infer<typeof NewOrder>;

export const CancelOrder = z.looseObject({
  type: WireType,
  location_id: WireId,
  order_id: WireId,
  cancel_reason: Text.optional().meta({ description: 'free text, or one of the values that mean the same everywhere' }),
  cancel_source: Text.optional(),
});
export type CancelOrder = z.infer<typeof CancelOrder>;

export const StoreStatus = z.looseObject({
  type: WireType,
  location_id: WireId,
  status_update: z.looseObject({
    status: z.enum(['online', 'paused']),
    start_time: EpochMs.optional(),
    end_time: EpochMs.optional().meta({ description: 'without it, until the next one' }),
  }),
});
export type StoreStatus = z.infer<typeof StoreStatus>;

export const DeliveryReport = z.looseObject({
  type: WireType,
  location_id: WireId,
  order_id: WireId,
  delivery_status: z.string().regex(VOCABULARY_PATTERN),
  driver_details: DriverDetails.optional(),
});
export type DeliveryReport = z.infer<typeof DeliveryReport>;

/** What a DSP can say, by kind. */
export const DSP_MESSAGES = {
  'new-order': NewOrder,
  'store-status': StoreStatus,
  'delivery-report': DeliveryReport,
  'cancel-order': CancelOrder,
} as const;
export type DspMessageKind = keyof typeof DSP_MESSAGES;

/** @returns what a message of a DSP is about, by the property that only this kind has; null for none or two of them. */
export function dspMessageKind(body: object): DspMessageKind | null {
  const kinds: DspMessageKind[] = [];
  if ('order' in body) kinds.push('new-order');
  if ('status_update' in body) kinds.push('store-status');
  if ('delivery_status' in body) kinds.push('delivery-report');
  if (kinds.length === 0 && 'order_id' in body) kinds.push('cancel-order');
  return kinds.length === 1 ? (kinds[0] ?? null) : null;
}

/** Why an order failed, as Stream reports it to a DSP. */
export const FAILURE_REASONS = [
  'restaurant_not_accepting_orders',
  'location_not_found',
  'pos_missing_items',
  'items_unavailable',
  'order_validation_error',
  'unknown',
] as const;
export type FailureReason = (typeof FAILURE_REASONS)[number];

const aboutOrder = { location_id: WireId, order_id: WireId };

/** What Stream reports to a DSP about an order (`POST /stream-dsp/v1/event`); ids are the DSP's. */
export const StreamEvent = z.discriminatedUnion('type', [
  z.object({ type: z.literal('location.order.accept'), ...aboutOrder, estimated_ready_at_ms: EpochMs }),
  z.object({
    type: z.literal('location.order.fail'),
    ...aboutOrder,
    failure_reason: z.enum(FAILURE_REASONS),
    failure_details: z.object({ invalid_item_ids: z.array(WireId), error_message: Text.optional() }),
  }),
  z.object({
    type: z.literal('location.order.notify_status_change'),
    ...aboutOrder,
    order_status_update: z.enum(['ready_for_pickup', 'completed']),
  }),
  z.object({ type: z.literal('location.order.cancel'), ...aboutOrder }),
]);
export type StreamEvent = z.infer<typeof StreamEvent>;

/** A new order as the POS gets it: all that the DSP said, and where. */
export const OrderCreated = z.looseObject({
  type: z.literal('order.created'),
  object: DspOrder.extend({ location_id: LocationId }),
});
export type OrderCreated = z.infer<typeof OrderCreated>;

/** Body of the 2xx with which a POS accepts an order. */
export const PosAcceptance = z.looseObject({
  order: z.looseObject({
    provider_id: Id.meta({ description: 'what the POS calls the order from now on' }),
    prep_time_minutes: z.number().min(0).max(10_000).nullish(),
    async_acceptance: z.boolean().nullish(),
  }),
});
export type PosAcceptance = z.infer<typeof PosAcceptance>;

/** Why a POS rejects an order: body of its 400. */
export const PosValidation = z.looseObject({
  stockValidation: z
    .array(
      z.looseObject({ type: z.enum(['item', 'modifier']), provider_id: z.string(), quantity: z.number().nullish() }),
    )
    .nullish(),
  orderTotalsValidation: z.array(z.looseObject({ posTotal: z.number(), streamTotal: z.number() })).nullish(),
  orderValidation: z
    .array(z.looseObject({ order_error: z.string(), order_error_reason: z.string().nullish() }))
    .nullish(),
});
export type PosValidation = z.infer<typeof PosValidation>;
export const PosRejection = z.looseObject({ posValidation: PosValidation });

/** Choices of a kind, such as sauces. */
export interface ModifierGroup {
  readonly id: string;
  readonly name: string;
  /** Fewest and most choices that a customer makes; not documented, and used only to make orders up. */
  readonly least: number;
  readonly most: number;
  readonly modifiers: readonly MenuModifier[];
}
export interface MenuModifier {
  readonly id: string;
  readonly name: string;
  readonly price: number;
  readonly modifier_groups: readonly ModifierGroup[];
}
const ModifierGroup: z.ZodType<ModifierGroup> = z.looseObject({
  id: WireId,
  name: Text,
  least: z.number().int().min(0).default(0),
  most: z.number().int().min(1).default(1),
  get modifiers() {
    return z.array(MenuModifier).min(1).max(MAX_ENTRIES);
  },
});
const MenuModifier: z.ZodType<MenuModifier> = z.looseObject({
  id: WireId,
  name: Text,
  price: Cents,
  get modifier_groups() {
    return z.array(ModifierGroup).max(MAX_ENTRIES).default([]);
  },
});

export const MenuItem = z.looseObject({
  id: WireId,
  name: Text,
  variations: z
    .array(z.looseObject({ id: WireId, name: Text, price: Cents }))
    .min(1)
    .max(MAX_ENTRIES),
  modifier_groups: z.array(ModifierGroup).max(MAX_ENTRIES).default([]),
});
export type MenuItem = z.infer<typeof MenuItem>;

/** A file of menus, as the documented rules about orders name their parts: `Menu[x].categories[x].items[x]...`. */
export const MenuFile = z
  .array(
    z.looseObject({
      id: WireId,
      name: Text,
      currency: Currency.default('usd'),
      categories: z
        .array(z.looseObject({ id: WireId, name: Text, items: z.array(MenuItem).min(1).max(MAX_ENTRIES) }))
        .min(1)
        .max(MAX_ENTRIES),
    }),
  )
  .min(1)
  .max(MAX_ENTRIES);
export type MenuFile = z.infer<typeof MenuFile>;
