import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type ReaderEntry } from '../../../schemas/readers';
import { bearer, discard, startService, temporaryDirectory } from '../../support/running-service';

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

const entries = (): ReaderEntry[] => JSON.parse(readFileSync(file, 'utf8')) as ReaderEntry[];

describe('ticket-rail reader', () => {
  it('add makes a token, shows it once and keeps its hash, in a file of its owner alone', async () => {
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
    expect(existsSync(`${file}.next`)).toBe(false);
  });

  it('list shows who may read what, and no hash; remove takes one away', async () => {
    await reader(['add', 'counter 1', '--role', 'screen', '--location', 'a', '--location', 'b']);
    await reader(['add', 'boss', '--role', 'operator', '--all-locations']);
    expect(await reader(['list'])).toEqual({
      code: 0,
      stdout: 'counter 1\tscreen\ta, b\nboss\toperator\tall locations\n',
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
    ['a role that is none', ['add', 'x', '--role', 'boss', '--all-locations'], 'expected screen, auditor or operator'],
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
  ])('with %s says so, and changes nothing', async (_what, args, message) => {
    await reader(['add', 'there', '--role', 'screen', '--all-locations']);
    const before = readFileSync(file, 'utf8');
    const { code, stdout, stderr } = await reader(args);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain(message);
    expect(readFileSync(file, 'utf8')).toBe(before);
    expect(existsSync(`${file}.next`)).toBe(false);
  });

  it('leaves alone a file that is broken, and one that another command changes', async () => {
    await reader(['add', 'there', '--role', 'screen', '--all-locations']);
    writeFileSync(`${file}.next`, '');
    const second = await reader(['remove', 'there']);
    expect({ code: second.code, named: second.stderr.includes(`delete ${file}.next`) }).toEqual({
      code: 1,
      named: true,
    });
    expect(existsSync(`${file}.next`)).toBe(true);
    rmSync(`${file}.next`);
    writeFileSync(file, '[{"name":');
    for (const args of [['list'], ['remove', 'there'], ['add', 'x', '--role', 'screen', '--all-locations']]) {
      expect(await reader(args)).toEqual({ code: 1, stdout: '', stderr: `${file} cannot be used:\n  expected JSON\n` });
    }
    expect(readFileSync(file, 'utf8')).toBe('[{"name":');
  });

  it('loses nothing when commands run at the same time', async () => {
    const all = await Promise.all(
      ['a', 'b', 'c', 'd'].map((name) => reader(['add', name, '--role', 'screen', '--all-locations'])),
    );
    expect(entries()).toHaveLength(all.filter(({ code }) => code === 0).length);
    expect(all.some(({ code }) => code === 0)).toBe(true);
  });

  it('takes the file that --file names, or readers.json in DATA_DIR, and then says how the service gets to read it', async () => {
    const other = join(directory, 'other.json');
    const args = ['add', 'x', '--role', 'screen', '--all-locations'];
    expect((await reader([...args, '--file', other], {})).stderr).toContain(`Set READERS_FILE=${other}`);
    expect((await reader(args, { DATA_DIR: 'rail' })).stderr).toContain(
      `Set READERS_FILE=${join(directory, 'rail', 'readers.json')}`,
    );
    expect((await reader(['list', '--file', other], {})).stdout).toBe('x\tscreen\tall locations\n');
  });

  it('works while the service runs: who is added gets in, and who is removed is out within seconds', async () => {
    await reader(['add', 'first', '--role', 'screen', '--all-locations']);
    const service = await startService({ READERS: '', READERS_FILE: file });
    try {
      const token = (await reader(['add', 'second', '--role', 'screen', '--all-locations'])).stdout.trim();
      const becomes = async (status: number): Promise<void> => {
        while ((await service.call('/session', { headers: bearer(token) })).status !== status) await sleep(50);
      };
      await becomes(200);
      await reader(['remove', 'second']);
      const begun = performance.now();
      await becomes(401);
      expect(performance.now() - begun).toBeLessThan(10_000);
      expect(entries()).toHaveLength(1);
    } finally {
      await discard(service);
    }
  });

  it('writes what READERS takes as well', async () => {
    const { stdout } = await reader(['add', 'first', '--role', 'auditor', '--all-locations']);
    const service = await startService({ READERS: readFileSync(file, 'utf8') });
    try {
      expect((await service.call('/session', { headers: bearer(stdout.trim()) })).status).toBe(200);
    } finally {
      await discard(service);
    }
  });
});
