import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { patiently, until } from '../support/patience';
import { createIoFaults, type IoFaults } from './io-faults';

/** Milliseconds that no test waits for: a sync is held back until it is let go. */
const FOR_EVER_MS = 600_000;

/** Commits one row for each line it reads and answers each with `ok` or the code of the error. */
const COMMITTER = `
  const db = new (require('better-sqlite3'))(process.env.DATABASE);
  db.pragma('journal_mode = WAL');
  db.pragma('synchronous = ' + process.env.SYNCHRONOUS);
  db.exec('CREATE TABLE IF NOT EXISTS rows (n INTEGER PRIMARY KEY, text TEXT)');
  const insert = db.prepare('INSERT INTO rows (text) VALUES (?)');
  const answer = (text) => process.stdout.write(text + '\\n');
  answer('ready');
  require('node:readline').createInterface({ input: process.stdin }).on('line', (line) => {
    if (line === 'count') return answer(String(db.prepare('SELECT count(*) FROM rows').pluck().get()));
    try {
      insert.run('x'.repeat(300));
      answer('ok');
    } catch (error) {
      answer(error.code);
    }
  });
`;

/** A child that commits on demand. */
class Committer {
  readonly #child: ChildProcess;
  readonly #ended: Promise<unknown>;
  readonly #lines: AsyncIterableIterator<string>;

  constructor(directory: string, faults: IoFaults, synchronous: 'FULL' | 'NORMAL') {
    this.#child = spawn(process.execPath, ['-e', COMMITTER], {
      env: {
        ...process.env,
        ...faults.env,
        DATABASE: join(directory, 'events.sqlite'),
        SYNCHRONOUS: synchronous,
      },
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    this.#ended = once(this.#child, 'exit');
    const output = createInterface({ input: this.#child.stdout ?? process.stdin });
    this.#lines = output[Symbol.asyncIterator]();
  }

  /** @returns the next line of the child, or how it ended. */
  async line(): Promise<string> {
    const next = await this.#lines.next();
    if (next.done !== true) return next.value;
    await this.#ended;
    return this.#child.signalCode ?? String(this.#child.exitCode);
  }

  /** Asks for one commit. */
  async commit(): Promise<string> {
    this.#child.stdin?.write('commit\n');
    return this.line();
  }

  async count(): Promise<number> {
    this.#child.stdin?.write('count\n');
    return Number(await this.line());
  }

  async stop(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#ended;
  }
}

describe('injected I/O faults', () => {
  let directory: string;
  let faults: IoFaults;
  let committers: Committer[];

  const start = async (synchronous: 'FULL' | 'NORMAL' = 'FULL'): Promise<Committer> => {
    const committer = new Committer(directory, faults, synchronous);
    committers.push(committer);
    expect(await committer.line()).toBe('ready');
    return committer;
  };

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'io-faults-test-'));
    faults = createIoFaults(directory);
    committers = [];
  });

  afterEach(async () => {
    await Promise.all(committers.map((committer) => committer.stop()));
    faults.close();
    rmSync(directory, { recursive: true, force: true });
  });

  const syncsOf = async (synchronous: 'FULL' | 'NORMAL', commits: number): Promise<number> => {
    const committer = await start(synchronous);
    const before = faults.counters().syncs;
    for (let n = 0; n < commits; n += 1) expect(await committer.commit()).toBe('ok');
    return faults.counters().syncs - before;
  };

  it('the fault library counts a sync for every commit with synchronous=FULL', async () => {
    expect(await syncsOf('FULL', 100)).toBeGreaterThanOrEqual(100);
  });

  it('the fault library counts hardly any sync with synchronous=NORMAL', async () => {
    expect(await syncsOf('NORMAL', 100)).toBeLessThan(10);
  });

  it('the fault library counts writes to watched files, and no others', async () => {
    const committer = await start();
    const before = faults.counters().writes;
    await committer.count(); // writes to stdout
    expect(faults.counters().writes).toBe(before);
    await committer.commit();
    expect(faults.counters().writes).toBeGreaterThan(before);
  });

  it('an injected sync error fails the commit, and the next commit succeeds', async () => {
    const committer = await start();
    expect(await committer.commit()).toBe('ok');
    faults.failSyncs({ errno: 'EIO' });
    expect(await committer.commit()).toBe('SQLITE_IOERR_FSYNC');
    expect(await committer.commit()).toBe('ok');
    expect(faults.counters().syncsFailed).toBe(1);
    expect(await committer.count()).toBe(2);
  });

  it('an injected sync error can let some syncs through first', async () => {
    const committer = await start();
    faults.failSyncs({ errno: 'EIO', skip: 2, count: 2 });
    const answers: string[] = [];
    for (let n = 0; n < 6; n += 1) answers.push(await committer.commit());
    expect(answers.filter((answer) => answer !== 'ok')).toHaveLength(2);
    expect(answers[0]).toBe('ok');
    expect(answers[5]).toBe('ok');
  });

  it('an injected full disk fails every write until it is cleared', async () => {
    const committer = await start();
    faults.failWrites({ errno: 'ENOSPC', count: Infinity });
    for (let n = 0; n < 5; n += 1) expect(await committer.commit()).toBe('SQLITE_FULL');
    faults.clear();
    expect(await committer.commit()).toBe('ok');
    expect(faults.counters().writesFailed).toBeGreaterThanOrEqual(5);
    expect(await committer.count()).toBe(1);
  });

  it('an injected delay makes syncs slow until it is cleared', async () => {
    const committer = await start();
    faults.delaySyncs(100);
    const slow = performance.now();
    await committer.commit();
    expect(performance.now() - slow).toBeGreaterThanOrEqual(100);
    faults.delaySyncs(FOR_EVER_MS);
    const { syncs } = faults.counters();
    const heldBack = committer.commit();
    await until('a sync to be held back', () => faults.counters().syncs > syncs);
    const quick = performance.now();
    faults.clear();
    expect(await heldBack).toBe('ok');
    expect(await committer.commit()).toBe('ok');
    expect(performance.now() - quick).toBeLessThan(patiently(10_000));
  });

  it.each(['sync', 'write', 'any'] as const)(
    'an injected kill ends the process at the chosen operation (%s)',
    async (op) => {
      const committer = await start();
      expect(await committer.commit()).toBe('ok');
      const before = faults.counters();
      faults.killAt({ op, n: 2 });
      const answers: string[] = [];
      while (!answers.includes('SIGKILL')) answers.push(await committer.commit());
      const { syncs, writes } = faults.counters();
      const done = {
        sync: syncs - before.syncs,
        write: writes - before.writes,
        any: syncs + writes - before.syncs - before.writes,
      };
      expect(done[op]).toBe(2); // the second was counted and did not happen

      const survivor = await start();
      const acknowledged = 1 + answers.length - 1;
      expect(await survivor.count()).toBeGreaterThanOrEqual(acknowledged);
    },
  );

  it('the fault library refuses to start without a control file', () => {
    const env = { ...process.env, ...faults.env, IO_FAULTS_CONTROL: '/none' };
    const { status, stderr } = spawnSync(process.execPath, ['-e', ''], { env, encoding: 'utf8' });
    expect(status).toBe(127);
    expect(stderr).toContain('IO_FAULTS_CONTROL');
  });
});
