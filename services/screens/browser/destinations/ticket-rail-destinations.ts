import { html, nothing, type TemplateResult } from 'lit';
import type { DestinationList } from '../../../../schemas/destinations';
import type { Consumer, ConsumerList } from '../../../../schemas/api/feed';
import { AskedAgain } from '../audit/asked-again';
import { type Answer, ask } from '../audit/audit-client';
import { auditStyles } from '../shared/styles/audit-styles';
import { icon } from '../shared/icons';
import { timeWords } from '../shared/model/audit-words';
import { railElement, styleSheet } from '../shared/rail-element';
import { basics, tokens } from '../shared/theme';
import { destinationPanel } from './destination-panel';
import { lagWords } from './model/destination-words';
import css from './ticket-rail-destinations.css?inline';

/** How far what follows the feed has come. */
type Followers = Pick<DestinationList, 'destinations'> & Pick<ConsumerList, 'consumers'>;

/** Asks for both, so that they are of the same moment. */
async function askFollowers(asked: AbortSignal): Promise<Answer<Followers>> {
  const [destinations, consumers] = await Promise.all([
    ask<DestinationList>('/destinations', asked),
    ask<ConsumerList>('/consumers', asked),
  ]);
  if (destinations.kind !== 'found') return destinations;
  if (consumers.kind !== 'found') return consumers;
  return { kind: 'found', value: { ...destinations.value, ...consumers.value } };
}

const FORBIDDEN =
  'The reader who is signed in may not see this: it takes a reader with the role operator, for all locations.';

/** Shows how far destinations and consumers have come, and what is wrong with them, as it is now. */
export class TicketRailDestinations extends railElement({}) {
  readonly #followers = new AskedAgain(this, askFollowers);

  protected override render(): TemplateResult {
    return this.#followers.render(
      FORBIDDEN,
      (found) => html`${this.#renderDestinations(found)} ${this.#renderConsumers(found)}`,
    );
  }

  #renderDestinations({ destinations }: Followers): TemplateResult {
    if (destinations.length === 0) {
      return html`<section class="panel stack" aria-labelledby="destinations">
        <h2 id="destinations">No destinations</h2>
        <p>Nothing is sent anywhere: <code>DESTINATIONS_FILE</code> names where to.</p>
      </section>`;
    }
    return html`${destinations.map(destinationPanel)}`;
  }

  #renderConsumers({ consumers }: Followers): TemplateResult {
    if (consumers.length === 0) {
      return html`<section class="panel stack" aria-labelledby="consumers">
        <h2 id="consumers">No consumers</h2>
        <p>No program keeps its place in the feed here.</p>
      </section>`;
    }
    return html`<section class="panel stack" aria-labelledby="consumers">
      <h2 id="consumers">Consumers</h2>
      <div class="scroll" tabindex="0" role="region" aria-label="Table of consumers">
        <table>
          <thead>
            <tr>
              <th scope="col">Consumer</th>
              <th scope="col">Reader</th>
              <th scope="col">Position</th>
              <th scope="col">Waiting</th>
              <th scope="col">Last commit</th>
            </tr>
          </thead>
          <tbody>
            ${consumers.map(consumerRow)}
          </tbody>
        </table>
      </div>
    </section>`;
  }

  static override styles = [tokens, basics, auditStyles, styleSheet(css)];
}

function consumerRow({ name, reader, position, lag, committed_at }: Consumer): TemplateResult {
  return html`<tr data-consumer=${name}>
    <th scope="row"><bdi>${name}</bdi></th>
    <td>${reader === null ? 'none' : html`<bdi>${reader}</bdi>`}</td>
    <td><code>${position}</code></td>
    <td>
      ${lag === null ? html`${icon('alert')} ` : nothing}${lagWords(lag, 'not known: its position is not in this log')}
    </td>
    <td>${committed_at === null ? 'none yet' : timeWords(Date.parse(committed_at))}</td>
  </tr>`;
}

customElements.define('ticket-rail-destinations', TicketRailDestinations);

declare global {
  interface HTMLElementTagNameMap {
    'ticket-rail-destinations': TicketRailDestinations;
  }
}
