import { readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import fc from 'fast-check';
import type { Drive } from '../../../projections/order/drives';
import { eventId } from '../../../schemas/events/event-id';
import { orderKey } from '../../../schemas/order-key';
import { type Verdict, VERDICTS } from '../../../schemas/vocabulary';
import type { Position } from '../../../services/event-store/event-store';
import { NEWEST_SEQ, type SearchFilter } from '../../../services/read-model/order-table/found-orders';
import { OrderTableReader } from '../../../services/read-model/order-table/reader';
import { openOrderTable, type OrderTable } from '../../../services/read-model/order-table/writer';
import { eventsOf, fold, says } from '../../projections/scenario';
import { cases } from '../../support/depth';
import { temporaryDirectory } from '../../support/running-service';
import { contentOf, runsOfWords } from './table-content';

const NO_VERDICTS: ReadonlySet<Verdict> = new Set();
/** A driver of whom nothing is known. */
const NOBODY_KNOWN: Drive = {
  name: null,
  source: null,
  license_plate: null,
  phone_last4: null,
  from: '',
  to: null,
  ended_by: null,
  left_at: null,
};
const STATE = fold(eventsOf(says('in_progress')));

type Step =
  | {
      readonly kind: 'save';
      readonly order: string;
      readonly drives: readonly Drive[];
      readonly verdicts: readonly Verdict[];
    }
  | { readonly kind: 'replayed'; readonly order: string; readonly verdicts: readonly Verdict[] }
  | { readonly kind: 'gone'; readonly order: string }
  | { readonly kind: 'reopen' };

const arbitraryDrive: fc.Arbitrary<Drive> = fc.record({
  name: fc.constantFrom('Omar Haddad', 'Ann Lee', null),
  source: fc.constantFrom('uber', 'DoorDash', null),
  license_plate: fc.constantFrom('ABC 1234', 'xyz-9', null),
  phone_last4: fc.constantFrom('1234', null),
  from: fc.constant('2026-11-29T12:00:00.000Z'),
  to: fc.constantFrom('2026-11-29T12:30:00.000Z', null),
  ended_by: fc.constantFrom('another_driver', 'unassigned', 'order_ended', null),
  left_at: fc.constantFrom('2026-11-29T12:20:00.000Z', null),
});
const arbitraryOrder = fc.constantFrom('Order-1001', 'order-1002', 'é-77');
const arbitraryVerdicts = fc.subarray([...VERDICTS]);
const arbitraryStep: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('save' as const),
      order: arbitraryOrder,
      drives: fc.array(arbitraryDrive, { maxLength: 3 }),
      verdicts: arbitraryVerdicts,
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('replayed' as const),
      order: arbitraryOrder,
      verdicts: arbitraryVerdicts,
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('gone' as const), order: arbitraryOrder }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('reopen' as const) }) },
);

/** Does the steps, and completes the table before one of them. @returns everything that is in its file then */
function tableAfter(file: string, steps: readonly Step[], completedBefore: number): unknown {
  let table: OrderTable = openOrderTable(file, 'v1');
  for (const [at, step] of steps.entries()) {
    if (at === completedBefore) table.markComplete();
    switch (step.kind) {
      case 'save': {
        const placed = { position: String(at + 1) as Position, eventId: eventId(`event ${String(at)}`) };
        const saved = {
          key: orderKey('here', step.order),
          state: STATE,
          contentHash: null,
          eventHash: null,
          ...placed,
        };
        const { drives, verdicts } = step;
        table.save([{ ...saved, drives, verdicts: new Set(verdicts) }], placed.position, {
          position: placed.position,
          id: eventId('newest'),
        });
        break;
      }
      case 'replayed': {
        const verdicts = new Set(step.verdicts);
        table.correct([{ kind: 'replayed', key: orderKey('here', step.order), state: STATE, drives: [], verdicts }]);
        break;
      }
      case 'gone':
        table.correct([{ kind: 'gone', key: orderKey('here', step.order), upTo: 99 }]);
        break;
      case 'reopen':
        table.close();
        table = openOrderTable(file, 'v1');
    }
  }
  table.markComplete();
  table.close();
  return contentOf(file);
}

it('the search index has the same in it whether it is made at once when the log was read or kept from the beginning', () => {
  const directory = temporaryDirectory();
  let made = 0;
  fc.assert(
    fc.property(fc.array(arbitraryStep, { maxLength: 14 }), fc.nat(14), (steps, completedBefore) => {
      const [kept, built] = [0, completedBefore].map((before) =>
        tableAfter(join(directory, `${String(++made)}.sqlite`), steps, before),
      );
      expect(built).toEqual(kept);
    }),
    { numRuns: cases(25) },
  );
  rmSync(directory, { recursive: true });
});

