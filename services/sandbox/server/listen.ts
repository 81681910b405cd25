import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Milliseconds that open connections have to end when the sandbox stops. */
const CLOSE_MS = 1_000;

/**
 * Starts a server.
 * @returns the server, and a URL by which it can be called.
 * @throws what Node says if the address cannot be listened on
 */
export async function listen(host: string, port: number): Promise<{ readonly server: Server; readonly url: string }> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  const { address, port: bound, family } = server.address() as AddressInfo; // it listens on a port
  // An address that stands for all of them is none to call.
  const callable =
    address === '0.0.0.0' ? '127.0.0.1' : address === '::' ? '[::1]' : family === 'IPv6' ? `[${address}]` : address;
  return { server, url: `http://${callable}:${String(bound)}` };
}

/** Resolves when the server has no connection any more. */
export const close = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    const timer = setTimeout(() => {
      server.closeAllConnections();
    }, CLOSE_MS);
    server.close(() => {
      clearTimeout(timer);
      resolve();
    });
    server.closeIdleConnections();
  });
