import { html, type PropertyValues, type TemplateResult } from 'lit';
import { icon } from '../shared/icons';
import { MOST_MINUTES, OPEN_STAGES } from '../shared/model/lateness';
import { CALLS, type CallKind } from './model/calls';
import { DEFAULT_SETTINGS, HIDEABLE_STAGES, MOST_HOURS, type Settings, TEXT_SIZES, toSettings } from './model/settings';
import { type HourCycle, stageWords } from '../shared/model/words';
import { property, railElement, styleSheet } from '../shared/rail-element';
import { basics } from '../shared/theme';
import css from './settings-dialog.css?inline';

/** The settings as someone has set them. */
export class SettingsEvent extends Event {
  static readonly type = 'settings-set';
  constructor(readonly settings: Settings) {
    super(SettingsEvent.type);
  }
}

/** Someone wants to hear what something sounds like. */
export class TrySoundEvent extends Event {
  static readonly type = 'try-sound';
  constructor(readonly kind: CallKind) {
    super(TrySoundEvent.type);
  }
}

const CALL_WORDS: Readonly<Record<CallKind, string>> = {
  arrived: 'A driver is here',
  canceled: 'An order is canceled',
  needs_action: 'No driver, or a delivery that failed',
  coming_back: 'Food is coming back',
  very_late: 'An order is very late',
};

const CYCLE_WORDS: Readonly<Record<HourCycle, string>> = {
  local: 'as the browser',
  '12': '12 hours',
  '24': '24 hours',
};

const checkbox = (name: string, words: string): TemplateResult =>
  html`<label class="line"><input type="checkbox" name=${name} /> ${words}</label>`;

/** Shows what can be set on this screen, and lets people change it. */
export class TicketRailSettings extends railElement({
  settings: property<Settings>(DEFAULT_SETTINGS),
}) {
  get #dialog(): HTMLDialogElement | null {
    return this.renderRoot.querySelector('dialog');
  }

  get isOpen(): boolean {
    return this.#dialog?.open ?? false;
  }

  show(): void {
    this.#fill(this.settings);
    this.#dialog?.showModal();
  }

  protected override updated(changed: PropertyValues<this>): void {
    if (changed.has('settings') && !this.isOpen) this.#fill(this.settings);
  }

  protected override render(): TemplateResult {
    return html`<dialog aria-labelledby="title">
      <form method="dialog" @submit=${this.#save}>
        <header>
          <h2 id="title">Settings of this screen</h2>
          <button type="button" class="close" aria-label="Close" @click=${this.#close}>${icon('close')}</button>
        </header>
        <div class="pair">
          <label
            >Text size
            <select name="textSize">
              ${TEXT_SIZES.map((size) => html`<option value=${size}>${Math.round(size * 100)} %</option>`)}
            </select></label
          >
          <label
            >Clock
            <select name="hourCycle">
              ${Object.entries(CYCLE_WORDS).map(([cycle, words]) => html`<option value=${cycle}>${words}</option>`)}
            </select></label
          >
        </div>
        <fieldset>
          <legend>Sounds, until somebody attends</legend>
          ${checkbox('sound', 'Sound')}
          ${CALLS.map(
            (kind) =>
              html`<div class="sound">
                ${checkbox(`sound ${kind}`, CALL_WORDS[kind])}
                <button type="button" aria-label=${`Try the sound: ${CALL_WORDS[kind]}`} @click=${this.#trySound(kind)}>
                  ${icon('play')}
                </button>
              </div>`,
          )}
          ${checkbox('opensCard', 'Open the handoff card when a driver arrives')}
        </fieldset>
        <fieldset>
          <legend>Stages on this screen</legend>
          ${HIDEABLE_STAGES.map((stage) => checkbox(`shows ${stage}`, stageWords(stage)))}
        </fieldset>
        <fieldset>
          <legend>Minutes in a stage until an order is late</legend>
          <div class="grid">
            <span></span><span aria-hidden="true">Late</span><span aria-hidden="true">Very late</span>
            ${OPEN_STAGES.map(
              (stage) =>
                html`<span id=${stage}>${stageWords(stage)}</span> ${(['late', 'veryLate'] as const).map(
                    (grade) =>
                      html`<input
                        type="number"
                        inputmode="numeric"
                        name=${`${stage} ${grade}`}
                        aria-label=${`${stageWords(stage)}: ${grade === 'late' ? 'late' : 'very late'} after minutes`}
                        min="1"
                        max=${MOST_MINUTES}
                        required
                      />`,
                  )}`,
            )}
          </div>
        </fieldset>
        <label class="line">
          Fold an open order away after
          <input type="number" inputmode="numeric" name="oldAfterHours" min="1" max=${MOST_HOURS} required />
          hours without news
        </label>
        <footer>
          <button type="button" @click=${this.#reset}>Back to the defaults</button>
          <button class="primary">${icon('check')} Save</button>
        </footer>
      </form>
    </dialog>`;
  }

  #field(name: string): HTMLInputElement | HTMLSelectElement | null {
    return this.renderRoot.querySelector(`[name="${name}"]`);
  }

  #fill(settings: Settings): void {
    const put = (name: string, value: string | number | boolean): void => {
      const field = this.#field(name);
      if (field instanceof HTMLInputElement && typeof value === 'boolean') field.checked = value;
      else if (field !== null) field.value = String(value);
    };
    for (const stage of OPEN_STAGES) {
      put(`${stage} late`, settings.thresholds[stage].late);
      put(`${stage} veryLate`, settings.thresholds[stage].veryLate);
    }
    for (const stage of HIDEABLE_STAGES) put(`shows ${stage}`, !settings.hidden.includes(stage));
    for (const kind of CALLS) put(`sound ${kind}`, settings.sounds[kind]);
    put('sound', settings.sound);
    put('opensCard', settings.opensCard);
    put('oldAfterHours', settings.oldAfterHours);
    put('textSize', settings.textSize);
    put('hourCycle', settings.hourCycle);
  }

  readonly #save = (): void => {
    const number = (name: string): number => Number(this.#field(name)?.value);
    const isOn = (name: string): boolean => {
      const field = this.#field(name);
      return field instanceof HTMLInputElement && field.checked;
    };
    const thresholds = Object.fromEntries(
      OPEN_STAGES.map((stage) => [stage, { late: number(`${stage} late`), veryLate: number(`${stage} veryLate`) }]),
    );
    const settings = {
      thresholds,
      sound: isOn('sound'),
      sounds: Object.fromEntries(CALLS.map((kind) => [kind, isOn(`sound ${kind}`)])),
      opensCard: isOn('opensCard'),
      oldAfterHours: number('oldAfterHours'),
      textSize: number('textSize'),
      hourCycle: this.#field('hourCycle')?.value,
      hidden: HIDEABLE_STAGES.filter((stage) => !isOn(`shows ${stage}`)),
    };
    this.dispatchEvent(new SettingsEvent(toSettings(settings)));
  };

  readonly #reset = (): void => {
    this.#fill(DEFAULT_SETTINGS);
  };

  readonly #close = (): void => {
    this.#dialog?.close();
  };

  #trySound(kind: CallKind): () => void {
    return () => {
      this.dispatchEvent(new TrySoundEvent(kind));
    };
  }

  static override styles = [basics, styleSheet(css)];
}

customElements.define('ticket-rail-settings', TicketRailSettings);

declare global {
  interface HTMLElementTagNameMap {
    'ticket-rail-settings': TicketRailSettings;
  }
}
