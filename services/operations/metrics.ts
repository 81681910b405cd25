import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import { measureDestinations, type ReadDestinations } from './destination-metrics';
import { type Following, measureFeed } from './feed-metrics';
import type { ScreenFigures } from '../screen-reports/watching';
import { measureScreens } from './screen-metrics';
import { DROP_REASONS, type DropReason } from '../http/connections';
import {
  DELIVERY_OUTCOMES,
  type DeliveryOutcome,
  DOUBTFUL_DELIVERIES,
  EndpointCounter,
  type EndpointCounts,
  NON_2XX_WINDOW_SECONDS,
} from './endpoint-counts';

/** What was refused before anybody could find out whose it was: anyone can send it, and Stream does not count it. */
const OF_ANYBODY: ReadonlySet<DeliveryOutcome> = new Set(['not-authentic', 'too-large', 'too-slow']);

/** What is measured while it happens. What can be read at any time is given as a function and read at each scrape. */
export interface Metrics {
  /** @param status HTTP status of the answer */
  delivery(outcome: DeliveryOutcome, status: number): void;
  /** A delivery is not authentic, though it has a signature or a token: Stream's, for all we know. */
  mismatch(): void;
  /** A sender went away, or was too slow: to it that is a failure. @param authentic its body was whole, and authentic */
  cutOff(authentic: boolean): void;
  /** @param seconds from handing a delivery to the store until it was durable. */
  append(seconds: number): void;
  /** A delivery is on its way to the POS. */
  relayBegan(): void;
  /** @param seconds until its answer was there, or was given up. */
  relayEnded(seconds: number): void;
  /** A delivery was passed on to the POS, and the answer did not wait any longer for its record. */
  relayUnrecorded(): void;
  /** @param reports recorded reports that an earlier event of their order made, with others in between. */
  cameBefore(reports: number): void;
  /** @param orders finished orders that a retention run deleted. */
  retention(orders: number): void;
  /** @param isHeld retention deletes nothing of this until the clock is right, or an operator confirms it */
  retentionHeld(what: 'orders' | 'accesses', isHeld: boolean): void;
  /** The log was found to have lost what signed checkpoints say. */
  restored(): void;
  /** A connection was closed from here, or not taken. */
  connectionDropped(reason: DropReason): void;
  /** Measures the feed from now on. */
  observeFeed(following: Following): void;
  /** Measures destinations from now on. */
  observeDestinations(read: ReadDestinations): void;
  /** Measures screens from now on. */
  observeScreens(figures: ScreenFigures): void;
  /** What the counts of deliveries are now. */
  readonly endpoint: EndpointCounts;
  /** Returns all metrics in the Prometheus text format. */
  expose(): Promise<{ readonly contentType: string; readonly text: string }>;
}

interface MetricsOptions {
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Deliveries on their way into the store. */
  readonly queueDepth: () => number;
  /** How long the oldest acknowledged update has not been readable. */
  readonly projectionLagSeconds: () => number;
  /** The live feed's own counts. */
  readonly live: { readonly clients: number; readonly sent: number; readonly dropped: number };
}

/** Registers the metrics that are measured while it happens. */
function measureEvents(registers: Registry[]) {
  const deliveries = new Counter({
    name: 'ticket_rail_deliveries_total',
    help: 'Calls of POST /handle-order by outcome.',
    labelNames: ['outcome'],
    registers,
  });
  for (const outcome of DELIVERY_OUTCOMES) deliveries.inc({ outcome }, 0);
  const appends = new Histogram({
    name: 'ticket_rail_append_seconds',
    help: 'Time from handing a delivery to the event store until it was durable.',
    buckets: [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
    registers,
  });
  const relays = new Histogram({
    name: 'ticket_rail_relay_seconds',
    help: 'Time from passing a delivery on to the POS until its whole answer was there, or was given up.',
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 15, 30, 60],
    registers,
  });
  const relaysInFlight = new Gauge({
    name: 'ticket_rail_relays_in_flight',
    help: 'Deliveries that wait for the POS.',
    registers,
  });
  const relaysUnrecorded = new Counter({
    name: 'ticket_rail_relays_unrecorded_total',
    help: 'Deliveries that were passed on to the POS and not on record when that was answered.',
    registers,
  });
  const deletedOrders = new Counter({
    name: 'ticket_rail_retention_deleted_orders_total',
    help: 'Finished orders deleted because they were older than RETENTION_DAYS.',
    registers,
  });
  const droppedConnections = new Counter({
    name: 'ticket_rail_connections_dropped_total',
    help: 'Connections that were closed because they cost too much, or not taken, by reason.',
    labelNames: ['reason'],
    registers,
  });
  for (const reason of DROP_REASONS) droppedConnections.inc({ reason }, 0);
  const cameBefore = new Counter({
    name: 'ticket_rail_reports_came_before_total',
    help: 'Recorded deliveries that say what an earlier one of their order said, with others in between: a driver came back, or an old delivery was sent again. Counted while the read model follows.',
    registers,
  });
  const held = new Gauge({
    name: 'ticket_rail_retention_held',
    help: '1 while retention deletes nothing because the clock may be wrong or most orders would go; 0 otherwise.',
    labelNames: ['what'],
    registers,
  });
  for (const what of ['orders', 'accesses']) held.set({ what }, 0);
  const restores = new Counter({
    name: 'ticket_rail_log_restores_total',
    help: 'How often the log was found to have lost events that were signed: a backup was put back, or its end is gone.',
    registers,
  });
  return {
    deliveries,
    appends,
    relays,
    relaysInFlight,
    relaysUnrecorded,
    deletedOrders,
    droppedConnections,
    cameBefore,
    held,
    restores,
  };
}

