import { z } from 'zod';
import { Id, LocationId, OrderId } from '../wire/handle-order';
import { Order, Revision, Time } from './order-view';
import { ACTION_TYPES } from '../events/rail-actions';
import { ReaderName } from '../files/readers';
import { ATTENTION_CODES, STAGES, VERDICTS } from '../vocabulary';

/** What `GET /feed` answers, and the consumers whose place in it is kept. */

/** The position before the first item of every log. */
export const BEGINNING = '0';

export const FeedPosition = z
  .string()
  .regex(/^(?:0|\d{1,19}-[0-9a-f]{8})$/, 'expected a position as the feed gave it, or 0 for the beginning')
  .meta({
    description: 'place in the feed: opaque, and of no use in another log. `0` is the beginning',
    examples: ['4711-1a2b3c4d'],
  });
export type FeedPosition = z.infer<typeof FeedPosition>;

/** Which of the two forms a feed has. */
export const FEED_VIEWS = ['events', 'orders'] as const;
export type FeedView = (typeof FEED_VIEWS)[number];

/** Type of the item that stands for an order whose events were deleted. */
export const ORDER_REMOVED = 'order.removed';
/** Type of an item of `view=orders`. */
export const ORDER_STATE = 'order.state';

const Placed = z.object({ position: FeedPosition, location_id: LocationId, order_id: OrderId });

/** An item of `view=events`: one fact, and what was made of it. */
export const FeedFact = Placed.extend({
  revision: Revision,
  type: z.enum(['order.updated', 'order.canceled', ...ACTION_TYPES]),
  received_at: Time,
  data: z
    .record(z.string(), z.unknown())
    .meta({ description: '`object` of the delivery, verbatim; or what was done with the order' }),
  stage: z.enum(STAGES).meta({ description: 'of the order after this event' }),
  attention: z.array(z.enum(ATTENTION_CODES)).meta({ description: 'of the order after this event' }),
  source: z
    .string()
    .nullable()
    .meta({ description: 'of the driver who is assigned after this event; null: nobody is, or it was not reported' }),
  verdict: z.enum(VERDICTS).meta({ description: 'how this event was read' }),
}).meta({ id: 'FeedFact', description: 'what was reported of an order, with what the fold made of it' });
export type FeedFact = z.infer<typeof FeedFact>;

/** An item of `view=orders`: an order with news, in its newest state. */
export const FeedOrder = Placed.extend({
  revision: Revision,
  type: z.literal(ORDER_STATE),
  received_at: Time.meta({ description: 'of the newest event' }),
  order: Order,
}).meta({ id: 'FeedOrder', description: 'the newest state of an order with news' });
export type FeedOrder = z.infer<typeof FeedOrder>;

/**
 * An item of both views: what was known of an order was deleted, because it was older than RETENTION_DAYS. If an order with
 * its number comes again, its revisions go on.
 */
export const FeedRemoval = Placed.extend({
  type: z.literal(ORDER_REMOVED),
  received_at: Time.meta({ description: 'when it was deleted' }),
}).meta({ id: 'FeedRemoval', description: 'the events of an order were deleted by retention' });
export type FeedRemoval = z.infer<typeof FeedRemoval>;

export type FeedItem = FeedFact | FeedOrder | FeedRemoval;

export const FeedPage = z
  .object({
    items: z.array(z.union([FeedFact, FeedOrder, FeedRemoval])).meta({ description: 'in the order of the log' }),
    next: FeedPosition.meta({ description: 'give it as `after` to go on, also if there are no items' }),
    caught_up: z.boolean().meta({ description: 'there was nothing more' }),
  })
  .meta({ id: 'FeedPage', description: 'items after a position, and where to go on' });
export type FeedPage = z.infer<typeof FeedPage>;

