import type { Config } from '../config/config';
import type { World } from '../config/world';
import type { Events } from '../event-store/open-events';
import { HttpServer } from '../http/http-server';
import { composeService } from './compose';

/** Most milliseconds that a stop waits for requests that are being answered. */
export const STOP_TIMEOUT_MS = 10_000;

export interface RunningService {
  /** Where it listens. */
  readonly url: string;
  /** Answers what has begun, takes nothing new, and lets go of everything. Loses nothing that was acknowledged. */
  stop(): Promise<void>;
}

/**
 * Puts the service together and starts it.
 * @param openEvents opens its store; the service closes it
 * @throws {ConfigError} {@link DataDirectoryError} {@link EventStoreError} or a listen error; whatever was opened is closed again.
 */
export async function startService(
  config: Config,
  world: World,
  openEvents: (config: Config, world: World) => Promise<Events>,
): Promise<RunningService> {
  const { log, monotonic } = world;
  const service = await composeService(config, world, openEvents);
  const server = new HttpServer(service.connections, service.app, config);
  try {
    const url = await server.listenOn(config.port, config.host);
    log.info({ url, data_dir: config.dataDir, version: world.version }, 'Ticket Rail is listening');
    return {
      url,
      stop: async () => {
        await service.endStreams();
        const end = monotonic() + STOP_TIMEOUT_MS;
        await server.drain(STOP_TIMEOUT_MS);
        await service.close(end - monotonic());
      },
    };
  } catch (error) {
    await service.close();
    throw error;
  }
}
