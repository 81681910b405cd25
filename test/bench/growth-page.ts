import { readFileSync, writeFileSync } from 'node:fs';
import { type Growth, pageOf } from './growth-report';

/** `npm run bench:page -- PAGE RESULTS...`: makes a page of what `npm run bench:growth -- --out` has written. */

const [page, ...results] = process.argv.slice(2);
if (page === undefined) throw new Error('which page?');
writeFileSync(page, pageOf(results.map((file) => JSON.parse(readFileSync(file, 'utf8')) as Growth))); // of our own making
