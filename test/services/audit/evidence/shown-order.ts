import { randomUUID } from 'node:crypto';
import { eventId } from '../../../../schemas/events/event-id';
import type { ShownPart } from '../../../../schemas/api/screen-limits';
import type { ShownScreen } from '../../../../schemas/api/screen-reports';
import { readerName } from '../../../../schemas/files/reader-name';
import type { OrderKey } from '../../../../schemas/order-key';
import type { EventStore } from '../../../../services/event-store/event-store';
import { dayOf, ReceiptDays } from '../../../../services/screen-reports/receipt-days';
import { KEY } from './recorded-order';

/** Display receipts in a store, put there as the service does. */

export interface Shown {
  readonly revision: number;
  /** By the clock of the screen, RFC 3339. */
  readonly at: string;
  readonly part?: ShownPart;
  readonly screen?: string;
  /** Null while reading is open. */
  readonly reader?: string | null;
  readonly key?: OrderKey;
  /** Milliseconds by which the clock of the screen is behind. */
  readonly behindMs?: number;
}

/** Milliseconds from what was painted to its report. */
const REPORTED_AFTER_MS = 1_500;

/** Records what screens showed, each as a report of its own, a second and a half later. */
export async function recordShown(store: EventStore, all: readonly Shown[]): Promise<void> {
  const days = new ReceiptDays(store, randomUUID);
  const names = [...new Set(all.map(({ screen = 'counter 2' }) => screen))];
  for (const {
    revision,
    at,
    part = 'tile',
    screen = 'counter 2',
    reader = 'counter',
    key = KEY,
    behindMs = 0,
  } of all) {
    const shownAt = Date.parse(at);
    const sent = shownAt + REPORTED_AFTER_MS;
    const shown: ShownScreen = {
      screen_id: names.indexOf(screen).toString(16).padStart(32, '0'),
      name: screen,
      kind: 'board',
      reader: reader === null ? null : readerName(reader),
      reports: [{ sent, received: sent + behindMs, receipts: [[key.order_id, revision, part, shownAt]] }],
    };
    const day = dayOf(sent + behindMs);
    await days.append(day, { location_id: key.location_id, screens: [shown] }, eventId(randomUUID()));
  }
}
