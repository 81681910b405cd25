import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/**
 * Most requests that may wait on one connection while another is answered. Browsers and Stream do not pipeline
 * (RFC 9112 section 9.3.2); a connection with more waiting is closed. So is one on which a body in chunks waits: nobody
 * reads it yet, and a chunk of one byte costs some hundreds.
 */
export const MAX_WAITING_REQUESTS = 32;

/** Requests of one connection that came while another was being answered, in their order. */
type Waiting = [IncomingMessage, ServerResponse][];

/**
 * Hands the requests of each connection on one after the other, each only when the answer before it is complete.
 *
 * Node parses a pipelined request, and calls its listener, while the answer before it still has the connection. Until
 * an answer has the connection, nothing notifies it that the connection was closed, so whatever a route opened for it
 * (a file, a seat at the live feed, a place of an export) would stay open for ever. Behind this listener every answer
 * has its connection, and a request whose connection was closed meanwhile never reaches a route.
 * @param onEnd called when an answer is taken, or given up, and before the next request is handed on
 */
export function oneAtATime(listener: RequestListener, onEnd: (socket: Socket) => void): RequestListener {
  const waitingBySocket = new WeakMap<Socket, Waiting>();

  const begin = (request: IncomingMessage, response: ServerResponse, waiting: Waiting): void => {
    response.once('close', () => {
      onEnd(request.socket);
      const next = waiting.shift();
      if (next === undefined || request.socket.destroyed) waitingBySocket.delete(request.socket);
      else begin(...next, waiting);
    });
    listener(request, response);
  };

  return (request, response) => {
    const { socket } = request;
    const waiting = waitingBySocket.get(socket);
    if (waiting === undefined) {
      const none: Waiting = [];
      waitingBySocket.set(socket, none);
      begin(request, response, none);
    } else if (waiting.length < MAX_WAITING_REQUESTS && request.headers['transfer-encoding'] === undefined) {
      waiting.push([request, response]);
    } else {
      socket.destroy();
    }
  };
}
