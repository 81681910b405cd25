import { html, nothing, svg, type TemplateResult } from 'lit';
import type { EndpointReport } from '../../../../../schemas/api/coverage';
import { icon } from '../../shared/icons';
import { moment } from '../moment';
import type { PlaceClock } from '../model/place-clock';
import { exactSpanWords } from '../../operators/model/span-words';
import { numberWords } from '../../shared/model/say';
import { alarmWords, notAuthenticWords, shareWords } from '../model/coverage';
import { say } from '../model/say';
import { sayParts } from '../words/say-parts';

const strong = (share: number): TemplateResult => html`<strong>${shareWords(share)}</strong>`;

/** Renders our own answers to Stream, beside the shares at which it acts, with times by a clock. */
export function endpointPanel(
  { since, deliveries, repeats, non_2xx, not_authentic }: EndpointReport,
  clock: PlaceClock,
): TemplateResult {
  const { share, alarms, window_seconds } = non_2xx;
  const worst = alarms.filter(({ reached }) => reached).at(-1);
  const failed = { share: strong(share), time: exactSpanWords(window_seconds * 1_000) };
  return html`<section class="panel stack" aria-labelledby="endpoint" data-endpoint>
    <h2 id="endpoint">${say('endpoint.title')}</h2>
    <p class="share" data-reached=${worst === undefined ? nothing : worst.at}>
      ${icon(worst === undefined ? 'check' : 'alert')}
      <span
        >${
          worst === undefined
            ? sayParts('endpoint.share', failed)
            : sayParts('endpoint.share_alarm', { ...failed, alarm: alarmWords(worst.at) })
        }</span
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
            <span
              >${sayParts(reached ? 'endpoint.reached' : 'endpoint.not_reached', {
                share: html`<b>${shareWords(at)}</b>`,
                alarm: alarmWords(at),
              })}</span
            >
          </li>`,
      )}
    </ul>
    <p data-secrets-in-doubt=${String(not_authentic.secrets_in_doubt)}>
      ${icon(not_authentic.secrets_in_doubt ? 'alert' : 'check')}
      <span
        >${sayParts('endpoint.not_authentic', { share: strong(not_authentic.share) })}
        ${notAuthenticWords(not_authentic.secrets_in_doubt)}</span
      >
    </p>
    <p>
      ${
        repeats.share === null
          ? say('endpoint.no_repeats')
          : say('endpoint.repeats', { share: shareWords(repeats.share), number: repeats.count })
      }
      <span class="muted">${sayParts('endpoint.since', { time: moment(since, clock) })}</span>
    </p>
    <p class="muted">
      ${Object.entries(deliveries)
        .filter(([, count]) => count > 0)
        .map(
          ([outcome, count], index) => html`${index === 0 ? nothing : ' · '}<code>${outcome}</code> ${numberWords(count)}`,
        )}
    </p>
  </section>`;
}
