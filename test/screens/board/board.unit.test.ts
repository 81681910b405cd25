import type { Order } from '../../../schemas/api/order-view';
import { type Stage, STAGES } from '../../../schemas/vocabulary';
import { orderId } from '../../../schemas/order-key';
import { OLD_CANCELLATION_MS } from '../../../schemas/api/screen-limits';
import {
  canceledKey,
  driverKey,
  isMarked,
  MOST_MARKS,
  mustAcknowledgeCancel,
  mustAcknowledgeDriver,
  noMarks,
  openedAt,
  parseMarks,
  recalledKey,
  withMark,
  withoutMark,
} from '../../../services/screens/browser/board/model/handoff/acknowledgements';
import { arrange, type ArrangeOptions } from '../../../services/screens/browser/board/model/arrange';
import {
  type ListedOrder,
  customerLists,
  PREPARING_SHOWN_MS,
  READY_SHOWN_MS,
} from '../../../services/screens/browser/customers/model/customer-list';
import { previousDriver, newsOfChange, RECENT_ARRIVAL_MS } from '../../../services/screens/browser/board/model/news';
import { at, NOON, order } from '../shared/orders';

const HOUR = 3_600_000;
const options = (about: Partial<ArrangeOptions> = {}): ArrangeOptions => ({
  marks: openedAt(noMarks, NOON),
  search: '',
  now: NOON,
  oldAfterHours: 12,
  ...about,
});
const ids = (orders: readonly { readonly order_id: string }[]): string[] => orders.map(({ order_id }) => order_id);
const staged = (stage: Stage, about: Partial<Order> = {}): Order =>
  order({ order_id: orderId(stage), stage, ...about });

describe('the board', () => {
  it('the board puts every order in exactly one place, by its stage', () => {
    const { columns, canceled, recalled, finished, old } = arrange(
      STAGES.map((stage) => staged(stage)),
      options(),
    );
    expect(Object.entries(columns).map(([stage, orders]) => [stage, ids(orders)])).toEqual(
      ['preparing', 'ready', 'driver_here', 'on_the_way', 'needs_action', 'coming_back'].map((stage) => [
        stage,
        [stage],
      ]),
    );
    expect([ids(canceled), ids(recalled), ids(finished), ids(old)]).toEqual([
      ['canceled'],
      [],
      ['completed', 'failed', 'returned'],
      [],
    ]);
  });

  it('the board puts the order that has waited longest first', () => {
    const later = order({ order_id: orderId('later'), stage_since: at(NOON + 1) });
    expect(ids(arrange([later, order()], options()).columns.preparing)).toEqual(['pos_order_1', 'later']);
  });

  it('the board moves an open order to the old ones when it had no news for longer than is set', () => {
    const long = at(NOON - 2 * HOUR - 1);
    const quiet = order({ updated_at: long, reported_at: long });
    expect(ids(arrange([quiet], options({ oldAfterHours: 2 })).old)).toEqual(['pos_order_1']);
    expect(ids(arrange([quiet], options({ oldAfterHours: 3 })).old)).toEqual([]);
    // What somebody here does with it is no news of it.
    const pressed = { ...quiet, updated_at: at(NOON) };
    expect(ids(arrange([pressed], options({ oldAfterHours: 2 })).old)).toEqual(['pos_order_1']);
  });

  it('the board puts an order with an unknown stage under needs_action', () => {
    const odd = { ...order(), stage: 'teleported' } as unknown as Order;
    expect(ids(arrange([odd], options()).columns.needs_action)).toEqual(['pos_order_1']);
  });

  it.each([' ORDER_1', 'jane', 'abc 12', 'DoorDash', 'a1b', 'maria g'])('the board finds an order by %p', (search) => {
    const found = order({
      label: { number: 'A1B2', name: 'Maria G.' },
      driver_details: { source: 'doordash', name: 'Jane Driver', vehicle_info: { license_plate: 'ABC 123' } },
    });
    const other = order({ order_id: orderId('x'), driver_details: { name: 'Tom', source: 'uber' } });
    expect(ids(arrange([found, other], options({ search })).columns.preparing)).toEqual(['pos_order_1']);
  });

  it('the board shows a recalled order until it is dismissed', () => {
    const done = staged('completed');
    const marks = withMark(openedAt(noMarks, NOON), recalledKey(done));
    expect(ids(arrange([done], options({ marks })).recalled)).toEqual(['completed']);
    const dismissed = withoutMark(marks, recalledKey(done));
    expect(ids(arrange([done], options({ marks: dismissed })).finished)).toEqual(['completed']);
  });
});

