import { type DeliveryObject, JANE, JOHN, says } from '../projections/scenario';
import { sentence } from './sentence';

const COMING = 'enroute_to_pickup';
const HERE = 'arrived_at_pickup';
const AWAY = 'enroute_to_dropoff';

describe('what the sentence about an order does not claim', () => {
  it.each([
    [
      'A driver without a name was here 18:00:00 to 18:00:01, then Uber gave the order to Jane Driver, who has not been reported here.',
      [says('in_progress', HERE), says('in_progress', COMING, JANE)],
    ],
    [
      'A driver without a name was here 18:00:00 to 18:00:01 and did not get the food, then Uber gave the order to Jane Driver at 18:00:02, who left with it.',
      [says('in_progress', HERE), says('in_progress', 'failed_to_pickup'), says('in_progress', AWAY, JANE)],
    ],
    [
      'Jane Driver was here 18:00:00 to 18:00:02 and left with the order.',
      [says('in_progress', HERE), says('in_progress', HERE, JANE), says('out_for_delivery', AWAY)],
    ],
    [
      'A driver without a name was here 18:00:00 to 18:00:01.',
      [says('in_progress', HERE), says('in_progress', COMING)],
    ],
    [
      'Jane Driver was never reported here, then a driver without a name was here 18:00:02 to 18:00:03, then nobody was assigned any more.',
      [
        says('in_progress', COMING, JANE),
        says('in_progress', 'pending'),
        says('in_progress', HERE),
        says('ready_for_pickup', 'pending'),
      ],
    ],
    [
      'A driver without a name was here 18:00:00 to 18:00:01 and did not get the food; the order left at 18:00:02.',
      [says('in_progress', HERE), says('in_progress', 'failed_to_pickup'), says('in_progress', AWAY)],
    ],
    [
      'A driver without a name was here 18:00:00 to 18:00:01 and did not get the food and was here again 18:00:02 to 18:00:03, then Uber gave the order to Jane Driver, who has been here since 18:00:03.',
      [
        says('in_progress', HERE),
        says('in_progress', 'failed_to_pickup'),
        says('ready_for_pickup', HERE),
        says('ready_for_pickup', HERE, JANE),
      ],
    ],
  ] as const)('nobody is said to have been here for somebody else: %s', (words, deliveries) => {
    expect(sentence(...deliveries)).toBe(words);
  });

  it.each([
    [
      'Jane Driver was here 18:00:01 to 18:00:02, then DoorDash gave the order to John Driver, who was never reported here, then Uber gave the order to Jane Driver at 18:00:03, who has been here since 18:00:03; the report of 18:00:03 may be an old one, sent again or late.',
      [
        says('in_progress', COMING, JANE),
        says('in_progress', HERE, JANE),
        says('in_progress', COMING, JOHN),
        says('in_progress', HERE, JANE),
      ],
    ],
    [
      'Jane Driver was here 18:00:00 to 18:00:01, then a driver without a name was here 18:00:02 to 18:00:03, then Uber gave the order to Jane Driver, who has been here since 18:00:03; the report of 18:00:03 may be an old one, sent again or late.',
      [
        says('in_progress', HERE, JANE),
        says('in_progress', 'pending'),
        says('ready_for_pickup', HERE),
        says('in_progress', HERE, JANE),
      ],
    ],
    [
      'Jane Driver was here 18:00:00 to 18:00:01 and 18:00:02 to 18:00:03; the reports of 18:00:02 and 18:00:03 may be old ones, sent again or late.',
      [
        says('in_progress', HERE, JANE),
        says('in_progress', COMING, JANE),
        says('in_progress', HERE, JANE),
        says('in_progress', COMING, JANE),
      ],
    ],
    [
      'Jane Driver has not been reported here; the order left at 18:00:00; the report of 18:00:01 may be an old one, sent again or late.',
      [says('out_for_delivery'), says('in_progress', COMING, JANE)],
    ],
    [
      'Jane Driver left with the order at 18:00:01, then DoorDash gave the order to John Driver at 18:00:02, who left with it at 18:00:03; the report of 18:00:03 may be an old one, sent again or late.',
      [
        says('in_progress', COMING, JANE),
        says('out_for_delivery', AWAY),
        says('in_progress', COMING, JOHN),
        says('out_for_delivery', AWAY),
      ],
    ],
  ] as const)('what an old report may have brought is said with that caveat: %s', (words, deliveries) => {
    expect(sentence(...deliveries)).toBe(words);
  });
});

