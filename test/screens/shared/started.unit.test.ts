import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const BROWSER = resolve(__dirname, '../../../services/screens/browser');
/** Read without its script, and so it says nothing of one. */
const NEEDS_NO_SCRIPT = ['example-page.ts'];

it('the script of each page takes away the sentence for browsers that cannot run it, as the last thing', () => {
  const rooms = readdirSync(BROWSER, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  const pages = rooms.flatMap(({ name }) =>
    readdirSync(join(BROWSER, name))
      .filter((file) => file.endsWith('-page.ts') && name !== 'feed' && !NEEDS_NO_SCRIPT.includes(file))
      .map((file) => join(BROWSER, name, file)),
  );
  expect(pages.length).toBeGreaterThan(8);
  expect(pages.filter((file) => !readFileSync(file, 'utf8').endsWith('\nstarted();\n'))).toEqual([]);
});
