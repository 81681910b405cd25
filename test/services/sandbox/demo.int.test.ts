import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { until } from '../../support/patience';
import { call } from '../../support/running-service';

const CLI = resolve(__dirname, '..', '..', '..', 'dist', 'services', 'cli.js');

/** @returns the first of two ports that nobody listens on, as the sandbox needs them. */
async function freePorts(): Promise<number> {
  for (;;) {
    const first = 20_000 + Math.floor(Math.random() * 10_000);
    const tries = [first, first + 1].map(
      (port) =>
        new Promise<boolean>((done) => {
          const server = createServer().once('error', () => {
            done(false);
          });
          server.listen(port, '127.0.0.1', () =>
            server.close(() => {
              done(true);
            }),
          );
        }),
    );
    if ((await Promise.all(tries)).every(Boolean)) return first;
  }
}

describe('ticket-rail demo', () => {
  let TMPDIR = '';
  beforeEach(() => {
    TMPDIR = mkdtempSync(join(tmpdir(), 'demo-test-'));
  });
  const running: { readonly child: ChildProcess; readonly ended: Promise<unknown> }[] = [];
  afterEach(async () => {
    // Not SIGKILL, which would leave the service behind.
    for (const { child, ended } of running.splice(0)) {
      child.kill('SIGTERM');
      await ended;
    }
    rmSync(TMPDIR, { recursive: true, force: true });
  });

  function start(...args: string[]) {
    const { PATH = '' } = process.env;
    // What the developer has set for a service of his own is not the demo's.
    const env = { PATH, TMPDIR, STREAM_WEBHOOK_SECRETS: 'a-secret-that-is-not-the-demos', HOST: '0.0.0.0' };
    const child = spawn(process.execPath, [CLI, 'demo', ...args], { env });
    let output = '';
    child.stdout.on('data', (chunk) => (output += String(chunk)));
    child.stderr.on('data', (chunk) => (output += String(chunk)));
    const ended = new Promise<number | null>((done) => child.once('close', done));
    running.push({ child, ended });
    return { child, ended, output: () => output };
  }

  it('shows orders on their way within seconds, on every page that it names, and leaves nothing behind', async () => {
    const port = await freePorts();
    const sandboxPort = await freePorts();
    const demo = start(
      '--port',
      String(port),
      '--sandbox-port',
      String(sandboxPort),
      '--per-minute',
      '20',
      '--speed',
      '300',
    );
    await until('the pages', () => Promise.resolve(demo.output().includes('/docs')));
    const urls = demo.output().match(/http:\S+/g) ?? [];
    expect(urls).toHaveLength(5);
    for (const url of urls) {
      const { origin, pathname, search } = new URL(url);
      const { status } = await call(origin, pathname + search);
      expect({ url, status }).toEqual({ url, status: 200 });
    }
    const [board = ''] = urls;
    const location = new URL(board).searchParams.get('location') ?? '';
    const stages = await until('orders in several stages', async () => {
      const { json } = await call(new URL(board).origin, `/locations/${location}/orders?limit=1000`);
      const found = new Set((json as { orders: { stage: string }[] }).orders.map(({ stage }) => stage));
      return found.size >= 4 && found.has('completed') && found;
    });
    expect(stages).toContain('preparing');
    demo.child.kill('SIGINT');
    expect(await demo.ended).toBe(0);
    expect(readdirSync(TMPDIR)).toEqual([]);
  }, 60_000);

  it('ends at once when it is told so while it starts, and leaves nothing behind', async () => {
    const demo = start('--port', String(await freePorts()), '--sandbox-port', String(await freePorts()));
    await until('its data', () => Promise.resolve(readdirSync(TMPDIR).length > 0));
    demo.child.kill('SIGINT');
    demo.child.kill('SIGINT');
    expect(await demo.ended).toBe(0);
    expect(readdirSync(TMPDIR)).toEqual([]);
  }, 60_000);

  it('says why when the service cannot be had, and leaves nothing behind', async () => {
    const port = await freePorts();
    const taken = createServer();
    await new Promise<void>((listening) => taken.listen(port, '127.0.0.1', listening));
    const demo = start('--port', String(port), '--sandbox-port', String(await freePorts()));
    const code = await demo.ended;
    taken.close();
    expect(code).toBe(1);
    expect(demo.output()).toContain('EADDRINUSE');
    expect(readdirSync(TMPDIR)).toEqual([]);
  }, 60_000);
});
