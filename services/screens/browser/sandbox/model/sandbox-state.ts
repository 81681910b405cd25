import { isJsonObject, type JsonObject } from '../../../../../schemas/json/json-object';
import type { Hop, SandboxOrder, SandboxState, SandboxSummary } from '../../../../../schemas/sandbox';
import type { RawMessage } from '../../shared/model/feed-message';

/** What the sandbox's page knows of its process: a state that was read, and what was reported since. */

export interface Sandbox {
  readonly summary: SandboxSummary;
  /** Newest first. */
  readonly orders: readonly SandboxOrder[];
  /** Newest first: ids only grow. */
  readonly hops: readonly Hop[];
}

/**
 * Orders that the page keeps; more than the process lists, so that one with late news is seldom taken for a new one.
 */
export const KEPT_ORDERS = 1_000;
/** Hops that the page keeps, as many as the process does. */
export const KEPT_HOPS = 500;

export type SandboxMessage =
  | { readonly kind: 'state'; readonly summary: SandboxSummary }
  | { readonly kind: 'order'; readonly order: SandboxOrder }
  | { readonly kind: 'hop'; readonly hop: Hop }
  | { readonly kind: 'heartbeat' };

function parseFields(text: string): JsonObject | null {
  try {
    const value: unknown = JSON.parse(text);
    return isJsonObject(value) ? value : null;
  } catch {
    return null;
  }
}

/** The rest is the process's to vouch for: it answers from its own schema. @returns null for what is not understood */
export function parseSandboxMessage({ event, data }: RawMessage): SandboxMessage | null {
  const fields = parseFields(data);
  if (fields === null) return null;
  switch (event) {
    case 'state':
      if (typeof fields['version'] !== 'string') return null;
      return { kind: 'state', summary: fields as unknown as SandboxSummary }; // vouched for
    case 'order':
      if (typeof fields['order_id'] !== 'string') return null;
      return { kind: 'order', order: fields as unknown as SandboxOrder }; // vouched for
    case 'hop':
      if (typeof fields['id'] !== 'number') return null;
      return { kind: 'hop', hop: fields as unknown as Hop }; // vouched for
    case 'heartbeat':
      return { kind: 'heartbeat' };
    case undefined:
    default:
      return null;
  }
}

/** @returns what a state that was read says. */
export function fromState({ orders, hops, ...summary }: SandboxState): Sandbox {
  return { summary, orders: orders.slice(0, KEPT_ORDERS), hops: hops.slice(0, KEPT_HOPS) };
}

/**
 * Adds orders to those that are known. One that is not known comes first; older news than what is known changes
 * nothing.
 */
function withOrders(known: readonly SandboxOrder[], news: readonly SandboxOrder[]): readonly SandboxOrder[] {
  const orders = new Map(known.map((order) => [order.order_id, order]));
  const added = new Map<string, SandboxOrder>();
  for (const order of news) {
    const { order_id, updated_at } = order;
    const place = orders.has(order_id) ? orders : added;
    if ((place.get(order_id)?.updated_at ?? '') <= updated_at) place.set(order_id, order);
  }
  return [...[...added.values()].reverse(), ...orders.values()].slice(0, KEPT_ORDERS);
}

/**
 * Adds hops to those that are known. A hop that is over does not begin again; one that made room long ago does not come
 * back when it is over.
 */
function withHops(known: readonly Hop[], news: readonly Hop[]): readonly Hop[] {
  const hops = new Map(known.map((hop) => [hop.id, hop]));
  const oldest = known.length < KEPT_HOPS ? 0 : (known.at(-1)?.id ?? 0);
  for (const hop of news) {
    if (hop.id < oldest) continue;
    const before = hops.get(hop.id);
    if (before === undefined || before.duration_ms === null || hop.duration_ms !== null) hops.set(hop.id, hop);
  }
  return [...hops.values()].sort((one, other) => other.id - one.id).slice(0, KEPT_HOPS);
}

/**
 * Takes in what was reported. A message that the state had in it already may be taken in again: what it was followed by
 * is reported as well, so that the newest always wins in the end.
 */
export function receive({ summary, orders, hops }: Sandbox, messages: readonly SandboxMessage[]): Sandbox {
  const news = {
    orders: messages.flatMap((message) => (message.kind === 'order' ? [message.order] : [])),
    hops: messages.flatMap((message) => (message.kind === 'hop' ? [message.hop] : [])),
  };
  return {
    summary: messages.reduce((last, message) => (message.kind === 'state' ? message.summary : last), summary),
    orders: news.orders.length === 0 ? orders : withOrders(orders, news.orders),
    hops: news.hops.length === 0 ? hops : withHops(hops, news.hops),
  };
}

const subjectOf = (message: SandboxMessage): string => {
  switch (message.kind) {
    case 'order':
      return `order ${message.order.order_id}`;
    case 'hop':
      return `hop ${String(message.hop.id)}`;
    case 'state':
    case 'heartbeat':
      return message.kind;
  }
};

/** @returns of messages that follow each other, those that say the newest of something, as many as can be kept. */
export function condense(messages: readonly SandboxMessage[]): SandboxMessage[] {
  const newest = new Map<string, SandboxMessage>();
  for (const message of messages) {
    const subject = subjectOf(message);
    newest.delete(subject);
    newest.set(subject, message);
  }
  const all = [...newest.values()];
  return [
    ...all.filter(({ kind }) => kind === 'state'),
    ...all.filter(({ kind }) => kind === 'order').slice(-KEPT_ORDERS),
    ...all.filter(({ kind }) => kind === 'hop').slice(-KEPT_HOPS),
  ];
}

/** Most milliseconds that two clocks may differ by and still be one: the process reports its own in whole seconds. */
const SAME_CLOCK_MS = 2_000;

/**
 * @param date the time that the process sent with its state, as HTTP's `Date`; null if it sent none
 * @returns milliseconds by which the process's clock is ahead of the page's: 0 on the same machine.
 */
export function clockAhead(date: string | null, wall: number): number {
  const ahead = Date.parse(date ?? '') - wall;
  return Number.isNaN(ahead) || Math.abs(ahead) <= SAME_CLOCK_MS ? 0 : ahead;
}
