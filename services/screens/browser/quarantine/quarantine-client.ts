import { parseJson } from '../../../../schemas/exact-json';
import { addressOf } from '../feed/live-orders';
import { within } from '../shared/deadline';
import { type RedriveResult, resultOf, UNREACHABLE } from './model/redrive';

/** Milliseconds until a redrive counts as not answered. What it did is seen when it is tried again. */
const TIMEOUT_MS = 30_000;

/** Asks the service to process a delivery in quarantine again. Never fails: what came of it says so. */
export async function redrive(id: string): Promise<RedriveResult> {
  try {
    return await within(TIMEOUT_MS, async (signal) => {
      const response = await fetch(addressOf('', `/quarantine/${encodeURIComponent(id)}/redrive`), {
        method: 'POST',
        headers: { Accept: 'application/json' },
        cache: 'no-store',
        signal,
      });
      const text = await response.text();
      return resultOf(response.status, (text === '' ? {} : parseJson(text)) as Parameters<typeof resultOf>[1]); // by its contract
    });
  } catch {
    return UNREACHABLE;
  }
}
