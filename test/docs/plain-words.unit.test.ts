import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import ts from 'typescript';
import { withoutCode } from './markdown';

/**
 * The replaced words of docs/glossary.md stay out of names, messages, log lines, comments, documents and test names.
 */

const ROOT = resolve(__dirname, '..', '..');
const GLOSSARY = readFileSync(join(ROOT, 'docs/glossary.md'), 'utf8');

/** Documents that are not held to it, each with the reason. */
const DOCUMENTS_LEFT_OUT: Readonly<Record<string, string>> = {
  'docs/glossary.md': 'lists the words',
};
/** Words that are meant where they stand, by file, each with the reason. */
const MEANT: readonly (readonly [file: string, word: string, reason: string])[] = [
  ['services/audit/verify/result-lines.ts', 'told', 'scripts look for CANNOT BE TOLD in what the command prints'],
];

const filesIn = (folder: string, ending: string): string[] =>
  readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(ending))
    .map((entry) => relative(ROOT, join(entry.parentPath, entry.name)));

/** @returns the words in the first column of the table of the glossary whose head is `head`. */
function wordsUnder(head: string): readonly string[] {
  const [, rows = ''] = GLOSSARY.split(`| ${head} | but |\n| --- | --- |\n`);
  const [table = ''] = rows.split('\n\n');
  return table
    .trim()
    .split('\n')
    .flatMap((row) => (row.split('|')[1] ?? '').split(','))
    .map((word) => word.replaceAll('`', '').trim());
}

/** @returns the words of a name: `lastToldAt` has `last`, `told` and `at`. */
const wordsOf = (name: string): readonly string[] =>
  name
    .split(/[^A-Za-z]+|(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])/)
    .filter((word) => word !== '')
    .map((word) => word.toLowerCase());

/** A word that begins with a capital letter is a whole name; another is a word of one. */
const isIn = (name: string, word: string): boolean =>
  /^[A-Z]/.test(word) ? name === word : wordsOf(name).includes(word);

/** @returns the replaced words in a name. The same few thousand names stand everywhere. */
const wordsIn = remembered((name: string) => NAMES.filter((word) => isIn(name, word)));

/** @returns a function that works each answer out once. */
function remembered<Answer extends object>(answer: (text: string) => Answer): (text: string) => Answer {
  const answers = new Map<string, Answer>();
  return (text) => {
    const known = answers.get(text) ?? answer(text);
    answers.set(text, known);
    return known;
  };
}

const asPattern = (phrase: string): RegExp =>
  new RegExp(
    String.raw`\b${phrase.replace(' … ', String.raw`(?:\s\S+){0,4}\s`).replaceAll(' ', String.raw`\s`)}\b`,
    'i',
  );

const NAMES = wordsUnder('not in a name');
const TEXTS = wordsUnder('not in a text').map((phrase) => ({ phrase, pattern: asPattern(phrase) }));

interface Found {
  readonly file: string;
  readonly word: string;
  readonly where: string;
}

/** Any of them: most texts have none, and are read once. */
const ANY_PHRASE = new RegExp(TEXTS.map(({ pattern }) => pattern.source).join('|'), 'i');

const inText = (file: string, text: string): Found[] =>
  (ANY_PHRASE.test(text) ? TEXTS : []).flatMap(({ phrase, pattern }) => {
    const match = pattern.exec(text);
    if (match === null) return [];
    const where = text.slice(Math.max(0, match.index - 40), match.index + 60).replaceAll('\n', ' ');
    return [{ file, word: phrase, where }];
  });

/** @returns the text of a comment, or of several, without what only frames it. */
const unframed = (comments: string): string =>
  comments.replaceAll(/^[ \t]*(?:\/\/|\/?\*+\/?)[ \t]*|[ \t]*\*\/[ \t]*$/gm, '').trim();

/** @returns the comments of a file: all between two tokens as one. */
function commentsIn(source: ts.SourceFile): readonly string[] {
  const comments: string[] = [];
  const visit = (node: ts.Node): void => {
    const children = node.getChildren(source).filter(({ kind }) => kind !== ts.SyntaxKind.JSDoc);
    if (children.length > 0) children.forEach(visit);
    else comments.push(unframed(source.text.slice(node.getFullStart(), node.getStart(source))));
  };
  visit(source);
  return comments.filter((comment) => comment !== '');
}

const parse = (file: string, text: string): ts.SourceFile => ts.createSourceFile(file, text, ts.ScriptTarget.Latest);
const read = (file: string): string => readFileSync(join(ROOT, file), 'utf8');

