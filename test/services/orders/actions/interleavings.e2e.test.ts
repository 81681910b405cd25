import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { assignedRevision } from '../../../../projections/order/driver';
import { evolve, initial, type OrderState, toOrder } from '../../../../projections/order/order';
import type { ActionAnswer, ActionRequest } from '../../../../schemas/api/actions';
import { decodeOrderEvent } from '../../../../schemas/events/order-events';
import { orderKey, type OrderKey } from '../../../../schemas/order-key';
import type { HistoryEvent, Order } from '../../../../schemas/api/order-view';
import { actionOf } from '../../../../schemas/events/rail-actions';
import { type SpawnedNode, spawnNode } from '../../../eventstoredb-node/spawn-node';
import { repeated } from '../../../support/depth';
import { historyOf, orderPath, update } from '../../../support/deliveries';
import { type EventStream, openEventStream } from '../../../support/event-stream';
import { patiently, until } from '../../../support/patience';
import {
  bearer,
  discard,
  entryOf,
  OPERATOR_TOKEN,
  READER_TOKEN,
  type RunningService,
  startService,
} from '../../../support/running-service';

/**
 * Random interleavings of deliveries, handovers, undoing and presses that waited offline, at two instances over one
 * EventStoreDB: both of them, a board at each, and a replay of the stream have to agree. Built by `npm run build` beforehand.
 */

const COUNTER = 'counter-0123456789abcdef';
const READERS = JSON.stringify(
  // As many counters as no budget of one is used up by.
  [
    entryOf(READER_TOKEN, 'auditor'),
    entryOf(OPERATOR_TOKEN, 'operator'),
    ...Array.from({ length: 40 }, (_, n) => ({
      ...entryOf(`${COUNTER}-${String(n)}`, 'screen'),
      name: `counter ${String(n)}`,
      acts: true,
    })),
  ],
);
/** Orders at a time. */
const WIDTH = 8;
const ORDERS = repeated({ short: 40, all: 200, soak: 1_000 });
/** Milliseconds that one order may take, with what happens at the same time. */
const MS_PER_ORDER = 1_000;

const DRIVERS = ['Ana S.', 'Ben T.', null] as const;

/** What happens to an order; what is in one step happens at the same time. */
type Happening =
  | { readonly kind: 'driver'; readonly driver: number }
  | { readonly kind: 'here' }
  | { readonly kind: 'hand_over' | 'undo' | 'seen'; readonly instance: number }
  /** Pressed now, and sent when all else is over, perhaps by two screens. */
  | { readonly kind: 'offline'; readonly twice: boolean };

const instance = fc.nat(1);
const happening: fc.Arbitrary<Happening> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('driver' as const), driver: fc.nat(DRIVERS.length - 1) }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'here' as const }) },
  {
    weight: 5,
    arbitrary: fc.record({ kind: fc.constantFrom('hand_over' as const, 'undo' as const, 'seen' as const), instance }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('offline' as const), twice: fc.boolean() }) },
);
const life = fc.array(fc.array(happening, { minLength: 1, maxLength: 3 }), { minLength: 2, maxLength: 6 });

let node: SpawnedNode;
let services: readonly [RunningService, RunningService];
let boards: readonly [EventStream, EventStream];
beforeAll(async () => {
  node = await spawnNode();
  const env = { READERS, EVENT_STORE_URL: node.url };
  services = await Promise.all([startService(env), startService(env)]);
  const [one, other] = services;
  const watch = ({ url }: RunningService) => openEventStream(`${url}/locations/here/live`, bearer(READER_TOKEN));
  boards = await Promise.all([watch(one), watch(other)]);
});
afterAll(async () => {
  for (const board of boards) board.close();
  await discard(...services);
  await node.stop();
});

/** What a board shows of each order: the newest that it was sent. */
function shownOn(board: EventStream): ReadonlyMap<string, Order> {
  const orders = board.data('order') as unknown as readonly Order[];
  return new Map(orders.map((order) => [order.order_id, order]));
}

