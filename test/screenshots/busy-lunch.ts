/** What Stream told, and how long ago. */
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

const HARBOUR = 'Harbour Street';
const STATION = 'Station Square';

/** Two locations at noon: several platforms, a robot, a changed driver, a cancellation, and food on its way back. */
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
  ...story(HARBOUR, 'HS-2042', [22, { ...PREPARING, ...driver('uber', 'Noor Haddad') }], [6, READY]),
  ...story(
    HARBOUR,
    'HS-2043',
    [20, UNASSIGNED],
    [3, { ...READY, delivery_status: 'enroute_to_pickup', ...driver('ubereats', 'Ines Laurent') }],
  ),
  ...story(HARBOUR, 'HS-2044', [19, { status: 'in_progress' }], [2, READY]),
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
];
