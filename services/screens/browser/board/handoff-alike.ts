import { html, nothing, type TemplateResult } from 'lit';
import { icon } from '../shared/icons';
import type { Answer, Asked, Question } from './model/look-alikes';

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

const QUESTIONS: Readonly<Record<Asked, string>> = {
  number: 'Which order number does the driver say?',
  id: 'Which order number does the driver say?',
  passcode: 'Which passcode does the driver say?',
  name: 'Which name does the driver say?',
  plate: 'Which plate has the vehicle?',
};

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

function asking({ asked, answers }: Question, called: AlikeOnCard['called'], acts: AlikeActs): TemplateResult {
  return html`<div class="alike" role="group" aria-labelledby="alike asked" tabindex="-1">
    <p id="alike">
      ${icon('alert')} Could be mistaken for
      ${[...called.values()].map((words, index) => html`${index === 0 ? nothing : ', '}<bdi>${words}</bdi>`)}
    </p>
    <p id="asked"><strong>${QUESTIONS[asked]}</strong> The right one hands the order over.</p>
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
      ${icon('alert')} That is
      ${others.map(([, words], index) => html`${index === 0 ? nothing : ', '}<bdi>${words}</bdi>`)}. Nothing was handed
      over.
    </p>
    <div class="answers">
      ${others.map(([id, words]) => html`<button @click=${acts.open(id)}>Open <bdi>${words}</bdi></button>`)}
      <button
        @click=${() => {
          acts.missed(null);
        }}
      >
        Ask again
      </button>
    </div>
  </div>`;
}
