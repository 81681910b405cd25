import { randomUUID } from 'node:crypto';
import { readerName } from '../../../schemas/files/reader-name';
import { locationId, orderId, orderKey } from '../../../schemas/order-key';
import { orderStream } from '../../../schemas/events/order-events';
import { MAX_RECEIPTS } from '../../../schemas/api/screen-limits';
import { type ScreenReport, shownStream } from '../../../schemas/api/screen-reports';
import { type EventStore, EventStoreError } from '../../../services/event-store/event-store';
import { deleteOldReceipts } from '../../../services/operations/retention/receipt-retention';
import { readOrderReceipts } from '../../../services/screen-reports/order-receipts';
import { ReceiptDays, shownDays } from '../../../services/screen-reports/receipt-days';
import { MAX_SCREENS_OF_ONE, MAX_WAITING_RECEIPTS, ReceiptLog } from '../../../services/screen-reports/receipt-log';
import { newEventId } from '../../support/new-event-id';
import { createMemoryStore } from '../event-store/memory/memory-store';

const HERE = locationId('here');
const KEY = orderKey('here', 'a');
/** A second before a day ends. */
const AT = Date.parse('2026-11-21T23:59:59.000Z');
const timeOf = (at: number): string => new Date(at).toISOString();

const report = (fields: Partial<ScreenReport> = {}): ScreenReport => ({
  screen_id: 'a'.repeat(32),
  name: 'counter 2',
  kind: 'board',
  visible: true,
  freshness: 'live',
  age_ms: 0,
  position: null,
  sent_at: timeOf(AT),
  receipts: [{ order_id: orderId('a'), revision: 0, shown: 'tile', at: timeOf(AT - 500) }],
  ...fields,
});

