import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

/** What package.json promises to those who install the package. */

interface Package {
  readonly version: string;
  readonly engines: { readonly node: string };
  readonly bin: Readonly<Record<string, string>>;
  readonly imports: Readonly<Record<string, string>>;
  readonly exports: Readonly<Record<string, string | Readonly<Record<string, string>>>>;
  readonly files: readonly string[];
  readonly scripts: Readonly<Record<string, string>>;
  readonly dependencies: Readonly<Record<string, string>>;
}
interface Lock {
  readonly version: string;
  readonly packages: Readonly<
    Record<string, Partial<Package> & { readonly dev?: boolean; readonly hasInstallScript?: boolean }>
  >;
}

const ROOT = resolve(__dirname, '..');
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');
const PACKAGE = JSON.parse(read('package.json')) as Package;
const LOCK = JSON.parse(read('package-lock.json')) as Lock;

it('package.json, package-lock.json and the newest version in CHANGELOG.md agree', () => {
  const [, newest] = /^## \[(\d+\.\d+\.\d+)\]/m.exec(read('CHANGELOG.md')) ?? [];
  expect(PACKAGE.version).toBe(newest);
  expect(LOCK.version).toBe(newest);
  const root = LOCK.packages[''];
  expect(root).toMatchObject({ version: newest, engines: PACKAGE.engines, dependencies: PACKAGE.dependencies });
});

it('better-sqlite3 stays on 12, since 13 needs Node-API 10 and ends Node.js 20 with a segmentation fault', () => {
  // docs/decisions/018-node-versions.md. A caret or a wider range would let an update without a lockfile drift.
  expect(PACKAGE.dependencies['better-sqlite3']).toMatch(/^~?12\.\d+\.\d+$/);
  expect(LOCK.packages['node_modules/better-sqlite3']?.version).toMatch(/^12\./);
  expect(PACKAGE.engines.node).toBe('>=20.19');
});

it('better-sqlite3 is not compiled with headers of Node.js 24.19 or later in that line, with which tests abort', () => {
  // https://github.com/nodejs/node/issues/65446; the remedy is in docs/decisions/018-node-versions.md.
  const addon = join(dirname(require.resolve('better-sqlite3/package.json')), 'build/Release/better_sqlite3.node');
  const removesHooks = readFileSync(addon).includes('RemoveEnvironmentCleanupHook');
  expect(removesHooks && process.version.startsWith('v24.')).toBe(false);
});

it('the package ships every file that package.json refers to', () => {
  const folders = PACKAGE.files.map((path) => path.replace(/\/\*\*.*$/, ''));
  const exported = Object.values(PACKAGE.exports).flatMap((target) =>
    typeof target === 'string' ? [target] : Object.values(target),
  );
  const named = [
    ...[...Object.values(PACKAGE.imports), ...Object.values(PACKAGE.bin), ...exported],
    ...['.env.example', 'CHANGELOG.md'],
  ]
    .map((path) => path.replace(/^\.\//, ''))
    .filter((path) => path !== 'package.json');
  const missing = named.filter((path) => !folders.some((one) => path === one || path.startsWith(`${one}/`)));
  expect(missing).toEqual([]);
});

it('of what the package brings, only the addon and a check of versions run a script when they are installed', () => {
  const scripts = Object.entries(LOCK.packages)
    .filter(([, { dev, hasInstallScript }]) => hasInstallScript === true && dev !== true)
    .map(([path]) => path);
  // protobufjs compares its version with that which is asked for, and calls nobody.
  expect(scripts).toEqual(['node_modules/better-sqlite3', 'node_modules/protobufjs']);
});

it('every folder and file outside of dist that the package ships is there', () => {
  const sources = PACKAGE.files.filter((path) => !path.startsWith('dist/'));
  expect(sources.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
});

it('CONTRIBUTING.md and the CI workflow name only scripts that package.json has', () => {
  const named = ['CONTRIBUTING.md', '.github/workflows/ci.yml', '.github/pull_request_template.md'].flatMap((path) =>
    [...read(path).matchAll(/npm run ([\w:]+)/g)].map(([, name]) => name ?? ''),
  );
  expect(named.length).toBeGreaterThan(0);
  expect(named.filter((name) => !(name in PACKAGE.scripts))).toEqual([]);
});
