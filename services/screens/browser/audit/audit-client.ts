import { parseJson } from '../../../../schemas/json/exact-json';
import type { OrderKey } from '../../../../schemas/order-key';
import type { OrderSummaries } from '../../../../schemas/api/order-summary';
import type { HistoryEvent, HistoryPage, Order, OrderPage } from '../../../../schemas/api/order-view';
import type { OrderReceipts } from '../../../../schemas/api/screen-reports';
import { abortAfter } from '../shared/deadline';
import { addressOf } from '../shared/base-path';
import { fetchRead } from '../shared/fetch-read';

/** What the audit pages ask the service, as the reader who is signed in. */

export type Answer<Value> =
  | { readonly kind: 'found'; readonly value: Value }
  | { readonly kind: 'nothing' }
  /** More than one page can show; `most` says how much that is. */
  | { readonly kind: 'too_much'; readonly most: number }
  | { readonly kind: 'refused'; readonly reason: 'login' | 'forbidden' }
  /** The service could not be reached, or did not answer in time. */
  | { readonly kind: 'unreachable' }
  /** `detail` says why, in words of the service; null: it gave no reason. */
  | { readonly kind: 'failed'; readonly status: number; readonly detail: string | null };

/** Items of a page that is asked for. */
const PAGE = 1_000;
/** Most events of one order that a timeline or a replay folds. */
export const MOST_EVENTS = 2_000;

/** Milliseconds until an answer is given up. Coverage of a long time reads much. */
const TIMEOUT_MS = 120_000;

/** Asks the service for the JSON at a path. What does not come in {@link TIMEOUT_MS} has failed. */
export async function ask<Value>(path: string, signal?: AbortSignal): Promise<Answer<Value>> {
  try {
    return await abortAfter(TIMEOUT_MS, (abort) => askWithin<Value>(path, abort), signal);
  } catch {
    return { kind: 'unreachable' };
  }
}

async function askWithin<Value>(path: string, signal: AbortSignal): Promise<Answer<Value>> {
  const response = await fetchRead(addressOf('', path), {
    headers: { Accept: 'application/json' },
    cache: 'no-store',
    signal,
  });
  if (response.ok) return { kind: 'found', value: parseJson(await response.text()) as Value }; // as the contract of the service has it
  if (response.status === 401) return { kind: 'refused', reason: 'login' };
  if (response.status === 403) return { kind: 'refused', reason: 'forbidden' };
  const problem = (await response.json().catch(() => ({}))) as { type?: unknown; title?: unknown; detail?: unknown }; // each member is looked at
  if (response.status === 404 && problem.type === 'urn:ticket-rail:problem:order-not-found') return { kind: 'nothing' };
  const words = [problem.title, problem.detail].filter((text) => typeof text === 'string').join('. ');
  return { kind: 'failed', status: response.status, detail: words === '' ? null : words };
}

const pathOf = ({ location_id, order_id }: OrderKey): string =>
  `/locations/${encodeURIComponent(location_id)}/orders/${encodeURIComponent(order_id)}`;

/** Asks for all that was said about an order, up to {@link MOST_EVENTS}; `complete` is false where there was more. */
export async function historyOf(
  key: OrderKey,
  signal?: AbortSignal,
): Promise<Answer<{ readonly events: readonly HistoryEvent[]; readonly complete: boolean }>> {
  const events: HistoryEvent[] = [];
  let after = '';
  do {
    const page = await ask<HistoryPage>(`${pathOf(key)}/history?limit=${String(PAGE)}${after}`, signal);
    if (page.kind !== 'found') return page;
    events.push(...page.value.events);
    if (page.value.next === null) return { kind: 'found', value: { events, complete: true } };
    after = `&after=${encodeURIComponent(page.value.next)}`;
  } while (events.length < MOST_EVENTS);
  return { kind: 'found', value: { events, complete: false } };
}

/** @returns how many events of an order came after a revision, at most {@link PAGE}; null if that cannot be had */
export async function newerEvents(key: OrderKey, revision: number, signal: AbortSignal): Promise<number | null> {
  const path = `${pathOf(key)}/history?limit=${String(PAGE)}&after=${String(revision)}`;
  const page = await ask<HistoryPage>(path, signal);
  return page.kind === 'found' ? page.value.events.length : null;
}

/** What became of an order, in short. */
export const summaryOf = (key: OrderKey, signal?: AbortSignal): Promise<Answer<OrderSummaries>> =>
  ask<OrderSummaries>(`${pathOf(key)}/summary`, signal);

/** What screens say that they showed of an order. */
export const receiptsOf = (key: OrderKey, signal?: AbortSignal): Promise<Answer<OrderReceipts>> =>
  ask<OrderReceipts>(`${pathOf(key)}/receipts`, signal);

/** Pages of orders, until there are no more or `most` were found. */
export async function listOrders(path: string, most: number, signal?: AbortSignal): Promise<Answer<readonly Order[]>> {
  const orders: Order[] = [];
  let after = '';
  for (;;) {
    const page = await ask<OrderPage>(`${path}&limit=${String(Math.min(PAGE, most + 1))}${after}`, signal);
    if (page.kind !== 'found') return page;
    orders.push(...page.value.orders);
    if (orders.length > most) return { kind: 'too_much', most };
    if (page.value.next === null) return { kind: 'found', value: orders };
    after = `&after=${encodeURIComponent(page.value.next)}`;
  }
}

/** The service reports its clock in whole seconds: up to so many milliseconds of the second have passed. */
const CLOCK_REST_MS = 999;

/**
 * @returns the service's clock in milliseconds since the epoch, less than a second ahead: a screen's may be wrong by
 *   hours.
 */
export async function serviceClock(): Promise<number> {
  try {
    const { headers } = await fetch(addressOf('', '/session'), { method: 'HEAD', cache: 'no-store' });
    const heard = Date.parse(headers.get('Date') ?? '');
    return Number.isNaN(heard) ? Date.now() : heard + CLOCK_REST_MS;
  } catch {
    return Date.now();
  }
}
