import type { Config } from '../../config/config';
import type { World } from '../../config/world';
import type { Position } from '../../event-store/event-store';
import type { Events } from '../../event-store/open-events';
import type { ReadModel } from '../../read-model/open-read-model';
import type { Metrics } from '../metrics';
import { scheduleAccessRetention } from './access-retention';
import { newestStored, readKnownTime, writeKnownTime } from './known-time';
import { countOld, runRetention } from './run-retention';
import { scheduleRetention } from './schedule';

interface Options {
  readonly config: Config;
  readonly events: Events;
  readonly world: World;
  readonly readModel: ReadModel;
  /** Nothing is deleted that no signed checkpoint covers. */
  readonly checkpoints: { readonly coveredTo: Position | null };
  readonly metrics: Metrics;
}

/** The time that the clock is compared with before anything is deleted by it. */
interface KnownTime {
  readonly known: (signal: AbortSignal) => Promise<number | null>;
  readonly record: (known: number) => void;
}

/** @param storedBefore when the newest event was stored before this start, if that could be read */
function knownTimeOf({ files, store }: Events, storedBefore: number | null): KnownTime {
  return {
    known: async (signal) => readKnownTime(files.knownTimeFile) ?? storedBefore ?? (await newestStored(store, signal)),
    record: (known) => {
      writeKnownTime(files.knownTimeFile, known);
    },
  };
}

function retainOrders(days: number, { known, record }: KnownTime, options: Options): { stop(): Promise<void> } {
  const { events, world, readModel, checkpoints, metrics } = options;
  const { orders, freshness, correct } = readModel;
  const { log, now, monotonic, newId } = world;
  const listFinal = (after: number, limit: number) => orders.listFinal(after, limit);
  return scheduleRetention({
    days,
    known,
    record,
    now,
    monotonic,
    isReady: () => freshness.complete && checkpoints.coveredTo !== null,
    plan: async (cutoff) => ({ old: await countOld({ listFinal, cutoff }), all: orders.countOrders() }),
    run: (cutoff, signal) => {
      const { coveredTo } = checkpoints;
      return runRetention({ store: events.store, newId, coveredTo, listFinal, correct, cutoff, signal });
    },
    onDeleted: (count) => {
      metrics.retention(count);
    },
    onHeld: (isHeld) => {
      metrics.retentionHeld('orders', isHeld);
    },
    log,
  });
}

function retainAccesses(days: number, { known, record }: KnownTime, options: Options): { stop(): Promise<void> } {
  const { events, world, checkpoints, metrics } = options;
  const { log, now, monotonic, newId } = world;
  return scheduleAccessRetention({
    store: events.store,
    newId,
    days,
    coveredTo: () => checkpoints.coveredTo,
    known,
    record,
    now,
    monotonic,
    onHeld: (isHeld) => {
      metrics.retentionHeld('accesses', isHeld);
    },
    log,
  });
}

/**
 * Deletes old orders and old records of who looked, as far as the configuration says so. To be opened before anything is
 * received: what is stored from then on is stamped by the clock that it is to vouch for.
 */
export async function openRetention(options: Options): Promise<{ close(): Promise<void> }> {
  const { config, events } = options;
  const { retentionDays, accessRetentionDays } = config;
  const deletes = retentionDays !== null || accessRetentionDays !== null;
  const time = knownTimeOf(events, deletes && config.eventStoreUrl === null ? await newestStored(events.store) : null);
  const running = [
    ...(retentionDays === null ? [] : [retainOrders(retentionDays, time, options)]),
    ...(accessRetentionDays === null ? [] : [retainAccesses(accessRetentionDays, time, options)]),
  ];
  return {
    close: async () => {
      await Promise.all(running.map((one) => one.stop()));
    },
  };
}
