import { html, nothing, type TemplateResult } from 'lit';
import { actionPhrase } from '../../../../../schemas/language/sentences/action-words';
import type { OrderKey } from '../../../../../schemas/order-key';
import type { HistoryEvent } from '../../../../../schemas/api/order-view';
import { actionOf } from '../../../../../schemas/events/rail-actions';
import { sourceWords } from '../../../../../schemas/words/source-words';
import { sentenceOf } from '../../../../../schemas/language/sentences/phrase';
import { fieldName } from '../field-name';
import { icon } from '../../shared/icons';
import './json-details';
import { timelineAddress } from '../links';
import { exactTimeWords, shortHash } from '../../shared/model/time-words';
import { moment } from '../moment';
import { listWords } from '../../operators/model/say';
import { spanBetween } from '../../operators/model/span-words';
import { speech } from '../../shared/model/say';
import { tieOf } from '../model/chain';
import { gapWords, stageRule, valueText, valueWords, verdictWords } from '../model/event-words';
import { say } from '../model/say';
import { listParts, renderSentence, sayParts } from '../words/say-parts';
import { textOf } from '../../board/model/handoff/handoff';
import type { PastStep } from '../../board/model/past-order';
import type { PlaceClock } from '../model/place-clock';
import type { ShownOn } from '../model/shown-on';
import { shownOn } from './shown-on';
import { attentionWords, driverWords, statusWords, stageWords } from '../../shared/model/words';
import { verdictMark } from './verdict-mark';

/** The command that computes the hashes. */
const VERIFY = 'ticket-rail verify';

/**
 * Renders one event: what was said and how it was read, and how the order stood after it.
 * @param clock by which times are shown
 * @param screens that showed it
 * @param follow called with a click on the link to a revision
 */
export function eventItem(
  key: OrderKey,
  step: PastStep,
  before: PastStep | null,
  isCurrent: boolean,
  clock: PlaceClock,
  screens: readonly ShownOn[],
  follow: (revision: number, click: MouseEvent) => void,
): TemplateResult {
  const { event } = step;
  const { revision, verdict } = event;
  return html`<li
    class="event"
    id=${`r${String(revision)}`}
    data-revision=${revision}
    data-verdict=${verdict}
    aria-current=${isCurrent ? 'step' : nothing}
  >
    ${before === null ? nothing : gapOf(before, step)}
    <div class="pair">
      <div class="panel stack reading">
        <div class="row">
          <h3>
            <a
              class="button link"
              href=${timelineAddress(key, revision)}
              @click=${(click: MouseEvent) => {
                follow(revision, click);
              }}
              >${say('event.revision', { revision: String(revision) })}</a
            >
          </h3>
          ${moment(event.received_at, clock, exactTimeWords)}
          <code><bdi>${event.type}</bdi></code>
        </div>
        ${readingOf(step, clock)} ${shownOn(screens, clock)} ${changesOf(event)}
        ${chainOf(event, before?.event ?? null)}
        <div class="raw">
          <ticket-rail-json label=${say('event.object')} .value=${event.data}></ticket-rail-json>
          <ticket-rail-json label=${say('event.metadata')} .value=${event.metadata}></ticket-rail-json>
        </div>
      </div>
      ${stateAfter(step)}
    </div>
  </li>`;
}

function gapOf(before: PastStep, { at, order }: PastStep): TemplateResult {
  return html`<p class="gap" data-back=${at < before.at ? '' : nothing}>
    ${icon('clock')} <span>${gapWords(before.at, at)}</span>
    ${
      before.order.stage === order.stage
        ? nothing
        : html`<span class="muted"
            >${say('event.stage_took', {
              stage: stageWords(before.order.stage),
              time: spanBetween(Date.parse(before.order.stage_since), at),
            })}</span
          >`
    }
  </p>`;
}

/** Returns what was done, or the rule behind the verdict. */
function ruleOf({ event, order }: PastStep): TemplateResult | string {
  const action = actionOf(event);
  const name = order.driver_details?.name ?? null;
  return action === null
    ? verdictWords(event.verdict).rule
    : renderSentence(sentenceOf(actionPhrase(action, name), speech(), String));
}

