import { connect, type Socket } from 'node:net';

/**
 * What strangers and one reader with a token may try so that deliveries are not taken any more, all at once. A process of
 * its own, so that its work delays no measurement: `node attackers.js URL TOKEN LOCATION ORDER ROUNDS`. It tells of its
 * beginning with a line, and ends with what its reads were answered.
 */

/** Connections that ask once and then only stay. */
const CROWD = 2_100;
/** Connections on which requests wait behind each other, each round. */
const PIPELINES = 20;
/** Bodies of one-byte chunks at a time. */
const BODIES = 6;
/** Large reads at a time; half of them are never read on. */
const READS = 40;
/** Connections that are closed while what was asked on them has only begun. */
const GONE = 40;

const [address = '', token = '', location = '', order = '', rounds = '1'] = process.argv.slice(2);
const { hostname, port } = new URL(address);
const open = new Set<Socket>();
let isOver = false;

function send(bytes: string): Socket {
  const socket = connect(Number(port), hostname);
  open.add(socket);
  socket.on('error', () => undefined);
  socket.once('close', () => open.delete(socket));
  socket.write(bytes);
  return socket;
}

const requestFor = (path: string, headers = ''): string => `GET ${path} HTTP/1.1\r\nHost: localhost\r\n${headers}\r\n`;
const readFor = (path: string): string => requestFor(path, `Authorization: Bearer ${token}\r\n`);

const LARGE_READS = [
  `/locations/${location}/orders?limit=1000`,
  `/locations/${location}/orders/${order}/history?limit=1000`,
  '/history?format=ndjson',
  `/audit/orders?location_id=${location}&limit=1000&verdict=reopened`,
  `/locations/${location}/orders?limit=1000&as_of=2100-01-01T00:00:00Z`,
];

/** Comes back whenever it is sent away. */
function joinCrowd(): void {
  if (isOver) return;
  const socket = send(requestFor('/healthz')).resume();
  socket.once('close', () => {
    setTimeout(joinCrowd, 100);
  });
}

/** @returns the status of the answer, when all of it was read, or the connection closed */
function answer(path: string): Promise<string> {
  return new Promise((done) => {
    const socket = connect(Number(port), hostname);
    let status = 'none';
    socket.on('error', () => undefined);
    socket.once('data', (chunk) => (status = /^HTTP\/1\.1 (\d+)/.exec(String(chunk))?.[1] ?? 'none'));
    socket.resume();
    socket.once('close', () => {
      done(status);
    });
    socket.write(requestFor(path, `Authorization: Bearer ${token}\r\nConnection: close\r\n`));
  });
}

async function round(counts: Map<string, number>): Promise<void> {
  const held: Socket[] = [];
  for (let n = 0; n < PIPELINES; n++) {
    held.push(send(requestFor('/openapi.json').repeat(32)).pause());
  }
  for (let n = 0; n < BODIES; n++) {
    const head = 'POST /handle-order HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n';
    held.push(send(head + '1\r\nx\r\n'.repeat(100_000)).pause());
  }
  for (let n = 0; n < GONE; n++) {
    const socket = send(readFor(n % 2 === 0 ? '/history?format=ndjson' : `/locations/${location}/live`));
    socket.once('connect', () => setTimeout(() => socket.destroy(), n % 10));
  }
  const reads = Array.from({ length: READS }, (_, n) => LARGE_READS[n % LARGE_READS.length] ?? '');
  for (const path of reads.slice(READS / 2)) held.push(send(readFor(path)).pause());
  for (const status of await Promise.all(reads.slice(0, READS / 2).map(answer))) {
    counts.set(status, (counts.get(status) ?? 0) + 1);
  }
  for (const socket of held) socket.destroy();
}

async function main(): Promise<void> {
  for (let n = 0; n < CROWD; n++) joinCrowd();
  process.stdout.write('attacking\n');
  const counts = new Map<string, number>();
  for (let n = 0; n < Number(rounds); n++) await round(counts);
  isOver = true;
  for (const socket of open) socket.destroy();
  process.stdout.write(`${JSON.stringify(Object.fromEntries(counts))}\n`);
}

void main();
