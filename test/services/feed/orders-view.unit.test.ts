import fc from 'fast-check';
import { evolve, initial, type OrderState } from '../../../projections/order/order';
import { BEGINNING, type FeedPosition } from '../../../schemas/api/feed';
import { eventId } from '../../../schemas/events/event-id';
import { orderKey } from '../../../schemas/order-key';
import type { Position } from '../../../services/event-store/event-store';
import { comparePlaces, feedPosition, logPosition } from '../../../services/feed/feed-place';
import { coalesced } from '../../../services/feed/orders-view';
import type { PlacedOrder } from '../../../services/read-model/order-table/schema';
import { asEvents } from '../../projections/arbitraries';

/** A read model as simple as can be: each order at the position of its newest event. */
class Table {
  readonly orders = new Map<number, PlacedOrder>();
  #position = 0;

  report(order: number): void {
    const known = this.orders.get(order);
    const state: OrderState = known?.state ?? initial;
    const events = asEvents(
      Array.from({ length: state.revision + 2 }, () => ({
        type: 'order.updated' as const,
        data: { status: 'in_progress' },
      })),
    );
    const event = events.at(-1);
    if (event === undefined) return;
    this.#position += 3;
    this.orders.set(order, {
      key: orderKey('here', String(order)),
      state: evolve(state, event),
      position: String(this.#position) as Position,
      eventId: eventId('0a1b2c3d-0000-4000-8000-000000000000'),
    });
  }

  after(place: FeedPosition, size: number): { readonly orders: readonly PlacedOrder[]; readonly isAll: boolean } {
    const from = Number(logPosition(place) ?? -1);
    const news = [...this.orders.values()]
      .filter(({ position }) => Number(position) > from)
      .sort((one, other) => Number(one.position) - Number(other.position));
    return { orders: news.slice(0, size), isAll: news.length <= size };
  }
}

const placeOf = ({ position, eventId }: PlacedOrder): FeedPosition => feedPosition(position, eventId);

it('a copy made from the orders view equals the read model, whatever came in between, and no answer has an order twice', () => {
  fc.assert(
    fc.property(
      fc.array(fc.array(fc.nat(8), { maxLength: 6 }), { minLength: 1, maxLength: 12 }),
      fc.integer({ min: 1, max: 5 }),
      fc.integer({ min: 1, max: 5 }),
      (rounds, limit, size) => {
        const table = new Table();
        const copy = new Map<string, number>();
        let place: FeedPosition = BEGINNING;
        const look = (): boolean => {
          const { orders, isAll } = table.after(place, size);
          const last = orders.at(-1);
          const end = last === undefined ? place : placeOf(last);
          const { items, next, cut } = coalesced({ after: place, end }, orders, [], limit);
          expect(new Set(items.map(({ order_id }) => order_id)).size).toBe(items.length);
          for (const item of items) {
            expect(comparePlaces(item.position, place)).toBeGreaterThan(0);
            place = item.position;
            const revision = 'revision' in item ? item.revision : -1;
            expect(revision).toBeGreaterThan(copy.get(item.order_id) ?? -1);
            copy.set(item.order_id, revision);
          }
          expect(comparePlaces(next, place)).toBeGreaterThanOrEqual(0);
          place = next;
          return isAll && !cut;
        };
        for (const round of rounds) {
          for (const order of round) table.report(order);
          look();
        }
        while (!look());
        expect(copy).toEqual(new Map([...table.orders].map(([order, { state }]) => [String(order), state.revision])));
      },
    ),
  );
});

it('a removal stands at its place among the orders with news', () => {
  const table = new Table();
  for (const order of [1, 2]) table.report(order);
  const [one, two] = table.after(BEGINNING, 10).orders.map(placeOf) as [FeedPosition, FeedPosition];
  const removal = {
    position: feedPosition('4' as Position, eventId('ffffffff-0000-4000-8000-000000000000')),
    ...orderKey('here', '3'),
    type: 'order.removed' as const,
    received_at: '2026-11-21T18:00:00.000Z',
  };
  const window = { after: BEGINNING, end: two };
  const { items, next, cut } = coalesced(window, table.after(BEGINNING, 10).orders, [removal], 2);
  expect(items.map(({ position }) => position)).toEqual([one, removal.position]);
  expect({ next, cut }).toEqual({ next: removal.position, cut: true });
});
