import { loadavg } from 'node:os';
import { type LoadResult, runLoad } from './load';
import { figure, median, type Part, range } from './report';
import { makeDataDir, orderEventsIn, removeDataDir, Server } from './servers';
import type { WebhookOptions } from './webhook';

/** What something beside them costs deliveries. */

/** Without it, and with it. */
const KINDS = ['without', 'with'] as const;
type Kind = (typeof KINDS)[number];

/** Something that goes on beside deliveries, outside the service. */
export interface Companion {
  /** Of the service. */
  readonly env: Readonly<Record<string, string>>;
  /** Begins, where it is not begun yet: the service listens at this port. */
  begin(port: number): void;
  /** Returns how much of it was done. */
  count(): Promise<number>;
  end(): void;
}

/** What is measured. */
export interface Beside {
  /** `a destination` */
  readonly what: string;
  /** What {@link Companion.count} counts. */
  readonly counted: string;
  /** Least share of the deliveries without it. */
  readonly goal: number;
  /** @param dataDir of the service @param isOn it does nothing otherwise */
  prepare(dataDir: string, isOn: boolean): Promise<Companion>;
}

interface Run {
  readonly kind: Kind;
  readonly load: LoadResult;
  /** CPU microseconds of the server for each delivery, warm-up and all of its threads included. */
  readonly cpuMicros: number;
  /** Those of the thread that answers. */
  readonly mainCpuMicros: number;
  /** Events of orders found on the disk after killing the server. */
  readonly stored: number;
  readonly counted: number;
  /** Of the machine, in the last minute. */
  readonly machineLoad: number;
}

const CONNECTIONS = 32;
const WARMUP_SECONDS = 2;
/** Most deliveries a second that a closed loop is prepared for. */
const CLOSED_LOOP_CAPACITY = 10_000;

/** A service with what goes on beside it. */
class Running {
  readonly #kind: Kind;
  readonly #server: Server;
  readonly #companion: Companion;
  readonly #dataDir: string;

  private constructor(kind: Kind, server: Server, companion: Companion, dataDir: string) {
    this.#kind = kind;
    this.#server = server;
    this.#companion = companion;
    this.#dataDir = dataDir;
  }

  static async start(kind: Kind, beside: Beside): Promise<Running> {
    const dataDir = makeDataDir();
    const companion = await beside.prepare(dataDir, kind === 'with');
    return new Running(kind, await Server.start('ours', dataDir, { env: companion.env }), companion, dataDir);
  }

  async measure(seconds: number): Promise<Run> {
    const [server, companion] = [this.#server, this.#companion];
    const began = { all: server.cpuSeconds(), main: server.mainCpuSeconds() };
    companion.begin(server.port);
    const load = await runLoad({
      port: server.port,
      connections: CONNECTIONS,
      warmupSeconds: WARMUP_SECONDS,
      seconds,
      rate: null,
      requests: CLOSED_LOOP_CAPACITY * (WARMUP_SECONDS + seconds),
      salt: 'bench',
      sampleEvery: null,
    });
    const cpuMicros = ((server.cpuSeconds() - began.all) / load.accepted) * 1e6;
    const mainCpuMicros = ((server.mainCpuSeconds() - began.main) / load.accepted) * 1e6;
    const counted = await companion.count();
    await server.killAndCount();
    const stored = orderEventsIn(this.#dataDir);
    companion.end();
    removeDataDir(this.#dataDir);
    return { kind: this.#kind, load, cpuMicros, mainCpuMicros, stored, counted, machineLoad: loadavg()[0] ?? NaN };
  }
}

/**
 * Closed loop: what does it cost those who deliver? Both run at once, so that whatever else the machine does befalls
 * both.
 */
export async function measureBeside(beside: Beside, options: WebhookOptions): Promise<Part> {
  const { what, counted: countedWhat, goal } = beside;
  const runs: Run[] = [];
  for (let round = 1; round <= options.rounds; round += 1) {
    const order = round % 2 === 0 ? KINDS.toReversed() : KINDS;
    const running = await Promise.all(order.map((kind) => Running.start(kind, beside)));
    const both = await Promise.all(running.map((one) => one.measure(options.seconds)));
    runs.push(...both);
    for (const { kind, load, counted, stored, machineLoad } of both) {
      console.log(
        `  round ${String(round)} ${kind.padEnd(7)} ${figure(load.rate)}/s, ${figure(stored)} stored, ` +
          `${figure(counted)} ${countedWhat}, load of the machine ${figure(machineLoad, 1)}`,
      );
    }
  }
  const of = (kind: Kind, pick: (one: Run) => number): number[] => runs.filter((one) => one.kind === kind).map(pick);
  const rates = of('without', ({ load }) => load.rate);
  const ratios = of('with', ({ load }) => load.rate).map((rate, round) => rate / (rates[round] ?? NaN));
  // Both ran at once, so that what befell a round befell both: their sums compare better than rounds do.
  const total = (kind: Kind): number => of(kind, ({ load }) => load.rate).reduce((sum, rate) => sum + rate, 0);
  const ratio = total('with') / total('without');
  const isKept = runs.every(({ load, stored }) => stored === load.accepted && load.errors.count === 0);
  const sum = (pick: (one: Run) => number): string => figure(runs.map(pick).reduce((all, one) => all + one, 0));
  return {
    title: `Beside ${what}: ${String(CONNECTIONS)} connections to each of both at once, closed loop, medians of ${String(options.rounds)} rounds`,
    columns: ['', 'requests/s', 'range', 'p99 ms', 'server CPU us', 'of the main thread', countedWhat],
    rows: KINDS.map((kind) => [
      `${kind} ${what}`,
      figure(median(of(kind, ({ load }) => load.rate))),
      range(of(kind, ({ load }) => load.rate)),
      figure(median(of(kind, ({ load }) => load.latency.p99)), 2),
      figure(median(of(kind, ({ cpuMicros }) => cpuMicros))),
      figure(median(of(kind, ({ mainCpuMicros }) => mainCpuMicros))),
      figure(median(of(kind, ({ counted }) => counted))),
    ]),
    goals: [
      {
        name: 'deliveries with / without, all rounds together (and each)',
        goal: `>= ${figure(goal, 2)}`,
        figure: `${figure(ratio, 2)} (${range(ratios, 2)})`,
        met: ratio >= goal,
      },
      {
        name: `${countedWhat} where there is ${what}, and none without`,
        goal: '> 0 in each round, and 0',
        figure: `${range(of('with', ({ counted }) => counted))}, and ${range(of('without', ({ counted }) => counted))}`,
        met: runs.every(({ kind, counted }) => (kind === 'with' ? counted > 0 : counted === 0)),
      },
      {
        name: 'each delivery was new and is stored, found on the disk after SIGKILL',
        goal: 'all, and no other answer',
        figure: `${sum(({ load }) => load.accepted)} answers 200, ${sum(({ load }) => load.errors.count)} others, ${sum(({ stored }) => stored)} events`,
        met: isKept,
      },
    ],
    measurements: runs,
  };
}
