import { offsetsOfZone, offsetText, wallClock } from '../../../../schemas/local-time';
import { clockSpan, clockSpanWords } from '../../../../schemas/words/span-words';
import { html } from './html';

/** Times on the page of a bundle: by the clocks of a place, to the whole second, with UTC as it was recorded below. */

const UTC = 'UTC';
const MONTHS = [
  ...['January', 'February', 'March', 'April', 'May', 'June', 'July'],
  ...['August', 'September', 'October', 'November', 'December'],
];

export interface PageTimes {
  /** Whose clocks they are. */
  readonly zone: string;
  /** HTML. */
  readonly show: (at: string) => string;
  /** The same in one line: without UTC; HTML. */
  readonly say: (at: string) => string;
  /** In days of months: `30 November 2026`; null where it is no time. */
  readonly day: (at: string) => string | null;
  /** How far the clocks are ahead of UTC: `UTC-05:00`; null where it is no time. */
  readonly offset: (at: string) => string | null;
}

/** @param zone by whose clocks times are shown, beside UTC */
export function pageTimes(zone: string): PageTimes {
  const offsetAt = offsetsOfZone(zone);
  const clock = (ms: number): string => wallClock(ms, offsetAt(ms));
  const offset = (at: string): string | null => {
    const ms = Date.parse(at);
    if (Number.isNaN(ms)) return null;
    return zone === UTC ? UTC : `UTC${offsetText(offsetAt(ms))}`;
  };
  const say = (at: string): string => {
    const ahead = offset(at);
    return `<time>${ahead === null ? html(at) : `${clock(Date.parse(at))} ${ahead}`}</time>`;
  };
  const show = (at: string): string =>
    offset(at) === null ? say(at) : `${say(at)}<span class="utc"><br><time>${html(at)}</time></span>`;
  const day = (at: string): string | null => {
    const ms = Date.parse(at);
    if (Number.isNaN(ms)) return null;
    const [year = '', month = '', date = ''] = clock(ms).slice(0, clock(ms).indexOf(' ')).split('-');
    return `${String(Number(date))} ${MONTHS[Number(month) - 1] ?? month} ${year}`;
  };
  return { zone, show, say, day, offset };
}

/** @returns how long a span was, in words; empty where one of its ends is no time. */
export function spanOf(from: string, to: string): string {
  const ms = clockSpan(Date.parse(from), Date.parse(to));
  return Number.isNaN(ms) ? '' : clockSpanWords(ms);
}
