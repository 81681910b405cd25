import fc from 'fast-check';
import type { Order } from '../../../schemas/api/order-view';
import { orderId, orderKey } from '../../../schemas/order-key';
import { type FeedMessage, parseMessage } from '../../../services/screens/browser/shared/model/feed-message';
import {
  type FeedState,
  FINISHED_KEPT,
  nothingKnown,
  receive,
} from '../../../services/screens/browser/feed/model/feed-state';
import { at, NOON, order } from '../shared/orders';

const snapshot = (orders: readonly Order[], about: Partial<FeedMessage<Order> & { kind: 'snapshot' }> = {}) =>
  ({
    kind: 'snapshot',
    position: '10',
    location_id: 'l',
    now: at(NOON),
    folds: 'f1',
    truncated: false,
    orders,
    ...about,
  }) as const;
const news = (position: string, about: Partial<Order>) => ({ kind: 'order', position, order: order(about) }) as const;
const after = (...messages: FeedMessage<Order>[]) => receive(nothingKnown<Order>('l'), messages);
const shown = (state: FeedState<Order>) => [...state.orders.values()].map((one) => [one.order_id, one.revision]);

describe('the state of a screen', () => {
  it('the state of a screen is that of the snapshot, with its position', () => {
    const { state, changes } = after(snapshot([order({ revision: 3 })], { truncated: true }));
    expect(shown(state)).toEqual([['pos_order_1', 3]]);
    expect(state).toMatchObject({ position: '10', folds: 'f1', truncated: true });
    expect(changes).toMatchObject([{ before: null, initial: true }]);
  });

  it('an order message with a newer revision updates the order and the position', () => {
    const { state, changes } = after(snapshot([order()]), news('11', { revision: 1, stage: 'ready' }));
    expect(state.orders.get('pos_order_1')?.stage).toBe('ready');
    expect(state.position).toBe('11');
    expect(changes.at(-1)).toMatchObject({ before: { revision: 0 }, after: { revision: 1 }, initial: false });
  });

  it.each([1, 0])(
    'an order message whose revision is not newer (%p) is dropped, but its position is remembered',
    (revision) => {
      const { state, changes } = after(snapshot([order({ revision: 1 })]), news('12', { revision, stage: 'ready' }));
      expect(state.orders.get('pos_order_1')?.stage).toBe('preparing');
      expect(state.position).toBe('12');
      expect(changes).toHaveLength(1);
    },
  );

  it('a later snapshot replaces everything, including orders that are gone', () => {
    const gone = order({ order_id: orderId('gone') });
    const { state, changes } = after(
      snapshot([gone, order()]),
      snapshot([order({ revision: 4 })], { folds: 'f2', position: '20' }),
    );
    expect(shown(state)).toEqual([['pos_order_1', 4]]);
    expect(state).toMatchObject({ folds: 'f2', position: '20' });
    expect(changes.at(-1)).toMatchObject({ before: { revision: 0 }, initial: false });
  });

  it('a later snapshot of the same reading of history takes no canceled order away that it leaves out', () => {
    const canceled = order({ order_id: orderId('canceled'), stage: 'canceled' });
    const gone = order({ order_id: orderId('gone'), stage: 'completed' });
    const known = snapshot([canceled, gone, order()]);
    expect(shown(after(known, snapshot([order()])).state)).toEqual([
      ['pos_order_1', 0],
      ['canceled', 0],
    ]);
    expect(shown(after(known, snapshot([order()], { folds: 'f2' })).state)).toEqual([['pos_order_1', 0]]);
  });

  it('a screen restarts when a resumed feed folds history differently', () => {
    const resumed = { kind: 'resumed', location_id: 'l', now: at(NOON), folds: 'f2' } as const;
    const { state, mustRestart } = after(snapshot([order()]), resumed, news('11', { revision: 1 }));
    expect(mustRestart).toBe(true);
    expect(state.position).toBeNull();
    expect(shown(state)).toEqual([['pos_order_1', 0]]);
  });

  it('a screen goes on when a resumed feed folds history as before', () => {
    const resumed = { kind: 'resumed', location_id: 'l', now: at(NOON), folds: 'f1' } as const;
    const { state, mustRestart } = after(snapshot([order()]), resumed, news('11', { revision: 1 }));
    expect(mustRestart).toBe(false);
    expect(shown(state)).toEqual([['pos_order_1', 1]]);
  });

  it('a screen never takes in anything of another location', () => {
    const foreign = orderKey('other', 'x');
    const { state } = after(
      snapshot([order(foreign)], { location_id: 'other', position: '99' }),
      snapshot([order(foreign), order()]),
      news('11', foreign),
    );
    expect(shown(state)).toEqual([['pos_order_1', 0]]);
    expect(state.position).toBe('11');
  });

  it('a screen forgets the oldest finished orders, and never an open one', () => {
    const many = Array.from({ length: 2 * FINISHED_KEPT + 1 }, (_, index) =>
      order({ order_id: orderId(String(index)), stage: 'completed', updated_at: at(NOON + index) }),
    );
    const { state } = after(snapshot([...many, order({ updated_at: at(0) })]));
    expect(state.orders.size).toBe(FINISHED_KEPT + 1);
    expect(state.orders.has('pos_order_1')).toBe(true);
    expect(state.orders.has(String(2 * FINISHED_KEPT))).toBe(true);
  });

  it('the state of a screen does not depend on repeats or on how the stream is cut into pieces', () => {
    const message = fc.record({ id: fc.constantFrom('a', 'b', 'c'), revision: fc.nat(6), again: fc.boolean() });
    fc.assert(
      fc.property(fc.array(message), fc.array(fc.nat(3)), (list, cuts) => {
        const once = list.map(({ id, revision }, index) => news(String(index), { order_id: orderId(id), revision }));
        const repeated = once.flatMap((one, index) => (list[index]?.again ? [one, one] : [one]));
        const whole = after(snapshot([]), ...once).state;
        let state = after(snapshot([])).state;
        for (const [index, one] of repeated.entries()) {
          state = receive(state, [one, ...Array.from({ length: cuts[index] ?? 0 }, () => one)]).state;
        }
        expect(shown(state).sort()).toEqual(shown(whole).sort());
        for (const [id, revision] of shown(state)) {
          expect(revision).toBe(Math.max(...list.filter((one) => one.id === id).map((one) => one.revision)));
        }
      }),
    );
  });
});

describe('a message of the feed', () => {
  it('a message of the feed is read with its position', () => {
    const raw = { event: 'order', id: '7', data: JSON.stringify(order()) };
    expect(parseMessage(raw)).toEqual({ kind: 'order', position: '7', order: order() });
  });

  it.each([
    ['no JSON', { event: 'order', data: '{' }],
    ['no object', { event: 'order', data: '[]' }],
    ['an order without a stage', { event: 'order', data: JSON.stringify({ ...order(), stage: undefined }) }],
    ['of an unknown kind', { event: 'party', data: '{}' }],
    ['without a name', { data: JSON.stringify(order()) }],
    ['a snapshot without orders', { event: 'snapshot', data: JSON.stringify({ location_id: 'l', now: at(NOON) }) }],
    ['a heartbeat without an interval', { event: 'heartbeat', data: JSON.stringify({ now: at(NOON), store: 'ok' }) }],
  ])('a message of the feed is ignored when it is %s', (_, raw) => {
    expect(parseMessage(raw)).toBeNull();
  });
});
