import type { z } from 'zod';
import { type DestinationView, RawWebhookHeaders, WebhookHeaders } from '../../../schemas/destinations';
import { FeedFact, FeedOrder, FeedRemoval } from '../../../schemas/api/feed';
import { DELIVERY_CONTRACTS } from '../../../schemas/wire/handle-order';
import { pointerOf } from '../../../schemas/json/json-pointer';
import { SESSION_COOKIE } from '../../access/login/session';
import type { BasePath } from '../../http/base-path';
import type { Endpoint, Tag } from '../../http/endpoint';
import { CALLS, infoOf, type Json, Schemas, TAGS } from './openapi';

/**
 * The AsyncAPI 3.0 document: each call that streams is a channel, and what it streams are its messages; and so is what
 * destinations are sent.
 */

const EVENT_STREAM = 'text/event-stream';

/** Where the service listens unless it is configured otherwise. */
const DEFAULT_HOST = 'localhost:8080';

/** A message of a stream, as its call describes it: `event`, `data`, and perhaps `id`. */
interface MessageSchema {
  readonly properties: Readonly<Record<string, Json>>;
  readonly required: readonly string[];
}

/** @returns the name of a message, and the message itself. */
function messageOf(schema: z.ZodType, schemas: Schemas): readonly [name: string, message: Json] {
  const { properties, required } = schemas.of(schema) as unknown as MessageSchema; // the schema of an object
  const { data, ...fields } = properties;
  const name = String(fields['event']?.['const']);
  return [
    name,
    {
      name,
      title: name,
      summary: `The event \`${name}\` of the stream; its data are JSON.`,
      contentType: 'application/json',
      headers: {
        type: 'object',
        description: 'fields of a server-sent event besides its data',
        properties: fields,
        required: required.filter((field) => field !== 'data'),
      },
      payload: data,
    },
  ];
}

/** Parameters of a schema, as they come: what parses them is no part of a document. */
const propertiesOf = (schema: z.ZodType | undefined, schemas: Schemas): Readonly<Record<string, Json>> =>
  schema === undefined ? {} : (schemas.of(schema)['properties'] as Readonly<Record<string, Json>>); // schemas by name

const reference = (...path: readonly string[]): Json => ({
  $ref: `#${pointerOf(path)}`,
});

function channelOf(id: string, endpoint: Endpoint, messages: readonly z.ZodType[], schemas: Schemas): Json {
  const { path, summary, description, params } = endpoint;
  const parameters = Object.entries(propertiesOf(params, schemas)).map(([name, { description, examples }]) => [
    name,
    { description, examples },
  ]);
  return {
    title: id,
    address: path,
    servers: [reference('servers', 'service')],
    summary,
    description,
    ...(parameters.length === 0 ? {} : { parameters: Object.fromEntries(parameters) as Json }), // JSON, as its parts are
    messages: Object.fromEntries(messages.map((schema) => messageOf(schema, schemas))),
  };
}

function operationOf(id: string, { tag, query, permission, summary, description }: Endpoint, schemas: Schemas): Json {
  return {
    action: 'send',
    channel: reference('channels', id),
    title: id,
    summary,
    description: [description, permission.sentence].filter(Boolean).join(' '),
    tags: [{ name: tag }],
    security: permission.schemes.map((scheme) => reference('components', 'securitySchemes', scheme)),
    bindings: {
      http: {
        method: 'GET',
        query: { type: 'object', properties: propertiesOf(query, schemas) },
        bindingVersion: '0.3.0',
      },
    },
  };
}

/** What is posted to a destination, by its name and view. */
const SENT: readonly {
  readonly name: string;
  readonly view: DestinationView | 'events and orders';
  readonly headers: z.ZodType;
  readonly payload: readonly z.ZodType[];
}[] = [
  { name: 'fact', view: 'events', headers: WebhookHeaders, payload: [FeedFact] },
  { name: 'order', view: 'orders', headers: WebhookHeaders, payload: [FeedOrder] },
  { name: 'removal', view: 'events and orders', headers: WebhookHeaders, payload: [FeedRemoval] },
  { name: 'raw', view: 'raw', headers: RawWebhookHeaders, payload: Object.values(DELIVERY_CONTRACTS) },
];

const DESTINATION = {
  summary: 'What a destination is sent',
  description:
    'Each item is one POST to the URL of a destination in DESTINATIONS_FILE, signed as Standard Webhooks has it, and in ' +
    'the order of its order. Answer 2xx once it is saved. Items come at least once.',
};

const destinationChannel = (schemas: Schemas): Json => ({
  title: 'destination',
  // Whatever its URL has.
  address: null,
  servers: [reference('servers', 'destination')],
  ...DESTINATION,
  messages: Object.fromEntries(
    SENT.map(({ name, view, headers, payload }) => [
      name,
      {
        name,
        title: name,
        summary: `Of the view ${view}.`,
        contentType: 'application/json',
        headers: schemas.of(headers),
        payload: schemas.anyOf(payload),
      },
    ]),
  ),
});

const sendToDestination: Json = {
  action: 'send',
  channel: reference('channels', 'destination'),
  title: 'sendToDestination',
  ...DESTINATION,
  tags: [{ name: 'Destinations' satisfies Tag }],
  bindings: { http: { method: 'POST', bindingVersion: '0.3.0' } },
};

/** @returns the document for `GET /asyncapi.json`. */
export function asyncApiDocument(version: string, basePath: BasePath = ''): Json {
  const schemas = new Schemas();
  const channels: Record<string, Json> = {};
  const operations: Record<string, Json> = {};
  const tags = new Set<Tag>();
  for (const [id, endpoint] of CALLS.flatMap((calls) => Object.entries(calls))) {
    const messages = endpoint.answers[200]?.content?.[EVENT_STREAM];
    if (messages === undefined) continue;
    tags.add(endpoint.tag);
    channels[id] = channelOf(id, endpoint, messages, schemas);
    operations[id] = operationOf(id, endpoint, schemas);
  }
  tags.add('Destinations');
  channels['destination'] = destinationChannel(schemas);
  operations['sendToDestination'] = sendToDestination;
  return {
    asyncapi: '3.0.0',
    info: {
      ...infoOf(version),
      license: { name: 'MIT', url: 'https://opensource.org/license/mit' },
      tags: [...tags].map((name) => ({ name, description: TAGS[name] })),
    },
    defaultContentType: 'application/json',
    servers: {
      service: {
        host: DEFAULT_HOST,
        protocol: 'http',
        ...(basePath === '' ? {} : { pathname: basePath }),
        description: 'Streams are server-sent events over HTTP. HOST and PORT say where the service listens.',
      },
      destination: {
        host: '{host}',
        protocol: 'https',
        description: 'A system of yours that DESTINATIONS_FILE names. Plain http where it allows that.',
        variables: { host: { description: 'that of its URL', examples: ['pos.example.com'] } },
      },
    },
    channels,
    operations,
    components: {
      schemas: schemas.named,
      securitySchemes: {
        reader: { type: 'http', scheme: 'bearer', description: 'the token of a reader' },
        session: { type: 'httpApiKey', in: 'cookie', name: SESSION_COOKIE, description: 'set by /login' },
      },
    },
  };
}
