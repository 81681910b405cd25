import { html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import { frameStyles } from '../shared/styles/frame-styles';
import { freshnessLine, staleBanner } from '../feed/freshness-bar';
import { icon, type IconName } from '../shared/icons';
import { LiveOrders } from '../feed/live-orders';
import { customerLists, type ListedOrder, isCalled } from './model/customer-list';
import type { LiveFreshness } from '../shared/model/freshness';
import { SpokenLanguage } from '../shared/language';
import { say, speech } from '../shared/model/say';
import { clockWords, hourCycleOf } from '../shared/model/words';
import { PageTurner } from '../shared/page-turner';
import { shortIds } from '../shared/model/short-id';
import { attribute, languageAttributes, railElement, styleSheet } from '../shared/rail-element';
import { basics, tokens } from '../shared/theme';
import css from './ticket-rail-customers.css?inline';

/** Milliseconds that a number is shown as having just become ready. */
const FRESH_MS = 10_000;

/** Most numbers that are said aloud at once. */
const MOST_SAID = 5;

/** More orders than this, and their numbers are smaller. */
const MOST_LARGE = 8;

/** Order numbers for customers who wait: what is ready, and what is being prepared. Nothing else reaches this screen. */
export class TicketRailCustomers extends railElement({
  location: attribute('', { reflect: true }),
  /** Base URL of Ticket Rail; empty: where the page comes from. */
  service: attribute(''),
  token: attribute(''),
  /** What people call the place; empty: as LOCATIONS_FILE has it, or else the location's id. */
  name: attribute(''),
  /** `12` or `24` hours; empty: as the browser's language counts them. */
  clock: attribute(''),
  ...languageAttributes,
}) {
  readonly #pages = new PageTurner(this, () => [...this.renderRoot.querySelectorAll('.lists ul')]);
  readonly #live = new LiveOrders<ListedOrder>(this, (changes) => {
    const calls: string[] = [];
    for (const { before, after, initial } of changes) {
      if (initial || !isCalled(after) || (before !== null && isCalled(before))) continue;
      this.#readyAt.set(after.order_id, this.#live.now);
      calls.push(after.number ?? after.order_id);
    }
    const orders = calls.slice(0, MOST_SAID).join(', ');
    if (calls.length > 0) this.#announcement = () => say('customers.called', { orders });
  });
  #readyAt = new Map<string, number>();
  /** The place as it was drawn last. */
  #placed = '';
  /** What is said aloud. */
  #announcement = (): string => '';

  constructor() {
    super();
    this.addController(new SpokenLanguage(this));
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (!changed.has('location') && !changed.has('service') && !changed.has('token')) return;
    const { location, service } = this;
    this.#readyAt = new Map();
    this.#live.follow({ service, location, token: this.token === '' ? null : this.token, view: 'customers' });
  }

  /** What stands at its head: what people call the place, or else the id of the location. */
  get place(): string {
    return this.name || (this.#live.facts.name ?? this.location);
  }

  /** What can be said of the age of its numbers. */
  get freshness(): LiveFreshness {
    return this.#live.freshness;
  }

  protected override updated(): void {
    if (this.place === this.#placed) return;
    this.#placed = this.place;
    this.dispatchEvent(new CustomEvent('place-changed', { bubbles: true, composed: true }));
  }

  protected override render(): TemplateResult {
    const { state, now, hasData, freshness } = this.#live;
    const { ready, preparing } = customerLists(state.orders.values(), now);
    const short = shortIds([...ready, ...preparing].map(({ order_id }) => order_id));
    return html`<div class="frame" lang=${speech().language} dir=${speech().direction} data-freshness=${freshness.kind}>
      <div class="bar">
        <p class="location"><bdi>${this.place}</bdi></p>
        ${freshnessLine(freshness)}
        <p class="clock">${clockWords(now, hourCycleOf(this.clock))}</p>
        <slot name="end"></slot>
      </div>
      ${staleBanner(freshness, this.service)}
      ${
        this.location === ''
          ? html`<p class="empty">${say('board.no_location')}</p>`
          : hasData
            ? html`<div class="lists" ?data-stale=${freshness.kind === 'stale'}>
                ${this.#renderList('ready', say('customers.ready'), 'check', ready, short, now)}
                ${this.#renderList('preparing', say('customers.preparing'), 'pot', preparing, short, now)}
              </div>`
            : html`<p class="empty">${say('board.loading')}</p>`
      }
      <div class="unseen" role="status" aria-live="polite">${this.#announcement()}</div>
    </div>`;
  }

  #renderList(
    name: 'ready' | 'preparing',
    heading: string,
    picture: IconName,
    orders: readonly ListedOrder[],
    short: ReadonlyMap<string, string>,
    now: number,
  ): TemplateResult {
    const more = this.#pages.more(name);
    return html`<section data-list=${name} ?data-many=${orders.length > MOST_LARGE} aria-labelledby=${name}>
      <h2>
        ${icon(picture)} <span id=${name}>${heading}</span>
        ${more === 0 ? nothing : html`<span class="more">${say('board.more', { count: more })}</span>`}
      </h2>
      ${
        orders.length === 0
          ? html`<p class="none">${say(name === 'ready' ? 'customers.none_ready' : 'customers.none_preparing')}</p>`
          : html`<ul role="list">
              ${repeat(
                orders,
                ({ order_id }) => order_id,
                ({ order_id, number }) =>
                  html`<li
                    data-order-id=${order_id}
                    title=${order_id}
                    ?data-fresh=${now - (this.#readyAt.get(order_id) ?? 0) < FRESH_MS}
                  >
                    <bdi>${number ?? short.get(order_id) ?? nothing}</bdi>
                  </li>`,
              )}
            </ul>`
      }
    </section>`;
  }

  static override styles = [tokens, basics, frameStyles, styleSheet(css)];
}

customElements.define('ticket-rail-customers', TicketRailCustomers);

declare global {
  interface HTMLElementTagNameMap {
    'ticket-rail-customers': TicketRailCustomers;
  }
}
