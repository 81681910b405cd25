import { isDeepStrictEqual } from 'node:util';
import { orderKey, type OrderKey } from '../../schemas/order-key';
import { orderStream } from '../../schemas/events/order-events';
import { answerOf, type LogRow, update } from '../support/deliveries';
import type { Answer, RunningService } from '../support/running-service';

/** Load for the tests of faults: senders who behave as Stream does, and a ledger of what they were told. */

/** @returns numbers from 0 to 1, always the same ones for the same seed (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export function pick<T>(items: readonly T[], random: () => number): T {
  const item = items[Math.floor(random() * items.length)];
  if (item === undefined) throw new Error('nothing to pick from');
  return item;
}

/** One delivery, unlike every other one. */
export interface Sent {
  /** What tells it from every other; a field of its object. */
  readonly tag: string;
  readonly stream: string;
  readonly body: ReturnType<typeof update>;
}

const STATUSES = ['in_progress', 'ready_for_pickup', 'out_for_delivery', 'completed', 'failed'];
const DELIVERY_STATUSES = [
  'pending',
  'arrived_at_pickup',
  'enroute_to_dropoff',
  'completed',
  'failed_to_deliver',
  null,
];
const DRIVERS = [null, { source: 'uber', name: 'Jane Driver' }, { source: 'doordash', name: 'John Driver' }];

/** What was sent, and what of it was acknowledged: all that a sender knows, and so all that may be held against us. */
export class Ledger {
  readonly #sent = new Map<string, Sent>();
  readonly #acknowledged = new Map<string, number>();
  readonly #lies: string[] = [];

  /** @param random chooses what is told about the order; without it each says the same but for its tag */
  create(key: OrderKey, random: () => number = () => 0): Sent {
    const tag = `delivery ${String(this.#sent.size)}`;
    const body = update(key, {
      status: pick(STATUSES, random),
      delivery_status: pick(DELIVERY_STATUSES, random),
      driver_details: pick(DRIVERS, random),
      tag,
    });
    const sent = { tag, stream: orderStream(key), body };
    this.#sent.set(tag, sent);
    return sent;
  }

  acknowledge({ tag, stream }: Sent, revision: number): void {
    const before = this.#acknowledged.get(tag);
    if (before === undefined) this.#acknowledged.set(tag, revision);
    else if (before !== revision) {
      this.#lies.push(`${tag} of ${stream} was acknowledged at ${String(before)} and at ${String(revision)}`);
    }
  }

  get acknowledged(): number {
    return this.#acknowledged.size;
  }

  isAcknowledged({ tag }: Sent): boolean {
    return this.#acknowledged.has(tag);
  }

