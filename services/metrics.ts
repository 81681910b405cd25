import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

/** How a call of Handle Order ended. */
export const DELIVERY_OUTCOMES = [
  'recorded',
  'repeat',
  'ping',
  'quarantined',
  'relayed',
  'relay-failed',
  'relay-timed-out',
  'not-authentic',
  'too-large',
  'unavailable',
  'overloaded',
  'cut-off',
  'failed',
] as const;
export type DeliveryOutcome = (typeof DELIVERY_OUTCOMES)[number];

/**
 * Seconds over which our own share of refusals is taken. Stream warns at 10 to 25 % and switches all events off at 50 %
 * (docs/protocol.md#section-3); its own window is not documented.
 */
export const NON_2XX_WINDOW_SECONDS = 300;

interface SecondCounts {
  second: number;
  all: number;
  refused: number;
}

/** Counts per second over a sliding window, in constant memory. */
class SlidingShare {
  readonly #slots = Array.from({ length: NON_2XX_WINDOW_SECONDS }, (): SecondCounts => ({
    second: 0,
    all: 0,
    refused: 0,
  }));

  add(second: number, refused: boolean): void {
    const slot = this.#slots[second % NON_2XX_WINDOW_SECONDS];
    if (slot === undefined) return;
    if (slot.second !== second) Object.assign(slot, { second, all: 0, refused: 0 });
    slot.all++;
    if (refused) slot.refused++;
  }

  /** @returns refused / all from 0 to 1; 0 when nothing came. */
  share(now: number): number {
    const live = this.#slots.filter(({ second }) => now - second < NON_2XX_WINDOW_SECONDS);
    const all = live.reduce((sum, slot) => sum + slot.all, 0);
    return all === 0 ? 0 : live.reduce((sum, slot) => sum + slot.refused, 0) / all;
  }
}

/** Shares of answers other than 2xx at which Stream warns, warns again, and switches all events off. */
export const STREAM_ALARMS = [0.1, 0.25, 0.5] as const;

/** How the endpoint does. */
export interface EndpointCounts {
  /** Milliseconds since the epoch: the beginning of counting. */
  readonly since: number;
  readonly deliveries: Readonly<Record<DeliveryOutcome, number>>;
  /** Over the last {@link NON_2XX_WINDOW_SECONDS}. */
  readonly non2xxShare: number;
}

/** What is measured while it happens. What can be read at any time is given as a function and read at each scrape. */
export interface Metrics {
  /** @param status HTTP status of the answer */
  delivery(outcome: DeliveryOutcome, status: number): void;
  /** A sender went away, or was too slow, before its body was whole: to it that is a failure, whoever's it was. */
  cutOff(): void;
  /** @param seconds from handing a delivery to the store until it was durable. */
  append(seconds: number): void;
  /** A delivery is on its way to the POS. */
  relayBegan(): void;
  /** @param seconds until its answer was there, or was given up. */
  relayEnded(seconds: number): void;
  /** A delivery was passed on to the POS, and the answer did not wait any longer for its record. */
  relayUnrecorded(): void;
  /** @param orders finished orders that a retention run deleted. */
  retention(orders: number): void;
  /** @param isHeld retention deletes nothing until an operator confirms it */
  retentionHeld(isHeld: boolean): void;
  /** The log was found to have lost what signed checkpoints say. */
  restored(): void;
  /** What the counts of deliveries are now. */
  readonly endpoint: EndpointCounts;
  /** Prometheus text format. */
  expose(): Promise<{ readonly contentType: string; readonly text: string }>;
}

/**
 * @param now milliseconds since the epoch
 * @param queueDepth deliveries on their way into the store
 * @param projectionLagSeconds how long the oldest acknowledged update has not been readable
 * @param live the live feed's own counts
 */
export function createMetrics(options: {
  readonly now: () => number;
  readonly queueDepth: () => number;
  readonly projectionLagSeconds: () => number;
  readonly live: { readonly clients: number; readonly sent: number; readonly dropped: number };
}): Metrics {
  const registers = [new Registry()];
  const [registry] = registers as [Registry];
  collectDefaultMetrics({ register: registry });
  const deliveries = new Counter({
    name: 'ticket_rail_deliveries_total',
    help: 'Calls of POST /handle-order by outcome.',
    labelNames: ['outcome'],
    registers,
  });
  const byOutcome = new Map(DELIVERY_OUTCOMES.map((outcome) => [outcome, deliveries.labels(outcome)]));
  for (const counter of byOutcome.values()) counter.inc(0);
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
  const held = new Gauge({
    name: 'ticket_rail_retention_held',
    help: '1 while retention deletes nothing because the clock may be wrong or most orders would go; 0 otherwise.',
    registers,
  });
  const restores = new Counter({
    name: 'ticket_rail_log_restores_total',
    help: 'How often the log was found to have lost events that were signed: a backup was put back, or its end is gone.',
    registers,
  });
  const share = new SlidingShare();
  const nowSeconds = (): number => Math.floor(options.now() / 1_000);
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
  gauge('ticket_rail_queue_depth', 'Deliveries on their way into the event store.', options.queueDepth);
  gauge(
    'ticket_rail_projection_lag_seconds',
    'How long the oldest acknowledged update has not been readable; 0 when all are.',
    options.projectionLagSeconds,
  );
  gauge('ticket_rail_live_clients', 'Screens that watch now.', () => options.live.clients);
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
  total('ticket_rail_live_messages_total', 'Messages sent to screens.', () => options.live.sent);
  total(
    'ticket_rail_live_dropped_total',
    'Screens sent away because they read too slowly; they catch up when they come again.',
    () => options.live.dropped,
  );
  gauge(
    'ticket_rail_deliveries_non_2xx_ratio',
    `Share of deliveries of the last ${String(NON_2XX_WINDOW_SECONDS)} s that were not answered with 2xx, 0 to 1. ` +
      'Stream warns from 0.10 and switches all events off at 0.50.',
    () => share.share(nowSeconds()),
  );
  const since = options.now();
  const outcomes = new Map<DeliveryOutcome, number>();
  const count = (outcome: DeliveryOutcome, refused: boolean): void => {
    outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
    byOutcome.get(outcome)?.inc();
    share.add(nowSeconds(), refused);
  };
  return {
    delivery: (outcome, status) => {
      count(outcome, status < 200 || status > 299);
    },
    cutOff: () => {
      count('cut-off', true);
    },
    append: (seconds) => {
      appends.observe(seconds);
    },
    relayBegan: () => {
      relaysInFlight.inc();
    },
    relayEnded: (seconds) => {
      relaysInFlight.dec();
      relays.observe(seconds);
    },
    relayUnrecorded: () => {
      relaysUnrecorded.inc();
    },
    retention: (orders) => {
      deletedOrders.inc(orders);
    },
    retentionHeld: (isHeld) => {
      held.set(isHeld ? 1 : 0);
    },
    restored: () => {
      restores.inc();
    },
    get endpoint() {
      const entries = DELIVERY_OUTCOMES.map((outcome) => [outcome, outcomes.get(outcome) ?? 0]);
      const deliveries = Object.fromEntries(entries) as Record<DeliveryOutcome, number>;
      return { since, deliveries, non2xxShare: share.share(nowSeconds()) };
    },
    expose: async () => ({ contentType: registry.contentType, text: await registry.metrics() }),
  };
}
