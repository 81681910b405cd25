import type { z } from 'zod';
import {
  MAX_SUBMITTED,
  type OrderAction,
  type SandboxOrder,
  type SandboxState,
  type SandboxSummary,
  type SetDsp,
  type SetPos,
  type SetRush,
  type SubmitOrders,
  type Submitted,
} from '../../../schemas/sandbox';
import type { Acted } from '../parties/autopilot';
import type { OrderRequest } from '../parties/submitter';
import { loadScenario } from '../stories/scenario-files';
import type { Control } from './control-route';
import type { LiveNews } from './live-news';
import type { Parties } from './parties';

/** Whose stories orders have that come by themselves. */
const USUAL_RUSH = 'lunch-rush';
/** Orders that the page lists. */
const MAX_LISTED_ORDERS = 200;

/** What of the summary never changes. */
export interface SandboxFacts extends Pick<
  SandboxSummary,
  'version' | 'speed' | 'partner_id' | 'locations' | 'stories' | 'rushes'
> {
  readonly pos: Pick<SandboxSummary['pos'], 'url' | 'builtin'>;
  readonly dsp: Pick<SandboxSummary['dsp'], 'url' | 'builtin'>;
}

/** Reads of the parties what the page shows, and does with them what it asks for. */
export class SandboxControl implements Control {
  readonly #usualStories;
  readonly #facts: SandboxFacts;
  readonly #parties: Parties;
  readonly #news: LiveNews;

  /** @throws {ScenarioError} */
  constructor(facts: SandboxFacts, parties: Parties, news: LiveNews) {
    this.#facts = facts;
    this.#parties = parties;
    this.#news = news;
    const usual = loadScenario(USUAL_RUSH);
    this.#usualStories = usual.kind === 'rush' ? usual.stories : [];
  }

  state(): SandboxState {
    const { stream, hops } = this.#parties;
    const orders = stream.list(MAX_LISTED_ORDERS).map((life) => this.#parties.shown(life));
    return { ...this.#summary(), orders, hops: hops.list() };
  }

  async submit(wanted: SubmitOrders): Promise<Submitted | string> {
    const { submitter } = this.#parties;
    const requests: OrderRequest[] = [];
    for (let left = wanted.count; left > 0; left--) {
      const more = submitter.requestsOf(wanted);
      if (more === null) return 'There is no such story, or not of this fulfillment_type.';
      requests.push(...more);
      if (requests.length > MAX_SUBMITTED) return `These are more than ${String(MAX_SUBMITTED)} orders at once.`;
    }
    return { orders: await Promise.all(requests.map((request) => submitter.submit(request))) };
  }

  order(orderId: string): SandboxOrder | null {
    const life = this.#parties.stream.find(orderId);
    return life === null ? null : this.#parties.shown(life);
  }

  act(orderId: string, action: OrderAction): Promise<Acted> {
    return this.#parties.autopilot.act(orderId, action);
  }

  setPos({ mode, out_of_stock }: z.infer<typeof SetPos>): SandboxSummary {
    const { pos } = this.#parties;
    if (mode !== undefined) pos.mode = mode;
    if (out_of_stock !== undefined) pos.outOfStock = new Set(out_of_stock);
    return this.sendState();
  }

  setDsp({ mode }: z.infer<typeof SetDsp>): SandboxSummary {
    this.#parties.dsp.mode = mode;
    return this.sendState();
  }

  setRush({ rush: name, orders_per_minute }: SetRush): SandboxSummary | string {
    const { rush } = this.#parties;
    if (name === null) {
      if (orders_per_minute === undefined) rush.begin(null);
      else this.beginEndless(orders_per_minute);
      return this.#summary();
    }
    const { rushes } = this.#facts;
    if (!rushes.some((known) => known.name === name)) {
      return `There is no rush ${JSON.stringify(name)}. There are: ${rushes.map((known) => known.name).join(', ')}.`;
    }
    const scenario = loadScenario(name);
    if (scenario.kind !== 'rush') return `${JSON.stringify(name)} is no rush.`;
    const { orders, orders_per_minute: own } = scenario.rush;
    rush.begin({ name, orders, ordersPerMinute: orders_per_minute ?? own, stories: scenario.stories });
    return this.#summary();
  }

  /** Orders of the usual stories from now on, so many a minute of a story. */
  beginEndless(ordersPerMinute: number): void {
    this.#parties.rush.begin({ name: null, ordersPerMinute, orders: null, stories: this.#usualStories });
  }

  seen(orderId: string): ReturnType<Control['seen']> {
    const { stream, pos, dsp } = this.#parties;
    const life = stream.find(orderId);
    if (life === null) return null;
    return { pos: life.providerId === null ? [] : pos.seen.of(life.providerId), dsp: dsp.seen.of(orderId) };
  }

  /** Sends the pages the current state, and returns it. */
  sendState(): SandboxSummary {
    const state = this.#summary();
    this.#news.send('state', state);
    return state;
  }

  #summary(): SandboxSummary {
    const { pos, dsp, rush } = this.#parties;
    return {
      ...this.#facts,
      pos: { ...this.#facts.pos, mode: pos.mode, out_of_stock: [...pos.outOfStock] },
      dsp: { ...this.#facts.dsp, mode: dsp.mode },
      rush: rush.state,
    };
  }
}
