import { z } from 'zod';
import { Position, Time } from './order-view';

/** A signed statement of what the whole log was at a time (docs/decisions/013-tamper-evidence.md). */

export const CHECKPOINT_FORMAT = 'ticket-rail-checkpoint/1';

export const Checkpoint = z
  .object({
    format: z.literal(CHECKPOINT_FORMAT),
    store: z.string().meta({ description: 'which log; positions of another store are other positions' }),
    position: Position.meta({ description: 'of the newest event that it covers' }),
    events: z.int().positive().meta({ description: 'how many events there were up to there' }),
    log_hash: z
      .string()
      .regex(/^[0-9a-f]{64}$/)
      .meta({ description: 'hash over all of them in the order of the log, hex' }),
    at: Time,
    key_id: z
      .string()
      .regex(/^[0-9a-f]{16}$/)
      .meta({ description: 'fingerprint of the public key' }),
    signature: z
      .string()
      .regex(/^[A-Za-z0-9+/]{2,88}={0,2}$/)
      .meta({ description: 'Ed25519 over the canonical JSON (RFC 8785) of all the rest' }),
  })
  .meta({ id: 'Checkpoint' });
export type Checkpoint = z.infer<typeof Checkpoint>;

/** What is signed. */
export type CheckpointStatement = Omit<Checkpoint, 'signature'>;

export const CheckpointPage = z
  .object({
    checkpoints: z.array(Checkpoint).meta({ description: 'newest first' }),
    public_key: z.string().meta({ description: 'PEM (SPKI)' }),
  })
  .meta({ id: 'CheckpointPage' });
export type CheckpointPage = z.infer<typeof CheckpointPage>;
