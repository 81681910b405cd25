import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { copyDatabases, LOG, READ_MODEL, readOrders, replay, sorted } from '../faults/inspect';
import { createIoFaults, type IoFaults } from '../faults/io-faults';
import { Ledger, Load, LOCATION, seeded, send } from '../faults/load';
import { readLog, update } from '../support/deliveries';
import {
  begin,
  discard,
  runToEnd,
  type RunningService,
  SECURE,
  signed,
  startService,
  temporaryDirectory,
} from '../support/running-service';

/** Milliseconds that a stop under load may take: what is in flight is short, and nothing else is waited for. */
const STOP_MS = 3_000;
/** Milliseconds after which a request that never ends is given up by a stop (STOP_TIMEOUT_MS), and what closing takes. */
const FORCED_STOP_MS = 13_000;

const key = (order: number) => ({ location_id: LOCATION, order_id: `order ${String(order)}` });

/** @returns exit code, and how many milliseconds from now the process took to end. */
async function endOf(process: ChildProcess): Promise<{ code: number | null; ms: number }> {
  const begun = performance.now();
  if (process.exitCode === null && process.signalCode === null) {
    await new Promise((resolve) => process.once('exit', resolve));
  }
  return { code: process.exitCode, ms: performance.now() - begun };
}

/** Begins a delivery and never finishes it. */
function beginForEver(service: RunningService): { answered: Promise<unknown> } {
  const body = JSON.stringify(update({ location_id: LOCATION, order_id: 'never finished' }));
  const headers = { ...signed(body), 'Content-Length': String(body.length) };
  const { request, answer } = begin(service.url, '/handle-order', { method: 'POST', headers });
  request.write(body.slice(0, 10));
  return { answered: answer.catch(() => null) };
}

