import type { Router } from 'express';
import { z } from 'zod';
import { FoundOrders } from '../../schemas/order-view';
import { MAX_FOUND_IN_FILE, MAX_PAGE, SearchQuery } from '../../schemas/requests';
import { type AccessLog, RECORD_PROBLEMS, SHOW_PROBLEMS } from '../access/log/access-log';
import { seesContact } from '../access/permissions';
import { locationsAskedFor, readers, requireContact, SEARCH } from '../access/requirements';
import { type Endpoints, json, serve } from '../http/endpoint';
import { goneSignal } from '../http/gone-signal';
import { STORE_PROBLEMS } from '../http/problem';
import type { ShowOrder } from '../labels/labels';
import { foundOrdersFor } from '../orders/order-page';
import type { OrderSearch } from '../orders/search';
import type { WaitForReadModel } from '../read-model/wait';
import { EXPORT_MEDIA_TYPES } from './export/send-export';
import { FOUND_ORDERS_HEADER, foundOrderRows, moreOrdersRow } from './found-orders-csv';

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
      'Without parameters, the newest orders; by `format`, as a file for a spreadsheet. A page may be short, or empty, and have a `next`: go on until it is null. ' +
      'Readers who do not see contacts may not look for digits of phones.',
    query: SearchQuery,
    answers: {
      200: {
        description: 'A page of orders in their current state, those first reported last first; or a file of all',
        content: { ...json('', FoundOrders).content, 'text/csv': [z.string()] },
      },
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
      const { limit, after = null, license_plate, phone_last4, format, ...query } = rest;
      // Who may look for digits finds them by trying.
      if (phone_last4 !== undefined) requireContact(reader);
      const locations = locationsAskedFor(reader, location_id);
      await waitForReadModel();
      const wanted = {
        ...query,
        orderId: order_id,
        licensePlate: license_plate,
        phoneLast4: phone_last4,
        from: asStored(from),
        to: asStored(to),
      };
      const pageOf = async (most: number, begin: number | null): Promise<FoundOrders> => {
        const found = await search.find(locations, wanted, {
          limit: most,
          after: begin,
          seesName: seesContact(reader),
        });
        return foundOrdersFor(reader, found, show);
      };
      const page = await pageOf(format === 'csv' ? MAX_PAGE : limit, after);
      const pages = format === 'csv' ? await allFrom(page, pageOf, goneSignal(response)) : [page];
      await accessLog.record(reader, { what: 'search', location_id, path: request.originalUrl });
      for (const { orders } of pages) accessLog.show(reader, request.originalUrl, orders);
      response.set('Cache-Control', 'no-store');
      if (format !== 'csv') {
        response.json(page);
        return;
      }
      const next = pages.at(-1)?.next ?? null;
      response
        .set({ 'Content-Type': EXPORT_MEDIA_TYPES.csv, 'Content-Disposition': 'attachment; filename="orders.csv"' })
        .send(
          FOUND_ORDERS_HEADER +
            pages.flatMap(({ orders }) => orders.map(foundOrderRows)).join('') +
            (next === null ? '' : moreOrdersRow(next)),
        );
    },
  });
}

/** @returns the pages from `first` to the end, or to as many orders as a file holds; fewer once the client is gone. */
async function allFrom(
  first: FoundOrders,
  pageOf: (most: number, after: number) => Promise<FoundOrders>,
  gone: AbortSignal,
): Promise<readonly FoundOrders[]> {
  const pages = [first];
  let [{ next }, count] = [first, first.orders.length];
  while (next !== null && count < MAX_FOUND_IN_FILE && !gone.aborted) {
    const page = await pageOf(Math.min(MAX_PAGE, MAX_FOUND_IN_FILE - count), Number(next));
    pages.push(page);
    ({ next } = page);
    count += page.orders.length;
  }
  return pages;
}
