import type { Fault } from '../../../../../schemas/wire/handle-order';
import type { OrderKey } from '../../../../../schemas/order-key';
import { countWords } from '../../shared/model/words';

/** What became of a delivery that was redriven, and what the page says of it. */

export type RedriveResult =
  | ({ readonly kind: 'recorded' | 'repeat'; readonly revision: number } & OrderKey)
  | { readonly kind: 'redriven_before' }
  | { readonly kind: 'unusable'; readonly errors: readonly Fault[] }
  | { readonly kind: 'not_signed_in' | 'not_permitted' }
  /** It was sent, and may have been recorded all the same. */
  | { readonly kind: 'unanswered' }
  /** The service takes nothing now. `detail` says why, in its words. */
  | { readonly kind: 'busy'; readonly detail: string }
  /** This one failed. `detail` says why, in words of the service. */
  | { readonly kind: 'failed'; readonly detail: string };

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

/** Statuses of a proxy that has no answer of the service. */
const NO_ANSWER: ReadonlySet<number> = new Set([502, 504]);
const NOT_NOW: ReadonlySet<number> = new Set([429, 503]);

/** @param answered as the contract of the service has it; `{}` where it is no JSON */
export function resultOf(status: number, answered: Answered & Partial<OrderKey>): RedriveResult {
  const { outcome, revision, location_id, order_id, type, title, detail, errors } = answered;
  if (status === 200 && outcome !== undefined && location_id !== undefined && order_id !== undefined) {
    return { kind: outcome, location_id, order_id, revision: revision ?? 0 };
  }
  if (status === 401) return { kind: 'not_signed_in' };
  if (status === 403) return { kind: 'not_permitted' };
  if (NO_ANSWER.has(status)) return { kind: 'unanswered' };
  if (type === `${PROBLEM}already-redriven`) return { kind: 'redriven_before' };
  if (type === `${PROBLEM}still-unusable`) return { kind: 'unusable', errors: errors ?? [] };
  const words = [title, detail].filter((text) => text !== undefined).join('. ');
  const why = words === '' ? `The service answered ${String(status)}.` : words;
  return { kind: NOT_NOW.has(status) ? 'busy' : 'failed', detail: why };
}

/** Returns whether the next delivery would fare no better: then the others are left as they are. */
export const endsAll = ({ kind }: RedriveResult): boolean =>
  kind === 'not_signed_in' || kind === 'not_permitted' || kind === 'unanswered' || kind === 'busy';

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
    case 'not_signed_in':
      return 'Not redriven: nobody is signed in here, or not any more.';
    case 'unanswered':
      return 'There was no answer, so it is not known whether it was redriven. Try it again: nothing is recorded twice.';
    case 'busy':
      return `Not redriven now, and it stays in quarantine. ${result.detail}`;
    case 'failed':
      return `It could not be redriven. ${result.detail}`;
  }
}

const COUNTED: readonly (readonly [kind: RedriveResult['kind'], words: string])[] = [
  ['recorded', 'recorded'],
  ['repeat', 'recognised as repeats'],
  ['redriven_before', 'redriven before'],
  ['unusable', 'still unusable'],
  ['failed', 'failed'],
  ['unanswered', 'without an answer'],
];

/** @param all as many as were to be redriven. @returns what became of them, in a sentence or two */
export function batchWords(results: readonly RedriveResult[], all: number): string {
  const counts = COUNTED.flatMap(([kind, words]) => {
    const count = results.filter((one) => one.kind === kind).length;
    return count === 0 ? [] : [`${String(count)} ${words}`];
  });
  const rest = all - results.filter((one) => !endsAll(one) || one.kind === 'unanswered').length;
  const left = rest === 0 ? [] : [`${String(rest)} not tried or not taken`];
  const why = results.find(endsAll);
  const of = `Of ${countWords(all, 'delivery', 'deliveries')}: ${[...counts, ...left].join(', ')}.`;
  return why === undefined ? of : `${of} ${why.kind === 'busy' ? why.detail : resultWords(why)}`;
}
