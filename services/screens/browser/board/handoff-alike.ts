import { html, nothing, type TemplateResult } from 'lit';
import { icon } from '../shared/icons';
import { say } from '../shared/model/say';
import { sayParts } from '../shared/say-parts';
import type { Answer, Question } from './model/look-alikes';

/** What a card shows of the orders that its own could be taken for. */
export interface AlikeOnCard {
  readonly question: Question;
  /** What people call each of them, by id. */
  readonly called: ReadonlyMap<string, string>;
}

/** What can be done about look-alikes. */
export interface AlikeActs {
  /** The driver's answer is that of the order. */
  readonly right: (event: Event) => void;
  /** The driver's answer is that of another; null: somebody asks again. */
  readonly missed: (answer: string | null) => void;
  /** Turns the card to another order. */
  readonly open: (id: string) => () => void;
}

/**
 * Renders which orders this one could be taken for, and what to ask the driver for: the answer of this order hands it
 * over, and that of another says whose it is. After it, the answers are gone until somebody asks again, so that nobody
 * finds the right one by trying.
 * @param missed the answer of another order that was picked; null before
 */
export function alikeBlock({ question, called }: AlikeOnCard, missed: string | null, acts: AlikeActs): TemplateResult {
  const wrong = question.answers.find(({ text, isRight }) => !isRight && text === missed);
  return wrong === undefined ? asking(question, called, acts) : refusing(wrong, called, acts);
}

const listed = (orders: readonly string[]): TemplateResult =>
  html`${orders.map((words, index) => html`${index === 0 ? nothing : ', '}<bdi>${words}</bdi>`)}`;

function asking({ asked, answers }: Question, called: AlikeOnCard['called'], acts: AlikeActs): TemplateResult {
  return html`<div class="alike" role="group" aria-labelledby="alike asked" tabindex="-1">
    <p id="alike">${icon('alert')} ${sayParts('alike.mistaken', { orders: listed([...called.values()]) })}</p>
    <p id="asked"><strong>${say(`alike.ask_${asked}`)}</strong> ${say('alike.hands_over')}</p>
    <div class="answers" data-asked=${asked}>
      ${answers.map(
        ({ text, isRight }) =>
          html`<button
            @click=${
              isRight
                ? acts.right
                : () => {
                    acts.missed(text);
                  }
            }
          >
            <bdi>${text}</bdi>
          </button>`,
      )}
    </div>
  </div>`;
}

function refusing({ orderIds }: Answer, called: AlikeOnCard['called'], acts: AlikeActs): TemplateResult {
  const others = orderIds.map((id) => [id, called.get(id) ?? id] as const);
  return html`<div class="alike" role="group" aria-labelledby="alike" tabindex="-1">
    <p id="alike" class="stale">
      ${icon('alert')} ${sayParts('alike.other', { orders: listed(others.map(([, words]) => words)) })}
    </p>
    <div class="answers">
      ${others.map(([id, words]) => html`<button @click=${acts.open(id)}>${sayParts('alike.open', { order: html`<bdi>${words}</bdi>` })}</button>`)}
      <button
        @click=${() => {
          acts.missed(null);
        }}
      >
        ${say('alike.again')}
      </button>
    </div>
  </div>`;
}
