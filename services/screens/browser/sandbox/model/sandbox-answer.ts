import { isJsonObject } from '../../../../../schemas/json/json-object';
import { keysOf } from '../../../../../schemas/records';
import type { OrderFault, SandboxOrder, Submitted } from '../../../../../schemas/sandbox';

/** What Stream answered to an order, read so that it can be shown in words. */

/** A rule that an order broke, and where. */
export interface Broken {
  readonly rule: string;
  /** JSON pointer into the message. */
  readonly pointer: string;
  readonly detail: string;
  /** The rule as it is documented. */
  readonly documented: string;
}

export type Reply =
  | { readonly kind: 'taken'; readonly status: number }
  | { readonly kind: 'refused'; readonly status: number; readonly words: string; readonly broken: readonly Broken[] }
  | { readonly kind: 'no_answer'; readonly why: string };

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

function brokenOf(value: unknown): readonly Broken[] {
  if (!Array.isArray(value)) return [];
  return (value as unknown[]).filter(isJsonObject).map(({ rule, pointer, detail, documented }) => ({
    rule: textOf(rule),
    pointer: textOf(pointer),
    detail: textOf(detail),
    documented: textOf(documented),
  }));
}

/** @returns title and detail of a problem (RFC 9457), or nothing. */
export function problemWords(problem: unknown): string {
  if (!isJsonObject(problem)) return '';
  return ['title', 'detail']
    .map((name) => textOf(problem[name]))
    .filter((text) => text !== '')
    .map((text) => (/[.!?:]$/.test(text) ? text : `${text}.`))
    .join(' ');
}

export function parseReply({ status, answer }: Submitted['orders'][number]): Reply {
  if (status === null) return { kind: 'no_answer', why: textOf(answer) };
  if (status >= 200 && status < 300) return { kind: 'taken', status };
  const broken = isJsonObject(answer) ? brokenOf(answer['refusals']) : [];
  // What is broken says more than the detail.
  const words =
    broken.length > 0 && isJsonObject(answer) ? problemWords({ title: answer['title'] }) : problemWords(answer);
  return { kind: 'refused', status, words, broken };
}

/** Counts of replies, to report on many orders at once. */
export function countReplies(orders: Submitted['orders']): Readonly<Record<Reply['kind'], number>> {
  const counts = { taken: 0, refused: 0, no_answer: 0 };
  for (const order of orders) counts[parseReply(order).kind] += 1;
  return counts;
}

/** Most orders that one call may submit, and orders in a minute of a story, as in schemas/sandbox.ts. */
export const MOST_SUBMITTED = 100;
export const MOST_PER_MINUTE = 100_000;

/** Who finds a fault: Stream at once, the POS or Stream when the order is injected, or nobody has to. */
export type FoundBy = 'stream' | 'later' | 'nobody';

interface FaultWords {
  readonly words: string;
  readonly by: FoundBy;
}

export const FAULTS: Readonly<Record<OrderFault, FaultWords>> = {
  unpaid: { words: 'Unpaid pickup', by: 'stream' },
  'item-id-instead-of-variation': { words: 'Item id instead of variation id', by: 'stream' },
  'unknown-item': { words: 'Unknown item', by: 'stream' },
  'wrong-item-id': { words: 'Variation of another item', by: 'stream' },
  'unknown-modifier': { words: 'Unknown modifier', by: 'stream' },
  'wrong-modifier-group': { words: 'Modifier of another group', by: 'stream' },
  'unknown-customer': { words: 'Unknown customer', by: 'stream' },
  'unknown-fulfillment-type': { words: 'Unknown fulfillment type', by: 'stream' },
  'missing-address': { words: 'No address to deliver to', by: 'stream' },
  'driver-tip': { words: "Driver's tip on a pickup", by: 'stream' },
  'store-tip': { words: "Store's tip on a delivery", by: 'stream' },
  'upper-case-currency': { words: 'Currency in upper case', by: 'stream' },
  'missing-subtotal': { words: 'No subtotal', by: 'stream' },
  'bad-signature': { words: 'Bad signature', by: 'stream' },
  'no-signature': { words: 'No signature', by: 'stream' },
  'not-json': { words: 'Broken JSON', by: 'stream' },
  'unknown-location': { words: 'Unknown location', by: 'later' },
  'wrong-total': { words: 'Wrong total', by: 'later' },
  'out-of-stock': { words: 'Out of stock', by: 'later' },
  repeated: { words: 'The same order twice', by: 'nobody' },
};

export const FOUND_BY_WORDS: Readonly<Record<FoundBy, string>> = {
  stream: 'Refused by Stream at once',
  later: 'Taken, then failed',
  nobody: 'Taken once',
};

/** Returns the faults that one party finds. */
export const faultsFoundBy = (by: FoundBy): OrderFault[] => keysOf(FAULTS).filter((fault) => FAULTS[fault].by === by);

/** @returns what an order that was taken has come to, in a sentence; null while nothing was reported of it. */
export function fateWords(order: SandboxOrder | undefined): string | null {
  switch (order?.state) {
    case undefined:
      return null;
    case 'submitted':
      return 'The POS has not decided yet.';
    case 'accepted':
      return `The POS accepted it as ${order.provider_id ?? 'an order without id'}.`;
    case 'rejected':
      return `It was rejected: ${order.reason ?? 'nobody said why'}`;
    case 'canceled':
      return `It was canceled${order.reason === null ? '.' : `: ${order.reason}`}`;
    case 'ended':
      return 'It has ended.';
  }
}
