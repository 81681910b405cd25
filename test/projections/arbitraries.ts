import { createHash } from 'node:crypto';
import { inspect } from 'node:util';
import fc from 'fast-check';
import { readerName } from '../../schemas/files/reader-name';
import type { OrderCanceledObject, OrderUpdatedObject } from '../../schemas/wire/handle-order';
import type { OrderEvent } from '../../schemas/events/order-events';
import { ACKNOWLEDGED, COMPARED, type RailAction } from '../../schemas/events/rail-actions';
import { DELIVERY_STATUSES, STATUSES } from '../../schemas/vocabulary';
import { locationId, orderId } from '../../schemas/order-key';

/** Words that pass the wire contract and that nobody has told us of; `constructor` is one that plain objects know. */
const UNKNOWN_WORDS = ['scheduled', 'teleporting', 'constructor'];

const mostly = (known: Iterable<string>) =>
  fc.oneof(
    { weight: 9, arbitrary: fc.constantFrom(...known) },
    { weight: 1, arbitrary: fc.constantFrom(...UNKNOWN_WORDS) },
  );

/** Any `status`, now and then an unknown one. */
export const arbitraryStatus = mostly(STATUSES.keys());
/** Any `delivery_status`, now and then an unknown one. */
export const arbitraryDeliveryStatus = mostly(DELIVERY_STATUSES.keys());

const nullable = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: null, freq: 9 });
/** Few values, so that drivers meet themselves again, in other spellings too. */
const text = (...values: string[]) => nullable(fc.constantFrom(...values));

/** Fields nobody has told us of, under names that are dangerous to copy as well. */
const arbitraryUnknownFields = fc
  .array(fc.tuple(fc.constantFrom('rating', 'a/b~c', 'constructor', '__proto__', 'toString'), fc.jsonValue()), {
    maxLength: 2,
  })
  .map((entries): Record<string, unknown> => {
    const fields: Record<string, unknown> = {};
    for (const [key, value] of entries) {
      // As JSON.parse does it: an own field whatever its name.
      Object.defineProperty(fields, key, { value, enumerable: true, configurable: true, writable: true });
    }
    return fields;
  });

const withUnknownFields = <T extends object>(known: fc.Arbitrary<T>): fc.Arbitrary<T & Record<string, unknown>> =>
  fc.oneof(
    { weight: 4, arbitrary: known },
    {
      weight: 1,
      arbitrary: fc
        .tuple(known, arbitraryUnknownFields)
        .map(([fields, unknown]) => Object.defineProperties(fields, Object.getOwnPropertyDescriptors(unknown))),
    },
  ) as fc.Arbitrary<T & Record<string, unknown>>;

/** Any `driver_details` that pass the wire contract. */
export const arbitraryDriverDetails = withUnknownFields(
  fc.record(
    {
      source: text('uber', 'Uber ', 'doordash'),
      name: text('Jane Driver', ' JANE DRIVER', 'John Driver', ''),
      phone: nullable(
        withUnknownFields(fc.record({ number: text('+1555', '+1666'), code: text('12', '34') }, { requiredKeys: [] })),
      ),
      picture_url: text('https://example.com/jane.jpg'),
      vehicle_info: nullable(
        withUnknownFields(
          fc.record(
            {
              make: text('Honda', 'Kiwibot'),
              model: text('Civic', 'K3'),
              color: text('Blue'),
              license_plate: text('ABC1234', 'XYZ9'),
              is_autonomous: nullable(fc.boolean()),
            },
            { requiredKeys: [] },
          ),
        ),
      ),
      handoff_instructions: text('Meet driver at front entrance'),
      passcode: text('1111', '2222', ''),
    },
    { requiredKeys: [] },
  ),
);

const arbitraryLocationId = fc.constantFrom('pos_location_456', 'pos/location 789').map(locationId);
const arbitraryOrderId = fc.constantFrom('pos_order_123', 'pos:order:124').map(orderId);

/** Any `object` of `order.updated` that passes the wire contract; spread it to give it other ids. */
export const arbitraryOrderUpdatedObject: fc.Arbitrary<OrderUpdatedObject> = withUnknownFields(
  fc.record(
    {
      location_id: arbitraryLocationId,
      order_id: arbitraryOrderId,
      status: arbitraryStatus,
      delivery_status: nullable(arbitraryDeliveryStatus),
      driver_details: nullable(arbitraryDriverDetails),
    },
    { requiredKeys: ['location_id', 'order_id', 'status'] },
  ),
);

/** Any `object` of `order.canceled` that passes the wire contract; spread it to give it other ids. */
export const arbitraryOrderCanceledObject: fc.Arbitrary<OrderCanceledObject> = withUnknownFields(
  fc.record({
    location_id: arbitraryLocationId,
    provider_id: arbitraryOrderId,
  }),
);

const anything = fc.anything({
  withBigInt: true,
  withDate: true,
  withMap: true,
  withNullPrototype: true,
  withSparseArray: true,
  withTypedArray: true,
});

