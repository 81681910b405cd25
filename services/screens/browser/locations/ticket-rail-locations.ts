import { html, nothing, type TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import { basePath } from '../shared/base-path';
import { valueOf } from '../shared/field-events';
import { icon } from '../shared/icons';
import { isSought, listLocations, type Location, type Locations, loginAddress, signedInAs } from '../feed/locations';
import { CAUSE_WORDS, countWords } from '../shared/model/words';
import { railElement, state, styleSheet } from '../shared/rail-element';
import { basics, tokens } from '../shared/theme';
import css from './ticket-rail-locations.css?inline';

/** Milliseconds until the list is asked for again. */
const AGAIN_MS = 15_000;

/** From so many locations on, one is looked for by its name. */
const MANY = 9;

const pageOf = (page: 'board' | 'customers', { location_id, name }: Location): string => {
  const called = name === null || page === 'board' ? '' : `&name=${encodeURIComponent(name)}`;
  return `${basePath}/screens/${page}?location=${encodeURIComponent(location_id)}${called}`;
};

/** The locations that the reader may see, each with its screens. */
export class TicketRailLocations extends railElement({
  answer: state<Locations | null>(null),
  reader: state<string | null>(null),
  sought: state(''),
}) {
  #timer: ReturnType<typeof setInterval> | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    void this.#ask();
    void signedInAs().then((name) => {
      this.reader = name;
    });
    this.#timer = setInterval(() => void this.#ask(), AGAIN_MS);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearInterval(this.#timer);
  }

  async #ask(): Promise<void> {
    this.answer = await listLocations('', null);
  }

  protected override render(): TemplateResult {
    return html`<div class="frame" aria-busy=${String(this.answer === null)}>
      ${this.#renderAnswer()} ${this.#renderReader()}
    </div>`;
  }

  #renderReader(): TemplateResult | typeof nothing {
    if (this.reader === null) return nothing;
    return html`<form class="reader" method="post" action=${`${basePath}/logout`}>
      <p>Signed in as <bdi>${this.reader}</bdi></p>
      <button>Sign out</button>
    </form>`;
  }

  #renderAnswer(): TemplateResult {
    const { answer } = this;
    if (answer === null) return html`<p>Loading the locations…</p>`;
    switch (answer.kind) {
      case 'failed':
        return html`<p>${icon('cloud')} ${CAUSE_WORDS.unreachable} It is asked again by itself.</p>`;
      case 'refused':
        return answer.reason === 'login'
          ? html`<p>${CAUSE_WORDS.login}</p>
              <p><a class="button" href=${loginAddress('')}>Sign in</a></p>`
          : html`<p>You may not see the locations.</p>`;
      case 'listed':
        if (answer.locations.length === 0) {
          return html`<p>No location yet. One appears with the first update that Stream delivers for it.</p>`;
        }
        return this.#renderLocations(answer.locations);
    }
  }

  #renderLocations(all: readonly Location[]): TemplateResult {
    const found = all.filter((location) => isSought(location, this.sought));
    return html`${
        all.length < MANY
          ? nothing
          : html`<label class="sought"
              >Find a location <input type="search" autocomplete="off" .value=${this.sought} @input=${this.#seek}
            /></label>`
      }
      ${found.length === 0 ? html`<p role="status">No location is called so.</p>` : nothing}
      <ul role="list">
        ${repeat(
          found,
          ({ location_id }) => location_id,
          (location) => this.#renderLocation(location),
        )}
      </ul>`;
  }

  #renderLocation(location: Location): TemplateResult {
    const { location_id: id, name, active_orders: count } = location;
    const called = name ?? id;
    return html`<li>
      <h2><bdi>${called}</bdi></h2>
      <p>${name === null ? nothing : html`<bdi>${id}</bdi> · `}${countWords(count, 'open order')}</p>
      <div class="links">
        <a class="button main" href=${pageOf('board', location)} aria-label=${`Order board of ${called}`}
          >${icon('pot')} Order board</a
        >
        <a class="button" href=${pageOf('customers', location)} aria-label=${`Customer board of ${called}`}
          >${icon('person')} Customer board</a
        >
      </div>
    </li>`;
  }

  readonly #seek = (event: InputEvent): void => {
    this.sought = valueOf(event);
  };

  static override styles = [tokens, basics, styleSheet(css)];
}

customElements.define('ticket-rail-locations', TicketRailLocations);

declare global {
  interface HTMLElementTagNameMap {
    'ticket-rail-locations': TicketRailLocations;
  }
}
