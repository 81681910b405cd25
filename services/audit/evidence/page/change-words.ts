import { stringifyJson } from '../../../../schemas/json/exact-json';
import type { Change } from '../../../../schemas/api/order-view';
import { COMPARED } from '../../../../schemas/events/rail-actions';
import { EVIDENCE_MESSAGES } from '../../../../schemas/language/sentences/evidence-messages';
import { valueAt } from '../../../../schemas/records';
import { ATTENTION_WORDS } from '../../../../schemas/words/attention-words';
import { FIELD_WORDS } from '../../../../schemas/words/field-words';
import { sourceWords } from '../../../../schemas/words/source-words';
import { STAGE_WORDS } from '../../../../schemas/words/stage-words';
import { DELIVERY_STATUSES, STATUSES } from '../../../../schemas/vocabulary';
import { html } from './html';
import type { PageTimes } from './page-times';

/** What events changed, in words for somebody who has to judge; what stood on the wire is beside them in small type. */

const wire = (text: string): string => `<code class="wire">${html(text)}</code>`;

/** @returns a value as it came, where it means nothing else than what it is; HTML. */
const plain = (value: unknown): string => html(typeof value === 'string' ? value : stringifyJson(value));

/** @returns words of Stream with what they mean; HTML. */
const wordsOf = (known: ReadonlyMap<string, { readonly meaning: string }>) => (word: string) => {
  const meaning = known.get(word)?.meaning;
  return meaning === undefined ? `an undocumented word: ${html(word)}` : `${meaning} ${wire(word)}`;
};
export const statusWords = wordsOf(STATUSES);
export const deliveryWords = wordsOf(DELIVERY_STATUSES);

const inWords = (words: Readonly<Record<string, string>>) => (value: string) => valueAt(words, value) ?? html(value);
const COMPARED_WORDS = Object.fromEntries(COMPARED.map((one) => [one, EVIDENCE_MESSAGES[`compared.${one}`]]));

/** What the texts of a field mean; HTML. */
const VALUE_WORDS: ReadonlyMap<string, (value: string) => string> = new Map([
  ['/status', statusWords],
  ['/delivery_status', deliveryWords],
  ['/driver_details/source', (source: string) => `${html(sourceWords(source))} ${wire(source)}`],
  ['/stage', inWords(STAGE_WORDS)],
  ['/attention', inWords(ATTENTION_WORDS)],
  ['/handed_over/compared', inWords(COMPARED_WORDS)],
]);
const IS_TIME = /^\/(?:handed_over|acknowledged\/\w+)\/(?:at|received_at)$/;

/** @returns a value of a field, HTML. */
function valueWords(pointer: string, value: unknown, { say }: PageTimes): string {
  const words = VALUE_WORDS.get(pointer) ?? (IS_TIME.test(pointer) ? say : html);
  if (typeof value === 'string') return words(value);
  if (Array.isArray(value) && value.every((item) => typeof item === 'string')) return value.map(words).join(', ');
  return typeof value === 'boolean' ? (value ? 'yes' : 'no') : plain(value);
}

/** @returns what a field is called; one without a name by its pointer; HTML. */
export function fieldWords(pointer: string): string {
  return valueAt<string>(FIELD_WORDS, pointer) ?? wire(pointer);
}

const isNothing = (value: unknown): boolean =>
  value === null || value === undefined || (Array.isArray(value) && value.length === 0);

/** @returns what an event changed: what the field has now, and had before, unless that was nothing; HTML. */
export function changeWords({ pointer, from, to }: Change, times: PageTimes): string {
  const now = isNothing(to) ? 'nothing any more' : valueWords(pointer, to, times);
  const before = isNothing(from) ? '' : ` (before: ${valueWords(pointer, from, times)})`;
  return `<strong>${fieldWords(pointer)}</strong>: ${now}${before}`;
}
