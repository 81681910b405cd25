import { html, nothing, type TemplateResult } from 'lit';
import type { OrderKey } from '../../../../../schemas/order-key';
import type { HistoryEvent } from '../../../../../schemas/api/order-view';
import { icon } from '../../shared/icons';
import { evidenceAddress } from '../links';
import { tieOf } from '../model/chain';
import { say } from '../model/say';

/** The evidence of an order, as its timeline offers it. */
interface Evidence {
  readonly key: OrderKey;
  /** The last event that the page shows. */
  readonly last: HistoryEvent;
  /** By whose clocks its times are; null: by those of the browser. */
  readonly zone: string | null;
  /** How many events the page took in when it was saved last; null: that is not known. */
  readonly newer: number | null;
  /** Called when somebody saves it. */
  readonly saved: () => void;
}

/**
 * Renders links to a file for a dispute, and what it is; one without contacts alone to a reader who sees none, and gets none in
 * it either.
 */
export function evidenceLinks({ key, last, zone, newer, saved }: Evidence): TemplateResult {
  const link = (contacts: 'shown' | 'withheld', isFirst: boolean): TemplateResult =>
    html`<a
      class=${isFirst ? 'button primary' : 'button'}
      download
      aria-describedby="evidence"
      href=${evidenceAddress(key, contacts, zone)}
      @click=${saved}
      >${say(contacts === 'shown' ? 'timeline.evidence' : 'timeline.evidence_withheld')}</a
    >`;
  return html`<div class="evidence">
    <div class="row">
      ${tieOf(null, last) === 'withheld' ? link('withheld', true) : html`${link('shown', true)} ${link('withheld', false)}`}
    </div>
    <p id="evidence" class="muted">${say('timeline.evidence_says', { revision: String(last.revision) })}</p>
    <p role="status">
      ${newer === null || newer === 0 ? nothing : html`${icon('info')} ${say('timeline.evidence_newer', { count: newer })}`}
    </p>
  </div>`;
}
