import type { RawMessage } from '../../shared/model/feed-message';
import type { LinkState } from '../../shared/model/freshness';
import type { FeedNeed } from './feed-need';

/** What a tab and the worker that holds the connections of all tabs say to each other. One port is one feed of a tab. */

export type FromTab =
  | { readonly kind: 'follow'; readonly need: FeedNeed; readonly position: string | null }
  /** It has taken everything up to this number. */
  | { readonly kind: 'taken'; readonly number: number }
  /** The network or the tab came back. */
  | { readonly kind: 'hurry' }
  /** Is anybody there? */
  | { readonly kind: 'ask' }
  | { readonly kind: 'leave' };

export type WorkerNews =
  | { readonly kind: 'messages'; readonly messages: readonly RawMessage[] }
  | { readonly kind: 'link'; readonly link: LinkState }
  /** The worker is there; it says nothing of the feed. */
  | { readonly kind: 'beat' }
  /** The tab did not take what it was sent, and is sent no more: it has to follow anew. */
  | { readonly kind: 'over' };

export type FromWorker = WorkerNews & { readonly number: number };

/** Milliseconds between two beats of the worker. */
export const BEAT_MS = 2_000;
