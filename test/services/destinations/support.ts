import { randomUUID } from 'node:crypto';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import pino from 'pino';
import { Webhook } from 'standardwebhooks';
import { type DestinationEntry, DestinationName } from '../../../schemas/destinations';
import { BEGINNING, type FeedItem, type FeedPosition } from '../../../schemas/api/feed';
import { addressRule } from '../../../services/destinations/addresses';
import { createDestinationRecord, type DestinationRecord } from '../../../services/destinations/destination-record';
import type { Waiting } from '../../../services/destinations/thread/lines';
import { contentOf, signedHeaders } from '../../../services/destinations/thread/messages';
import { newsFor } from '../../../services/destinations/thread/news';
import { Pump } from '../../../services/destinations/thread/pump';
import { createSender } from '../../../services/destinations/thread/sender';
import type { SendingClock } from '../../../services/destinations/thread/session';
import type { AttemptOutcome } from '../../../services/destinations/verdict';
import type { EventStore } from '../../../services/event-store/event-store';
import { createReadItems } from '../../../services/feed/feed-items';
import { OrderFolds } from '../../../services/feed/order-folds';
import type { Tail } from '../../../services/feed/tail';
import { feedOver } from '../feed/support';

export const SECRET = `whsec_${Buffer.from('0123456789abcdef0123456789abcdef').toString('base64')}`;
export const OTHER_SECRET = `whsec_${Buffer.from('fedcba9876543210fedcba9876543210').toString('base64')}`;

/** A clock that goes only when it is told to, or by itself from one wait to the next. */
export class VirtualClock implements SendingClock {
  #now = Date.parse('2026-11-28T12:00:00.000Z');
  #waits: { readonly at: number; readonly done: () => void }[] = [];
  readonly now = (): number => this.#now;
  readonly chance = (): number => 0.5;

