import { randomBytes } from 'node:crypto';
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Command } from 'commander';
import { argument } from '../../terminal/argument';
import { CommandError } from '../../terminal/command-error';
import { say } from '../../terminal/output';
import { numberIn, positiveNumber, wholeNumber } from './arguments';

/** Where the service and the sandbox listen: on this machine only. */
const HOST = '127.0.0.1';
/** Milliseconds that the service may take to be ready. */
const START_TIMEOUT_MS = 30_000;
const READY_POLL_MS = 50;
/** What the service logs when it listens. */
const LISTENING = 'Ticket Rail is listening';
/** Milliseconds that the service may take to end. */
const STOP_TIMEOUT_MS = 10_000;
/** Characters of what the service said that are shown if it ends. */
const SHOWN_OUTPUT = 2_000;
const SECRET_BYTES = 24;
const MAX_PORT = 65_535;
const LOCATIONS = 3;
/** Orders in a minute of the rush, and seconds of it in a second: some twenty orders a location are under way. */
const DEFAULT_PER_MINUTE = 2;
const DEFAULT_SPEED = 30;
const MAX_PER_MINUTE = 1_000;
const MAX_SPEED = 600;

interface DemoCommand {
  readonly port: number;
  readonly sandboxPort: number;
  readonly perMinute: number;
  readonly speed: number;
}

/** The service, as a process of its own with nothing but what the demo gives it. */
class Service {
  readonly #child: ChildProcess;
  readonly ended: Promise<void>;
  #output = '';
  /** It says so itself: what answers at its address may be another. */
  #listens = false;

  constructor(main: string, environment: Readonly<Record<string, string>>) {
    this.#child = spawn(process.execPath, [main], { env: { ...environment }, stdio: ['ignore', 'pipe', 'pipe'] });
    const keep = (text: Buffer): void => {
      const output = this.#output + text.toString();
      this.#listens ||= output.includes(LISTENING);
      this.#output = output.slice(-SHOWN_OUTPUT);
    };
    this.#child.stdout?.on('data', keep);
    this.#child.stderr?.on('data', keep);
    this.ended = new Promise((resolve) => {
      this.#child.once('exit', () => {
        resolve();
      });
    });
  }

  get isRunning(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** Waits until it is ready, or is not needed any more. @throws if it ends before, or takes too long. */
  async ready(url: string, isStopping: () => boolean): Promise<void> {
    const deadline = performance.now() + START_TIMEOUT_MS;
    while (!isStopping()) {
      const answer = this.#listens ? await fetch(`${url}/readyz`).catch(() => null) : null;
      if (isStopping()) return;
      if (!this.isRunning) throw new CommandError(`The service ended. It said:\n${this.#output}`);
      if (answer?.ok === true) return;
      if (performance.now() > deadline)
        throw new CommandError(`The service does not get ready. It said:\n${this.#output}`);
      await sleep(READY_POLL_MS);
    }
  }

  async stop(): Promise<void> {
    if (!this.isRunning) return;
    this.#child.kill('SIGTERM');
    const force = setTimeout(() => this.#child.kill('SIGKILL'), STOP_TIMEOUT_MS);
    await this.ended;
    clearTimeout(force);
  }
}

async function runDemo({ port, sandboxPort, perMinute, speed }: DemoCommand): Promise<void> {
  // Not before: the other commands begin sooner without the web server.
  const [{ POS_PATH }, { startSandbox }] = await Promise.all([
    import('../server/pos-route.js'),
    import('../server/start-sandbox.js'),
  ]);
  const secret = randomBytes(SECRET_BYTES).toString('hex');
  const url = `http://${HOST}:${String(port)}`;
  const stopping = new AbortController();
  const isStopping = (): boolean => stopping.signal.aborted;
  // Each of them, however often: ending takes a moment, and what is left half ended leaves its data behind.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      stopping.abort();
    });
  }
  // After that, so that no signal ends this without it being deleted.
  const dataDir = mkdtempSync(join(tmpdir(), 'ticket-rail-demo-'));
  const service = new Service(join(__dirname, '..', '..', 'main.js'), {
    HOST,
    PORT: String(port),
    DATA_DIR: dataDir,
    STREAM_WEBHOOK_SECRETS: secret,
    RELAY_URL: `http://${HOST}:${String(sandboxPort + 1)}${POS_PATH}`,
    LOG_LEVEL: 'info',
  });
  try {
    await service.ready(url, isStopping);
    if (isStopping()) return;
    const sandbox = await startSandbox({
      host: HOST,
      port: sandboxPort,
      partnerId: 'demo',
      posUrl: `${url}${POS_PATH}`,
      posSecret: secret,
      posBearer: null,
      dspUrl: null,
      dspSecret: randomBytes(SECRET_BYTES).toString('hex'),
      menu: null,
      speed,
      locations: LOCATIONS,
      ordersPerMinute: perMinute,
      seed: Date.now() | 0,
      now: Date.now,
      monotonic: () => performance.now(),
    });
    const [location = ''] = sandbox.locations;
    say(
      [
        'A lunch rush is on its way. Everything is made up, and gone when this ends (Ctrl-C).',
        '',
        `  The board     ${url}/screens/board?location=${encodeURIComponent(location)}`,
        `  For customers ${url}/screens/customers?location=${encodeURIComponent(location)}`,
        `  Its history   ${url}/audit`,
        `  The sandbox   ${sandbox.url}/`,
        `  The API       ${url}/docs`,
      ].join('\n'),
    );
    const aborted = new Promise<'stopped'>((resolve) => {
      if (isStopping()) resolve('stopped');
      stopping.signal.addEventListener('abort', () => {
        resolve('stopped');
      });
    });
    const why = await Promise.race([aborted, service.ended.then(() => 'ended' as const)]);
    await sandbox.stop();
    if (why === 'ended' && !isStopping()) throw new CommandError('The service ended by itself.');
  } finally {
    await service.stop();
    rmSync(dataDir, { recursive: true, force: true });
  }
}

/** Adds `ticket-rail demo`, which runs the service and the sandbox with a lunch rush, to look at. */
export const addDemoCommand = (program: Command): Command =>
  program
    .command('demo')
    .description('run the service and the sandbox with a lunch rush, with data that are deleted afterwards')
    .option('--port <port>', 'port of the service', argument(wholeNumber(1, MAX_PORT)), 8080)
    .option(
      '--sandbox-port <port>',
      'port of the sandbox; its POS has the next one',
      argument(wholeNumber(1, MAX_PORT - 1)),
      8090,
    )
    .option(
      '--per-minute <orders>',
      'orders per minute of the rush',
      argument(positiveNumber(MAX_PER_MINUTE)),
      DEFAULT_PER_MINUTE,
    )
    .option(
      '--speed <factor>',
      'seconds of the rush that pass in a second',
      argument(numberIn(1, MAX_SPEED)),
      DEFAULT_SPEED,
    )
    .action(runDemo);
