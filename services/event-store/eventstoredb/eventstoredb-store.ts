import { readFileSync } from 'node:fs';
import { EventStoreError, type EventStore } from '../event-store';
import { ClientConnection, type Certificates } from './client-connection';
import { parseConnectionUrl, type ConnectionSettings } from './connection-url';
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
    hosts: createHostNames(settings.hosts.map(({ address }) => address)),
  });
}

function readCertificates(settings: ConnectionSettings): Certificates {
  const read = (path: string): Buffer => {
    try {
      return readFileSync(path);
    } catch (cause) {
      throw new EventStoreError('invalid', `file ${path}, named in the connection string, cannot be read`, { cause });
    }
  };
  const { tls, tlsCaFile, userCertFile, userKeyFile } = settings;
  if (!tls) return {};
  if ((userCertFile === null) !== (userKeyFile === null)) {
    throw new EventStoreError(
      'invalid',
      'the connection string must name both userCertFile and userKeyFile, or neither',
    );
  }
  return {
    ...(tlsCaFile === null ? {} : { rootCertificate: read(tlsCaFile) }),
    ...(userCertFile === null ? {} : { userCertFile: read(userCertFile) }),
    ...(userKeyFile === null ? {} : { userKeyFile: read(userKeyFile) }),
  };
}
