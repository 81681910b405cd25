import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Files whose code is taken together: those of a directory, from the root, whose paths in it are of a form. */
export type Sources = readonly { readonly directory: string; readonly file: RegExp }[];

/** Everything that decides what state a history folds to: the folds, the codec, the vocabulary and what sources are called. */
export const FOLD_SOURCES: Sources = [
  { directory: 'projections', file: /\.(js|ts)$/ },
  {
    directory: 'schemas',
    file: /^(json\/json-object|events\/(order-events|rail-actions)|vocabulary|words\/source-words)\.(js|ts)$/,
  },
];

/**
 * @returns what identifies the folds in this build, taken from their own code, so that a changed fold makes the read
 * model anew without anyone having to remember a number. A change that changes nothing costs one rebuild.
 */
export const foldVersion = (): string => codeVersion(FOLD_SOURCES);

/**
 * @returns what identifies code in this build, taken from the code itself. In programs, the build has put it in place of the
 * call (services/vite.config.mjs), so that no start reads all of that code.
 */
export function codeVersion(sources: Sources): string {
  const root = join(__dirname, '..', '..');
  const hash = createHash('sha256');
  for (const { directory, file } of sources) {
    const all = readdirSync(join(root, directory), { recursive: true, encoding: 'utf8' });
    const names = all.filter((name) => file.test(name) && !name.endsWith('.d.ts'));
    for (const name of names.sort()) hash.update(name).update(readFileSync(join(root, directory, name)));
  }
  return hash.digest('hex').slice(0, 16);
}
