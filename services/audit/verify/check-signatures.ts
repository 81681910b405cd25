import { createPublicKey, type KeyObject } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { isRestore } from '../../../schemas/api/checkpoint';
import { RETENTION_STREAM } from '../../../schemas/events/order-events';
import type { ReadableStore } from '../../event-store/open';
import { CheckpointCheck } from '../checkpoints/check-checkpoints';
import { readCheckpointFile } from '../checkpoints/checkpoint-file';
import { DeletedLeaves } from '../../event-store/seal/deleted-leaves';
import { describeRestore, signedHistory } from '../checkpoints/restores';
import { isSignedBy } from '../checkpoints/signature';
import { CheckpointKeyError } from '../checkpoints/signing';
import { readIfThere } from '../../event-store/reads';
import { NOWHERE } from '../chain/verification';
import type { LogCheck } from './verify-store';

/** Where checkpoints are, and the key that they have to be signed with. */
export interface SignedBy {
  /** Names the log in its checkpoints. */
  readonly store: string;
  readonly file: string;
  /** PEM of the public key, or of the private one, of which only the public part is used. */
  readonly keyFile: string;
}

/** @returns the public key in a file. @throws {CheckpointKeyError} */
export function publicKeyIn(file: string): KeyObject {
  try {
    return createPublicKey(readFileSync(file));
  } catch (cause) {
    throw new CheckpointKeyError(`${file} is no key in PEM, which the checkpoints are to be verified with`, { cause });
  }
}

/** A check of a log against its signed checkpoints. */
export interface SignatureCheck extends LogCheck {
  /** How many checkpoints were there, and how many hold so far. */
  readonly signed: number;
  readonly held: number;
  /** What was signed of restores, oldest first, in words. */
  readonly restores: readonly string[];
  /** How many checkpoints are of what was lost in a restore, and count no longer. */
  readonly void: number;
}

/**
 * @returns the check of a store against the checkpoints in a file; null if there are none, or no key.
 */
export async function checkSignatures(
  store: Pick<ReadableStore, 'readStream'>,
  { store: name, file, keyFile }: SignedBy,
): Promise<SignatureCheck | null> {
  if (!existsSync(file) || !existsSync(keyFile)) return null;
  const { entries, broken } = readCheckpointFile(file);
  const ofStore = entries.filter((one) => one.store === name);
  if (ofStore.length + broken.length === 0) return null;
  const publicKey = publicKeyIn(keyFile);
  // Only who holds the key can say that checkpoints count no longer.
  const forged = ofStore.filter((one) => isRestore(one) && !isSignedBy(one, publicKey));
  const { checkpoints, restores, void: voided } = signedHistory(ofStore.filter((one) => !forged.includes(one)));
  // What retention noted is one stream, so the whole log need not be read for it.
  const deleted = await DeletedLeaves.read({ readAll: () => readIfThere(store, RETENTION_STREAM) }, null);
  const check = new CheckpointCheck(checkpoints, publicKey, deleted);
  const ofFile = [
    ...broken.map(({ detail }) => detail),
    ...forged.map(() => `${file} holds the statement of a restore whose signature is not by the key`),
  ];
  return {
    signed: checkpoints.length,
    get held() {
      return check.held;
    },
    restores: restores.map(describeRestore),
    void: voided,
    see: (event) => {
      check.see(event);
    },
    finish: () => [
      ...check.finish().map(({ position, holdsTo, detail }) => ({
        ...NOWHERE,
        code: 'check' as const,
        position,
        detail: `the checkpoint of this position does not hold: ${detail}; everything up to ${holdsTo ?? 'nothing'} holds`,
      })),
      ...ofFile.map((detail) => ({ ...NOWHERE, code: 'check' as const, detail })),
    ],
    save: () => check.save(),
    restore: (saved) => {
      check.restore(saved);
    },
  };
}
