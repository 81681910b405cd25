import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, rmSync, statSync } from 'node:fs';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { orderKey } from '../../../schemas/order-key';
import { copyDatabases, LOG, READ_MODEL, readOrders, replay, sorted } from '../../faults/inspect';
import { createIoFaults, type IoFaults } from '../../faults/io-faults';
import { Ledger, Load, LOCATION, seeded, send } from '../../faults/load';
import { readLog, update } from '../../support/deliveries';
import { patiently, until } from '../../support/patience';
import {
  asReader,
  begin,
  discard,
  runToEnd,
  type RunningService,
  SECURE,
  signed,
  startService,
  temporaryDirectory,
} from '../../support/running-service';

/**
 * Most milliseconds that a stop takes that waits for nothing but what is in flight, or that a second signal forces: far
 * under the 10 s after which a stop gives up a request that never ends (STOP_TIMEOUT_MS).
 */
const STOP_MS = 6_000;
/** Most milliseconds that a stop takes that gives up a request. */
const FORCED_STOP_MS = 20_000;
/** Most milliseconds that a sync is held back until a test lets it go: under GROUP_TIMEOUT_MS, or it counts as hanging. */
const HELD_BACK_MS = 4_500;

/** @returns whether a sync that is held back since a moment still is */
const isHeldBack = (since: number): boolean => performance.now() - since < HELD_BACK_MS;

function connectTo(url: string): Socket {
  const { hostname, port } = new URL(url);
  return connect(Number(port), hostname);
}

const key = (order: number) => orderKey(LOCATION, `order ${String(order)}`);

/** @returns exit code, and how many milliseconds from now the process took to end. */
async function endOf(process: ChildProcess): Promise<{ code: number | null; ms: number }> {
  const begun = performance.now();
  if (process.exitCode === null && process.signalCode === null) {
    await new Promise((resolve) => process.once('exit', resolve));
  }
  return { code: process.exitCode, ms: performance.now() - begun };
}

/** Sends SIGTERM again and again, as a person does: only after a moment is it another wish. @returns as {@link endOf} */
async function insist({ process }: RunningService): ReturnType<typeof endOf> {
  const begun = performance.now();
  const again = setInterval(() => process.kill('SIGTERM'), 50);
  const { code } = await endOf(process);
  clearInterval(again);
  return { code, ms: performance.now() - begun };
}

/** Begins a delivery that the service has begun to receive, and never finishes it. */
async function beginForEver(service: RunningService): Promise<{ answered: Promise<unknown> }> {
  const body = JSON.stringify(update(orderKey(LOCATION, 'never finished')));
  const headers = { ...signed(body), 'Content-Length': String(body.length), Expect: '100-continue' };
  const { request, answer } = begin(service.url, '/handle-order', { method: 'POST', headers });
  const answered = answer.catch(() => null);
  const received = once(request, 'continue');
  request.write(body.slice(0, 10));
  await received;
  return { answered };
}

/**
 * Waits until the service has received so many deliveries. A connection that is waiting to be accepted is not received
 * yet: a stop lets go of the port and whatever waits there.
 */
async function untilReceived(service: RunningService, count: number): Promise<void> {
  await until(`${String(count)} deliveries to be received`, async () => {
    const { text } = await service.get('/metrics');
    const sample = (name: string): number =>
      Number(
        text
          .split('\n')
          .find((line) => line.startsWith(name))
          ?.split(' ')[1],
      );
    return sample('ticket_rail_queue_depth ') + sample('ticket_rail_deliveries_total{outcome="recorded"} ') >= count;
  });
}

/** Waits until a stop has begun: from then on no connection is taken. */
async function untilRefused(service: RunningService): Promise<void> {
  await until('connections to be refused', () =>
    service.call('/healthz').then(
      () => false,
      (error: unknown) => String(error).includes('ECONNREFUSED'),
    ),
  );
}

