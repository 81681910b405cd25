import type { Router } from 'express';
import { LabelChange } from '../../schemas/label';
import { OrderPath } from '../../schemas/api/requests';
import { LABEL, readers, THIS_LOCATION } from '../access/requirements';
import { type Endpoints, serve } from '../http/endpoint';
import { BODY_PROBLEMS, createJsonBodies, parseBody } from '../http/json-body';
import type { Labels } from './labels';
import { givenLabel } from './parse-label';

export const LABEL_CALLS = {
  setLabel: {
    method: 'put',
    path: '/locations/{location_id}/orders/{order_id}/label',
    tag: 'Orders',
    summary: 'Say what an order is called where it is handed over',
    description:
      'For a POS whose orders do not come through the relay. Replaces the label as a whole; `{}` takes it away. It may ' +
      'come before the first update of the order. Answered once it is durable, and forgotten LABEL_HOURS after the order ' +
      'ended. Of the name, only the first and an initial are kept.',
    params: OrderPath,
    body: { required: true, content: { 'application/json': [LabelChange] } },
    answers: { 204: { description: 'The label is set' } },
    problems: [...BODY_PROBLEMS, 'store-unavailable'],
    permission: readers(THIS_LOCATION, LABEL),
  },
} satisfies Endpoints;

/** Takes labels from the POS. */
export function createLabelRoutes(labels: Pick<Labels, 'set'>): Router {
  const withBody = createJsonBodies();
  return serve(LABEL_CALLS, {
    setLabel: ({ request, response, params: key }) =>
      withBody(request, response, async (json) => {
        await labels.set(key, givenLabel(parseBody(LabelChange, json)) ?? {});
        response.status(204).end();
      }),
  });
}
