import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { get } from 'node:http';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import Database from 'better-sqlite3';
import { spawnNode, type SpawnedNode } from '../eventstoredb-node/spawn-node';
import { freePorts } from '../support/free-ports';
import { BENCH_SECRET } from './deliveries';

const ROOT = resolve(__dirname, '../../..');
/** The service's command line, compiled. */
export const CLI = join(ROOT, 'dist/services/cli.js');

/** What can be measured: the program, from the root, and where it keeps events, if it does. */
const SERVERS = {
  floor: { program: 'dist/test/bench/floor.js', database: null },
  naive: { program: 'dist/test/bench/naive.js', database: 'naive.sqlite' },
  ours: { program: 'dist/services/main.js', database: 'events.sqlite' },
  /** The same service, signing checkpoints as often as can be. */
  chained: { program: 'dist/services/main.js', database: 'events.sqlite' },
  /** The same service without the chain, signing none. */
  unchained: { program: 'dist/test/bench/unchained.js', database: 'events.sqlite' },
  /** The same service over the test node, which is a process of its own. */
  eventstoredb: { program: 'dist/services/main.js', database: null },
} as const;
export type ServerName = keyof typeof SERVERS;

const CHECKPOINT_SECONDS: Partial<Record<ServerName, string>> = { chained: '1', unchained: '86400' };

/** The service's file of events within its data directory. */
export const EVENTS_FILE = SERVERS.ours.database;

const START_TIMEOUT_MS = 60_000;
const READY_POLL_MS = 5;
/** A server is idle that uses less than this share of a processor for so many milliseconds. */
const IDLE_SHARE = 0.1;
const IDLE_CHECK_MS = 1_000;
const CLOCK_TICKS_PER_SECOND = 100;

const directories = new Set<string>();
const children = new Set<ChildProcess>();

/** Leaves nothing behind, however the run ends. */
process.once('exit', () => {
  for (const child of children) child.kill('SIGKILL');
  for (const directory of directories) rmSync(directory, { recursive: true, force: true });
});
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));

/** Makes a temporary directory on the disk of the checkout. @returns its path. */
export function makeDataDir(): string {
  const parent = join(ROOT, 'node_modules/.cache/bench'); // not under data/, where a service may be at work
  mkdirSync(parent, { recursive: true });
  const directory = mkdtempSync(join(parent, 'run-'));
  directories.add(directory);
  return directory;
}

/** Removes what {@link makeDataDir} made. */
export function removeDataDir(directory: string): void {
  rmSync(directory, { recursive: true, force: true });
  directories.delete(directory);
}

/** @returns how many events about orders are in the event log of a data directory. */
export function orderEventsIn(dataDir: string): number {
  const db = new Database(join(dataDir, EVENTS_FILE), { readonly: true, fileMustExist: true });
  try {
    return db.prepare<[], number>("SELECT count(*) FROM readable_events WHERE type LIKE 'order.%'").pluck().get() ?? 0;
  } finally {
    db.close();
  }
}

/** Environment of the service and its peers. */
export function serverEnv(dataDir: string, port: number): NodeJS.ProcessEnv {
  return {
    ...process.env,
    NODE_ENV: 'production',
    HOST: '127.0.0.1',
    PORT: String(port),
    DATA_DIR: dataDir,
    STREAM_WEBHOOK_SECRETS: BENCH_SECRET,
    LOG_LEVEL: 'info',
  };
}

/** An HTTP answer. */
export interface HttpAnswer {
  readonly status: number;
  readonly body: string;
}

/** GETs a path of a server on this machine. Rejects if it cannot be reached. */
export function httpGet(port: number, path: string): Promise<HttpAnswer> {
  return new Promise((resolveAnswer, reject) => {
    get({ host: '127.0.0.1', port, path, agent: false }, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (text: string) => (body += text));
      response.once('end', () => {
        resolveAnswer({ status: response.statusCode ?? 0, body });
      });
    }).once('error', reject);
  });
}

