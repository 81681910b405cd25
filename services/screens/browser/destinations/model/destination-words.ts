import type { Destination } from '../../../../../schemas/destinations';
import type { ConsumerLag } from '../../../../../schemas/api/feed';
import { listWords, type OperatorsId, say, sayValue } from '../../operators/model/say';
import { exactSpanWords } from '../../operators/model/span-words';

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
  const command = `ticket-rail deliver --to ${name} --from POSITION`;
  switch (state) {
    case 'gone':
      return {
        isTrouble: true,
        words: say('destinations.gone'),
        remedy: say('destinations.gone_remedy', { command }),
      };
    case 'lost':
      return {
        isTrouble: true,
        words: say('destinations.lost'),
        remedy: say('destinations.lost_remedy', { command }),
      };
    case 'failing':
      return { isTrouble: true, words: say('destinations.nothing_arrives'), remedy: say('destinations.tried_again') };
    case 'sending':
      if (failing_orders.length > 0) {
        return { isTrouble: true, words: say('destinations.some_fail'), remedy: say('destinations.all_tried_again') };
      }
      return {
        isTrouble: false,
        words: say(lag?.events === 0 ? 'destinations.all_arrived' : 'destinations.sending'),
        remedy: null,
      };
    default:
      return { isTrouble: true, words: say('unknown', { word: state satisfies never }), remedy: null };
  }
}

/** @param unknown what to say where there is no lag to know */
export function lagWords(lag: ConsumerLag | null, unknown: string): string {
  if (lag === null) return unknown;
  if (lag.events === 0) return say('words.none');
  return say(lag.at_least ? 'destinations.lag_of_more' : 'destinations.lag', {
    count: lag.events,
    time: exactSpanWords(lag.seconds * 1_000),
  });
}

/** What network and TLS errors mean, by how their codes begin. */
const FAILURES = [
  [/^ECONNREFUSED$/, 'failure.refused'],
  [/^(?:ENOTFOUND|EAI_)/, 'failure.no_name'],
  [/^TIMED_OUT$/, 'failure.too_slow'],
  [/^ADDRESS_REFUSED$/, 'failure.private'],
  [/^(?:ECONNRESET|EPIPE|NO_ANSWER)$/, 'failure.closed'],
  [/^(?:EHOSTUNREACH|ENETUNREACH|ETIMEDOUT)$/, 'failure.unreachable'],
  [/CERT|SSL|TLS|UNABLE_TO_/, 'failure.certificate'],
  [/^HPE_/, 'failure.no_http'],
] as const satisfies readonly (readonly [code: RegExp, words: OperatorsId])[];

/** What answers other than 2xx mean. */
function meaningOf(status: number) {
  if (status === 401 || status === 403) return 'failure.signature';
  if (status === 404 || status === 405) return 'failure.nothing_there';
  if (status === 429) return 'failure.too_many';
  if (status >= 500) return 'failure.own_fault';
  return status >= 300 && status < 400 ? 'failure.redirect' : 'failure.status';
}

/** @returns what an attempt ended in, in a sentence, with the word of the API where that is a code. */
export function failureWords(reason: string): string {
  const status = /^status (\d{3})$/.exec(reason)?.[1];
  if (status !== undefined) return say(meaningOf(Number(status)), { status });
  const known = FAILURES.find(([code]) => code.test(reason));
  return say(known?.[1] ?? 'failure.other', { code: reason });
}

const FIELDS = ['location_id', 'source', 'stage', 'attention', 'type'] as const;
/** Values of one filter that are named. */
const MOST_NAMED = 5;

/** @returns what a destination is sent. */
export function sentWords({ view, filter }: Pick<Destination, 'view' | 'filter'>): string {
  const limits = FIELDS.flatMap((field) => {
    const values = filter[field];
    if (values === undefined) return [];
    const words = listWords(values.slice(0, MOST_NAMED));
    const more = values.length - MOST_NAMED;
    return [
      say(`destinations.filter_${field}`, { values: more > 0 ? say('words.more', { words, count: more }) : words }),
    ];
  });
  return limits.reduce<string>(
    (before, next) => say('destinations.sent_and', { before, next }),
    sayValue('destinations.view_', view),
  );
}
