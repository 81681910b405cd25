import type { Router } from 'express';
import { OrderPage } from '../../schemas/order-view';
import { SearchQuery } from '../../schemas/requests';
import { type AccessLog, RECORD_PROBLEMS, SHOW_PROBLEMS } from '../access/log/access-log';
import { locationsAskedFor, readers, SEARCH } from '../access/requirements';
import { seesContact } from '../access/permissions';
import { type Endpoints, json, serve } from '../http/endpoint';
import { STORE_PROBLEMS } from '../http/problem';
import type { ShowOrder } from '../labels/labels';
import { orderPageFor } from '../orders/order-page';
import type { OrderSearch } from '../orders/search';
import type { WaitForReadModel } from '../read-model/wait';

/** @returns a time in the form of stored times, which are compared as text. */
const asStored = (time: string | undefined): string | undefined =>
  time === undefined ? undefined : new Date(Date.parse(time)).toISOString();

export const SEARCH_CALLS = {
  findOrders: {
    method: 'get',
    path: '/audit/orders',
    tag: 'Audit',
    summary: 'Find orders',
    description: 'A page may be short, or empty, and have a `next`: go on until it is null.',
    query: SearchQuery,
    answers: {
      200: json('A page of orders in their current state, in the order in which they were first reported', OrderPage),
    },
    problems: [...RECORD_PROBLEMS, ...SHOW_PROBLEMS, ...STORE_PROBLEMS, 'read-model-behind'],
    permission: readers(SEARCH),
    large: 'always',
  },
} satisfies Endpoints;

/** Finds orders for auditors, in the order in which they were first reported. */
export function createSearchRoutes(options: {
  readonly search: OrderSearch;
  readonly show: ShowOrder;
  readonly waitForReadModel: WaitForReadModel;
  readonly accessLog: Pick<AccessLog, 'record' | 'show'>;
}): Router {
  const { search, show, waitForReadModel, accessLog } = options;

  return serve(SEARCH_CALLS, {
    findOrders: async ({ request, response, reader, query: { location_id, order_id, from, to, ...rest } }) => {
      const { limit, after = 0, ...query } = rest;
      const locations = locationsAskedFor(reader, location_id);
      await waitForReadModel();
      const found = await search.find(
        locations,
        { ...query, orderId: order_id, from: asStored(from), to: asStored(to) },
        { limit, after, seesName: seesContact(reader) },
      );
      const page = orderPageFor(reader, found, show);
      await accessLog.record(reader, { what: 'search', location_id, path: request.originalUrl });
      accessLog.show(reader, request.originalUrl, page.orders);
      response.set('Cache-Control', 'no-store').json(page);
    },
  });
}