describe('life of the service', () => {
  let dataDir: string;
  let running: RunningService | undefined;
  let faults: IoFaults;

  const start = async (env: Readonly<Record<string, string>> = {}): Promise<RunningService> =>
    (running = await startService({ DATA_DIR: dataDir, ...env }));

  beforeEach(() => {
    dataDir = temporaryDirectory();
    faults = createIoFaults(dataDir);
  });

  afterEach(async () => {
    faults.close();
    if (running !== undefined) await discard(running);
    running = undefined;
    rmSync(dataDir, { recursive: true, force: true });
  });

  it('a SIGTERM under load keeps every acknowledged delivery, closes the files and exits with 0', async () => {
    const service = await start();
    const load = new Load(seeded(2));
    const sending = load.run(service);
    await until('deliveries to be acknowledged', () => load.ledger.acknowledged > 50);
    service.process.kill('SIGTERM');
    const { code, ms } = await endOf(service.process);
    await sending;
    expect({ code, output: service.output() }).toMatchObject({ code: 0 });
    expect(ms).toBeLessThan(patiently(STOP_MS));
    expect(service.output()).toContain('"msg":"stopped"');

    // Everything is in the main files: they can be copied alone.
    for (const name of [LOG, READ_MODEL]) {
      expect(statSync(join(dataDir, `${name}-wal`), { throwIfNoEntry: false })?.size ?? 0).toBe(0);
    }
    const log = readLog(dataDir);
    expect(load.ledger.violations(log)).toEqual([]);

    expect(sorted(await readOrders(await start(), LOCATION))).toEqual(sorted(replay(log).values()));
  });

  it('a SIGTERM under load refuses no delivery that the service has received', async () => {
    const service = await start(faults.env);
    const ledger = new Ledger();
    const begun = performance.now();
    faults.delaySyncs(HELD_BACK_MS);
    const fates = Array.from({ length: 32 }, (_, n) => send(service, ledger, ledger.create(key(n))));
    await untilReceived(service, 32);
    service.process.kill('SIGTERM');
    await untilRefused(service);
    faults.clear();
    // Where the machine was slow, the service may have given up a disk that stood still for so long.
    const allowed = isHeldBack(begun) ? ['acknowledged'] : ['acknowledged', 'refused'];
    const { code, ms } = await endOf(service.process);
    expect(allowed).toEqual(expect.arrayContaining([...new Set(await Promise.all(fates))]));
    expect(code).toBe(0);
    expect(ms).toBeLessThan(patiently(STOP_MS));
    expect(ledger.violations(readLog(dataDir))).toEqual([]);
  });

  it('a service that is stopping takes no new connection, and finishes the requests that have begun', async () => {
    const service = await start(faults.env);
    const ledger = new Ledger();
    const begun = performance.now();
    faults.delaySyncs(HELD_BACK_MS);
    const sending = send(service, ledger, ledger.create(key(0)));
    await untilReceived(service, 1);
    service.process.kill('SIGTERM');
    await untilRefused(service);
    expect(service.process.exitCode === null || !isHeldBack(begun)).toBe(true);
    faults.clear();
    expect(await sending).toBe('acknowledged');
    expect((await endOf(service.process)).code).toBe(0);
  });

  it.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)(
    'a %s lets an answer that is written already be read to its end by a slow reader',
    async (signal) => {
      const service = await start();
      // More than the buffers of both ends of a connection hold.
      const long = 'x'.repeat(200_000);
      const orders = Array.from({ length: 100 }, (_, n) =>
        update(key(n), { driver_details: { handoff_instructions: long } }),
      );
      for (const answer of await Promise.all(orders.map((one) => service.deliver(one))))
        expect(answer.status).toBe(200);
      await until('all orders to be readable', async () => {
        const { status } = await service.get(`/locations/${encodeURIComponent(LOCATION)}/orders`);
        return status === 200;
      });
      const reading = connectTo(service.url);
      reading.write(
        `GET /locations/${encodeURIComponent(LOCATION)}/orders HTTP/1.1\r\nHost: localhost\r\nAuthorization: ${asReader['Authorization'] ?? ''}\r\n\r\n`,
      );
      const closed = once(reading, 'close');
      let received = 0;
      let head = '';
      const first = new Promise<void>((resolve) => {
        reading.on('data', (chunk: Buffer) => {
          if (received === 0) head = chunk.toString('latin1');
          received += chunk.length;
          resolve();
        });
      });
      await first;
      expect(head).toMatch(/^HTTP\/1\.1 200 /);
      reading.pause();
      service.process.kill(signal);
      // A terminal and npm may both send it.
      service.process.kill(signal);
      await untilRefused(service);
      reading.resume();
      await closed;
      expect((await endOf(service.process)).code).toBe(0);
      const [headers = ''] = head.split('\r\n\r\n', 1);
      expect(received).toBe(headers.length + 4 + Number(/^Content-Length: (\d+)/im.exec(headers)?.[1]));
    },
  );

  it.each(['SIGTERM', 'SIGINT'] as const)(
    'a %s to npm stops the service that it started gracefully',
    async (signal) => {
      const { PATH = '', HOME = '' } = process.env;
      const env = { ...SECURE, PATH, HOME, PORT: '0', DATA_DIR: dataDir };
      // Without the scripts before it, which build.
      const npm = spawn('npm', ['start', '--ignore-scripts'], { env, cwd: join(__dirname, '../../..') });
      let output = '';
      npm.stdout.on('data', (chunk) => (output += String(chunk)));
      await until('the service to listen', () => output.includes('is listening'));
      npm.kill(signal);
      expect((await endOf(npm)).code).toBe(0);
      expect(output).toContain('"msg":"stopped"');
      // Nothing that npm started has the directory any more.
      await start();
    },
  );

  it('a SIGTERM while the service starts stops it gracefully', async () => {
    faults.delaySyncs(300); // making a new log takes some syncs
    const main = join(__dirname, '../../../dist/services/main.js');
    const { PATH = '' } = process.env;
    const starting = spawn(process.execPath, [main], {
      env: { ...SECURE, ...faults.env, PATH, PORT: '0', DATA_DIR: dataDir },
      stdio: 'ignore',
    });
    await until('the log to be made', () => existsSync(join(dataDir, LOG)));
    starting.kill('SIGTERM');
    faults.clear();
    expect((await endOf(starting)).code).toBe(0);
  });

  it('a request that never ends delays a stop only for a limited time', async () => {
    const service = await start();
    const { answered } = await beginForEver(service);
    service.process.kill('SIGTERM');
    const { code, ms } = await endOf(service.process);
    expect(code).toBe(0);
    expect(ms).toBeLessThan(patiently(FORCED_STOP_MS));
    await answered;
  });

  it('a second SIGTERM ends the service at once, and loses nothing acknowledged', async () => {
    const service = await start();
    const ledger = new Ledger();
    expect(await send(service, ledger, ledger.create(key(0)))).toBe('acknowledged');
    const { answered } = await beginForEver(service);
    service.process.kill('SIGTERM');
    await untilRefused(service);
    expect(service.process.exitCode).toBeNull();
    const { code, ms } = await insist(service);
    expect(code).not.toBe(0);
    expect(ms).toBeLessThan(patiently(STOP_MS));
    await answered;
    expect(ledger.violations(readLog(dataDir))).toEqual([]);
  });

  it('a second SIGTERM ends the service at once even while the disk hangs', async () => {
    const service = await start(faults.env);
    const ledger = new Ledger();
    faults.delaySyncs(10 * patiently(STOP_MS));
    const sending = send(service, ledger, ledger.create(key(0)));
    await untilReceived(service, 1);
    service.process.kill('SIGTERM');
    await untilRefused(service);
    expect((await insist(service)).ms).toBeLessThan(patiently(STOP_MS));
    // Refused, if the service gave the disk up before.
    expect(await sending).not.toBe('acknowledged');
  });

  it('a second process on the same DATA_DIR is refused with 69 and the owner’s pid, and the owner goes on', async () => {
    const service = await start();
    const { code, output } = await runToEnd({ ...SECURE, PORT: '0', DATA_DIR: dataDir });
    expect(code).toBe(69);
    expect(output).toContain(`DATA_DIR ${dataDir} is in use by process ${String(service.process.pid)}`);
    const ledger = new Ledger();
    expect(await send(service, ledger, ledger.create(key(0)))).toBe('acknowledged');
    expect(ledger.violations(readLog(dataDir))).toEqual([]);
  });

  it('a DATA_DIR whose owner was killed can be used at once', async () => {
    const killed = await start();
    await killed.end('SIGKILL');
    const begun = performance.now();
    const service = await start();
    expect(performance.now() - begun).toBeLessThan(patiently(10_000));
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
  });

  it('a stopped service can be copied as its two database files', async () => {
    const service = await start();
    const ledger = new Ledger();
    for (let n = 0; n < 10; n++) await send(service, ledger, ledger.create(key(n)));
    const before = sorted(await readOrders(service, LOCATION));
    expect(await service.end('SIGTERM')).toBe(0);
    const copy = temporaryDirectory();
    copyDatabases(dataDir, copy);
    rmSync(dataDir, { recursive: true });
    dataDir = copy;
    expect(sorted(await readOrders(await start(), LOCATION))).toEqual(before);
  });
});
