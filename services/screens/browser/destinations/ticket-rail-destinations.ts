import { html, nothing, type TemplateResult } from 'lit';
import type { DestinationList } from '../../../../schemas/destinations';
import type { Consumer, ConsumerList } from '../../../../schemas/api/feed';
import { notice } from '../audit/answer-notice';
import { type Answer, ask } from '../audit/audit-client';
import { OneQuestion } from '../audit/one-question';
import { auditStyles } from '../shared/styles/audit-styles';
import { icon } from '../shared/icons';
import { timeWords } from '../shared/model/audit-words';
import { property, railElement, state, styleSheet } from '../shared/rail-element';
import { basics, tokens } from '../shared/theme';
import { destinationPanel } from './destination-panel';
import { lagWords } from './model/destination-words';
import css from './ticket-rail-destinations.css?inline';

/** Milliseconds from an answer until it is asked again. */
const AGAIN_MS = 5_000;

/** What is shown, and when it was so. */
interface Report {
  readonly destinations: DestinationList['destinations'];
  readonly consumers: readonly Consumer[];
  /** Milliseconds since the epoch. */
  readonly at: number;
}

type Refusal = Exclude<Answer<unknown>, { kind: 'found' }>;

const FORBIDDEN =
  'The reader who is signed in may not see this: it takes a reader with the role operator, for all locations.';

/** Shows how far destinations and consumers have come, and what is wrong with them, as it is now. */
export class TicketRailDestinations extends railElement({
  /** Milliseconds from an answer until it is asked again. */
  againMs: property<number>(AGAIN_MS),
  report: state<Report | null>(null),
  /** Why there is nothing newer. */
  refusal: state<Refusal | null>(null),
}) {
  readonly #question = new OneQuestion(this);
  #timer: ReturnType<typeof setTimeout> | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    void this.#ask();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearTimeout(this.#timer);
  }

  async #ask(): Promise<void> {
    const asked = this.#question.ask();
    const [destinations, consumers] = await Promise.all([
      ask<DestinationList>('/destinations', asked),
      ask<ConsumerList>('/consumers', asked),
    ]);
    if (asked.aborted) return;
    if (destinations.kind !== 'found') this.refusal = destinations;
    else if (consumers.kind !== 'found') this.refusal = consumers;
    else {
      this.refusal = null;
      this.report = { ...destinations.value, ...consumers.value, at: Date.now() };
    }
    // What may not be seen is not asked for again and again.
    if (this.refusal?.kind === 'refused') this.report = null;
    else this.#timer = setTimeout(() => void this.#ask(), this.againMs);
  }

  protected override render(): TemplateResult {
    const { report, refusal } = this;
    return html`<div class="frame stack" aria-busy=${String(report === null && refusal === null)}>
      ${refusal === null ? nothing : notice(refusal, 'There is nothing.', FORBIDDEN)}
      ${
        report === null
          ? refusal === null
            ? html`<p class="panel" role="status">Asking…</p>`
            : nothing
          : html`<p class="muted">As of ${timeWords(report.at)}, and asked again by itself.</p>
              ${this.#renderDestinations(report)} ${this.#renderConsumers(report)}`
      }
    </div>`;
  }

  #renderDestinations({ destinations }: Report): TemplateResult {
    if (destinations.length === 0) {
      return html`<section class="panel stack" aria-labelledby="destinations">
        <h2 id="destinations">No destinations</h2>
        <p>Nothing is sent anywhere: <code>DESTINATIONS_FILE</code> names where to.</p>
      </section>`;
    }
    return html`${destinations.map(destinationPanel)}`;
  }

  #renderConsumers({ consumers }: Report): TemplateResult {
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
