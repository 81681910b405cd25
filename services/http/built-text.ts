import { createHash } from 'node:crypto';
import type { RequestHandler } from 'express';

/**
 * Answers a text that is the same for everybody until there is another build: a client that has it is answered 304.
 * @param type its media type, or the ending of a file that has it
 * @param headers that the answer has besides
 */
export function answersBuilt(
  type: string,
  text: string,
  headers: Readonly<Record<string, string>> = {},
): RequestHandler {
  const etag = `"${createHash('sha256').update(text).digest('base64url')}"`;
  return (request, response) => {
    response.set({ ...headers, 'Cache-Control': 'no-cache', ETag: etag });
    if (request.fresh) response.status(304).end();
    else response.type(type).send(text);
  };
}
