import type { Request } from 'express';
import { type z } from 'zod';
import { Id, type OrderKey } from '../../schemas/handle-order';
import { Problem } from './problem';

/** A time whose offset lost its sign: `+` means a space in a query string, and few write `%2B`. */
const SIGNLESS = /^(\d{4}-\d\d-\d\dT[\d:.]+) (\d\d:\d\d)$/i;

/** The parameters of a request, with the sign of an offset where only a space is left of it. */
const parametersOf = (query: Request['query']): Request['query'] =>
  Object.fromEntries(
    Object.entries(query).map(([name, value]) => [
      name,
      typeof value === 'string' ? value.replace(SIGNLESS, '$1+$2') : value,
    ]),
  );

/**
 * Reads a request's query string.
 * @throws {Problem} `invalid-parameter`, naming every parameter that is wrong and what was expected.
 */
export function readQuery<Schema extends z.ZodType>(schema: Schema, request: Request): z.output<Schema> {
  const parsed = schema.safeParse(parametersOf(request.query));
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.flatMap((issue) =>
    issue.code === 'unrecognized_keys'
      ? issue.keys.map((key) => `${key} is not a parameter of this call`)
      : [`${issue.path.join('.')}: ${issue.message}`],
  );
  throw new Problem('invalid-parameter', `${faults.join('; ')}.`);
}

/**
 * Reads the ids of a request's path, which Express has percent-decoded.
 * @throws {Problem} `invalid-parameter` for an id that no order can have.
 */
export function readLocation(request: Request): string {
  return readId('location_id', request);
}

/** Like {@link readLocation}, for both ids of an order. */
export function readOrderKey(request: Request): OrderKey {
  return { location_id: readId('location_id', request), order_id: readId('order_id', request) };
}

function readId(name: 'location_id' | 'order_id', request: Request): string {
  const parsed = Id.safeParse(request.params[name]);
  if (parsed.success) return parsed.data;
  throw new Problem(
    'invalid-parameter',
    `${name} in the path: ${parsed.error.issues.map((i) => i.message).join('; ')}.`,
  );
}

/**
 * Reads a quarantine id of a request's path.
 * @returns null for what cannot be one, so that it is answered like one that is not there.
 */
export function readQuarantineId(request: Request): number | null {
  const id = request.params['quarantine_id'];
  return typeof id === 'string' && /^\d{1,15}$/.test(id) ? Number(id) : null;
}
