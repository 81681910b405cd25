import { createParser } from 'eventsource-parser';
import { Agent, get, type IncomingMessage, request } from 'node:http';
import { createHmac } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { join } from 'node:path';
import { locationId, orderId } from '../../schemas/order-key';
import { BENCH_SECRET, benchBody } from './deliveries';
import { Histogram, type Summary } from './histogram';
import { monotonicMs, type PacerData } from './pacer';
import { figure, median, type Part, range } from './report';
import { makeDataDir, removeDataDir, Server, type ServerName } from './servers';

const CLIENTS = 500;
const LOCATIONS = 100;
const UPDATES_PER_SECOND = 500;
const WARMUP_SECONDS = 2;
/** Most milliseconds to wait for the last messages. */
const SETTLE_MS = 5_000;

/** One server with all clients once. */
interface Run {
  readonly server: ServerName;
  /** From when a delivery was due to when a client had it, every client counted. */
  readonly latency: Summary;
  readonly updates: number;
  /** Updates times the clients of their locations, and what of it came. */
  readonly expected: number;
  readonly received: number;
  readonly twice: number;
  readonly rssBefore: number;
  readonly rssAfter: number;
  readonly cpuMicrosPerMessage: number;
}

const locationOf = (index: number): string => `pos_location_${String(index % LOCATIONS).padStart(3, '0')}`;

/** Opens one client. @param onOrder told the id of each order that comes */
function watch(port: number, location: string, onOrder: (orderId: string) => void): Promise<IncomingMessage> {
  const parser = createParser({
    onEvent: ({ event, data }) => {
      if (event === 'order') onOrder((JSON.parse(data) as { order_id: string }).order_id);
    },
  });
  return new Promise((resolve, reject) => {
    get({ host: '127.0.0.1', port, path: `/locations/${location}/live`, agent: false }, (response) => {
      if (response.statusCode !== 200) reject(new Error(`the feed answered ${String(response.statusCode)}`));
      response.setEncoding('utf8').on('data', (text: string) => {
        parser.feed(text);
      });
      resolve(response);
    }).once('error', reject);
  });
}

async function run(server: ServerName, seconds: number): Promise<Run> {
  const dataDir = makeDataDir();
  const running = await Server.start(server, dataDir);
  const agent = new Agent({ keepAlive: true, maxSockets: 64 });
  const clients: IncomingMessage[] = [];
  const due = new Map<string, { readonly at: number; readonly measured: boolean; readonly seen: Set<number> }>();
  const latency = new Histogram();
  let received = 0;
  let twice = 0;
  try {
    for (let client = 0; client < CLIENTS; client += 1) {
      clients.push(
        await watch(running.port, locationOf(client), (orderId) => {
          const update = due.get(orderId);
          if (update === undefined) return;
          if (update.seen.has(client)) twice += 1;
          update.seen.add(client);
          received += 1;
          if (update.measured) latency.record(monotonicMs() - update.at);
        }),
      );
    }
    const rssBefore = running.rssMb();
    const cpu = running.cpuSeconds();
    const updates = UPDATES_PER_SECOND * (WARMUP_SECONDS + seconds);
    const originMs = monotonicMs() + 50;
    const failures = await new Promise<readonly string[]>((resolve) => {
      const failed: string[] = [];
      let answered = 0;
      let next = 0;
      const deliver = (index: number): void => {
        const order_id = `order-${String(index)}`;
        const body = benchBody({ location_id: locationId(locationOf(index)), order_id: orderId(order_id) });
        const at = originMs + (index * 1_000) / UPDATES_PER_SECOND;
        due.set(order_id, { at, measured: index >= UPDATES_PER_SECOND * WARMUP_SECONDS, seen: new Set() });
        const done = (fault: string | null): void => {
          if (fault !== null) failed.push(fault);
          answered += 1;
          if (answered === updates) resolve(failed);
        };
        const signature = createHmac('sha256', BENCH_SECRET).update(body).digest('hex');
        const headers = {
          'Content-Type': 'application/json',
          'Content-Length': Buffer.byteLength(body),
          'X-Stream-Signature': signature,
        };
        const post = request(
          { host: '127.0.0.1', port: running.port, path: '/handle-order', method: 'POST', agent, headers },
          (response) => {
            response.resume().once('end', () => {
              done(response.statusCode === 200 ? null : `answered ${String(response.statusCode)}`);
            });
          },
        );
        post.once('error', (error) => {
          done(error.message);
        });
        post.end(body);
      };
      const intervalMs = 1_000 / UPDATES_PER_SECOND;
      const pacer = new Worker(join(__dirname, 'pacer.js'), {
        workerData: { originMs, intervalMs } satisfies PacerData,
      });
      pacer.on('message', () => {
        // Ticks that came late together are made up for together.
        while (next < updates && originMs + next * intervalMs <= monotonicMs()) deliver(next++);
        if (next >= updates) void pacer.terminate();
      });
    });
    if (failures.length > 0) throw new Error(`${String(failures.length)} deliveries failed: ${failures[0] ?? ''}`);
    const expected = (updates * CLIENTS) / LOCATIONS;
    for (let waited = 0; received < expected && waited < SETTLE_MS; waited += 50) await sleep(50);
    const cpuMicrosPerMessage = ((running.cpuSeconds() - cpu) / expected) * 1e6;
    const rssAfter = running.rssMb();
    return {
      server,
      latency: latency.summary(),
      updates,
      expected,
      received,
      twice,
      rssBefore,
      rssAfter,
      cpuMicrosPerMessage,
    };
  } finally {
    for (const client of clients) client.destroy();
    agent.destroy();
    await running.stop();
    removeDataDir(dataDir);
  }
}

