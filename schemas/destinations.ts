import { z } from 'zod';
import { ConsumerLag, FeedPosition, ORDER_REMOVED, ORDER_STATE } from './api/feed';
import { Id, LocationId, OrderId } from './wire/handle-order';
import { type ListIssue, type ParsedList, parseList, repeatsIn } from './json/list-file';
import { Time } from './api/order-view';
import { ACTION_TYPES } from './events/rail-actions';
import { ATTENTION_CODES, STAGES } from './vocabulary';

/** The file of DESTINATIONS_FILE: where news of orders are sent to, and what is reported of each place. */

/** Most destinations: each is asked for its place at every scrape of the metrics. */
export const MAX_DESTINATIONS = 20;
/** Most addresses or networks that one destination may allow, and most values of one filter. */
const MAX_LISTED = 1_000;
/** Longest name. */
const MAX_DESTINATION_NAME = 50;
/** Bytes that a secret holds: as many as Standard Webhooks allow. */
const [LEAST_SECRET_BYTES, MOST_SECRET_BYTES] = [24, 64];

/** Name of a destination, which is not taken for that of a consumer. */
export const DestinationName = z
  .string({ error: 'expected text' })
  .regex(
    new RegExp(`^[A-Za-z0-9][A-Za-z0-9_-]{0,${String(MAX_DESTINATION_NAME - 1)}}$`),
    `expected 1 to ${String(MAX_DESTINATION_NAME)} letters, digits, dashes and underscores`,
  )
  .meta({ description: 'name of a destination', examples: ['back-office'] })
  .brand<'DestinationName'>();
export type DestinationName = z.infer<typeof DestinationName>;

export const DESTINATION_VIEWS = ['events', 'orders', 'raw'] as const;
export type DestinationView = (typeof DESTINATION_VIEWS)[number];

const SECRET = {
  error: `expected whsec_ and ${String(LEAST_SECRET_BYTES)} to ${String(MOST_SECRET_BYTES)} bytes in base64, as \`echo whsec_$(openssl rand -base64 32)\` makes them`,
};
const Secret = z.custom<string>((value) => {
  const base64 = typeof value === 'string' ? /^whsec_([A-Za-z0-9+/]+={0,2})$/.exec(value)?.[1] : undefined;
  if (base64 === undefined || base64.length % 4 !== 0) return false;
  const bytes = atob(base64).length;
  return bytes >= LEAST_SECRET_BYTES && bytes <= MOST_SECRET_BYTES;
}, SECRET);

const URL_FORM = { error: 'expected an http or https URL without user, password and fragment' };
const Url = z.custom<string>((value) => {
  if (typeof value !== 'string' || !URL.canParse(value)) return false;
  const { protocol, username, password, hash } = new URL(value);
  return (protocol === 'https:' || protocol === 'http:') && username + password + hash === '';
}, URL_FORM);

const listOf = <const Value extends string>(values: readonly Value[]) => {
  const form = { error: `expected a list of ${values.join(', ')}` };
  return z.array(z.enum(values, form), form).min(1, form).max(MAX_LISTED, form).optional();
};
const IDS = { error: 'expected a list of location ids' };
const SOURCES = { error: 'expected a list of sources, such as uber' };
const list = (form: { readonly error: string }, isOne: (value: unknown) => boolean) =>
  z.array(z.custom<string>(isOne, form), form).min(1, form).max(MAX_LISTED, form).optional();

/** Types of what may be sent. */
export const SENT_TYPES = ['order.updated', 'order.canceled', ...ACTION_TYPES, ORDER_STATE, ORDER_REMOVED] as const;

const fields = (what: string, names: string) => ({
  error: (issue: { readonly code?: string | undefined }) =>
    issue.code === 'unrecognized_keys' ? `expected no fields but ${names}` : `expected ${what} with ${names}`,
});

/** Which news are sent: those that meet every list that is given. */
const Filter = z.strictObject(
  {
    location_id: list(IDS, (value) => Id.safeParse(value).success),
    source: list(SOURCES, (value) => typeof value === 'string' && value.trim() !== ''),
    stage: listOf(STAGES),
    attention: listOf(ATTENTION_CODES),
    type: listOf(SENT_TYPES),
  },
  fields('an object', 'location_id, source, stage, attention and type'),
);
export type DestinationFilter = z.infer<typeof Filter>;

