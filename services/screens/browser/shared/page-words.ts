import { en } from '../../../../schemas/language/catalogues/en';
import { partsIn, type Source } from '../../../../schemas/language/speech';
import { onLanguage } from './language';
import { speech } from './model/say';

/** Says a message that the page names; those have no places, and a test compares that each is there. */
const named = (source: Source, id: string | null): string =>
  id === null ? '' : partsIn<never>(speech(), id, source[id] ?? '', {}).join('');

/**
 * Has what stands around the component of a page speak the language of the page: its title, and each element that names a
 * message in `data-say`, or one for screen readers in `data-say-label`.
 * @param title gives the title of the page, without the name of the product
 * @param source of the messages that the page names
 * @returns what sets the title anew
 */
export function speakAround(title: () => string, source: Source = en): () => void {
  const setTitle = (): void => {
    document.title = `${title()} · Ticket Rail`;
  };
  onLanguage(() => {
    const { language, direction } = speech();
    document.documentElement.lang = language;
    document.documentElement.dir = direction;
    for (const one of document.querySelectorAll('[data-say]'))
      one.textContent = named(source, one.getAttribute('data-say'));
    for (const one of document.querySelectorAll('[data-say-label]')) {
      one.setAttribute('aria-label', named(source, one.getAttribute('data-say-label')));
    }
    setTitle();
  });
  setTitle();
  return setTitle;
}
