import type { MessageId } from '../../../../schemas/language/catalogues/en';
import { partsIn } from '../../../../schemas/language/speech';
import { onLanguage } from './language';
import { speech } from './model/say';

/** Says a message that the page names; those have no places. */
const named = (id: string | null): string => partsIn<never>(speech(), id as MessageId, {}).join(''); // a test compares

/**
 * Has what stands around the component of a page speak the language of the page: its title, and each element that names a
 * message in `data-say`, or one for screen readers in `data-say-label`.
 * @param title gives the title of the page, without the name of the product
 * @returns what sets the title anew
 */
export function speakAround(title: () => string): () => void {
  const setTitle = (): void => {
    document.title = `${title()} · Ticket Rail`;
  };
  onLanguage(() => {
    const { language, direction } = speech();
    document.documentElement.lang = language;
    document.documentElement.dir = direction;
    for (const one of document.querySelectorAll('[data-say]')) one.textContent = named(one.getAttribute('data-say'));
    for (const one of document.querySelectorAll('[data-say-label]')) {
      one.setAttribute('aria-label', named(one.getAttribute('data-say-label')));
    }
    setTitle();
  });
  setTitle();
  return setTitle;
}
