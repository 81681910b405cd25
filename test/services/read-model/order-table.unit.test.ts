import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isActive, type OrderState, stageOf } from '../../../projections/order/order';
import { eventId } from '../../../schemas/events/event-id';
import { locationId, orderId, type OrderKey } from '../../../schemas/order-key';
import { STAGES, type Stage } from '../../../schemas/vocabulary';
import type { Position } from '../../../services/event-store/event-store';
import { OrderTableReader } from '../../../services/read-model/order-table/reader';
import type { ListOptions } from '../../../services/read-model/order-table/slices';
import { deleteOrderTable, ReadModelError } from '../../../services/read-model/order-table/schema';
import { openOrderTable, type OrderTable } from '../../../services/read-model/order-table/writer';
import { eventsOf, fold, says, type DeliveryObject } from '../../projections/scenario';
import { temporaryDirectory } from '../../support/running-service';

const NEWEST = {
  eventId: eventId('an event'),
  contentHash: 'its content',
  eventHash: null,
  verdicts: new Set<never>(),
};

const at = (position: number | string): Position => String(position) as Position;
const key = (order_id: string, location_id = 'here'): OrderKey => ({
  location_id: locationId(location_id),
  order_id: orderId(order_id),
});
const stateAfter = (...deliveries: readonly DeliveryObject[]): OrderState => fold(eventsOf(...deliveries));

const PREPARING = stateAfter(says('in_progress'));
const READY = stateAfter(says('ready_for_pickup'));
const COMPLETED = stateAfter(says('in_progress'), says('completed'));

