import { z } from 'zod';
import { VISIBLE, WORD_PATTERN } from '../vocabulary';

/**
 * The wire contract of Stream's Handle Order call (docs/protocol.md#section-1, docs/protocol.md#section-2).
 *
 * What identifies and reports an order must be there and have the right form: type, ids and `status`. All else is kept
 * verbatim, whatever it is, and the folds make of it what they can (docs/protocol.md#ruling-5-3): words and fields that
 * are not documented, and known ones of another type.
 *
 * The JSON Schema that ajv validates with is generated from these schemas, so a rule is only ever written here. They
 * describe; nothing is parsed with zod on the write path.
 */

/** Longest `location_id` and `order_id`, in Unicode code points (docs/protocol.md#ruling-4-3). */
export const MAX_ID_LENGTH = 200;

/**
 * Ids are the POS's own and opaque: anything but control characters, and unpaired surrogates, which have no UTF-8 form
 * and so could not be distinguished once stored.
 */
export const ID_PATTERN = new RegExp(`^${VISIBLE}*$`);

/** An id as it stands in a body and, percent-encoded, in our URLs. */
export const Id = z
  .string()
  .min(1)
  .max(MAX_ID_LENGTH)
  .regex(ID_PATTERN, 'expected no control characters')
  .meta({
    description: `1 to ${String(MAX_ID_LENGTH)} characters, no control characters`,
    examples: ['pos_order_123'],
  });

/**
 * {@link Id} of a location. Its type is its own, and so is that of an order's: neither is taken for the other, nor any
 * text for them. Where ids are read from something else than input that was parsed, order-key.ts makes them.
 */
export const LocationId = Id.meta({ examples: ['pos_location_456'] }).brand<'LocationId'>();
export type LocationId = z.infer<typeof LocationId>;

/** {@link Id} of an order, which names it within its location only. */
export const OrderId = Id.brand<'OrderId'>();
export type OrderId = z.infer<typeof OrderId>;

const Word = z.string().regex(WORD_PATTERN);
/** Says what is expected, and takes anything. */
const expected = <Schema extends z.ZodType>(schema: Schema) =>
  z.union([schema, z.unknown().meta({ description: 'anything else, which is kept as it came' })]).optional();
const OptionalText = z.string().nullish();

/** Who drives; every field optional. */
export const DriverDetails = z
  .looseObject({
    source: OptionalText.meta({ description: 'platform that provides the driver' }),
    name: OptionalText,
    phone: z
      .looseObject({
        number: OptionalText,
        code: OptionalText.meta({ description: 'masking code, shown beside the number; not a country code' }),
      })
      .nullish(),
    picture_url: OptionalText,
    vehicle_info: z
      .looseObject({
        make: OptionalText,
        model: OptionalText,
        color: OptionalText,
        license_plate: OptionalText,
        is_autonomous: z.boolean().nullish().meta({ description: 'true is a robot' }),
      })
      .nullish(),
    handoff_instructions: OptionalText,
    passcode: OptionalText.meta({ description: 'verifies the driver or opens the robot' }),
  })
  .meta({
    id: 'DriverDetails',
    description: 'Who drives, as the delivery service reports it; every field is optional',
  });

/** `object` of `order.updated`. */
export const OrderUpdatedObject = z.looseObject({
  location_id: LocationId,
  order_id: OrderId,
  status: Word.meta({ description: 'the order as a whole', examples: ['out_for_delivery'] }),
  delivery_status: expected(Word).meta({
    description: 'only for deliveries; anything but text is kept, and read as far as it can be',
    examples: ['enroute_to_pickup'],
  }),
  driver_details: expected(DriverDetails).meta({
    description: 'fields of another type, or anything else, are kept, and read as far as they can be',
  }),
});
export type OrderUpdatedObject = z.infer<typeof OrderUpdatedObject>;

/**
 * `object` of `order.canceled`; `provider_id` is the POS's order id under another name (docs/protocol.md#section-2).
 */
export const OrderCanceledObject = z.looseObject({ location_id: LocationId, provider_id: OrderId });
export type OrderCanceledObject = z.infer<typeof OrderCanceledObject>;

export const OrderUpdated = z
  .looseObject({ type: z.literal('order.updated'), object: OrderUpdatedObject })
  .meta({ id: 'OrderUpdated', description: 'What Stream reports about an order' });
export const OrderCanceled = z
  .looseObject({ type: z.literal('order.canceled'), object: OrderCanceledObject })
  .meta({ id: 'OrderCanceled', description: 'Stream reports that an order was canceled' });

/** The types we record as facts about an order, each with its contract. */
export const DELIVERY_CONTRACTS = { 'order.updated': OrderUpdated, 'order.canceled': OrderCanceled } as const;
export type DeliveryType = keyof typeof DELIVERY_CONTRACTS;

/** A body that passed its contract: what Stream said about one order. */
export type Delivery = z.infer<typeof OrderUpdated> | z.infer<typeof OrderCanceled>;

/** One thing that is wrong with a body, and where (RFC 6901). */
export const Fault = z
  .object({
    pointer: z
      .string()
      .meta({ description: 'JSON pointer into the body; empty for the body itself', examples: ['/object/order_id'] }),
    detail: z.string().meta({ description: 'what is wrong and what is expected' }),
  })
  .meta({ id: 'Fault', description: 'One thing that is wrong with a body, and where' });
export type Fault = z.infer<typeof Fault>;
