import { html, type TemplateResult } from 'lit';
import type { Answer } from './audit-client';
import { icon } from '../shared/icons';
import { loginAddress } from '../feed/locations';

const FORBIDDEN =
  'The reader who is signed in may not see this: the past takes a reader with the role auditor or operator, and the ' +
  'location.';

/**
 * Renders why a page has nothing to show.
 * @param nothing what to say where there is nothing
 * @param forbidden what to say to a reader who may not see it; default: as the audit pages have it
 */
export function notice(
  answer: Exclude<Answer<unknown>, { kind: 'found' }>,
  nothing: string,
  forbidden = FORBIDDEN,
): TemplateResult {
  switch (answer.kind) {
    case 'nothing':
      return html`<p class="trouble" role="alert">${icon('info')} ${nothing}</p>`;
    case 'too_much':
      return html`<p class="trouble" role="alert">
        ${icon('info')} More than ${answer.most.toLocaleString('en')} orders. Ask for less: a shorter time, or more of
        what is known.
      </p>`;
    case 'refused':
      return answer.reason === 'login'
        ? html`<div class="trouble" role="alert">
            <p>${icon('info')} Nobody is signed in here, or not any more.</p>
            <p><a class="button" href=${loginAddress('')}>Sign in</a></p>
          </div>`
        : html`<p class="trouble" role="alert">${icon('info')} ${forbidden}</p>`;
    case 'failed':
      return html`<p class="trouble" role="alert">${icon('cloud')} <bdi>${answer.detail}</bdi></p>`;
  }
}
