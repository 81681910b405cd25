/**
 * @param data text without line breaks, as JSON is: it is one `data` line
 * @returns a server-sent event (HTML Living Standard, 9.2).
 */
export const eventFrame = (event: string, data: string, id: string | null = null): string =>
  `${id === null ? '' : `id: ${id}\n`}event: ${event}\ndata: ${data}\n\n`;

/** What makes an answer a stream of server-sent events (HTML Living Standard, 9.2). */
export const EVENT_STREAM_HEADERS: Readonly<Record<string, string>> = {
  'Content-Type': 'text/event-stream',
  // Proxies that compress collect what they are sent first, and messages wait there: `no-transform` keeps them from it.
  'Cache-Control': 'no-store, no-transform',
  // Asks nginx and its kin not to hold messages back.
  'X-Accel-Buffering': 'no',
};
