import type { Order } from '../../../../../schemas/order-view';
import { valueAt } from '../../../../../schemas/records';
import { STAGE_WORDS } from '../../../../../schemas/stage-words';
import type { AttentionCode } from '../../../../../schemas/vocabulary';
import type { Cause } from './freshness';
import type { Lateness } from './lateness';

/** What screens say, in plain words. An undocumented value is shown as it came, and called unknown. */

const STATUS: ReadonlyMap<string, string> = new Map([
  ['in_progress', 'Being prepared'],
  ['ready_for_pickup', 'Ready'],
  ['out_for_delivery', 'Out for delivery'],
  ['completed', 'Completed'],
  ['failed', 'Failed'],
  ['merchant_canceled', 'Canceled by the restaurant'],
  ['dsp_canceled', 'Canceled by the delivery service or the customer'],
]);

const DELIVERY_STATUS: ReadonlyMap<string, string> = new Map([
  ['pending', 'Quoted, not confirmed'],
  ['pending_driver_confirmation', 'Waiting for a driver'],
  ['enroute_to_pickup', 'On the way here'],
  ['arrived_at_pickup', 'Here'],
  ['enroute_to_dropoff', 'On the way to the customer'],
  ['arrived_at_dropoff', 'At the customer'],
  ['completed', 'Delivered'],
  ['failed_to_assign_driver', 'No driver was found'],
  ['failed_to_pickup', 'Did not get the food'],
  ['failed_to_deliver', 'Could not deliver'],
  ['failed', 'Delivery failed'],
  ['merchant_canceled', 'Delivery canceled by the restaurant'],
  ['enroute_to_return', 'Bringing the food back'],
  ['arrived_at_return', 'Here with the food to return'],
  ['returned', 'Food is back'],
]);

const unknown = (value: string): string => `unknown: ${value}`;

/** Returns the words of the order's axis, `status`. */
export const statusWords = (status: string | null): string =>
  status === null ? 'Nothing reported' : (STATUS.get(status) ?? unknown(status));

/** Returns the words of the driver's axis, `delivery_status`. */
export const driverWords = (deliveryStatus: string | null): string =>
  deliveryStatus === null ? 'Nothing reported' : (DELIVERY_STATUS.get(deliveryStatus) ?? unknown(deliveryStatus));

export const stageWords = (stage: string): string => valueAt(STAGE_WORDS, stage) ?? unknown(stage);

/** How loud a notice is. It is said in words and by an icon too, never by colour alone. */
export type Tone = 'alarm' | 'notice' | 'info';

interface Notice {
  readonly words: string;
  readonly tone: Tone;
}

const ATTENTION: Readonly<Record<AttentionCode, Notice>> = {
  driver_here: { words: 'Driver is here', tone: 'notice' },
  robot: { words: 'Robot', tone: 'info' },
  driver_changed: { words: 'Driver changed', tone: 'alarm' },
  handed_over_to_another: { words: 'Another driver has it', tone: 'alarm' },
  may_be_a_repeat: { words: 'May be old news sent again', tone: 'notice' },
  no_driver: { words: 'No driver found', tone: 'alarm' },
  delivery_failed: { words: 'Delivery failed', tone: 'alarm' },
  coming_back: { words: 'Food is coming back', tone: 'alarm' },
  canceled_after_pickup: { words: 'Canceled after pickup', tone: 'alarm' },
  out_of_order: { words: 'Late news, not followed', tone: 'info' },
  order_number_reused: { words: 'Order number used again', tone: 'info' },
  unreadable_field: { words: 'Something came in another form', tone: 'info' },
  unknown_status: { words: 'Unknown order status', tone: 'notice' },
  unknown_delivery_status: { words: 'Unknown delivery status', tone: 'notice' },
};

export const attentionWords = (code: string): Notice =>
  valueAt(ATTENTION, code) ?? { words: unknown(code), tone: 'notice' };

/** How a screen counts the hours of a day: as the browser's language does, or as it is set to. */
export type HourCycle = 'local' | '12' | '24';

export const hourCycleOf = (text: unknown): HourCycle => (text === '12' || text === '24' ? text : 'local');

const padded = (part: number): string => String(part).padStart(2, '0');

/** @returns a time of the day by the clock of the browser: `12:03`, or `12:03 PM`. */
export function clockWords(time: string | number, cycle: HourCycle = '24'): string {
  const date = new Date(time);
  if (cycle === '24') return `${padded(date.getHours())}:${padded(date.getMinutes())}`;
  const hour12 = cycle === '12' ? { hour12: true } : {};
  return new Intl.DateTimeFormat(undefined, { hour: 'numeric', minute: '2-digit', ...hour12 }).format(date);
}

/** @returns a code with what the order says of it. */
export function noticeOf(code: string, { same_report_as }: Pick<Order, 'same_report_as'>): Notice {
  const notice = attentionWords(code);
  if (code !== 'may_be_a_repeat' || same_report_as === null) return notice;
  const words = `The same report as at ${clockWords(same_report_as.received_at)}: check plate and passcode`;
  return { ...notice, words };
}

export const LATENESS_WORDS: Readonly<Record<Lateness, string>> = {
  on_time: '',
  late: 'Late',
  very_late: 'Very late',
};

/** Why the board is grey: what is known, and what comes of it. */
export const CAUSE_WORDS: Readonly<Record<Cause, string>> = {
  offline: 'This screen is offline.',
  unreachable: 'The service is unreachable.',
  store: 'The service has lost its store: no update can come in.',
  behind: 'The service is catching up.',
  login: 'This screen is not signed in.',
  forbidden: 'This screen may not show this location.',
};

/** @returns a time that has passed, as people say it at a counter: `<1 min`, `12 min`, `1 h 05 min`, `3 days`. */
export function durationWords(ms: number): string {
  const minutes = Math.floor(ms / 60_000);
  if (minutes < 1) return '<1 min';
  if (minutes < 60) return `${String(minutes)} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return `${String(hours)} h ${String(minutes % 60).padStart(2, '0')} min`;
  const days = Math.floor(hours / 24);
  return days === 1 ? '1 day' : `${String(days)} days`;
}

/** @returns an age, to the second while it is young: `2 s`, `4 min`. */
export const ageWords = (ms: number): string =>
  ms < 60_000 ? `${String(Math.floor(ms / 1_000))} s` : durationWords(ms);

/** Returns a number of things in words: `1 order`, `2 orders`. */
export const countWords = (count: number, one: string, many = `${one}s`): string =>
  `${String(count)} ${count === 1 ? one : many}`;
