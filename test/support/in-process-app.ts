import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import { type AddressInfo } from 'node:net';
import pino from 'pino';
import { createAccessLog } from '../../services/access/log/access-log';
import { ReaderDirectory } from '../../services/access/readers/readers';
import { createApp } from '../../services/server/app';
import { createSendExport } from '../../services/audit/export/send-export';
import { createOrderHistory } from '../../services/orders/history';
import { createAuditRoutes } from '../../services/audit/route';
import { type EventStore } from '../../services/event-store/event-store';
import { Admission } from '../../services/handle-order/record/admission';
import { createQuarantine, type Quarantine } from '../../services/handle-order/quarantine/quarantine';
import { createQuarantineRoutes } from '../../services/handle-order/quarantine/route';
import { createRecorder, type RecordUpdate } from '../../services/handle-order/record/record-update';
import { createRelay } from '../../services/handle-order/relay/relay';
import { createRelayLog } from '../../services/handle-order/relay/relay-log';
import { createRelayRoutes } from '../../services/handle-order/relay/route';
import { createHandleOrder } from '../../services/handle-order/route';
import { createVerifier } from '../../services/handle-order/receive/signature';
import { createMetrics } from '../../services/operations/metrics';
import { type Answer, call, type Call } from './running-service';

export interface InProcessApp {
  readonly url: string;
  readonly quarantine: Quarantine;
  /** What was logged, a line each. */
  readonly lines: readonly string[];
  call(path: string, options?: Call): Promise<Answer>;
  deliver(body: unknown): Promise<Answer>;
  close(): Promise<void>;
}

/**
 * The real routes over any store, in this process, for what no real disk does on demand. Nothing is authenticated, and
 * there is no read model.
 * @param record in place of a recorder over the store
 * @param relayUrl where to pass on what is not ours
 */
export async function serveInProcess(
  store: EventStore,
  record: RecordUpdate = createRecorder(store, new Admission()),
  relayUrl: string | null = null,
): Promise<InProcessApp> {
  const lines: string[] = [];
  const log = pino({ level: 'trace' }, { write: (line: string) => lines.push(line) });
  const quarantine = createQuarantine({ store, record, admission: new Admission(), newId: randomUUID, now: Date.now });
  const metrics = createMetrics({
    now: Date.now,
    queueDepth: () => 0,
    projectionLagSeconds: () => 0,
    live: { clients: 0, sent: 0, dropped: 0 },
  });
  const history = createOrderHistory(store);
  const accessLog = createAccessLog({
    store,
    newId: randomUUID,
    now: Date.now,
    monotonic: () => performance.now(),
    log,
  });
  const readers = new ReaderDirectory(null);
  const relayLog = createRelayLog({ store, admission: new Admission() });
  const relay =
    relayUrl === null ? null : createRelay({ url: relayUrl, timeoutMs: 15_000, record: relayLog.record, metrics, log });
  const app = createApp({
    handleOrder: createHandleOrder({
      verify: createVerifier({ webhookSecrets: [], bearerTokens: [] }),
      onAuthentic: () => undefined,
      record,
      quarantine,
      relay,
      maxBodyBytes: 700_000,
      quarantineAnswer: 202,
      onRecorded: () => undefined,
      metrics,
      log,
      now: Date.now,
      newId: randomUUID,
    }),
    routes: [
      createAuditRoutes({
        store,
        history,
        recordAccess: accessLog.record,
        sendExport: createSendExport({ store, readers, version: 'test', now: Date.now }),
      }),
      createQuarantineRoutes(quarantine, () => undefined, accessLog.record),
      createRelayRoutes(relayLog, accessLog.record),
    ],
    publicRoutes: [],
    basePath: '',
    now: Date.now,
    metrics,
    checkReadiness: () => Promise.resolve({ ready: true, checks: [] }),
    readers,
    onReader: () => undefined,
    readerOrigins: [],
    postingIsOpen: true,
    log,
  });
  const server = createServer(app);
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const url = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
  return {
    url,
    quarantine,
    lines,
    call: (path, options) => call(url, path, options),
    deliver: (body) =>
      call(url, '/handle-order', {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify(body),
      }),
    close: async () => {
      await new Promise((closed) => {
        server.close(closed);
        server.closeAllConnections();
      });
      await relay?.close(0);
    },
  };
}
