import { randomUUID } from 'node:crypto';
import type { DSP_MODES } from '../../../schemas/sandbox';
import { type CancelOrder, type DeliveryReport, type NewOrder, StreamEvent } from '../../../schemas/wire/stream-dsp';
import { ReceivedMessages } from './received-messages';
import type { Submission } from './order-faults';
import { agentFor, type Exchange, post, signatureOf } from '../wire/post';
import { DSP_SIGNATURE, isSignedWith } from '../wire/signing';

export type DspMode = (typeof DSP_MODES)[number];

/** Milliseconds that the stand-in has to answer. */
const TIMEOUT_MS = 10_000;
/** Connections to the stand-in. */
const MAX_CONNECTIONS = 32;

/**
 * The built-in delivery service: submits orders and reports of its drivers over HTTP, and takes what Stream sends it.
 */
export class Dsp {
  mode: DspMode = 'ok';
  readonly seen = new ReceivedMessages();
  readonly #agent: ReturnType<typeof agentFor>;

  readonly #options: { readonly orderUrl: string; readonly secret: string };

  /** @param orderUrl where Stream takes messages of this delivery service */
  constructor(options: { readonly orderUrl: string; readonly secret: string }) {
    this.#options = options;
    this.#agent = agentFor(options.orderUrl, MAX_CONNECTIONS);
  }

  report(body: DeliveryReport): Promise<Exchange> {
    return this.#post(Buffer.from(JSON.stringify(body)), 'right');
  }

  cancel(body: CancelOrder): Promise<Exchange> {
    return this.#post(Buffer.from(JSON.stringify(body)), 'right');
  }

  /** @returns the answer, the last of several. */
  async submit({ body, signature, times }: Submission): Promise<Exchange> {
    let exchange = await this.#post(body, signature);
    for (let more = 1; more < times; more++) exchange = await this.#post(body, signature);
    return exchange;
  }

  /** Takes what Stream sends. @returns the status to answer with */
  receive(body: Buffer, signature: string | undefined): 200 | 400 | 401 {
    if (!isSignedWith(body, signature, this.#options.secret)) return 401;
    let event: unknown;
    try {
      event = JSON.parse(body.toString('utf8'));
    } catch {
      return 400;
    }
    const parsed = StreamEvent.safeParse(event);
    if (!parsed.success) return 400;
    this.seen.note(parsed.data.order_id, event);
    return 200;
  }

  close(): void {
    this.#agent.destroy();
  }

  #post(body: Uint8Array, signature: Submission['signature']): Promise<Exchange> {
    const { orderUrl: url, secret } = this.#options;
    const signed = { right: signatureOf(body, secret), wrong: signatureOf(body, randomUUID()), none: null }[signature];
    const headers = { 'Content-Type': 'application/json', ...(signed === null ? {} : { [DSP_SIGNATURE]: signed }) };
    return post({ url, body, headers, timeoutMs: TIMEOUT_MS, agent: this.#agent });
  }
}

/** `type` of what a delivery service says: the values are not documented. */
export const newOrder = (location_id: string, order: NewOrder['order']): NewOrder => ({
  type: 'order.created',
  location_id,
  order,
});
