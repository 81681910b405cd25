import { html, nothing, type TemplateResult } from 'lit';
import { locationId } from '../../../../schemas/order-key';
import type { LocationPicks } from '../feed/location-picks';
import { choiceWords } from '../feed/locations';
import { say } from '../operators/model/say';
import { sayParts } from '../operators/say-parts';
import { auditStyles } from '../shared/styles/audit-styles';
import { addressOf } from '../shared/base-path';
import { formData, isChecked } from '../shared/field-events';
import { icon } from '../shared/icons';
import { property, railElement, state, styleSheet } from '../shared/rail-element';
import { basics, tokens } from '../shared/theme';
import { withLocation } from './model/reader-words';
import { addScreen, type SaidWords } from './readers-client';
import css from './ticket-rail-readers.css?inline';

const textOf = (data: FormData, name: string): string => {
  const value = data.get(name);
  return typeof value === 'string' ? value.trim() : '';
};

/** Adds a screen by the code that it shows. Says `added` when that is done. */
export class TicketRailScreenForm extends railElement({
  /** Those to pick from. */
  locations: property<LocationPicks | null>(null),
  chosen: state<readonly string[]>([]),
  isEverywhere: state(false),
  isBusy: state(false),
  /** What came of the last try. */
  said: state<(SaidWords & { readonly isTrouble: boolean }) | null>(null),
}) {
  protected override render(): TemplateResult {
    const { said, isBusy } = this;
    const address = addressOf('', '/pair').replace(/^https?:\/\//, '');
    return html`<form class="panel stack" @submit=${this.#submitted}>
      <h2>${say('screen.add')}</h2>
      <p>
        ${sayParts('screen.how', {
          address: html`<strong><bdi>${address}</bdi></strong>`,
          button: html`<em>${say('login.show_code')}</em>`,
        })}
      </p>
      <div class="fields">
        <label
          >${say('screen.code')}
          <input
            name="code"
            required
            maxlength="40"
            autocomplete="off"
            autocapitalize="characters"
            spellcheck="false" /></label
        ><label
          >${say('screen.name')}
          <input
            name="name"
            required
            maxlength="100"
            autocomplete="off"
            spellcheck="false"
            placeholder=${say('screen.name_example')}
        /></label>
      </div>
      ${this.#renderLocations()}
      <label class="pick"><input type="checkbox" name="acts" />${say('screen.acts')}</label>
      <div class="row">
        <button class="primary" aria-disabled=${isBusy}>${icon('check')} ${say('screen.do_add')}</button>
      </div>
      <p role="status" tabindex="-1" data-said>
        ${said === null ? nothing : html`${icon(said.isTrouble ? 'alert' : 'check')} <bdi lang=${said.language ?? nothing}>${said.words}</bdi>`}
      </p>
    </form>`;
  }

  #renderLocations(): TemplateResult {
    const { locations, chosen, isEverywhere } = this;
    return html`<fieldset class="stack">
      <legend>${say('screen.shows')}</legend>
      <label class="pick"
        ><input
          type="checkbox"
          .checked=${isEverywhere}
          @change=${this.#everywhereSet}
        />${say('screen.everywhere')}</label
      >
      ${
        isEverywhere
          ? nothing
          : html`<div class="fields">
                <label
                  >${say('board.location')}
                  <input
                    name="location"
                    maxlength="200"
                    autocomplete="off"
                    spellcheck="false"
                    list="known-locations"
                    @keydown=${this.#locationKeyed}
                /></label>
                <button type="button" @click=${this.#locationAdded}>${say('screen.add_location')}</button>
              </div>
              <datalist id="known-locations">
                ${locations?.all.map((one) => html`<option value=${one.location_id}>${one.name ?? nothing}</option>`)}
              </datalist>
              <ul class="stack" aria-label=${say('screen.chosen')}>
                ${chosen.map((id) => this.#renderChosen(id))}
              </ul>`
      }
    </fieldset>`;
  }

  #renderChosen(id: string): TemplateResult {
    const { locations } = this;
    const name = locations === null || locations.called(id) === id ? null : locations.called(id);
    const words = choiceWords({ location_id: id, name });
    return html`<li class="row" data-location=${id}>
      <bdi>${words}</bdi>
      ${locations?.has(id) === true ? nothing : html`<span class="muted">${say('screen.unreported')}</span>`}
      <button
        type="button"
        aria-label=${say('screen.leave_out', { location: words })}
        @click=${() => void this.#leaveOut(id)}
      >
        ${icon('close')}
      </button>
    </li>`;
  }

  readonly #everywhereSet = (event: Event): void => {
    this.isEverywhere = isChecked(event);
  };

  readonly #locationKeyed = (event: KeyboardEvent): void => {
    if (event.key !== 'Enter' || this.#typed() === '') return;
    event.preventDefault();
    this.#locationAdded();
  };

  readonly #locationAdded = (): void => {
    this.chosen = this.#withTyped();
    const field = this.#field();
    if (field === null) return;
    field.value = '';
    field.focus();
  };

  async #leaveOut(id: string): Promise<void> {
    this.chosen = this.chosen.filter((one) => one !== id);
    await this.updateComplete;
    // The button is gone then.
    this.#field()?.focus();
  }

  #field(): HTMLInputElement | null {
    return this.renderRoot.querySelector<HTMLInputElement>('input[name="location"]');
  }

  #typed(): string {
    return this.#field()?.value.trim() ?? '';
  }

  /** What stands in the field counts, whether or not the button was pressed. */
  #withTyped(): readonly string[] {
    const typed = this.#typed();
    return withLocation(this.chosen, this.locations?.idOf(typed) ?? typed);
  }

  readonly #submitted = (event: SubmitEvent): void => {
    event.preventDefault();
    void this.#add(event.currentTarget as HTMLFormElement, formData(event)); // by the template
  };

  async #add(form: HTMLFormElement, data: FormData): Promise<void> {
    const locations = this.#withTyped();
    if (this.isBusy) return;
    if (!this.isEverywhere && locations.length === 0) {
      this.#field()?.focus();
      this.said = { words: say('screen.choose'), isTrouble: true };
      return;
    }
    this.isBusy = true;
    const name = textOf(data, 'name');
    const changed = await addScreen(name, {
      code: textOf(data, 'code'),
      locations: this.isEverywhere ? '*' : locations.map(locationId),
      acts: data.get('acts') !== null,
    });
    this.isBusy = false;
    if (changed.kind === 'done') {
      form.reset();
      this.chosen = [];
      this.isEverywhere = false;
      this.said = { words: say('screen.added', { name }), isTrouble: false };
      this.dispatchEvent(new CustomEvent('added'));
    } else this.said = { ...changed.why, isTrouble: true };
    await this.updateComplete;
    this.renderRoot.querySelector<HTMLElement>('[data-said]')?.focus();
  }

  static override styles = [tokens, basics, auditStyles, styleSheet(css)];
}

customElements.define('ticket-rail-screen-form', TicketRailScreenForm);

declare global {
  interface HTMLElementTagNameMap {
    'ticket-rail-screen-form': TicketRailScreenForm;
  }
}
