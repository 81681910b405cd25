import type { Done, Reported } from './recorded-order';

/** Orders as they are disputed, from one driver to a long quarrel. */

const driver = (name: string, source: string, license_plate: string, phone: string) => ({
  ...{ source, name, passcode: '4711' },
  phone: { number: phone },
  vehicle_info: { make: 'Toyota', model: 'Prius', color: 'Silver', license_plate },
});
const OMAR = driver('Omar Haddad', 'uber', '4RTZ 118', '+15550104711');
const ANN = driver('Ann Lee', 'uber', '9KDM 402', '+15550104712');
const BEN = driver('Benedict Oyelaran-Whitfield', 'doordash', '7KLM 294', '+15550104713');

const said = (status: string, delivery_status: string, driver_details?: object): Reported => ({
  fields: { status, delivery_status, ...(driver_details === undefined ? {} : { driver_details }) },
});
const BEGUN = said('in_progress', 'pending_driver_confirmation');
const arrives = (who: object): readonly Reported[] => [
  said('in_progress', 'enroute_to_pickup', who),
  said('ready_for_pickup', 'arrived_at_pickup', who),
];
const leaves = (who: object): readonly Reported[] => [
  said('out_for_delivery', 'enroute_to_dropoff', who),
  said('completed', 'completed', who),
];
const HANDED_OVER: Done = { by: 'counter 2', press: { type: 'handed_over', compared: ['passcode', 'plate'] } };
const SEEN: Done = { by: 'counter 2', press: { type: 'acknowledged', what: 'driver_change' } };
const CANCELED: Done = { by: 'counter 2', press: { type: 'acknowledged', what: 'cancel' } };

/** Most events of the longest. */
const LONG = 40;

/** Stories whose first page stands alone on one sheet. */
export const USUAL: Readonly<Record<string, readonly (Reported | Done)[]>> = {
  'one driver': [BEGUN, ...arrives(OMAR), HANDED_OVER, ...leaves(OMAR)],
  'a driver who was replaced': [
    BEGUN,
    ...arrives(OMAR),
    said('ready_for_pickup', 'enroute_to_pickup', ANN),
    ...leaves(ANN),
  ],
  'three drivers, and what people at the counter did': [
    ...[BEGUN, ...arrives(OMAR), said('ready_for_pickup', 'failed_to_pickup', OMAR)],
    ...[...arrives(ANN), SEEN, said('ready_for_pickup', 'enroute_to_pickup', BEN), SEEN],
    ...[said('ready_for_pickup', 'arrived_at_pickup', BEN), HANDED_OVER, ...leaves(BEN)],
  ],
  'a canceled order': [BEGUN, ...arrives(OMAR), said('merchant_canceled', 'merchant_canceled', OMAR), CANCELED],
};

/** One whose first page runs over. */
export const QUARREL: readonly Reported[] = Array.from({ length: LONG / 4 }, (_, turn) => {
  const one = driver(
    `Driver number ${String(turn + 1)}`,
    'uber',
    `PLATE ${String(turn)}`,
    `+1555010${String(4_000 + turn)}`,
  );
  return [
    ...arrives(one),
    said('ready_for_pickup', 'failed_to_pickup', one),
    { fields: { ...said('in_progress', 'pending').fields, note: `${String(turn)} ${'x'.repeat(200)}` } },
  ];
}).flat();
