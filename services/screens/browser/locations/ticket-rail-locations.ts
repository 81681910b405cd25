import { html, nothing, type TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import { basePath } from '../shared/base-path';
import { valueOf } from '../shared/field-events';
import { icon } from '../shared/icons';
import { isSought, listLocations, type Location, type LocationList, loginAddress, signedInAs } from '../feed/locations';
import { SpokenLanguage } from '../shared/language';
import { say, speech } from '../shared/model/say';
import { causeWords } from '../shared/model/words';
import { languageAttributes, railElement, state, styleSheet } from '../shared/rail-element';
import { sayParts } from '../shared/say-parts';
import { basics, tokens } from '../shared/theme';
import css from './ticket-rail-locations.css?inline';

/** Milliseconds until the list is asked for again. */
const AGAIN_MS = 15_000;

/** From so many locations on, one is looked for by its name. */
const MANY = 9;

/** Returns the address of a screen. @param language that this page was asked to speak: the screen is to speak it too */
const pageOf = (page: 'board' | 'customers', { location_id }: Location, language: string): string => {
  const spoken = language === '' ? '' : `&lang=${encodeURIComponent(language)}`;
  return `${basePath}/screens/${page}?location=${encodeURIComponent(location_id)}${spoken}`;
};

/** The locations that the reader may see, each with its screens. */
export class TicketRailLocations extends railElement({
  answer: state<LocationList | null>(null),
  reader: state<string | null>(null),
  sought: state(''),
  ...languageAttributes,
}) {
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor() {
    super();
    this.addController(new SpokenLanguage(this));
  }

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
    return html`<div
      class="frame"
      lang=${speech().language}
      dir=${speech().direction}
      aria-busy=${String(this.answer === null)}
    >
      ${this.#renderAnswer()} ${this.#renderReader()}
    </div>`;
  }

  #renderReader(): TemplateResult | typeof nothing {
    if (this.reader === null) return nothing;
    return html`<form class="reader" method="post" action=${`${basePath}/logout`}>
      <p>${sayParts('locations.signed_in_as', { reader: html`<bdi>${this.reader}</bdi>` })}</p>
      <button>${say('locations.sign_out')}</button>
    </form>`;
  }

  #renderAnswer(): TemplateResult {
    const { answer } = this;
    if (answer === null) return html`<p>${say('locations.loading')}</p>`;
    switch (answer.kind) {
      case 'failed':
        return html`<p>${icon('cloud')} ${causeWords('unreachable')} ${say('locations.asked_again')}</p>`;
      case 'refused':
        return answer.reason === 'login'
          ? html`<p>${causeWords('login')}</p>
              <p><a class="button" href=${loginAddress('')}>${say('sign.in')}</a></p>`
          : html`<p>${say('locations.forbidden')}</p>`;
      case 'listed':
        if (answer.locations.length === 0) {
          return html`<p>${say('locations.none')}</p>`;
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
              >${say('locations.find')}
              <input type="search" autocomplete="off" .value=${this.sought} @input=${this.#seek}
            /></label>`
      }
      ${found.length === 0 ? html`<p role="status">${say('locations.none_found')}</p>` : nothing}
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
      <p>${name === null ? nothing : html`<bdi>${id}</bdi> · `}${say('locations.open_orders', { count })}</p>
      <div class="links">
        <a
          class="button main"
          href=${pageOf('board', location, this.language)}
          aria-label=${say('locations.board_of', { location: called })}
          >${icon('pot')} ${say('locations.board')}</a
        >
        <a
          class="button"
          href=${pageOf('customers', location, this.language)}
          aria-label=${say('locations.customers_of', { location: called })}
          >${icon('person')} ${say('locations.customers')}</a
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
