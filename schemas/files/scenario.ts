import { z } from 'zod';
import { STAGES, VOCABULARY_PATTERN } from '../vocabulary';

/**
 * Scenarios: what Stream is made to say about made-up orders, as data files (docs/decisions/017-sandbox.md). A scenario and
 * a seed give the same deliveries each time.
 */

/** How an order reaches its customer (DSP integration, "Order Fulfillment Types"). */
export const FULFILLMENT_TYPES = ['delivery', 'merchant_managed_delivery', 'pickup', 'curbside', 'drive_thru'] as const;
export const FulfillmentType = z.enum(FULFILLMENT_TYPES);
export type FulfillmentType = z.infer<typeof FulfillmentType>;

const Name = z.string().regex(/^[a-z][a-z0-9-]{0,63}$/, 'expected lower-case words joined by hyphens');
const Summary = z.string().min(1).max(300);
/** Seeds a generator of random numbers: a signed 32-bit integer. */
export const MIN_SEED = -0x80000000;
export const MAX_SEED = 0x7fffffff;
export const Seed = z.number().int().min(MIN_SEED).max(MAX_SEED);

/** Most orders of a rush: all that is planned is held in memory, some 10 kB an order. */
export const MAX_ORDERS = 100_000;
/** Most locations of a rush: each is read once by who checks it. */
export const MAX_LOCATIONS = 10_000;

/** Longest pause before a step, in seconds of the scenario. */
const MAX_PAUSE_S = 86_400;
const Seconds = z.number().min(0).max(MAX_PAUSE_S);

/** People and robots of a story. Who they are, the seed decides; a story's `first` stays the same person. */
export const DRIVERS = ['first', 'second', 'robot'] as const;

const Pause = z
  .union([Seconds, z.tuple([Seconds, Seconds]).refine(([least, most]) => least <= most, 'expected [least, most]')])
  .meta({ description: 'seconds after the step before, or the least and the most of them' });

/** One delivery of Stream: an `order.updated` with these words, or an `order.canceled`. */
export const Step = z.union([
  z.strictObject({
    after_s: Pause,
    status: z.string().regex(VOCABULARY_PATTERN),
    delivery_status: z.string().regex(VOCABULARY_PATTERN).optional(),
    driver: z.enum(DRIVERS).optional().meta({ description: 'whose `driver_details` go with it; none if left out' }),
  }),
  z.strictObject({ after_s: Pause, canceled: z.literal(true) }),
]);
export type Step = z.infer<typeof Step>;

/** What becomes of one order. */
const LIFE = {
  steps: z.array(Step).min(1).max(100),
  ends: z
    .enum(STAGES)
    .meta({ description: 'the stage after all of it, given by the author of the story, not by a fold' }),
  in_any_order: z.boolean().meta({
    description: 'whether it ends so in whatever order its deliveries arrive, or only in that of the story',
  }),
};

/** The life of one order. */
export const Story = z
  .strictObject({
    kind: z.literal('story'),
    name: Name,
    summary: Summary,
    seed: Seed,
    fulfillment_type: FulfillmentType,
    unpaid: z.boolean().default(false).meta({ description: 'only drive_thru may be' }),
    ...LIFE,
  })
  .refine(({ unpaid, fulfillment_type }) => !unpaid || fulfillment_type === 'drive_thru', {
    path: ['unpaid'],
    message: 'only an order of drive_thru may be unpaid',
  });
export type Story = z.infer<typeof Story>;

/** Most orders of a batch: more than a driver carries. */
const MAX_BATCH = 20;

/** Orders that begin together at one location and have the same people: the `first` of one is the `first` of all. */
export const Batch = z.strictObject({
  kind: z.literal('batch'),
  name: Name,
  summary: Summary,
  seed: Seed,
  fulfillment_type: FulfillmentType,
  orders: z.array(z.strictObject(LIFE)).min(2).max(MAX_BATCH),
});
export type Batch = z.infer<typeof Batch>;

/** Many orders at several locations, each of them a story. */
export const Rush = z.strictObject({
  kind: z.literal('rush'),
  name: Name,
  summary: Summary,
  seed: Seed,
  orders: z.number().int().min(1).max(MAX_ORDERS),
  orders_per_minute: z.number().positive().max(100_000),
  locations: z.number().int().min(1).max(MAX_LOCATIONS),
  stories: z.array(z.strictObject({ story: Name, weight: z.number().positive().max(1_000_000) })).min(1),
});
export type Rush = z.infer<typeof Rush>;

export const Scenario = z.discriminatedUnion('kind', [Story, Batch, Rush]);
export type Scenario = z.infer<typeof Scenario>;
