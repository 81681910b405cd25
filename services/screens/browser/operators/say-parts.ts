import { partsSayerOf } from '../shared/say-parts';
import { OPERATORS } from './model/say';

/** Says a message of pages for shift leads and operators in the language of the page, with markup in its places. */
export const sayParts = partsSayerOf(OPERATORS);
