import type { Order } from '../../../../../schemas/api/order-view';
import { valueAt } from '../../../../../schemas/records';
import type { AttentionCode } from '../../../../../schemas/vocabulary';
import type { Cause } from './freshness';
import type { Lateness } from './lateness';
import { numberWords, say, sayValue, speech } from './say';

/** What screens say, in plain words. An undocumented value is shown as it came, and called unknown. */

/** Returns the words of the order's axis, `status`. */
export const statusWords = (status: string | null): string =>
  status === null ? say('nothing.reported') : sayValue('status', status);

/** Returns the words of the driver's axis, `delivery_status`. */
export const driverWords = (deliveryStatus: string | null): string =>
  deliveryStatus === null ? say('nothing.reported') : sayValue('delivery', deliveryStatus);

export const stageWords = (stage: string): string => sayValue('stage', stage);

/** How loud a notice is. It is said in words and by an icon too, never by colour alone. */
export type Tone = 'alarm' | 'notice' | 'info';

interface Notice {
  readonly words: string;
  readonly tone: Tone;
}

const TONES: Readonly<Record<AttentionCode, Tone>> = {
  driver_here: 'notice',
  robot: 'info',
  driver_changed: 'alarm',
  handed_over_to_another: 'alarm',
  may_be_a_repeat: 'notice',
  no_driver: 'alarm',
  delivery_failed: 'alarm',
  coming_back: 'alarm',
  canceled_after_pickup: 'alarm',
  out_of_order: 'info',
  order_number_reused: 'info',
  unreadable_field: 'info',
  unknown_status: 'notice',
  unknown_delivery_status: 'notice',
};

export const attentionWords = (code: string): Notice => ({
  words: sayValue('attention', code),
  tone: valueAt(TONES, code) ?? 'notice',
});

/** How a screen counts the hours of a day: as the browser's language does, or as it is set to. */
export type HourCycle = 'local' | '12' | '24';

export const hourCycleOf = (text: unknown): HourCycle => (text === '12' || text === '24' ? text : 'local');

/** Returns how a time of the day is written: `local`, whatever is spoken, as the language of the browser counts. */
function hoursOf(cycle: HourCycle): Intl.DateTimeFormatOptions {
  if (cycle === '24') return { hour: '2-digit', hourCycle: 'h23' };
  if (cycle === '12') return { hour: 'numeric', hour12: true };
  const { hour12 = false } = new Intl.DateTimeFormat(undefined, { hour: 'numeric' }).resolvedOptions();
  return { hour: 'numeric', hour12 };
}

/**
 * Whose clocks times of the day are written by: a zone by its name; undefined: those of the browser. It is kept here once, as the
 * language of the page is.
 */
let timeZone: string | undefined;

/** Has times of the day written by the clocks of a zone, which the browser knows; null: by its own. */
export const setClockZone = (zone: string | null): void => {
  timeZone = zone ?? undefined;
};

/** Formats of times of the day, each of which takes long to make. */
const clocks = new Map<string, Intl.DateTimeFormat>();

/** @returns a time of the day by the clock of the browser, or of {@link setClockZone}: `12:03`, or `12:03 PM`. */
export function clockWords(time: string | number, cycle: HourCycle = '24'): string {
  const { locale } = speech();
  const key = `${cycle} ${locale} ${timeZone ?? ''}`;
  const clock = clocks.get(key) ?? new Intl.DateTimeFormat(locale, { ...hoursOf(cycle), minute: '2-digit', timeZone });
  clocks.set(key, clock);
  return clock.format(new Date(time));
}

/** @returns a code with what the order says of it. */
export function noticeOf(code: string, { same_report_as }: Pick<Order, 'same_report_as'>): Notice {
  const notice = attentionWords(code);
  if (code !== 'may_be_a_repeat' || same_report_as === null) return notice;
  return { ...notice, words: say('notice.same_report', { time: clockWords(same_report_as.received_at) }) };
}

/** Returns what is said of an order that is late; empty for one that is not. */
export const latenessWords = (lateness: Lateness): string => (lateness === 'on_time' ? '' : say(`late.${lateness}`));

/** Returns why the board is grey: what is known, and what comes of it. */
export const causeWords = (cause: Cause): string => say(`cause.${cause}`);

/** @returns a time that has passed, as people say it at a counter: `<1 min`, `12 min`, `1 h 05 min`, `3 days`. */
export function durationWords(ms: number): string {
  const minutes = Math.floor(ms / 60_000);
  if (minutes < 1) return say('time.under_a_minute');
  if (minutes < 60) return say('time.minutes', { minutes });
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return say('time.hours', { hours, minutes: numberWords(minutes % 60, 2) });
  return say('time.days', { count: Math.floor(hours / 24) });
}

/** @returns an age, to the second while it is young: `2 s`, `4 min`. */
export const ageWords = (ms: number): string =>
  ms < 60_000 ? say('time.seconds', { seconds: Math.floor(ms / 1_000) }) : durationWords(ms);

/** Returns a number of things in English, for the pages that speak no other language: `1 order`, `2 orders`. */
export const countWords = (count: number, one: string, many = `${one}s`): string =>
  `${String(count)} ${count === 1 ? one : many}`;
