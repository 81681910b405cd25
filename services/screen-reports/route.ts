import type { Router } from 'express';
import type { LocationId } from '../../schemas/wire/handle-order';
import type { OrderKey } from '../../schemas/order-key';
import { LocationPath, OrderPath } from '../../schemas/api/requests';
import { MAX_REPORT_BYTES } from '../../schemas/api/screen-limits';
import { OrderReceipts, ScreenList, ScreenReport, type UnwatchedLocation } from '../../schemas/api/screen-reports';
import { createBudget } from '../access/log/budget';
import { type AccessLog, RECORD_PROBLEMS } from '../access/log/access-log';
import { seesLocation } from '../access/permissions';
import { HISTORY, PAGES, readers, SCREENS, THIS_LOCATION } from '../access/requirements';
import { type Endpoints, json, serve } from '../http/endpoint';
import { BODY_PROBLEMS, createJsonBodies, parseBody } from '../http/json-body';
import { Problem, STORE_PROBLEMS } from '../http/problem';
import type { WaitForReadModel } from '../read-model/wait';
import { MAX_SCREENS_OF_ONE, type ReceiptLog } from './receipt-log';
import type { RecordedReceipts } from './recorded-receipts';
import { screenOf, type Watching } from './watching';

/** Most reports that one reader may send at once, and each minute for long: those of 500 screens, and as many again. */
export const REPORTS_AT_ONCE = 2_000;
export const REPORTS_PER_MINUTE = 60_000;
/** Most receipts that one reader may have recorded at once, as after many screens were reloaded, and each minute. */
export const RECEIPTS_AT_ONCE = 50_000;
export const RECEIPTS_PER_MINUTE = 12_000;
/** Reports of the longest that are read at a time. */
const REPORTS_READ_AT_ONCE = 64;
/** Most locations that are listed as watched by nobody. */
const MAX_UNWATCHED = 1_000;

const EXAMPLE = {
  screen_id: '0f1e2d3c4b5a69788796a5b4c3d2e1f0',
  name: 'counter 2',
  kind: 'board',
  visible: true,
  freshness: 'live',
  age_ms: 1_200,
  position: '1024',
  sent_at: '2026-11-21T18:04:06.000Z',
  receipts: [{ order_id: 'pos_order_123', revision: 3, shown: 'tile', at: '2026-11-21T18:04:05.678Z' }],
};

export const SCREEN_CALLS = {
  reportScreen: {
    method: 'post',
    path: '/locations/{location_id}/screen-reports',
    tag: 'Screens',
    summary: 'Say that a screen watches, and what it painted',
    description:
      'Screens of this service do so by themselves. Receipts are recorded some seconds later, off the way of ' +
      'deliveries; one that is sent again, as of the same screen, order, revision and part, is recorded once. One of an ' +
      'order or a revision that the service does not have at the location is not recorded, nor one by more than ' +
      `${String(MAX_SCREENS_OF_ONE)} screens of a reader.`,
    params: LocationPath,
    body: { required: true, content: { 'application/json': [ScreenReport] }, example: EXAMPLE },
    answers: { 204: { description: 'The report is taken' } },
    problems: [...BODY_PROBLEMS, 'too-many-reports', 'read-model-behind'],
    permission: readers(THIS_LOCATION, PAGES),
  },
  listScreens: {
    method: 'get',
    path: '/screen-reports',
    tag: 'Screens',
    summary: 'Which screens watch, how fresh they are, and which locations nobody watches',
    description:
      'Of the reader’s locations, by the last reports that this instance has taken. A location is watched while a ' +
      'board or a wall of it is live and visible, and reports to this instance; one whose active orders have had no news for 12 hours is left out.',
    answers: { 200: json('The screens that have reported lately', ScreenList) },
    problems: ['read-model-behind'],
    permission: readers(SCREENS),
    large: 'always',
  },
  getOrderReceipts: {
    method: 'get',
    path: '/locations/{location_id}/orders/{order_id}/receipts',
    tag: 'Screens',
    summary: 'What screens say that they showed of an order',
    description:
      'A screen says so for itself. That none did is no proof that nobody saw it: a report may be lost, only the days ' +
      'on which the order had news and the days after those are looked through, and what is older than ' +
      'ACCESS_RETENTION_DAYS is deleted.',
    params: OrderPath,
    answers: { 200: json('Receipts, oldest first', OrderReceipts) },
    problems: ['order-not-found', ...RECORD_PROBLEMS, ...STORE_PROBLEMS],
    permission: readers(THIS_LOCATION, HISTORY),
    large: 'always',
  },
} satisfies Endpoints;

