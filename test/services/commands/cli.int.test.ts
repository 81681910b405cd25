import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { orderKey } from '../../../schemas/order-key';
import { READ_MODEL, readOrders, replay, sorted, withDatabase } from '../../faults/inspect';
import { Ledger, LOCATION, seeded, send } from '../../faults/load';
import { readLog } from '../../support/deliveries';
import { patiently, until } from '../../support/patience';
import { call, type RunningService, SECURE, startService, temporaryDirectory } from '../../support/running-service';

const ROOT = resolve(__dirname, '..', '..', '..');
const CLI = join(ROOT, 'dist', 'services', 'cli.js');
/** Milliseconds within which every command here has to end. */
const COMMAND_MS = 20_000;
/** The same through npx, which links the checkout into its cache the first time. */
const NPX_MS = 100_000;
const NPX_CACHE = join(ROOT, 'node_modules', '.cache', 'npx');
/** Has the process believe that its standard error is a terminal. */
const ON_A_TERMINAL = ['--import', 'data:text/javascript,process.stderr.isTTY=true;process.stderr.columns=80'];
const ORDERS = 25;
const DELIVERIES = 3;

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command to its end; one that does not end has no code. */
async function run(
  command: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  timeout = COMMAND_MS,
): Promise<Ended> {
  const { PATH = '', HOME = '' } = process.env;
  const child = spawn(command, args, {
    cwd: ROOT,
    env: { PATH, HOME, ...env },
    timeout: patiently(timeout),
    killSignal: 'SIGKILL',
  });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (chunk) => (stdout += String(chunk)));
  child.stderr.on('data', (chunk) => (stderr += String(chunk)));
  const code = await new Promise<number | null>((ended) => child.once('close', ended));
  return { code, stdout, stderr };
}

const npx = (cache: string): Promise<Ended> =>
  run(
    'npx',
    ['--no-install', 'ticket-rail', '--help'],
    {
      npm_config_cache: cache,
      npm_config_offline: 'true',
      npm_config_update_notifier: 'false',
      // Linking a checkout runs its `prepare`, which would build anew what every other test is using.
      npm_config_ignore_scripts: 'true',
    },
    NPX_MS,
  );

/**
 * A cache in which npx was killed while it linked, or in which two of them linked at a time, is broken for good. So it is
 * made aside, and moved when it is whole; beside the other one, because its links are relative.
 */
async function makeNpxCache(): Promise<void> {
  if (existsSync(NPX_CACHE)) return;
  const half = `${NPX_CACHE}.${String(process.pid)}`;
  expect(await npx(half)).toMatchObject({ code: 0 });
  try {
    renameSync(half, NPX_CACHE);
  } catch (error) {
    rmSync(half, { recursive: true });
    if (!existsSync(NPX_CACHE)) throw error; // or another process was faster
  }
}

const ticketRail = (
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  node: readonly string[] = [],
) => run(process.execPath, [...node, CLI, ...args], { ...SECURE, ...env });

describe('the ticket-rail command', () => {
  it('ticket-rail --help describes the program and its commands', async () => {
    const { code, stdout } = await ticketRail(['--help']);
    expect(code).toBe(0);
    expect(stdout).toContain('Usage: ticket-rail');
    for (const command of ['start', 'rebuild']) expect(stdout).toContain(command);
  });

  it('ticket-rail ends without an error message when nobody reads its output any more', async () => {
    const { PATH = '' } = process.env;
    const DATA_DIR = temporaryDirectory();
    const child = spawn(process.execPath, [CLI, 'verify'], { env: { PATH, DATA_DIR } });
    child.stdout.destroy();
    let stderr = '';
    child.stderr.on('data', (chunk) => (stderr += String(chunk)));
    const code = await new Promise<number | null>((ended) => child.once('close', ended));
    rmSync(DATA_DIR, { recursive: true });
    expect({ code, stderr }).toEqual({ code: 141, stderr: expect.not.stringContaining('EPIPE') as string });
  });

  it('ticket-rail --version prints the version of the package', async () => {
    const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string };
    expect(await ticketRail(['--version'])).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' });
  });

  it('ticket-rail refuses an unknown command with an error that names it', async () => {
    const { code, stdout, stderr } = await ticketRail(['rebuidl']);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain("unknown command 'rebuidl'");
  });

  it.each([
    [['\u001b[2Jrebuild'], "unknown command '\\u001b[2Jrebuild'"],
    [['rebuild', '--\u001b]0;title\u0007'], "unknown option '--\\u001b]0;title\\u0007'"],
    [['retain', '--days', '\u202e7'], "argument '\\u202e7' is invalid"],
    [['sandbox', 'run', 'lunch-rush', '--check', '\u001b[8m'], "argument '\\u001b[8m' is invalid"],
  ])('ticket-rail escapes what a terminal would act on when it refuses %j', async (args, message) => {
    const { code, stdout, stderr } = await ticketRail(args);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain(message);
  });

  it('ticket-rail runs by its name from a checkout', async () => {
    await makeNpxCache();
    const { code, stdout } = await npx(NPX_CACHE);
    expect(code).toBe(0);
    expect(stdout).toContain('Usage: ticket-rail');
  });

  it('ticket-rail start runs the service until SIGTERM', async () => {
    const dataDir = temporaryDirectory();
    const child = spawn(process.execPath, [CLI, 'start'], { env: { ...SECURE, PORT: '0', DATA_DIR: dataDir } });
    const ended = new Promise((resolve) => child.once('close', resolve));
    let output = '';
    child.stdout.on('data', (chunk) => (output += String(chunk)));
    try {
      const url = await until('the service to listen', () => /"url":"([^"]+)"/.exec(output)?.[1] ?? null);
      await until('the service to be ready', async () => (await call(url, '/readyz')).status === 200);
      child.kill('SIGTERM');
      expect(await ended).toBe(0);
    } finally {
      child.kill('SIGKILL');
      await ended;
      rmSync(dataDir, { recursive: true });
    }
  });
});

