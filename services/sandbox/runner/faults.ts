import type { Delivery } from '../../../schemas/wire/handle-order';
import type { PlannedDelivery, PlannedOrder } from '../stories/plan';
import { between, type Random } from '../wire/random';

/**
 * What goes wrong between Stream and a POS: a plan becomes attempts, some of them late, broken or forged. Each delivery of
 * the plan is sent rightly in the end, so that it is known what the POS has to know then.
 */

/** Each fault with the share of deliveries that it strikes, and what it does, for people. */
export const FAULTS = {
  repeats: { share: 0.08, does: 'a delivery is sent again at once, though it was acknowledged' },
  reordering: { share: 0.03, does: 'a delivery comes after the one that followed it' },
  'delayed-retries': { share: 0.02, does: 'a delivery is sent again minutes later, when newer ones have arrived' },
  'truncated-body': { share: 0.01, does: 'a body ends in its middle, signed as it is' },
  'bad-signature': { share: 0.02, does: 'a signature by another secret, or the secret itself in its place' },
  'missing-signature': { share: 0.01, does: 'no signature' },
  'rotated-signature': { share: 0.1, does: 'a signature by the secret before; only with an old secret' },
  'huge-body': { share: 0.002, does: 'a body that is larger than any POS takes' },
  'unknown-statuses': { share: 0.02, does: 'a delivery more, with a word that nobody knows' },
  'unknown-fields': { share: 0.05, does: 'fields that nobody knows' },
  bursts: { share: 1, does: 'for 45 s of each 10 minutes nothing comes, and then everything at once' },
  'connection-drops': { share: 0.03, does: 'the connection is cut within a body, or before the answer' },
} as const satisfies Readonly<Record<string, { readonly share: number; readonly does: string }>>;
export type FaultName = keyof typeof FAULTS;

export const isFault = (name: string): name is FaultName => Object.hasOwn(FAULTS, name);
export const FAULT_NAMES: readonly FaultName[] = Object.keys(FAULTS).filter(isFault);

/** Bytes of a body that is too large for anyone: the largest limit that Ticket Rail can be set to is 700,000. */
const HUGE_BYTES = 800_000;
/** Of the scenario, in seconds. */
const BURST_EVERY_S = 600;
const BURST_S = 45;
const SOON_S = [0.2, 3] as const;
const LATE_S = [60, 900] as const;

const UNKNOWN_STATUSES = ['scheduled', 'on_hold', 'ready_soon'] as const;
const UNKNOWN_DELIVERY_STATUSES = ['batched', 'at_the_door', 'enroute_to_locker'] as const;

/** `bare-secret`: the secret itself, or where no header can hold it, a signature by another. */
export type Signature = 'right' | 'old-secret' | 'wrong' | 'bare-secret' | 'none';
export type Expectation = 'acknowledged' | 'refused-401' | 'refused-413' | 'unusable' | 'no-answer';

/** One delivery on its way, once. */
export interface Attempt {
  /** Places of the order in the run, and of the delivery in the order. */
  readonly order: number;
  readonly delivery: number;
  /** Seconds since the beginning of the scenario. */
  readonly at_s: number;
  readonly fault: FaultName | null;
  /** `truncated`: so much of it, from 0 to 1. */
  readonly body: { readonly kind: 'whole' | 'huge' } | { readonly kind: 'truncated'; readonly part: number };
  readonly signature: Signature;
  /** The connection is cut after so much of the body, from 0 to 1; 1 is after all of it. */
  readonly cutAfter: number | null;
  readonly expects: Expectation;
  /** It is sent until it is acknowledged; otherwise once. */
  readonly persists: boolean;
  /** It is not sent before the attempt before it, of the same order, has ended. */
  readonly waits: boolean;
}

export interface Run {
  /** The orders, with all that is really reported of each. */
  readonly orders: readonly PlannedOrder[];
  /** By time. */
  readonly attempts: readonly Attempt[];
}

export interface FaultOptions {
  readonly faults: readonly FaultName[];
  readonly random: Random;
  /** Share of the deliveries that each fault strikes, in place of its own. */
  readonly share?: number | undefined;
  /** Whether deliveries are signed: otherwise no signature can be wrong. */
  readonly signs: boolean;
  /** Whether there is a secret from before a rotation. */
  readonly hasOldSecret: boolean;
}

/** @returns all that is to be sent; the same for the same plan, options and state of `random` */
export function withFaults(plan: readonly PlannedOrder[], options: FaultOptions): Run {
  const strikes = struckBy(options);
  const orders = plan.map((order) => withChangedContent(order, strikes, options.random.fork()));
  const attempts = orders.flatMap(({ deliveries }, order) => {
    const random = options.random.fork();
    return deliveries.flatMap((planned, delivery) => {
      const next = deliveries[delivery + 1];
      return attemptsOf({ order, delivery, planned, next_s: next?.at_s ?? null }, strikes, random);
    });
  });
  return { orders, attempts: attempts.sort((one, other) => one.at_s - other.at_s) };
}

type Strikes = (fault: FaultName, random: Random) => boolean;

function struckBy({ faults, share, signs, hasOldSecret }: FaultOptions): Strikes {
  const chosen = new Set(faults);
  if (!signs)
    for (const one of ['bad-signature', 'missing-signature', 'rotated-signature'] as const) chosen.delete(one);
  if (!hasOldSecret) chosen.delete('rotated-signature');
  return (fault, random) => chosen.has(fault) && random.chance(share ?? FAULTS[fault].share);
}

