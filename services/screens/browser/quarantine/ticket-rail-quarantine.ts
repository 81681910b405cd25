import { html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import type { QuarantineDetail, QuarantineEntry, QuarantinePage } from '../../../../schemas/api/order-view';
import { KNOWN_SOURCES, sourceWords } from '../../../../schemas/words/source-words';
import { notice } from '../audit/answer-notice';
import { type Answer, ask } from '../audit/audit-client';
import { PagedList } from '../audit/paged-list';
import { LocationPicks } from '../feed/location-picks';
import { auditStyles } from '../shared/styles/audit-styles';
import { basePath } from '../shared/base-path';
import { formData, isChecked } from '../shared/field-events';
import { icon } from '../shared/icons';
import { countWords } from '../shared/model/words';
import { property, railElement, state, styleSheet } from '../shared/rail-element';
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

const FORBIDDEN =
  'The reader who is signed in may not see this: it takes a reader with the role operator, for all locations.';

const NOTHING_YET = 'Nothing so far that this asks for, and there may be more.';

const CHOICES = [
  ['true', 'Waiting'],
  ['false', 'Redriven'],
  ['any', 'All'],
] as const;

const without = (ids: ReadonlySet<string>, id: string): ReadonlySet<string> =>
  new Set([...ids].filter((one) => one !== id));

/** Shows what could not be used and why, and has it processed again. */
export class TicketRailQuarantine extends railElement({
  filters: property<QuarantineFilters>(WAITING_ANYWHERE),
  /** Ids of the deliveries that the next press redrives. */
  picked: state<ReadonlySet<string>>(new Set()),
  results: state<ReadonlyMap<string, RedriveResult>>(new Map()),
  bodies: state<ReadonlyMap<string, Answer<QuarantineDetail> | null>>(new Map()),
  isBusy: state(false),
  /** What several redrives came to, or have come to so far. */
  said: state(''),
}) {
  readonly #list = new PagedList<QuarantineEntry, QuarantinePage>(this, ({ deliveries, next }) => ({
    items: deliveries,
    next,
  }));
  readonly #locations = new LocationPicks(this);

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
      ${refusal === null ? nothing : notice(refusal, 'There is nothing.', FORBIDDEN)}
      ${items.some((entry) => this.#waits(entry)) || this.said !== '' ? this.#renderBatch() : nothing}
      <ul class="stack" aria-busy=${String(isAsking)} aria-label="Deliveries">
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
                Show ${orderOf(this.filters) === 'oldest' ? 'newer' : 'older'} ones
              </button>
            </p>`
          : nothing
      }
    </div>`;
  }

  #summary(): string {
    const { items, hasMore, isAsking, refusal } = this.#list;
    const count = countWords(items.length, 'delivery', 'deliveries');
    if (isAsking) return items.length === 0 ? 'Looking…' : `Looking… ${count} so far.`;
    if (refusal !== null && items.length === 0) return '';
    if (items.length === 0) return hasMore ? NOTHING_YET : 'Nothing is in quarantine that this asks for.';
    return `${count}${hasMore ? ', and there may be more' : ''}, ${orderOf(this.filters)} first.`;
  }

  #renderForm(): TemplateResult {
    const { location_id, source, waiting } = this.filters;
    return html`<form class="panel stack" @submit=${this.#submitted}>
      <div class="fields">
        <label
          >Location
          <input name="location_id" maxlength="200" autocomplete="off" list="locations" .value=${location_id} /></label
        ><label
          >Delivery service
          <input name="source" maxlength="200" autocomplete="off" list="sources" .value=${source} /></label
        ><label
          >Which
          <select name="waiting">
            ${CHOICES.map(([value, words]) => html`<option value=${value} ?selected=${value === waiting}>${words}</option>`)}
          </select></label
        >
      </div>
      <datalist id="locations">
        ${this.#locations.all.map((one) => html`<option value=${one.location_id}>${one.name ?? nothing}</option>`)}
      </datalist>
      <datalist id="sources">
        ${KNOWN_SOURCES.map((one) => html`<option value=${one}>${sourceWords(one)}</option>`)}
      </datalist>
      <div class="row"><button class="primary">${icon('search')} Show</button></div>
    </form>`;
  }

  #renderBatch(): TemplateResult {
    const waiting = this.#waitingIds();
    const { picked, isBusy } = this;
    const isAll = waiting.length > 0 && waiting.every((id) => picked.has(id));
    return html`<div class="panel row batch">
      <label class="pick"
        ><input type="checkbox" .checked=${isAll} @change=${this.#pickAll} />All ${waiting.length} that wait here</label
      >
      <button class="primary" aria-disabled=${isBusy || picked.size === 0} @click=${this.#redrivePicked}>
        ${icon('swap')} Redrive ${picked.size === 0 ? 'what is chosen' : `the ${countWords(picked.size, 'chosen one')}`}
      </button>
      <p role="status">
        ${this.said}${
          picked.size > MOST_AT_ONCE ? html` One press redrives ${MOST_AT_ONCE}, those that came first.` : nothing
        }
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

  #waitingIds(): readonly string[] {
    return this.#list.items.filter((entry) => this.#waits(entry)).map(({ quarantine_id }) => quarantine_id);
  }

  async #redriveOne(id: string): Promise<void> {
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
      this.said = `Redriving ${String(results.length + 1)} of ${String(batch.length)}…`;
      const result = await this.#tryAgain(id);
      results.push(result);
      if (endsAll(result)) break;
    }
    this.said = batchWords(results, batch.length);
    this.isBusy = false;
  };

  /** What was tried is chosen no more, unless it has to be tried again. */
  async #tryAgain(id: string): Promise<RedriveResult> {
    const result = await redrive(id);
    this.results = new Map([...this.results, [id, result]]);
    if (!endsAll(result)) this.picked = without(this.picked, id);
    return result;
  }

  async #toggleBody(id: string): Promise<void> {
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
    window.location.assign(`${basePath}/screens/quarantine${addressQuery(filters)}`);
  };

  static override styles = [tokens, basics, auditStyles, styleSheet(css)];
}

customElements.define('ticket-rail-quarantine', TicketRailQuarantine);

declare global {
  interface HTMLElementTagNameMap {
    'ticket-rail-quarantine': TicketRailQuarantine;
  }
}
