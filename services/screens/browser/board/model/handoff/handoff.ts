import { asciiDigits } from '../../../../../../projections/values/spelling';
import type { Driver } from '../../../../../../projections/order/driver-details';
import type { Order } from '../../../../../../schemas/api/order-view';
import { numberWords } from '../../../shared/model/say';

/** What a handoff card may show. All of it comes from others, so that nothing of it gets further than it must. */

/** Milliseconds that a delivery robot waits at a restaurant before it leaves. */
export const ROBOT_DWELL_MS = 600_000;

/** Most characters of a picture's address. */
const MAX_PICTURE_URL = 2_048;

/** @returns the address if a picture may be loaded from it: https, and no credentials in it. */
export function pictureUrl(text: string | null | undefined): string | null {
  if (typeof text !== 'string' || text.length > MAX_PICTURE_URL) return null;
  try {
    const url = new URL(text);
    return url.protocol === 'https:' && url.username === '' && url.password === '' ? url.href : null;
  } catch {
    return null;
  }
}

/** A number as people write it: digits, what separates them, and at the end an extension, or pauses and more digits. */
const PHONE_NUMBER =
  /^(?<plus>\+?)(?<digits>[\d\s().\-/]{4,30}?)\s*(?:(?:;?\s*ext(?:ension)?[.=:]?|x|#)\s*(?<ext>\d{1,7})|(?<pause>,+)\s*(?<after>\d{1,11})#?)?$/i;
/** Most characters of a number, with its extension. */
const MAX_PHONE_NUMBER = 64;
/** The trunk prefix, which is not dialled after a country code. */
const TRUNK_PREFIX = /\(0\)/;

/** Writes a number in ASCII: digits of other scripts, dashes of all lengths, and no marks that nobody sees. */
const asciiNumber = (text: string): string =>
  asciiDigits(
    text
      .normalize('NFKC')
      .replace(/\p{Cf}/gu, '')
      .replace(/[\p{Pd}\u2212]/gu, '-'),
  ).trim();

/**
 * @returns a `tel:` address (RFC 3966), or null if this is not a number that can be called; an extension becomes
 *   `;ext=`, a pause stays the comma that telephones understand (docs/protocol.md#ruling-5-10)
 */
export function telephoneUrl(number: string | null | undefined): string | null {
  if (typeof number !== 'string' || number.length > MAX_PHONE_NUMBER) return null;
  const { plus = '', digits = '', ext, pause, after } = PHONE_NUMBER.exec(asciiNumber(number))?.groups ?? {};
  const dialled = (plus === '' ? digits : digits.replace(TRUNK_PREFIX, '')).replace(/\D/g, '');
  if (dialled.length < 4 || dialled.length > 15) return null;
  const rest = ext !== undefined ? `;ext=${ext}` : after !== undefined ? `${pause ?? ''}${after}` : '';
  return `tel:${plus}${dialled}${rest}`;
}

/** Colours that vehicles are said to have, and how a swatch shows them. No word of others gets into a style. */
const SWATCHES: ReadonlyMap<string, string> = new Map([
  ['black', '#16181a'],
  ['white', '#ffffff'],
  ['silver', '#c0c4c8'],
  ['gray', '#7c8287'],
  ['grey', '#7c8287'],
  ['charcoal', '#3c4146'],
  ['red', '#c62828'],
  ['maroon', '#6d1a24'],
  ['burgundy', '#6d1a24'],
  ['orange', '#ef7d1a'],
  ['yellow', '#f7cf2e'],
  ['gold', '#c8a13a'],
  ['beige', '#d9cbb0'],
  ['tan', '#c8ad85'],
  ['brown', '#6b4a2f'],
  ['green', '#2e7d4f'],
  ['teal', '#17808a'],
  ['turquoise', '#35b5b0'],
  ['blue', '#1f5fbf'],
  ['navy', '#1b2a52'],
  ['purple', '#6a3fa0'],
  ['pink', '#e58fb1'],
]);

/** @returns a colour to paint, or null for a word that is not in the table; `dark blue` is blue. */
export function swatch(color: string | null | undefined): string | null {
  const words = (color ?? '')
    .slice(0, 40)
    .trim()
    .toLowerCase()
    .split(/[\s/-]+/);
  return SWATCHES.get(words.at(-1) ?? '') ?? SWATCHES.get(words[0] ?? '') ?? null;
}

/** @returns the text without what surrounds it, or null if nothing is left. */
export function textOf(value: unknown): string | null {
  const text = typeof value === 'string' ? value.trim() : '';
  return text === '' ? null : text;
}

/** Returns the first `most` characters of a text, by code points, so that no character is cut in two. */
export function clip(text: string, most: number): string {
  if (text.length <= most) return text;
  const characters = Array.from(text.slice(0, 2 * most + 2));
  return characters.length <= most && text.length <= 2 * most + 2 ? text : `${characters.slice(0, most).join('')}…`;
}

export const isRobot = (order: Pick<Order, 'driver_details'>): boolean =>
  order.driver_details?.vehicle_info?.is_autonomous === true;

/** Returns color, make and model, such as `Silver`, `Toyota`, `Camry`, as far as they are known. */
export function vehicleParts(driver: Driver): readonly string[] {
  const { color, make, model } = driver.vehicle_info ?? {};
  return [color, make, model].map(textOf).filter((part) => part !== null);
}

/**
 * Returns the passcode while the driver is here, else null: it hands food over, so it is shown no earlier, and no
 * longer.
 */
export const passcodeOf = (order: Pick<Order, 'stage' | 'driver_details'>): string | null =>
  order.stage === 'driver_here' ? textOf(order.driver_details?.passcode) : null;

/**
 * @param inStageMs milliseconds since the robot arrived. @returns milliseconds until it leaves, 0 when it may be gone.
 */
export const robotWaits = (inStageMs: number): number => Math.max(0, ROBOT_DWELL_MS - inStageMs);

/** @returns a countdown: `9:05`. */
export function countdownWords(ms: number): string {
  const seconds = Math.ceil(ms / 1_000);
  return `${numberWords(Math.floor(seconds / 60))}:${numberWords(seconds % 60, 2)}`;
}
