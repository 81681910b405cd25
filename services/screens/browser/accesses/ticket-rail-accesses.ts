import { html, type TemplateResult } from 'lit';
import type { AccessEntry, AccessPage } from '../../../../schemas/api/access';
import { timelineAddress } from '../audit/links';
import { PagedList } from '../audit/paged-list';
import { pagedTable } from '../audit/paged-table';
import { LocationPicks } from '../feed/location-picks';
import { say } from '../operators/model/say';
import { OPERATORS_WORDS } from '../operators/operators-words';
import { roleWords } from '../operators/role-words';
import { sayParts } from '../operators/say-parts';
import { SpokenLanguage } from '../shared/language';
import { auditStyles } from '../shared/styles/audit-styles';
import { timeWords } from '../shared/model/time-words';
import { languageAttributes, railElement, styleSheet } from '../shared/rail-element';
import { basics, tokens } from '../shared/theme';
import { accessWords } from './model/access-words';
import css from './ticket-rail-accesses.css?inline';

/** Shows who looked at the past, at quarantine and at passcodes, and who redrove. */
export class TicketRailAccesses extends railElement(languageAttributes) {
  readonly #list = new PagedList<AccessEntry, AccessPage>(this, ({ accesses, next }) => ({ items: accesses, next }));
  readonly #locations = new LocationPicks(this);

  constructor() {
    super();
    this.addController(new SpokenLanguage(this, OPERATORS_WORDS));
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#list.begin('/access', { order: 'newest' });
  }

  protected override render(): TemplateResult {
    return pagedTable(this.#list, {
      label: say('accesses.table'),
      forbidden: say('answer.forbidden_accesses'),
      empty: say('accesses.none'),
      found: (count, hasMore) => say(hasMore ? 'accesses.found_of_more' : 'accesses.found', { count }),
      note: say('accesses.instances'),
      columns: [
        say('accesses.when'),
        say('readers.reader'),
        say('accesses.what'),
        say('card.order'),
        say('accesses.asked_for'),
      ],
      row: this.#row,
    });
  }

  readonly #row = (access: AccessEntry): TemplateResult => {
    const { access_id, at, reader, role, path } = access;
    return html`<tr data-access-id=${access_id}>
      <th scope="row"><time datetime=${at}>${timeWords(Date.parse(at))}</time></th>
      <td><bdi>${reader}</bdi> <span class="muted">${roleWords(role)}</span></td>
      <td>${accessWords(access)}</td>
      <td>${this.#renderSubject(access)}</td>
      <td><code>${path}</code></td>
    </tr>`;
  };

  #renderSubject({ location_id, order_id }: AccessEntry): TemplateResult {
    if (location_id === undefined) return html`${say('accesses.any')}`;
    const location = html`<bdi title=${location_id}>${this.#locations.called(location_id)}</bdi>`;
    if (order_id === undefined) return html`${sayParts('accesses.any_of', { location })}`;
    const order = html`<a class="order" href=${timelineAddress({ location_id, order_id })}><bdi>${order_id}</bdi></a>`;
    return html`${sayParts('order.of', { order, location })}`;
  }

  static override styles = [tokens, basics, auditStyles, styleSheet(css)];
}

customElements.define('ticket-rail-accesses', TicketRailAccesses);

declare global {
  interface HTMLElementTagNameMap {
    'ticket-rail-accesses': TicketRailAccesses;
  }
}
