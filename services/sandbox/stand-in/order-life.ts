import type { SandboxOrderState } from '../../../schemas/sandbox';
import type { DriverDetails } from '../../../schemas/wire/handle-order';
import type { DspOrder, StreamEvent } from '../../../schemas/wire/stream-dsp';
import type { z } from 'zod';
import { type OrderFailure, noDecision, type PosDecision } from '../wire/pos-answer';

/**
 * The life of one order with the stand-in, as pure decisions: what happened, what it is now, and what to send to whom.
 */

export type StandInDriver = z.infer<typeof DriverDetails>;
export type Canceler = 'dsp' | 'merchant';

/** What the POS gets about a cancellation, in this order. */
export type CancelNews = 'canceled' | 'updated';
/** What it gets unless a story says otherwise. */
export const ALL_CANCEL_NEWS: readonly CancelNews[] = ['canceled', 'updated'];

interface Cancellation {
  readonly by: Canceler;
  readonly reason: string | null;
  readonly news: readonly CancelNews[];
}

export interface OrderLife {
  readonly locationId: string;
  readonly order: DspOrder;
  readonly state: SandboxOrderState;
  readonly reason: string | null;
  readonly providerId: string | null;
  readonly status: string | null;
  readonly deliveryStatus: string | null;
  readonly driver: StandInDriver | null;
  /** A cancellation that came before the POS had decided. */
  readonly canceling: Cancellation | null;
  /** A story says what becomes of it: nothing happens by itself. */
  readonly scripted: boolean;
}

/** What a party is to be sent: the POS, or the delivery service. */
export type PartyNews =
  | {
      readonly kind: 'pos';
      readonly body: { readonly type: string; readonly object: Readonly<Record<string, unknown>> };
    }
  | { readonly kind: 'dsp'; readonly body: StreamEvent };

/** An order after something happened, and the news of it. */
export interface LifeDecision {
  readonly life: OrderLife;
  readonly news: readonly PartyNews[];
}

/** Whether a location takes orders. */
export type Opening = 'open' | 'paused' | 'unknown';

/** Returns the ids by which the DSP knows the order. */
const dspKey = ({ locationId, order }: OrderLife) => ({ location_id: locationId, order_id: order.id });

const failed = (life: OrderLife, { reason, invalidItemIds, message }: OrderFailure): LifeDecision => ({
  life: { ...life, state: 'rejected', reason: message === null ? reason : `${reason}: ${message}` },
  news: [
    {
      kind: 'dsp',
      body: {
        type: 'location.order.fail',
        ...dspKey(life),
        failure_reason: reason,
        failure_details: {
          invalid_item_ids: [...invalidItemIds],
          ...(message === null ? {} : { error_message: message }),
        },
      },
    },
  ],
});

/** Begins the life of an order that a DSP submitted and that breaks no rule. */
export function submitted(locationId: string, order: DspOrder, scripted: boolean, opening: Opening): LifeDecision {
  const life: OrderLife = {
    locationId,
    order,
    state: 'submitted',
    reason: null,
    providerId: null,
    status: null,
    deliveryStatus: null,
    driver: null,
    canceling: null,
    scripted,
  };
  switch (opening) {
    case 'unknown':
      return failed(life, { reason: 'location_not_found', invalidItemIds: [], message: null });
    case 'paused':
      return failed(life, { reason: 'restaurant_not_accepting_orders', invalidItemIds: [], message: null });
    case 'open': {
      const object = { ...order, location_id: locationId };
      return { life, news: [{ kind: 'pos', body: { type: 'order.created', object } }] };
    }
  }
}

/** Informs the POS where the order stands; fields that are null are left out. */
function updated(life: OrderLife, reported: Pick<OrderLife, 'status' | 'deliveryStatus' | 'driver'>): PartyNews {
  return {
    kind: 'pos',
    body: {
      type: 'order.updated',
      object: {
        location_id: life.locationId,
        order_id: life.providerId,
        status: reported.status,
        ...(reported.deliveryStatus === null ? {} : { delivery_status: reported.deliveryStatus }),
        ...(reported.driver === null ? {} : { driver_details: reported.driver }),
      },
    },
  };
}

/**
 * The POS decided about the order.
 * @param decision null: it did not in time
 * @param readyAt when the food will be ready if it was accepted, epoch milliseconds
 */
export function decided(life: OrderLife, decision: PosDecision | null, readyAt: number): LifeDecision {
  if (life.state !== 'submitted') return { life, news: [] };
  if (decision === null) return failed(life, noDecision);
  if (decision.kind === 'rejected') return failed(life, decision.failure);
  const accepted: OrderLife = { ...life, state: 'accepted', providerId: decision.providerId };
  if (accepted.canceling !== null) return canceledNow(accepted, accepted.canceling);
  const estimated_ready_at_ms = Math.round(readyAt);
  const accept: PartyNews = {
    kind: 'dsp',
    body: { type: 'location.order.accept', ...dspKey(life), estimated_ready_at_ms },
  };
  if (life.scripted) return { life: accepted, news: [accept] };
  const cooking = ownStatus(accepted, 'in_progress');
  return { life: cooking.life, news: [accept, ...cooking.news] };
}

