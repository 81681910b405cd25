import { join } from 'node:path';
import { openLogReader } from '../../services/event-store/sqlite/reader';

/**
 * What a rebuild is compared with: a process that reads the same events in the same order, and does nothing with them.
 * Prints how many.
 */
const PAGE_EVENTS = 1_000;
const [directory = '.', file = ''] = process.argv.slice(2);
const reader = openLogReader(join(directory, file));
let count = 0;
for (let after = 0, full = true; full;) {
  const page = reader.page(after, '', PAGE_EVENTS);
  count += page.events.length;
  after = page.last ?? after;
  full = page.full;
}
console.log(count);
