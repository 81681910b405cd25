import type { Hop, Party } from '../../../../../schemas/sandbox';

/** What went over the wire, as the page lists it. */

/** How a hop ended, or that it has not. A refusal may be what was asked for: the POS rejects orders by it. */
export type HopOutcome = 'under_way' | 'answered' | 'refused' | 'failed';

export function outcomeOf({ answer, duration_ms }: Pick<Hop, 'answer' | 'duration_ms'>): HopOutcome {
  if (answer === null) return duration_ms === null ? 'under_way' : 'failed';
  if (answer.status >= 500) return 'failed';
  return answer.status >= 200 && answer.status < 300 ? 'answered' : 'refused';
}

/** The ways that requests go; the POS asks nobody. */
export const WAYS = ['dsp-stream', 'stream-dsp', 'stream-pos'] as const;
export type Way = (typeof WAYS)[number];

const PARTY_WORDS: Readonly<Record<Party, string>> = { dsp: 'DSP', stream: 'Stream', pos: 'POS' };
export const partyWords = (party: Party): string => PARTY_WORDS[party];
export const wayWords = ({ from, to }: Pick<Hop, 'from' | 'to'>): string => `${partyWords(from)} to ${partyWords(to)}`;

export const WAY_WORDS: Readonly<Record<Way, string>> = {
  'dsp-stream': wayWords({ from: 'dsp', to: 'stream' }),
  'stream-dsp': wayWords({ from: 'stream', to: 'dsp' }),
  'stream-pos': wayWords({ from: 'stream', to: 'pos' }),
};

/** Which hops are listed. */
export interface HopFilter {
  /** The DSP's id; null: of all orders, and of none. */
  readonly order: string | null;
  readonly way: Way | null;
  /** Only what was not answered 2xx. */
  readonly failures: boolean;
}

export function passes(hop: Hop, { order, way, failures }: HopFilter): boolean {
  if (order !== null && hop.order_id !== order) return false;
  if (way !== null && `${hop.from}-${hop.to}` !== way) return false;
  const outcome = outcomeOf(hop);
  return !failures || outcome === 'refused' || outcome === 'failed';
}

/** Hops that are drawn at once. */
export const DRAWN_HOPS = 200;

export interface HopList {
  readonly drawn: readonly Hop[];
  /** All that pass the filter. */
  readonly passing: number;
}

/**
 * Returns the newest hops that pass, and the one that is open, whatever comes after it.
 * @param hops newest first
 * @param open id of the hop that someone reads; null: none
 */
export function listHops(hops: readonly Hop[], filter: HopFilter, open: number | null, oldestFirst: boolean): HopList {
  const passing = hops.filter((hop) => passes(hop, filter));
  const newest = passing.slice(0, DRAWN_HOPS);
  const read = passing.slice(DRAWN_HOPS).filter(({ id }) => id === open);
  const drawn = [...newest, ...read];
  return { drawn: oldestFirst ? drawn.reverse() : drawn, passing: passing.length };
}

/** @returns how many hops began since the list was paused. Ids begin anew with the process. */
export const hopsSince = (paused: readonly Hop[], now: readonly Hop[]): number =>
  Math.max(0, (now[0]?.id ?? -1) - (paused[0]?.id ?? -1));

/** @returns what came of a hop, in words. */
export function outcomeWords({ answer, error, duration_ms }: Pick<Hop, 'answer' | 'error' | 'duration_ms'>): string {
  const outcome = outcomeOf({ answer, duration_ms });
  if (answer === null) return outcome === 'under_way' ? 'Under way' : `No answer: ${error ?? 'not known why'}`;
  const status = String(answer.status);
  if (outcome === 'answered') return status;
  return outcome === 'refused' ? `${status} refused` : `${status} failed`;
}

/** Seconds until a time, rounded up; null once it is there. @param now milliseconds since the epoch */
export function secondsUntil(time: string | null, now: number): number | null {
  const ms = Date.parse(time ?? '') - now;
  return ms > 0 ? Math.ceil(ms / 1_000) : null;
}
