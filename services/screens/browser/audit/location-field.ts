import { html, nothing, type ReactiveControllerHost, type TemplateResult } from 'lit';
import type { LocationPicks } from '../feed/location-picks';
import { choiceWords, type Location } from '../feed/locations';
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

  /** @returns the id of the location that is named now, by a part of its name or id too; undefined: none is */
  get chosen(): string | undefined {
    const text = (this.#typed ?? this.#given).trim();
    const [only, another] = this.#sought;
    if (only !== undefined && another === undefined) return only.location_id;
    return text === '' ? undefined : this.#locations.idOf(text);
  }

  /** @returns the locations of which each has what was typed as a part of its name or id, if there are several */
  get several(): readonly Location[] {
    const sought = this.#sought;
    return sought.length > 1 ? sought : [];
  }

  /** Those of which what was typed is a part, unless it is all that one of them is called. */
  get #sought(): readonly Location[] {
    const text = this.#typed?.trim() ?? '';
    return text === '' || this.#locations.has(this.#locations.idOf(text)) ? [] : this.#locations.sought(text);
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
          .value=${this.#typed ?? this.#words(this.#given)}
          @input=${this.#input}
      /></label>
      <datalist id="known-locations">
        ${this.#locations.all.map((one) => html`<option value=${choiceWords(one)}></option>`)}
      </datalist>`;
  }

  /** What people pick a location by; of one that is not known its id. */
  #words(id: string): string {
    return this.#locations.has(id) ? choiceWords({ location_id: id, name: this.#locations.nameOf(id) }) : id;
  }

  readonly #input = (event: Event): void => {
    this.#typed = valueOf(event);
    this.#host.requestUpdate();
  };
}