it('an order is found by each verdict that its events ever had, until a replay gives others or it is gone', () => {
  const directory = temporaryDirectory();
  const file = join(directory, 'read-model.sqlite');
  let made = 0;
  fc.assert(
    fc.property(fc.array(arbitraryStep, { maxLength: 14 }), fc.nat(14), (steps, completedBefore) => {
      const name = `${file}-${String(++made)}`;
      tableAfter(name, steps, completedBefore);
      const expected = new Map<string, Set<Verdict>>();
      for (const step of steps) {
        if (step.kind === 'gone') expected.delete(step.order);
        if (step.kind === 'save') {
          expected.set(step.order, new Set([...(expected.get(step.order) ?? []), ...step.verdicts]));
        }
        if (step.kind === 'replayed' && expected.has(step.order)) expected.set(step.order, new Set(step.verdicts));
      }
      const reader = new OrderTableReader(name);
      for (const verdict of VERDICTS) {
        const found = reader.found({ locations: null, verdict }, NEWEST_SEQ, 100).orders.map(({ key }) => key.order_id);
        expect(found.sort()).toEqual([...expected].flatMap(([id, has]) => (has.has(verdict) ? [id] : [])).sort());
      }
      reader.close();
    }),
    { numRuns: cases(25) },
  );
  rmSync(directory, { recursive: true });
});

it('orders are found among those that are named, as far as they are there and are what else is asked for', () => {
  const directory = temporaryDirectory();
  const file = join(directory, 'read-model.sqlite');
  const table = openOrderTable(file, 'v1');
  const reader = new OrderTableReader(file);
  const placed = { position: '1' as Position, eventId: eventId('newest') };
  const about = { state: STATE, contentHash: null, eventHash: null, ...placed };
  const orders = Array.from({ length: 10 }, (_, n) => ({
    ...about,
    key: orderKey('here', `order ${String(n)}`),
    verdicts: new Set<Verdict>(n < 5 ? ['reopened'] : ['advance']),
  }));
  table.save(orders, placed.position, { position: placed.position, id: placed.eventId });
  table.markComplete();
  const keys = [7, 3, 9, 99].map((n) => orderKey('here', `order ${String(n)}`));
  const among = reader.seqsOf([...keys, orderKey('there', 'order 1')]);
  const found = (filter: Partial<SearchFilter>, size = 100): readonly string[] =>
    reader.found({ locations: null, among, ...filter }, NEWEST_SEQ, size).orders.map(({ key }) => key.order_id);
  expect(found({})).toEqual(['order 9', 'order 7', 'order 3']);
  expect(found({ verdict: 'reopened' })).toEqual(['order 3']);
  expect(found({ locations: ['there', 'nowhere'] })).toEqual([]);
  expect(found({}, 2)).toEqual(['order 9', 'order 7']);
  expect(reader.found({ locations: null, among: [] }, NEWEST_SEQ, 100)).toEqual({ orders: [], end: null });
  table.close();
  reader.close();
  rmSync(directory, { recursive: true });
});

it('an order is found by a part of its id and of the name of its driver at once, though words are written many at a time', () => {
  const directory = temporaryDirectory();
  const file = join(directory, 'read-model.sqlite');
  const table = openOrderTable(file, 'v1');
  const reader = new OrderTableReader(file);
  table.markComplete();
  const found = (filter: Pick<SearchFilter, 'orderId' | 'driver'>): readonly string[] =>
    reader.found({ locations: null, ...filter }, NEWEST_SEQ, 10_000).orders.map(({ key }) => key.order_id);
  const save = (number: number, name: string): void => {
    const placed = { position: String(number + 1) as Position, eventId: eventId('newest') };
    const order = {
      key: orderKey('here', `order ${String(number)}`),
      state: STATE,
      contentHash: null,
      eventHash: null,
      verdicts: NO_VERDICTS,
    };
    const drives = [{ ...NOBODY_KNOWN, name }];
    table.save([{ ...order, ...placed, drives }], placed.position, { position: placed.position, id: placed.eventId });
  };
  for (let number = 1_000; number < 1_400; number++) save(number, `Driver ${String(number)}`);
  const db = new Database(file, { readonly: true });
  const unwritten = db.prepare<[], number>('SELECT count(*) FROM unwritten_words').pluck().get();
  db.close();
  expect(unwritten).toBeGreaterThan(0);
  expect(unwritten).toBeLessThan(400);
  save(1_000, 'Ann Lee'); // of whom another name was written
  save(1_399, 'Ann Lee'); // of whom none was
  for (const isClosed of [false, true]) {
    if (isClosed) table.close();
    for (const number of [1_000, 1_200, 1_399]) {
      expect(found({ orderId: `der ${String(number)}` })).toContain(`order ${String(number)}`);
    }
    expect(found({ driver: 'river 1200' })).toContain('order 1200');
    expect(found({ driver: 'nn Le' })).toEqual(expect.arrayContaining(['order 1000', 'order 1399']));
  }
  expect(found({ driver: 'river 1000' })).toEqual([]);
  expect(found({ driver: 'nn Le' })).toEqual(['order 1399', 'order 1000']);
  reader.close();
  rmSync(directory, { recursive: true });
});

