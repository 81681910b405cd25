import { z } from 'zod';
import { DestinationName } from '../destinations';
import { ConsumerName, FEED_VIEWS, FeedPosition } from './feed';
import { LocationId, OrderId } from '../wire/handle-order';
import { TimeZone } from '../files/locations';
import { MAX_LIVE_LOCATIONS } from './screen-limits';
import { parseQuarantineId } from '../events/delivery-ids';
import { Position } from '../events/position';
import { ReaderName } from '../files/readers';
import { ATTENTION_CODES, STAGES, VERDICTS } from '../vocabulary';

/**
 * Parameters of the calls that read (docs/architecture.md#http-contract). Names, limits and defaults stand here alone.
 */

/** Most and default items of a page. */
export const MAX_PAGE = 1_000;
export const DEFAULT_PAGE = 100;

const wholeNumber = (description: string, least = 0, most = Number.MAX_SAFE_INTEGER) =>
  z
    .string()
    .refine((text) => /^\d{1,16}$/.test(text), 'expected a whole number')
    .transform(Number)
    .refine((value) => value >= least && value <= most, `expected ${String(least)} to ${String(most)}`)
    .meta({ description, type: 'integer', minimum: least, maximum: most });

const limit = (most: number, fallback: number) =>
  wholeNumber(`largest number of items; default ${String(fallback)}`, 1, most).default(fallback);
const after = wholeNumber("the last page's `next`").optional();

const moment = (description: string) =>
  z.iso
    .datetime({ offset: true, error: 'expected a time such as 2026-11-21T18:04:05.678Z' })
    .optional()
    .meta({ description });

const time = (description: string) => moment(`${description} (RFC 3339)`);

/** Ids in the path of a call, which Express has percent-decoded. */
export const LocationPath = z.object({ location_id: LocationId });
export const OrderPath = z.object({ location_id: LocationId, order_id: OrderId });
export const ReaderPath = z.object({
  name: ReaderName.meta({ description: 'name of the reader', examples: ['counter-2'] }),
});
export const QuarantinePath = z.object({
  quarantine_id: z
    .string()
    .transform(parseQuarantineId)
    .meta({ description: 'as the answer to the delivery named it; what cannot be one is not found', examples: ['7'] }),
});

export const ListQuery = z.strictObject({
  as_of: time('the orders as they stood after the last event that each received at or before this time'),
  stage: z.enum(STAGES).optional().meta({ description: 'only orders of this stage' }),
  active: z
    .enum(['true', 'false'])
    .transform((text) => text === 'true')
    .optional()
    .meta({ description: 'true: only orders that have not ended; false: only those that have' }),
  limit: limit(MAX_PAGE, DEFAULT_PAGE),
  after,
});

export const LocationsQuery = z.strictObject({
  limit: limit(MAX_PAGE, DEFAULT_PAGE),
  after: LocationId.optional().meta({ description: "the last page's `next`" }),
});

export const LiveQuery = z.strictObject({
  view: z
    .enum(['board', 'customers'])
    .default('board')
    .meta({ description: 'customers: order numbers and stages only, for a wall in front of customers' }),
  lastEventId: z.string().optional().meta({
    description: 'what the header Last-Event-ID says, for clients that cannot send it; the header goes first',
  }),
});
export type LiveQuery = z.output<typeof LiveQuery>;

const someOf = <Item extends z.ZodType>(item: Item) =>
  z.union([item, z.array(item)]).transform((given) => (Array.isArray(given) ? given : [given]) as z.output<Item>[]); // of items, items

export const LocationsLiveQuery = z
  .strictObject({
    location_id: someOf(LocationId)
      .refine(
        (ids) => ids.length <= MAX_LIVE_LOCATIONS && new Set(ids).size === ids.length,
        `expected at most ${String(MAX_LIVE_LOCATIONS)} locations, each once`,
      )
      .meta({ description: `given once for each location, ${String(MAX_LIVE_LOCATIONS)} at most` }),
    last_event_id: someOf(z.string()).optional().meta({
      description: 'given as often and in the same order: id of the last message of the location; empty: everything',
    }),
    view: LiveQuery.shape.view,
  })
  .refine(({ location_id, last_event_id }) => (last_event_id ?? location_id).length === location_id.length, {
    path: ['last_event_id'],
    error: 'expected as many as location_id',
  });
export type LocationsLiveQuery = z.output<typeof LocationsLiveQuery>;

export const LiveHeaders = z.object({
  'Last-Event-ID': z.string().optional().meta({ description: 'id of the last message that the client received' }),
});

export const OrderQuery = z
  .strictObject({
    at_revision: wholeNumber('the state after the event of this revision').optional(),
    as_of: time('the state after the last event received at or before this time'),
    min_revision: wholeNumber(
      'wait until the read model has this revision of the order, as the answer to the webhook named it',
    ).optional(),
  })
  .refine((query) => query.at_revision === undefined || query.as_of === undefined, {
    path: ['as_of'],
    error: 'give at_revision or as_of, not both',
  });

