import type { Step } from '../../schemas/files/scenario';
import { offsetsOfZone, timeWordsBy } from '../../schemas/local-time';
import type { OrderEvent } from '../../schemas/events/order-events';
import { MAX_NAMED_DRIVERS, summaryText, summaryWords } from '../../schemas/language/sentences/summary-words';
import { shippedStories } from '../../services/sandbox/stories/scenario-files';
import { type DeliveryObject, eventsOf, JANE, JOHN, ROBOT, says } from '../projections/scenario';
import { EXAMPLES, parseExample } from '../support/deliveries';
import { ordersOf, sentence, sentenceAbout, UTC } from './sentence';

const OMAR = { source: 'uber', name: 'Omar Haddad' };
const ANN = { source: 'uber', name: 'Ann Lee' };

/** Deliveries of November 2026 and when each came. */
const eventsThen = (...steps: readonly (readonly [time: string, delivery: DeliveryObject])[]): OrderEvent[] =>
  eventsOf(...steps.map(([, delivery]) => delivery)).map((event, index) => ({
    ...event,
    receivedAt: `2026-11-${steps[index]?.[0] ?? ''}.000Z`,
  }));

const DRIVER = { first: JANE, second: JOHN, robot: ROBOT };
const deliveryOf = (step: Step): DeliveryObject =>
  'canceled' in step
    ? 'order.canceled'
    : says(step.status, step.delivery_status, step.driver === undefined ? undefined : DRIVER[step.driver]);

/** What is said of each story of the sandbox, its deliveries a second apart. */
const STORIES: Readonly<Record<string, string>> = {
  'canceled-after-pickup-by-dsp':
    'Jane Driver was here 18:00:03 to 18:00:04 and left with the order; the order was canceled at 18:00:05 and was back here at 18:00:09.',
  'canceled-after-pickup-by-merchant':
    'Jane Driver was here 18:00:03 to 18:00:04 and left with the order; the order was canceled at 18:00:05 and was back here at 18:00:08.',
  'canceled-before-pickup-by-dsp': 'Jane Driver was never reported here; the order was canceled at 18:00:03.',
  'canceled-before-pickup-by-merchant': 'No driver was reported; the order was canceled at 18:00:02.',
  curbside: 'No driver was reported; the order was completed at 18:00:02.',
  'drive-thru-unpaid': 'No driver was reported; the order was completed at 18:00:02.',
  'dsp-with-few-statuses': 'Jane Driver left with the order at 18:00:02; the order was completed at 18:00:03.',
  'failed-delivery': 'Jane Driver was here 18:00:03 to 18:00:04 and left with the order; the order failed at 18:00:06.',
  'failed-delivery-with-return':
    'Jane Driver was here 18:00:03 to 18:00:04 and left with the order; the order was back here at 18:00:09.',
  'failed-pickup':
    'Jane Driver was here 18:00:03 to 18:00:04 and did not get the food, then DoorDash gave the order to John Driver at 18:00:06, who was here 18:00:07 to 18:00:08 and left with it; the order was completed at 18:00:10.',
  'failed-pickup-nobody-else':
    'Jane Driver was here 18:00:03 to 18:00:04 and did not get the food, then nobody was assigned any more at 18:00:05; the order has needed action since 18:00:04.',
  'merchant-managed-delivery':
    'Jane Driver was here 18:00:04 to 18:00:05 and left with the order; the order was completed at 18:00:07.',
  'no-driver-found': 'No driver was reported; the order failed at 18:00:04.',
  pickup: 'No driver was reported; the order was completed at 18:00:02.',
  reassignment:
    'Jane Driver was never reported here, then DoorDash gave the order to John Driver at 18:00:04, who was here 18:00:06 to 18:00:07 and left with it; the order was completed at 18:00:09.',
  robot: 'Kiwi Robot #42 was here 18:00:04 to 18:00:05 and left with the order; the order was completed at 18:00:07.',
  'straight-delivery':
    'Jane Driver was here 18:00:03 to 18:00:05 and left with the order; the order was completed at 18:00:07.',
  'timer-fired-ready-after-leaving':
    'Jane Driver was here 18:00:03 to 18:00:04 and left with the order; the order was completed at 18:00:07.',
};

