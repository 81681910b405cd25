import { html, nothing, type ReactiveController, type ReactiveControllerHost, type TemplateResult } from 'lit';
import { say } from '../operators/model/say';
import { timeWords } from '../shared/model/time-words';
import { notice, type AuditRefusal } from './answer-notice';
import type { Answer } from './audit-client';
import { OneQuestion } from './one-question';

/** Milliseconds from an answer until it is asked again. */
const AGAIN_MS = 5_000;

/** Asks for what changes, again and again for as long as its element is on the page. */
export class AskedAgain<Value> implements ReactiveController {
  #found: { readonly value: Value; readonly at: number } | null = null;
  /** Why there is nothing newer. */
  #refusal: AuditRefusal | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;

  readonly #host: ReactiveControllerHost;
  readonly #question: OneQuestion;
  readonly #ask: (asked: AbortSignal) => Promise<Answer<Value>>;
  readonly #now: () => Promise<number>;

  /**
   * @param ask asks once; its signal is aborted when the answer is not wanted any more
   * @param now milliseconds since the epoch, by the clock that the page goes by
   */
  constructor(
    host: ReactiveControllerHost,
    ask: (asked: AbortSignal) => Promise<Answer<Value>>,
    now: () => Promise<number> = () => Promise.resolve(Date.now()),
  ) {
    this.#host = host;
    this.#question = new OneQuestion(host);
    this.#ask = ask;
    this.#now = now;
    host.addController(this);
  }

  hostConnected(): void {
    void this.#askOnce();
  }

  hostDisconnected(): void {
    clearTimeout(this.#timer);
  }

  async #askOnce(): Promise<void> {
    const asked = this.#question.ask();
    const [answer, at] = await Promise.all([this.#ask(asked), this.#now()]);
    if (asked.aborted) return;
    this.#refusal = answer.kind === 'found' ? null : answer;
    if (answer.kind === 'found') this.#found = { value: answer.value, at };
    // What may not be seen is not asked for again and again.
    if (answer.kind === 'refused') this.#found = null;
    else this.#timer = setTimeout(() => void this.#askOnce(), AGAIN_MS);
    this.#host.requestUpdate();
  }

  /**
   * Renders what was found last, when that was, and why there is nothing newer.
   * @param forbidden said where the reader may not see it
   * @param show renders what was found
   */
  render(forbidden: string, show: (value: Value, at: number) => unknown): TemplateResult {
    const [found, refusal] = [this.#found, this.#refusal];
    return html`<div class="frame stack" aria-busy=${String(found === null && refusal === null)}>
      ${refusal === null ? nothing : notice(refusal, say('answer.nothing'), forbidden)}
      ${
        found === null
          ? refusal === null
            ? html`<p class="panel" role="status">${say('answer.asking')}</p>`
            : nothing
          : html`<p class="muted">${say('answer.as_of', { time: timeWords(found.at) })}</p>
              ${show(found.value, found.at)}`
      }
    </div>`;
  }
}
