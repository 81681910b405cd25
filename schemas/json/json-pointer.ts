/** JSON pointers (RFC 6901). */

/** @returns a key as a pointer names it. */
export const escapeKey = (key: string): string => key.replaceAll('~', '~0').replaceAll('/', '~1');

/** @returns a pointer to what a path of keys and indexes leads to; '' for the whole. */
export const pointerOf = (path: readonly PropertyKey[]): string =>
  path.map((part) => `/${escapeKey(String(part))}`).join('');

/** @returns the keys that a pointer goes by; none for the whole. */
export const keysOf = (pointer: string): string[] =>
  pointer
    .split('/')
    .slice(1)
    .map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'));
