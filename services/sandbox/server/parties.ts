import type { SandboxOrder } from '../../../schemas/sandbox';
import type { Batch, Story } from '../../../schemas/files/scenario';
import { hint } from '../../terminal/output';
import { Autopilot } from '../parties/autopilot';
import { Dsp } from '../parties/dsp';
import { Pos } from '../parties/pos';
import { RushHour } from '../parties/rush-hour';
import { type OrderRequest, Submitter } from '../parties/submitter';
import type { Menu } from '../stand-in/menu';
import type { OrderLife } from '../stand-in/order-life';
import { ScriptedReports } from '../stand-in/scripted-reports';
import { StreamStandIn } from '../stand-in/stream-stand-in';
import { createClock } from '../wire/clock';
import { HopLog } from '../wire/hop-log';
import { Outbox } from '../wire/outbox';
import { seeded } from '../wire/random';
import type { LiveNews } from './live-news';

/** Orders of a rush that may be on their way to Stream at once. */
const MAX_SUBMITTING = 200;

/** Says on standard error what failed while nobody waited for it. */
const complain = (error: unknown): void => {
  const why = error instanceof Error ? (error.stack ?? error.message) : String(error);
  hint(`The sandbox failed: ${why}`);
};

const isoOrNull = (time: number | null): string | null => (time === null ? null : new Date(time).toISOString());

export interface PartiesOptions {
  readonly menu: Menu;
  readonly stories: readonly Story[];
  readonly batches: readonly Batch[];
  readonly locations: readonly string[];
  /** Where the delivery service sends Stream its messages about orders. */
  readonly orderUrl: string;
  readonly pos: { readonly url: string; readonly secret: string; readonly bearer: string | null };
  readonly dsp: { readonly url: string; readonly secret: string };
  /** Seconds of a story in a second. */
  readonly speed: number;
  readonly seed: number;
  readonly now: () => number;
  readonly news: LiveNews;
  readonly onRush: () => void;
}

/** Stream's stand-in, a POS and a delivery service, what they send each other, and who acts for them. */
export class Parties {
  readonly clock;
  readonly hops;
  readonly dsp;
  readonly pos;
  readonly stream: StreamStandIn;
  readonly autopilot: Autopilot;
  readonly submitter;
  readonly rush;
  readonly #outbox;
  readonly #news;
  readonly #now;
  readonly #updatedAt = new Map<string, number>();
  #submitting = 0;

  constructor(options: PartiesOptions) {
    const { menu, stories, batches, locations, orderUrl, now, news } = options;
    const runId = now().toString(36);
    const random = seeded(options.seed);
    const clock = createClock(options.speed, now);
    const scriptedReports = new ScriptedReports();
    const onError = complain;
    this.#now = now;
    this.#news = news;
    this.clock = clock;
    this.hops = new HopLog(now, (hop) => {
      news.send('hop', hop);
    });
    this.#outbox = new Outbox({ clock, random: random.fork(), hops: this.hops, onError });
    this.dsp = new Dsp({ orderUrl, secret: options.dsp.secret });
    const { secret, bearer } = options.pos;
    this.pos = new Pos({ secret, bearer, locations: new Set(locations), random: random.fork(), runId });
    this.stream = new StreamStandIn({
      menu,
      locations: new Set(locations),
      clock,
      outbox: this.#outbox,
      scriptedReports,
      pos: options.pos,
      dsp: options.dsp,
      onChange: (life, before) => {
        this.#changed(life, before);
      },
      onForgotten: (orderId) => {
        this.autopilot.forget(orderId);
        this.#updatedAt.delete(orderId);
      },
    });
    const { dsp, pos, stream } = this;
    const onChange = (life: OrderLife): void => {
      this.#sendOrder(life);
    };
    const autopilot = new Autopilot({ clock, random: random.fork(), dsp, stream, scriptedReports, onChange, onError });
    this.autopilot = autopilot;
    this.submitter = new Submitter({
      ...{ dsp, pos, stream, autopilot, menu, stories, batches, locations, runId },
      random: random.fork(),
    });
    this.rush = new RushHour({
      clock,
      random: random.fork(),
      submit: (story) =>
        this.#place({
          story,
          drivers: null,
          fulfillmentType: story.fulfillment_type,
          locationId: random.pick(locations),
          fault: null,
        }),
      onChange: options.onRush,
    });
  }

  /** Returns an order as the page shows it. */
  shown(life: OrderLife): SandboxOrder {
    const { order } = life;
    return {
      order_id: order.id,
      customer_facing_id: order.customer_facing_id,
      provider_id: life.providerId,
      location_id: life.locationId,
      fulfillment_type: order.fulfillment_type,
      unpaid: order.unpaid ?? false,
      state: life.state,
      reason: life.reason,
      status: life.status,
      delivery_status: life.deliveryStatus,
      driver_name: life.driver?.name ?? null,
      story: this.autopilot.storyOf(order.id)?.name ?? null,
      next_step_at: isoOrNull(this.autopilot.nextStepAt(order.id)),
      updated_at: new Date(this.#updatedAt.get(order.id) ?? this.#now()).toISOString(),
    };
  }

  close(): void {
    this.clock.stop();
    this.#outbox.close();
    this.dsp.close();
  }

  #changed(life: OrderLife, before: OrderLife | null): void {
    const { id } = life.order;
    this.#updatedAt.set(id, this.#now());
    if (life.state !== 'submitted') this.pos.restock(id);
    if (life.state === 'accepted' && before?.state === 'submitted') this.autopilot.begin(id);
    this.#sendOrder(life);
  }

  #sendOrder(life: OrderLife): void {
    this.#news.send('order', this.shown(life));
  }

  /** @returns false if too many are under way already. */
  #place(request: OrderRequest): boolean {
    if (this.#submitting >= MAX_SUBMITTING) return false;
    this.#submitting++;
    this.submitter
      .submit(request)
      .finally(() => {
        this.#submitting--;
      })
      .catch(complain);
    return true;
  }
}
