import { z } from 'zod';
import { ACCESS_CALLS } from '../../access/log/route';
import { READER_CALLS } from '../../access/pairing/readers-route';
import { PAIRING_CALLS } from '../../access/pairing/route';
import { SESSION_CALLS } from '../../access/login/route';
import { DOCUMENTED_WORD_PATTERN, WORD_PATTERN } from '../../../schemas/vocabulary';
import { SESSION_COOKIE } from '../../access/login/session';
import { CHECKPOINT_CALLS } from '../../audit/checkpoints/route';
import { COVERAGE_CALLS } from '../../audit/coverage/route';
import { AUDIT_CALLS } from '../../audit/route';
import { EVIDENCE_CALLS } from '../../audit/evidence-route';
import { SEARCH_CALLS } from '../../audit/search-route';
import { DESTINATION_CALLS } from '../../destinations/route';
import { CONSUMER_CALLS } from '../../feed/consumers/route';
import { FEED_CALLS } from '../../feed/route';
import { QUARANTINE_CALLS } from '../../handle-order/quarantine/route';
import { RELAY_CALLS } from '../../handle-order/relay/route';
import { DELIVERY_CALLS, LOOK_CALLS } from '../../handle-order/route';
import type { BasePath } from '../../http/base-path';
import { ANYONE, type Endpoint, type Endpoints, problemsOf, type Tag } from '../../http/endpoint';
import { Problem, PROBLEM_MEDIA_TYPE, type ProblemCode, PROBLEMS, problemType } from '../../http/problem';
import { LABEL_CALLS } from '../../labels/route';
import { HEALTH_CALLS, METRICS_CALLS } from '../../operations/route';
import { ACTION_CALLS } from '../../orders/actions/route';
import { LIVE_CALLS } from '../../orders/live/route';
import { OVERVIEW_CALLS } from '../../orders/overview/route';
import { ORDER_CALLS } from '../../orders/route';
import { SCREEN_CALLS } from '../../screen-reports/route';

/** The OpenAPI 3.1 document, made from what each route file says of its own calls. */

export const CONTRACT_CALLS = {
  getOpenApi: {
    method: 'get',
    path: '/openapi.json',
    tag: 'Operations',
    summary: 'This document',
    description: 'The contract of the service as OpenAPI 3.1. /docs shows it to people.',
    answers: { 200: { description: 'The document', content: { 'application/json': [z.looseObject({})] } } },
    problems: [],
    permission: ANYONE,
  },
  getOpenApi30: {
    method: 'get',
    path: '/openapi-3.0.json',
    tag: 'Operations',
    summary: 'This document in an older form',
    description: 'The same as OpenAPI 3.0.3, for generators of clients that read no newer one.',
    answers: { 200: { description: 'The document', content: { 'application/json': [z.looseObject({})] } } },
    problems: [],
    permission: ANYONE,
  },
  getAsyncApi: {
    method: 'get',
    path: '/asyncapi.json',
    tag: 'Operations',
    summary: 'What the service streams and sends',
    description: 'The messages of the feed, of the live feed and to destinations as AsyncAPI 3.0.',
    answers: { 200: { description: 'The document', content: { 'application/json': [z.looseObject({})] } } },
    problems: [],
    permission: ANYONE,
  },
} satisfies Endpoints;

/** Every call of the service in the order of the document. Pages and their forms, which answer with pages, are not in it. */
export const CALLS: readonly Endpoints[] = [
  DELIVERY_CALLS,
  LOOK_CALLS,
  LIVE_CALLS,
  OVERVIEW_CALLS,
  ORDER_CALLS,
  ACTION_CALLS,
  FEED_CALLS,
  CONSUMER_CALLS,
  LABEL_CALLS,
  DESTINATION_CALLS,
  SCREEN_CALLS,
  AUDIT_CALLS,
  EVIDENCE_CALLS,
  CHECKPOINT_CALLS,
  SEARCH_CALLS,
  COVERAGE_CALLS,
  QUARANTINE_CALLS,
  RELAY_CALLS,
  ACCESS_CALLS,
  READER_CALLS,
  PAIRING_CALLS,
  SESSION_CALLS,
  HEALTH_CALLS,
  METRICS_CALLS,
  CONTRACT_CALLS,
];

export const TAGS: Readonly<Record<Tag, string>> = {
  Stream: 'What Stream sends, and what became of it at the POS.',
  Orders: 'Orders as they are, and as they were at a time.',
  Feed: 'Every order’s news over all locations, for programs that keep a copy.',
  Destinations: 'Where news of orders are sent to.',
  Screens: 'Which screens watch, and what they showed.',
  Audit: 'What was reported when, with what proves that nothing was changed since.',
  Quarantine: 'Deliveries that are authentic but unusable.',
  Access: 'Who may read, and who read what.',
  Operations: 'How the service does, and what it offers.',
};

