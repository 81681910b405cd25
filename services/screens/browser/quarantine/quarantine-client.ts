import type { QuarantineId } from '../../../../schemas/events/delivery-ids';
import { parseJson } from '../../../../schemas/json/exact-json';
import { isJsonObject } from '../../../../schemas/json/json-object';
import { addressOf } from '../shared/base-path';
import { abortAfter } from '../shared/deadline';
import { type RedriveResult, resultOf } from './model/redrive';

/** Milliseconds until a redrive counts as not answered. What it did is seen when it is tried again. */
const TIMEOUT_MS = 30_000;

/** Asks the service to process a delivery in quarantine again. Never fails: what came of it says so. */
export async function redrive(id: QuarantineId): Promise<RedriveResult> {
  try {
    return await abortAfter(TIMEOUT_MS, async (signal) => {
      const response = await fetch(addressOf('', `/quarantine/${encodeURIComponent(id)}/redrive`), {
        method: 'POST',
        headers: { Accept: 'application/json' },
        cache: 'no-store',
        signal,
      });
      return resultOf(response.status, answeredIn(await response.text()));
    });
  } catch {
    return { kind: 'unanswered' };
  }
}

/** Proxies answer with pages. */
function answeredIn(text: string): Parameters<typeof resultOf>[1] {
  try {
    const answered = parseJson(text);
    return isJsonObject(answered) ? answered : {}; // as the contract of the service has it
  } catch {
    return {};
  }
}
