import { html, nothing, type ReactiveControllerHost, type TemplateResult } from 'lit';
import { live } from 'lit/directives/live.js';
import { valueOf } from '../shared/field-events';
import { offsetsOf, offsetWords, toLocalField } from '../shared/model/audit-words';

/**
 * A field for a moment, by the clock of the browser. Where the clock shows the time twice, as at the end of daylight
 * saving time, it asks which of the two is meant: `<name>_offset` in the form.
 */
export class TimeField {
  /** What somebody has typed; null: what the field was given stands. */
  #typed: string | null = null;
  #given: number | null = null;

  readonly #host: ReactiveControllerHost;
  readonly #name: string;

  constructor(host: ReactiveControllerHost, name: string) {
    this.#host = host;
    this.#name = name;
  }

  /** @param given milliseconds since the epoch; null: none */
  render(label: string, given: number | null, isDisabled = false): TemplateResult {
    if (given !== this.#given) this.#typed = null;
    this.#given = given;
    const text = this.#typed ?? (given === null ? '' : toLocalField(given));
    const offsets = offsetsOf(text);
    const chosen = given === null ? undefined : offsetWords(given);
    return html`<label
        >${label}
        <input
          type="datetime-local"
          step="1"
          name=${this.#name}
          .value=${live(text)}
          ?disabled=${isDisabled}
          @input=${this.#input}
      /></label>
      ${
        offsets.length === 0
          ? nothing
          : html`<label
              ><span><span class="unseen">${label}:</span> This time comes twice</span>
              <select name=${`${this.#name}_offset`} ?disabled=${isDisabled}>
                ${offsets.map(
                  (offset, index) =>
                    html`<option value=${offset} ?selected=${offset === chosen}>
                      ${index === 0 ? 'First' : 'Second'}, UTC${offset}
                    </option>`,
                )}
              </select></label
            >`
      }`;
  }

  readonly #input = (event: Event): void => {
    this.#typed = valueOf(event);
    this.#host.requestUpdate();
  };
}
