/** What a page asked for came otherwise than it must; the message says how, to developers. */
export class LoadingError extends Error {
  override readonly name = 'LoadingError';
}
