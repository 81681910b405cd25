import fc from 'fast-check';
import { driverChanged, saysNobody } from '../../projections/order/driver';
import { leavesNow } from '../../projections/order/leaving';
import { whoIs } from '../../projections/order/drives';
import { initial, type OrderState } from '../../projections/order/order';
import { classify } from '../../projections/history/timeline';
import type { OrderEvent } from '../../schemas/events/order-events';
import { MAX_SUMMARY_VISITS, type OrderSummary } from '../../schemas/api/order-summary';
import {
  MAX_NAMED_DRIVERS,
  MAX_NAMED_VISITS,
  summaryText,
  summaryWords,
} from '../../schemas/language/sentences/summary-words';
import { arbitraryEvents } from '../projections/arbitraries';
import { type DeliveryObject, eventsOf, JANE, JOHN, KEY, says } from '../projections/scenario';
import { cases } from '../support/depth';
import { ordersOf, sentence, UTC } from './sentence';

const COMING = 'enroute_to_pickup';
const HERE = 'arrived_at_pickup';
const AWAY = 'enroute_to_dropoff';

describe('a sentence about an order to which much happened', () => {
  const coming = says('in_progress', COMING, JANE);
  const here = says('in_progress', HERE, JANE);
  const visits = (count: number): DeliveryObject[] => Array.from({ length: count }, () => [here, coming]).flat();

  it('the sentence names the first ones and the last ones of many visits, and how many there were between', () => {
    const said = sentence(...visits(MAX_NAMED_VISITS + 12));
    expect(said).toContain(
      'Jane Driver was here 18:00:00 to 18:00:01 and 18:00:02 to 18:00:03 and 18:00:04 to 18:00:05 and 12 more times between and 18:00:30 to 18:00:31 and',
    );
    expect(said).toContain('; the reports of 18:00:02, 18:00:03, 18:00:04, 18:00:05 and 6 more may be old ones');
    expect(sentence(...visits(MAX_NAMED_VISITS))).not.toContain('more times');
    expect(sentence(...visits(MAX_NAMED_VISITS + 1))).toContain(' and once more between and ');
  });

  it('the sentence says how many visits there were, though a summary does not take all of them', () => {
    expect(sentence(...visits(MAX_SUMMARY_VISITS + 10))).toContain(
      ` and ${String(MAX_SUMMARY_VISITS + 4)} more times between`,
    );
  });

  it('the sentence is short, whatever is reported, and however long the names are', () => {
    const long = (name: string) => ({ name: `${name}${'W'.repeat(3_000)}`, source: `${name}${'M'.repeat(3_000)}` });
    const steps = Array.from({ length: 1_000 }, (_, index) => {
      const driver = long(String(Math.floor(index / 100)));
      return says('in_progress', index % 2 === 0 ? HERE : COMING, driver);
    });
    expect(sentence(...steps).length).toBeLessThan(LONGEST);
  });
});

/** More characters than a sentence has. */
const LONGEST = 6_000;

/** Reports in every order in which a few kinds of them can come, with and without a driver. */
const arbitraryReports: fc.Arbitrary<OrderEvent[]> = fc
  .array(
    fc.record({
      status: fc.constantFrom('in_progress', 'in_progress', 'out_for_delivery', 'completed', 'merchant_canceled'),
      delivery_status: fc.constantFrom(
        HERE,
        HERE,
        COMING,
        AWAY,
        'pending',
        'failed_to_pickup',
        'enroute_to_return',
        'completed',
      ),
      driver_details: fc.constantFrom(null, null, JANE, JOHN),
    }),
    { minLength: 1, maxLength: 10 },
  )
  .map((deliveries) => eventsOf(...deliveries));
const arbitraryLives = fc.oneof(arbitraryEvents, arbitraryReports);

interface Read {
  readonly before: OrderState;
  readonly after: OrderState;
}

/** The events of each order of a number, beside the states before and after each. */
function readsOf(events: readonly OrderEvent[]): Read[][] {
  const orders: Read[][] = [];
  let state = initial;
  for (const event of events) {
    const { state: after, verdict } = classify(KEY, state, event);
    const isNew = orders.length === 0 || verdict === 'new_order';
    if (isNew) orders.push([]);
    orders.at(-1)?.push({ before: isNew ? initial : state, after });
    state = after;
  }
  return orders;
}

