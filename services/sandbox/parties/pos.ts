import { isJsonObject } from '../../../schemas/json/json-object';
import type { POS_MODES } from '../../../schemas/sandbox';
import { OrderCreated, type OrderModifier, type PosValidation } from '../../../schemas/wire/stream-dsp';
import { ReceivedMessages } from './received-messages';
import { subtotalOf } from './order-maker';
import type { Random } from '../wire/random';
import { isSignedWith } from '../wire/signing';

export type PosMode = (typeof POS_MODES)[number];

/** Fewest and most minutes that the kitchen takes. */
const PREP_MINUTES = [8, 20] as const;
/** Orders whose ids are remembered, so that one that is sent again is not cooked twice. */
const MAX_ORDERS = 10_000;

/** What the built-in POS answers. */
export interface PosAnswer {
  readonly status: 200 | 400 | 401;
  readonly body: unknown;
}

interface PosOptions {
  readonly secret: string;
  readonly bearer: string | null;
  readonly locations: ReadonlySet<string>;
  readonly random: Random;
  /** Begins its order ids, so that those of two runs do not meet. */
  readonly runId: string;
}

interface Wanted {
  readonly id: string;
  readonly quantity: number;
  readonly type: 'item' | 'modifier';
}

const choices = (modifiers: readonly OrderModifier[]): Wanted[] =>
  modifiers.flatMap(({ id, quantity, modifiers: inner }) => [
    { id, quantity, type: 'modifier' as const },
    ...choices(inner),
  ]);

/** @returns what a POS finds wrong with an order; null if it takes it (docs/protocol.md#section-2). */
export function validate(
  order: OrderCreated['object'],
  pos: { readonly locations: ReadonlySet<string>; readonly outOfStock: ReadonlySet<string>; readonly mode: PosMode },
): PosValidation | null {
  if (pos.mode === 'rejecting') {
    return { orderValidation: [{ order_error: 'pos_offline', order_error_reason: 'It is set to take no orders.' }] };
  }
  if (!pos.locations.has(order.location_id)) {
    const order_error_reason = `There is no location ${order.location_id}.`;
    return { orderValidation: [{ order_error: 'store_unavailable', order_error_reason }] };
  }
  const wanted = order.items.flatMap(({ id, quantity, modifiers }): Wanted[] => [
    { id, quantity, type: 'item' },
    ...choices(modifiers),
  ]);
  const missing = wanted.filter(({ id }) => pos.outOfStock.has(id));
  if (missing.length > 0) {
    return { stockValidation: missing.map(({ type, id }) => ({ type, provider_id: id, quantity: 0 })) };
  }
  const posTotal = subtotalOf(order);
  return posTotal === order.subtotal ? null : { orderTotalsValidation: [{ posTotal, streamTotal: order.subtotal }] };
}

/** The built-in POS: takes orders, or rejects them with a reason, and remembers what was reported to it about them. */
export class Pos {
  mode: PosMode = 'ok';
  /** Variations and modifiers that there is none of, for any order. */
  outOfStock: ReadonlySet<string> = new Set();
  /** By its own order ids. */
  readonly seen = new ReceivedMessages();
  readonly #accepted = new Map<string, { readonly provider_id: string; readonly prep_time_minutes: number }>();
  /** What is sold out for one order only, by the DSP's id of it. */
  readonly #soldOutFor = new Map<string, string>();
  #next = 1;

  readonly #options: PosOptions;

  constructor(options: PosOptions) {
    this.#options = options;
  }

  /** Makes a variation sold out for this order from now on; other orders get it. */
  sellOut(orderId: string, variationId: string): void {
    this.#soldOutFor.set(orderId, variationId);
  }

  /** Undoes {@link sellOut} for this order. */
  restock(orderId: string): void {
    this.#soldOutFor.delete(orderId);
  }

  /** Answers what was posted to Handle Order. */
  handle(body: Buffer, signature: string | undefined, authorization: string | undefined): PosAnswer {
    const { secret, bearer } = this.#options;
    const isAllowed = bearer === null || authorization === `Bearer ${bearer}`;
    if (!isSignedWith(body, signature, secret) || !isAllowed) return { status: 401, body: { error: 'not authentic' } };
    let message: unknown;
    try {
      message = JSON.parse(body.toString('utf8'));
    } catch {
      message = null;
    }
    const created = OrderCreated.safeParse(message);
    if (created.success) return this.#insert(created.data);
    const orderId = orderIdOf(message);
    if (orderId === null) return { status: 400, body: { error: 'expected an event about an order' } };
    this.seen.note(orderId, message);
    return { status: 200, body: {} };
  }

  #insert(created: OrderCreated): PosAnswer {
    const { object } = created;
    const before = this.#accepted.get(object.id);
    if (before !== undefined) return { status: 200, body: { order: before } };
    const { locations, random, runId } = this.#options;
    const soldOut = this.#soldOutFor.get(object.id);
    const outOfStock = soldOut === undefined ? this.outOfStock : new Set([...this.outOfStock, soldOut]);
    const found = validate(object, { locations, outOfStock, mode: this.mode });
    if (found !== null) return { status: 400, body: { posValidation: found } };
    const order = {
      provider_id: `pos-${runId}-${String(this.#next++)}`,
      prep_time_minutes: random.int(...PREP_MINUTES),
    };
    this.#accepted.set(object.id, order);
    const [oldest] = this.#accepted.keys();
    if (this.#accepted.size > MAX_ORDERS && oldest !== undefined) this.#accepted.delete(oldest);
    this.seen.note(order.provider_id, created);
    return { status: 200, body: { order } };
  }
}

/** @returns the POS's order id that an event other than `order.created` names, or null. */
function orderIdOf(message: unknown): string | null {
  const object = isJsonObject(message) ? message['object'] : null;
  const ids = isJsonObject(object) ? [object['order_id'], object['provider_id']] : [];
  return ids.find((id) => typeof id === 'string') ?? null;
}
