import { html, nothing, type TemplateResult } from 'lit';
import type { Screen, ScreenList, UnwatchedLocation } from '../../../../schemas/api/screen-reports';
import { AskedAgain } from '../audit/asked-again';
import { ask, serviceClock } from '../audit/audit-client';
import { LocationPicks } from '../feed/location-picks';
import { say, sayValue } from '../operators/model/say';
import { OPERATORS_WORDS } from '../operators/operators-words';
import { sayParts } from '../operators/say-parts';
import { SpokenLanguage } from '../shared/language';
import { auditStyles } from '../shared/styles/audit-styles';
import { icon } from '../shared/icons';
import { timeWords } from '../shared/model/time-words';
import { languageAttributes, railElement, styleSheet } from '../shared/rail-element';
import { basics, tokens } from '../shared/theme';
import { clockWords, screenWords } from './model/watching-words';
import css from './ticket-rail-watching.css?inline';

/** Shows which screens watch, how fresh they are, and which locations nobody watches, as it is now. */
export class TicketRailWatching extends railElement(languageAttributes) {
  readonly #locations = new LocationPicks(this);
  readonly #screens = new AskedAgain(this, (asked) => ask<ScreenList>('/screen-reports', asked), serviceClock);

  constructor() {
    super();
    this.addController(new SpokenLanguage(this, OPERATORS_WORDS));
  }

  protected override render(): TemplateResult {
    return this.#screens.render(
      say('answer.forbidden_screens'),
      (list, at) => html`${this.#renderUnwatched(list)} ${this.#renderScreens(list, at)}`,
    );
  }

  #renderUnwatched({ unwatched, unwatched_locations: count }: ScreenList): TemplateResult {
    if (count === null) {
      return html`<section class="panel stack" aria-labelledby="unwatched">
        <h2 id="unwatched">${say('watching.not_known')}</h2>
        <p>${say('watching.just_started')}</p>
      </section>`;
    }
    if (count === 0) {
      return html`<section class="panel stack" aria-labelledby="unwatched">
        <h2 id="unwatched">${say('watching.all')}</h2>
      </section>`;
    }
    return html`<section class="panel stack" aria-labelledby="unwatched">
      <h2 id="unwatched" data-trouble="true">${icon('alert')} ${say('watching.unwatched', { count })}</h2>
      <p class="muted">${say('watching.as_far')}</p>
      <ul>
        ${unwatched.map((one) => this.#renderLocation(one))}
        ${count > unwatched.length ? html`<li>${say('watching.more', { count: count - unwatched.length })}</li>` : nothing}
      </ul>
    </section>`;
  }

  #renderLocation({ location_id, active_orders, updated_at }: UnwatchedLocation): TemplateResult {
    return html`<li data-location=${location_id}>
      ${sayParts('watching.orders', {
        count: active_orders,
        location: html`<strong><bdi>${this.#locations.called(location_id)}</bdi></strong>`,
        time: timeWords(Date.parse(updated_at)),
      })}
    </li>`;
  }

  #renderScreens({ screens }: ScreenList, at: number): TemplateResult {
    if (screens.length === 0) {
      return html`<section class="panel stack" aria-labelledby="screens">
        <h2 id="screens">${say('watching.none')}</h2>
        <p>${say('watching.none_lately')}</p>
      </section>`;
    }
    return html`<section class="panel stack" aria-labelledby="screens">
      <h2 id="screens">${say('watching.screens', { count: screens.length })}</h2>
      <div class="scroll" tabindex="0" role="region" aria-label=${say('watching.table')}>
        <table>
          <thead>
            <tr>
              <th scope="col">${say('watching.screen')}</th>
              <th scope="col">${say('board.location')}</th>
              <th scope="col">${say('watching.shows')}</th>
              <th scope="col">${say('watching.how')}</th>
              <th scope="col">${say('watching.last_report')}</th>
              <th scope="col">${say('watching.signed_in')}</th>
              <th scope="col">${say('watching.clock')}</th>
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
      <td>${sayValue('watching.kind_', screen.kind)}</td>
      <td data-trouble=${String(isTrouble)}>${isTrouble ? icon('alert') : icon('check')} ${words}</td>
      <td>${timeWords(Date.parse(screen.reported_at))}</td>
      <td>${screen.reader === null ? say('watching.nobody') : html`<bdi>${screen.reader}</bdi>`}</td>
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