/** One driver may be spelled in several ways. */
const spelled = (name: string): string => name.trim().toLowerCase();

/**
 * Who may be said to have been here: a driver of the order while somebody was here, and the one who is named next after
 * somebody without a name, if that one stayed until then, or until the food left or the order ended.
 */
function namesHere(reads: readonly Read[]): Set<string> {
  const names = new Set<string>();
  let wasHere = false;
  for (const { before, after } of reads) {
    const isHere = after.stage === 'driver_here';
    const stays = isHere || after.left || after.ended_at !== null;
    const goesOn = before.assigned ? after.assigned && !driverChanged(before, after) : stays;
    wasHere = isHere || (wasHere && goesOn);
    const { name } = whoIs(after.assigned ? after.driver : null);
    if (name !== null && wasHere) names.add(spelled(name));
  }
  return names;
}

describe('the sentence about any life of an order', () => {
  const each = (events: readonly OrderEvent[], check: (order: OrderSummary, reads: readonly Read[]) => void): void => {
    const orders = ordersOf(events);
    const reads = readsOf(events);
    expect(orders).toHaveLength(reads.length);
    for (const [index, order] of orders.entries()) check(order, reads[index] ?? []);
  };

  it('the sentence never says that a driver was here who was not reported here, nor as somebody without a name', () => {
    fc.assert(
      fc.property(arbitraryLives, (events) => {
        each(events, (order, reads) => {
          const text = summaryWords(order, UTC)
            .map((part) => (part.isForeign ? `⟦${part.text}⟧` : part.text))
            .join('');
          const saidHere =
            /⟦([^⟦⟧]*)⟧(?: at [-\d: ]+)?(?:, who)? (?:did not get the food(?: at [-\d: ]+)? and )?(?:was|has been) here/g;
          const allowed = namesHere(reads);
          for (const [, name = ''] of text.matchAll(saidHere)) expect(allowed).toContain(spelled(name));
        });
      }),
      { numRuns: cases(500) },
    );
  });

  it('the sentence says that the food left once for each leg at most, and never leaves it out for the last one', () => {
    fc.assert(
      fc.property(arbitraryLives, (events) => {
        each(events, (order, reads) => {
          const text = summaryText(order, UTC);
          const said = [...text.matchAll(/left (?:with|at)/g)].length;
          const legs = reads.filter(({ before, after }) => after.left && leavesNow(before, after)).length;
          expect(said).toBeLessThanOrEqual(legs);
          const { left_at, stages, drivers } = order;
          const isCompletion = stages.at(-1)?.stage === 'completed' && stages.at(-1)?.from === left_at;
          const isDue = left_at !== null && !isCompletion && drivers.length <= MAX_NAMED_DRIVERS;
          expect(said).toBeGreaterThanOrEqual(isDue ? 1 : 0);
        });
      }),
      { numRuns: cases(500) },
    );
  });

  it('the times in a sentence are in order, but for those since when something goes on', () => {
    fc.assert(
      fc.property(arbitraryLives, (events) => {
        each(events, (order) => {
          const parts = summaryWords(order, (time) => `<${time}>`).filter(({ isForeign }) => !isForeign);
          const text = parts.map((part) => part.text).join('');
          const past = text.replace(/; the reports? of [^;]*$/, '').replace(/since <[^>]*>/g, '');
          const times = [...past.matchAll(/<([^>]*Z)>/g)].map(([, time]) => time);
          expect(times).toEqual([...times].sort());
        });
      }),
      { numRuns: cases(500) },
    );
  });

  it('nobody is said to be assigned any more only where a report took the last driver away', () => {
    fc.assert(
      fc.property(arbitraryLives, (events) => {
        each(events, (order, reads) => {
          const isTaken = reads.some(({ after }) => !after.assigned && saysNobody(after.delivery_status));
          expect(isTaken || !summaryText(order, UTC).includes('nobody')).toBe(true);
          expect(summaryText(order, UTC).length).toBeLessThan(LONGEST);
        });
      }),
      { numRuns: cases(200) },
    );
  });
});
