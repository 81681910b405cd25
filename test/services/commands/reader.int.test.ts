import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { ReaderEntry } from '../../../schemas/files/readers';
import { until } from '../../support/patience';
import { bearer, discard, entryOf, startService, temporaryDirectory } from '../../support/running-service';

const CLI = resolve(__dirname, '..', '..', '..', 'dist', 'services', 'cli.js');

let directory: string;
let file: string;
beforeEach(() => {
  directory = temporaryDirectory();
  file = join(directory, 'access', 'readers.json');
});
afterEach(() => {
  rmSync(directory, { recursive: true, force: true });
});

async function reader(args: readonly string[], env: Readonly<Record<string, string>> = { READERS_FILE: file }) {
  const { PATH = '' } = process.env;
  const child = spawn(process.execPath, [CLI, 'reader', ...args], { cwd: directory, env: { PATH, ...env } });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (chunk) => (stdout += String(chunk)));
  child.stderr.on('data', (chunk) => (stderr += String(chunk)));
  const code = await new Promise<number | null>((ended) => child.once('close', ended));
  return { code, stdout, stderr };
}

/** Writes a file with one reader, as the command does. */
function haveReader(name: string): void {
  mkdirSync(join(directory, 'access'));
  writeFileSync(file, `${JSON.stringify([{ ...entryOf('a token', 'screen'), name }])}\n`);
}
const entries = (): ReaderEntry[] => JSON.parse(readFileSync(file, 'utf8')) as ReaderEntry[];

describe('ticket-rail reader', () => {
  it('ticket-rail reader add makes a token, shows it once and keeps its hash, in a file for its owner alone', async () => {
    const added = await reader(['add', 'counter-1', '--role', 'screen', '--location', 'a', 'b/c']);
    expect(added.code).toBe(0);
    expect(added.stdout).toMatch(/^tr_[A-Za-z0-9_-]{43}\n$/);
    expect(added.stderr).toBe(`Added counter-1 to ${file}. The token is shown only now:\n`);
    const token = added.stdout.trim();
    expect(entries()).toEqual([
      {
        name: 'counter-1',
        token_sha256: createHash('sha256').update(token).digest('hex'),
        role: 'screen',
        locations: ['a', 'b/c'],
      },
    ]);
    expect(readFileSync(file, 'utf8')).not.toContain(token.slice(3));
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(existsSync(`${file}.lock`)).toBe(false);
  });

  it('ticket-rail reader list shows who may read what and no hash, and remove takes one of them away', async () => {
    await reader(['add', 'counter 1', '--role', 'screen', '--location', 'a', '--location', 'b']);
    await reader(['add', 'boss', '--role', 'operator', '--all-locations', '--acts']);
    expect(entries().map(({ acts }) => acts)).toEqual([undefined, true]);
    expect(await reader(['list'])).toEqual({
      code: 0,
      stdout: 'counter 1\tscreen\ta, b\nboss\toperator\tall locations\tacts\n',
      stderr: '',
    });
    expect(await reader(['remove', 'counter 1'])).toMatchObject({
      code: 0,
      stderr: `Removed counter 1 from ${file}.\n`,
    });
    expect(entries().map(({ name }) => name)).toEqual(['boss']);
    const last = await reader(['remove', 'boss']);
    expect(last.stderr).toContain('No reader is left');
    expect(entries()).toEqual([]);
  });

  it.each<[string, readonly string[], string]>([
    ['no role', ['add', 'x', '--all-locations'], '--role'],
    [
      'a role that is none',
      ['add', 'x', '--role', 'boss', '--all-locations'],
      'expected screen, auditor, operator or pos',
    ],
    ['no location', ['add', 'x', '--role', 'screen'], '--location'],
    ['some locations and all', ['add', 'x', '--role', 'screen', '--all-locations', '--location', 'a'], '--location'],
    ['an empty location', ['add', 'x', '--role', 'screen', '--location', ''], 'location'],
    ['an empty name', ['add', '', '--role', 'screen', '--all-locations'], 'expected 1 to 100 characters'],
    [
      'a name that is taken',
      ['add', 'there', '--role', 'screen', '--all-locations'],
      'There is a reader there already',
    ],
    ['a name that is not there', ['remove', 'x'], 'There is no reader x'],
  ])('ticket-rail reader with %s says so, and changes nothing', async (_what, args, message) => {
    haveReader('there');
    const before = readFileSync(file, 'utf8');
    const { code, stdout, stderr } = await reader(args);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain(message);
    expect(readFileSync(file, 'utf8')).toBe(before);
    expect(existsSync(`${file}.lock`)).toBe(false);
  });

  it('ticket-rail reader leaves alone a file that is broken, and one that another command is changing', async () => {
    haveReader('there');
    writeFileSync(`${file}.lock`, '');
    const second = await reader(['remove', 'there']);
    expect({ code: second.code, named: second.stderr.includes(`${file} is being changed`) }).toEqual({
      code: 1,
      named: true,
    });
    expect(existsSync(`${file}.lock`)).toBe(true);
    rmSync(`${file}.lock`);
    writeFileSync(file, '[{"name":');
    const commands = [['list'], ['remove', 'there'], ['add', 'x', '--role', 'screen', '--all-locations']];
    const refusal = { code: 1, stdout: '', stderr: `${file} cannot be used:\n  expected JSON\n` };
    for (const args of commands) expect(await reader(args)).toEqual(refusal);
    expect(readFileSync(file, 'utf8')).toBe('[{"name":');
  });

  it('ticket-rail reader loses nothing when commands run at the same time', async () => {
    const all = await Promise.all(
      ['a', 'b', 'c', 'd'].map((name) => reader(['add', name, '--role', 'screen', '--all-locations'])),
    );
    expect(entries()).toHaveLength(all.filter(({ code }) => code === 0).length);
    expect(all.some(({ code }) => code === 0)).toBe(true);
  });

  it('ticket-rail reader uses the file of --file or readers.json in DATA_DIR, and says how the service gets to read it', async () => {
    const other = join(directory, 'other.json');
    const args = ['add', 'x', '--role', 'screen', '--all-locations'];
    expect((await reader([...args, '--file', other], {})).stderr).toContain(`Set READERS_FILE=${other}`);
    expect((await reader(args, { DATA_DIR: 'rail' })).stderr).toContain(
      `Set READERS_FILE=${join(directory, 'rail', 'readers.json')}`,
    );
    expect((await reader(['list', '--file', other], {})).stdout).toBe('x\tscreen\tall locations\n');
  });

  it('an added reader gets in while the service runs, and a removed one is out within seconds', async () => {
    haveReader('first');
    const service = await startService({ READERS: '', READERS_FILE: file });
    try {
      const token = (await reader(['add', 'second', '--role', 'screen', '--all-locations'])).stdout.trim();
      const status = async () => (await service.call('/session', { headers: bearer(token) })).status;
      await until('the added reader to get in', async () => (await status()) === 200);
      await reader(['remove', 'second']);
      await until('the removed reader to be out', async () => (await status()) === 401);
      expect(entries()).toHaveLength(1);
    } finally {
      await discard(service);
    }
  });

  it('the file that ticket-rail reader add writes is a valid value of READERS as well', async () => {
    const { stdout } = await reader(['add', 'first', '--role', 'auditor', '--all-locations']);
    const service = await startService({ READERS: readFileSync(file, 'utf8') });
    try {
      expect((await service.call('/session', { headers: bearer(stdout.trim()) })).status).toBe(200);
    } finally {
      await discard(service);
    }
  });
});
