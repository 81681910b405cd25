import { z } from 'zod';
import type { OrderKey } from './order-key';
import { type StreamName, streamName } from './events/stream-name';

/**
 * What an order is called where it is handed over: words that a driver says and that stand on the bag. They come from the
 * order itself, or from the POS, and are kept outside of the order's stream, because they are about a customer and are
 * forgotten soon (docs/decisions/026-labels.md).
 */

/** Longest text of a label, in characters. */
export const MAX_LABEL_TEXT = 64;
/** Most items, and most promised minutes, that are believed. */
const MOST_ITEMS = 10_000;
const MOST_MINUTES = 10_000;

const text = (description: string, example: string) =>
  z
    .string()
    .min(1)
    .max(MAX_LABEL_TEXT)
    .optional()
    .meta({ description, examples: [example] });
const count = (most: number, description: string, example: number) =>
  z
    .int()
    .min(0)
    .max(most)
    .optional()
    .meta({ description, examples: [example] });

/** Fields of a label that a POS may set as they are. */
const FIELDS = {
  number: text('what driver and customer call the order', 'A1B2'),
  items: count(MOST_ITEMS, 'number of items', 3),
  source: text('the delivery service', 'doordash'),
  brand: text('under which the customer ordered', 'Bayview Burgers'),
  fulfillment_type: text('how the order leaves', 'pickup'),
  promised_minutes: count(MOST_MINUTES, 'minutes in which the POS promised it', 15),
  requested_for: z.iso
    .datetime({ precision: 3 })
    .optional()
    .meta({
      description: 'when the customer wants it; RFC 3339, UTC, milliseconds',
      examples: ['2026-11-21T18:30:00.000Z'],
    }),
};

/** A label as it is stored and shown. */
export const Label = z
  .object({
    ...FIELDS,
    name: text('of the customer: first name and initial; withheld from readers who do not see contacts', 'Maria G.'),
  })
  .meta({
    id: 'Label',
    description: 'What an order is called where it is handed over. A field that nobody gave is absent',
  });
export type Label = z.infer<typeof Label>;
export type LabelField = keyof Label;

/** Longest name that a POS may give; first name and initial of it are kept. */
const MAX_GIVEN_NAME = 200;

/** Body of `PUT .../label`: replaces the label as a whole. */
export const LabelChange = z
  .strictObject({
    ...FIELDS,
    name: z
      .string()
      .max(MAX_GIVEN_NAME)
      .optional()
      .meta({ description: 'of the customer; only first name and initial are kept', examples: ['Maria G.'] }),
  })
  .meta({
    id: 'LabelChange',
    description: 'The label from now on. What is left out is not shown any more',
    examples: [{ number: 'A1B2', name: 'Maria G.', items: 3 }],
  });
export type LabelChange = z.infer<typeof LabelChange>;

/** Prefix of the streams of labels, one per order, which are deleted as a whole. */
export const LABEL_STREAM_PREFIX = 'label-';

/** @returns the stream of an order's label; its form is that of the order's own. */
export const labelStream = (key: OrderKey): StreamName =>
  streamName(`${LABEL_STREAM_PREFIX}${encodeURIComponent(key.location_id)}:${encodeURIComponent(key.order_id)}`);

/** Type of the events of these streams. */
export const LABEL_SET = 'label.set';

/** Data of a `label.set` event. The newest one of an order counts. */
export const LabelSetData = z.object({
  location_id: z.string().brand<'LocationId'>(),
  order_id: z.string().brand<'OrderId'>(),
  label: Label,
  /** RFC 3339, UTC, milliseconds. */
  at: z.string(),
});
export type LabelSetData = z.infer<typeof LabelSetData>;

const Pointer = z.string().regex(/^(?:\/(?:[^~/]|~[01])*)+$/, 'expected JSON pointers (RFC 6901), such as /object/id');
const Pointers = z.array(Pointer).max(16);

/**
 * Where the fields of a label stand in an order: for each the places to look at, and the first one that says something
 * counts. `/object` is the order, `/answer` what the POS answered.
 */
export const LabelPointers = z.strictObject({
  number: Pointers,
  name: Pointers,
  items: Pointers,
  source: Pointers,
  brand: Pointers,
  fulfillment_type: Pointers,
  promised_minutes: Pointers,
  requested_for: Pointers,
} satisfies Record<LabelField, z.ZodType>);
export type LabelPointers = z.infer<typeof LabelPointers>;

/** A file of them names only what is to be looked for elsewhere, or, with `[]`, not at all. */
export const LabelPointersFile = LabelPointers.partial();

/** What is looked at unless LABEL_POINTERS_FILE says otherwise (docs/protocol.md#section-6). */
export const DEFAULT_LABEL_POINTERS: LabelPointers = {
  number: ['/object/customer_facing_id', '/object/dsp_order_number'],
  name: ['/object/customers/0/name', '/object/customer/name'],
  items: ['/object/number_of_items', '/object/items'],
  source: ['/object/source', '/object/dsp'],
  brand: ['/object/brand', '/object/brand/name'],
  fulfillment_type: ['/object/fulfillment_type'],
  promised_minutes: ['/answer/order/prep_time_minutes', '/object/prep_time_minutes'],
  requested_for: ['/object/requested_for', '/object/estimated_ready_at_ms'],
};
