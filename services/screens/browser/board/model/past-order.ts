import { evolve, initial, toOrder } from '../../../../../projections/order/order';
import { isJsonObject, type JsonObject } from '../../../../../schemas/json/json-object';
import { keysOf } from '../../../../../schemas/json/json-pointer';
import type { OrderEvent } from '../../../../../schemas/events/order-events';
import type { OrderKey } from '../../../../../schemas/order-key';
import type { Change, HistoryEvent, Order } from '../../../../../schemas/api/order-view';
import { WITHHELD } from '../../../../../schemas/events/withheld';
import type { Driver } from '../../../../../projections/order/driver-details';
import { previousDriver } from './news';

/** An order with all of its past, folded in the browser by the folds of the service. */
export interface PastOrder {
  readonly key: OrderKey;
  /** They are in the order of their revisions, without those before anything was reported. */
  readonly steps: readonly PastStep[];
}

/** One event beside the state after it. */
export interface PastStep {
  readonly event: HistoryEvent;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly order: Order;
  /** The driver that people may still have been waiting for. */
  readonly previousDriver: Driver | null;
}

function isWithheld(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return value === WITHHELD;
  return Object.values(value).some(isWithheld);
}

/** Folds read the content hash beside the data. */
const lacksWhatFoldsRead = ({ data, metadata }: HistoryEvent): boolean =>
  isWithheld(data) || (metadata as Partial<typeof metadata>).content_hash === undefined || isWithheld(metadata);

/**
 * Returns the state after each event, by the folds of the service.
 *
 * Drivers may be distinguished by their phones alone. To a reader who does not see them all are the same, and the folds
 * would take two drivers for one. What the service says that each event changed was read from the whole, so then it is
 * put together from that.
 */
export function unfold(key: OrderKey, events: readonly HistoryEvent[]): PastOrder {
  const orders = events.some(lacksWhatFoldsRead) ? byChanges(key, events) : byFolds(key, events);
  const steps: PastStep[] = [];
  for (const [index, order] of orders.entries()) {
    const event = events[index];
    if (event === undefined || order === null) continue;
    const before = steps.at(-1);
    const kept = previousDriver(before?.previousDriver ?? null, {
      before: before?.order ?? null,
      after: order,
      initial: before === undefined,
    });
    steps.push({ event, at: Date.parse(event.received_at), order, previousDriver: kept });
  }
  return { key, steps };
}

function byFolds(key: OrderKey, events: readonly HistoryEvent[]): (Order | null)[] {
  let state = initial;
  return events.map(({ type, data, metadata, revision, received_at }) => {
    const contentHash = metadata.content_hash;
    // An event of another type is no news to the folds.
    state = evolve(state, { type: type as OrderEvent['type'], data, revision, receivedAt: received_at, contentHash });
    return toOrder(key, state);
  });
}

function byChanges(key: OrderKey, events: readonly HistoryEvent[]): Order[] {
  let seen: JsonObject = {};
  let firstReceivedAt = '';
  let stageSince = '';
  let reportedAt = '';
  let stage: string | null = null;
  return events.map((event) => {
    seen = event.changes.reduce(applyChange, seen);
    const isFirst = firstReceivedAt === '' || event.verdict === 'new_order';
    if (isFirst) firstReceivedAt = event.received_at;
    if (isFirst || event.stage !== stage) stageSince = event.received_at;
    if (event.verdict !== 'action') reportedAt = event.received_at;
    ({ stage } = event);
    return {
      ...key,
      status: (seen['status'] ?? null) as Order['status'], // as the service folded it
      delivery_status: (seen['delivery_status'] ?? null) as Order['delivery_status'], // as the service folded it
      driver_details: (seen['driver_details'] ?? null) as Order['driver_details'], // as the service folded it
      stage: event.stage,
      attention: (seen['attention'] ?? []) as Order['attention'], // as the service folded it
      revision: event.revision,
      ...doneIn(seen),
      same_report_as: event.same_report_as,
      first_received_at: firstReceivedAt,
      updated_at: event.received_at,
      reported_at: reportedAt,
      stage_since: stageSince,
    };
  });
}

/** What people here did: in changes, null is nothing. */
function doneIn(seen: JsonObject): Pick<Order, 'handed_over' | 'acknowledged'> {
  const whole = (value: unknown): Order['handed_over'] => {
    const all: unknown = isJsonObject(value) ? { by: null, driver_revision: null, compared: [], ...value } : null;
    return all as Order['handed_over']; // as the service folded it
  };
  const acknowledged = isJsonObject(seen['acknowledged']) ? seen['acknowledged'] : {};
  return {
    handed_over: whole(seen['handed_over']),
    acknowledged: { cancel: whole(acknowledged['cancel']), driver_change: whole(acknowledged['driver_change']) },
  };
}

/** @returns the fields after a change as projections/history/changes.ts writes it: null is nothing, and no object is empty. */
export function applyChange(fields: JsonObject, { pointer, to }: Change): JsonObject {
  return put(fields, keysOf(pointer), to);
}

function put(fields: JsonObject, [key, ...rest]: readonly string[], to: unknown): JsonObject {
  if (key === undefined || key === '__proto__') return fields;
  const before = Object.hasOwn(fields, key) ? fields[key] : undefined;
  const value = rest.length === 0 ? to : put(isJsonObject(before) ? before : {}, rest, to);
  const isNothing = value === null || (isJsonObject(value) && Object.keys(value).length === 0);
  if (!isNothing) return { ...fields, [key]: value };
  // What is not an object any more was replaced by what stands below it, or the reverse.
  return Object.fromEntries(Object.entries(fields).filter(([other]) => other !== key));
}

/**
 * @param at milliseconds since the epoch
 * @returns the order after the last event that came until then, as the service says `as_of`; null if there was none. Clocks
 *   jump, so that a later event may have come at an earlier time.
 */
export const stepAt = (past: PastOrder, at: number): PastStep | null =>
  past.steps[lastWhere(past, (step) => step.at <= at)] ?? null;

/** @returns the index of the last event up to a revision; -1 if there is none. */
export const indexOfRevision = (past: PastOrder, revision: number): number =>
  lastWhere(past, ({ event }) => event.revision <= revision);

function lastWhere({ steps }: PastOrder, holds: (step: PastStep) => boolean): number {
  for (let index = steps.length - 1; index >= 0; index -= 1) {
    const step = steps[index];
    if (step !== undefined && holds(step)) return index;
  }
  return -1;
}
