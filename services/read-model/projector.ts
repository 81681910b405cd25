import { changesDrives, type Drive, drivesAfter } from '../../projections/order/drives';
import { initial, type OrderState } from '../../projections/order/order';
import { classify } from '../../projections/history/timeline';
import type { OrderKey } from '../../schemas/order-key';
import {
  decodeOrderEvent,
  hashOf,
  ORDER_STREAM_PREFIX,
  orderKeyOfStream,
  orderStream,
} from '../../schemas/events/order-events';
import type { StreamName } from '../../schemas/events/stream-name';
import type { Verdict } from '../../schemas/vocabulary';
import { createRemembered } from '../concurrency/remembered';
import { sleep } from '../concurrency/sleep';
import {
  comparePositions,
  type EventSource,
  EventStoreError,
  type Position,
  type RecordedEvent,
} from '../event-store/event-store';
import { DeletedLeaves } from '../event-store/seal/deleted-leaves';
import type { Correction, Corrector } from './corrections';
import type { SavedOrder, Witness } from './order-table/schema';
import type { OrderTable } from './order-table/writer';

/** How far a projector is. */
export interface Progress {
  /** Everything up to here is readable. */
  readonly position: Position | null;
  /** Everything up to here is folded, and saved soon. */
  readonly folded: Position | null;
  /** Nothing more was in the log when it looked last. */
  readonly caughtUp: boolean;
  /** Events folded by this projector so far. */
  readonly events: number;
  /** Reports since the last progress that an earlier event of their order made; none while the log is read for the first time. */
  readonly cameBefore: number;
  /** Locations whose orders became readable anew with this. */
  readonly locations: readonly string[];
}

/** Orders whose states are kept at hand between saves: some 1 KiB each. */
const STATES_AT_HAND = 16_384;
/**
 * Most orders with states not saved yet. While the log is far ahead, saving each batch would write most orders as often
 * as they have events; this way it is about once each, and a crash repeats a second of work.
 */
const MAX_UNSAVED_ORDERS = 16_384;
/**
 * Least milliseconds from one save to the next while following. Under load it makes batches of what would be single
 * events; alone, an update waits for nothing, because the time has long passed.
 */
const SAVE_INTERVAL_MS = 10;
/**
 * The same once more orders than the rate below have changed for so long, which is no burst any more: then most of a save is writing pages that the next save writes
 * again, and the processors are better left to those who acknowledge.
 */
const BUSY_SAVE_INTERVAL_MS = 150;
const BUSY_ORDERS_PER_MS = 3;
const BUSY_AFTER_MS = 500;

/** How often the read model's file is looked for, in milliseconds: it may be deleted while nothing comes. */
const ATTACHMENT_CHECK_MS = 250;

interface Touched extends Omit<{ -readonly [Field in keyof SavedOrder]: SavedOrder[Field] }, 'verdicts'> {
  readonly verdicts: Set<Verdict>;
}

/**
 * Decides how long to wait from one save to the next: alone, an update waits for nothing; under load, saves are
 * batches; once it is no burst any more, they are rare.
 */
class Pace {
  #savedAt = -Infinity;
  #interval = SAVE_INTERVAL_MS;
  #busyMs = 0;

  saved(): void {
    this.#savedAt = performance.now();
  }

  /** Milliseconds since the last save. */
  get sinceSave(): number {
    return performance.now() - this.#savedAt;
  }

  /**
   * @param sinceSave milliseconds between the last two saves
   * @param orders that were saved then
   * @returns milliseconds to wait now.
   */
  pause(sinceSave: number, orders: number): number {
    // Twice: a save that comes just after the interval is over still belongs to a busy time.
    const isAlone = sinceSave > 2 * this.#interval;
    const isBusy = sinceSave >= SAVE_INTERVAL_MS && orders > BUSY_ORDERS_PER_MS * sinceSave;
    this.#busyMs = isBusy ? this.#busyMs + sinceSave : 0;
    this.#interval = this.#busyMs > BUSY_AFTER_MS ? BUSY_SAVE_INTERVAL_MS : SAVE_INTERVAL_MS;
    return isAlone ? 0 : this.#interval;
  }
}

/** Folds a batch onto the states that it touches, and onto their drivers where it changes them. @returns how many of its reports came before */
function fold(
  events: readonly RecordedEvent[],
  touched: Map<string, Touched>,
  stateOf: (stream: StreamName, key: OrderKey) => OrderState,
  drivesOf: (key: OrderKey) => readonly Drive[],
): number {
  let cameBefore = 0;
  for (const stored of events) {
    const event = decodeOrderEvent(stored);
    if (event === null) continue;
    let record = touched.get(stored.stream);
    if (record === undefined) {
      const key = orderKeyOfStream(stored.stream);
      if (key === null) continue;
      const isBegun = event.revision === 0;
      const state = isBegun ? initial : stateOf(stored.stream, key);
      const { position, id: eventId } = stored;
      const verdicts = new Set<Verdict>();
      record = { key, position, eventId, contentHash: null, eventHash: null, state, isBegun, verdicts };
      touched.set(stored.stream, record);
    }
    if (event.revision <= record.state.revision) continue;
    const before = record.state;
    const { state, verdict } = classify(record.key, before, event);
    record.state = state;
    record.verdicts.add(verdict);
    if (changesDrives(before, record.state)) {
      const drives = record.drives ?? (record.isBegun === true ? [] : drivesOf(record.key));
      record.drives = drivesAfter(drives, before, record.state);
    }
    record.position = stored.position;
    record.eventId = stored.id;
    record.contentHash = event.contentHash;
    record.eventHash = hashOf(stored, 'event_hash');
    if (record.state.same_report_as !== null && record.state.reports !== before.reports) cameBefore++;
  }
  return cameBefore;
}

