import type { Request, Response, Router } from 'express';
import { toOrder } from '../../projections/order/order';
import { Order, OrderPage } from '../../schemas/api/order-view';
import { ListQuery, LocationPath, OrderPath, OrderQuery } from '../../schemas/api/requests';
import type { LocationId } from '../../schemas/wire/handle-order';
import { type AccessLog, RECORD_PROBLEMS, SHOW_PROBLEMS } from '../access/log/access-log';
import { readers, requireHistory, THIS_LOCATION } from '../access/requirements';
import { seesContact } from '../access/permissions';
import type { Reader } from '../access/readers/readers';
import { orderFor } from '../access/withhold';
import type { PastMoment, OrderHistory } from './history';
import type { PastOrders } from './past-orders';
import { type Endpoints, json, serve } from '../http/endpoint';
import { Problem, STORE_PROBLEMS } from '../http/problem';
import type { KeptLabel, Labels } from '../labels/labels';
import type { OrderTableReader } from '../read-model/order-table/reader';
import type { ListedOrders, ListOptions } from '../read-model/order-table/slices';
import type { OrderRecord } from '../read-model/order-table/schema';
import { nextTurn } from '../concurrency/turns';
import { driverGroupsWith, orderPageFor } from './order-page';
import type { WaitForReadModel } from '../read-model/wait';

/** Orders that are read in one turn of the event loop. */
const SLICE_ORDERS = 256;

/** Active orders of a location that are looked through for those of one driver: the ones with the newest news. */
const MAX_GROUPED_ORDERS = SLICE_ORDERS;

/** Reads a page of orders as {@link OrderTableReader.list} does, however long it is, without keeping others waiting. */
async function listInTurns(
  orders: Pick<OrderTableReader, 'list'>,
  locationId: LocationId,
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

/** Completes a page of a location's current orders with those that one driver takes together. */
async function withDriverGroups(
  page: OrderPage,
  orders: Pick<OrderTableReader, 'newest'>,
  locationId: LocationId,
  now: number,
): Promise<OrderPage> {
  await nextTurn();
  const { orders: active } = orders.newest(locationId, MAX_GROUPED_ORDERS, 0);
  return { ...page, driver_groups: driverGroupsWith(page.orders, active, now) };
}

/**
 * Returns the ETag of an order for a reader. A reader sees one form of an order, so an ETag of the other must not say
 * that nothing changed.
 */
function etagOf(reader: Reader, { revision }: Order, foldVersion: string, label: KeptLabel | null): string {
  const labelled = label === null ? '' : `-${String(label.revision)}`;
  return `"${String(revision)}-${foldVersion}${labelled}${seesContact(reader) ? '' : '-withheld'}"`;
}

export const ORDER_CALLS = {
  listOrders: {
    method: 'get',
    path: '/locations/{location_id}/orders',
    tag: 'Orders',
    summary: 'The orders of a location, in the order in which they were first reported',
    description:
      'Their current states, or with `as_of` those that they had at a time, which takes a role that sees the history. ' +
      `\`driver_groups\` says which of the ${String(MAX_GROUPED_ORDERS)} active orders with the newest news one driver takes together.`,
    params: LocationPath,
    query: ListQuery,
    answers: { 200: json('A page of orders', OrderPage) },
    problems: [...RECORD_PROBLEMS, ...SHOW_PROBLEMS, ...STORE_PROBLEMS, 'read-model-behind'],
    permission: readers(THIS_LOCATION),
    large: 'if-asked',
  },
  getOrder: {
    method: 'get',
    path: '/locations/{location_id}/orders/{order_id}',
    tag: 'Orders',
    summary: 'One order in its current state, or in a past one',
    description: 'A past state, by `at_revision` or `as_of`, takes a role that sees the history.',
    params: OrderPath,
    query: OrderQuery,
    answers: {
      200: { ...json('The order', Order), headers: { ETag: 'changes with the revision and the label' } },
      304: { description: 'Not changed since the ETag in If-None-Match' },
    },
    problems: [
      'order-not-found',
      'revision-not-found',
      ...RECORD_PROBLEMS,
      ...SHOW_PROBLEMS,
      ...STORE_PROBLEMS,
      'read-model-behind',
    ],
    permission: readers(THIS_LOCATION),
    large: 'if-asked',
  },
} satisfies Endpoints;

/**
 * Creates the routes that POS screens and POS systems read: what is true now, from the read model, and what was true
 * when, by replay.
 * @param foldVersion identifies the reading of history, which is part of an answer's ETag; `now` gives milliseconds since
 *   the epoch
 */
export function createOrderRoutes(options: {
  readonly orders: OrderTableReader;
  readonly waitForReadModel: WaitForReadModel;
  readonly history: OrderHistory;
  readonly pastOrders: PastOrders;
  readonly accessLog: Pick<AccessLog, 'record' | 'show'>;
  readonly foldVersion: string;
  readonly labels: Pick<Labels, 'show' | 'get'>;
  readonly now: () => number;
}): Router {
  const { orders, waitForReadModel, history, pastOrders, accessLog, foldVersion, labels, now } = options;
  /** @param record called with the order as it is about to be shown, unless the reader has it already */
  const send = (
    { request, response, reader }: { readonly request: Request; readonly response: Response; readonly reader: Reader },
    order: Order | null,
    record: (shown: Order) => void = () => undefined,
  ): void => {
    if (order === null) throw new Problem('order-not-found', 'Nothing was ever reported about this order.');
    response.set({
      ETag: etagOf(reader, order, foldVersion, order.label === undefined ? null : labels.get(order)),
      'Cache-Control': 'private, no-cache',
    });
    if (request.fresh) {
      response.status(304).end();
      return;
    }
    const shown = orderFor(reader, order);
    record(shown);
    response.json(shown);
  };

  return serve(ORDER_CALLS, {
    listOrders: async ({ request, response, reader, params: { location_id }, query }) => {
      const { as_of, after = 0, stage, active, limit } = query;
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
          ? await listInTurns(orders, location_id, options)
          : await pastOrders.list(location_id, Date.parse(as_of), options);
      const page = orderPageFor(reader, listed, as_of === undefined ? labels.show : toOrder);
      if (as_of === undefined) accessLog.show(reader, request.originalUrl, page.orders);
      else await accessLog.record(reader, { what: 'history', location_id, path: request.originalUrl });
      const answer = as_of === undefined ? await withDriverGroups(page, orders, location_id, now()) : page;
      response.set('Cache-Control', 'no-store').json(answer);
    },

    getOrder: async (call) => {
      const { request, reader, params: key, query } = call;
      const moment: PastMoment | null =
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
        send(call, toOrder(key, state));
        return;
      }
      const { min_revision: least = -1 } = query;
      await waitForReadModel(() => least < 0 || (orders.get(key)?.revision ?? -1) >= least);
      const state = orders.get(key);
      if (state === null) throw new Problem('order-not-found', 'Nothing was ever reported about this order.');
      send(call, labels.show(key, state), (order) => {
        accessLog.show(reader, request.originalUrl, [order]);
      });
    },
  });
}
