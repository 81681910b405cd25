import type { Source } from '../../../../schemas/language/speech';
import { speakAround } from '../shared/page-words';
import { languageOf } from '../shared/query';
import { keepLanguageInHeader } from './header-links';
import { OPERATORS, type OperatorsId, say } from './model/say';

/** Titles have no places. */
type TitleId = Extract<OperatorsId, `${string}.title`> & Exclude<OperatorsId, 'card.title'>;

/**
 * Has a page speak as its address says, and so the pages that its header leads to.
 * @param title gives the title of the page, without the name of the product
 * @param source of the messages that the page names
 * @param component of which the page consists
 */
export function speakPage(title: () => string, source: Source, component: { language: string } | null): void {
  const language = languageOf(window.location.search);
  if (component !== null) component.language = language;
  speakAround(title, source);
  keepLanguageInHeader(language);
}

/** Does so with a page for shift leads and operators. */
export const speakAsAsked = (title: TitleId, component: { language: string } | null): void => {
  speakPage(() => say(title), OPERATORS, component);
};
