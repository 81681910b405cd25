import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, rmSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { openSqliteStore } from '../../../../services/event-store/sqlite/sqlite-store';
import { type SpawnedNode, spawnNode } from '../../../eventstoredb-node/spawn-node';
import { createIoFaults } from '../../../faults/io-faults';
import { seeded } from '../../../faults/load';
import { repeated } from '../../../support/depth';
import { answerOf, orderPath, update } from '../../../support/deliveries';
import { patiently, until } from '../../../support/patience';
import { startService, temporaryDirectory } from '../../../support/running-service';
import { allOf, fill, kept } from './support';

/** The command as it is typed, as a process of its own. Built by `npm run build` beforehand. */
const CLI = resolve(__dirname, '..', '..', '..', '..', 'dist', 'services', 'cli.js');
const KILLS = 6;
/** Every how many writes and syncs of its target a copy is killed. */
const STRIDE = repeated({ short: 32, all: 16, soak: 1 });
/** Far more of them than a copy of so few events makes. */
const MOST_STEPS = 1_000;
/** Milliseconds of all copies that are killed at a step or again and again, and of those that go on. */
const KILLED_MS = 600_000 / STRIDE + 180_000;

const directories: string[] = [];
function newDirectory(): string {
  const directory = temporaryDirectory();
  directories.push(directory);
  return directory;
}
afterAll(() => {
  for (const directory of directories) rmSync(directory, { recursive: true });
});

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function begin(args: readonly string[], env: Readonly<Record<string, string>> = {}): [ChildProcess, Promise<Ended>] {
  const { PATH = '' } = process.env;
  const child = spawn(process.execPath, [CLI, ...args], { env: { PATH, ...env }, cwd: directories[0] });
  const written = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk) => (written.stdout += String(chunk)));
  child.stderr.on('data', (chunk) => (written.stderr += String(chunk)));
  const ended = new Promise<Ended>((done) =>
    child.once('close', (code) => {
      done({ code, ...written });
    }),
  );
  return [child, ended];
}
const run = (args: readonly string[], env?: Readonly<Record<string, string>>): Promise<Ended> => begin(args, env)[1];

async function inStore<Result>(directory: string, action: (opened: Opened) => Promise<Result>): Promise<Result> {
  const clock = { at: Date.UTC(2026, 0, 1) };
  const store = await openSqliteStore({ file: join(directory, 'events.sqlite'), now: () => clock.at });
  try {
    return await action({ store, clock });
  } finally {
    await store.close();
  }
}
type Opened = Parameters<typeof fill>[0];
/** When something was last written to a store; 0 for never. */
const lastWrite = (directory: string): number =>
  statSync(join(directory, 'events.sqlite-wal'), { throwIfNoEntry: false })?.mtimeMs ?? 0;
const eventsIn = (directory: string) => inStore(directory, ({ store }) => allOf(store));

/**
 * Starts a command again and again, and kills it each time soon after it has written something.
 * @param written changes with each write
 * @returns how often it was killed before its end
 */
async function killAgainAndAgain(args: readonly string[], written: () => number | Promise<number>): Promise<number> {
  const random = seeded(42);
  let interrupted = 0;
  for (let kill = 0; kill < KILLS; kill++) {
    const before = await written();
    const [child, ended] = begin(args);
    await until('a write', async () => (await written()) !== before || child.exitCode !== null);
    // The first does not get far, however slow the machine is.
    if (kill > 0) await sleep(random() * 150);
    child.kill('SIGKILL');
    if ((await ended).code !== 0) interrupted++;
  }
  return interrupted;
}

