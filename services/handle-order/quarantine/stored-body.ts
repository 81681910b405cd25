import { QuarantinedData } from '../../../schemas/events/event-data';
import { MAX_APPEND_BYTES } from '../../event-store/event-store';
import { type DecodedBody, decodeBody } from '../receive/decode-body';

/** The body of a delivery that lay in quarantine. */

/** Decodes it. What is larger than an append is not recorded in any case. */
export const decodeStored = (body: Buffer, contentEncoding: string | null): DecodedBody =>
  decodeBody(body, contentEncoding, MAX_APPEND_BYTES);

/** @returns a body with its codings undone, of the data of its event; null: they cannot be, or it is no such event */
export function plainBodyOf(data: unknown): Buffer | null {
  const parsed = QuarantinedData.safeParse(data);
  if (!parsed.success) return null;
  const { body_base64, content_encoding } = parsed.data;
  const decoded = decodeStored(Buffer.from(body_base64, 'base64'), content_encoding ?? null);
  return decoded.kind === 'plain' ? decoded.bytes : null;
}