export type Json = Readonly<Record<string, unknown>>;

const ProblemDetails = z
  .looseObject({
    type: z.string().meta({ description: 'urn:ticket-rail:problem: and the code of the problem: compare this' }),
    title: z.string().meta({ description: 'the same for all problems of this type' }),
    status: z.int().meta({ description: 'that of the answer' }),
    detail: z.string().meta({ description: 'what is wrong here and what to do, for people' }),
  })
  .meta({ id: 'Problem', description: 'A problem as RFC 9457 has it; some have further members' });

/** Turns schemas into those of a document, and gathers on the way those that have an id. */
export class Schemas {
  readonly #named = new Map<string, Json>();

  /** @returns the schema, or a reference to it if it has an id. */
  of(schema: z.ZodType): Json {
    // Held by another, it is a definition like those that it holds itself.
    const { properties, $defs = {} } = z.toJSONSchema(z.object({ schema }), { io: 'input', unrepresentable: 'any' });
    for (const [name, { id: _id, ...definition }] of Object.entries($defs)) {
      if (!this.#named.has(name)) this.#named.set(name, inDocument(definition));
    }
    return inDocument(properties?.['schema'] as Json); // of the one property that was given
  }

  /** @returns one schema for several forms. */
  anyOf(schemas: readonly z.ZodType[]): Json {
    const [first, ...others] = schemas.map((schema) => this.of(schema));
    return first === undefined || others.length > 0 ? { oneOf: [first, ...others] } : first;
  }

  content(content: Readonly<Record<string, readonly z.ZodType[]>>): Readonly<Record<string, Json>> {
    return Object.fromEntries(
      Object.entries(content).map(([mediaType, schemas]) => [mediaType, { schema: this.anyOf(schemas) }]),
    );
  }

  get named(): Json {
    return Object.fromEntries([...this.#named].sort(([one], [other]) => (one < other ? -1 : 1)));
  }
}

/**
 * Returns a schema as a document has it: with references into the document, patterns that every client can compile, without
 * the bounds of JavaScript's whole numbers, which some tools show as examples, and with items of each list that are a
 * schema, which linters ask for: that a pair has no third item is what its length says.
 */
const inDocument = (schema: Json): Json =>
  JSON.parse(JSON.stringify(schema), (key, value: unknown) => {
    if (key === '$ref') return String(value).replace('#/$defs/', '#/components/schemas/');
    if (key === 'pattern' && value === WORD_PATTERN.source) return DOCUMENTED_WORD_PATTERN;
    if (key === 'items' && value === false) return {};
    const isUnbounded = typeof value === 'number' && Math.abs(value) === Number.MAX_SAFE_INTEGER;
    return isUnbounded && (key === 'minimum' || key === 'maximum') ? undefined : value;
  }) as Json; // of JSON, JSON

/** What the headers of problems say. */
const PROBLEM_HEADERS: Readonly<Record<string, string>> = {
  'WWW-Authenticate': 'how to authenticate',
  'Retry-After': 'seconds after which asking again may help',
};

const headersOf = (headers: Readonly<Record<string, string>>): Json =>
  Object.fromEntries(
    Object.entries(headers).map(([name, description]) => [name, { description, schema: { type: 'string' } }]),
  );

/** Returns one problem as it may be answered. */
const exampleOf = (code: ProblemCode): Json => new Problem(code, PROBLEMS[code].example).body();

/** Describes all problems of one status: a client distinguishes them by `type`. */
function problemAnswer(codes: readonly ProblemCode[], schemas: Schemas): Json {
  const headers = Object.assign({}, ...codes.map((code) => new Problem(code, '').headers)) as Json; // texts by name
  return {
    description: codes.map((code) => PROBLEMS[code].title).join('; or: '),
    ...(Object.keys(headers).length === 0
      ? {}
      : {
          headers: headersOf(
            Object.fromEntries(Object.keys(headers).map((name) => [name, PROBLEM_HEADERS[name] ?? ''])),
          ),
        }),
    content: {
      [PROBLEM_MEDIA_TYPE]: {
        schema: {
          allOf: [schemas.of(ProblemDetails), { properties: { type: { enum: codes.map(problemType) } } }],
        },
        examples: Object.fromEntries(
          codes.map((code) => [code, { summary: PROBLEMS[code].title, value: exampleOf(code) }]),
        ),
      },
    },
  };
}

/** Answers and problems by status. A status may have both, such as a page for people and a problem for programs. */
function responsesOf(endpoint: Endpoint, schemas: Schemas): Json {
  const responses = new Map<number, Json>();
  for (const [status, { description, content, headers }] of Object.entries(endpoint.answers)) {
    responses.set(Number(status), {
      description,
      ...(headers === undefined ? {} : { headers: headersOf(headers) }),
      ...(content === undefined ? {} : { content: schemas.content(content) }),
    });
  }
  const problems = problemsOf(endpoint);
  for (const status of new Set(problems.map((code) => PROBLEMS[code].status))) {
    const codes = problems.filter((code) => PROBLEMS[code].status === status);
    const { description, content, ...rest } = responses.get(status) ?? {};
    const problem = problemAnswer(codes, schemas);
    responses.set(status, {
      ...rest,
      ...problem,
      description: [description, problem['description']].filter(Boolean).join('; or: '),
      // Both are what was made above.
      content: { ...(content as Json | undefined), ...(problem['content'] as Json) },
    });
  }
  return Object.fromEntries([...responses].sort(([one], [other]) => one - other));
}

/** Parameters as OpenAPI describes them, from the schema that parses them. */
function parametersOf(place: 'path' | 'query' | 'header', schema: z.ZodType | undefined): readonly Json[] {
  if (schema === undefined) return [];
  // The schema of an object.
  const { properties = {}, required = [] } = inDocument(
    z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }),
  ) as { readonly properties?: Json; readonly required?: readonly string[] };
  return Object.entries(properties).map(([name, property]) => {
    const { description, ...rest } = property as { readonly description?: string }; // the schema of a parameter
    const isRequired = place === 'path' || (place === 'header' && required.includes(name));
    return { name, in: place, required: isRequired, description, schema: rest };
  });
}

function operationOf(operationId: string, endpoint: Endpoint, schemas: Schemas): Json {
  const { tag, summary, description, params, query, headers, body, permission } = endpoint;
  const parameters = [
    ...parametersOf('path', params),
    ...parametersOf('query', query),
    ...parametersOf('header', headers),
  ];
  return {
    tags: [tag],
    operationId,
    summary,
    description: [description, permission.sentence].filter(Boolean).join(' '),
    // Without readers or secrets, the service is open to this machine.
    security: permission.schemes.length === 0 ? [] : [...permission.schemes.map((scheme) => ({ [scheme]: [] })), {}],
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(body === undefined
      ? {}
      : {
          requestBody: {
            required: body.required,
            content: Object.fromEntries(
              Object.entries(schemas.content(body.content)).map(([mediaType, content]) => [
                mediaType,
                body.example === undefined ? content : { ...content, example: body.example },
              ]),
            ),
          },
        }),
    responses: responsesOf(endpoint, schemas),
  };
}

/** Returns what every document says of the service. */
export const infoOf = (version: string) => ({
  title: 'Ticket Rail',
  version,
  description:
    "The POS side of Stream's order status updates: webhooks in, an append-only rail of what was said about each " +
    'order, what is true now out.',
  contact: { name: 'Ticket Rail', url: 'https://github.com/ticket-rail/ticket-rail' },
});

/** @returns the document for `GET /openapi.json`. */
export function openApiDocument(version: string, basePath: BasePath = ''): Json {
  const schemas = new Schemas();
  const paths: Record<string, Record<string, Json>> = {};
  for (const [id, endpoint] of CALLS.flatMap((calls) => Object.entries(calls))) {
    (paths[endpoint.path] ??= {})[endpoint.method] = operationOf(id, endpoint, schemas);
  }
  return {
    openapi: '3.1.0',
    info: { ...infoOf(version), license: { name: 'MIT', identifier: 'MIT' } },
    servers: [{ url: basePath === '' ? '/' : basePath }],
    tags: Object.entries(TAGS).map(([name, description]) => ({ name, description })),
    paths,
    components: {
      schemas: schemas.named,
      securitySchemes: {
        signature: {
          type: 'apiKey',
          in: 'header',
          name: 'X-Stream-Signature',
          description: 'HMAC-SHA256 of the raw body, hex or base64',
        },
        streamSignature: { type: 'apiKey', in: 'header', name: 'Stream-Webhook-Signature', description: 'the same' },
        stream: { type: 'http', scheme: 'bearer', description: 'a token that the POS issued to Stream' },
        reader: { type: 'http', scheme: 'bearer', description: 'the token of a reader' },
        session: {
          type: 'apiKey',
          in: 'cookie',
          name: SESSION_COOKIE,
          description: 'set by /login; over TLS and without BASE_PATH, its name begins with __Host-',
        },
      },
    },
  };
}
