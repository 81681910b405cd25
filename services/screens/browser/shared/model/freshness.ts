import { elapsed, type Moment } from './clock';
import type { StoreState } from './feed-message';

/** How far the screen's connection has got. */
export type LinkState =
  | { readonly kind: 'connecting' }
  | { readonly kind: 'open' }
  /** Ended, refused or never answered; it will be tried again. */
  | { readonly kind: 'lost'; readonly store: StoreState }
  /** The reader of this screen may not. */
  | { readonly kind: 'refused'; readonly reason: 'login' | 'forbidden' };

/** What freshness is read from. */
export interface Signs {
  readonly link: LinkState;
  /** What the browser says of its network. It errs in both directions, so it only ever explains a silence. */
  readonly online: boolean;
  /** When the screen began to look at this location. */
  readonly startedAt: Moment;
  /** When the last message of any kind came, or null. */
  readonly lastMessageAt: Moment | null;
  /** Something is on the board, fresh or not. */
  readonly hasData: boolean;
  readonly store: StoreState;
  /** Milliseconds between heartbeats. */
  readonly intervalMs: number;
}

export type Cause = 'offline' | 'unreachable' | 'store' | 'behind' | 'login' | 'forbidden';

/** How fresh is what comes from the live feed. */
export type LiveFreshness =
  | { readonly kind: 'live'; readonly ageMs: number }
  /** The connection is being made, for the first time or so shortly after it was lost that nothing can be said yet. */
  | { readonly kind: 'connecting'; readonly ageMs: number | null }
  /** What is shown may no longer be true. */
  | { readonly kind: 'stale'; readonly cause: Cause; readonly ageMs: number | null };

/** What was on this screen before it was loaded again, without the service; it becomes older. */
export interface KeptFreshness {
  readonly kind: 'kept';
  /** When it was last current, in words. */
  readonly since: string;
  readonly ageMs: number;
  /** Why nothing newer is there; null: it is not known yet. */
  readonly cause: Cause | null;
}

export type ScreenFreshness =
  | LiveFreshness
  | KeptFreshness
  /** The past, as of a moment, in words: it does not become older. */
  | { readonly kind: 'replay'; readonly asOf: string };

/** Returns whether what is shown may no longer be true. */
export const isOld = ({ kind }: ScreenFreshness): boolean => kind === 'stale' || kind === 'kept';

/** Returns whether what is shown is no live state, fresh or not: nothing is acknowledged in it, and nobody watches it. */
export const isPast = ({ kind }: ScreenFreshness): boolean => kind === 'replay' || kind === 'kept';

/** Milliseconds between heartbeats until the service has said how many. */
export const DEFAULT_INTERVAL_MS = 5_000;
/** Milliseconds that a heartbeat may be late on a slow network before the board says that it is out of date. */
export const GRACE_MS = 1_500;

/** Milliseconds of silence after which a feed counts as lost. */
export const silenceLimit = (intervalMs: number): number => intervalMs + GRACE_MS;

/** @returns what the screen can honestly say of its data at a moment. */
export function freshnessOf(signs: Signs, at: Moment): LiveFreshness {
  const { link, online, lastMessageAt, store, hasData } = signs;
  const silence = elapsed(lastMessageAt ?? signs.startedAt, at);
  const ageMs = lastMessageAt === null ? null : silence;
  if (link.kind === 'refused') return { kind: 'stale', cause: link.reason, ageMs };
  const reported = link.kind === 'lost' && link.store !== 'ok' ? link.store : store;
  const silent = silence > silenceLimit(signs.intervalMs);
  if (link.kind === 'open' && !silent) {
    if (reported !== 'ok') return { kind: 'stale', cause: storeCause(reported), ageMs };
    return ageMs === null || !hasData ? { kind: 'connecting', ageMs } : { kind: 'live', ageMs };
  }
  if (!online && (silent || link.kind === 'lost')) return { kind: 'stale', cause: 'offline', ageMs };
  if (reported !== 'ok') return { kind: 'stale', cause: storeCause(reported), ageMs };
  if (silent) return { kind: 'stale', cause: 'unreachable', ageMs };
  return { kind: 'connecting', ageMs };
}

const storeCause = (store: Exclude<StoreState, 'ok'>): Cause => (store === 'behind' ? 'behind' : 'store');
