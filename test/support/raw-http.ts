import { connect } from 'node:net';
import { patiently } from './patience';

/** Milliseconds from one drop of a trickle to the next. */
const DROP_INTERVAL_MS = 100;
/** Milliseconds after which a peer that does not close is given up on. */
const GIVE_UP_MS = patiently(15_000);

/**
 * Sends bytes that no HTTP client would, and what `drop` says over and over.
 * @returns what came back until the other side closed.
 */
export function sendRaw(url: string, bytes: string, drop?: string): Promise<string> {
  const { hostname, port } = new URL(url);
  return new Promise((done, failed) => {
    const socket = connect(Number(port), hostname);
    let received = '';
    const trickle = drop === undefined ? undefined : setInterval(() => socket.write(drop), DROP_INTERVAL_MS);
    const giveUp = setTimeout(() => {
      socket.destroy(new Error(`the peer did not close; it sent ${JSON.stringify(received)}`));
    }, GIVE_UP_MS);
    let error: Error | null = null;
    socket.on('data', (chunk) => (received += String(chunk)));
    socket.on('error', (cause: NodeJS.ErrnoException) => {
      // A reset is one way to close.
      if (cause.code !== 'ECONNRESET' && cause.code !== 'EPIPE') error = cause;
    });
    socket.on('end', () => socket.end());
    socket.on('close', () => {
      clearInterval(trickle);
      clearTimeout(giveUp);
      if (error === null) done(received);
      else failed(error);
    });
    socket.write(bytes);
  });
}
