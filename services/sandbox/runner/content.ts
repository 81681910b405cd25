import { createHash } from 'node:crypto';

/** Returns what a delivery says as one text, whatever the order of its keys and however it is spaced. */
const canonical = (value: unknown): string => {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const fields = Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1));
  return `{${fields.map(([name, field]) => `${JSON.stringify(name)}:${canonical(field)}`).join(',')}}`;
};

/** @returns a digest that two deliveries share if and only if they say the same */
export const contentOf = (type: string, object: unknown): string =>
  createHash('sha256').update(canonical({ type, object })).digest('base64url');
