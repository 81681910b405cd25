import type { ReactiveControllerHost } from 'lit';
import type { Choice, ChoiceCount, SearchChoices } from '../../../../../schemas/api/search-choices';
import { ask } from '../audit-client';
import { OneQuestion } from '../one-question';

/** How many orders each word of the search finds, at one location or at all; none while that is not known. */
export class ChoiceCounts {
  #location: string | null | undefined = undefined;
  #counts: SearchChoices | null = null;

  readonly #host: ReactiveControllerHost;
  readonly #question: OneQuestion;

  constructor(host: ReactiveControllerHost) {
    this.#host = host;
    this.#question = new OneQuestion(host);
  }

  get isKnown(): boolean {
    return this.#counts !== null;
  }

  /** Counts anew if it is another location than before. @param location null: all that there are; undefined: none */
  async countAt(location: string | null | undefined): Promise<void> {
    if (location === this.#location) return;
    this.#location = location;
    this.#counts = null;
    const asked = this.#question.ask();
    if (location === undefined) return;
    const query = location === null ? '' : `?${new URLSearchParams({ location_id: location }).toString()}`;
    const answer = await ask<SearchChoices>(`/audit/choices${query}`, asked);
    if (asked.aborted || answer.kind !== 'found') return;
    this.#counts = answer.value;
    this.#host.requestUpdate();
  }

  of(choice: Choice): readonly ChoiceCount[] {
    return this.#counts?.[choice] ?? [];
  }
}
