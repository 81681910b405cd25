import { Problem } from '../http/problem';
import type { Freshness } from './freshness';

/** Most milliseconds that a read waits for the read model to include what was acknowledged before it. */
export const MAX_READ_WAIT_MS = 2_000;

/**
 * Waits until a read sees every update acknowledged before it, and `enough` holds.
 * @throws {Problem} `read-model-behind` after {@link MAX_READ_WAIT_MS}
 */
export type WaitForReadModel = (enough?: () => boolean) => Promise<void>;

/** @returns the wait that all reads of the read model share. */
export function createWaitForReadModel(freshness: Freshness): WaitForReadModel {
  return async (enough) => {
    if (await freshness.wait(MAX_READ_WAIT_MS, enough)) return;
    throw new Problem(
      'read-model-behind',
      freshness.complete
        ? `After ${String(MAX_READ_WAIT_MS)} ms the read model does not include what was asked for. Ask again.`
        : 'The read model is being made from the log. Ask again; GET /readyz says when it is complete.',
    );
  };
}
