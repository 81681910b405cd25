import { backoff } from '../../../schemas/backoff';
import { EventStoreError } from '../event-store';
import type { Connection } from './connection';
import { isPassing, isServersWord, toEventStoreError, type Failure } from './failures';
import type { HostNames } from './host-names';

export interface LinkOptions {
  /** Connects at the first call, not at once. */
  readonly connect: () => Connection;
  /** Milliseconds in which a write settles, and for which a read may stand still. */
  readonly timeoutMs: number;
  /** Monotonic milliseconds. */
  readonly now: () => number;
  /** From 0 to below 1. */
  readonly random: () => number;
  /** Says what a failure to connect means, if more can be read from its text than it says. */
  readonly explain: (message: string) => string | null;
  /**
   * They are looked up when the server was not reached, and it is known then, or soon, if that is because of its name.
   */
  readonly hosts: HostNames;
}

/** Wait before the second try of anything; it doubles with each, up to the longest. */
const FIRST_RETRY_MS = 50;
/** Longest wait between tries of a call, whose caller waits with it. */
export const LONGEST_CALL_RETRY_MS = 500;

/** The way to EventStoreDB: the current connection, which is replaced once it went silent, and how tries follow each other. */
export class Link {
  readonly timeoutMs: number;
  readonly now: () => number;
  readonly #options: LinkOptions;
  #connection: Connection;
  #isClosing = false;
  #isOver = false;

  constructor(options: LinkOptions) {
    this.#options = options;
    this.timeoutMs = options.timeoutMs;
    this.now = options.now;
    this.#connection = options.connect();
  }

  get connection(): Connection {
    return this.#connection;
  }

  /** @throws {EventStoreError} `closed` once {@link Link.refuse} was called. */
  assertOpen(): void {
    if (this.#isClosing) throw new EventStoreError('closed', 'the event store is closed');
  }

  /** Refuses whatever is asked for from now on; what runs goes on. */
  refuse(): void {
    this.#isClosing = true;
  }

  async end(): Promise<void> {
    this.#isOver = true;
    await this.#connection.end();
  }

  /** Looks the names up after a call that failed, or replaces the connection, if that may be why. */
  noteFailure(failure: Failure, connection: Connection, since: number): void {
    if (!isServersWord(failure)) this.#options.hosts.look();
    if (isPassing(failure)) this.#replaceIfSilent(connection, since);
  }

  asError(failure: Exclude<Failure, { kind: 'conflict' }>, what: string): EventStoreError {
    return toEventStoreError(failure, what, this.explain(failure));
  }

  /** @returns what is known of why something failed, if that says more than the failure's own message; null else */
  explain({ message }: Exclude<Failure, { kind: 'conflict' }>): string | null {
    const { hosts, explain } = this.#options;
    return hosts.problem ?? explain(message);
  }

  /** @returns milliseconds to wait after so many tries. */
  retryDelay(tries: number, longest: number): number {
    return backoff(tries, { first: FIRST_RETRY_MS, longest }, this.#options.random());
  }

  /** Gives up, after a call that got no answer, a connection on which nothing at all was heard since the call. */
  #replaceIfSilent(connection: Connection, since: number): void {
    if (connection.lastHeard >= since || this.#connection !== connection || this.#isOver) return;
    this.#connection = this.#options.connect();
    void connection.end();
  }
}
