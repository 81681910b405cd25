import { type ChildProcess, spawn } from 'node:child_process';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join, resolve } from 'node:path';
import type { OrderAction, SandboxOrder, SandboxState, Submitted } from '../../../schemas/sandbox';
import type { Story } from '../../../schemas/files/scenario';
import { until } from '../../support/patience';
import { type Answer, call, sign } from '../../support/running-service';

/** The sandbox as a process of its own, and parties that are none of ours. */

const ROOT = resolve(__dirname, '..', '..', '..');
const CLI = join(ROOT, 'dist', 'services', 'cli.js');
const START_TIMEOUT_MS = 30_000;
/** Milliseconds in which stories come to their ends, many of them at a time on a busy machine. */
export const STORIES_MS = 60_000;

export const DSP_SECRET = 'sandbox-dsp-secret';
export const POS_SECRET = 'sandbox-pos-secret';

export interface Seen {
  readonly pos: readonly Message[];
  readonly dsp: readonly Message[];
}
/** Any message of Stream. */
export interface Message {
  readonly type: string;
  readonly object?: Readonly<Record<string, unknown>>;
  readonly [field: string]: unknown;
}

export interface SandboxProcess {
  readonly url: string;
  readonly builtinPosUrl: string | null;
  readonly process: ChildProcess;
  output(): string;
  post(path: string, body: unknown, headers?: Readonly<Record<string, string>>): Promise<Answer>;
  /** What a delivery service of others posts, signed as it should be. */
  sendAsDsp(message: unknown, secret?: string): Promise<Answer>;
  submit(request: object): Promise<Submitted['orders']>;
  act(orderId: string, action: OrderAction): Promise<Answer>;
  state(): Promise<SandboxState>;
  order(orderId: string): Promise<SandboxOrder>;
  /** Waits until an order stands so. */
  orderIn(orderId: string, ...states: SandboxOrder['state'][]): Promise<SandboxOrder>;
  /** The same of each of many. */
  ordersIn(orderIds: readonly string[], ...states: SandboxOrder['state'][]): Promise<SandboxOrder[]>;
  seen(orderId: string): Promise<Seen>;
  end(signal?: NodeJS.Signals): Promise<number | null>;
}

export async function startSandbox(...args: string[]): Promise<SandboxProcess> {
  const { PATH = '', HOME = '' } = process.env;
  const child = spawn(process.execPath, [CLI, 'sandbox', '--port', '0', ...args], { cwd: ROOT, env: { PATH, HOME } });
  let output = '';
  const collect = (chunk: unknown): void => {
    output += String(chunk);
  };
  child.stdout.on('data', collect);
  child.stderr.on('data', collect);
  let isOver = false;
  const ended = new Promise<number | null>((done) =>
    child.once('close', (code) => {
      isOver = true;
      done(code);
    }),
  );
  const started = (): boolean => output.includes('Locations: ');
  await until('the sandbox to start', () => started() || isOver, START_TIMEOUT_MS).catch(() => child.kill('SIGKILL'));
  if (!started()) throw new Error(`the sandbox did not start:\n${output}`);
  const line = (pattern: RegExp): string | null => pattern.exec(output)?.[1] ?? null;
  const url = line(/^Sandbox: (\S+)/m) ?? '';
  const post: SandboxProcess['post'] = (path, body, headers = {}) =>
    call(url, path, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', ...headers },
      body: JSON.stringify(body),
    });
  const state = async (): Promise<SandboxState> => (await call(url, '/sandbox/state')).json as SandboxState;
  const find = async (orderId: string): Promise<SandboxOrder | null> =>
    (await state()).orders.find(({ order_id }) => order_id === orderId) ?? null;
  return {
    url,
    builtinPosUrl: line(/RELAY_URL=(\S+)/) ?? line(/^POS: (\S+) \(built in\)/m),
    process: child,
    output: () => output,
    post,
    sendAsDsp: (message, secret = DSP_SECRET) => {
      const body = JSON.stringify(message);
      return call(url, '/order/demo', {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', 'Stream-Webhook-Signature': sign(body, secret) },
        body,
      });
    },
    submit: async (request) => {
      const answer = await post('/sandbox/orders', request);
      if (answer.status !== 200) throw new Error(`the sandbox answered ${String(answer.status)}: ${answer.text}`);
      return (answer.json as Submitted).orders;
    },
    act: (orderId, action) => post(`/sandbox/orders/${orderId}/actions`, { action }),
    state,
    order: (orderId) => until(`order ${orderId}`, () => find(orderId)),
    orderIn: (orderId, ...states) =>
      until(
        `${orderId} to be ${states.join(' or ')}`,
        async () => {
          const order = await find(orderId);
          return order !== null && states.includes(order.state) && order;
        },
        STORIES_MS,
      ),
    ordersIn: async (orderIds, ...states) => {
      let found: SandboxOrder[] = [];
      try {
        return await until(
          `${String(orderIds.length)} orders to be ${states.join(' or ')}`,
          async () => {
            found = (await state()).orders.filter((order) => orderIds.includes(order.order_id));
            return found.length === orderIds.length && found.every((order) => states.includes(order.state)) && found;
          },
          STORIES_MS,
        );
      } catch (cause) {
        const seen = found.map((order) => `${order.order_id} ${order.state}`).join(', ');
        throw new Error(`of ${orderIds.join(', ')} there were ${seen}`, { cause });
      }
    },
    seen: async (orderId) => (await call(url, `/sandbox/orders/${orderId}/seen`)).json as Seen,
    end: (signal = 'SIGTERM') => {
      if (child.exitCode === null && child.signalCode === null) child.kill(signal);
      return ended;
    },
  };
}

