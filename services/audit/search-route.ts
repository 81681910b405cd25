import type { Router } from 'express';
import { z } from 'zod';
import { FoundOrders } from '../../schemas/api/order-view';
import { ChoicesQuery, SearchQuery } from '../../schemas/api/requests';
import { MAX_COUNTED_ORDERS, SearchChoices } from '../../schemas/api/search-choices';
import { type AccessLog, RECORD_PROBLEMS, SHOW_PROBLEMS } from '../access/log/access-log';
import { seesContact } from '../access/permissions';
import type { ReaderDirectory } from '../access/readers/readers';
import { locationsAskedFor, readers, requireContact, SEARCH } from '../access/requirements';
import { Semaphore } from '../concurrency/semaphore';
import { type Endpoints, json, serve } from '../http/endpoint';
import { goneSignal } from '../http/gone-signal';
import { Problem } from '../http/problem';
import type { ShowOrder } from '../labels/labels';
import { MAX_TALLIED_ORDERS } from '../orders/choice-counts';
import { foundOrdersFor } from '../orders/order-page';
import type { OrderSearch } from '../orders/search';
import type { WaitForReadModel } from '../read-model/wait';
import { EXPORT_MEDIA_TYPES } from './export/send-export';
import { foundOrdersFile } from './found-orders-csv';

/** @returns a time in the form of stored times, which are compared as text. */
const asStored = (time: string | undefined): string | undefined =>
  time === undefined ? undefined : new Date(Date.parse(time)).toISOString();

/** Files that are made at a time; others wait. Each is some megabytes of text, and may look through many orders. */
const FILES_AT_ONCE = 2;
/** Counts that are made at a time; others wait. Each looks at up to some 10,000 orders. */
const COUNTS_AT_ONCE = 2;

export const SEARCH_CALLS = {
  findOrders: {
    method: 'get',
    path: '/audit/orders',
    tag: 'Audit',
    summary: 'Find orders',
    description:
      'Without parameters, the newest orders; by `format`, as a file for a spreadsheet. A page may be short, or empty, and ' +
      'have a `next`: go on until it is null. ' +
      'Readers who do not see contacts may not look for digits of phones.',
    query: SearchQuery,
    answers: {
      200: {
        description: 'A page of orders in their current state, those first reported last first; or a file of all',
        content: { ...json('', FoundOrders).content, 'text/csv': [z.string()] },
      },
    },
    problems: [...RECORD_PROBLEMS, ...SHOW_PROBLEMS, 'read-model-behind'],
    permission: readers(SEARCH),
    large: 'always',
  },
  countChoices: {
    method: 'get',
    path: '/audit/choices',
    tag: 'Audit',
    summary: 'How many orders each choice of the search finds',
    description:
      'Of each word that a parameter of `GET /audit/orders` is chosen from, the number of orders that it finds alone: of one ' +
      'location, or of all that the reader may see. ' +
      `Numbers are exact up to ${String(MAX_COUNTED_ORDERS)}. Of some locations, up to ${String(MAX_TALLIED_ORDERS)} ` +
      'orders are counted, one location after the other, the newest first; if there are more, all numbers are least numbers.',
    query: ChoicesQuery,
    answers: { 200: json('The words of each parameter, and how many orders each finds', SearchChoices) },
    problems: ['read-model-behind'],
    permission: readers(SEARCH),
  },
} satisfies Endpoints;

/** Finds orders for auditors, those first reported last first. */
export function createSearchRoutes(options: {
  readonly search: OrderSearch;
  readonly count: (locations: readonly string[] | null, gone: AbortSignal) => Promise<SearchChoices | null>;
  readonly show: ShowOrder;
  readonly waitForReadModel: WaitForReadModel;
  readonly accessLog: Pick<AccessLog, 'record' | 'show'>;
  readonly readers: Pick<ReaderDirectory, 'isCurrent'>;
}): Router {
  const { search, count, show, waitForReadModel, accessLog, readers: directory } = options;
  const files = new Semaphore(FILES_AT_ONCE);
  const counts = new Semaphore(COUNTS_AT_ONCE);

  return serve(SEARCH_CALLS, {
    findOrders: async ({ request, response, reader, query: { location_id, order_id, from, to, ...rest } }) => {
      const { limit, after = null, license_plate, phone_last4, delivery_status, format, ...query } = rest;
      // Who may look for digits finds them by trying.
      if (phone_last4 !== undefined) requireContact(reader);
      const locations = locationsAskedFor(reader, location_id);
      await waitForReadModel();
      const wanted = {
        ...query,
        orderId: order_id,
        licensePlate: license_plate,
        phoneLast4: phone_last4,
        deliveryStatus: delivery_status,
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
      response.set('Cache-Control', 'no-store');
      if (format === 'csv') {
        const gone = goneSignal(response);
        const goesOn = (): boolean => !gone.aborted && directory.isCurrent(reader);
        const file = await files.use(() => foundOrdersFile(pageOf, after, goesOn));
        if (gone.aborted) return;
        if (file === null) throw new Problem('reader-not-authentic', 'The reader was changed or removed meanwhile.');
        await accessLog.record(reader, { what: 'export', location_id, path: request.originalUrl });
        response
          .set({ 'Content-Type': EXPORT_MEDIA_TYPES.csv, 'Content-Disposition': 'attachment; filename="orders.csv"' })
          .send(file);
        return;
      }
      const page = await pageOf(limit, after);
      await accessLog.record(reader, { what: 'search', location_id, path: request.originalUrl });
      accessLog.show(reader, request.originalUrl, page.orders);
      response.json(page);
    },
    countChoices: async ({ response, reader, query: { location_id } }) => {
      const locations = locationsAskedFor(reader, location_id);
      await waitForReadModel();
      const gone = goneSignal(response);
      const choices = await counts.use(() => count(locations, gone));
      if (choices !== null) response.set('Cache-Control', 'no-store').json(choices);
    },
  });
}
