import type { RequestListener } from 'node:http';
import { type Access, openAccess } from '../access/open-access';
import { openAudit } from '../audit/open-audit';
import type { OrderKey } from '../../schemas/order-key';
import type { Config } from '../config/config';
import type { World } from '../config/world';
import type { Events } from '../event-store/open-events';
import { StoreOutage } from '../event-store/store-outage';
import { openDestinations } from '../destinations/open-destinations';
import { openFeed } from '../feed/open-feed';
import { type Ingest, openIngest } from '../handle-order/open-ingest';
import { followWaiting } from '../handle-order/quarantine/waiting';
import { Admission } from '../handle-order/record/admission';
import { createHeads, rememberedRevision } from '../handle-order/record/record-update';
import type { Connections } from '../http/connections';
import { openForgetting } from '../labels/forget-labels';
import { openLabels } from '../labels/open-labels';
import { openLocations } from '../locations/open-locations';
import type { Metrics } from '../operations/metrics';
import { openMetrics } from '../operations/open-metrics';
import { openRetention } from '../operations/retention/open-retention';
import { openReading } from '../orders/open-reading';
import { openReadModel } from '../read-model/open-read-model';
import { openScreenReports } from '../screen-reports/open-screen-reports';
import { createScreens } from '../screens/route';
import { type AppOptions, createApp } from './app';
import { createContract } from './contract/route';
import { openConnections } from './open-connections';
import { Opened } from './opened';
import { type CheckReadiness, createReadinessCheck, healthOf, outageLog } from './readiness';

/** Everything of the service but what listens. */
export interface ComposedService {
  readonly app: RequestListener;
  readonly connections: Connections;
  /** Says from now on that it stops, and ends streams and long queries, which would keep a server from draining. */
  endStreams(): Promise<void>;
  /**
   * Lets go of everything. Loses nothing that was acknowledged.
   * @param withinMs most milliseconds that deliveries may still take
   */
  close(withinMs?: number): Promise<void>;
}

/**
 * Puts the service together: the one place that knows all parts.
 * @param openEvents opens its store; the service closes it
 * @throws {ConfigError} {@link DataDirectoryError} {@link EventStoreError}; whatever was opened is closed again.
 */
export async function composeService(
  config: Config,
  world: World,
  openEvents: (config: Config, world: World) => Promise<Events>,
): Promise<ComposedService> {
  const { log, now, monotonic } = world;
  const [stopping, opened] = [new AbortController(), new Opened()];
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
    const named = opened.add(await openLabels({ store, world, pointersFile: config.labelPointersFile }));
    const { labels } = named;
    const locations = opened.add(await openLocations(config.locationsFile, log));
    const waiting = opened.add(followWaiting(store, world));
    const reading = opened.add(openReading({ store, readModel, labels, locations, access, health, waiting, world }));
    const [admission, heads] = [new Admission(), createHeads()];
    const metrics = openMetrics({ readModel, admission, live: reading.feed, now });
    const connections = openConnections(metrics, log);
    const known = { config, events, world, access, readModel, labels, metrics };
    const audit = opened.add(openAudit({ ...known, reading, locations }));
    const { checkpoints } = audit;
    opened.add(await openRetention({ ...known, checkpoints }));
    const followers = { ...known, store, coveredTo: () => checkpoints.coveredTo };
    const revisionOf = (key: OrderKey) => rememberedRevision(heads, key);
    opened.add(openForgetting({ ...followers, hours: config.labelHours }));
    const [feed, screens] = [
      opened.add(openFeed(followers)),
      opened.add(openScreenReports({ ...followers, revisionOf })),
    ];
    const destinations = opened.add(await openDestinations({ ...followers, feed, file: config.destinationsFile }));
    const ingest = opened.add(
      openIngest({
        ...known,
        store,
        admission,
        guessHead: readModel.guessNewest,
        heads,
        recordAccess: access.accessLog.record,
        onAccepted: named.accepted,
        onAuthentic: connections.shows('signature'),
        keepsArrivals: destinations.wantArrivals,
        outage,
        onRecorded: readModel.acknowledged,
      }),
    );
    const routes = [reading, named, feed, destinations, screens, audit, access, ingest].flatMap((part) => part.routes);
    const app = appOf(config, world, { access, ingest, connections, metrics, checkReadiness, outage, routes });
    void checkReadiness(); // so that a store which cannot be written is logged, whether or not anybody probes
    return {
      app,
      connections,
      endStreams: async () => {
        stopping.abort();
        reading.close();
        await destinations.close();
        await feed.close();
        await audit.close();
      },
      close: async (withinMs) => {
        stopping.abort();
        await ingest.close(withinMs);
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
    publicRoutes: [createContract(version, basePath), screens.assets, ...access.publicRoutes],
    metrics,
    checkReadiness,
    readers: access.readers,
    session: access.session,
    offersPairing: access.offersPairing,
    onReader: connections.shows('token'),
    readerOrigins,
    basePath,
    postingIsOpen: ingest.isOpen,
    outage,
    log,
  });
}
