import type { Logger } from 'pino';
import { type EventId, eventId } from '../../schemas/events/event-id';
import type { ReaderName } from '../../schemas/files/readers';
import type { LocationId } from '../../schemas/wire/handle-order';
import type { DisplayReceipt, ScreenReport, ShownScreen } from '../../schemas/api/screen-reports';
import { createRemembered } from '../concurrency/remembered';
import { isEventStoreError } from '../event-store/event-store';
import { dayOf, type ReceiptDays } from './receipt-days';

/**
 * Display receipts on their way into the event store: gathered for some seconds, so that however many screens paint, a
 * location costs one append in that time. No report waits for it, and no delivery.
 */

/** Milliseconds in which the receipts of a location are gathered. */
export const GATHER_MS = 5_000;
/** Most receipts in one event: some 20 kB, with the longest ids and names less than 350 kB. */
const EVENT_RECEIPTS = 250;
/** Most receipts that wait, as for a store that is away. Screens keep what is not taken, and report it again. */
export const MAX_WAITING_RECEIPTS = 50_000;
/** Appends on their way into the store at a time, which commits them together. */
const APPENDS_AT_ONCE = 16;
/** Why the store may take later what it does not take now; a closed one is that of a service that ends. */
const PASSING = ['unavailable', 'outcome-unknown', 'closed'] as const;
/**
 * Parts of orders at a revision of which it is remembered which screens of a reader have a receipt, some 300 bytes each; a
 * receipt that is forgotten may be recorded twice, and is shown once.
 */
const REMEMBERED_PARTS = 50_000;
/** Screens that have a number, by which they are remembered; one that is forgotten is another. */
const NUMBERED_SCREENS = 10_000;

/**
 * Most screens of a reader of which one part of an order at a revision is recorded: as many stand at no location, and
 * a reader that invents screens gets no further.
 */
export const MAX_SCREENS_OF_ONE = 64;

/** A report as it came from a reader, and when. */
export interface ReceivedReport {
  readonly report: ScreenReport;
  /** Null while reading is open. */
  readonly reader: ReaderName | null;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/** @returns what a screen is distinguished from others by: nobody takes the place of another reader's. */
export const screenKey = ({ screen_id }: { readonly screen_id: string }, reader: ReaderName | null): string =>
  `${screen_id} ${reader ?? ''}`;

/** What of reports at a location, on one day, goes into one event. */
interface Batch {
  readonly location: LocationId;
  readonly day: string;
  /** By {@link screenKey} and name. */
  readonly screens: Map<string, ShownScreen>;
  /** Of its event: the store knows a repeat by it. */
  readonly id: EventId;
  receipts: number;
  /** It was handed to the store, which may have taken it without saying so: nothing is added any more. */
  isTried: boolean;
}

export class ReceiptLog {
  readonly #days: Pick<ReceiptDays, 'append'>;
  readonly #newId: () => string;
  readonly #log: Pick<Logger, 'warn' | 'error'>;
  readonly #numbers = createRemembered<number>(NUMBERED_SCREENS);
  #newestNumber = 0;
  /** Numbers of screens by reader, order, revision and part. */
  readonly #screens = createRemembered<number[]>(REMEMBERED_PARTS);
  #waiting: Batch[] = [];
  #size = 0;
  #recorded = 0;
  #timer: NodeJS.Timeout | undefined;
  #writing: Promise<void> | null = null;
  #closed = false;

  /** @param newId makes a UUID */
  constructor(days: Pick<ReceiptDays, 'append'>, newId: () => string, log: Pick<Logger, 'warn' | 'error'>) {
    this.#days = days;
    this.#newId = newId;
    this.#log = log;
  }

  /** Receipts that are durable so far. */
  get recorded(): number {
    return this.#recorded;
  }

  /** Returns how many more receipts can be taken now. */
  get room(): number {
    return this.#closed ? 0 : MAX_WAITING_RECEIPTS - this.#size;
  }