/** Data that never passed the wire contract: an old or foreign event. */
export const arbitraryGarbage: fc.Arbitrary<Record<string, unknown>> = fc.record(
  {
    status: fc.oneof(anything, arbitraryStatus),
    delivery_status: fc.oneof(anything, arbitraryDeliveryStatus),
    driver_details: fc.oneof(
      anything,
      fc.dictionary(fc.constantFrom('source', 'name', 'phone', 'vehicle_info', 'passcode', '__proto__', 'x'), anything),
      // Known fields of another type than documented.
      fc.record(
        {
          name: fc.oneof(fc.boolean(), fc.integer(), fc.constant('7')),
          phone: fc.oneof(fc.constant('+1555'), fc.integer(), fc.record({ number: anything, code: fc.integer() })),
          vehicle_info: fc.record({ is_autonomous: anything, license_plate: fc.oneof(fc.integer(), anything) }),
          passcode: fc.oneof(fc.integer(), fc.constant('1111'), anything),
        },
        { requiredKeys: [] },
      ),
    ),
  },
  { requiredKeys: [] },
);

const arbitraryFact: fc.Arbitrary<Fact> = fc.oneof(
  { weight: 20, arbitrary: arbitraryOrderUpdatedObject.map((data) => ({ type: 'order.updated' as const, data })) },
  { weight: 1, arbitrary: arbitraryOrderCanceledObject.map((data) => ({ type: 'order.canceled' as const, data })) },
  { weight: 3, arbitrary: arbitraryGarbage.map((data) => ({ type: 'order.updated' as const, data })) },
  { weight: 1, arbitrary: arbitraryGarbage.map((data) => ({ type: 'order.canceled' as const, data })) },
);

/** When the event with this revision came, in the scenarios of these tests. */
export const receivedAt = (revision: number): string => new Date(Date.UTC(2026, 10, 21, 18, 0, revision)).toISOString();

type Fact = Pick<OrderEvent, 'type' | 'data'>;

/** Equal for equal facts, even for those that no JSON can say. */
const contentHashOf = ({ type, data }: Fact): string =>
  createHash('sha256')
    .update(inspect([type, data], { sorted: true, depth: null }))
    .digest('hex');

/** The facts as the events of one order, a second apart if nothing else is said. */
export const asEvents = (facts: readonly Fact[], timeOf: (revision: number) => string = receivedAt): OrderEvent[] =>
  facts.map((fact, revision) => ({
    ...fact,
    revision,
    receivedAt: timeOf(revision),
    contentHash: contentHashOf(fact),
  }));

/** Seconds between two events: mostly few, now and then hours or days, and now and then the clock goes back. */
const arbitrarySeconds = fc.oneof(
  { weight: 12, arbitrary: fc.integer({ min: 0, max: 600 }) },
  { weight: 2, arbitrary: fc.constantFrom(21_599, 21_600, 86_400) },
  { weight: 1, arbitrary: fc.constantFrom(-86_400, -1) },
);

/**
 * Any life of one order number: known and unknown words, reports that come again, drivers who change, cancellations,
 * garbage, and orders that begin anew.
 */
export const arbitraryEvents: fc.Arbitrary<OrderEvent[]> = fc
  .array(fc.tuple(arbitraryFact, arbitrarySeconds, fc.option(fc.nat(9), { freq: 4 })), { minLength: 1, maxLength: 15 })
  .map((steps) => {
    let seconds = 0;
    const times = steps.map(([, later]) => receivedAt((seconds += later)));
    // What was reported some events before comes again.
    const facts = steps.map(([fact, , back], index) => (back === null ? fact : (steps[index - back]?.[0] ?? fact)));
    return asEvents(facts, (revision) => times[revision] ?? '');
  });

const arbitraryRevision = fc.nat(20);
const arbitraryPressed = fc.record({
  by: fc.constantFrom(readerName('counter 1'), readerName('counter 2'), null),
  at: fc.nat(3_600).map((seconds) => receivedAt(seconds)),
  seen_revision: arbitraryRevision,
});

/** Any actions, each with a place among other events. */
export const arbitraryActions: fc.Arbitrary<readonly (readonly [place: number, action: RailAction])[]> = fc.array(
  fc.tuple(
    fc.nat(100),
    fc.oneof(
      fc
        .tuple(arbitraryPressed, fc.subarray([...COMPARED]), fc.option(arbitraryRevision))
        .map(([pressed, compared, driver_revision]): RailAction => {
          return { type: 'rail.handed_over', data: { ...pressed, compared, driver_revision } };
        }),
      fc
        .tuple(arbitraryPressed, fc.constantFrom(...ACKNOWLEDGED), fc.option(arbitraryRevision))
        .map(([pressed, what, driver_revision]): RailAction => {
          return { type: 'rail.acknowledged', data: { ...pressed, what, driver_revision } };
        }),
      fc.tuple(arbitraryPressed, arbitraryRevision).map(([pressed, undone_revision]): RailAction => {
        return { type: 'rail.undone', data: { ...pressed, undone_revision } };
      }),
    ),
  ),
  { maxLength: 6 },
);
