import type { Router } from 'express';
import { FoundOrders } from '../../schemas/order-view';
import { SearchQuery } from '../../schemas/requests';
import { type AccessLog, RECORD_PROBLEMS, SHOW_PROBLEMS } from '../access/log/access-log';
import { seesContact } from '../access/permissions';
import { locationsAskedFor, readers, requireContact, SEARCH } from '../access/requirements';
import { type Endpoints, json, serve } from '../http/endpoint';
import { STORE_PROBLEMS } from '../http/problem';
import type { ShowOrder } from '../labels/labels';
import { foundOrdersFor } from '../orders/order-page';
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
    description:
      'Without parameters, the newest orders. A page may be short, or empty, and have a `next`: go on until it is null. ' +
      'Readers who do not see contacts may not look for digits of phones.',
    query: SearchQuery,
    answers: {
      200: json('A page of orders in their current state, those first reported last first', FoundOrders),
    },
    problems: [...RECORD_PROBLEMS, ...SHOW_PROBLEMS, ...STORE_PROBLEMS, 'read-model-behind'],
    permission: readers(SEARCH),
    large: 'always',
  },
} satisfies Endpoints;

/** Finds orders for auditors, those first reported last first. */
export function createSearchRoutes(options: {
  readonly search: OrderSearch;
  readonly show: ShowOrder;
  readonly waitForReadModel: WaitForReadModel;
  readonly accessLog: Pick<AccessLog, 'record' | 'show'>;
}): Router {
  const { search, show, waitForReadModel, accessLog } = options;

  return serve(SEARCH_CALLS, {
    findOrders: async ({ request, response, reader, query: { location_id, order_id, from, to, ...rest } }) => {
      const { limit, after = null, license_plate, phone_last4, ...query } = rest;
      // Who may look for digits finds them by trying.
      if (phone_last4 !== undefined) requireContact(reader);
      const locations = locationsAskedFor(reader, location_id);
      await waitForReadModel();
      const found = await search.find(
        locations,
        {
          ...query,
          orderId: order_id,
          licensePlate: license_plate,
          phoneLast4: phone_last4,
          from: asStored(from),
          to: asStored(to),
        },
        { limit, after, seesName: seesContact(reader) },
      );
      const page = foundOrdersFor(reader, found, show);
      await accessLog.record(reader, { what: 'search', location_id, path: request.originalUrl });
      accessLog.show(reader, request.originalUrl, page.orders);
      response.set('Cache-Control', 'no-store').json(page);
    },
  });
}
