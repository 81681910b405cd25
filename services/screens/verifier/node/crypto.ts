import { ed25519 } from '@noble/curves/ed25519.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { BrokenInvariant } from '../../../../schemas/broken-invariant';
import { Buffer } from './bytes';

/**
 * What the code of `ticket-rail verify` uses of `node:crypto`, for a browser. Not WebCrypto: its hashes come later, as
 * promises, and browsers of last year cannot verify Ed25519 with it.
 */

function assertSha256(algorithm: string): void {
  if (algorithm !== 'sha256') throw new BrokenInvariant(`${algorithm} is not known here`);
}

const hexOf = (digest: Uint8Array): string => Buffer.from(digest).toString('hex');
const bytesOf = (data: string | Uint8Array): Uint8Array => (typeof data === 'string' ? Buffer.from(data) : data);

export function hash(algorithm: string, data: string | Uint8Array, _encoding: 'hex'): string {
  assertSha256(algorithm);
  return hexOf(sha256(bytesOf(data)));
}

export interface Hash {
  update(data: string | Uint8Array): Hash;
  digest(encoding: 'hex'): string;
}

export function createHash(algorithm: string): Hash {
  assertSha256(algorithm);
  const digest = sha256.create();
  const made: Hash = {
    update(data) {
      digest.update(bytesOf(data));
      return made;
    },
    digest: () => hexOf(digest.digest()),
  };
  return made;
}

/** How the SPKI (DER) of every Ed25519 key begins (RFC 8410); the 32 bytes of the key follow. */
const SPKI_START = Buffer.from('302a300506032b6570032100', 'hex');
const KEY_BYTES = 32;
const PEM = /^\s*-----BEGIN PUBLIC KEY-----([A-Za-z0-9+/=\s]+)-----END PUBLIC KEY-----\s*$/;

/** A public key, as far as it is asked. */
export class KeyObject {
  readonly #der: Uint8Array;

  constructor(der: Uint8Array) {
    this.#der = der;
  }

  export(_options: { readonly type: 'spki'; readonly format: 'der' }): Uint8Array {
    return this.#der;
  }
}

/** @throws {Error} for all but an Ed25519 public key in PEM. */
export function createPublicKey(pem: string): KeyObject {
  const der = Buffer.from(PEM.exec(pem)?.[1] ?? '', 'base64');
  const start = Buffer.from(der.subarray(0, SPKI_START.length));
  if (der.length !== SPKI_START.length + KEY_BYTES || !start.equals(SPKI_START))
    // eslint-disable-next-line house/typed-errors -- as node:crypto throws, in whose place this stands
    throw new Error('this is no Ed25519 public key in PEM');
  return new KeyObject(der);
}

/** @returns whether a signature is by a key, as strictly as RFC 8032 has it. */
export function verify(_algorithm: null, data: Uint8Array, key: KeyObject, signature: Uint8Array): boolean {
  const bytes = key.export({ type: 'spki', format: 'der' }).subarray(SPKI_START.length);
  try {
    return ed25519.verify(signature, data, bytes, { zip215: false });
  } catch {
    return false;
  }
}
