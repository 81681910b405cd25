import { ALL_CANCEL_NEWS, type CancelNews } from './order-life';

/**
 * Remembers what a story wants Stream to make of the next message of the delivery service about an order: the message
 * itself goes over HTTP like any other, and does not say it.
 */
export class ScriptedReports {
  readonly #scripted = new Set<string>();
  readonly #statuses = new Map<string, string>();
  readonly #cancelNews = new Map<string, readonly CancelNews[]>();

  /** Notes that a story says from now on what becomes of the order. */
  script(orderId: string): void {
    this.#scripted.add(orderId);
  }
  isScripted(orderId: string): boolean {
    return this.#scripted.has(orderId);
  }

  expectReport(orderId: string, status: string): void {
    this.#statuses.set(orderId, status);
  }
  /** @returns the status of the order that goes with a report of its delivery, or null if no story says one. */
  statusOfReport(orderId: string): string | null {
    return this.#statuses.get(orderId) ?? null;
  }

  expectCancel(orderId: string, news: readonly CancelNews[]): void {
    this.#cancelNews.set(orderId, news);
  }
  /** @returns which news of a cancellation the POS is sent. */
  newsOfCancel(orderId: string): readonly CancelNews[] {
    return this.#cancelNews.get(orderId) ?? ALL_CANCEL_NEWS;
  }

  /** The message came, or will not. */
  settle(orderId: string): void {
    this.#statuses.delete(orderId);
    this.#cancelNews.delete(orderId);
  }

  forget(orderId: string): void {
    this.settle(orderId);
    this.#scripted.delete(orderId);
  }
}
