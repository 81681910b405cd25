import { InvalidArgumentError } from 'commander';
import type { z } from 'zod';

/** @returns what reads an argument by a schema, and says what is wrong with it. */
export const argument =
  <Schema extends z.ZodType>(schema: Schema) =>
  (text: string): z.output<Schema> => {
    const parsed = schema.safeParse(text);
    if (parsed.success) return parsed.data;
    throw new InvalidArgumentError(parsed.error.issues.map(({ message }) => message).join(', '));
  };
