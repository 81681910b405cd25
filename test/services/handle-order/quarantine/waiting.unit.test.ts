import fc from 'fast-check';
import { createHash, randomUUID } from 'node:crypto';
import pino from 'pino';
import { type QuarantineId, quarantineId } from '../../../../schemas/events/delivery-ids';
import { QUARANTINE_STREAM } from '../../../../schemas/events/order-events';
import { type OrderKey, locationId, orderKey } from '../../../../schemas/order-key';
import { EventStoreError, type SubscribeOptions } from '../../../../services/event-store/event-store';
import { createQuarantine, type Quarantine } from '../../../../services/handle-order/quarantine/quarantine';
import {
  COUNTED_MS,
  followWaiting,
  type WaitingDeliveries,
} from '../../../../services/handle-order/quarantine/waiting';
import { Admission } from '../../../../services/handle-order/record/admission';
import { createRecorder } from '../../../../services/handle-order/record/record-update';
import { update } from '../../../support/deliveries';
import { cases } from '../../../support/depth';
import { until } from '../../../support/patience';
import { createMemoryStore } from '../../event-store/memory/memory-store';

const BEGIN = Date.parse('2026-11-21T18:00:00.000Z');
const [NORTH, SOUTH] = [locationId('north'), locationId('south')];

/** A quarantine over a store in memory, whose clock is set by hand. */
function make() {
  const clock = { at: BEGIN, elapsed: 0 };
  const now = () => clock.at;
  const store = createMemoryStore({ now });
  const admission = new Admission();
  const record = createRecorder(store, admission);
  const quarantine = createQuarantine({ store, record, admission, newId: randomUUID, now });
  const monotonic = () => clock.elapsed;
  const follow = (source: Parameters<typeof followWaiting>[0] = store): WaitingDeliveries =>
    followWaiting(source, { now, monotonic, log: pino({ enabled: false }) });
  return { clock, store, quarantine, follow };
}

async function keep(quarantine: Quarantine, at: number, body: string): Promise<QuarantineId> {
  const kept = await quarantine.keep(Buffer.from(body), null, [], {
    receivedAt: new Date(at).toISOString(),
    bodySha256: createHash('sha256').update(body).digest('hex'),
    bodyBytes: body.length,
    signedWith: null,
    requestId: randomUUID(),
  });
  if (kept.kind !== 'quarantined') throw new Error('not kept');
  return kept.quarantineId;
}
const about = (key: OrderKey) => JSON.stringify(update(key));
const counts = (waiting: WaitingDeliveries, north: number, south: number) =>
  until('the counts', () => waiting.countOf(NORTH) === north && waiting.countOf(SOUTH) === south);

