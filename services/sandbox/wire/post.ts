import { createHmac } from 'node:crypto';
import { Agent, type ClientRequest, type IncomingHttpHeaders, request as httpRequest } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';

/** Most bytes of an answer that are kept; the rest is read and dropped. */
const MAX_ANSWER_BYTES = 65_536;
/** Milliseconds for one exchange. Stream's own patience is not documented; comparable senders wait 5 to 30 s. */
export const ANSWER_TIMEOUT_MS = 15_000;

/** What became of one request. */
export type Exchange =
  | {
      readonly kind: 'answered';
      readonly status: number;
      readonly headers: IncomingHttpHeaders;
      /** At most {@link MAX_ANSWER_BYTES} of it. */
      readonly body: string;
      /** Milliseconds from the beginning to the end of the answer. */
      readonly ms: number;
    }
  | {
      readonly kind: 'no-answer';
      /** Why, in a sentence for people. */
      readonly reason: string;
      readonly ms: number;
    };

export interface PostOptions {
  readonly url: string;
  readonly body: Uint8Array;
  readonly headers?: Readonly<Record<string, string>>;
  /** Milliseconds for the whole exchange. */
  readonly timeoutMs: number;
  readonly agent?: Agent;
  /** Cuts the connection as soon as all of the request, or so many bytes of its body, are out, without waiting for an answer. */
  readonly cut?: { readonly afterBytes: number };
}

/**
 * @returns the signature of exactly these bytes, as Stream makes it: HMAC-SHA256 in hex (docs/protocol.md#section-3).
 */
export const signatureOf = (body: Uint8Array, secret: string): string =>
  createHmac('sha256', secret).update(body).digest('hex');

/** @returns whether a status acknowledges what was posted: any 2xx does. */
export const isSuccess = (status: number): boolean => status >= 200 && status < 300;

/** @returns what keeps connections to the server of a URL open between requests, so many at most */
export function agentFor(url: string, connections: number): Agent {
  const options = { keepAlive: true, maxSockets: connections };
  return url.startsWith('https:') ? new HttpsAgent(options) : new Agent(options);
}

/** @returns whether Node sends this text as the value of a header: bytes of ISO 8859-1 without control characters but tab. */
export const isHeaderValue = (text: string): boolean => /^[\t\x20-\x7e\x80-\xff]*$/.test(text);

/** Posts bytes once. Never throws: neither for what the other side does nor for what cannot be sent at all. */
export function post({ url, body, headers = {}, timeoutMs, agent, cut }: PostOptions): Promise<Exchange> {
  const begun = performance.now();
  const elapsed = (): number => performance.now() - begun;
  return new Promise((resolve) => {
    let request: ClientRequest;
    try {
      request = (url.startsWith('https:') ? httpsRequest : httpRequest)(url, {
        method: 'POST',
        headers: { 'Content-Length': body.length, ...headers },
        ...(agent ? { agent } : {}),
      });
    } catch (error) {
      // Such as a header that HTTP does not know how to write.
      resolve({ kind: 'no-answer', reason: error instanceof Error ? error.message : String(error), ms: elapsed() });
      return;
    }
    const failed = (reason: string): void => {
      clearTimeout(timer);
      resolve({ kind: 'no-answer', reason, ms: elapsed() });
      request.destroy();
    };
    const timer = setTimeout(() => {
      failed(`no answer within ${String(timeoutMs)} ms`);
    }, timeoutMs);
    request.on('error', (error) => {
      failed(error.message);
    });
    request.on('response', (response) => {
      const chunks: Buffer[] = [];
      let kept = 0;
      response.on('data', (chunk: Buffer) => {
        if (kept < MAX_ANSWER_BYTES) chunks.push(chunk.subarray(0, MAX_ANSWER_BYTES - kept));
        kept += chunk.length;
      });
      response.on('error', (error) => {
        failed(`the answer broke off: ${error.message}`);
      });
      response.on('end', () => {
        clearTimeout(timer);
        const text = Buffer.concat(chunks).toString('utf8');
        const { statusCode: status = 0, headers: answered } = response;
        resolve({ kind: 'answered', status, headers: answered, body: text, ms: elapsed() });
      });
    });
    if (cut === undefined) {
      request.end(body);
      return;
    }
    request.write(body.subarray(0, cut.afterBytes), () => {
      failed('the connection was cut on purpose');
    });
  });
}
