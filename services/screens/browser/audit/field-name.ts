import { html, nothing, type TemplateResult } from 'lit';
import { fieldWords } from './model/event-words';
import { sayParts } from './words/say-parts';

/**
 * @returns a field in words, and beside them its name on the wire, by which it is found in deliveries, exports and the
 *   API.
 */
export function fieldName(pointer: string): TemplateResult {
  const words = fieldWords(pointer);
  return html`<bdi>${words}</bdi>${words === pointer ? nothing : html` <code>${pointer.slice(1)}</code>`}`;
}

/** Renders a field, and what it has. */
export const fieldOf = (pointer: string, value: string): TemplateResult =>
  html`${sayParts('field.value', { field: fieldName(pointer), value: html`<bdi>${value}</bdi>` })}`;
