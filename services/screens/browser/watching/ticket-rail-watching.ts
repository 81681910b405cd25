import { html, nothing, type TemplateResult } from 'lit';
import type { Screen, ScreenList, UnwatchedLocation } from '../../../../schemas/api/screen-reports';
import { AskedAgain } from '../audit/asked-again';
import { ask, serviceClock } from '../audit/audit-client';
import { LocationPicks } from '../feed/location-picks';
import { auditStyles } from '../shared/styles/audit-styles';
import { icon } from '../shared/icons';
import { timeWords } from '../shared/model/audit-words';
import { countWords } from '../shared/model/words';
import { railElement, styleSheet } from '../shared/rail-element';
import { basics, tokens } from '../shared/theme';
import { clockWords, KIND_WORDS, screenWords } from './model/watching-words';
import css from './ticket-rail-watching.css?inline';

const FORBIDDEN = 'The reader who is signed in may not see this: it takes a reader with the role operator.';

/** Shows which screens watch, how fresh they are, and which locations nobody watches, as it is now. */
export class TicketRailWatching extends railElement({}) {
  readonly #locations = new LocationPicks(this);
  readonly #screens = new AskedAgain(this, (asked) => ask<ScreenList>('/screen-reports', asked), serviceClock);

  protected override render(): TemplateResult {
    return this.#screens.render(
      FORBIDDEN,
      (list, at) => html`${this.#renderUnwatched(list)} ${this.#renderScreens(list, at)}`,
    );
  }

  #renderUnwatched({ unwatched, unwatched_locations: count }: ScreenList): TemplateResult {
    if (count === null) {
      return html`<section class="panel stack" aria-labelledby="unwatched">
        <h2 id="unwatched">Not known yet</h2>
        <p>This instance of the service has just been started. In half a minute its screens will have reported.</p>
      </section>`;
    }
    if (count === 0) {
      return html`<section class="panel stack" aria-labelledby="unwatched">
        <h2 id="unwatched">Every location with active orders is watched</h2>
      </section>`;
    }
    return html`<section class="panel stack" aria-labelledby="unwatched">
      <h2 id="unwatched" data-trouble="true">
        ${icon('alert')} Nobody watches ${countWords(count, 'location')} with active orders
      </h2>
      <p class="muted">As far as screens report to this instance of the service.</p>
      <ul>
        ${unwatched.map((one) => this.#renderLocation(one))}
        ${count > unwatched.length ? html`<li>and ${countWords(count - unwatched.length, 'more location')}</li>` : nothing}
      </ul>
    </section>`;
  }

  #renderLocation({ location_id, active_orders, updated_at }: UnwatchedLocation): TemplateResult {
    return html`<li data-location=${location_id}>
      <strong><bdi>${this.#locations.called(location_id)}</bdi></strong
      >: ${countWords(active_orders, 'active order')}, the newest news at ${timeWords(Date.parse(updated_at))}
    </li>`;
  }

  #renderScreens({ screens }: ScreenList, at: number): TemplateResult {
    if (screens.length === 0) {
      return html`<section class="panel stack" aria-labelledby="screens">
        <h2 id="screens">No screens</h2>
        <p>No screen has reported to this instance of the service lately.</p>
      </section>`;
    }
    return html`<section class="panel stack" aria-labelledby="screens">
      <h2 id="screens">${countWords(screens.length, 'screen')}</h2>
      <div class="scroll" tabindex="0" role="region" aria-label="Table of screens">
        <table>
          <thead>
            <tr>
              <th scope="col">Screen</th>
              <th scope="col">Location</th>
              <th scope="col">Shows</th>
              <th scope="col">How it does</th>
              <th scope="col">Last report</th>
              <th scope="col">Signed in</th>
              <th scope="col">Its clock</th>
            </tr>
          </thead>
          <tbody>
            ${screens.map((screen) => this.#renderScreen(screen, at))}
          </tbody>
        </table>
      </div>
    </section>`;
  }

  #renderScreen(screen: Screen, now: number): TemplateResult {
    const { isTrouble, words } = screenWords(screen, now);
    return html`<tr data-screen=${screen.name} data-watching=${String(screen.watching)}>
      <th scope="row"><bdi>${screen.name}</bdi></th>
      <td><bdi>${this.#locations.called(screen.location_id)}</bdi></td>
      <td>${KIND_WORDS[screen.kind]}</td>
      <td data-trouble=${String(isTrouble)}>${isTrouble ? icon('alert') : icon('check')} ${words}</td>
      <td>${timeWords(Date.parse(screen.reported_at))}</td>
      <td>${screen.reader === null ? 'nobody' : html`<bdi>${screen.reader}</bdi>`}</td>
      <td>${clockWords(screen)}</td>
    </tr>`;
  }

  static override styles = [tokens, basics, auditStyles, styleSheet(css)];
}

customElements.define('ticket-rail-watching', TicketRailWatching);

declare global {
  interface HTMLElementTagNameMap {
    'ticket-rail-watching': TicketRailWatching;
  }
}
