import { Router } from 'express';
import { SearchQuery } from '../../schemas/requests';
import type { AccessLog } from '../access/access-log';
import { readerOf, requireHistory, requireLocation } from '../access/guard';
import type { Reader } from '../access/readers';
import { orderPageFor } from '../orders/order-page';
import type { WaitForReadModel } from '../orders/wait-for-read-model';
import { takesOnly } from '../problem';
import { readQuery } from '../query';
import type { OrderSearch } from './order-search';

/** As stored times are written, which are compared as text. */
const asStored = (time: string | undefined): string | undefined =>
  time === undefined ? undefined : new Date(Date.parse(time)).toISOString();

/**
 * @returns the locations that are asked about; null for all
 * @throws {Problem} `not-permitted`
 */
function locationsOf(reader: Reader, locationId: string | undefined): readonly string[] | null {
  if (locationId === undefined) return reader.locations === '*' ? null : reader.locations;
  requireLocation(reader, locationId);
  return [locationId];
}

/** What auditors ask about many orders at once. */
export function createInsightRoutes(options: {
  readonly search: OrderSearch;
  readonly waitForReadModel: WaitForReadModel;
  readonly accessLog: Pick<AccessLog, 'record' | 'shown'>;
}): Router {
  const { search, waitForReadModel, accessLog } = options;
  const router = Router();

  router.get('/audit/orders', async (request, response) => {
    const reader = readerOf(response);
    requireHistory(reader);
    const { location_id, order_id, from, to, limit, after = 0, ...query } = readQuery(SearchQuery, request);
    const locations = locationsOf(reader, location_id);
    await accessLog.record(reader, { what: 'search', location_id, path: request.originalUrl });
    await waitForReadModel();
    const found = await search.find(
      locations,
      { ...query, orderId: order_id, from: asStored(from), to: asStored(to) },
      { limit, after },
    );
    const page = orderPageFor(reader, found);
    accessLog.shown(reader, request.originalUrl, page.orders);
    response.set('Cache-Control', 'no-store').json(page);
  });

  router.all('/audit/orders', takesOnly('GET'));
  return router;
}
