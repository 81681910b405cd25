import type { Router } from 'express';
import {
  HandleOrderHere,
  OrderAccepted,
  OrderRejected,
  Ping,
  Quarantined,
  Recorded,
  Repeat,
} from '../../schemas/api/order-view';
import { OrderCanceled, OrderUpdated } from '../../schemas/wire/handle-order';
import { allowOf } from '../http/methods';
import { ANYONE, type Endpoints, json, methodsAt, type Permission, serve } from '../http/endpoint';

/** Stream, which signs its deliveries. The handler checks it, over the bytes of the body. */
const STREAM: Permission<null> = {
  sentence: null,
  schemes: ['signature', 'streamSignature', 'stream'],
  problems: ['not-authentic'],
  admit: () => null,
};

export const DELIVERY_CALLS = {
  handleOrder: {
    method: 'post',
    path: '/handle-order',
    tag: 'Stream',
    summary: 'Handle Order (Stream -> POS)',
    description:
      'Updates and cancellations are answered with 2xx only once they are durable. Every other type, such as ' +
      '`order.created`, is passed on to RELAY_URL, and whatever the POS answers to it is the answer; without ' +
      'RELAY_URL it is kept in quarantine.',
    body: {
      required: true,
      content: { 'application/json': [OrderUpdated, OrderCanceled] },
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
    answers: {
      200: json(
        'Recorded, or recognised as a repeat of the newest event of its order; or a ping, such as an empty body or ' +
          '`{}`; or the POS accepts the order',
        Recorded,
        Repeat,
        Ping,
        OrderAccepted,
      ),
      202: json('Authentic but unusable: kept in quarantine', Quarantined),
      400: json('The POS rejects the order; Ticket Rail itself never answers 400 here', OrderRejected),
      422: json('Like 202, while nothing authenticates Stream', Quarantined),
    },
    problems: [
      'body-too-slow',
      'body-too-large',
      'relay-failed',
      'store-unavailable',
      'overloaded',
      'relay-timed-out',
      'relay-loop',
    ],
    permission: STREAM,
  },
} satisfies Endpoints;

/** For clients that look whether the URL is there. */
export const LOOK_CALLS = {
  lookForHandleOrder: {
    method: 'get',
    path: '/handle-order',
    tag: 'Stream',
    summary: 'Whether the URL is there, for portals and people that look',
    description: 'It says nothing about orders.',
    answers: { 200: json('It is', HandleOrderHere) },
    problems: [],
    permission: ANYONE,
  },
  probeHandleOrder: {
    method: 'options',
    path: '/handle-order',
    tag: 'Stream',
    summary: 'Which methods the URL takes, for portals that look',
    description: 'It says nothing about orders.',
    answers: { 204: { description: 'It is there', headers: { Allow: 'the methods' } } },
    problems: [],
    permission: ANYONE,
  },
} satisfies Endpoints;

/** What clients that look whether the URL is there are answered (docs/protocol.md#ruling-5-9). */
const HERE: HandleOrderHere = {
  service: 'ticket-rail',
  detail: "This is the URL of Stream's Handle Order call: POST deliveries here.",
};

/** Creates the routes that answer at the URL of Handle Order to all but deliveries. */
export const createLookRoutes = (): Router =>
  serve(
    LOOK_CALLS,
    {
      lookForHandleOrder: ({ response }) => {
        response.set({ 'Cache-Control': 'no-store', 'X-Content-Type-Options': 'nosniff' }).json(HERE);
      },
      probeHandleOrder: ({ response }) => {
        const methods = methodsAt({ ...DELIVERY_CALLS, ...LOOK_CALLS }, DELIVERY_CALLS.handleOrder.path);
        response.set('Allow', allowOf(methods)).status(204).end();
      },
    },
    DELIVERY_CALLS,
  );