describe('acknowledgements', () => {
  it('a canceled order stays in sight until somebody acknowledges it', () => {
    const canceled = staged('canceled');
    const opened = openedAt(noMarks, NOON);
    expect(mustAcknowledgeCancel(canceled, opened)).toBe(true);
    expect(mustAcknowledgeCancel(canceled, withMark(opened, canceledKey(canceled)))).toBe(false);
    const again = staged('canceled', { stage_since: at(NOON + 1) });
    expect(mustAcknowledgeCancel(again, withMark(opened, canceledKey(canceled)))).toBe(true);
  });

  it('no acknowledgement is asked for what was canceled long before the screen first opened', () => {
    const opened = openedAt(noMarks, NOON);
    const old = staged('canceled', { stage_since: at(NOON - OLD_CANCELLATION_MS) });
    expect(mustAcknowledgeCancel(old, opened)).toBe(false);
    expect(mustAcknowledgeCancel(old, openedAt(openedAt(noMarks, NOON - HOUR), NOON))).toBe(true);
  });

  it('an acknowledgement is asked once for each driver, whatever else is learned of the driver', () => {
    const changed = order({ attention: ['driver_changed'], driver_details: { source: 'doordash', name: 'Jane' } });
    const marks = withMark(noMarks, driverKey(changed));
    expect(mustAcknowledgeDriver(changed, noMarks)).toBe(true);
    expect(mustAcknowledgeDriver(changed, marks)).toBe(false);
    const more = { ...changed, driver_details: { source: 'doordash', name: 'JANE ', passcode: '1' } };
    expect(mustAcknowledgeDriver(more, marks)).toBe(false);
    expect(mustAcknowledgeDriver({ ...changed, driver_details: { source: 'doordash', name: 'Tom' } }, marks)).toBe(
      true,
    );
    expect(mustAcknowledgeDriver({ ...changed, driver_details: null }, marks)).toBe(true);
    expect(mustAcknowledgeDriver({ ...changed, attention: [] }, noMarks)).toBe(false);
  });

  it('an acknowledgement or a recall of one order is none of the next that has its number', () => {
    const today = order({ attention: ['driver_changed'], driver_details: { source: 'doordash', name: 'Jane' } });
    const yesterday = { ...today, first_received_at: at(NOON - 24 * HOUR) };
    const marks = withMark(withMark(noMarks, driverKey(yesterday)), recalledKey(yesterday));
    expect(mustAcknowledgeDriver(yesterday, marks)).toBe(false);
    expect(mustAcknowledgeDriver(today, marks)).toBe(true);
    expect(ids(arrange([{ ...today, stage: 'completed' }], options({ marks })).recalled)).toEqual([]);
  });

  it('an acknowledgement contains nothing about a person', () => {
    const key = driverKey(order({ driver_details: { name: 'Jane Driver', phone: { number: '+15555551234' } } }));
    expect(key).not.toMatch(/jane|5555/i);
  });

  it('acknowledgements are bounded, and the oldest go first', () => {
    let marks = noMarks;
    for (let count = 0; count <= MOST_MARKS; count += 1) marks = withMark(marks, String(count));
    expect(marks.keys).toHaveLength(MOST_MARKS);
    expect([isMarked(marks, '0'), isMarked(marks, String(MOST_MARKS))]).toEqual([false, true]);
  });

  it('acknowledgements survive storage, and anything else found in their place gives none', () => {
    const marks = withMark(openedAt(noMarks, NOON), 'x');
    expect(parseMarks(JSON.stringify(marks))).toEqual(marks);
    for (const text of [null, '', '{', '[]', '{"keys":7}', 'null']) expect(parseMarks(text)).toEqual(noMarks);
  });
});

