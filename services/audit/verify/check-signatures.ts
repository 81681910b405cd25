import { createPublicKey } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { RETENTION_STREAM } from '../../../schemas/order-events';
import type { ReadableStore } from '../../event-store/open';
import { CheckpointCheck } from '../checkpoints/check-checkpoints';
import { readCheckpoints } from '../checkpoints/checkpoint-file';
import { DeletedLeaves } from '../checkpoints/deleted-leaves';
import { readIfThere } from '../export/select-events';
import { NOWHERE } from './verification';
import type { LogCheck } from './verify-store';

/** Where checkpoints are, and the key that they have to be signed with. */
export interface SignedBy {
  /** Names the log in its checkpoints. */
  readonly store: string;
  readonly file: string;
  /** PEM of the public key, or of the private one, of which only the public part is used. */
  readonly keyFile: string;
}

/** A check of a log against its signed checkpoints. */
export interface SignatureCheck extends LogCheck {
  /** How many checkpoints were there, and how many hold so far. */
  readonly signed: number;
  readonly held: number;
}

/**
 * @returns the check of a store against the checkpoints in a file; null if there are none, or no key.
 * @throws {SyntaxError} for a line that is no checkpoint.
 */
export async function checkSignatures(
  store: Pick<ReadableStore, 'readStream'>,
  { store: name, file, keyFile }: SignedBy,
): Promise<SignatureCheck | null> {
  if (!existsSync(file) || !existsSync(keyFile)) return null;
  const checkpoints = readCheckpoints(file).filter((one) => one.store === name);
  if (checkpoints.length === 0) return null;
  // What retention noted is one stream, so the whole log need not be read for it.
  const deleted = await DeletedLeaves.read({ readAll: () => readIfThere(store, RETENTION_STREAM) }, null);
  const check = new CheckpointCheck(checkpoints, createPublicKey(readFileSync(keyFile)), deleted);
  return {
    signed: checkpoints.length,
    get held() {
      return check.held;
    },
    see: (event) => {
      check.see(event);
    },
    finish: () =>
      check.finish().map(({ position, holdsTo, detail }) => ({
        ...NOWHERE,
        code: 'check' as const,
        position,
        detail: `the checkpoint of this position does not hold: ${detail}; everything up to ${holdsTo ?? 'nothing'} holds`,
      })),
    save: () => check.save(),
    restore: (saved) => {
      check.restore(saved);
    },
  };
}
