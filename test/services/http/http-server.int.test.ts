import { once } from 'node:events';
import type { RequestListener } from 'node:http';
import { connect, type Socket } from 'node:net';
import { Connections, type DropReason } from '../../../services/http/connections';
import { HttpServer } from '../../../services/http/http-server';
import { patiently, until } from '../../support/patience';

/** More than the buffers of both ends of a connection hold. */
const LARGE = 'x'.repeat(32 * 1024 * 1024);

const answers: RequestListener = (request, response) => {
  response.end(request.url === '/large' ? LARGE : 'small');
};

let server: HttpServer;
let connections: Connections;
let url: URL;
const dropped: DropReason[] = [];
const sockets: Socket[] = [];
/** The server's ends of all connections. */
const ends = new Set<Socket>();

async function serve(
  options: { most?: number; mostStrangers?: number; mostUnread?: number; stalledMs?: number },
  listener = answers,
) {
  const { most = 100, mostStrangers = Infinity, mostUnread = Infinity, stalledMs = patiently(60_000) } = options;
  dropped.length = 0;
  connections = new Connections({ most, mostStrangers, mostUnread, onDropped: (reason) => dropped.push(reason) });
  server = new HttpServer(connections, listener, { requestTimeoutMs: patiently(60_000), stalledMs });
  server.on('connection', (socket) => ends.add(socket));
  url = new URL(await server.listenOn(0, '127.0.0.1'));
}

afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await server.drain(0);
});

/** Asks for a path, and reads on only if it is told to. */
async function ask(path: string, reads: boolean, localAddress = '127.0.0.1'): Promise<Socket> {
  const socket = connect({ port: Number(url.port), host: url.hostname, localAddress });
  sockets.push(socket);
  socket.on('error', () => undefined);
  await new Promise((done) => socket.once('connect', done));
  socket.write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`);
  if (reads) socket.resume();
  return socket;
}

const open = (): Promise<number> =>
  new Promise((done) => {
    server.getConnections((_error, count) => {
      done(count);
    });
  });

it('an answer that nobody reads is given up with its connection, and one that is slow to come is not', async () => {
  let finish = (): void => undefined;
  await serve({ stalledMs: 300 }, (request, response) => {
    if (request.url === '/slow') {
      finish = () => {
        response.end('slow');
      };
    } else answers(request, response);
  });
  const slow = await ask('/slow', true);
  await ask('/large', false);
  await until('the answer to be given up', () => dropped.length > 0);
  expect(dropped).toEqual(['stalled']);
  expect(slow.destroyed).toBe(false);
  const received = once(slow, 'data').then(String);
  finish();
  expect(await received).toContain('200 OK');
});

it('an answer that is read slowly is read to its end', async () => {
  const stalledMs = patiently(2_000);
  await serve({ stalledMs });
  const socket = await ask('/large', false);
  const begun = performance.now();
  let bytes = 0;
  // Each pause is far shorter than what is allowed, and all of them are longer.
  let next = 0;
  socket.on('data', (chunk) => {
    bytes += chunk.length;
    if (bytes < next) return;
    next += LARGE.length / 8;
    socket.pause();
    setTimeout(() => socket.resume(), stalledMs / 5);
  });
  socket.resume();
  await until('all of it, or its end', () => bytes >= LARGE.length || dropped.length > 0, 4 * stalledMs);
  expect(dropped).toEqual([]);
  expect(performance.now() - begun).toBeGreaterThan(stalledMs);
});

it('a server without room closes the connection that has shown nothing for the longest, for one that comes', async () => {
  await serve({ most: 3 });
  const reader = await ask('/', true);
  const stranger = await ask('/', true);
  const stream = await ask('/', true);
  await until('all to be there', async () => (await open()) === 3);
  const shown: ('token' | 'signature' | null)[] = ['token', null, 'signature'];
  const theirs = await serverSides([reader, stranger, stream]);
  theirs.forEach((socket, index) => {
    const what = shown[index] ?? null;
    if (what !== null) connections.show(socket, what);
  });
  const second = await ask('/', true);
  await until('the stranger to be displaced', () => stranger.destroyed);
  const third = await ask('/', true);
  await until('the other stranger to be displaced', () => second.destroyed);
  const [theirThird] = await serverSides([third]);
  if (theirThird !== undefined) connections.show(theirThird, 'signature');
  const fourth = await ask('/', true);
  await until('the reader, who is idle, to be displaced', () => reader.destroyed);
  const [theirFourth] = await serverSides([fourth]);
  if (theirFourth !== undefined) connections.show(theirFourth, 'signature');
  const fifth = await ask('/', true);
  await until('the last one to be refused', () => fifth.destroyed);
  expect([stream, third, fourth].map(({ destroyed }) => destroyed)).toEqual([false, false, false]);
  expect(dropped).toEqual(['displaced', 'displaced', 'displaced', 'refused']);
});

it('a network has no more connections on which nothing was shown than it may, and the others keep theirs', async () => {
  await serve({ mostStrangers: 2 });
  const elsewhere = await ask('/', true, '127.0.0.2');
  const stream = await ask('/', true);
  await until('both to be there', async () => (await open()) === 2);
  const [, theirStream] = await serverSides([elsewhere, stream]);
  if (theirStream !== undefined) connections.show(theirStream, 'signature');
  const strangers = [await ask('/', true), await ask('/', true), await ask('/', true)];
  await until('a stranger of the network to be closed', () => strangers.some(({ destroyed }) => destroyed));
  await until('the others to be left', async () => (await open()) === 4);
  expect(strangers.filter(({ destroyed }) => destroyed)).toHaveLength(1);
  expect([elsewhere, stream].map(({ destroyed }) => destroyed)).toEqual([false, false]);
  expect(dropped).toEqual(['crowded']);
});

it('where too much waits to be read in all, the connection is closed on which most does', async () => {
  await serve({ mostUnread: 1.5 * LARGE.length });
  const sizes = await Promise.all([ask('/large', false), ask('/large', false)]);
  await until('one to be closed', () => dropped.length === 1);
  expect(dropped).toEqual(['unread']);
  expect(sizes).toHaveLength(2);
  expect(await open()).toBe(1);
});

it('a server that stops leaves an answer that is written time to be read, and closes idle connections at once', async () => {
  await serve({});
  const idle = await ask('/', true);
  await new Promise((done) => idle.once('data', done));
  const reading = await ask('/large', false);
  await new Promise((done) => reading.once('readable', done));
  const stopped = server.drain(patiently(10_000));
  await until('the idle one to be closed', () => idle.destroyed);
  let bytes = 0;
  reading.on('data', (chunk) => (bytes += chunk.length));
  await stopped;
  await until('all to be read', () => reading.destroyed);
  expect(bytes).toBeGreaterThan(LARGE.length);
});

/** @returns the server's ends of connections, in the order of `clients` */
async function serverSides(clients: readonly Socket[]): Promise<Socket[]> {
  return until('the server to have them', () => {
    const byPort = new Map(
      [...ends].filter((socket) => !socket.destroyed).map((socket) => [socket.remotePort, socket] as const),
    );
    const found = clients.map(({ localPort }) => byPort.get(localPort)).filter((socket) => socket !== undefined);
    return found.length === clients.length ? found : null;
  });
}
