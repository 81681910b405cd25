import { stringifyJson } from '../../../schemas/json/exact-json';
import type { Arrival } from '../../../schemas/events/event-data';
import { endToEnd } from './relay-headers';

/** Requests as they came, for those to whom they are sent on. Pure. */

/** Largest body that is kept beside what was parsed of it, in bytes: with both, an event is far from MAX_APPEND_BYTES. */
export const MAX_KEPT_BODY_BYTES = 131_072;

/** Credentials, and what is about this connection or ours to say. */
const NOT_KEPT = ['authorization', 'cookie', 'host', 'content-length', 'expect'];

interface Content {
  readonly type: string;
  readonly object: unknown;
  readonly envelope: Readonly<Record<string, unknown>> | null;
}

/** @returns a body as compact JSON: for most senders the very bytes that came. */
export const rebuiltBody = ({ type, object, envelope }: Content): Buffer =>
  Buffer.from(stringifyJson({ type, object, ...envelope }));

/**
 * @param rawHeaders names and values in turn
 * @param body as it came, with its codings
 */
export function arrivalOf(
  rawHeaders: readonly string[],
  body: Buffer,
  { delivery, envelope }: { readonly delivery: Omit<Content, 'envelope'>; readonly envelope: Content['envelope'] },
): Arrival {
  const headers = endToEnd(rawHeaders, NOT_KEPT).map(([name, value]): [string, string] => [name, value]);
  const isKept = body.length <= MAX_KEPT_BODY_BYTES && !rebuiltBody({ ...delivery, envelope }).equals(body);
  return { headers, ...(isKept ? { body_base64: body.toString('base64') } : {}) };
}
