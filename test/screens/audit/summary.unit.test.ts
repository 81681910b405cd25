import fc from 'fast-check';
import { nothingSummed, summarize } from '../../../projections/history/summary';
import { offsetsOfZone, timeWordsBy } from '../../../schemas/local-time';
import { MAX_SUMMARY_VISITS, type OrderSummary } from '../../../schemas/api/order-summary';
import {
  BAR_WIDTH,
  barOf,
  MOST_LISTED,
  stageSpanWords,
  turnWords,
  visitWords,
  type Written,
} from '../../../services/screens/browser/audit/model/summary';
import { cases } from '../../support/depth';
import { arbitraryEvents } from '../../projections/arbitraries';
import { type DeliveryObject, eventsOf, JANE, JOHN, KEY, says } from '../../projections/scenario';

const SINCE = '2026-11-21T18:00:00.000Z';
const by = (since: string): Written => ({ timeWords: timeWordsBy(offsetsOfZone('Asia/Tokyo')), since });
const summaryOf = (events: ReturnType<typeof eventsOf>): OrderSummary => {
  const order = events.reduce((before, event) => summarize(KEY, before, event), nothingSummed).orders.at(-1);
  if (order === undefined) throw new Error('a summary needs an event');
  return order;
};

describe('the bar of stages', () => {
  it('the bar shows stages to scale, and the shortest so that it is seen', () => {
    const time = (minutes: number): string => new Date(Date.parse(SINCE) + minutes * 60_000).toISOString();
    const segments = barOf({
      stages: [
        { stage: 'preparing', from: time(0), to: time(30) },
        { stage: 'driver_here', from: time(30), to: time(30.01) },
        { stage: 'on_the_way', from: time(30.01), to: null },
      ],
      updated_at: time(45.01),
    });
    const [kitchen, here, road] = segments.map(({ width }) => width);
    expect(here).toBeGreaterThanOrEqual(12);
    expect((kitchen ?? 0) / (road ?? 1)).toBeCloseTo(2, 1);
  });

  it('the bar is full and without gaps for any life of an order, and has no more stages than are listed', () => {
    fc.assert(
      fc.property(arbitraryEvents, (events) => {
        const segments = barOf(summaryOf(events));
        let x = 0;
        for (const segment of segments) {
          expect(segment.x).toBeCloseTo(x, 6);
          expect(segment.width).toBeGreaterThan(0);
          x += segment.width;
        }
        expect(x).toBeCloseTo(BAR_WIDTH, 6);
      }),
      { numRuns: cases(200) },
    );
    const many = Array.from({ length: 2 * MOST_LISTED }, (_, n) =>
      says(n % 2 === 0 ? 'in_progress' : 'ready_for_pickup'),
    );
    expect(barOf(summaryOf(eventsOf(...many)))).toHaveLength(MOST_LISTED);
  });
});

describe('the words of stages and drivers', () => {
  it('a stage that ends an order is at a time, one that goes on since a time, and another from one to another', () => {
    const { stages, first_received_at } = summaryOf(eventsOf(says('in_progress'), says('completed')));
    expect(stages.map((span) => stageSpanWords(span, by(first_received_at)).took)).toEqual(['1 s', null]);
    const [kitchen, done] = stages.map((span) => stageSpanWords(span, by(first_received_at)).words);
    expect(kitchen).toMatch(/^\d\d:\d\d:00 to \d\d:\d\d:01$/);
    expect(done).toMatch(/^at \d\d:\d\d:01$/);
    const [open] = summaryOf(eventsOf(says('in_progress'))).stages;
    expect(open && stageSpanWords(open, by(SINCE)).words).toMatch(/^since /);
  });

  it('a driver has words for each visit, and for how it ended', () => {
    const { drivers, first_received_at } = summaryOf(
      eventsOf(
        says('in_progress', 'arrived_at_pickup', JANE),
        says('in_progress', 'failed_to_pickup', JANE),
        says('in_progress', 'enroute_to_pickup', JOHN),
        says('out_for_delivery', 'enroute_to_dropoff', JOHN),
      ),
    );
    const said = drivers.map((turn) =>
      turnWords(turn, by(first_received_at)).map((words) => words.replace(/\d\d:\d\d:/g, ':')),
    );
    expect(said).toEqual([
      [
        'The order’s driver :00 to :02',
        'Here :00 to :01, for 1 s',
        'Did not get the food, as reported at :01',
        'Not reported to have left with the order',
      ],
      ['The order’s driver since :02', 'Not reported here', 'Left with the order at :03'],
    ]);
  });

  it('a driver has words for how it began, for an old report, and for visits that were left out', () => {
    const linesOf = (...deliveries: readonly DeliveryObject[]): readonly (readonly string[])[] => {
      const { drivers, first_received_at } = summaryOf(eventsOf(...deliveries));
      return drivers.map((turn) =>
        turnWords(turn, by(first_received_at)).map((words) => words.replace(/\d\d:\d\d:/g, ':')),
      );
    };
    const here = says('in_progress', 'arrived_at_pickup', JANE);
    expect(
      linesOf(
        here,
        says('merchant_canceled'),
        says('in_progress', 'enroute_to_pickup', JOHN),
        here,
        says('completed'),
        says('completed', undefined, JOHN),
      ),
    ).toEqual([
      ['The order’s driver :00 to :01', 'Here :00 to :01, for 1 s', 'Not reported to have left with the order'],
      [
        'The order’s driver :02 to :03, with whom the canceled order was reopened',
        'Not reported here',
        'Not reported to have left with the order',
        'But the report of :03 may be an old one, sent again or late',
      ],
      [
        'The order’s driver :03 to :04',
        'Here :03 to :04, for 1 s',
        'Not reported to have left with the order',
        'But the report of :03 may be an old one, sent again or late',
      ],
      ['Named at :05, after the order had ended', 'Not reported here', 'Not reported to have left with the order'],
    ]);
    const visits = Array.from({ length: MAX_SUMMARY_VISITS + 7 }, () => [here, says('in_progress', 'pending', JANE)]);
    const [lines = []] = linesOf(...visits.flat());
    expect(lines.filter((line) => line.startsWith('Here '))).toHaveLength(MAX_SUMMARY_VISITS);
    expect(lines[1 + MAX_SUMMARY_VISITS / 2]).toBe('And 7 more visits between');
  });

  it('how long a time took is what the two times beside it say', () => {
    const visit = { from: '2026-11-21T09:00:00.900Z', to: '2026-11-21T09:14:25.100Z' };
    expect(visitWords(visit, by(visit.from))).toEqual({ words: '18:00:00 to 18:14:25', took: '14 min 25 s' });
  });

  it('a visit since no known time has no length', () => {
    expect(visitWords({ from: 'yesterday', to: SINCE }, by(SINCE)).took).toBeNull();
  });
});
