import { html, nothing, svg, type TemplateResult } from 'lit';
import type { Endpoint } from '../../../../../schemas/api/coverage';
import { spanWords } from '../../../../../schemas/words/span-words';
import { icon } from '../../shared/icons';
import { moment } from '../moment';
import type { PlaceClock } from '../model/place-clock';
import { alarmWords, notAuthenticWords, numberWords, shareWords } from '../model/coverage';

/** Renders our own answers to Stream, beside the shares at which it acts, with times by a clock. */
export function endpointPanel(
  { since, deliveries, repeats, non_2xx, not_authentic }: Endpoint,
  clock: PlaceClock,
): TemplateResult {
  const { share, alarms, window_seconds } = non_2xx;
  const worst = alarms.filter(({ reached }) => reached).at(-1);
  return html`<section class="panel stack" aria-labelledby="endpoint" data-endpoint>
    <h2 id="endpoint">Our own answers to Stream</h2>
    <p class="share" data-reached=${worst === undefined ? nothing : worst.at}>
      ${icon(worst === undefined ? 'check' : 'alert')}
      <span
        ><strong>${shareWords(share)}</strong> of Stream's calls of the last ${spanWords(window_seconds * 1_000)} were
        not answered 2xx${worst === undefined ? '.' : `: ${alarmWords(worst.at)}.`}</span
      >
    </p>
    <div class="gauge" aria-hidden="true">
      <svg viewBox="0 0 100 8" preserveAspectRatio="none">
        <rect class="ground" width="100" height="8"></rect>
        <rect class="full" width=${Math.min(100, share * 100)} height="8"></rect>
        ${alarms.map(({ at }) => svg`<rect class="at" x=${at * 100} width="0.4" height="8"></rect>`)}
      </svg>
    </div>
    <ul class="alarms" role="list">
      ${alarms.map(
        ({ at, reached }) =>
          html`<li data-reached=${String(reached)}>
            ${icon(reached ? 'alert' : 'check')}
            <span><b>${shareWords(at)}</b> ${reached ? 'reached' : 'not reached'}: ${alarmWords(at)}</span>
          </li>`,
      )}
    </ul>
    <p data-secrets-in-doubt=${String(not_authentic.secrets_in_doubt)}>
      ${icon(not_authentic.secrets_in_doubt ? 'alert' : 'check')}
      <span
        ><strong>${shareWords(not_authentic.share)}</strong> of all calls were refused as not authentic.
        ${notAuthenticWords(not_authentic.secrets_in_doubt)}</span
      >
    </p>
    <p>
      Repeats:
      ${repeats.share === null ? 'nothing came yet' : `${shareWords(repeats.share)} of what could be used (${numberWords(repeats.count)})`}.
      <span class="muted"
        >Since ${moment(since, clock)}, when this process began: repeats are answered, and not stored.</span
      >
    </p>
    <p class="muted">
      ${Object.entries(deliveries)
        .filter(([, count]) => count > 0)
        .map(([outcome, count]) => `${outcome} ${numberWords(count)}`)
        .join(' · ')}
    </p>
  </section>`;
}
