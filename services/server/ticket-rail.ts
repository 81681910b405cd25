import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Logger } from 'pino';
import { readConfig } from '../config/config';
import type { Environment } from '../config/environment';
import { oneAtATime } from '../http/one-at-a-time';
import { composeService } from './compose';
import { openConfiguredEvents } from './open-configured-events';
import { createLog, worldOf } from './process-world';

/** The service as a part of another application: what the package `ticket-rail` exports (docs/guides/use-as-a-library.md). */

/** Most milliseconds that {@link TicketRail.close} waits for requests that are being answered. */
const CLOSE_TIMEOUT_MS = 10_000;

/**
 * The variables of docs/reference/configuration.md, as text. Those that say where to listen are left out: that is the
 * application's own business.
 */
export type TicketRailConfig = Readonly<
  Partial<Record<Exclude<keyof typeof Environment.shape, 'PORT' | 'HOST'>, string>>
> & {
  /** Where the log lines go; unset: to standard output, from `LOG_LEVEL` on. */
  readonly logger?: Logger;
};

/** What `app.use` of Express 4 and 5 takes, and `http.createServer` as well. It answers every request that it is given. */
export type TicketRailRouter = (request: IncomingMessage, response: ServerResponse) => void;

export interface TicketRail {
  /** Mount it where `BASE_PATH` says, and before anything that reads bodies: signatures are over their bytes. */
  readonly router: TicketRailRouter;
  /**
   * Ends streams, waits for requests that are being answered, and lets go of everything. Loses nothing that was
   * acknowledged. Let your server take no new connections before.
   */
  close(): Promise<void>;
}

/** Counts what is being answered. */
class Answers {
  #answering = 0;
  #onNone: (() => void) | null = null;

  begin(): void {
    this.#answering++;
  }

  end(): void {
    this.#answering--;
    if (this.#answering === 0) this.#onNone?.();
  }

  /** Resolves once nothing is being answered, or the time is over. */
  none(withinMs: number): Promise<void> {
    if (this.#answering === 0) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, withinMs);
      this.#onNone = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}

/**
 * Opens Ticket Rail inside of this process, without a server of its own. Only one process at a time can use a `DATA_DIR`.
 * @param config such as `{ DATA_DIR: './orders', BASE_PATH: '/rail', STREAM_WEBHOOK_SECRETS: '...' }`; the environment is
 *   not read
 * @throws {ConfigError} naming each variable that cannot be used, {@link DataDirectoryError} or {@link EventStoreError}
 */
export async function createTicketRail({ logger, ...variables }: TicketRailConfig = {}): Promise<TicketRail> {
  const config = readConfig(variables);
  const log = logger ?? createLog(config.logLevel);
  for (const warning of config.warnings) log.warn(warning);
  const service = await composeService(config, worldOf(log), openConfiguredEvents);
  const answers = new Answers();
  const listener = oneAtATime(
    (request, response) => {
      answers.begin();
      service.app(request, response);
    },
    () => {
      answers.end();
    },
  );
  let closed: Promise<void> | null = null;
  const close = async (): Promise<void> => {
    const end = performance.now() + CLOSE_TIMEOUT_MS;
    await service.endStreams();
    await answers.none(CLOSE_TIMEOUT_MS);
    await service.close(end - performance.now());
  };
  return { router: listener, close: () => (closed ??= close()) };
}
