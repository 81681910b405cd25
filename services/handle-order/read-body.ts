import type { IncomingMessage } from 'node:http';

export type Body =
  | { readonly kind: 'whole'; readonly bytes: Buffer }
  /** Over the limit; the rest is not kept. */
  | { readonly kind: 'too-large' }
  /** The sender went away before the end. */
  | { readonly kind: 'cut-off' };

/**
 * Reads the raw body, exactly as it comes: a signature is over these bytes.
 * @param limit most bytes; a body that says or turns out to be longer is not read to its end
 */
export function readBody(request: IncomingMessage, limit: number): Promise<Body> {
  const declared = Number(request.headers['content-length'] ?? 0);
  if (declared > limit) return Promise.resolve({ kind: 'too-large' });
  return new Promise((resolve) => {
    let first: Buffer | null = null;
    let chunks: Buffer[] | null = null;
    let length = 0;
    const settle = (body: Body): void => {
      request.removeListener('data', onData);
      resolve(body);
    };
    const onData = (chunk: Buffer): void => {
      length += chunk.length;
      if (length > limit) settle({ kind: 'too-large' });
      else if (first === null) first = chunk;
      else (chunks ??= [first]).push(chunk);
    };
    request.on('data', onData);
    request.once('end', () => {
      settle({ kind: 'whole', bytes: chunks === null ? (first ?? Buffer.alloc(0)) : Buffer.concat(chunks, length) });
    });
    request.once('close', () => {
      settle({ kind: 'cut-off' });
    });
    request.once('error', () => {
      settle({ kind: 'cut-off' });
    });
  });
}
