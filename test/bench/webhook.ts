import { type LoadPlan, type LoadResult, runLoad } from './load';
import { figure, type Goal, median, type Part, range } from './report';
import { makeDataDir, removeDataDir, Server, type ServerName } from './servers';

/** How long to measure. */
export interface WebhookOptions {
  readonly rounds: number;
  readonly seconds: number;
}

/** One server under load once. */
interface Run {
  readonly server: ServerName;
  readonly load: LoadResult;
  /** CPU microseconds of the server, all threads, for each request, warm-up included. */
  readonly cpuMicros: number;
  /** Events found on the disk after killing the server, or null if it keeps none. */
  readonly stored: number | null;
}

const CONNECTIONS = 64;
const WARMUP_SECONDS = 2;
/** Most requests a second that a closed loop is prepared for. */
const CLOSED_LOOP_CAPACITY = 25_000;
const LATENCY_RATE = 1_000;
const LAG_RATE = 2_000;
/** Every 20th of 2,000/s is 100 reads a second: enough to see, too few to be a load. */
const LAG_SAMPLE_EVERY = 20;

/** Puts one fresh server under load, kills it, and counts what it kept. */
async function run(server: ServerName, plan: Pick<LoadPlan, 'rate' | 'seconds' | 'sampleEvery'>): Promise<Run> {
  const dataDir = makeDataDir();
  let running: Server | null = null;
  try {
    running = await Server.start(server, dataDir);
    const cpu = running.cpuSeconds();
    const load = await runLoad({
      ...plan,
      port: running.port,
      connections: CONNECTIONS,
      warmupSeconds: WARMUP_SECONDS,
      requests: Math.ceil((plan.rate ?? CLOSED_LOOP_CAPACITY) * (WARMUP_SECONDS + plan.seconds)),
      salt: 'bench',
    });
    const cpuMicros = ((running.cpuSeconds() - cpu) / load.accepted) * 1e6;
    return { server, load, cpuMicros, stored: await running.killAndCount() };
  } finally {
    await running?.stop();
    removeDataDir(dataDir);
  }
}

/** Runs all servers in turn, round after round, so that a change of the machine's mood meets all of them. */
async function rounds(
  servers: readonly ServerName[],
  count: number,
  plan: Pick<LoadPlan, 'rate' | 'seconds' | 'sampleEvery'>,
): Promise<Run[]> {
  const runs: Run[] = [];
  for (let round = 1; round <= count; round += 1) {
    for (const server of servers) {
      const one = await run(server, plan);
      runs.push(one);
      const { rate, latency, errors } = one.load;
      const failed = errors.count === 0 ? '' : `, ${figure(errors.count)} ERRORS, the first:\n${errors.first ?? ''}`;
      console.log(
        `  round ${String(round)} ${server.padEnd(5)} ${figure(rate).padStart(7)}/s, p99 ${figure(latency.p99, 2)} ms${failed}`,
      );
    }
  }
  return runs;
}

const of = (runs: readonly Run[], server: ServerName, pick: (run: Run) => number): number[] =>
  runs.filter((one) => one.server === server).map(pick);

/** @returns the median over the rounds of what `pick` says of one server, divided by what it says of the other. */
function ratio(runs: readonly Run[], server: ServerName, to: ServerName, pick: (run: Run) => number): number {
  const others = of(runs, to, pick);
  return median(of(runs, server, pick).map((value, round) => value / (others[round] ?? NaN)));
}

/** Every 200 is kept, and nothing but 200 was answered. */
function keptGoal(runs: readonly Run[]): Goal {
  const ours = runs.filter(({ server }) => server === 'ours' || server === 'eventstoredb');
  const wrong = ours.filter(({ load, stored }) => stored !== load.accepted || load.errors.count > 0);
  const sum = (pick: (run: Run) => number): string => figure(ours.map(pick).reduce((total, value) => total + value, 0));
  return {
    name: '(c) and (d) keep what they answered with 200, found in the store after SIGKILL',
    goal: 'all, and no other answer',
    figure: `${sum(({ load }) => load.accepted)} answers 200, ${sum(({ load }) => load.errors.count)} others, ${sum(({ stored }) => stored ?? 0)} events`,
    met: wrong.length === 0,
  };
}

const LABELS: Readonly<Record<ServerName, string>> = {
  floor: '(a) floor: stores nothing',
  naive: '(b) naive: one transaction each',
  ours: '(c) ours',
  eventstoredb: '(d) ours on EventStoreDB (test node)',
  chained: '(e) ours, a checkpoint each second',
  unchained: '(f) ours without the chain',
};

const present = (runs: readonly Run[]): ServerName[] => [...new Set(runs.map(({ server }) => server))];

