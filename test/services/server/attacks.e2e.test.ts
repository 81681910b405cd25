import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { update } from '../../support/deliveries';
import { describeTimes, percentile } from '../../support/percentile';
import { patiently, until } from '../../support/patience';
import { call, discard, READER_TOKEN, type RunningService, startService } from '../../support/running-service';

/** Most milliseconds that 99 of 100 deliveries may take on a quiet machine, whatever strangers and readers do. */
const MOST_P99_MS = 250;
/** The same, in times that a call takes which does nothing. */
const MOST_TIMES = 5;
/** Rounds of all attacks at once. */
const ROUNDS = 2;
/** Orders of the location that is read, and updates of the one whose history is. */
const ORDERS = 1_200;
const UPDATES = 600;
/** Bytes that the process may keep of what it was made to do: heap that is not given back at once. */
const SLACK_BYTES = 128 * 1024 * 1024;
/** Descriptors that the store and the tests' own connections may have beside. */
const SLACK_DESCRIPTORS = 20;

const ATTACKERS = join(__dirname, '../../../dist/test/support/attackers.js');
const LOCATION = 'attacked';
const LONG = 'long-history';

let service: RunningService;

const descriptors = (): number => readdirSync(`/proc/${String(service.process.pid)}/fd`).length;
const memory = (): number =>
  1_024 * Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${String(service.process.pid)}/status`, 'utf8'))?.[1]);
const metric = async (name: string): Promise<number> =>
  Number(new RegExp(`^${name} (\\d+)`, 'm').exec((await service.get('/metrics')).text)?.[1]);

interface Taken {
  readonly statuses: readonly number[];
  readonly milliseconds: readonly number[];
  /** Milliseconds that a call took beside each that does nothing: what of the time was the machine's. */
  readonly floor: readonly number[];
}

/** Delivers one after the other, on a connection that is kept, as senders keep theirs, until told to stop. */
async function deliverUntil(isOver: () => boolean, bare: string): Promise<Taken> {
  const [statuses, milliseconds, floor]: [number[], number[], number[]] = [[], [], []];
  for (let n = 0; !isOver(); n++) {
    const body = JSON.stringify(update({ location_id: LOCATION, order_id: `meanwhile-${String(n)}` }));
    const began = performance.now();
    const answer = await service.post(body);
    milliseconds.push(performance.now() - began);
    statuses.push(answer.status);
    const beganBare = performance.now();
    await call(bare, '/');
    floor.push(performance.now() - beganBare);
    await new Promise((next) => setTimeout(next, 10));
  }
  return { statuses, milliseconds, floor };
}

/** A server in a process of its own that answers and does nothing else. @returns its URL, and what ends it */
async function startBareServer(): Promise<{ readonly url: string; readonly end: () => void }> {
  const program = `const server = require('node:http').createServer((_, response) => response.end());
    server.listen(0, '127.0.0.1', () => console.log(server.address().port));`;
  const child = spawn(process.execPath, ['-e', program]);
  const [port] = (await once(child.stdout, 'data')) as [Buffer];
  return { url: `http://127.0.0.1:${port.toString().trim()}`, end: () => child.kill('SIGKILL') };
}

beforeAll(async () => {
  service = await startService();
  const driver_details = { name: 'Ann Other', handoff_instructions: 'x'.repeat(1_000) };
  const orders = Array.from({ length: ORDERS }, (_, n) =>
    update({ location_id: LOCATION, order_id: `order-${String(n)}` }, { driver_details }),
  );
  const updates = Array.from({ length: UPDATES }, (_, n) =>
    update({ location_id: LOCATION, order_id: LONG }, { driver_details, n }),
  );
  const answers = await Promise.all([...orders, ...updates].map((one) => service.deliver(one)));
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
}, patiently(120_000));
afterAll(() => discard(service));

it('whatever strangers and a reader do at once, every signed delivery is taken in time, and nothing of it stays', async () => {
  const before = { descriptors: descriptors(), memory: memory() };
  const args = [service.url, READER_TOKEN, LOCATION, LONG, String(ROUNDS)];
  const attackers = spawn(process.execPath, [ATTACKERS, ...args]);
  let printed = '';
  let errors = '';
  let isOver = false;
  attackers.stdout.on('data', (chunk) => (printed += String(chunk)));
  attackers.stderr.on('data', (chunk) => (errors += String(chunk)));
  const ended = new Promise((done) => attackers.once('close', done)).then(() => {
    isOver = true;
  });
  await until('the attack to begin', () => printed !== '');
  const bare = await startBareServer();
  const { statuses, milliseconds, floor } = await deliverUntil(() => isOver, bare.url);
  bare.end();
  await ended;
  process.stdout.write(`${describeTimes(milliseconds)}; reads were answered ${printed.split('\n')[1] ?? ''}\n`);

  expect(errors).toBe('');
  expect(statuses.length).toBeGreaterThan(20);
  expect(new Set(statuses)).toEqual(new Set([200]));
  // Where the machine stands still, a call that does nothing takes long too.
  expect(percentile(milliseconds, 0.99)).toBeLessThan(
    Math.max(patiently(MOST_P99_MS), MOST_TIMES * percentile(floor, 0.99)),
  );
  // Reads go on too, as far as there is room for them.
  const reads = JSON.parse(printed.split('\n')[1] ?? '{}') as Record<string, number>;
  expect(reads['200']).toBeGreaterThan(0);

  await until('descriptors to be given back', () => descriptors() <= before.descriptors + SLACK_DESCRIPTORS);
  await until('memory to be given back', () => memory() < before.memory + SLACK_BYTES, 60_000);
  await until('seats to be given back', async () => (await metric('ticket_rail_live_clients')) === 0);
  expect(await metric('ticket_rail_queue_depth')).toBe(0);
  // Every place of an export and of a large read is free again.
  const large = [1, 2, 3, 4].flatMap(() => [
    '/history?format=csv',
    ...Array<string>(3).fill(`/locations/${LOCATION}/orders?limit=1000`),
  ]);
  const answers = await Promise.all(large.map((path) => service.get(path)));
  expect(answers.map(({ status }) => status)).toEqual(large.map(() => 200));
  expect(service.output()).not.toContain('MaxListenersExceededWarning');
  expect(service.output()).toContain('dropped connections');
  expect(await metric('ticket_rail_connections_dropped_total\\{reason="crowded"\\}')).toBeGreaterThan(0);
});
