import { Counter, Gauge, type Registry } from 'prom-client';
import type { DestinationName } from '../../schemas/destinations';

/** What is measured of one destination. */
export interface MeasuredDestination {
  readonly name: DestinationName;
  readonly delivered: number;
  readonly failedAttempts: number;
  readonly parked: number;
  /** Null: it cannot be found out. */
  readonly lag: { readonly events: number; readonly seconds: number } | null;
}

export type ReadDestinations = () => Promise<readonly MeasuredDestination[]>;

/** Measures the destinations at each scrape. */
export function measureDestinations(registers: Registry[], read: ReadDestinations): void {
  let asked: ReturnType<ReadDestinations> | null = null;
  /** A scrape asks once for all. */
  const all = (): ReturnType<ReadDestinations> =>
    (asked ??= read().finally(() => {
      asked = null;
    }));
  const labelNames = ['destination'] as const;
  const total = (name: string, help: string, of: (one: MeasuredDestination) => number): void => {
    const made: Counter = new Counter({ name, help, labelNames, registers, collect });
    async function collect(): Promise<void> {
      const found = await all();
      made.reset();
      for (const one of found) made.inc({ destination: one.name }, of(one));
    }
  };
  const gauge = (name: string, help: string, of: (lag: NonNullable<MeasuredDestination['lag']>) => number): void => {
    const made: Gauge = new Gauge({ name, help, labelNames, registers, collect });
    async function collect(): Promise<void> {
      const found = await all();
      made.reset();
      for (const { name: destination, lag } of found) if (lag !== null) made.set({ destination }, of(lag));
    }
  };
  total(
    'ticket_rail_destination_delivered_total',
    'Items that a destination has answered with 2xx.',
    ({ delivered }) => delivered,
  );
  total(
    'ticket_rail_destination_failed_attempts_total',
    'Attempts to send an item to a destination that failed.',
    ({ failedAttempts }) => failedAttempts,
  );
  total('ticket_rail_destination_parked_total', 'Items that were given up after three days.', ({ parked }) => parked);
  gauge(
    'ticket_rail_destination_lag_events',
    'Items that a destination has still to be sent. At most 2,000 of them are counted ahead: then there may be more.',
    ({ events }) => events,
  );
  gauge(
    'ticket_rail_destination_lag_seconds',
    'Age of the oldest item that a destination has still to be sent; 0 without any.',
    ({ seconds }) => seconds,
  );
}
