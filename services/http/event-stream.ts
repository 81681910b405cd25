import type { IncomingMessage, ServerResponse } from 'node:http';

/** One who reads a stream. */
export interface StreamClient {
  /** Takes a part of the stream; may be called until `end`. */
  send(text: string): void;
  /** Bytes that were sent and not taken yet; none after its end. */
  readonly buffered: number;
  end(): void;
}

/** @returns the client at the other end of an HTTP answer. */
const clientAt = (response: ServerResponse): StreamClient => ({
  send: (text) => {
    response.write(text);
  },
  get buffered() {
    return response.destroyed ? 0 : response.writableLength;
  },
  end: () => {
    // Not `end`, which would wait for what a slow client does not take.
    response.destroy();
  },
});

/** Waits until what was sent is taken, as far as the operating system says. @returns whether the client is still there */
export async function isTaken(response: ServerResponse): Promise<boolean> {
  if (response.writableNeedDrain && !response.destroyed) {
    await new Promise<void>((resolve) => {
      const end = (): void => {
        response.off('drain', end).off('close', end);
        resolve();
      };
      response.on('drain', end).on('close', end);
    });
  }
  return !response.destroyed;
}

/**
 * @param data text without line breaks, as JSON is: it is one `data` line
 * @returns a server-sent event (HTML Living Standard, 9.2).
 */
export const eventFrame = (event: string, data: string, id: string | null = null): string =>
  `${id === null ? '' : `id: ${id}\n`}event: ${event}\ndata: ${data}\n\n`;

/** What makes an answer a stream of server-sent events (HTML Living Standard, 9.2). */
const EVENT_STREAM_HEADERS = new Map([
  ['Content-Type', 'text/event-stream; charset=utf-8'],
  // Proxies that compress collect what they are sent first, and messages wait there: `no-transform` keeps them from it.
  ['Cache-Control', 'no-store, no-transform'],
  // Asks nginx and its kin not to hold messages back.
  ['X-Accel-Buffering', 'no'],
]);

/**
 * Begins a stream of server-sent events.
 * @returns who gets it; null if only the head of the answer was asked for, which is sent then
 */
export function beginStream({ method }: IncomingMessage, response: ServerResponse): StreamClient | null {
  response.setHeaders(EVENT_STREAM_HEADERS);
  if (method !== 'HEAD') return clientAt(response);
  response.end();
  return null;
}
