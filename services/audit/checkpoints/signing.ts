import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { ifThere } from '../../files/if-there';
import type { Checkpoint, CheckpointEntry, Restore } from '../../../schemas/api/checkpoint';
import { beginFile, writeWholeFile } from '../../files/whole-file';
import { keyIdOf, signedBytes } from './signature';

/** Who signs checkpoints: an Ed25519 key (RFC 8032). */
export interface CheckpointKey {
  /** First 16 hex digits of the SHA-256 of the public key (SPKI, DER). */
  readonly id: string;
  readonly privateKey: KeyObject;
  /** PEM (SPKI), to be kept elsewhere. */
  readonly publicPem: string;
  /** The file was there and empty, as a crash while it was made leaves it, and the key is new. */
  readonly replacesEmpty: boolean;
}

/** The key file cannot be used; the message says why and holds nothing of it. */
export class CheckpointKeyError extends Error {
  override readonly name = 'CheckpointKeyError';
}

/**
 * Reads the key, or makes one that only its owner can read.
 * @param signedBefore ids of the keys that signed what is there; a file that is empty is made anew only if there are none
 * @throws {CheckpointKeyError}
 */
export function openCheckpointKey(file: string, signedBefore: () => readonly string[]): CheckpointKey {
  const { pem, replacesEmpty } = readOrMake(file, signedBefore);
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
  return { id: keyIdOf(publicKey), privateKey, publicPem, replacesEmpty };
}

/** @returns the text of a file; null if there is none. */
function readKeyFile(file: string): string | null {
  try {
    return ifThere(() => readFileSync(file, 'utf8'));
  } catch (cause) {
    throw new CheckpointKeyError(`${file} cannot be read: ${String(cause)}`, { cause });
  }
}

function readOrMake(
  file: string,
  signedBefore: () => readonly string[],
): { readonly pem: string; readonly replacesEmpty: boolean } {
  const found = readKeyFile(file);
  if (found !== null && found.trim() !== '') return { pem: found, replacesEmpty: false };
  const replacesEmpty = found !== null;
  if (replacesEmpty) {
    const keys = [...new Set(signedBefore())];
    if (keys.length > 0) {
      throw new CheckpointKeyError(
        `${file} is empty, and checkpoints were signed with key ${keys.join(', ')}. Put back the copy of that key, or ` +
          'delete the file to begin with a new one; older checkpoints then verify with the old public key only.',
      );
    }
  }
  const pem = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  try {
    if (replacesEmpty) writeWholeFile(file, pem);
    else if (!makeNew(file, pem)) return { pem: readKeyFile(file) ?? '', replacesEmpty };
  } catch (cause) {
    throw new CheckpointKeyError(`${file} cannot be made: ${String(cause)}`, { cause });
  }
  return { pem, replacesEmpty };
}

/** @returns false if another process was first. */
function makeNew(file: string, pem: string): boolean {
  const made = beginFile(file);
  try {
    made.write(pem);
    return made.finishNew();
  } catch (error) {
    made.discard();
    throw error;
  }
}

const signatureOf = (statement: Omit<CheckpointEntry, 'signature'>, { privateKey }: CheckpointKey): string =>
  sign(null, signedBytes(statement), privateKey).toString('base64');

export const signCheckpoint = (statement: Omit<Checkpoint, 'signature'>, key: CheckpointKey): Checkpoint => ({
  ...statement,
  signature: signatureOf(statement, key),
});

export const signRestore = (statement: Omit<Restore, 'signature'>, key: CheckpointKey): Restore => ({
  ...statement,
  signature: signatureOf(statement, key),
});