export const HistoryQuery = z.strictObject({
  limit: limit(MAX_PAGE, DEFAULT_PAGE),
  after,
  format: z.enum(['json'], 'expected json, ndjson or csv').optional().meta({
    description: 'default: json, a page; ndjson and csv give the whole history as a file, and take from and to',
  }),
});

/** The query of an export, which has no pages. */
export const ExportQuery = z.strictObject({
  format: z
    .enum(['ndjson', 'csv'], 'expected ndjson or csv')
    .optional()
    .meta({ description: 'default: what the header Accept asks for, or else ndjson' }),
  from: moment('only events received at this time or later (RFC 3339)'),
  to: moment('only events received before this time (RFC 3339)'),
});

/** The query of the history of one order, which is a page or a file: each takes only its own. */
export const OrderHistoryQuery = z.strictObject({
  ...HistoryQuery.shape,
  ...ExportQuery.shape,
  format: z.enum(['json', 'ndjson', 'csv'], 'expected json, ndjson or csv').optional().meta({
    description: 'default: what the header Accept asks for, or else json, a page; ndjson and csv give a file',
  }),
  from: ExportQuery.shape.from.meta({
    description: 'of a file: only events received at this time or later (RFC 3339)',
  }),
  to: ExportQuery.shape.to.meta({ description: 'of a file: only events received before this time (RFC 3339)' }),
});

/** The clock of times in words, and where nobody asks for another. */
export const DEFAULT_TIME_ZONE = 'UTC';
export const SummaryQuery = z.strictObject({
  time_zone: TimeZone.optional().meta({
    description: 'of the times in sentences, by its name in the IANA database; default: that of the location, or UTC',
  }),
});

export const EvidenceQuery = z.strictObject({
  time_zone: TimeZone.optional().meta({
    description:
      'by whose clocks times are shown beside UTC, by its name in the IANA database; default: those of the location, or UTC',
  }),
  contacts: z.enum(['shown', 'withheld'], 'expected shown or withheld').default('shown').meta({
    description: 'withheld: without phones and passcodes, as for readers who do not see them whatever they ask for',
  }),
});

/** Checkpoints are few and small. */
export const MAX_CHECKPOINTS_PAGE = 100;
export const CheckpointsQuery = z.strictObject({ limit: limit(MAX_CHECKPOINTS_PAGE, 10) });
export const InclusionQuery = z.strictObject({
  position: z
    .string('expected a position')
    .pipe(Position)
    .meta({ description: 'of the event, as history, feed and exports have it', examples: ['1'] }),
});
export const ConsistencyQuery = z.strictObject({
  from: wholeNumber('how many events the earlier log had, as the second line of its note says', 1),
});

const order = z
  .enum(['oldest', 'newest'], 'expected oldest or newest')
  .default('oldest')
  .meta({ description: 'which come first; default oldest; give the same to get the next page' });
const accessOrder = order.meta({
  description:
    'which come first; default oldest; give the same to get the next page. Of several instances, each writes to a part ' +
    'of its own for a day at most, and the parts come one after the other',
});
export const AccessQuery = z.strictObject({ order: accessOrder, limit: limit(MAX_PAGE, DEFAULT_PAGE), after });

/** Longest text that is searched for. */
const MAX_SEARCH_TEXT = 200;
const text = (description: string) =>
  z
    .string()
    .min(1, 'expected text')
    .max(MAX_SEARCH_TEXT, `expected at most ${String(MAX_SEARCH_TEXT)} characters`)
    .optional()
    .meta({ description });

/** Most orders of a file of what was found: some megabytes, which are made before the answer begins. */
export const MAX_FOUND_IN_FILE = 10_000;
export const SearchQuery = z.strictObject({
  location_id: LocationId.optional().meta({ description: 'only this location; default: all that the reader may see' }),
  order_id: text('a part of the order id, ignoring case'),
  label: text('a part of its number, source or brand, or, for readers who see contacts, of the name; ignoring case'),
  driver: text('a part of the name of any driver that the order ever had, ignoring case'),
  license_plate: text('a part of the license plate of such a driver, ignoring case, spaces and dashes').refine(
    (plate) => plate === undefined || /[\p{L}\p{N}]/u.test(plate),
    'expected letters or digits',
  ),
  phone_last4: z
    .string()
    .regex(/^[0-9]{4}$/, 'expected four digits')
    .optional()
    .meta({ description: 'the last four digits of the phone of such a driver; for readers who see contacts' }),
  status: text('the last reported status'),
  delivery_status: text('the last reported status of the delivery'),
  source: text(
    'source of such a driver, as it comes or as pages show it, ignoring case; parameters of drivers are about one and the same',
  ),
  stage: z.enum(STAGES).optional().meta({ description: 'the current stage' }),
  attention: z.enum(ATTENTION_CODES).optional().meta({ description: 'a current attention code' }),
  verdict: z.enum(VERDICTS).optional().meta({ description: 'at least one event has this verdict' }),
  from: time('only orders with news at or after this time'),
  to: time('only orders with news before this time'),
  limit: limit(MAX_PAGE, DEFAULT_PAGE),
  after,
  format: z
    .enum(['json', 'csv'], 'expected json or csv')
    .optional()
    .meta({
      description: `default: json, a page; csv gives a file of all, of the ${String(MAX_FOUND_IN_FILE)} newest if there are more, whatever the limit`,
    }),
});

