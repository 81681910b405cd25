import { speakAround } from '../shared/page-words';
import { languageOf } from '../shared/query';
import { keepLanguageInHeader } from './header-links';
import { OPERATORS, type OperatorsId, say } from './model/say';

/** Titles have no places. */
type TitleId = Extract<OperatorsId, `${string}.title`> & Exclude<OperatorsId, 'card.title'>;

/**
 * Has a page for shift leads and operators speak as its address says, and so the pages that its header leads to.
 * @param component of which the page consists
 */
export function speakAsAsked(title: TitleId, component: { language: string } | null): void {
  const language = languageOf(window.location.search);
  if (component !== null) component.language = language;
  speakAround(() => say(title), OPERATORS);
  keepLanguageInHeader(language);
}