describe('an order in one sentence', () => {
  it('each story of the sandbox has the sentence that a person would say of it', () => {
    const said = shippedStories().map(({ name, steps }) => [name, sentence(...steps.map(deliveryOf))]);
    expect(Object.fromEntries(said)).toEqual(STORIES);
  });

  it('the sentence about the deliveries in Stream’s documents, taken as one order, says who had it', () => {
    const events = eventsOf(...EXAMPLES.map(({ bytes }) => parseExample(bytes).object as DeliveryObject));
    expect(sentenceAbout(events)).toBe(
      'John Driver left with the order at 18:00:00, then Uber gave the order to Jane Driver at 18:00:02, who was here ' +
        '18:00:03 to 18:00:04 and left with it, then the completed order was reopened: Kiwibot gave it to Kiwi Robot #42 ' +
        'at 18:00:06, who left with it at 18:00:07; the order was canceled at 18:00:08.',
    );
  });

  it('a driver whom another one replaced while the food was not ready was here until then', () => {
    const events = eventsThen(
      ['21T22:05:00', says('in_progress', 'enroute_to_pickup', OMAR)],
      ['21T22:19:25', says('in_progress', 'arrived_at_pickup', OMAR)],
      ['21T22:19:28', says('in_progress', 'enroute_to_pickup', ANN)],
      ['21T22:34:07', says('out_for_delivery', 'enroute_to_dropoff', ANN)],
    );
    expect(sentenceAbout(events)).toBe(
      'Omar Haddad was here 22:19:25 to 22:19:28, then Uber gave the order to Ann Lee, who left with it at 22:34:07.',
    );
    expect(sentenceAbout(events, timeWordsBy(offsetsOfZone('America/New_York')))).toContain('17:19:25 to 17:19:28');
  });

  it('a time of another day than the first report says its day', () => {
    const events = eventsThen(
      ['21T23:59:58', says('in_progress', 'arrived_at_pickup', OMAR)],
      ['22T00:10:00', says('out_for_delivery', 'enroute_to_dropoff')],
    );
    expect(sentenceAbout(events)).toBe('Omar Haddad was here 23:59:58 to 2026-11-22 00:10:00 and left with the order.');
  });

  it.each([
    ['No driver was reported; the order has been in preparation since 18:00:00.', [says('in_progress')]],
    ['No driver was reported; the order has been ready since 18:00:00.', [says('ready_for_pickup')]],
    ['No driver was reported; the order left at 18:00:00.', [says('out_for_delivery')]],
    ['Omar Haddad has not been reported here.', [says('in_progress', 'enroute_to_pickup', OMAR)]],
    ['Omar Haddad has been here since 18:00:00.', [says('in_progress', 'arrived_at_pickup', OMAR)]],
    ['A driver without a name has been here since 18:00:00.', [says('in_progress', 'arrived_at_pickup')]],
    [
      'A driver of Uber without a name has been here since 18:00:00.',
      [says('in_progress', 'arrived_at_pickup', { source: 'uber', phone: { number: '+1' } })],
    ],
    [
      'Omar Haddad was here 18:00:00 to 18:00:01 and again since 18:00:02.',
      [
        says('in_progress', 'arrived_at_pickup', OMAR),
        says('in_progress', 'enroute_to_pickup'),
        says('in_progress', 'arrived_at_pickup'),
      ],
    ],
    [
      'Omar Haddad was never reported here, then Uber gave the order again to Omar Haddad at 18:00:02, who left with it at 18:00:03.',
      [
        says('in_progress', 'enroute_to_pickup', OMAR),
        says('in_progress', 'pending'),
        says('ready_for_pickup', 'enroute_to_pickup', OMAR),
        says('out_for_delivery', 'enroute_to_dropoff'),
      ],
    ],
    [
      'Omar was never reported here, then the order was given to Ann at 18:00:01, who has not been reported here.',
      [says('in_progress', undefined, { name: 'Omar' }), says('in_progress', undefined, { name: 'Ann' })],
    ],
    [
      'Omar Haddad left with the order at 18:00:00; the order has been coming back since 18:00:01.',
      [says('out_for_delivery', 'enroute_to_dropoff', OMAR), says('failed', 'enroute_to_return')],
    ],
  ] as const)('%s', (words, deliveries) => {
    expect(sentence(...deliveries)).toBe(words);
  });

  it('of many drivers, the first ones and the last ones are named', () => {
    const drivers = Array.from({ length: MAX_NAMED_DRIVERS + 4 }, (_, index) =>
      says('in_progress', 'enroute_to_pickup', { name: `Driver ${String(index)}` }),
    );
    const said = sentence(...drivers);
    expect([...said.matchAll(/Driver (\d+)/g)].map(([, number]) => number)).toEqual(['0', '1', '2', '7', '8', '9']);
    expect(said).toContain(', then the driver changed 4 more times, then the order was given to Driver 7 at');
    const few = sentence(...drivers.slice(0, MAX_NAMED_DRIVERS));
    expect(few).toContain('Driver 5');
    expect(few).not.toContain('more times');
  });

  it('what others wrote is marked in the parts of a sentence, which make the whole', () => {
    const name = '\u202Eevil <b>';
    const [order] = ordersOf(eventsOf(says('in_progress', undefined, { name, source: 'x, then' })));
    expect(order).toBeDefined();
    if (order === undefined) return;
    const parts = summaryWords(order, UTC);
    expect(parts.filter(({ isForeign }) => isForeign).map(({ text }) => text)).toEqual([name]);
    expect(parts.map(({ text }) => text).join('')).toBe(summaryText(order, UTC));
  });

  it('what is no time is said as it came', () => {
    const [event, ...others] = eventsOf(says('in_progress', 'arrived_at_pickup', OMAR), says('in_progress', 'pending'));
    expect(event).toBeDefined();
    if (event === undefined) return;
    expect(sentenceAbout([{ ...event, receivedAt: 'yesterday' }, ...others])).toBe(
      'Omar Haddad was here yesterday to 2026-11-21 18:00:01, then nobody was assigned any more.',
    );
  });
});
