import type { OrderKey } from '../../../../schemas/order-key';
import { printed } from './html';

/** What stands at the foot of each printed page: which order, which restaurant, and which page of how many. */

/** Most characters of an id or a name at the foot: of a longer one, the beginning and the end. */
const MOST_CHARACTERS = 44;
/** Of which so many are the end, by which long ids differ. */
const END_CHARACTERS = 14;

function short(text: string): string {
  const characters = Array.from(text);
  if (characters.length <= MOST_CHARACTERS) return text;
  const begin = characters.slice(0, MOST_CHARACTERS - END_CHARACTERS - 1);
  return [...begin, '…', ...characters.slice(-END_CHARACTERS)].join('');
}

/** What embeds, overrides and isolates. */
const TURNING = /[\u202a-\u202e\u2066-\u2069]/gu;

/** @returns a text, cut, that turns the direction of nothing around it, as `bdi` does where there are elements. */
const isolated = (text: string): string => `\u2068${short(printed(text).replaceAll(TURNING, ''))}\u2069`;

/**
 * @returns a text as a string of CSS that is also safe within a style element of HTML: all but letters and digits stands as a
 *   number there, so that nothing ends the string, the rule or the element.
 */
export const cssText = (text: string): string =>
  `"${Array.from(text, (one) => (/[A-Za-z0-9]/.test(one) ? one : `\\${(one.codePointAt(0) ?? 0).toString(16)} `)).join('')}"`;

/** @returns style of the pages on paper. @param locationName what people call the location; null if this is not known */
export function pageFoot({ order_id, location_id }: OrderKey, locationName: string | null): string {
  const about = cssText(`Order ${isolated(order_id)} · ${isolated(locationName ?? `location ${location_id}`)}`);
  return `@page{@bottom-left{content:${about}}@bottom-right{content:"Page " counter(page) " of " counter(pages)}}`;
}
