import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import type { Readable } from 'node:stream';
import { freePorts } from '../free-ports';
import { until } from '../patience';
import { call, temporaryDirectory } from '../running-service';
import { type Command, EngineWindow } from './web-driver';

/** WebKit, Safari's engine, as WebKitGTK has it: its driver starts a small browser, on a screen that nobody sees. */

const PATHS: Readonly<Record<Command, string>> = {
  navigate: '/url',
  executeAsync: '/execute/async',
  performActions: '/actions',
  setRect: '/window/rect',
};

/** Starts an X server with a number that is free. @returns its display, and what ends it */
async function openDisplay() {
  const server = spawn('Xvfb', ['-displayfd', '3', '-screen', '0', '1600x1200x24', '-nolisten', 'tcp'], {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
  });
  const ended = once(server, 'close');
  const numbers = server.stdio[3] as Readable;
  const [number] = (await once(numbers, 'data')) as [Buffer];
  const end = async (): Promise<void> => {
    server.kill();
    await ended;
  };
  return { display: `:${number.toString().trim()}`, end };
}

async function send(url: string, method: string, path: string, body: object): Promise<unknown> {
  const headers = { 'Content-Type': 'application/json' };
  const answer = await call(url, path, { method, headers, body: JSON.stringify(body) });
  const { value } = answer.json as { readonly value: unknown };
  if (answer.status !== 200) throw new Error(`${method} ${path}: ${JSON.stringify(value)}`);
  return value;
}

export async function openWebKit(command: string): Promise<EngineWindow> {
  const home = temporaryDirectory();
  const screen = await openDisplay();
  const port = await freePorts();
  const url = `http://127.0.0.1:${String(port)}`;
  const driver = spawn(command, [`--port=${String(port)}`], {
    env: { ...process.env, HOME: home, DISPLAY: screen.display, LIBGL_ALWAYS_SOFTWARE: '1' },
    stdio: 'ignore',
  });
  const ended = once(driver, 'close');
  await until('the driver of WebKit to start', async () => {
    const status = await call(url, '/status').catch(() => null);
    return status?.status === 200;
  });
  const { sessionId } = (await send(url, 'POST', '/session', { capabilities: {} })) as { readonly sessionId: string };
  const session = `/session/${sessionId}`;
  return new EngineWindow(
    (name, parameters) => send(url, 'POST', `${session}${PATHS[name]}`, parameters),
    async () => {
      await send(url, 'DELETE', session, {});
      driver.kill();
      await ended;
      await screen.end();
      rmSync(home, { recursive: true, force: true });
    },
  );
}
