import { z } from 'zod';
import { Time } from './order-view';
import { Position } from '../events/position';

/** A signed statement of what the whole log was at a time (docs/decisions/013-tamper-evidence.md). */

export const CHECKPOINT_FORMAT = 'ticket-rail-checkpoint/1';
export const RESTORE_FORMAT = 'ticket-rail-restore/1';

const Sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const LogId = z.string().regex(/^[0-9a-f]{16}$/);
const KeyId = z
  .string()
  .regex(/^[0-9a-f]{16}$/)
  .meta({ description: 'fingerprint of the public key' });
/** More characters than a note of ours takes. */
const LONGEST_NOTE = 1_024;
const Signature = z
  .string()
  .regex(/^[A-Za-z0-9+/]{2,88}={0,2}$/)
  .meta({ description: 'Ed25519 over the canonical JSON (RFC 8785) of all the rest' });

export const Checkpoint = z
  .object({
    format: z.literal(CHECKPOINT_FORMAT),
    store: z.string().meta({ description: 'which log; positions of another store are other positions' }),
    position: Position.meta({ description: 'of the newest event that it covers' }),
    events: z.int().positive().meta({ description: 'how many events there were up to there' }),
    log_hash: Sha256.meta({ description: 'hash over all of them in the order of the log, hex' }),
    leaf: Sha256.optional().meta({
      description: 'hash of the newest event alone, hex; checkpoints of versions before 0.3 have none',
    }),
    log_id: LogId.optional().meta({ description: 'of the newest restore before it; absent if there was none' }),
    note: z.string().max(LONGEST_NOTE).optional().meta({
      description:
        'the root of the Merkle tree of the same events, as a signed note of C2SP (tlog-checkpoint); absent before 0.3',
    }),
    at: Time,
    key_id: KeyId,
    signature: Signature,
  })
  .meta({ id: 'Checkpoint', description: 'A signed statement of what the log held up to a position' });
export type Checkpoint = z.infer<typeof Checkpoint>;

/**
 * A signed statement that the log does not hold what checkpoints say: a backup was put back, or its end was lost. Those
 * checkpoints no longer count, and what comes now is another history (docs/decisions/021-restores.md).
 */
export const Restore = z
  .object({
    format: z.literal(RESTORE_FORMAT),
    store: z.string().meta({ description: 'which log' }),
    log_id: LogId.meta({ description: 'names the history that goes on from here' }),
    replaces: LogId.nullable().meta({ description: 'names the history that was lost; null if it was the first' }),
    holds_to: Position.nullable().meta({
      description: 'of the newest checkpoint that still holds; null if none does',
    }),
    lost_to: Position.meta({
      description: 'of the newest checkpoint that does not: events after `holds_to` up to here are missing',
    }),
    lost_events: z.int().positive().meta({ description: 'how many events were signed between the two' }),
    lost_hash: Sha256.meta({ description: 'log_hash of the newest checkpoint that does not hold, hex' }),
    at: Time.meta({ description: 'when it was noticed' }),
    key_id: KeyId,
    signature: Signature,
  })
  .meta({
    id: 'Restore',
    description:
      'A signed statement that the log lost events that checkpoints had covered: a backup was put back, or its end is gone',
  });
export type Restore = z.infer<typeof Restore>;

/** What a file of checkpoints holds in each line. */
export const CheckpointEntry = z.discriminatedUnion('format', [Checkpoint, Restore]);
export type CheckpointEntry = z.infer<typeof CheckpointEntry>;

export const isRestore = (entry: CheckpointEntry): entry is Restore => entry.format === RESTORE_FORMAT;

export const CheckpointPage = z
  .object({
    checkpoints: z.array(CheckpointEntry).meta({ description: 'newest first; restores among them' }),
    public_key: z.string().meta({ description: 'PEM (SPKI)' }),
    verifier_key: z
      .string()
      .nullable()
      .meta({ description: 'the same key as C2SP writes it, for the newest `note`; null while there is none' }),
  })
  .meta({ id: 'CheckpointPage', description: 'The newest checkpoints, and the key that signed them' });
export type CheckpointPage = z.infer<typeof CheckpointPage>;

/** Hashes stand in base64, as in notes. */
export const ConsistencyProof = z
  .object({
    from: z.int().positive().meta({ description: 'how many events the earlier log had' }),
    to: z.int().positive().meta({ description: 'how many the log of `note` has' }),
    proof: z.array(z.string()).meta({ description: 'hashes of RFC 9162, section 2.1.4, SHA-256 in base64' }),
    note: z.string().meta({ description: 'the newest signed note' }),
  })
  .meta({
    id: 'ConsistencyProof',
    description: 'Proof that the log of a signed note begins with all that an earlier one had',
  });
export type ConsistencyProof = z.infer<typeof ConsistencyProof>;
