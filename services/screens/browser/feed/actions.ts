import type { ActionRequest } from '../../../../schemas/api/actions';
import { abortAfter } from '../shared/deadline';
import { type Refusal, refusalWords } from './model/refusal-words';
import { addressOf } from '../shared/base-path';
import type { FeedPlace } from './live-orders';

/** Milliseconds that an answer may take. */
const PATIENCE_MS = 10_000;

/** Where a board gets its orders, and records what is done with them. */
type BoardSource = Omit<FeedPlace, 'view'>;

type Sent =
  | { readonly kind: 'recorded' }
  /** It never will be; the words say why. */
  | { readonly kind: 'refused'; readonly words: string }
  /** As far as is known it is not recorded: to be sent again. */
  | { readonly kind: 'later' };

/** Answers after which sending the same again is of no use. */
const FINAL: ReadonlySet<number> = new Set([400, 403, 404, 409, 413]);

const asks = ({ token }: BoardSource, signal: AbortSignal) => ({
  credentials: token === null ? ('same-origin' as const) : ('omit' as const),
  cache: 'no-store' as const,
  signal,
});
const authorization = ({ token }: BoardSource): Record<string, string> =>
  token === null ? {} : { Authorization: `Bearer ${token}` };

/** @returns whether this screen may record what is done; null: it cannot be known now. Pages of other origins may not. */
export async function mayAct(source: BoardSource): Promise<boolean | null> {
  const address = addressOf(source.service, '/session');
  if (new URL(address).origin !== window.location.origin) return false;
  try {
    return await abortAfter(PATIENCE_MS, async (signal) => {
      const headers = { Accept: 'application/json', ...authorization(source) };
      const response = await fetch(address, { headers, ...asks(source, signal) });
      if (response.status === 401 || response.status === 403) return false;
      if (!response.ok) return null;
      const { acts } = (await response.json()) as { acts: boolean }; // as the contract has it
      return acts;
    });
  } catch {
    return null;
  }
}

/** Sends what was pressed. */
export async function sendAction(
  source: BoardSource,
  { key, orderId, request }: { readonly key: string; readonly orderId: string; readonly request: ActionRequest },
): Promise<Sent> {
  const path = `/locations/${encodeURIComponent(source.location)}/orders/${encodeURIComponent(orderId)}/actions`;
  try {
    return await abortAfter(PATIENCE_MS, async (signal) => {
      const response = await fetch(addressOf(source.service, path), {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', 'Idempotency-Key': key, ...authorization(source) },
        body: JSON.stringify(request),
        ...asks(source, signal),
      });
      const text = await response.text();
      if (response.ok) return { kind: 'recorded' };
      if (!FINAL.has(response.status)) return { kind: 'later' };
      return { kind: 'refused', words: refusalWords(JSON.parse(text) as Refusal) }; // as the contract has it
    });
  } catch {
    return { kind: 'later' };
  }
}
