import fc from 'fast-check';
import {
  boardOf,
  LAST_BOARD_MS,
  lastBoard,
  MOST_BOARDS,
  MOST_ORDERS,
  readBoards,
  withBoard,
  withoutContacts,
} from '../../../services/screens/browser/feed/model/last-boards';
import { orderId } from '../../../schemas/order-key';
import { STAGES } from '../../../schemas/vocabulary';
import { at, NOON, order } from '../shared/orders';

const DRIVER = {
  source: 'doordash',
  name: 'Jane Driver',
  phone: { number: '+15555551234', code: '987' },
  picture_url: 'https://img.example/jane.jpg',
  vehicle_info: { make: 'Honda', color: 'Blue', license_plate: 'ABC1234', is_autonomous: false, owner: 'Jane Owner' },
  handoff_instructions: 'Call Jane',
  passcode: '4711',
  email: 'jane@example.com',
};
const PRIVATE = /Jane|5555551234|987|jane|ABC1234|4711|Maria/;

describe('what a browser keeps of an order', () => {
  it('no field is kept by which a driver or a customer is known, reached or let in, not even one that nobody knows', () => {
    const one = order({
      driver_details: DRIVER,
      label: { number: 'A1B2', name: 'Maria G.', source: 'doordash', items: 3 },
    });
    const kept = withoutContacts({ ...one, contact: 'Jane' } as typeof one);
    expect(JSON.stringify(kept)).not.toMatch(PRIVATE);
    expect(JSON.parse(JSON.stringify(kept))).toEqual({
      ...order(),
      driver_details: { source: 'doordash', vehicle_info: { make: 'Honda', color: 'Blue', is_autonomous: false } },
      label: { number: 'A1B2', source: 'doordash', items: 3 },
    });
  });

  it('an order without driver and label stays as it is', () => {
    expect(withoutContacts(order())).toEqual(order());
  });
});

describe('boards that a browser keeps', () => {
  it('a board keeps what is open or canceled, the newest first, and not more than it may', () => {
    const each = STAGES.map((stage) => order({ order_id: orderId(stage), stage }));
    expect(new Set(lastBoard('l', NOON, each).orders.map(({ stage }) => stage))).toEqual(
      new Set(['preparing', 'ready', 'driver_here', 'on_the_way', 'needs_action', 'coming_back', 'canceled']),
    );
    const many = Array.from({ length: MOST_ORDERS + 2 }, (_, index) =>
      order({ order_id: orderId(`o${String(index)}`), updated_at: at(NOON + index) }),
    );
    const { orders } = lastBoard('l', NOON, many);
    expect([orders.length, orders[0]?.order_id]).toEqual([MOST_ORDERS, `o${String(MOST_ORDERS + 1)}`]);
  });

  it('one board of each location is kept, of the locations that were looked at last', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('a', 'b', 'c', 'd', 'e'), { minLength: 1 }), (visits) => {
        const boards = visits.reduce<ReturnType<typeof readBoards>>(
          (all, location, index) => withBoard(all, lastBoard(location, NOON + index, [])),
          [],
        );
        const newest = [...new Set([...visits].reverse())].slice(0, MOST_BOARDS);
        expect(boards.map(({ location }) => location)).toEqual(newest);
        expect(readBoards(JSON.stringify(boards))).toEqual(boards);
      }),
    );
  });

  it('a board is shown for a shift, and none from the future', () => {
    const boards = [lastBoard('l', NOON, [order()])];
    const isThere = (location: string, now: number) => boardOf(boards, location, now) !== null;
    expect([
      isThere('l', NOON),
      isThere('l', NOON + LAST_BOARD_MS),
      isThere('l', NOON + LAST_BOARD_MS + 1),
      isThere('l', NOON - 1),
      isThere('other', NOON),
    ]).toEqual([true, true, false, false, false]);
  });

  it.each([null, '', '{', '7', '{}', '[7]', '[{"location":"l","at":1,"orders":[{"order_id":"o"}]}]', '[{"at":1}]'])(
    'what was kept is nothing where it is %p',
    (text) => {
      expect(readBoards(text)).toEqual([]);
    },
  );
});
