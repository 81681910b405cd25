import type { ChoiceCount } from '../../../../../schemas/api/search-choices';
import { numberWords } from '../../shared/model/say';
import { say } from './say';

/** @returns how many orders a word finds, such as `12` or `1,000+`; '' if it is not known whether there are any */
export function ordersText({ orders, more }: Pick<ChoiceCount, 'orders' | 'more'>): string {
  if (more && orders === 0) return '';
  return `${numberWords(orders)}${more ? '+' : ''}`;
}

/** @returns a word of how orders stand now, as another list has the same words for what happened at any time. */
export const nowText = (words: string): string => say('search.now', { words });

/** @returns a word of what happened to orders at any time, the same. */
export const everText = (words: string): string => say('search.ever', { words });

/** @returns what stands in a list for a word: what it is called, and how many orders it finds as far as that is known */
export function choiceText(words: string, count: ChoiceCount | undefined): string {
  const orders = count === undefined ? '' : ordersText(count);
  return orders === '' ? words : say('search.choice', { words, orders });
}