const NETWORK = { error: 'expected IP addresses or networks, such as 10.1.2.3, 10.1.0.0/16 or fd00::/8' };
/** What is refused unless it is listed. */
const Allow = z.strictObject(
  {
    /** Whether they are addresses is left to the code that can parse them. */
    addresses: z
      .array(z.string(NETWORK).regex(/^[0-9A-Fa-f.:]+(?:\/\d{1,3})?$/, NETWORK), NETWORK)
      .max(MAX_LISTED, NETWORK)
      .default([]),
    http: z.boolean('expected true or false').default(false),
  },
  fields('an object', 'addresses and http'),
);
export type Allowed = z.infer<typeof Allow>;

const SECRETS = { error: 'expected a list of one or two secrets' };
export const DestinationEntry = z
  .strictObject(
    {
      name: DestinationName,
      url: Url,
      secrets: z.array(Secret, SECRETS).min(1, SECRETS).max(2, SECRETS),
      view: z
        .enum(DESTINATION_VIEWS, `expected ${DESTINATION_VIEWS.join(', ').replace(/, (?=\w+$)/, ' or ')}`)
        .default('events'),
      filter: Filter.default({}),
      allow: Allow.default({ addresses: [], http: false }),
    },
    fields('an object', 'name, url, secrets, view, filter and allow'),
  )
  .refine(({ url, allow }) => allow.http || url.startsWith('https:'), {
    path: ['url'],
    error: 'begins with http: use https, or set "allow": {"http": true} where nobody listens in between',
  });
export type DestinationEntry = z.infer<typeof DestinationEntry>;

const DestinationsFile = z
  .strictObject(
    {
      destinations: z
        .array(DestinationEntry, 'expected a list of destinations')
        .max(MAX_DESTINATIONS, `expected at most ${String(MAX_DESTINATIONS)} destinations`),
    },
    fields('an object', 'destinations'),
  )
  .superRefine(({ destinations }, context) => {
    for (const { at, first } of repeatsIn(destinations.map(({ name }) => name))) {
      const message = `the same as of destination ${String(first + 1)}`;
      context.addIssue({ code: 'custom', path: ['destinations', at, 'name'], message });
    }
  })
  .transform(({ destinations }) => destinations);

function faultOf({ path, message }: ListIssue): string {
  const [list, index, ...rest] = path;
  const where = [
    ...(typeof index === 'number' ? [`destination ${String(index + 1)}`] : list === undefined ? [] : [String(list)]),
    ...(rest.length === 0
      ? []
      : [rest.map((key) => (typeof key === 'number' ? String(key + 1) : String(key))).join(' ')]),
  ];
  return where.length === 0 ? message : `${where.join(', ')}: ${message}`;
}

/** Parses the destinations from JSON text. An empty list is usable: nothing is sent. */
export const parseDestinations = (text: string): ParsedList<DestinationEntry> =>
  parseList(text, DestinationsFile, faultOf);

/** The headers of what a destination is sent, as Standard Webhooks has them. */
export const WebhookHeaders = z
  .object({
    'webhook-id': z.string().meta({
      description: 'the same whenever this item is sent to this destination: take it in once',
      examples: ['back-office:4711-1a2b3c4d'],
    }),
    'webhook-timestamp': z
      .string()
      .regex(/^\d+$/)
      .meta({ description: 'of this attempt, in seconds since the epoch', examples: ['1795284245'] }),
    'webhook-signature': z.string().meta({
      description:
        '`v1,` and HMAC-SHA256 of `id.timestamp.body` in base64; two of them with a space between while there are two ' +
        'secrets',
      examples: ['v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4='],
    }),
  })
  .meta({ id: 'WebhookHeaders', description: 'headers of Standard Webhooks' });

/** Those of `raw`, besides Stream's own. */
export const RawWebhookHeaders = WebhookHeaders.extend({
  'ticket-rail-bytes': z.enum(['as-came', 'rebuilt']).meta({ description: 'whether the body is the bytes that came' }),
}).meta({ id: 'RawWebhookHeaders', description: 'headers of Standard Webhooks, beside those that Stream sent' });

