import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { transformSync } from '@swc/core';
import ts from 'typescript';

/** The rules of the house (docs/decisions/001-layout.md), compared with the imports of every file. */

const ROOT = resolve(__dirname, '..');
const SOURCES = ['schemas', 'projections', 'services', 'clients'];

interface Import {
  /** Importing file, from the root, with `/`. */
  readonly from: string;
  /** A file of ours from the root without extension, or a package's or node's name. */
  readonly to: string;
  readonly ours: boolean;
}

interface Rule {
  readonly sentence: string;
  readonly broken: (one: Import) => boolean;
}

const filesOf = (folder: string): string[] =>
  readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => relative(ROOT, join(entry.parentPath, entry.name)));

const importsOf = (file: string): Import[] =>
  ts.preProcessFile(readFileSync(join(ROOT, file), 'utf8'), true, true).importedFiles.map(({ fileName }) => {
    const ours = fileName.startsWith('.');
    // What is imported only when it is needed is named as it is when it is built, with `.js`.
    const path = relative(ROOT, resolve(ROOT, dirname(file), fileName.replace(/\.js$/, '')));
    return { from: file, to: ours ? path : fileName, ours };
  });

/** Code that runs in browsers. */
const BROWSER = 'services/screens/browser';
/** The page that verifies files: the code of the command, with what it uses of Node in `node/`. */
const VERIFIER = 'services/screens/verifier';
const GIVEN_TO_VERIFIER = [
  'services/audit/verify',
  'services/audit/evidence/zone-rules',
  'services/terminal/figures',
  'services/terminal/printable',
];
/** What a screen decides. */
const isModel = (path: string): boolean => /^services\/screens\/browser\/[a-z]+\/model\//.test(path);

const within = (path: string, folder: string): boolean => path.startsWith(`${folder}/`);
const adapterOf = (path: string): string | undefined =>
  /^services\/event-store\/(sqlite|eventstoredb)\//.exec(path)?.[1];
const isPackage = (to: string, name: string): boolean => to === name || to.startsWith(`${name}/`);

/** Folders of services/, lowest first: a file imports only from its own folder and from lower ones. */
const FLOORS = [
  'files',
  'concurrency',
  'terminal',
  'event-store',
  'http',
  'config',
  'access',
  'read-model',
  'screen-reports',
  'operations',
  'locations',
  'labels',
  'handle-order',
  'orders',
  'feed',
  'destinations',
  'audit',
  'screens',
  'server',
  'sandbox',
  'commands',
].map((name) => `services/${name}`);
const floorOf = (path: string): number => FLOORS.findIndex((floor) => within(path, floor));

/** What decides, stores, folds or operates, and is not asked over HTTP but by whoever is. */
const INSIDE = [
  ...['files', 'concurrency', 'terminal', 'event-store', 'config', 'read-model'],
  ...['operations/copy', 'operations/retention'],
  ...[
    'handle-order/receive',
    'handle-order/record',
    'audit/chain',
    'audit/export',
    'audit/verify',
    'audit/evidence',
    'audit/merkle',
  ],
].map((name) => `services/${name}`);
/** What routes stand on: a file that imports express by way of it is a route. */
const GROUND_OF_ROUTES = ['services/http', 'services/access'];

/** What puts parts together. */
const COMPOSITION = ['services/server', 'services/commands', 'services/sandbox'];

/** What the sandbox shares with the service besides services/terminal: pages and problems, nothing that it is to test. */
const SHARED_WITH_SANDBOX = [
  'services/concurrency/keyed-queue',
  'services/concurrency/semaphore',
  'services/access/login/origin-guard',
  'services/http/base-path',
  'services/http/event-stream',
  'services/http/methods',
  'services/http/page-headers',
  'services/http/problem',
  'services/screens/page-route',
  'services/config/version',
];

