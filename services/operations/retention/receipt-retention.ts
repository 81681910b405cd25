import { ScreenShownData } from '../../../schemas/api/screen-reports';
import { shownDays } from '../../screen-reports/receipt-days';
import { deleteOldStream, type OldDeletion } from './old-stream';

const DAY_MS = 86_400_000;

/** Returns when the newest report of an event came. */
function newestReport(data: unknown): number {
  const { screens } = ScreenShownData.parse(data);
  return Math.max(...screens.flatMap(({ reports }) => reports.map(({ received }) => received)));
}

/**
 * Deletes what screens showed at a location on a day, where all of that is older than a cutoff.
 * @param from number of the first day that may still be there
 * @returns how many records were deleted, and the number of the first day that is kept
 * @throws {EventStoreError}
 */
export async function deleteOldReceipts(
  deletion: OldDeletion,
  from = 0,
): Promise<{ readonly deleted: number; readonly firstKept: number }> {
  let [deleted, firstKept, isAllGone] = [0, from, true];
  for await (const { stream, day, number } of shownDays(deletion.store, from)) {
    if (deletion.signal?.aborted === true) break;
    const result = await deleteOldStream(deletion, stream, newestReport);
    deleted += result.deleted;
    // A day that is not over for long enough may still be recorded: what is empty is not gone.
    isAllGone &&= !result.kept && Date.parse(day) + DAY_MS <= deletion.cutoff;
    if (isAllGone) firstKept = number + 1;
  }
  return { deleted, firstKept };
}
