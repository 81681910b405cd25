import { Router } from 'express';
import type { CoverageReport, Endpoint } from '../../schemas/coverage';
import { CoverageParameters, DEFAULT_COVERAGE_DAYS, MAX_COVERAGE_DAYS, SearchQuery } from '../../schemas/requests';
import type { AccessLog } from '../access/log/access-log';
import { readerOf, requireHistory, requireLocation } from '../access/guard';
import type { Reader } from '../access/readers/readers';
import { type EndpointCounts, NON_2XX_WINDOW_SECONDS, STREAM_ALARMS } from '../operations/endpoint-counts';
import type { Metrics } from '../operations/metrics';
import { orderPageFor } from '../orders/order-page';
import type { WaitForReadModel } from '../read-model/wait';
import { Problem, takesOnly } from '../http/problem';
import { readQuery } from '../http/query';
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
  const router = Router();

  router.get('/audit/orders', async (request, response) => {
    const reader = readerOf(response);
    requireHistory(reader);
    const { location_id, order_id, from, to, limit, after = 0, ...query } = readQuery(SearchQuery, request);
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
  });

  router.get('/coverage', async (request, response) => {
    const reader = readerOf(response);
    requireHistory(reader);
    const query = readQuery(CoverageParameters, request);
    const locations = locationsOf(reader, query.location_id);
    const to = query.to === undefined ? now() : Date.parse(query.to);
    const from = query.from === undefined ? to - DEFAULT_COVERAGE_DAYS * MILLISECONDS_PER_DAY : Date.parse(query.from);
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
  });

  router.all(['/audit/orders', '/coverage'], takesOnly('GET'));
  return router;
}