const RULES: readonly Rule[] = [
  {
    sentence: 'schemas/ imports nothing of ours but schemas/',
    broken: ({ from, to, ours }) => within(from, 'schemas') && ours && !within(to, 'schemas'),
  },
  {
    sentence: 'a client is one file that others copy: it imports nothing, and nothing of ours imports it',
    broken: ({ from, to }) => within(from, 'clients') || within(to, 'clients'),
  },
  {
    sentence: 'schemas/ does no I/O, so it imports nothing of node',
    broken: ({ from, to }) => within(from, 'schemas') && to.startsWith('node:'),
  },
  {
    sentence: 'projections/ imports only schemas/ and itself: folds are pure, without packages, I/O or a clock',
    broken: ({ from, to, ours }) =>
      within(from, 'projections') && !(ours && (within(to, 'schemas') || within(to, 'projections'))),
  },
  {
    sentence:
      'a store adapter imports of ours only the port, the append decision, how JSON is read, names of streams, ids of events, pauses between attempts, SQLite error codes, file identities, concurrency and itself',
    broken: ({ from, to, ours }) =>
      ours &&
      adapterOf(from) !== undefined &&
      adapterOf(to) !== adapterOf(from) &&
      to !== 'services/event-store/event-store' &&
      to !== 'services/event-store/append-decision' &&
      to !== 'schemas/json/exact-json' &&
      to !== 'schemas/json/json-object' &&
      to !== 'schemas/events/stream-name' &&
      to !== 'schemas/events/event-id' &&
      to !== 'schemas/backoff' &&
      to !== 'services/event-store/sqlite-error' &&
      to !== 'services/files/file-identity' &&
      !within(to, 'services/concurrency'),
  },
  {
    sentence: 'only event-store/open.ts opens an adapter',
    broken: ({ from, to }) =>
      adapterOf(to) !== undefined && adapterOf(from) === undefined && from !== 'services/event-store/open.ts',
  },
  { sentence: 'nothing imports main.ts', broken: ({ to }) => to === 'services/main' },
  {
    sentence: 'only compose.ts puts parts together: nothing but the process and the library imports it',
    broken: ({ from, to }) =>
      (to === 'services/server/service' && from !== 'services/server/start.ts') ||
      (to === 'services/server/compose' &&
        from !== 'services/server/service.ts' &&
        from !== 'services/server/ticket-rail.ts'),
  },
  {
    sentence: 'what is opened does not know what opens it: only what starts the service imports from services/server/',
    broken: ({ from, to }) =>
      within(to, 'services/server') &&
      !within(from, 'services/server') &&
      from !== 'services/main.ts' &&
      from !== 'services/commands/start.ts',
  },
  {
    sentence: 'the write path never reads a projection',
    broken: ({ from, to }) =>
      within(from, 'services/handle-order') && (within(to, 'projections') || within(to, 'services/read-model')),
  },
  {
    sentence:
      'one folder per store imports better-sqlite3: the event log, the read model; beside them, the lock of the data directory',
    broken: ({ from, to }) =>
      isPackage(to, 'better-sqlite3') &&
      !within(from, 'services/event-store/sqlite') &&
      !within(from, 'services/read-model/order-table') &&
      from !== 'services/event-store/data-directory.ts',
  },
  {
    sentence: 'one folder imports @eventstore/db-client',
    broken: ({ from, to }) =>
      isPackage(to, '@eventstore/db-client') && !within(from, 'services/event-store/eventstoredb'),
  },
  {
    sentence: 'browser code imports of ours only itself, schemas/ and projections/, and nothing of node',
    broken: ({ from, to, ours }) =>
      within(from, BROWSER) &&
      (to.startsWith('node:') || (ours && ![BROWSER, 'schemas', 'projections'].some((folder) => within(to, folder)))),
  },
  {
    sentence:
      'the verifier verifies by the code of the command: of the service it imports nothing else, and nothing of node',
    broken: ({ from, to, ours }) =>
      within(from, VERIFIER) &&
      (to.startsWith('node:') ||
        (ours &&
          !within(to, VERIFIER) &&
          !within(to, 'schemas') &&
          !GIVEN_TO_VERIFIER.some((given) => to === given || within(to, given)))),
  },
  {
    sentence: 'what screens decide is pure: it imports neither Lit nor what touches the page',
    broken: ({ from, to, ours }) =>
      isModel(from) && !(ours && (isModel(to) || within(to, 'schemas') || within(to, 'projections'))),
  },
  {
    sentence: 'the service never imports browser code: it serves what was built',
    broken: ({ from, to }) => [BROWSER, VERIFIER].some((folder) => !within(from, folder) && within(to, folder)),
  },
  {
    sentence: 'the sandbox stands in for others, so it shares with the service no code that it is to test',
    broken: ({ from, to, ours }) =>
      ours &&
      within(from, 'services/sandbox') &&
      !within(to, 'services/sandbox') &&
      !within(to, 'schemas') &&
      !within(to, 'services/terminal') &&
      !SHARED_WITH_SANDBOX.includes(to),
  },
  {
    sentence: 'the service knows nothing of the sandbox',
    broken: ({ from, to }) =>
      within(to, 'services/sandbox') && !within(from, 'services/sandbox') && from !== 'services/commands/program.ts',
  },
  {
    sentence: 'a folder of services/ imports only from itself and from lower floors',
    broken: ({ from, to }) => floorOf(from) !== -1 && floorOf(to) > floorOf(from),
  },
];

