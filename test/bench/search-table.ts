import { renameSync } from 'node:fs';
import { eventId } from '../../schemas/events/event-id';
import type { Position } from '../../services/event-store/event-store';
import { deleteOrderTable, type SavedOrder } from '../../services/read-model/order-table/schema';
import { openOrderTable } from '../../services/read-model/order-table/writer';
import { type DeliveryObject, eventsOf, type Life, lifeOf, says } from '../projections/scenario';
import { benchOrder } from './deliveries';

/** A read model for the search, of orders as a chain has them: most ended well, and some of everything else. */

/** Orders of one transaction, as a projector that reads the whole log makes them. */
const BATCH = 2_000;
const FIRST_ORDER_AT = Date.UTC(2026, 7, 1);
const MS_BETWEEN_ORDERS = 5_000;
/** Orders at the end that have not ended: as many as are under way at a chain's peak. */
const UNDER_WAY = 2_000;

const NAMES = ['Ana', 'Ben', 'Chidi', 'Dora', 'Emre', 'Fay', 'Goran', 'Hana'];
const FAMILIES = ['Driver', 'Garcia', 'Haddad', 'Kowalski', 'Lee', 'Nakamura', 'Okafor', 'Smith', 'Tran', 'Zhou'];
const SOURCES = ['doordash', 'uber', 'grubhub'];

/** So many, no two of them alike. */
const DRIVERS = 120;

const driver = (index: number) => ({
  source: SOURCES[index % SOURCES.length],
  name: `${NAMES[index % NAMES.length] ?? ''} ${FAMILIES[index % FAMILIES.length] ?? ''}`,
  phone: { number: `+1555555${String(1_000 + index)}`, code: '123' },
  vehicle_info: { make: 'Toyota', model: 'Camry', color: 'Silver', license_plate: `ABC${String(1_000 + index)}` },
});
/** Drives only where something is rare. */
const STRANGER: Driver = {
  source: 'kiwibot',
  name: 'Zebulon Quill',
  phone: { number: '+15555559999', code: '999' },
  vehicle_info: { make: 'Kiwi', model: 'One', color: 'Green', license_plate: 'XYZ9876' },
};

type Driver = ReturnType<typeof driver>;
type Story = (one: Driver, other: Driver) => readonly DeliveryObject[];

const onTheWay = (one: Driver): readonly DeliveryObject[] => [
  says('in_progress', 'pending'),
  says('in_progress', 'enroute_to_pickup', one),
  says('ready_for_pickup', 'arrived_at_pickup', one),
  says('out_for_delivery', 'enroute_to_dropoff', one),
];

/** Most orders. */
const WELL: Story = (one) => [...onTheWay(one), says('completed', 'completed', one)];
/** What other orders were like, and how many of a thousand were. */
const ENDED: readonly (readonly [perMille: number, story: Story])[] = [
  [
    100,
    (one) => [
      ...onTheWay(one),
      says('out_for_delivery', 'arrived_at_pickup', one),
      says('completed', 'completed', one),
    ],
  ],
  [
    60,
    (one, other) => [...onTheWay(one).slice(0, 3), ...onTheWay(other).slice(2), says('completed', 'completed', other)],
  ],
  [40, () => [says('in_progress'), says('ready_for_pickup'), says('completed')]],
  [30, (one) => [...onTheWay(one).slice(0, 3), says('merchant_canceled', 'arrived_at_pickup', one)]],
  [10, (one) => [...onTheWay(one), says('dsp_canceled', 'enroute_to_dropoff', one)]],
  [5, (one) => [...onTheWay(one), says('failed', 'failed_to_deliver', one)]],
  [3, (one) => [...onTheWay(one), says('failed', 'enroute_to_return', one), says('failed', 'returned', one)]],
  // Their end was never reported.
  [10, (one) => onTheWay(one)],
];
/** What is as rare as one order in {@link RARE}, and only among the older half. */
const RARE = 50_000;
const SELDOM: Story = () => [...onTheWay(STRANGER), says('failed', 'failed_to_deliver', STRANGER), says('Teleported')];

const UNDER_WAY_STORIES: readonly Story[] = [1, 2, 3, 4].map((steps) => (one) => onTheWay(one).slice(0, steps));

/** @returns the story of the `index`-th order. */
function storyOf(index: number, orders: number): Story {
  if (index >= orders - UNDER_WAY) return UNDER_WAY_STORIES[index % UNDER_WAY_STORIES.length] ?? SELDOM;
  if (index < orders / 2 && index % RARE === 7) return SELDOM;
  // An odd factor spreads the stories over the orders.
  let place = (Math.imul(index, 0x9e3779b1) >>> 0) % 1_000;
  for (const [perMille, story] of ENDED) {
    if (place < perMille) return story;
    place -= perMille;
  }
  return WELL;
}

export const searchedOrder = (index: number) => benchOrder('search', index);

/** When the `index`-th order began, in milliseconds since the epoch. */
export const begunAt = (index: number): number => FIRST_ORDER_AT + index * MS_BETWEEN_ORDERS;

/** Lives that were made already: of each story with each driver. */
const known = new Map<Story, Life[]>();

function lifeWith(story: Story, index: number): Life {
  const lives = known.get(story) ?? [];
  known.set(story, lives);
  return (lives[index] ??= lifeOf(eventsOf(...story(driver(index), driver((index + 37) % DRIVERS)))));
}

function savedOrder(index: number, orders: number): SavedOrder {
  const { state, drives, verdicts } = lifeWith(storyOf(index, orders), index % DRIVERS);
  const later = begunAt(index) - Date.parse(state.first_received_at);
  const at = (time: string): string => new Date(Date.parse(time) + later).toISOString();
  return {
    key: searchedOrder(index),
    state: {
      ...state,
      number_since: at(state.number_since),
      first_received_at: at(state.first_received_at),
      updated_at: at(state.updated_at),
      reported_at: at(state.reported_at),
      stage_since: at(state.stage_since),
      ended_at: state.ended_at === null ? null : at(state.ended_at),
      left_at: state.left_at === null ? null : at(state.left_at),
    },
    drives: drives.map((drive) => ({
      ...drive,
      from: at(drive.from),
      to: drive.to === null ? null : at(drive.to),
      left_at: drive.left_at === null ? null : at(drive.left_at),
    })),
    verdicts,
    position: String(index + 1) as Position,
    eventId: eventId(`event ${String(index)}`),
    contentHash: null,
    eventHash: null,
    isBegun: true,
  };
}

/** Makes the read model in a file. @returns seconds that the writer took for the orders, and for the indexes */
export function makeSearchTable(file: string, orders: number): { readonly save: number; readonly complete: number } {
  const making = `${file}.making`; // an interrupted run leaves no half of it
  deleteOrderTable(making);
  const table = openOrderTable(making, 'search');
  let save = 0;
  for (let first = 0; first < orders; first += BATCH) {
    const batch = Array.from({ length: Math.min(BATCH, orders - first) }, (_, at) => savedOrder(first + at, orders));
    const position = String(first + batch.length) as Position;
    const began = performance.now();
    table.save(batch, position, { position, id: eventId('newest') });
    save += performance.now() - began;
  }
  const began = performance.now();
  table.markComplete();
  const complete = performance.now() - began;
  table.close();
  renameSync(making, file);
  return { save: save / 1_000, complete: complete / 1_000 };
}
