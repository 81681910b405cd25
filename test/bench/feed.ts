import { createHash } from 'node:crypto';
import { cpSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import type { FeedPage } from '../../schemas/feed';
import { ensureHistory, type OperationOptions, rebuild } from './operations';
import { figure, median, type Part, range } from './report';
import { makeDataDir, removeDataDir, Server } from './servers';

/**
 * Items a second that a program is to get which begins, and megabytes that the second half of them may take more than the
 * first.
 */
const GOAL_ITEMS = 30_000;
const GOAL_MORE_MB = 64;
const PAGE_ITEMS = 1_000;
/** Long polls that wait, and deliveries of the last part: so many a second, for so long. */
const WAITING = 500;
const RATE = 200;
const SECONDS = 10;

const TOKEN = 'pos-bench-0123456789abcdef';
const READERS = JSON.stringify([
  { name: 'pos', role: 'pos', locations: '*', token_sha256: createHash('sha256').update(TOKEN).digest('hex') },
]);

/** A program that follows the feed, and delivers like Stream. */
class Program {
  readonly #agent = new Agent({ keepAlive: true, maxSockets: Infinity });
  readonly #port: number;

  constructor(port: number) {
    this.#port = port;
  }

  async page(query: string): Promise<FeedPage> {
    return JSON.parse(await this.#call(`/feed?${query}`)) as FeedPage;
  }

  async deliver(n: number): Promise<void> {
    const object = { location_id: 'bench', order_id: `order ${String(n % 500)}`, status: 'in_progress', n };
    await this.#call('/handle-order', JSON.stringify({ type: 'order.updated', object }));
  }

  close(): void {
    this.#agent.destroy();
  }

  #call(path: string, body?: string): Promise<string> {
    const headers = { Authorization: `Bearer ${TOKEN}`, 'Content-Type': 'application/json' };
    const options = {
      port: this.#port,
      path,
      agent: this.#agent,
      headers,
      method: body === undefined ? 'GET' : 'POST',
    };
    return new Promise((done, failed) => {
      const sent = request(options, (answer) => {
        const parts: Buffer[] = [];
        answer.on('data', (part: Buffer) => parts.push(part));
        answer.on('error', failed);
        answer.on('end', () => {
          const text = Buffer.concat(parts).toString();
          if (answer.statusCode === 200) done(text);
          else failed(new Error(text));
        });
      });
      sent.on('error', failed).end(body);
    });
  }
}

interface ReadThrough {
  readonly items: number;
  readonly seconds: number;
  /** CPU microseconds of the server for each item, of all its threads and of the one that answers. */
  readonly cpuMicros: number;
  readonly mainCpuMicros: number;
  /** Most megabytes of the server while the first half was read, and the second. */
  readonly firstHalfMb: number;
  readonly secondHalfMb: number;
  /** Where the feed ended. */
  readonly end: string;
}

async function readThrough(program: Program, server: Server, expected: number): Promise<ReadThrough> {
  const [cpu, mainCpu, began] = [server.cpuSeconds(), server.mainCpuSeconds(), performance.now()];
  let [items, firstHalfMb, secondHalfMb, after] = [0, 0, 0, '0'];
  for (let isEnd = false; !isEnd;) {
    const page = await program.page(`after=${after}&limit=${String(PAGE_ITEMS)}`);
    items += page.items.length;
    [after, isEnd] = [page.next, page.caught_up];
    if (items <= expected / 2) firstHalfMb = Math.max(firstHalfMb, server.rssMb());
    else secondHalfMb = Math.max(secondHalfMb, server.rssMb());
  }
  return {
    items,
    seconds: (performance.now() - began) / 1_000,
    cpuMicros: ((server.cpuSeconds() - cpu) / items) * 1e6,
    mainCpuMicros: ((server.mainCpuSeconds() - mainCpu) / items) * 1e6,
    firstHalfMb,
    secondHalfMb,
    end: after,
  };
}

/** @returns megabytes that polls take which wait. */
async function pollsThatWait(program: Program, server: Server, after: string): Promise<number> {
  const before = server.rssMb();
  const polls = Array.from({ length: WAITING }, () => program.page(`after=${after}&wait=30`));
  await delay(3_000);
  const more = server.rssMb() - before;
  await program.deliver(-1);
  await Promise.all(polls);
  return more;
}

/** @returns milliseconds from the acknowledgement of each delivery until one who polls has it, the shortest first. */
async function delaysOfPolls(program: Program, after: string): Promise<readonly number[]> {
  const acknowledged = new Map<number, number>();
  const arrivals = new Map<number, number>();
  const over = new AbortController();
  const following = (async () => {
    for (let place = after; ;) {
      const isOver = over.signal.aborted;
      const page = await program.page(`after=${place}&wait=2&limit=${String(PAGE_ITEMS)}`);
      const at = performance.now();
      for (const item of page.items) if ('data' in item) arrivals.set(Number(item.data['n']), at);
      place = page.next;
      if (isOver && page.items.length === 0) return;
    }
  })();
  const sending: Promise<unknown>[] = [];
  const start = performance.now();
  for (let n = 0; n < RATE * SECONDS; n++) {
    const wait = start + (n * 1_000) / RATE - performance.now();
    if (wait > 0) await delay(wait);
    sending.push(program.deliver(n).then(() => acknowledged.set(n, performance.now())));
  }
  await Promise.all(sending);
  over.abort();
  await following;
  return [...acknowledged].map(([n, at]) => Math.max(0, (arrivals.get(n) ?? Infinity) - at)).sort((a, b) => a - b);
}

/** How fast is the feed read from its beginning, what do waiting polls cost, and how soon is one answered? */
export async function measureFeed(options: OperationOptions): Promise<Part> {
  await ensureHistory(options);
  // A copy: who looked is recorded, and others count on the events that there are.
  const dataDir = makeDataDir();
  cpSync(options.dataDir, dataDir, { recursive: true });
  await rebuild(dataDir);
  const { events } = options.size;
  const server = await Server.start('ours', dataDir, { env: { READERS, STREAM_WEBHOOK_SECRETS: '' } });
  const program = new Program(server.port);
  const runs: ReadThrough[] = [];
  for (let round = 1; round <= options.rounds; round += 1) {
    const run = await readThrough(program, server, events);
    runs.push(run);
    const each = `${figure(run.items)} items, ${figure(run.items / run.seconds)} a second`;
    console.log(`  round ${String(round)} ${each}, ${figure(run.firstHalfMb)} MB, then ${figure(run.secondHalfMb)} MB`);
  }
  const end = runs.at(-1)?.end ?? '0';
  const waitingMb = await pollsThatWait(program, server, end);
  const delays = await delaysOfPolls(program, end);
  const at = (share: number): string => figure(delays[Math.floor((delays.length - 1) * share)] ?? NaN, 1);
  console.log(`  ${String(WAITING)} polls that wait: ${figure(waitingMb, 1)} MB more`);
  console.log(`  from acknowledgement to item at ${String(RATE)}/s: p50 ${at(0.5)} ms, p99 ${at(0.99)} ms`);
  program.close();
  await server.stop();
  removeDataDir(dataDir);
  const rates = runs.map(({ items, seconds }) => items / seconds);
  const more = median(runs.map(({ firstHalfMb, secondHalfMb }) => secondHalfMb - firstHalfMb));
  return {
    title: `Feed: ${figure(events)} events from the beginning, pages of ${figure(PAGE_ITEMS)}, parsed; medians of ${String(options.rounds)} rounds`,
    columns: ['', 'items/s', 'range', 'server CPU us', 'of the main thread', 'MB'],
    rows: [
      [
        'view=events',
        figure(median(rates)),
        range(rates),
        figure(median(runs.map(({ cpuMicros }) => cpuMicros)), 1),
        figure(median(runs.map(({ mainCpuMicros }) => mainCpuMicros)), 1),
        figure(median(runs.map(({ secondHalfMb }) => secondHalfMb))),
      ],
    ],
    goals: [
      {
        name: 'items a second',
        goal: `>= ${figure(GOAL_ITEMS)}`,
        figure: `${figure(median(rates))} (${range(rates)})`,
        met: median(rates) >= GOAL_ITEMS,
      },
      {
        name: 'memory of the second half, on top of that of the first',
        goal: `<= ${String(GOAL_MORE_MB)} MB`,
        figure: `${figure(more)} MB`,
        met: more <= GOAL_MORE_MB,
      },
    ],
    measurements: { runs, waitingMb, delays },
  };
}
