import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

/** A request as the POS got it. */
export interface PosRequest {
  readonly method: string;
  readonly path: string;
  readonly rawHeaders: readonly string[];
  readonly body: Buffer;
}

/** The order injection of a POS: a real HTTP server that keeps what it gets, and answers as a test tells it. */
export interface Pos {
  readonly url: string;
  readonly requests: readonly PosRequest[];
  /** Answers from now on; default: accepts every order. */
  answer: (response: ServerResponse, request: PosRequest) => void;
  /** Waits until it got so many requests since it was started. */
  got(count: number): Promise<void>;
  close(): Promise<void>;
}

/** An answer that accepts an order. */
export const accept =
  (providerId: string) =>
  (response: ServerResponse): void => {
    response.writeHead(200, { 'Content-Type': 'application/json' });
    response.end(JSON.stringify({ order: { provider_id: providerId } }));
  };

export async function startPos(): Promise<Pos> {
  const requests: PosRequest[] = [];
  const sockets = new Set<Socket>();
  let waiting: (() => void)[] = [];
  const take = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const chunks: Buffer[] = [];
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
    const { method = '', url = '', rawHeaders } = request;
    const got = { method, path: url, rawHeaders, body: Buffer.concat(chunks) };
    requests.push(got);
    for (const wake of waiting.splice(0)) wake();
    pos.answer(response, got);
  };
  const server = createServer((request, response) => {
    // A sender that goes away in the middle of its request is nothing to a POS.
    take(request, response).catch(() => response.destroy());
  });
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const pos: Pos = {
    url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`,
    requests,
    answer: accept('pos_order_1'),
    got: async (count) => {
      while (requests.length < count) await new Promise<void>((wake) => (waiting = [...waiting, wake]));
    },
    close: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
  return pos;
}
