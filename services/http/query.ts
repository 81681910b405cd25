import type { Request } from 'express';
import type { z } from 'zod';
import { Problem } from './problem';

/** A time whose offset lost its sign: `+` means a space in a query string, and few write `%2B`. */
const SIGNLESS = /^(\d{4}-\d\d-\d\dT[\d:.]+) (\d\d:\d\d)$/i;

/** Returns the parameters of a request, with the sign of an offset where only a space is left of it. */
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
export function parseQuery<Schema extends z.ZodType>(schema: Schema, request: Request): z.output<Schema> {
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
 * Reads what the path of a request names, which Express has percent-decoded.
 * @throws {Problem} `invalid-parameter`, for example for an id that no order can have.
 */
export function parseParams<Schema extends z.ZodType>(schema: Schema, request: Request): z.output<Schema> {
  const parsed = schema.safeParse(request.params);
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.map((issue) => `${issue.path.join('.')} in the path: ${issue.message}`);
  throw new Problem('invalid-parameter', `${faults.join('; ')}.`);
}
