import { resolve } from 'node:path';
import { defineConfig } from 'vite';
import { pageInputs, shell } from './pages.mjs';
import { serviceWorker } from './service-worker.mjs';

const here = import.meta.dirname;

/** Modules of a few hundred bytes that most pages need. */
const SMALL_AND_SHARED =
  /(shared\/(model\/(clock|lateness|known-location|feed-message|words)|say-parts|query|started|field-events|page-words)|kept\/later|schemas\/(files\/thresholds|words\/source-words))\.ts$|lit-html\/(directive|directive-helpers|directives\/(live|repeat))\.js$/;

/** Builds the pages below /screens and, under a name that stays, the component that others embed. */
export default defineConfig({
  root: here,
  base: '/screens/',
  publicDir: false,
  plugins: [shell, serviceWorker],
  // Pages that embed the component load it from another path or host, so that its parts name each other relatively.
  experimental: { renderBuiltUrl: (_name, { hostType }) => (hostType === 'js' ? { relative: true } : undefined) },
  build: {
    // The oldest browsers that docs/guides/embed-the-board.md names.
    target: ['safari15.4', 'chrome94', 'edge94', 'firefox98'],
    outDir: resolve(here, '../../../dist/screens'),
    emptyOutDir: true,
    // Most of the licenses of what is in these files ask for it.
    license: { fileName: 'third-party-licenses.txt' },
    // The content security policy allows no inline script and no data URL.
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    reportCompressedSize: false,
    rolldownOptions: {
      input: {
        ...pageInputs,
        'ticket-rail-board': resolve(here, 'board/ticket-rail-board.ts'),
      },
      preserveEntrySignatures: 'allow-extension',
      output: {
        entryFileNames: ({ name }) => `assets/${name === 'ticket-rail-board' ? name : `${name}-[hash]`}.js`,
        chunkFileNames: 'assets/[name]-[hash].js',
        assetFileNames: 'assets/[name]-[hash][extname]',
        // Each file costs some hundred bytes of its own, so that what is small and on most pages is one.
        codeSplitting: {
          groups: [{ name: 'shared', test: SMALL_AND_SHARED, includeDependenciesRecursively: false }],
        },
      },
    },
  },
});
