import { html, nothing, type TemplateResult } from 'lit';
import type { FoundDriver } from '../../../../../schemas/api/order-view';
import { timeWordsBy } from '../../../../../schemas/local-time';
import { sourceWords } from '../../../../../schemas/words/source-words';
import type { PlaceClock } from '../model/place-clock';
import { say } from '../model/say';
import { moment } from '../moment';
import { sayParts } from '../words/say-parts';

/** Renders a driver of an order that was found: who, from when to when, and whether the driver left with the food. */
export function foundDriver(driver: FoundDriver, clock: PlaceClock): TemplateResult {
  const { name, source, license_plate, from, to } = driver;
  const timeWords = timeWordsBy(clock.offsetAt);
  const begin = moment(from, clock);
  return html`<div class="driver">
    <p>
      ${name === null ? html`<span class="muted">${say('search.no_name')}</span>` : html`<bdi>${name}</bdi>`}
      ${source === null ? nothing : html`<span class="muted">· <bdi>${sourceWords(source)}</bdi></span>`}
      ${license_plate === null ? nothing : html`<span class="muted">· <bdi>${license_plate}</bdi></span>`}
      <span class="muted"
        >·
        ${
          to === null
            ? sayParts('span.to_now', { from: begin })
            : sayParts('span.from_to', { from: begin, to: moment(to, clock, () => timeWords(to, from)) })
        }</span
      >
    </p>
    ${outcomesOf(driver, clock).map((outcome) => html`<p class="outcome">${outcome}</p>`)}
  </div>`;
}

function outcomesOf({ from, left_at, ...end }: FoundDriver, clock: PlaceClock): readonly TemplateResult[] {
  const timeWords = timeWordsBy(clock.offsetAt);
  const left =
    left_at === null
      ? []
      : [html`${sayParts('turn.left', { time: moment(left_at, clock, () => timeWords(left_at, from)) })}`];
  const outcomes = [...left, ...goneOf(end)];
  return outcomes.length === 0 ? [html`${say('turn.not_left')}`] : outcomes;
}

function goneOf({ ended_by, replaced_by }: Pick<FoundDriver, 'ended_by' | 'replaced_by'>): readonly TemplateResult[] {
  if (replaced_by === null) return ended_by === 'unassigned' ? [html`${say('search.taken_off')}`] : [];
  const driver = html`<bdi>${replaced_by.name ?? say('said.nameless')}</bdi>`;
  return [html`${sayParts(ended_by === 'unassigned' ? 'search.replaced_later' : 'search.replaced', { driver })}`];
}
