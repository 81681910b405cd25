/**
 * Cuts what a subscription receives into batches, so that the position of a batch never runs ahead of its events.
 *
 * The client reports a checkpoint, and that it has caught up, up to a buffer's length before the consumer receives the
 * events that came before it (seen at every checkpoint on 6.2.1: 16 events early). A checkpoint kept then would skip
 * these events after a crash. So each such mark waits here until as many events were taken as were received before it.
 */

import { comparePositions, type Position, type RecordedEvent, type SubscriptionBatch } from '../event-store';

interface Mark {
  /** Events received before it. */
  readonly after: number;
  /** Everything up to here was received or does not match the filter; null for a mark that only says caught up. */
  readonly position: Position | null;
  /** Whether from here on events come as they are written; null leaves it as it was. */
  readonly live: boolean | null;
}

export class Batching {
  private taken = 0;
  private events: RecordedEvent[] = [];
  private readonly marks: Mark[] = [];
  private position: Position | null;
  private announced: Position | null;
  private live = false;
  private announcedLive = false;

  /** @param position where the subscription starts, exclusive. */
  constructor(position: Position | null) {
    this.position = position;
    this.announced = position;
  }

  /** Events in the batch that is being filled. */
  get size(): number {
    return this.events.length;
  }

  /**
   * @param buffered events that were received and not taken yet: the mark comes after them.
   * @param mark.position that the server's checkpoint names.
   * @param mark.live that the server said it has caught up, or has fallen behind.
   */
  mark(buffered: number, mark: { readonly position?: Position; readonly live?: boolean }): void {
    this.marks.push({ after: this.taken + buffered, position: mark.position ?? null, live: mark.live ?? null });
  }

  /** @param event the next one in order; null for one that is not to be delivered, a system event. */
  take(position: Position, event: RecordedEvent | null): void {
    this.taken += 1;
    this.advance(position);
    if (event !== null) this.events.push(event);
  }

  /** @returns the batch of what was taken since the last one; null if there is no news. */
  cut(): SubscriptionBatch | null {
    for (let mark = this.marks[0]; mark !== undefined && mark.after <= this.taken; mark = this.marks[0]) {
      this.marks.shift();
      if (mark.position !== null) this.advance(mark.position);
      if (mark.live !== null) this.live = mark.live;
    }
    const news = this.events.length > 0 || this.position !== this.announced || (this.live && !this.announcedLive);
    if (!news) return null;
    const batch = { events: this.events, position: this.position, caughtUp: this.live && this.marks.length === 0 };
    this.events = [];
    this.announced = this.position;
    this.announcedLive = this.live;
    return batch;
  }

  private advance(position: Position): void {
    if (this.position === null || comparePositions(position, this.position) > 0) this.position = position;
  }
}
