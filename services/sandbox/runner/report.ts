import type { Checked } from './checks';
import { FAULT_NAMES, type FaultName, type Run } from './faults';
import type { RunResult, SentAttempt } from './run-scenario';
import { count } from '../../terminal/figures';

/** What is reported of a run. */

/** Most surprises, and deliveries that were never acknowledged, that are listed; the rest is counted. */
const MAX_LISTED = 20;

export interface Counted<Item> {
  readonly count: number;
  readonly first: readonly Item[];
}

/** An answer that nobody expected. */
export interface Surprise {
  readonly location_id: string;
  readonly order_id: string;
  readonly fault: FaultName | null;
  readonly expected: string;
  readonly status: number | null;
  readonly request_id: string | null;
  readonly answer: string | null;
}

interface Tally {
  readonly attempts: number;
  readonly as_expected: number;
  /** No answer, or one by which the POS says that it failed. */
  readonly failed: number;
  readonly otherwise: number;
}

/** What of a run a Ticket Rail was asked about afterwards. */
export type Check =
  | { readonly kind: 'checked'; readonly checked: Checked }
  /** `failed`: it was to be checked, and could not be. */
  | { readonly kind: 'none' | 'failed'; readonly reason: string };

export interface RunReport {
  readonly scenario: string;
  readonly seed: number;
  readonly run_id: string;
  readonly target: string;
  readonly speed: number;
  readonly orders: number;
  readonly deliveries: number;
  readonly duration_s: number;
  readonly behind_s: number;
  readonly attempts: {
    readonly sent: number;
    readonly retries: number;
    readonly acknowledged: number;
    readonly per_second: number;
  };
  readonly never_acknowledged: Counted<{
    readonly location_id: string;
    readonly order_id: string;
    readonly delivery: number;
  }>;
  /** By fault; `none` is what nothing happened to. */
  readonly faults: Readonly<Record<string, Tally>>;
  /** Attempts by HTTP status. */
  readonly answers: Readonly<Record<string, number>>;
  readonly surprises: Counted<Surprise>;
  readonly latency_ms: { readonly p50: number; readonly p95: number; readonly p99: number; readonly max: number };
  readonly check: Check;
  /** Why the run ended early, or null. */
  readonly ended: string | null;
  /** All was acknowledged, nothing was answered otherwise than expected, and nothing that was checked is amiss. */
  readonly good: boolean;
}

export interface Named {
  readonly scenario: string;
  readonly seed: number;
  readonly run_id: string;
  readonly target: string;
  readonly speed: number;
}

export function reportOf(named: Named, run: Run, result: RunResult, check: Check): RunReport {
  const { sent, duration_ms, behind_ms, ended } = result;
  const acknowledged = new Set(
    sent
      .filter(({ effect }) => effect === 'acknowledged')
      .map(({ order, delivery }) => `${String(order)} ${String(delivery)}`),
  );
  const never = run.orders.flatMap(({ key, deliveries }, order) =>
    deliveries.flatMap((_, delivery) =>
      acknowledged.has(`${String(order)} ${String(delivery)}`) ? [] : [{ ...key, delivery: delivery + 1 }],
    ),
  );
  const surprises = sent.filter(({ outcome }) => outcome === 'otherwise').map((one) => surpriseOf(one, run));
  const checkedWell = check.kind === 'checked' ? check.checked.findings.count === 0 : check.kind === 'none';
  return {
    ...named,
    orders: run.orders.length,
    deliveries: run.orders.reduce((sum, { deliveries }) => sum + deliveries.length, 0),
    duration_s: duration_ms / 1_000,
    behind_s: behind_ms / 1_000,
    attempts: {
      sent: sent.length,
      retries: sent.filter(({ retry }) => retry > 0).length,
      acknowledged: sent.filter(({ effect }) => effect === 'acknowledged').length,
      per_second: (sent.length * 1_000) / Math.max(1, duration_ms),
    },
    never_acknowledged: counted(never),
    faults: Object.fromEntries(tallies(sent, run)),
    answers: Object.fromEntries(
      [...countBy(sent, ({ status }) => (status === null ? 'no answer' : String(status)))].sort(),
    ),
    surprises: counted(surprises),
    latency_ms: latencies(sent),
    check,
    ended,
    good: ended === null && never.length === 0 && surprises.length === 0 && checkedWell,
  };
}

const counted = <Item>(items: readonly Item[]): Counted<Item> => ({
  count: items.length,
  first: items.slice(0, MAX_LISTED),
});

function countBy<Item>(items: readonly Item[], key: (item: Item) => string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const item of items) counts.set(key(item), (counts.get(key(item)) ?? 0) + 1);
  return counts;
}

