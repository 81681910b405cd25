import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { OrderCanceledObject, OrderUpdatedObject } from '../../schemas/wire/handle-order';
import type { OrderEvent } from '../../schemas/events/order-events';
import { type Change, Order } from '../../schemas/api/order-view';
import { FINAL_STAGES, STATUSES } from '../../schemas/vocabulary';
import { sameDriver } from '../../projections/order/driver';
import {
  beginsNewOrder,
  evolve,
  initial,
  isActive,
  isWaiting,
  type OrderState,
  stageOf,
  toOrder,
} from '../../projections/order/order';
import { saidBy } from '../../projections/order/order-status';
import { interpret } from '../../projections/history/timeline';
import { arbitraryEvents, arbitraryOrderCanceledObject, arbitraryOrderUpdatedObject, receivedAt } from './arbitraries';
import { after, eventsOf, fold, KEY, says } from './scenario';
import { cases } from '../support/depth';

interface Step {
  readonly before: OrderState;
  readonly event: OrderEvent;
  readonly after: OrderState;
}

/** Lives of an order that each property is tried on. */
const RUNS = cases(200);

/** Asserts `holds` of every step in any life of an order. */
function assertAlways(holds: (step: Step) => void): void {
  fc.assert(
    fc.property(arbitraryEvents, (events) => {
      let before = initial;
      for (const event of events) {
        const next = evolve(before, event);
        holds({ before, event, after: next });
        before = next;
      }
    }),
    { numRuns: RUNS },
  );
}

const throughJson = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

function deepFreeze<T>(value: T): T {
  // Typed arrays cannot be frozen.
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value) || Object.isFrozen(value)) return value;
  Object.freeze(value);
  Object.values(value).forEach(deepFreeze);
  return value;
}

const covered = (order: Order | null) => ({
  status: order?.status ?? null,
  delivery_status: order?.delivery_status ?? null,
  driver_details: order?.driver_details ?? null,
  stage: order?.stage ?? null,
  attention: order?.attention ?? [],
});

type Tree = Record<string, unknown>;

/** Applies changes as a reader of the history would: first what goes, with what is then empty, then what comes. */
function apply(value: unknown, changes: readonly Change[]): unknown {
  const root = throughJson(value) as Tree;
  const path = (pointer: string) =>
    pointer
      .split('/')
      .slice(1)
      .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
  const child = (tree: Tree, key: string): unknown => (Object.hasOwn(tree, key) ? tree[key] : undefined);
  const remove = (tree: Tree, [key = '', ...rest]: string[]): void => {
    const inner = child(tree, key);
    if (rest.length > 0) {
      remove(inner as Tree, rest);
      if (Object.keys(inner as Tree).length > 0) return;
    }
    Reflect.deleteProperty(tree, key);
  };
  const set = (tree: Tree, [key = '', ...rest]: string[], to: unknown): void => {
    if (rest.length === 0) {
      tree[key] = to;
      return;
    }
    if (typeof child(tree, key) !== 'object' || child(tree, key) === null) tree[key] = {};
    set(tree[key] as Tree, rest, to);
  };
  for (const { pointer, from } of changes) if (from !== null) remove(root, path(pointer));
  for (const { pointer, to } of changes) if (to !== null) set(root, path(pointer), to);
  return covered(root as unknown as Order);
}

