import { z } from 'zod';
import { DELIVERY_CONTRACTS, DriverDetails, Fault } from '../../schemas/handle-order';
import { AccessEntry, AccessPage } from '../../schemas/access';
import { CoverageGroup, CoverageReport, Endpoint } from '../../schemas/coverage';
import { OrderEventMetadata } from '../../schemas/order-events';
import { Checkpoint, CheckpointPage, Restore } from '../../schemas/checkpoint';
import { CustomerOrder, Heartbeat, LiveSnapshot, LiveStart } from '../../schemas/live';
import {
  Change,
  EarlierReport,
  HistoryEvent,
  HandleOrderHere,
  HistoryPage,
  LocationPage,
  LocationSummary,
  Order,
  OrderAccepted,
  OrderPage,
  OrderRejected,
  Ping,
  Quarantined,
  QuarantineDetail,
  QuarantineEntry,
  QuarantinePage,
  Readiness,
  Recorded,
  RelayEntry,
  RelayPage,
  Repeat,
} from '../../schemas/order-view';
import {
  CheckpointsQuery,
  AccessQuery,
  CoverageParameters,
  ExportQuery,
  HistoryQuery,
  ListQuery,
  LiveQuery,
  LocationsQuery,
  OrderQuery,
  QuarantineQuery,
  RelaysQuery,
  SearchQuery,
} from '../../schemas/requests';
import { Session } from '../../schemas/readers';
import { SESSION_COOKIE } from '../access/login/session';
import type { BasePath } from '../http/base-path';
import { PROBLEM_MEDIA_TYPE, type ProblemCode, PROBLEMS } from '../http/problem';

/** The OpenAPI 3.1 document, generated from the schemas that the service itself validates and answers with. */

const Problem = z
  .looseObject({
    type: z.string().meta({ examples: ['urn:ticket-rail:problem:not-authentic'] }),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
  })
  .meta({ id: 'Problem', description: 'RFC 9457' });

const NAMED: Readonly<Record<string, z.ZodType>> = {
  OrderUpdated: DELIVERY_CONTRACTS['order.updated'],
  OrderCanceled: DELIVERY_CONTRACTS['order.canceled'],
  DriverDetails,
  Fault,
  LocationSummary,
  LocationPage,
  CustomerOrder,
  LiveSnapshot,
  LiveStart,
  Heartbeat,
  EarlierReport,
  Order,
  OrderPage,
  EventMetadata: OrderEventMetadata,
  Change,
  HistoryEvent,
  HistoryPage,
  Recorded,
  Repeat,
  Ping,
  HandleOrderHere,
  Quarantined,
  QuarantineEntry,
  QuarantinePage,
  QuarantineDetail,
  OrderAccepted,
  OrderRejected,
  RelayEntry,
  RelayPage,
  CoverageGroup,
  Endpoint,
  Coverage: CoverageReport,
  AccessEntry,
  AccessPage,
  Readiness,
  Session,
  Checkpoint,
  CheckpointPage,
  Restore,
  Problem,
};

const reference = (name: string) => ({ $ref: `#/components/schemas/${name}` });

function components(): Record<string, unknown> {
  const registry = z.registry<{ id?: string | undefined }>();
  for (const [id, schema] of Object.entries(NAMED)) registry.add(schema, { id });
  const { schemas } = z.toJSONSchema(registry, {
    io: 'input',
    uri: (id) => `#/components/schemas/${id}`,
    unrepresentable: 'any',
  });
  return Object.fromEntries(
    Object.entries(schemas).map(([name, { $schema: _schema, $id: _id, ...schema }]) => [name, schema]),
  );
}

const json = (name: string) => ({ 'application/json': { schema: reference(name) } });
const answer = (description: string, name: string) => ({ description, content: json(name) });
/** What may be answered besides; under a foreign host name everything is refused. */
const problems = (...codes: readonly ProblemCode[]) =>
  Object.fromEntries(
    [...codes, 'host-not-allowed' as const].map((code) => {
      const { status, title } = PROBLEMS[code];
      return [
        String(status),
        { description: title, content: { [PROBLEM_MEDIA_TYPE]: { schema: reference('Problem') } } },
      ];
    }),
  );

/** Query parameters as OpenAPI tells them, from the schema that reads them. */
function queryParameters(schema: z.ZodType): unknown[] {
  const { properties = {} } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
  return Object.entries(properties).map(([name, property]) => {
    const { description, ...rest } = property as { description?: string };
    return { name, in: 'query', required: false, description, schema: rest };
  });
}

