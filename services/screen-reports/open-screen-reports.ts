import type { Router } from 'express';
import type { AccessLog } from '../access/log/access-log';
import type { World } from '../config/world';
import type { EventStore } from '../event-store/event-store';
import type { ReadModel } from '../read-model/open-read-model';
import { ReadModelError } from '../read-model/order-table/schema';
import { readOrderReceipts } from './order-receipts';
import { ReceiptDays } from './receipt-days';
import { ReceiptLog } from './receipt-log';
import { createRecordedReceipts, type RevisionOf } from './recorded-receipts';
import { createScreenReportRoutes } from './route';
import { type ScreenFigures, unwatchedOf, Watching } from './watching';

/** Screens, and what they report. */
export interface ScreenReports {
  readonly routes: readonly Router[];
  /** Records what waits. */
  close(): Promise<void>;
}

export function openScreenReports(options: {
  readonly store: EventStore;
  readonly world: World;
  readonly access: { readonly accessLog: Pick<AccessLog, 'record'> };
  readonly readModel: Pick<ReadModel, 'orders' | 'wait'>;
  readonly revisionOf: RevisionOf;
  readonly metrics: { observeScreens(figures: ScreenFigures): void };
}): ScreenReports {
  const { store, world, access, readModel, revisionOf, metrics } = options;
  const { now, monotonic, newId, log } = world;
  const { orders } = readModel;
  const watching = new Watching(monotonic);
  const receipts = new ReceiptLog(new ReceiptDays(store, newId), newId, log);
  const unwatched = () => (watching.isKnown ? unwatchedOf(orders.busyLocations(), watching.list(), now()) : null);
  metrics.observeScreens({
    watching: () => watching.list().filter((screen) => screen.watching).length,
    unwatchedLocations: () => {
      try {
        return unwatched()?.length ?? null;
      } catch (error) {
        if (error instanceof ReadModelError) return null;
        throw error;
      }
    },
    receipts: () => receipts.recorded,
  });
  return {
    routes: [
      createScreenReportRoutes({
        watching,
        receipts,
        unwatched,
        recorded: createRecordedReceipts(revisionOf, orders),
        waitForReadModel: readModel.wait,
        receiptsOf: (key) => readOrderReceipts(store, key),
        accessLog: access.accessLog,
        now,
        monotonic,
      }),
    ],
    close: () => receipts.close(),
  };
}