describe('ticket-rail rebuild', () => {
  let dataDir: string;
  let service: RunningService;

  const orders = async () => {
    service = await startService({ DATA_DIR: dataDir });
    const all = sorted(await readOrders(service, LOCATION));
    await service.end();
    return all;
  };
  const rebuild = (node: readonly string[] = [], env: Readonly<Record<string, string>> = {}) =>
    ticketRail(['rebuild'], { DATA_DIR: dataDir, ...env }, node);

  beforeAll(async () => {
    dataDir = temporaryDirectory();
    service = await startService({ DATA_DIR: dataDir });
    const [ledger, random] = [new Ledger(), seeded(5)];
    for (let n = 0; n < ORDERS * DELIVERIES; n++) {
      const key = orderKey(LOCATION, `order ${String(n % ORDERS)}`);
      expect(await send(service, ledger, ledger.create(key, random))).toBe('acknowledged');
    }
    await service.end();
  });

  afterAll(async () => {
    await service.end('SIGKILL');
    rmSync(dataDir, { recursive: true });
  });

  it('ticket-rail rebuild makes the same read model again, and prints a summary of one line', async () => {
    const before = await orders();
    expect(before).toEqual(sorted(replay(readLog(dataDir)).values()));
    withDatabase(join(dataDir, READ_MODEL), (db) => db.exec("UPDATE orders SET state = '{}'"));
    const { code, stdout } = await rebuild();
    expect(code).toBe(0);
    expect(stdout).toMatch(new RegExp(`^Rebuilt the read model from ${String(ORDERS * DELIVERIES)} events in .+\\n$`));
    expect(await orders()).toEqual(before);
  });

  it('ticket-rail rebuild makes a read model that the service uses without any change', async () => {
    await rebuild();
    const rowsAndCheckpoint = () =>
      withDatabase(join(dataDir, READ_MODEL), (db) => [
        db.prepare('SELECT * FROM orders ORDER BY seq').all(),
        db.prepare('SELECT * FROM checkpoint').all(),
      ]);
    const before = rowsAndCheckpoint();
    await orders();
    expect(rowsAndCheckpoint()).toEqual(before);
  });

  it('ticket-rail rebuild shows its progress on a terminal, and only the summary elsewhere', async () => {
    const { stderr } = await rebuild(ON_A_TERMINAL);
    expect(stderr).toContain('Rebuilding [');
    expect(stderr).toContain('100%');
    expect(stderr).toContain(`${String(ORDERS * DELIVERIES)} events`);
    expect((await rebuild()).stderr).toBe('');
  });

  it('ticket-rail rebuild makes an empty read model from an empty log', async () => {
    const empty = temporaryDirectory();
    const { code, stdout } = await rebuild(ON_A_TERMINAL, { DATA_DIR: empty });
    expect(code).toBe(0);
    expect(stdout).toContain('from 0 events');
    rmSync(empty, { recursive: true });
  });

  it('ticket-rail rebuild is refused with a clear error while the service runs, and changes nothing', async () => {
    service = await startService({ DATA_DIR: dataDir });
    const before = sorted(await readOrders(service, LOCATION));
    const { code, stdout, stderr } = await rebuild();
    expect(code).toBeGreaterThan(0);
    expect(stdout).toBe('');
    expect(stderr).toContain(`DATA_DIR ${dataDir} is in use by process ${String(service.process.pid)}`);
    expect(stderr).not.toContain('    at ');
    expect(sorted(await readOrders(service, LOCATION))).toEqual(before);
    await service.end();
  });

  it('ticket-rail rebuild names what is wrong in the configuration', async () => {
    const { code, stderr } = await rebuild([], { PORT: 'eighty' });
    expect(code).toBeGreaterThan(0);
    expect(stderr).toContain('PORT is "eighty"');
  });

  it('ticket-rail rebuild ends with an error when the read model cannot be made', async () => {
    const broken = temporaryDirectory();
    mkdirSync(join(broken, READ_MODEL));
    const { code, stderr } = await rebuild([], { DATA_DIR: broken });
    expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining(READ_MODEL) as string });
    rmSync(broken, { recursive: true });
  });
});
