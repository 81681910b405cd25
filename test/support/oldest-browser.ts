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

/** To run before any script of a page: takes away what the oldest browsers lack. */
export const AS_OLDEST = `(() => {
  for (const [path, names] of Object.entries(${JSON.stringify(ON_OBJECTS)})) {
    const of = path.split('.').reduce((from, part) => from?.[part], window);
    for (const name of names) if (of !== undefined) delete of[name];
  }
  delete ReadableStream.prototype[Symbol.asyncIterator];
})()`;
