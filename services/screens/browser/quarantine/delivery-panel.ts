import { html, nothing, type TemplateResult } from 'lit';
import type { Fault } from '../../../../schemas/wire/handle-order';
import type { OrderKey } from '../../../../schemas/order-key';
import type { QuarantineDetail, QuarantineEntry } from '../../../../schemas/api/order-view';
import { sourceWords } from '../../../../schemas/words/source-words';
import type { Answer } from '../audit/audit-client';
import { notice } from '../audit/answer-notice';
import { timelineAddress } from '../audit/links';
import { loginAddress } from '../feed/locations';
import { icon } from '../shared/icons';
import { shortHash, timeWords } from '../shared/model/audit-words';
import { countWords } from '../shared/model/words';
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

const FORBIDDEN = 'The reader who is signed in may not see this.';

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
          ? html`<button aria-label=${`Redrive delivery ${id}`} aria-disabled=${isBusy} @click=${view.onRedrive}>
              ${icon('swap')} Redrive
            </button>`
          : nothing
      }
      <button aria-label=${`What came as delivery ${id}`} aria-expanded=${body !== undefined} @click=${view.onShow}>
        What came
      </button>
    </div>
    ${body === undefined ? nothing : bodyOf(body, id)}
  </li>`;
}

const pickBox = ({ entry: { quarantine_id: id }, isPicked, onPick }: DeliveryView): TemplateResult =>
  html`<label class="pick"
    ><input type="checkbox" aria-label=${`Delivery ${id}`} .checked=${isPicked} @change=${onPick} /><strong
      >${id}</strong
    ></label
  >`;

function aboutWords({ entry, called }: DeliveryView): TemplateResult {
  const { type, location_id, order_id, source } = entry.about;
  return html`${type === null ? 'No type' : html`<code>${type}</code>`} of
  ${order_id === null ? 'no order' : html`order <bdi>${order_id}</bdi>`}
  ${location_id === null ? 'of no location' : html`of <bdi title=${location_id}>${called(location_id)}</bdi>`}${
    source === null ? nothing : html`, <bdi>${sourceWords(source)}</bdi>`
  }`;
}

const faultList = (faults: readonly Fault[]): TemplateResult =>
  html`<ul class="faults">
    ${faults.map((fault) => html`<li>${icon('alert')} <bdi>${faultWords(fault)}</bdi></li>`)}
  </ul>`;

const toOrder = (key: OrderKey): TemplateResult =>
  html`<a class="button" href=${timelineAddress(key)}>Order <bdi>${key.order_id}</bdi></a>`;

const toLogin = (): TemplateResult => html`<a class="button" href=${loginAddress('')}>Sign in</a>`;

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
  const done = redriven.outcome === 'recorded' ? 'Recorded' : 'Recognised as a repeat';
  return html`<p class="row">
    <span
      >${icon('check')} ${done} by a redrive at
      <time datetime=${redriven.at}>${timeWords(Date.parse(redriven.at))}</time></span
    >
    ${toOrder(redriven)}
  </p>`;
}

function bodyOf(body: Answer<QuarantineDetail> | null, id: string): TemplateResult {
  if (body === null) return html`<p role="status">Asking…</p>`;
  if (body.kind !== 'found') return notice(body, 'There is no such delivery.', FORBIDDEN);
  const { content_type, content_encoding, body_bytes, body_sha256, body_text, request_id } = body.value;
  return html`<p class="muted">
      ${countWords(body_bytes, 'byte')} of <bdi>${content_type ?? 'no media type'}</bdi>${
        content_encoding === null ? nothing : html`, in <bdi>${content_encoding}</bdi>`
      },
      SHA-256 <code title=${body_sha256}>${shortHash(body_sha256)}</code>, request <code>${request_id}</code>
    </p>
    ${
      body_text === null
        ? html`<p>It is no text. <code>GET /quarantine/${id}</code> has it in base64.</p>`
        : html`<pre tabindex="0" role="region" aria-label=${`Body of delivery ${id}`}><bdi>${body_text}</bdi></pre>`
    }`;
}
