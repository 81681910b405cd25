import { enAuditors } from '../../../../../schemas/language/auditors/en';
import { OPERATORS_WORDS } from '../../operators/operators-words';
import type { Words } from '../../shared/language';

/** What audit pages say beside the words of the counter. */
export const AUDITORS_WORDS: readonly Words[] = [
  OPERATORS_WORDS,
  {
    source: enAuditors,
    others: {
      es: async () => (await import('../../../../../schemas/language/auditors/es')).esAuditors,
      'fr-CA': async () => (await import('../../../../../schemas/language/auditors/fr-ca')).frCaAuditors,
      'pt-BR': async () => (await import('../../../../../schemas/language/auditors/pt-br')).ptBrAuditors,
      'zh-Hans': async () => (await import('../../../../../schemas/language/auditors/zh-hans')).zhHansAuditors,
    },
  },
];
