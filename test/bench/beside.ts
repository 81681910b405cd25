import { loadavg } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { type LoadResult, runLoad } from './load';
import { figure, median, type Part, range } from './report';
import { httpGet, makeDataDir, orderEventsIn, removeDataDir, Server } from './servers';
import type { WebhookOptions } from './webhook';

/** What something beside them costs deliveries. */

/** Without it, and with it. */
const KINDS = ['without', 'with'] as const;
type Kind = (typeof KINDS)[number];

/** Something that goes on beside deliveries, outside the service. */
export interface Companion {
  /** Of the service. */
  readonly env: Readonly<Record<string, string>>;
  /** Begins, or goes on: the service listens at this port. */
  begin(port: number): void;
  /** Rests until it is begun again. */
  pause(): void;
  end(): void;
}

/** What is measured. */
export interface Beside {
  /** `a destination` */
  readonly what: string;
  /** What is counted of it, in words, and the service's metric of that. */
  readonly counted: string;
  readonly metric: RegExp;
  /** The metric says how many there are, and these are to be there all the time; default: it counts what is done. */
  readonly level?: number;
  /** Least share of the deliveries without it. */
  readonly goal: number;
  /** @param dataDir of the service; nothing is begun yet */
  prepare(dataDir: string): Promise<Companion>;
}

/** A stretch of a run in which it goes on, or rests. */
interface Stretch {
  readonly kind: Kind;
  /** Deliveries that were stored in it, and the milliseconds that it lasted. */
  readonly deliveries: number;
  readonly ms: number;
  /** CPU seconds of the service, all of its threads, and of the one that answers. */
  readonly cpu: number;
  readonly mainCpu: number;
  /** What was done, or how many there were at the least. */
  readonly counted: number;
}

interface Run {
  readonly load: LoadResult;
  /** One pair after the other. */
  readonly pairs: readonly Readonly<Record<Kind, Stretch>>[];
  /** Events of orders found on the disk after killing the server. */
  readonly stored: number;
  /** Of the machine, in the last minute. */
  readonly machineLoad: number;
}

const CONNECTIONS = 32;
const WARMUP_SECONDS = 4;
/** Pairs of stretches of a run. */
const PAIRS = 3;
/** Seconds from its begin or rest until that has come to bear: files are looked at again within two. */
const SETTLE_SECONDS = 3;
/** Most deliveries a second that a closed loop is prepared for. */
const CLOSED_LOOP_CAPACITY = 6_000;
/** More of the load than its stretches last, as they also take the time to look. */
const SPARE_SECONDS = 15;

const DELIVERIES = /^ticket_rail_deliveries_total\{[^}]*"recorded"[^}]*\} (\d+)$/m;

const read = (metrics: string, metric: RegExp): number => Number(metric.exec(metrics)?.[1] ?? 0);

async function measureStretch(
  kind: Kind,
  { server, companion, beside, seconds }: Measured & Pick<WebhookOptions, 'seconds'>,
): Promise<Stretch> {
  const { metric, level } = beside;
  if (kind === 'with') companion.begin(server.port);
  else companion.pause();
  await sleep(SETTLE_SECONDS * 1_000);
  const look = async () => {
    const { body } = await httpGet(server.port, '/metrics');
    const [cpu, mainCpu] = [server.cpuSeconds(), server.mainCpuSeconds()];
    return { counted: read(body, metric), deliveries: read(body, DELIVERIES), at: performance.now(), cpu, mainCpu };
  };
  const began = await look();
  await sleep(seconds * 1_000);
  const ended = await look();
  return {
    kind,
    deliveries: ended.deliveries - began.deliveries,
    ms: ended.at - began.at,
    cpu: ended.cpu - began.cpu,
    mainCpu: ended.mainCpu - began.mainCpu,
    counted: level === undefined ? ended.counted - began.counted : Math.min(began.counted, ended.counted),
  };
}

interface Measured {
  readonly beside: Pick<Beside, 'metric' | 'level'>;
  readonly server: Server;
  readonly companion: Companion;
}

