import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { until } from '../../../support/patience';
import { call } from '../../../support/running-service';
import { freePorts } from '../../../support/free-ports';
import { STORIES_MS } from '../support';

const CLI = resolve(__dirname, '..', '..', '..', '..', 'dist', 'services', 'cli.js');

const START_TIMEOUT_MS = 30_000;

/** Where the service, the sandbox and its POS may listen: ports in a row. */
async function addresses(): Promise<string[]> {
  const port = await freePorts(3);
  return ['--port', String(port), '--sandbox-port', String(port + 1)];
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

  it('ticket-rail demo shows orders within seconds, on every page it lists, and leaves nothing behind', async () => {
    const demo = start(...(await addresses()), '--per-minute', '5', '--speed', '600');
    await until('the pages', () => demo.output().includes('/docs'), START_TIMEOUT_MS);
    const urls = demo.output().match(/http:\S+/g) ?? [];
    expect(urls).toHaveLength(5);
    for (const url of urls) {
      const { origin, pathname, search } = new URL(url);
      const { status } = await call(origin, pathname + search);
      expect({ url, status }).toEqual({ url, status: 200 });
    }
    const [board = ''] = urls;
    const location = new URL(board).searchParams.get('location') ?? '';
    const stages = await until(
      'orders in several stages',
      async () => {
        const { status, json } = await call(new URL(board).origin, `/locations/${location}/orders?limit=1000`);
        if (status !== 200) return null;
        const found = new Set((json as { orders: { stage: string }[] }).orders.map(({ stage }) => stage));
        return found.size >= 4 && found.has('completed') && found;
      },
      STORIES_MS,
    );
    expect(stages).toContain('preparing');
    demo.child.kill('SIGINT');
    expect(await demo.ended).toBe(0);
    expect(readdirSync(TMPDIR)).toEqual([]);
  });

  it('ticket-rail demo ends at once when it is interrupted during its start, and leaves nothing behind', async () => {
    const demo = start(...(await addresses()));
    await until('its data', () => readdirSync(TMPDIR).length > 0);
    demo.child.kill('SIGINT');
    demo.child.kill('SIGINT');
    expect(await demo.ended).toBe(0);
    expect(readdirSync(TMPDIR)).toEqual([]);
  });

  it('ticket-rail demo says why when the service cannot be had, and leaves nothing behind', async () => {
    const taken = createServer();
    await new Promise<void>((listening) => taken.listen(0, '127.0.0.1', listening));
    const { port } = taken.address() as AddressInfo;
    const demo = start('--port', String(port), '--sandbox-port', String(await freePorts(2)));
    const code = await demo.ended;
    taken.close();
    expect(code).toBe(1);
    expect(demo.output()).toContain('EADDRINUSE');
    expect(readdirSync(TMPDIR)).toEqual([]);
  });
});