  /** @returns the receipts of a report that were not taken before, as far as not too many screens have such a one. */
  fresh(location: LocationId, { report, reader }: ReceivedReport): readonly DisplayReceipt[] {
    const unknown = new Map<string, DisplayReceipt>();
    const screen = this.#numberOf(screenKey(report, reader));
    for (const receipt of report.receipts) {
      const key = keyOf(location, reader, receipt);
      const screens = this.#screens.get(key) ?? [];
      if (screens.length < MAX_SCREENS_OF_ONE && !screens.includes(screen)) unknown.set(key, receipt);
    }
    return [...unknown.values()];
  }

  /** Takes receipts of a report that are {@link fresh}; they are durable some seconds later. */
  add(location: LocationId, { report, reader, at }: ReceivedReport, receipts: readonly DisplayReceipt[]): void {
    if (receipts.length === 0) return;
    const { screen_id, name, kind, sent_at } = report;
    const screen = screenKey(report, reader);
    const number = this.#numberOf(screen);
    for (const receipt of receipts) {
      const key = keyOf(location, reader, receipt);
      const screens = this.#screens.get(key);
      if (screens === undefined) this.#screens.set(key, [number]);
      else screens.push(number);
    }
    const batch = this.#batchFor(location, dayOf(at), receipts.length);
    const named = `${screen} ${kind} ${name}`;
    const shown = batch.screens.get(named) ?? { screen_id, name, kind, reader, reports: [] };
    batch.screens.set(named, shown);
    shown.reports.push({
      sent: Date.parse(sent_at),
      received: at,
      receipts: receipts.map((one) => [one.order_id, one.revision, one.shown, Date.parse(one.at)]),
    });
    batch.receipts += receipts.length;
    this.#size += receipts.length;
    this.#schedule();
  }

  /** Records what waits, if the store takes it now. */
  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    await this.#writing;
    await this.#write();
  }

  #numberOf(screen: string): number {
    const known = this.#numbers.get(screen);
    if (known !== undefined) return known;
    this.#numbers.set(screen, ++this.#newestNumber);
    return this.#newestNumber;
  }

  #batchFor(location: LocationId, day: string, more: number): Batch {
    const open = this.#waiting.findLast((one) => one.location === location && one.day === day && !one.isTried);
    if (open !== undefined && open.receipts + more <= EVENT_RECEIPTS) return open;
    const begun: Batch = { location, day, screens: new Map(), id: eventId(this.#newId()), receipts: 0, isTried: false };
    this.#waiting.push(begun);
    return begun;
  }

  #schedule(): void {
    if (this.#timer !== undefined || this.#writing !== null || this.#closed) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#writing = this.#write().finally(() => {
        this.#writing = null;
        if (this.#waiting.length > 0) this.#schedule();
      });
    }, GATHER_MS);
  }

  /**
   * Writes some batches at a time. While the store is away, they wait for the next time; one that it refuses for what it
   * is would be refused again, and is dropped, so that it does not keep back the others.
   */
  async #write(): Promise<void> {
    const batches = this.#waiting;
    this.#waiting = [];
    const failed: Batch[] = [];
    let next = 0;
    for (; next < batches.length && failed.length === 0; next += APPENDS_AT_ONCE) {
      const some = batches.slice(next, next + APPENDS_AT_ONCE);
      await Promise.all(
        some.map((batch) =>
          this.#append(batch).catch((error: unknown) => {
            if (PASSING.some((code) => isEventStoreError(error, code))) failed.push(batch);
            else this.#drop(batch, error);
          }),
        ),
      );
    }
    this.#waiting = [...failed, ...batches.slice(next), ...this.#waiting];
    if (failed.length > 0) this.#log.warn({ waiting: this.#size }, 'what screens showed cannot be recorded yet');
  }

  async #append(batch: Batch): Promise<void> {
    const { location, day, id, screens, receipts } = batch;
    batch.isTried = true;
    await this.#days.append(day, { location_id: location, screens: [...screens.values()] }, id);
    this.#size -= receipts;
    this.#recorded += receipts;
  }

  #drop({ receipts }: Batch, error: unknown): void {
    this.#size -= receipts;
    this.#log.error({ err: error, receipts }, 'what screens showed cannot be recorded, and is dropped');
  }
}

const keyOf = (
  location: LocationId,
  reader: ReaderName | null,
  { order_id, revision, shown }: DisplayReceipt,
): string => `${shown} ${String(revision)} ${reader ?? ''}\n${location}\n${order_id}`;