/** Files that a file needs when it runs, packages included: without what it imports only as types. */
function runtimeImportsOf(file: string): string[] {
  const text = readFileSync(join(ROOT, file), 'utf8');
  const { code } = transformSync(text, {
    jsc: { target: 'es2022', parser: { syntax: 'typescript' } },
    module: { type: 'commonjs', importInterop: 'none' },
  });
  const found = code.matchAll(/^(?:const .*)?\brequire\("([^"]+)"\)/gm);
  return [...found].map(([, name = '']) => (name.startsWith('.') ? `${join(dirname(file), name)}.ts` : name));
}

/** Threads that every start of the service starts. */
const THREADS = [
  'services/audit/checkpoints/checkpoint-thread.ts',
  'services/event-store/sqlite/write/writer-thread.ts',
  'services/read-model/projector-thread.ts',
];

/** Most lines of a file, of one of the screens, and of a function. */
const MOST_LINES = { file: 400, screen: 300, function: 80 };
/** Most files that a folder has of its own: with more of them, it has rooms. */
const MOST_FILES = 17;
/** Holds a list of files of one form, that are not read one by one. */
const LIST_OF_FILES = 'services/sandbox/files/scenarios';

/** What of a file is too long, in a sentence each. */
function tooLong(file: string): string[] {
  const text = readFileSync(join(ROOT, file), 'utf8');
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest);
  const lineOf = (position: number): number => source.getLineAndCharacterOfPosition(position).line;
  const lines = lineOf(text.length);
  const most = within(file, BROWSER) ? MOST_LINES.screen : MOST_LINES.file;
  const found = lines > most ? [`${file} has ${String(lines)} lines.`] : [];
  const visit = (node: ts.Node): void => {
    if (ts.isFunctionLike(node)) {
      const first = lineOf(node.getStart(source));
      const length = lineOf(node.getEnd()) - first + 1;
      if (length > MOST_LINES.function) {
        found.push(`The function at ${file}:${String(first + 1)} has ${String(length)} lines.`);
      }
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

/** Names of the types that a file exports. */
function typesOf(file: string): string[] {
  const source = ts.createSourceFile(file, readFileSync(join(ROOT, file), 'utf8'), ts.ScriptTarget.Latest);
  const types = source.statements.filter(
    (statement) =>
      ts.isInterfaceDeclaration(statement) || ts.isTypeAliasDeclaration(statement) || ts.isClassDeclaration(statement),
  );
  return types
    .filter(({ modifiers = [] }) => modifiers.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword))
    .map(({ name }) => name?.text ?? '');
}

/** The two folders, side by side, that an import leads from and to; null within one folder, or up or down its own path. */
function siblingsOf({ from, to, ours }: Import): readonly [string, string] | null {
  if (!ours) return null;
  const [source, target] = [dirname(from).split('/'), dirname(to).split('/')];
  const fork = source.findIndex((name, index) => target[index] !== name);
  if (fork === -1 || fork >= target.length) return null;
  return [source.slice(0, fork + 1).join('/'), target.slice(0, fork + 1).join('/')];
}

/** Calls that read the world: they belong in the composition, which hands them on as parameters. */
const WORLD = /\bprocess\.env\b/;
/** Has code of clients as text, which reads the environment where it is run. */
const SHOWS_CODE = 'services/server/contract/samples.ts';

describe('architecture', () => {
  const files = SOURCES.flatMap(filesOf);
  const imports = files.flatMap(importsOf);

  it('this test reads all source files and their imports', () => {
    expect(files.length).toBeGreaterThan(30);
    expect(imports.some(({ to }) => to === 'services/event-store/event-store')).toBe(true);
  });

  it.each(RULES)('the architecture follows the rule: $sentence', ({ sentence, broken }) => {
    const offenders = imports.filter(broken).map(({ from, to }) => `${from} imports ${to}, but ${sentence}.`);
    expect(offenders).toEqual([]);
  });

  const withoutExtension = (file: string): string => file.replace(/\.ts$/, '');
  const importers = (is: (to: string) => boolean): ReadonlySet<string> =>
    new Set(imports.filter(({ to }) => is(to)).map(({ from }) => withoutExtension(from)));
  const importExpress = importers((to) => isPackage(to, 'express'));

  it('express stays at the edge: what is inside does not import it, nor a file that does', () => {
    const offenders = imports.filter(
      ({ from, to }) =>
        INSIDE.some((folder) => within(from, folder)) && (isPackage(to, 'express') || importExpress.has(to)),
    );
    expect(offenders.map(({ from, to }) => `${from} imports ${to}, but express stays at the edge.`)).toEqual([]);
  });

  it('express stays at the edge: besides routes, only what puts parts together imports a route', () => {
    const isGround = (to: string): boolean =>
      importExpress.has(to) && GROUND_OF_ROUTES.some((folder) => within(to, folder));
    const routes = importers((to) => isPackage(to, 'express') || isGround(to));
    const composes = (from: string): boolean => COMPOSITION.some((folder) => within(from, folder));
    const offenders = imports.filter(
      ({ from, to }) => routes.has(to) && !routes.has(withoutExtension(from)) && !composes(from),
    );
    expect(offenders.map(({ from, to }) => `${from} imports the route ${to}.`)).toEqual([]);
  });

  it.each(THREADS)('the start of a thread loads no zod, which takes longer than all the rest: %s', (thread) => {
    const needed = new Set([thread]);
    for (const file of needed) if (file.endsWith('.ts')) for (const name of runtimeImportsOf(file)) needed.add(name);
    expect(needed.size).toBeGreaterThan(5);
    expect(needed).not.toContain('zod');
  });

  it('no file has more than 400 lines, none of the screens more than 300, and no function more than 80', () => {
    expect(files.flatMap(tooLong)).toEqual([]);
  });

  it('no folder has more than 17 files of its own, but for a list of files of one form', () => {
    const counts = new Map<string, number>();
    for (const folder of SOURCES) {
      for (const entry of readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })) {
        const where = relative(ROOT, entry.parentPath);
        if (entry.isFile()) counts.set(where, (counts.get(where) ?? 0) + 1);
      }
    }
    const full = [...counts].filter(([folder, count]) => count > MOST_FILES && folder !== LIST_OF_FILES);
    expect(full.map(([folder, count]) => `${folder} has ${String(count)} files.`)).toEqual([]);
  });

  it('no two files export a type of the same name: one name stands for one thing', () => {
    const homes = new Map<string, string[]>();
    // A client has the names of what it is answered, and shares no code with it.
    for (const file of files.filter((one) => !within(one, 'clients')))
      for (const name of typesOf(file)) homes.set(name, [...(homes.get(name) ?? []), file]);
    expect(homes.size).toBeGreaterThan(100);
    const shared = [...homes].filter(([, of]) => of.length > 1);
    expect(shared.map(([name, of]) => `${name} is a type of ${of.join(' and of ')}.`)).toEqual([]);
  });

  it('no two folders side by side import each other', () => {
    const arrows = new Map<string, string>();
    for (const one of imports) {
      const pair = siblingsOf(one);
      if (pair !== null) arrows.set(pair.join(' -> '), `${one.from} imports ${one.to}`);
    }
    const back = [...arrows].filter(([arrow]) => arrows.has(arrow.split(' -> ').reverse().join(' -> ')));
    expect(back.map(([arrow, example]) => `${arrow}: ${example}`)).toEqual([]);
  });

  it('only config.ts reads process.env', () => {
    const offenders = files.filter(
      (file) =>
        file !== 'services/config/config.ts' &&
        file !== SHOWS_CODE &&
        WORLD.test(readFileSync(join(ROOT, file), 'utf8')),
    );
    expect(offenders.map((file) => `${file} reads process.env; services/config/config.ts is to do it.`)).toEqual([]);
  });

  it('folds, decisions and the record path get clock and ids as parameters', () => {
    const offenders = files.filter(
      (file) =>
        (within(file, 'projections') || within(file, 'services/handle-order') || file.endsWith('append-decision.ts')) &&
        /\bDate\.now\(|new Date\(\)|\brandomUUID\(|Math\.random\(/.test(readFileSync(join(ROOT, file), 'utf8')),
    );
    expect(offenders.map((file) => `${file} makes its own time or ids; they are parameters.`)).toEqual([]);
  });

  it('the source files have no import cycle', () => {
    const graph = new Map(files.map((file) => [file.replace(/\.ts$/, ''), new Set<string>()]));
    for (const { from, to, ours } of imports) if (ours) graph.get(from.replace(/\.ts$/, ''))?.add(to);
    const done = new Set<string>();
    const cycles: string[] = [];
    const visit = (file: string, path: readonly string[]): void => {
      if (path.includes(file)) cycles.push([...path.slice(path.indexOf(file)), file].join(' -> '));
      if (done.has(file) || path.includes(file)) return;
      for (const next of graph.get(file) ?? []) visit(next, [...path, file]);
      done.add(file);
    };
    for (const file of graph.keys()) visit(file, []);
    expect(cycles).toEqual([]);
  });
});
