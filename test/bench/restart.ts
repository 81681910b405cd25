import { createHmac } from 'node:crypto';
import { Agent, request } from 'node:http';
import { BENCH_SECRET, benchBody, benchOrder } from './deliveries';
import { figure, median, type Part, range } from './report';
import { makeDataDir, removeDataDir, Server, type ServerName } from './servers';

/** Orders that are under way when the service is killed. */
const ORDERS = 4_000;
/** Deliveries about other orders before each measurement, until the compiler has seen them all. */
const WARMUP = 3_000;
const CONNECTIONS = 32;
const MINUTE_MS = 60_000;
/** More facts about an order than a minute has room for. */
const AFTER = 10_000;

/** What is delivered: the n-th fact about an order. */
type Fact = readonly [order: number, n: number];

/** @returns a fact about an order as it is sent */
function signed(salt: string, [order, n]: Fact): { readonly body: string; readonly signature: string } {
  const body = benchBody(benchOrder(salt, order)).replace('ABC1234', `ABC${String(n)}`);
  return { body, signature: createHmac('sha256', BENCH_SECRET).update(body).digest('hex') };
}

/**
 * Delivers as fast as it is answered. @returns how many deliveries a second. @throws if one is not answered as expected
 */
async function deliver(
  port: number,
  deliveries: Iterable<ReturnType<typeof signed>>,
  outcome: string,
): Promise<number> {
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
  const post = ({ body, signature }: ReturnType<typeof signed>): Promise<string> =>
    new Promise((resolve, reject) => {
      const headers = { 'Content-Type': 'application/json', 'X-Stream-Signature': signature };
      const sent = request({ port, host: '127.0.0.1', path: '/handle-order', method: 'POST', headers, agent });
      sent.once('error', reject);
      sent.once('response', (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (part: string) => (text += part));
        response.once('end', () => {
          resolve(text);
        });
      });
      sent.end(body);
    });
  const began = performance.now();
  const queue = deliveries[Symbol.iterator]();
  let delivered = 0;
  const connection = async (): Promise<void> => {
    for (let next = queue.next(); next.done !== true; next = queue.next()) {
      const answer = await post(next.value);
      if (!answer.includes(`"outcome":"${outcome}"`)) throw new Error(`not ${outcome}: ${answer}`);
      delivered += 1;
    }
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, connection));
  agent.destroy();
  return delivered / ((performance.now() - began) / 1_000);
}

/** Yields facts about all orders in turn for some time. @param n the first about each */
function* factsFor(ms: number, salt: string, n: number): Generator<ReturnType<typeof signed>, void, undefined> {
  const end = performance.now() + ms;
  for (let index = 0; performance.now() < end; index += 1)
    yield signed(salt, [index % ORDERS, n + Math.floor(index / ORDERS)]);
}

const facts = (from: number, to: number, n: number): Fact[] =>
  Array.from({ length: to - from }, (_, index) => [from + index, n]);

interface Speed {
  /** Deliveries a second. */
  readonly rate: number;
  /** CPU microseconds of the server, all threads, for each. */
  readonly cpuMicros: number;
}

interface Speeds {
  readonly facts: Speed;
  readonly repeats: Speed;
}

interface Run {
  readonly server: ServerName;
  readonly steady: Speeds;
  readonly restarted: Speeds;
  /** Facts a second over a minute, and over the minute that begins when the service is ready after a kill. */
  readonly steadyMinute: number;
  readonly firstMinute: number;
}

async function run(server: ServerName): Promise<Run> {
  const dataDir = makeDataDir();
  let running: Server | null = null;
  const half = ORDERS / 2;
  const time = async (on: Server, delivered: readonly Fact[], outcome: string): Promise<Speed> => {
    const prepared = delivered.map((fact) => signed('restart', fact));
    const cpu = on.cpuSeconds();
    const rate = await deliver(on.port, prepared, outcome);
    return { rate, cpuMicros: ((on.cpuSeconds() - cpu) / delivered.length) * 1e6 };
  };
  const measure = async (on: Server, salt: string, n: number): Promise<Speeds> => {
    const warm = facts(0, WARMUP, 0).map((fact) => signed(`warm-${salt}`, fact));
    await deliver(on.port, warm, 'recorded');
    return {
      facts: await time(on, facts(0, half, n), 'recorded'),
      repeats: await time(on, facts(half, ORDERS, 1), 'repeat'),
    };
  };
  try {
    running = await Server.start(server, dataDir);
    for (const n of [0, 1]) await time(running, facts(0, ORDERS, n), 'recorded');
    const steady = await measure(running, 'before', 2);
    running = await running.restart();
    const restarted = await measure(running, 'after', 3);
    const steadyMinute = await deliver(running.port, factsFor(MINUTE_MS, 'minute', 0), 'recorded');
    running = await running.restart();
    // New facts, however far each order had come.
    const firstMinute = await deliver(running.port, factsFor(MINUTE_MS, 'minute', AFTER), 'recorded');
    return { server, steady, restarted, steadyMinute, firstMinute };
  } finally {
    await running?.stop();
    removeDataDir(dataDir);
  }
}

/** How fast are the first deliveries about orders that were under way when the service was killed? */
export async function measureRestart(servers: readonly ServerName[], rounds: number): Promise<Part> {
  const measured = servers.filter((server) => server === 'ours' || server === 'eventstoredb');
  const runs: Run[] = [];
  for (let round = 1; round <= rounds; round += 1) {
    for (const server of measured) {
      const one = await run(server);
      runs.push(one);
      const { steady, restarted } = one;
      console.log(
        `  round ${String(round)} ${server}: facts ${figure(restarted.facts.rate)}/s after ${figure(steady.facts.rate)}/s, ` +
          `repeats ${figure(restarted.repeats.rate)}/s after ${figure(steady.repeats.rate)}/s, ` +
          `first minute ${figure(one.firstMinute)}/s after ${figure(one.steadyMinute)}/s`,
      );
    }
  }
  const kinds = measured.flatMap((server) => (['facts', 'repeats'] as const).map((what) => ({ server, what })));
  const of = (server: ServerName, pick: (run: Run) => number): number[] =>
    runs.filter((one) => one.server === server).map(pick);
  return {
    title: `After a kill: deliveries about ${figure(ORDERS)} orders under way, medians of ${String(rounds)} rounds`,
    columns: ['', 'before /s', 'range', 'server CPU us', 'after /s', 'range', 'server CPU us'],
    rows: kinds.map(({ server, what }) => {
      const cells = (when: 'steady' | 'restarted'): string[] => {
        const rates = of(server, (one) => one[when][what].rate);
        const cpu = median(of(server, (one) => one[when][what].cpuMicros));
        return [figure(median(rates)), range(rates), figure(cpu)];
      };
      return [`${server}, ${what}`, ...cells('steady'), ...cells('restarted')];
    }),
    goals: measured.map((server) => {
      const ratio = median(of(server, ({ steadyMinute, firstMinute }) => firstMinute / steadyMinute));
      return {
        name: `facts in the first minute after a kill, to a minute before, ${server}`,
        goal: '>= 0.9',
        figure: `${figure(ratio, 2)} (${figure(median(of(server, ({ firstMinute }) => firstMinute)))}/s)`,
        met: ratio >= 0.9,
      };
    }),
    measurements: runs,
  };
}