  /**
   * Holds a log against what was sent and acknowledged: every acknowledged delivery is there once, at its revision and
   * with its content; every other one at most once; nothing else is there; revisions have no gap.
   * @returns one sentence for each broken promise
   */
  violations(log: readonly LogRow[]): string[] {
    const found = [...this.#lies];
    const seen = new Map<string, number>();
    const next = new Map<string, number>();
    for (const { stream, revision, data } of log) {
      if (!stream.startsWith('order-')) continue;
      const expected = next.get(stream) ?? 0;
      if (revision !== expected) found.push(`${stream} has ${String(revision)} where ${String(expected)} belongs`);
      next.set(stream, revision + 1);
      const object = JSON.parse(data) as { tag?: unknown };
      const tag = String(object.tag);
      const sent = this.#sent.get(tag);
      if (sent?.stream !== stream || !isDeepStrictEqual(object, sent.body.object)) {
        found.push(`nobody sent revision ${String(revision)} of ${stream}: ${data}`);
      } else if (seen.has(tag)) {
        found.push(`${tag} of ${stream} is there at ${String(seen.get(tag))} and at ${String(revision)}`);
      }
      seen.set(tag, revision);
    }
    for (const [tag, revision] of this.#acknowledged) {
      if (seen.get(tag) === revision) continue;
      const instead = seen.has(tag) ? `at ${String(seen.get(tag))}` : 'nowhere';
      found.push(
        `${tag} of ${String(this.#sent.get(tag)?.stream)} was acknowledged at ${String(revision)} and is ${instead}`,
      );
    }
    return found;
  }
}

/** How one attempt ended: `lost` is without an answer. */
export type Fate = 'acknowledged' | 'refused' | 'lost';

/**
 * Sends a delivery once and notes an acknowledgement.
 * @throws {Error} for an answer that is neither 200 nor 503.
 */
export async function send(service: RunningService, ledger: Ledger, sent: Sent): Promise<Fate> {
  let answer: Answer;
  try {
    answer = await service.deliver(sent.body);
  } catch {
    return 'lost';
  }
  if (answer.status === 503) return 'refused';
  const outcome = answerOf(answer);
  if (answer.status !== 200 || !('revision' in outcome)) {
    throw new Error(`${sent.tag} was answered with ${String(answer.status)}: ${answer.text}`);
  }
  ledger.acknowledge(sent, outcome.revision);
  return 'acknowledged';
}

/** An order with a sender of its own, who tells one thing after the other about it. */
interface OwnOrder {
  readonly key: OrderKey;
  /** The newest that was acknowledged, if nothing was sent since. */
  newest: Sent | null;
  /** Sent without a 200: to be sent again before anything else, or never. */
  unknown: Sent | null;
}

export const LOCATION = 'location of the load';
const orders = (name: string, count: number): OrderKey[] =>
  Array.from({ length: count }, (_, index) => orderKey(LOCATION, `${name} ${String(index)}`));

/**
 * Senders who deliver about some 200 orders: most have one sender, who repeats some deliveries and tries again what was
 * not acknowledged, or gives it up; a few are told of by all senders at once.
 */
export class Load {
  readonly ledger = new Ledger();
  readonly #own: readonly OwnOrder[];
  readonly #shared = orders('shared', 8);

  readonly #random: () => number;
  readonly #senders: number;

  constructor(random: () => number, senders = 32) {
    this.#random = random;
    this.#senders = senders;
    this.#own = orders('own', 192).map((key) => ({ key, newest: null, unknown: null }));
  }

  /** Sends until the service is gone or `signal` says so. */
  async run(service: RunningService, signal?: AbortSignal): Promise<void> {
    const sender = async (number: number): Promise<void> => {
      const own = this.#own.filter((_, index) => index % this.#senders === number);
      while (signal?.aborted !== true) {
        const fate =
          this.#random() < 0.1
            ? await send(service, this.ledger, this.ledger.create(pick(this.#shared, this.#random), this.#random))
            : await this.#send(service, pick(own, this.#random));
        if (fate === 'lost') return;
        if (fate === 'refused') await new Promise((next) => setTimeout(next, 20));
      }
    };
    await Promise.all(Array.from({ length: this.#senders }, (_, number) => sender(number)));
  }

  /** Sends again what is not acknowledged yet, until all of it is. */
  async settle(service: RunningService): Promise<void> {
    for (const order of this.#own) {
      while (order.unknown !== null) {
        if ((await this.#attempt(service, order, order.unknown)) === 'lost') throw new Error('the service is gone');
      }
    }
  }

  #send(service: RunningService, order: OwnOrder): Promise<Fate> {
    const { unknown, newest } = order;
    if (unknown !== null && this.#random() < 0.7) return this.#attempt(service, order, unknown);
    if (unknown === null && newest !== null && this.#random() < 0.15) return this.#attempt(service, order, newest);
    return this.#attempt(service, order, this.ledger.create(order.key, this.#random));
  }

  async #attempt(service: RunningService, order: OwnOrder, sent: Sent): Promise<Fate> {
    order.newest = null;
    order.unknown = sent;
    const fate = await send(service, this.ledger, sent);
    if (fate === 'acknowledged') Object.assign(order, { newest: sent, unknown: null });
    return fate;
  }
}
