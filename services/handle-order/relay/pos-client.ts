import { Agent as HttpAgent, type ClientRequest, type IncomingMessage, request as httpRequest } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { urlToHttpOptions } from 'node:url';
import { codeOf } from '../../files/error-code';
import { requestHeaders } from './relay-headers';

/**
 * Milliseconds that an idle connection to the POS is kept: less than the 5 s after which node's servers, and so many a
 * POS, close theirs. A request on a connection that is just being closed fails, and may not be repeated (RFC 9110
 * section 9.2.2).
 */
const IDLE_CONNECTION_MS = 4_000;

/** An error that says why a call to the POS was ended from here. */
export class Ended extends Error {
  override readonly name = 'Ended';
  constructor(readonly code: 'TIMED_OUT' | 'STOPPED') {
    super(code);
  }
}

/** An error that says why what the POS sent is not an answer. */
export class NoAnswer extends Error {
  override readonly name = 'NoAnswer';
  constructor(readonly code: 'BAD_STATUS' | 'CLOSED' | 'INCOMPLETE') {
    super(code);
  }
}

/** @returns a word for an error, and nothing else: messages and fields of node's HTTP errors repeat what came. */
export const wordFor = (error: unknown): string => codeOf(error) ?? (error instanceof Error ? error.name : 'UNKNOWN');

/** A request as it goes on. */
export interface RequestToPos {
  /** As it came: its method and headers go on. */
  readonly request: IncomingMessage;
  readonly body: Buffer;
  readonly requestId: string;
}

/** The POS's order injection, as its caller sees it. */
export class PosClient {
  readonly #url: URL;
  /** In place of the sender's `Authorization`, or null to leave that as it came. */
  readonly #authorization: string | null;
  /** Its own, so that a POS that hangs takes connections of nothing else. */
  readonly #agent: HttpAgent;

  /**
   * @param url http or https; user and password in it replace the sender's `Authorization`
   * @param connections most at a time
   */
  constructor(url: string, connections: number) {
    this.#url = new URL(url);
    const credentials = [this.#url.username, this.#url.password].map(decodeURIComponent).join(':');
    this.#authorization = credentials === ':' ? null : `Basic ${Buffer.from(credentials).toString('base64')}`;
    const pool = { keepAlive: true, maxSockets: connections, timeout: IDLE_CONNECTION_MS };
    this.#agent = this.#isSecure ? new HttpsAgent(pool) : new HttpAgent(pool);
  }

  get #isSecure(): boolean {
    return this.#url.protocol === 'https:';
  }

  /** @returns the call, and the POS's answer as soon as it begins; ends with an error when `signal` is given. */
  ask(from: RequestToPos, signal: AbortSignal): Promise<{ call: ClientRequest; answer: IncomingMessage }> {
    return new Promise((resolve, reject) => {
      const call = this.#open(from);
      let answer: IncomingMessage | null = null;
      signal.addEventListener('abort', () => {
        const reason = signal.reason as Ended; // what ends calls gives no other reason
        reject(reason); // a call that still waits for a connection reports its end only when it gets one
        answer?.destroy(reason);
        call.destroy(reason);
      });
      call.on('error', reject);
      call.once('close', () => {
        reject(new NoAnswer('CLOSED'));
      });
      call.once('response', (came) => {
        const status = came.statusCode ?? 0;
        if (status < 200 || status > 599) {
          call.destroy(new NoAnswer('BAD_STATUS'));
          return;
        }
        answer = came;
        resolve({ call, answer: came });
      });
      call.end(from.body);
    });
  }

  /** Lets go of all connections. */
  close(): void {
    this.#agent.destroy();
  }

  #open({ request, body, requestId }: RequestToPos): ClientRequest {
    const { hostname, port, path } = urlToHttpOptions(this.#url);
    const headers = requestHeaders(request.rawHeaders, {
      host: this.#url.host,
      bodyBytes: body.length,
      requestId,
      authorization: this.#authorization,
    });
    const send = this.#isSecure ? httpsRequest : httpRequest;
    return send({ agent: this.#agent, hostname, port, path, method: request.method ?? 'POST', headers });
  }
}
