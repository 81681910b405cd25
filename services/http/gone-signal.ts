import type { ServerResponse } from 'node:http';

/**
 * @returns what is aborted when the answer is taken or the client is gone, at once if that was so before: a closed
 *   answer does not say so again.
 */
export function goneSignal(response: ServerResponse): AbortSignal {
  const gone = new AbortController();
  response.once('close', () => {
    gone.abort();
  });
  if (response.destroyed) gone.abort();
  return gone.signal;
}
