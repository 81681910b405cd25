import type { Router } from 'express';
import { CoverageReport, type Endpoint } from '../../schemas/coverage';
import { OrderPage } from '../../schemas/order-view';
import { CoverageParameters, DEFAULT_COVERAGE_DAYS, MAX_COVERAGE_DAYS, SearchQuery } from '../../schemas/requests';
import { type AccessLog, RECORD_PROBLEMS, SHOW_PROBLEMS } from '../access/log/access-log';
import { readers, requireLocation, SEARCH } from '../access/requirements';
import type { Reader } from '../access/readers/readers';
import { type EndpointCounts, NON_2XX_WINDOW_SECONDS, STREAM_ALARMS } from '../operations/endpoint-counts';
import type { Metrics } from '../operations/metrics';
import { orderPageFor } from '../orders/order-page';
import type { WaitForReadModel } from '../read-model/wait';
import { type Endpoints, json, serve } from '../http/endpoint';
import { Problem, STORE_PROBLEMS } from '../http/problem';
import type { CoverageRunner } from './coverage/coverage';
import type { OrderSearch } from '../orders/search';

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

const MILLISECONDS_PER_DAY = 24 * 60 * 60 * 1_000;

function endpointOf(counts: EndpointCounts): Endpoint {
  const { since, deliveries, non2xxShare, notAuthenticShare, secretsInDoubt, lastAuthentic } = counts;
  const usable = deliveries.recorded + deliveries.repeat;
  return {
    since: new Date(since).toISOString(),
    deliveries,
    repeats: { count: deliveries.repeat, share: usable === 0 ? null : deliveries.repeat / usable },
    non_2xx: {
      window_seconds: NON_2XX_WINDOW_SECONDS,
      share: non2xxShare,
      alarms: STREAM_ALARMS.map((at) => ({ at, reached: non2xxShare >= at })),
    },
    not_authentic: {
      share: notAuthenticShare,
      secrets_in_doubt: secretsInDoubt,
      last_authentic_at: lastAuthentic === null ? null : new Date(lastAuthentic).toISOString(),
    },
  };
}

export const INSIGHT_CALLS = {
  findOrders: {
    method: 'get',
    path: '/audit/orders',
    tag: 'Audit',
    summary: 'Find orders',
    description: 'A page may be short, or empty, and have a `next`: go on until it is null.',
    query: SearchQuery,
    answers: {
      200: json('A page of orders in their current state, in the order in which they were first reported', OrderPage),
    },
    problems: [...RECORD_PROBLEMS, ...SHOW_PROBLEMS, ...STORE_PROBLEMS, 'read-model-behind'],
    permission: readers(SEARCH),
    large: 'always',
  },
  getCoverage: {
    method: 'get',
    path: '/coverage',
    tag: 'Audit',
    summary: 'What each delivery service really sends',
    description: 'Counted from the log when it is asked for; one query is answered at a time.',
    query: CoverageParameters,
    answers: { 200: json('Counted from the log, by location and source', CoverageReport) },
    problems: ['coverage-busy', ...RECORD_PROBLEMS],
    permission: readers(SEARCH),
  },
} satisfies Endpoints;

/**
 * What auditors ask about many orders at once.
 * @param now milliseconds since the epoch
 */
export function createInsightRoutes(options: {
  readonly search: OrderSearch;
  readonly waitForReadModel: WaitForReadModel;
  readonly coverage: Pick<CoverageRunner, 'run'>;
  readonly metrics: Pick<Metrics, 'endpoint'>;
  readonly now: () => number;
  readonly accessLog: Pick<AccessLog, 'record' | 'show'>;
}): Router {
  const { search, waitForReadModel, accessLog, coverage, metrics, now } = options;

  return serve(INSIGHT_CALLS, {
    findOrders: async ({ request, response, reader, query: { location_id, order_id, from, to, ...rest } }) => {
      const { limit, after = 0, ...query } = rest;
      const locations = locationsOf(reader, location_id);
      await waitForReadModel();
      const found = await search.find(
        locations,
        { ...query, orderId: order_id, from: asStored(from), to: asStored(to) },
        { limit, after },
      );
      const page = orderPageFor(reader, found);
      await accessLog.record(reader, { what: 'search', location_id, path: request.originalUrl });
      accessLog.show(reader, request.originalUrl, page.orders);
      response.set('Cache-Control', 'no-store').json(page);
    },

    getCoverage: async ({ request, response, reader, query }) => {
      const locations = locationsOf(reader, query.location_id);
      const to = query.to === undefined ? now() : Date.parse(query.to);
      const from =
        query.from === undefined ? to - DEFAULT_COVERAGE_DAYS * MILLISECONDS_PER_DAY : Date.parse(query.from);
      if (from >= to || to - from > MAX_COVERAGE_DAYS * MILLISECONDS_PER_DAY) {
        const detail = `from and to: expected a range of more than nothing and at most ${String(MAX_COVERAGE_DAYS)} days.`;
        throw new Problem('invalid-parameter', detail);
      }
      const gone = new AbortController();
      response.once('close', () => {
        gone.abort();
      });
      const source = query.source?.trim().toLowerCase() ?? null;
      const scan = await coverage.run({ locations, source, from, to }, gone.signal);
      if (scan === null) throw new Problem('coverage-busy', 'Each reads much of the log. Ask again.');
      const report: CoverageReport = {
        from: new Date(from).toISOString(),
        to: new Date(to).toISOString(),
        ...scan,
        endpoint: reader.locations === '*' ? endpointOf(metrics.endpoint) : null,
      };
      const { location_id } = query;
      await accessLog.record(reader, { what: 'coverage', location_id, path: request.originalUrl });
      response.set('Cache-Control', 'no-store').json(report);
    },
  });
}
