import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DataDirectoryError, takeDataDirectory } from '../../../services/event-store/data-directory';
import { until } from '../../support/patience';
import { temporaryDirectory } from '../../support/running-service';

/** A user who is not root, who may do everything. */
const NOBODY = 65_534;
const SINCE = '2026-11-21T18:00:00.000Z';

/** Takes directories as told on standard input, keeps them, and says what became of each. */
const TAKER = `
  const taken = [];
  const { takeDataDirectory } = require(${JSON.stringify(join(__dirname, '../../../dist/services/event-store/data-directory.js'))});
  const say = (text) => process.stdout.write(text + '\\n');
  process.stdin.on('data', (order) => {
    const { path, moment } = JSON.parse(order);
    while (Date.now() < moment); // so that several come at the same time
    try {
      taken.push(takeDataDirectory(path, process.pid, '${SINCE}'));
      say('taken');
    } catch (error) {
      say(error.name + ': ' + error.message);
    }
  });
  say('waiting');
`;

/** Reads who has the directory, for a moment. */
const LOOKER = `
  const db = new (require('better-sqlite3'))(process.argv[1], { readonly: true });
  db.exec('BEGIN');
  db.prepare('SELECT pid FROM owner').get();
  process.stdout.write('looking');
  setTimeout(() => db.close(), 50);
`;

/** A process that takes data directories. */
class Taker {
  readonly #child;
  #lines: string[] = [];
  #more: () => void = () => undefined;

