import type { Request, Response } from 'express';
import type { z } from 'zod';
import { Problem } from './problem';
import { createBodyReader, type ReadBody } from './read-body';

/** Bodies of the calls that take a few words of JSON. */

/** Most bytes of a body, and of all that are being read. */
const MAX_BODY_BYTES = 4_096;
const MAX_BODIES_BYTES = 256 * MAX_BODY_BYTES;

/** A body that its sender broke off: nobody is there to be answered. */
class CutOff extends Error {}

const NO_BYTES = new Uint8Array();

/** A body, and the bytes as they came. */
interface JsonBody {
  readonly json: unknown;
  readonly bytes: Uint8Array;
}

async function readJson(request: Request, response: Response, read: ReadBody): Promise<JsonBody> {
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
      throw new Problem('body-too-large', `The limit is ${String(MAX_BODY_BYTES)} bytes.`);
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
  answer: (json: unknown, bytes: Uint8Array) => Promise<void>,
) => Promise<void>;

/** @returns what reads bodies: all of them share what may wait in memory. */
export function createJsonBodies(): WithJsonBody {
  const read = createBodyReader({ limit: MAX_BODY_BYTES, room: MAX_BODIES_BYTES });
  return async (request, response, answer) => {
    try {
      const { json, bytes } = await readJson(request, response, read);
      await answer(json, bytes);
    } catch (error) {
      if (!(error instanceof CutOff)) throw error;
      response.destroy();
    }
  };
}
