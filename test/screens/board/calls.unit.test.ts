import type { Order } from '../../../schemas/api/order-view';
import { orderId } from '../../../schemas/order-key';
import {
  acknowledged,
  canceledKey,
  noMarks,
  openedAt,
  withMark,
} from '../../../services/screens/browser/board/model/handoff/acknowledgements';
import { arrange, type ArrangeOptions } from '../../../services/screens/browser/board/model/arrange';
import {
  arrivalsAttended,
  attended,
  type CallKind,
  CALLS,
  lasting,
  loudest,
  timely,
  withNews,
} from '../../../services/screens/browser/board/model/calls';
import { newsWords, saidOf, veryLate } from '../../../services/screens/browser/board/model/news';
import { DEFAULT_THRESHOLDS, OPEN_STAGES } from '../../../schemas/files/thresholds';
import { at, NOON, order } from '../shared/orders';

/** What sounds until somebody attends, what a search leaves in sight, and what is put away. */

const MINUTE = 60_000;
const known = (...orders: readonly Order[]): ReadonlyMap<string, Order> =>
  new Map(orders.map((one) => [one.order_id, one]));
const marks = openedAt(noMarks, NOON);
const every = (): boolean => true;

const here = order({ order_id: orderId('here'), stage: 'driver_here' });
const canceled = order({ order_id: orderId('canceled'), stage: 'canceled' });
const failed = order({ order_id: orderId('failed'), stage: 'needs_action', delivery_status: 'failed_to_pickup' });
const all = known(here, canceled, failed);
const calls = withNews(
  [],
  [
    { kind: 'needs_action', order: failed },
    { kind: 'canceled', order: canceled },
    { kind: 'arrived', order: here },
    { kind: 'driver_changed', order: here },
  ],
);
const kindsOf = (some: readonly { readonly kind: CallKind }[]): readonly CallKind[] => some.map(({ kind }) => kind);

describe('calls', () => {
  it('every kind of call is worded, and no two alike', () => {
    expect(new Set(CALLS.map((kind) => newsWords(kind, '1'))).size).toBe(CALLS.length);
  });

  it('the most urgent call sounds first, of those that may sound on this screen', () => {
    expect(kindsOf(calls)).toEqual(['needs_action', 'canceled', 'arrived']);
    expect(loudest(calls, every)).toBe('arrived');
    expect(loudest(calls, (kind) => kind === 'needs_action')).toBe('needs_action');
    expect([loudest(calls, () => false), loudest([], every)]).toEqual([null, null]);
  });

  it('a call ends when somebody attends to its order, and no other does', () => {
    expect(kindsOf(attended(calls, 'here'))).toEqual(['needs_action', 'canceled']);
    expect(attended(calls, 'another')).toBe(calls);
  });

  it('somebody who looks after a driver attends to the arrivals with all orders, and to nothing else about them', () => {
    expect(kindsOf(arrivalsAttended(calls, ['here', 'canceled', 'failed']))).toEqual(['needs_action', 'canceled']);
    expect(arrivalsAttended(calls, ['canceled'])).toBe(calls);
  });

  it('a call lasts as long as its reason: until the stage changes, or it is acknowledged or put away', () => {
    expect(lasting(calls, all, marks)).toBe(calls);
    const left = known({ ...here, stage: 'on_the_way', stage_since: at(NOON + 1) }, canceled, failed);
    expect(kindsOf(lasting(calls, left, marks))).toEqual(['needs_action', 'canceled']);
    const seen = withMark(marks, canceledKey(canceled));
    expect(kindsOf(lasting(calls, all, seen))).toEqual(['needs_action', 'arrived']);
    const away = acknowledged(marks, 'put-away', failed);
    expect(kindsOf(lasting(calls, all, away))).toEqual(['canceled', 'arrived']);
    expect(lasting(calls, known(), marks)).toEqual([]);
  });

  it('a call that an order is very late ends where it is not so by the minutes that count now, and no other call does', () => {
    const late = { kind: 'very_late' as const, orderId: 'o1', since: at(NOON) };
    const both = [...calls, late];
    expect(timely(both, (key) => key === `${at(NOON)} o1`)).toBe(both);
    expect(timely(both, () => false)).toEqual(calls);
  });

  it('orders become very late once for each stage, wherever somebody at the counter can do something', () => {
    const orders = OPEN_STAGES.map((stage) => order({ order_id: orderId(stage), stage }));
    const late = (ms: number): readonly string[] =>
      [...veryLate(orders, NOON + ms, DEFAULT_THRESHOLDS).values()].map(({ order: one }) => one.order_id);
    expect(late(5 * MINUTE)).toEqual(['driver_here', 'needs_action']);
    expect(late(10_000 * MINUTE)).toEqual(['preparing', 'ready', 'driver_here', 'needs_action']);
    const [key] = veryLate([here], NOON + 5 * MINUTE, DEFAULT_THRESHOLDS).keys();
    const again = { ...here, stage_since: at(NOON + MINUTE) };
    expect(veryLate([again], NOON + 7 * MINUTE, DEFAULT_THRESHOLDS).has(key ?? '')).toBe(false);
  });

  it('no more than five pieces of news are said at once', () => {
    const news = Array.from({ length: 9 }, () => ({ kind: 'canceled', order: canceled }) as const);
    expect(saidOf(news, (id) => id.slice(0, 1))()).toBe(
      Array.from({ length: 5 }, () => 'Order c was canceled.').join(' '),
    );
  });
});

