/** Most deliveries on their way into the store; beyond it the sender is asked to come again. */
export const MAX_PENDING_DELIVERIES = 4_096;
/** Most bytes of bodies on their way into the store. */
export const MAX_PENDING_BYTES = 64 * 1024 * 1024;

/**
 * The bounded queue in front of the store, for whatever is to be kept of a delivery: while the store is slow or away,
 * memory stays bounded, and senders come again.
 */
export class Admission {
  #deliveries = 0;
  #bytes = 0;

  /** Deliveries on their way into the store now. */
  get pending(): number {
    return this.#deliveries;
  }

  /**
   * Runs `work` for a delivery of so many bytes if there is room for it.
   * @returns null, without running it, if there is none.
   */
  async admit<Result>(bytes: number, work: () => Promise<Result>): Promise<Result | null> {
    if (this.#deliveries >= MAX_PENDING_DELIVERIES || this.#bytes + bytes > MAX_PENDING_BYTES) return null;
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
