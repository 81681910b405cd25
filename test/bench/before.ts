import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type LoadPlan, type LoadResult, runLoad } from './load';
import { figure, median, type Part, range } from './report';
import { makeDataDir, removeDataDir, Server, serverEnv } from './servers';

/** New deliveries a second to each of the two, which both can take with room to spare on two processors. */
const RATE = 300;
const CONNECTIONS = 32;
const WARMUP_SECONDS = 5;
/** One delivery in so many is read back, to see how long it takes until the answer shows it. */
const SAMPLE_EVERY = 10;
/** Deliveries that make the log of each one that is worth a rebuild, and most seconds that they may take. */
const FILL = 20_000;
const FILL_SECONDS = 120;
const GOAL = 0.97;

/** What was measured of one version in one round. */
interface Run {
  /** CPU microseconds of the server for each delivery, all its threads together. */
  readonly cpuMicros: number;
  /** Milliseconds from an answer to the answer that shows it, the median and the 99th percentile. */
  readonly lagP50: number;
  readonly lagP99: number;
  /** Milliseconds of a rebuild of the read model, and of a start over it until it is ready. */
  readonly rebuildMs: number;
  readonly startMs: number;
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
  #server: Server;
  readonly #dataDir: string;
  readonly #root: string;

  private constructor(server: Server, dataDir: string, root: string) {
    this.#server = server;
    this.#dataDir = dataDir;
    this.#root = root;
  }

  static async start(root: string): Promise<Running> {
    const dataDir = makeDataDir();
    return new Running(await Server.start('ours', dataDir, { root }), dataDir, root);
  }

  async put(options: Pick<LoadPlan, 'seconds' | 'rate' | 'requests' | 'salt' | 'sampleEvery'>): Promise<LoadResult> {
    const port = this.#server.port;
    const load = await runLoad({ port, connections: CONNECTIONS, warmupSeconds: 0, ...options });
    if (load.errors.count > 0) throw new Error(`a delivery was answered ${String(load.errors.first)}`);
    this.#acknowledged += load.accepted;
    return load;
  }

  /** Sends it new deliveries at {@link RATE}. */
  pace(seconds: number, salt: string, sampleEvery: number | null = null): Promise<LoadResult> {
    return this.put({ seconds, rate: RATE, requests: RATE * seconds, salt, sampleEvery });
  }

  async cpu(seconds: number, salt: string): Promise<number> {
    const began = this.#server.cpuSeconds();
    const { accepted } = await this.pace(seconds, salt);
    return ((this.#server.cpuSeconds() - began) / accepted) * 1e6;
  }

  /** Makes the read model of what is stored anew, and starts over it. */
  async again(): Promise<Pick<Run, 'rebuildMs' | 'startMs'>> {
    const began = performance.now();
    const cli = join(this.#root, 'dist/services/cli.js');
    const env = serverEnv(this.#dataDir, 0);
    const child = spawn(process.execPath, [cli, 'rebuild'], { cwd: this.#root, env, stdio: 'ignore' });
    const [code] = (await once(child, 'exit')) as [number | null];
    if (code !== 0) throw new Error(`the rebuild of ${this.#root} ended with ${String(code)}`);
    const rebuildMs = performance.now() - began;
    this.#server = await Server.start('ours', this.#dataDir, { root: this.#root });
    return { rebuildMs, startMs: this.#server.readyMs };
  }

  /** Kills it, and proves that every delivery was new and is stored. */
  async kill(): Promise<void> {
    const stored = await this.#server.killAndCount();
    if (stored === this.#acknowledged) return;
    throw new Error(`${String(this.#acknowledged)} deliveries were acknowledged, ${String(stored)} are stored`);
  }

  async end(): Promise<void> {
    await this.#server.stop();
    removeDataDir(this.#dataDir);
  }
}

/**
 * One round of two versions: they take the same load at once, so that whatever else the machine does in that time befalls
 * both (measured in turn, two runs of the same version differ by a fifth), and are then rebuilt and started in turn.
 */
async function measureRound(roots: readonly string[], seconds: number, round: number): Promise<readonly Run[]> {
  const running = await Promise.all(roots.map((root) => Running.start(root)));
  await Promise.all(running.map((one) => one.pace(WARMUP_SECONDS, `warm-${String(round)}`)));
  const cpu = await Promise.all(running.map((one) => one.cpu(seconds, `measured-${String(round)}`)));
  const lags = await Promise.all(running.map((one) => one.pace(seconds, `read-${String(round)}`, SAMPLE_EVERY)));
  const fill = { seconds: FILL_SECONDS, rate: null, requests: FILL, salt: `fill-${String(round)}`, sampleEvery: null };
  await Promise.all(running.map((one) => one.put(fill)));
  for (const one of running) await one.kill();
  const runs: Run[] = [];
  for (const [index, one] of running.entries()) {
    const [cpuMicros, lag] = [cpu[index] ?? NaN, lags[index]?.lag];
    runs.push({ cpuMicros, lagP50: lag?.p50 ?? NaN, lagP99: lag?.p99 ?? NaN, ...(await one.again()) });
    await one.end();
  }
  return runs;
}

const MEASURES: Readonly<Record<keyof Run, string>> = {
  cpuMicros: 'CPU of a delivery, us',
  lagP50: 'lag to readable, p50, ms',
  lagP99: 'lag to readable, p99, ms',
  rebuildMs: 'rebuild, ms',
  startMs: 'start to ready, ms',
};

/**
 * What do a delivery, its lag, a rebuild and a start cost, beside the version before?
 * @throws if a delivery was refused, or what was acknowledged is not what is stored
 */
export async function measureBefore({ before, rounds, seconds }: BeforeOptions): Promise<Part> {
  const root = resolve(before);
  if (!existsSync(join(root, 'dist/services/main.js'))) throw new Error(`${root} is not a built checkout`);
  const now = resolve(__dirname, '../../..');
  const pairs: { readonly before: Run; readonly now: Run }[] = [];
  for (let round = 1; round <= rounds; round += 1) {
    // In turn: the one whose load begins first has a moment more.
    const isNowFirst = round % 2 === 0;
    const [first, second] = await measureRound(isNowFirst ? [now, root] : [root, now], seconds, round);
    if (first === undefined || second === undefined) throw new Error('two were started');
    const pair = isNowFirst ? { now: first, before: second } : { before: first, now: second };
    pairs.push(pair);
    const [was, is] = [figure(pair.before.cpuMicros), figure(pair.now.cpuMicros)];
    console.log(`  round ${String(round)} before ${was} us, now ${is} us a delivery`);
  }
  const names = Object.keys(MEASURES) as (keyof Run)[]; // all that the type has
  const ratios = (name: keyof Run): number[] => pairs.map((pair) => pair.before[name] / pair.now[name]);
  return {
    title: `Before: both at once, ${figure(RATE)} new deliveries a second to each, ${String(rounds)} rounds`,
    columns: ['', 'before', 'range', 'now', 'range'],
    rows: names.map((name) => [
      MEASURES[name],
      ...(['before', 'now'] as const).flatMap((version) => {
        const values = pairs.map((pair) => pair[version][name]);
        return [figure(median(values), 1), range(values, 1)];
      }),
    ]),
    goals: names
      .filter((name) => name !== 'lagP99')
      .map((name) => ({
        name: `${MEASURES[name]}: before / now, median`,
        goal: `>= ${figure(GOAL, 2)}`,
        figure: `${figure(median(ratios(name)), 2)} (${range(ratios(name), 2)})`,
        met: median(ratios(name)) >= GOAL,
      })),
    measurements: pairs,
  };
}