/** What came to somebody else's server. */
export interface Received {
  readonly path: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
  readonly json: Message;
}

/** A server of somebody else, such as a POS, that remembers what came and answers as it is told. */
export interface Party {
  readonly url: string;
  readonly received: readonly Received[];
  close(): Promise<void>;
}

/** @param answer null cuts the connection without one */
export async function startParty(
  answer: (message: Message) => { readonly status: number; readonly body?: unknown } | null,
): Promise<Party> {
  const received: Received[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const text = Buffer.concat(chunks).toString('utf8');
      const json = JSON.parse(text) as Message;
      received.push({ path: request.url ?? '', headers: request.headers, text, json });
      const said = answer(json);
      if (said === null) {
        request.socket.destroy();
        return;
      }
      response.writeHead(said.status, { 'Content-Type': 'application/json' });
      response.end(JSON.stringify(said.body ?? {}));
    });
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  return {
    url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`,
    received,
    close: () => closed(server),
  };
}

const closed = (server: Server): Promise<void> =>
  new Promise((done) => {
    server.close(() => {
      done();
    });
    server.closeAllConnections();
  });

/** What the POS is told by a story after `order.created`: type, status and delivery status of each message. */
export const sentToPos = ({ steps }: Story): readonly (readonly unknown[])[] =>
  steps.map((step) =>
    'canceled' in step ? ['order.canceled'] : ['order.updated', step.status, step.delivery_status ?? null],
  );

/** The same of what the POS was told. */
export const brief = ({ type, object }: Message): readonly unknown[] =>
  type === 'order.canceled' ? [type] : [type, object?.['status'], object?.['delivery_status'] ?? null];

/** An order of a delivery service of others, on the menu that comes with the sandbox. */
export const orderOf = (id: string, changes: object = {}) => ({
  type: 'a value that no document tells',
  location_id: 'location-1',
  order: {
    id,
    customer_facing_id: 'A1B2',
    customers: [{ id: 'c1', name: 'Jane Doe', phone: '+15555551234' }],
    fulfillment_type: 'delivery',
    items: [
      {
        id: 'var_cheeseburger_double',
        item_id: 'item_cheeseburger',
        name: 'Harbor cheeseburger, Double',
        price: 1450,
        currency: 'usd',
        quantity: 2,
        modifiers: [
          {
            id: 'mod_side_fries',
            modifier_group_id: 'group_burger_side',
            name: 'Fries',
            price: 250,
            currency: 'usd',
            quantity: 1,
            modifiers: [
              {
                id: 'mod_dip_truffle_mayo',
                modifier_group_id: 'group_fries_dip',
                name: 'Truffle mayo',
                price: 120,
                currency: 'usd',
                quantity: 1,
                modifiers: [],
              },
            ],
          },
        ],
      },
    ],
    subtotal: 3640,
    tax: 319,
    tax_withheld: 0,
    ...changes,
  },
});
