import { sleep } from '../concurrency/sleep';
import type { Feed, FeedAnswer, FeedQuestion } from './feed';

/** A question, and of which view of the feed it is asked. */
export interface ViewQuestion extends FeedQuestion {
  readonly view: 'events' | 'orders';
}

/** Looks at the feed, once or until there is something to answer. */
export class Looks {
  readonly #feed: Pick<Feed, 'events' | 'orders' | 'expect'>;
  readonly #stopping: AbortSignal;
  readonly #monotonic: () => number;

  /**
   * @param stopping ends all waiting
   * @param monotonic milliseconds of a clock that never goes back
   */
  constructor(feed: Pick<Feed, 'events' | 'orders' | 'expect'>, stopping: AbortSignal, monotonic: () => number) {
    this.#feed = feed;
    this.#stopping = stopping;
    this.#monotonic = monotonic;
  }

  /** @throws {Problem} `feed-position-unknown`, `read-model-behind` @throws {EventStoreError} */
  once(question: ViewQuestion): Promise<FeedAnswer> {
    return question.view === 'events' ? this.#feed.events(question) : this.#feed.orders(question);
  }

  /**
   * Looks, and looks again with each piece of news, until there is something or the time is over.
   * @param gone ends the waiting
   * @throws as {@link once}
   */
  async until(question: ViewQuestion, ms: number, gone: AbortSignal): Promise<FeedAnswer> {
    const deadline = this.#monotonic() + ms;
    const isOver = (): boolean => gone.aborted || this.#stopping.aborted;
    let { after } = question;
    for (;;) {
      const news = this.#feed.expect(question.view, question.wanted);
      try {
        const answer = await this.once({ ...question, after });
        const left = deadline - this.#monotonic();
        const isEnough = answer.items.length > 0 || left <= 0 || isOver();
        if (isEnough) return answer;
        after = answer.next;
        if (!answer.caughtUp) continue;
        await sleep(left, news.came, gone, this.#stopping);
        after = news.passed(after);
        // It was the end when it was looked at: nothing more is read for who has gone, nor to keep a service from stopping.
        if (isOver()) return { items: [], next: after, caughtUp: true };
      } finally {
        news.cancel();
      }
    }
  }
}
