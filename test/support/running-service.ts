import { type ChildProcess, spawn } from 'node:child_process';
import { createHash, createHmac } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { Agent, type IncomingHttpHeaders, request as httpRequest } from 'node:http';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { readerName } from '../../schemas/files/reader-name';
import type { ReaderEntry, Role } from '../../schemas/files/readers';
import { locationId } from '../../schemas/order-key';
import { undeclaredProblem } from './contract';
import { patiently, until } from './patience';

/** The real service as a process of its own, spoken to over real sockets. Built by `npm run build` beforehand. */

export const WEBHOOK_SECRET = 'whsec-0123456789abcdef';
/** Of an auditor for all locations: reads orders and history verbatim. */
export const READER_TOKEN = 'reader-0123456789abcdef';
/** Of an operator for all locations: reads quarantine and metrics. */
export const OPERATOR_TOKEN = 'operator-0123456789abcdef';

const ROOT = resolve(__dirname, '..', '..');
const MAIN = join(ROOT, 'dist', 'services', 'main.js');
/** Milliseconds that a start, rebuild included, may take before a test gives up on it. */
const START_TIMEOUT_MS = 20_000;
/** Milliseconds that an idle connection is kept: fewer than the service keeps one, or a request would meet its end. */
const IDLE_CONNECTION_MS = 20_000;

/** A reader as it is configured; its name is its token's beginning. */
export const entryOf = (token: string, role: Role, locations: readonly string[] | '*' = '*'): ReaderEntry => ({
  name: readerName(token.slice(0, 20)),
  token_sha256: createHash('sha256').update(token).digest('hex'),
  role,
  locations: locations === '*' ? locations : locations.map(locationId),
});

/** Settings of a service that checks everything; a test overrides what it is about. */
export const SECURE: Readonly<Record<string, string>> = {
  STREAM_WEBHOOK_SECRETS: WEBHOOK_SECRET,
  READERS: JSON.stringify([entryOf(READER_TOKEN, 'auditor'), entryOf(OPERATOR_TOKEN, 'operator')]),
};

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  /** The body as JSON; undefined if it is not. */
  readonly json: unknown;
}

export interface Call {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
}

/**
 * Begins a request with `path` exactly as given, which a URL parser would tidy up; whoever asks for it writes the body
 * and ends it.
 */
export function begin(
  url: string,
  path: string,
  { method = 'GET', headers = {} }: Omit<Call, 'body'>,
  agent: Agent | false = false,
) {
  const { hostname, port } = new URL(url);
  const request = httpRequest({ hostname, port, path, method, headers, agent });
  const answer = new Promise<Answer>((done, failed) => {
    request.on('response', (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', failed);
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString('utf8');
        const json = parse(text);
        const undeclared = undeclaredProblem(method, path, response.headers['content-type'], json);
        if (undeclared !== null) failed(undeclared);
        else done({ status: response.statusCode ?? 0, headers: response.headers, text, json });
      });
    });
    request.on('error', failed);
  });
  return { request, answer };
}

