import type { OrderSummary } from '../../../schemas/api/order-summary';
import { OF_FILES, type SentencePart, textOfParts, timeIn } from '../../../schemas/language/sentences/phrase';
import { summaryWords } from '../../../schemas/language/sentences/summary-words';
import { partsIn, type Speech } from '../../../schemas/language/speech';
import { enVerifier } from '../../../schemas/language/verifier/en';
import { sayVerifying as say } from '../../../schemas/language/verifying';
import { isTimeZone, offsetsOfZone, timeWordsBy } from '../../../schemas/local-time';
import type { Manifest } from '../export/ndjson';
import type { Doubt } from '../chain/verification';
import { quotedFromFile } from './quoted-from-file';

/** Says what a file is about, of what was verified in it and never of the page around. */

/** From when to when the events of a file were received, as they say. */
export interface Span {
  readonly from: string;
  readonly to: string;
}

export interface About {
  readonly scope: Manifest['scope'];
  readonly events: number;
  /** Null if there are no events, or their times were not read. */
  readonly span: Span | null;
  /** By whose clocks times are said. */
  readonly timeZone: string;
  /** What was reported of the orders that had the number, oldest first; only of evidence. */
  readonly orders: readonly OrderSummary[];
}

/**
 * What holds within a file that does not hold. `all`: it was altered on its way as mail and editors do, and nothing else is
 * wrong with it once that is taken back. `facts`: only the page around the facts is not as it was written.
 */
export type Within = 'all' | 'facts';

/** What has to be known of a result to say what the file is about. */
interface Known {
  readonly about?: About | null;
  readonly doubts?: readonly Doubt[];
  readonly within?: Within | null;
}

/** What a file is about, in words. */
export interface AboutWords {
  readonly what: readonly SentencePart[];
  /** Null where nothing is known of it. */
  readonly when: string | null;
  /** What was reported of each order, a sentence each. */
  readonly reported: readonly { readonly heading: string; readonly sentence: readonly SentencePart[] }[];
}

const DEFAULT_ZONE = 'UTC';

/** @returns what is known of a file of which a manifest was read that holds. */
export const aboutFile = (
  { scope, events, time_zone: zone = DEFAULT_ZONE }: Manifest,
  span: Span | null,
  orders: readonly OrderSummary[] = [],
): About => ({ scope, events, span, timeZone: isTimeZone(zone) ? zone : DEFAULT_ZONE, orders });

/** @returns what a file that was verified is about, in words; null if nothing can be said of it. */
export function aboutWords(verified: Known, speech: Speech): AboutWords | null {
  const { about } = verified;
  if (about === undefined || about === null) return null;
  const { orders, timeZone } = about;
  const timeWords = timeWordsBy(offsetsOfZone(timeZone));
  const reported = orders.map((order, index) => ({
    heading:
      orders.length === 1
        ? say(speech, headingOf(verified))
        : `${say(speech, headingOf(verified))} · ${say(speech, 'about.nth', { number: index + 1, all: orders.length })}`,
    sentence: summaryWords(order, timeWords, speech),
  }));
  return { what: whatOf(about, speech), when: whenOf(about, speech), reported };
}

/** @returns how it is said by whose word something was reported. */
function headingOf({ doubts = [], within = null }: Known): 'about.reported' | 'about.file_says' | 'about.facts_say' {
  if (doubts.some(({ kind }) => kind === 'withheld')) return 'about.file_says';
  return within === 'facts' ? 'about.facts_say' : 'about.reported';
}

function whatOf({ scope }: About, speech: Speech): readonly SentencePart[] {
  const { location_id: location, order_id: order, streams } = scope;
  const foreign = (text: string): SentencePart => ({ text, isForeign: true });
  const parts = ((): readonly (SentencePart | string)[] => {
    if (location === null) return [say(speech, streams === 'all' ? 'about.everything' : 'about.all_orders')];
    if (order === null) {
      const values = { location: foreign(location) };
      return partsIn<SentencePart>(speech, 'about.location', enVerifier['about.location'], values);
    }
    const values = { order: foreign(order), location: foreign(location) };
    return partsIn<SentencePart>(speech, 'about.order', enVerifier['about.order'], values);
  })();
  return parts.map((part) => (typeof part === 'string' ? { text: part, isForeign: false } : part));
}

function whenOf({ events: count, span, timeZone: zone }: About, speech: Speech): string | null {
  // What is no time would be said as it came.
  if (span === null || [span.from, span.to].some((at) => Number.isNaN(Date.parse(at)))) return null;
  const timeWords = timeWordsBy(offsetsOfZone(zone));
  const [from, to] = [timeWords(span.from, ''), timeWords(span.to, span.from)].map((at) => timeIn(speech, at));
  return say(speech, 'about.when', { count, from: from ?? '', to: to ?? '', zone });
}

/** @returns the same in lines of text, as files speak, in which what others wrote is quoted. */
export function aboutLines(verified: Known): readonly string[] {
  const words = aboutWords(verified, OF_FILES);
  if (words === null) return [];
  const what = words.what.map(({ text, isForeign }) => (isForeign ? quotedFromFile(text) : text)).join('');
  return [
    `${what}${words.when === null ? '' : `: ${words.when}`}.`,
    ...words.reported.map(({ heading, sentence }) => `${heading}: ${JSON.stringify(textOfParts(sentence))}`),
  ];
}
