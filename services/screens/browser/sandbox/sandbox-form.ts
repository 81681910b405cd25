import { html, nothing, type TemplateResult } from 'lit';
import { locationId } from '../../../../schemas/order-key';
import { keysOf } from '../../../../schemas/records';
import type { OrderFault, SandboxOrder, SandboxSummary, Submitted, SubmitOrders } from '../../../../schemas/sandbox';
import type { FulfillmentType } from '../../../../schemas/files/scenario';
import { auditStyles } from '../shared/styles/audit-styles';
import { formData, valueOf } from '../shared/field-events';
import { icon } from '../shared/icons';
import { FAULTS, faultsFoundBy, FOUND_BY_WORDS, MOST_PER_MINUTE, MOST_SUBMITTED } from './model/sandbox-answer';
import { FULFILLMENT_WORDS, fulfillmentWords, rushWords } from './model/sandbox-words';
import { property, railElement, state, styleSheet } from '../shared/rail-element';
import { command } from './sandbox-client';
import { PickOrderEvent } from './sandbox-hops';
import { type SubmitResult, resultPanel } from './sandbox-result';
import { basics } from '../shared/theme';
import css from './sandbox-form.css?inline';

const FOUND_BY = keysOf(FOUND_BY_WORDS);

/** Submits orders, right ones and wrong ones, one by one or as a rush. */
export class TicketRailSandboxForm extends railElement({
  summary: property<SandboxSummary | null>(null),
  /** Where what becomes of a submitted order is looked up. */
  orders: property<readonly SandboxOrder[]>([]),
  /** The fulfillment type that is picked; empty: any. */
  type: state(''),
  /** The story that is picked; empty: any. */
  story: state(''),
  isSubmitting: state(false),
  result: state<SubmitResult | null>(null),
  /** Orders of all stories are to come, in place of a rush that has a pace of its own. */
  isEndless: state(false),
  rushTrouble: state<string | null>(null),
}) {
  protected override render(): TemplateResult | typeof nothing {
    const { summary } = this;
    if (summary === null) return nothing;
    return html`
      <h2>New order</h2>
      ${this.#renderOrder(summary)}
      <details>
        <summary>Try a rule</summary>
        ${FOUND_BY.map(
          (by) =>
            html`<div class="faults" role="group" aria-label=${FOUND_BY_WORDS[by]}>
              <p aria-hidden="true" class="muted">${FOUND_BY_WORDS[by]}</p>
              ${faultsFoundBy(by).map(
                (fault) =>
                  html`<button
                    type="button"
                    data-fault=${fault}
                    @click=${() => void this.#submit({ count: 1, fault }, fault)}
                  >
                    ${FAULTS[fault].words}
                  </button>`,
              )}
            </div>`,
        )}
      </details>
      <div role="status" class="result">
        ${this.result === null ? nothing : resultPanel(this.result, this.orders, this.#closed, this.#showHops)}
      </div>
      <h2>Rush</h2>
      ${this.#renderRush(summary)}
    `;
  }

  #renderOrder({ stories, locations }: SandboxSummary): TemplateResult {
    const { type, story } = this;
    const fitting = stories.filter(({ fulfillment_type }) => type === '' || fulfillment_type === type);
    const picked = fitting.find(({ name }) => name === story);
    return html`<form class="fields" @submit=${this.#ordered}>
      <label>
        <span>Fulfillment type</span>
        <select name="fulfillment_type" @change=${this.#typePicked}>
          <option value="" ?selected=${type === ''}>Any</option>
          ${Object.entries(FULFILLMENT_WORDS).map(
            ([value, words]) => html`<option value=${value} ?selected=${value === type}>${words}</option>`,
          )}
        </select>
      </label>
      <label>
        <span>Story</span>
        <select name="story" @change=${this.#storyPicked}>
          <option value="" ?selected=${picked === undefined}>Any that fits</option>
          ${fitting.map(({ name }) => html`<option value=${name} ?selected=${name === picked?.name}>${name}</option>`)}
        </select>
      </label>
      <p class="muted summary">
        ${
          picked === undefined
            ? 'A story decides what becomes of the order.'
            : html`<bdi>${picked.summary}</bdi> (${fulfillmentWords(picked.fulfillment_type)})`
        }
      </p>
      <label>
        <span>Location</span>
        <select name="location_id">
          <option value="">Any</option>
          ${locations.map((id) => html`<option value=${id}>${id}</option>`)}
        </select>
      </label>
      <label>
        <span>How many</span>
        <input type="number" inputmode="numeric" name="count" min="1" max=${MOST_SUBMITTED} required value="1" />
      </label>
      <button class="primary">${icon('play')} ${this.isSubmitting ? 'Submitting…' : 'Submit'}</button>
    </form>`;
  }

  #renderRush({ rush, rushes }: SandboxSummary): TemplateResult {
    return html`<form class="fields" @submit=${this.#rushed}>
        <label>
          <span>Kind</span>
          <select name="rush" @change=${this.#kindPicked}>
            ${rushes.map(
              ({ name, summary }, index) =>
                html`<option value=${name} title=${summary} ?selected=${index === 0}>${name}</option>`,
            )}
            <option value="">all stories, without end</option>
          </select>
        </label>
        <label>
          <span>Orders per minute</span>
          <input
            type="number"
            inputmode="decimal"
            name="orders_per_minute"
            min="0.1"
            step="0.1"
            max=${MOST_PER_MINUTE}
            ?required=${this.isEndless}
            placeholder=${this.isEndless ? '' : 'Its own pace'}
          />
        </label>
        <div class="buttons">
          <button class="primary">${icon('play')} Start</button>
          <button type="button" aria-disabled=${rush === null ? 'true' : nothing} @click=${this.#rushStopped}>
            ${icon('close')} Stop
          </button>
        </div>
      </form>
      <p><bdi>${rush === null ? 'No rush.' : rushWords(rush)}</bdi></p>
      <p class=${this.rushTrouble === null ? 'unseen' : 'trouble'} role="status">
        <bdi>${this.rushTrouble ?? ''}</bdi>
      </p>`;
  }

  async #submit(request: SubmitOrders, fault: OrderFault | null): Promise<void> {
    if (this.isSubmitting) return;
    this.isSubmitting = true;
    this.result = { fault, answer: await command<Submitted>('orders', request) };
    this.isSubmitting = false;
  }

  readonly #ordered = (event: SubmitEvent): void => {
    event.preventDefault();
    const data = formData(event);
    const [story, location] = [data.get('story'), data.get('location_id')];
    const { type } = this;
    void this.#submit(
      {
        count: Number(data.get('count')),
        ...(type === '' ? {} : { fulfillment_type: type as FulfillmentType }) /* one of the choices of the field */,
        ...(typeof story === 'string' && story !== '' ? { story } : {}),
        ...(typeof location === 'string' && location !== '' ? { location_id: locationId(location) } : {}),
      },
      null,
    );
  };

  readonly #rushed = (event: SubmitEvent): void => {
    event.preventDefault();
    const data = formData(event);
    const [rush, pace] = [data.get('rush'), data.get('orders_per_minute')];
    void this.#setRush({
      rush: rush === '' ? null : rush,
      ...(pace === '' ? {} : { orders_per_minute: Number(pace) }),
    });
  };

  readonly #rushStopped = (): void => {
    if (this.summary !== null && this.summary.rush !== null) void this.#setRush({ rush: null });
  };

  async #setRush(change: object): Promise<void> {
    const answer = await command<SandboxSummary>('rush', change);
    this.rushTrouble = answer.kind === 'refused' ? answer.detail : null;
  }

  readonly #showHops = (orderId: string): void => {
    this.dispatchEvent(new PickOrderEvent(orderId));
  };

  readonly #closed = (): void => {
    this.result = null;
    // The button is gone then.
    this.renderRoot.querySelector<HTMLElement>('.primary')?.focus();
  };

  readonly #kindPicked = (event: Event): void => {
    this.isEndless = valueOf(event) === '';
  };

  readonly #typePicked = (event: Event): void => {
    this.type = valueOf(event);
  };

  readonly #storyPicked = (event: Event): void => {
    this.story = valueOf(event);
  };

  static override styles = [basics, auditStyles, styleSheet(css)];
}

customElements.define('ticket-rail-sandbox-form', TicketRailSandboxForm);

declare global {
  interface HTMLElementTagNameMap {
    'ticket-rail-sandbox-form': TicketRailSandboxForm;
  }
}
