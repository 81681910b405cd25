import { sleep } from '../../concurrency/sleep';
import { EventStoreError } from '../event-store';
import type { Connection, Outcome } from './connection';
import { isPassing, type Failure } from './failures';
import { LONGEST_CALL_RETRY_MS, type Link } from './link';

/**
 * Each try of a write gets half of the time that is left, so that a lost answer leaves time to ask again, but no less than
 * this part of the whole: trying ever shorter would only load a server that is slow.
 */
const SHORTEST_TRY = 1 / 8;

type WriteOutcome<T> = Extract<Outcome<T>, { kind: 'done' | 'conflict' }>;

/** Writes that settle within their time: one whose outcome is unknown is repeated where the server recognises the repeat. */
export class Writes {
  readonly #link: Link;
  readonly #running = new Set<Promise<unknown>>();

  constructor(link: Link) {
    this.#link = link;
  }

  /** Resolves once everything that was begun has settled. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.#running);
  }

  /**
   * Runs a write until its outcome is known or its time is over, trying again where that is safe.
   * @param repeatable whether a write whose outcome is unknown may be tried again.
   * @throws {EventStoreError} `outcome-unknown` if it may have happened, else what it was refused with.
   */
  run<T>(
    what: string,
    repeatable: boolean,
    attempt: (connection: Connection, tryMs: number) => Promise<Outcome<T>>,
  ): Promise<WriteOutcome<T>> {
    const writing = this.#untilKnown(what, repeatable, attempt);
    this.#running.add(writing);
    const settled = (): void => {
      this.#running.delete(writing);
    };
    writing.then(settled, settled);
    return writing;
  }

  async #untilKnown<T>(
    what: string,
    repeatable: boolean,
    attempt: (connection: Connection, tryMs: number) => Promise<Outcome<T>>,
  ): Promise<WriteOutcome<T>> {
    const { now, timeoutMs } = this.#link;
    const deadline = now() + timeoutMs;
    const shortestMs = timeoutMs * SHORTEST_TRY;
    let unknown: Exclude<Failure, { kind: 'conflict' }> | null = null;
    for (let tries = 1; ; tries += 1) {
      const { connection } = this.#link;
      const begun = now();
      const left = deadline - begun;
      const outcome = await attempt(connection, repeatable ? Math.min(left, Math.max(left / 2, shortestMs)) : left);
      if (outcome.kind === 'done' || outcome.kind === 'conflict') return outcome;

      this.#link.noteFailure(outcome, connection, begun);
      if (outcome.kind === 'unknown') {
        unknown = outcome;
        connection.dropAppendsIfSilentSince(begun);
      }
      const wait = this.#link.retryDelay(tries, LONGEST_CALL_RETRY_MS);
      const again = outcome.kind === 'not-done' || (outcome.kind === 'unknown' && repeatable);
      if (again && now() + wait + shortestMs <= deadline) {
        await sleep(wait);
      } else if (isPassing(outcome) && unknown !== null) {
        throw new EventStoreError(
          'outcome-unknown',
          `${what} may have happened or not, after ${String(timeoutMs)} ms: ${this.#link.explain(unknown) ?? unknown.message}`,
          { cause: unknown.cause },
        );
      } else {
        throw this.#link.asError(outcome, what);
      }
    }
  }
}
