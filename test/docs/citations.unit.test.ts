import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, posix, relative, resolve } from 'node:path';
import { anchorsOf, type Link, linksOf, matchesOf } from './markdown';

const ROOT = resolve(__dirname, '../..');
/** Has citations of documents that do not exist, as samples. */
const THIS_FILE = relative(ROOT, __filename);

const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

/** Directories that git ignores, and its own. */
const IGNORED: ReadonlySet<string> = new Set([
  '.git',
  ...read('.gitignore')
    .split('\n')
    .filter((line) => line.endsWith('/'))
    .map((line) => line.slice(0, -1)),
]);
/** Not text, or not written by people. */
const UNREAD = /\.(png|svg|ico|woff2?|tsbuildinfo)$|^package-lock\.json$/;

/** Files below a folder, from the root. */
const filesBelow = (folder: string): string[] =>
  readdirSync(join(ROOT, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = posix.join(folder, entry.name);
    if (entry.isDirectory()) return IGNORED.has(entry.name) ? [] : filesBelow(path);
    return entry.isFile() && !UNREAD.test(path) && entry.name !== '.env' ? [path] : [];
  });

const FILES = filesBelow('.');
const DOCUMENTS = FILES.filter((path) => path.endsWith('.md'));
const SOURCES = FILES.filter((path) => !path.endsWith('.md') && path !== THIS_FILE);

const anchors = new Map<string, ReadonlySet<string>>();
function hasAnchor(document: string, anchor: string): boolean {
  const known = anchors.get(document) ?? anchorsOf(read(document));
  anchors.set(document, known);
  return known.has(anchor);
}

/** What is wrong with a path from the root and an anchor, or null. */
function faultOf(path: string, anchor: string | undefined): string | null {
  if (path.startsWith('..') || !existsSync(join(ROOT, path))) return 'which does not exist';
  if (anchor === undefined || !path.endsWith('.md') || hasAnchor(path, anchor)) return null;
  return `but ${path} has no anchor #${anchor}`;
}

