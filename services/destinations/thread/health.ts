import type { Logger } from 'pino';
import { DESTINATION_FAILING, DESTINATION_RECOVERED } from '../../../schemas/destination-events';
import type { DestinationName } from '../../../schemas/destinations';
import type { DestinationRecord } from '../destination-record';

/** Milliseconds without any success after which a destination is on record as failing. */
export const FAILING_MS = 60_000;

/**
 * Notes whether anything arrives at a destination. It is kept on record, so that a restart does not begin its three
 * days anew.
 */
export class Health {
  #firstFailure: number | null;
  #failingSince: number | null;
  readonly #options: {
    readonly name: DestinationName;
    readonly record: Pick<DestinationRecord, 'add'>;
    readonly log: Logger;
  };

  /** @param failingSince RFC 3339, as it is on record; null: it was not failing */
  constructor(
    options: {
      readonly name: DestinationName;
      readonly record: Pick<DestinationRecord, 'add'>;
      readonly log: Logger;
    },
    failingSince: string | null,
  ) {
    this.#options = options;
    this.#firstFailure = this.#failingSince = failingSince === null ? null : Date.parse(failingSince);
  }

  /** Milliseconds since the epoch; null: something arrived within the last minute, or nothing had to. */
  get failingSince(): number | null {
    return this.#failingSince;
  }

  /** An attempt failed, for whichever order. */
  async failed(reason: string, now: number): Promise<void> {
    const since = (this.#firstFailure ??= now);
    if (this.#failingSince !== null || now - since < FAILING_MS) return;
    this.#failingSince = since;
    const { name, record, log } = this.#options;
    log.warn({ destination: name, reason }, 'nothing arrives at a destination; it is tried again, less and less often');
    await record.add(DESTINATION_FAILING, { name, since: new Date(since).toISOString(), reason });
  }

  /** @param wake called if it was failing: what waits was paused because of that */
  async arrived(wake: () => void): Promise<void> {
    this.#firstFailure = null;
    if (this.#failingSince === null) return;
    this.#failingSince = null;
    const { name, record, log } = this.#options;
    log.info({ destination: name }, 'news arrive at a destination again');
    wake();
    await record.add(DESTINATION_RECOVERED, { name });
  }
}
