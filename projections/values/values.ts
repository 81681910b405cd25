import { ExactNumber } from '../../schemas/json/exact-json';
import { isBlank } from './spelling';

/** What JSON values are to the folds, whatever was sent. */

/** @returns whether a value says nothing, wherever it is optional (docs/protocol.md#ruling-5-5). */
export function saysNothing(value: unknown): boolean {
  if (typeof value === 'string') return isBlank(value);
  if (typeof value !== 'object' || value === null) return value === undefined || value === null;
  if (value instanceof ExactNumber) return false;
  for (const _ in value) return false;
  return true;
}

/** @returns the digits of a number as they came, or null for what is no number. */
export function digitsOf(value: unknown): string | null {
  if (value instanceof ExactNumber) return value.digits;
  return typeof value === 'number' && Number.isFinite(value) ? String(value) : null;
}
