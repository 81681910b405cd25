import { html, nothing, type TemplateResult } from 'lit';
import type { DestinationList } from '../../../../schemas/destinations';
import type { Consumer, ConsumerList } from '../../../../schemas/api/feed';
import { AskedAgain } from '../audit/asked-again';
import { type Answer, ask } from '../audit/audit-client';
import { say } from '../operators/model/say';
import { OPERATORS_WORDS } from '../operators/operators-words';
import { sayParts } from '../operators/say-parts';
import { SpokenLanguage } from '../shared/language';
import { auditStyles } from '../shared/styles/audit-styles';
import { icon } from '../shared/icons';
import { timeWords } from '../shared/model/time-words';
import { languageAttributes, railElement, styleSheet } from '../shared/rail-element';
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

/** The variable that names where to. */
const VARIABLE = 'DESTINATIONS_FILE';

/** Shows how far destinations and consumers have come, and what is wrong with them, as it is now. */
export class TicketRailDestinations extends railElement(languageAttributes) {
  readonly #followers = new AskedAgain(this, askFollowers);

  constructor() {
    super();
    this.addController(new SpokenLanguage(this, OPERATORS_WORDS));
  }

  protected override render(): TemplateResult {
    return this.#followers.render(
      say('answer.forbidden_operator'),
      (found) => html`${this.#renderDestinations(found)} ${this.#renderConsumers(found)}`,
    );
  }

  #renderDestinations({ destinations }: Followers): TemplateResult {
    if (destinations.length === 0) {
      return html`<section class="panel stack" aria-labelledby="destinations">
        <h2 id="destinations">${say('destinations.none')}</h2>
        <p>${sayParts('destinations.none_named', { variable: html`<code>${VARIABLE}</code>` })}</p>
      </section>`;
    }
    return html`${destinations.map(destinationPanel)}`;
  }

  #renderConsumers({ consumers }: Followers): TemplateResult {
    if (consumers.length === 0) {
      return html`<section class="panel stack" aria-labelledby="consumers">
        <h2 id="consumers">${say('consumers.none')}</h2>
        <p>${say('consumers.none_here')}</p>
      </section>`;
    }
    return html`<section class="panel stack" aria-labelledby="consumers">
      <h2 id="consumers">${say('consumers.title')}</h2>
      <div class="scroll" tabindex="0" role="region" aria-label=${say('consumers.table')}>
        <table>
          <thead>
            <tr>
              <th scope="col">${say('consumers.consumer')}</th>
              <th scope="col">${say('readers.reader')}</th>
              <th scope="col">${say('destinations.position')}</th>
              <th scope="col">${say('destinations.waiting')}</th>
              <th scope="col">${say('consumers.last_commit')}</th>
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
    <td>${reader === null ? say('words.none') : html`<bdi>${reader}</bdi>`}</td>
    <td><code>${position}</code></td>
    <td>${lag === null ? html`${icon('alert')} ` : nothing}${lagWords(lag, say('destinations.other_position'))}</td>
    <td>${committed_at === null ? say('consumers.none_yet') : timeWords(Date.parse(committed_at))}</td>
  </tr>`;
}

customElements.define('ticket-rail-destinations', TicketRailDestinations);

declare global {
  interface HTMLElementTagNameMap {
    'ticket-rail-destinations': TicketRailDestinations;
  }
}
