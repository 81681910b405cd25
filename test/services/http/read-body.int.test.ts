import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import {
  type Body,
  createBodyReader,
  LEAST_BODY_BYTES_PER_SECOND,
  MAX_BODY_PARTS,
  type ReadBody,
} from '../../../services/http/read-body';
import { patiently, until } from '../../support/patience';
import { sendRaw } from '../../support/raw-http';
import { asReader, discard, type RunningService, startService } from '../../support/running-service';

/** Most bytes of heap that a part of one byte may leave: a buffer of its own would be some hundreds. */
const MOST_BYTES_A_PART = 50;

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;
const heapUsed = (): number => {
  collect();
  return process.memoryUsage().heapUsed;
};

const CHUNKED = 'Transfer-Encoding: chunked\r\n\r\n';
const post = (headers: string, path = '/handle-order'): string =>
  `POST ${path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n${headers}`;
const chunk = (text: string): string => `${text.length.toString(16)}\r\n${text}\r\n`;

describe('reader of bodies', () => {
  const servers: Server[] = [];
  const sockets: Socket[] = [];
  afterEach(() => {
    for (const socket of sockets.splice(0)) socket.destroy();
    for (const server of servers.splice(0)) server.close();
  });

  /** Serves a reader of bodies; `came` says how each body came to its end, in that order. */
  async function serve(read: ReadBody): Promise<{ url: string; came: Body[]; bytesRead: () => number }> {
    const came: Body[] = [];
    const server = createServer((request, response) => {
      void read(request, response).then((body) => {
        came.push(body);
        if (body.kind === 'whole') response.setHeader('Connection', 'close');
        response.end(body.kind);
      });
    });
    servers.push(server);
    const taken: Socket[] = [];
    server.on('connection', (socket) => taken.push(socket));
    const bytesRead = (): number => taken.reduce((sum, socket) => sum + socket.bytesRead, 0);
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    return { url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`, came, bytesRead };
  }

  function open(url: string, bytes: string): Socket {
    const { hostname, port } = new URL(url);
    const socket = connect(Number(port), hostname);
    socket.on('error', () => undefined);
    socket.write(bytes);
    sockets.push(socket);
    return socket;
  }

  it.each([1, 7, 100, 4_096, 65_536])('a body in parts of %i bytes is read as it was sent', async (size) => {
    const { url, came } = await serve(createBodyReader({ limit: 300_000 }));
    const text = Array.from({ length: Math.min(200_000, size * 1_000) }, (_, n) => String(n % 10)).join('');
    const parts = text.match(new RegExp(`.{1,${String(size)}}`, 'g')) ?? [];
    const answer = await sendRaw(url, `${post(CHUNKED)}${parts.map(chunk).join('')}0\r\n\r\n`);
    expect(answer).toContain('whole');
    expect(came.map((body) => body.kind === 'whole' && body.bytes.toString() === text)).toEqual([true]);
  });

  it('a body of one-byte parts costs little more than its bytes while it is read', async () => {
    const { url, bytesRead } = await serve(createBodyReader({ limit: 300_000, slowStartMs: patiently(60_000) }));
    const bodies = 20;
    const bytes = post(CHUNKED) + '1\r\nx\r\n'.repeat(MAX_BODY_PARTS - 1);
    const before = heapUsed();
    for (let n = 0; n < bodies; n++) open(url, bytes);
    await until('the bodies to come', () => bytesRead() === bodies * bytes.length);
    const each = (heapUsed() - before) / bodies / MAX_BODY_PARTS;
    expect(each).toBeLessThan(MOST_BYTES_A_PART);
  });

  it('a body in too many parts is given up, and its connection closed', async () => {
    const { url, came } = await serve(createBodyReader({ limit: 300_000 }));
    const sender = open(url, post(CHUNKED) + '1\r\nx\r\n'.repeat(100_000)).resume();
    await until('it to be closed', () => sender.closed);
    expect(came).toEqual([{ kind: 'too-many-parts' }]);
  });

  it('a body that comes more slowly than it may is given up with its connection, and one that is fast enough is not', async () => {
    const { url, came } = await serve(createBodyReader({ limit: 300_000, slowStartMs: 0, checkMs: 10 }));
    const second = 'x'.repeat(LEAST_BODY_BYTES_PER_SECOND);
    // As many bytes as an hour takes, so that a busy machine does not make it slow.
    const enough = open(url, `${post('Content-Length: 250001\r\n\r\n')}${second.repeat(240)}`);
    const slow = open(url, `${post('Content-Length: 250001\r\n\r\n')}x`).resume();
    await until('the slow one to be closed', () => slow.closed);
    expect(came).toEqual([{ kind: 'too-slow' }]);
    enough.write('x'.repeat(250_001 - 240 * second.length));
    await until('the other one to be whole', () => came.length > 1);
    expect(came[1]?.kind).toBe('whole');
  });

  it('where there is no room for all bodies, those are given up that have been coming for the longest', async () => {
    const { url, came } = await serve(createBodyReader({ limit: 100_000, room: 250_000 }));
    const half = `${post('Content-Length: 100000\r\n\r\n')}${'x'.repeat(60_000)}`;
    const connections = [1, 2, 3, 4, 5, 6].map(() => open(url, half).resume());
    await until('the first two to be closed', () => connections.slice(0, 2).every(({ destroyed }) => destroyed));
    expect(new Set(came.map(({ kind }) => kind))).toEqual(new Set(['no-room']));
    expect(connections.at(-1)?.destroyed).toBe(false);
    const whole = await sendRaw(url, `${post('Content-Length: 10\r\n\r\n')}0123456789`);
    expect(whole).toContain('whole');
  });
});

describe('bodies that come to the service', () => {
  let service: RunningService;
  beforeAll(async () => {
    service = await startService();
  });
  afterAll(() => discard(service));

  it('a delivery in too many parts gets 413 and is asked to come in one piece', async () => {
    const answer = await sendRaw(service.url, post(CHUNKED) + '1\r\nx\r\n'.repeat(MAX_BODY_PARTS + 1));
    expect(answer).toMatch(/^HTTP\/1\.1 413 /);
    expect(answer).toContain('with a Content-Length');
    expect(answer).toMatch(/^Connection: close\r$/m);
  });

  it('a delivery whose body stops coming gets 408, long before the time for a whole request is over', async () => {
    const answer = await sendRaw(service.url, `${post('Content-Length: 100\r\n\r\n')}{`);
    expect(answer).toMatch(/^HTTP\/1\.1 408 /);
    expect(answer).toContain('urn:ticket-rail:problem:body-too-slow');
    const { text } = await service.get('/metrics');
    expect(text).toContain('ticket_rail_deliveries_total{outcome="too-slow"} 1\n');
  });

  it.each([
    ['GET', '/screens'],
    ['GET', '/screens/assets/ticket-rail-board.js'],
    ['PUT', '/handle-order'],
    ['POST', '/login'],
    ['POST', '/quarantine/0/redrive'],
  ])('a body in very many parts ends the connection of a %s %s', async (method, path) => {
    const { hostname, port } = new URL(service.url);
    const socket = connect(Number(port), hostname);
    socket.on('error', () => undefined);
    socket.resume();
    const head = `${method} ${path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: ${asReader['Authorization'] ?? ''}\r\n`;
    socket.write(head + CHUNKED);
    const flood = setInterval(() => socket.write('1\r\nx\r\n'.repeat(1_000)), 5);
    await until('the connection to be closed', () => socket.destroyed, patiently(5_000)).finally(() => {
      clearInterval(flood);
      socket.destroy();
    });
    expect((await service.call('/healthz')).status).toBe(200);
  });
});
