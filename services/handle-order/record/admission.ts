/** Most deliveries on their way into the store; beyond it the sender is asked to come again. */
export const MAX_PENDING_DELIVERIES = 4_096;
/** Most bytes of bodies on their way into the store. */
export const MAX_PENDING_BYTES = 64 * 1024 * 1024;

/** Most deliveries and bytes at a time. */
export interface Room {
  readonly deliveries: number;
  readonly bytes: number;
}

/**
 * A bounded queue, as there is one in front of the store for whatever is to be kept of a delivery: while what takes them is
 * slow or away, memory stays bounded, and senders come again.
 */
export class Admission {
  #deliveries = 0;
  #bytes = 0;

  readonly #room: Room;

  /** @param room of the queue in front of the store, unless another is given */
  constructor(room: Room = { deliveries: MAX_PENDING_DELIVERIES, bytes: MAX_PENDING_BYTES }) {
    this.#room = room;
  }

  /** Deliveries on their way now. */
  get pending(): number {
    return this.#deliveries;
  }

  /**
   * Runs `work` for a delivery of so many bytes if there is room for it.
   * @returns null, without running it, if there is none.
   */
  async admit<Result>(bytes: number, work: () => Promise<Result>): Promise<Result | null> {
    const room = this.#room;
    if (this.#deliveries >= room.deliveries || this.#bytes + bytes > room.bytes) return null;
    this.#deliveries++;
    this.#bytes += bytes;
    try {
      return await work();
    } finally {
      this.#deliveries--;
      this.#bytes -= bytes;
    }
  }
}
