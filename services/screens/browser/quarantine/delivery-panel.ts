import { html, nothing, type TemplateResult } from 'lit';
import type { QuarantineId } from '../../../../schemas/events/delivery-ids';
import type { Fault } from '../../../../schemas/wire/handle-order';
import type { OrderKey } from '../../../../schemas/order-key';
import type { QuarantineDetail, QuarantineEntry } from '../../../../schemas/api/order-view';
import { sourceWords } from '../../../../schemas/words/source-words';
import type { Answer } from '../audit/audit-client';
import { notice } from '../audit/answer-notice';
import { timelineAddress } from '../audit/links';
import { loginAddress } from '../feed/locations';
import { isOperatorsId, say } from '../operators/model/say';
import { sayParts } from '../operators/say-parts';
import { icon } from '../shared/icons';
import { shortHash, timeWords } from '../shared/model/time-words';
import { faultWords, isDone, type RedriveResult, resultWords } from './model/redrive';

/** What the panel of a delivery shows, and what it is asked for. */
export interface DeliveryView {
  readonly entry: QuarantineEntry;
  /** What people call its location. */
  readonly called: (location: string) => string;
  readonly isPicked: boolean;
  /** A redrive is on its way. */
  readonly isBusy: boolean;
  readonly result: RedriveResult | undefined;
  /** What came, once it was asked for; null: it is on its way. */
  readonly body: Answer<QuarantineDetail> | null | undefined;
  readonly onPick: () => void;
  readonly onRedrive: () => void;
  readonly onShow: () => void;
}

/** Renders one delivery: what it is about, why it cannot be used, and what became of it. */
export function deliveryPanel(view: DeliveryView): TemplateResult {
  const { entry, result, isBusy, body } = view;
  const { quarantine_id: id, received_at } = entry;
  const waits = entry.redriven === null && !isDone(result);
  return html`<li class="panel stack" data-quarantine-id=${id} data-waits=${waits}>
    <div class="row">
      ${waits ? pickBox(view) : html`<strong>${id}</strong>`}
      <span>${aboutWords(view)}</span>
      <time class="muted" datetime=${received_at}>${timeWords(Date.parse(received_at))}</time>
    </div>
    ${faultList(result?.kind === 'unusable' ? result.errors : entry.errors)} ${outcome(view)}
    <div class="row">
      ${
        waits
          ? html`<button aria-label=${say('redrive.do_one', { id })} aria-disabled=${isBusy} @click=${view.onRedrive}>
              ${icon('swap')} ${say('redrive.do')}
            </button>`
          : nothing
      }
      <button aria-label=${say('quarantine.came_as', { id })} aria-expanded=${body !== undefined} @click=${view.onShow}>
        ${say('quarantine.came')}
      </button>
    </div>
    ${body === undefined ? nothing : bodyOf(body, id)}
  </li>`;
}

const pickBox = ({ entry: { quarantine_id: id }, isPicked, onPick }: DeliveryView): TemplateResult =>
  html`<label class="pick"
    ><input
      type="checkbox"
      aria-label=${say('quarantine.delivery', { id })}
      .checked=${isPicked}
      @change=${onPick}
    /><strong>${id}</strong></label
  >`;

function aboutWords({ entry, called }: DeliveryView): TemplateResult {
  const { type, location_id, order_id, source } = entry.about;
  const about = {
    type: type === null ? say('quarantine.no_type') : html`<code>${type}</code>`,
    order:
      order_id === null
        ? say('quarantine.no_order')
        : html`${sayParts('quarantine.order', { order: html`<bdi>${order_id}</bdi>` })}`,
    location:
      location_id === null
        ? say('quarantine.no_location')
        : html`<bdi title=${location_id}>${called(location_id)}</bdi>`,
  };
  if (source === null) return html`${sayParts('quarantine.about', about)}`;
  return html`${sayParts('quarantine.about_of', { ...about, source: html`<bdi>${sourceWords(source)}</bdi>` })}`;
}

const faultList = (faults: readonly Fault[]): TemplateResult =>
  html`<ul class="faults">
    ${faults.map((fault) => html`<li>${icon('alert')} <bdi lang="en">${faultWords(fault)}</bdi></li>`)}
  </ul>`;

const toOrder = (key: OrderKey): TemplateResult =>
  html`<a class="button" href=${timelineAddress(key)}
    >${sayParts('tile.order', { order: html`<bdi>${key.order_id}</bdi>` })}</a
  >`;

const toLogin = (): TemplateResult => html`<a class="button" href=${loginAddress('')}>${say('sign.in')}</a>`;

/** What a redrive came to, here or before. It takes the focus where it takes the place of what had it. */
function outcome({ entry: { quarantine_id: id, redriven }, result }: DeliveryView): TemplateResult | typeof nothing {
  if (result !== undefined) {
    const isIn = result.kind === 'recorded' || result.kind === 'repeat';
    return html`<p class="row" data-result=${id} tabindex="-1">
      <span>${icon(isDone(result) ? 'check' : 'alert')} <strong>${resultWords(result)}</strong></span>
      ${isIn ? toOrder(result) : result.kind === 'not_signed_in' ? toLogin() : nothing}
    </p>`;
  }
  if (redriven === null) return nothing;
  const was = `redrive.was_${redriven.outcome}` as const;
  const time = html`<time datetime=${redriven.at}>${timeWords(Date.parse(redriven.at))}</time>`;
  return html`<p class="row">
    <span
      >${icon('check')}
      ${isOperatorsId(was) ? sayParts(was, { time }) : html`${say('unknown', { word: redriven.outcome })} ${time}`}</span
    >
    ${toOrder(redriven)}
  </p>`;
}

function bodyOf(body: Answer<QuarantineDetail> | null, id: QuarantineId): TemplateResult {
  if (body === null) return html`<p role="status">${say('answer.asking')}</p>`;
  if (body.kind !== 'found') return notice(body, say('quarantine.no_such'), say('answer.forbidden'));
  const { content_type, content_encoding, body_bytes, body_sha256, body_text, request_id } = body.value;
  const operation = `GET /quarantine/${id}`;
  const came = {
    count: body_bytes,
    type: content_type === null ? say('quarantine.no_media_type') : html`<code>${content_type}</code>`,
    hash: html`<code title=${body_sha256}>${shortHash(body_sha256)}</code>`,
    request: html`<code>${request_id}</code>`,
  };
  return html`<p class="muted">
      ${
        content_encoding === null
          ? sayParts('quarantine.body', came)
          : sayParts('quarantine.body_in', { ...came, encoding: html`<code>${content_encoding}</code>` })
      }
    </p>
    ${
      body_text === null
        ? html`<p>${sayParts('quarantine.no_text', { operation: html`<code>${operation}</code>` })}</p>`
        : html`<pre
            tabindex="0"
            role="region"
            aria-label=${say('quarantine.body_of', { id })}
          ><bdi>${body_text}</bdi></pre>`
    }`;
}
