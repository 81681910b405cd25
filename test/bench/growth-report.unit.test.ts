import { type Growth, pageOf, type Size } from './growth-report';
import type { LoadResult } from './load';

const summary = { count: 1, mean: 1, p50: 1.5, p90: 2, p99: 3, p999: 4, max: 5 };
const loadOf = (rate: number): LoadResult => ({
  ...{ accepted: 1, errors: { count: 0, first: null }, seconds: 1, rate, cpu: 1, lagRepeats: 0 },
  ...{ latency: summary, lateness: summary, lag: summary },
});
const sizeOf = (events: number, rate: number): Size => ({
  ...{ events, bytes: 622, rebuildSeconds: 2, rebuildRssMb: 200, startMs: 900, cpuMicros: 500, rssMb: 250 },
  searched: [{ question: 'source=uber', ms: [1, 7.25] }],
  ...{ lag: loadOf(1_000), ingest: loadOf(rate), floor: loadOf(2 * rate) },
});
const run = (node: string, rates: readonly number[]): Growth => ({
  at: '2026-11-29T12:00:00.000Z',
  machine: { node, cpu: 'CPU', cores: 2 },
  sizes: rates.map((rate, index) => sizeOf(10 ** (index + 3), rate)),
});

it('the page on performance has a table for each run, with a column for each size, and one line for each in its chart', () => {
  const page = pageOf([run('v20.1.0', [3_000, 2_500]), run('v24.1.0', [4_000, 3_500])]);
  expect(page).toContain('## Node.js v20.1.0');
  expect(page).toContain('## Node.js v24.1.0');
  const rows = page.split('\n').filter((line) => line.startsWith('|'));
  expect(rows.map((row) => row.split('|').length)).toEqual(rows.map(() => 5));
  expect(rows).toContain('| deliveries/s, 64 connections | 3,000 | 2,500 |');
  expect(rows).toContain('| search, slowest filter, p99 ms | 7.3 | 7.3 |');
  expect(page).toContain('x-axis ["1 thousand", "10 thousand"]');
  expect(page.match(/^ {2}line \[.*\]$/gm)).toEqual(['  line [3000, 2500]', '  line [4000, 3500]']);
});
