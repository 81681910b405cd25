import { addressOf } from '../shared/base-path';
import { abortAfter } from '../shared/deadline';
import { type AskedPairing, askedOf, type Begun, begunOf, type JsonAnswer } from './model/pairing-state';

/** Milliseconds until a call counts as not answered. */
const TIMEOUT_MS = 15_000;

/** Asks for a code. Never fails: what came of it says so. */
export const beginPairing = async (): Promise<Begun> => begunOf(await post('/pairings'));

/** Asks whether the code was entered; if so, the session comes with the answer. Never fails. */
export const askForSession = async (deviceCode: string, next: string): Promise<AskedPairing> =>
  askedOf(await post('/pairings/session', { device_code: deviceCode, next }));

async function post(path: string, body?: object): Promise<JsonAnswer | null> {
  try {
    return await abortAfter(TIMEOUT_MS, async (signal) => {
      const response = await fetch(addressOf('', path), {
        method: 'POST',
        headers: { Accept: 'application/json', 'Content-Type': 'application/json' },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        cache: 'no-store',
        signal,
      });
      return { status: response.status, body: response.ok ? ((await response.json()) as unknown) : null };
    });
  } catch {
    return null;
  }
}
