import { html, nothing, type TemplateResult } from 'lit';
import type { OrderFault, SandboxOrder, Submitted } from '../../../../schemas/sandbox';
import { icon } from '../shared/icons';
import { countReplies, fateWords, FAULTS, parseReply, type Reply } from './model/sandbox-answer';
import { countWords } from '../shared/model/words';
import type { Answered } from './sandbox-client';

export interface SubmitResult {
  /** The rule that was broken on purpose; null: none. */
  readonly fault: OrderFault | null;
  readonly answer: Answered<Submitted>;
}

/** @returns what came of what was submitted. @param orders where what becomes of it is looked up */
export function resultPanel(
  { answer, fault }: SubmitResult,
  orders: readonly SandboxOrder[],
  close: () => void,
  showHops: (orderId: string) => void,
): TemplateResult {
  const about = fault === null ? nothing : html`<strong>${FAULTS[fault].words}.</strong> `;
  const closing = html`<button type="button" @click=${close}>${icon('close')} Close</button>`;
  if (answer.kind === 'refused') {
    return html`<div class="trouble stack">
      <p>${icon('alert')} ${about}<bdi>${answer.detail}</bdi></p>
      <p>${closing}</p>
    </div>`;
  }
  const submitted = answer.value.orders;
  const [only] = submitted;
  if (submitted.length !== 1 || only === undefined) {
    const { taken, refused, no_answer } = countReplies(submitted);
    return html`<div class="panel stack">
      <p>
        ${countWords(submitted.length, 'order')} submitted: ${taken} taken, ${refused} refused, ${no_answer} without an
        answer.
      </p>
      <p>${closing}</p>
    </div>`;
  }
  const { order_id } = only;
  const reply = parseReply(only);
  const isTaken = reply.kind === 'taken';
  return html`<div class=${isTaken ? 'panel stack' : 'trouble stack'} data-reply=${reply.kind}>
    <p>
      ${icon(isTaken ? 'check' : 'alert')}
      ${about}${replyWords(reply, fateWords(orders.find((order) => order.order_id === order_id)))}
    </p>
    ${reply.kind === 'refused' && reply.broken.length > 0 ? brokenRules(reply.broken) : nothing}
    <p class="buttons">
      <button
        type="button"
        @click=${() => {
          showHops(order_id);
        }}
      >
        ${icon('search')} Show its hops
      </button>
      ${closing}
    </p>
  </div>`;
}

function brokenRules(broken: Extract<Reply, { kind: 'refused' }>['broken']): TemplateResult {
  return html`<ul role="list" class="broken">
    ${broken.map(
      ({ rule, pointer, detail, documented }) =>
        html`<li>
          <p>
            <code><bdi>${rule}</bdi></code> at <code><bdi>${pointer}</bdi></code>
          </p>
          <p><bdi>${detail}</bdi></p>
          <p class="muted">Documented: <bdi>${documented}</bdi></p>
        </li>`,
    )}
  </ul>`;
}

/** @param fate what has become of an order that was taken; null: nothing yet */
function replyWords(reply: Reply, fate: string | null): TemplateResult {
  switch (reply.kind) {
    case 'taken':
      return html`Stream took it (${reply.status}). ${fate === null ? nothing : html`<bdi>${fate}</bdi>`}`;
    case 'refused':
      return html`Stream refused it (${reply.status}). <bdi>${reply.words}</bdi>`;
    case 'no_answer':
      return html`Stream did not answer: <bdi>${reply.why}</bdi>`;
  }
}
