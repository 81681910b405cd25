import { html, type ReactiveController, type ReactiveControllerHost, type TemplateResult } from 'lit';
import { live } from 'lit/directives/live.js';
import { valueOf } from '../../shared/field-events';
import { DAY_SPANS, type DaySpan, type FieldSpan, spanOf } from '../model/day-span';
import type { PlaceClock } from '../model/place-clock';
import { say } from '../model/say';
import type { TimeField } from './time-field';

/**
 * A choice of days and evenings by their names. It fills two fields of times, which show what is meant, by the clock of the place
 * that is chosen.
 */
export class SpanField implements ReactiveController {
  /** What was chosen, and what the fields were filled with by which clock; null: the fields say it. */
  #chosen: { readonly name: DaySpan; readonly clock: PlaceClock; readonly filled: FieldSpan } | null = null;

  readonly #host: ReactiveControllerHost;
  readonly #from: TimeField;
  readonly #to: TimeField;
  /** The clock of the place that is chosen now. */
  readonly #clock: () => PlaceClock;

  constructor(host: ReactiveControllerHost, from: TimeField, to: TimeField, clock: () => PlaceClock) {
    this.#host = host;
    this.#from = from;
    this.#to = to;
    this.#clock = clock;
    host.addController(this);
  }

  /** Today is another day where another place is chosen; what somebody types into a field is none of these days. */
  hostUpdate(): void {
    if (this.#chosen === null) return;
    const { name, clock, filled } = this.#chosen;
    if (this.#from.typed !== filled.from || this.#to.typed !== filled.to) this.#chosen = null;
    else if (clock !== this.#clock()) this.#choose(name);
  }

  render(): TemplateResult {
    return html`<label
      >${say('search.when')}
      <select .value=${live(this.#chosen?.name ?? '')} @change=${this.#picked}>
        <option value="">${say('search.when_typed')}</option>
        ${DAY_SPANS.map((name) => html`<option value=${name}>${say(`search.when_${name}`)}</option>`)}
      </select></label
    >`;
  }

  #choose(name: DaySpan): void {
    const clock = this.#clock();
    const filled = spanOf(name, Date.now(), clock);
    this.#chosen = { name, clock, filled };
    this.#fill(filled);
  }

  #fill({ from, to }: FieldSpan): void {
    this.#from.fill(from);
    this.#to.fill(to);
  }

  readonly #picked = (event: Event): void => {
    const name = DAY_SPANS.find((one) => one === valueOf(event));
    if (name !== undefined) this.#choose(name);
    else {
      this.#chosen = null;
      this.#fill({ from: '', to: '' });
    }
    this.#host.requestUpdate();
  };
}
