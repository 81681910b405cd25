import { timingSafeEqual } from 'node:crypto';
import { signatureOf } from './post';

/** The header that signs what Stream sends to a POS. */
export const POS_SIGNATURE = 'X-Stream-Signature';
/** The header that signs what goes between Stream and a delivery service, in both directions. */
export const DSP_SIGNATURE = 'Stream-Webhook-Signature';

/** @returns whether `signature` is the hex HMAC-SHA256 of these bytes with this secret. */
export function isSignedWith(body: Uint8Array, signature: string | undefined, secret: string): boolean {
  const right = Buffer.from(signatureOf(body, secret));
  const given = Buffer.from(signature?.toLowerCase() ?? '');
  return given.length === right.length && timingSafeEqual(given, right);
}
