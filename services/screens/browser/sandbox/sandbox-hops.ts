import { html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import type { Hop } from '../../../../schemas/sandbox';
import { spanWords } from '../../../../schemas/words/span-words';
import { auditStyles } from '../shared/styles/audit-styles';
import { isChecked, valueOf } from '../shared/field-events';
import { icon, type IconName } from '../shared/icons';
import { exactTimeWords } from '../shared/model/time-words';
import { indentJson } from './model/indent-json';
import {
  type HopFilter,
  hopsSince,
  listHops,
  type HopOutcome,
  outcomeOf,
  outcomeWords,
  partyWords,
  secondsUntil,
  type Way,
  WAY_WORDS,
  WAYS,
  wayWords,
} from './model/sandbox-hops';
import { countWords } from '../shared/model/words';
import { property, railElement, state, styleSheet } from '../shared/rail-element';
import { basics } from '../shared/theme';
import css from './sandbox-hops.css?inline';

/** Someone wants to see one order alone, or all again. */
export class PickOrderEvent extends Event {
  static readonly type = 'pick-order';
  /** @param orderId the DSP's; null: all */
  constructor(readonly orderId: string | null) {
    super(PickOrderEvent.type, { bubbles: true, composed: true });
  }
}

const LANES = ['dsp', 'stream', 'pos'] as const;

const OUTCOME_ICONS: Readonly<Record<HopOutcome, IconName>> = {
  under_way: 'clock',
  answered: 'check',
  refused: 'alert',
  failed: 'close',
};

/** Writes a time by the clock, to the millisecond, without the day. */
const clockWords = (time: string): string => exactTimeWords(Date.parse(time)).slice(11);

/** Shows what went over the wire, as a diagram of who asked whom. */
export class TicketRailSandboxHops extends railElement({
  /** Newest first. */
  hops: property<readonly Hop[]>([]),
  /** The DSP's id of the one order that is shown; null: all. */
  order: property<string | null>(null),
  /** What people call that order. */
  orderName: property<string | null>(null),
  /** Milliseconds since the epoch by the process's clock. */
  now: property(0),
  way: state<Way | null>(null),
  failures: state(false),
  oldestFirst: state(false),
  /** What is shown instead of what is new; null: nothing is. */
  paused: state<readonly Hop[] | null>(null),
  /** Id of the hop that is open. */
  open: state<number | null>(null),
}) {
  protected override willUpdate(changed: PropertyValues<this>): void {
    // The process began anew: what is paused is of another one.
    const { paused, hops } = this;
    if (changed.has('hops') && paused !== null && (hops[0]?.id ?? -1) < (paused[0]?.id ?? -1)) this.paused = null;
  }

  protected override render(): TemplateResult {
    const { order, way, failures, paused, hops } = this;
    const filter: HopFilter = { order, way, failures };
    const shown = paused ?? hops;
    const { drawn, passing } = listHops(shown, filter, this.open, this.oldestFirst);
    return html`
      <h2 id="title">Hops</h2>
      ${this.#renderControls()}
      ${
        order === null
          ? nothing
          : html`<p class="only" data-order=${order}>
              <span
                >Only order <strong><bdi>${this.orderName ?? order}</bdi></strong></span
              >
              <button type="button" @click=${this.#showAll}>${icon('close')} Show all orders</button>
            </p>`
      }
      <p class="muted">
        ${paused === null ? nothing : html`<strong>Paused: ${countWords(hopsSince(paused, hops), 'newer hop')}.</strong> `}
        ${
          passing > drawn.length
            ? `The newest ${String(drawn.length)} of ${countWords(passing, 'hop')}.`
            : passing === 0
              ? nothing
              : `${countWords(passing, 'hop')}.`
        }
      </p>
      <div class="lanes heads" aria-hidden="true">
        ${LANES.map((party) => html`<span class="head" data-party=${party}>${partyWords(party)}</span>`)}
      </div>
      ${
        passing === 0
          ? html`<p class="empty">
              ${shown.length === 0 ? 'Nothing went over the wire yet. Submit an order.' : 'No hop is like this.'}
            </p>`
          : html`<ol role="list" aria-labelledby="title" @keydown=${this.#moved}>
              ${repeat(
                drawn,
                ({ id }) => id,
                (hop) => this.#renderHop(hop),
              )}
            </ol>`
      }
    `;
  }

  #renderControls(): TemplateResult {
    const { way, failures, oldestFirst, paused } = this;
    return html`<div class="row">
      <label>
        <span>Direction</span>
        <select @change=${this.#wayPicked}>
          <option value="" ?selected=${way === null}>All</option>
          ${WAYS.map((one) => html`<option value=${one} ?selected=${way === one}>${WAY_WORDS[one]}</option>`)}
        </select>
      </label>
      <label>
        <span>Sort</span>
        <select @change=${this.#sortPicked}>
          <option value="newest" ?selected=${!oldestFirst}>Newest first</option>
          <option value="oldest" ?selected=${oldestFirst}>Oldest first</option>
        </select>
      </label>
      <label class="check">
        <input type="checkbox" .checked=${failures} @change=${this.#failuresPicked} /> Failures only
      </label>
      <button type="button" aria-pressed=${String(paused !== null)} @click=${this.#pausePicked}>
        ${icon(paused === null ? 'pause' : 'play')} ${paused === null ? 'Pause' : 'Go on'}
      </button>
    </div>`;
  }

  #renderHop(hop: Hop): TemplateResult {
    const { id, from, to, name, attempt, at, duration_ms, retry_at } = hop;
    const outcome = outcomeOf(hop);
    const isOpen = id === this.open;
    const wait = secondsUntil(retry_at, this.now);
    const leftward = LANES.indexOf(from) > LANES.indexOf(to);
    const head = icon(outcome === 'failed' ? 'close' : leftward ? 'previous' : 'next');
    return html`<li data-hop=${id} data-outcome=${outcome}>
      <button
        type="button"
        class="hop"
        aria-expanded=${String(isOpen)}
        aria-controls=${isOpen ? `hop-${String(id)}` : nothing}
        @click=${() => {
          this.open = isOpen ? null : id;
        }}
      >
        <time datetime=${at}>${clockWords(at)}</time>
        <span class="lanes">
          ${LANES.map((party) => html`<span class="life" data-party=${party}></span>`)}
          <span class="name" data-way=${`${from}-${to}`}
            ><span class="unseen">${wayWords(hop)}: </span><bdi>${name}</bdi></span
          >
          <span class="arrow" data-way=${`${from}-${to}`} data-leftward=${leftward ? '' : nothing}>
            ${leftward ? head : nothing}<span class="line"></span>${leftward ? nothing : head}
          </span>
        </span>
        <span class="outcome">
          <span class="words">${icon(OUTCOME_ICONS[outcome])} <bdi>${outcomeWords(hop)}</bdi></span>
          <span>
            ${attempt === 1 ? nothing : html`<strong>Attempt ${attempt}</strong>`}
            ${attempt === 1 || duration_ms === null ? nothing : '·'}
            ${duration_ms === null ? nothing : spanWords(duration_ms)}
          </span>
          ${
            retry_at === null
              ? nothing
              : html`<strong class="retry">
                  ${wait === null ? `Sent again at ${clockWords(retry_at)}` : `Sent again in ${String(wait)} s`}
                </strong>`
          }
        </span>
      </button>
      ${isOpen ? this.#renderDetail(hop) : nothing}
    </li>`;
  }

  #renderDetail({ id, from, to, order_id, location_id, request, answer, error, retry_at }: Hop): TemplateResult {
    return html`<div class="detail" id=${`hop-${String(id)}`}>
      <div class="row">
        <p class="muted">
          Location <bdi>${location_id ?? 'unknown'}</bdi>, order of the DSP <bdi>${order_id ?? 'unknown'}</bdi>
        </p>
        ${
          order_id === null || order_id === this.order
            ? nothing
            : html`<button
                type="button"
                @click=${() => {
                  this.dispatchEvent(new PickOrderEvent(order_id));
                }}
              >
                ${icon('search')} Only this order
              </button>`
        }
      </div>
      <h3>Request of ${partyWords(from)}</h3>
      <p>
        <code>POST <bdi>${request.url}</bdi></code>
      </p>
      <dl>
        ${Object.entries(request.headers).map(
          ([name, value]) =>
            html`<div>
              <dt>
                <code><bdi>${name}</bdi></code>
              </dt>
              <dd>
                <code><bdi>${value}</bdi></code>
              </dd>
            </div>`,
        )}
      </dl>
      ${this.#renderBody('request', request.body)}
      <h3>Answer of ${partyWords(to)}</h3>
      ${
        answer === null
          ? html`<p>${error === null ? 'None yet.' : html`None: <bdi>${error}</bdi>`}</p>`
          : html`<p><code>${answer.status}</code></p>
              ${this.#renderBody('answer', answer.body)}`
      }
      ${retry_at === null ? nothing : html`<p>Sent again at ${clockWords(retry_at)}.</p>`}
    </div>`;
  }

  #renderBody(what: 'request' | 'answer', body: string): TemplateResult {
    return body === ''
      ? html`<p class="muted">Without a body.</p>`
      : html`<pre tabindex="0" data-body=${what}><bdi>${indentJson(body)}</bdi></pre>`;
  }

  readonly #showAll = (): void => {
    this.dispatchEvent(new PickOrderEvent(null));
    // The button is gone then.
    this.renderRoot.querySelector<HTMLElement>('select')?.focus();
  };

  readonly #wayPicked = (event: Event): void => {
    const value = valueOf(event);
    this.way = WAYS.find((way) => way === value) ?? null;
  };

  readonly #sortPicked = (event: Event): void => {
    this.oldestFirst = valueOf(event) === 'oldest';
  };

  readonly #failuresPicked = (event: Event): void => {
    this.failures = isChecked(event);
  };

  readonly #pausePicked = (): void => {
    this.paused = this.paused === null ? this.hops : null;
  };

  /** Up and down go from hop to hop. */
  readonly #moved = (event: KeyboardEvent): void => {
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    if (step === 0 || !(event.target instanceof HTMLElement) || !event.target.matches('.hop')) return;
    const hops = [...this.renderRoot.querySelectorAll<HTMLElement>('.hop')];
    const next = hops[hops.indexOf(event.target) + step];
    if (next === undefined) return;
    event.preventDefault();
    next.focus();
  };

  static override styles = [basics, auditStyles, styleSheet(css)];
}

customElements.define('ticket-rail-sandbox-hops', TicketRailSandboxHops);

declare global {
  interface HTMLElementTagNameMap {
    'ticket-rail-sandbox-hops': TicketRailSandboxHops;
  }
}
