import type { Logger } from 'pino';

/** What the service takes from the process that it runs in, besides its configuration. */
export interface World {
  readonly log: Logger;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Milliseconds of a clock that never goes back. */
  readonly monotonic: () => number;
  /** Makes a UUID. */
  readonly newId: () => string;
  readonly pid: number;
  readonly version: string;
}
