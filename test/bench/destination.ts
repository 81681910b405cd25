import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { join } from 'node:path';
import { type LoadResult, runLoad } from './load';
import { figure, median, type Part, range } from './report';
import { makeDataDir, orderEventsIn, removeDataDir, Server } from './servers';
import type { WebhookOptions } from './webhook';

/** Without a destination, and with one that is sent everything. */
const KINDS = ['without', 'with'] as const;
type Kind = (typeof KINDS)[number];

interface Run {
  readonly kind: Kind;
  readonly load: LoadResult;
  /** CPU microseconds of the server for each delivery, warm-up and sending included. */
  readonly cpuMicros: number;
  /** Those of the thread that answers. */
  readonly mainCpuMicros: number;
  /** Events of orders found on the disk after killing the server. */
  readonly stored: number;
  /** Items that the destination had been sent by then. */
  readonly sent: number;
  /** Of the machine, in the last minute. */
  readonly machineLoad: number;
}

const CONNECTIONS = 32;
const WARMUP_SECONDS = 2;
/** Most deliveries a second that a closed loop is prepared for. */
const CLOSED_LOOP_CAPACITY = 10_000;
const GOAL = 0.95;
const SECRET = `whsec_${Buffer.from('bench-0123456789abcdef-0123456789').toString('base64')}`;

/** A service with what it sends to. */
class Running {
  readonly #kind: Kind;
  readonly #server: Server;
  readonly #receiver: ChildProcess;
  readonly #dataDir: string;

  private constructor(kind: Kind, server: Server, receiver: ChildProcess, dataDir: string) {
    this.#kind = kind;
    this.#server = server;
    this.#receiver = receiver;
    this.#dataDir = dataDir;
  }

  static async start(kind: Kind): Promise<Running> {
    const dataDir = makeDataDir();
    const receiver = fork(join(__dirname, 'receiver.js'));
    const [{ port }] = (await once(receiver, 'message')) as [{ port: number }];
    const file = join(dataDir, 'destinations.json');
    const allow = { addresses: ['127.0.0.1'], http: true };
    const destination = { name: 'bench', url: `http://127.0.0.1:${String(port)}/`, secrets: [SECRET], allow };
    writeFileSync(file, JSON.stringify({ destinations: kind === 'with' ? [destination] : [] }));
    const server = await Server.start('ours', dataDir, { env: { DESTINATIONS_FILE: file } });
    return new Running(kind, server, receiver, dataDir);
  }

  async measure(seconds: number): Promise<Run> {
    const began = { all: this.#server.cpuSeconds(), main: this.#server.mainCpuSeconds() };
    const load = await runLoad({
      port: this.#server.port,
      connections: CONNECTIONS,
      warmupSeconds: WARMUP_SECONDS,
      seconds,
      rate: null,
      requests: CLOSED_LOOP_CAPACITY * (WARMUP_SECONDS + seconds),
      salt: 'bench',
      sampleEvery: null,
    });
    const cpuMicros = ((this.#server.cpuSeconds() - began.all) / load.accepted) * 1e6;
    const mainCpuMicros = ((this.#server.mainCpuSeconds() - began.main) / load.accepted) * 1e6;
    const answer = once(this.#receiver, 'message');
    this.#receiver.send('tell');
    const [{ received: sent }] = (await answer) as [{ received: number }];
    await this.#server.killAndCount();
    const stored = orderEventsIn(this.#dataDir);
    this.#receiver.disconnect();
    removeDataDir(this.#dataDir);
    return { kind: this.#kind, load, cpuMicros, mainCpuMicros, stored, sent, machineLoad: loadavg()[0] ?? NaN };
  }
}

/**
 * Closed loop: what does a destination cost those who deliver? Both run at once, so that whatever else the machine does
 * befalls both.
 */
export async function measureDestination(options: WebhookOptions): Promise<Part> {
  const runs: Run[] = [];
  for (let round = 1; round <= options.rounds; round += 1) {
    const order = round % 2 === 0 ? KINDS.toReversed() : KINDS;
    const running = await Promise.all(order.map((kind) => Running.start(kind)));
    const both = await Promise.all(running.map((one) => one.measure(options.seconds)));
    runs.push(...both);
    for (const { kind, load, sent, stored, machineLoad } of both) {
      console.log(
        `  round ${String(round)} ${kind.padEnd(7)} ${figure(load.rate)}/s, ${figure(sent)} of ${figure(stored)} sent, ` +
          `load of the machine ${figure(machineLoad, 1)}`,
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
  const sum = (pick: (one: Run) => number): string => figure(runs.map(pick).reduce((total, one) => total + one, 0));
  return {
    title: `Destination: ${String(CONNECTIONS)} connections to each of both at once, closed loop, medians of ${String(options.rounds)} rounds`,
    columns: ['', 'requests/s', 'range', 'p99 ms', 'server CPU us', 'of the main thread', 'sent'],
    rows: KINDS.map((kind) => [
      `${kind} a destination`,
      figure(median(of(kind, ({ load }) => load.rate))),
      range(of(kind, ({ load }) => load.rate)),
      figure(median(of(kind, ({ load }) => load.latency.p99)), 2),
      figure(median(of(kind, ({ cpuMicros }) => cpuMicros))),
      figure(median(of(kind, ({ mainCpuMicros }) => mainCpuMicros))),
      figure(median(of(kind, ({ sent }) => sent))),
    ]),
    goals: [
      {
        name: 'deliveries with / without, all rounds together (and each)',
        goal: `>= ${figure(GOAL, 2)}`,
        figure: `${figure(ratio, 2)} (${range(ratios, 2)})`,
        met: ratio >= GOAL,
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
