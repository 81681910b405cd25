import type { EventStore, EventStoreError } from '../event-store';
import { explainCertificate, readCertificates } from './certificates';
import { ClientConnection } from './client-connection';
import { parseConnectionUrl } from './connection-url';
import { createHostNames } from './host-names';
import { ResilientStore } from './resilient-store';

export interface EventStoreDbOptions {
  /** `esdb://...`, `kurrentdb://...` and their like, see {@link parseConnectionUrl}. */
  readonly url: string;
  /**
   * Milliseconds in which every append and delete settles, repeats included, and for which a read may stand still.
   * Default {@link DEFAULT_TIMEOUT_MS}.
   */
  readonly timeoutMs?: number;
  /** Monotonic milliseconds. Default: the process's. */
  readonly now?: () => number;
  /** From 0 to below 1; spreads the retries of many processes. Default `Math.random`. */
  readonly random?: () => number;
  /**
   * Called each time a subscription was interrupted, before it tries again, which it does for ever. The message holds no
   * credentials.
   */
  readonly onInterrupted?: (error: EventStoreError) => void;
}

/** Leaves room for the rest of a webhook's way within the 10 s that its sender may wait. */
export const DEFAULT_TIMEOUT_MS = 5_000;

/**
 * Opens an event store on EventStoreDB; connects at the first call. One per process is enough: appends to different
 * streams share its connection and run concurrently.
 * @throws {EventStoreError} `invalid` if the connection string, or a file that it names, cannot be used; the message holds
 *   no credentials.
 */
export function openEventStoreDb(options: EventStoreDbOptions): EventStore {
  const { now = () => performance.now(), timeoutMs = DEFAULT_TIMEOUT_MS } = options;
  const settings = parseConnectionUrl(options.url);
  const certificates = readCertificates(settings);
  let serial = 0;
  return new ResilientStore({
    connect: () => new ClientConnection(settings, certificates, (serial += 1), now),
    timeoutMs,
    now,
    random: options.random ?? Math.random,
    onInterrupted: options.onInterrupted ?? (() => undefined),
    explain: (message) => explainCertificate(message, settings.tlsCaFile),
    hosts: createHostNames(settings.hosts.map(({ address }) => address)),
  });
}
