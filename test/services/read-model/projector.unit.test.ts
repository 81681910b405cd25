import { rmSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { evolve, initial, type OrderState } from '../../../projections/order/order';
import { eventId } from '../../../schemas/events/event-id';
import { orderKey, type OrderKey } from '../../../schemas/order-key';
import type { OrderDeletedData } from '../../../schemas/events/event-data';
import { decodeOrderEvent, ORDER_DELETED, orderStream, RETENTION_STREAM } from '../../../schemas/events/order-events';
import { streamName } from '../../../schemas/events/stream-name';
import {
  MAX_BATCH_EVENTS,
  type EventSource,
  type EventStore,
  type JsonValue,
  type Position,
  type ReadAllOptions,
  type RecordedEvent,
  type SubscribeOptions,
  type SubscriptionBatch,
} from '../../../services/event-store/event-store';
import { createMemoryStore } from '../event-store/memory/memory-store';
import { openOrderTable, type OrderTable } from '../../../services/read-model/order-table/writer';
import { type Progress, runProjector } from '../../../services/read-model/projector';
import { arbitraryOrderCanceledObject, arbitraryOrderUpdatedObject, receivedAt } from '../../projections/arbitraries';
import { cases } from '../../support/depth';
import { until } from '../../support/patience';
import { temporaryDirectory } from '../../support/running-service';
import { newEvent } from '../event-store/contract/support';
import { contentOf } from './table-content';

const ORDERS: readonly OrderKey[] = ['a', 'b', 'c', 'a b'].map((order_id) => orderKey('here', order_id));

interface Fact {
  readonly order: number;
  readonly type: string;
  readonly data: JsonValue;
  /** How many positions of other streams lie before it. */
  readonly gap: number;
}

/** What is in the log of several orders, events that we did not write included. */
const arbitraryLog: fc.Arbitrary<readonly RecordedEvent[]> = fc
  .array(
    fc.record({ order: fc.nat(ORDERS.length - 1), gap: fc.nat(2) }).chain((place) =>
      fc.oneof(
        {
          weight: 12,
          arbitrary: arbitraryOrderUpdatedObject.map((data) => ({ ...place, type: 'order.updated', data })),
        },
        {
          weight: 1,
          arbitrary: arbitraryOrderCanceledObject.map((data) => ({ ...place, type: 'order.canceled', data })),
        },
        { weight: 1, arbitrary: fc.jsonValue().map((data) => ({ ...place, type: 'order.updated', data })) },
        { weight: 1, arbitrary: fc.jsonValue().map((data) => ({ ...place, type: 'a note by hand', data })) },
      ),
    ),
    { minLength: 1, maxLength: 40 },
  )
  .map((facts) => asLog(facts as readonly Fact[]));

function asLog(facts: readonly Fact[]): readonly RecordedEvent[] {
  const next = new Map<string, number>();
  let position = 0;
  return facts.map(({ order, type, data, gap }, index) => {
    const stream = orderStream(ORDERS[order] ?? orderKey('', ''));
    const revision = next.get(stream) ?? 0;
    next.set(stream, revision + 1);
    position += 1 + gap;
    return {
      stream,
      id: eventId(String(index)),
      type,
      data: JSON.parse(JSON.stringify(data)) as JsonValue,
      metadata: { received_at: receivedAt(index) },
      revision,
      position: String(position) as Position,
      created: new Date(0),
    };
  });
}

/** One batch of a subscription: so many events, beginning `again` before where the last one ended, and what happens then. */
interface Step {
  readonly size: number;
  readonly again: number;
  readonly caughtUp: boolean;
  readonly crash: boolean;
}

const arbitrarySteps: fc.Arbitrary<readonly Step[]> = fc.array(
  fc.record({
    size: fc.nat(8),
    again: fc.oneof(fc.constant(0), fc.nat(8)),
    caughtUp: fc.boolean(),
    crash: fc.boolean(),
  }),
  { maxLength: 12 },
);

/** A store whose subscription delivers as told: some of it again, in any portions, and breaking off. */
class ScriptedSource implements EventSource {
  #step = 0;

  readonly #log: readonly RecordedEvent[];
  readonly #steps: readonly Step[];

  constructor(log: readonly RecordedEvent[], steps: readonly Step[]) {
    this.#log = log;
    this.#steps = steps;
  }

  async *readAll({ from = 'start', limit }: ReadAllOptions = {}): AsyncGenerator<RecordedEvent> {
    await Promise.resolve();
    yield* this.#log.filter(({ position }) => from === 'start' || Number(position) >= Number(from)).slice(0, limit);
  }

  async *subscribe({ after }: Parameters<EventSource['subscribe']>[0]): AsyncGenerator<SubscriptionBatch> {
    await Promise.resolve();
    let next = this.#log.findIndex(({ position }) => after === 'start' || Number(position) > Number(after));
    if (next < 0) next = this.#log.length;
    const batch = (from: number, to: number, caughtUp: boolean): SubscriptionBatch => {
      const events = this.#log.slice(from, to);
      const reached = (events.at(-1) ?? this.#log[from - 1])?.position;
      return { events, position: reached ?? null, caughtUp };
    };
    for (;;) {
      const step = this.#steps[this.#step++];
      if (step === undefined) break;
      const from = Math.max(0, next - step.again);
      const to = Math.min(this.#log.length, from + step.size);
      yield batch(from, to, step.caughtUp);
      next = to;
      if (step.crash) throw new Error('told to break off');
    }
    yield batch(next, this.#log.length, true);
    throw new Error('at the end');
  }
}

/** Every order's state by folding the log directly, as JSON keeps it. */
function foldDirectly(log: readonly RecordedEvent[]): (OrderState | null)[] {
  return ORDERS.map((key) => {
    let state = initial;
    for (const stored of log.filter(({ stream }) => stream === orderStream(key))) {
      const event = decodeOrderEvent(stored);
      if (event !== null) state = evolve(state, event);
    }
    return state === initial ? null : (JSON.parse(JSON.stringify(state)) as OrderState);
  });
}

describe('the projector', () => {
  let directory: string;
  let tables = 0;

  const newFile = (): string => join(directory, `read-model-${String(tables++)}.sqlite`);

  beforeAll(() => {
    directory = temporaryDirectory();
  });

  afterAll(() => {
    rmSync(directory, { recursive: true });
  });

  /** Runs until the source breaks off. @returns what it told. */
  const runToBreak = async (
    source: EventSource,
    table: OrderTable,
    onProgress: (progress: Progress) => void = () => undefined,
    options: { readonly maxUnsavedOrders?: number } = {},
  ) => {
    const { signal } = new AbortController();
    try {
      await runProjector({ source, table, signal, onProgress, ...options });
      return 'ended';
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  };

  it('the projector makes the same of the same log, whatever the batches, repetitions and restarts', async () => {
    await fc.assert(
      fc.asyncProperty(arbitraryLog, arbitrarySteps, async (log, steps) => {
        const file = newFile();
        const source = new ScriptedSource(log, steps);
        for (let ended = ''; ended !== 'at the end';) {
          const table = openOrderTable(file, 'v1'); // what is not in the file is lost
          ended = await runToBreak(source, table);
          table.close();
        }
        const table = openOrderTable(file, 'v1');
        expect(ORDERS.map((key) => table.load(key))).toEqual(foldDirectly(log));
        table.close();
      }),
      { numRuns: cases(150) },
    );
  });

  it('the read model holds the same rows and words whether events are saved one by one or many at a time, with breaks', async () => {
    /** Runs to the end of the log, each time with what is in the file alone. @returns all that is in it then */
    const made = async (source: EventSource, maxUnsavedOrders: number) => {
      const file = newFile();
      for (let ended = ''; ended !== 'at the end';) {
        const table = openOrderTable(file, 'v1');
        ended = await runToBreak(source, table, undefined, { maxUnsavedOrders });
        table.close();
      }
      return contentOf(file);
    };
    await fc.assert(
      fc.asyncProperty(arbitraryLog, arbitrarySteps, fc.integer({ min: 1, max: 5 }), async (log, steps, most) => {
        const one: Step = { size: 1, again: 0, caughtUp: false, crash: false };
        const oneByOne = await made(
          new ScriptedSource(
            log,
            log.map(() => one),
          ),
          1,
        );
        expect(await made(new ScriptedSource(log, steps), most)).toEqual(oneByOne);
      }),
      { numRuns: cases(60) },
    );
  });

  it('the table of the projector holds exactly what its checkpoint says, at any moment', async () => {
    await fc.assert(
      fc.asyncProperty(arbitraryLog, arbitrarySteps, async (log, steps) => {
        const table = openOrderTable(newFile(), 'v1');
        const source = new ScriptedSource(log, steps);
        const check = (): void => {
          const checkpoint = Number(table.checkpoint() ?? 0);
          const done = log.filter(({ position }) => Number(position) <= checkpoint);
          expect(ORDERS.map((key) => table.load(key))).toEqual(foldDirectly(done));
        };
        for (let ended = ''; ended !== 'at the end';) {
          ended = await runToBreak(source, table, check);
          check();
        }
        table.close();
      }),
      { numRuns: cases(100) },
    );
  });

  describe('the projector over a store', () => {
    let store: EventStore;
    let table: OrderTable;
    let stop: AbortController;
    const [A, B] = ORDERS as [OrderKey, OrderKey];

    const report = (key: OrderKey, status: string) =>
      store.append(orderStream(key), [newEvent({ data: { ...key, status } })], 'any');

    /** Runs until everything is read, or for as long as `then` takes. */
    const run = async (then: (running: Promise<unknown>) => Promise<unknown> = () => Promise.resolve()) => {
      stop = new AbortController();
      const progress: Progress[] = [];
      let reached: () => void = () => undefined;
      const caughtUp = new Promise<void>((resolve) => (reached = resolve));
      const running = runProjector({
        source: store,
        table,
        signal: stop.signal,
        onProgress: (one) => {
          progress.push(one);
          if (one.caughtUp) reached();
        },
      });
      await Promise.race([caughtUp, running]);
      await then(running);
      stop.abort();
      return { ended: await running, progress };
    };

    beforeEach(() => {
      store = createMemoryStore({ now: () => 0 });
      table = openOrderTable(newFile(), 'v1');
    });

    afterEach(async () => {
      await store.close();
      table.close();
    });

    it('the projector reports at once that it has caught up with an empty store', async () => {
      const { progress } = await run();
      expect(progress).toEqual([
        { position: null, folded: null, caughtUp: true, events: 0, cameBefore: 0, locations: [] },
      ]);
    });

    it('the projector goes on after its checkpoint, and folds nothing before it again', async () => {
      await report(A, 'in_progress');
      expect((await run()).progress.at(-1)).toMatchObject({ caughtUp: true, events: 1 });
      await report(A, 'ready_for_pickup');
      await report(B, 'in_progress');
      expect((await run()).progress.at(-1)).toMatchObject({ caughtUp: true, events: 2 });
      expect((await run()).progress.at(-1)).toMatchObject({ caughtUp: true, events: 0 });
      expect(table.load(A)).toMatchObject({ revision: 1, status: 'ready_for_pickup' });
    });

    it('the projector reports how far it is while it has much to catch up with', async () => {
      const events = Array.from({ length: MAX_BATCH_EVENTS }, () =>
        newEvent({ data: { ...A, status: 'in_progress' } }),
      );
      for (const order of ORDERS) await store.append(orderStream(order), events, 'any');
      const { progress } = await run();
      expect(progress.filter(({ caughtUp }) => !caughtUp).length).toBeGreaterThanOrEqual(ORDERS.length - 1);
    });

    it('the projector skips streams that are not orders, and is not stopped by events that it cannot read', async () => {
      await store.append(streamName('quarantine'), [newEvent()], 'any');
      await store.append(streamName('order-without-an-order'), [newEvent()], 'any');
      await store.append(streamName('order-%E0%A4%A:broken'), [newEvent()], 'any');
      await store.append(
        orderStream(A),
        [newEvent({ type: 'a note' }), newEvent({ data: Buffer.from('bytes') })],
        'any',
      );
      await report(A, 'in_progress');
      await run();
      expect(table.load(A)).toMatchObject({ revision: 2, status: 'in_progress' });
    });

    it('the projector takes a log without its newest event for another one, unless a note says that it was deleted', async () => {
      await report(A, 'completed');
      await report(B, 'in_progress');
      await run();
      const lost = table.witness()?.position ?? ('' as Position);
      await report(A, 'in_progress');
      const whole = store;
      store = Object.assign(Object.create(whole) as EventStore, {
        close: () => whole.close(),
        async *readAll(options: ReadAllOptions) {
          for await (const event of whole.readAll(options)) if (event.position !== lost) yield event;
        },
        subscribe: (options: SubscribeOptions) => whole.subscribe(options),
      });
      await expect(run()).rejects.toMatchObject({ code: 'invalid' });
      const data: OrderDeletedData = { stream: orderStream(B), leaves: [[lost, 'a'.repeat(64)]] };
      await whole.append(RETENTION_STREAM, [newEvent({ type: ORDER_DELETED, data })], 'any');
      expect((await run()).progress.at(-1)).toMatchObject({ caughtUp: true, events: 1 });
    });

    it('the projector folds an order whose stream was deleted and revived from its new beginning', async () => {
      await report(A, 'completed');
      await run();
      await store.deleteStream(orderStream(A), 'any', 'soft');
      await report(A, 'in_progress');
      await run();
      const live = table.load(A);
      table.close();
      table = openOrderTable(newFile(), 'v1');
      await run();
      expect(live).toEqual(table.load(A));
    });

    it('the projector follows what is committed while it runs', async () => {
      await run(async () => {
        await report(B, 'in_progress');
        await until('the order to be in the table', () => table.load(B) !== null);
      });
      expect(table.load(B)).toMatchObject({ revision: 0 });
    });

    it('the projector ends when its file is deleted, at the latest when the next event comes', async () => {
      await report(A, 'in_progress');
      const file = join(directory, `read-model-${String(tables - 1)}.sqlite`);
      const { ended } = await run(async (running) => {
        rmSync(file);
        await report(B, 'in_progress');
        await running;
      });
      expect(ended).toBe('detached');
    });
  });
});
