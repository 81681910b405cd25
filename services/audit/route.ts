import type { Request, Response, Router } from 'express';
import { z } from 'zod';
import { orderStream } from '../../schemas/events/order-events';
import { offsetsOfZone, timeWordsBy } from '../../schemas/local-time';
import { OrderSummaries } from '../../schemas/api/order-summary';
import { HistoryPage } from '../../schemas/api/order-view';
import {
  DEFAULT_TIME_ZONE,
  ExportQuery,
  HistoryQuery,
  LocationPath,
  OrderHistoryQuery,
  OrderPath,
  SummaryQuery,
} from '../../schemas/api/requests';
import { summaryText } from '../../schemas/language/sentences/summary-words';
import { ALL_LOCATIONS, HISTORY, readers, THIS_LOCATION } from '../access/requirements';
import { historyFor } from '../access/withhold';
import { type Endpoints, json, serve } from '../http/endpoint';
import { Problem, STORE_PROBLEMS } from '../http/problem';
import { parseQuery } from '../http/query';
import { EXPORT_FORMATS, type ExportFormat } from './export/export-events';
import type { Scope } from './export/ndjson';
import { readIfThere } from '../event-store/reads';
import type { ExportSource } from './export/select-events';
import { EXPORT_MEDIA_TYPES, type SendExport } from './export/send-export';
import { RECORD_PROBLEMS, type RecordAccess } from '../access/log/access-log';
import type { Reader } from '../access/readers/readers';
import type { Locations } from '../locations/open-locations';
import type { OrderHistory } from '../orders/history';

/** By media type; `json` is what comes first where a client takes anything. */
const ACCEPTED = ['application/json', EXPORT_MEDIA_TYPES.ndjson, 'text/csv'];

/** @returns the format of a file that is asked for, or null for a page of JSON. */
function fileFormat(request: Request): ExportFormat | null {
  const { format } = request.query;
  if (format === undefined) {
    const accepted = request.accepts(ACCEPTED);
    return EXPORT_FORMATS.find((one) => accepted !== false && EXPORT_MEDIA_TYPES[one].startsWith(accepted)) ?? null;
  }
  return EXPORT_FORMATS.find((one) => one === format) ?? null;
}

/** The file that an export is, in its two formats. */
const EXPORT_FILE = { 'application/x-ndjson': [z.string()], 'text/csv': [z.string()] };
const AS_A_FILE = {
  description: 'A file. The manifest is its last line, of CSV its last row',
  content: EXPORT_FILE,
};
const EXPORT_PROBLEMS = [...RECORD_PROBLEMS, ...STORE_PROBLEMS, 'too-many-exports'] as const;

export const AUDIT_CALLS = {
  getOrderHistory: {
    method: 'get',
    path: '/locations/{location_id}/orders/{order_id}/history',
    tag: 'Audit',
    summary: 'Every event of an order beside the state after it',
    description: 'A page, or by `format` or the header Accept all of them as a file, which takes `from` and `to`.',
    params: OrderPath,
    query: OrderHistoryQuery,
    answers: {
      200: {
        description: 'A page of events, oldest first; or all of them as a file, by format or Accept',
        content: { 'application/json': [HistoryPage], ...EXPORT_FILE },
      },
    },
    problems: ['order-not-found', ...EXPORT_PROBLEMS],
    permission: readers(THIS_LOCATION, HISTORY),
    large: 'always',
  },
  getOrderSummary: {
    method: 'get',
    path: '/locations/{location_id}/orders/{order_id}/summary',
    tag: 'Audit',
    summary: 'What became of an order: stages, drivers, and one sentence',
    description:
      'How long it stood at each stage, who was to bring it from when to when, when each driver was at the restaurant, ' +
      'with whom the food left, and how its events were read. It holds no phone and no passcode.',
    params: OrderPath,
    query: SummaryQuery,
    answers: { 200: json('What became of the orders of this number, oldest first', OrderSummaries) },
    problems: ['order-not-found', ...RECORD_PROBLEMS, ...STORE_PROBLEMS],
    permission: readers(THIS_LOCATION, HISTORY),
    large: 'always',
  },
  exportLocation: {
    method: 'get',
    path: '/locations/{location_id}/history',
    tag: 'Audit',
    summary: 'Every event of the orders of a location, as a file',
    description: 'In the order of the log, however many there are.',
    params: LocationPath,
    query: ExportQuery,
    answers: { 200: AS_A_FILE },
    problems: EXPORT_PROBLEMS,
    permission: readers(THIS_LOCATION, HISTORY),
    large: 'always',
  },
  exportAll: {
    method: 'get',
    path: '/history',
    tag: 'Audit',
    summary: 'Every event of all orders, as a file, for readers of all locations',
    description: 'In the order of the log, however many there are.',
    query: ExportQuery,
    answers: { 200: AS_A_FILE },
    problems: EXPORT_PROBLEMS,
    permission: readers(HISTORY, ALL_LOCATIONS),
    large: 'always',
  },
} satisfies Endpoints;

