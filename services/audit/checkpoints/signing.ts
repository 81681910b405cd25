import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  hash,
  type KeyObject,
  sign,
  verify,
} from 'node:crypto';
import { closeSync, fsyncSync, openSync, readFileSync, writeSync } from 'node:fs';
import type { Checkpoint, CheckpointStatement } from '../../../schemas/checkpoint';
import { canonicalJson } from '../../handle-order/canonical-json';

/** Who signs checkpoints: an Ed25519 key (RFC 8032). */
export interface CheckpointKey {
  /** First 16 hex digits of the SHA-256 of the public key (SPKI, DER). */
  readonly id: string;
  readonly privateKey: KeyObject;
  /** PEM (SPKI), to be kept elsewhere. */
  readonly publicPem: string;
}

/** The key file cannot be used; the message says why and holds nothing of it. */
export class CheckpointKeyError extends Error {
  override readonly name = 'CheckpointKeyError';
}

/** @returns the fingerprint by which a checkpoint names its key. */
export const keyIdOf = (publicKey: KeyObject): string =>
  hash('sha256', publicKey.export({ type: 'spki', format: 'der' }), 'hex').slice(0, 16);

/**
 * Reads the key, or makes one that only its owner can read.
 * @throws {CheckpointKeyError}
 */
export function openCheckpointKey(file: string): CheckpointKey {
  const pem = readOrMake(file);
  let privateKey: KeyObject;
  try {
    privateKey = createPrivateKey(pem);
  } catch (cause) {
    throw new CheckpointKeyError(`${file} is no private key in PEM (PKCS #8)`, { cause });
  }
  if (privateKey.asymmetricKeyType !== 'ed25519') {
    throw new CheckpointKeyError(`${file} is a key of type ${String(privateKey.asymmetricKeyType)}; Ed25519 is needed`);
  }
  const publicKey = createPublicKey(privateKey);
  const publicPem = publicKey.export({ type: 'spki', format: 'pem' }).toString();
  return { id: keyIdOf(publicKey), privateKey, publicPem };
}

function readOrMake(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'ENOENT') {
      throw new CheckpointKeyError(`${file} cannot be read: ${String(cause)}`, { cause });
    }
  }
  const pem = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  try {
    const made = openSync(file, 'wx', 0o600);
    writeSync(made, pem);
    fsyncSync(made);
    closeSync(made);
  } catch (cause) {
    throw new CheckpointKeyError(`${file} cannot be made: ${String(cause)}`, { cause });
  }
  return pem;
}

const signed = (statement: CheckpointStatement): Buffer => Buffer.from(canonicalJson(statement));

export function signCheckpoint(statement: CheckpointStatement, { privateKey }: CheckpointKey): Checkpoint {
  return { ...statement, signature: sign(null, signed(statement), privateKey).toString('base64') };
}

/** @returns whether this key signed exactly this. */
export function isSignedBy({ signature, ...statement }: Checkpoint, publicKey: KeyObject): boolean {
  return (
    statement.key_id === keyIdOf(publicKey) &&
    verify(null, signed(statement), publicKey, Buffer.from(signature, 'base64'))
  );
}
