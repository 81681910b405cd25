import type { LoadResult } from './load';
import { figure, type Part } from './report';

/** What a log that grows does to the service: the figures of a run, as a table and as a page. */

/** Of both loads. */
export const CONNECTIONS = 64;
/** Deliveries a second while the lag is measured. */
export const LAG_RATE = 1_000;

export interface Searched {
  readonly question: string;
  /** Milliseconds of each answer, the shortest first. */
  readonly ms: readonly number[];
}

export interface Size {
  readonly events: number;
  readonly bytes: number;
  readonly rebuildSeconds: number;
  readonly rebuildRssMb: number;
  readonly startMs: number;
  readonly searched: readonly Searched[];
  readonly lag: LoadResult;
  readonly ingest: LoadResult;
  /** CPU microseconds of the service, all threads, for each delivery of the closed loop. */
  readonly cpuMicros: number;
  readonly rssMb: number;
  /** Of the server that stores nothing, under the same load. */
  readonly floor: LoadResult;
}

/** What a run of `npm run bench:growth` has measured. */
export interface Growth {
  readonly at: string;
  readonly machine: { readonly node: string; readonly cpu: string; readonly cores: number };
  readonly sizes: readonly Size[];
}

/** @returns the answer of the slowest question that no more than 1 in 100 answers exceed. */
function slowest(searched: readonly Searched[]): { readonly question: string; readonly ms: number } {
  const all = searched.map(({ question, ms }) => ({ question, ms: ms[Math.ceil(ms.length * 0.99) - 1] ?? NaN }));
  return all.reduce((worst, one) => (one.ms > worst.ms ? one : worst));
}

/** @returns the figures of each size beside each other */
export function partOf({ machine, sizes }: Growth): Part {
  const row = (name: string, of: (size: Size) => string): readonly string[] => [name, ...sizes.map(of)];
  return {
    title: `The service over a growing log; Node ${machine.node}, ${String(machine.cores)} cores`,
    columns: ['events in the log', ...sizes.map(({ events }) => figure(events))],
    rows: [
      row(`deliveries/s, ${String(CONNECTIONS)} connections`, ({ ingest }) => figure(ingest.rate)),
      row('the same of a server that stores nothing', ({ floor }) => figure(floor.rate)),
      row('CPU of a delivery, us', ({ cpuMicros }) => figure(cpuMicros)),
      row(`lag to readable at ${figure(LAG_RATE)}/s, p50 ms`, ({ lag }) => figure(lag.lag.p50, 1)),
      row(`lag to readable at ${figure(LAG_RATE)}/s, p99 ms`, ({ lag }) => figure(lag.lag.p99, 1)),
      row('bytes of an event', ({ bytes }) => figure(bytes)),
      row('memory under load, MB', ({ rssMb }) => figure(rssMb)),
      row('start to ready, s', ({ startMs }) => figure(startMs / 1_000, 2)),
      row('rebuild, s', ({ rebuildSeconds }) => figure(rebuildSeconds, 1)),
      row('rebuild, events/s', ({ events, rebuildSeconds }) => figure(events / rebuildSeconds)),
      row('memory of the rebuild, MB', ({ rebuildRssMb }) => figure(rebuildRssMb)),
      row('search, slowest filter, p99 ms', ({ searched }) => figure(slowest(searched).ms, 1)),
      row('which', ({ searched }) => slowest(searched).question),
    ],
    goals: [],
    measurements: sizes,
  };
}

const SIZE_NAMES: readonly (readonly [least: number, unit: string])[] = [
  [1_000_000, 'million'],
  [1_000, 'thousand'],
];

function sizeName(events: number): string {
  const [least, unit] = SIZE_NAMES.find(([from]) => events >= from) ?? [1, ''];
  return `${figure(events / least)} ${unit}`.trim();
}

const markdownRow = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;

function tableOf(growth: Growth): string {
  const { columns, rows } = partOf(growth);
  const line = columns.map((_, column) => (column === 0 ? '---' : '---:'));
  return [columns, line, ...rows].map(markdownRow).join('\n');
}

/** A chart of GitHub's Markdown: deliveries a second by size, a line for each run. */
function chartOf(runs: readonly Growth[]): string {
  const [first] = runs;
  const names = (first?.sizes ?? []).map(({ events }) => `"${sizeName(events)}"`);
  const lines = runs.map(({ sizes }) => `  line [${sizes.map(({ ingest }) => ingest.rate.toFixed(0)).join(', ')}]`);
  return [
    '```mermaid',
    'xychart-beta',
    `  title "Deliveries a second by events in the log: ${runs.map(({ machine }) => `Node ${machine.node}`).join(', ')}"`,
    `  x-axis [${names.join(', ')}]`,
    '  y-axis "deliveries/s" 0 --> ' +
      String(
        Math.ceil(Math.max(...runs.flatMap(({ sizes }) => sizes.map(({ ingest }) => ingest.rate))) / 1_000) * 1_000,
      ),
    ...lines,
    '```',
  ].join('\n');
}

/** @param runs of the same sizes, each under another Node.js @returns a page of Markdown */
export function pageOf(runs: readonly Growth[]): string {
  const [first] = runs;
  if (first === undefined) throw new Error('there is no run');
  const tables = runs.map((run) => `## Node.js ${run.machine.node}\n\n${tableOf(run)}`);
  return `# Performance

How the whole service fares as its log grows, on the embedded store. Made on ${first.at.slice(0, 10)} by
\`npm run bench:growth\` under each Node.js, then \`npm run bench:page\`, on ${String(first.machine.cores)} cores of ${first.machine.cpu}.
The load generator runs on the same cores.

${chartOf(runs)}

${tables.join('\n\n')}

What the rows are:

- *Deliveries/s*: signed deliveries, each of them new, as fast as ${String(CONNECTIONS)} connections take the answers. A delivery is answered
  when it is on the disk. Below it, an Express server that parses the same bodies and stores nothing, with the same load.
- *Lag to readable*: at ${figure(LAG_RATE)} deliveries/s, from the answer to a delivery to the answer of \`GET\` of its order that
  shows what it said.
- *Rebuild*: making the read model anew from the log, as an upgrade that reads history differently does.
- *Search*: the slowest of all filters of \`GET /audit/orders\`, each alone, asked again and again.

After each load the service is killed with \`kill -9\`, and the run fails unless every delivery that was acknowledged is in the
log, and nothing else.
`;
}
