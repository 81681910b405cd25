import type { LabelChange } from '../../schemas/label';

/** What Stream sent, and how long ago. */
export interface Moment {
  readonly minutesAgo: number;
  readonly object: Readonly<Record<string, unknown>>;
}

type Fields = Readonly<Record<string, unknown>>;

const PREPARING = { status: 'in_progress', delivery_status: 'enroute_to_pickup' };
const UNASSIGNED = { status: 'in_progress', delivery_status: 'pending_driver_confirmation' };
const READY = { status: 'ready_for_pickup' };
const ARRIVED = { status: 'ready_for_pickup', delivery_status: 'arrived_at_pickup' };
const ON_THE_WAY = { status: 'out_for_delivery', delivery_status: 'enroute_to_dropoff' };
const DONE = { status: 'completed', delivery_status: 'completed' };

const driver = (source: string, name: string, more: Fields = {}): Fields => ({
  driver_details: { source, name, ...more },
});
const amara = driver('doordash', 'Amara Osei', {
  phone: { number: '+15555550142', code: '318' },
  picture_url: 'https://drivers.example/amara.svg',
  vehicle_info: { make: 'Toyota', model: 'Prius', color: 'Silver', license_plate: '7KLM 294' },
  handoff_instructions: 'Meet at the side door on Mill Lane. Two bags, drinks apart.',
  passcode: '4827',
});
const robot = driver('kiwibot', 'Kiwi Robot #42', {
  vehicle_info: { make: 'Kiwibot', model: 'K3', color: 'Green', is_autonomous: true },
  passcode: '9876',
});

/** An order's story: each `[minutes ago, fields]`. */
const story = (location_id: string, order_id: string, ...reports: readonly (readonly [number, Fields])[]): Moment[] =>
  reports.map(([minutesAgo, fields]) => ({ minutesAgo, object: { location_id, order_id, ...fields } }));

/** One driver who takes two orders along. */
const noor = driver('uber', 'Noor Haddad', {
  phone: { number: '+15555550177' },
  vehicle_info: { make: 'Honda', model: 'Fit', color: 'Blue', license_plate: '8TRC 551' },
});

export const HARBOUR = 'Harbour Street';
export const STATION = 'Station Square';

