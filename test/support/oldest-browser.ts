import type { BrowserContext } from 'playwright-core';

/**
 * What the oldest browsers that the pages support (docs/guides/embed-the-board.md) lack of what those of today have:
 * Safari 15.4, Chrome and Edge 94, Firefox 98. A name is here as soon as one of the four lacks it.
 */

const ITERATOR_HELPERS = 'drop every filter find flatMap forEach map reduce some take toArray'.split(' ');

/** Lit, or what calls them, looks first whether the browser has them. */
const GUARDED: ReadonlySet<string> = new Set(['adoptedStyleSheets', 'checkVisibility', 'replaceSync', 'wakeLock']);

const ON_OBJECTS: Readonly<Record<string, readonly string[]>> = {
  URL: ['canParse', 'parse'],
  AbortSignal: ['any', 'timeout'],
  Array: ['fromAsync'],
  'Array.prototype': ['findLast', 'findLastIndex', 'toReversed', 'toSorted', 'toSpliced', 'with'],
  Object: ['groupBy'],
  Map: ['groupBy'],
  Promise: ['try', 'withResolvers'],
  'Set.prototype': [
    'difference',
    'intersection',
    'isDisjointFrom',
    'isSubsetOf',
    'isSupersetOf',
    'symmetricDifference',
    'union',
  ],
  'String.prototype': ['isWellFormed', 'toWellFormed'],
  'Iterator.prototype': ITERATOR_HELPERS,
  RegExp: ['escape'],
  Math: ['f16round', 'sumPrecise'],
  ReadableStream: ['from'],
  'ReadableStream.prototype': ['values'],
  Response: ['json'],
  'Document.prototype': ['adoptedStyleSheets', 'startViewTransition'],
  'ShadowRoot.prototype': ['adoptedStyleSheets', 'setHTMLUnsafe'],
  'CSSStyleSheet.prototype': ['replace', 'replaceSync'],
  'Element.prototype': ['checkVisibility', 'computedStyleMap', 'setHTMLUnsafe'],
  'HTMLElement.prototype': ['attachInternals', 'hidePopover', 'popover', 'showPopover', 'togglePopover'],
  'HTMLDialogElement.prototype': ['requestClose'],
  'Navigator.prototype': ['userActivation', 'wakeLock'],
  Intl: ['DurationFormat', 'Segmenter'],
  window: [
    'CloseWatcher',
    'CompressionStream',
    'DecompressionStream',
    'ElementInternals',
    'EditContext',
    'Float16Array',
    'Highlight',
    'Iterator',
    'SharedWorker',
    'Temporal',
    'URLPattern',
    'cookieStore',
    'navigation',
    'reportError',
    'requestIdleCallback',
    'scheduler',
    'structuredClone',
  ],
};

/** Those that no code of ours or of others has another use for, so that reading a built script tells. */
export const NEWER_NAMES: readonly string[] = Object.values(ON_OBJECTS)
  .flat()
  .filter((name) => /^[a-z]+[A-Z]/.test(name) && !GUARDED.has(name) && !ITERATOR_HELPERS.includes(name));

/** Units of sizes of a container, and of a window whose bars come and go. */
export const NEWER_UNIT = /(?<=\d)(?:cq(?:i|b|w|h|min|max)|[dsl]v(?:h|w|i|b|min|max))\b/;

/**
 * Of style sheets: what the oldest browsers do not know, and therefore pass over. Container queries, their
 * units and those of a window whose bars come and go; `:has`, mixed colours, and boxes that clip without scrolling.
 */
const NEWER_STYLES = [
  /@container(?=[\s(])/,
  /container-type(?=\s*:)/,
  NEWER_UNIT,
  /:has(?=\()/,
  /color-mix(?=\()/,
  /(?<=overflow(?:-[xy])?:\s*)clip\b/,
];

const NEWER_STYLE = new RegExp(NEWER_STYLES.map(({ source }) => source).join('|'), 'g');

/** @returns a style sheet in which what the oldest browsers do not know is called as nothing is in any browser */
const stylesAsOldest = (css: string): string =>
  css.replace(NEWER_STYLE, (newer) => newer.replace(/[a-z]/, 'not-known-$&'));

/** To run before any script of a page: takes away what the oldest browsers lack. */
export const AS_OLDEST = `(() => {
  for (const [path, names] of Object.entries(${JSON.stringify(ON_OBJECTS)})) {
    const of = path.split('.').reduce((from, part) => from?.[part], window);
    for (const name of names) if (of !== undefined) delete of[name];
  }
  delete ReadableStream.prototype[Symbol.asyncIterator];
  const NEWER_STYLE = ${String(NEWER_STYLE)};
  const stylesAsOldest = ${String(stylesAsOldest)};
  const { supports } = CSS;
  CSS.supports = (...asked) => supports.apply(CSS, asked.map(stylesAsOldest));
  // Without adopted style sheets, this is how components get theirs.
  const { insertRule } = CSSStyleSheet.prototype;
  CSSStyleSheet.prototype.insertRule = function (rule, ...at) {
    return insertRule.call(this, stylesAsOldest(rule), ...at);
  };
})()`;

/** Has the pages of a context lack what the oldest browsers lack, in scripts and in styles. */
export async function lackAsOldest(context: BrowserContext): Promise<void> {
  await context.addInitScript({ content: AS_OLDEST });
  await context.route('**/*.css', async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, body: stylesAsOldest(await response.text()) });
  });
}
