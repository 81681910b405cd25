import { hash } from 'node:crypto';
import type { Response, Router } from 'express';
import {
  AcknowledgedRequest,
  type ActionAnswer,
  ActionAnswer as ActionAnswerSchema,
  ActionHeaders,
  ActionRequest,
  HandedOverRequest,
  UndoneRequest,
} from '../../../schemas/api/actions';
import type { OrderKey } from '../../../schemas/order-key';
import { OrderPath } from '../../../schemas/api/requests';
import { type AccessLog, RECORD_PROBLEMS } from '../../access/log/access-log';
import { createBudget } from '../../access/log/budget';
import type { Reader } from '../../access/readers/readers';
import { ACT, readers, THIS_LOCATION } from '../../access/requirements';
import { orderFor } from '../../access/withhold';
import { type Endpoints, json, serve } from '../../http/endpoint';
import { BODY_PROBLEMS, createJsonBodies, parseBody } from '../../http/json-body';
import { Problem } from '../../http/problem';
import type { ShowOrder } from '../../labels/labels';
import type { Position } from '../../event-store/event-store';
import type { Outdated } from './decide-action';
import type { ActionOutcome, RecordAction } from './record-action';

/** Most actions that one reader may do at once, such as all that waited offline, and each minute for long. */
export const ACTIONS_AT_ONCE = 500;
export const ACTIONS_PER_MINUTE = 120;

const BECAUSE: Readonly<Record<Outdated, string>> = {
  another_order: 'Another order has this number now.',
  driver_changed: 'Another driver is assigned now, or none, or what identifies the driver changed.',
  not_canceled: 'The order is not canceled, or was active again in between.',
  not_in_force: 'The action does not count any more.',
};

const EXAMPLE = {
  type: 'handed_over',
  revision: 3,
  at: '2026-11-21T18:04:05.678Z',
  compared: ['plate'],
} satisfies ActionRequest;

export const ACTION_CALLS = {
  act: {
    method: 'post',
    path: '/locations/{location_id}/orders/{order_id}/actions',
    tag: 'Orders',
    summary: 'Record what was done with an order: handed over, acknowledged, undone',
    description:
      'It becomes a fact of its own in the stream of the order, and is answered once it is durable. It counts for the order ' +
      'as the screen showed it, by `revision`: if another driver came since, or the same one has another plate, phone number ' +
      'or passcode, nothing is recorded, and the answer has the order as it is now, as `order`. What is sent again with the ' +
      'same `Idempotency-Key` is recorded once.',
    params: OrderPath,
    headers: ActionHeaders,
    body: {
      required: true,
      content: { 'application/json': [HandedOverRequest, AcknowledgedRequest, UndoneRequest] },
      example: EXAMPLE,
    },
    answers: { 200: json('It is recorded', ActionAnswerSchema) },
    problems: [
      'order-not-found',
      'revision-not-found',
      'order-changed',
      'key-reused',
      'too-many-actions',
      ...BODY_PROBLEMS,
      ...RECORD_PROBLEMS,
    ],
    permission: readers(THIS_LOCATION, ACT),
  },
} satisfies Endpoints;

/** @throws {Problem} `invalid-parameter` */
function keyOf(headers: Readonly<Record<string, unknown>>): string {
  const parsed = ActionHeaders.safeParse({ 'Idempotency-Key': headers['idempotency-key'] });
  if (parsed.success) return parsed.data['Idempotency-Key'];
  throw new Problem('invalid-parameter', `Idempotency-Key: ${parsed.error.issues[0]?.message ?? 'cannot be used'}.`);
}

/** Takes what people did with orders. */
export function createActionRoutes(options: {
  readonly record: RecordAction;
  readonly accessLog: Pick<AccessLog, 'record' | 'show'>;
  readonly show: ShowOrder;
  /** Called with the position of each action that is stored. */
  readonly onRecorded: (position: Position) => void;
  readonly newId: () => string;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Milliseconds of a clock that never goes back. */
  readonly monotonic: () => number;
}): Router {
  const { record, accessLog, show, onRecorded, newId, now, monotonic } = options;
  const withBody = createJsonBodies();
  const takeAction = createBudget({ atOnce: ACTIONS_AT_ONCE, perMinute: ACTIONS_PER_MINUTE, now: monotonic });

  const answer = (
    outcome: ActionOutcome,
    {
      response,
      reader,
      key,
      path,
    }: { readonly response: Response; readonly reader: Reader; readonly key: OrderKey; readonly path: string },
  ): void => {
    switch (outcome.kind) {
      case 'recorded':
        onRecorded(outcome.position);
        response.json({ outcome: 'recorded', ...key, revision: outcome.revision } satisfies ActionAnswer);
        return;
      case 'repeat':
        response.json({ outcome: 'repeat', ...key, revision: outcome.revision } satisfies ActionAnswer);
        return;
      case 'outdated': {
        const order = show(key, outcome.now);
        if (order === null) throw new Problem('order-not-found', 'Nothing was ever reported about this order.');
        const shown = orderFor(reader, order);
        accessLog.show(reader, path, [shown]);
        throw new Problem('order-changed', `${BECAUSE[outcome.because]} The order as it is now comes with this.`, {
          order: shown,
        });
      }
      case 'key_reused':
        throw new Problem('key-reused', 'Take a new key for each press.');
      case 'no_order':
        throw new Problem('order-not-found', 'Nothing was ever reported about this order.');
      case 'no_such_revision':
        throw new Problem('revision-not-found', 'The order had no such revision, or none at that time.');
      case 'unstorable':
      case 'unavailable':
        throw new Problem('store-unavailable', 'The action is not recorded as far as is known. Send it again.');
    }
  };

  return serve(ACTION_CALLS, {
    act: ({ request, response, reader, params: key }) =>
      withBody(request, response, async (body, bytes) => {
        const press = { request: parseBody(ActionRequest, body), by: reader.name };
        const idempotencyKey = keyOf(request.headers);
        if (!takeAction(reader.name ?? '', 1))
          throw new Problem('too-many-actions', 'Each action is recorded. Nothing was done: send it again later.');
        await accessLog.record(reader, { what: 'action', ...key, path: request.originalUrl });
        const receipt = {
          idempotencyKey,
          receivedAt: new Date(now()).toISOString(),
          bodySha256: hash('sha256', bytes, 'hex'),
          requestId: newId(),
        };
        response.set({ 'X-Request-Id': receipt.requestId, 'Cache-Control': 'no-store' });
        answer(await record(key, press, receipt), { response, reader, key, path: request.originalUrl });
      }),
  });
}
