import { join } from 'node:path';
import Database from 'better-sqlite3';

/**
 * What a rebuild is compared with: a process that reads the same rows in the same order, parses their JSON, and does
 * nothing with it. Prints how many.
 */
const [directory = '.', file = ''] = process.argv.slice(2);
const db = new Database(join(directory, file), { readonly: true, fileMustExist: true });
const rows = db
  .prepare<[], { data: string; metadata: string }>(
    'SELECT position, stream, revision, type, data, metadata FROM events ORDER BY position',
  )
  .iterate();
let count = 0;
for (const { data, metadata } of rows) {
  JSON.parse(data);
  JSON.parse(metadata);
  count += 1;
}
console.log(count);
