import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { join, resolve } from 'node:path';
import { createTicketRail } from '../../../services/server/ticket-rail';
import { EXAMPLES } from '../../support/deliveries';
import { until } from '../../support/patience';
import { call, sign, temporaryDirectory } from '../../support/running-service';

/** The service as a part of another application: the example of docs/guides/use-as-a-library.md, as it stands there. */

const ROOT = resolve(__dirname, '..', '..', '..');
const GUIDE = readFileSync(join(ROOT, 'docs/guides/use-as-a-library.md'), 'utf8');
const EXAMPLE = /```js\n([\s\S]*?)```/.exec(GUIDE)?.[1] ?? '';
const SECRET = 'whsec-0123456789abcdef';
const ORDER = '/rail/locations/pos_location_456/orders/pos_order_123';

it('the example of the guide mounts the service below a path, beside what the application answers itself', async () => {
  const dataDir = temporaryDirectory();
  const { PATH = '' } = process.env;
  const application = spawn(process.execPath, ['--input-type=module', '-'], {
    cwd: ROOT,
    env: { PATH, PORT: '0', DATA_DIR: dataDir },
  });
  // One that ends before it has read all says why in what it writes.
  application.stdin.on('error', () => undefined).end(EXAMPLE);
  let output = '';
  application.stdout.on('data', (chunk) => (output += String(chunk)));
  application.stderr.on('data', (chunk) => (output += String(chunk)));
  const ended = once(application, 'close');
  try {
    const port = await until(`the application to listen`, () => {
      if (application.exitCode !== null) throw new Error(output);
      return /^listening (\d+)$/m.exec(output)?.[1] ?? null;
    });
    const url = `http://127.0.0.1:${port}`;
    expect((await call(url, '/menu')).json).toEqual({ items: [] });
    await until('the service to be ready', async () => (await call(url, '/rail/readyz')).status === 200);
    const [example] = EXAMPLES.slice(2);
    const headers = { 'Content-Type': 'application/json' };
    const recorded = await call(url, '/rail/handle-order', { method: 'POST', headers, body: example?.bytes ?? '' });
    expect(recorded.json).toMatchObject({ outcome: 'recorded', order_id: 'pos_order_123' });
    expect((await call(url, ORDER)).json).toMatchObject({ revision: 0, stage: 'preparing' });
    expect((await call(url, '/rail/docs')).text).toContain('href="/rail/openapi.json"');
    expect((await call(url, '/rail')).headers.location).toBe('/rail/screens');
    expect((await call(url, '/rail/nowhere')).json).toMatchObject({ status: 404 });
    // A stream that is open keeps nothing from ending, nor does its connection, which a browser would keep.
    const stream = await fetch(`${url}/rail/feed`, { headers: { Accept: 'text/event-stream' } });
    application.kill('SIGTERM');
    await stream.text();
    await until('the application to end', () => application.exitCode !== null);
    expect(await ended).toEqual([0, null]);
  } finally {
    application.kill('SIGKILL');
    await ended;
    rmSync(dataDir, { recursive: true, force: true });
  }
});

it('deliveries are verified over their bytes, with the secrets that the application gives', async () => {
  const dataDir = temporaryDirectory();
  const rail = await createTicketRail({ DATA_DIR: dataDir, STREAM_WEBHOOK_SECRETS: SECRET, LOG_LEVEL: 'silent' });
  const server = createServer(rail.router).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const url = `http://127.0.0.1:${String(typeof address === 'object' ? address?.port : '')}`;
  try {
    const body = EXAMPLES[2]?.bytes ?? Buffer.from('');
    const post = (signature: string) => {
      const headers = { 'Content-Type': 'application/json', 'X-Stream-Signature': signature };
      return call(url, '/handle-order', { method: 'POST', headers, body });
    };
    expect((await post(sign('something else'))).status).toBe(401);
    expect((await post(sign(body))).status).toBe(200);
  } finally {
    server.close();
    await rail.close();
    rmSync(dataDir, { recursive: true, force: true });
  }
});

it('a configuration that cannot be used is refused with the names of its variables', async () => {
  await expect(createTicketRail({ QUARANTINE_ANSWER: '200', LOG_LEVEL: 'loud' })).rejects.toThrow(
    /QUARANTINE_ANSWER[\s\S]*LOG_LEVEL/,
  );
});