/**
 * Creates the routes by which screens report, and operators and auditors read what they reported.
 * @param now milliseconds since the epoch
 * @param monotonic milliseconds of a clock that never goes back
 */
export function createScreenReportRoutes(options: {
  readonly watching: Watching;
  readonly receipts: ReceiptLog;
  /** Null: it is not known yet which are watched. */
  readonly unwatched: () => readonly UnwatchedLocation[] | null;
  readonly recorded: RecordedReceipts;
  readonly waitForReadModel: WaitForReadModel;
  readonly receiptsOf: (key: OrderKey) => Promise<OrderReceipts | null>;
  readonly accessLog: Pick<AccessLog, 'record'>;
  readonly now: () => number;
  readonly monotonic: () => number;
}): Router {
  const { watching, receipts, unwatched, recorded, waitForReadModel } = options;
  const { receiptsOf, accessLog, now, monotonic } = options;
  const withBody = createJsonBodies(MAX_REPORT_BYTES, REPORTS_READ_AT_ONCE);
  const takeReport = createBudget({ atOnce: REPORTS_AT_ONCE, perMinute: REPORTS_PER_MINUTE, now: monotonic });
  const takeReceipts = createBudget({ atOnce: RECEIPTS_AT_ONCE, perMinute: RECEIPTS_PER_MINUTE, now: monotonic });
  const tooMuch = (): Problem =>
    new Problem('too-many-reports', 'Its receipts were not taken: report them again later.');

  return serve(SCREEN_CALLS, {
    reportScreen: ({ request, response, reader: { name: reader }, params: { location_id } }) =>
      withBody(request, response, async (body) => {
        if (!takeReport(reader ?? '', 1)) throw tooMuch();
        const received = { report: parseBody(ScreenReport, body), reader, at: now() };
        watching.take(screenOf(location_id, received));
        const fresh = receipts.fresh(location_id, received);
        if (fresh.length > receipts.room || !takeReceipts(reader ?? '', fresh.length)) throw tooMuch();
        if (recorded(location_id, fresh).length === fresh.length) receipts.add(location_id, received, fresh);
        else {
          // A screen may have heard of an update from an instance whose read model is ahead.
          await waitForReadModel();
          // The same report may have come twice in the meantime.
          receipts.add(location_id, received, recorded(location_id, receipts.fresh(location_id, received)));
        }
        response.status(204).end();
      }),

    listScreens: async ({ response, reader }) => {
      await waitForReadModel();
      const isSeen = ({ location_id }: { readonly location_id: LocationId }): boolean =>
        seesLocation(reader, location_id);
      const screens = watching.list();
      const found = unwatched()?.filter(isSeen) ?? null;
      response.set('Cache-Control', 'no-store').json({
        screens: screens.filter(isSeen),
        unwatched: found?.slice(0, MAX_UNWATCHED) ?? [],
        unwatched_locations: found?.length ?? null,
      } satisfies ScreenList);
    },

    getOrderReceipts: async ({ request, response, reader, params: key }) => {
      const found = await receiptsOf(key);
      if (found === null) throw new Problem('order-not-found', 'Nothing was ever reported about this order.');
      await accessLog.record(reader, { what: 'history', ...key, path: request.originalUrl });
      response.set('Cache-Control', 'no-store').json(found satisfies OrderReceipts);
    },
  });
}
