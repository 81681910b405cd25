import { backoff } from '../../schemas/backoff';
import { sleep } from '../concurrency/sleep';
import { type EventSource, isEventStoreError } from '../event-store/event-store';
import type { Corrector } from './corrections';
import { isDamage } from '../event-store/sqlite-error';
import { deleteOrderTable } from './order-table/schema';
import { openOrderTable, type OrderTable } from './order-table/writer';
import { type Progress, runProjector } from './projector';

/** What a projector reports, in whatever thread it runs. */
export type ProjectorNews =
  /** `look`: the last one that was asked for when it began to look. */
  | { readonly kind: 'progress'; readonly progress: Progress; readonly look: number }
  /** It begins again, from the checkpoint of the read model that it finds or makes. */
  | { readonly kind: 'restarted' }
  /** It lost its log for now, and goes on by itself. */
  | { readonly kind: 'interrupted'; readonly message: string }
  | { readonly kind: 'failed'; readonly message: string };

/** Has whichever projector runs now look at the log anew, as after a standstill of the process. */
export class ProjectorLooks {
  #asked = 0;
  #running = new AbortController();

  ask(look: number): void {
    this.#asked = look;
    this.#running.abort();
  }

  /** @returns the last look that was asked for, and what is aborted once there is another. */
  begin(): { readonly look: number; readonly over: AbortSignal } {
    this.#running = new AbortController();
    return { look: this.#asked, over: this.#running.signal };
  }
}

/** Milliseconds before a projector that lost its log tries again. */
const RETRY_MS = 1_000;
/**
 * The same where it failed otherwise: longer and longer, because what is tried again may be large, such as all indexes on a
 * disk that has no room for them.
 */
const FAILURE_PAUSES = { first: 1_000, longest: 10_000 };

interface ProjectingOptions {
  readonly source: EventSource;
  readonly file: string;
  readonly version: string;
  readonly signal: AbortSignal;
  readonly corrector: Corrector;
  readonly looks?: ProjectorLooks;
  readonly onNews: (news: ProjectorNews) => void;
}

/**
 * Runs the projector until it is stopped, whatever happens to the read model's file or disk in between.
 * @param file of the read model
 * @param version of the folds
 * @param corrector where corrections of the read model come from
 * @param looks where it is asked to look anew
 */
export async function keepProjecting(options: ProjectingOptions): Promise<void> {
  const { file, version, signal } = options;
  let failures = 0;
  const onNews = (news: ProjectorNews): void => {
    if (news.kind === 'progress' && news.progress.caughtUp) failures = 0;
    options.onNews(news);
  };
  while (!signal.aborted) {
    let table: OrderTable | null = null;
    try {
      table = openOrderTable(file, version);
      onNews({ kind: 'restarted' });
      await projectAndLook({ ...options, onNews }, table);
    } catch (error) {
      onNews({ kind: 'failed', message: error instanceof Error ? error.message : String(error) });
      // Invalid: the read model has seen more than the log holds, or something else. The log lost events, or is another
      // one. What it holds is all that can be shown; that events are missing was reported just now, and is not ours to
      // mend.
      if (isDamage(error) || isEventStoreError(error, 'invalid')) {
        table?.close();
        table = null;
        deleteOrderTable(file);
      }
      await sleep(backoff(++failures, FAILURE_PAUSES, Math.random()), signal);
    } finally {
      table?.close();
    }
  }
}

/** Runs the projector on a table, anew each time that it is asked to look, until it is stopped or the table is gone. */
async function projectAndLook(options: ProjectingOptions, table: OrderTable): Promise<void> {
  const { source, signal, corrector, looks = new ProjectorLooks(), onNews } = options;
  for (let isFirst = true, isAsked = true; isAsked; isFirst = false) {
    const { look, over } = looks.begin();
    const ending = AbortSignal.any([signal, over]);
    const onProgress = (progress: Progress): void => {
      onNews({ kind: 'progress', progress, look });
    };
    try {
      const end = await runProjector({ source, table, signal: ending, corrector, onProgress });
      isAsked = end === 'stopped' && over.aborted;
    } catch (error) {
      // What the table has is as good as before: it goes on being read while the log is away.
      if (isFirst || !isEventStoreError(error, 'unavailable')) throw error;
      onNews({ kind: 'interrupted', message: error.message });
      await sleep(RETRY_MS, signal);
      isAsked = !signal.aborted;
    }
  }
}
