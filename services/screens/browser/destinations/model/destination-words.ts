import type { Destination } from '../../../../../schemas/destinations';
import type { ConsumerLag } from '../../../../../schemas/api/feed';
import { spanWords } from '../../../../../schemas/words/span-words';
import { countWords } from '../../shared/model/words';

/** What the page of destinations says, in plain words. */

/** How a destination does, and what there is to do, if anything. */
export interface StateWords {
  /** Whether somebody has to look at it. */
  readonly isTrouble: boolean;
  readonly words: string;
  readonly remedy: string | null;
}

/** @returns how a destination does. */
export function stateWords({ name, state, failing_orders, lag }: Destination): StateWords {
  const deliver = `ticket-rail deliver --to ${name} --from POSITION sends on from there.`;
  switch (state) {
    case 'gone':
      return {
        isTrouble: true,
        words: 'Stopped: it answered 410, that it wants nothing any more.',
        remedy: `Change its URL in the file, or ${deliver}`,
      };
    case 'lost':
      return {
        isTrouble: true,
        words: 'Stopped: its position is not in this log, such as after a backup was put back.',
        remedy: deliver,
      };
    case 'failing':
      return { isTrouble: true, words: 'Nothing arrives.', remedy: 'It is tried again by itself.' };
    case 'sending':
      if (failing_orders.length > 0) {
        return { isTrouble: true, words: 'Some orders do not arrive.', remedy: 'They are tried again by themselves.' };
      }
      return { isTrouble: false, words: lag?.events === 0 ? 'Everything has arrived.' : 'Sending.', remedy: null };
  }
}

/** @param unknown what to say where there is no lag to know */
export function lagWords(lag: ConsumerLag | null, unknown: string): string {
  if (lag === null) return unknown;
  if (lag.events === 0) return 'none';
  const count = countWords(lag.events, 'item');
  return `${lag.at_least ? `more than ${count}` : count}, the oldest ${spanWords(lag.seconds * 1_000)} old`;
}

/** What network and TLS errors mean, by how their codes begin. */
const FAILURES: readonly (readonly [code: RegExp, words: string])[] = [
  [/^ECONNREFUSED$/, 'Nothing listens at its address'],
  [/^(?:ENOTFOUND|EAI_)/, 'Its name cannot be looked up'],
  [/^TIMED_OUT$/, 'It did not answer in time'],
  [/^ADDRESS_REFUSED$/, 'Its address is private or local, and is not among those that it is allowed'],
  [/^(?:ECONNRESET|EPIPE|NO_ANSWER)$/, 'It closed the connection without an answer'],
  [/^(?:EHOSTUNREACH|ENETUNREACH|ETIMEDOUT)$/, 'Its address cannot be reached'],
  [/CERT|SSL|TLS|UNABLE_TO_/, 'Its certificate or its TLS cannot be trusted'],
  [/^HPE_/, 'It does not answer in HTTP'],
];

/** What answers other than 2xx mean. */
function statusWords(status: number): string {
  if (status === 401 || status === 403) return `It answered ${String(status)}: it does not take our signature.`;
  if (status === 404 || status === 405) return `It answered ${String(status)}: nothing takes items at this URL.`;
  if (status === 429) return 'It answered 429: it asks for fewer requests.';
  if (status >= 500) return `It answered ${String(status)}: it has a fault of its own.`;
  if (status >= 300 && status < 400) return `It answered ${String(status)}: redirects are not followed.`;
  return `It answered ${String(status)}, and 2xx says that an item is saved.`;
}

/** @returns what an attempt ended in, in a sentence, with the word of the API where that is a code. */
export function failureWords(reason: string): string {
  const status = /^status (\d{3})$/.exec(reason)?.[1];
  if (status !== undefined) return statusWords(Number(status));
  const known = FAILURES.find(([code]) => code.test(reason));
  return known === undefined ? `The attempt ended in ${reason}.` : `${known[1]} (${reason}).`;
}

const FILTER_WORDS = {
  location_id: 'locations',
  source: 'delivery services',
  stage: 'stages',
  attention: 'attention',
  type: 'types',
} as const;
const FIELDS = ['location_id', 'source', 'stage', 'attention', 'type'] as const;
const VIEW_WORDS = {
  events: 'each fact',
  orders: 'each order in its newest state',
  raw: 'what Stream sent',
} as const;
/** Values of one filter that are named. */
const MOST_NAMED = 5;

/** @returns what a destination is sent. */
export function sentWords({ view, filter }: Pick<Destination, 'view' | 'filter'>): string {
  const limits = FIELDS.flatMap((field) => {
    const values = filter[field];
    if (values === undefined) return [];
    const more = values.length > MOST_NAMED ? ` and ${String(values.length - MOST_NAMED)} more` : '';
    return [`${FILTER_WORDS[field]} ${values.slice(0, MOST_NAMED).join(', ')}${more}`];
  });
  return [VIEW_WORDS[view], ...limits].join('; ');
}
