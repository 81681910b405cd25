import { z } from 'zod';
import { Id, LocationId } from './wire/handle-order';
import { FulfillmentType } from './files/scenario';

/**
 * What the sandbox's page reads and asks for (docs/decisions/017-sandbox.md). All of it is JSON below `/sandbox/`:
 *
 * - `GET state` answers {@link SandboxState}; `GET events` is server-sent events: `state`, `order` and `hop`, each with the
 *   new {@link SandboxState} without its lists, {@link SandboxOrder} or {@link Hop}, and `heartbeat`
 * - `POST orders` takes {@link SubmitOrders} and answers {@link Submitted}
 * - `POST orders/{order_id}/actions` takes {@link OrderAction} and answers {@link SandboxOrder}
 * - `POST pos`, `dsp` and `rush` take {@link SetPos}, {@link SetDsp} and {@link SetRush} and answer {@link SandboxSummary}
 */

const Time = z.iso.datetime({ precision: 3 });

export const PARTIES = ['dsp', 'stream', 'pos'] as const;

/** One request between two parties; it is reported when it begins, and again under the same id when it is over. */
export const Hop = z.object({
  id: z.int().nonnegative(),
  at: Time,
  from: z.enum(PARTIES),
  to: z.enum(PARTIES),
  name: z.string().meta({ description: 'what it is about: `order.updated`, `location.order.accept`, `new-order`...' }),
  location_id: z.string().nullable(),
  order_id: z.string().nullable().meta({ description: "the DSP's" }),
  attempt: z.int().positive(),
  request: z.object({
    url: z.string(),
    headers: z.record(z.string(), z.string()).meta({ description: 'without Authorization' }),
    body: z.string(),
  }),
  answer: z.object({ status: z.int(), body: z.string() }).nullable(),
  error: z.string().nullable().meta({ description: 'why there was no answer' }),
  duration_ms: z.number().nullable().meta({ description: 'null while it is under way' }),
  retry_at: Time.nullable(),
});
export type Hop = z.infer<typeof Hop>;
export type Party = Hop['from'];

/**
 * Where an order stands with the stand-in: `submitted` until the POS decides; `ended` when nothing more is expected of it;
 * `canceled` stays, whatever becomes of the food.
 */
const ORDER_STATES = ['submitted', 'accepted', 'rejected', 'canceled', 'ended'] as const;
export type SandboxOrderState = (typeof ORDER_STATES)[number];

export const SandboxOrder = z.object({
  order_id: z.string().meta({ description: "the DSP's" }),
  customer_facing_id: z.string(),
  provider_id: z.string().nullable().meta({ description: "the POS's id of the order, once it has accepted it" }),
  location_id: z.string(),
  fulfillment_type: z.string(),
  unpaid: z.boolean(),
  state: z.enum(ORDER_STATES),
  reason: z.string().nullable().meta({ description: 'why it was rejected or canceled' }),
  status: z.string().nullable(),
  delivery_status: z.string().nullable(),
  driver_name: z.string().nullable(),
  story: z.string().nullable(),
  next_step_at: Time.nullable(),
  updated_at: Time,
});
export type SandboxOrder = z.infer<typeof SandboxOrder>;

/** How the built-in POS behaves: `down` cuts connections, `slow` answers late, `rejecting` takes no order. */
export const POS_MODES = ['ok', 'down', 'slow', 'rejecting'] as const;
export const DSP_MODES = ['ok', 'down'] as const;

export const SandboxSummary = z.object({
  version: z.string(),
  speed: z.number().positive().meta({ description: 'seconds of a story that pass in a second' }),
  partner_id: z.string(),
  locations: z.array(z.string()),
  pos: z.object({
    url: z.string(),
    builtin: z.boolean(),
    mode: z.enum(POS_MODES).meta({ description: 'of the built-in POS' }),
    out_of_stock: z.array(z.string()).meta({ description: 'variations and modifiers that it has none of' }),
  }),
  dsp: z.object({ url: z.string(), builtin: z.boolean(), mode: z.enum(DSP_MODES) }),
  stories: z.array(z.object({ name: z.string(), summary: z.string(), fulfillment_type: z.string() })),
  rushes: z.array(z.object({ name: z.string(), summary: z.string() })),
  rush: z
    .object({
      name: z.string().nullable(),
      orders_per_minute: z.number(),
      submitted: z.int().nonnegative(),
      orders: z.int().nullable().meta({ description: 'after which it is over; null if it goes on' }),
    })
    .nullable(),
});
export type SandboxSummary = z.infer<typeof SandboxSummary>;

export const SandboxState = SandboxSummary.extend({
  orders: z.array(SandboxOrder).meta({ description: 'newest first' }),
  hops: z.array(Hop).meta({ description: 'newest first' }),
});
export type SandboxState = z.infer<typeof SandboxState>;

/** What a submitted order is made to be wrong in. */
export const ORDER_FAULTS = [
  'unpaid',
  'item-id-instead-of-variation',
  'unknown-item',
  'wrong-item-id',
  'unknown-modifier',
  'wrong-modifier-group',
  'unknown-customer',
  'unknown-fulfillment-type',
  'missing-address',
  'driver-tip',
  'store-tip',
  'upper-case-currency',
  'missing-subtotal',
  'unknown-location',
  'wrong-total',
  'out-of-stock',
  'bad-signature',
  'no-signature',
  'not-json',
  'repeated',
] as const;
export type OrderFault = (typeof ORDER_FAULTS)[number];

/** Most orders that one call may submit. */
export const MAX_SUBMITTED = 100;

export const SubmitOrders = z.strictObject({
  fulfillment_type: FulfillmentType.optional(),
  story: z.string().max(100).optional().meta({
    description: 'what becomes of it, or a batch, of which all orders are submitted; any story that fits, if left out',
  }),
  location_id: LocationId.optional(),
  count: z.int().min(1).max(MAX_SUBMITTED).default(1),
  fault: z.enum(ORDER_FAULTS).optional(),
});
export type SubmitOrders = z.infer<typeof SubmitOrders>;

export const Submitted = z.object({
  orders: z.array(
    z.object({
      order_id: z.string(),
      status: z.int().nullable().meta({ description: "of Stream's answer; null if there was none" }),
      answer: z.unknown(),
    }),
  ),
});
export type Submitted = z.infer<typeof Submitted>;

/** `step`: the next step of its story comes now. The others end its story, but for `reassign`. */
export const ORDER_ACTIONS = ['step', 'cancel-by-dsp', 'cancel-by-merchant', 'reassign', 'fail'] as const;
export const OrderAction = z.strictObject({ action: z.enum(ORDER_ACTIONS) });
export type OrderAction = z.infer<typeof OrderAction>['action'];

export const SetPos = z.strictObject({
  mode: z.enum(POS_MODES).optional(),
  out_of_stock: z.array(Id).max(1_000).optional(),
});
export const SetDsp = z.strictObject({ mode: z.enum(DSP_MODES) });
/** Orders per minute of a story, at most. */
export const MAX_ORDERS_PER_MINUTE = 100_000;
export const SetRush = z.strictObject({
  rush: z.string().max(100).nullable().meta({ description: 'name of a rush; null ends the one that runs' }),
  orders_per_minute: z
    .number()
    .positive()
    .max(MAX_ORDERS_PER_MINUTE)
    .optional()
    .meta({ description: 'in place of its own; alone, with null, orders of all stories go on coming' }),
});
export type SetRush = z.infer<typeof SetRush>;
