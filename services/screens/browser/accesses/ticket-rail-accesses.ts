import { html, type TemplateResult } from 'lit';
import type { AccessEntry, AccessPage } from '../../../../schemas/api/access';
import { timelineAddress } from '../audit/links';
import { PagedList } from '../audit/paged-list';
import { pagedTable } from '../audit/paged-table';
import { LocationPicks } from '../feed/location-picks';
import { auditStyles } from '../shared/styles/audit-styles';
import { timeWords } from '../shared/model/audit-words';
import { railElement, styleSheet } from '../shared/rail-element';
import { basics, tokens } from '../shared/theme';
import { accessWords } from './model/access-words';
import css from './ticket-rail-accesses.css?inline';

const FORBIDDEN =
  'The reader who is signed in may not see this: it takes a reader with the role auditor or operator, for all locations.';

const INSTANCES = 'Where several instances run, those of each are together, a day at most.';

/** Shows who looked at the past, at quarantine and at passcodes, and who redrove. */
export class TicketRailAccesses extends railElement({}) {
  readonly #list = new PagedList<AccessEntry, AccessPage>(this, ({ accesses, next }) => ({ items: accesses, next }));
  readonly #locations = new LocationPicks(this);

  override connectedCallback(): void {
    super.connectedCallback();
    this.#list.begin('/access', { order: 'newest' });
  }

  protected override render(): TemplateResult {
    return pagedTable(this.#list, {
      label: 'Table of accesses',
      forbidden: FORBIDDEN,
      empty: 'Nobody has looked yet, or nobody is known: there are no readers.',
      called: ['access', 'accesses'],
      note: INSTANCES,
      columns: ['When', 'Reader', 'What', 'Order', 'Asked for'],
      row: this.#row,
    });
  }

  readonly #row = (access: AccessEntry): TemplateResult => {
    const { access_id, at, reader, role, path } = access;
    return html`<tr data-access-id=${access_id}>
      <th scope="row"><time datetime=${at}>${timeWords(Date.parse(at))}</time></th>
      <td><bdi>${reader}</bdi> <span class="muted">${role}</span></td>
      <td>${accessWords(access)}</td>
      <td>${this.#renderSubject(access)}</td>
      <td><code>${path}</code></td>
    </tr>`;
  };

  #renderSubject({ location_id, order_id }: AccessEntry): TemplateResult {
    if (location_id === undefined) return html`any`;
    const location = html`<bdi title=${location_id}>${this.#locations.called(location_id)}</bdi>`;
    if (order_id === undefined) return html`any of ${location}`;
    return html`<a class="order" href=${timelineAddress({ location_id, order_id })}><bdi>${order_id}</bdi></a> of
      ${location}`;
  }

  static override styles = [tokens, basics, auditStyles, styleSheet(css)];
}

customElements.define('ticket-rail-accesses', TicketRailAccesses);

declare global {
  interface HTMLElementTagNameMap {
    'ticket-rail-accesses': TicketRailAccesses;
  }
}
