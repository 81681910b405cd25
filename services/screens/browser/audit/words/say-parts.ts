import { html, type TemplateResult } from 'lit';
import type { SentencePart } from '../../../../../schemas/language/sentences/phrase';
import { partsSayerOf } from '../../shared/say-parts';
import { AUDITORS } from '../model/say';

/** Says a message of audit pages in the language of the page, with markup in its places. */
export const sayParts = partsSayerOf(AUDITORS);

/** Renders things one after the other: `a, b, c`. @param all one at least */
export const listParts = (all: readonly TemplateResult[]): TemplateResult =>
  all.reduce((before, next) => html`${sayParts('words.and', { before, next })}`);

/** Renders a sentence, in which what others wrote cannot turn the direction. */
export const renderSentence = (parts: readonly SentencePart[]): TemplateResult =>
  html`${parts.map(({ text, isForeign }) => (isForeign ? html`<bdi>${text}</bdi>` : text))}`;
