import { setTimeout as delay } from 'node:timers/promises';
import type { OrderKey } from '../../../schemas/order-key';
import type { OrderDeletedData } from '../../../schemas/events/event-data';
import { orderStream } from '../../../schemas/events/order-events';
import { readIfThere } from '../../event-store/reads';
import { leafOf } from '../../event-store/seal/log-hash';
import { comparePositions, type EventStore, isEventStoreError, type Position } from '../../event-store/event-store';
import type { Correction } from '../../read-model/corrections';
import type { ListedOrders } from '../../read-model/order-table/slices';
import type { OrderRecord } from '../../read-model/order-table/schema';
import { decideRetention, nothingRead, replayAfter, type Replay } from './decide';
import { noteDeleted } from './note-deleted';

/** Deletes finished orders that are old enough, and makes the read model forget them. */

/** Orders read from the read model at a time: some milliseconds of the thread that answers Stream. */
const PAGE_ORDERS = 256;
/** Orders looked at together, so that their deletes share a sync and deliveries still come through in between. */
const ORDERS_AT_ONCE = 32;
/** Most tries to correct the read model of one order while newer events of it are coming in. */
const MAX_CORRECTIONS = 20;
/** Milliseconds between them. */
const CORRECTION_RETRY_MS = 50;

/** What a run did, in orders. */
export interface RetentionResult {
  /** Deleted; in a dry run, what would have been. */
  readonly deleted: number;
  /** Deleted before, by another instance or a run that was interrupted, and now forgotten by the read model too. */
  readonly forgotten: number;
  /**
   * Old by the read model and yet kept: they changed meanwhile, hold an event that is not ours, or one that came later
   * than their last.
   */
  readonly kept: number;
  /** Deleted, but the read model could not be notified. The next run notifies it. */
  readonly unreported: number;
}

type Looked = 'deleted' | 'gone' | 'kept';

interface Options {
  readonly store: Pick<EventStore, 'readStream' | 'append' | 'deleteStream'>;
  /**
   * Everything up to here is covered by a signed checkpoint. What is not is kept, or no checkpoint could hold any more.
   */
  readonly coveredTo: Position | null;
  /** Makes a UUID. */
  readonly newId: () => string;
  /** @returns finished orders by the read model, as they first came. */
  readonly listFinal: (after: number, limit: number) => ListedOrders;
  /** @returns for each correction whether the read model now says so. */
  readonly correct: (corrections: readonly Correction[]) => Promise<readonly boolean[]>;
  /** Only orders all of whose events came before this are deleted; milliseconds since the epoch. */
  readonly cutoff: number;
  /** Looks and counts only. */
  readonly dryRun?: boolean;
  /** Ends the run early, between two orders. */
  readonly signal?: AbortSignal;
}

interface Seen extends Replay {
  /** Position and leaf of each event. */
  readonly leaves: OrderDeletedData['leaves'];
}

/** @returns null if the stream is gone. */
async function replay(store: Options['store'], key: OrderKey): Promise<Seen | null> {
  let seen = nothingRead;
  const leaves: OrderDeletedData['leaves'] = [];
  for await (const event of readIfThere(store, orderStream(key))) {
    seen = replayAfter(key, seen, event);
    leaves.push([event.position, leafOf(event)]);
  }
  return leaves.length === 0 ? null : { ...seen, leaves };
}

const isOld = ({ state }: OrderRecord, cutoff: number): boolean => Date.parse(state.updated_at) < cutoff;

/** @returns how many orders {@link runRetention} would look at to delete them. */
export async function countOld({ listFinal, cutoff }: Pick<Options, 'listFinal' | 'cutoff'>): Promise<number> {
  let old = 0;
  for (let after: number | null = 0; after !== null;) {
    const page: ListedOrders = listFinal(after, PAGE_ORDERS);
    old += page.records.filter((record) => isOld(record, cutoff)).length;
    after = page.next;
    await delay(0);
  }
  return old;
}

/**
 * Looks at every order that the read model says is finished and old, once. The decision is made from the order's
 * stream, and the delete asks for exactly the revision that was read: an order about which anything comes in between is
 * left alone. An order of which nothing but the read model's row is left is forgotten. Quarantine is never touched.
 * @throws {EventStoreError} what the store failed with; what was deleted before that is forgotten by the read model
 *   nevertheless. The next run goes on.
 */
export async function runRetention(options: Options): Promise<RetentionResult> {
  const { store, newId, coveredTo, listFinal, correct, cutoff, dryRun = false, signal } = options;
  const counts = { deleted: 0, forgotten: 0, kept: 0, unreported: 0 };

  async function look({ key }: OrderRecord): Promise<{ readonly looked: Looked; readonly upTo: number }> {
    const seen = await replay(store, key);
    if (seen === null) return { looked: 'gone', upTo: -1 };
    const decision = decideRetention(seen, cutoff);
    const [newest] = seen.leaves.at(-1) ?? [];
    const isCovered = newest !== undefined && coveredTo !== null && comparePositions(newest, coveredTo) <= 0;
    if (decision.kind === 'keep' || !isCovered) return { looked: 'kept', upTo: -1 };
    const upTo = decision.expected;
    if (dryRun) return { looked: 'deleted', upTo };
    await noteDeleted({ store, newId }, orderStream(key), seen.leaves);
    try {
      const result = await store.deleteStream(orderStream(key), upTo, 'soft');
      return { looked: result.kind === 'deleted' ? 'deleted' : 'kept', upTo };
    } catch (error) {
      if (isEventStoreError(error, 'deleted')) return { looked: 'gone', upTo };
      throw error;
    }
  }

  /** Newer events came after the delete and were folded onto what is gone: says what a replay gives now. */
  async function correctAgain(correction: Correction): Promise<void> {
    const { key } = correction;
    for (let tries = 0; tries < MAX_CORRECTIONS && signal?.aborted !== true; tries++) {
      const seen = await replay(store, key);
      const now: Correction =
        seen === null
          ? correction
          : { kind: 'replayed', key, state: seen.state, drives: seen.drives, verdicts: seen.verdicts };
      const [made] = await correct([now]);
      if (made === true) return;
      await delay(CORRECTION_RETRY_MS);
    }
    counts.unreported++;
  }

  async function lookAtAll(records: readonly OrderRecord[]): Promise<void> {
    const results = await Promise.allSettled(records.map(look));
    const gone: Correction[] = [];
    const failures: unknown[] = [];
    results.forEach((result, index) => {
      const record = records[index];
      if (record === undefined) return;
      if (result.status === 'rejected') {
        failures.push(result.reason);
        return;
      }
      const { looked, upTo } = result.value;
      counts[looked === 'gone' ? 'forgotten' : looked]++;
      if (looked !== 'kept') gone.push({ kind: 'gone', key: record.key, upTo: Math.max(upTo, record.state.revision) });
    });
    if (!dryRun && gone.length > 0) {
      const made = await correct(gone);
      for (const [index, correction] of gone.entries()) if (made[index] !== true) await correctAgain(correction);
    }
    if (failures.length > 0) throw failures[0];
  }

  for (let after: number | null = 0; after !== null;) {
    const page: ListedOrders = listFinal(after, PAGE_ORDERS);
    const old = page.records.filter((record) => isOld(record, cutoff));
    for (let first = 0; first < old.length; first += ORDERS_AT_ONCE) {
      if (signal?.aborted === true) return counts;
      await lookAtAll(old.slice(first, first + ORDERS_AT_ONCE));
    }
    after = page.next;
    await delay(0);
  }
  return counts;
}