/** 500 screens over 100 locations at 500 updates a second: does every screen get every update, how soon, at what cost? */
export async function measureLive(options: { readonly rounds: number; readonly seconds: number }): Promise<Part> {
  const servers = ['floor', 'ours'] as const;
  const runs: Run[] = [];
  for (let round = 1; round <= options.rounds; round += 1) {
    for (const server of servers) {
      const one = await run(server, options.seconds);
      runs.push(one);
      console.log(
        `  round ${String(round)} ${server.padEnd(5)} p99 ${figure(one.latency.p99, 1)} ms, ${figure(one.received)} of ${figure(one.expected)} messages`,
      );
    }
  }
  const of = (server: ServerName, pick: (run: Run) => number): number[] =>
    runs.filter((one) => one.server === server).map(pick);
  const ours = runs.filter(({ server }) => server === 'ours');
  const p99 = median(of('ours', ({ latency }) => latency.p99));
  const growth = Math.max(...ours.map(({ rssBefore, rssAfter }) => rssAfter - rssBefore));
  const sum = (pick: (run: Run) => number): number => ours.reduce((total, one) => total + pick(one), 0);
  const labels = { floor: '(a) floor: stores nothing, passes on', ours: '(c) ours' } as const;
  return {
    title: `Live: ${figure(CLIENTS)} screens over ${figure(LOCATIONS)} locations, ${figure(UPDATES_PER_SECOND)} updates/s, from when each was due`,
    columns: ['', 'p50 ms', 'p99 ms', 'p99 range', 'max ms', 'server CPU us / message', 'RSS MB before / after'],
    rows: servers.map((server) => [
      labels[server],
      figure(median(of(server, ({ latency }) => latency.p50)), 1),
      figure(median(of(server, ({ latency }) => latency.p99)), 1),
      range(
        of(server, ({ latency }) => latency.p99),
        1,
      ),
      figure(Math.max(...of(server, ({ latency }) => latency.max)), 1),
      figure(median(of(server, ({ cpuMicrosPerMessage }) => cpuMicrosPerMessage))),
      `${figure(median(of(server, ({ rssBefore }) => rssBefore)))} / ${figure(median(of(server, ({ rssAfter }) => rssAfter)))}`,
    ]),
    goals: [
      {
        name: 'every screen gets every update of its location, once',
        goal: 'all',
        figure: `${figure(sum(({ received }) => received))} of ${figure(sum(({ expected }) => expected))}, ${figure(sum(({ twice }) => twice))} twice`,
        met: ours.every(({ received, expected, twice }) => received === expected && twice === 0),
      },
      { name: 'p99 of (c)', goal: '<= 250 ms', figure: `${figure(p99, 1)} ms`, met: p99 <= 250 },
      { name: 'largest growth of (c) in RSS', goal: '<= 150 MB', figure: `${figure(growth)} MB`, met: growth <= 150 },
    ],
    measurements: runs,
  };
}
