import { ExactNumber } from './exact-json';

export type JsonObject = Readonly<Record<string, unknown>>;

/** @returns whether a value is what JSON calls an object: no list, no number that keeps its digits, and no bytes. */
export const isJsonObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' &&
  value !== null &&
  !Array.isArray(value) &&
  !(value instanceof ExactNumber) &&
  !(value instanceof Uint8Array);
