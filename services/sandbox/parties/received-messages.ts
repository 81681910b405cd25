/** Messages that a party remembers; the oldest orders make room. */
const MAX_MESSAGES = 20_000;

/** Keeps what a built-in party was sent, in the order in which it came, by order. */
export class ReceivedMessages {
  readonly #messages = new Map<string, unknown[]>();
  #count = 0;

  note(orderId: string, message: unknown): void {
    const known = this.#messages.get(orderId);
    if (known === undefined) this.#messages.set(orderId, [message]);
    else known.push(message);
    this.#count++;
    while (this.#count > MAX_MESSAGES) {
      const [[oldest, messages] = []] = this.#messages;
      if (oldest === undefined || messages === undefined) return;
      this.#messages.delete(oldest);
      this.#count -= messages.length;
    }
  }

  of(orderId: string): readonly unknown[] {
    return this.#messages.get(orderId) ?? [];
  }
}