/** Sends one request with `path` exactly as given, on a connection of its own unless an agent keeps some. */
export function call(url: string, path: string, { body, ...options }: Call = {}, agent?: Agent): Promise<Answer> {
  const { request, answer } = begin(url, path, options, agent);
  request.end(body);
  return answer;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

export const READ_MODEL_BEHIND = 'urn:ticket-rail:problem:read-model-behind';

const isBehind = ({ status, json }: Answer): boolean =>
  status === 503 && (json as { type?: unknown } | undefined)?.type === READ_MODEL_BEHIND;

/**
 * Sends a request again where the read model was behind for longer than a read waits for it: on a machine that stands
 * still that is no fault, and whoever reads asks again.
 */
export const callUntilKnown = (url: string, path: string, options: Call = {}, agent?: Agent): Promise<Answer> =>
  until(`${path} to be answered`, async () => {
    const answer = await call(url, path, options, agent);
    const isWithoutBody = options.method === 'HEAD' && answer.status === 503;
    return isBehind(answer) || isWithoutBody ? null : answer;
  });

/** Hex HMAC-SHA256 of exactly these bytes. */
export const sign = (body: string | Buffer, secret = WEBHOOK_SECRET): string =>
  createHmac('sha256', secret).update(body).digest('hex');

/** Headers of a delivery as Stream sends it. */
export const signed = (body: string | Buffer, secret = WEBHOOK_SECRET): Record<string, string> => ({
  'Content-Type': 'application/json',
  'X-Stream-Signature': sign(body, secret),
});

export const bearer = (token: string): Readonly<Record<string, string>> => ({ Authorization: `Bearer ${token}` });
export const asReader = bearer(READER_TOKEN);
export const asOperator = bearer(OPERATOR_TOKEN);
/** Headers of whoever may read a path. */
export const asWhoMay = (path: string): Readonly<Record<string, string>> =>
  /^\/(?:quarantine|relays|metrics|access|readers)/.test(path) ? asOperator : asReader;

export interface RunningService {
  readonly url: string;
  readonly dataDir: string;
  readonly process: ChildProcess;
  /** Everything that it wrote to standard output and error so far. */
  output(): string;
  /** Posts a delivery signed as it should be. */
  deliver(body: unknown): Promise<Answer>;
  /** Posts exactly these bytes, signed as they should be; `headers` replaces or adds. */
  post(body: string | Buffer, headers?: Readonly<Record<string, string>>): Promise<Answer>;
  /** Reads as a reader who may, on a connection that is kept; see {@link callUntilKnown}. */
  get(path: string, headers?: Readonly<Record<string, string>>): Promise<Answer>;
  /** On a connection of its own; see {@link callUntilKnown}. */
  call(path: string, options?: Call): Promise<Answer>;
  /** The same, where it matters that the read model is behind. */
  once(path: string, options?: Call): Promise<Answer>;
  /** Ends it with a signal and waits until it is gone. */
  end(signal?: NodeJS.Signals): Promise<number | null>;
}

export function temporaryDirectory(): string {
  return mkdtempSync(join(tmpdir(), 'ticket-rail-'));
}

/** Runs the service without waiting for anything but its end. @returns exit code and what it wrote. */
export async function runToEnd(
  env: Readonly<Record<string, string>>,
): Promise<{ code: number | null; output: string }> {
  const child = spawn(process.execPath, [MAIN], { cwd: ROOT, env: { ...cleanEnvironment(), ...env } });
  let output = '';
  child.stdout.on('data', (chunk) => (output += String(chunk)));
  child.stderr.on('data', (chunk) => (output += String(chunk)));
  const code = await new Promise<number | null>((done) => child.once('close', done));
  return { code, output };
}

/** The environment of the tests without what would configure the service. */
function cleanEnvironment(): Record<string, string> {
  const { PATH = '', HOME = '', TMPDIR = '/tmp' } = process.env;
  return { PATH, HOME, TMPDIR };
}

/**
 * Starts the service on a free port and waits until it is ready.
 * @param state what to wait for; a service whose store is away listens without being ready
 * @param env on top of {@link SECURE}; give `{ STREAM_WEBHOOK_SECRETS: '' }` to unset
 */
export async function startService(
  env: Readonly<Record<string, string>> = {},
  state: 'ready' | 'listening' = 'ready',
): Promise<RunningService> {
  const dataDir = env['DATA_DIR'] ?? temporaryDirectory();
  const child = spawn(process.execPath, [MAIN], {
    cwd: ROOT,
    env: { ...cleanEnvironment(), PORT: '0', LOG_LEVEL: 'info', ...SECURE, DATA_DIR: dataDir, ...env },
  });
  let output = '';
  const collect = (chunk: unknown): void => {
    output += String(chunk);
  };
  child.stdout.on('data', collect);
  child.stderr.on('data', collect);
  const ended = new Promise<number | null>((done) => child.once('close', done));

  const deadline = Date.now() + patiently(START_TIMEOUT_MS);
  const waitFor = async <Value>(what: string, look: () => Promise<Value | null>): Promise<Value> => {
    for (;;) {
      const found = await look();
      if (found !== null) return found;
      if (child.exitCode !== null || child.signalCode !== null || Date.now() > deadline) {
        child.kill('SIGKILL');
        throw new Error(`the service did not get to ${what}:\n${output}`);
      }
      await new Promise((next) => setTimeout(next, 10));
    }
  };
  const url = await waitFor('listening', () => Promise.resolve(/"url":"([^"]+)"/.exec(output)?.[1] ?? null));
  if (state === 'ready')
    await waitFor('being ready', async () => ((await call(url, '/readyz')).status === 200 ? true : null));

  const agent = new Agent({ keepAlive: true, maxSockets: 64, timeout: IDLE_CONNECTION_MS });
  const post = (body: string | Buffer, headers: Readonly<Record<string, string>> = {}): Promise<Answer> =>
    call(url, '/handle-order', { method: 'POST', headers: { ...signed(body), ...headers }, body }, agent);
  return {
    url,
    dataDir,
    process: child,
    output: () => output,
    deliver: (body) => post(JSON.stringify(body)),
    post,
    get: (path, headers = {}) => callUntilKnown(url, path, { headers: { ...asWhoMay(path), ...headers } }, agent),
    call: (path, options) => callUntilKnown(url, path, options),
    once: (path, options) => call(url, path, options),
    end: async (signal = 'SIGTERM') => {
      agent.destroy();
      if (child.exitCode === null && child.signalCode === null) child.kill(signal);
      const code = await ended;
      return code;
    },
  };
}

/** Ends services, and deletes their data once all have ended: two of them may have written in one directory. */
export async function discard(...services: readonly RunningService[]): Promise<void> {
  await Promise.all(services.map((service) => service.end('SIGKILL')));
  for (const { dataDir } of services) rmSync(dataDir, { recursive: true, force: true });
}
