import { html, nothing, type TemplateResult } from 'lit';
import type { OrderReceipts } from '../../../../../schemas/api/screen-reports';
import { spanWords } from '../../../../../schemas/words/span-words';
import { failureWords } from '../answer-notice';
import type { Answer } from '../audit-client';
import { icon } from '../../shared/icons';
import { moment } from '../moment';
import type { PlaceClock } from '../model/place-clock';
import { exactTimeWords } from '../../shared/model/audit-words';
import { countWords } from '../../shared/model/words';
import type { ShownOn } from '../model/shown-on';

/** Screens that are named at an event; of the others, how many there are. */
const MOST_NAMED = 10;

function partsOf({ tile, card, alarm }: ShownOn, clock: PlaceClock): readonly TemplateResult[] {
  const timeOf = (at: number): TemplateResult => moment(new Date(at).toISOString(), clock, exactTimeWords);
  return [
    ...(tile === null ? [] : [html`on screen at ${timeOf(tile)}`]),
    ...(card === null ? [] : [html`card opened at ${timeOf(card)}`]),
    ...(alarm === null ? [] : [html`alarm sounded at ${timeOf(alarm)}`]),
  ];
}

function lineOf(shown: ShownOn, clock: PlaceClock): TemplateResult {
  const { name, clockBehind } = shown;
  const parts = partsOf(shown, clock).map((part, index) => html`${index === 0 ? nothing : ', '}${part}`);
  const said =
    clockBehind === null
      ? nothing
      : html`<span class="muted"
          >· its clock is ${spanWords(Math.abs(clockBehind))} ${clockBehind > 0 ? 'behind' : 'ahead'}, which is taken
          into account</span
        >`;
  return html`<li>
    <strong><bdi>${name}</bdi></strong
    >: ${parts} ${said}
  </li>`;
}

/**
 * Renders what is not known of what screens showed: that nothing stands at an event must not look as if no screen had
 * shown it.
 * @param answer null: it is being read
 */
export function shownNotice(answer: Answer<OrderReceipts> | null): TemplateResult | typeof nothing {
  if (answer === null) return html`<p class="muted">Reading what screens showed of it…</p>`;
  if (answer.kind !== 'found') {
    const isFailed = answer.kind === 'failed' || answer.kind === 'unreachable';
    const detail = isFailed ? html`: ${failureWords(answer)}` : '.';
    return html`<p class="trouble" role="alert">${icon('cloud')} What screens showed could not be read${detail}</p>`;
  }
  if (!answer.value.truncated) return nothing;
  return html`<p class="panel">${icon('info')} Screens have reported more of this order than is shown here.</p>`;
}

/** Renders on which screens an event was shown, by what they report of themselves. */
export function shownOn(screens: readonly ShownOn[], clock: PlaceClock): TemplateResult | typeof nothing {
  if (screens.length === 0) return nothing;
  const more = screens.length - MOST_NAMED;
  return html`<div class="shown">
    ${icon('pot')}
    <ul aria-label="Screens that showed it">
      ${screens.slice(0, MOST_NAMED).map((shown) => lineOf(shown, clock))}
      ${more > 0 ? html`<li>and ${countWords(more, 'more screen')}</li>` : nothing}
    </ul>
  </div>`;
}
