import type { ParsedList } from '../../schemas/json/list-file';

/** Milliseconds from one look at a followed file to the next. */
export const FOLLOW_INTERVAL_MS = 2_000;

/**
 * Looks at a file from time to time. One that cannot be used changes nothing: a slip must not end what works. Looks at the
 * content each time, as times of change are coarse, and watching is not reliable on mounted volumes.
 * @param read reads and checks the file; never rejects
 * @param onEntries called with what each look finds, whether or not it is new
 * @param onFaults called with what is wrong, once for as long as it stays the same
 * @returns what ends it
 */
export function followFile<Entry>(
  read: () => Promise<ParsedList<Entry>>,
  onEntries: (entries: readonly Entry[]) => void,
  onFaults: (detail: string) => void,
): () => void {
  let complained = '';
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;
  const look = async (): Promise<void> => {
    const parsed = await read();
    if (stopped) return;
    const complaint = parsed.kind === 'usable' ? '' : parsed.faults.join('; ');
    if (complaint !== complained && complaint !== '') onFaults(complaint);
    complained = complaint;
    if (parsed.kind === 'usable') onEntries(parsed.entries);
    plan();
  };
  const plan = (): void => {
    timer = setTimeout(() => void look(), FOLLOW_INTERVAL_MS).unref();
  };
  plan();
  return () => {
    stopped = true;
    clearTimeout(timer);
  };
}
