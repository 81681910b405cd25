import { html, nothing, type TemplateResult } from 'lit';
import { keyed } from 'lit/directives/keyed.js';
import { repeat } from 'lit/directives/repeat.js';
import type { Order } from '../../../../../schemas/api/order-view';
import { icon } from '../../shared/icons';
import { say } from '../../shared/model/say';
import { sayParts } from '../../shared/say-parts';
import type { AlikeNews } from '../model/handoff/asking';
import type { DriverAnswer, Question } from '../model/handoff/look-alikes';

/** What a card shows of the orders that its own could be taken for. */
export interface AlikeOnCard {
  readonly question: Question;
  /** What people call each of them, by id. */
  readonly called: ReadonlyMap<string, string>;
}

/** How far the asking is. */
export interface AskingState {
  /** The answer of another order that was picked; null before. */
  readonly missed: string | null;
  /** Nothing can be pressed for a moment. */
  readonly isDead: boolean;
}

/** What can be done about look-alikes. */
export interface AlikeActs {
  /** The driver's answer is that of the order. */
  readonly right: (event: Event) => void;
  /** The driver's answer is that of another; null: somebody asks again. */
  readonly missed: (answer: string | null) => void;
  /** Turns the card to another order, and leaves the driver of this one to be attended to. */
  readonly openInstead: (id: string) => () => void;
}

/** Returns what to say when look-alikes of an order come or go while its card is open. */
export function newsWords(news: AlikeNews, alike: AlikeOnCard | null): string {
  if (news === 'none') return say('alike.gone');
  return news === null || alike === null ? '' : say('alike.come', { orders: [...alike.called.values()].join(', ') });
}

const listed = (words: readonly string[]): TemplateResult =>
  html`${words.map((one, index) => html`${index === 0 ? nothing : ', '}<bdi>${one}</bdi>`)}`;

/**
 * Renders which orders this one could be taken for, and what to ask the driver for: the answer of this order hands it
 * over, and that of another says whose it is. After it, the answers are gone until somebody asks again, so that nobody
 * finds the right one by trying.
 * @param acts null where nobody may hand over: the question stands there without answers
 */
export function alikeBlock(
  order: Order,
  { question, called }: AlikeOnCard,
  { missed, isDead }: AskingState,
  acts: AlikeActs | null,
): TemplateResult {
  const wrong = question.answers.find(({ text, isRight }) => !isRight && text === missed);
  // A finger that went down on the answer to one question does not give one to another.
  const key = JSON.stringify([order.order_id, order.driver_details, question.asked]);
  return html`${keyed(
    key,
    wrong === undefined || acts === null
      ? asking(question, called, isDead, acts)
      : refusing(wrong, called, isDead, acts),
  )}`;
}

function asking(
  { asked, answers }: Question,
  called: AlikeOnCard['called'],
  isDead: boolean,
  acts: AlikeActs | null,
): TemplateResult {
  return html`<div class="alike" role="group" aria-labelledby="alike asked" tabindex="-1">
    <p id="alike">${icon('alert')} ${sayParts('alike.mistaken', { orders: listed([...called.values()]) })}</p>
    <p id="asked"><strong>${say(`alike.ask_${asked}`)}</strong> ${acts === null ? nothing : say('alike.hands_over')}</p>
    ${
      acts === null
        ? nothing
        : html`<div class="answers" data-asked=${asked}>
            ${repeat(
              answers,
              ({ text }) => text,
              (answer) => answerButton(answer, isDead, acts),
            )}
          </div>`
    }
  </div>`;
}

function answerButton({ text, isRight }: DriverAnswer, isDead: boolean, { right, missed }: AlikeActs): TemplateResult {
  const miss = (): void => {
    missed(text);
  };
  return html`<button ?disabled=${isDead} @click=${isRight ? right : miss}><bdi>${text}</bdi></button>`;
}

function refusing(
  { orderIds }: DriverAnswer,
  called: AlikeOnCard['called'],
  isDead: boolean,
  { openInstead, missed }: AlikeActs,
): TemplateResult {
  const others = orderIds.map((id) => [id, called.get(id) ?? id] as const);
  const again = (): void => {
    missed(null);
  };
  return html`<div class="alike" role="group" aria-labelledby="alike" tabindex="-1">
    <p id="alike" class="stale">
      ${icon('alert')} ${sayParts('alike.other', { orders: listed(others.map(([, words]) => words)) })}
    </p>
    <div class="answers">
      ${repeat(
        others,
        ([id]) => id,
        ([id, words]) =>
          html`<button ?disabled=${isDead} @click=${openInstead(id)}>
            ${sayParts('alike.open', { order: html`<bdi>${words}</bdi>` })}
          </button>`,
      )}
      <button ?disabled=${isDead} @click=${again}>${say('alike.again')}</button>
    </div>
  </div>`;
}
