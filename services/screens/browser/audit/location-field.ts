import { html, nothing, type ReactiveControllerHost, type TemplateResult } from 'lit';
import type { LocationPicks } from '../feed/location-picks';
import { valueOf } from '../shared/field-events';
import { clockOf, type PlaceClock } from './model/place-clock';
import { say } from './model/say';

/** A field for a location, by its name or id. What else the form asks for is by the clock of the one that it names. */
export class LocationField {
  /** What somebody has typed; null: what the field was given stands. */
  #typed: string | null = null;
  #given = '';

  readonly #host: ReactiveControllerHost;
  readonly #locations: LocationPicks;

  constructor(host: ReactiveControllerHost, locations: LocationPicks) {
    this.#host = host;
    this.#locations = locations;
  }

  /** @returns the id of the location that is named now; undefined: none is */
  get chosen(): string | undefined {
    const text = (this.#typed ?? this.#given).trim();
    return text === '' ? undefined : this.#locations.idOf(text);
  }

  /** @returns the clock of the location that is named now, or else that of the browser */
  get clock(): PlaceClock {
    const { chosen } = this;
    return clockOf(chosen === undefined ? null : this.#locations.zoneOf(chosen));
  }

  /** Takes what the page asks for: it stands in the field until something is typed. */
  give(id: string | undefined): void {
    this.#given = id ?? '';
    this.#typed = null;
  }

  render(): TemplateResult {
    return html`<label
        >${say('board.location')}
        <input
          name="location_id"
          maxlength="200"
          autocomplete="off"
          spellcheck="false"
          list=${this.#locations.all.length === 0 ? nothing : 'known-locations'}
          .value=${this.#given}
          @input=${this.#input}
      /></label>
      <datalist id="known-locations">
        ${this.#locations.all.map(
          ({ location_id, name }) => html`<option value=${location_id}>${name ?? nothing}</option>`,
        )}
      </datalist>`;
  }

  readonly #input = (event: Event): void => {
    this.#typed = valueOf(event);
    this.#host.requestUpdate();
  };
}
