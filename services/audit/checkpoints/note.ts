import { hash, type KeyObject } from 'node:crypto';
import type { Checkpoint } from '../../../schemas/api/checkpoint';
import { type CheckpointText, type NoteVerifier, openNote, unverifiedCheckpoint } from '../merkle/signed-note';

/** The signed note of a checkpoint: who signs it, and whether it is of the same events. */

/** Characters of the hash that names a log. */
const ORIGIN_HEX = 16;

/** What names a log: after a restore it is another. */
export type LogIdentity = Pick<Checkpoint, 'store' | 'log_id' | 'key_id'>;

/**
 * @returns what names a log in its notes: the key that signs it, the store and its history. After a restore it is another
 *   log, for it does not go on from what was signed before. Where the store is, it does not give away.
 */
export function originOf({ store, log_id, key_id }: LogIdentity): string {
  const log = hash('sha256', JSON.stringify([store, log_id ?? null]), 'hex').slice(0, ORIGIN_HEX);
  return `ticket-rail/${key_id}/${log}`;
}

/** @returns who signs the notes of a log. */
export const noteVerifierOf = (log: LogIdentity, publicKey: KeyObject): NoteVerifier => ({
  name: originOf(log),
  type: 'note',
  publicKey,
});

/**
 * @returns what the note of a checkpoint says; null if it has none, or one that is of another log or number of events
 * @param publicKey that has to have signed the note as well; null to ask for no signature
 */
export function noteOf(checkpoint: Checkpoint, publicKey: KeyObject | null): CheckpointText | null {
  const { note, events } = checkpoint;
  const said = note === undefined ? null : unverifiedCheckpoint(note);
  if (note === undefined || said?.origin !== originOf(checkpoint) || said.size !== events) return null;
  return publicKey === null || openNote(note, noteVerifierOf(checkpoint, publicKey)) !== null ? said : null;
}
