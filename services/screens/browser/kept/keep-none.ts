import type { LiveFreshness } from '../shared/model/freshness';
import { install } from './install';
import { forgetBoards } from './kept-boards';

/** Milliseconds between two looks at the page. */
const LOOK_MS = 1_000;

/** Has a page that keeps no board open without the service, and forget all boards once nobody is signed in any more. */
export function keepNone(page: { readonly freshness: LiveFreshness }): void {
  void install();
  let isForgotten = false;
  setInterval(() => {
    const { freshness } = page;
    const isSignedOut = freshness.kind === 'stale' && freshness.cause === 'login';
    if (isSignedOut && !isForgotten) void forgetBoards().catch(() => undefined);
    isForgotten = isSignedOut;
  }, LOOK_MS);
}
