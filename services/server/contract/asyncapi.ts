import type { z } from 'zod';
import { SESSION_COOKIE } from '../../access/login/session';
import type { BasePath } from '../../http/base-path';
import type { Endpoint, Tag } from '../../http/endpoint';
import { CALLS, infoOf, type Json, Schemas, TAGS } from './openapi';

/** The AsyncAPI 3.0 document: each call that streams is a channel, and what it streams are its messages. */

const EVENT_STREAM = 'text/event-stream';

/** Where the service listens unless it is told otherwise. */
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
  $ref: `#/${path.map((one) => one.replaceAll('~', '~0').replaceAll('/', '~1')).join('/')}`,
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
