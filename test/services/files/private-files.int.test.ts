import {
  chmodSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { runCommand } from '../../support/command';
import { update } from '../../support/deliveries';
import { until } from '../../support/patience';
import { startService, temporaryDirectory } from '../../support/running-service';

const modeOf = (path: string): string => (statSync(path).mode & 0o777).toString(8);

describe('what the service and its commands write', () => {
  let directory: string;
  let dataDir: string;
  let output: string;
  /** Rights of each file while the service ran. */
  let modes: readonly string[];

  beforeAll(async () => {
    directory = temporaryDirectory();
    dataDir = join(directory, 'data');
    mkdirSync(dataDir);
    // As a version before left it, under an ordinary umask, which is not what every process has that runs this.
    for (const name of ['checkpoints.ndjson', 'lock.sqlite']) {
      writeFileSync(join(dataDir, name), '');
      chmodSync(join(dataDir, name), 0o644);
    }
    chmodSync(dataDir, 0o755);
    const service = await startService({ DATA_DIR: dataDir, CHECKPOINT_SECONDS: '1', RETENTION_DAYS: '30' });
    await service.deliver(update({ location_id: 'l', order_id: 'o' }));
    await until('everything to be written', () =>
      ['known-time.json', 'checkpoint-key.pem', 'events.sqlite-wal'].every((name) =>
        readdirSync(dataDir).includes(name),
      ),
    );
    await until('a checkpoint', () => readFileSync(join(dataDir, 'checkpoints.ndjson'), 'utf8') !== '');
    // A file that is written anew is there for a moment under another name.
    const names = readdirSync(dataDir).filter((name) => !name.endsWith('.part'));
    modes = names.map((name) => modeOf(join(dataDir, name)));
    output = service.output();
    await service.end();
  });
  afterAll(() => {
    rmSync(directory, { recursive: true, force: true });
  });

  it('everything in DATA_DIR can be read by its owner alone, and the log says what was changed', () => {
    expect(new Set(modes)).toEqual(new Set(['600']));
    expect(modes.length).toBeGreaterThan(8);
    expect(modeOf(dataDir)).toBe('700');
    expect(output).toContain('checkpoints.ndjson could be read by others (0644) and was changed to 0600');
    expect(output).toContain(`${dataDir} could be read by others (0755) and was changed to 0700`);
  });

  it.each([
    ['export', ['export', '--out']],
    ['export of CSV', ['export', '--format', 'csv', '--out']],
    ['evidence', ['evidence', '--location', 'l', '--order', 'o', '--force', '--out']],
  ])('the %s command writes through no link that somebody put in its way', async (name, args) => {
    const out = join(directory, name);
    const victims = [out, `${out}.part`, `${out}.manifest.json`].map((path, index) => {
      const victim = join(directory, `${name}-victim-${String(index)}`);
      writeFileSync(victim, 'untouched');
      symlinkSync(victim, path);
      return victim;
    });
    const { code } = await runCommand([...args, out], { DATA_DIR: dataDir });
    expect(code).toBe(0);
    expect(victims.map((victim) => readFileSync(victim, 'utf8'))).toEqual(victims.map(() => 'untouched'));
    expect(lstatSync(out).isFile()).toBe(true);
    expect(modeOf(out)).toBe('600');
  });

  it('the evidence command replaces no file, and follows no link, unless it is forced to', async () => {
    const args = ['evidence', '--location', 'l', '--order', 'o', '--out'];
    const [kept, link, nowhere] = ['kept.html', 'link.html', 'nowhere'].map((name) => join(directory, name));
    writeFileSync(kept ?? '', 'kept');
    symlinkSync(nowhere ?? '', link ?? '');
    const refused = await runCommand([...args, kept ?? ''], { DATA_DIR: dataDir });
    expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining('--force replaces it') as string });
    expect(readFileSync(kept ?? '', 'utf8')).toBe('kept');
    expect((await runCommand([...args, link ?? ''], { DATA_DIR: dataDir })).code).toBe(1);
    const left = readdirSync(directory).filter((name) => /^(?:nowhere|(?:kept|link)\.html\.)/.test(name));
    expect(left).toEqual([]);
    expect((await runCommand([...args, kept ?? '', '--force'], { DATA_DIR: dataDir })).code).toBe(0);
    expect(readFileSync(kept ?? '', 'utf8')).toContain('<!doctype html>');
  });
});
