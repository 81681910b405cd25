import { type Access, openAccess } from '../access/open-access';
import { openAudit } from '../audit/open-audit';
import type { Config } from '../config/config';
import type { World } from '../config/world';
import type { Events } from '../event-store/open-events';
import { StoreOutage } from '../event-store/store-outage';
import { openFeed } from '../feed/open-feed';
import { type Ingest, openIngest } from '../handle-order/open-ingest';
import { Admission } from '../handle-order/record/admission';
import type { Connections } from '../http/connections';
import { HttpServer } from '../http/http-server';
import type { Metrics } from '../operations/metrics';
import { openMetrics } from '../operations/open-metrics';
import { openRetention } from '../operations/retention/open-retention';
import { openReading } from '../orders/open-reading';
import { openReadModel } from '../read-model/open-read-model';
import { createScreens } from '../screens/route';
import { type AppOptions, createApp } from './app';
import { createContract } from './contract/route';
import { openConnections } from './open-connections';
import { Opened } from './opened';
import { type CheckReadiness, createReadinessCheck, healthOf, outageLog } from './readiness';

/** Most milliseconds that a stop waits for requests that are being answered. */
export const STOP_TIMEOUT_MS = 10_000;

export interface RunningService {
  /** Where it listens. */
  readonly url: string;
  /** Answers what has begun, takes nothing new, and lets go of everything. Loses nothing that was acknowledged. */
  stop(): Promise<void>;
}

/**
 * Puts the service together and starts it: the one place that knows all parts.
 * @param openEvents opens its store; the service closes it
 * @throws {ConfigError} {@link DataDirectoryError} {@link EventStoreError} or a listen error; whatever was opened is closed again.
 */
export async function startService(
  config: Config,
  world: World,
  openEvents: (config: Config, world: World) => Promise<Events>,
): Promise<RunningService> {
  const { log, now, monotonic } = world;
  const stopping = new AbortController();
  const opened = new Opened();
  try {
    const events = opened.add(await openEvents(config, world));
    const { store } = events;
    const outage = opened.add(new StoreOutage(store, outageLog(log), monotonic));
    const access = opened.add(await openAccess(config, store, world));
    const readModel = opened.add(openReadModel(events, world));
    const checkReadiness = createReadinessCheck({
      store,
      freshness: readModel.freshness,
      isStopping: () => stopping.signal.aborted,
      now: monotonic,
      onStore: outage.proven,
    });
    const health = async () => healthOf(await checkReadiness());
    const reading = opened.add(openReading({ store, readModel, access, health, now }));
    const admission = new Admission();
    const metrics = openMetrics({ readModel, admission, live: reading.feed, now });
    const connections = openConnections(metrics, log);
    const ingest = opened.add(
      openIngest({
        config,
        store,
        world,
        admission,
        guessHead: readModel.guessNewest,
        metrics,
        recordAccess: access.accessLog.record,
        onAuthentic: connections.shows('signature'),
        onRefused: outage.deliveryRefused,
        onRecorded: (position) => {
          outage.taken();
          readModel.acknowledged(position);
        },
      }),
    );
    const audit = opened.add(openAudit({ config, events, world, access, readModel, reading, metrics }));
    const { checkpoints } = audit;
    opened.add(await openRetention({ config, events, world, readModel, checkpoints, metrics }));
    const feed = opened.add(
      openFeed({ store, world, access, readModel, coveredTo: () => checkpoints.coveredTo, metrics }),
    );
    const routes = [...reading.routes, ...feed.routes, ...audit.routes, ...access.routes, ...ingest.routes];
    const app = appOf(config, world, { access, ingest, connections, metrics, checkReadiness, outage, routes });
    const server = new HttpServer(connections, app, config);
    const url = await server.listenOn(config.port, config.host);
    opened.add({
      close: async () => {
        // Streams and long queries would otherwise keep the server from draining.
        reading.close();
        await feed.close();
        await audit.close();
        const end = monotonic() + STOP_TIMEOUT_MS;
        await server.drain(STOP_TIMEOUT_MS);
        await ingest.close(end - monotonic());
      },
    });
    log.info({ url, data_dir: config.dataDir, version: world.version }, 'Ticket Rail is listening');
    void checkReadiness(); // so that a store which cannot be written is logged, whether or not anybody probes
    return {
      url,
      stop: async () => {
        stopping.abort();
        await opened.close();
      },
    };
  } catch (error) {
    await opened.close();
    throw error;
  }
}

interface Parts {
  readonly access: Access;
  readonly ingest: Ingest;
  readonly connections: Connections;
  readonly metrics: Metrics;
  readonly checkReadiness: CheckReadiness;
  readonly outage: StoreOutage;
  readonly routes: AppOptions['routes'];
}

function appOf({ basePath, readerOrigins }: Config, { version, log }: World, parts: Parts) {
  const { access, ingest, connections, metrics, checkReadiness, outage, routes } = parts;
  const screens = createScreens(basePath);
  return createApp({
    handleOrder: ingest.handleOrder,
    routes: [...routes, screens.pages],
    publicRoutes: [createContract(version, basePath), screens.assets],
    metrics,
    checkReadiness,
    readers: access.readers,
    session: access.session,
    onReader: connections.shows('token'),
    readerOrigins,
    basePath,
    postingIsOpen: ingest.isOpen,
    outage,
    log,
  });
}
