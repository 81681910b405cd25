import type { Router } from 'express';
import { CoverageReport, type EndpointReport } from '../../../schemas/api/coverage';
import { CoverageParameters, DEFAULT_COVERAGE_DAYS, MAX_COVERAGE_DAYS } from '../../../schemas/api/requests';
import { type AccessLog, RECORD_PROBLEMS } from '../../access/log/access-log';
import { locationsAskedFor, readers, SEARCH } from '../../access/requirements';
import { type Endpoints, json, serve } from '../../http/endpoint';
import { goneSignal } from '../../http/gone-signal';
import { Problem } from '../../http/problem';
import { type EndpointCounts, NON_2XX_WINDOW_SECONDS, STREAM_ALARMS } from '../../operations/endpoint-counts';
import type { Metrics } from '../../operations/metrics';
import type { CoverageRunner } from './coverage';

const MILLISECONDS_PER_DAY = 24 * 60 * 60 * 1_000;

function endpointOf(counts: EndpointCounts): EndpointReport {
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

export const COVERAGE_CALLS = {
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
 * Counts for auditors what each delivery service really sends.
 * @param now milliseconds since the epoch
 */
export function createCoverageRoutes(options: {
  readonly coverage: Pick<CoverageRunner, 'run'>;
  readonly metrics: Pick<Metrics, 'endpoint'>;
  readonly now: () => number;
  readonly accessLog: Pick<AccessLog, 'record'>;
}): Router {
  const { accessLog, coverage, metrics, now } = options;

  return serve(COVERAGE_CALLS, {
    getCoverage: async ({ request, response, reader, query }) => {
      const locations = locationsAskedFor(reader, query.location_id);
      const to = query.to === undefined ? now() : Date.parse(query.to);
      const from =
        query.from === undefined ? to - DEFAULT_COVERAGE_DAYS * MILLISECONDS_PER_DAY : Date.parse(query.from);
      if (from >= to || to - from > MAX_COVERAGE_DAYS * MILLISECONDS_PER_DAY) {
        const detail = `from and to: expected a range of more than nothing and at most ${String(MAX_COVERAGE_DAYS)} days.`;
        throw new Problem('invalid-parameter', detail);
      }
      const source = query.source?.trim().toLowerCase() ?? null;
      const scan = await coverage.run({ locations, source, from, to }, goneSignal(response));
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
