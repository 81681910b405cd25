import type { CancelOrder, DeliveryReport, NewOrder, StoreStatus } from '../../../schemas/wire/stream-dsp';
import type { Clock } from '../wire/clock';
import type { DspMessage } from './dsp-message';
import type { Menu } from './menu';
import {
  ALL_CANCEL_NEWS,
  type CancelNews,
  cancelability,
  canceled,
  decided,
  type LifeDecision,
  deliveryReported,
  type PartyNews,
  type OrderLife,
  type Opening,
  ownStatus,
  storyEnded,
  submitted,
} from './order-life';
import { checkOrder, type BrokenRule } from './order-rules';
import { isAcknowledged, type Outbox } from '../wire/outbox';
import { parsePosAnswer } from '../wire/pos-answer';
import { signatureOf } from '../wire/post';
import { DSP_SIGNATURE, POS_SIGNATURE } from '../wire/signing';
import type { ScriptedReports } from './scripted-reports';

/** Orders that are remembered; the oldest that are over make room. */
const MAX_ORDERS = 10_000;
/** How many of the oldest orders are looked at for one that is over. */
const MAX_LOOKED_AT = 200;
/**
 * Seconds of a story that a POS has to decide about an order, as for an asynchronous answer
 * (docs/decisions/017-sandbox.md).
 */
const DECISION_S = 60;
/** Least real milliseconds of it, however fast stories are played: time for a POS on a machine that is busy. */
const MIN_DECISION_MS = 10_000;
/** Without an estimate, food is ready 30 minutes after its order came (order_submit_params of Stream's SDK). */
const DEFAULT_READY_S = 30 * 60;

/** What Stream answers a delivery service. */
export type StreamAnswer =
  | { readonly kind: 'taken'; readonly orderId: string | null }
  | { readonly kind: 'refused'; readonly status: 400 | 404 | 409; readonly refusals: readonly BrokenRule[] }
  | { readonly kind: 'busy' };

export interface StreamOptions {
  readonly menu: Menu;
  readonly locations: ReadonlySet<string>;
  readonly clock: Clock;
  readonly outbox: Outbox;
  readonly scriptedReports: ScriptedReports;
  readonly pos: { readonly url: string; readonly secret: string; readonly bearer: string | null };
  readonly dsp: { readonly url: string; readonly secret: string };
  readonly onChange: (life: OrderLife, before: OrderLife | null) => void;
  readonly onForgotten: (orderId: string) => void;
}

interface Pause {
  /** Epoch milliseconds; both ends may be open. */
  readonly from: number;
  readonly until: number;
}

const taken = (orderId: string | null): StreamAnswer => ({ kind: 'taken', orderId });
const refused = (status: 404 | 409, pointer: string, detail: string): StreamAnswer => ({
  kind: 'refused',
  status,
  refusals: [{ rule: 'known-order', pointer, detail }],
});

/** Stands in for Stream: takes what a delivery service says, asks the POS, and reports to both what follows. */
export class StreamStandIn {
  readonly #orders = new Map<string, OrderLife>();
  readonly #pauses = new Map<string, Pause>();
  /** What calls off the timer that says that the food is ready, by order. */
  readonly #readyTimers = new Map<string, () => void>();

  readonly #options: StreamOptions;

  constructor(options: StreamOptions) {
    this.#options = options;
  }

  /** Takes what a delivery service said, once its signature was checked. */
  receive({ kind, body }: DspMessage): StreamAnswer {
    if (this.#options.outbox.isFull) return { kind: 'busy' };
    switch (kind) {
      case 'new-order':
        return this.#newOrder(body);
      case 'delivery-report':
        return this.#report(body);
      case 'cancel-order':
        return this.#cancel(body);
      case 'store-status':
        return this.#storeStatus(body);
    }
  }

  /** Finds an order by the DSP's id. */
  find(orderId: string): OrderLife | null {
    return this.#orders.get(orderId) ?? null;
  }

  /** @returns the newest, newest first. */
  list(limit: number): OrderLife[] {
    return [...this.#orders.values()].slice(-limit).reverse();
  }

  /** The order as a whole moved, without news of its delivery. */
  setStatus(orderId: string, status: string): void {
    const life = this.#orders.get(orderId);
    if (life !== undefined && life.providerId !== null) this.#apply(life, ownStatus(life, status));
  }

  cancelByMerchant(orderId: string, news: readonly CancelNews[] = ALL_CANCEL_NEWS): void {
    const life = this.#orders.get(orderId);
    if (life !== undefined && life.providerId !== null) this.#apply(life, canceled(life, 'merchant', null, news));
  }

  endStory(orderId: string): void {
    const life = this.#orders.get(orderId);
    if (life !== undefined) this.#apply(life, { life: storyEnded(life), news: [] });
  }

  #newOrder({ location_id, order }: NewOrder): StreamAnswer {
    const before = this.#orders.get(order.id);
    if (before !== undefined) {
      if (before.locationId === location_id) return taken(order.id);
      return refused(409, '/order/id', `${order.id} was submitted for ${before.locationId}.`);
    }
    const { menu, scriptedReports } = this.#options;
    const refusals = checkOrder(order, menu);
    if (refusals.length > 0) return { kind: 'refused', status: 400, refusals };
    if (!this.#makeRoom()) return { kind: 'busy' };
    this.#apply(
      null,
      submitted(location_id, order, scriptedReports.isScripted(order.id), this.#openingOf(location_id)),
    );
    return taken(order.id);
  }

  #report(report: DeliveryReport): StreamAnswer {
    const life = this.#orders.get(report.order_id);
    if (life?.locationId !== report.location_id) {
      return refused(404, '/order_id', `There is no order ${report.order_id} at ${report.location_id}.`);
    }
    if (life.providerId === null) {
      return refused(409, '/order_id', `The POS has not accepted ${report.order_id}: it is ${life.state}.`);
    }
    const status = this.#options.scriptedReports.statusOfReport(report.order_id);
    this.#apply(life, deliveryReported(life, report, status));
    return taken(report.order_id);
  }

  #cancel({ order_id, location_id, cancel_reason, cancel_source }: CancelOrder): StreamAnswer {
    const life = this.#orders.get(order_id);
    if (life?.locationId !== location_id) {
      return refused(404, '/order_id', `There is no order ${order_id} at ${location_id}.`);
    }
    if (cancelability(life) === 'over') return refused(409, '/order_id', `${order_id} has ended.`);
    const reason = [cancel_source, cancel_reason].filter((one) => one !== undefined).join(': ');
    const news = this.#options.scriptedReports.newsOfCancel(order_id);
    this.#apply(life, canceled(life, 'dsp', reason === '' ? null : reason, news));
    return taken(order_id);
  }