describe('how the sentence says that the food left, and that an order ended', () => {
  const here = says('in_progress', HERE);
  it.each([
    ...['enroute_to_return', 'failed_to_deliver'].map(
      (then) =>
        [
          `A driver without a name was here 18:00:00 to 18:00:01 and left with the order; the order has ${then === 'enroute_to_return' ? 'been coming back' : 'needed action'} since 18:00:02.`,
          [here, says('in_progress', AWAY), says('in_progress', then)],
        ] as const,
    ),
    [
      'A driver without a name was here 18:00:00 to 18:00:01 and did not get the food; the order has needed action since 18:00:01.',
      [here, says('in_progress', 'failed_to_pickup')],
    ],
    [
      'Jane Driver left with the order at 18:00:00; the order was completed at 18:00:01.',
      [says('out_for_delivery'), says('completed', 'completed'), says('completed', undefined, JANE)],
    ],
    [
      'A driver without a name was here 18:00:00 to 18:00:01 and left with the order; the order was completed at 18:00:01, then a report named Jane Driver at 18:00:02.',
      [here, says('completed', 'completed'), says('completed', undefined, JANE)],
    ],
    [
      'Jane Driver was never reported here, then nobody was assigned any more at 18:00:01; the order left at 18:00:02.',
      [says('in_progress', COMING, JANE), says('in_progress', 'pending'), says('in_progress', AWAY)],
    ],
    [
      'Jane Driver left with the order at 18:00:00, then nobody was assigned any more at 18:00:01; the order left at 18:00:02 and was canceled at 18:00:03.',
      [
        says('in_progress', AWAY, JANE),
        says('in_progress', 'pending'),
        says('out_for_delivery', AWAY),
        says('dsp_canceled'),
      ],
    ],
    [
      'A driver without a name was here 18:00:00 to 18:00:01; the order left at 18:00:02, then DoorDash gave the order to John Driver at 18:00:03, who has not been reported here.',
      [here, says('in_progress', COMING), says('in_progress', AWAY), says('in_progress', AWAY, JOHN)],
    ],
    [
      'No driver was reported; the order left at 18:00:00 and has needed action since 18:00:01.',
      [says('out_for_delivery'), says('out_for_delivery', 'failed_to_deliver')],
    ],
    [
      'No driver was reported; the order left at 18:00:00.',
      [says('out_for_delivery'), says('out_for_delivery', 'failed_to_deliver'), says('out_for_delivery', AWAY)],
    ],
    [
      'Jane Driver was never reported here, then the canceled order was reopened: DoorDash gave it to John Driver at 18:00:02, who left with it at 18:00:03; the order was completed at 18:00:03.',
      [
        says('in_progress', COMING, JANE),
        says('merchant_canceled'),
        says('in_progress', COMING, JOHN),
        says('completed', 'completed'),
      ],
    ],
    [
      'Jane Driver was never reported here; the order was canceled at 18:00:01 and was completed at 18:00:02.',
      [says('in_progress', COMING, JANE), says('merchant_canceled'), says('completed')],
    ],
    [
      'Jane Driver was never reported here, then DoorDash gave the order to John Driver at 18:00:01; the order was canceled at 18:00:01; John Driver left with it at 18:00:02; the report of 18:00:02 may be an old one, sent again or late.',
      [says('in_progress', COMING, JANE), says('merchant_canceled', COMING, JOHN), says('in_progress', AWAY)],
    ],
    [
      'The order was completed at 18:00:00; Jane Driver left with it at 18:00:01.',
      [says('completed'), says('completed', AWAY, JANE)],
    ],
  ] as readonly (readonly [string, readonly DeliveryObject[]])[])('%s', (words, deliveries) => {
    expect(sentence(...deliveries)).toBe(words);
  });
});
