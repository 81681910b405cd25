import { html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { LANGUAGES } from '../../../../../schemas/language/languages';
import { MAX_SCREEN_NAME } from '../../../../../schemas/api/screen-limits';
import { browserCode } from '../../reports/screen-identity';
import { icon } from '../../shared/icons';
import { recordOf } from '../../../../../schemas/records';
import {
  DEFAULT_THRESHOLDS,
  MOST_MINUTES,
  OPEN_STAGES,
  type Thresholds,
} from '../../../../../schemas/files/thresholds';
import { CALLS, type CallKind } from '../model/calls';
import {
  areSameThresholds,
  DEFAULT_SETTINGS,
  HIDEABLE_STAGES,
  MOST_HOURS,
  type Settings,
  TEXT_SIZES,
  toSettings,
  VOLUME,
} from '../model/settings';
import { failedWords, isLanguageNamed, keptLanguage } from '../../shared/language';
import { say, speech } from '../../shared/model/say';
import { type HourCycle, stageWords } from '../../shared/model/words';
import { property, railElement, styleSheet } from '../../shared/rail-element';
import { sayParts } from '../../shared/say-parts';
import { basics } from '../../shared/theme';
import { SettingsEvent, TrySoundEvent } from './settings-events';
import css from './settings-dialog.css?inline';

const HOUR_CYCLES = ['local', '12', '24'] as const satisfies readonly HourCycle[];

/** Returns the name of a language in itself. */
const nameOf = (language: string): string =>
  new Intl.DisplayNames([language], { type: 'language' }).of(language) ?? language;

const checkbox = (name: string, words: string): TemplateResult =>
  html`<label class="line"><input type="checkbox" name=${name} /> ${words}</label>`;

const volumeField = (): TemplateResult =>
  html`<label class="volume"
    >${say('settings.volume')}
    <input type="range" name="volume" min=${VOLUME.least} max=${VOLUME.most} step=${VOLUME.step}
  /></label>`;

/** Renders how many minutes make an order late, and very late, in each stage. */
const thresholdFields = (): TemplateResult =>
  html`<fieldset>
    <legend>${say('settings.minutes')}</legend>
    <div class="grid">
      <span></span><span aria-hidden="true">${say('late.late')}</span
      ><span aria-hidden="true">${say('late.very_late')}</span>
      ${OPEN_STAGES.map(
        (stage) =>
          html`<span id=${stage}>${stageWords(stage)}</span> ${(['late', 'veryLate'] as const).map(
              (grade) =>
                html`<input
                  type="number"
                  inputmode="numeric"
                  name=${`${stage} ${grade}`}
                  aria-label=${say(grade === 'late' ? 'settings.late_after' : 'settings.very_late_after', {
                    stage: stageWords(stage),
                  })}
                  min="1"
                  max=${MOST_MINUTES}
                  required
                />`,
            )}`,
      )}
    </div>
  </fieldset>`;

/** Shows what can be set on this screen, and lets people change it. */
export class TicketRailSettings extends railElement({
  settings: property<Settings>(DEFAULT_SETTINGS),
  /** When an order is late where this screen does not say otherwise. */
  usual: property<Thresholds>(DEFAULT_THRESHOLDS),
  /** The browser does not keep the screen on. */
  goesDark: property(false),
}) {
  /** The thresholds that its fields were filled with, and those that were set on this screen then. */
  #filled: { readonly thresholds: Thresholds; readonly own: Thresholds | null } | null = null;

  get #dialog(): HTMLDialogElement | null {
    return this.renderRoot.querySelector('dialog');
  }

  get isOpen(): boolean {
    return this.#dialog?.open ?? false;
  }

  show(): void {
    this.#fill(this.settings, keptLanguage());
    // Where nobody opens it, as in a replay, the browser needs no code.
    const name = this.renderRoot.querySelector<HTMLInputElement>('input[name="screenName"]');
    if (name !== null) name.placeholder = browserCode();
    this.#dialog?.showModal();
  }

  protected override updated(changed: PropertyValues<this>): void {
    if (changed.has('settings') && !this.isOpen) this.#fill(this.settings, keptLanguage());
  }

  protected override render(): TemplateResult {
    return html`<dialog aria-labelledby="title">
      <form method="dialog" @submit=${this.#save}>
        <header>
          <h2 id="title">${say('settings.title')}</h2>
          <button type="button" class="close" aria-label=${say('close')} @click=${this.#close}>${icon('close')}</button>
        </header>
        ${this.goesDark ? html`<p>${icon('info')} ${say('board.goes_dark')}</p>` : nothing} ${this.#renderLanguage()}
        <label
          >${say('settings.screen_name')}
          <input name="screenName" maxlength=${MAX_SCREEN_NAME} autocomplete="off" />
        </label>
        <div class="pair">
          <label
            >${say('settings.text_size')}
            <select name="textSize">
              ${TEXT_SIZES.map((size) => html`<option value=${size}>${Math.round(size * 100)} %</option>`)}
            </select></label
          >
          <label
            >${say('settings.clock')}
            <select name="hourCycle">
              ${HOUR_CYCLES.map((cycle) => html`<option value=${cycle}>${say(`settings.clock_${cycle}`)}</option>`)}
            </select></label
          >
        </div>
        <fieldset>
          <legend>${say('settings.sounds')}</legend>
          ${checkbox('sound', say('settings.sound'))} ${volumeField()} ${CALLS.map((kind) => this.#renderSound(kind))}
          ${checkbox('opensCard', say('settings.opens_card'))}
        </fieldset>
        <fieldset>
          <legend>${say('settings.stages')}</legend>
          ${HIDEABLE_STAGES.map((stage) => checkbox(`shows ${stage}`, stageWords(stage)))}
        </fieldset>
        ${checkbox('keys', say('settings.keys'))} ${thresholdFields()}
        <label class="line">
          ${sayParts('settings.old_after', {
            hours: html`<input
              type="number"
              inputmode="numeric"
              name="oldAfterHours"
              min="1"
              max=${MOST_HOURS}
              required
            />`,
          })}
        </label>
        <footer>
          <button type="button" @click=${this.#reset}>${say('settings.defaults')}</button>
          <button class="primary">${icon('check')} ${say('settings.save')}</button>
        </footer>
      </form>
    </dialog>`;
  }

  #renderSound(kind: CallKind): TemplateResult {
    const sound = say(`settings.sound_${kind}`);
    return html`<div class="sound">
      ${checkbox(`sound ${kind}`, sound)}
      <button type="button" aria-label=${say('settings.try_sound', { sound })} @click=${this.#trySound(kind)}>
        ${icon('play')}
      </button>
    </div>`;
  }

  /** The names of the languages are not translated: people look for their own. */
  #renderLanguage(): TemplateResult {
    const failed = failedWords();
    const isNamed = isLanguageNamed();
    return html`<label
        >${say('settings.language')}
        <select name="language" ?disabled=${isNamed}>
          <option value="" lang=${isNamed ? speech().language : nothing}>
            ${isNamed ? nameOf(speech().language) : say('settings.as_browser')}
          </option>
          ${Object.entries(LANGUAGES).map(([tag, name]) => html`<option value=${tag} lang=${tag}>${name}</option>`)}
        </select></label
      >
      ${
        failed === null
          ? nothing
          : html`<p class="failed" role="status">
              ${sayParts('settings.catalogue_failed', { address: html`<bdi>${failed}</bdi>` })}
            </p>`
      }`;
  }

  #field(name: string): HTMLInputElement | HTMLSelectElement | null {
    return this.renderRoot.querySelector(`[name="${name}"]`);
  }

  #fill(settings: Settings, language: string): void {
    const put = (name: string, value: string | number | boolean): void => {
      const field = this.#field(name);
      if (field instanceof HTMLInputElement && typeof value === 'boolean') field.checked = value;
      else if (field !== null) field.value = String(value);
    };
    const thresholds = settings.ownThresholds ?? this.usual;
    this.#filled = { thresholds, own: settings.ownThresholds };
    for (const stage of OPEN_STAGES) {
      put(`${stage} late`, thresholds[stage].late);
      put(`${stage} veryLate`, thresholds[stage].veryLate);
    }
    for (const stage of HIDEABLE_STAGES) put(`shows ${stage}`, !settings.hidden.includes(stage));
    for (const kind of CALLS) put(`sound ${kind}`, settings.sounds[kind]);
    put('sound', settings.sound);
    put('volume', settings.volume);
    put('opensCard', settings.opensCard);
    put('keys', settings.keys);
    put('oldAfterHours', settings.oldAfterHours);
    put('screenName', settings.screenName);
    put('textSize', settings.textSize);
    put('hourCycle', settings.hourCycle);
    put('language', isLanguageNamed() ? '' : language);
  }

  readonly #number = (name: string): number => Number(this.#field(name)?.value);

  readonly #save = (): void => {
    const number = this.#number;
    const isOn = (name: string): boolean => {
      const field = this.#field(name);
      return field instanceof HTMLInputElement && field.checked;
    };
    const thresholds = recordOf(OPEN_STAGES, (stage) => ({
      late: number(`${stage} late`),
      veryLate: number(`${stage} veryLate`),
    }));
    const filled = this.#filled;
    const isAsFilled = filled !== null && areSameThresholds(thresholds, filled.thresholds);
    const settings = {
      ownThresholds: isAsFilled ? filled.own : thresholds,
      sound: isOn('sound'),
      volume: number('volume'),
      sounds: Object.fromEntries(CALLS.map((kind) => [kind, isOn(`sound ${kind}`)])),
      opensCard: isOn('opensCard'),
      keys: isOn('keys'),
      oldAfterHours: number('oldAfterHours'),
      textSize: number('textSize'),
      hourCycle: this.#field('hourCycle')?.value,
      screenName: this.#field('screenName')?.value,
      hidden: HIDEABLE_STAGES.filter((stage) => !isOn(`shows ${stage}`)),
    };
    this.dispatchEvent(
      new SettingsEvent(toSettings(settings), isLanguageNamed() ? null : (this.#field('language')?.value ?? '')),
    );
  };

  readonly #reset = (): void => {
    this.#fill(DEFAULT_SETTINGS, '');
  };

  readonly #close = (): void => {
    this.#dialog?.close();
  };

  #trySound(kind: CallKind): () => void {
    return () => {
      this.dispatchEvent(new TrySoundEvent(kind, this.#number('volume')));
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
