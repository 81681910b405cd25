import type { IncomingMessage } from 'node:http';
import type { Logger } from 'pino';
import { createAccessLog } from '../access/log/access-log';
import { scheduleAccessRetention } from '../operations/retention/access-retention';
import { createAccessRoutes } from '../access/log/route';
import { openReaders } from '../access/readers/readers-file';
import { createApp } from './app';
import { createSendExport } from '../audit/export/send-export';
import { createAuditRoutes } from '../audit/route';
import { createCheckpointRoutes } from '../audit/checkpoints/route';
import { checkpointsOf } from '../audit/checkpoints/place';
import { openKeyOf } from '../audit/checkpoints/checkpoint-signer';
import { startCheckpoints } from '../audit/checkpoints/start-checkpoints';
import { createOrderHistory } from '../orders/history';
import { createCoverageRunner } from '../audit/coverage/coverage';
import { createInsightRoutes } from '../audit/insight-route';
import { createOrderSearch } from '../orders/search';
import { createPastOrders } from '../orders/past-orders';
import type { Config } from '../config/config';
import { Connections, createDropTeller, type Shown } from '../http/connections';
import { takeDataDirectory } from '../event-store/data-directory';
import { createDocs } from './docs';
import { openEventStore } from '../event-store/open';
import type { Position } from '../event-store/event-store';
import { Admission } from '../handle-order/record/admission';
import { createQuarantine } from '../handle-order/quarantine/quarantine';
import { createQuarantineRoutes } from '../handle-order/quarantine/route';
import { createRecorder } from '../handle-order/record/record-update';
import { createRelay } from '../handle-order/relay/relay';
import { createRelayLog } from '../handle-order/relay/relay-log';
import { createRelayRoutes } from '../handle-order/relay/route';
import { keepPrivate } from '../files/private-files';
import { createHandleOrder } from '../handle-order/route';
import { createVerifier } from '../handle-order/receive/signature';
import { HttpServer } from '../http/http-server';
import { createMetrics } from '../operations/metrics';
import { createOrderRoutes } from '../orders/route';
import { hasPlace, LiveFeed, MAX_LIVE_CLIENTS } from '../orders/live/live-feed';
import { createLiveRoutes } from '../orders/live/route';
import { createWaitForReadModel } from '../read-model/wait';
import { createReadinessCheck, healthOf } from './readiness';
import { foldVersion } from '../read-model/fold-version';
import { readModelVersion } from '../read-model/read-model-version';
import { Freshness } from '../read-model/freshness';
import { OrderTableReader } from '../read-model/order-table/reader';
import { deleteOrderTable } from '../read-model/order-table/schema';
import type { ProjectorNews } from '../read-model/projector-loop';
import { startProjector } from '../read-model/start-projector';
import { newestStored, readKnownTime, writeKnownTime } from '../operations/retention/known-time';
import { countOld, runRetention } from '../operations/retention/run-retention';
import { scheduleRetention } from '../operations/retention/schedule';
import { createScreens } from '../screens/route';

/** Most connections at a time, for deliveries and reads, besides those of the live feed; few are used where nobody attacks. */
const MAX_CONNECTIONS = 1_024 + MAX_LIVE_CLIENTS;
/**
 * Most connections of one network on which neither a token nor a signature was shown: half of all, so that no network takes
 * them all. A proxy's are of one network; each shows within moments what its sender has.
 */
const MAX_STRANGERS = MAX_CONNECTIONS / 2;
/** Most bytes of answers that wait to be read by all readers together. A live feed alone may hold MAX_BUFFERED_BYTES. */
const MAX_UNREAD_BYTES = 256 * 1024 * 1024;
/** Most milliseconds that a stop waits for requests that are being answered. */
export const STOP_TIMEOUT_MS = 10_000;

/** What the service takes from the world besides its configuration. */
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

export interface RunningService {
  /** Where it listens. */
  readonly url: string;
  /** Answers what has begun, takes nothing new, and lets go of everything. Loses nothing that was acknowledged. */
  stop(): Promise<void>;
}

/**
 * Puts the service together and starts it: the one place that knows all parts.
 * @throws {ConfigError} {@link DataDirectoryError} {@link EventStoreError} or a listen error; whatever was opened is closed again.
 */
