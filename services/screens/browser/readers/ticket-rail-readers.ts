import { html, nothing, type TemplateResult } from 'lit';
import type { ListedReader, ListedReaders } from '../../../../schemas/api/reader-view';
import { notice } from '../audit/answer-notice';
import { type Answer, ask } from '../audit/audit-client';
import { OneQuestion } from '../audit/one-question';
import { LocationPicks } from '../feed/location-picks';
import { auditStyles } from '../shared/styles/audit-styles';
import { icon } from '../shared/icons';
import { timeWords } from '../shared/model/audit-words';
import { countWords } from '../shared/model/words';
import { railElement, state, styleSheet } from '../shared/rail-element';
import { basics, tokens } from '../shared/theme';
import { fixedWords, locationsWords } from './model/reader-words';
import { removeScreen } from './readers-client';
import './ticket-rail-screen-form';
import css from './ticket-rail-readers.css?inline';

const FORBIDDEN =
  'The reader who is signed in may not see this: it takes a reader with the role operator, for all locations.';

/** Shows who may read, adds screens by the codes that they show, and takes them away. */
export class TicketRailReaders extends railElement({
  answer: state<Answer<ListedReaders> | null>(null),
  /** The screen that the next press takes away; empty: none. */
  leaving: state(''),
  said: state(''),
  isBusy: state(false),
}) {
  readonly #question = new OneQuestion(this);
  readonly #locations = new LocationPicks(this);

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
      return html`<div class="frame" aria-busy="true"><p class="panel" role="status">Asking…</p></div>`;
    return html`<div class="frame stack" aria-busy="false">
      ${
        answer.kind === 'found'
          ? html`${this.#renderForm(answer.value)} ${this.#renderReaders(answer.value)}`
          : notice(answer, 'There is nothing.', FORBIDDEN)
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
        <h2 id="readers">${readers.length === 0 ? 'No readers' : countWords(readers.length, 'reader')}</h2>
        <button @click=${this.#ask}>Ask again</button>
      </div>
      <p class="muted">
        When a reader asked last is known to this instance of the service alone, since ${timeWords(Date.parse(since))}.
        A board asks when it opens its stream, which may have been long ago.
      </p>
      <p role="status" tabindex="-1" data-said><bdi>${this.said}</bdi></p>
      ${
        readers.length === 0
          ? nothing
          : html`<div class="scroll" tabindex="0" role="region" aria-label="Table of readers">
              <table>
                <thead>
                  <tr>
                    <th scope="col">Reader</th>
                    <th scope="col">Role</th>
                    <th scope="col">Locations</th>
                    <th scope="col">Records what is done</th>
                    <th scope="col">Last seen</th>
                    <th scope="col">Take away</th>
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
      <td>${role}</td>
      <td><bdi>${locationsWords(reader, (id) => this.#locations.called(id))}</bdi></td>
      <td>${acts ? 'Yes' : 'No'}</td>
      <td>
        ${last_seen === null ? 'not yet' : html`<time datetime=${last_seen}>${timeWords(Date.parse(last_seen))}</time>`}
      </td>
      <td>${this.#renderRemoval(reader)}</td>
    </tr>`;
  }

  #renderRemoval({ name, removable }: ListedReader): TemplateResult {
    if (!removable) return html`<span class="muted">by <code>ticket-rail reader remove</code></span>`;
    if (this.leaving !== name) {
      return html`<button aria-label=${`Take away ${name}`} @click=${() => void this.#ready(name)}>Take away</button>`;
    }
    return html`<div class="row">
      <button
        class="primary"
        aria-label=${`Yes, take away ${name}`}
        aria-disabled=${this.isBusy}
        @click=${() => void this.#remove(name)}
      >
        Yes, take it away</button
      ><button data-keep @click=${() => void this.#ready('')}>Keep it</button>
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
    this.said = changed.kind === 'done' ? `${name} was taken away: it is signed out.` : changed.detail;
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