it('no former name of a driver is in the file once words were written, however many changed at a time', () => {
  const directory = temporaryDirectory();
  const file = join(directory, 'read-model.sqlite');
  const table = openOrderTable(file, 'v1');
  const changed = 250; // fewer than are written by themselves, and more than a page of them
  const saveAll = (position: number, name: (number: number) => string): void => {
    const placed = { position: String(position) as Position, eventId: eventId('newest') };
    const orders = Array.from({ length: changed }, (_, number) => ({
      key: orderKey('here', `order ${String(number)}`),
      state: STATE,
      contentHash: null,
      eventHash: null,
      verdicts: NO_VERDICTS,
      ...placed,
      drives: [{ ...NOBODY_KNOWN, name: name(number) }],
    }));
    table.save(orders, placed.position, { position: placed.position, id: placed.eventId });
  };
  saveAll(1, (number) => `Former Driver ${String(number)}`);
  table.markComplete();
  saveAll(2, () => 'Ann Lee');
  table.close();
  const bytes = readFileSync(file, 'latin1');
  expect(bytes).toContain('Ann Lee');
  expect(bytes.match(/former driver \d+/gi)).toBeNull();
  rmSync(directory, { recursive: true });
});

it('a search misses no order where a driver of one order has as many words as are looked at, and another has none yet', () => {
  const directory = temporaryDirectory();
  const file = join(directory, 'read-model.sqlite');
  const table = openOrderTable(file, 'v1');
  const reader = new OrderTableReader(file);
  const save = (position: number, order: string, names: readonly string[]): void => {
    const placed = { position: String(position) as Position, eventId: eventId('newest') };
    const hashes = { contentHash: null, eventHash: null };
    const about = { key: orderKey('here', order), state: STATE, verdicts: NO_VERDICTS, ...hashes, ...placed };
    const drives = names.map((name) => ({ ...NOBODY_KNOWN, name }));
    table.save([{ ...about, drives }], placed.position, { position: placed.position, id: placed.eventId });
  };
  save(1, 'oldest', ['Omar Haddad']);
  save(2, 'in between', ['Ann Lee']);
  save(3, 'newest', ['Ann Lee', 'Ann Lee', 'Ann Lee', 'Ann Lee']);
  table.markComplete();
  save(4, 'oldest', ['Ann Lee']);
  const found: string[] = [];
  for (let before: number | null = NEWEST_SEQ; before !== null;) {
    const slice = reader.found({ locations: null, driver: 'Ann' }, before, 4);
    found.push(...slice.orders.map(({ key }) => key.order_id));
    before = slice.end;
  }
  expect(found).toEqual(['newest', 'in between', 'oldest']);
  table.close();
  reader.close();
  rmSync(directory, { recursive: true });
});

it('words that are made at once are kept in one run, however the orders of many locations are mixed', () => {
  const directory = temporaryDirectory();
  const file = join(directory, 'read-model.sqlite');
  const table = openOrderTable(file, 'v1');
  const placed = { position: '1' as Position, eventId: eventId('newest') };
  const orders = Array.from({ length: 300 }, (_, n) => ({
    key: orderKey(`location ${String((n * 7) % 40)}`, `order ${String((n * 7_919) % 1_000)}`),
    state: STATE,
    contentHash: null,
    eventHash: null,
    drives: [{ ...NOBODY_KNOWN, name: `Driver ${String(n)}`, source: 'uber' }],
    verdicts: NO_VERDICTS,
    ...placed,
  }));
  table.save(orders, placed.position, { position: placed.position, id: placed.eventId });
  table.markComplete();
  table.close();
  expect([runsOfWords(file, 'order_words'), runsOfWords(file, 'driver_words')]).toEqual([1, 1]);
  rmSync(directory, { recursive: true });
});

it('the WAL is empty once the indexes were made, however large they are, for names of drivers are in it', () => {
  const directory = temporaryDirectory();
  const file = join(directory, 'read-model.sqlite');
  const table = openOrderTable(file, 'v1');
  const drives = [{ ...NOBODY_KNOWN, name: 'Omar Haddad', source: 'uber', phone_last4: '1234' }];
  const placed = { position: '1' as Position, eventId: eventId('newest') };
  const saved = { state: STATE, contentHash: null, eventHash: null, drives, verdicts: NO_VERDICTS, ...placed };
  const orders = Array.from({ length: 500 }, (_, n) => ({ key: orderKey('here', `order ${String(n)}`), ...saved }));
  table.save(orders, placed.position, { position: placed.position, id: placed.eventId });
  expect(statSync(`${file}-wal`).size).toBeGreaterThan(0);
  table.markComplete();
  expect(statSync(`${file}-wal`).size).toBe(0);
  table.close();
  rmSync(directory, { recursive: true });
});
