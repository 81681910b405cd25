import { sleep } from '../concurrency/sleep';
import { type EventSource, isEventStoreError } from '../event-store/event-store';
import type { Corrector } from './corrections';
import { isDamage } from '../event-store/sqlite-error';
import { deleteOrderTable } from './order-table/schema';
import { openOrderTable, type OrderTable } from './order-table/writer';
import { type Progress, runProjector } from './projector';

/** What a projector tells, in whatever thread it runs. */
export type ProjectorNews =
  | { readonly kind: 'progress'; readonly progress: Progress }
  /** It begins again, from the checkpoint of the read model that it finds or makes. */
  | { readonly kind: 'restarted' }
  /** It lost its log for now, and goes on by itself. */
  | { readonly kind: 'interrupted'; readonly message: string }
  | { readonly kind: 'failed'; readonly message: string };

/** Milliseconds before a projector that failed tries again. */
const RETRY_MS = 1_000;

/**
 * Runs the projector until it is stopped, whatever happens to the read model's file or disk in between.
 * @param file of the read model; @param version of the folds
 * @param corrector where corrections of the read model come from
 */
export async function keepProjecting(options: {
  readonly source: EventSource;
  readonly file: string;
  readonly version: string;
  readonly signal: AbortSignal;
  readonly corrector: Corrector;
  readonly onNews: (news: ProjectorNews) => void;
}): Promise<void> {
  const { source, file, version, signal, corrector, onNews } = options;
  while (!signal.aborted) {
    let table: OrderTable | null = null;
    try {
      table = openOrderTable(file, version);
      onNews({ kind: 'restarted' });
      const onProgress = (progress: Progress): void => {
        onNews({ kind: 'progress', progress });
      };
      await runProjector({ source, table, signal, corrector, onProgress });
    } catch (error) {
      onNews({ kind: 'failed', message: error instanceof Error ? error.message : String(error) });
      // Invalid: the read model has seen more than the log holds, or something else. The log lost events, or is another
      // one. What it holds is all that can be shown; that events are missing was told just now, and is not ours to mend.
      if (isDamage(error) || isEventStoreError(error, 'invalid')) {
        table?.close();
        table = null;
        deleteOrderTable(file);
      }
      await sleep(RETRY_MS, signal);
    } finally {
      table?.close();
    }
  }
}
