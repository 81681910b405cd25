import { html, nothing, type TemplateResult } from 'lit';
import { basePath } from '../shared/base-path';
import { icon } from '../shared/icons';
import { listLocations, type Locations, loginAddress, signedInAs } from '../feed/locations';
import { CAUSE_WORDS, countWords } from '../shared/model/words';
import { railElement, state, styleSheet } from '../shared/rail-element';
import { basics, tokens } from '../shared/theme';
import css from './ticket-rail-locations.css?inline';

/** Milliseconds until the list is asked for again. */
const AGAIN_MS = 15_000;

const pageOf = (page: 'board' | 'customers', location: string): string =>
  `${basePath}/screens/${page}?location=${encodeURIComponent(location)}`;

/** The locations that the reader may see, each with its screens. */
export class TicketRailLocations extends railElement({
  answer: state<Locations | null>(null),
  reader: state<string | null>(null),
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
        return html`<ul role="list">
          ${answer.locations.map(
            ({ location_id: id, active_orders: count }) =>
              html`<li>
                <h2><bdi>${id}</bdi></h2>
                <p>${countWords(count, 'open order')}</p>
                <div class="links">
                  <a class="button main" href=${pageOf('board', id)} aria-label=${`Order board of ${id}`}
                    >${icon('pot')} Order board</a
                  >
                  <a class="button" href=${pageOf('customers', id)} aria-label=${`Customer board of ${id}`}
                    >${icon('person')} Customer board</a
                  >
                </div>
              </li>`,
          )}
        </ul>`;
    }
  }

  static override styles = [tokens, basics, styleSheet(css)];
}

customElements.define('ticket-rail-locations', TicketRailLocations);

declare global {
  interface HTMLElementTagNameMap {
    'ticket-rail-locations': TicketRailLocations;
  }
}
