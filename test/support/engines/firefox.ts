import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { freePorts } from '../free-ports';
import { until } from '../patience';
import { temporaryDirectory } from '../running-service';
import { type Command, EngineWindow } from './web-driver';

/** Firefox, by Marionette, its own form of WebDriver: it needs no program besides the browser. */

const NAMES: Readonly<Record<Command, string>> = {
  navigate: 'WebDriver:Navigate',
  executeAsync: 'WebDriver:ExecuteAsyncScript',
  performActions: 'WebDriver:PerformActions',
  setRect: 'WebDriver:SetWindowRect',
};

/** That there is a mouse: a board without a pointer is a wall. */
const FINE_AND_HOVERS = 6;

const preferencesOf = (port: number): string =>
  Object.entries({
    'marionette.port': port,
    'ui.primaryPointerCapabilities': FINE_AND_HOVERS,
    'ui.allPointerCapabilities': FINE_AND_HOVERS,
    'datareporting.policy.dataSubmissionEnabled': false,
    'network.captive-portal-service.enabled': false,
    'network.connectivity-service.enabled': false,
    'browser.safebrowsing.update.enabled': false,
  })
    .map(([name, value]) => `user_pref(${JSON.stringify(name)}, ${JSON.stringify(value)});\n`)
    .join('');

/** @returns a connection; null while nothing listens there. */
async function connected(port: number): Promise<Socket | null> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return socket;
  } catch {
    return null;
  }
}

type Answer = readonly [isAnswer: number, id: number, error: { readonly message: string } | null, result: unknown];

/**
 * Speaks over a connection: each message is its length in bytes, a colon, and JSON.
 * @returns what sends a command by its name
 */
async function speak(socket: Socket) {
  const waiting = new Map<number, (answer: Answer) => void>();
  let bytes: Buffer = Buffer.alloc(0);
  let greeted = (): void => undefined;
  const greeting = new Promise<void>((resolve) => (greeted = resolve));
  socket.on('data', (chunk: Buffer) => {
    bytes = Buffer.concat([bytes, chunk]);
    for (;;) {
      const start = bytes.indexOf(':') + 1;
      const end = start + Number(bytes.subarray(0, start - 1).toString());
      if (start === 0 || bytes.length < end) return;
      const message = JSON.parse(bytes.subarray(start, end).toString()) as Answer | object;
      bytes = bytes.subarray(end);
      if (Array.isArray(message)) waiting.get((message as unknown as Answer)[1])?.(message as unknown as Answer);
      else greeted();
    }
  });
  await greeting;
  let last = 0;
  return async (name: string, parameters: object): Promise<unknown> => {
    const id = (last += 1);
    const text = JSON.stringify([0, id, name, parameters]);
    const answered = new Promise<Answer>((resolve) => waiting.set(id, resolve));
    socket.write(`${String(Buffer.byteLength(text))}:${text}`);
    const [, , error, result] = await answered;
    waiting.delete(id);
    if (error !== null) throw new Error(`${name}: ${error.message}`);
    return result;
  };
}

/** What Firefox says of an answer for which its page is not there any more. */
const PAGE_LEFT = 'message reply cannot be cloned';

export async function openFirefox(command: string): Promise<EngineWindow> {
  const profile = temporaryDirectory();
  const port = await freePorts();
  writeFileSync(join(profile, 'user.js'), preferencesOf(port));
  const browser = spawn(command, ['--headless', '--marionette', '--no-remote', '--profile', profile], {
    env: { ...process.env, HOME: profile },
    stdio: 'ignore',
  });
  const ended = once(browser, 'close');
  const socket = await until('Firefox to start', () => connected(port), 60_000);
  const send = await speak(socket);
  await send('WebDriver:NewSession', {});
  return new EngineWindow(
    async (name, parameters) => {
      try {
        const answer = (await send(NAMES[name], parameters)) as { readonly value?: unknown };
        return answer.value;
      } catch (error) {
        // Firefox answers so where a press led to another page before the page that was pressed could say that it was.
        if (name === 'performActions' && String(error).includes(PAGE_LEFT)) return null;
        throw error;
      }
    },
    async () => {
      socket.destroy();
      browser.kill();
      await ended;
      rmSync(profile, { recursive: true, force: true });
    },
  );
}
