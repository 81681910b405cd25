import { html, nothing, type TemplateResult } from 'lit';
import type { ChoiceCount } from '../../../../../schemas/api/search-choices';
import { choiceText } from '../model/choices';
import { say } from '../model/say';
import type { Filter } from '../model/search';

/** Fields of the search whose words are chosen from lists, which say how many orders each word finds. */

/** A field of the search. */
interface Field {
  readonly name: Filter;
  readonly label: string;
  /** What it has; '' for nothing. */
  readonly value: string;
}

interface Choices {
  /** The words that are there to choose, with what they are called. */
  readonly words: readonly (readonly [value: string, words: string])[];
  readonly counts: readonly ChoiceCount[];
}

const textOf = ([value, words]: Choices['words'][number], counts: Choices['counts']): string =>
  choiceText(
    words,
    counts.find((count) => count.value === value),
  );

/** A field for one of some words. The list stays as it is while its numbers come, so what is chosen stays too. */
export function choiceField({ name, label, value }: Field, { words, counts }: Choices): TemplateResult {
  // An address may ask for a word that no list has.
  const isListed = value === '' || words.some(([one]) => one === value);
  const choices = isListed ? words : [...words, [value, value] as const];
  return html`<label
    >${label}
    <select name=${name}>
      <option value="">${say('search.any')}</option>
      ${choices.map(
        (choice) =>
          html`<option value=${choice[0]} ?selected=${choice[0] === value}>${textOf(choice, counts)}</option>`,
      )}
    </select></label
  >`;
}

/** A field for any text, which may suggest some. */
export function textField(
  { name, label, value }: Field,
  suggested: Choices = { words: [], counts: [] },
): TemplateResult {
  const { words, counts } = suggested;
  return html`<label
      >${label}
      <input
        name=${name}
        maxlength="200"
        autocomplete="off"
        spellcheck="false"
        list=${words.length === 0 ? nothing : `known-${name}`}
        .value=${value}
    /></label>
    ${
      words.length === 0
        ? nothing
        : html`<datalist id=${`known-${name}`}>
            ${words.map((choice) => html`<option value=${choice[0]}>${textOf(choice, counts)}</option>`)}
          </datalist>`
    }`;
}
