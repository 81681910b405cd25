import type { SandboxState } from '../../../../schemas/sandbox';
import { abortAfter } from '../shared/deadline';
import { addressOf } from '../shared/base-path';
import { problemWords } from './model/sandbox-answer';

/** What the sandbox's page asks its process. */

/** Milliseconds until an answer is given up: many orders at a time take a while. */
const TIMEOUT_MS = 60_000;

const UNREACHABLE = 'The sandbox does not answer.';

export type Answered<Value> =
  | { readonly kind: 'done'; readonly value: Value }
  /** `detail` says why, in words of the process. */
  | { readonly kind: 'refused'; readonly detail: string };

async function call<Value>(
  path: string,
  options: RequestInit,
): Promise<Answered<Value> & { readonly date: string | null }> {
  try {
    return await abortAfter(TIMEOUT_MS, async (signal) => {
      const response = await fetch(addressOf('', path), { cache: 'no-store', signal, ...options });
      const date = response.headers.get('Date');
      if (response.ok) return { kind: 'done', value: (await response.json()) as Value, date }; // as the contract has it
      const words = problemWords(await response.json().catch(() => null));
      const detail = words === '' ? `The sandbox answered ${String(response.status)}.` : words;
      return { kind: 'refused', detail, date };
    });
  } catch {
    return { kind: 'refused', detail: UNREACHABLE, date: null };
  }
}

/** Has the process do something. @param path below `/sandbox/` */
export const command = <Value>(path: string, body: object): Promise<Answered<Value>> =>
  call<Value>(`/sandbox/${path}`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  });

/** Reads all that the process knows; `date` is its clock. */
export const readState = (): Promise<Answered<SandboxState> & { readonly date: string | null }> =>
  call<SandboxState>('/sandbox/state', { headers: { Accept: 'application/json' } });
