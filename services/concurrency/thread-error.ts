/** What another thread was to answer does not come: it has ended, or failed with the message. */
export class ThreadError extends Error {
  override readonly name = 'ThreadError';
}