  constructor() {
    this.#child = spawn(process.execPath, ['-e', TAKER], { stdio: ['pipe', 'pipe', 'inherit'] });
    this.#child.stdout.on('data', (chunk) => {
      this.#lines.push(...String(chunk).trim().split('\n'));
      this.#more();
    });
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  async says(): Promise<string> {
    for (;;) {
      const line = this.#lines.shift();
      if (line !== undefined) return line;
      await new Promise<void>((resolve) => (this.#more = resolve));
    }
  }

  /** @param moment milliseconds since the epoch */
  take(path: string, moment = 0): void {
    this.#child.stdin.write(JSON.stringify({ path, moment }));
  }

  async kill(): Promise<void> {
    const gone = new Promise((resolve) => this.#child.once('close', resolve));
    this.#child.kill('SIGKILL');
    await gone;
  }
}

describe('a data directory', () => {
  let parent: string;
  let path: string;
  let takers: Taker[] = [];

  const take = (pid = 1) => takeDataDirectory(path, pid, SINCE);

  beforeEach(() => {
    parent = temporaryDirectory();
    path = join(parent, 'some', 'data');
  });

  const startTakers = async (count: number): Promise<void> => {
    takers = Array.from({ length: count }, () => new Taker());
    await Promise.all(takers.map((taker) => taker.says()));
  };
  const killTakers = async (): Promise<void> => {
    await Promise.all(takers.splice(0).map((taker) => taker.kill()));
  };

  afterEach(async () => {
    await killTakers();
    rmSync(parent, { recursive: true });
  });

  it('a new data directory is created, accessible to its owner alone', () => {
    const directory = take();
    expect(statSync(path).mode & 0o777).toBe(0o700);
    expect(directory.logFile).toBe(join(path, 'events.sqlite'));
    expect(directory.readModelFile).toBe(join(path, 'read-model.sqlite'));
    expect(existsSync(directory.logFile)).toBe(false);
    directory.release();
  });

  it('a data directory belongs to one process at a time, and a second one learns which one and what to do', () => {
    const directory = take(4711);
    const message = `DATA_DIR ${path} is in use by process 4711, which started at ${SINCE}. Stop that process, or set another DATA_DIR.`;
    expect(() => take(4712)).toThrow(message);
    expect(() => take(4713)).toThrow(message); // of the first still
    directory.release();
    take(4714).release();
  });

  it('a data directory can be taken at once after its owner was killed', async () => {
    await startTakers(1);
    const [taker] = takers;
    taker?.take(path);
    expect(await taker?.says()).toBe('taken');
    expect(() => take()).toThrow(`is in use by process ${String(taker?.pid)}, which started at`);
    await killTakers();
    take().release();
  });

  it('a data directory goes to exactly one of several processes that take it at the same time', async () => {
    await startTakers(4);
    for (let round = 0; round < 8; round++) {
      const moment = Date.now() + 20;
      for (const taker of takers) taker.take(`${path} ${String(round)}`, moment);
      const said = await Promise.all(takers.map((taker) => taker.says()));
      expect(said.filter((line) => line === 'taken')).toHaveLength(1);
      for (const line of said.filter((one) => one !== 'taken')) expect(line).toContain('is in use by');
    }
  });

  it('a data directory is not refused because another process only reads who has it', async () => {
    take().release();
    // A take waits for a look to end; on a busy machine a look may outlast that wait, so there may be more than one.
    const takenWhileLooking = async (): Promise<boolean> => {
      const looker = spawn(process.execPath, ['-e', LOOKER, join(path, 'lock.sqlite')], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      const gone = new Promise((resolve) => looker.once('close', resolve));
      await new Promise((looking) => looker.stdout.once('data', looking));
      try {
        take().release();
        return true;
      } catch (error) {
        if (error instanceof DataDirectoryError) return false;
        throw error;
      } finally {
        await gone;
      }
    };
    expect(await until('a take during a look', takenWhileLooking)).toBe(true);
  });

  it('a lock that was removed is taken again, so that nobody else can take the directory', () => {
    const directory = take(1);
    expect(directory.whyNotOurs()).toBeNull();
    rmSync(join(path, 'lock.sqlite'));
    expect(directory.whyNotOurs()).toBeNull();
    expect(() => take(2)).toThrow('is in use by process 1');
    directory.release();
    take(3).release();
  });

  it('a directory whose lock was removed and taken by another process is no longer ours until that process ends', async () => {
    const directory = take(1);
    await startTakers(1);
    const [taker] = takers;
    rmSync(join(path, 'lock.sqlite'));
    taker?.take(path);
    expect(await taker?.says()).toBe('taken');
    expect(directory.whyNotOurs()).toMatch(
      new RegExp(
        `lock.sqlite was removed or replaced .* is in use by process ${String(taker?.pid)}.*Stop that process`,
      ),
    );
    await killTakers();
    expect(directory.whyNotOurs()).toBeNull();
    directory.release();
  });

  it('a directory that was moved away is no longer ours, and is not made again', () => {
    const directory = take();
    renameSync(path, join(parent, 'elsewhere'));
    expect(directory.whyNotOurs()).toMatch(/lock\.sqlite was removed or replaced/);
    expect(existsSync(path)).toBe(false);
    directory.release();
  });

  it('a directory that this user may not write to is refused in words that say so', () => {
    const isRoot = process.geteuid?.() === 0;
    mkdirSync(join(parent, 'closed'), { mode: 0o500 });
    if (isRoot) process.seteuid?.(NOBODY);
    try {
      const words = /this user may not write there\. Give the directory to the user of the service/;
      expect(() => takeDataDirectory(join(parent, 'closed', 'data'), 1, SINCE)).toThrow(words);
    } finally {
      if (isRoot) process.seteuid?.(0);
    }
  });

  const impossible: readonly (readonly [what: string, at: () => string, words: RegExp])[] = [
    [
      'a file',
      () => join(parent, 'file'),
      /a file, or a link that leads nowhere, is in the place of a directory\. Move it away, or set another DATA_DIR/,
    ],
    [
      'below a file',
      () => join(parent, 'file', 'below'),
      /a file, or a link that leads nowhere, is in the place of a directory/,
    ],
    [
      'two levels below a file',
      () => join(parent, 'file', 'below', 'further'),
      /a file, or a link that leads nowhere, is in the place of a directory/,
    ],
    [
      'a link that leads to itself',
      () => join(parent, 'loop', 'data'),
      /a link that leads nowhere, is in the place of a directory/,
    ],
    ['longer than a name may be', () => join(parent, 'x'.repeat(300)), /the path is too long/],
    ['in /proc, where no directory can be made', () => '/proc/ticket-rail/data', /no directory can be made there/],
    ['/proc itself', () => '/proc', /cannot be used/],
  ];

  it.each(impossible)('a path that is %s is refused as a data directory, in words that name it', (_what, at, words) => {
    writeFileSync(join(parent, 'file'), '');
    symlinkSync('loop', join(parent, 'loop'));
    expect(() => takeDataDirectory(at(), 1, SINCE)).toThrow(`DATA_DIR ${at()} cannot be used: `);
    expect(() => takeDataDirectory(at(), 1, SINCE)).toThrow(words);
  });

  it.each([
    [
      'not a database',
      (lock: string) => {
        writeFileSync(lock, 'something else '.repeat(1_000));
      },
    ],
    [
      'a directory',
      (lock: string) => {
        mkdirSync(lock);
      },
    ],
  ])('a data directory whose lock file is %s is refused with an error that names it', (_what, make) => {
    mkdirSync(path, { recursive: true });
    make(join(path, 'lock.sqlite'));
    expect(() => take()).toThrow(DataDirectoryError);
    expect(() => take()).toThrow(`DATA_DIR ${path} cannot be used: `);
  });
});