describe('news', () => {
  const here = staged('driver_here');
  const kinds = (news: ReturnType<typeof newsOfChange>): string[] => news.map(({ kind }) => kind);

  it('a driver who arrives is news once', () => {
    expect(kinds(newsOfChange({ before: staged('ready'), after: here, initial: false }, NOON))).toEqual(['arrived']);
    expect(kinds(newsOfChange({ before: here, after: { ...here, revision: 1 }, initial: false }, NOON))).toEqual([]);
  });

  it('another driver who is here in place of the one before is news, and more about the same one is not', () => {
    const by = (driver_details: Order['driver_details']): Order => ({ ...here, driver_details });
    const ana = by({ name: 'Ana S.', source: 'uber' });
    const change = (before: Order, after: Order, initial = false) =>
      kinds(newsOfChange({ before, after, initial }, NOON));
    expect(change(ana, by({ name: 'Ben T.', source: 'uber' }))).toEqual(['arrived']);
    expect(change(ana, by({ name: 'Ana S.', source: 'uber', passcode: '4711' }))).toEqual([]);
    expect(change(by(null), ana)).toEqual([]);
    expect(change(ana, by(null))).toEqual([]);
  });

  it('a driver who arrived just before the screen opened is news, an earlier one is not', () => {
    const change = { before: null, after: here, initial: true };
    expect(kinds(newsOfChange(change, NOON + RECENT_ARRIVAL_MS - 1))).toEqual(['arrived']);
    expect(kinds(newsOfChange(change, NOON + RECENT_ARRIVAL_MS))).toEqual([]);
  });

  it('a driver who arrived while the screen was away is news, however long that was', () => {
    expect(kinds(newsOfChange({ before: null, after: here, initial: false }, NOON + HOUR))).toEqual(['arrived']);
  });

  it.each(['canceled', 'needs_action', 'coming_back'] as const)('an order that becomes %s is news', (stage) => {
    expect(kinds(newsOfChange({ before: order(), after: staged(stage), initial: false }, NOON))).toEqual([stage]);
    expect(kinds(newsOfChange({ before: null, after: staged(stage), initial: true }, NOON))).toEqual([]);
  });

  it('another driver is news, and the one before is remembered', () => {
    const before = order({ driver_details: { name: 'Jane' } });
    const after = order({ revision: 1, attention: ['driver_changed'], driver_details: { name: 'Tom' } });
    expect(kinds(newsOfChange({ before, after, initial: false }, NOON))).toEqual(['driver_changed']);
    expect(previousDriver(null, { before, after, initial: false })).toEqual({ name: 'Jane' });
    const more = { ...after, revision: 2, driver_details: { name: 'Tom', passcode: '1' } };
    expect(previousDriver({ name: 'Jane' }, { before: after, after: more, initial: false })).toEqual({ name: 'Jane' });
    const left = { ...more, revision: 3, attention: [] };
    expect(previousDriver({ name: 'Jane' }, { before: more, after: left, initial: false })).toBeNull();
  });

  it('a driver who was taken away is remembered until the next one has come', () => {
    const before = order({ driver_details: { name: 'Jane' } });
    const nobody = order({ revision: 1, attention: ['driver_changed'] });
    const next = order({ revision: 2, attention: ['driver_changed'], driver_details: { name: 'Tom' } });
    const kept = previousDriver(null, { before, after: nobody, initial: false });
    expect(kept).toEqual({ name: 'Jane' });
    expect(previousDriver(kept, { before: nobody, after: next, initial: false })).toEqual({ name: 'Jane' });
  });
});

describe('the customers’ board', () => {
  const customerOrder = (stage: Stage, ready: boolean, about: Partial<Order> = {}): ListedOrder => ({
    ...staged(stage, about),
    ready,
  });
  it('the customers’ board lists ready orders newest first, and those being prepared oldest first', () => {
    const orders = [
      customerOrder('preparing', false, { order_id: orderId('p2'), stage_since: at(NOON + 2) }),
      customerOrder('preparing', false, { order_id: orderId('p1'), stage_since: at(NOON + 1) }),
      customerOrder('ready', true, { order_id: orderId('r1'), stage_since: at(NOON + 1) }),
      customerOrder('ready', true, { order_id: orderId('r2'), stage_since: at(NOON + 2) }),
      customerOrder('on_the_way', false),
      customerOrder('completed', false),
    ];
    const { ready, preparing } = customerLists(orders, NOON);
    expect(ids(ready)).toEqual(['r2', 'r1']);
    expect(ids(preparing)).toEqual(['p1', 'p2']);
  });

  it('the customers’ board calls an order ready by its food alone, also while the driver is here, never once it left', () => {
    const called = (stage: Stage, ready: boolean): boolean =>
      customerLists([customerOrder(stage, ready)], NOON).ready.length > 0;
    expect([called('driver_here', false), called('driver_here', true)]).toEqual([false, true]);
    expect(STAGES.filter((stage) => called(stage, true))).toEqual(['preparing', 'ready', 'driver_here']);
  });

  it('the customers’ board drops orders that nobody fetches', () => {
    const orders = [customerOrder('ready', true), customerOrder('preparing', false)];
    const sizes = (ms: number): number[] => {
      const lists = customerLists(orders, NOON + ms);
      return [lists.ready.length, lists.preparing.length];
    };
    expect(sizes(READY_SHOWN_MS)).toEqual([1, 1]);
    expect(sizes(READY_SHOWN_MS + 1)).toEqual([0, 1]);
    expect(sizes(PREPARING_SHOWN_MS + 1)).toEqual([0, 0]);
  });
});
