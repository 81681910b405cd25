import type { ReactiveController, ReactiveControllerHost } from 'lit';
import type { AuditRefusal } from './answer-notice';
import { ask } from './audit-client';
import { OneQuestion } from './one-question';

/** Items that are asked for at a time. */
const PAGE = 50;
/** Most requests for them: each may look through much that is not asked for. */
const MOST_REQUESTS = 10;

/** What a page of the service says. */
interface Page<Item> {
  readonly items: readonly Item[];
  readonly next: string | null;
}

/** A list of the service, of which a component shows the beginning, and more of it if that is asked for. */
export class PagedList<Item, Answered> implements ReactiveController {
  items: readonly Item[] = [];
  /** There is more than {@link items}. */
  hasMore = false;
  isAsking = false;
  /** Why there is nothing, or nothing more. */
  refusal: AuditRefusal | null = null;

  readonly #host: ReactiveControllerHost;
  readonly #pageOf: (answer: Answered) => Page<Item>;
  readonly #question: OneQuestion;
  #path = '';
  #query: Readonly<Record<string, string>> = {};
  #next: string | null = null;

  constructor(host: ReactiveControllerHost, pageOf: (answer: Answered) => Page<Item>) {
    this.#host = host;
    this.#pageOf = pageOf;
    this.#question = new OneQuestion(host);
    host.addController(this);
  }

  hostDisconnected(): void {
    this.isAsking = false;
  }

  /** Begins with another list. */
  begin(path: string, query: Readonly<Record<string, string>>): void {
    [this.#path, this.#query, this.#next] = [path, query, null];
    [this.items, this.hasMore] = [[], false];
    void this.#ask();
  }

  readonly more = (): void => {
    if (this.hasMore && !this.isAsking) void this.#ask();
  };

  /** Pages may be empty before the end: goes on until there is a page full of items, or {@link MOST_REQUESTS}. */
  async #ask(): Promise<void> {
    const asked = this.#question.ask();
    const enough = this.items.length + PAGE;
    let requests = 0;
    [this.isAsking, this.refusal] = [true, null];
    do {
      this.#host.requestUpdate();
      const query = new URLSearchParams({ ...this.#query, limit: String(PAGE) });
      if (this.#next !== null) query.set('after', this.#next);
      const answer = await ask<Answered>(`${this.#path}?${query.toString()}`, asked);
      if (asked.aborted) return;
      if (answer.kind !== 'found') {
        this.refusal = answer;
        break;
      }
      const { items, next } = this.#pageOf(answer.value);
      this.items = [...this.items, ...items];
      this.#next = next;
      this.hasMore = next !== null;
    } while (this.hasMore && this.items.length < enough && ++requests < MOST_REQUESTS);
    this.isAsking = false;
    this.#host.requestUpdate();
  }
}
