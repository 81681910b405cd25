/** @returns a JSON pointer (RFC 6901) to what a path of keys and indexes leads to; '' for the whole. */
export const pointerOf = (path: readonly PropertyKey[]): string =>
  path.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
