import { writeFileSync } from 'node:fs';
import { GENERATED_DOCUMENTS } from './generated';

/** Writes every generated document (`npm run docs`), from the root of the repository. */
async function main(): Promise<void> {
  for (const { path, render } of GENERATED_DOCUMENTS) writeFileSync(path, await render());
}

void main();
