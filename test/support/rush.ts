import type { Moment } from '../screenshots/busy-lunch';

/** A rush as shift leads tell of it: 46 open orders at one counter, eleven drivers before it, and what goes wrong besides. */

export const OPEN_ORDERS = 46;
export const WAITING_DRIVERS = 11;

type Fields = Readonly<Record<string, unknown>>;
type Report = readonly [minutesAgo: number, fields: Fields];

const NAMES = [
  'Amara Osei',
  'Marco Silva',
  'Lena Fischer',
  'Ravi Menon',
  'Noor Haddad',
  'Ines Laurent',
  'Jon Baker',
  'Priya Nair',
  'Sam Whitfield',
  'Elif Kaya',
  'Tomas Novak',
  'Chloe Adeyemi-Rasmussen',
  'Diego Fuentes',
];
const SOURCES = ['doordash', 'uber', 'grubhub', 'ubereats'];

const driven = (number: number): Fields => ({
  driver_details: {
    source: SOURCES[number % SOURCES.length],
    name: NAMES[number % NAMES.length],
    vehicle_info: { make: 'Toyota', model: 'Prius', color: 'Silver', license_plate: `7KLM ${String(200 + number)}` },
    passcode: String(4_000 + number),
  },
});
const robot = (number: number): Fields => ({
  driver_details: {
    source: 'kiwibot',
    name: `Kiwi Robot #${String(number)}`,
    vehicle_info: { make: 'Kiwibot', model: 'K3', color: 'Green', is_autonomous: true },
    passcode: String(9_000 + number),
  },
});

const PREPARING = { status: 'in_progress', delivery_status: 'enroute_to_pickup' };
const UNASSIGNED = { status: 'in_progress', delivery_status: 'pending_driver_confirmation' };
const READY = { status: 'ready_for_pickup', delivery_status: 'enroute_to_pickup' };
const HERE = { delivery_status: 'arrived_at_pickup' };
const LEFT = { status: 'out_for_delivery', delivery_status: 'enroute_to_dropoff' };

/** Stories by how many orders have them. @returns the reports of the order of this number */
const STORIES: readonly (readonly [count: number, reports: (number: number) => readonly Report[]])[] = [
  [
    9,
    (number) => [
      [22, { ...PREPARING, ...driven(number) }],
      [(number % 9) + 0.7, { ...(number % 3 === 0 ? PREPARING : READY), ...HERE }],
    ],
  ],
  [
    2,
    (number) => [
      [20, { ...PREPARING, ...robot(number) }],
      [(number % 3) * 3 + 1.5, { ...READY, ...HERE }],
    ],
  ],
  [
    9,
    (number) => [
      [19, { ...PREPARING, ...driven(number) }],
      [(number % 9) + 0.4, READY],
    ],
  ],
  [14, (number) => [[number % 14, number % 4 === 0 ? UNASSIGNED : { ...PREPARING, ...driven(number) }]]],
  [
    8,
    (number) => [
      [40, { ...PREPARING, ...driven(number) }],
      [(number % 8) * 4 + 3, LEFT],
    ],
  ],
  [
    1,
    (number) => [
      [17, { ...PREPARING, ...driven(number) }],
      [2.5, { ...READY, delivery_status: 'failed_to_pickup' }],
    ],
  ],
  [
    2,
    (number) => [
      [12, UNASSIGNED],
      [(number % 2) + 0.5, { status: 'in_progress', delivery_status: 'failed_to_assign_driver' }],
    ],
  ],
  [
    1,
    (number) => [
      [48, { ...PREPARING, ...driven(number) }],
      [29, LEFT],
      [7, { status: 'out_for_delivery', delivery_status: 'enroute_to_return' }],
    ],
  ],
  // No longer open: canceled, and to be acknowledged; finished.
  [
    2,
    (number) => [
      [15, UNASSIGNED],
      [(number % 2) + 1, { status: 'dsp_canceled' }],
    ],
  ],
  [
    1,
    (number) => [
      [44, { ...PREPARING, ...driven(number) }],
      [21, LEFT],
      [4, { status: 'dsp_canceled' }],
    ],
  ],
  [
    4,
    (number) => [
      [55, { ...PREPARING, ...driven(number) }],
      [(number % 4) + 9, { status: 'completed', delivery_status: 'completed' }],
    ],
  ],
];

/** @returns what Stream told of the rush, oldest first */
export function rushAt(location_id: string): readonly Moment[] {
  let number = 2_030;
  return STORIES.flatMap(([count, reports]) => Array.from({ length: count }, () => ({ number: number++, reports })))
    .flatMap(({ number: one, reports }) =>
      reports(one).map(([minutesAgo, fields]) => ({
        minutesAgo,
        object: { location_id, order_id: `pos_order_${String(one)}`, ...fields },
      })),
    )
    .sort((one, other) => other.minutesAgo - one.minutesAgo);
}
