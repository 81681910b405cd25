import type { OrderEvent } from '../../schemas/events/order-events';
import { REMEMBERED_REPORTS } from '../../projections/order/reports';
import { eventsOf, fold, JANE, JOHN, orderAfter, readingOfLast, says } from './scenario';

const ANN = says('in_progress', 'enroute_to_pickup', { ...JANE, passcode: '1111' });
const BOB = says('ready_for_pickup', 'enroute_to_pickup', { ...JOHN, passcode: '2222' });
const BOB_HERE = says('ready_for_pickup', 'arrived_at_pickup', { ...JOHN, passcode: '2222' });

/** Revisions of the reports that are remembered. */
const rememberedBy = (events: readonly OrderEvent[]): number[] =>
  [...fold(events).reports.matchAll(/,[0-9a-f]{12}\.([0-9a-z]+)\./g)].map(([, revision = '']) =>
    parseInt(revision, 36),
  );

describe('a report that came before', () => {
  it('a report that came before is followed, and says which one it equals', () => {
    const events = eventsOf(ANN, BOB, BOB_HERE, ANN);
    const same = { revision: 0, received_at: events[0]?.receivedAt };
    expect(orderAfter(events)).toMatchObject({
      driver_details: { name: JANE.name, passcode: '1111' },
      stage: 'preparing',
      attention: ['driver_changed', 'may_be_a_repeat'],
      same_report_as: same,
    });
    expect(readingOfLast(events)).toMatchObject({ verdict: 'came_before', same_report_as: same });
  });

  it('a report is the same whatever the order of its keys, which its content hash does not see', () => {
    const [first, second, third] = eventsOf(ANN, BOB, ANN);
    if (first === undefined || second === undefined || third === undefined) throw new Error('three deliveries');
    const turned = { ...third, data: Object.fromEntries(Object.entries(third.data).toReversed()) };
    expect(readingOfLast([first, second, turned]).verdict).toBe('came_before');
  });

  it('a report that came before is distinguished from its first, however often it came', () => {
    const events = eventsOf(ANN, BOB, ANN, BOB, ANN);
    expect(events.map((_, index) => orderAfter(events.slice(0, index + 1)).same_report_as?.revision)).toEqual([
      undefined,
      undefined,
      0,
      1,
      0,
    ]);
    expect(rememberedBy(events)).toEqual([1, 0]);
  });

  it('the newest report once more changes nothing: neither is it shown as one that came before, nor does it end that', () => {
    expect(orderAfter(eventsOf(ANN, ANN)).same_report_as).toBeNull();
    expect(orderAfter(eventsOf(ANN, BOB, ANN, ANN)).same_report_as).toMatchObject({ revision: 0 });
    expect(orderAfter(eventsOf(ANN, BOB, BOB)).same_report_as).toBeNull();
  });

  it('other news end that an order may show a repeat', () => {
    expect(orderAfter(eventsOf(ANN, BOB, ANN, BOB_HERE))).toMatchObject({ same_report_as: null });
    expect(orderAfter(eventsOf(ANN, BOB, ANN, 'order.canceled')).same_report_as).toBeNull();
  });

  it('an event without a content hash, or a time, equals none', () => {
    const without = (event: OrderEvent): OrderEvent => ({ ...event, contentHash: null });
    expect(orderAfter(eventsOf(ANN, BOB, ANN).map(without)).attention).not.toContain('may_be_a_repeat');
    const odd = eventsOf(ANN, BOB, ANN).map((event) => ({ ...event, contentHash: 'a.b,c' }));
    expect(orderAfter(odd).attention).not.toContain('may_be_a_repeat');
    const timeless = eventsOf(ANN, BOB, ANN).map((event) => ({ ...event, receivedAt: 'once' }));
    expect(orderAfter(timeless).attention).not.toContain('may_be_a_repeat');
  });

  it(`an order remembers its newest ${String(REMEMBERED_REPORTS)} reports, and its state stays small`, () => {
    const many = eventsOf(...Array.from({ length: 500 }, (_, n) => says('in_progress', `word_${String(n)}`)));
    expect(rememberedBy(many)).toEqual(
      Array.from({ length: REMEMBERED_REPORTS }, (_, n) => 500 - REMEMBERED_REPORTS + n),
    );
    expect(fold(many).reports.length).toBeLessThan(REMEMBERED_REPORTS * 30);
  });
});