describe('how many deliveries wait in quarantine', () => {
  it('deliveries count for the location that they name, from before the start too, and until they are redriven', async () => {
    const { store, quarantine, follow } = make();
    const first = await keep(quarantine, BEGIN, about(orderKey('north', 'a')));
    await keep(quarantine, BEGIN, 'not JSON');
    const waiting = follow();
    try {
      expect(await counts(waiting, 1, 0)).toBe(true);
      await keep(quarantine, BEGIN, about(orderKey('south', 'a')));
      await keep(quarantine, BEGIN, about(orderKey('north', 'b')));
      expect(await counts(waiting, 2, 1)).toBe(true);
      expect((await quarantine.redrive(first)).kind).toBe('tried');
      expect(await counts(waiting, 1, 1)).toBe(true);
    } finally {
      await waiting.close();
      await store.close();
    }
  });

  it('what is redriven while the store is away counts no more once it is back, also if the store never said how far it looked', async () => {
    const { store, quarantine, follow } = make();
    const away = new AbortController();
    async function* subscribe({ signal, ...options }: SubscribeOptions) {
      const ends = [away.signal, signal].flatMap((end) => (end === undefined || end.aborted ? [] : [end]));
      const batches = store.subscribe({ ...options, signal: AbortSignal.any(ends) });
      for await (const batch of batches) yield { ...batch, position: null };
      throw new EventStoreError('unavailable', 'it is away');
    }
    await keep(quarantine, BEGIN, about(orderKey('south', 'a')));
    const waiting = follow({ readStream: store.readStream.bind(store), subscribe });
    try {
      expect(await counts(waiting, 0, 1)).toBe(true);
      const later = await keep(quarantine, BEGIN, about(orderKey('north', 'a')));
      expect(await counts(waiting, 1, 1)).toBe(true);
      away.abort();
      expect((await quarantine.redrive(later)).kind).toBe('tried');
      expect(await counts(waiting, 0, 1)).toBe(true);
    } finally {
      await waiting.close();
      await store.close();
    }
  });

  it('what is older than a day counts no more, whether it came before the start or after', async () => {
    const { clock, store, quarantine, follow } = make();
    await keep(quarantine, BEGIN - COUNTED_MS - 1, about(orderKey('north', 'old')));
    const waiting = follow();
    try {
      await keep(quarantine, BEGIN - 10, about(orderKey('north', 'a')));
      await keep(quarantine, BEGIN, about(orderKey('south', 'a')));
      expect(await counts(waiting, 1, 1)).toBe(true);
      clock.elapsed = COUNTED_MS - 5;
      expect([waiting.countOf(NORTH), waiting.countOf(SOUTH)]).toEqual([0, 1]);
    } finally {
      await waiting.close();
      await store.close();
    }
  });

  it('a start looks at no more of the quarantine than the last day and one delivery before it', async () => {
    const { store, quarantine, follow } = make();
    for (const n of [1, 2, 3]) await keep(quarantine, BEGIN - COUNTED_MS - 1, about(orderKey('north', String(n))));
    const redriven = await keep(quarantine, BEGIN, about(orderKey('north', 'redriven')));
    await quarantine.redrive(redriven);
    await keep(quarantine, BEGIN, about(orderKey('north', 'waits')));
    const looked: number[] = [];
    const waiting = follow({
      async *readStream(stream, options) {
        for await (const event of store.readStream(stream, options)) {
          if (stream === QUARANTINE_STREAM) looked.push(event.revision);
          yield event;
        }
      },
      subscribe: (options) => store.subscribe(options),
    });
    try {
      expect(await counts(waiting, 1, 0)).toBe(true);
      expect(looked).toEqual([4, 3, 2]);
    } finally {
      await waiting.close();
      await store.close();
    }
  });

  it('a type that is not recorded here is not counted: no board lacks it', async () => {
    const { store, quarantine, follow } = make();
    const created = JSON.stringify({ type: 'order.created', object: orderKey('north', 'new') });
    await keep(quarantine, BEGIN, created);
    await keep(quarantine, BEGIN, about(orderKey('south', 'a')));
    const waiting = follow();
    try {
      expect(await counts(waiting, 0, 1)).toBe(true);
      await keep(quarantine, BEGIN, created);
      await keep(quarantine, BEGIN, about(orderKey('south', 'b')));
      expect(await counts(waiting, 0, 2)).toBe(true);
    } finally {
      await waiting.close();
      await store.close();
    }
  });

  it.each(['before', 'after'])(
    'a delivery that came while the clock was ahead, %s a start, keeps no other from counting no more a day later',
    async (when) => {
      const { clock, store, quarantine, follow } = make();
      const ahead = BEGIN + 1_000 * COUNTED_MS;
      if (when === 'before') {
        await keep(quarantine, ahead, about(orderKey('north', 'ahead')));
        await keep(quarantine, BEGIN - 10, about(orderKey('south', 'a')));
      } else clock.at = ahead;
      const waiting = follow();
      try {
        if (when === 'after') {
          await keep(quarantine, ahead, about(orderKey('north', 'ahead')));
          await counts(waiting, 1, 0);
          clock.at = BEGIN;
          await keep(quarantine, BEGIN - 10, about(orderKey('south', 'a')));
        }
        expect(await counts(waiting, 1, 1)).toBe(true);
        [clock.at, clock.elapsed] = [BEGIN + COUNTED_MS + 1, COUNTED_MS + 1];
        expect([waiting.countOf(NORTH), waiting.countOf(SOUTH)]).toEqual([0, 0]);
      } finally {
        await waiting.close();
        await store.close();
      }
    },
  );

  it('whatever is kept and redriven in whatever order, the counts are those of the quarantine', async () => {
    const step = fc.oneof(
      fc.constantFrom(NORTH, SOUTH).map((location) => ({ kind: 'keep' as const, location })),
      fc.nat(12).map((id) => ({ kind: 'redrive' as const, id })),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
        const { store, quarantine, follow } = make();
        const waiting = follow();
        try {
          for (const [n, one] of steps.entries()) {
            if (one.kind === 'keep') await keep(quarantine, BEGIN, about(orderKey(one.location, String(n))));
            else await quarantine.redrive(quarantineId(one.id));
          }
          const listed = async (location: typeof NORTH) => {
            const query = { location_id: location, waiting: true, order: 'oldest', limit: 100 } as const;
            return (await quarantine.list(query)).deliveries.length;
          };
          expect(await counts(waiting, await listed(NORTH), await listed(SOUTH))).toBe(true);
        } finally {
          await waiting.close();
          await store.close();
        }
      }),
      { numRuns: cases(20) },
    );
  });
});
