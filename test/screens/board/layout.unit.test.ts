import fc from 'fast-check';
import { type Grid, isInSight, shareLanes, STACKS } from '../../../services/screens/browser/board/model/lanes';
import { planOf } from '../../../services/screens/browser/board/model/plan';
import { pageOf } from '../../../services/screens/browser/shared/model/pages';
import { isMoneyLost, troubleWords } from '../../../services/screens/browser/board/model/trouble';
import { shortIds } from '../../../services/screens/browser/shared/model/short-id';
import { OPEN_STAGES, type OpenStage } from '../../../schemas/files/thresholds';
import { DELIVERY_STATUSES } from '../../../schemas/vocabulary';
import { order } from '../shared/orders';

/** How a board shares out its room, and what it calls its orders. */

const countsOf = (counts: Partial<Record<OpenStage, number>>): Record<OpenStage, number> =>
  Object.fromEntries(OPEN_STAGES.map((stage) => [stage, counts[stage] ?? 0])) as Record<OpenStage, number>;
const someCounts = fc
  .array(fc.nat(60), { minLength: OPEN_STAGES.length, maxLength: OPEN_STAGES.length })
  .map((numbers) => countsOf(Object.fromEntries(OPEN_STAGES.map((stage, at) => [stage, numbers[at] ?? 0]))));
const someRoom: fc.Arbitrary<Grid> = fc.record({
  lanes: fc.integer({ min: STACKS.length, max: 16 }),
  rows: fc.integer({ min: 1, max: 20 }),
});
const RUSH = countsOf({ driver_here: 11, needs_action: 3, coming_back: 1, ready: 9, preparing: 14, on_the_way: 8 });
const sum = (numbers: readonly number[]): number => numbers.reduce((total, one) => total + one, 0);

describe('the lanes of a board', () => {
  it('every stage with orders has a lane, those without have none, and no lane is shared out twice', () => {
    fc.assert(
      fc.property(someCounts, someRoom, (counts, room) => {
        const lanes = shareLanes(counts, room);
        STACKS.forEach((stages, at) => {
          const has = stages.some((stage) => counts[stage] > 0);
          expect((lanes[at] ?? 0) > 0).toBe(has);
        });
        expect(sum(lanes)).toBeLessThanOrEqual(room.lanes);
      }),
    );
  });

  it('all drivers who are here have a place in sight wherever one lane is enough for each of the others', () => {
    fc.assert(
      fc.property(someCounts, someRoom, (counts, room) => {
        const [here = 0, ...others] = shareLanes(counts, room);
        const isInSight = here * room.rows >= counts.driver_here;
        const couldBe = others.every((one) => one <= 1);
        expect(isInSight || couldBe).toBe(true);
      }),
    );
  });

  it('in a rush, eleven drivers on a counter tablet are in sight', () => {
    expect(shareLanes(RUSH, { lanes: 7, rows: 5 })).toEqual([3, 1, 1, 1, 1]);
    expect(shareLanes(RUSH, { lanes: 7, rows: 6 })).toEqual([2, 1, 1, 2, 1]);
  });
});

describe('the size of tiles', () => {
  const isInSightWith = (counts: Record<OpenStage, number>, lanes: readonly number[], height: number, tile: number) =>
    isInSight(counts, lanes, Math.max(1, Math.floor((height - 3) / tile)));

  it('tiles say everything only where every order is in sight with them, and are compact in a rush', () => {
    const someSpace = fc.record({ width: fc.integer({ min: 80, max: 130 }), height: fc.integer({ min: 20, max: 70 }) });
    fc.assert(
      fc.property(someCounts, someSpace, (counts, space) => {
        const { isCompact, lanes } = planOf(counts, space, false);
        expect(isCompact || isInSightWith(counts, lanes, space.height, 10)).toBe(true);
      }),
    );
    const few = countsOf({ driver_here: 1, ready: 2, preparing: 3 });
    const tablet = { width: 81, height: 37 };
    expect([few, RUSH].map((counts) => planOf(counts, tablet, false).isCompact)).toEqual([false, true]);
    expect([few, RUSH].map((counts) => planOf(counts, { width: 50, height: null }, false).isCompact)).toEqual([
      false,
      true,
    ]);
  });

  it('on a wall, tiles are compact and as wide as they may be', () => {
    const few = planOf(countsOf({ driver_here: 1, ready: 2 }), { width: 100, height: 50 }, true);
    expect([few.isCompact, sum(few.lanes)]).toEqual([true, 3]);
  });
});