/** One service under load, while it goes on and rests in turn. */
async function measureRun(beside: Beside, seconds: number): Promise<Run> {
  const dataDir = makeDataDir();
  const companion = await beside.prepare(dataDir);
  const server = await Server.start('ours', dataDir, { env: companion.env });
  const loadSeconds = 2 * PAIRS * (SETTLE_SECONDS + seconds) + SPARE_SECONDS;
  const loading = runLoad({
    port: server.port,
    connections: CONNECTIONS,
    warmupSeconds: WARMUP_SECONDS,
    seconds: loadSeconds,
    rate: null,
    requests: CLOSED_LOOP_CAPACITY * (WARMUP_SECONDS + loadSeconds),
    salt: 'bench',
    sampleEvery: null,
  });
  while (!(read((await httpGet(server.port, '/metrics')).body, DELIVERIES) > 0)) await sleep(100);
  await sleep(WARMUP_SECONDS * 1_000);
  const pairs: Record<Kind, Stretch>[] = [];
  for (let pair = 0; pair < PAIRS; pair += 1) {
    // In turn, so that a log that grows, and a machine that slows down, befall both alike.
    const order = pair % 2 === 0 ? KINDS : KINDS.toReversed();
    const found = new Map<Kind, Stretch>();
    for (const kind of order) found.set(kind, await measureStretch(kind, { server, companion, beside, seconds }));
    const [without, withIt] = [found.get('without'), found.get('with')];
    if (without !== undefined && withIt !== undefined) pairs.push({ without, with: withIt });
  }
  const load = await loading;
  await server.killAndCount();
  const stored = orderEventsIn(dataDir);
  companion.end();
  removeDataDir(dataDir);
  return { load, pairs, stored, machineLoad: loadavg()[0] ?? NaN };
}

const rateOf = ({ deliveries, ms }: Pick<Stretch, 'deliveries' | 'ms'>): number => (deliveries / ms) * 1_000;

/** Closed loop: what does it cost those who deliver? One service, beside which it goes on and rests in turn. */
export async function measureBeside(beside: Beside, options: WebhookOptions): Promise<Part> {
  const { what, counted: countedWhat, goal, level } = beside;
  const runs: Run[] = [];
  for (let round = 1; round <= options.rounds; round += 1) {
    const run = await measureRun(beside, options.seconds);
    runs.push(run);
    const rates = run.pairs.map((pair) => KINDS.map((kind) => figure(rateOf(pair[kind]))).join(' and '));
    console.log(
      `  round ${String(round)} without and with: ${rates.join(', ')}/s, load of the machine ${figure(run.machineLoad, 1)}`,
    );
  }
  const pairs = runs.flatMap((run) => run.pairs);
  const all = (kind: Kind, of: keyof Omit<Stretch, 'kind'>): number =>
    pairs.reduce((sum, pair) => sum + pair[kind][of], 0);
  const micros = (kind: Kind, of: 'cpu' | 'mainCpu'): string => figure((all(kind, of) / all(kind, 'deliveries')) * 1e6);
  const rate = (kind: Kind): number => rateOf({ deliveries: all(kind, 'deliveries'), ms: all(kind, 'ms') });
  const ratio = rate('with') / rate('without');
  const ratios = pairs.map((pair) => rateOf(pair.with) / rateOf(pair.without));
  const sum = (pick: (one: Run) => number): number => runs.map(pick).reduce((total, one) => total + one, 0);
  const isKept = runs.every(({ load, stored }) => stored === load.accepted && load.errors.count === 0);
  return {
    title:
      `Beside ${what}: ${String(CONNECTIONS)} connections, closed loop, ${String(pairs.length)} pairs of ` +
      `${String(options.seconds)} s without and with in one service`,
    columns: ['', 'requests/s', 'range', 'server CPU us', 'of the main thread', countedWhat],
    rows: KINDS.map((kind) => [
      `${kind} ${what}`,
      figure(rate(kind)),
      range(pairs.map((pair) => rateOf(pair[kind]))),
      micros(kind, 'cpu'),
      micros(kind, 'mainCpu'),
      figure(level === undefined ? all(kind, 'counted') : Math.min(...pairs.map((pair) => pair[kind].counted))),
    ]),
    goals: [
      {
        name: 'deliveries with / without, all pairs together (and median, and each)',
        goal: `>= ${figure(goal, 2)}`,
        figure: `${figure(ratio, 2)} (${figure(median(ratios), 2)}, ${range(ratios, 2)})`,
        met: ratio >= goal,
      },
      {
        name: `${countedWhat} in each stretch with ${what}`,
        goal: level === undefined ? '> 0' : figure(level),
        figure: range(pairs.map((pair) => pair.with.counted)),
        met: pairs.every((pair) => pair.with.counted >= (level ?? 1)),
      },
      {
        name: 'each delivery was new and is stored, found on the disk after SIGKILL',
        goal: 'all, and no other answer',
        figure: `${figure(sum(({ load }) => load.accepted))} answers 200, ${figure(sum(({ load }) => load.errors.count))} others, ${figure(sum(({ stored }) => stored))} events`,
        met: isKept,
      },
    ],
    measurements: runs,
  };
}