/** Closed loop: how many a second? */
export async function measureThroughput(servers: readonly ServerName[], options: WebhookOptions): Promise<Part> {
  const runs = await rounds(servers, options.rounds, { rate: null, seconds: options.seconds, sampleEvery: null });
  const toFloor = ratio(runs, 'ours', 'floor', ({ load }) => load.rate);
  const toNaive = ratio(runs, 'ours', 'naive', ({ load }) => load.rate);
  const toOurs = ratio(runs, 'eventstoredb', 'ours', ({ load }) => load.rate);
  const cpuToOurs = ratio(runs, 'eventstoredb', 'ours', ({ cpuMicros }) => cpuMicros);
  const measured = present(runs);
  return {
    title: `Throughput: ${String(CONNECTIONS)} connections, closed loop, medians of ${String(options.rounds)} rounds`,
    columns: ['', 'requests/s', 'range', 'p50 ms', 'p99 ms', 'server CPU us', 'generator CPU'],
    rows: measured.map((server) => [
      LABELS[server],
      figure(median(of(runs, server, ({ load }) => load.rate))),
      range(of(runs, server, ({ load }) => load.rate)),
      figure(median(of(runs, server, ({ load }) => load.latency.p50)), 2),
      figure(median(of(runs, server, ({ load }) => load.latency.p99)), 2),
      figure(median(of(runs, server, ({ cpuMicros }) => cpuMicros))),
      `${figure(median(of(runs, server, ({ load }) => load.cpu)) * 100)} %`,
    ]),
    goals: measured.includes('ours')
      ? [
          { name: '(c) / (a)', goal: '>= 1.00', figure: figure(toFloor, 2), met: toFloor >= 1 },
          { name: '(c) / (b)', goal: '>= 5.00', figure: figure(toNaive, 2), met: toNaive >= 5 },
          { name: '(d) / (c)', goal: '>= 0.55', figure: figure(toOurs, 2), met: toOurs >= 0.55 },
          { name: '(d) / (c), server CPU', goal: '<= 1.50', figure: figure(cpuToOurs, 2), met: cpuToOurs <= 1.5 },
          keptGoal(runs),
        ]
      : [],
    measurements: runs,
  };
}

/** Closed loop: what does tamper evidence cost? */
export async function measureChain(options: WebhookOptions): Promise<Part> {
  const servers = ['unchained', 'chained'] as const;
  const runs = await rounds(servers, options.rounds, { rate: null, seconds: options.seconds, sampleEvery: null });
  const kept = ratio(runs, 'chained', 'unchained', ({ load }) => load.rate);
  return {
    title: `Chain: ${String(CONNECTIONS)} connections, closed loop, medians of ${String(options.rounds)} rounds`,
    columns: ['', 'requests/s', 'range', 'p99 ms', 'server CPU us'],
    rows: servers.map((server) => [
      LABELS[server],
      figure(median(of(runs, server, ({ load }) => load.rate))),
      range(of(runs, server, ({ load }) => load.rate)),
      figure(median(of(runs, server, ({ load }) => load.latency.p99)), 2),
      figure(median(of(runs, server, ({ cpuMicros }) => cpuMicros))),
    ]),
    goals: [{ name: '(e) / (f)', goal: '>= 0.90', figure: figure(kept, 2), met: kept >= 0.9 }],
    measurements: runs,
  };
}

/** Open loop at a rate that all of them can take: how long does an answer take? */
export async function measureLatency(servers: readonly ServerName[], options: WebhookOptions): Promise<Part> {
  const runs = await rounds(servers, options.rounds, {
    rate: LATENCY_RATE,
    seconds: options.seconds,
    sampleEvery: null,
  });
  const toFloor = ratio(runs, 'ours', 'floor', ({ load }) => load.latency.p99);
  const measured = present(runs);
  return {
    title: `Latency: ${figure(LATENCY_RATE)}/s, open loop, from when each was due, medians of ${String(options.rounds)} rounds`,
    columns: ['', 'p50 ms', 'p90 ms', 'p99 ms', 'p99 range', 'p99.9 ms', 'sent late p50 / p99 ms'],
    rows: measured.map((server) => {
      const middle = (pick: (load: LoadResult) => number): string =>
        figure(median(of(runs, server, ({ load }) => pick(load))), 2);
      return [
        LABELS[server],
        middle(({ latency }) => latency.p50),
        middle(({ latency }) => latency.p90),
        middle(({ latency }) => latency.p99),
        range(
          of(runs, server, ({ load }) => load.latency.p99),
          2,
        ),
        middle(({ latency }) => latency.p999),
        `${middle(({ lateness }) => lateness.p50)} / ${middle(({ lateness }) => lateness.p99)}`,
      ];
    }),
    goals: measured.includes('ours')
      ? [
          { name: 'p99 of (c) / p99 of (a)', goal: '<= 2.00', figure: figure(toFloor, 2), met: toFloor <= 2 },
          keptGoal(runs),
        ]
      : [],
    measurements: runs,
  };
}

/** Open loop: how long after its answer does a delivery show in the orders API? */
export async function measureLag(options: WebhookOptions): Promise<Part> {
  const runs = await rounds(['ours'], options.rounds, {
    rate: LAG_RATE,
    seconds: options.seconds,
    sampleEvery: LAG_SAMPLE_EVERY,
  });
  const p99 = median(runs.map(({ load }) => load.lag.p99));
  const middle = (pick: (load: LoadResult) => number, digits = 2): string =>
    figure(median(runs.map(({ load }) => pick(load))), digits);
  return {
    title: `Lag: ${figure(LAG_RATE)}/s, from a delivery's answer to the answer that shows its order`,
    columns: ['', 'p50 ms', 'p90 ms', 'p99 ms', 'p99 range', 'max ms', 'reads', 'repeated reads'],
    rows: [
      [
        LABELS.ours,
        middle(({ lag }) => lag.p50),
        middle(({ lag }) => lag.p90),
        middle(({ lag }) => lag.p99),
        range(
          runs.map(({ load }) => load.lag.p99),
          2,
        ),
        middle(({ lag }) => lag.max),
        middle(({ lag }) => lag.count, 0),
        middle(({ lagRepeats }) => lagRepeats, 0),
      ],
    ],
    goals: [{ name: 'lag p99', goal: '<= 50 ms', figure: `${figure(p99, 1)} ms`, met: p99 <= 50 }, keptGoal(runs)],
    measurements: runs,
  };
}
