import { html, nothing, type TemplateResult } from 'lit';
import { icon } from '../shared/icons';
import { loginAddress } from './locations';
import type { Cause, Freshness } from '../shared/model/freshness';
import { timeWords } from '../shared/model/audit-words';
import { ageWords, CAUSE_WORDS } from '../shared/model/words';

/** @returns how old what is shown is, always in sight. */
export function freshnessLine(freshness: Freshness): TemplateResult {
  switch (freshness.kind) {
    case 'live':
      return html`<p class="freshness" data-freshness="live">
        ${icon('check')} <strong>Live</strong> <span>· data ${ageWords(freshness.ageMs)} old</span>
      </p>`;
    case 'connecting':
      return html`<p class="freshness" data-freshness="connecting">
        ${icon('clock')} <strong>${freshness.ageMs === null ? 'Connecting…' : 'Reconnecting…'}</strong>
        ${freshness.ageMs === null ? nothing : html`<span>· data ${ageWords(freshness.ageMs)} old</span>`}
      </p>`;
    case 'replay':
      return html`<p class="freshness" data-freshness="replay">
        ${icon('clock')} <strong>Replay</strong> <span>· as of ${timeWords(freshness.at)}</span>
      </p>`;
    case 'stale':
      return html`<p class="freshness" data-freshness="stale" data-cause=${freshness.cause}>
        ${icon('cloud')} <strong>Not live</strong>
        <span>${freshness.ageMs === null ? '· no data yet' : `· data ${ageWords(freshness.ageMs)} old`}</span>
      </p>`;
  }
}

/** @returns what the grey board says: the cause, since when, and what will come of it. */
export function staleWords(freshness: Freshness): string | null {
  if (freshness.kind !== 'stale') return null;
  const { cause, ageMs } = freshness;
  const since = ageMs === null ? '' : ` What you see is ${ageWords(ageMs)} old and may no longer be true.`;
  const waits = cause === 'login' || cause === 'forbidden' ? '' : ' It will catch up by itself.';
  return `${CAUSE_WORDS[cause]}${since}${waits}`;
}

/** @returns what is new, and what is said aloud of it, or null where nothing is */
export function freshnessNews(
  before: Freshness,
  after: Freshness,
): { readonly cause: Cause | null; readonly said: string | null } | null {
  const cause = after.kind === 'stale' ? after.cause : null;
  const causeBefore = before.kind === 'stale' ? before.cause : null;
  if (before.kind === after.kind && causeBefore === cause) return null;
  const isBack = after.kind === 'live' && before.kind === 'stale';
  return { cause, said: isBack ? 'The board is live again.' : staleWords(after) };
}

/** Renders the banner over a board that is out of date. */
export function staleBanner(freshness: Freshness, service: string): TemplateResult | typeof nothing {
  const words = staleWords(freshness);
  if (words === null || freshness.kind !== 'stale') return nothing;
  return html`<div class="banner stale" data-cause=${freshness.cause}>
    ${icon('cloud')}
    <p>${words}</p>
    ${freshness.cause === 'login' ? html`<a class="button" href=${loginAddress(service)}>Sign in</a>` : nothing}
  </div>`;
}
