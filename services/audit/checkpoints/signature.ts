import { hash, type KeyObject, verify } from 'node:crypto';
import type { CheckpointEntry } from '../../../schemas/api/checkpoint';
import { canonicalJson } from '../../event-store/seal/canonical-json';

/** Verifies what the key of checkpoints signed. */

/** @returns the fingerprint by which a checkpoint names its key. */
export const keyIdOf = (publicKey: KeyObject): string =>
  hash('sha256', publicKey.export({ type: 'spki', format: 'der' }), 'hex').slice(0, 16);

/** @returns the bytes of a statement that are signed. */
export const signedBytes = (statement: Omit<CheckpointEntry, 'signature'>): Buffer =>
  Buffer.from(canonicalJson(statement));

/** @returns whether this key signed exactly this. */
export function isSignedBy({ signature, ...statement }: CheckpointEntry, publicKey: KeyObject): boolean {
  return (
    statement.key_id === keyIdOf(publicKey) &&
    verify(null, signedBytes(statement), publicKey, Buffer.from(signature, 'base64'))
  );
}