describe('what is in sight', () => {
  const options = (about: Partial<ArrangeOptions> = {}): ArrangeOptions => ({
    marks,
    search: '',
    now: NOON,
    oldAfterHours: 12,
    ...about,
  });
  const ids = (orders: readonly Order[]): readonly string[] => orders.map(({ order_id }) => order_id);

  it('a search hides neither a driver who is here nor a cancellation, and puts those that it finds first', () => {
    const found = order({ order_id: orderId('found'), stage: 'driver_here', stage_since: at(NOON + 1) });
    const other = order({ order_id: orderId('other') });
    const { columns, canceled: strip } = arrange([here, found, canceled, other], options({ search: 'found' }));
    expect([ids(columns.driver_here), ids(strip), ids(columns.preparing)]).toEqual([
      ['found', 'here'],
      ['canceled'],
      [],
    ]);
  });

  it('robots come first among the drivers who are here, and lost money among cancellations', () => {
    const driver_details = { name: 'Kiwi', vehicle_info: { is_autonomous: true } };
    const robot = order({
      order_id: orderId('robot'),
      stage: 'driver_here',
      stage_since: at(NOON + 1),
      driver_details,
    });
    const eaten = order({
      ...canceled,
      order_id: orderId('eaten'),
      attention: ['canceled_after_pickup'],
      stage_since: at(NOON - 1),
    });
    const { columns, canceled: strip } = arrange([here, robot, canceled, eaten], options());
    expect([ids(columns.driver_here), ids(strip)]).toEqual([
      ['robot', 'here'],
      ['eaten', 'canceled'],
    ]);
  });

  it('what needs action is put away until it is taken back, or fails in another way', () => {
    const away = acknowledged(marks, 'put-away', failed);
    const shown = (one: Order, kept: typeof marks) => {
      const { columns, putAway } = arrange([one], options({ marks: kept }));
      return [ids(columns.needs_action), ids(putAway)];
    };
    expect(shown(failed, away)).toEqual([[], ['failed']]);
    expect(shown(failed, acknowledged(away, 'take-back', failed))).toEqual([['failed'], []]);
    expect(shown({ ...failed, delivery_status: 'failed_to_assign_driver' }, away)).toEqual([['failed'], []]);
    expect(shown({ ...failed, stage_since: at(NOON + 1) }, away)).toEqual([['failed'], []]);
  });
});
