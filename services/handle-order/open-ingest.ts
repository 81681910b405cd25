import type { Router } from 'express';
import type { IncomingMessage } from 'node:http';
import type { RecordAccess } from '../access/log/access-log';
import type { Config } from '../config/config';
import type { World } from '../config/world';
import type { EventStore, Position } from '../event-store/event-store';
import type { StoreOutage } from '../event-store/store-outage';
import type { AcceptedOrder } from '../labels/accepted-order';
import type { Metrics } from '../operations/metrics';
import { createHandleOrder, type HandleOrder } from './handle-order';
import { createQuarantine } from './quarantine/quarantine';
import { createQuarantineRoutes } from './quarantine/route';
import { createVerifier } from './receive/signature';
import type { Admission } from './record/admission';
import { createRecorder, type GuessHead, type Heads } from './record/record-update';
import { createRelay } from './relay/relay';
import { createRelayLog } from './relay/relay-log';
import { createRelayRoutes } from './relay/route';

/** The way of a delivery into the store, into quarantine, or on to the POS. */
export interface Ingest {
  readonly handleOrder: HandleOrder;
  /** Nothing authenticates a delivery. */
  readonly isOpen: boolean;
  readonly routes: readonly Router[];
  /** @param withinMs most milliseconds to wait for answers of the POS */
  close(withinMs?: number): Promise<void>;
}

export function openIngest(options: {
  readonly config: Config;
  readonly store: EventStore;
  readonly world: World;
  /** Bounds what waits for the store. */
  readonly admission: Admission;
  readonly guessHead: GuessHead;
  /** Where the newest events of orders are remembered. */
  readonly heads: Heads;
  readonly metrics: Metrics;
  readonly recordAccess: RecordAccess;
  /** Called for every order that the POS accepted. */
  readonly onAccepted: (order: AcceptedOrder) => void;
  /** Called for every delivery that is authentic, before anything else is done about it. */
  readonly onAuthentic: (request: IncomingMessage) => void;
  /** Learns of every delivery whether the store took it. */
  readonly outage: Pick<StoreOutage, 'taken' | 'deliveryRefused'>;
  /** Whether requests are to be kept as they came. */
  readonly keepsArrivals: () => boolean;
  /** Called for every update that is acknowledged. */
  readonly onRecorded: (position: Position) => void;
}): Ingest {
  const { config, store, world, admission, guessHead, metrics, recordAccess, onAccepted } = options;
  const { onAuthentic, outage, keepsArrivals, heads } = options;
  const { relayUrl, relayTimeoutMs, webhookSecrets, bearerTokens, maxBodyBytes, quarantineAnswer } = config;
  const { log, now, newId } = world;
  const isOpen = webhookSecrets.length + bearerTokens.length === 0;
  if (isOpen) {
    log.warn('DELIVERIES ARE NOT AUTHENTICATED: anyone on this machine can post updates. Set STREAM_WEBHOOK_SECRETS.');
  }
  const onRecorded = (position: Position): void => {
    outage.taken();
    options.onRecorded(position);
  };
  const record = createRecorder(store, admission, guessHead, heads);
  const quarantine = createQuarantine({ store, record, admission, newId, now });
  const relayLog = createRelayLog({ store, admission });
  const relay =
    relayUrl === null
      ? null
      : createRelay({ url: relayUrl, timeoutMs: relayTimeoutMs, record: relayLog.record, onAccepted, metrics, log });
  return {
    handleOrder: createHandleOrder({
      verify: createVerifier(config),
      onAuthentic,
      record,
      quarantine,
      relay,
      maxBodyBytes,
      quarantineAnswer,
      onRefused: outage.deliveryRefused,
      keepsArrivals,
      onRecorded,
      metrics,
      log,
      now,
      newId,
    }),
    isOpen,
    routes: [createQuarantineRoutes(quarantine, onRecorded, recordAccess), createRelayRoutes(relayLog, recordAccess)],
    close: async (withinMs = 0) => {
      await relay?.close(withinMs);
    },
  };
}
