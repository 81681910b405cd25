import { en } from '../../../schemas/language/catalogues/en';
import { es } from '../../../schemas/language/catalogues/es';
import { frCa } from '../../../schemas/language/catalogues/fr-ca';
import { ptBr } from '../../../schemas/language/catalogues/pt-br';
import { zhHans } from '../../../schemas/language/catalogues/zh-hans';
import { acceptedLanguages, chooseLanguage, type Language } from '../../../schemas/language/languages';
import { type Catalogue, createSpeech, type Speech } from '../../../schemas/language/speech';

const CATALOGUES: Readonly<Record<Language, Catalogue>> = { en, es, 'fr-CA': frCa, 'pt-BR': ptBr, 'zh-Hans': zhHans };

/**
 * Returns how the login page speaks, which has no script and sees nothing that a screen keeps: as the page that it leads to
 * is to speak by `lang` in its address, or else as the browser wants it.
 * @param next local path of that page
 * @param accepted the `Accept-Language` header
 */
export function loginSpeech(next: string, accepted = ''): Speech {
  const [, search = ''] = next.split('?');
  const named = new URLSearchParams(search).get('lang') ?? '';
  const language = chooseLanguage([named, ...acceptedLanguages(accepted)]);
  return createSpeech(language, language, CATALOGUES[language]);
}