/** The file that an export is, in its two formats. */
const exportFile = {
  description: 'A file. The manifest is its last line, of CSV its last row',
  content: {
    'application/x-ndjson': { schema: { type: 'string' } },
    'text/csv': { schema: { type: 'string' } },
  },
};

const pathParameter = (name: string) => ({ name, in: 'path', required: true, schema: { type: 'string' } });
const ORDER_PATH = [pathParameter('location_id'), pathParameter('order_id')];
const reader = [{ reader: [] }, { session: [] }, {}];

/** @returns the document for `GET /openapi.json`. */
export function openApiDocument(version: string, basePath: BasePath = ''): Record<string, unknown> {
  return {
    openapi: '3.1.0',
    info: {
      title: 'Ticket Rail',
      version,
      description:
        "The POS side of Stream's order status updates: webhooks in, an append-only rail of what was said about each " +
        'order, what is true now out.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: basePath === '' ? '/' : basePath }],
    tags: [
      { name: 'Stream' },
      { name: 'Orders' },
      { name: 'Audit' },
      { name: 'Quarantine' },
      { name: 'Access' },
      { name: 'Operations' },
    ],
    paths: {
      '/handle-order': {
        get: {
          tags: ['Stream'],
          operationId: 'lookForHandleOrder',
          summary: 'Whether the URL is there, for portals and people that look; OPTIONS is answered 204',
          responses: { '200': answer('It is', 'HandleOrderHere'), ...problems() },
        },
        post: {
          tags: ['Stream'],
          operationId: 'handleOrder',
          summary: 'Handle Order (Stream -> POS)',
          description:
            'Updates and cancellations are answered with 2xx only once they are durable. Every other type, such as ' +
            '`order.created`, is passed on to RELAY_URL, and whatever the POS answers to it is the answer; without ' +
            'RELAY_URL it is kept in quarantine.',
          security: [{ signature: [] }, { streamSignature: [] }, { stream: [] }, {}],
          requestBody: {
            required: true,
            content: {
              'application/json': {
                schema: { oneOf: [reference('OrderUpdated'), reference('OrderCanceled')] },
                example: {
                  type: 'order.updated',
                  object: {
                    location_id: 'pos_location_456',
                    order_id: 'pos_order_123',
                    status: 'ready_for_pickup',
                    delivery_status: 'arrived_at_pickup',
                    driver_details: { source: 'uber', name: 'Jane Driver', passcode: '5678' },
                  },
                },
              },
            },
          },
          responses: {
            '200': {
              description:
                'Recorded, or recognised as a repeat of the newest event of its order; or a ping, such as an empty body or `{}`; ' +
                'or the POS accepts the order',
              content: {
                'application/json': {
                  schema: {
                    oneOf: [reference('Recorded'), reference('Repeat'), reference('Ping'), reference('OrderAccepted')],
                  },
                },
              },
            },
            '400': answer('The POS rejects the order; Ticket Rail itself never answers 400 here', 'OrderRejected'),
            '202': answer('Authentic but unusable: kept in quarantine', 'Quarantined'),
            '422': answer('Like 202, while nothing authenticates Stream', 'Quarantined'),
            ...problems(
              'not-authentic',
              'body-too-slow',
              'body-too-large',
              'relay-failed',
              'store-unavailable',
              'relay-timed-out',
              'relay-loop',
            ),
          },
        },
      },
      '/locations': {
        get: {
          tags: ['Orders'],
          operationId: 'listLocations',
          summary: 'The locations that have orders',
          security: reader,
          parameters: queryParameters(LocationsQuery),
          responses: {
            '200': answer('A page of locations', 'LocationPage'),
            ...problems('invalid-parameter', 'reader-not-authentic', 'not-permitted', 'read-model-behind'),
          },
        },
      },
      '/locations/{location_id}/live': {
        get: {
          tags: ['Orders'],
          operationId: 'watchLocation',
          summary: 'The live feed of a location',
          description:
            'Server-sent events. First `snapshot` (LiveSnapshot), or, after `Last-Event-ID`, `resumed` (LiveStart) and what ' +
            'was missed; then `order` (Order): the newest state of an order that changed; and `heartbeat` (Heartbeat). Ids ' +
            'of messages are opaque: one of a log that was lost since then is answered with a snapshot. A client that ' +
            'reads too slowly is cut off, and resumes.',
          security: reader,
          parameters: [
            pathParameter('location_id'),
            ...queryParameters(LiveQuery),
            {
              name: 'Last-Event-ID',
              in: 'header',
              required: false,
              description: 'id of the last message that the client received',
              schema: { type: 'string' },
            },
          ],
          responses: {
            '200': { description: 'The stream', content: { 'text/event-stream': { schema: { type: 'string' } } } },
            ...problems('invalid-parameter', 'reader-not-authentic', 'not-permitted', 'read-model-behind'),
          },
        },
      },
      '/locations/{location_id}/orders': {
        get: {
          tags: ['Orders'],
          operationId: 'listOrders',
          summary: 'The orders of a location, in the order in which they were first reported',
          security: reader,
          parameters: [pathParameter('location_id'), ...queryParameters(ListQuery)],
          responses: {
            '200': answer('A page of orders', 'OrderPage'),
            ...problems(
              'invalid-parameter',
              'reader-not-authentic',
              'not-permitted',
              'too-many-reads',
              'read-model-behind',
            ),
          },
        },
      },
      '/locations/{location_id}/orders/{order_id}': {
        get: {
          tags: ['Orders'],
          operationId: 'getOrder',
          summary: 'One order in its current state, or in a past one',
          security: reader,
          parameters: [...ORDER_PATH, ...queryParameters(OrderQuery)],
          responses: {
            '200': {
              ...answer('The order', 'Order'),
              headers: { ETag: { description: 'changes with the revision', schema: { type: 'string' } } },
            },
            '304': { description: 'Not changed since the ETag in If-None-Match' },
            ...problems(
              'invalid-parameter',
              'reader-not-authentic',
              'not-permitted',
              'order-not-found',
              'too-many-reads',
              'read-model-behind',
            ),
          },
        },
      },
      '/locations/{location_id}/orders/{order_id}/history': {
        get: {
          tags: ['Audit'],
          operationId: 'getOrderHistory',
          summary: 'Every event of an order beside the state after it',
          security: reader,
          parameters: [...ORDER_PATH, ...queryParameters(HistoryQuery), ...queryParameters(ExportQuery).slice(1)],
          responses: {
            '200': {
              description: 'A page of events, oldest first; or all of them as a file, by format or Accept',
              content: { ...json('HistoryPage'), ...exportFile.content },
            },
            ...problems(
              'invalid-parameter',
              'reader-not-authentic',
              'not-permitted',
              'order-not-found',
              'too-many-reads',
              'store-unavailable',
            ),
          },
        },
      },
      '/checkpoints': {
        get: {
          tags: ['Audit'],
          operationId: 'listCheckpoints',
          summary: 'The newest signed checkpoints of the log',
          description: 'Keep them, and the public key, in a place that nobody who can write to the store can change.',
          security: reader,
          parameters: queryParameters(CheckpointsQuery),
          responses: {
            '200': answer('The newest, and the key that signed them', 'CheckpointPage'),
            ...problems('invalid-parameter', 'reader-not-authentic', 'not-permitted'),
          },
        },
      },
      '/audit/orders': {
        get: {
          tags: ['Audit'],
          operationId: 'findOrders',
          summary: 'Find orders',
          description: 'A page may be short, or empty, and have a `next`: go on until it is null.',
          security: reader,
          parameters: queryParameters(SearchQuery),
          responses: {
            '200': answer(
              'A page of orders in their current state, in the order in which they were first reported',
              'OrderPage',
            ),
            ...problems(
              'invalid-parameter',
              'reader-not-authentic',
              'not-permitted',
              'too-many-reads',
              'read-model-behind',
            ),
          },
        },
      },
      '/locations/{location_id}/history': {
        get: {
          tags: ['Audit'],
          operationId: 'exportLocation',
          summary: 'Every event of the orders of a location, as a file',
          security: reader,
          parameters: [pathParameter('location_id'), ...queryParameters(ExportQuery)],
          responses: {
            '200': exportFile,
            ...problems(
              'invalid-parameter',
              'reader-not-authentic',
              'not-permitted',
              'too-many-reads',
              'store-unavailable',
            ),
          },
        },
      },
      '/history': {
        get: {
          tags: ['Audit'],
          operationId: 'exportAll',
          summary: 'Every event of all orders, as a file, for readers of all locations',
          security: reader,
          parameters: queryParameters(ExportQuery),
          responses: {
            '200': exportFile,
            ...problems(
              'invalid-parameter',
              'reader-not-authentic',
              'not-permitted',
              'too-many-reads',
              'store-unavailable',
            ),
          },
        },
      },
      '/quarantine': {
        get: {
          tags: ['Quarantine'],
          operationId: 'listQuarantine',
          summary: 'Deliveries that could not be used, and why',
          security: reader,
          parameters: queryParameters(QuarantineQuery),
          responses: {
            '200': answer('A page of deliveries, oldest first', 'QuarantinePage'),
            ...problems(
              'invalid-parameter',
              'reader-not-authentic',
              'not-permitted',
              'too-many-reads',
              'store-unavailable',
            ),
          },
        },
      },
      '/quarantine/{quarantine_id}': {
        get: {
          tags: ['Quarantine'],
          operationId: 'getQuarantined',
          summary: 'One delivery in quarantine, with its whole body',
          security: reader,
          parameters: [pathParameter('quarantine_id')],
          responses: {
            '200': answer('The delivery', 'QuarantineDetail'),
            ...problems(
              'reader-not-authentic',
              'not-permitted',
              'quarantine-entry-not-found',
              'too-many-reads',
              'store-unavailable',
            ),
          },
        },
      },
      '/quarantine/{quarantine_id}/redrive': {
        post: {
          tags: ['Quarantine'],
          operationId: 'redriveQuarantined',
          summary: 'Process the delivery again, with the current contract',
          security: reader,
          parameters: [pathParameter('quarantine_id')],
          responses: {
            '200': {
              description: 'Stored in the stream of its order',
              content: { 'application/json': { schema: { oneOf: [reference('Recorded'), reference('Repeat')] } } },
            },
            ...problems(
              'reader-not-authentic',
              'not-permitted',
              'quarantine-entry-not-found',
              'already-redriven',
              'still-unusable',
              'too-many-reads',
              'store-unavailable',
            ),
          },
        },
      },
      '/relays': {
        get: {
          tags: ['Stream'],
          operationId: 'listRelays',
          summary: 'Deliveries that were relayed to the POS, and its answers',
          security: reader,
          parameters: queryParameters(RelaysQuery),
          responses: {
            '200': answer('A page of attempts, newest first', 'RelayPage'),
            ...problems(
              'invalid-parameter',
              'reader-not-authentic',
              'not-permitted',
              'too-many-reads',
              'store-unavailable',
            ),
          },
        },
      },
      '/coverage': {
        get: {
          tags: ['Audit'],
          operationId: 'getCoverage',
          summary: 'What each delivery service really sends',
          security: reader,
          parameters: queryParameters(CoverageParameters),
          responses: {
            '200': answer('Counted from the log, by location and source', 'Coverage'),
            ...problems(
              'invalid-parameter',
              'reader-not-authentic',
              'not-permitted',
              'too-many-reads',
              'coverage-busy',
            ),
          },
        },
      },
      '/access': {
        get: {
          tags: ['Access'],
          operationId: 'listAccesses',
          summary: 'Who read the past, quarantine, relays and passcodes, and who redrove',
          security: reader,
          parameters: queryParameters(AccessQuery),
          responses: {
            '200': answer('A page of accesses, oldest first', 'AccessPage'),
            ...problems(
              'invalid-parameter',
              'reader-not-authentic',
              'not-permitted',
              'too-many-reads',
              'store-unavailable',
            ),
          },
        },
      },
      '/session': {
        get: {
          tags: ['Access'],
          operationId: 'getSession',
          summary: 'The reader who asks, with role and locations',
          security: reader,
          responses: {
            '200': answer('The reader', 'Session'),
            ...problems('reader-not-authentic'),
          },
        },
      },
      '/healthz': {
        get: {
          tags: ['Operations'],
          operationId: 'getHealth',
          summary: 'The process answers',
          responses: {
            '200': { description: 'It answers', content: { 'text/plain': { schema: { type: 'string' } } } },
            ...problems(),
          },
        },
      },
      '/readyz': {
        get: {
          tags: ['Operations'],
          operationId: 'getReadiness',
          summary: 'The store takes writes and the projector has caught up',
          responses: {
            '200': answer('Ready', 'Readiness'),
            '503': answer('Not ready, and what it waits for', 'Readiness'),
            ...problems(),
          },
        },
      },
      '/metrics': {
        get: {
          tags: ['Operations'],
          operationId: 'getMetrics',
          summary: 'Prometheus metrics',
          security: reader,
          responses: {
            '200': { description: 'Text format', content: { 'text/plain': { schema: { type: 'string' } } } },
            ...problems('reader-not-authentic', 'not-permitted'),
          },
        },
      },
    },
    components: {
      schemas: components(),
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