/** The name of any document in a source file, with its path and its anchor, if there are such. */
const CITATION = /(?<![\w./-])(?<target>(?:[\w.-]+\/)*[\w.-]+\.md(?:#[\w-]+)?)(?![\w/])/g;
const citationsOf = (source: string): Link[] => matchesOf(source, CITATION);

function citationFault(target: string): string | null {
  const [path = '', anchor] = target.split('#');
  return faultOf(path, anchor);
}

/** @param document in which the link is, from the root */
function linkFault(document: string, target: string): string | null {
  if (/^([a-z][a-z+.-]*:|\/\/)/i.test(target)) return null;
  const [path = '', anchor] = target.split('#').map(decodeURIComponent);
  const from = path.startsWith('/') ? '.' : dirname(document);
  return faultOf(path === '' ? document : posix.join(from, path), anchor);
}

const faultsIn = (paths: readonly string[], linksIn: (text: string) => Link[], fault: typeof linkFault): string[] =>
  paths.flatMap((path) =>
    linksIn(read(path)).flatMap(({ target, line }) => {
      const found = fault(path, target);
      return found === null ? [] : [`${path}:${String(line)} leads to ${target}, ${found}.`];
    }),
  );

it('every document that a source file cites exists at that path from the root, with its anchor', () => {
  expect(faultsIn(SOURCES, citationsOf, (_path, target) => citationFault(target))).toEqual([]);
});

it('every relative link of a Markdown file leads to a file of the repository, and to an anchor that it has', () => {
  expect(faultsIn(DOCUMENTS, linksOf, linkFault)).toEqual([]);
});

it('the files that are searched for citations and links are those of the whole repository', () => {
  const some = ['Dockerfile', 'docker-compose.yml', '.ci/run', '.env.example', 'services/main.ts', 'jest.config.js'];
  expect(SOURCES).toEqual(expect.arrayContaining(some));
  expect(DOCUMENTS).toEqual(expect.arrayContaining(['README.md', 'CHANGELOG.md', 'docs/protocol.md']));
  expect(FILES.filter((path) => /(^|\/)(node_modules|dist)\//.test(path))).toEqual([]);
  expect(SOURCES.flatMap((path) => citationsOf(read(path))).length).toBeGreaterThan(40);
  expect(DOCUMENTS.flatMap((path) => linksOf(read(path))).length).toBeGreaterThan(40);
});

it.each(['docs/protocol.md#ruling-4-2', 'docs/protocol.md', 'README.md'])('the citation %s is right', (target) => {
  expect(citationsOf(`/** A fact (${target}). */`)).toEqual([{ target, line: 1 }]);
  expect(citationFault(target)).toBeNull();
});

it.each([
  ['protocol.md', 'which does not exist'],
  ['design.md', 'which does not exist'],
  ['docs/gone.md#section-1', 'which does not exist'],
  ['docs/protocol.md#ruling-9-9', 'but docs/protocol.md has no anchor #ruling-9-9'],
])('the citation %s is reported: %s', (target, fault) => {
  expect(citationsOf(`/** A fact (${target}). */`)).toEqual([{ target, line: 1 }]);
  expect(citationFault(target)).toBe(fault);
});

it.each([
  ['README.md', 'docs/protocol.md#section-1'],
  ['docs/glossary.md', '../README.md'],
  ['docs/glossary.md', 'decisions/'],
  ['docs/glossary.md', '/README.md'],
  ['docs/glossary.md', '#repeat'],
  ['docs/glossary.md', 'https://example.com/#any'],
])('in %s the link %s is right', (document, target) => {
  expect(linkFault(document, target)).toBeNull();
});

it.each([
  ['docs/glossary.md', 'README.md', 'which does not exist'],
  ['docs/glossary.md', '../../README.md', 'which does not exist'],
  ['docs/glossary.md', '#nothing', 'but docs/glossary.md has no anchor #nothing'],
  ['README.md', 'docs/protocol.md#nothing', 'but docs/protocol.md has no anchor #nothing'],
])('in %s the link %s is reported: %s', (document, target, fault) => {
  expect(linkFault(document, target)).toBe(fault);
});

it('the anchors of a document are those that GitHub gives to its headings, and the explicit ones', () => {
  const markdown = [
    '# Who looked, and *when*',
    '## 4. Rulings [R]',
    '### `order.updated` [D]',
    '## The _real_ way of `snake_case` ##',
    '## [A link](elsewhere.md) & more',
    '## Twice',
    '## Twice',
    '<a id="ruling-4-2"></a>',
    '| <a name="cell"></a>cell |',
    '```sh',
    '# not a heading',
    '<a id="not-an-anchor"></a>',
    '```',
    '`<a id="code"></a>`',
    '#hashtag',
  ].join('\n');
  expect([...anchorsOf(markdown)].sort()).toEqual(
    [
      'who-looked-and-when',
      '4-rulings-r',
      'orderupdated-d',
      'the-real-way-of-snake_case',
      'a-link--more',
      'twice',
      'twice-1',
      'ruling-4-2',
      'cell',
    ].sort(),
  );
});

it('the links of a document are inline, by reference, nested and in HTML, but not in code', () => {
  const markdown = [
    'See [one](a.md) and [two](b.md#x "title").',
    '[![image](c.png)](d.md)',
    '[three]: <e.md>',
    '<img alt="" src="f.png"> <a href="g.md">',
    '[^1]: a footnote',
    'Not `[code](h.md)`, nor ``[code` (i.md)``.',
    '~~~',
    '[fenced](j.md)',
    '```',
    '[still fenced](k.md)',
    '~~~',
    '<!-- [comment](l.md) -->',
    '[last](m.md)',
  ].join('\n');
  const found = linksOf(markdown).map(({ target, line }) => `${String(line)} ${target}`);
  expect(found.sort()).toEqual(
    ['1 a.md', '1 b.md#x', '2 c.png', '2 d.md', '3 e.md', '4 f.png', '4 g.md', '13 m.md'].sort(),
  );
});