function tallies(sent: readonly SentAttempt[], run: Run): [string, Tally][] {
  const faultOf = ({ attempt }: SentAttempt): FaultName | 'none' => run.attempts[attempt]?.fault ?? 'none';
  return (['none', ...FAULT_NAMES] as const).flatMap((fault): [string, Tally][] => {
    const some = sent.filter((one) => faultOf(one) === fault);
    if (some.length === 0) return [];
    const outcomes = countBy(some, (one) => one.outcome);
    return [
      [
        fault,
        {
          attempts: some.length,
          as_expected: outcomes.get('as-expected') ?? 0,
          failed: outcomes.get('failed') ?? 0,
          otherwise: outcomes.get('otherwise') ?? 0,
        },
      ],
    ];
  });
}

function surpriseOf({ order, attempt, status, requestId, detail }: SentAttempt, run: Run): Surprise {
  const { fault = null, expects = 'acknowledged' } = run.attempts[attempt] ?? {};
  const { location_id = '', order_id = '' } = run.orders[order]?.key ?? {};
  return { location_id, order_id, fault, expected: expects, status, request_id: requestId, answer: detail };
}

function latencies(sent: readonly SentAttempt[]): RunReport['latency_ms'] {
  const sorted = Float64Array.from(
    sent.filter(({ status }) => status !== null).map(({ begun_ms, ended_ms }) => ended_ms - begun_ms),
  ).sort();
  // Nearest rank: the smallest that so many percent do not exceed.
  const percentile = (percent: number): number =>
    sorted[Math.max(0, Math.ceil((sorted.length * percent) / 100) - 1)] ?? 0;
  return { p50: percentile(50), p95: percentile(95), p99: percentile(99), max: percentile(100) };
}

const ms = (value: number): string => `${value.toFixed(1)} ms`;

/** @returns the report for people, line by line */
export function reportLines(report: RunReport): string[] {
  const { attempts, latency_ms: latency, never_acknowledged: never, surprises, check } = report;
  const faults = Object.entries(report.faults).map(
    ([fault, tally]) =>
      `  ${fault.padEnd(18)} ${count(tally.attempts).padStart(9)} attempts, ${count(tally.as_expected)} as expected` +
      (tally.failed > 0 ? `, ${count(tally.failed)} failed` : '') +
      (tally.otherwise > 0 ? `, ${count(tally.otherwise)} OTHERWISE` : ''),
  );
  return [
    ...(report.ended === null ? [] : [`Ended early: ${report.ended}`]),
    `${report.scenario}, seed ${String(report.seed)}, run ${report.run_id}: ${count(report.orders)} orders, ` +
      `${count(report.deliveries)} deliveries in ${report.duration_s.toFixed(1)} s` +
      (report.behind_s >= 1 ? `, up to ${report.behind_s.toFixed(1)} s behind time` : ''),
    `Sent ${count(attempts.sent)} attempts, ${attempts.per_second.toFixed(0)} a second, ` +
      `${count(attempts.retries)} of them retries; ${count(attempts.acknowledged)} acknowledged`,
    `Answers: ${Object.entries(report.answers)
      .map(([status, answers]) => `${count(answers)} ${status}`)
      .join(', ')}`,
    `Latency: p50 ${ms(latency.p50)}, p95 ${ms(latency.p95)}, p99 ${ms(latency.p99)}, most ${ms(latency.max)}`,
    ...faults,
    ...format(
      surprises,
      'answers that were not expected',
      (one) =>
        `${one.order_id}: ${one.fault ?? 'no fault'}, expected ${one.expected}, got ${String(one.status)} ` +
        `(request ${one.request_id ?? 'unknown'}): ${one.answer ?? ''}`,
    ),
    ...format(
      never,
      'deliveries never acknowledged',
      ({ order_id, delivery }) => `${order_id}: delivery ${String(delivery)}`,
    ),
    ...checkLines(check),
    report.good ? 'Good.' : 'NOT GOOD.',
  ];
}

function checkLines(check: Check): string[] {
  if (check.kind !== 'checked') return [`Not checked: ${check.reason}.`];
  const { orders, events, reported, stage, listed, live, findings } = check.checked;
  const compared = (axis: typeof reported): string =>
    `${count(axis.equal)} equal, ${count(axis.different)} different, ${count(axis.undetermined)} undetermined`;
  return [
    `Checked ${count(orders)} orders with ${count(events)} events, ${count(listed)} on lists, ${count(live)} on live boards`,
    `  status, delivery status and driver by what was acknowledged last: ${compared(reported)}`,
    `  stage by the end of the story: ${compared(stage)}`,
    ...format(
      findings,
      'findings',
      ({ kind, location_id, order_id, detail }) => `${kind}: ${location_id} ${order_id}: ${detail}`,
    ),
  ];
}

const format = <Item>(some: Counted<Item>, name: string, line: (item: Item) => string): string[] =>
  some.count === 0 ? [] : [`${count(some.count)} ${name}:`, ...some.first.map((item) => `  ${line(item)}`)];
