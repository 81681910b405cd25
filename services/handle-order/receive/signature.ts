import { createHash, createHmac, createSecretKey, timingSafeEqual, type KeyObject } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { bearerToken } from '../../http/bearer';
import { keysOf } from '../../config/webhook-secret';

/** Headers that may carry the signature (docs/protocol.md#section-3); any of them may verify. */
export const SIGNATURE_HEADERS = ['x-stream-signature', 'stream-webhook-signature'] as const;

/** Bytes of an HMAC-SHA256. */
const DIGEST_BYTES = 32;
const HEX_DIGEST = /^[0-9a-f]{64}$/i;
/** With or without padding, in either alphabet (RFC 4648 sections 4 and 5). */
const BASE64_DIGEST = /^[0-9a-z+/_-]{43}=?$/i;
/** What may stand before a digest, as senders of the field have it. */
const LABEL = /^(?:sha256|v1)=/i;
/** Between digests; a header that was sent twice comes as one, with a comma. */
const SEPARATORS = /[\s,]+/;
/** Most digests that are looked at in one delivery: each live secret makes its own, while secrets are rotated. */
export const MAX_DIGESTS = 16;

/** Whether a delivery is Stream's. A refusal says what to look at, and never repeats what a header held. */
export type Verification =
  | {
      readonly kind: 'authentic';
      /** Fingerprint of the secret that verified, or null when signatures are not checked. */
      readonly signedWith: string | null;
    }
  | {
      readonly kind: 'not-authentic';
      readonly reason: string;
      /** It has a signature or a token, which is none of ours: Stream's, for all we know. */
      readonly mismatch: boolean;
    };

/**
 * @param body exactly the bytes that came
 * @param decoded what they are once their codings are undone; a signature may be over that as well
 *   (docs/protocol.md#ruling-5-8)
 */
export type VerifyDelivery = (headers: IncomingHttpHeaders, body: Uint8Array, decoded?: Uint8Array) => Verification;

/**
 * Names a secret without giving it away: 16 hex digits that identify it in metadata and logs.
 */
export function fingerprint(secret: string): string {
  return createHmac('sha256', secret).update('ticket-rail secret fingerprint').digest('hex').slice(0, 16);
}

/** @returns the 32 bytes that a part of a signature header claims, or null if it has another form. */
function decodeDigest(part: string): Buffer | null {
  const text = part.replace(LABEL, '');
  if (HEX_DIGEST.test(text)) return Buffer.from(text, 'hex');
  // Node's decoder takes both alphabets.
  if (BASE64_DIGEST.test(text)) return Buffer.from(text, 'base64');
  return null;
}

/** @returns every digest that the signature headers claim (docs/protocol.md#ruling-5-8); any of them may verify */
const digestsIn = (headers: readonly string[]): Buffer[] =>
  headers
    .flatMap((header) => header.split(SEPARATORS, MAX_DIGESTS))
    .slice(0, MAX_DIGESTS)
    .map(decodeDigest)
    .filter((digest) => digest !== null);

const sha256 = (text: string): Buffer => createHash('sha256').update(text).digest();

/**
 * @param tokens that are accepted
 * @returns whether an `Authorization` header holds one of them, in constant time (RFC 6750 section 2.1).
 */
export function createBearerCheck(tokens: readonly string[]): (authorization: string | undefined) => boolean {
  const accepted = tokens.map(sha256);
  return (authorization) => {
    const token = bearerToken(authorization);
    if (token === null) return false;
    const given = sha256(token);
    return accepted.reduce((found, one) => timingSafeEqual(one, given) || found, false);
  };
}

interface LiveSecret {
  /** Every key that it may stand for. */
  readonly keys: readonly KeyObject[];
  readonly fingerprint: string;
}

/** @returns the fingerprint of the secret with which one of the signatures is over `body`, or null. */
function signerOf(secrets: readonly LiveSecret[], signatures: readonly Buffer[], body: Uint8Array): string | null {
  for (const secret of secrets) {
    for (const key of secret.keys) {
      const expected = createHmac('sha256', key).update(body).digest();
      for (const signature of signatures) {
        if (signature.length === DIGEST_BYTES && timingSafeEqual(expected, signature)) return secret.fingerprint;
      }
    }
  }
  return null;
}

function checkSignature(
  secrets: readonly LiveSecret[],
  headers: IncomingHttpHeaders,
  body: Uint8Array,
  decoded: Uint8Array,
): Verification {
  const given = SIGNATURE_HEADERS.map((name) => headers[name]).filter((value) => typeof value === 'string');
  if (given.length === 0) {
    const reason = 'no signature: send X-Stream-Signature or Stream-Webhook-Signature';
    return { kind: 'not-authentic', mismatch: false, reason };
  }
  const signatures = digestsIn(given);
  if (signatures.length === 0) {
    return {
      kind: 'not-authentic',
      mismatch: true,
      reason:
        'the signature is not a SHA-256 digest: expected 64 hex or 44 base64 characters, with or without "sha256=" or ' +
        '"v1="; a bare secret is not a signature',
    };
  }
  const signedWith =
    signerOf(secrets, signatures, body) ?? (decoded === body ? null : signerOf(secrets, signatures, decoded));
  if (signedWith !== null) return { kind: 'authentic', signedWith };
  return {
    kind: 'not-authentic',
    mismatch: true,
    reason:
      'the signature does not match the body: sign the raw bytes that are sent, not JSON that is written again, ' +
      'and check that both sides have the same secret',
  };
}

/**
 * Makes the check of a delivery's authenticity (docs/protocol.md#section-3): every configured check must pass, over
 * exactly the bytes that came, before anything else looks at them.
 * @param webhookSecrets live secrets, newest first; empty switches signatures off
 * @param bearerTokens tokens that the POS issued to Stream; empty switches them off
 */
export function createVerifier(options: {
  readonly webhookSecrets: readonly string[];
  readonly bearerTokens: readonly string[];
}): VerifyDelivery {
  const secrets = options.webhookSecrets.map((secret): LiveSecret => ({
    keys: keysOf(secret).map((key) => createSecretKey(key)),
    fingerprint: fingerprint(secret),
  }));
  const checkBearer = options.bearerTokens.length === 0 ? null : createBearerCheck(options.bearerTokens);
  return (headers, body, decoded = body) => {
    if (checkBearer !== null && !checkBearer(headers.authorization)) {
      const reason = 'the Authorization header does not carry a bearer token that we issued';
      return { kind: 'not-authentic', mismatch: bearerToken(headers.authorization) !== null, reason };
    }
    return secrets.length === 0
      ? { kind: 'authentic', signedWith: null }
      : checkSignature(secrets, headers, body, decoded);
  };
}
