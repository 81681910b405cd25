import type { z } from 'zod';

/** Lists that people write into files and variables, as JSON. */

/** What such a list holds, or what keeps it from being used. */
export type ParsedList<Entry> =
  | { readonly kind: 'usable'; readonly entries: readonly Entry[] }
  /** Each fault names its entry, counted from 1, and its field; none repeats a value, which may be a secret. */
  | { readonly kind: 'unusable'; readonly faults: readonly string[] };

/** Where something is wrong, as a schema says it. */
export interface ListIssue {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

/**
 * Parses a list from JSON text.
 * @param schema reads the JSON of the whole file into its entries
 * @param faultOf says what is wrong, and in which entry
 */
export function parseList<Entry>(
  text: string,
  schema: z.ZodType<readonly Entry[]>,
  faultOf: (issue: ListIssue) => string,
): ParsedList<Entry> {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    // What JSON.parse says quotes the text.
    return { kind: 'unusable', faults: ['expected JSON'] };
  }
  const parsed = schema.safeParse(json);
  return parsed.success
    ? { kind: 'usable', entries: parsed.data }
    : { kind: 'unusable', faults: parsed.error.issues.map(faultOf) };
}

/** @returns each place at which something stands that stood before, and the place at which it stood first. */
export function repeatsIn(values: readonly string[]): readonly { readonly at: number; readonly first: number }[] {
  const first = new Map<string, number>();
  return values.flatMap((value, at) => {
    const before = first.get(value);
    if (before !== undefined) return [{ at, first: before }];
    first.set(value, at);
    return [];
  });
}
