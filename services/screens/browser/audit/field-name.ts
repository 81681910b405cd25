import { html, nothing, type TemplateResult } from 'lit';
import { fieldWords } from '../shared/model/audit-words';

/**
 * @returns a field in words, and beside them its name on the wire, by which it is found in deliveries, exports and the
 *   API.
 */
export function fieldName(pointer: string): TemplateResult {
  const words = fieldWords(pointer);
  return html`<bdi>${words}</bdi>${words === pointer ? nothing : html` <code>${pointer.slice(1)}</code>`}`;
}
