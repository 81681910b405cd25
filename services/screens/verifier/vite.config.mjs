import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { defineConfig } from 'vite';
import { MORE_ZONES } from './zone-names.mjs';

/**
 * Builds the verifier: one HTML file, with all code and style in it, that runs from a disk. The code is that of `ticket-rail
 * verify`; what it uses of Node stands in `node/`. Runs after the server was built, whose code makes evidence.
 */

const here = import.meta.dirname;
const root = resolve(here, '../../..');
const built = createRequire(join(root, 'dist', 'services', 'audit', 'evidence', 'index.js'));
const { evidenceCode } = built('./evidence-code.js');
const { zoneRules } = built('./zone-rules.js');
const { isTimeZone } = built('../../../schemas/local-time.js');
const { enVerifier } = built('../../../schemas/language/verifier/en.js');
const { EVIDENCE_MESSAGES } = built('../../../schemas/language/sentences/evidence-messages.js');
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

/**
 * The rules of each zone by its name in small letters, for zones are known by any case: by them the verifier knows whether its
 * browser has the same as this Node.js.
 */
const zones = Object.fromEntries(
  [...Intl.supportedValuesOf('timeZone'), ...MORE_ZONES]
    .filter(isTimeZone)
    .map((zone) => [zone.toLowerCase(), zoneRules(zone)]),
);

/** The messages of each language but English, which is in the script: the page's own, and those of sentences about orders. */
const languages = Object.fromEntries(
  [
    ['es', 'es', 'es'],
    ['fr-CA', 'fr-ca', 'frCa'],
    ['pt-BR', 'pt-br', 'ptBr'],
    ['zh-Hans', 'zh-hans', 'zhHans'],
  ].map(([tag, file, name]) => {
    const own = built(`../../../schemas/language/verifier/${file}.js`)[`${name}Verifier`];
    const ofAuditors = built(`../../../schemas/language/auditors/${file}.js`)[`${name}Auditors`];
    const sentences = Object.keys(EVIDENCE_MESSAGES).map((id) => [id, ofAuditors[id]]);
    return [tag, { ...Object.fromEntries(sentences), ...own }];
  }),
);

/** An element that says a message, with the elements in its places, if there are any. */
const SAYS = /(<(\w+)[^>]*\bdata-say="([\w.]+)"[^>]*>)([\s\S]*?)(<\/\2>)/g;
const PLACED = /<(\w+) data-place="(\w+)">[^<]*<\/\1>/g;

/** @returns the page with its English words in it, as it is before its script has run. */
const inEnglish = (html) =>
  html.replaceAll(SAYS, (_, start, _name, id, inside, end) => {
    const message = enVerifier[id];
    if (message === undefined) throw new Error(`There is no message ${id}.`);
    const placed = new Map([...inside.matchAll(PLACED)].map(([element, , place]) => [place, element]));
    return `${start}${message.replaceAll(/\{(\w+)\}/g, (_place, name) => placed.get(name))}${end}`;
  });

const read = (name) => readFileSync(join(here, name), 'utf8');
const sourceOf = (text) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

/** What the page may do: run its own script and style, by their hashes, and nothing else. */
const policyOf = (script, style) =>
  [
    "default-src 'none'",
    `script-src ${sourceOf(script)}`,
    `style-src ${sourceOf(style)}`,
    "base-uri 'none'",
    "form-action 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join('; ');

const LICENSES = 'verifier-licenses.txt';

/** Puts script, style and licenses into the page, in place of files of their own. */
const oneFile = {
  name: 'one-file',
  generateBundle: { order: 'post', handler: writePage },
};

function writePage(_options, bundle) {
  const licenses = bundle[LICENSES]?.source ?? '';
  delete bundle[LICENSES];
  const [chunk, ...others] = Object.values(bundle);
  if (chunk?.type !== 'chunk' || others.length > 0) throw new Error('The verifier has to be one script.');
  delete bundle[chunk.fileName];
  if (!licenses.includes('\n## ') || /--!?>/.test(licenses))
    throw new Error('The licenses have to fit into a comment.');
  // Nothing in the script may end its element.
  const script = chunk.code.replaceAll('</script', '<\\/script').replaceAll('<!--', '<\\!--');
  const style = read('../browser/shared/styles/document.css') + read('verifier.css');
  const parts = {
    '{{policy}}': policyOf(script, style),
    '{{version}}': version,
    '<!-- languages -->': JSON.stringify(languages).replaceAll('<', '\\u003c'),
    '<!-- style -->': `<style>${style}</style>`,
    '<!-- script -->': `<script>${script}</script>`,
    // Most of them ask to be in every copy.
    '<!-- licenses -->': `<!--\n${licenses.trim()}\n-->`,
  };
  const source = inEnglish(read('verifier.html')).replaceAll(/\{\{\w+\}\}|<!-- \w+ -->/g, (part) => parts[part]);
  this.emitFile({ type: 'asset', fileName: 'verifier.html', source });
}

const inNode = (name) => resolve(here, 'node', name);

export default defineConfig({
  root: here,
  publicDir: false,
  plugins: [oneFile],
  define: { EVIDENCE_CODE: JSON.stringify(evidenceCode()), ZONE_RULES: JSON.stringify(zones) },
  resolve: {
    alias: [
      { find: 'node:crypto', replacement: inNode('crypto.ts') },
      { find: 'node:buffer', replacement: inNode('bytes.ts') },
      { find: 'node:timers/promises', replacement: inNode('timers.ts') },
    ],
  },
  build: {
    // As ../browser/vite.config.mjs.
    target: ['safari15.4', 'chrome94', 'edge94', 'firefox98'],
    outDir: resolve(root, 'dist/screens'),
    emptyOutDir: false,
    modulePreload: false,
    reportCompressedSize: false,
    license: { fileName: LICENSES },
    rolldownOptions: {
      input: join(here, 'verifier-page.ts'),
      transform: { inject: { Buffer: [inNode('bytes.ts'), 'Buffer'] } },
      output: { format: 'iife', entryFileNames: 'verifier.js' },
    },
  },
});
