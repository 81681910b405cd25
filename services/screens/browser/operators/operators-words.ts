import { enOperators } from '../../../../schemas/language/operators/en';
import type { Words } from '../shared/language';

/** What pages for shift leads and operators say beside the words of the counter. */
export const OPERATORS_WORDS: Words = {
  source: enOperators,
  others: {
    es: async () => (await import('../../../../schemas/language/operators/es')).esOperators,
    'fr-CA': async () => (await import('../../../../schemas/language/operators/fr-ca')).frCaOperators,
    'pt-BR': async () => (await import('../../../../schemas/language/operators/pt-br')).ptBrOperators,
    'zh-Hans': async () => (await import('../../../../schemas/language/operators/zh-hans')).zhHansOperators,
  },
};
