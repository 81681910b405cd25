import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { historyOrder, type HistorySize, makeHistory } from './history';
import { figure, median, type Part, range } from './report';
import { CLI, EVENTS_FILE, httpGet, Server, serverEnv } from './servers';

/** How to measure what an operator waits for. */
export interface OperationOptions {
  readonly dataDir: string;
  readonly size: HistorySize;
  readonly rounds: number;
}

const READS = 300;

export interface Timed {
  readonly seconds: number;
  readonly output: string;
  /** Largest that was seen; 0 where the system does not tell. */
  readonly rssMb: number;
}

const RSS_POLL_MS = 50;

/** @returns the largest RSS of a running process so far, in megabytes. */
function peakRssMb(pid: number | undefined): number {
  try {
    return Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${String(pid)}/status`, 'utf8'))?.[1] ?? 0) / 1_000;
  } catch {
    return 0; // it has ended, or this is not Linux
  }
}

/** Runs a program to its end. @returns how many seconds it took, its start included, and what it printed. */
async function time(args: readonly string[], env: NodeJS.ProcessEnv): Promise<Timed> {
  const began = performance.now();
  const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  let errors = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text));
  let rssMb = 0;
  const watch = setInterval(() => {
    rssMb = Math.max(rssMb, peakRssMb(child.pid));
  }, RSS_POLL_MS);
  const [code] = (await once(child, 'close')) as [number | null];
  clearInterval(watch);
  if (code !== 0) throw new Error(`${args.join(' ')} ended with code ${String(code)}:\n${output}${errors}`);
  return { seconds: (performance.now() - began) / 1000, output, rssMb };
}

/** Makes the history, unless it is there. */
export async function ensureHistory({ dataDir, size }: OperationOptions): Promise<void> {
  const began = performance.now();
  await makeHistory(dataDir, size);
  const seconds = (performance.now() - began) / 1000;
  if (seconds > 1) console.log(`  made ${figure(size.events)} events in ${figure(seconds)} s`);
}

/** Makes the read model anew. */
export const rebuild = (dataDir: string): Promise<Timed> => time([CLI, 'rebuild'], serverEnv(dataDir, 0));

/** How fast is the read model made anew, beside a mere scan of the same rows? */
export async function measureRebuild(options: OperationOptions): Promise<Part> {
  await ensureHistory(options);
  const { events } = options.size;
  const runs: { readonly scan: number; readonly rebuild: number; readonly printed: string }[] = [];
  for (let round = 1; round <= options.rounds; round += 1) {
    const scan = await time([join(__dirname, 'scan.js'), options.dataDir, EVENTS_FILE], process.env);
    if (Number(scan.output) !== events) throw new Error(`the history has ${scan.output} events`);
    const built = await rebuild(options.dataDir);
    runs.push({ scan: scan.seconds, rebuild: built.seconds, printed: built.output });
    console.log(`  round ${String(round)} scan ${figure(scan.seconds, 2)} s, rebuild ${figure(built.seconds, 2)} s`);
  }
  const speed = median(runs.map((run) => run.scan / run.rebuild));
  const row = (name: string, seconds: readonly number[]): string[] => [
    name,
    figure(median(seconds), 2),
    range(seconds, 2),
    figure(events / median(seconds)),
  ];
  return {
    title: `Rebuild: ${figure(events)} events of ${figure(options.size.orders)} orders, whole processes`,
    columns: ['', 'seconds', 'range', 'events/s'],
    rows: [
      row(
        'scan and parse, nothing else',
        runs.map(({ scan }) => scan),
      ),
      row(
        'rebuild',
        runs.map((run) => run.rebuild),
      ),
    ],
    goals: [
      {
        name: 'speed of the rebuild / speed of the scan',
        goal: '>= 0.50',
        figure: figure(speed, 2),
        met: speed >= 0.5,
      },
    ],
    measurements: runs,
  };
}

/** Most megabytes that the process of a verification may have, and events that it has to verify in a second. */
const VERIFY_RSS_MB = 250;
const VERIFY_EVENTS_PER_SECOND = 50_000;

/** How fast is the whole store verified, and an export of it, beside a mere scan of the same rows? */
export async function measureVerify(options: OperationOptions): Promise<Part> {
  await ensureHistory(options);
  const { dataDir } = options;
  const { events } = options.size;
  const file = join(dataDir, 'export.ndjson');
  const env = serverEnv(dataDir, 0);
  const runs: Record<'scan' | 'export' | 'store' | 'file', Timed>[] = [];
  try {
    for (let round = 1; round <= options.rounds; round += 1) {
      const scan = await time([join(__dirname, 'scan.js'), dataDir, EVENTS_FILE], process.env);
      const exported = await time([CLI, 'export', '--out', file], env);
      const store = await time([CLI, 'verify'], env);
      const verified = await time([CLI, 'verify', file], env);
      runs.push({ scan, export: exported, store, file: verified });
      console.log(
        `  round ${String(round)} store ${figure(store.seconds, 2)} s, export ${figure(verified.seconds, 2)} s`,
      );
    }
  } finally {
    rmSync(file, { force: true });
  }
  const of = (what: keyof (typeof runs)[number]) => runs.map((run) => run[what]);
  const row = (name: string, what: keyof (typeof runs)[number]): string[] => [
    name,
    figure(median(of(what).map(({ seconds }) => seconds)), 2),
    figure(events / median(of(what).map(({ seconds }) => seconds))),
    figure(Math.max(...of(what).map(({ rssMb }) => rssMb))),
    figure(median(runs.map((run) => run.scan.seconds / run[what].seconds)), 2),
  ];
  const rate = (what: 'store' | 'file'): number => events / median(of(what).map(({ seconds }) => seconds));
  const rss = Math.max(...(['export', 'store', 'file'] as const).flatMap((what) => of(what).map(({ rssMb }) => rssMb)));
  return {
    title: `Verify: ${figure(events)} events of ${figure(options.size.orders)} orders, whole processes`,
    columns: ['', 'seconds', 'events/s', 'largest RSS, MB', 'speed / speed of the scan'],
    rows: [
      row('scan and parse, nothing else', 'scan'),
      row('export to NDJSON', 'export'),
      row('verify the store', 'store'),
      row('verify the export', 'file'),
    ],
    goals: [
      ...(['store', 'file'] as const).map((what) => ({
        name: `events/s of the verified ${what}`,
        goal: `>= ${figure(VERIFY_EVENTS_PER_SECOND)}`,
        figure: figure(rate(what)),
        met: rate(what) >= VERIFY_EVENTS_PER_SECOND,
      })),
      {
        name: 'largest RSS',
        goal: `<= ${figure(VERIFY_RSS_MB)} MB`,
        figure: `${figure(rss)} MB`,
        met: rss <= VERIFY_RSS_MB,
      },
    ],
    measurements: runs,
  };
}

/** How long until a start with a current read model is ready, and how much memory does it take? */
export async function measureStart(options: OperationOptions): Promise<Part> {
  await ensureHistory(options);
  await rebuild(options.dataDir);
  const runs: { readonly readyMs: number; readonly rssReady: number; readonly rssRead: number }[] = [];
  for (let round = 1; round <= options.rounds; round += 1) {
    const server = await Server.start('ours', options.dataDir);
    try {
      const rssReady = server.rssMb();
      await readOrders(server.port, options.size.orders);
      runs.push({ readyMs: server.readyMs, rssReady, rssRead: server.rssMb() });
    } finally {
      await server.stop();
    }
  }
  const ready = median(runs.map(({ readyMs }) => readyMs)) / 1000;
  const rss = Math.max(...runs.flatMap(({ rssReady, rssRead }) => [rssReady, rssRead]));
  const row = (name: string, values: readonly number[], digits: number): string[] => [
    name,
    figure(median(values), digits),
    range(values, digits),
  ];
  return {
    title: `Start: ${figure(options.size.events)} events of ${figure(options.size.orders)} orders, current read model`,
    columns: ['', 'median', 'range'],
    rows: [
      row(
        'start to ready, s',
        runs.map(({ readyMs }) => readyMs / 1000),
        2,
      ),
      row(
        'RSS when ready, MB',
        runs.map(({ rssReady }) => rssReady),
        0,
      ),
      row(
        `RSS after ${String(READS)} reads, MB`,
        runs.map(({ rssRead }) => rssRead),
        0,
      ),
    ],
    goals: [
      { name: 'start to ready', goal: '<= 3 s', figure: `${figure(ready, 2)} s`, met: ready <= 3 },
      { name: 'largest RSS', goal: '<= 300 MB', figure: `${figure(rss)} MB`, met: rss <= 300 },
    ],
    measurements: runs,
  };
}

/** Reads orders from all over the history, and sees that they are there. */
async function readOrders(port: number, orders: number): Promise<void> {
  for (let read = 0; read < READS; read += 1) {
    const { location_id, order_id } = historyOrder(Math.floor((read * orders) / READS));
    const { status, body } = await httpGet(port, `/locations/${location_id}/orders/${order_id}`);
    if (status !== 200) throw new Error(`order ${order_id} answered ${String(status)}: ${body}`);
  }
}
