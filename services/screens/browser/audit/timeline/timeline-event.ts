import { html, nothing, type TemplateResult } from 'lit';
import { actionWords } from '../../../../../schemas/language/sentences/action-words';
import type { OrderKey } from '../../../../../schemas/order-key';
import type { HistoryEvent } from '../../../../../schemas/api/order-view';
import { actionOf } from '../../../../../schemas/events/rail-actions';
import { sourceWords } from '../../../../../schemas/words/source-words';
import { spanWords } from '../../../../../schemas/words/span-words';
import { fieldName } from '../field-name';
import { icon } from '../../shared/icons';
import './json-details';
import { timelineAddress } from '../links';
import {
  exactTimeWords,
  gapWords,
  shortHash,
  stageRule,
  valueText,
  verdictWords,
} from '../../shared/model/audit-words';
import { moment } from '../moment';
import { TIE_WORDS, tieOf } from '../model/chain';
import { textOf } from '../../board/model/handoff/handoff';
import type { Step } from '../../board/model/past-order';
import type { PlaceClock } from '../model/place-clock';
import type { ShownOn } from '../model/shown-on';
import { shownOn } from './shown-on';
import { attentionWords, driverWords, statusWords, stageWords } from '../../shared/model/words';
import { verdictMark } from './verdict-mark';

/**
 * Renders one event: what was said and how it was read, and how the order stood after it.
 * @param clock by which times are shown
 * @param screens that showed it
 * @param follow called with a click on the link to a revision
 */
export function eventItem(
  key: OrderKey,
  step: Step,
  before: Step | null,
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
              >Revision ${revision}</a
            >
          </h3>
          ${moment(event.received_at, clock, exactTimeWords)}
          <code><bdi>${event.type}</bdi></code>
        </div>
        ${readingOf(step, clock)} ${shownOn(screens, clock)} ${changesOf(event)}
        ${chainOf(event, before?.event ?? null)}
        <div class="raw">
          <ticket-rail-json label="Object as it came" .value=${event.data}></ticket-rail-json>
          <ticket-rail-json label="Metadata" .value=${event.metadata}></ticket-rail-json>
        </div>
      </div>
      ${stateAfter(step)}
    </div>
  </li>`;
}

function gapOf(before: Step, { at, order }: Step): TemplateResult {
  return html`<p class="gap" data-back=${at < before.at ? '' : nothing}>
    ${icon('clock')} <span>${gapWords(at - before.at)}</span>
    ${
      before.order.stage === order.stage
        ? nothing
        : html`<span class="muted"
            >· ${stageWords(before.order.stage)} took
            ${spanWords(Math.max(0, at - Date.parse(before.order.stage_since)))}</span
          >`
    }
  </p>`;
}

/** Returns what was done, or the rule behind the verdict. */
function ruleOf({ event, order }: Step): string {
  const action = actionOf(event);
  const name = order.driver_details?.name ?? null;
  return action === null ? verdictWords(event.verdict).rule : actionWords(action, name);
}

function readingOf(step: Step, clock: PlaceClock): TemplateResult {
  const { verdict, same_report_as, unreadable } = step.event;
  return html`<div>
    <p>${verdictMark(verdict)}</p>
    <p class="rule muted">${ruleOf(step)}</p>
    ${
      same_report_as === null
        ? nothing
        : html`<p class="same">
            The same report as revision ${same_report_as.revision}, at
            ${moment(same_report_as.received_at, clock, exactTimeWords)}
          </p>`
    }
    ${
      unreadable.length === 0
        ? nothing
        : html`<p class="unreadable">
            Read otherwise than it came, or not at all:
            ${unreadable.map((pointer, index) => html`${index === 0 ? nothing : ', '}${fieldName(pointer)}`)}
          </p>`
    }
  </div>`;
}

function changesOf({ revision, changes }: HistoryEvent): TemplateResult {
  if (changes.length === 0) return html`<p class="muted">No field changed.</p>`;
  const value = (of: unknown): TemplateResult => {
    const text = valueText(of);
    return text === null ? html`<span class="muted">nothing</span>` : html`<bdi>${text}</bdi>`;
  };
  return html`<div class="scroll" tabindex="0" role="group" aria-label=${`What revision ${String(revision)} changed`}>
    <table class="changes">
      <thead>
        <tr>
          <th scope="col">Field</th>
          <th scope="col">Before</th>
          <th scope="col">After</th>
        </tr>
      </thead>
      <tbody>
        ${changes.map(
          ({ pointer, from, to }) =>
            html`<tr data-pointer=${pointer}>
              <th scope="row">${fieldName(pointer)}</th>
              <td class="from">${value(from)}</td>
              <td class="to">${value(to)}</td>
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}

function chainOf(event: HistoryEvent, before: HistoryEvent | null): TemplateResult {
  const { event_hash, signed_with } = event.metadata;
  const tie = tieOf(before, event);
  return html`<p class="chain" data-tie=${tie}>
    ${tie === 'broken' ? icon('alert') : nothing}
    ${event_hash === undefined ? nothing : html`<code title=${event_hash}>${shortHash(event_hash)}</code>`}
    <span>${TIE_WORDS[tie]}</span>
    <span class="muted"
      >·
      ${signed_with === null ? 'no signature was checked' : html`signed with <code><bdi>${signed_with}</bdi></code>`}</span
    >
  </p>`;
}

function stateAfter({ event, order }: Step): TemplateResult {
  const driver = order.driver_details;
  const source = textOf(driver?.source);
  return html`<div
    class="panel stack after"
    role="group"
    aria-label=${`The order after revision ${String(event.revision)}`}
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
        <dt>Driver</dt>
        <dd>
          <bdi>${driver === null ? 'Nobody assigned' : (textOf(driver.name) ?? 'Without a name')}</bdi>
          ${source === null ? nothing : html`<span class="muted">· <bdi>${sourceWords(source)}</bdi></span>`}
        </dd>
      </div>
      <div>
        <dt>Attention</dt>
        <dd>
          ${order.attention.length === 0 ? 'None' : order.attention.map((code) => attentionWords(code).words).join(', ')}
        </dd>
      </div>
    </dl>
    <ticket-rail-json label="The whole order" .value=${order}></ticket-rail-json>
  </div>`;
}
