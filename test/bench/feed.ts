import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { FeedPage } from '../../schemas/feed';
import { makeHistory } from './history';

/**
 * Measures the feed: items a second from the beginning, what waiting polls cost, and how soon one is answered.
 * `node dist/test/bench/feed.js [events] [directory that keeps the history]`
 */

const [events = '200000', kept] = process.argv.slice(2);
const MAIN = resolve(__dirname, '..', '..', 'services', 'main.js');
const TOKEN = 'bench-0123456789abcdef';
/** Long polls that wait, and deliveries of the last part: so many a second, for so long. */
const WAITING = 500;
const RATE = 200;
const SECONDS = 10;

const READERS = JSON.stringify(
  (['pos', 'operator'] as const).map((role) => ({
    name: role,
    role,
    locations: '*',
    token_sha256: createHash('sha256').update(`${role}-${TOKEN}`).digest('hex'),
  })),
);
const agent = new Agent({ keepAlive: true, maxSockets: Infinity });

async function call(url: string, path: string, body?: string): Promise<{ status: number; text: string }> {
  const headers = { Authorization: `Bearer pos-${TOKEN}`, 'Content-Type': 'application/json' };
  return new Promise((done, failed) => {
    const sent = request(`${url}${path}`, { agent, headers, method: body === undefined ? 'GET' : 'POST' }, (answer) => {
      const parts: Buffer[] = [];
      answer.on('data', (part: Buffer) => parts.push(part));
      answer.on('end', () => {
        done({ status: answer.statusCode ?? 0, text: Buffer.concat(parts).toString() });
      });
      answer.on('error', failed);
    });
    sent.on('error', failed).end(body);
  });
}

const pageAt = async (url: string, query: string): Promise<FeedPage> => {
  const { status, text } = await call(url, `/feed?${query}`);
  if (status !== 200) throw new Error(text);
  return JSON.parse(text) as FeedPage;
};

/** Of Linux: what a process has in memory, in MiB, and the seconds that it computed. */
function usage(pid: number): { readonly mib: number; readonly seconds: number } {
  const resident = Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${String(pid)}/status`, 'utf8'))?.[1]) / 1024;
  const fields =
    readFileSync(`/proc/${String(pid)}/stat`, 'utf8')
      .split(') ')[1]
      ?.split(' ') ?? [];
  return { mib: resident, seconds: (Number(fields[11]) + Number(fields[12])) / 100 };
}

const say = (text: string): void => void process.stdout.write(`${text}\n`);

async function measure(url: string, pid: number): Promise<void> {
  const begun = { ...usage(pid), at: performance.now() };
  let items = 0;
  let most = 0;
  let after = '0';
  for (let isEnd = false; !isEnd;) {
    const page = await pageAt(url, `after=${after}&limit=1000`);
    items += page.items.length;
    [after, isEnd] = [page.next, page.caught_up];
    most = Math.max(most, usage(pid).mib);
  }
  const seconds = (performance.now() - begun.at) / 1_000;
  const computed = usage(pid).seconds - begun.seconds;
  say(`view=events: ${String(items)} items in ${seconds.toFixed(1)} s, ${(items / seconds).toFixed(0)} items/s`);
  say(`  the service computed ${computed.toFixed(1)} s: ${(items / computed).toFixed(0)} items for each second of it`);
  say(`  memory ${begun.mib.toFixed(0)} MiB before, at most ${most.toFixed(0)} MiB while it was read`);

  const before = usage(pid).mib;
  const polls = Array.from({ length: WAITING }, () => pageAt(url, `after=${after}&wait=30`));
  await delay(3_000);
  say(`${String(WAITING)} polls that wait: ${(usage(pid).mib - before).toFixed(1)} MiB more`);
  const report = (n: number): string =>
    JSON.stringify({
      type: 'order.updated',
      object: { location_id: 'bench', order_id: `order ${String(n % 500)}`, status: 'in_progress', n },
    });
  await call(url, '/handle-order', report(-1));
  await Promise.all(polls);

  const acknowledged = new Map<number, number>();
  const arrivals = new Map<number, number>();
  const over = new AbortController();
  const following = (async () => {
    for (let place = after; ;) {
      const isOver = over.signal.aborted;
      const page = await pageAt(url, `after=${place}&wait=2&limit=1000`);
      const at = performance.now();
      for (const item of page.items) if ('data' in item) arrivals.set(Number(item.data['n']), at);
      place = page.next;
      if (isOver && page.items.length === 0) return;
    }
  })();
  const sending: Promise<void>[] = [];
  const start = performance.now();
  for (let n = 0; n < RATE * SECONDS; n++) {
    const wait = start + (n * 1_000) / RATE - performance.now();
    if (wait > 0) await delay(wait);
    sending.push(
      call(url, '/handle-order', report(n)).then(() => {
        acknowledged.set(n, performance.now());
      }),
    );
  }
  await Promise.all(sending);
  over.abort();
  await following;
  const delays = [...acknowledged]
    .map(([n, at]) => Math.max(0, (arrivals.get(n) ?? Infinity) - at))
    .sort((a, b) => a - b);
  const at = (share: number): string => (delays[Math.floor((delays.length - 1) * share)] ?? NaN).toFixed(1);
  say(
    `long poll at ${String(RATE)}/s, from acknowledgement to item: p50 ${at(0.5)} ms, p99 ${at(0.99)} ms, most ${at(1)} ms`,
  );
}

async function main(): Promise<void> {
  const dataDir = kept ?? mkdtempSync(join(tmpdir(), 'ticket-rail-bench-'));
  mkdirSync(dataDir, { recursive: true });
  await makeHistory(dataDir, { events: Number(events), orders: Math.round(Number(events) * 0.15) });
  const readersFile = join(dataDir, 'bench-readers.json');
  writeFileSync(readersFile, READERS, { mode: 0o600 });
  const { PATH = '' } = process.env;
  const child = spawn(process.execPath, [MAIN], {
    env: { PATH, PORT: '0', DATA_DIR: dataDir, READERS_FILE: readersFile },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    const url = await new Promise<string>((found, failed) => {
      let output = '';
      child.stdout.on('data', (chunk) => {
        output += String(chunk);
        const at = /"url":"([^"]+)"/.exec(output)?.[1];
        if (at !== undefined) found(at);
      });
      child.once('exit', () => {
        failed(new Error(output));
      });
    });
    while ((await call(url, '/readyz')).status !== 200) await delay(200);
    await measure(url, child.pid ?? 0);
  } finally {
    agent.destroy();
    child.kill('SIGKILL');
    if (kept === undefined) rmSync(dataDir, { recursive: true, force: true });
  }
}

void main();
