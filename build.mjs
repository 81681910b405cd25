import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/**
 * Builds the package into `dist`. With `--if-stale`, only where `dist` is missing or older than what it is made of:
 * `npm ci`, `npm start` and `npm test` one after the other build once.
 */

const ROOT = import.meta.dirname;
const SOURCES = ['schemas', 'projections', 'services', 'clients', 'test', 'tsconfig.json', 'package.json', 'build.mjs'];
/** What is installed decides what is built, too. */
const INSTALLED = 'package-lock.json';
/** Is as old as the beginning of the last build that succeeded. */
const BUILT = join(ROOT, 'dist', '.built');
/** Scripts of package.json, in their order; run here, for each `npm run` costs half a second. */
const STEPS = ['build:server', 'build:screens', 'build:verifier'];

/** Milliseconds since the epoch at which something was last changed; what a folder lost changes the folder. */
function changedAt(path) {
  const { mtimeMs } = statSync(path);
  if (!statSync(path).isDirectory()) return mtimeMs;
  return Math.max(mtimeMs, ...readdirSync(path).map((name) => changedAt(join(path, name))));
}

function isStale() {
  if (!existsSync(BUILT)) return true;
  const sources = [...SOURCES, INSTALLED].map((name) => join(ROOT, name)).filter((path) => existsSync(path));
  return Math.max(...sources.map(changedAt)) > statSync(BUILT).mtimeMs;
}

function build() {
  const begun = new Date();
  const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  const env = { ...process.env, PATH: `${join(ROOT, 'node_modules', '.bin')}${delimiter}${process.env.PATH}` };
  for (const step of STEPS) {
    const { status } = spawnSync(scripts[step], { cwd: ROOT, env, stdio: 'inherit', shell: true });
    if (status !== 0) return status ?? 1;
  }
  mkdirSync(join(ROOT, 'dist'), { recursive: true });
  writeFileSync(BUILT, '');
  // What was changed during the build may not be in it.
  utimesSync(BUILT, begun, begun);
  return 0;
}

if (!process.argv.includes('--if-stale') || isStale()) process.exitCode = build();
