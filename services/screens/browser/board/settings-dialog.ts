import { html, type PropertyValues, type TemplateResult } from 'lit';
import { icon } from '../shared/icons';
import { MOST_MINUTES, OPEN_STAGES } from '../shared/model/lateness';
import { DEFAULT_SETTINGS, MOST_HOURS, type Settings, toSettings } from './model/settings';
import { stageWords } from '../shared/model/words';
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

/** Someone wants to hear the alarm. */
export class TrySoundEvent extends Event {
  static readonly type = 'try-sound';
  constructor() {
    super(TrySoundEvent.type);
  }
}

/** What can be set on this screen. */
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
        <label class="line"><input type="checkbox" name="sound" /> Sound when a driver arrives</label>
        <label class="line"
          ><input type="checkbox" name="opensCard" /> Open the handoff card when a driver arrives</label
        >
        <p><button type="button" @click=${this.#trySound}>${icon('bell')} Try the sound</button></p>
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

  #input(name: string): HTMLInputElement | null {
    return this.renderRoot.querySelector(`input[name="${name}"]`);
  }

  #fill({ thresholds, sound, opensCard, oldAfterHours }: Settings): void {
    const put = (name: string, value: number): void => {
      const input = this.#input(name);
      if (input !== null) input.value = String(value);
    };
    for (const stage of OPEN_STAGES) {
      put(`${stage} late`, thresholds[stage].late);
      put(`${stage} veryLate`, thresholds[stage].veryLate);
    }
    put('oldAfterHours', oldAfterHours);
    const check = (name: string, isOn: boolean): void => {
      const box = this.#input(name);
      if (box !== null) box.checked = isOn;
    };
    check('sound', sound);
    check('opensCard', opensCard);
  }

  readonly #save = (): void => {
    const number = (name: string): number => this.#input(name)?.valueAsNumber ?? NaN;
    const thresholds = Object.fromEntries(
      OPEN_STAGES.map((stage) => [stage, { late: number(`${stage} late`), veryLate: number(`${stage} veryLate`) }]),
    );
    const settings = {
      thresholds,
      sound: this.#input('sound')?.checked,
      opensCard: this.#input('opensCard')?.checked,
      oldAfterHours: number('oldAfterHours'),
    };
    this.dispatchEvent(new SettingsEvent(toSettings(settings)));
  };

  readonly #reset = (): void => {
    this.#fill(DEFAULT_SETTINGS);
  };

  readonly #close = (): void => {
    this.#dialog?.close();
  };

  readonly #trySound = (): void => {
    this.dispatchEvent(new TrySoundEvent());
  };

  static override styles = [basics, styleSheet(css)];
}

customElements.define('ticket-rail-settings', TicketRailSettings);

declare global {
  interface HTMLElementTagNameMap {
    'ticket-rail-settings': TicketRailSettings;
  }
}
