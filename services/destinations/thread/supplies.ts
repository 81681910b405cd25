import type { Logger } from 'pino';
import type { Destination, DestinationEntry, DestinationName } from '../../../schemas/destinations';
import type { ConsumerStart, FeedPosition } from '../../../schemas/api/feed';
import { sleep } from '../../concurrency/sleep';
import { within } from '../../concurrency/within';
import type { EventStore } from '../../event-store/event-store';
import type { Feed } from '../../feed/feed';
import type { ReadItems } from '../../feed/feed-items';
import type { ShowOrder } from '../../labels/labels';
import type { MeasuredDestination } from '../../operations/destination-metrics';
import { addressRule } from '../addresses';
import type { DestinationRecord } from '../destination-record';
import { contentOf, signedHeaders } from './messages';
import { newsFor } from './news';
import { Pump } from './pump';
import { createSender } from './sender';

/**
 * Most milliseconds that counting a lag may take before the rest is answered without it, which is sooner than who asks
 * gives up: what is far behind takes longest to count, and its failures are to be seen then too.
 */
const LAG_MS = 3_000;

/** A destination with what sends to it. */
interface Supplied {
  readonly entry: DestinationEntry;
  readonly pump: Pump;
  readonly stop: () => Promise<void>;
}

interface Options {
  readonly store: Pick<EventStore, 'readStream'>;
  readonly feed: Feed;
  readonly readItems: ReadItems;
  /** Resolves when more may be read to be sent; default: at once. */
  readonly turn?: () => Promise<void>;
  readonly startOf: (start: ConsumerStart) => Promise<FeedPosition>;
  readonly record: DestinationRecord;
  readonly instance: string;
  readonly show: ShowOrder;
  readonly version: string;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly log: Logger;
  /** Default: {@link LAG_MS}. */
  readonly lagMs?: number;
}

/** Begins to send to a destination. */
function supply(entry: DestinationEntry, options: Options): Supplied {
  const { store, feed, readItems, turn, startOf, record, instance, show, version, now, log } = options;
  const userAgent = `ticket-rail/${version}`;
  const sender = createSender({ url: entry.url, maySendTo: addressRule(entry.allow) ?? (() => false) });
  const pump = new Pump({
    entry,
    instance,
    news: newsFor(entry, { feed, readItems, turn, store, show }),
    send: async (waiting, signal) => {
      const content = await contentOf(store, entry.view, waiting);
      if (content === null) return { kind: 'nothing' };
      const headers = signedHeaders(entry, waiting.item, content, { now: now(), userAgent });
      return sender.post(headers, content.body, signal);
    },
    feed,
    startOf,
    record,
    clock: { now, wait: sleep, chance: Math.random },
    log,
  });
  const stop = async (): Promise<void> => {
    await pump.stop();
    sender.close();
  };
  return { entry, pump, stop };
}

/** All that is sent to, in the order of the file. */
export class Supplies {
  #supplied: readonly Supplied[] = [];
  #changing: Promise<void> = Promise.resolve();

  readonly #options: Options;

  constructor(options: Options) {
    this.#options = options;
  }

  /** Sends to these from now on, and leaves alone what stays as it is. */
  change(entries: readonly DestinationEntry[]): void {
    this.#changing = this.#changing.then(async () => {
      const texts = entries.map((entry) => JSON.stringify(entry));
      const kept = this.#supplied.filter(({ entry }) => texts.includes(JSON.stringify(entry)));
      await Promise.all(this.#supplied.filter((one) => !kept.includes(one)).map(({ stop }) => stop()));
      this.#supplied = entries.map(
        (entry, index) =>
          kept.find((one) => JSON.stringify(one.entry) === texts[index]) ?? supply(entry, this.#options),
      );
    });
  }

  /** A destination was set to another position. */
  wasSet(name: DestinationName): void {
    this.#supplied.find(({ pump }) => pump.name === name)?.pump.wasSet();
  }

  /** @throws {EventStoreError} */
  async report(): Promise<readonly Destination[]> {
    await this.#changing;
    return Promise.all(this.#supplied.map(({ pump }) => pump.report()));
  }

  /** @throws {EventStoreError} */
  async measure(): Promise<readonly MeasuredDestination[]> {
    await this.#changing;
    const { lagMs = LAG_MS } = this.#options;
    const measured = async ({ pump }: Supplied): Promise<MeasuredDestination> => {
      const lag = await within(lagMs, pump.lag(), null);
      const { delivered, failedAttempts, parked } = pump.counts;
      return { name: pump.name, delivered, failedAttempts, parked, lag };
    };
    return Promise.all(this.#supplied.map(measured));
  }

  /** Waits a moment for what is with receivers, and commits. */
  async close(): Promise<void> {
    await this.#changing;
    await Promise.all(this.#supplied.map(({ stop }) => stop()));
  }
}
