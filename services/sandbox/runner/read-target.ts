import { setMaxListeners } from 'node:events';
import { type Agent, request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { LiveSnapshot } from '../../../schemas/api/live';
import { type HistoryEvent, HistoryPage, Order, OrderPage } from '../../../schemas/api/order-view';
import type { OrderKey } from '../../../schemas/order-key';
import { agentFor } from '../wire/post';

/** Reads what a Ticket Rail knows, as any POS screen would: over its HTTP API. */

/** Milliseconds for one answer. */
const TIMEOUT_MS = 30_000;
/** Longest answer in characters: more than a page of the longest events, or the orders of a busy location. */
const MAX_ANSWER = 64 * 1024 * 1024;
/** Tries of a read that the service cannot answer yet (429, 503), and milliseconds between them. */
const TRIES = 60;
const TRY_AGAIN_MS = 500;
const PAGE = 1_000;

/** A service that cannot be read from. */
export class TargetError extends Error {
  override readonly name = 'TargetError';
}

/** Whether what listens at a target is a Ticket Rail that we may read from; `unknown` if it could not be asked. */
export type Readable =
  { readonly kind: 'readable' } | { readonly kind: 'foreign' | 'closed' | 'unknown'; readonly reason: string };

const Api = z.object({ info: z.object({ title: z.string() }) });
const Session = z.object({ role: z.string() });

export class TargetReader {
  readonly #agent: Agent;
  readonly #closed = new AbortController();
  readonly #signal: AbortSignal;

  readonly #base: URL;
  readonly #token: string | null;

  /**
   * @param base where the paths of the API begin
   * @param token of a reader who sees history verbatim, or null where reading is open
   * @param signal ends every read, as `close` does
   */
  constructor(base: URL, token: string | null, connections: number, signal: AbortSignal) {
    this.#base = base;
    this.#token = token;
    this.#signal = AbortSignal.any([signal, this.#closed.signal]);
    setMaxListeners(0, this.#signal); // every read that is under way listens to it
    this.#agent = agentFor(base.href, connections);
  }

  async readable(): Promise<Readable> {
    let api: { readonly json: unknown };
    try {
      api = await this.#get('openapi.json');
    } catch (error) {
      if (!(error instanceof TargetError)) throw error;
      return { kind: 'unknown', reason: `whether the target is a Ticket Rail could not be asked (${error.message})` };
    }
    if (Api.safeParse(api.json).data?.info.title !== 'Ticket Rail') {
      return { kind: 'foreign', reason: 'the target is no Ticket Rail, so what it made of them is not known' };
    }
    const session = await this.#get('session');
    if (session.status !== 200) {
      return { kind: 'closed', reason: 'the target wants a reader: give the token of an auditor by --reader-token' };
    }
    const role = Session.safeParse(session.json).data?.role;
    return role === 'auditor' || this.#token === null
      ? { kind: 'readable' }
      : {
          kind: 'closed',
          reason: `the reader token has the role ${String(role)}, and only an auditor sees all of history`,
        };
  }

  async order(key: OrderKey): Promise<Order | null> {
    const { status, json } = await this.#get(pathOf(key));
    return status === 404 ? null : parse(Order, json, pathOf(key));
  }

  async history(key: OrderKey): Promise<HistoryEvent[]> {
    return this.#pages(`${pathOf(key)}/history`, HistoryPage, ({ events }) => events);
  }

  /** @returns all orders of a location, as lists show them */
  async orders(location_id: string): Promise<Order[]> {
    return this.#pages(`${locationPath(location_id)}/orders`, OrderPage, ({ orders }) => orders);
  }

  /** @returns what a screen of the location is shown first */
  async snapshot(location_id: string): Promise<{ readonly orders: readonly Order[]; readonly truncated: boolean }> {
    const path = `${locationPath(location_id)}/live`;
    const { json } = await this.#get(path, 'snapshot');
    const snapshot = parse(LiveSnapshot, json, path);
    return { orders: z.array(Order).parse(snapshot.orders), truncated: snapshot.truncated };
  }

  /** Ends every read that is under way or still to come. */
  close(): void {
    this.#closed.abort(new TargetError('reading has ended'));
    this.#agent.destroy();
  }

  /** @returns all items of all pages; none if there is nothing at that address */
  async #pages<Schema extends z.ZodType<{ readonly next: string | null }>, Item>(
    path: string,
    schema: Schema,
    itemsOf: (page: z.output<Schema>) => readonly Item[],
  ): Promise<Item[]> {
    const items: Item[] = [];
    let after: string | null = null;
    do {
      const query = `limit=${String(PAGE)}${after === null ? '' : `&after=${after}`}`;
      const { status, json } = await this.#get(`${path}?${query}`);
      if (status === 404) return items;
      const page: z.output<Schema> = parse(schema, json, path);
      items.push(...itemsOf(page));
      if (page.next !== null && page.next === after) throw new TargetError(`GET ${path}: its pages do not go on`);
      after = page.next;
    } while (after !== null);
    return items;
  }

  /** @param event takes the data of the first server-sent event of that name, and leaves */
  async #get(path: string, event?: string): Promise<{ readonly status: number; readonly json: unknown }> {
    for (let tries = 1; ; tries++) {
      this.#signal.throwIfAborted();
      const answer = await this.#once(path, event);
      const isLater = answer.status === 429 || answer.status === 503;
      if (!isLater || tries === TRIES) {
        if (answer.status < 500 && !isLater) return answer;
        throw new TargetError(`GET ${path}: ${String(answer.status)}`);
      }
      await sleep(TRY_AGAIN_MS, undefined, { signal: this.#signal });
    }
  }

  #once(path: string, event?: string): Promise<{ readonly status: number; readonly json: unknown }> {
    return new Promise((resolve, reject) => {
      const url = new URL(path, this.#base);
      const headers = { ...(this.#token === null ? {} : { Authorization: `Bearer ${this.#token}` }) };
      const send = url.protocol === 'https:' ? httpsRequest : httpRequest;
      const request = send(url, { agent: this.#agent, headers, signal: this.#signal });
      const timer = setTimeout(() => {
        request.destroy(new TargetError(`no whole answer within ${String(TIMEOUT_MS)} ms`));
      }, TIMEOUT_MS);
      request.on('error', (error) => {
        reject(new TargetError(`GET ${path}: ${error.message}`));
      });
      // Whatever else there is, such as another protocol in place of an answer.
      request.once('close', () => {
        clearTimeout(timer);
        reject(new TargetError(`GET ${path}: there was no answer`));
      });
      request.on('response', (response) => {
        const { statusCode: status = 0 } = response;
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (part: string) => {
          text += part;
          if (text.length > MAX_ANSWER)
            request.destroy(new TargetError(`the answer is over ${String(MAX_ANSWER)} characters`));
          if (event === undefined || status !== 200) return;
          const data = firstEvent(text, event);
          if (data === null) return;
          resolve({ status, json: parseJson(data) });
          request.destroy();
        });
        response.on('error', (error) => {
          reject(new TargetError(`GET ${path}: ${error.message}`));
        });
        response.on('end', () => {
          resolve({ status, json: parseJson(text) });
        });
      });
      request.end();
    });
  }
}

const locationPath = (location_id: string): string => `locations/${encodeURIComponent(location_id)}`;
const pathOf = ({ location_id, order_id }: OrderKey): string =>
  `${locationPath(location_id)}/orders/${encodeURIComponent(order_id)}`;

/** @returns the data of the first event of that name, once all of it has come */
function firstEvent(text: string, name: string): string | null {
  const blocks = text.split('\n\n');
  blocks.pop();
  for (const block of blocks) {
    const lines = block.split('\n');
    if (lines.includes(`event: ${name}`)) return lines.find((line) => line.startsWith('data: '))?.slice(6) ?? null;
  }
  return null;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function parse<Schema extends z.ZodType>(schema: Schema, json: unknown, path: string): z.output<Schema> {
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new TargetError(`GET ${path}: ${issue?.path.join('/') ?? ''}: ${issue?.message ?? ''}`);
}
