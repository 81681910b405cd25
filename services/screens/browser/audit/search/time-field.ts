import { html, nothing, type ReactiveControllerHost, type TemplateResult } from 'lit';
import { live } from 'lit/directives/live.js';
import { valueOf } from '../../shared/field-events';
import { offsetText } from '../../../../../schemas/local-time';
import { clockName, fromField, offsetsOf, type PlaceClock, type Side, toField } from '../model/place-clock';
import { say } from '../model/say';

/**
 * A field for a moment, by a clock that it names. Where the clock shows the time twice, as at the end of daylight saving
 * time, it asks which of the two is meant: `<name>_offset` in the form.
 */
export class TimeField {
  /** What somebody has typed; null: what the field was given stands. */
  #typed: string | null = null;
  #given: number | null = null;

  readonly #host: ReactiveControllerHost;
  readonly #name: string;
  readonly #side: Side;

  /** @param side which of two moments is meant at first */
  constructor(host: ReactiveControllerHost, name: string, side: Side = 'earlier') {
    this.#host = host;
    this.#name = name;
    this.#side = side;
  }

  /** Puts a time into the field, as if somebody had typed it. @param text as the field has it; '' for none */
  fill(text: string): void {
    this.#typed = text;
    this.#host.requestUpdate();
  }

  /** Returns what was typed since the field was given something; null: nothing was. */
  get typed(): string | null {
    return this.#typed;
  }

  /**
   * @param given milliseconds since the epoch; null: none
   * @param clock by which it is shown and read
   * @param isNamed whether the field says which clock that is; false: the page says it of all times
   */
  render(
    what: string,
    given: number | null,
    clock: PlaceClock,
    { isDisabled = false, isNamed = true }: { readonly isDisabled?: boolean; readonly isNamed?: boolean } = {},
  ): TemplateResult {
    const label = isNamed ? say('clock.in_brackets', { what, clock: clockName(clock) }) : what;
    if (given !== this.#given) this.#typed = null;
    this.#given = given;
    const text = this.#typed ?? (given === null ? '' : toField(given, clock));
    const offsets = offsetsOf(text, clock);
    // What is typed is another moment than the one that was given.
    const asGiven = given === null || this.#typed !== null ? '' : offsetText(clock.offsetAt(given));
    const chosen = offsets.includes(asGiven) ? asGiven : offsets.at(this.#side === 'earlier' ? 0 : -1);
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
              ><span><span class="unseen">${say('clock.twice_of', { what })}</span> ${say('clock.twice')}</span>
              <select name=${`${this.#name}_offset`} ?disabled=${isDisabled}>
                ${offsets.map(
                  (offset, index) =>
                    html`<option value=${offset} ?selected=${offset === chosen}>
                      ${say(index === 0 ? 'clock.first' : 'clock.second', { offset })}
                    </option>`,
                )}
              </select></label
            >`
      }`;
  }

  /** @returns milliseconds since the epoch that a form has of this field; null: none */
  parse(form: FormData, clock: PlaceClock): number | null {
    const [text, offset] = [this.#name, `${this.#name}_offset`].map((name) => form.get(name));
    return typeof text === 'string'
      ? fromField(text, clock, this.#side, typeof offset === 'string' ? offset : '')
      : null;
  }

  readonly #input = (event: Event): void => {
    this.#typed = valueOf(event);
    this.#host.requestUpdate();
  };
}
