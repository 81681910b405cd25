import { html, type TemplateResult } from 'lit';
import type { OrderKey } from '../../../../../schemas/order-key';
import type { HistoryEvent } from '../../../../../schemas/api/order-view';
import { evidenceAddress } from '../links';
import { tieOf } from '../model/chain';
import { say } from '../model/say';

/** Links to a file for a dispute, with times by the clocks of a zone, or, if it is null, of the browser; to one alone for a reader who sees no contacts, and gets none in it either. */
export function evidenceLinks(key: OrderKey, event: HistoryEvent, zone: string | null): TemplateResult {
  const link = (contacts: 'shown' | 'withheld', words: string): TemplateResult =>
    html`<a class="button" download href=${evidenceAddress(key, contacts, zone)}>${words}</a>`;
  const withheld = link('withheld', say('timeline.evidence_withheld'));
  return tieOf(null, event) === 'withheld' ? withheld : html`${link('shown', say('timeline.evidence'))} ${withheld}`;
}
