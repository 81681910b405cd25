import { readdirSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { MAX_WAITING_REQUESTS } from '../../../services/http/one-at-a-time';
import { until } from '../../support/patience';
import { sendRaw } from '../../support/raw-http';
import { discard, type RunningService, startService } from '../../support/running-service';
import { updated } from '../../support/screen-lab';

/** Connections that are opened with requests waiting on them, and closed. */
const CONNECTIONS = 20;
/** Descriptors that a connection which is just being closed may still have, and those of the store's own. */
const SLACK = 10;

let service: RunningService;
let location: string;

beforeAll(async () => {
  service = await startService({ STREAM_WEBHOOK_SECRETS: '', READERS: '' });
  location = '/locations/pos_location_456';
  await service.deliver(updated({ location_id: 'pos_location_456', order_id: 'pos_order_123' }));
});
afterAll(() => discard(service));

const descriptors = (): number => readdirSync(`/proc/${String(service.process.pid)}/fd`).length;

const metric = async (name: string): Promise<number> => {
  const { text } = await service.get('/metrics');
  return Number(new RegExp(`^${name} (\\d+)`, 'm').exec(text)?.[1]);
};

const requestFor = (path: string, header = ''): string => `GET ${path} HTTP/1.1\r\nHost: localhost\r\n${header}\r\n`;

/** Every path of the API and one of each kind of file, as a browser or a reader would ask for it. */
async function everyPath(): Promise<string[]> {
  const { paths } = (await service.get('/openapi.json')).json as { paths: Record<string, object> };
  const ids: Readonly<Record<string, string>> = {
    location_id: 'pos_location_456',
    order_id: 'pos_order_123',
    quarantine_id: '0',
  };
  const ofApi = Object.entries(paths)
    .filter(([, methods]) => 'get' in methods)
    .map(([path]) => path.replace(/\{(\w+)\}/g, (_, name: string) => ids[name] ?? name));
  const pages = ['/screens', '/screens/board', '/audit', '/docs', '/openapi.json', '/login'];
  const exports = ['/history?format=ndjson', `${location}/history?format=csv`];
  return [...new Set([...ofApi, ...pages, ...exports, '/screens/assets/ticket-rail-board.js'])];
}

/** Opens the live feed, which never ends, and sends other requests behind it on the same connection. */
async function openWith(behind: string): Promise<Socket> {
  // Once it has everything, no feed is told to ask again.
  await service.get(`${location}/orders`);
  const { hostname, port } = new URL(service.url);
  const socket = connect(Number(port), hostname);
  let received = '';
  socket.on('data', (chunk) => (received += String(chunk)));
  socket.on('error', () => undefined);
  socket.write(requestFor(`${location}/live`, 'Accept: text/event-stream\r\n') + behind);
  await until('the feed to begin', () => received.includes('event: snapshot'));
  return socket;
}

it('requests that wait on one connection leave nothing open in the service when it is closed, on any route', async () => {
  const paths = await everyPath();
  expect(paths.length).toBeGreaterThan(20);
  // The connections over which the test itself asks are kept alive: they are no news of what is left open.
  await Promise.all(Array.from({ length: CONNECTIONS }, () => service.get(`${location}/orders`)));
  const before = descriptors();
  for (const path of paths) {
    const sockets = await Promise.all(
      Array.from({ length: CONNECTIONS }, () => openWith(requestFor(path).repeat(MAX_WAITING_REQUESTS))),
    );
    for (const socket of sockets) socket.destroy();
    await until(`the screens behind ${path} to be gone`, async () => (await metric('ticket_rail_live_clients')) === 0);
  }
  await until('the descriptors to be given back', () => descriptors() <= before + SLACK);
  // Every place of an export is free again: as many as are sent at a time begin at once.
  const exports = await Promise.all([1, 2, 3, 4].map(() => service.get('/history?format=ndjson')));
  expect(exports.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
});

it('requests that wait on one connection are answered whole and in their order', async () => {
  const paths = ['/healthz', `${location}/orders/pos_order_123`, '/nowhere', '/healthz'];
  const last = requestFor('/openapi.json', 'Connection: close\r\n');
  const received = await sendRaw(service.url, paths.map((path) => requestFor(path)).join('') + last);
  expect(received.match(/HTTP\/1\.1 \d+/g)).toEqual([
    'HTTP/1.1 200',
    'HTTP/1.1 200',
    'HTTP/1.1 404',
    'HTTP/1.1 200',
    'HTTP/1.1 200',
  ]);
  const marks = ['ok\n', '"order_id":"pos_order_123"', 'not-found', 'ok\n', '"openapi"'];
  const places = marks.reduce<number[]>((found, mark) => [...found, received.indexOf(mark, found.at(-1) ?? 0)], []);
  expect(places).toEqual([...places].sort((one, other) => one - other));
  expect(places).not.toContain(-1);
});

it('deliveries that wait on one connection are each recorded and answered', async () => {
  const deliveries = Array.from({ length: MAX_WAITING_REQUESTS }, (_, number) => {
    const body = JSON.stringify(updated({ location_id: 'pipelined', order_id: `order-${String(number)}` }));
    const length = `Content-Length: ${String(Buffer.byteLength(body))}`;
    return `POST /handle-order HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n${length}\r\n\r\n${body}`;
  });
  const received = await sendRaw(service.url, deliveries.join('') + requestFor('/healthz', 'Connection: close\r\n'));
  expect(received.match(/"outcome":"recorded"/g)).toHaveLength(MAX_WAITING_REQUESTS);
  const { orders } = (await service.get('/locations/pipelined/orders')).json as { orders: unknown[] };
  expect(orders).toHaveLength(MAX_WAITING_REQUESTS);
});

it('a connection on which more requests wait than are allowed is closed', async () => {
  const socket = await openWith('');
  socket.write(requestFor('/healthz').repeat(MAX_WAITING_REQUESTS + 1));
  await until('the connection to be closed', () => socket.destroyed);
  expect(socket.bytesWritten).toBeGreaterThan(0);
});

it('a connection on which a body in chunks waits behind an answer is closed', async () => {
  const socket = await openWith('');
  socket.write('POST /handle-order HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n{\r\n');
  await until('the connection to be closed', () => socket.destroyed);
  expect(socket.bytesWritten).toBeGreaterThan(0);
});
