import { readFileSync, writeFileSync } from 'node:fs';
import { type Growth, pageOf } from './growth-report';

/** `npm run bench:page -- RESULTS...`: makes the page on performance of what `npm run bench:growth -- --out` has written. */

const PAGE = 'docs/performance.md';

writeFileSync(
  PAGE,
  pageOf(process.argv.slice(2).map((file) => JSON.parse(readFileSync(file, 'utf8')) as Growth)), // of our own making
);