const later = (a: Position | null, b: Position | null): Position | null =>
  a === null || (b !== null && comparePositions(b, a) > 0) ? b : a;

/**
 * Checks the log against the event that the read model saw last. A log that lost events has either not come as far
 * again, which subscribing finds out, or does not have that event, nor the note that retention deleted it.
 * @throws {EventStoreError} `invalid` if it is another log.
 */
async function assertSameLog(source: EventSource, witness: Witness | null): Promise<void> {
  if (witness === null) return;
  let found = 'nothing';
  for await (const { position, id } of source.readAll({ from: witness.position, limit: 1 })) {
    if (position !== witness.position) break;
    if (id === witness.id) return;
    found = `event ${id}`;
  }
  if (found === 'nothing' && (await DeletedLeaves.read(source, witness.position)).first !== null) return;
  const detail = `the log has ${found} and not event ${witness.id} at position ${witness.position}`;
  throw new EventStoreError('invalid', `${detail}: it lost events, or is another log`);
}

/**
 * Keeps a read model up to date with a store, from its checkpoint on, until it is stopped. Saved states and their
 * checkpoint are one transaction, so the checkpoint is never ahead of the work.
 * @param corrector where corrections come from; one is made only while everything folded is saved
 * @param maxUnsavedOrders most orders with states not saved yet, but for those of one more batch
 * @param onProgress called after each save, and when everything is read
 * @returns why it ended: it was stopped, or the table's file was deleted and has to be made anew.
 */
export async function runProjector(options: {
  readonly source: EventSource;
  readonly table: OrderTable;
  readonly signal: AbortSignal;
  readonly corrector?: Corrector;
  readonly maxUnsavedOrders?: number;
  readonly onProgress: (progress: Progress) => void;
}): Promise<'stopped' | 'detached'> {
  const { source, table, signal, corrector, maxUnsavedOrders = MAX_UNSAVED_ORDERS, onProgress } = options;
  const states = createRemembered<OrderState>(STATES_AT_HAND);
  const stateOf = (stream: StreamName, key: OrderKey): OrderState => states.get(stream) ?? table.load(key) ?? initial;
  const touched = new Map<string, Touched>();
  let [events, cameBefore] = [0, 0];
  const pace = new Pace();
  let folded = table.checkpoint();
  let saved = folded;
  let complete = false;
  let newest = table.witness();
  const after = folded ?? 'start';
  await assertSameLog(source, newest);

  const detached = new AbortController();
  const watch = setInterval(() => {
    if (!table.isAttached()) detached.abort();
  }, ATTACHMENT_CHECK_MS);
  const ending = AbortSignal.any([signal, detached.signal]);

  const correct = (corrections: readonly Correction[]): readonly boolean[] => {
    if (touched.size > 0 || !table.isAttached()) return corrections.map(() => false);
    const isDue = (correction: Correction): boolean => {
      const { revision } = stateOf(orderStream(correction.key), correction.key);
      return correction.kind === 'gone' ? revision <= correction.upTo : revision === correction.state.revision;
    };
    const due = corrections.map(isDue);
    const made = corrections.filter((_, index) => due[index]);
    table.correct(made);
    for (const { key } of made) states.delete(orderStream(key));
    return due;
  };
  corrector?.attach(correct);
  try {
    for await (const batch of source.subscribe({ after, prefix: ORDER_STREAM_PREFIX, signal: ending })) {
      if (!table.isAttached()) return 'detached';
      // Events are delivered at least once, in order of position: what comes again is recognized by where it stands.
      const news = batch.events.filter(({ position }) => folded === null || comparePositions(position, folded) > 0);
      const came = fold(news, touched, stateOf, (key) => table.drivesOf(key));
      if (complete) cameBefore += came;
      newest = news.at(-1) ?? newest;
      folded = later(folded, batch.position);
      events += news.length;
      if (!batch.caughtUp && touched.size < maxUnsavedOrders) {
        onProgress({ position: saved, folded, caughtUp: false, events, cameBefore: 0, locations: [] });
        continue;
      }
      const { sinceSave } = pace;
      const changed = [...touched.values()];
      if (touched.size > 0 && folded !== null && newest !== null) {
        table.save(changed, folded, newest);
        for (const [stream, { state }] of touched) states.set(stream, state);
        touched.clear();
        pace.saved();
      }
      saved = folded;
      if (batch.caughtUp && !complete) {
        table.markComplete();
        complete = true;
      }
      const locations = [...new Set(changed.map(({ key }) => key.location_id))];
      onProgress({ position: saved, folded, caughtUp: batch.caughtUp, events, cameBefore, locations });
      cameBefore = 0;
      const pause = pace.pause(sinceSave, changed.length);
      if (batch.caughtUp && pause > 0) await sleep(pause, ending);
    }
    return detached.signal.aborted ? 'detached' : 'stopped';
  } finally {
    clearInterval(watch);
    corrector?.detach();
  }
}