export const ChoicesQuery = z.strictObject({
  location_id: LocationId.optional().meta({ description: 'only this location; default: all that the reader may see' }),
});

/** Most and default days of a coverage query. */
export const MAX_COVERAGE_DAYS = 31;
export const DEFAULT_COVERAGE_DAYS = 7;

export const CoverageParameters = z.strictObject({
  location_id: LocationId.optional().meta({ description: 'only this location; default: all that the reader may see' }),
  source: text('only this source, ignoring case; `unknown` for none'),
  from: time(`inclusive; default: ${String(DEFAULT_COVERAGE_DAYS)} days before \`to\``),
  to: time(`exclusive, at most ${String(MAX_COVERAGE_DAYS)} days after \`from\`; default: now`),
});

/** Bodies of quarantine are large: pages of it are small. */
export const MAX_QUARANTINE_PAGE = 100;
/** Most deliveries that one request looks through for those that are asked for: some thousand small bodies are read. */
export const MAX_QUARANTINE_LOOKED_AT = 1_000;
export const QuarantineQuery = z.strictObject({
  location_id: LocationId.optional().meta({ description: 'only deliveries that name this location' }),
  source: text('only deliveries that name this source, as it comes or as pages show it, ignoring case'),
  waiting: z
    .enum(['true', 'false'])
    .transform((text) => text === 'true')
    .optional()
    .meta({ description: 'true: only deliveries that were not redriven; false: only those that were' }),
  order,
  limit: limit(MAX_QUARANTINE_PAGE, 20),
  after,
});
export type QuarantineQuery = z.output<typeof QuarantineQuery>;

export const RelaysQuery = z.strictObject({ limit: limit(MAX_PAGE, DEFAULT_PAGE), after });

/** Most seconds that a request of the feed waits for news: proxies close what says nothing for a minute. */
export const MAX_FEED_WAIT_SECONDS = 30;
/** Most locations that one request names. */
const MAX_LOCATIONS = 200;

export const FeedQuery = z
  .strictObject({
    after: FeedPosition.optional().meta({
      description: "the last answer's `next`; default: the beginning, or where the consumer is",
    }),
    consumer: ConsumerName.optional().meta({
      description: 'go on where this consumer is; only for the reader that made it',
    }),
    known: FeedPosition.optional().meta({
      description:
        'with `consumer`: a position that your copy has; answered 410 `feed-position-unknown` if this log does not ' +
        'have it, which the place of the consumer does not show, because it goes back with the log',
    }),
    limit: limit(MAX_PAGE, DEFAULT_PAGE),
    wait: wholeNumber('seconds to wait for an item where there is none; default 0', 0, MAX_FEED_WAIT_SECONDS).default(
      0,
    ),
    location_id: z
      .preprocess(
        (value) => (value === undefined || Array.isArray(value) ? value : [value]),
        z.array(LocationId).min(1).max(MAX_LOCATIONS).optional(),
      )
      .meta({
        description: 'only this location; may be given several times; default: all that the reader may see',
        type: 'array',
        items: { type: 'string' },
      }),
    view: z.enum(FEED_VIEWS).default('events').meta({
      description: 'events: each fact; orders: the newest state of each order with news',
    }),
  })
  .refine((query) => query.after === undefined || query.consumer === undefined, {
    path: ['consumer'],
    error: 'give after or consumer, not both',
  })
  .refine((query) => query.known === undefined || query.consumer !== undefined, {
    path: ['known'],
    error: 'give it with consumer; after is verified by itself',
  });
export type FeedQuery = z.output<typeof FeedQuery>;

export const FeedHeaders = z.object({
  'Last-Event-ID': z
    .string()
    .optional()
    .meta({ description: 'of a stream: id of the last message that the client received; goes before the query' }),
});

export const DestinationPath = z.object({ name: DestinationName });
/** Where a destination is set to. */
export const DeliverQuery = z.strictObject({
  from: z
    .string('expected a position as the feed gave it, or 0 for the beginning')
    .pipe(FeedPosition)
    .meta({ description: 'what comes after this position is sent again, or for the first time' }),
});
export const ConsumerPath = z.object({ name: ConsumerName });
