import { Router } from 'express';
import { HistoryQuery } from '../../schemas/requests';
import { readerOf, requireHistory, requireLocation } from '../access/guard';
import { historyFor } from '../access/withhold';
import { Problem, takesOnly } from '../problem';
import { readOrderKey, readQuery } from '../query';
import type { RecordAccess } from '../access/access-log';
import type { OrderHistory } from './order-history';

/** What auditors read: every event of an order beside the state after it. */
export function createAuditRoutes(history: OrderHistory, recordAccess: RecordAccess): Router {
  const router = Router();
  router.get('/locations/:location_id/orders/:order_id/history', async (request, response) => {
    const reader = readerOf(response);
    const key = readOrderKey(request);
    requireLocation(reader, key.location_id);
    requireHistory(reader);
    const { after, limit } = readQuery(HistoryQuery, request);
    await recordAccess(reader, { what: 'history', ...key, path: request.originalUrl });
    const page = await history.page(key, after ?? null, limit);
    if (page === null) throw new Problem('order-not-found', 'Nothing was ever reported about this order.');
    response.set('Cache-Control', 'no-store').json(historyFor(reader, page));
  });
  router.all('/locations/:location_id/orders/:order_id/history', takesOnly('GET'));
  return router;
}
