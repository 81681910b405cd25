import { lookup as lookUp } from 'node:dns';
import { Agent as HttpAgent, request as httpRequest } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import type { LookupFunction } from 'node:net';
import { urlToHttpOptions } from 'node:url';
import { codeOf } from '../../files/error-code';
import { isAddress, type MaySendTo } from '../addresses';
import type { AttemptOutcome } from '../verdict';

/** Posts to one URL. Redirects are not followed: where they lead, nobody configured. */

/** Most requests to a destination at a time. */
export const MAX_REQUESTS = 16;
/** Most milliseconds of an attempt, from looking up the name to the status of the answer. */
export const ATTEMPT_TIMEOUT_MS = 20_000;
/** Milliseconds that an idle connection is kept: less than the 5 s after which many servers close theirs. */
const IDLE_CONNECTION_MS = 4_000;
/** Most bytes of an answer that are read to keep its connection; nobody looks at them. */
const MAX_ANSWER_BYTES = 65_536;

const REFUSED = 'ADDRESS_REFUSED';

/** Looks names up, and gives only addresses that may be used: what a name stands for may change with each look. */
export const guardedLookup =
  (maySendTo: MaySendTo, look: typeof lookUp = lookUp): LookupFunction =>
  (hostname, options, callback) => {
    look(hostname, { ...options, all: true }, (error, found) => {
      if (error !== null) {
        callback(error, [], 0);
        return;
      }
      const usable = found.filter(({ address }) => maySendTo(address));
      const [first] = usable;
      // eslint-disable-next-line house/typed-errors -- as Node.js's own lookup fails, in whose place this stands
      if (first === undefined) callback(Object.assign(new Error('no public address'), { code: REFUSED }), [], 0);
      else if (options.all === true) callback(null, usable);
      else callback(null, first.address, first.family);
    });
  };

/** Header lines, names and values in turn. */
export type HeaderLines = readonly string[];

export interface Sender {
  /** Posts once; settles when the answer begins. */
  post(headers: HeaderLines, body: Buffer, signal: AbortSignal): Promise<AttemptOutcome>;
  close(): void;
}

/** @param url http or https */
export function createSender(options: {
  readonly url: string;
  readonly maySendTo: MaySendTo;
  readonly timeoutMs?: number;
}): Sender {
  const { maySendTo, timeoutMs = ATTEMPT_TIMEOUT_MS } = options;
  const url = new URL(options.url);
  const { hostname, port, path } = urlToHttpOptions(url);
  const isSecure = url.protocol === 'https:';
  const pool = { keepAlive: true, maxSockets: MAX_REQUESTS, timeout: IDLE_CONNECTION_MS };
  const agent = isSecure ? new HttpsAgent(pool) : new HttpAgent(pool);
  const lookup = guardedLookup(maySendTo);

  return {
    post(headers, body, signal) {
      // Where an address is given, nothing is looked up.
      if (isAddress(url.hostname) && !maySendTo(url.hostname)) {
        return Promise.resolve({ kind: 'failed', reason: REFUSED });
      }
      return new Promise((resolve) => {
        const lines = ['Host', url.host, ...headers, 'Content-Length', String(body.length)];
        const send = isSecure ? httpsRequest : httpRequest;
        const call = send({ agent, hostname, port, path, method: 'POST', headers: lines, lookup });
        let reason: string | null = null;
        const end = (why: string): void => {
          reason = why;
          call.destroy();
        };
        const stop = (): void => {
          end('STOPPED');
        };
        const timer = setTimeout(() => {
          end('TIMED_OUT');
        }, timeoutMs);
        const settle = (attempt: AttemptOutcome): void => {
          signal.removeEventListener('abort', stop);
          resolve(attempt);
        };
        if (signal.aborted) stop();
        else signal.addEventListener('abort', stop);
        call.on('error', (error) => {
          settle({ kind: 'failed', reason: reason ?? codeOf(error) ?? error.name });
        });
        call.once('close', () => {
          clearTimeout(timer);
          settle({ kind: 'failed', reason: reason ?? 'NO_ANSWER' });
        });
        call.once('response', (answer) => {
          let bytes = 0;
          answer.on('data', (chunk: Buffer) => {
            bytes += chunk.length;
            if (bytes > MAX_ANSWER_BYTES) call.destroy();
          });
          answer.on('error', () => undefined); // its status is all that counts
          settle({
            kind: 'answered',
            status: answer.statusCode ?? 0,
            retryAfter: answer.headers['retry-after'] ?? null,
          });
        });
        call.end(body);
      });
    },
    close: () => {
      agent.destroy();
    },
  };
}
