import type { QuarantineId } from '../../../../../schemas/events/delivery-ids';
import type { Fault } from '../../../../../schemas/wire/handle-order';
import type { OrderKey } from '../../../../../schemas/order-key';
import { listWords, say } from '../../operators/model/say';

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
  const why = words === '' ? say('answer.status', { status: String(status) }) : words;
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
export const nextBatch = (picked: Iterable<QuarantineId>): readonly QuarantineId[] =>
  [...picked].sort((one, other) => Number(one) - Number(other)).slice(0, MOST_AT_ONCE);

/** @returns one fault of a body in words of the service, which are English */
export const faultWords = ({ pointer, detail }: Fault): string => `${pointer === '' ? 'The body' : pointer} ${detail}`;

/** @returns what became of one delivery, in a sentence */
export function resultWords(result: RedriveResult): string {
  switch (result.kind) {
    case 'recorded':
    case 'repeat':
      return say(`redrive.${result.kind}`, { revision: String(result.revision) });
    case 'busy':
    case 'failed':
      return say(`redrive.${result.kind}`, { detail: result.detail });
    case 'redriven_before':
    case 'unusable':
    case 'not_permitted':
    case 'not_signed_in':
    case 'unanswered':
      return say(`redrive.${result.kind}`);
  }
}

const COUNTED = ['recorded', 'repeat', 'redriven_before', 'unusable', 'failed', 'unanswered'] as const;

/** @param all as many as were to be redriven. @returns what became of them, in a sentence or two */
export function batchWords(results: readonly RedriveResult[], all: number): string {
  const counts = COUNTED.flatMap((kind) => {
    const count = results.filter((one) => one.kind === kind).length;
    return count === 0 ? [] : [say(`redrive.count_${kind}`, { count })];
  });
  const rest = all - results.filter((one) => !endsAll(one) || one.kind === 'unanswered').length;
  const left = rest === 0 ? [] : [say('redrive.count_left', { count: rest })];
  const why = results.find(endsAll);
  const of = say('redrive.of', { count: all, results: listWords([...counts, ...left]) });
  return why === undefined ? of : `${of} ${why.kind === 'busy' ? why.detail : resultWords(why)}`;
}