describe('ticket-rail copy', () => {
  it('ticket-rail copy that is killed at random with kill -9 and started again ends with an identical store', async () => {
    const [from, to] = [newDirectory(), newDirectory()];
    await inStore(from, (opened) => fill(opened, 2_000, 200));
    const args = ['copy', '--from', `sqlite:${from}`, '--to', `sqlite:${to}`];
    const interrupted = await killAgainAndAgain(args, () => lastWrite(to));
    const last = await run(args);
    expect(last).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('Verified 2,000 events in both.') as string,
    });
    expect(interrupted).toBeGreaterThan(0);
    expect(kept(await eventsIn(to))).toEqual(kept(await eventsIn(from)));
  });

  it(
    'ticket-rail copy that is killed at any write or sync of its target goes on from there, and ends with an identical store',
    async () => {
      const [from, root] = [newDirectory(), newDirectory()];
      await inStore(from, (opened) => fill(opened, 60, 7));
      const events = kept(await eventsIn(from));
      const faults = createIoFaults(root, join(root, 'to-'));
      let killed = 0;
      let last: number | null = null;
      for (let n = 1; n < MOST_STEPS && last === null; n += STRIDE) {
        const to = join(root, `to-${String(n)}`);
        mkdirSync(to);
        const args = ['copy', '--from', `sqlite:${from}`, '--to', `sqlite:${to}`];
        faults.killAt({ op: 'any', n });
        last = (await run(args, faults.env)).code;
        faults.clear();
        if (last === null) killed++;
        expect({ n, ...(await run(args)) }).toMatchObject({ n, code: 0 });
        expect({ n, events: kept(await eventsIn(to)) }).toEqual({ n, events });
      }
      faults.close();
      // The one that no step was left to kill.
      expect(last).toBe(0);
      expect(killed).toBeGreaterThan(10 / STRIDE);
    },
    patiently(KILLED_MS),
  );

  it('ticket-rail copy refuses a data directory that a running service has, on either side, and says who has it', async () => {
    const service = await startService();
    try {
      const other = newDirectory();
      await inStore(other, (opened) => fill(opened, 3));
      for (const args of [
        ['--from', `sqlite:${service.dataDir}`, '--to', `sqlite:${newDirectory()}`],
        ['--from', `sqlite:${other}`, '--to', `sqlite:${service.dataDir}`],
      ]) {
        const { code, stderr } = await run(['copy', ...args]);
        expect(code).toBe(1);
        expect(stderr).toContain(`is in use by process ${String(service.process.pid)}`);
      }
    } finally {
      directories.push(service.dataDir);
      await service.end();
    }
  });

  it('ticket-rail copy refuses a target with other events, and writes nothing', async () => {
    const [from, to] = [newDirectory(), newDirectory()];
    await inStore(from, (opened) => fill(opened, 30));
    await inStore(to, (opened) => fill(opened, 20));
    const { code, stderr } = await run(['copy', '--from', `sqlite:${from}`, '--to', `sqlite:${to}`]);
    expect(code).toBe(1);
    expect(stderr).toContain('nothing was copied');
    expect(await eventsIn(to)).toHaveLength(20);
  });

  it.each<[string, readonly string[], string]>([
    ['neither side', [], 'Say where to copy to'],
    ['an unknown kind of store', ['--to', 'postgres://user:secret@host'], 'A store is named by sqlite:'],
    ['the same store twice', ['--to', 'sqlite:data'], 'the same store'],
    ['a source that is not there', ['--from', 'sqlite:nowhere', '--to', 'sqlite:data'], 'There is no event log in'],
  ])('ticket-rail copy says what is wrong with %s', async (_, args, message) => {
    newDirectory();
    const { code, stderr, stdout } = await run(['copy', ...args]);
    expect(code).toBe(1);
    expect(stderr).toContain(message);
    expect(stderr + stdout).not.toContain('secret');
  });

  describe('ticket-rail copy to EventStoreDB', () => {
    let node: SpawnedNode;
    beforeAll(async () => {
      node = await spawnNode();
    });
    afterAll(() => node.stop());

    it('ticket-rail copy moves a service to EventStoreDB with all its history, in one command, and back', async () => {
      const [embedded, back] = [newDirectory(), newDirectory()];
      const key = { location_id: 'moving', order_id: 'house' };
      const before = await startService({ DATA_DIR: embedded });
      await before.deliver(update(key, { status: 'in_progress' }));
      await before.deliver(update(key, { status: 'completed' }));
      const history = (await before.get(orderPath(key, '/history'))).json as { events: { data: unknown }[] };
      await before.end();

      // Two about the order, and two about who looked at its history: the look, and the stream that it stands in.
      const there = await run(['copy', '--to', node.url], { DATA_DIR: embedded });
      expect(there).toMatchObject({ code: 0, stdout: expect.stringContaining('Copied 4 events') as string });

      const after = await startService({ DATA_DIR: embedded, EVENT_STORE_URL: node.url });
      const moved = (await after.get(orderPath(key, '/history'))).json as typeof history;
      expect(moved.events.map(({ data }) => data)).toEqual(history.events.map(({ data }) => data));
      expect((await after.get(orderPath(key))).json).toMatchObject({ stage: 'completed', revision: 1 });
      expect(answerOf(await after.deliver(update(key, { status: 'failed' })))).toMatchObject({ revision: 2 });
      await after.end();

      const home = await run(['copy', '--to', `sqlite:${back}`], { EVENT_STORE_URL: node.url });
      expect(home).toMatchObject({ code: 0, stdout: expect.stringContaining('Copied 7 events') as string });
      const again = await startService({ DATA_DIR: back });
      expect((await again.get(orderPath(key))).json).toMatchObject({ stage: 'failed', revision: 2 });
      await again.end();
    });

    it(
      'ticket-rail copy to EventStoreDB and back that is killed again and again loses nothing, and copies nothing twice',
      async () => {
        const [from, back, other] = [newDirectory(), newDirectory(), await spawnNode()];
        try {
          await inStore(from, (opened) => fill(opened, 2_000, 200));
          const there = ['copy', '--from', `sqlite:${from}`, '--to', other.url];
          const stored = async () => (await other.state()).events.length;
          const verified = expect.stringContaining('Verified 2,000 events in both.') as string;
          expect(await killAgainAndAgain(there, stored)).toBeGreaterThan(0);
          expect(await run(there)).toMatchObject({ code: 0, stdout: verified });
          expect(await stored()).toBe(2_000);
          const home = ['copy', '--from', other.url, '--to', `sqlite:${back}`];
          expect(await killAgainAndAgain(home, () => lastWrite(back))).toBeGreaterThan(0);
          expect(await run(home)).toMatchObject({ code: 0, stdout: verified });
          expect(kept(await eventsIn(back), false)).toEqual(kept(await eventsIn(from), false));
        } finally {
          await other.stop();
        }
      },
      patiently(KILLED_MS),
    );
  });
});
