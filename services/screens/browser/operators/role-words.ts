import { html, nothing, type TemplateResult } from 'lit';
import { sayValue } from './model/say';

/** Renders a role by its word, and beside it as the configuration takes it, where that is another. */
export function roleWords(role: string): TemplateResult {
  const word = sayValue('role.', role);
  return html`${word}${word === role ? nothing : html` <code>${role}</code>`}`;
}
