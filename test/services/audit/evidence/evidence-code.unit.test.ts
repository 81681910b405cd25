import { readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import ts from 'typescript';
import { evidenceCode, EVIDENCE_SOURCES } from '../../../../services/audit/evidence/evidence-code';

const ROOT = resolve(__dirname, '..', '..', '..', '..');
const OURS = 'services/audit/evidence';

/** @returns the files of ours that a file runs: without what it imports types of, which is gone once it is built. */
function runBy(file: string): string[] {
  const { outputText } = ts.transpileModule(readFileSync(join(ROOT, file), 'utf8'), {
    compilerOptions: { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2023 },
  });
  return ts
    .preProcessFile(outputText)
    .importedFiles.filter(({ fileName }) => fileName.startsWith('.'))
    .map(({ fileName }) => relative(ROOT, resolve(ROOT, dirname(file), `${fileName.replace(/\.js$/, '')}.ts`)));
}

function allRunBy(...files: string[]): string[] {
  const found = new Set(files);
  for (const file of found) for (const next of runBy(file)) found.add(next);
  return [...found].sort();
}

describe('what identifies the code of evidence', () => {
  it('the code of evidence is every file that makes a bundle from events, so that none of them changes unnoticed', () => {
    const files = allRunBy(`${OURS}/make-bundle.ts`, `${OURS}/read-order.ts`);
    for (const known of [
      'schemas/json/exact-json.ts',
      'projections/history/summary.ts',
      'services/http/html-text.ts',
    ]) {
      expect(files).toContain(known);
    }
    const missing = files.filter(
      (path) =>
        !EVIDENCE_SOURCES.some(
          ({ directory, file }) => path.startsWith(`${directory}/`) && file.test(relative(directory, path)),
        ),
    );
    expect(missing).toEqual([]);
  });

  it('the code of evidence is identified in the same way each time', () => {
    expect(evidenceCode()).toMatch(/^[0-9a-f]{16}-[\w.]+$/);
    expect(evidenceCode()).toBe(evidenceCode());
  });
});