describe('the state of an order', () => {
  it('the order before the first event is null to readers', () => {
    expect(toOrder(KEY, initial)).toBeNull();
  });

  it('an order has the times of the first event, of the newest, and of the one that brought the stage', () => {
    expect(after(says('in_progress'), says('ready_for_pickup'), says('ready_for_pickup', 'pending'))).toEqual({
      ...KEY,
      status: 'ready_for_pickup',
      delivery_status: 'pending',
      driver_details: null,
      stage: 'ready',
      attention: [],
      same_report_as: null,
      handed_over: null,
      acknowledged: { cancel: null, driver_change: null },
      revision: 2,
      first_received_at: receivedAt(0),
      updated_at: receivedAt(2),
      reported_at: receivedAt(2),
      stage_since: receivedAt(1),
    });
  });

  it('stage_since is the time of the first event if that brought the present stage', () => {
    expect(after(says('in_progress'), says('in_progress', 'pending')).stage_since).toBe(receivedAt(0));
  });

  it('the state of an order always has the same keys in the same order', () => {
    assertAlways(({ after: state }) => {
      expect(Object.keys(state)).toEqual(Object.keys(initial));
    });
  });

  it('the state of an order at each revision is the fold of the prefix', () => {
    fc.assert(
      fc.property(arbitraryEvents, fc.nat(), (events, cut) => {
        const prefix = events.slice(0, 1 + (cut % events.length));
        const state = fold(prefix);
        expect(state.revision).toBe(prefix.length - 1);
        expect(events.slice(prefix.length).reduce(evolve, state)).toEqual(fold(events));
      }),
    );
  });

  it('the state of an order survives JSON unchanged, and folding goes on from it as before', () => {
    expect(throughJson(initial)).toStrictEqual(initial);
    assertAlways(({ before, event, after: state }) => {
      // Not toStrictEqual, which takes a field called `constructor` for the type.
      expect(isDeepStrictEqual(throughJson(state), state)).toBe(true);
      expect(isDeepStrictEqual(evolve(throughJson(before) as OrderState, event), state)).toBe(true);
    });
  });

  it('a repeat changes nothing but the revision and the times of the newest event, unless it begins a new order', () => {
    assertAlways(({ event, after: state }) => {
      const later = new Date(Date.parse(event.receivedAt) + 3_600_000).toISOString();
      const repeat = { ...event, revision: event.revision + 1, receivedAt: later };
      if (beginsNewOrder(state, repeat)) return;
      const { revision, receivedAt: at } = repeat;
      expect(evolve(state, repeat)).toEqual({ ...state, revision, updated_at: at, reported_at: at });
    });
  });

  it('folding never changes the state and the events that it was given', () => {
    fc.assert(
      fc.property(arbitraryEvents, (events) => {
        expect(() =>
          deepFreeze(events).reduce((state, event) => deepFreeze(evolve(state, event)), initial),
        ).not.toThrow();
      }),
    );
  });

  it('an order leaves a final stage only by a reopening, another final status, a return or a new order', () => {
    assertAlways(({ before, event, after: state }) => {
      if (!FINAL_STAGES.has(stageOf(before)) || stageOf(before) === stageOf(state)) return;
      if (beginsNewOrder(before, event)) return;
      const { status, delivery_status, details } = saidBy(event);
      const group = status === null ? undefined : STATUSES.get(status)?.group;
      const reopening =
        status !== null &&
        group !== 'final' &&
        details !== null &&
        before.driver !== null &&
        !sameDriver(before.driver, details) &&
        !before.canceled;
      const returning = ['enroute_to_return', 'arrived_at_return', 'returned'].some((word) => word === delivery_status);
      expect(reopening || group === 'final' || event.type === 'order.canceled' || returning).toBe(true);
      expect(isActive(state)).toBe(state.stage === 'coming_back' || (reopening && isActive(state)));
    });
  });

  it('every order passes the schema of the API, whatever was sent', () => {
    assertAlways(({ after: state }) => {
      expect(Order.safeParse(toOrder(KEY, state))).toMatchObject({ success: true });
    });
  });

  it('an order in needs_action shows no_driver or delivery_failed, unless a driver was found since', () => {
    assertAlways(({ after: state }) => {
      const attention = toOrder(KEY, state)?.attention ?? [];
      if (state.stage !== 'needs_action' || (state.delivery_status === 'failed_to_assign_driver' && state.assigned))
        return;
      expect(attention.includes('no_driver') || attention.includes('delivery_failed')).toBe(true);
    });
  });
});

describe('the history of an order', () => {
  it('the history of an order has the same states as the fold', () => {
    assertAlways(({ before, event, after: state }) => {
      const { state: stateRead, reading } = interpret(KEY, before, event);
      expect(stateRead).toEqual(state);
      expect(reading.stage).toBe(state.stage);
    });
  });

  it('the changes of each event lead from the order before it to the order after it', () => {
    assertAlways(({ before, event, after: state }) => {
      const { changes } = interpret(KEY, before, event).reading;
      expect(apply(covered(toOrder(KEY, before)), changes)).toEqual(covered(toOrder(KEY, state)));
      expect(new Set(changes.map(({ pointer }) => pointer)).size).toBe(changes.length);
    });
  });

  it('no_change means no changes, and a repeat of known and timely news is always no_change', () => {
    assertAlways(({ before, event, after: state }) => {
      const { verdict, changes } = interpret(KEY, before, event).reading;
      expect(verdict === 'no_change' && changes.length > 0).toBe(false);
      const again = interpret(KEY, state, event).reading;
      if (again.verdict === 'new_order') return;
      expect(['no_change', 'came_before', 'out_of_order', 'unknown_value']).toContain(again.verdict);
      expect(again.changes).toEqual([]);
    });
  });

  it('the verdict is reopened or new_order exactly when an order that was over becomes active again', () => {
    assertAlways(({ before, event, after: state }) => {
      if (isActive(before) || state.stage === 'coming_back') return;
      const { verdict } = interpret(KEY, before, event).reading;
      if (verdict === 'new_order') return;
      expect(verdict === 'reopened').toBe(isActive(state));
    });
  });
});

describe('the arbitraries', () => {
  it('the arbitraries generate only deliveries that pass the wire contract', () => {
    fc.assert(
      fc.property(arbitraryOrderUpdatedObject, arbitraryOrderCanceledObject, (updated, canceled) => {
        expect(OrderUpdatedObject.safeParse(updated)).toMatchObject({ success: true });
        expect(OrderCanceledObject.safeParse(canceled)).toMatchObject({ success: true });
      }),
    );
  });

  it('the arbitraries reach every stage', () => {
    const stages = fc.sample(arbitraryEvents, { numRuns: 2000, seed: 1 }).map((events) => stageOf(fold(events)));
    expect(new Set(stages).size).toBe(10);
  });
});

describe('food that waits', () => {
  it('food waits in stage ready, and in other stages only if it has neither left nor ended', () => {
    assertAlways(({ after: state }) => {
      const isGone = state.left || !isActive(state) || state.kitchen !== 'ready';
      expect(isWaiting(state)).toBe(!isGone);
      expect(state.stage !== 'ready' || isWaiting(state)).toBe(true);
    });
  });

  it('food waits while the driver is at the restaurant, and no longer once the driver has left', () => {
    const ready = [says('in_progress', 'arrived_at_pickup'), says('ready_for_pickup')];
    expect(isWaiting(fold(eventsOf(...ready)))).toBe(true);
    expect(isWaiting(fold(eventsOf(says('in_progress', 'arrived_at_pickup'))))).toBe(false);
    expect(isWaiting(fold(eventsOf(...ready, says('out_for_delivery', 'enroute_to_dropoff'))))).toBe(false);
  });
});
