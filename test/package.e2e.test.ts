import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { until } from './support/patience';
import { call } from './support/running-service';

/**
 * The package as somebody installs it who has no checkout: packed, installed into an empty folder without what only tests
 * need, and started. Built by `npm run build` beforehand.
 */

const ROOT = resolve(__dirname, '..');
const ADDON = join('better-sqlite3', 'build', 'Release', 'better_sqlite3.node');
/** Milliseconds on a quiet machine that a start may take. */
const START_MS = 30_000;

let folder: string;
const inFolder = (...path: string[]): string => join(folder, ...path);
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'ticket-rail-package-'));
  writeFileSync(inFolder('package.json'), '{"private":true}');
  const packed = npm(ROOT, 'pack', '--ignore-scripts', '--silent', '--pack-destination', folder);
  // Scripts of dependencies are left out, since a compiler takes minutes; the addon is the one that was compiled here.
  npm(folder, 'install', `./${packed.trim()}`, '--omit=dev', '--ignore-scripts', '--prefer-offline');
  mkdirSync(dirname(inFolder('node_modules', ADDON)), { recursive: true });
  copyFileSync(require.resolve('better-sqlite3/build/Release/better_sqlite3.node'), inFolder('node_modules', ADDON));
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

function npm(cwd: string, ...args: string[]): string {
  const { status, stdout, stderr } = spawnSync('npm', [...args, '--no-audit', '--no-fund'], { cwd, encoding: 'utf8' });
  if (status !== 0) throw new Error(`npm ${args.join(' ')}: ${stderr}`);
  return stdout;
}

const environment = (): Record<string, string> => {
  const { PATH = '', HOME = '' } = process.env;
  return { PATH, HOME, DATA_DIR: inFolder('data'), PORT: '0' };
};

it('what only tests need is not installed, nor anything that reports home', () => {
  const { packages } = JSON.parse(readFileSync(inFolder('package-lock.json'), 'utf8')) as {
    packages: Record<string, { hasInstallScript?: boolean }>;
  };
  const names = Object.keys(packages).map((path) => path.replace(/^.*node_modules\//, ''));
  expect(names).toContain('ticket-rail');
  expect(names.filter((name) => /chromium|playwright|scarf|jest|typescript$/.test(name))).toEqual([]);
  const withScripts = Object.entries(packages).filter(([, { hasInstallScript }]) => hasInstallScript === true);
  expect(withScripts.map(([path]) => path.replace(/^.*node_modules\//, ''))).toEqual(['better-sqlite3', 'protobufjs']);
});

it('whose code stands in the files of the package, with its license, is said in the package', () => {
  const said = readFileSync(
    inFolder('node_modules', 'ticket-rail', 'dist', 'services', 'third-party-licenses.txt'),
    'utf8',
  );
  const files = readdirSync(join(ROOT, 'dist', 'services'), { recursive: true, encoding: 'utf8' });
  const maps = files.filter((file) => file.endsWith('.js.map')).map((file) => join('dist', 'services', file));
  const sources = maps.flatMap(
    (map) => (JSON.parse(readFileSync(join(ROOT, map), 'utf8')) as { readonly sources: readonly string[] }).sources,
  );
  const within = sources.map((source) => /.*node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(source)?.[1]);
  const names = new Set(within.filter((name) => name !== undefined));
  expect(names).toContain('express');
  expect([...names].filter((name) => !said.includes(`## ${name} - `))).toEqual([]);
});

it('the verifier, which is handed on as one file, has the licenses of all code that is in it', () => {
  const page = readFileSync(inFolder('node_modules', 'ticket-rail', 'dist', 'screens', 'verifier.html'), 'utf8');
  const said = [...page.matchAll(/^## (\S+) - [\d.]+ \(.+\)$/gm)].map(([, name = '']) => name);
  expect(said).toEqual(expect.arrayContaining(['@noble/curves', '@noble/hashes']));
  const withoutText = said.filter((name) => {
    const license = readFileSync(join(ROOT, 'node_modules', name, 'LICENSE'), 'utf8');
    return !page.includes(license.trim());
  });
  expect(withoutText).toEqual([]);
});

it('the installed command starts the service, with its pages and its documents', async () => {
  // A group of its own: npx does not pass on every signal.
  const started: ChildProcess = spawn('npx', ['--no-install', 'ticket-rail', 'start'], {
    cwd: folder,
    env: environment(),
    detached: true,
  });
  let output = '';
  started.stdout?.on('data', (chunk) => (output += String(chunk)));
  started.stderr?.on('data', (chunk) => (output += String(chunk)));
  const ended = once(started, 'close');
  const end = (signal: NodeJS.Signals): void => {
    if (started.pid !== undefined && started.exitCode === null) process.kill(-started.pid, signal);
  };
  try {
    const url = await until(
      'the service to listen',
      () => {
        if (started.exitCode !== null) throw new Error(output);
        return /"url":"([^"]+)"/.exec(output)?.[1] ?? null;
      },
      START_MS,
    );
    for (const path of ['/docs', '/screens', '/openapi.json', '/openapi-3.0.json', '/asyncapi.json']) {
      expect([path, (await call(url, path)).status]).toEqual([path, 200]);
    }
  } finally {
    end('SIGTERM');
  }
  await ended;
});

it('the installed package can be imported as a library and as a client, and required as well', () => {
  const run = (...args: string[]): string =>
    spawnSync(process.execPath, args, { cwd: folder, env: environment(), encoding: 'utf8' }).stdout.trim();
  const imported = `
    import { createTicketRail } from 'ticket-rail';
    import { TicketRailClient, verifyDelivery } from 'ticket-rail/client';
    console.log(typeof createTicketRail, typeof TicketRailClient, typeof verifyDelivery);`;
  expect(run('--input-type=module', '-e', imported)).toBe('function function function');
  expect(run('-e', "console.log(typeof require('ticket-rail').createTicketRail)")).toBe('function');
});
