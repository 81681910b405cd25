import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createProgram } from '../../services/commands/program';
import { VARIABLES } from '../../services/config/environment';
import { DELIVERY_OUTCOMES } from '../../services/operations/endpoint-counts';
import { PROBLEMS, problemType } from '../../services/http/problem';
import { ATTENTION_CODES, STAGES, VERDICTS } from '../../schemas/vocabulary';
import { GENERATED_DOCUMENTS } from './generated';
import { commandsOf, exposedMetrics, openApi, operationsOf, OWN_METRICS, withGenerated } from './reference';

const ROOT = resolve(__dirname, '../..');
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

const filesBelow = (folder: string, name: RegExp): string[] =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((path) => name.test(path))
    .map((path) => join(folder, path));

const REFERENCE = filesBelow('docs/reference', /\.md$/);
const GUIDES = filesBelow('docs/guides', /\.md$/);
const MANUAL = ['README.md', ...GUIDES, ...REFERENCE];

/** Rows of the table of a document whose header begins with `column`, cell by cell, without code marks. */
function tableOf(path: string, column: string): string[][] {
  const lines = read(path).split('\n');
  const header = lines.findIndex((line) => line.startsWith(`| ${column} |`));
  const rows: string[][] = [];
  for (const line of lines.slice(header + 2)) {
    if (!line.startsWith('|')) break;
    rows.push(
      line
        .slice(1, -1)
        .split('|')
        .map((cell) => cell.trim().replaceAll('`', '')),
    );
  }
  return rows;
}

/** Every distinct text that `pattern` finds in documents. */
const foundIn = (paths: readonly string[], pattern: RegExp): string[] => [
  ...new Set(paths.flatMap((path) => [...read(path).matchAll(pattern)].map(([all, group]) => group ?? all))),
];

it.each(GENERATED_DOCUMENTS)('the committed $path is what `npm run docs` writes', async ({ path, render }) => {
  expect(read(path)).toBe(await render());
});

it('a generated part without a place in its document, or a place without a part, is an error', () => {
  const document = 'a\n<!-- generated: one -->\nold\n<!-- end generated -->\nb\n';
  expect(withGenerated(document, new Map([['one', 'new']]))).toBe(document.replace('old', '\nnew\n'));
  expect(() => withGenerated(document, new Map())).toThrow('There is nothing to generate for one.');
  const two = new Map([
    ['one', 'new'],
    ['two', 'new'],
  ]);
  expect(() => withGenerated(document, two)).toThrow('These need one pair of markers each: two.');
});

it('docs/reference/errors.md lists every problem of the catalogue with its code, status and title, and no other', () => {
  const catalogue = Object.entries(PROBLEMS).map(([code, { status, title }]) => [code, String(status), title]);
  const rows = tableOf('docs/reference/errors.md', 'code');
  expect(rows.map((cells) => cells.slice(0, 3))).toEqual(catalogue);
  expect(rows.filter(([, , , advice = '']) => advice === '')).toEqual([]);
});

it('docs/reference/errors.md gives the type of a problem as the service sends it', () => {
  expect(read('docs/reference/errors.md')).toContain(`"${problemType('order-not-found')}"`);
  expect(read('docs/reference/errors.md')).toContain(`\`${problemType('not-found').replace('not-found', '')}\``);
});

it('docs/reference/configuration.md lists every variable of the configuration in its order, and no other', () => {
  expect(tableOf('docs/reference/configuration.md', 'variable').map(([name]) => name)).toEqual(VARIABLES);
});

it('docs/reference/metrics.md lists every metric of ours with its type and its help, and no other', async () => {
  const exposed = (await exposedMetrics()).filter(({ name }) => name.startsWith(OWN_METRICS));
  expect(exposed.length).toBeGreaterThan(0);
  const rows = exposed.map(({ name, type, help }) => [name, type, help]);
  expect(tableOf('docs/reference/metrics.md', 'metric')).toEqual(rows);
});

it('docs/reference/metrics.md names every outcome of a delivery', () => {
  const [, outcomes = ''] = /label `outcome`: ([\s\S]*?)\.\n/.exec(read('docs/reference/metrics.md')) ?? [];
  expect([...outcomes.matchAll(/`([^`]+)`/g)].map(([, name]) => name)).toEqual([...DELIVERY_OUTCOMES]);
});

it('the manual names only metrics that are exposed', async () => {
  const exposed = new Set((await exposedMetrics()).map(({ name }) => name));
  const named = foundIn(MANUAL, /\bticket_rail_[a-z0-9_]+/g).map((name) => name.replace(/_bucket$/, ''));
  expect(named.length).toBeGreaterThan(5);
  expect(named.filter((name) => !exposed.has(name))).toEqual([]);
});

it('docs/reference/commands.md has the help of every command, and of no other', async () => {
  const documented = foundIn(['docs/reference/commands.md'], /<!-- generated: (.+) -->/g);
  expect(documented.sort()).toEqual([...commandsOf(await createProgram()).keys()].sort());
});

it('the manual runs only commands that the program has', async () => {
  const commands = commandsOf(await createProgram());
  const named = foundIn(MANUAL, /(?:npx ticket-rail|cli\.js) ([a-z][a-z-]*)/g);
  expect(named.length).toBeGreaterThan(5);
  expect(named.filter((name) => !commands.has(`ticket-rail ${name}`))).toEqual([]);
});

it('docs/reference/api.md has every call of the OpenAPI document, and no other', () => {
  const documented = foundIn(['docs/reference/api.md'], /^#### `([A-Z]+ [^`]+)`$/gm);
  expect(documented.sort()).toEqual([...operationsOf(openApi()).keys()].sort());
});

it.each([
  ['stages', STAGES],
  ['attention codes', ATTENTION_CODES],
  ['verdicts', VERDICTS],
])('the section of docs/reference/api.md about the state of an order names all %s', (_, values) => {
  const [, section = ''] = /## Stage, attention and verdict\n([\s\S]*?)\n## /.exec(read('docs/reference/api.md')) ?? [];
  expect(values.filter((value) => !section.includes(`\`${value}\``))).toEqual([]);
});

it('the guide to the board lists every custom property that the screens read, and no other', () => {
  const property = /--ticket-rail-[a-z-]+[a-z]/g;
  const used = foundIn(filesBelow('services/screens/browser', /\.(?:ts|css)$/), property);
  expect(foundIn(['docs/guides/embed-the-board.md'], property).sort()).toEqual(used.sort());
});

it('no line of prose in the manual is longer than 120 characters', () => {
  const long = MANUAL.flatMap((path) =>
    read(path)
      .replaceAll(/^( *)```[\s\S]*?^\1```$/gm, '')
      .split('\n')
      .filter((line) => line.length > 120 && !/^\s*(\||- \[|!\[)/.test(line))
      .map((line) => `${path}: ${line}`),
  );
  expect(long).toEqual([]);
});