/** @param thread one of its threads; default: all of them together */
function cpuSecondsOf(pid: number | undefined, thread?: number): number {
  const within = thread === undefined ? '' : `/task/${String(thread)}`;
  const stat = readFileSync(`/proc/${String(pid)}${within}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / CLOCK_TICKS_PER_SECOND;
}

/** A server that is ready. */
export class Server {
  readonly #name: ServerName;
  readonly #child: ChildProcess;
  readonly #dataDir: string;
  readonly #node: SpawnedNode | null;

  private constructor(
    name: ServerName,
    child: ChildProcess,
    dataDir: string,
    node: SpawnedNode | null,
    readonly port: number,
    /** From before its process existed until it said that it is ready. */
    readonly readyMs: number,
  ) {
    this.#name = name;
    this.#child = child;
    this.#dataDir = dataDir;
    this.#node = node;
  }

  /**
   * Starts a server and waits until `/readyz` answers 200. Its log goes to a file, as a supervisor would have it.
   * @param flags of node
   * @param root of the checkout whose program it is
   * @param over the test node, where it is one that runs already
   * @param env more settings
   */
  static async start(
    name: ServerName,
    dataDir: string,
    {
      flags = [],
      root = ROOT,
      over = null,
      env = {},
    }: {
      readonly flags?: readonly string[];
      readonly root?: string;
      readonly over?: SpawnedNode | null;
      readonly env?: Readonly<Record<string, string>>;
    } = {},
  ): Promise<Server> {
    const port = await freePorts();
    const logFile = join(dataDir, 'server.log');
    const log = openSync(logFile, 'w');
    const node = name === 'eventstoredb' ? (over ?? (await spawnNode())) : null;
    const began = performance.now();
    const child = spawn(process.execPath, [...flags, join(root, SERVERS[name].program)], {
      cwd: root,
      env: {
        ...serverEnv(dataDir, port),
        CHECKPOINT_SECONDS: CHECKPOINT_SECONDS[name] ?? '',
        ...(node === null ? {} : { EVENT_STORE_URL: node.url }),
        ...env,
      },
      stdio: ['ignore', log, log],
    });
    closeSync(log);
    children.add(child);
    child.once('exit', () => children.delete(child));
    for (;;) {
      const answer = await httpGet(port, '/readyz').catch(() => null);
      const readyMs = performance.now() - began;
      if (answer?.status === 200) return new Server(name, child, dataDir, node, port, readyMs);
      if (child.exitCode !== null || child.signalCode !== null || readyMs > START_TIMEOUT_MS) {
        child.kill('SIGKILL');
        const why = answer === null ? 'no answer' : `${String(answer.status)} ${answer.body}`;
        throw new Error(
          `${name} did not get ready (${why}); its log ends:\n${readFileSync(logFile, 'utf8').slice(-2000)}`,
        );
      }
      await sleep(READY_POLL_MS);
    }
  }

  /** CPU seconds used so far, all threads together. */
  cpuSeconds(): number {
    return cpuSecondsOf(this.#child.pid);
  }

  /** Waits until it does nothing of its own any more. */
  async idle(): Promise<void> {
    for (let before = -1; ;) {
      const used = this.cpuSeconds();
      if (used - before < IDLE_SHARE * (IDLE_CHECK_MS / 1_000)) return;
      before = used;
      await sleep(IDLE_CHECK_MS);
    }
  }

  /** CPU seconds that the thread used so far that answers requests. */
  mainCpuSeconds(): number {
    return cpuSecondsOf(this.#child.pid, this.#child.pid);
  }

  /** CPU seconds that the test node used so far; 0 where there is none. */
  nodeCpuSeconds(): number {
    return this.#node === null ? 0 : cpuSecondsOf(this.#node.pid);
  }

  /** Resident memory in MB (1,000,000 bytes). */
  rssMb(): number {
    const status = readFileSync(`/proc/${String(this.#child.pid)}/status`, 'utf8');
    return (Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) * 1024) / 1e6;
  }

  /** Kills the server without warning and starts it again over what it left. @returns what runs then */
  async restart(): Promise<Server> {
    await this.#end('SIGKILL');
    return Server.start(this.#name, this.#dataDir, { over: this.#node });
  }

  /** Ends the server in good order. */
  async stop(): Promise<void> {
    await this.#end('SIGTERM');
    await this.#node?.stop();
  }

  /**
   * Kills the server without warning and looks into what it left.
   * @returns the number of events on the disk, or null for a server that keeps none.
   */
  async killAndCount(): Promise<number | null> {
    await this.#end('SIGKILL');
    if (this.#node !== null) return (await this.#node.state()).events.length;
    const { database } = SERVERS[this.#name];
    if (database === null) return null;
    const db = new Database(join(this.#dataDir, database), { fileMustExist: true });
    try {
      return db.prepare<[], number>('SELECT count(*) FROM events').pluck().get() ?? 0;
    } finally {
      db.close();
    }
  }

  async #end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const exited = once(this.#child, 'exit');
    this.#child.kill(signal);
    const force = setTimeout(() => this.#child.kill('SIGKILL'), 15_000);
    await exited;
    clearTimeout(force);
  }
}