  readonly wait = (ms: number, stop: AbortSignal): Promise<void> =>
    new Promise((resolve) => {
      const wait = { at: this.#now + ms, done: resolve };
      if (stop.aborted) resolve();
      else this.#waits.push(wait);
      stop.addEventListener('abort', () => {
        this.#waits = this.#waits.filter((one) => one !== wait);
        resolve();
      });
    });

  /** Moves on in steps of a quarter of an hour, in which what is due happens once. */
  async leap(ms: number): Promise<void> {
    const end = this.#now + ms;
    while (this.#now < end) {
      this.#now = Math.min(end, this.#now + 900_000);
      const due = this.#waits.filter(({ at }) => at <= this.#now);
      this.#waits = this.#waits.filter(({ at }) => at > this.#now);
      for (const { done } of due) done();
      await turn();
    }
  }

  /** Lets time pass, one wait after the other. */
  async pass(ms: number): Promise<void> {
    const end = this.#now + ms;
    for (;;) {
      this.#waits.sort((one, other) => one.at - other.at);
      const [next] = this.#waits;
      if (next === undefined || next.at > end) break;
      this.#now = Math.max(this.#now, next.at);
      this.#waits.shift();
      next.done();
      await turn(5);
    }
    this.#now = end;
  }
}

/** Lets everything that needs no time happen. */
export async function turn(times = 20): Promise<void> {
  for (let n = 0; n < times; n++) await new Promise((next) => setImmediate(next));
}

export const entryOf = (
  url: string,
  { name = 'pos', ...change }: Partial<Omit<DestinationEntry, 'name'>> & { readonly name?: string } = {},
): DestinationEntry => ({
  name: DestinationName.parse(name),
  url,
  secrets: [SECRET],
  view: 'events',
  filter: {},
  allow: { addresses: ['127.0.0.1'], http: true },
  ...change,
});

export interface Supply {
  readonly pump: Pump;
  readonly record: DestinationRecord;
  readonly tail: Pick<Tail, 'stop'>;
  readonly stop: () => Promise<void>;
}

export const recordOver = (store: EventStore, now: () => number = Date.now): DestinationRecord =>
  createDestinationRecord({ store, coveredTo: () => null, newId: randomUUID, now, log: pino({ level: 'silent' }) });

/** Sends news of a store to a destination, from the beginning, as the service does. */
export async function supply(
  store: EventStore,
  entry: DestinationEntry,
  options: {
    readonly clock: SendingClock;
    readonly timeoutMs?: number;
    /** In place of HTTP. */
    readonly send?: (waiting: Waiting, signal: AbortSignal) => Promise<AttemptOutcome>;
    /** Where it begins if it is new; default: it is at the beginning already. */
    readonly startOf?: () => Promise<FeedPosition>;
  },
): Promise<Supply> {
  const { clock, timeoutMs = 20_000, startOf } = options;
  const record = recordOver(store, clock.now);
  if (startOf === undefined && (await record.place(entry.name)) === null) await record.set(entry.name, BEGINNING);
  const { feed, tail } = feedOver(store);
  const readItems = createReadItems({ store, folds: new OrderFolds(store), now: Date.now });
  const sender = createSender({ url: entry.url, maySendTo: addressRule(entry.allow) ?? (() => false), timeoutMs });
  const overHttp = async (waiting: Waiting, signal: AbortSignal): Promise<AttemptOutcome> => {
    const content = await contentOf(store, entry.view, waiting);
    if (content === null) return { kind: 'nothing' };
    const about = { now: Date.now(), userAgent: 'ticket-rail/test' };
    return sender.post(signedHeaders(entry, waiting.item, content, about), content.body, signal);
  };
  const pump = new Pump({
    entry,
    instance: randomUUID(),
    news: newsFor(entry, { feed, readItems, store }),
    send: options.send ?? overHttp,
    feed,
    startOf: startOf ?? (() => Promise.resolve(BEGINNING)),
    record,
    clock,
    log: pino({ level: 'silent' }),
  });
  return {
    pump,
    record,
    tail,
    stop: async () => {
      await pump.stop();
      sender.close();
      tail.stop();
      await record.close();
    },
  };
}

export interface Received {
  readonly id: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  readonly item: FeedItem;
}

export interface Receiver {
  readonly url: string;
  /** All that verified, in the order in which it came. */
  readonly all: Received[];
  /** What was answered with 2xx; of what came twice, the first. */
  taken(): Received[];
  /** Why something did not verify. */
  readonly faults: string[];
  close(): Promise<void>;
}

/**
 * A POS that verifies what it gets with the library of Standard Webhooks.
 * @param answer may answer, or leave it; what it leaves is answered with 204
 */
export async function receive(
  answer: (received: Received, response: ServerResponse) => boolean | Promise<boolean> = () => false,
  secret = SECRET,
  listenOn = 0,
): Promise<Receiver> {
  const all: Received[] = [];
  const taken = new Map<string, Received>();
  const faults: string[] = [];
  const library = new Webhook(secret);
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      const body = Buffer.concat(parts);
      try {
        library.verify(body, request.headers as Record<string, string>);
      } catch (error) {
        faults.push(String(error));
      }
      const { headers, url = '' } = request;
      const item = JSON.parse(body.toString()) as FeedItem;
      const received = { id: String(headers['webhook-id']), path: url, headers, body, item };
      all.push(received);
      response.on('finish', () => {
        if (response.statusCode < 300 && !taken.has(received.id)) taken.set(received.id, received);
      });
      void (async () => {
        if (!(await answer(received, response))) response.writeHead(204).end();
      })();
    });
  });
  // Longer than a sender keeps one, so that none is closed that a request is on its way on.
  server.keepAliveTimeout = 60_000;
  await new Promise<void>((done) => server.listen(listenOn, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${String(port)}/news`,
    all,
    taken: () => [...taken.values()],
    faults,
    close: () =>
      new Promise((done) => {
        server.close(() => {
          done();
        });
        server.closeAllConnections();
      }),
  };
}
