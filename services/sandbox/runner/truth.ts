import type { Delivery } from '../../../schemas/wire/handle-order';
import type { Stage } from '../../../schemas/vocabulary';
import type { PlannedOrder } from '../stories/plan';
import type { Sent } from './sent';

/**
 * What is true of an order by what was acknowledged and when: worked out from the sender's side alone, without what the
 * POS made of it. Two attempts that were on their way at the same time may have arrived in either order, so not everything
 * is determined.
 */

/**
 * Milliseconds after which an attempt without an answer counts as arrived or lost. Its connection is cut, but the POS may
 * still be at work on what it had read.
 */
export const UNANSWERED_SETTLES_MS = 3_000;

/** What a POS has to show; undefined: not determined. */
export interface Truth {
  readonly status: string | null | undefined;
  readonly delivery_status: string | null | undefined;
  /** `driver_details` as they were last reported, or null: nobody is assigned. */
  readonly driver: Readonly<Record<string, unknown>> | null | undefined;
  readonly stage: Stage | undefined;
}

/** Reported without details, these mean that nobody is assigned any more (docs/protocol.md#ruling-4-6). */
const UNASSIGNING: ReadonlySet<unknown> = new Set([
  'pending',
  'pending_driver_confirmation',
  'failed_to_assign_driver',
]);

/** Each reads from a delivery what it says of one thing; undefined: nothing. */
const saysStatus = (said: Delivery): string | undefined =>
  said.type === 'order.updated' ? said.object.status : undefined;
const saysDelivery = (said: Delivery): string | undefined =>
  said.type === 'order.updated' ? ((said.object.delivery_status ?? undefined) as string | undefined) : undefined; // the sandbox made it
const saysDriver = (said: Delivery): Truth['driver'] => {
  if (said.type !== 'order.updated') return undefined;
  const details = said.object.driver_details as Truth['driver']; // the sandbox made it
  return details ?? (UNASSIGNING.has(said.object.delivery_status) ? null : undefined);
};

/** @returns when nothing of it can arrive any more */
const settled_ms = ({ ended_ms, effect }: Sent): number =>
  effect === 'acknowledged' ? ended_ms : ended_ms + UNANSWERED_SETTLES_MS;

/** @param sent of this order, in any order */
export function truthOf(order: PlannedOrder, sent: readonly Sent[]): Truth {
  const facts = sent.filter(({ effect }) => effect !== 'nothing');
  const said = ({ delivery }: Sent): Delivery => deliveryAt(order, delivery);
  const last = <Value>(says: (said: Delivery) => Value | undefined): Value | null | undefined => {
    const reports = facts.flatMap((fact) => {
      const value = says(said(fact));
      return value === undefined ? [] : [{ fact, value }];
    });
    return lastOf(reports);
  };
  return {
    status: last(saysStatus),
    delivery_status: last(saysDelivery),
    driver: last(saysDriver),
    stage: stageOf(order, facts),
  };
}

const deliveryAt = (order: PlannedOrder, place: number): Delivery => {
  const planned = order.deliveries[place];
  if (planned === undefined) throw new RangeError(`The order has no delivery ${String(place)}.`);
  return planned.delivery;
};

/** @returns what was reported last; null if nothing was; undefined if that may have been one or the other */
function lastOf<Value>(reports: readonly { readonly fact: Sent; readonly value: Value }[]): Value | null | undefined {
  const latestBegin_ms = reports.reduce(
    (latest, { fact }) => (fact.effect === 'acknowledged' ? Math.max(latest, fact.begun_ms) : latest),
    -Infinity,
  );
  // Whatever had settled before another acknowledged one was sent was not the last.
  const candidates = reports.filter(({ fact }) => settled_ms(fact) > latestBegin_ms);
  const values = new Map(candidates.map(({ value }) => [JSON.stringify(value), value]));
  if (values.size > 1) return undefined;
  const isCertain = candidates.some(({ fact }) => fact.effect === 'acknowledged');
  const [value] = values.values();
  return isCertain ? value : reports.length === 0 ? null : undefined;
}

/** An order ends as its story says if that does not depend on the order of its deliveries, or they came in it. */
function stageOf(order: PlannedOrder, facts: readonly Sent[]): Stage | undefined {
  const { story, deliveries } = order;
  const arrived = new Set(facts.filter(({ effect }) => effect === 'acknowledged').map(({ delivery }) => delivery));
  if (arrived.size < deliveries.length) return undefined;
  if (story.in_any_order) return story.ends;
  const sequence = [...facts].sort((one, other) => one.begun_ms - other.begun_ms);
  const inOrder = sequence.every((fact, place) => {
    const next = sequence[place + 1];
    // The same again changes nothing, even while the first is on its way.
    if (next === undefined || next.delivery === fact.delivery) return true;
    const past = sequence.slice(0, place + 1);
    return next.delivery > fact.delivery && past.every((one) => settled_ms(one) <= next.begun_ms);
  });
  return inOrder ? story.ends : undefined;
}