/** What a status makes of an order that no story goes on with. */
const STATE_BY_STATUS: ReadonlyMap<string, SandboxOrderState> = new Map([
  ['completed', 'ended'],
  ['failed', 'ended'],
  ['merchant_canceled', 'canceled'],
  ['dsp_canceled', 'canceled'],
]);

const stateAfter = (life: OrderLife, status: string): SandboxOrderState =>
  life.state === 'accepted' && !life.scripted ? (STATE_BY_STATUS.get(status) ?? life.state) : life.state;

/** The order as a whole moved without news of its delivery: food is ready, a customer has come for it. */
export function ownStatus(life: OrderLife, status: string): LifeDecision {
  const next = { ...life, status, state: stateAfter(life, status) };
  // In a story, a step without a delivery says nothing of it.
  const reported = life.scripted ? { status, deliveryStatus: null, driver: null } : next;
  const news: PartyNews[] = [updated(next, reported)];
  if (status === 'ready_for_pickup' || status === 'completed') {
    const body = { type: 'location.order.notify_status_change', ...dspKey(life), order_status_update: status } as const;
    news.push({ kind: 'dsp', body });
  }
  return { life: next, news };
}

/**
 * Statuses of the order that news of its delivery stands for; after any other, the order stands as it stood. Not
 * documented: read from the meanings in docs/protocol.md#section-1.
 */
const STATUS_BY_DELIVERY: ReadonlyMap<string, string> = new Map([
  ['enroute_to_dropoff', 'out_for_delivery'],
  ['arrived_at_dropoff', 'out_for_delivery'],
  ['completed', 'completed'],
  ['failed_to_deliver', 'failed'],
  ['failed', 'failed'],
  ['merchant_canceled', 'merchant_canceled'],
]);

function statusAfter(before: string | null, delivery: string): string {
  const standing = before ?? 'in_progress';
  // No news of the delivery takes back how an order ended.
  return STATE_BY_STATUS.has(standing) ? standing : (STATUS_BY_DELIVERY.get(delivery) ?? standing);
}

/**
 * The DSP reported where the delivery stands: the POS is informed, in one message.
 * @param status of the order from now on, if a story says it
 */
export function deliveryReported(
  life: OrderLife,
  report: { readonly delivery_status: string; readonly driver_details?: StandInDriver | undefined },
  status: string | null,
): LifeDecision {
  const said = status ?? statusAfter(life.status, report.delivery_status);
  const driver = report.driver_details ?? null;
  const next: OrderLife = {
    ...life,
    status: said,
    deliveryStatus: report.delivery_status,
    driver: driver ?? life.driver,
    state: stateAfter(life, said),
  };
  return { life: next, news: [updated(next, { status: said, deliveryStatus: report.delivery_status, driver })] };
}

function canceledNow(life: OrderLife, { by, reason, news: wanted }: Cancellation): LifeDecision {
  const status = `${by}_canceled`;
  const canceled: OrderLife = {
    ...life,
    state: 'canceled',
    reason: reason ?? `canceled by the ${by}`,
    canceling: null,
  };
  const { locationId: location_id, providerId: provider_id } = life;
  const news: PartyNews[] = [];
  if (by === 'merchant') news.push({ kind: 'dsp', body: { type: 'location.order.cancel', ...dspKey(life) } });
  if (wanted.includes('canceled')) {
    news.push({ kind: 'pos', body: { type: 'order.canceled', object: { provider_id, location_id } } });
  }
  if (!wanted.includes('updated')) return { life: canceled, news };
  const next = { ...canceled, status };
  news.push(updated(next, { status, deliveryStatus: life.scripted ? null : life.deliveryStatus, driver: null }));
  return { life: next, news };
}

/** @returns whether an order can still be canceled, was before, or not any more. */
export function cancelability(life: OrderLife): 'open' | 'done' | 'over' {
  if (life.state === 'canceled' || life.state === 'rejected' || life.canceling !== null) return 'done';
  return life.state === 'ended' ? 'over' : 'open';
}

/**
 * Someone canceled the order: the POS gets `order.canceled`, then `order.updated` with who it was. Before the POS has
 * decided there is nobody to inform: it waits.
 */
export function canceled(
  life: OrderLife,
  by: Canceler,
  reason: string | null,
  news: readonly CancelNews[],
): LifeDecision {
  if (cancelability(life) !== 'open') return { life, news: [] };
  const cancellation: Cancellation = { by, reason, news };
  if (life.state === 'submitted') return { life: { ...life, canceling: cancellation }, news: [] };
  return canceledNow(life, cancellation);
}

/** The last step of its story was played. */
export const storyEnded = (life: OrderLife): OrderLife =>
  life.state === 'accepted' ? { ...life, state: 'ended' } : life;
