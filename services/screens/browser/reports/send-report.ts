import type { ScreenReport } from '../../../../schemas/api/screen-reports';
import type { FeedPlace } from '../feed/live-orders';
import { addressOf } from '../shared/base-path';
import { abortAfter } from '../shared/deadline';

/** Milliseconds that an answer may take. */
const PATIENCE_MS = 10_000;

/** Answers after which sending the same again is of no use. */
const FINAL: ReadonlySet<number> = new Set([400, 404, 413]);

/** Where a screen reports to. */
export type ReportPlace = Omit<FeedPlace, 'view'>;

/** `later`: as far as is known it was not taken; `never`: nor would it be. */
export type ReportOutcome = 'taken' | 'later' | 'never';

/** Returns whether a screen can report to a service: the pages of other origins may only read. */
export const canReport = ({ service, location }: Pick<ReportPlace, 'service' | 'location'>): boolean =>
  location !== '' && new URL(addressOf(service, '/')).origin === window.location.origin;

/** Sends a report, also from a page that is about to go. */
export async function sendReport(
  { service, location, token }: ReportPlace,
  report: ScreenReport,
): Promise<ReportOutcome> {
  const address = addressOf(service, `/locations/${encodeURIComponent(location)}/screen-reports`);
  try {
    return await abortAfter(PATIENCE_MS, async (signal) => {
      const response = await fetch(address, {
        method: 'POST',
        headers: {
          'Content-Type': 'application/json',
          ...(token === null ? {} : { Authorization: `Bearer ${token}` }),
        },
        credentials: token === null ? 'same-origin' : 'omit',
        body: JSON.stringify(report),
        keepalive: true,
        cache: 'no-store',
        signal,
      });
      // An answer that nobody reads is one that the browser breaks off.
      await response.text();
      if (response.ok) return 'taken';
      return FINAL.has(response.status) ? 'never' : 'later';
    });
  } catch {
    return 'later';
  }
}
