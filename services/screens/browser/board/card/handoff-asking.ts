import type { ReactiveController, ReactiveControllerHost } from 'lit';
import type { Order } from '../../../../../schemas/api/order-view';
import { type AskingState, newsWords } from './handoff-alike';
import type { CardHandover } from './handoff-done';
import { alikeNews, askedKey, type CardOrder } from '../model/handoff/asking';
import { canHandOver } from '../model/handoff/presses';

/**
 * Milliseconds for which nothing can be pressed after a wrong answer, and after what follows it: the second tap of a
 * double one was meant for what was there before.
 */
const DEAD_MS = 500;

interface Card extends ReactiveControllerHost {
  readonly order: Order | null;
  readonly handover: CardHandover;
  readonly renderRoot: HTMLElement | DocumentFragment;
}

/** What a card remembers of asking about look-alikes, for as long as it asks the same, and where the focus goes meanwhile. */
export class Asking implements ReactiveController {
  #state: AskingState = { missed: null, isDead: false };
  #said = '';
  #key = '';
  #shown: CardOrder | null = null;
  #hadFocus = false;
  #isTurned = false;
  #timer: ReturnType<typeof setTimeout> | undefined;

  readonly #card: Card;

  constructor(card: Card) {
    this.#card = card;
    card.addController(this);
  }

  get state(): AskingState {
    return this.#state;
  }

  /** What changed while the card was open, for those who do not see it. */
  get said(): string {
    return this.#said;
  }

  /** Takes in the answer of another order; null: somebody asks again. */
  readonly miss = (answer: string | null): void => {
    this.#turn(answer);
    this.#card.requestUpdate();
  };

  hostUpdate(): void {
    const { order, handover } = this.#card;
    const { alike, done } = handover;
    const key = order === null || alike === null ? '' : askedKey(order, alike.question);
    if (key !== this.#key && this.#state.missed !== null) this.#turn(null);
    this.#key = key;
    const shown = order && {
      orderId: order.order_id,
      isOpen: canHandOver(order, done),
      alike: [...(alike?.called.keys() ?? [])],
    };
    const news = alikeNews(this.#shown, shown);
    const isAnother = shown?.orderId !== this.#shown?.orderId || shown?.isOpen !== this.#shown?.isOpen;
    if (news !== null || isAnother) this.#said = newsWords(news, alike);
    this.#shown = shown;
    const focused = this.#focused;
    this.#hadFocus = focused !== null && this.#find('.handover')?.contains(focused) === true;
  }

  hostUpdated(): void {
    const isGone = this.#hadFocus && this.#focused === null;
    if (isGone || this.#isTurned) (this.#find('.alike') ?? this.#find('.handover'))?.focus();
    this.#isTurned = false;
  }

  #turn(missed: string | null): void {
    this.#state = { missed, isDead: true };
    this.#isTurned = true;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#state = { ...this.#state, isDead: false };
      this.#card.requestUpdate();
    }, DEAD_MS);
  }

  get #focused(): Element | null {
    const { renderRoot } = this.#card;
    return renderRoot instanceof ShadowRoot ? renderRoot.activeElement : null;
  }

  #find(selector: string): HTMLElement | null {
    return this.#card.renderRoot.querySelector<HTMLElement>(selector);
  }
}
