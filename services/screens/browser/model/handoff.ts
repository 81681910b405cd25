import type { Order } from '../../../../schemas/order-view';

/** What a handoff card may show. All of it comes from others, so that nothing of it gets further than it must. */

export type Driver = NonNullable<Order['driver_details']>;

/** Milliseconds that a delivery robot waits at a restaurant before it leaves. */
export const ROBOT_DWELL_MS = 600_000;

/** Most characters of a picture's address. */
const MAX_PICTURE_URL = 2_048;

/** @returns the address if a picture may be loaded from it: https, and no credentials in it. */
export function pictureUrl(text: string | null | undefined): string | null {
  if (typeof text !== 'string' || text.length > MAX_PICTURE_URL || !URL.canParse(text)) return null;
  const url = new URL(text);
  return url.protocol === 'https:' && url.username === '' && url.password === '' ? url.href : null;
}

/** A number as people write it: digits, and what separates them. */
const PHONE_NUMBER = /^\+?[\d\s().\-/]{4,30}$/;

/** @returns a `tel:` address, or null if this is not a number that can be called. */
export function telephoneUrl(number: string | null | undefined): string | null {
  const text = number?.trim() ?? '';
  const digits = text.replace(/\D/g, '');
  if (!PHONE_NUMBER.test(text) || digits.length < 4 || digits.length > 15) return null;
  return `tel:${text.startsWith('+') ? '+' : ''}${digits}`;
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

/** The first `most` characters of a text, by code points, so that no character is cut in two. */
export function clip(text: string, most: number): string {
  if (text.length <= most) return text;
  const characters = Array.from(text.slice(0, 2 * most + 2));
  return characters.length <= most && text.length <= 2 * most + 2 ? text : `${characters.slice(0, most).join('')}…`;
}

export const isRobot = (order: Pick<Order, 'driver_details'>): boolean =>
  order.driver_details?.vehicle_info?.is_autonomous === true;

/** `Silver`, `Toyota`, `Camry`, as far as they are known. */
export function vehicleParts(driver: Driver): readonly string[] {
  const { color, make, model } = driver.vehicle_info ?? {};
  return [color, make, model].map(textOf).filter((part) => part !== null);
}

/** The passcode hands food over, so it is shown only while the driver is here: no earlier, and no longer. */
export const passcodeOf = (order: Pick<Order, 'stage' | 'driver_details'>): string | null =>
  order.stage === 'driver_here' ? textOf(order.driver_details?.passcode) : null;

/** @param inStageMs milliseconds since the robot arrived. @returns milliseconds until it leaves, 0 when it may be gone. */
export const robotWaits = (inStageMs: number): number => Math.max(0, ROBOT_DWELL_MS - inStageMs);

/** A countdown: `9:05`. */
export function countdownWords(ms: number): string {
  const seconds = Math.ceil(ms / 1_000);
  return `${String(Math.floor(seconds / 60))}:${String(seconds % 60).padStart(2, '0')}`;
}
