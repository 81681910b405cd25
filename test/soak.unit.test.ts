import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What a soak repeats more often than each whole run does is in the list of what a soak runs. */

const SUFFIX = '.e2e.test.ts';
const LISTED = /const SOAK = \[(.*?)\]/s.exec(readFileSync(join(__dirname, '..', 'jest.config.js'), 'utf8'))?.[1] ?? '';
const soaked = [...LISTED.matchAll(/'([^']+)'/g)].map(([, name]) => name);

const moreInSoak = (text: string): boolean =>
  [...text.matchAll(/repeated\(\{[^}]*\ball: ([^,}]+), soak: ([^,} ]+) ?\}\)/g)].some(([, all, soak]) => all !== soak);

it('every file of tests that a soak repeats more often is in the list of what a soak runs, and there is no other', () => {
  const files = readdirSync(__dirname, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith(SUFFIX));
  const repeating = files.filter((path) => moreInSoak(readFileSync(join(__dirname, path), 'utf8')));
  expect(repeating.map((path) => path.slice(0, -SUFFIX.length)).sort()).toEqual([...soaked].sort());
});
