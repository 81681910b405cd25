import type { Router } from 'express';
import type { Access } from '../access/open-access';
import type { Config } from '../config/config';
import type { World } from '../config/world';
import type { Events } from '../event-store/open-events';
import { fingerprint } from '../handle-order/receive/signature';
import type { Labels } from '../labels/labels';
import type { Locations } from '../locations/open-locations';
import type { Metrics } from '../operations/metrics';
import type { Reading } from '../orders/open-reading';
import { countChoices } from '../orders/choice-counts';
import { createOrderSearch } from '../orders/search';
import type { ReadModel } from '../read-model/open-read-model';
import { checkpointsOf } from './checkpoints/checkpoint-files';
import { signedEvidence } from './checkpoints/proofs';
import { type Checkpoints, openCheckpoints } from './checkpoints/open-checkpoints';
import { createCoverageRunner } from './coverage/coverage';
import { createSendExport } from './export/send-export';
import { createCoverageRoutes } from './coverage/route';
import { evidenceCode } from './evidence/evidence-code';
import { createEvidenceRoutes } from './evidence-route';
import { createSearchRoutes } from './search-route';
import { createAuditRoutes } from './route';

/** What auditors read: history and files of it, search, coverage and signed checkpoints. */
export interface Audit {
  readonly checkpoints: Pick<Checkpoints, 'coveredTo'>;
  readonly routes: readonly Router[];
  /** Ends coverage queries, which may take long, and signs no more checkpoints. */
  close(): Promise<void>;
}

/** @throws {CheckpointKeyError} if there is no key that can be used. */
export function openAudit(options: {
  readonly config: Config;
  readonly events: Events;
  readonly world: World;
  readonly access: Pick<Access, 'readers' | 'accessLog'>;
  readonly readModel: Pick<ReadModel, 'orders' | 'wait'>;
  readonly reading: Pick<Reading, 'history'>;
  readonly labels: Pick<Labels, 'show' | 'all'>;
  readonly locations: Pick<Locations, 'factsOf'>;
  readonly metrics: Metrics;
}): Audit {
  const { config, events, world, readModel, labels, metrics } = options;
  const { factsOf } = options.locations;
  const { readers, accessLog } = options.access;
  const { history } = options.reading;
  const { store } = events;
  const { log, now, version } = world;
  const checkpoints = openCheckpoints({ config, events, metrics, log });
  const place = checkpointsOf(config, events.files);
  const coverage = createCoverageRunner(events.log);
  return {
    checkpoints,
    routes: [
      createAuditRoutes({
        store,
        history,
        factsOf,
        recordAccess: accessLog.record,
        sendExport: createSendExport({ store, readers, version, now }),
      }),
      createEvidenceRoutes({
        store,
        readers,
        factsOf,
        recordAccess: accessLog.record,
        secrets: config.webhookSecrets.map(fingerprint),
        signed: () => signedEvidence(place),
        version,
        code: evidenceCode(),
        now,
      }),
      createSearchRoutes({
        search: createOrderSearch({ orders: readModel.orders, labels }),
        count: (locations, gone) => countChoices(readModel.orders, locations, gone),
        show: labels.show,
        waitForReadModel: readModel.wait,
        accessLog,
        readers,
      }),
      createCoverageRoutes({ coverage, metrics, now, accessLog }),
      ...checkpoints.routes,
    ],
    close: async () => {
      await coverage.close();
      await checkpoints.close();
    },
  };
}