describe('the order table', () => {
  let directory: string;
  let file: string;
  let table: OrderTable;
  let reader: OrderTableReader;
  let position = 0;
  const witness = { position: at(1), id: eventId('the newest event') };

  const save = (...records: readonly (readonly [OrderKey, OrderState])[]): void => {
    table.save(
      records.map(([key, state]) => ({ key, state, position: at(position + 1), ...NEWEST })),
      at(++position),
      witness,
    );
  };
  const ids = (options: Partial<ListOptions> = {}, location = 'here') => {
    const { records, next } = reader.list(locationId(location), { limit: 100, after: 0, ...options });
    return { ids: records.map((record) => record.key.order_id), next };
  };
  const pages = (options: Partial<ListOptions>): string[][] => {
    const found: string[][] = [];
    for (let after: number | null = 0; after !== null;) {
      const page = ids({ ...options, after });
      found.push(page.ids);
      after = page.next;
    }
    return found;
  };
  const reopen = (version = 'v1'): void => {
    table.close();
    table = openOrderTable(file, version);
    table.markComplete();
  };

  beforeEach(() => {
    directory = temporaryDirectory();
    file = join(directory, 'read-model.sqlite');
    table = openOrderTable(file, 'v1');
    table.markComplete();
    reader = new OrderTableReader(file);
  });

  afterEach(() => {
    table.close();
    reader.close();
    rmSync(directory, { recursive: true });
  });

  it('the order table begins empty, before the first event', () => {
    expect(table.checkpoint()).toBeNull();
    expect(table.load(key('a'))).toBeNull();
    expect(reader.get(key('a'))).toBeNull();
    expect(ids()).toEqual({ ids: [], next: null });
  });

  it('the order table gives back what was saved last and its checkpoint, also when it is opened again', () => {
    save([key('a'), PREPARING], [key('b'), PREPARING]);
    save([key('a'), COMPLETED]);
    for (const look of [() => undefined, reopen]) {
      look();
      expect(table.checkpoint()).toBe(at(position));
      expect([table.load(key('a')), table.load(key('b'))]).toEqual([COMPLETED, PREPARING]);
      expect([reader.get(key('a')), reader.get(key('b'))]).toEqual([COMPLETED, PREPARING]);
    }
  });

  it('the order table has the newest event of an order, as the recorder of the next one needs it', () => {
    expect(reader.newestOf(key('a'))).toBeNull();
    save([key('a'), PREPARING]);
    save([key('a'), COMPLETED]);
    expect(reader.newestOf(key('a'))).toEqual({
      revision: COMPLETED.revision,
      position: at(position),
      contentHash: 'its content',
      eventHash: null,
      receivedAt: COMPLETED.updated_at,
    });
  });

  it('the order table keeps a checkpoint that is too large for a JavaScript number', () => {
    table.save([], at('9223372036854775807'), witness);
    reopen();
    expect(table.checkpoint()).toBe('9223372036854775807');
  });

  it('the order table saves all of a batch and its checkpoint, or nothing', () => {
    save([key('a'), PREPARING]);
    const before = table.checkpoint();
    const broken = function* () {
      yield { key: key('a'), state: COMPLETED, position: at(99), ...NEWEST };
      yield { key: key('b'), state: COMPLETED, position: at(99), ...NEWEST };
      throw new Error('made to fail');
    };
    expect(() => {
      table.save(broken(), at(99), witness);
    }).toThrow('made to fail');
    expect(table.checkpoint()).toBe(before);
    expect([reader.get(key('a')), reader.get(key('b'))]).toEqual([PREPARING, null]);
    save([key('a'), READY]);
    expect(reader.get(key('a'))).toEqual(READY);
  });

  it('the order table keeps ids apart that look alike, in any script', () => {
    const keys = [
      key('a', 'a b'),
      key('b a', 'a'),
      key("'; DROP TABLE orders; --"),
      key('ä'),
      key('a\u0308'),
      key('%'),
    ];
    keys.forEach((one, revision) => {
      save([one, { ...PREPARING, revision }]);
    });
    expect(keys.map((one) => reader.get(one)?.revision)).toEqual(keys.map((_, revision) => revision));
  });

  it('the order table lists the orders of a location as they first came, however often they change', () => {
    for (const id of ['c', 'a', 'b']) save([key(id), PREPARING], [key(id, 'there'), PREPARING]);
    save([key('c'), COMPLETED]);
    expect(ids()).toEqual({ ids: ['c', 'a', 'b'], next: null });
    expect(ids({}, 'there').ids).toEqual(['c', 'a', 'b']);
    expect(ids({}, 'nowhere').ids).toEqual([]);
  });

  it.each([1, 2, 3, 5, 6, 7, 100])('the order table in pages of %d misses and repeats no order', (limit) => {
    const all = Array.from({ length: 6 }, (_, index) => `order ${String(index)}`);
    for (const id of all) save([key(id), PREPARING], [key(id, 'there'), PREPARING]);
    const found = pages({ limit });
    expect(found.flat()).toEqual(all);
    expect(found).toHaveLength(Math.ceil(all.length / limit)); // and no empty page at the end
  });

  it('a page of the order table that is read while orders change goes on where the last one ended', () => {
    for (const id of ['a', 'b', 'c']) save([key(id), PREPARING]);
    const first = ids({ limit: 2 });
    save([key('a'), READY], [key('d'), PREPARING]);
    expect(ids({ limit: 2, after: first.next ?? 0 })).toEqual({ ids: ['c', 'd'], next: null });
  });

  it('the order table lists orders by stage, and by whether they are active', () => {
    const states: readonly OrderState[] = [
      PREPARING,
      READY,
      COMPLETED,
      stateAfter(says('in_progress', 'arrived_at_pickup')),
      stateAfter(says('out_for_delivery')),
      stateAfter(says('in_progress', 'failed_to_pickup')),
      stateAfter(says('out_for_delivery', 'enroute_to_return')),
      stateAfter(says('merchant_canceled')),
      stateAfter(says('failed')),
      stateAfter(says('failed', 'returned')),
    ];
    expect(new Set(states.map(stageOf))).toEqual(new Set(STAGES));
    const saved = [...states, ...states].map((state, index) => ({ id: `order ${String(index)}`, state }));
    for (const { id, state } of saved) save([key(id), state]);
    const expected = (wanted: (state: OrderState) => boolean) =>
      saved.filter((one) => wanted(one.state)).map(({ id }) => id);
    for (const stage of STAGES) {
      expect(ids({ stage }).ids).toEqual(expected((state) => state.stage === stage));
      expect(pages({ stage, limit: 1 }).flat()).toEqual(expected((state) => state.stage === stage));
    }
    for (const active of [true, false]) {
      expect(ids({ active }).ids).toEqual(expected((state) => isActive(state) === active));
      expect(pages({ active, limit: 3 }).flat()).toEqual(expected((state) => isActive(state) === active));
    }
    const both: { stage: Stage; active: boolean } = { stage: 'ready', active: false };
    expect(ids(both).ids).toEqual([]);
  });

  it('what is counted of the orders of a location is what their states say', () => {
    const by = { by: null, at: '2026-11-21T18:00:00.000Z', received_at: '2026-11-21T18:00:00.000Z', revision: 9 };
    const handover = { ...by, driver_revision: 0, compared: [] };
    const here = stateAfter(says('in_progress', 'arrived_at_pickup', { name: 'Jane' }));
    const canceled = stateAfter(says('merchant_canceled'));
    const states: readonly OrderState[] = [
      PREPARING,
      READY,
      COMPLETED,
      canceled,
      { ...canceled, acknowledgements: { ...canceled.acknowledgements, cancel: [{ ...by, driver_revision: null }] } },
      { ...here, handovers: [handover] },
      // Another driver has come since.
      { ...here, handovers: [handover], driver_revision: 1 },
    ];
    states.forEach((state, index) => {
      save([key(`order ${String(index)}`), state], [key(`order ${String(index)}`, 'there'), PREPARING]);
    });
    const countedOf = (state: OrderState, about: object = {}) => ({
      stage: stageOf(state),
      stage_since: state.stage_since,
      reported_at: state.reported_at,
      handed_over: false,
      cancel_acknowledged: false,
      ...about,
    });
    /** In any order: they are counted. */
    const inOrder = (orders: readonly object[]): string[] => orders.map((one) => JSON.stringify(one)).sort();
    const counted = (openLimit: number, endedLimit: number, location = 'here'): string[] =>
      inOrder(reader.countedOrders(locationId(location), openLimit, endedLimit));
    const newestFirst = [
      countedOf(here),
      countedOf(here, { handed_over: true }),
      countedOf(READY),
      countedOf(PREPARING),
      countedOf(canceled, { cancel_acknowledged: true }),
      countedOf(canceled),
    ];
    expect(counted(9, 9)).toEqual(inOrder(newestFirst));
    expect(counted(2, 1)).toEqual(inOrder([...newestFirst.slice(0, 2), ...newestFirst.slice(4, 5)]));
    expect(counted(9, 9, 'nowhere')).toEqual([]);
  });

  it('an order whose stage changes leaves the list of its old stage', () => {
    save([key('a'), PREPARING]);
    save([key('a'), COMPLETED]);
    expect(ids({ stage: 'preparing' }).ids).toEqual([]);
    expect(ids({ active: true }).ids).toEqual([]);
    expect(ids({ stage: 'completed', active: false }).ids).toEqual(['a']);
  });

  it('the order table is rebuilt for another version of the folds, and again for the one before', () => {
    for (const version of ['v2', 'v1', 'v3']) {
      save([key('a'), PREPARING]);
      reopen(version);
      expect(table.checkpoint()).toBeNull();
      expect(reader.get(key('a'))).toBeNull();
    }
  });

  it.each([
    ['is empty', () => ''],
    ['is not a database', () => 'something else '.repeat(1_000)],
  ])('an order table whose file %s is rebuilt', (_what, content) => {
    table.close();
    deleteOrderTable(file);
    writeFileSync(file, content());
    table = openOrderTable(file, 'v1');
    table.markComplete();
    save([key('a'), PREPARING]);
    expect(reader.get(key('a'))).toEqual(PREPARING);
  });

  it('deleting the order table leaves nothing behind, and deleting it twice is no error', () => {
    save([key('a'), PREPARING]);
    expect(existsSync(`${file}-wal`)).toBe(true);
    deleteOrderTable(file);
    deleteOrderTable(file);
    expect(readdirSync(directory)).toEqual([]);
  });

  it('the order table knows when its file was deleted, replaced or moved', () => {
    expect(table.isAttached()).toBe(true);
    renameSync(file, `${file}.moved`);
    expect(table.isAttached()).toBe(false);
    writeFileSync(file, '');
    expect(table.isAttached()).toBe(false);
    renameSync(`${file}.moved`, file);
    expect(table.isAttached()).toBe(true);
  });

  it('a reader of the order table changes over to the table that took the place of the one it had open', () => {
    save([key('a'), PREPARING]);
    expect(reader.get(key('a'))).toEqual(PREPARING);
    table.close();
    deleteOrderTable(file);
    table = openOrderTable(file, 'v1');
    table.markComplete();
    expect(reader.get(key('a'))).toBeNull();
    save([key('a'), COMPLETED]);
    expect(reader.get(key('a'))).toEqual(COMPLETED);
    expect(ids().ids).toEqual(['a']);
  });

  it('a reader of the order table fails while the table is made anew, whatever it holds, until it is complete', () => {
    save([key('a'), PREPARING], [key('b'), PREPARING]);
    expect(ids().ids).toEqual(['a', 'b']);
    table.close();
    rmSync(file); // and not what is beside it, as someone may do by hand
    expect(() => reader.get(key('a'))).toThrow(ReadModelError);
    table = openOrderTable(file, 'v1');
    expect(() => ids()).toThrow('it is being made anew');
    save([key('a'), COMPLETED]);
    expect(() => reader.get(key('a'))).toThrow('it is being made anew');
    expect(() => ids()).toThrow('it is being made anew');
    save([key('b'), READY]);
    table.markComplete();
    expect(reader.get(key('a'))).toEqual(COMPLETED);
    expect(ids().ids).toEqual(['a', 'b']);
    table.close();
    table = openOrderTable(file, 'v1');
    expect(reader.get(key('b'))).toEqual(READY);
  });

  it('a reader of the order table that is opened before it finds nothing, and later what the table has', () => {
    const other = join(directory, 'other');
    mkdirSync(other);
    const early = new OrderTableReader(join(other, 'read-model.sqlite'));
    expect(() => early.get(key('a'))).toThrow(ReadModelError);
    const late = openOrderTable(join(other, 'read-model.sqlite'), 'v1');
    late.save([{ key: key('a'), state: PREPARING, position: at(1), ...NEWEST }], at(1), witness);
    late.markComplete();
    expect(early.get(key('a'))).toEqual(PREPARING);
    early.close();
    late.close();
  });

  it('a reader of the order table sees only what was committed, while more is being written', () => {
    save([key('a'), PREPARING]);
    table.save(
      (function* () {
        yield { key: key('a'), state: COMPLETED, position: at(99), ...NEWEST };
        expect(reader.get(key('a'))).toEqual(PREPARING);
        yield { key: key('b'), state: COMPLETED, position: at(99), ...NEWEST };
        expect(ids().ids).toEqual(['a']);
      })(),
      at(++position),
      witness,
    );
    expect(reader.get(key('a'))).toEqual(COMPLETED);
    expect(ids().ids).toEqual(['a', 'b']);
  });
});