describe('life of the service', () => {
  let dataDir: string;
  let service: RunningService;
  let faults: IoFaults;

  const start = async (env: Readonly<Record<string, string>> = {}): Promise<RunningService> =>
    (service = await startService({ DATA_DIR: dataDir, ...env }));

  beforeEach(() => {
    dataDir = temporaryDirectory();
    faults = createIoFaults(dataDir);
  });

  afterEach(async () => {
    faults.close();
    await discard(service);
  });

  it('a SIGTERM under load keeps every acknowledged delivery, closes the files and exits with 0', async () => {
    await start();
    const load = new Load(seeded(2));
    const sending = load.run(service);
    await sleep(300);
    service.process.kill('SIGTERM');
    const { code, ms } = await endOf(service.process);
    await sending;
    expect({ code, output: service.output() }).toMatchObject({ code: 0 });
    expect(ms).toBeLessThan(STOP_MS);
    expect(service.output()).toContain('"msg":"stopped"');

    // Everything is in the main files: they can be copied alone.
    for (const name of [LOG, READ_MODEL]) expect(existsSync(join(dataDir, `${name}-wal`))).toBe(false);
    const log = readLog(dataDir);
    expect(load.ledger.violations(log)).toEqual([]);
    expect(load.ledger.acknowledged).toBeGreaterThan(50);

    await start();
    expect(sorted(await readOrders(service, LOCATION))).toEqual(sorted(replay(log).values()));
  });

  it('a SIGTERM under load refuses no delivery that the service has received', async () => {
    await start(faults.env);
    const ledger = new Ledger();
    faults.delaySyncs(500);
    const fates = Array.from({ length: 32 }, (_, n) => send(service, ledger, ledger.create(key(n))));
    await sleep(200); // all of them wait for the sync now
    service.process.kill('SIGTERM');
    const { code, ms } = await endOf(service.process);
    expect(new Set(await Promise.all(fates))).toEqual(new Set(['acknowledged']));
    expect(code).toBe(0);
    expect(ms).toBeLessThan(STOP_MS);
    expect(ledger.violations(readLog(dataDir))).toEqual([]);
  });

  it('a service that is stopping takes no new connection, and finishes the requests that have begun', async () => {
    await start(faults.env);
    const ledger = new Ledger();
    faults.delaySyncs(1_000);
    const sending = send(service, ledger, ledger.create(key(0)));
    await sleep(200);
    service.process.kill('SIGTERM');
    await sleep(100);
    await expect(service.call('/healthz')).rejects.toThrow('ECONNREFUSED');
    expect(await sending).toBe('acknowledged');
    expect((await endOf(service.process)).code).toBe(0);
  });

  it('a SIGTERM while the service starts stops it gracefully', async () => {
    await start(); // for afterEach to end
    const other = join(dataDir, 'of another service');
    faults.delaySyncs(300); // making a new log takes some syncs
    const main = join(__dirname, '../../dist/services/main.js');
    const { PATH = '' } = process.env;
    const starting = spawn(process.execPath, [main], {
      env: { ...SECURE, ...faults.env, PATH, PORT: '0', DATA_DIR: other },
      stdio: 'ignore',
    });
    while (!existsSync(join(other, LOG))) await sleep(10);
    starting.kill('SIGTERM');
    expect((await endOf(starting)).code).toBe(0);
  });

  it('a request that never ends delays a stop only for a limited time', async () => {
    await start();
    const { answered } = beginForEver(service);
    await sleep(100);
    service.process.kill('SIGTERM');
    const { code, ms } = await endOf(service.process);
    expect(code).toBe(0);
    expect(ms).toBeLessThan(FORCED_STOP_MS);
    await answered;
  });

  it('a second SIGTERM ends the service at once, and loses nothing acknowledged', async () => {
    await start();
    const ledger = new Ledger();
    expect(await send(service, ledger, ledger.create(key(0)))).toBe('acknowledged');
    const { answered } = beginForEver(service);
    await sleep(100);
    service.process.kill('SIGTERM');
    await sleep(200);
    expect(service.process.exitCode).toBeNull();
    service.process.kill('SIGTERM');
    const { code, ms } = await endOf(service.process);
    expect(code).not.toBe(0);
    expect(ms).toBeLessThan(500);
    await answered;
    expect(ledger.violations(readLog(dataDir))).toEqual([]);
  });

  it('a second SIGTERM ends the service at once even while the disk hangs', async () => {
    await start(faults.env);
    const ledger = new Ledger();
    faults.delaySyncs(4_000);
    const sending = send(service, ledger, ledger.create(key(0)));
    await sleep(100);
    service.process.kill('SIGTERM');
    await sleep(100);
    service.process.kill('SIGTERM');
    expect((await endOf(service.process)).ms).toBeLessThan(500);
    expect(await sending).toBe('lost');
  });

  it('a second process on the same DATA_DIR is refused with 69 and the owner’s pid, and the owner goes on', async () => {
    await start();
    const { code, output } = await runToEnd({ ...SECURE, PORT: '0', DATA_DIR: dataDir });
    expect(code).toBe(69);
    expect(output).toContain(`DATA_DIR ${dataDir} is in use by process ${String(service.process.pid)}`);
    const ledger = new Ledger();
    expect(await send(service, ledger, ledger.create(key(0)))).toBe('acknowledged');
    expect(ledger.violations(readLog(dataDir))).toEqual([]);
  });

  it('a DATA_DIR whose owner was killed can be used at once', async () => {
    await start();
    await service.end('SIGKILL');
    const begun = performance.now();
    await start();
    expect(performance.now() - begun).toBeLessThan(5_000);
    expect((await service.call('/readyz')).status).toBe(200);
  });

  it('a PORT in use is reported in one sentence with 69, and DATA_DIR is released', async () => {
    const other = createServer();
    await new Promise<void>((listening) => other.listen(0, '127.0.0.1', listening));
    const { port } = other.address() as AddressInfo;
    const { code, output } = await runToEnd({ ...SECURE, PORT: String(port), DATA_DIR: dataDir });
    await new Promise((closed) => other.close(closed));
    expect(code).toBe(69);
    expect(output).toContain('PORT and HOST cannot be listened on');
    expect(output).toContain(`127.0.0.1:${String(port)}`);
    expect(output).not.toContain('    at '); // a sentence, not a stack
    await start();
  });

  it('a DATA_DIR that cannot be a directory is reported in one sentence with 69', async () => {
    const file = join(dataDir, 'io-faults.control');
    for (const path of [file, join(file, 'below')]) {
      const { code, output } = await runToEnd({ ...SECURE, PORT: '0', DATA_DIR: path });
      expect({ path, code }).toEqual({ path, code: 69 });
      expect(output).toContain(`DATA_DIR ${path} cannot be used`);
      expect(output).not.toContain('    at ');
    }
    await start();
  });

  it('a stopped service can be copied as its two database files', async () => {
    await start();
    const ledger = new Ledger();
    for (let n = 0; n < 10; n++) await send(service, ledger, ledger.create(key(n)));
    const before = sorted(await readOrders(service, LOCATION));
    expect(await service.end('SIGTERM')).toBe(0);
    const copy = temporaryDirectory();
    copyDatabases(dataDir, copy);
    rmSync(dataDir, { recursive: true });
    dataDir = copy;
    await start();
    expect(sorted(await readOrders(service, LOCATION))).toEqual(before);
  });
});