/** What keeps a destination from being sent anything. */
export const DESTINATION_STATES = ['sending', 'failing', 'gone', 'lost'] as const;

export const ParkedItem = z
  .object({
    position: FeedPosition,
    location_id: LocationId,
    order_id: OrderId,
    parked_at: Time,
    attempts: z.int().nonnegative().meta({ description: 'since the service last started' }),
    reason: z.string().meta({ description: 'what the last attempt ended in', examples: ['status 500', 'TIMED_OUT'] }),
  })
  .meta({ id: 'ParkedItem', description: 'news that were given up' });
export type ParkedItem = z.infer<typeof ParkedItem>;

/** Most orders of a destination that are shown as failing. */
export const MAX_SHOWN_FAILING = 20;

export const FailingOrder = z
  .object({
    location_id: LocationId,
    order_id: OrderId,
    failing_since: Time,
    attempts: z.int().nonnegative().meta({ description: 'that failed for its oldest item, since the service started' }),
    next_attempt_at: Time.nullable().meta({ description: 'null: it is tried now' }),
    set_aside: z.boolean().meta({ description: 'whether the position goes on without it, as news of others arrive' }),
  })
  .meta({ id: 'FailingOrder', description: 'order whose news do not arrive' });
export type FailingOrder = z.infer<typeof FailingOrder>;

/** A destination as it is shown: without its secrets, and without the query of its URL, which may hold one. */
export const Destination = z
  .object({
    name: DestinationName,
    url: z.string().meta({ description: 'without its query', examples: ['https://pos.example.com/webhooks'] }),
    view: z.enum(DESTINATION_VIEWS),
    filter: Filter,
    state: z.enum(DESTINATION_STATES).meta({
      description:
        'sending; failing: nothing arrived for a minute or more; gone: it answered 410; lost: its position is not in ' +
        'this log. `ticket-rail deliver` ends the last two',
    }),
    failing_since: Time.nullable().meta({ description: 'of state `failing`' }),
    position: FeedPosition.meta({ description: 'up to here all was delivered or parked, but for orders set aside' }),
    lag: ConsumerLag.nullable().meta({ description: 'null: it has no position yet, or one that is not in this log' }),
    waiting_orders: z.int().nonnegative().meta({ description: 'orders with news that are on their way' }),
    set_aside: z.int().nonnegative().meta({ description: 'orders whose news fail while those of others arrive' }),
    delivered: z.int().nonnegative().meta({ description: 'since the service started' }),
    failed_attempts: z.int().nonnegative().meta({ description: 'since the service started' }),
    last_delivered_at: Time.nullable().meta({ description: 'since the service started' }),
    last_failure: z
      .string()
      .nullable()
      .meta({
        description: 'what the last failed attempt ended in, since the service started',
        examples: ['status 503', 'ECONNREFUSED'],
      }),
    last_failed_at: Time.nullable().meta({ description: 'since the service started' }),
    next_attempt_at: Time.nullable().meta({ description: 'the first of what failed; null: nothing waits for one' }),
    failing_orders: z
      .array(FailingOrder)
      .max(MAX_SHOWN_FAILING)
      .meta({ description: 'those that have failed longest first' }),
    parked: z.int().nonnegative().meta({ description: 'since the destination was last set to a position' }),
    last_parked: z.array(ParkedItem).meta({ description: 'the newest of them, newest first' }),
  })
  .meta({ id: 'Destination', description: 'where news of orders are sent to, and how that goes' });
export type Destination = z.infer<typeof Destination>;

export const DestinationList = z
  .object({ destinations: z.array(Destination) })
  .meta({ id: 'DestinationList', description: 'the destinations in the order of DESTINATIONS_FILE' });
export type DestinationList = z.infer<typeof DestinationList>;

export const Redelivery = z
  .object({ name: DestinationName, from: FeedPosition.meta({ description: 'what comes after it is sent again' }) })
  .meta({ id: 'Redelivery', description: 'where a destination was set to' });
export type Redelivery = z.infer<typeof Redelivery>;