describe('the pages of a wall', () => {
  it('turning the pages shows every part as a whole, as long as each fits a page, and begins again', () => {
    const heights = fc.array(fc.integer({ min: 10, max: 100 }), { minLength: 1, maxLength: 40 });
    fc.assert(
      fc.property(heights, fc.integer({ min: 100, max: 400 }), (each, height) => {
        let at = 0;
        const parts = each.map((one) => ({ top: at, bottom: (at += one) }));
        const seen = new Set<number>();
        let top = 0;
        for (let turn = 0; turn <= parts.length; turn += 1) {
          const page = pageOf(parts, height, top, turn > 0);
          ({ top } = page);
          for (const index of parts.keys()) if (!page.hidden.has(index)) seen.add(index);
        }
        expect(seen.size).toBe(parts.length);
      }),
    );
  });

  it('a list that fits one page stays as it is, with nothing hidden', () => {
    const page = pageOf([{ top: 0, bottom: 50 }], 100, 0, true);
    expect([page.top, page.hidden.size]).toEqual([0, 0]);
  });
});

describe('short ids', () => {
  const someIds = fc.uniqueArray(
    fc.oneof(
      fc.uuid(),
      fc.string({ minLength: 1, maxLength: 12 }),
      fc.nat(9_999).map((number) => `pos_order_${String(number)}`),
      fc.tuple(fc.constantFrom('a', 'b', ''), fc.nat(99)).map(([store, number]) => `${store}-2026-${String(number)}`),
      fc.nat(99).map(String),
    ),
    { minLength: 1, maxLength: 60 },
  );

  it('any two orders have different short ids, each the end of its id', () => {
    fc.assert(
      fc.property(someIds, (ids) => {
        const short = shortIds(ids);
        expect(new Set(short.values()).size).toBe(ids.length);
        for (const id of ids) {
          const name = short.get(id) ?? '';
          expect(name.length > 0 && id.endsWith(name)).toBe(true);
        }
      }),
    );
  });

  it('the short ids of orders do not depend on the order in which they come', () => {
    fc.assert(
      fc.property(someIds, (ids) => {
        const short = shortIds(ids);
        for (const [id, name] of shortIds([...ids].reverse())) expect(short.get(id)).toBe(name);
      }),
    );
  });
});

describe('what needs action', () => {
  it('every documented failure of a delivery says what there is to do', () => {
    const failures = [...DELIVERY_STATUSES].filter(([, { group }]) => group === 'failure').map(([word]) => word);
    const words = failures.map((delivery_status) => troubleWords({ delivery_status }));
    expect(words).not.toContain(null);
    expect(new Set(words).size).toBe(failures.length);
    expect([troubleWords({ delivery_status: 'beamed_up' }), troubleWords({ delivery_status: null })]).toEqual([
      null,
      null,
    ]);
  });

  it('money is lost by a cancellation after pickup, and by food that could not be delivered', () => {
    expect(isMoneyLost(order({ attention: ['canceled_after_pickup'] }))).toBe(true);
    expect(isMoneyLost(order({ delivery_status: 'failed_to_deliver' }))).toBe(true);
    expect(isMoneyLost(order({ delivery_status: 'failed_to_assign_driver' }))).toBe(false);
  });
});
