import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { keepPrivate } from '../../../services/files/private-files';
import { beginFile, writeWholeFile } from '../../../services/files/whole-file';
import { temporaryDirectory } from '../../support/running-service';

let directory: string;
let umask: number;
beforeEach(() => {
  umask = process.umask(0o022);
  directory = temporaryDirectory();
});
afterEach(() => {
  process.umask(umask);
  rmSync(directory, { recursive: true, force: true });
});
const modeOf = (path: string): number => statSync(path).mode & 0o7777;
const NAMES = ['events.sqlite', 'events.sqlite-wal', 'read-model.sqlite', 'lock.sqlite', 'checkpoints.ndjson'];

/** A data directory as it may stand, and a file in it that is made afterwards. */
function dataDirectory(mode: number, fileMode: number) {
  const path = join(directory, 'data');
  mkdirSync(path);
  for (const name of NAMES) {
    writeFileSync(join(path, name), '');
    chmodSync(join(path, name), fileMode);
  }
  chmodSync(path, mode);
  const reported = keepPrivate(path);
  writeFileSync(join(path, 'new'), '');
  return { path, reported, files: NAMES.map((name) => modeOf(join(path, name))), made: modeOf(join(path, 'new')) };
}

describe('the rights of a data directory', () => {
  it.each([
    ['of everybody', 0o755, 0o644, 0o700, 0o600, 0o600],
    ['of everybody to write', 0o777, 0o666, 0o700, 0o600, 0o600],
    ['of its owner alone', 0o700, 0o600, 0o700, 0o600, 0o600],
    ['of its owner, with files of everybody', 0o700, 0o644, 0o700, 0o600, 0o600],
    ['of a group on purpose', 0o750, 0o640, 0o750, 0o640, 0o640],
    ['of a group on purpose, with files of everybody', 0o750, 0o644, 0o750, 0o640, 0o640],
    ['of a group that its files take', 0o2775, 0o664, 0o2770, 0o660, 0o660],
  ])('a data directory %s is left with no rights that nobody meant', (_name, mode, fileMode, wanted, file, made) => {
    const before = dataDirectory(mode, fileMode);
    expect([modeOf(before.path), ...before.files]).toEqual([wanted, ...NAMES.map(() => file)]);
    expect(before.made).toBe(made);
    expect(before.reported).toHaveLength((mode === wanted ? 0 : 1) + (fileMode === file ? 0 : NAMES.length));
    rmSync(join(before.path, 'new'));
    expect(keepPrivate(before.path)).toEqual([]);
  });

  it('a directory that holds other files than those of a data directory stays as it is, and ours in it are private', () => {
    writeFileSync(join(directory, 'something else'), '');
    writeFileSync(join(directory, 'events.sqlite'), '');
    chmodSync(directory, 0o755);
    expect(keepPrivate(directory)).toEqual([
      expect.stringContaining('events.sqlite could be read by others (0644) and was changed to 0600'),
      expect.stringContaining('and holds other files than ours: it stays as it is'),
    ]);
    expect([modeOf(directory), modeOf(join(directory, 'something else'))]).toEqual([0o755, 0o644]);
  });

  it('a link in a data directory is not followed, and a directory that is not there is made private', () => {
    const elsewhere = join(directory, 'elsewhere');
    writeFileSync(elsewhere, '');
    const data = join(directory, 'data');
    mkdirSync(data);
    symlinkSync(elsewhere, join(data, 'events.sqlite'));
    keepPrivate(data);
    expect(modeOf(elsewhere)).toBe(0o644);
    expect(keepPrivate(join(directory, 'new'))).toEqual([]);
    writeFileSync(join(directory, 'made'), '');
    expect(modeOf(join(directory, 'made'))).toBe(0o600);
  });
});

describe('a file that is there once it is whole', () => {
  it('a whole file follows no link, neither in its place nor beside it, and only its owner can read it', () => {
    const [victim, path] = [join(directory, 'victim'), join(directory, 'out')];
    writeFileSync(victim, 'untouched');
    symlinkSync(victim, path);
    symlinkSync(victim, `${path}.part`);
    writeWholeFile(path, 'content');
    expect(readFileSync(victim, 'utf8')).toBe('untouched');
    expect(readFileSync(path, 'utf8')).toBe('content');
    expect(modeOf(path)).toBe(0o600);
  });

  it('of two whole files for one place each is whole, and what was given up leaves nothing', () => {
    const path = join(directory, 'out');
    const [one, other, third] = [beginFile(path), beginFile(path), beginFile(path)];
    one.write('one, ');
    other.write('other, ');
    third.write('third');
    one.write('whole');
    other.write('whole');
    one.finish();
    expect(readFileSync(path, 'utf8')).toBe('one, whole');
    other.finish();
    expect(readFileSync(path, 'utf8')).toBe('other, whole');
    third.discard();
    expect(readdirSync(directory)).toEqual(['out']);
  });

  it('a whole file that must be new leaves what is there', () => {
    const path = join(directory, 'key');
    const [one, other] = [beginFile(path), beginFile(path)];
    one.write('one');
    other.write('other');
    expect([one.finishNew(), other.finishNew()]).toEqual([true, false]);
    expect(readFileSync(path, 'utf8')).toBe('one');
    expect(readdirSync(directory)).toEqual(['key']);
    expect(existsSync(`${path}.part`)).toBe(false);
  });
});