/** Changes what deliveries of an order say; how they are sent is changed in {@link attemptsOf}. */
function withChangedContent(order: PlannedOrder, strikes: Strikes, random: Random): PlannedOrder {
  const deliveries: PlannedDelivery[] = [];
  for (const [place, planned] of order.deliveries.entries()) {
    // Never after the last: a story ends as it says only if nothing comes after it.
    const before = order.deliveries[place - 1];
    if (before !== undefined && strikes('unknown-statuses', random)) {
      deliveries.push({ at_s: (before.at_s + planned.at_s) / 2, delivery: unknownWord(order, random) });
    }
    deliveries.push(
      strikes('unknown-fields', random) ? { ...planned, delivery: unknownFields(planned.delivery, random) } : planned,
    );
  }
  return { ...order, deliveries };
}

function unknownWord({ key: { location_id, order_id } }: PlannedOrder, random: Random): Delivery {
  const word = random.chance(0.5)
    ? { status: random.pick(UNKNOWN_STATUSES) }
    : { status: 'in_progress', delivery_status: random.pick(UNKNOWN_DELIVERY_STATUSES) };
  return { type: 'order.updated', object: { location_id, order_id, ...word } };
}

function unknownFields(delivery: Delivery, random: Random): Delivery {
  const fields = {
    eta_minutes: random.int(1, 60),
    source_details: { channel: 'app', loyalty: [random.int(1, 5), null] },
  };
  switch (delivery.type) {
    case 'order.updated':
      return { ...delivery, object: { ...delivery.object, ...fields } };
    case 'order.canceled':
      return { ...delivery, object: { ...delivery.object, ...fields } };
  }
}

interface Sending {
  readonly order: number;
  readonly delivery: number;
  readonly planned: PlannedDelivery;
  /** When the next delivery of the order is due, or null after the last. */
  readonly next_s: number | null;
}

function attemptsOf({ order, delivery, planned, next_s }: Sending, strikes: Strikes, random: Random): Attempt[] {
  const soon = (): number => between(random, SOON_S);
  const late = (): number => between(random, LATE_S);
  const reordered = next_s !== null && strikes('reordering', random);
  const inBurst = strikes('bursts', random) && planned.at_s % BURST_EVERY_S < BURST_S;
  const fault = reordered ? 'reordering' : inBurst ? 'bursts' : null;
  const burstEnd_s = planned.at_s - (planned.at_s % BURST_EVERY_S) + BURST_S;
  const at_s = reordered ? next_s + soon() : inBurst ? burstEnd_s : planned.at_s;
  const right: Attempt = {
    order,
    delivery,
    at_s,
    fault,
    body: { kind: 'whole' },
    signature: 'right',
    cutAfter: null,
    expects: 'acknowledged',
    persists: true,
    waits: fault !== 'bursts',
  };
  const once = (fault: FaultName, expects: Expectation, differs: Partial<Attempt>): Attempt[] => [
    { ...right, fault, expects, persists: false, ...differs },
    { ...right, fault, at_s: at_s + soon() },
  ];
  if (strikes('truncated-body', random)) {
    return once('truncated-body', 'unusable', { body: { kind: 'truncated', part: random.fraction() } });
  }
  if (strikes('huge-body', random)) return once('huge-body', 'refused-413', { body: { kind: 'huge' } });
  if (strikes('bad-signature', random)) {
    return once('bad-signature', 'refused-401', { signature: random.chance(0.5) ? 'wrong' : 'bare-secret' });
  }
  if (strikes('missing-signature', random)) return once('missing-signature', 'refused-401', { signature: 'none' });
  if (strikes('connection-drops', random)) {
    return once('connection-drops', 'no-answer', { cutAfter: random.chance(0.5) ? 1 : random.fraction() });
  }
  if (strikes('delayed-retries', random)) {
    // Stream did not hear the answer: because the connection was cut, or though the POS gave one.
    const unheard: Partial<Attempt> = random.chance(0.5) ? { cutAfter: 1, expects: 'no-answer', persists: false } : {};
    return [
      { ...right, fault: 'delayed-retries', ...unheard },
      { ...right, fault: 'delayed-retries', at_s: at_s + late() },
    ];
  }
  if (strikes('repeats', random)) return [right, { ...right, fault: 'repeats', at_s: at_s + soon() }];
  if (strikes('rotated-signature', random)) {
    return [{ ...right, fault: 'rotated-signature', signature: 'old-secret' }];
  }
  return [right];
}

/** @returns the body of an attempt, exactly as it is signed and sent */
export function bytesOf(delivery: Delivery, { body }: Pick<Attempt, 'body'>): Buffer {
  const text = JSON.stringify(delivery);
  switch (body.kind) {
    case 'whole':
      return Buffer.from(text);
    case 'huge':
      return Buffer.from(JSON.stringify({ ...delivery, padding: 'x'.repeat(HUGE_BYTES) }));
    case 'truncated': {
      const whole = Buffer.from(text);
      // At least a byte, and never all: no beginning of an object is JSON.
      return whole.subarray(0, Math.max(1, Math.floor(whole.length * body.part)));
    }
  }
}
