import { BrokenInvariant } from '../../../schemas/broken-invariant';
import { chooseLanguage, type Language, localeOf } from '../../../schemas/language/languages';
import { createSpeech, type Messages, partsIn, type Speech, type Values } from '../../../schemas/language/speech';
import { enVerifier, type VerifierId } from '../../../schemas/language/verifier/en';
import { sayVerifying } from '../../../schemas/language/verifying';

/** Which language the page speaks. All of them are in it, as data. */

/** Holds the messages of all languages but English. */
const BLOCK = 'languages';

function catalogues(): Readonly<Partial<Record<Language, Messages>>> {
  const text = document.getElementById(BLOCK)?.textContent ?? '{}';
  return JSON.parse(text) as Readonly<Partial<Record<Language, Messages>>>; // as the build wrote it
}

/** @returns how the page speaks: as `lang` in its address says, or else as the browser wants it. */
export function pageSpeech(): Speech {
  const named = new URLSearchParams(location.search).get('lang') ?? '';
  const language = chooseLanguage([named, ...navigator.languages]);
  return createSpeech(language, localeOf(language, navigator.languages), catalogues()[language] ?? {});
}

type Part = Node | string | number;

/** @returns the same with elements in its places */
export function sayParts<Id extends VerifierId>(
  speech: Speech,
  id: Id,
  ...values: Values<(typeof enVerifier)[Id], Part>
): readonly (Node | string)[] {
  const [given = {}]: readonly Readonly<Record<string, Part>>[] = values;
  return partsIn<Node>(speech, id, enVerifier[id], given);
}

const isVerifierId = (id: string): id is VerifierId => Object.hasOwn(enVerifier, id);

/** Has what stands on the page from the beginning speak: its title, and each element that names a message in `data-say`. */
export function speakAround(speech: Speech): void {
  document.documentElement.lang = speech.language;
  document.documentElement.dir = speech.direction;
  document.title = `${sayVerifying(speech, 'verifier.title')} · Ticket Rail`;
  for (const one of document.querySelectorAll<HTMLElement>('[data-say]')) {
    const id = one.dataset['say'] ?? '';
    if (!isVerifierId(id)) throw new BrokenInvariant(`there is no message ${id}`);
    const inPlaces = [...one.querySelectorAll<HTMLElement>('[data-place]')];
    const values = Object.fromEntries(inPlaces.map((part) => [part.dataset['place'] ?? '', part] as const));
    one.replaceChildren(...partsIn<Node>(speech, id, enVerifier[id], values));
  }
}