/** An item as CloudEvents 1.0 has it; `data` is the item itself. */
export const FeedCloudEvent = z
  .object({
    specversion: z.literal('1.0'),
    id: FeedPosition,
    source: z.string().meta({ description: 'path of the location', examples: ['/locations/pos_location_456'] }),
    type: z.string().meta({ examples: ['ticket-rail.order.updated'] }),
    subject: Id.meta({ description: 'the order' }),
    time: Time,
    datacontenttype: z.literal('application/json'),
    data: z.union([FeedFact, FeedOrder, FeedRemoval]),
  })
  .meta({ id: 'FeedCloudEvent', description: 'an item as CloudEvents 1.0 writes it' });
export type FeedCloudEvent = z.infer<typeof FeedCloudEvent>;

/** Longest name of a consumer. */
const MAX_CONSUMER_NAME = 64;

/** Name of a consumer, which is not taken for that of its reader or of a destination. */
export const ConsumerName = z
  .string()
  .regex(
    new RegExp(`^[A-Za-z0-9][A-Za-z0-9._-]{0,${String(MAX_CONSUMER_NAME - 1)}}$`),
    `expected 1 to ${String(MAX_CONSUMER_NAME)} letters, digits, dots, dashes and underscores`,
  )
  .meta({ description: 'name of a consumer', examples: ['back-office'] })
  .brand<'ConsumerName'>();
export type ConsumerName = z.infer<typeof ConsumerName>;

/** Body of `PUT /consumers/{name}`: where it begins. Nothing, or an empty object: at the beginning. */
export const ConsumerStart = z
  .strictObject({
    from: z.enum(['beginning', 'now'], 'expected beginning or now').optional(),
    position: FeedPosition.optional(),
    time: z.iso
      .datetime({ offset: true, error: 'expected a time such as 2026-11-21T18:04:05.678Z' })
      .optional()
      .meta({ description: 'the first item that was received then or later' }),
  })
  .refine(({ from, position, time }) => [from, position, time].filter((one) => one !== undefined).length <= 1, {
    error: 'expected one of from, position and time',
  })
  .meta({ id: 'ConsumerStart', description: 'where a consumer begins; at most one of the members' });
export type ConsumerStart = z.infer<typeof ConsumerStart>;

/** Body of `POST /consumers/{name}/commit`. */
export const ConsumerCommit = z
  .strictObject({ position: FeedPosition.meta({ description: 'everything up to here is done with' }) })
  .meta({ id: 'ConsumerCommit', description: 'how far a consumer has come' });
export type ConsumerCommit = z.infer<typeof ConsumerCommit>;

/** How far behind a consumer is. */
export const ConsumerLag = z
  .object({
    events: z.int().nonnegative().meta({
      description:
        'facts and removals after its position: of the locations of the reader that made the consumer, or of those that the destination is sent',
    }),
    at_least: z.boolean().meta({ description: 'there may be more than were counted' }),
    seconds: z.number().nonnegative().meta({ description: 'since the oldest of them was received; 0 without any' }),
  })
  .meta({ id: 'ConsumerLag', description: 'how far behind a consumer or a destination is' });
export type ConsumerLag = z.infer<typeof ConsumerLag>;

/** A consumer as it is shown. */
export const Consumer = z
  .object({
    name: ConsumerName,
    reader: ReaderName.nullable().meta({ description: 'whose it is; null: made while reading was open' }),
    position: FeedPosition,
    set_at: Time.meta({ description: 'when it was made, or last set to a position' }),
    committed_at: Time.nullable().meta({ description: 'of the last commit since then; null while there is none' }),
    lag: ConsumerLag.nullable().meta({ description: 'null: its position is not in this log' }),
  })
  .meta({ id: 'Consumer', description: 'a place in the feed that is kept under a name' });
export type Consumer = z.infer<typeof Consumer>;

export const ConsumerList = z
  .object({ consumers: z.array(Consumer) })
  .meta({ id: 'ConsumerList', description: 'consumers by name' });
export type ConsumerList = z.infer<typeof ConsumerList>;

/** Answer of a commit. */
export const Committed = z
  .object({
    name: ConsumerName,
    position: FeedPosition.meta({ description: 'the newest that was ever committed: a commit never goes back' }),
  })
  .meta({ id: 'Committed', description: 'where a consumer is' });
export type Committed = z.infer<typeof Committed>;