/** Creates the routes that auditors read: every event of an order beside the state after it, and files of it. */
export function createAuditRoutes(options: {
  readonly store: ExportSource;
  readonly history: OrderHistory;
  readonly factsOf: Locations['factsOf'];
  readonly recordAccess: RecordAccess;
  readonly sendExport: SendExport;
}): Router {
  const { store, history, factsOf, recordAccess, sendExport } = options;
  async function sendFile(
    { request, response, reader }: { readonly request: Request; readonly response: Response; readonly reader: Reader },
    of: Omit<Scope, 'streams'>,
  ): Promise<void> {
    const { from = null, to = null } = parseQuery(ExportQuery, request);
    const { location_id, order_id } = of;
    if (location_id !== null && order_id !== null) {
      let exists = false;
      for await (const _ of readIfThere(store, orderStream({ location_id, order_id }), { limit: 1 })) exists = true;
      if (!exists) throw new Problem('order-not-found', 'Nothing was ever reported about this order.');
    }
    await recordAccess(reader, {
      what: 'export',
      location_id: location_id ?? undefined,
      order_id: order_id ?? undefined,
      path: request.originalUrl,
    });
    const selection = { scope: { ...of, streams: 'orders' as const }, from, to };
    const format = fileFormat(request) ?? 'ndjson';
    await sendExport(response, reader, selection, format, request.method === 'HEAD');
  }

  return serve(AUDIT_CALLS, {
    getOrderHistory: async (call) => {
      const { request, response, reader, params: key } = call;
      if (fileFormat(request) !== null) {
        await sendFile(call, key);
        return;
      }
      const { after, limit } = parseQuery(HistoryQuery, request);
      const page = await history.page(key, after ?? null, limit);
      if (page === null) throw new Problem('order-not-found', 'Nothing was ever reported about this order.');
      await recordAccess(reader, { what: 'history', ...key, path: request.originalUrl });
      response.set('Cache-Control', 'no-store').json(historyFor(reader, page));
    },

    getOrderSummary: async ({ request, response, reader, params: key, query }) => {
      const summary = await history.summary(key);
      if (summary === null) throw new Problem('order-not-found', 'Nothing was ever reported about this order.');
      await recordAccess(reader, { what: 'history', ...key, path: request.originalUrl });
      const time_zone = query.time_zone ?? factsOf(key.location_id).time_zone ?? DEFAULT_TIME_ZONE;
      const timeWords = timeWordsBy(offsetsOfZone(time_zone));
      const orders = summary.orders.map((order) => ({ ...order, sentence: summaryText(order, timeWords) }));
      const answer: OrderSummaries = { ...key, time_zone, complete: summary.complete, orders };
      response.set('Cache-Control', 'no-store').json(answer);
    },

    exportLocation: (call) => sendFile(call, { location_id: call.params.location_id, order_id: null }),

    exportAll: (call) => sendFile(call, { location_id: null, order_id: null }),
  });
}