describe('display receipts on their way into the store', () => {
  let memory: EventStore;
  /** What every append is answered with; null: as the store does. */
  let failure: EventStoreError | null;
  let warned: unknown[];
  let receipts: ReceiptLog;

  const open = (
    append: EventStore['append'] = (...given) => (failure === null ? memory.append(...given) : Promise.reject(failure)),
  ): ReceiptLog => {
    const store = { readStream: memory.readStream.bind(memory), append };
    const noted = (...given: unknown[]) => warned.push(given);
    return new ReceiptLog(new ReceiptDays(store, randomUUID), randomUUID, { warn: noted, error: noted } as never);
  };
  const take = (one: ScreenReport, at = AT, reader: string | null = null): number => {
    const received = { report: one, reader: reader === null ? null : readerName(reader), at };
    const fresh = receipts.fresh(HERE, received);
    receipts.add(HERE, received, fresh);
    return fresh.length;
  };
  beforeEach(async () => {
    memory = createMemoryStore({ now: () => AT });
    failure = null;
    warned = [];
    receipts = open();
    const metadata = { received_at: timeOf(AT - 1_000) };
    const event = { id: newEventId(), type: 'order.updated', data: { ...KEY, status: 'in_progress' }, metadata };
    await memory.append(orderStream(KEY), [event], 'no_stream');
  });

  it('a receipt is shown with both clocks, and by that of the service', async () => {
    // The screen's clock is an hour ahead.
    const ahead = report({
      sent_at: timeOf(AT + 3_600_000),
      receipts: [{ order_id: orderId('a'), revision: 0, shown: 'tile', at: timeOf(AT + 3_599_400) }],
    });
    take(ahead, AT, 'jane');
    await receipts.close();
    expect(await readOrderReceipts(memory, KEY)).toEqual({
      receipts: [
        {
          revision: 0,
          shown: 'tile',
          shown_at: timeOf(AT - 600),
          screen_id: 'a'.repeat(32),
          name: 'counter 2',
          kind: 'board',
          reader: 'jane',
          at: timeOf(AT + 3_599_400),
          received_at: timeOf(AT),
          clock_offset_ms: -3_600_000,
        },
      ],
      truncated: false,
    });
  });

  it('what a screen claims of the future is shown as of when its report came', async () => {
    take(report({ receipts: [{ order_id: orderId('a'), revision: 0, shown: 'tile', at: timeOf(AT + 9_000) }] }));
    await receipts.close();
    expect((await readOrderReceipts(memory, KEY))?.receipts).toMatchObject([{ shown_at: timeOf(AT) }]);
  });

  it('what a screen claims of the time before a revision came is shown as of when that came', async () => {
    const at = timeOf(0);
    take(report({ receipts: [{ order_id: orderId('a'), revision: 0, shown: 'tile', at }] }));
    await receipts.close();
    expect((await readOrderReceipts(memory, KEY))?.receipts).toMatchObject([{ shown_at: timeOf(AT - 1_000), at }]);
  });

  it('a receipt of a revision that the order does not have is not shown', async () => {
    take(report({ receipts: [{ order_id: orderId('a'), revision: 1, shown: 'tile', at: timeOf(AT) }] }));
    await receipts.close();
    expect(await readOrderReceipts(memory, KEY)).toEqual({ receipts: [], truncated: false });
  });

  it('only so many screens of a reader have a receipt of the same, and others have theirs all the same', async () => {
    for (let n = 0; n < MAX_SCREENS_OF_ONE; n++)
      expect(take(report({ screen_id: n.toString(16).padStart(32, '0') }), AT, 'one')).toBe(1);
    expect(take(report(), AT, 'one')).toBe(0);
    expect(take(report(), AT, 'other')).toBe(1);
    await receipts.close();
    expect((await readOrderReceipts(memory, KEY))?.receipts).toHaveLength(MAX_SCREENS_OF_ONE + 1);
  });

  it('what the store refuses for what it is is dropped, and keeps nothing else back', async () => {
    take(report());
    failure = new EventStoreError('too-large', 'never');
    await receipts.close();
    expect([receipts.recorded, warned.length]).toEqual([0, 1]);
    failure = null;
    await receipts.close();
    expect([receipts.recorded, warned.length]).toEqual([0, 1]);
  });

  it('what may have been taken is repeated as the same event', async () => {
    const ids: unknown[] = [];
    receipts = open(async (stream, events, expected) => {
      const result = await memory.append(stream, events, expected);
      if (stream === shownStream(HERE, '2026-11-21')) ids.push(events[0]?.id);
      if (ids.length === 1) throw new EventStoreError('outcome-unknown', 'cut off');
      return result;
    });
    take(report());
    await receipts.close();
    expect(receipts.recorded).toBe(0);
    await receipts.close();
    expect(receipts.recorded).toBe(1);
    expect(new Set(ids).size).toBe(1);
    expect(ids).toHaveLength(2);
  });

  it('a report that is sent again is recorded once, and shown once where two processes recorded it', async () => {
    expect(take(report())).toBe(1);
    expect(take(report())).toBe(0);
    expect(take(report({ sent_at: timeOf(AT + 5_000) }), AT + 5_000)).toBe(0);
    await receipts.close();
    expect(receipts.recorded).toBe(1);
    receipts = open();
    expect(take(report())).toBe(1);
    await receipts.close();
    expect((await readOrderReceipts(memory, KEY))?.receipts).toHaveLength(1);
  });

  it('the same screen of another reader is another', async () => {
    expect(take(report(), AT, 'one')).toBe(1);
    expect(take(report(), AT, 'other')).toBe(1);
    await receipts.close();
    expect((await readOrderReceipts(memory, KEY))?.receipts.map(({ reader }) => reader)).toEqual(['one', 'other']);
  });

  it('receipts of one location and some seconds are one event, and those of the next day another stream', async () => {
    for (let n = 0; n < 5; n++) take(report({ screen_id: String(n).repeat(32) }));
    take(report({ screen_id: 'f'.repeat(32) }), AT + 2_000);
    await receipts.close();
    const read = async (day: string) => {
      const found: unknown[] = [];
      for await (const { data } of memory.readStream(shownStream(HERE, day))) found.push(data);
      return found;
    };
    expect(await read('2026-11-21')).toHaveLength(1);
    expect(await read('2026-11-22')).toHaveLength(1);
    // An order’s receipts are looked for on the day after its last news, too.
    expect((await readOrderReceipts(memory, KEY))?.receipts).toHaveLength(6);
  });

  it('what the store does not take waits for it, and more than fits is not taken', async () => {
    failure = new EventStoreError('unavailable', 'away');
    for (let n = 0; receipts.room >= MAX_RECEIPTS; n++) {
      const many = Array.from({ length: MAX_RECEIPTS }, (_, revision) => ({
        order_id: orderId(`order ${String(n)}`),
        revision,
        shown: 'tile' as const,
        at: timeOf(AT),
      }));
      take(report({ receipts: many }));
    }
    expect(receipts.room).toBe(MAX_WAITING_RECEIPTS % MAX_RECEIPTS);
    await receipts.close();
    expect([receipts.recorded, warned.length]).toEqual([0, 1]);
    failure = null;
    await receipts.close();
    expect(receipts.recorded).toBe(MAX_WAITING_RECEIPTS);
  });

  it('there are no receipts of an order that was never reported', async () => {
    expect(await readOrderReceipts(memory, orderKey('here', 'none'))).toBeNull();
  });

  it('days that are old enough are deleted whole, once a checkpoint covers them', async () => {
    take(report());
    take(report({ screen_id: 'f'.repeat(32) }), AT + 2_000);
    await receipts.close();
    const left = async (): Promise<number> => {
      let events = 0;
      for await (const { stream } of shownDays(memory)) {
        try {
          for await (const { revision } of memory.readStream(stream)) events += revision >= 0 ? 1 : 0;
        } catch {
          // It is deleted.
        }
      }
      return events;
    };
    let newest = null;
    for await (const { position } of memory.readAll()) newest = position;
    const deletion = { store: memory, newId: randomUUID, coveredTo: newest, cutoff: AT + 1 };
    expect(await deleteOldReceipts({ ...deletion, coveredTo: null })).toEqual({ deleted: 0, firstKept: 0 });
    expect(await deleteOldReceipts({ ...deletion, dryRun: true })).toEqual({ deleted: 1, firstKept: 0 });
    expect(await left()).toBe(2);
    expect(await deleteOldReceipts(deletion)).toEqual({ deleted: 1, firstKept: 0 });
    expect(await left()).toBe(1);
    // A day that is not over may still be recorded, however empty it is.
    expect(await deleteOldReceipts({ ...deletion, cutoff: AT + 10_000 })).toEqual({ deleted: 1, firstKept: 1 });
    expect(await deleteOldReceipts({ ...deletion, cutoff: AT + 2 * 86_400_000 }, 1)).toEqual({
      deleted: 0,
      firstKept: 2,
    });
    expect(await left()).toBe(0);
    expect((await readOrderReceipts(memory, KEY))?.receipts).toEqual([]);
  });
});