/** Some locations at noon, two of them busy: several platforms, a robot, a changed driver, a cancellation, and food on its way back. */
export const BUSY_LUNCH: readonly Moment[] = [
  ...story(HARBOUR, 'HS-2031', [52, PREPARING], [34, ON_THE_WAY], [9, DONE]),
  ...story(HARBOUR, 'HS-2032', [49, PREPARING], [30, ON_THE_WAY], [4, DONE]),
  ...story(
    HARBOUR,
    'HS-2033',
    [48, { ...PREPARING, ...driver('grubhub', 'Ravi Menon') }],
    [29, ON_THE_WAY],
    [7, { status: 'out_for_delivery', delivery_status: 'enroute_to_return' }],
  ),
  ...story(HARBOUR, 'HS-2034', [39, { ...PREPARING, ...driver('uber', 'Lena Fischer') }], [22, ON_THE_WAY]),
  ...story(HARBOUR, 'HS-2036', [35, { ...PREPARING, ...driver('doordash', 'Marco Silva') }], [13, ON_THE_WAY]),
  ...story(HARBOUR, 'HS-2037', [33, { ...PREPARING, ...robot }], [6, ON_THE_WAY]),
  ...story(HARBOUR, 'HS-2041', [24, { ...PREPARING, ...amara }], [5, READY], [1.2, ARRIVED]),
  ...story(HARBOUR, 'HS-2042', [22, { ...PREPARING, ...noor }], [6, READY]),
  ...story(
    HARBOUR,
    'HS-2043',
    [20, UNASSIGNED],
    [3, { ...READY, delivery_status: 'enroute_to_pickup', ...driver('ubereats', 'Ines Laurent') }],
  ),
  ...story(HARBOUR, 'HS-2044', [19, { ...PREPARING, ...noor }], [2, READY]),
  ...story(
    HARBOUR,
    'HS-2045',
    [17, UNASSIGNED],
    [1.5, { delivery_status: 'failed_to_assign_driver', status: 'in_progress' }],
  ),
  ...story(
    HARBOUR,
    'HS-2046',
    [12, { ...PREPARING, ...driver('doordash', 'Jon Baker') }],
    [3, { ...PREPARING, ...driver('doordash', 'Priya Nair') }],
  ),
  ...story(HARBOUR, 'HS-2047', [8, { ...PREPARING, ...robot }]),
  ...story(HARBOUR, 'HS-2048', [6, { ...PREPARING, ...driver('grubhub', 'Sam Whitfield') }]),
  ...story(HARBOUR, 'HS-2049', [5, UNASSIGNED], [2.5, { status: 'dsp_canceled' }]),
  ...story(HARBOUR, 'HS-2050', [2, UNASSIGNED]),
  ...story(
    STATION,
    'SQ-0816',
    [41, UNASSIGNED],
    [33, { ...PREPARING, ...driver('uber', 'Elif Kaya', { vehicle_info: { license_plate: '4RTZ 118' } }) }],
    [25, { ...PREPARING, ...driver('uber', 'Tomas Novak', { vehicle_info: { license_plate: '9KDM 402' } }) }],
    [18, ARRIVED],
    [14, ON_THE_WAY],
    [11, ARRIVED],
    [2, DONE],
  ),
  ...story(STATION, 'SQ-0817', [14, PREPARING], [3, READY]),
  ...story(STATION, 'SQ-0818', [9, PREPARING]),
  ...story('Mill Lane', 'ML-1190', [16, PREPARING], [11, ARRIVED]),
  ...story('Mill Lane', 'ML-1191', [12, PREPARING], [4, READY]),
  ...story('Mill Lane', 'ML-1192', [3, PREPARING]),
  ...story('Old Town', 'OT-0412', [8, PREPARING], [1, READY]),
  ...story('Old Town', 'OT-0413', [5, UNASSIGNED]),
  ...story('Riverside', 'RS-3301', [21, PREPARING], [6, ON_THE_WAY]),
  ...story('Riverside', 'RS-3302', [7, UNASSIGNED], [2, { status: 'dsp_canceled' }]),
];

/** What drivers say of an order of Harbour Street at the counter, as a POS or a relayed order gives it. */
export const LABELS: readonly (readonly [order: string, label: LabelChange])[] = [
  ['HS-2033', { number: 'G-7714', source: 'grubhub', name: 'Ben A.', items: 2 }],
  ['HS-2034', { number: '5D0C', source: 'uber', name: 'Chloe M.', items: 1 }],
  ['HS-2036', { number: '2F88', source: 'doordash', name: 'Omar K.', items: 4 }],
  ['HS-2037', { number: 'K-301', source: 'kiwibot', name: 'Ida P.', items: 2 }],
  ['HS-2041', { number: 'A1B2', source: 'doordash', name: 'Maria G.', items: 3 }],
  ['HS-2042', { number: '91F3', source: 'uber', name: 'Leo T.', items: 2 }],
  ['HS-2043', { number: '4E7A', source: 'ubereats', name: 'Hana S.', items: 1 }],
  ['HS-2044', { number: 'C26D', source: 'uber', name: 'Paul R.', items: 5 }],
  ['HS-2045', { number: '7B30', source: 'doordash', name: 'Amy L.', items: 2 }],
  ['HS-2046', { number: 'D4E9', source: 'doordash', name: 'Victor N.', items: 3 }],
  ['HS-2047', { number: 'K-302', source: 'kiwibot', name: 'Jae W.', items: 1 }],
  ['HS-2048', { number: 'G-7720', source: 'grubhub', name: 'Rosa F.', items: 2 }],
  ['HS-2049', { number: '3A55', source: 'ubereats', name: 'Tim B.', items: 2 }],
  ['HS-2050', { number: 'E818', source: 'doordash', name: 'Nina C.', items: 4 }],
];
