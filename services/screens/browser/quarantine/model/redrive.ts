import type { Fault } from '../../../../../schemas/handle-order';
import type { OrderKey } from '../../../../../schemas/order-key';
import { countWords } from '../../shared/model/words';

/** What became of a delivery that was redriven, and what the page says of it. */

export type RedriveResult =
  | ({ readonly kind: 'recorded' | 'repeat'; readonly revision: number } & OrderKey)
  | { readonly kind: 'redriven_before' }
  | { readonly kind: 'unusable'; readonly errors: readonly Fault[] }
  | { readonly kind: 'not_permitted' }
  /** `detail` says why, in words of the service. */
  | { readonly kind: 'failed'; readonly detail: string };

export const UNREACHABLE: RedriveResult = {
  kind: 'failed',
  detail: 'The service cannot be reached, or did not answer in time.',
};

const PROBLEM = 'urn:ticket-rail:problem:';

/** What an answer of the service may hold, each member of which is looked at. */
interface Answered {
  readonly outcome?: 'recorded' | 'repeat';
  readonly revision?: number;
  readonly type?: string;
  readonly title?: string;
  readonly detail?: string;
  readonly errors?: readonly Fault[];
}

/** @param answered as the contract of the service has it; `{}` where it is no JSON */
export function resultOf(status: number, answered: Answered & Partial<OrderKey>): RedriveResult {
  const { outcome, revision, location_id, order_id, type, title, detail, errors } = answered;
  if (status === 200 && outcome !== undefined && location_id !== undefined && order_id !== undefined) {
    return { kind: outcome, location_id, order_id, revision: revision ?? 0 };
  }
  if (status === 401 || status === 403) return { kind: 'not_permitted' };
  if (type === `${PROBLEM}already-redriven`) return { kind: 'redriven_before' };
  if (type === `${PROBLEM}still-unusable`) return { kind: 'unusable', errors: errors ?? [] };
  const words = [title, detail].filter((text) => text !== undefined).join('. ');
  return { kind: 'failed', detail: words === '' ? `The service answered ${String(status)}.` : words };
}

/** Returns whether the next delivery would fare no better: then the others are left as they are. */
export const endsAll = ({ kind }: RedriveResult): boolean => kind === 'not_permitted' || kind === 'failed';

/** Returns whether a delivery need not be redriven any more. */
export const isDone = (result: RedriveResult | undefined): boolean =>
  result?.kind === 'recorded' || result?.kind === 'repeat' || result?.kind === 'redriven_before';

/** Most deliveries that one press redrives: each is a request, and is recorded. */
export const MOST_AT_ONCE = 100;

/** @returns ids in the order in which the deliveries came, as many as one press redrives: older news come before newer */
export const nextBatch = (picked: Iterable<string>): readonly string[] =>
  [...picked].sort((one, other) => Number(one) - Number(other)).slice(0, MOST_AT_ONCE);

/** @returns one fault of a body in words */
export const faultWords = ({ pointer, detail }: Fault): string => `${pointer === '' ? 'The body' : pointer} ${detail}`;

/** @returns what became of one delivery, in a sentence */
export function resultWords(result: RedriveResult): string {
  switch (result.kind) {
    case 'recorded':
      return `Recorded as revision ${String(result.revision)} of its order.`;
    case 'repeat':
      return `A repeat: revision ${String(result.revision)} of its order says the same.`;
    case 'redriven_before':
      return 'It was redriven before, and is in its order.';
    case 'unusable':
      return 'It is still unusable, and stays in quarantine.';
    case 'not_permitted':
      return 'Not redriven: it takes a reader with the role operator, for all locations.';
    case 'failed':
      return `Not redriven, and it stays in quarantine. ${result.detail}`;
  }
}

const COUNTED: readonly (readonly [kind: RedriveResult['kind'], words: string])[] = [
  ['recorded', 'recorded'],
  ['repeat', 'recognised as repeats'],
  ['redriven_before', 'redriven before'],
  ['unusable', 'still unusable'],
];

/** @param all as many as were to be redriven. @returns what became of them, in a sentence or two */
export function batchWords(results: readonly RedriveResult[], all: number): string {
  const counts = COUNTED.flatMap(([kind, words]) => {
    const count = results.filter((one) => one.kind === kind).length;
    return count === 0 ? [] : [`${String(count)} ${words}`];
  });
  const rest = all - results.filter((one) => !endsAll(one)).length;
  const left = rest === 0 ? [] : [`${String(rest)} not tried or not taken`];
  const why = results.find(endsAll);
  const of = `Of ${countWords(all, 'delivery', 'deliveries')}: ${[...counts, ...left].join(', ')}.`;
  return why === undefined ? of : `${of} ${why.kind === 'failed' ? why.detail : resultWords(why)}`;
}
