import { html, type TemplateResult } from 'lit';
import { timeWords } from '../shared/model/time-words';
import type { PlaceClock } from './model/place-clock';

/**
 * Renders a time by a clock, with the time as the API gives it behind it.
 * @param words of the time, where they are not all of it
 */
export const moment = (
  at: string,
  { offsetAt }: PlaceClock,
  words: (ms: number, offsetAt: PlaceClock['offsetAt']) => string = timeWords,
): TemplateResult => html`<time datetime=${at} title=${at}>${words(Date.parse(at), offsetAt)}</time>`;
