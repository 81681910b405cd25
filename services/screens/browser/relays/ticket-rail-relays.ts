import { html, nothing, type TemplateResult } from 'lit';
import type { RelayEntry, RelayPage } from '../../../../schemas/order-view';
import { notice } from '../audit/answer-notice';
import { PagedList } from '../audit/paged-list';
import { LocationPicks } from '../feed/location-picks';
import { auditStyles } from '../shared/audit-styles';
import { icon } from '../shared/icons';
import { timeWords } from '../shared/model/audit-words';
import { countWords } from '../shared/model/words';
import { railElement, styleSheet } from '../shared/rail-element';
import { basics, tokens } from '../shared/theme';
import { relayWords } from './model/relay-words';
import css from './ticket-rail-relays.css?inline';

const FORBIDDEN =
  'The reader who is signed in may not see this: it takes a reader with the role operator, for all locations.';

/** Shows what was passed on to the POS, and how it answered. */
export class TicketRailRelays extends railElement({}) {
  readonly #list = new PagedList<RelayEntry, RelayPage>(this, ({ relays, next }) => ({ items: relays, next }));
  readonly #locations = new LocationPicks(this);

  override connectedCallback(): void {
    super.connectedCallback();
    this.#list.begin('/relays', {});
  }

  protected override render(): TemplateResult {
    const { items, hasMore, isAsking, refusal } = this.#list;
    return html`<div class="frame stack" aria-busy=${String(isAsking)}>
      ${refusal === null ? nothing : notice(refusal, 'There is nothing.', FORBIDDEN)}
      <p class="muted" role="status">${this.#summary()}</p>
      ${items.length === 0 ? nothing : this.#renderTable(items)}
      ${
        hasMore
          ? html`<p><button aria-disabled=${isAsking} @click=${this.#list.more}>Show older ones</button></p>`
          : nothing
      }
    </div>`;
  }

  #summary(): string {
    const { items, hasMore, isAsking, refusal } = this.#list;
    if (isAsking) return 'Looking…';
    if (refusal !== null && items.length === 0) return '';
    if (items.length === 0) return 'Nothing was passed on: RELAY_URL names where to.';
    return `${countWords(items.length, 'try', 'tries')}${hasMore ? ', and there are more' : ''}, newest first.`;
  }

  #renderTable(items: readonly RelayEntry[]): TemplateResult {
    return html`<div class="scroll" tabindex="0" role="region" aria-label="Table of relays">
      <table>
        <thead>
          <tr>
            <th scope="col">Received</th>
            <th scope="col">Type</th>
            <th scope="col">Location</th>
            <th scope="col">Answer</th>
            <th scope="col">Id at the POS</th>
            <th scope="col">Request</th>
          </tr>
        </thead>
        <tbody>
          ${items.map((relay) => this.#renderRow(relay))}
        </tbody>
      </table>
    </div>`;
  }

  #renderRow(relay: RelayEntry): TemplateResult {
    const { relay_id, received_at, type, location_id, provider_id, request_id } = relay;
    const { isTrouble, words } = relayWords(relay);
    return html`<tr data-relay-id=${relay_id} data-trouble=${isTrouble}>
      <th scope="row"><time datetime=${received_at}>${timeWords(Date.parse(received_at))}</time></th>
      <td><code>${type}</code></td>
      <td>
        ${location_id === null ? 'none' : html`<bdi title=${location_id}>${this.#locations.called(location_id)}</bdi>`}
      </td>
      <td class="answer">${icon(isTrouble ? 'alert' : 'check')} ${words}</td>
      <td>${provider_id === null ? 'none' : html`<bdi>${provider_id}</bdi>`}</td>
      <td><code>${request_id}</code></td>
    </tr>`;
  }

  static override styles = [tokens, basics, auditStyles, styleSheet(css)];
}

customElements.define('ticket-rail-relays', TicketRailRelays);

declare global {
  interface HTMLElementTagNameMap {
    'ticket-rail-relays': TicketRailRelays;
  }
}
