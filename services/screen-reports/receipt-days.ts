import { type EventId, eventId } from '../../schemas/events/event-id';
import type { LocationId } from '../../schemas/wire/handle-order';
import {
  SCREEN_SHOWN,
  type ScreenShownData,
  SHOWN_DAY_BEGUN,
  SHOWN_DAYS_STREAM,
  ShownDayData,
  shownStream,
} from '../../schemas/api/screen-reports';
import type { StreamName } from '../../schemas/events/stream-name';
import type { EventStore } from '../event-store/event-store';
import { readIfThere, readOne } from '../event-store/reads';
import { sealAlone } from '../event-store/seal/seal';

/**
 * Where display receipts are kept: for each location and day in a stream of its own, because what was shown of an order
 * is looked for at its location on its days, and a store deletes whole streams only. A stream of them says which there
 * are, so that they are found again to be deleted.
 */

/** Days whose streams are remembered as begun; one that is forgotten is looked for again. */
const REMEMBERED_DAYS = 10_000;

/** @param at milliseconds since the epoch @returns its day in UTC, `YYYY-MM-DD` */
export const dayOf = (at: number): string => new Date(at).toISOString().slice(0, 10);

/** One stream of receipts. */
export interface ShownDay {
  readonly stream: StreamName;
  /** `YYYY-MM-DD`, in UTC. */
  readonly day: string;
  /** In the stream of all days: what is older stands before it. */
  readonly number: number;
}

/**
 * Yields the streams of receipts as they were begun. One may come twice, where two instances began it at once.
 * @param from number of the first
 */
export async function* shownDays(
  store: Pick<EventStore, 'readStream'>,
  from = 0,
): AsyncGenerator<ShownDay, void, undefined> {
  for await (const { data, revision } of readIfThere(store, SHOWN_DAYS_STREAM, { from })) {
    const { location_id, day } = ShownDayData.parse(data);
    yield { stream: shownStream(location_id, day), day, number: revision };
  }
}

/** Appends receipts to the streams of their days. */
export class ReceiptDays {
  readonly #begun = new Set<StreamName>();
  readonly #store: Pick<EventStore, 'append' | 'readStream'>;
  readonly #newId: () => string;

  /** @param newId makes a UUID */
  constructor(store: Pick<EventStore, 'append' | 'readStream'>, newId: () => string) {
    this.#store = store;
    this.#newId = newId;
  }

  /**
   * @param day on which they came
   * @param id of the event, a UUID: the same if it is tried again
   * @throws {EventStoreError}
   */
  async append(day: string, shown: ScreenShownData, id: EventId): Promise<void> {
    const { location_id } = shown;
    const stream = shownStream(location_id, day);
    if (!this.#begun.has(stream)) await this.#begin(stream, { location_id, day });
    await this.#store.append(stream, [eventOf(stream, SCREEN_SHOWN, shown, id)], 'any');
  }

  async #begin(stream: StreamName, data: ShownDayData): Promise<void> {
    if ((await readOne(this.#store, stream)) === null) {
      const begun = eventOf(SHOWN_DAYS_STREAM, SHOWN_DAY_BEGUN, data, eventId(this.#newId()));
      await this.#store.append(SHOWN_DAYS_STREAM, [begun], 'any');
    }
    if (this.#begun.size >= REMEMBERED_DAYS) this.#begun.clear();
    this.#begun.add(stream);
  }
}

const eventOf = (stream: StreamName, type: string, data: ScreenShownData | ShownDayData, id: EventId) =>
  sealAlone(stream, { id, type, data: { ...data } }, {});

/** Yields what was recorded of a location on a day, as it came. */
export async function* shownOn(
  store: Pick<EventStore, 'readStream'>,
  location: LocationId,
  day: string,
): AsyncGenerator<unknown, void, undefined> {
  for await (const { data } of readIfThere(store, shownStream(location, day))) yield data;
}
