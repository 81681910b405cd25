import { type Request, type Response, Router } from 'express';
import { type OrderState, toOrder } from '../../projections/order';
import type { OrderKey } from '../../schemas/handle-order';
import type { Order } from '../../schemas/order-view';
import { ListQuery, OrderQuery } from '../../schemas/requests';
import type { AccessLog } from '../access/log/access-log';
import { readerOf, requireHistory, requireLocation } from '../access/guard';
import { seesContact } from '../access/permissions';
import type { Reader } from '../access/readers/readers';
import { orderFor } from '../access/withhold';
import type { Moment, OrderHistory } from './history';
import type { PastOrders } from './past-orders';
import { Problem, takesOnly } from '../http/problem';
import { readLocation, readOrderKey, readQuery } from '../http/query';
import type { ListedOrders, ListOptions, OrderTableReader } from '../read-model/order-table/reader';
import type { OrderRecord } from '../read-model/order-table/schema';
import { nextTurn } from '../concurrency/turns';
import { orderPageFor } from './order-page';
import type { WaitForReadModel } from '../read-model/wait';

/** Orders that are read in one turn of the event loop. */
const SLICE_ORDERS = 256;

/** Reads a page of orders as {@link OrderTableReader.list} does, however long it is, without keeping others waiting. */
async function listInTurns(
  orders: Pick<OrderTableReader, 'list'>,
  locationId: string,
  options: ListOptions,
): Promise<ListedOrders> {
  const records: OrderRecord[] = [];
  for (let { after } = options; ;) {
    await nextTurn();
    const limit = Math.min(SLICE_ORDERS, options.limit - records.length);
    const slice = orders.list(locationId, { ...options, after, limit });
    records.push(...slice.records);
    if (slice.next === null || records.length === options.limit) return { records, next: slice.next };
    after = slice.next;
  }
}

/**
 * What POS screens and POS systems read: what is true now, from the read model, and what was true when, by replay.
 * @param foldVersion identifies the reading of history, which is part of an answer's ETag
 */
export function createOrderRoutes(options: {
  readonly orders: OrderTableReader;
  readonly waitForReadModel: WaitForReadModel;
  readonly history: OrderHistory;
  readonly pastOrders: PastOrders;
  readonly accessLog: Pick<AccessLog, 'record' | 'show'>;
  readonly foldVersion: string;
}): Router {
  const { orders, waitForReadModel, history, pastOrders, accessLog, foldVersion } = options;
  const router = Router();

  /** A reader sees one form of an order, so an ETag of the other must not tell him that nothing changed. */
  const etagOf = (reader: Reader, revision: number): string =>
    `"${String(revision)}-${foldVersion}${seesContact(reader) ? '' : '-withheld'}"`;

  /** @param record told of the order as it is about to be shown, unless the reader has it already */
  const send = (
    request: Request,
    response: Response,
    key: OrderKey,
    state: OrderState,
    record: (shown: Order) => void = () => undefined,
  ): void => {
    const reader = readerOf(response);
    const order = toOrder(key, state);
    if (order === null) throw new Problem('order-not-found', 'Nothing was ever reported about this order.');
    response.set({ ETag: etagOf(reader, order.revision), 'Cache-Control': 'private, no-cache' });
    if (request.fresh) {
      response.status(304).end();
      return;
    }
    const shown = orderFor(reader, order);
    record(shown);
    response.json(shown);
  };

  router.get('/locations/:location_id/orders', async (request, response) => {
    const reader = readerOf(response);
    const locationId = readLocation(request);
    requireLocation(reader, locationId);
    const { as_of, after = 0, stage, active, limit } = readQuery(ListQuery, request);
    const options = {
      limit,
      after,
      ...(stage === undefined ? {} : { stage }),
      ...(active === undefined ? {} : { active }),
    };
    if (as_of !== undefined) requireHistory(reader);
    await waitForReadModel();
    const listed =
      as_of === undefined
        ? await listInTurns(orders, locationId, options)
        : await pastOrders.list(locationId, Date.parse(as_of), options);
    const page = orderPageFor(reader, listed);
    if (as_of === undefined) accessLog.show(reader, request.originalUrl, page.orders);
    else await accessLog.record(reader, { what: 'history', location_id: locationId, path: request.originalUrl });
    response.set('Cache-Control', 'no-store').json(page);
  });

  router.get('/locations/:location_id/orders/:order_id', async (request, response) => {
    const reader = readerOf(response);
    const key = readOrderKey(request);
    requireLocation(reader, key.location_id);
    const query = readQuery(OrderQuery, request);
    const moment: Moment | null =
      query.at_revision !== undefined
        ? { kind: 'revision', revision: query.at_revision }
        : query.as_of !== undefined
          ? { kind: 'time', at: Date.parse(query.as_of) }
          : null;
    if (moment !== null) {
      requireHistory(reader);
      const state = await history.stateAt(key, moment);
      if (state === null)
        throw new Problem('revision-not-found', 'The order had no such revision, or none at that time.');
      await accessLog.record(reader, { what: 'history', ...key, path: request.originalUrl });
      send(request, response, key, state);
      return;
    }
    const { min_revision: least = -1 } = query;
    await waitForReadModel(() => least < 0 || (orders.get(key)?.revision ?? -1) >= least);
    const state = orders.get(key);
    if (state === null) throw new Problem('order-not-found', 'Nothing was ever reported about this order.');
    send(request, response, key, state, (order) => {
      accessLog.show(reader, request.originalUrl, [order]);
    });
  });

  router.all(['/locations/:location_id/orders', '/locations/:location_id/orders/:order_id'], takesOnly('GET'));
  return router;
}
