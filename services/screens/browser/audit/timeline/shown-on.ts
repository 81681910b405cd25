import { html, nothing, type TemplateResult } from 'lit';
import type { OrderReceipts } from '../../../../../schemas/api/screen-reports';
import { failureWords } from '../answer-notice';
import type { Answer } from '../audit-client';
import { icon } from '../../shared/icons';
import { moment } from '../moment';
import type { PlaceClock } from '../model/place-clock';
import { exactSpanWords } from '../../operators/model/span-words';
import { exactTimeWords } from '../../shared/model/time-words';
import { say } from '../model/say';
import type { ShownOn } from '../model/shown-on';
import { listParts, sayParts } from '../words/say-parts';

/** Screens that are named at an event; of the others, how many there are. */
const MOST_NAMED = 10;

function partsOf({ tile, card, alarm }: ShownOn, clock: PlaceClock): readonly TemplateResult[] {
  const timeOf = (at: number) => ({ time: moment(new Date(at).toISOString(), clock, exactTimeWords) });
  return [
    ...(tile === null ? [] : [html`${sayParts('shown.tile', timeOf(tile))}`]),
    ...(card === null ? [] : [html`${sayParts('shown.card', timeOf(card))}`]),
    ...(alarm === null ? [] : [html`${sayParts('shown.alarm', timeOf(alarm))}`]),
  ];
}

function lineOf(shown: ShownOn, clock: PlaceClock): TemplateResult {
  const { name, clockBehind } = shown;
  const time = exactSpanWords(Math.abs(clockBehind ?? 0));
  const said =
    clockBehind === null
      ? nothing
      : html`<span class="muted">${say(clockBehind > 0 ? 'shown.behind' : 'shown.ahead', { time })}</span>`;
  return html`<li>
    ${sayParts('shown.by', {
      screen: html`<strong><bdi>${name}</bdi></strong>`,
      shown: listParts(partsOf(shown, clock)),
    })}
    ${said}
  </li>`;
}

/**
 * Renders what is not known of what screens showed: that nothing stands at an event must not look as if no screen had
 * shown it.
 * @param answer null: it is being read
 */
export function shownNotice(answer: Answer<OrderReceipts> | null): TemplateResult | typeof nothing {
  if (answer === null) return html`<p class="muted">${say('shown.reading')}</p>`;
  if (answer.kind !== 'found') {
    const isFailed = answer.kind === 'failed' || answer.kind === 'unreachable';
    const words = isFailed ? sayParts('shown.failed_why', { why: failureWords(answer) }) : say('shown.failed');
    return html`<p class="trouble" role="alert">${icon('cloud')} ${words}</p>`;
  }
  if (!answer.value.truncated) return nothing;
  return html`<p class="panel">${icon('info')} ${say('shown.truncated')}</p>`;
}

/** Renders on which screens an event was shown, by what they report of themselves. */
export function shownOn(screens: readonly ShownOn[], clock: PlaceClock): TemplateResult | typeof nothing {
  if (screens.length === 0) return nothing;
  const more = screens.length - MOST_NAMED;
  return html`<div class="shown">
    ${icon('pot')}
    <ul aria-label=${say('shown.screens')}>
      ${screens.slice(0, MOST_NAMED).map((shown) => lineOf(shown, clock))}
      ${more > 0 ? html`<li>${say('shown.more', { count: more })}</li>` : nothing}
    </ul>
  </div>`;
}
