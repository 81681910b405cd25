import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { OrderEvent } from '../../schemas/events/order-events';
import type { Order } from '../../schemas/api/order-view';
import { evolve, initial, toOrder } from '../../projections/order/order';
import { interpret } from '../../projections/history/timeline';
import { asEvents } from './arbitraries';
import { after, KEY, type DeliveryObject } from './scenario';

interface Expectation {
  readonly stage?: string;
  readonly driver?: string | null;
  readonly status?: string;
  readonly delivery_status?: string;
  readonly driver_details?: object;
  readonly attention_has?: readonly string[];
  readonly attention_has_not?: readonly string[];
}
interface Vectors {
  readonly cases: readonly {
    readonly name: string;
    readonly steps: readonly (readonly [DeliveryObject, Expectation])[];
  }[];
}

const readJson = (...path: string[]): unknown => JSON.parse(readFileSync(join(__dirname, '..', ...path), 'utf8'));

function seen(order: Order, expected: Expectation): Expectation {
  const view: Expectation = {
    stage: order.stage,
    driver: order.driver_details?.name ?? null,
    ...(order.status === null ? {} : { status: order.status }),
    ...(order.delivery_status === null ? {} : { delivery_status: order.delivery_status }),
    ...(order.driver_details === null ? {} : { driver_details: order.driver_details }),
    attention_has: expected.attention_has?.filter((code) => order.attention.some((has) => has === code)) ?? [],
    attention_has_not: expected.attention_has_not?.filter((code) => !order.attention.some((has) => has === code)) ?? [],
  };
  return Object.fromEntries(Object.entries(view).filter(([key]) => key in expected));
}

describe('the cases of test/cases/stage.json', () => {
  const { cases } = readJson('cases', 'stage.json') as Vectors;
  const known = [
    'stage',
    'driver',
    'status',
    'delivery_status',
    'driver_details',
    'attention_has',
    'attention_has_not',
  ];

  it('the cases of test/cases/stage.json state only expectations that this test checks', () => {
    const keys = cases.flatMap(({ steps }) => steps.flatMap(([, expected]) => Object.keys(expected)));
    expect(keys.filter((key) => !known.includes(key))).toEqual([]);
  });

  it.each(cases.map(({ name, steps }) => [name, steps] as const))(
    'the case "%s" has the expected order after each step',
    (_name, steps) => {
      steps.forEach(([, expected], step) => {
        const order = after(...steps.slice(0, step + 1).map(([delivery]) => delivery));
        expect({ step, ...seen(order, expected) }).toEqual({ step, ...expected });
      });
    },
  );
});

describe("the documents' examples, in sequence", () => {
  const names = readdirSync(join(__dirname, '..', 'examples')).sort();
  const bodies = names.map(
    (name) => readJson('examples', name) as { type: OrderEvent['type']; object: OrderEvent['data'] },
  );
  const events = asEvents(bodies.map(({ type, object }) => ({ type, data: object })));

  const john = {
    source: 'doordash',
    name: 'John Driver',
    phone: { number: '+15555551234', code: '123' },
    vehicle_info: { make: 'Toyota', model: 'Camry', color: 'Silver', license_plate: 'ABC1234' },
  };
  const johnInFull = {
    ...john,
    picture_url: 'https://example.com/driver.jpg',
    vehicle_info: { ...john.vehicle_info, is_autonomous: false },
    handoff_instructions: 'Meet driver at front entrance',
    passcode: '1234',
  };
  const jane = {
    source: 'uber',
    name: 'Jane Driver',
    phone: { number: '+15555555678' },
    vehicle_info: { make: 'Honda', model: 'Civic', color: 'Blue' },
  };
  const robot = {
    source: 'kiwibot',
    name: 'Kiwi Robot #42',
    vehicle_info: { make: 'Kiwibot', model: 'K3', color: 'Green', is_autonomous: true },
    handoff_instructions: "Place order in robot's compartment",
    passcode: '9876',
  };
  const janeWithPasscode = { ...jane, passcode: '5678' };

  const expected = [
    { stage: 'on_the_way', attention: [], driver_details: john, verdict: 'advance' },
    { stage: 'on_the_way', attention: ['out_of_order'], driver_details: johnInFull, verdict: 'out_of_order' },
    { stage: 'preparing', attention: ['driver_changed'], driver_details: jane, verdict: 'driver_changed' },
    {
      stage: 'driver_here',
      attention: ['driver_here', 'driver_changed'],
      driver_details: janeWithPasscode,
      verdict: 'advance',
    },
    { stage: 'on_the_way', attention: [], driver_details: janeWithPasscode, verdict: 'advance' },
    { stage: 'completed', attention: [], driver_details: janeWithPasscode, verdict: 'advance' },
    { stage: 'ready', attention: ['robot', 'driver_changed'], driver_details: robot, verdict: 'reopened' },
    { stage: 'failed', attention: ['delivery_failed'], driver_details: robot, verdict: 'advance' },
    {
      stage: 'canceled',
      attention: ['delivery_failed', 'canceled_after_pickup'],
      driver_details: robot,
      verdict: 'advance',
    },
  ];

  it("this test states an expectation for each of the documents' examples", () => {
    expect(names).toHaveLength(expected.length);
  });

  it.each(names.map((name, index) => [name, index] as const))(
    'the example %s gives the expected order and verdict after the examples before it',
    (_name, index) => {
      const before = events.slice(0, index).reduce(evolve, initial);
      const event = events[index];
      if (event === undefined) throw new Error('no such example');
      const { state, reading } = interpret(KEY, before, event);
      expect({ ...toOrder(KEY, state), verdict: reading.verdict }).toMatchObject({
        ...expected[index],
        revision: index,
      });
      // toMatchObject lets a driver keep fields of another; these must be exactly his.
      expect(toOrder(KEY, state)?.driver_details).toEqual(expected[index]?.driver_details);
    },
  );
});
