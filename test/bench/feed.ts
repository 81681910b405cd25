import { createHash } from 'node:crypto';
import { cpSync } from 'node:fs';
import { Agent, type IncomingMessage, request } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { readerName } from '../../schemas/files/reader-name';
import type { FeedItem, FeedPage } from '../../schemas/api/feed';
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
/** Megabytes that the polls may take, and milliseconds from an acknowledgement until one who polls has it, for 99 of 100. */
const GOAL_WAITING_MB = 50;
const GOAL_DELAY_MS = 100;

const TOKEN = 'pos-bench-0123456789abcdef';
const READERS = JSON.stringify([
  {
    name: readerName('pos'),
    role: 'pos',
    locations: '*',
    token_sha256: createHash('sha256').update(TOKEN).digest('hex'),
  },
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

  /** @returns the position at which the whole feed was read. */
  async pages(took: Took): Promise<string> {
    for (let after = '0'; ;) {
      const page = await this.page(`after=${after}&limit=${String(PAGE_ITEMS)}`);
      took(page.items.length);
      after = page.next;
      if (page.caught_up) return after;
    }
  }

  /** As {@link pages}, of a stream of server-sent events, of which each item is parsed. */
  async stream(took: Took): Promise<string> {
    const answer = await new Promise<IncomingMessage>((done, failed) => {
      const headers = { Authorization: `Bearer ${TOKEN}`, Accept: 'text/event-stream' };
      request({ port: this.#port, path: '/feed', agent: false, headers }, done).on('error', failed).end();
    });
    if (answer.statusCode !== 200) throw new Error(`the stream is answered ${String(answer.statusCode)}`);
    let rest = '';
    for await (const part of answer.setEncoding('utf8')) {
      const messages = (rest + String(part)).split('\n\n');
      rest = messages.pop() ?? '';
      let items = 0;
      for (const message of messages) {
        const [, event = '', data = ''] = /(?:^|\n)event: (.*)\ndata: (.*)$/.exec(message) ?? [];
        const read = JSON.parse(data) as FeedItem | Omit<FeedPage, 'items'>;
        if (event === 'item') items++;
        else if ('caught_up' in read && read.caught_up) {
          took(items);
          return read.next;
        }
      }
      took(items);
    }
    throw new Error('the stream ended');
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

/** Ways to read the feed from its beginning. */
const WAYS = ['pages', 'stream'] as const;
type Way = (typeof WAYS)[number];
/** Called with how many items were taken, each time that some were. */
type Took = (items: number) => void;

interface ReadThrough {
  readonly way: Way;
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

async function readThrough(way: Way, program: Program, server: Server, expected: number): Promise<ReadThrough> {
  const [cpu, mainCpu, began] = [server.cpuSeconds(), server.mainCpuSeconds(), performance.now()];
  let [items, firstHalfMb, secondHalfMb] = [0, 0, 0];
  const end = await program[way]((count) => {
    items += count;
    if (items <= expected / 2) firstHalfMb = Math.max(firstHalfMb, server.rssMb());
    else secondHalfMb = Math.max(secondHalfMb, server.rssMb());
  });
  if (items < expected) throw new Error(`the feed ended after ${figure(items)} of ${figure(expected)} items`);
  return {
    way,
    items,
    seconds: (performance.now() - began) / 1_000,
    cpuMicros: ((server.cpuSeconds() - cpu) / items) * 1e6,
    mainCpuMicros: ((server.mainCpuSeconds() - mainCpu) / items) * 1e6,
    firstHalfMb,
    secondHalfMb,
    end,
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
  // What was made at once is covered by checkpoints first, as that of a service that runs is.
  await server.idle();
  const runs: ReadThrough[] = [];
  for (let round = 1; round <= options.rounds; round += 1) {
    for (const way of WAYS) {
      const run = await readThrough(way, program, server, events);
      runs.push(run);
      const each = `${figure(run.items)} items, ${figure(run.items / run.seconds)} a second`;
      console.log(
        `  round ${String(round)}, ${way}: ${each}, ${figure(run.firstHalfMb)} MB, then ${figure(run.secondHalfMb)} MB`,
      );
    }
  }
  const end = runs.at(-1)?.end ?? '0';
  const waitingMb = await pollsThatWait(program, server, end);
  const delays = await delaysOfPolls(program, end);
  const at = (share: number): number => delays[Math.floor((delays.length - 1) * share)] ?? NaN;
  program.close();
  await server.stop();
  removeDataDir(dataDir);
  const of = (way: Way, what: (run: ReadThrough) => number): readonly number[] =>
    runs.filter((run) => run.way === way).map(what);
  const rate = ({ items, seconds }: ReadThrough): number => items / seconds;
  const more = median(runs.map(({ firstHalfMb, secondHalfMb }) => secondHalfMb - firstHalfMb));
  const [fastest = 0] = WAYS.map((way) => median(of(way, rate))).sort((a, b) => b - a);
  return {
    title: `Feed, view=events: ${figure(events)} events from the beginning, parsed; medians of ${String(options.rounds)} rounds`,
    columns: ['', 'items/s', 'range', 'server CPU us', 'of the main thread', 'MB'],
    rows: WAYS.map((way) => [
      way === 'pages' ? `pages of ${figure(PAGE_ITEMS)}` : 'one stream',
      figure(median(of(way, rate))),
      range(of(way, rate)),
      figure(median(of(way, (run) => run.cpuMicros)), 1),
      figure(median(of(way, (run) => run.mainCpuMicros)), 1),
      figure(median(of(way, (run) => run.secondHalfMb))),
    ]),
    goals: [
      {
        name: 'items a second, the faster way',
        goal: `>= ${figure(GOAL_ITEMS)}`,
        figure: figure(fastest),
        met: fastest >= GOAL_ITEMS,
      },
      {
        name: 'memory of the second half, on top of that of the first',
        goal: `<= ${String(GOAL_MORE_MB)} MB`,
        figure: `${figure(more)} MB`,
        met: more <= GOAL_MORE_MB,
      },
      {
        name: `memory that ${String(WAITING)} polls take which wait`,
        goal: `<= ${String(GOAL_WAITING_MB)} MB`,
        figure: `${figure(waitingMb, 1)} MB`,
        met: waitingMb <= GOAL_WAITING_MB,
      },
      {
        name: `from acknowledgement to item at ${String(RATE)}/s: p99 (and p50)`,
        goal: `<= ${String(GOAL_DELAY_MS)} ms`,
        figure: `${figure(at(0.99), 1)} ms (${figure(at(0.5), 1)} ms)`,
        met: at(0.99) <= GOAL_DELAY_MS,
      },
    ],
    measurements: { runs, waitingMb, delays },
  };
}
