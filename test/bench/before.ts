import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { runLoad, type LoadResult } from './load';
import { figure, median, type Part, range } from './report';
import { makeDataDir, removeDataDir, Server } from './servers';

/** New deliveries a second to each of the two, which both can take with room to spare on two processors. */
const RATE = 300;
const CONNECTIONS = 32;
const WARMUP_SECONDS = 5;
const GOAL = 0.97;

interface Run {
  /** CPU microseconds of the server for each delivery, all its threads together. */
  readonly cpuMicros: number;
  readonly load: LoadResult;
}

interface BeforeOptions {
  /** A built checkout of the version before. */
  readonly before: string;
  readonly rounds: number;
  readonly seconds: number;
}

/** One of the two, with all that it acknowledged. */
class Running {
  #acknowledged = 0;
  readonly #server: Server;
  readonly #dataDir: string;

  private constructor(server: Server, dataDir: string) {
    this.#server = server;
    this.#dataDir = dataDir;
  }

  static async start(options: { readonly root?: string }): Promise<Running> {
    const dataDir = makeDataDir();
    return new Running(await Server.start('ours', dataDir, options), dataDir);
  }

  async put(seconds: number, salt: string): Promise<LoadResult> {
    const load = await runLoad({
      port: this.#server.port,
      connections: CONNECTIONS,
      warmupSeconds: 0,
      seconds,
      rate: RATE,
      requests: RATE * seconds,
      salt,
      sampleEvery: null,
    });
    if (load.errors.count > 0) throw new Error(`a delivery was answered ${String(load.errors.first)}`);
    this.#acknowledged += load.accepted;
    return load;
  }

  async measure(seconds: number, salt: string): Promise<Run> {
    const began = this.#server.cpuSeconds();
    const load = await this.put(seconds, salt);
    return { cpuMicros: ((this.#server.cpuSeconds() - began) / load.accepted) * 1e6, load };
  }

  /** Kills it, and proves that every delivery was new and is stored. */
  async end(): Promise<void> {
    const stored = await this.#server.killAndCount();
    removeDataDir(this.#dataDir);
    if (stored === this.#acknowledged) return;
    throw new Error(`${String(this.#acknowledged)} deliveries were acknowledged, ${String(stored)} are stored`);
  }
}

/**
 * What does a delivery cost, beside the version before? Both run at once under the same load, so that whatever else the
 * machine does in that time befalls both; measured in turn, two runs of the same version differ by a fifth.
 * @throws if a delivery was refused, or what was acknowledged is not what is stored
 */
export async function measureBefore({ before, rounds, seconds }: BeforeOptions): Promise<Part> {
  const root = resolve(before);
  if (!existsSync(join(root, 'dist/services/main.js'))) throw new Error(`${root} is not a built checkout`);
  const runs: { readonly before: Run; readonly now: Run }[] = [];
  for (let round = 1; round <= rounds; round += 1) {
    // In turn: the one whose load begins first has a moment more.
    const order = round % 2 === 0 ? (['now', 'before'] as const) : (['before', 'now'] as const);
    const running = await Promise.all(order.map((version) => Running.start(version === 'now' ? {} : { root })));
    await Promise.all(running.map((one) => one.put(WARMUP_SECONDS, `warm-${String(round)}`)));
    const [first, second] = await Promise.all(running.map((one) => one.measure(seconds, `measured-${String(round)}`)));
    for (const one of running) await one.end();
    if (first === undefined || second === undefined) throw new Error('two were started');
    const run = round % 2 === 0 ? { now: first, before: second } : { before: first, now: second };
    runs.push(run);
    console.log(
      `  round ${String(round)} before ${figure(run.before.cpuMicros)} us, now ${figure(run.now.cpuMicros)} us a delivery`,
    );
  }
  const ratios = runs.map((run) => run.before.cpuMicros / run.now.cpuMicros);
  const row = (name: string, of: readonly Run[]): string[] => [
    name,
    figure(median(of.map(({ cpuMicros }) => cpuMicros))),
    range(of.map(({ cpuMicros }) => cpuMicros)),
    figure(median(of.map(({ load }) => load.latency.p50)), 2),
  ];
  return {
    title: `Before: both at once, ${figure(RATE)} new deliveries a second to each, ${String(rounds)} rounds`,
    columns: ['', 'server CPU us', 'range', 'p50 ms'],
    rows: [
      row(
        'before',
        runs.map((run) => run.before),
      ),
      row(
        'now',
        runs.map((run) => run.now),
      ),
    ],
    goals: [
      {
        name: 'CPU of a delivery before / now, median',
        goal: `>= ${figure(GOAL, 2)}`,
        figure: `${figure(median(ratios), 2)} (${range(ratios, 2)})`,
        met: median(ratios) >= GOAL,
      },
    ],
    measurements: runs,
  };
}
