import { html, type TemplateResult } from 'lit';
import { loginAddress } from '../feed/locations';
import { say } from '../operators/model/say';
import { icon } from '../shared/icons';
import type { Answer } from './audit-client';

/** Why there is nothing to show. */
export type AuditRefusal = Exclude<Answer<unknown>, { kind: 'found' }>;

/** Renders why the service could not answer: where it says so itself, in its words, which are English. */
export function failureWords(
  answer: Extract<AuditRefusal, { kind: 'unreachable' | 'failed' }>,
): TemplateResult | string {
  if (answer.kind === 'unreachable') return say('answer.unreachable');
  const { status, detail } = answer;
  return detail === null ? say('answer.status', { status: String(status) }) : html`<bdi lang="en">${detail}</bdi>`;
}

/**
 * Renders why a page has nothing to show.
 * @param nothing what to say where there is nothing
 * @param forbidden what to say to a reader who may not see it; default: as the audit pages have it
 */
export function notice(
  answer: AuditRefusal,
  nothing: string,
  forbidden = say('answer.forbidden_past'),
): TemplateResult {
  switch (answer.kind) {
    case 'nothing':
      return html`<p class="trouble" role="alert">${icon('info')} ${nothing}</p>`;
    case 'too_much':
      return html`<p class="trouble" role="alert">${icon('info')} ${say('answer.too_much', { most: answer.most })}</p>`;
    case 'refused':
      return answer.reason === 'login'
        ? html`<div class="trouble" role="alert">
            <p>${icon('info')} ${say('answer.login')}</p>
            <p><a class="button" href=${loginAddress('')}>${say('sign.in')}</a></p>
          </div>`
        : html`<p class="trouble" role="alert">${icon('info')} ${forbidden}</p>`;
    case 'unreachable':
    case 'failed':
      return html`<p class="trouble" role="alert">${icon('cloud')} ${failureWords(answer)}</p>`;
  }
}
