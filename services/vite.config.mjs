import { readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { relative, resolve } from 'node:path';
import { defineConfig } from 'vite';

/**
 * Makes few files of many hundred: to find, read and compile these is half of what a start takes. Runs after the compiler,
 * and writes what processes and threads begin with in its place; who imports the package gets the compiler's files
 * (docs/decisions/037-few-files.md).
 */

const root = resolve(import.meta.dirname, '..');
const CHUNKS = 'services/chunks';
const VALIDATORS = resolve(root, 'dist/services/handle-order/receive/contract-validators.js');
const built = createRequire(resolve(root, 'dist/services/main.js'));
const { bin, imports } = JSON.parse(readFileSync(resolve(root, 'package.json'), 'utf8'));

/** What a process or a thread begins with, by its place in `dist`. */
const begun = ['./dist/services/main.js', ...Object.values(bin), ...Object.values(imports)]
  .map((path) => /^(?:\.\/)?dist\/(services\/[\w/-]+)\.js$/.exec(path)?.[1])
  .filter((path) => path !== undefined);

/** Nothing of an earlier build is left. */
const anew = {
  name: 'anew',
  buildStart: () => rmSync(resolve(root, 'dist', CHUNKS), { recursive: true, force: true }),
};

/** Takes the contracts as the build compiled them, and not what has them compiled. */
const compiledContracts = {
  name: 'compiled-contracts',
  enforce: 'pre',
  resolveId: (id) => (id.endsWith('/contract-validators') ? VALIDATORS : null),
};

const { codeVersion, FOLD_SOURCES } = built('./read-model/fold-version.js');
const { EVIDENCE_SOURCES } = built('./audit/evidence/evidence-code.js');
const versions = {
  'codeVersion(FOLD_SOURCES)': codeVersion(FOLD_SOURCES),
  'codeVersion(EVIDENCE_SOURCES)': codeVersion(EVIDENCE_SOURCES),
};

/** Says which version code is, in place of reading all of it at each start to say so. */
const versionsOfCode = {
  name: 'versions-of-code',
  transform: (code) => ({
    code: Object.entries(versions).reduce((text, [call, is]) => text.replaceAll(call, `'${is}'`), code),
    map: null,
  }),
};

/** Lets a module find other files from where the compiler puts it. */
const inPlace = {
  name: 'in-place',
  transform(code, id) {
    const folder = relative(root, resolve(id, '..'));
    if (!folder.startsWith('services')) return null;
    const place = `require('node:path').resolve(require.resolve('#package.json'), '../dist', '${folder}')`;
    return { code: code.replaceAll('__dirname', place), map: null };
  },
};

export default defineConfig({
  root,
  publicDir: false,
  plugins: [anew, compiledContracts, versionsOfCode, inPlace],
  // What is compiled for a machine, and what most services do without.
  ssr: { noExternal: true, external: ['better-sqlite3', '@eventstore/db-client', '@grpc/grpc-js'] },
  build: {
    ssr: true,
    target: 'es2023',
    outDir: 'dist',
    emptyOutDir: false,
    // Most of the licenses of what is in these files ask for it.
    license: { fileName: 'services/third-party-licenses.txt' },
    sourcemap: true,
    rolldownOptions: {
      external: /^#/,
      input: Object.fromEntries(begun.map((path) => [path, resolve(root, `${path}.ts`)])),
      output: {
        format: 'cjs',
        strict: true,
        entryFileNames: '[name].js',
        chunkFileNames: `${CHUNKS}/[name].js`,
      },
    },
  },
});
