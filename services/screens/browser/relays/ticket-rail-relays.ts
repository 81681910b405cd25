import { html, type TemplateResult } from 'lit';
import type { RelayEntry, RelayPage } from '../../../../schemas/api/order-view';
import { PagedList } from '../audit/paged-list';
import { pagedTable } from '../audit/paged-table';
import { LocationPicks } from '../feed/location-picks';
import { say } from '../operators/model/say';
import { OPERATORS_WORDS } from '../operators/operators-words';
import { SpokenLanguage } from '../shared/language';
import { auditStyles } from '../shared/styles/audit-styles';
import { icon } from '../shared/icons';
import { timeWords } from '../shared/model/time-words';
import { languageAttributes, railElement, styleSheet } from '../shared/rail-element';
import { basics, tokens } from '../shared/theme';
import { relayWords } from './model/relay-words';
import css from './ticket-rail-relays.css?inline';

/** Shows what was passed on to the POS, and how it answered. */
export class TicketRailRelays extends railElement(languageAttributes) {
  readonly #list = new PagedList<RelayEntry, RelayPage>(this, ({ relays, next }) => ({ items: relays, next }));
  readonly #locations = new LocationPicks(this);

  constructor() {
    super();
    this.addController(new SpokenLanguage(this, OPERATORS_WORDS));
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#list.begin('/relays', {});
  }

  protected override render(): TemplateResult {
    return pagedTable(this.#list, {
      label: say('relays.table'),
      forbidden: say('answer.forbidden_operator'),
      empty: say('relays.none'),
      found: (count, hasMore) => say(hasMore ? 'relays.found_of_more' : 'relays.found', { count }),
      note: '',
      columns: [
        say('relays.received'),
        say('relays.type'),
        say('board.location'),
        say('relays.answer'),
        say('relays.provider_id'),
        say('relays.request'),
      ],
      row: this.#row,
    });
  }

  readonly #row = (relay: RelayEntry): TemplateResult => {
    const { relay_id, received_at, type, location_id, provider_id, request_id } = relay;
    const { isTrouble, words } = relayWords(relay);
    return html`<tr data-relay-id=${relay_id} data-trouble=${isTrouble}>
      <th scope="row"><time datetime=${received_at}>${timeWords(Date.parse(received_at))}</time></th>
      <td><code>${type}</code></td>
      <td>
        ${location_id === null ? say('words.none') : html`<bdi title=${location_id}>${this.#locations.called(location_id)}</bdi>`}
      </td>
      <td class="answer">${icon(isTrouble ? 'alert' : 'check')} ${words}</td>
      <td>${provider_id === null ? say('words.none') : html`<bdi>${provider_id}</bdi>`}</td>
      <td><code>${request_id}</code></td>
    </tr>`;
  };

  static override styles = [tokens, basics, auditStyles, styleSheet(css)];
}

customElements.define('ticket-rail-relays', TicketRailRelays);

declare global {
  interface HTMLElementTagNameMap {
    'ticket-rail-relays': TicketRailRelays;
  }
}
