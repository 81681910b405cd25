import { html, nothing, type TemplateResult } from 'lit';
import type { Order } from '../../../../../schemas/api/order-view';
import { icon } from '../../shared/icons';
import { labelWords } from '../../shared/model/label-words';
import { say } from '../../shared/model/say';
import { sayParts } from '../../shared/say-parts';
import { isReady, readyWords } from '../model/handoff/driver-group';
import { passcodeOf, textOf } from '../model/handoff/handoff';

/** One of the orders that the driver on a handoff card takes. */
export interface GroupMember {
  readonly order: Order;
  readonly shortId: string;
}

const hasPasscode = ({ driver_details }: Order): boolean => textOf(driver_details?.passcode) !== null;

/** Renders the passcode of an order; nothing where it is the one that the card shows. @param shown on the card */
function passcodeFact(order: Order, shown: string | null): TemplateResult | typeof nothing {
  const passcode = passcodeOf(order);
  if (passcode === shown) return nothing;
  if (passcode !== null) {
    return html`<span class="code">${sayParts('group.passcode', { passcode: html`<bdi>${passcode}</bdi>` })}</span>`;
  }
  // Silence would say that it has the one on the card.
  return html`<span class="code">${say(hasPasscode(order) ? 'group.passcode_later' : 'group.no_passcode')}</span>`;
}

/** Renders what is to be known of one of the orders. @param shown the passcode that the card shows already */
function facts({ order, shortId }: GroupMember, shown: string | null): TemplateResult {
  const ready = isReady(order);
  return html`<bdi class="member">${labelWords(order) ?? shortId}</bdi>
    <span class="state">${icon(ready ? 'check' : 'pot')} ${say(ready ? 'group.is_ready' : 'group.not_ready')}</span>
    ${passcodeFact(order, shown)}`;
}

/**
 * Renders all orders that the driver takes, and how far each is; nothing for a driver with one order.
 * @param onCard the order that the card is about
 * @param open turns the card to another of them
 */
export function groupBlock(
  group: readonly GroupMember[],
  onCard: Order,
  open: (id: string) => () => void,
): TemplateResult | typeof nothing {
  if (group.length === 0) return nothing;
  return html`<section class="group block" aria-labelledby="group">
    <h3 id="group">
      ${icon('stack')}
      ${say('group.heading', { count: group.length, ready: readyWords(group.map(({ order }) => order)) })}
    </h3>
    <ul role="list">
      ${group.map((member) => {
        const { order_id } = member.order;
        const isOpen = order_id === onCard.order_id;
        return html`<li
          data-order-id=${order_id}
          data-ready=${String(isReady(member.order))}
          aria-current=${isOpen ? 'true' : nothing}
        >
          ${
            isOpen
              ? html`<p>${facts(member, passcodeOf(onCard))}</p>`
              : html`<button title=${order_id} @click=${open(order_id)}>
                  <span class="unseen">${say('group.turn')}</span> ${facts(member, passcodeOf(onCard))}
                </button>`
          }
        </li>`;
      })}
    </ul>
  </section>`;
}
