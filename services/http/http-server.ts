import { type RequestListener, Server, type ServerOptions } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Connections } from './connections';
import { oneAtATime } from './one-at-a-time';

/** Most milliseconds that a sender may take for the headers of a request. */
const HEADERS_TIMEOUT_MS = 10_000;
/** Milliseconds that an idle connection is kept: longer than the idle time of common proxies and load balancers. */
const KEEP_ALIVE_TIMEOUT_MS = 65_000;
/** How often connections are compared with the limits, in milliseconds. */
const CONNECTION_CHECK_MS = 1_000;
/** Milliseconds from one look for idle connections to the next, while the server stops. */
const DRAIN_CHECK_MS = 20;
/**
 * Milliseconds after which an answer that is not read on is given up, with its connection. The system keeps some
 * megabytes of it for a reader who is only slow.
 */
export const STALLED_ANSWER_MS = 60_000;

/** The server of the service: one request of a connection at a time, and no connection that only costs. */
export class HttpServer extends Server {
  readonly #tracked: Connections;

  /** @param stalledMs as {@link STALLED_ANSWER_MS} */
  constructor(
    connections: Connections,
    listener: RequestListener,
    { requestTimeoutMs, stalledMs = STALLED_ANSWER_MS }: { requestTimeoutMs: number; stalledMs?: number },
  ) {
    const options: ServerOptions = {
      headersTimeout: Math.min(HEADERS_TIMEOUT_MS, requestTimeoutMs),
      requestTimeout: requestTimeoutMs,
      keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS,
      connectionsCheckingInterval: CONNECTION_CHECK_MS,
    };
    super(
      options,
      oneAtATime(
        (request, response) => {
          connections.begin(request.socket);
          listener(request, response);
        },
        (socket) => {
          connections.end(socket);
        },
      ),
    );
    this.#tracked = connections;
    this.on('connection', (socket) => {
      connections.add(socket);
    });
    this.setTimeout(stalledMs, (socket) => {
      connections.timedOut(socket);
    });
    const checks = setInterval(() => {
      connections.boundUnread();
    }, CONNECTION_CHECK_MS).unref();
    this.once('close', () => {
      clearInterval(checks);
    });
  }

  /** Node's own takes an answer that is written for one that was taken, and `close` calls this. */
  override closeIdleConnections(): void {
    this.#tracked.closeIdle();
  }

  /** @returns the URL where it listens */
  async listenOn(port: number, host: string): Promise<string> {
    await new Promise<void>((resolve, reject) => {
      this.once('error', reject);
      this.listen(port, host, () => {
        this.removeListener('error', reject);
        resolve();
      });
    });
    const { port: actual } = this.address() as AddressInfo; // it listens on a port
    return `http://${host.includes(':') ? `[${host}]` : host}:${String(actual)}`;
  }

  /** Ends the server: idle connections at once, the others when their answers are taken or the time is over. */
  async drain(withinMs: number): Promise<void> {
    const closed = new Promise((resolve) => this.close(resolve));
    const idle = setInterval(() => {
      this.closeIdleConnections();
    }, DRAIN_CHECK_MS);
    const force = setTimeout(() => {
      this.closeAllConnections();
    }, withinMs);
    await closed;
    clearInterval(idle);
    clearTimeout(force);
  }
}
