import { html, nothing, type TemplateResult } from 'lit';
import { icon } from '../shared/icons';
import { loginAddress } from './locations';
import { type Cause, type ScreenFreshness, isOld } from '../shared/model/freshness';
import { say } from '../shared/model/say';
import { ageWords, causeWords } from '../shared/model/words';

const age = (ms: number): string => say('fresh.age', { age: ageWords(ms) });

/** @returns how old what is shown is, always in sight. */
export function freshnessLine(freshness: ScreenFreshness): TemplateResult {
  switch (freshness.kind) {
    case 'live':
      return html`<p class="freshness" data-freshness="live">
        ${icon('check')} <strong>${say('fresh.live')}</strong> <span>${age(freshness.ageMs)}</span>
      </p>`;
    case 'connecting':
      return html`<p class="freshness" data-freshness="connecting">
        ${icon('clock')} <strong>${say(freshness.ageMs === null ? 'fresh.connecting' : 'fresh.reconnecting')}</strong>
        ${freshness.ageMs === null ? nothing : html`<span>${age(freshness.ageMs)}</span>`}
      </p>`;
    case 'replay':
      return html`<p class="freshness" data-freshness="replay">
        ${icon('clock')} <strong>${say('fresh.replay')}</strong>
        <span>${say('fresh.as_of', { time: freshness.asOf })}</span>
      </p>`;
    case 'kept':
      return html`<p class="freshness" data-freshness="kept">
        ${icon('cloud')} <strong>${say('fresh.kept', { time: freshness.since })}</strong>
        <span>${say('fresh.kept_age', { age: ageWords(freshness.ageMs) })}</span>
      </p>`;
    case 'stale':
      return html`<p class="freshness" data-freshness="stale" data-cause=${freshness.cause}>
        ${icon('cloud')} <strong>${say('fresh.not_live')}</strong>
        <span>${freshness.ageMs === null ? say('fresh.no_data') : age(freshness.ageMs)}</span>
      </p>`;
  }
}

/** @returns what the grey board says: the cause, since when, and what will come of it. */
export function staleWords(freshness: ScreenFreshness): string | null {
  if (freshness.kind === 'kept') {
    const { cause, since: time, ageMs } = freshness;
    const why = cause === null ? [] : [causeWords(cause)];
    return [...why, say('kept.age', { time, age: ageWords(ageMs) }), say('stale.catches_up')].join(' ');
  }
  if (freshness.kind !== 'stale') return null;
  const { cause, ageMs } = freshness;
  const since = ageMs === null ? [] : [say('stale.age', { age: ageWords(ageMs) })];
  const waits = cause === 'login' || cause === 'forbidden' ? [] : [say('stale.catches_up')];
  return [causeWords(cause), ...since, ...waits].join(' ');
}

const causeOf = (freshness: ScreenFreshness): Cause | null => ('cause' in freshness ? freshness.cause : null);

/** @returns what is new, and what is said aloud of it, in the language of the page then, or null where nothing is */
export function freshnessNews(
  before: ScreenFreshness,
  after: ScreenFreshness,
): { readonly cause: Cause | null; readonly said: (() => string) | null } | null {
  const [causeBefore, cause] = [causeOf(before), causeOf(after)];
  if (before.kind === after.kind && causeBefore === cause) return null;
  const isStale = isOld(after);
  const isBack = after.kind === 'live' && isOld(before);
  return { cause, said: isBack ? () => say('fresh.back') : isStale ? () => staleWords(after) ?? '' : null };
}

/** Renders the banner over a board that is out of date. */
export function staleBanner(freshness: ScreenFreshness, service: string): TemplateResult | typeof nothing {
  const words = staleWords(freshness);
  if (words === null) return nothing;
  const cause = causeOf(freshness);
  return html`<div class="banner stale" data-cause=${cause ?? nothing}>
    ${icon('cloud')}
    <p>${words}</p>
    ${cause === 'login' ? html`<a class="button" href=${loginAddress(service)}>${say('sign.in')}</a>` : nothing}
  </div>`;
}