export async function startService(config: Config, world: World): Promise<RunningService> {
  const { log, now, monotonic, newId, pid, version } = world;
  const cleanup: (() => Promise<void> | void)[] = [];
  const undo = async (): Promise<void> => {
    for (const step of cleanup.splice(0).reverse()) await step();
  };
  try {
    const { readers, close: closeReaders } = await openReaders(config.readers, log);
    cleanup.push(closeReaders);
    for (const detail of keepPrivate(config.dataDir)) log.warn({ detail }, 'rights of DATA_DIR');
    const directory = takeDataDirectory(config.dataDir, pid, new Date(now()).toISOString());
    cleanup.push(() => {
      directory.release();
    });
    const store = await openEventStore({
      url: config.eventStoreUrl,
      logFile: directory.logFile,
      now,
      whyNotOurs: () => directory.whyNotOurs(),
    });
    cleanup.push(() => store.close());
    const accessLog = createAccessLog({ store, newId, now, monotonic, log });
    cleanup.push(() => accessLog.close());

    const freshness = new Freshness(monotonic);
    const folds = foldVersion();
    const orders = new OrderTableReader(directory.readModelFile, (detail) => {
      log.error({ detail }, 'the read model is damaged: it is deleted, and made anew from the log');
      deleteOrderTable(directory.readModelFile);
    });
    cleanup.push(() => {
      orders.close();
    });
    // Before anything is received: what is stored from now on is stamped by the clock that it is to vouch for.
    const deletes = config.retentionDays !== null || config.accessRetentionDays !== null;
    const storedBefore = deletes && config.eventStoreUrl === null ? await newestStored(store) : null;
    const clock = {
      known: async (signal: AbortSignal) =>
        readKnownTime(directory.knownTimeFile) ?? storedBefore ?? (await newestStored(store, signal)),
      record: (known: number) => {
        writeKnownTime(directory.knownTimeFile, known);
      },
      now,
      monotonic,
    };
    let stopping = false;
    const checkReadiness = createReadinessCheck({
      store,
      freshness,
      isStopping: () => stopping,
      now: monotonic,
      onStore: (problem) => {
        if (problem === null) log.info('the event store takes writes again');
        else log.error({ detail: problem }, 'NO DELIVERY IS TAKEN: the event store takes no writes');
      },
    });
    const feed = new LiveFeed({
      orders,
      folds,
      health: async () => healthOf(await checkReadiness()),
      lagMs: () => freshness.lagSeconds * 1_000,
      now,
    });
    const admission = new Admission();
    const metrics = createMetrics({
      now,
      queueDepth: () => admission.pending,
      projectionLagSeconds: () => freshness.lagSeconds,
      live: feed,
    });
    const tell = (news: ProjectorNews): void => {
      switch (news.kind) {
        case 'progress':
          freshness.projected(news.progress);
          feed.projected(news.progress.locations, news.progress.caughtUp);
          metrics.cameBefore(news.progress.cameBefore);
          return;
        case 'restarted':
          freshness.restarted();
          feed.restarted();
          return;
        case 'interrupted':
          log.warn({ detail: news.message }, 'the projector lost the event store and will go on');
          return;
        case 'failed':
          log.error({ detail: news.message }, 'the projector failed and will try again');
          return;
      }
    };
    const projector = startProjector(
      {
        log: { url: config.eventStoreUrl, logFile: directory.logFile },
        file: directory.readModelFile,
        version: readModelVersion(config.eventStoreUrl),
      },
      tell,
    );
    cleanup.push(() => projector.stop());

    const checkpointPlace = checkpointsOf(config, directory);
    const checkpointKey = openKeyOf(checkpointPlace);
    if (checkpointKey.replacesEmpty) {
      log.warn(
        { file: checkpointPlace.keyFile },
        'the checkpoint key was empty and nothing was signed with it: made a new one',
      );
    }
    let coveredTo: Position | null = null;
    const checkpoints = startCheckpoints(
      {
        log: { url: config.eventStoreUrl, logFile: directory.logFile },
        place: checkpointPlace,
        intervalMs: config.checkpointMs,
      },
      (news) => {
        switch (news.kind) {
          case 'failed':
            log.error({ detail: news.message }, 'no checkpoint could be signed; it is tried again');
            return;
          case 'complaint':
            log.error({ detail: news.message }, 'something is wrong with the file of checkpoints');
            return;
          case 'restored': {
            const { holds_to, lost_to, lost_events, log_id } = news.restore;
            coveredTo = null;
            metrics.restored();
            log.error(
              { holds_to, lost_to, lost_events, log_id },
              'THE LOG LOST EVENTS: a backup was put back, or its end is gone. This was signed, and checkpoints go on',
            );
            return;
          }
          case 'covered':
            coveredTo = news.position;
            if (news.isNew) log.info({ position: news.position, events: news.events }, 'signed a checkpoint');
            return;
        }
      },
    );
    cleanup.push(() => checkpoints.stop());

    const onRecorded = (position: Position): void => {
      freshness.acknowledged(position);
    };
    const record = createRecorder(store, admission);
    const quarantine = createQuarantine({ store, record, admission, newId, now });
    const history = createOrderHistory(store);
    const pastOrders = createPastOrders({ orders, history });
    const tellOfDrops = createDropTeller((drops) => {
      log.warn({ dropped: drops }, 'dropped connections that cost too much, or found no room for more');
    });
    const connections = new Connections({
      most: MAX_CONNECTIONS,
      mostStrangers: MAX_STRANGERS,
      mostUnread: MAX_UNREAD_BYTES,
      onDropped: (reason) => {
        metrics.connectionDropped(reason);
        tellOfDrops(reason);
      },
    });
    const shows = (shown: Exclude<Shown, 'nothing'>) => (request: IncomingMessage) => {
      connections.show(request.socket, shown);
    };
    const relayLog = createRelayLog({ store, admission });
    const { relayUrl, relayTimeoutMs } = config;
    const relay =
      relayUrl === null
        ? null
        : createRelay({ url: relayUrl, timeoutMs: relayTimeoutMs, record: relayLog.record, metrics, log });
    const unauthenticated = config.webhookSecrets.length + config.bearerTokens.length === 0;
    const coverage = createCoverageRunner({ url: config.eventStoreUrl, logFile: directory.logFile });
    const waitForReadModel = createWaitForReadModel(freshness);
    const screens = createScreens(config.basePath);
    const app = createApp({
      handleOrder: createHandleOrder({
        verify: createVerifier(config),
        onAuthentic: shows('signature'),
        record,
        quarantine,
        relay,
        maxBodyBytes: config.maxBodyBytes,
        quarantineAnswer: config.quarantineAnswer,
        onRecorded,
        metrics,
        log,
        now,
        newId,
      }),
      routes: [
        createOrderRoutes({ orders, waitForReadModel, history, pastOrders, accessLog, foldVersion: folds }),
        createLiveRoutes({
          feed,
          isInLog: (place) => hasPlace(store, place),
          orders,
          waitForReadModel,
          readers,
          accessLog,
        }),
        createAuditRoutes({
          store,
          history,
          recordAccess: accessLog.record,
          sendExport: createSendExport({ store, readers, version, now }),
        }),
        createInsightRoutes({
          search: createOrderSearch({ orders, history }),
          waitForReadModel,
          accessLog,
          coverage,
          metrics,
          now,
        }),
        createAccessRoutes(accessLog),
        createQuarantineRoutes(quarantine, onRecorded, accessLog.record),
        createRelayRoutes(relayLog, accessLog.record),
        screens.pages,
        createCheckpointRoutes(directory.checkpointsFile, checkpointKey.publicPem),
      ],
      publicRoutes: [createDocs(version, config.basePath), screens.assets],
      metrics,
      checkReadiness,
      readers,
      onReader: shows('token'),
      readerOrigins: config.readerOrigins,
      basePath: config.basePath,
      now,
      postingIsOpen: unauthenticated,
      log,
    });
    const server = new HttpServer(connections, app, config);
    const url = await server.listenOn(config.port, config.host);
    cleanup.push(async () => {
      const end = monotonic() + STOP_TIMEOUT_MS;
      await server.drain(STOP_TIMEOUT_MS);
      await relay?.close(end - monotonic());
    });
    cleanup.push(() => {
      feed.close();
    });
    cleanup.push(() => coverage.close());

    if (config.retentionDays !== null) {
      const retention = scheduleRetention({
        days: config.retentionDays,
        ...clock,
        isReady: () => freshness.complete && coveredTo !== null,
        plan: async (cutoff) => ({
          old: await countOld({ listFinal: (after, limit) => orders.listFinal(after, limit), cutoff }),
          all: orders.countOrders(),
        }),
        run: (cutoff, signal) =>
          runRetention({
            store,
            newId,
            coveredTo,
            listFinal: (after, limit) => orders.listFinal(after, limit),
            correct: (corrections) => projector.correct(corrections),
            cutoff,
            signal,
          }),
        onDeleted: (count) => {
          metrics.retention(count);
        },
        onHeld: (isHeld) => {
          metrics.retentionHeld('orders', isHeld);
        },
        log,
      });
      cleanup.push(() => retention.stop());
    }

    if (config.accessRetentionDays !== null) {
      const days = config.accessRetentionDays;
      const retention = scheduleAccessRetention({
        store,
        newId,
        days,
        coveredTo: () => coveredTo,
        ...clock,
        onHeld: (isHeld) => {
          metrics.retentionHeld('accesses', isHeld);
        },
        log,
      });
      cleanup.push(() => retention.stop());
    }

    if (unauthenticated) {
      log.warn('NOTHING IS AUTHENTICATED: anyone on this machine can post updates. Set STREAM_WEBHOOK_SECRETS.');
    }
    if (readers.open) {
      log.warn('READING IS OPEN: anyone on this machine can read drivers and orders. Set READERS_FILE.');
    }
    log.info({ url, data_dir: config.dataDir, version }, 'Ticket Rail is listening');
    void checkReadiness(); // so that a store which cannot be written is told, whether or not anybody probes
    return {
      url,
      stop: async () => {
        stopping = true;
        await undo();
      },
    };
  } catch (error) {
    await undo();
    throw error;
  }
}
