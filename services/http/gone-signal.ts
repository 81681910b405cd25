import type { ServerResponse } from 'node:http';

/**
 * @returns what is aborted when the answer is taken or whoever asked is gone, at once if that was so before: a closed answer
 *   does not tell again.
 */
export function goneSignal(response: ServerResponse): AbortSignal {
  const gone = new AbortController();
  response.once('close', () => {
    gone.abort();
  });
  if (response.destroyed) gone.abort();
  return gone.signal;
}
