import { DAY_MS } from '../../../../../schemas/local-time';
import { type PlaceClock, toField } from './place-clock';

/** Times that people name rather than type, by the clock of a place. */
export const DAY_SPANS = ['today', 'this_evening', 'yesterday', 'yesterday_evening', 'last_7_days'] as const;
export type DaySpan = (typeof DAY_SPANS)[number];

/** When an evening begins, and when it is over the day after: drivers come until long after midnight. */
const [EVENING_BEGINS, EVENING_ENDS] = ['16:00:00', '04:00:00'];
const MIDNIGHT = '00:00:00';

/** Two times as fields of type `datetime-local` have them: from the one on, until before the other. */
export interface FieldSpan {
  readonly from: string;
  readonly to: string;
}

/** Returns a day so many days after another. @param day as `2026-11-21` */
const plusDays = (day: string, days: number): string =>
  new Date(Date.parse(`${day}T00:00:00Z`) + days * DAY_MS).toISOString().slice(0, day.length);

const evening = (day: string): FieldSpan => ({
  from: `${day}T${EVENING_BEGINS}`,
  to: `${plusDays(day, 1)}T${EVENING_ENDS}`,
});

const days = (first: string, last: string): FieldSpan => ({
  from: `${first}T${MIDNIGHT}`,
  to: `${plusDays(last, 1)}T${MIDNIGHT}`,
});

/** @param now milliseconds since the epoch. @returns the span that is meant now, by a clock */
export function spanOf(name: DaySpan, now: number, clock: PlaceClock): FieldSpan {
  const [today = '', time = ''] = toField(now, clock).split('T');
  // At night, this evening is the one that has not ended yet.
  const ofEvening = time < EVENING_ENDS ? plusDays(today, -1) : today;
  switch (name) {
    case 'today':
      return days(today, today);
    case 'yesterday':
      return days(plusDays(today, -1), plusDays(today, -1));
    case 'this_evening':
      return evening(ofEvening);
    case 'yesterday_evening':
      return evening(plusDays(ofEvening, -1));
    case 'last_7_days':
      return days(plusDays(today, -6), today);
  }
}