  #storeStatus({ location_id, status_update }: StoreStatus): StreamAnswer {
    if (!this.#options.locations.has(location_id)) {
      return refused(404, '/location_id', `There is no location ${location_id}.`);
    }
    const { status, start_time: from = -Infinity, end_time: until = Infinity } = status_update;
    if (status === 'paused') this.#pauses.set(location_id, { from, until });
    else this.#pauses.delete(location_id);
    return taken(null);
  }

  #openingOf(locationId: string): Opening {
    const { locations, clock } = this.#options;
    if (!locations.has(locationId)) return 'unknown';
    const pause = this.#pauses.get(locationId);
    const now = clock.now();
    return pause !== undefined && pause.from <= now && now < pause.until ? 'paused' : 'open';
  }

  #makeRoom(): boolean {
    if (this.#orders.size < MAX_ORDERS) return true;
    let looked = 0;
    for (const [orderId, { state }] of this.#orders) {
      if (state === 'ended' || state === 'rejected' || state === 'canceled') {
        this.#orders.delete(orderId);
        this.#readyTimers.get(orderId)?.();
        this.#readyTimers.delete(orderId);
        this.#options.onForgotten(orderId);
        return true;
      }
      if (++looked === MAX_LOOKED_AT) return false;
    }
    return false;
  }

  #apply(before: OrderLife | null, { life, news }: LifeDecision): void {
    if (life === before) return;
    this.#orders.set(life.order.id, life);
    for (const one of news) this.#send(life, one);
    this.#options.onChange(life, before);
  }

  #send({ order, locationId }: OrderLife, { kind: to, body }: PartyNews): void {
    const { clock, outbox, pos, dsp } = this.#options;
    const bytes = Buffer.from(JSON.stringify(body));
    const isNew = body.type === 'order.created';
    const headers =
      to === 'pos'
        ? {
            'Content-Type': 'application/json',
            [POS_SIGNATURE]: signatureOf(bytes, pos.secret),
            ...(pos.bearer === null ? {} : { Authorization: `Bearer ${pos.bearer}` }),
          }
        : { 'Content-Type': 'application/json', [DSP_SIGNATURE]: signatureOf(bytes, dsp.secret) };
    outbox.send({
      to,
      name: body.type,
      locationId,
      orderId: order.id,
      url: to === 'pos' ? pos.url : dsp.url,
      headers,
      body: bytes,
      until: isNew ? Math.max(clock.in(DECISION_S), clock.now() + MIN_DECISION_MS) : null,
      isSettledBy: isNew ? (exchange) => parsePosAnswer(exchange) !== null : isAcknowledged,
      onEnd: (exchange) => {
        if (isNew) this.#decided(order.id, exchange === null ? null : parsePosAnswer(exchange));
      },
    });
  }

  #decided(orderId: string, decision: ReturnType<typeof parsePosAnswer>): void {
    const life = this.#orders.get(orderId);
    if (life === undefined) return;
    const { clock } = this.#options;
    const prep = decision?.kind === 'accepted' ? decision.prepMinutes : null;
    const estimate = life.order.estimated_ready_at_ms ?? 0;
    const usual = estimate > clock.now() ? estimate : clock.in(DEFAULT_READY_S);
    const readyAt = prep === null ? usual : clock.in(prep * 60);
    this.#apply(life, decided(life, decision, readyAt));
    if (life.scripted || this.#orders.get(orderId)?.state !== 'accepted') return;
    // A timer says it, whatever the driver did meanwhile, as Stream documents of itself.
    const callOff = clock.at(readyAt, () => {
      this.#readyTimers.delete(orderId);
      const now = this.#orders.get(orderId);
      if (now?.state === 'accepted' && now.status !== 'ready_for_pickup') this.setStatus(orderId, 'ready_for_pickup');
    });
    this.#readyTimers.set(orderId, callOff);
  }
}
