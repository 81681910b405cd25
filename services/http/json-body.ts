import type { Request, Response } from 'express';
import type { z } from 'zod';
import { Problem } from './problem';
import { createBodyReader, type ReadBody } from './read-body';

/** Bodies of the calls that take some JSON. */

/** Most bytes of a body of a few words. */
const FEW_WORDS_BYTES = 4_096;
/** Bodies of the longest that are read at a time. */
const BODIES_AT_ONCE = 256;

/** A body that its sender broke off: nobody is there to be answered. */
class CutOff extends Error {}

const NO_BYTES = new Uint8Array();

/** A body, and the bytes as they came. */
interface JsonBody {
  readonly json: unknown;
  readonly bytes: Uint8Array;
}

async function readJson(request: Request, response: Response, read: ReadBody, limit: number): Promise<JsonBody> {
  const body = await read(request, response);
  switch (body.kind) {
    case 'whole':
      if (body.bytes.length === 0) return { json: {}, bytes: NO_BYTES };
      try {
        return { json: JSON.parse(body.bytes.toString('utf8')) as unknown, bytes: body.bytes };
      } catch {
        throw new Problem('invalid-parameter', 'The body: expected JSON.');
      }
    case 'too-large':
      throw new Problem('body-too-large', `The limit is ${String(limit)} bytes.`);
    case 'too-slow':
    case 'too-many-parts':
    case 'no-room':
      throw new Problem('body-too-slow', 'Send the body at once.');
    case 'cut-off':
      throw new CutOff();
  }
}

/** @throws {Problem} `invalid-parameter` */
export function parseBody<Schema extends z.ZodType>(schema: Schema, json: unknown): z.output<Schema> {
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.map(({ path, message }) =>
    path.length === 0 ? message : `${path.join('.')}: ${message}`,
  );
  throw new Problem('invalid-parameter', `The body: ${faults.join('; ')}.`);
}

/** What such a call may answer besides. */
export const BODY_PROBLEMS = ['body-too-large', 'body-too-slow'] as const;

/** Reads the body of a request and hands it on, unless its sender goes away; an empty one is `{}`. */
export type WithJsonBody = (
  request: Request,
  response: Response,
  answer: (json: unknown, bytes: Uint8Array) => Promise<void> | void,
) => Promise<void>;

/**
 * Returns what reads bodies: all of them share what may wait in memory.
 * @param limit most bytes of a body
 * @param atOnce how many of the longest are read at a time
 */
export function createJsonBodies(limit = FEW_WORDS_BYTES, atOnce = BODIES_AT_ONCE): WithJsonBody {
  const read = createBodyReader({ limit, room: atOnce * limit });
  return async (request, response, answer) => {
    try {
      const { json, bytes } = await readJson(request, response, read, limit);
      await answer(json, bytes);
    } catch (error) {
      if (!(error instanceof CutOff)) throw error;
      response.destroy();
    }
  };
}
