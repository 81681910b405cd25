import { type Request, type Response, Router } from 'express';
import { orderStream } from '../../schemas/order-events';
import { ExportQuery, HistoryQuery } from '../../schemas/requests';
import { readerOf, requireAllLocations, requireHistory, requireLocation } from '../access/guard';
import { historyFor } from '../access/withhold';
import { Problem, takesOnly } from '../http/problem';
import { readLocation, readOrderKey, readQuery } from '../http/query';
import { EXPORT_FORMATS, type ExportFormat } from './export/export-events';
import type { Scope } from './export/ndjson';
import { readIfThere } from '../event-store/reads';
import type { ExportSource } from './export/select-events';
import { EXPORT_MEDIA_TYPES, type SendExport } from './export/send-export';
import type { RecordAccess } from '../access/log/access-log';
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

/** What auditors read: every event of an order beside the state after it, and files of it. */
export function createAuditRoutes(options: {
  readonly store: ExportSource;
  readonly history: OrderHistory;
  readonly recordAccess: RecordAccess;
  readonly sendExport: SendExport;
}): Router {
  const { store, history, recordAccess, sendExport } = options;
  const router = Router();

  async function sendFile(request: Request, response: Response, of: Omit<Scope, 'streams'>): Promise<void> {
    const { from = null, to = null } = readQuery(ExportQuery, request);
    const { location_id, order_id } = of;
    if (location_id !== null && order_id !== null) {
      let exists = false;
      for await (const _ of readIfThere(store, orderStream({ location_id, order_id }), { limit: 1 })) exists = true;
      if (!exists) throw new Problem('order-not-found', 'Nothing was ever reported about this order.');
    }
    await recordAccess(readerOf(response), {
      what: 'export',
      location_id: location_id ?? undefined,
      order_id: order_id ?? undefined,
      path: request.originalUrl,
    });
    const selection = { scope: { ...of, streams: 'orders' as const }, from, to };
    const format = fileFormat(request) ?? 'ndjson';
    await sendExport(response, readerOf(response), selection, format, request.method === 'HEAD');
  }

  router.get('/locations/:location_id/orders/:order_id/history', async (request, response) => {
    const reader = readerOf(response);
    const key = readOrderKey(request);
    requireLocation(reader, key.location_id);
    requireHistory(reader);
    if (fileFormat(request) !== null) {
      await sendFile(request, response, key);
      return;
    }
    const { after, limit } = readQuery(HistoryQuery, request);
    const page = await history.page(key, after ?? null, limit);
    if (page === null) throw new Problem('order-not-found', 'Nothing was ever reported about this order.');
    await recordAccess(reader, { what: 'history', ...key, path: request.originalUrl });
    response.set('Cache-Control', 'no-store').json(historyFor(reader, page));
  });

  router.get('/locations/:location_id/history', async (request, response) => {
    const reader = readerOf(response);
    const location = readLocation(request);
    requireLocation(reader, location);
    requireHistory(reader);
    await sendFile(request, response, { location_id: location, order_id: null });
  });

  router.get('/history', async (request, response) => {
    const reader = readerOf(response);
    requireHistory(reader);
    requireAllLocations(reader);
    await sendFile(request, response, { location_id: null, order_id: null });
  });

  router.all(
    ['/locations/:location_id/orders/:order_id/history', '/locations/:location_id/history', '/history'],
    takesOnly('GET'),
  );
  return router;
}
