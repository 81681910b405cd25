import { valueAt } from '../../../../../schemas/records';
import type { OrderAction, SandboxOrderState, SandboxOrder, SandboxSummary } from '../../../../../schemas/sandbox';
import type { FulfillmentType } from '../../../../../schemas/files/scenario';
import type { ScreenFreshness } from '../../shared/model/freshness';

/** What the sandbox's page says, and what it lets do. */

export const STATE_WORDS: Readonly<Record<SandboxOrderState, string>> = {
  submitted: 'Submitted',
  accepted: 'Accepted',
  rejected: 'Rejected',
  canceled: 'Canceled',
  ended: 'Ended',
};

export const FULFILLMENT_WORDS: Readonly<Record<FulfillmentType, string>> = {
  delivery: 'Delivery',
  merchant_managed_delivery: 'Merchant-managed delivery',
  pickup: 'Pickup',
  curbside: 'Curbside',
  drive_thru: 'Drive-thru',
};

/** @returns an undocumented one as it came. */
export const fulfillmentWords = (type: string): string => valueAt(FULFILLMENT_WORDS, type) ?? type;

type PosMode = SandboxSummary['pos']['mode'];

export const POS_MODE_WORDS: Readonly<Record<PosMode, string>> = {
  ok: 'OK',
  slow: 'Slow',
  down: 'Down',
  rejecting: 'Rejecting',
};
export const DSP_MODE_WORDS: Readonly<Record<SandboxSummary['dsp']['mode'], string>> = { ok: 'OK', down: 'Down' };

export const ACTION_WORDS: Readonly<Record<OrderAction, string>> = {
  step: 'Next step now',
  'cancel-by-dsp': 'Cancel by the DSP',
  'cancel-by-merchant': 'Cancel by the merchant',
  reassign: 'Another driver',
  fail: 'Fail',
};

/** @returns whether an action can do something now, as far as the page knows: the process has the last word. */
export function allows(order: SandboxOrder, action: OrderAction): boolean {
  const { state, next_step_at, driver_name } = order;
  switch (action) {
    case 'step':
      return next_step_at !== null;
    case 'cancel-by-dsp':
      return state === 'submitted' || state === 'accepted';
    case 'cancel-by-merchant':
    case 'fail':
      return state === 'accepted';
    case 'reassign':
      return state === 'accepted' && driver_name !== null;
  }
}

/** @param text what someone looks for: a part of any id, the state or the driver's name, case-insensitive */
export function matchesOrder(order: SandboxOrder, text: string): boolean {
  const wanted = text.trim().toLowerCase();
  const { order_id, customer_facing_id, provider_id, location_id, driver_name, state, story } = order;
  return [order_id, customer_facing_id, provider_id, location_id, driver_name, state, story].some(
    (field) => field?.toLowerCase().includes(wanted) ?? false,
  );
}

/** @param speed seconds of a story that pass in a second */
export const speedWords = (speed: number): string =>
  speed === 1
    ? 'Stories run as fast as in life.'
    : `Stories run ${speed.toLocaleString('en')} times as fast as in life.`;

/** @returns how a rush goes. */
export function rushWords({ name, orders_per_minute, submitted, orders }: NonNullable<SandboxSummary['rush']>): string {
  const number = (value: number): string => value.toLocaleString('en');
  const of = orders === null ? '' : ` of ${number(orders)}`;
  return `${name ?? 'All stories'}: ${number(submitted)}${of} orders submitted, ${number(orders_per_minute)} in a minute of a story`;
}

/**
 * Returns why the page is grey, or null while it is not. The age, which is beside it, is left out: the text is read out
 * when it changes.
 */
export function goneWords(freshness: ScreenFreshness): string | null {
  if (freshness.kind !== 'stale') return null;
  const why =
    freshness.cause === 'offline'
      ? 'This browser is offline.'
      : 'The sandbox does not answer: it may have been stopped.';
  return `${why} What you see is old. The page comes back by itself; a sandbox that is started again knows nothing of before.`;
}
