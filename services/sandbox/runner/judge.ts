import { isDeepStrictEqual } from 'node:util';
import type { HistoryEvent, Order } from '../../../schemas/api/order-view';
import { contentOf } from './content';
import type { PlannedOrder } from '../stories/plan';
import type { Sent } from './sent';
import { type Truth, truthOf } from './truth';

/** Holds what a Ticket Rail says of an order against what it acknowledged. */

export type FindingKind =
  /** Acknowledged, but not in the history where it has to be. */
  | 'lost'
  /** In the history, but never sent, or not so often. */
  | 'never-sent'
  /** The same twice running in the history. */
  | 'repeat-kept'
  /** The history has it before what was acknowledged before it was sent. */
  | 'out-of-order'
  /** The order as it stands is not what its history or what was acknowledged says. */
  | 'view-differs'
  | 'stage-differs'
  /** What screens are shown is not the order as it stands. */
  | 'shown-differs';

export interface Finding {
  readonly kind: FindingKind;
  readonly location_id: string;
  readonly order_id: string;
  /** In a sentence for people, without a driver's data. */
  readonly detail: string;
}

/** By what was acknowledged and when, where that says it. */
export type HistoryComparison = 'equal' | 'different' | 'undetermined';

export interface Judgement {
  readonly findings: readonly Finding[];
  /** Status, delivery status and driver. */
  readonly reported: HistoryComparison;
  readonly stage: HistoryComparison;
}

/** All that is known of one order after a run. */
export interface Evidence {
  readonly order: PlannedOrder;
  /** In any order. */
  readonly sent: readonly Sent[];
  readonly history: readonly HistoryEvent[];
  /** The order as it stands; null: the service knows none. */
  readonly view: Order | null;
}

export function judgeOrder(evidence: Evidence): Judgement {
  const { order, sent, view } = evidence;
  const { location_id, order_id } = order.key;
  const finding = (kind: FindingKind, detail: string): Finding => ({ kind, location_id, order_id, detail });
  const history = historyFaults(evidence).map(([kind, detail]) => finding(kind, detail));
  if (view === null) {
    const acknowledged = sent.some(({ effect }) => effect === 'acknowledged');
    const lost = acknowledged ? [finding('view-differs', 'the service knows nothing of the order')] : [];
    const comparison = acknowledged ? 'different' : 'undetermined';
    return { findings: [...history, ...lost], reported: comparison, stage: comparison };
  }
  const truth = truthOf(order, sent);
  const differs = reportedFaults(truth, view);
  const stageDiffers = truth.stage !== undefined && truth.stage !== view.stage;
  return {
    findings: [
      ...history,
      ...headFaults(evidence.history, view).map((detail) => finding('view-differs', detail)),
      ...differs.map((detail) => finding('view-differs', detail)),
      ...(truth.stage !== undefined && stageDiffers
        ? [finding('stage-differs', `${order.story.name} ends ${truth.stage}, shown is ${view.stage}`)]
        : []),
    ],
    reported: differs.length > 0 ? 'different' : isDetermined(truth) ? 'equal' : 'undetermined',
    stage: stageDiffers ? 'different' : truth.stage === undefined ? 'undetermined' : 'equal',
  };
}

type RunFault = readonly [kind: FindingKind, detail: string];

/**
 * Returns why the history cannot have come about from what was sent, with all that was acknowledged in it; none if it
 * can.
 */
function historyFaults({ order, sent, history }: Evidence): RunFault[] {
  const contents = order.deliveries.map(({ delivery }) => contentOf(delivery.type, delivery.object));
  const kept = history.map(({ type, data }) => contentOf(type, data));
  return [
    ...lostAmong(sent, contents, kept),
    ...neverSentAmong(sent, contents, kept),
    ...kept.flatMap((content, place): RunFault[] =>
      content === kept[place - 1] ? [['repeat-kept', `revision ${String(place)} repeats the one before it`]] : [],
    ),
    ...history.flatMap(({ revision }, place): RunFault[] =>
      revision === place
        ? []
        : [['lost', `the history has revision ${String(revision)} where ${String(place)} belongs`]],
    ),
  ];
}

/**
 * Each acknowledged delivery has a place in the history, and none before that of one that was acknowledged before it
 * was sent. Where the answer did not say the place, the first possible one is taken, which leaves the most room to the
 * rest.
 */
function lostAmong(sent: readonly Sent[], contents: readonly string[], kept: readonly string[]): RunFault[] {
  const faults: RunFault[] = [];
  const placed: { readonly ended_ms: number; readonly place: number }[] = [];
  const acknowledged = sent.filter(({ effect }) => effect === 'acknowledged');
  for (const { begun_ms, ended_ms, delivery, revision } of acknowledged.sort(
    (one, other) => one.begun_ms - other.begun_ms,
  )) {
    const content = contents[delivery];
    const least = placed.reduce(
      (most, before) => (before.ended_ms <= begun_ms ? Math.max(most, before.place) : most),
      0,
    );
    const place = revision ?? kept.findIndex((one, index) => index >= least && one === content);
    const name = `delivery ${String(delivery + 1)} of ${String(contents.length)}`;
    if (kept[place] !== content) {
      faults.push(['lost', `${name} was acknowledged${revision === null ? '' : ` as revision ${String(revision)}`}`]);
    } else if (place < least) {
      faults.push([
        'out-of-order',
        `${name} is revision ${String(place)}, after ${String(least)} had been acknowledged`,
      ]);
    } else {
      placed.push({ ended_ms, place });
    }
  }
  return faults;
}

function neverSentAmong(sent: readonly Sent[], contents: readonly string[], kept: readonly string[]): RunFault[] {
  const room = new Map<string, number>();
  for (const { effect, delivery } of sent) {
    const content = contents[delivery];
    if (effect !== 'nothing' && content !== undefined) room.set(content, (room.get(content) ?? 0) + 1);
  }
  return kept.flatMap((content, place): RunFault[] => {
    const remaining = room.get(content) ?? 0;
    room.set(content, remaining - 1);
    return remaining > 0 ? [] : [['never-sent', `revision ${String(place)} was not sent, or not so often`]];
  });
}

/** The order as it stands includes the newest event, and reports what was last reported. */
function headFaults(history: readonly HistoryEvent[], view: Order): string[] {
  const newest = history.length - 1;
  const status = history.map(({ data }) => data['status']).findLast((said) => typeof said === 'string') ?? null;
  return [
    ...(view.revision === newest
      ? []
      : [`the order is as of revision ${String(view.revision)}, its history has ${String(newest)}`]),
    ...(view.status === status ? [] : [`status is ${String(view.status)}, its history says ${String(status)}`]),
  ];
}

function reportedFaults(truth: Truth, view: Order): string[] {
  const differs = (axis: 'status' | 'delivery_status'): string[] =>
    truth[axis] === undefined || truth[axis] === view[axis]
      ? []
      : [`${axis} is ${String(view[axis])}, last acknowledged was ${String(truth[axis])}`];
  const driverDiffers = truth.driver !== undefined && !isDeepStrictEqual(view.driver_details, truth.driver);
  return [
    ...differs('status'),
    ...differs('delivery_status'),
    ...(driverDiffers ? ['driver_details are not those that were last acknowledged'] : []),
  ];
}

const isDetermined = ({ status, delivery_status, driver }: Truth): boolean =>
  status !== undefined && delivery_status !== undefined && driver !== undefined;
