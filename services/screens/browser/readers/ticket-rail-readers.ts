import { html, nothing, type TemplateResult } from 'lit';
import type { ListedReader, ListedReaders } from '../../../../schemas/api/reader-view';
import { notice } from '../audit/answer-notice';
import { type Answer, ask } from '../audit/audit-client';
import { OneQuestion } from '../audit/one-question';
import { LocationPicks } from '../feed/location-picks';
import { say } from '../operators/model/say';
import { OPERATORS_WORDS } from '../operators/operators-words';
import { roleWords } from '../operators/role-words';
import { sayParts } from '../operators/say-parts';
import { SpokenLanguage } from '../shared/language';
import { auditStyles } from '../shared/styles/audit-styles';
import { icon } from '../shared/icons';
import { timeWords } from '../shared/model/time-words';
import { languageAttributes, railElement, state, styleSheet } from '../shared/rail-element';
import { basics, tokens } from '../shared/theme';
import { fixedWords, locationsWords } from './model/reader-words';
import { removeScreen, type SaidWords } from './readers-client';
import './ticket-rail-screen-form';
import css from './ticket-rail-readers.css?inline';

/** The command that takes away what a screen cannot. */
const REMOVE = 'ticket-rail reader remove';

/** Shows who may read, adds screens by the codes that they show, and takes them away. */
export class TicketRailReaders extends railElement({
  answer: state<Answer<ListedReaders> | null>(null),
  /** The screen that the next press takes away; empty: none. */
  leaving: state(''),
  /** What came of the last try to take one away. */
  said: state<SaidWords | null>(null),
  isBusy: state(false),
  ...languageAttributes,
}) {
  readonly #question = new OneQuestion(this);
  readonly #locations = new LocationPicks(this);

  constructor() {
    super();
    this.addController(new SpokenLanguage(this, OPERATORS_WORDS));
  }

  override connectedCallback(): void {
    super.connectedCallback();
    void this.#ask();
  }

  readonly #ask = async (): Promise<void> => {
    const asked = this.#question.ask();
    const answer = await ask<ListedReaders>('/readers', asked);
    if (!asked.aborted) this.answer = answer;
  };

  protected override render(): TemplateResult {
    const { answer } = this;
    if (answer === null)
      return html`<div class="frame" aria-busy="true"><p class="panel" role="status">${say('answer.asking')}</p></div>`;
    return html`<div class="frame stack" aria-busy="false">
      ${
        answer.kind === 'found'
          ? html`${this.#renderForm(answer.value)} ${this.#renderReaders(answer.value)}`
          : notice(answer, say('answer.nothing'), say('answer.forbidden_operator'))
      }
    </div>`;
  }

  #renderForm({ listed_in }: ListedReaders): TemplateResult {
    const fixed = fixedWords(listed_in);
    return fixed === null
      ? html`<ticket-rail-screen-form .locations=${this.#locations} @added=${this.#ask}></ticket-rail-screen-form>`
      : html`<p class="panel">${icon('info')} ${fixed}</p>`;
  }

  #renderReaders({ readers, since }: ListedReaders): TemplateResult {
    return html`<section class="panel stack" aria-labelledby="readers">
      <div class="row">
        <h2 id="readers">
          ${readers.length === 0 ? say('readers.none') : say('readers.count', { count: readers.length })}
        </h2>
        <button @click=${this.#ask}>${say('readers.again')}</button>
      </div>
      <p class="muted">${say('readers.since', { time: timeWords(Date.parse(since)) })}</p>
      <p role="status" tabindex="-1" data-said>
        ${this.said === null ? nothing : html`<bdi lang=${this.said.language ?? nothing}>${this.said.words}</bdi>`}
      </p>
      ${
        readers.length === 0
          ? nothing
          : html`<div class="scroll" tabindex="0" role="region" aria-label=${say('readers.table')}>
              <table>
                <thead>
                  <tr>
                    <th scope="col">${say('readers.reader')}</th>
                    <th scope="col">${say('readers.role')}</th>
                    <th scope="col">${say('readers.locations')}</th>
                    <th scope="col">${say('readers.acts')}</th>
                    <th scope="col">${say('readers.last_seen')}</th>
                    <th scope="col">${say('readers.take_away')}</th>
                  </tr>
                </thead>
                <tbody>
                  ${readers.map((one) => this.#renderReader(one))}
                </tbody>
              </table>
            </div>`
      }
    </section>`;
  }

  #renderReader(reader: ListedReader): TemplateResult {
    const { name, role, acts, last_seen } = reader;
    return html`<tr data-reader=${name}>
      <th scope="row"><bdi>${name}</bdi></th>
      <td>${roleWords(role)}</td>
      <td><bdi>${locationsWords(reader, (id) => this.#locations.called(id))}</bdi></td>
      <td>${say(acts ? 'readers.yes' : 'readers.no')}</td>
      <td>
        ${last_seen === null ? say('readers.not_yet') : html`<time datetime=${last_seen}>${timeWords(Date.parse(last_seen))}</time>`}
      </td>
      <td>${this.#renderRemoval(reader)}</td>
    </tr>`;
  }

  #renderRemoval({ name, removable }: ListedReader): TemplateResult {
    if (!removable)
      return html`<span class="muted"
        >${sayParts('readers.by_command', { command: html`<code>${REMOVE}</code>` })}</span
      >`;
    if (this.leaving !== name) {
      return html`<button aria-label=${say('readers.take_away_name', { name })} @click=${() => void this.#ready(name)}>
        ${say('readers.take_away')}
      </button>`;
    }
    return html`<div class="row">
      <button
        class="primary"
        aria-label=${say('readers.sure_name', { name })}
        aria-disabled=${this.isBusy}
        @click=${() => void this.#remove(name)}
      >
        ${say('readers.sure')}</button
      ><button data-keep @click=${() => void this.#ready('')}>${say('readers.keep')}</button>
    </div>`;
  }

  /** Asks before it takes a screen away; the first press is on what does nothing. */
  async #ready(name: string): Promise<void> {
    const before = this.leaving;
    this.leaving = name;
    await this.updateComplete;
    const focused = name === '' ? `[data-reader="${CSS.escape(before)}"] button` : '[data-keep]';
    this.renderRoot.querySelector<HTMLElement>(focused)?.focus();
  }

  async #remove(name: string): Promise<void> {
    if (this.isBusy) return;
    this.isBusy = true;
    const changed = await removeScreen(name);
    this.said = changed.kind === 'done' ? { words: say('readers.gone', { name }) } : changed.why;
    this.leaving = '';
    await this.#ask();
    this.isBusy = false;
    this.renderRoot.querySelector<HTMLElement>('[data-said]')?.focus();
  }

  static override styles = [tokens, basics, auditStyles, styleSheet(css)];
}

customElements.define('ticket-rail-readers', TicketRailReaders);

declare global {
  interface HTMLElementTagNameMap {
    'ticket-rail-readers': TicketRailReaders;
  }
}