/** Registers the metrics that are read at each scrape. */
function measureStates(
  registers: Registry[],
  { queueDepth, projectionLagSeconds, live }: MetricsOptions,
  endpoint: EndpointCounter,
): void {
  const gauge = (name: string, help: string, read: () => number): void => {
    const made: Gauge = new Gauge({
      name,
      help,
      registers,
      collect: () => {
        made.set(read());
      },
    });
  };
  gauge('ticket_rail_queue_depth', 'Deliveries on their way into the event store.', queueDepth);
  gauge(
    'ticket_rail_projection_lag_seconds',
    'How long the oldest acknowledged update has not been readable; 0 when all are.',
    projectionLagSeconds,
  );
  gauge('ticket_rail_live_clients', 'Feeds of locations that screens watch now.', () => live.clients);
  const total = (name: string, help: string, read: () => number): void => {
    const made: Counter = new Counter({
      name,
      help,
      registers,
      collect: () => {
        made.reset();
        made.inc(read());
      },
    });
  };
  total('ticket_rail_live_messages_total', 'Messages sent to screens.', () => live.sent);
  total(
    'ticket_rail_live_dropped_total',
    'Connections of screens ended because they read too slowly; they catch up when they come again.',
    () => live.dropped,
  );
  gauge(
    'ticket_rail_deliveries_non_2xx_ratio',
    `Share of authentic deliveries of the last ${String(NON_2XX_WINDOW_SECONDS)} s that were not answered with 2xx, ` +
      '0 to 1. Stream warns from 0.10 and switches all events off at 0.50.',
    () => endpoint.counts.non2xxShare,
  );
  gauge(
    'ticket_rail_deliveries_not_authentic_ratio',
    `Share of all calls of the last ${String(NON_2XX_WINDOW_SECONDS)} s that were refused as not authentic, 0 to 1. ` +
      'Anybody can send those.',
    () => endpoint.counts.notAuthenticShare,
  );
  gauge(
    'ticket_rail_secrets_in_doubt',
    `1 while ${String(DOUBTFUL_DELIVERIES)} deliveries or more of the last ${String(NON_2XX_WINDOW_SECONDS)} s have a ` +
      'signature or token that none of ours verifies, and none is authentic: Stream may have another secret.',
    () => Number(endpoint.counts.secretsInDoubt),
  );
  gauge(
    'ticket_rail_last_authentic_delivery_timestamp_seconds',
    'When the newest authentic delivery came, in seconds since the epoch; 0 before the first of this process.',
    () => (endpoint.counts.lastAuthentic ?? 0) / 1_000,
  );
}

export function createMetrics(options: MetricsOptions): Metrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const events = measureEvents(registers);
  const endpoint = new EndpointCounter(options.now);
  measureStates(registers, options, endpoint);
  const byOutcome = new Map(DELIVERY_OUTCOMES.map((outcome) => [outcome, events.deliveries.labels(outcome)]));
  const count = (outcome: DeliveryOutcome, authentic: boolean, refused: boolean): void => {
    endpoint.count(outcome, authentic, refused);
    byOutcome.get(outcome)?.inc();
  };
  return {
    delivery: (outcome, status) => {
      count(outcome, !OF_ANYBODY.has(outcome), status < 200 || status > 299);
    },
    mismatch: () => {
      endpoint.mismatch();
    },
    cutOff: (authentic) => {
      count('cut-off', authentic, true);
    },
    append: (seconds) => {
      events.appends.observe(seconds);
    },
    relayBegan: () => {
      events.relaysInFlight.inc();
    },
    relayEnded: (seconds) => {
      events.relaysInFlight.dec();
      events.relays.observe(seconds);
    },
    relayUnrecorded: () => {
      events.relaysUnrecorded.inc();
    },
    cameBefore: (reports) => {
      events.cameBefore.inc(reports);
    },
    retention: (orders) => {
      events.deletedOrders.inc(orders);
    },
    retentionHeld: (what, isHeld) => {
      events.held.set({ what }, isHeld ? 1 : 0);
    },
    restored: () => {
      events.restores.inc();
    },
    connectionDropped: (reason) => {
      events.droppedConnections.inc({ reason });
    },
    observeFeed: (following) => {
      measureFeed(registers, following);
    },
    observeDestinations: (read) => {
      measureDestinations(registers, read);
    },
    observeScreens: (figures) => {
      measureScreens(registers, figures);
    },
    get endpoint() {
      return endpoint.counts;
    },
    expose: async () => ({ contentType: registry.contentType, text: await registry.metrics() }),
  };
}
