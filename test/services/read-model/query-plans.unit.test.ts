import { rmSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { eventId } from '../../../schemas/events/event-id';
import { locationId, orderKey } from '../../../schemas/order-key';
import type { Verdict } from '../../../schemas/vocabulary';
import type { Position } from '../../../services/event-store/event-store';
import { NEWEST_SEQ, type SearchFilter } from '../../../services/read-model/order-table/found-orders';
import { OrderTableReader } from '../../../services/read-model/order-table/reader';
import { addSpellings } from '../../../services/read-model/order-table/words';
import { openOrderTable } from '../../../services/read-model/order-table/writer';
import { eventsOf, fold, says } from '../../projections/scenario';
import { temporaryDirectory } from '../../support/running-service';

/** By which index SQLite goes in what the search really asks of it. */

const HERE = locationId('here');
/** What SQLite says of a step that reads a whole table, or the whole of one of its indexes. */
const READS_ALL = /^SCAN (?:orders|drives|order_verdicts|locations)\b/;
/** The same of an index of words: it was given no words to look for. */
const READS_ALL_WORDS = /^SCAN (?:order_words|driver_words) VIRTUAL TABLE INDEX \d+:(?!.*M)/;

describe('the search of the read model', () => {
  const directory = temporaryDirectory();
  const file = join(directory, 'read-model.sqlite');
  let reader: OrderTableReader;
  let db: Database.Database;
  beforeAll(() => {
    const table = openOrderTable(file, 'v1');
    const position = '1' as Position;
    const [state, verdicts] = [fold(eventsOf(says('in_progress'))), new Set<Verdict>(['new_order'])];
    const order = { key: orderKey('here', 'order 1'), state, position, eventId: eventId('newest'), verdicts };
    table.save([{ ...order, contentHash: null, eventHash: null }], position, { position, id: order.eventId });
    table.markComplete();
    table.close();
    db = new Database(file, { readonly: true });
    addSpellings(db);
  });
  beforeEach(() => {
    reader = new OrderTableReader(file); // one that has prepared nothing yet
  });
  afterEach(() => {
    reader.close();
    jest.restoreAllMocks();
  });
  afterAll(() => {
    db.close();
    rmSync(directory, { recursive: true });
  });

  /** @returns the steps of every statement that is prepared in the meantime */
  function stepsOf(read: () => unknown): readonly string[] {
    const prepare = jest.spyOn(Database.prototype, 'prepare');
    read();
    const statements = [...new Set(prepare.mock.calls.map(([sql]) => sql))];
    prepare.mockRestore();
    return statements.flatMap((sql) => {
      const parameters = Array.from(sql.matchAll(/\?/g), () => 1);
      const plan = db.prepare<unknown[], { readonly detail: string }>(`EXPLAIN QUERY PLAN ${sql}`).all(...parameters);
      return plan.map(({ detail }) => detail);
    });
  }
  const found = (filter: Partial<SearchFilter>): readonly string[] =>
    stepsOf(() => reader.found({ locations: null, ...filter }, NEWEST_SEQ, 100));

  it.each<[string, Partial<SearchFilter>, readonly string[]]>([
    ['nothing', {}, ['orders USING INTEGER PRIMARY KEY (rowid<?)']],
    [
      'one location',
      { locations: [HERE] },
      ['orders USING COVERING INDEX orders_of_location (location_id=? AND rowid<?)'],
    ],
    [
      'a part of an id',
      { orderId: 'er 1001' },
      ['order_words VIRTUAL TABLE', 'unwritten_words USING INTEGER PRIMARY KEY'],
    ],
    [
      'a part of a driver',
      { driver: 'Omar' },
      ['driver_words VIRTUAL TABLE', 'unwritten_words USING INTEGER PRIMARY KEY'],
    ],
    ['a part of a plate', { licensePlate: '8ABC' }, ['driver_words VIRTUAL TABLE']],
    ['the end of a phone number', { phoneLast4: '4711' }, ['drives USING COVERING INDEX drives_by_phone']],
    ['a source', { source: 'uber' }, ['drives USING COVERING INDEX drives_by_source']],
    ['a stage of open orders', { stage: 'ready' }, ['orders USING INDEX active_by_seq (active=? AND rowid<?)']],
    [
      'a stage of ended orders',
      { stage: 'completed' },
      ['orders USING COVERING INDEX ended_by_stage (stage=? AND rowid<?)'],
    ],
    [
      'a status',
      { status: 'completed' },
      ['orders USING INDEX active_by_seq', 'orders USING COVERING INDEX ended_by_status (status=? AND rowid<?)'],
    ],
    [
      'a delivery status',
      { deliveryStatus: 'completed' },
      [
        'orders USING INDEX active_by_seq',
        'orders USING COVERING INDEX ended_by_delivery_status (delivery_status=? AND rowid<?)',
      ],
    ],
    [
      'what needs attention',
      { attention: 'robot' },
      ['orders USING INDEX active_by_seq', 'orders USING COVERING INDEX ended_noticed (seq<?)'],
    ],
    ['a rare verdict', { verdict: 'reopened' }, ['order_verdicts USING PRIMARY KEY (verdict=? AND seq<?)']],
    ['a common verdict', { verdict: 'advance' }, ['order_verdicts USING PRIMARY KEY (verdict=? AND seq<?)']],
    ['orders that are named', { among: [1, 2] }, ['orders USING INTEGER PRIMARY KEY (rowid=?)']],
  ])('the search goes by an index where it is asked for %s, and reads no table whole', (_what, filter, expected) => {
    const steps = found(filter);
    for (const index of expected) expect(steps).toEqual(expect.arrayContaining([expect.stringContaining(index)]));
    expect(steps.filter((step) => READS_ALL.test(step) || READS_ALL_WORDS.test(step))).toEqual([]);
  });

  it('the search finds the orders of a time by their numbers, which it halves, and reads no more of a table', () => {
    const steps = stepsOf(() => reader.seqBegunBefore('2026-11-29T12:00:00.000Z'));
    expect(steps.filter((step) => READS_ALL.test(step))).toEqual(['SCAN orders']);
    expect(steps).toEqual(expect.arrayContaining(['SEARCH orders USING INTEGER PRIMARY KEY (rowid>?)']));
  });

  it('the search looks at each order that it found by its number, whatever else is asked of it', () => {
    const all: Partial<SearchFilter> = {
      ...{ driver: 'Omar', licensePlate: '8', orderId: '1', phoneLast4: '4711', source: 'uber', verdict: 'advance' },
      ...{ stage: 'ready', active: true, status: 'in_progress', deliveryStatus: 'pending', attention: 'robot' },
      ...{ locations: [HERE], updatedFrom: '2026-11-29T12:00:00.000Z', begunBefore: '2026-11-30T12:00:00.000Z' },
    };
    const steps = found(all);
    expect(steps).toContain('SEARCH orders USING INTEGER PRIMARY KEY (rowid=?)');
    expect(steps.filter((step) => READS_ALL.test(step) || READS_ALL_WORDS.test(step))).toEqual([]);
  });

  it.each([
    ['of a location', { location: 'here' }, 'orders USING INDEX orders_of_location (location_id=? AND rowid<?)'],
    ['that have not ended', 'active', 'orders USING INDEX active_by_seq (active=? AND rowid<?)'],
    ['that need notice', 'noticed', 'orders USING COVERING INDEX ended_noticed (seq<?)'],
  ] as const)('the words of orders %s are counted by an index', (_what, which, index) => {
    const steps = stepsOf(() => reader.counted(which, NEWEST_SEQ, 100));
    expect(steps).toEqual(expect.arrayContaining([expect.stringContaining(index)]));
    expect(steps.filter((step) => READS_ALL.test(step))).toEqual([]);
  });
});
