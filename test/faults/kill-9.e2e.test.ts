import { type ChildProcess, spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { readLog } from '../support/deliveries';
import { repeated } from '../support/depth';
import { patiently, until } from '../support/patience';
import { type RunningService, startService, temporaryDirectory } from '../support/running-service';
import { checkpointOf, endOfLog, integrityOf, LOG, READ_MODEL, readOrders, replay, sorted, withCopy } from './inspect';
import { createIoFaults, type IoFaults } from './io-faults';
import { Load, LOCATION, seeded } from './load';

/** Rounds of starting, loading and killing. */
const ROUNDS = repeated({ short: 2, all: 10, soak: 200 });
/** Which writes and syncs of the log the kill comes at, counted from the first. */
const WRITES = repeated({ short: 4, all: 12, soak: 12 });
/** Kills while the service starts. */
const STARTS = repeated({ short: 2, all: 8, soak: 8 });
/** Give it as KILL_SEED to repeat what a failed run did, as far as the machine lets it. */
const SEED = Number(process.env['KILL_SEED'] ?? Date.now() % 1_000_000);
/** The kill comes so many milliseconds after the load begins, and not before it has got so far in all rounds together. */
const EARLIEST_KILL_MS = 20;
const LATEST_KILL_MS = 500;
const ACKNOWLEDGED_PER_ROUND = 20;
/** Milliseconds that one round may take: start, load, kill and checks. */
const ROUND_TIMEOUT_MS = 10_000;

const sleep = (ms: number): Promise<void> => new Promise((next) => setTimeout(next, ms));

const untilAcknowledged = (load: Load, count: number): Promise<boolean> =>
  until(`more than ${String(count)} deliveries to be acknowledged`, () => load.ledger.acknowledged > count);

/** What a killed service left on the disk, held against what it had acknowledged. Works on copies. */
function violationsLeftBy(dataDir: string, load: Load): string[] {
  return withCopy(dataDir, (copy) => {
    const found = load.ledger.violations(readLog(copy));
    for (const name of [LOG, READ_MODEL]) {
      const integrity = integrityOf(join(copy, name));
      if (integrity !== 'ok') found.push(`${name}: ${String(integrity)}`);
    }
    const [checkpoint, end] = [checkpointOf(copy), endOfLog(copy)];
    if (checkpoint > end) found.push(`the read model is at ${String(checkpoint)}, the log ends at ${String(end)}`);
    return found;
  });
}

/** Holds a service that was started again against the log, and what it answers against a replay of the log. */
async function expectConsistent(service: RunningService, load: Load): Promise<void> {
  const log = readLog(service.dataDir);
  expect(load.ledger.violations(log)).toEqual([]);
  expect(sorted(await readOrders(service, LOCATION))).toEqual(sorted(replay(log).values()));
}

describe(`kill -9 under load (seed ${String(SEED)})`, () => {
  let dataDir: string;
  let faults: IoFaults;
  let service: RunningService | undefined;

  const start = async (env: Readonly<Record<string, string>> = {}): Promise<RunningService> =>
    (service = await startService({ DATA_DIR: dataDir, ...env }));

  beforeEach(() => {
    dataDir = temporaryDirectory();
    faults = createIoFaults(dataDir);
  });

  afterEach(async () => {
    await service?.end('SIGKILL');
    faults.close();
    rmSync(dataDir, { recursive: true });
  });

  it(
    `a service keeps every acknowledged delivery once, in order and readable, through ${String(ROUNDS)} kills`,
    async () => {
      const random = seeded(SEED);
      const load = new Load(random);
      for (let round = 0; round < ROUNDS; round++) {
        const running = await start();
        await expectConsistent(running, load);
        const sending = load.run(running);
        await sleep(EARLIEST_KILL_MS + random() * (LATEST_KILL_MS - EARLIEST_KILL_MS));
        await untilAcknowledged(load, (round + 1) * ACKNOWLEDGED_PER_ROUND);
        await running.end('SIGKILL');
        await sending;
        expect({ round, violations: violationsLeftBy(dataDir, load) }).toEqual({ round, violations: [] });
      }
      const running = await start();
      await load.settle(running);
      await expectConsistent(running, load);
      expect(load.ledger.acknowledged).toBeGreaterThan(ROUNDS * ACKNOWLEDGED_PER_ROUND);
    },
    patiently((ROUNDS + 2) * ROUND_TIMEOUT_MS),
  );

  it('a service keeps every acknowledged delivery when it is killed at any write or sync of the log', async () => {
    const load = new Load(seeded(SEED), 4);
    for (const n of [3, 1, 24, 7, 2, 4, 5, 9, 12, 17, 38, 61].slice(0, WRITES)) {
      const running = await start(faults.env);
      await expectConsistent(running, load);
      faults.killAt({ op: 'any', n });
      await load.run(running);
      await running.end('SIGKILL');
      faults.clear();
      expect({ n, signal: running.process.signalCode, violations: violationsLeftBy(dataDir, load) }).toEqual({
        n,
        signal: 'SIGKILL',
        violations: [],
      });
    }
    const running = await start();
    await load.settle(running);
    await expectConsistent(running, load);
  });

  it('a service keeps every acknowledged delivery when it is killed again while it starts after a kill', async () => {
    const load = new Load(seeded(SEED), 4);
    const running = await start();
    const sending = load.run(running);
    await untilAcknowledged(load, 100);
    await running.end('SIGKILL');
    await sending;
    let killed = 0;
    for (const n of [1, 2, 3, 4, 6, 10, 20, 40].slice(0, STARTS)) {
      faults.killAt({ op: 'any', n });
      if (await diesWhileStarting(dataDir, faults)) killed++;
      faults.clear();
      expect({ n, violations: violationsLeftBy(dataDir, load) }).toEqual({ n, violations: [] });
    }
    expect(killed).toBeGreaterThanOrEqual(STARTS / 2);
    await expectConsistent(await start(), load);
  });
});

/** Starts the service. @returns whether it was killed before it listened; if not, it is killed then. */
async function diesWhileStarting(dataDir: string, faults: IoFaults): Promise<boolean> {
  const main = join(__dirname, '../../dist/services/main.js');
  const { PATH = '' } = process.env;
  const env = { PATH, PORT: '0', DATA_DIR: dataDir, ...faults.env };
  const child: ChildProcess = spawn(process.execPath, [main], { env, stdio: ['ignore', 'pipe', 'ignore'] });
  let listening = false;
  child.stdout?.on('data', (chunk) => {
    if (!String(chunk).includes('is listening')) return;
    listening = true;
    child.kill('SIGKILL');
  });
  await new Promise((done) => child.once('close', done));
  return !listening;
}
