import { Counter, Gauge, type Registry } from 'prom-client';
import type { ConsumerName } from '../../schemas/api/feed';

interface Lag {
  readonly events: number;
  readonly seconds: number;
}

/** What the feed knows of who follows it. */
export interface Following {
  readonly counts: { readonly waiting: number; readonly items: number };
  readonly lags: () => Promise<readonly { readonly consumer: ConsumerName; readonly lag: Lag }[]>;
}

/** Measures the feed at each scrape. */
export function measureFeed(registers: Registry[], { counts, lags }: Following): void {
  const followers: Gauge = new Gauge({
    name: 'ticket_rail_feed_followers',
    help: 'Requests that wait for news of the feed, and streams of it.',
    registers,
    collect: () => {
      followers.set(counts.waiting);
    },
  });
  const items: Counter = new Counter({
    name: 'ticket_rail_feed_items_total',
    help: 'Items of the feed that were sent.',
    registers,
    collect: () => {
      items.reset();
      items.inc(counts.items);
    },
  });
  let asked: ReturnType<Following['lags']> | null = null;
  const perConsumer = (name: string, help: string, read: (lag: Lag) => number): void => {
    const made: Gauge = new Gauge({
      name,
      help,
      labelNames: ['consumer'],
      registers,
      collect: async () => {
        // A scrape asks once for all.
        asked ??= lags().finally(() => {
          asked = null;
        });
        const all = await asked;
        made.reset();
        for (const { consumer, lag } of all) made.set({ consumer }, read(lag));
      },
    });
  };
  perConsumer(
    'ticket_rail_consumer_lag_events',
    'Items of the feed after the position of a consumer, of the locations of its reader. From 2,000 events of the log on there may be more.',
    ({ events }) => events,
  );
  perConsumer(
    'ticket_rail_consumer_lag_seconds',
    'Age of the oldest item of the feed after the position of a consumer, of the locations of its reader; 0 without any.',
    ({ seconds }) => seconds,
  );
}
