import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

/** When a build is made and when it is spared, in a small package whose build only takes a note. */

const LONG_AGO = new Date('2026-01-01T00:00:00Z');
const LATER = new Date(Date.now() + 3_600_000);
const FILES = ['schemas/a.ts', 'schemas/deeper/b.ts', 'package-lock.json'];
/** Steps of a build, in their order, and what a build notes of them. */
const STEPS = ['server', 'screens', 'verifier'];
const ONCE = 'server screens verifier ';
const FOLDERS = ['schemas/deeper', 'schemas'];

let root: string;
const at = (path: string): string => join(root, path);

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'ticket-rail-build-'));
  copyFileSync(resolve(__dirname, '..', 'build.mjs'), at('build.mjs'));
  mkdirSync(at('schemas/deeper'), { recursive: true });
  for (const file of FILES) writeFileSync(at(file), '');
  const note = (name: string): string => `node -e "fs.appendFileSync('builds', '${name} ')"`;
  writeFileSync(
    at('package.json'),
    JSON.stringify({ scripts: Object.fromEntries(STEPS.map((step) => [`build:${step}`, note(step)])) }),
  );
  for (const path of [...FILES, 'package.json', 'build.mjs', ...FOLDERS]) utimesSync(at(path), LONG_AGO, LONG_AGO);
});
afterEach(() => {
  rmSync(root, { recursive: true, force: true });
});

/** @returns the exit code */
const build = (...args: string[]): number | null =>
  spawnSync(process.execPath, [at('build.mjs'), ...args], { cwd: root, encoding: 'utf8' }).status;
const builds = (): string => readFileSync(at('builds'), 'utf8');

it('what was never built is built, and what is newer than its sources is not built again', () => {
  expect([build('--if-stale'), build('--if-stale')]).toEqual([0, 0]);
  expect(builds()).toBe(ONCE);
});

it.each(['schemas/deeper/b.ts', 'package-lock.json', 'package.json', 'build.mjs'])(
  'the package is built again once %s is newer than what was built',
  (file) => {
    build('--if-stale');
    utimesSync(at(file), LATER, LATER);
    build('--if-stale');
    expect(builds()).toBe(ONCE + ONCE);
  },
);

it('the package is built again once a source is gone', () => {
  build('--if-stale');
  rmSync(at('schemas/deeper/b.ts'));
  build('--if-stale');
  expect(builds()).toBe(ONCE + ONCE);
});

it('the package is always built where nothing is said of stale builds', () => {
  build();
  build();
  expect(builds()).toBe(ONCE + ONCE);
});

it('a build that failed is not taken for one, and says so with its exit code', () => {
  const broken = { scripts: { 'build:server': 'exit 3', 'build:screens': 'exit 0' } };
  writeFileSync(at('package.json'), JSON.stringify(broken));
  expect([build('--if-stale'), build('--if-stale')]).toEqual([3, 3]);
});