/** Names, and texts that people read: comments and string literals in the service, titles in the tests. */
function inSource(file: string): Found[] {
  const source = parse(file, read(file));
  const found: Found[] = [];
  const isTest = file.startsWith('test/');
  const textOf = (node: ts.Node): string | null =>
    ts.isStringLiteralLike(node) || ts.isTemplateHead(node) || ts.isTemplateMiddleOrTemplateTail(node)
      ? node.text
      : null;
  const isTitled = (node: ts.Node): node is ts.CallExpression =>
    ts.isCallExpression(node) && /^(?:it|describe|test)\b/.test(node.expression.getText(source));
  const visit = (node: ts.Node): void => {
    if (ts.isIdentifier(node) || ts.isPrivateIdentifier(node)) {
      for (const word of wordsIn(node.text)) found.push({ file, word, where: node.text });
    }
    const text = isTest ? (isTitled(node) && node.arguments[0] ? textOf(node.arguments[0]) : null) : textOf(node);
    if (text !== null) found.push(...inText(file, text));
    ts.forEachChild(node, visit);
  };
  visit(source);
  if (!isTest) for (const comment of commentsIn(source)) found.push(...inText(file, comment));
  return found;
}

const isMeant = ({ file, word }: Found): boolean => MEANT.some(([where, what]) => where === file && what === word);
const sentences = (found: readonly Found[]): readonly string[] =>
  found.filter((one) => !isMeant(one)).map(({ file, word, where }) => `${file} says "${word}": ${where}`);

it('the glossary lists words that were replaced in names, and others in texts', () => {
  expect(NAMES).toContain('told');
  expect(TEXTS.map(({ phrase }) => phrase)).toContain('of now');
});

it('a replaced word is found in any form of a name, in the middle of a text and over the end of a line', () => {
  expect(['lastToldAt', 'TOLD', '#tellAll', 'Place'].filter((name) => NAMES.some((word) => isIn(name, word)))).toEqual([
    'lastToldAt',
    'TOLD',
    '#tellAll',
    'Place',
  ]);
  expect(['broadcast', 'metric', 'placeOf', 'bold'].filter((name) => NAMES.some((word) => isIn(name, word)))).toEqual(
    [],
  );
  expect(inText('', 'the clock is held each\ntime against another').map(({ word }) => word)).toEqual([
    'held … against',
  ]);
});

it('a comment is found behind whatever looks like another, and its lines are one text', () => {
  const text = 'const [url, quote] = [`//${host}`, /[\'"]/]; // a clock is held\n// against another\n/** Said. */\n';
  expect(commentsIn(parse('one.ts', text))).toEqual(['a clock is held\nagainst another\nSaid.']);
});

it.each(['schemas', 'projections', 'services', 'test'])(
  'no replaced word is in a name in %s, nor in a text there that people read',
  (folder) => {
    expect(sentences(filesIn(folder, '.ts').flatMap(inSource))).toEqual([]);
  },
);

it('no replaced word is in a comment of a style sheet or a script', () => {
  const styles = filesIn('services', '.css').flatMap((file) =>
    [...read(file).matchAll(/\/\*.*?\*\//gs)].flatMap(([comment]) => inText(file, unframed(comment))),
  );
  const scripts = [...readdirSync(ROOT), ...filesIn('services', 'js'), ...filesIn('test', 'js')]
    .filter((file) => /\.m?js$/.test(file))
    .flatMap((file) => commentsIn(parse(file, read(file))).flatMap((comment) => inText(file, comment)));
  expect(sentences([...styles, ...scripts])).toEqual([]);
});

it('no replaced word is in a document, nor in what the changelog says of the next release', () => {
  const sections = read('CHANGELOG.md').split(/^## /m);
  const unreleased = sections.find((section) => section.startsWith('[Unreleased]')) ?? '';
  const documents = ['README.md', 'CONTRIBUTING.md', 'SECURITY.md', ...filesIn('docs', '.md')]
    .filter((file) => !(file in DOCUMENTS_LEFT_OUT))
    .map((file): [string, string] => [file, read(file)]);
  const found = [...documents, ['CHANGELOG.md', unreleased] as const].flatMap(([file, text]) =>
    withoutCode(text)
      .split(/\n\s*\n/)
      .flatMap((paragraph) => inText(file, paragraph)),
  );
  expect(sentences(found)).toEqual([]);
});

it('each word that is meant where it stands is still there', () => {
  const unused = MEANT.filter(([file, word]) => !new RegExp(`\\b${word}\\b`, 'i').test(read(file)));
  expect(unused).toEqual([]);
});
