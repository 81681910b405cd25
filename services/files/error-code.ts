/** @returns the code that Node.js and SQLite give their errors, such as `ENOENT`; null if there is none. */
export function codeOf(error: unknown): string | null {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : null;
  return typeof code === 'string' ? code : null;
}