function readingOf(step: PastStep, clock: PlaceClock): TemplateResult {
  const { verdict, same_report_as, unreadable } = step.event;
  return html`<div>
    <p>${verdictMark(verdict)}</p>
    <p class="rule muted">${ruleOf(step)}</p>
    ${
      same_report_as === null
        ? nothing
        : html`<p class="same">
            ${sayParts('event.same_report', {
              revision: String(same_report_as.revision),
              time: moment(same_report_as.received_at, clock, exactTimeWords),
            })}
          </p>`
    }
    ${
      unreadable.length === 0
        ? nothing
        : html`<p class="unreadable">
            ${sayParts('event.unreadable', { fields: listParts(unreadable.map(fieldName)) })}
          </p>`
    }
  </div>`;
}

function changesOf({ revision, changes }: HistoryEvent): TemplateResult {
  if (changes.length === 0) return html`<p class="muted">${say('event.no_change')}</p>`;
  return html`<div
    class="scroll"
    tabindex="0"
    role="group"
    aria-label=${say('event.changed', { revision: String(revision) })}
  >
    <table class="changes">
      <thead>
        <tr>
          <th scope="col">${say('event.field')}</th>
          <th scope="col">${say('event.value_before')}</th>
          <th scope="col">${say('event.value_after')}</th>
        </tr>
      </thead>
      <tbody>
        ${changes.map(
          ({ pointer, from, to }) =>
            html`<tr data-pointer=${pointer}>
              <th scope="row">${fieldName(pointer)}</th>
              <td class="from">${valueOf(pointer, from)}</td>
              <td class="to">${valueOf(pointer, to)}</td>
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}

/** Renders a value in words, where it has some, and as it came. */
function valueOf(pointer: string, value: unknown): TemplateResult {
  const text = valueText(value);
  if (text === null) return html`<span class="muted">${say('event.nothing')}</span>`;
  const words = valueWords(pointer, value);
  if (words !== null) return html`<bdi>${words}</bdi> <code><bdi>${text}</bdi></code>`;
  return typeof value === 'string' ? html`<bdi>${text}</bdi>` : html`<code><bdi>${text}</bdi></code>`;
}

function chainOf(event: HistoryEvent, before: HistoryEvent | null): TemplateResult {
  const { event_hash, signed_with } = event.metadata;
  const tie = tieOf(before, event);
  return html`<p class="chain" data-tie=${tie}>
    ${tie === 'broken' ? icon('alert') : nothing}
    ${event_hash === undefined ? nothing : html`<code title=${event_hash}>${shortHash(event_hash)}</code>`}
    <span
      >${tie === 'broken' ? sayParts('tie.broken', { command: html`<code>${VERIFY}</code>` }) : say(`tie.${tie}`)}</span
    >
    <span class="muted"
      >${
        signed_with === null
          ? say('event.not_signed')
          : sayParts('event.signed_with', { secret: html`<code><bdi>${signed_with}</bdi></code>` })
      }</span
    >
  </p>`;
}

function stateAfter({ event, order }: PastStep): TemplateResult {
  const driver = order.driver_details;
  const source = textOf(driver?.source);
  return html`<div
    class="panel stack after"
    role="group"
    aria-label=${say('event.order_after', { revision: String(event.revision) })}
  >
    <p class="stage">
      <strong>${stageWords(order.stage)}</strong> <span class="muted">${stageRule(order.stage)}</span>
    </p>
    <dl>
      <div>
        <dt>${fieldName('/status')}</dt>
        <dd><bdi>${statusWords(order.status)}</bdi></dd>
      </div>
      <div>
        <dt>${fieldName('/delivery_status')}</dt>
        <dd><bdi>${driverWords(order.delivery_status)}</bdi></dd>
      </div>
      <div>
        <dt>${say('card.driver')}</dt>
        <dd>
          <bdi>${driver === null ? say('event.nobody') : (textOf(driver.name) ?? say('audit.nameless'))}</bdi>
          ${source === null ? nothing : html`<span class="muted">· <bdi>${sourceWords(source)}</bdi></span>`}
        </dd>
      </div>
      <div>
        <dt>${say('field.attention')}</dt>
        <dd>
          ${
            order.attention.length === 0
              ? say('event.no_attention')
              : listWords(order.attention.map((code) => attentionWords(code).words))
          }
        </dd>
      </div>
    </dl>
    <ticket-rail-json label=${say('event.order')} .value=${order}></ticket-rail-json>
  </div>`;
}
