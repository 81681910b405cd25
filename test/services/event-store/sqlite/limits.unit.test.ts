import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const SOURCES = join(__dirname, '../../../../services/event-store/sqlite');
/** Read once in a while, each time many rows. */
const SELDOM = ['check/check-log-file.ts', 'upgrade-log.ts'];

it('no statement by which the log is read has a bare parameter as its LIMIT, for SQLite plans it anew at each call', () => {
  const files = readdirSync(SOURCES, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));
  expect(files).toContain('reader.ts');
  const bare = files.filter((name) => readFileSync(join(SOURCES, name), 'utf8').includes('LIMIT ?'));
  expect(bare.sort()).toEqual(SELDOM);
});
