import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** The form of the decision records, as docs/decisions/README.md describes it. */

const FOLDER = resolve(__dirname, '../../docs/decisions');
const PARTS = ['Status', 'Context', 'Choice', 'Alternatives rejected', 'Price'];
/** Most lines of a record, rows of tables apart: what is to be looked up belongs to docs/reference. */
const MOST_LINES = 40;
const WIDTH = 120;

const names = readdirSync(FOLDER)
  .filter((name) => name !== 'README.md')
  .sort();
const records = names.map((name) => ({ name, text: readFileSync(join(FOLDER, name), 'utf8') }));
const index = readFileSync(join(FOLDER, 'README.md'), 'utf8');

/** Targets of the relative links of a text, without anchors. */
const linksOf = (text: string): string[] =>
  [...text.matchAll(/\]\((?!https?:|#)([^)#]+)[^)]*\)/g)].map(([, path]) => path ?? '');

it('the decision records are numbered from 001 without gaps', () => {
  const numbers = names.map((name) => /^(\d{3})-[a-z0-9-]+\.md$/.exec(name)?.[1]);
  expect(numbers).toEqual(names.map((_, place) => String(place + 1).padStart(3, '0')));
});

it.each(records)(
  'decision record $name has its number, a title and the five parts in their order',
  ({ name, text }) => {
    expect(text).toMatch(new RegExp(`^# ${name.slice(0, 3)} \\S.*\n\n\\*\\*Status\\.\\*\\* `));
    expect([...text.matchAll(/^\*\*(.+?)\.\*\*/gm)].map(([, part]) => part)).toEqual(PARTS);
  },
);

it.each(records)('decision record $name has a status with a date', ({ text }) => {
  expect(text).toMatch(/^\*\*Status\.\*\* (Accepted|Superseded by \d{3}) on \d{4}-\d{2}-\d{2}[.;]/m);
});

it.each(records)('decision record $name names at least one alternative with its reason', ({ text }) => {
  const [, list = ''] = /\*\*Alternatives rejected\.\*\*\n\n([\s\S]*?)\n\n\*\*Price/.exec(text) ?? [];
  const alternatives = list.split(/\n(?=- )/);
  expect(alternatives.length).toBeGreaterThan(0);
  expect(alternatives.filter((one) => !/^- \*[^*]+\*: \S[\s\S]*\.$/.test(one))).toEqual([]);
});

it.each([...records, { name: 'README.md', text: index }])(
  'the document docs/decisions/$name fits on a screen, within 120 columns, and links only to files that are there',
  ({ text }) => {
    const lines = text.split('\n').filter((line) => !line.startsWith('|'));
    expect(lines.length).toBeLessThanOrEqual(MOST_LINES);
    expect(lines.filter((line) => line.length > WIDTH)).toEqual([]);
    expect(linksOf(text).filter((path) => !existsSync(join(FOLDER, path)))).toEqual([]);
  },
);

it('the index of the decisions lists every record with its title and status', () => {
  const rows = records.map(({ name, text }) => {
    const [, number, title] = /^# (\d{3}) (.*)$/m.exec(text) ?? [];
    const [, status, date] = /^\*\*Status\.\*\* (.+?) on ([\d-]+)/m.exec(text) ?? [];
    return `| [${String(number)}](${name}) | ${String(title)} | ${String(status)} ${String(date)} |`;
  });
  expect(index.split('\n').filter((line) => line.startsWith('| ['))).toEqual(rows);
});
