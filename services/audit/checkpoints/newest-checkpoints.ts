import type { Checkpoint } from '../../../schemas/api/checkpoint';
import { readNewestEntries } from './checkpoint-file';
import type { CheckpointFiles } from './checkpoint-signer';
import { signedHistory } from './restores';

/** Newest checkpoints that go with evidence. */
const EVIDENCE_CHECKPOINTS = 10;

/** @returns the newest checkpoints of a log that count, newest last: those that go with evidence. */
export const newestCheckpoints = ({ file, store }: Pick<CheckpointFiles, 'file' | 'store'>): readonly Checkpoint[] =>
  signedHistory(readNewestEntries(file, EVIDENCE_CHECKPOINTS).filter((one) => one.store === store)).checkpoints;