/** Lets one order live. @returns by key the revision at which a press was recorded */
async function live(key: OrderKey, steps: readonly (readonly Happening[])[], reader: string) {
  const recorded = new Map<string, number>();
  const offline: (readonly [idempotencyKey: string, request: ActionRequest, twice: boolean])[] = [];
  let delivered = 0;
  const deliver = async (fields: Readonly<Record<string, unknown>>): Promise<void> => {
    const at = services[delivered % 2] ?? services[0];
    expect((await at.deliver(update(key, { ...fields, n: (delivered += 1) }))).status).toBe(200);
  };
  /** An instance may be behind the other one: a screen shows the order once it is there. */
  const seenAt = (at: number): Promise<Order> =>
    until('the order to be shown', async () => {
      const { status, json } = await (services[at] ?? services[0]).get(orderPath(key));
      return status === 200 ? (json as Order) : null;
    });
  const send = async (at: number, idempotencyKey: string, request: ActionRequest): Promise<void> => {
    const answer = await (services[at] ?? services[0]).call(orderPath(key, '/actions'), {
      method: 'POST',
      headers: { ...bearer(reader), 'Idempotency-Key': idempotencyKey },
      body: JSON.stringify(request),
    });
    expect([200, 409]).toContain(answer.status);
    if (answer.status !== 200) return;
    const { revision } = answer.json as ActionAnswer;
    expect(recorded.get(idempotencyKey) ?? revision).toBe(revision);
    recorded.set(idempotencyKey, revision);
  };
  const handOver = ({ revision }: Order): ActionRequest => ({
    type: 'handed_over',
    revision,
    at: new Date().toISOString(),
    compared: ['name'],
  });
  const happen = async (one: Happening, seen: Order): Promise<void> => {
    switch (one.kind) {
      case 'driver': {
        const name = DRIVERS[one.driver] ?? null;
        await deliver(
          name === null
            ? { delivery_status: 'pending' }
            : { delivery_status: 'enroute_to_pickup', driver_details: { source: 'uber', name } },
        );
        return;
      }
      case 'here':
        await deliver({ delivery_status: 'arrived_at_pickup' });
        return;
      case 'hand_over':
        await send(one.instance, randomUUID(), handOver(seen));
        return;
      case 'undo': {
        const undone_revision = seen.handed_over?.revision ?? 0;
        const { revision } = seen;
        await send(one.instance, randomUUID(), {
          type: 'undone',
          revision,
          at: new Date().toISOString(),
          undone_revision,
        });
        return;
      }
      case 'seen':
        await send(one.instance, randomUUID(), {
          type: 'acknowledged',
          revision: seen.revision,
          at: new Date().toISOString(),
          what: 'driver_change',
        });
        return;
      case 'offline':
        offline.push([randomUUID(), handOver(seen), one.twice]);
    }
  };
  await deliver({ delivery_status: 'enroute_to_pickup', driver_details: { source: 'uber', name: DRIVERS[0] } });
  for (const [index, step] of steps.entries()) {
    const seen = await seenAt(index % 2);
    await Promise.all(step.map((one) => happen(one, seen)));
  }
  await Promise.all(
    offline.flatMap(([idempotencyKey, request, twice]) =>
      (twice ? [0, 1, 0] : [1]).map((at) => send(at, idempotencyKey, request)),
    ),
  );
  return recorded;
}

/** Replays a history, and looks at each action: it is about what its screen showed, and the driver is on the card. */
function replay(key: OrderKey, events: readonly HistoryEvent[]): Order | null {
  let state = initial;
  const states: OrderState[] = [];
  for (const { type, data, metadata, revision } of events) {
    const event = decodeOrderEvent({ type, data, metadata, revision, created: new Date(0) });
    if (event === null) throw new Error(`revision ${String(revision)} is no event of an order`);
    const action = actionOf(event);
    if (action?.type === 'rail.handed_over') {
      const { seen_revision, driver_revision } = action.data;
      expect(driver_revision).toBe(assignedRevision(state));
      const seen = states[seen_revision];
      expect(driver_revision).toBe(seen === undefined ? undefined : assignedRevision(seen));
    }
    state = evolve(state, event);
    states.push(state);
  }
  return toOrder(key, state);
}

it(
  'interleaved handovers, undoing, driver changes and offline presses come to one state everywhere',
  async () => {
    const lives = fc.sample(life, ORDERS);
    const keys = lives.map((_, n) => orderKey('here', `order ${String(n)}`));
    let next = 0;
    const lane = async (): Promise<void> => {
      for (let n = next++; n < ORDERS; n = next++) {
        const key = keys[n];
        if (key === undefined) return;
        const recorded = await live(key, lives[n] ?? [], `${COUNTER}-${String(n % 40)}`);
        const { events } = await historyOf(services[0], key);
        const actions = events.filter(({ type }) => type.startsWith('rail.')).map(({ revision }) => revision);
        // What was answered as recorded is there, once; and nothing else is.
        expect(actions.sort()).toEqual([...recorded.values()].sort());
        const replayed = replay(key, events);
        for (const service of services) {
          const path = orderPath(key, `?min_revision=${String(replayed?.revision ?? 0)}`);
          expect((await service.get(path)).json).toEqual(replayed);
        }
      }
    };
    await Promise.all(Array.from({ length: WIDTH }, lane));
    const newest = new Map<string, Order>();
    for (const key of keys) newest.set(key.order_id, (await services[0].get(orderPath(key))).json as Order);
    await until(
      'both boards to agree',
      () =>
        boards.every((board) =>
          [...newest].every(([id, { revision }]) => shownOn(board).get(id)?.revision === revision),
        ),
      patiently(20_000),
    );
    for (const board of boards) expect(shownOn(board)).toEqual(newest);
  },
  patiently(30_000 + ORDERS * MS_PER_ORDER),
);
