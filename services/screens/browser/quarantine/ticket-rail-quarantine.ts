import { html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import type { QuarantineId } from '../../../../schemas/events/delivery-ids';
import type { QuarantineDetail, QuarantineEntry, QuarantinePage } from '../../../../schemas/api/order-view';
import { KNOWN_SOURCES, sourceWords } from '../../../../schemas/words/source-words';
import { notice } from '../audit/answer-notice';
import { type Answer, ask } from '../audit/audit-client';
import { PagedList } from '../audit/paged-list';
import { LocationPicks } from '../feed/location-picks';
import { say } from '../operators/model/say';
import { OPERATORS_WORDS } from '../operators/operators-words';
import { SpokenLanguage } from '../shared/language';
import { auditStyles } from '../shared/styles/audit-styles';
import { basePath } from '../shared/base-path';
import { formData, isChecked } from '../shared/field-events';
import { icon } from '../shared/icons';
import { languageAttributes, property, railElement, state, styleSheet } from '../shared/rail-element';
import { basics, tokens } from '../shared/theme';
import { deliveryPanel } from './delivery-panel';
import {
  addressQuery,
  orderOf,
  quarantineFilters,
  type QuarantineFilters,
  quarantineQuery,
  WAITING_ANYWHERE,
} from './model/quarantine-filters';
import { batchWords, endsAll, isDone, MOST_AT_ONCE, nextBatch, type RedriveResult } from './model/redrive';
import { redrive } from './quarantine-client';
import css from './ticket-rail-quarantine.css?inline';

const CHOICES = [
  ['true', 'quarantine.waiting'],
  ['false', 'quarantine.redriven'],
  ['any', 'quarantine.all'],
] as const;

const without = (ids: ReadonlySet<QuarantineId>, id: QuarantineId): ReadonlySet<QuarantineId> =>
  new Set([...ids].filter((one) => one !== id));

/** Shows what could not be used and why, and has it processed again. */
export class TicketRailQuarantine extends railElement({
  filters: property<QuarantineFilters>(WAITING_ANYWHERE),
  /** Ids of the deliveries that the next press redrives. */
  picked: state<ReadonlySet<QuarantineId>>(new Set()),
  results: state<ReadonlyMap<QuarantineId, RedriveResult>>(new Map()),
  bodies: state<ReadonlyMap<QuarantineId, Answer<QuarantineDetail> | null>>(new Map()),
  isBusy: state(false),
  /** What several redrives came to, or have come to so far. */
  said: state(''),
  ...languageAttributes,
}) {
  readonly #list = new PagedList<QuarantineEntry, QuarantinePage>(this, ({ deliveries, next }) => ({
    items: deliveries,
    next,
  }));
  readonly #locations = new LocationPicks(this);

  constructor() {
    super();
    this.addController(new SpokenLanguage(this, OPERATORS_WORDS));
  }

  override connectedCallback(): void {
    super.connectedCallback();
    window.addEventListener('pagehide', this.#hideBodies);
  }

  override disconnectedCallback(): void {
    window.removeEventListener('pagehide', this.#hideBodies);
    super.disconnectedCallback();
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('filters')) this.#list.begin('/quarantine', quarantineQuery(this.filters));
  }

  protected override render(): TemplateResult {
    const { items, hasMore, isAsking, refusal } = this.#list;
    return html`<div class="frame stack">
      ${this.#renderForm()}
      <p class="muted" role="status">${this.#summary()}</p>
      ${refusal === null ? nothing : notice(refusal, say('answer.nothing'), say('answer.forbidden_operator'))}
      ${items.some((entry) => this.#waits(entry)) || this.said !== '' ? this.#renderBatch() : nothing}
      <ul class="stack" aria-busy=${String(isAsking)} aria-label=${say('quarantine.deliveries')}>
        ${repeat(
          items,
          ({ quarantine_id }) => quarantine_id,
          (entry) => this.#renderDelivery(entry),
        )}
      </ul>
      ${
        hasMore
          ? html`<p>
              <button aria-disabled=${isAsking} @click=${this.#list.more}>
                ${say(orderOf(this.filters) === 'oldest' ? 'table.newer' : 'table.older')}
              </button>
            </p>`
          : nothing
      }
    </div>`;
  }

  #summary(): string {
    const { items, hasMore, isAsking, refusal } = this.#list;
    const count = items.length;
    if (isAsking) return count === 0 ? say('answer.looking') : say('quarantine.looking', { count });
    if (refusal !== null && count === 0) return '';
    if (count === 0) return say(hasMore ? 'quarantine.nothing_yet' : 'quarantine.none');
    const order = orderOf(this.filters);
    return say(hasMore ? `quarantine.${order}_of_more` : `quarantine.${order}`, { count });
  }

  #renderForm(): TemplateResult {
    const { location_id, source, waiting } = this.filters;
    return html`<form class="panel stack" @submit=${this.#submitted}>
      <div class="fields">
        <label
          >${say('board.location')}
          <input name="location_id" maxlength="200" autocomplete="off" list="locations" .value=${location_id} /></label
        ><label
          >${say('quarantine.service')}
          <input name="source" maxlength="200" autocomplete="off" list="sources" .value=${source} /></label
        ><label
          >${say('quarantine.which')}
          <select name="waiting">
            ${CHOICES.map(([value, words]) => html`<option value=${value} ?selected=${value === waiting}>${say(words)}</option>`)}
          </select></label
        >
      </div>
      <datalist id="locations">
        ${this.#locations.all.map((one) => html`<option value=${one.location_id}>${one.name ?? nothing}</option>`)}
      </datalist>
      <datalist id="sources">
        ${KNOWN_SOURCES.map((one) => html`<option value=${one}>${sourceWords(one)}</option>`)}
      </datalist>
      <div class="row"><button class="primary">${icon('search')} ${say('quarantine.show')}</button></div>
    </form>`;
  }

  #renderBatch(): TemplateResult {
    const waiting = this.#waitingIds();
    const { picked, isBusy } = this;
    const isAll = waiting.length > 0 && waiting.every((id) => picked.has(id));
    return html`<div class="panel row batch">
      <label class="pick"
        ><input
          type="checkbox"
          .checked=${isAll}
          @change=${this.#pickAll}
        />${say('redrive.all_waiting', { count: waiting.length })}</label
      >
      <button class="primary" aria-disabled=${isBusy || picked.size === 0} @click=${this.#redrivePicked}>
        ${icon('swap')}
        ${picked.size === 0 ? say('redrive.do_chosen') : say('redrive.do_count', { count: picked.size })}
      </button>
      <p role="status">
        ${this.said}${picked.size > MOST_AT_ONCE ? html` ${say('redrive.most', { most: MOST_AT_ONCE })}` : nothing}
      </p>
    </div>`;
  }

  #renderDelivery(entry: QuarantineEntry): TemplateResult {
    const { quarantine_id: id } = entry;
    return deliveryPanel({
      entry,
      called: (location) => this.#locations.called(location),
      isPicked: this.picked.has(id),
      isBusy: this.isBusy,
      result: this.results.get(id),
      body: this.bodies.get(id),
      onPick: () => {
        this.picked = this.picked.has(id) ? without(this.picked, id) : new Set([...this.picked, id]);
      },
      onRedrive: () => void this.#redriveOne(id),
      onShow: () => void this.#toggleBody(id),
    });
  }

  #waits({ quarantine_id, redriven }: QuarantineEntry): boolean {
    return redriven === null && !isDone(this.results.get(quarantine_id));
  }

  #waitingIds(): readonly QuarantineId[] {
    return this.#list.items.filter((entry) => this.#waits(entry)).map(({ quarantine_id }) => quarantine_id);
  }

  async #redriveOne(id: QuarantineId): Promise<void> {
    if (this.isBusy) return;
    this.isBusy = true;
    await this.#tryAgain(id);
    this.isBusy = false;
    await this.updateComplete;
    this.renderRoot.querySelector<HTMLElement>(`[data-result="${id}"]`)?.focus();
  }

  /** One after the other, older news first: newer ones of the same order stay the newest. */
  readonly #redrivePicked = async (): Promise<void> => {
    if (this.isBusy || this.picked.size === 0) return;
    this.isBusy = true;
    const batch = nextBatch(this.picked);
    const results: RedriveResult[] = [];
    for (const id of batch) {
      this.said = say('redrive.under_way', { number: results.length + 1, all: batch.length });
      const result = await this.#tryAgain(id);
      results.push(result);
      if (endsAll(result)) break;
    }
    this.said = batchWords(results, batch.length);
    this.isBusy = false;
  };

  /** What was tried is chosen no more, unless it has to be tried again. */
  async #tryAgain(id: QuarantineId): Promise<RedriveResult> {
    const result = await redrive(id);
    this.results = new Map([...this.results, [id, result]]);
    if (!endsAll(result)) this.picked = without(this.picked, id);
    return result;
  }

  async #toggleBody(id: QuarantineId): Promise<void> {
    if (this.bodies.has(id)) {
      this.bodies = new Map([...this.bodies].filter(([one]) => one !== id));
      return;
    }
    this.bodies = new Map([...this.bodies, [id, null]]);
    const answer = await ask<QuarantineDetail>(`/quarantine/${encodeURIComponent(id)}`);
    if (this.bodies.has(id)) this.bodies = new Map([...this.bodies, [id, answer]]);
  }

  /** A browser may keep a page that is left, and show it again on the way back, also after a logout. */
  readonly #hideBodies = (): void => {
    this.bodies = new Map();
  };

  readonly #pickAll = (event: Event): void => {
    this.picked = new Set(isChecked(event) ? this.#waitingIds() : []);
  };

  readonly #submitted = (event: SubmitEvent): void => {
    event.preventDefault();
    const asked = quarantineFilters(Object.fromEntries(formData(event)));
    const filters = { ...asked, location_id: this.#locations.idOf(asked.location_id) };
    window.location.assign(`${basePath}/screens/quarantine${addressQuery(filters, this.language)}`);
  };

  static override styles = [tokens, basics, auditStyles, styleSheet(css)];
}

customElements.define('ticket-rail-quarantine', TicketRailQuarantine);

declare global {
  interface HTMLElementTagNameMap {
    'ticket-rail-quarantine': TicketRailQuarantine;
  }
}
