import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'vite';
import { INSTALLABLE } from './pages.mjs';

const here = import.meta.dirname;

/** Pictures of a page as an app; they keep their names, for the service names them (services/screens/install-route.ts). */
const ICONS = ['icon-192.png', 'icon-512.png', 'icon-whole-512.png'];

const hashOf = (content, encoding) => createHash('sha256').update(content).digest(encoding);

/** Returns the names of all parts that pages need now or later: each file names those that it loads. */
function partsOf(pages, folder) {
  const all = readdirSync(folder);
  const needed = new Set();
  const waiting = [...pages];
  for (const text of waiting) {
    for (const name of all) {
      if (needed.has(name) || !text.includes(name)) continue;
      needed.add(name);
      waiting.push(/\.(?:js|css)$/.test(name) ? readFileSync(join(folder, name), 'utf8') : '');
    }
  }
  return [...needed].sort();
}

/** Returns what the worker keeps (kept/model/shell.ts), of what was built. */
function shellOf(dist) {
  const pages = INSTALLABLE.map((name) => readFileSync(join(dist, `${name}.html`), 'utf8'));
  const assets = join(dist, 'assets');
  const parts = Object.fromEntries(
    partsOf(pages, assets).map((name) => [name, `sha256-${hashOf(readFileSync(join(assets, name)), 'base64')}`]),
  );
  const version = hashOf(JSON.stringify([pages, parts]), 'base64url').slice(0, 16);
  return { version, documents: INSTALLABLE, parts };
}

/** Adds the service worker to the pages that were built: one script that names all that it keeps. */
export const serviceWorker = {
  name: 'service-worker',
  generateBundle() {
    for (const name of ICONS) {
      this.emitFile({ type: 'asset', fileName: `assets/${name}`, source: readFileSync(join(here, 'icons', name)) });
    }
  },
  async writeBundle({ dir }) {
    await build({
      configFile: false,
      root: here,
      publicDir: false,
      logLevel: 'warn',
      define: { __SHELL__: JSON.stringify(shellOf(dir)) },
      build: {
        target: this.environment.config.build.target,
        outDir: dir,
        emptyOutDir: false,
        reportCompressedSize: false,
        rolldownOptions: {
          input: join(here, 'kept/shell-worker.ts'),
          output: { format: 'iife', entryFileNames: 'service-worker.js' },
        },
      },
    });
  },
};
