import type { FoundOrders } from '../../../schemas/api/order-view';
import { FoundOrder } from '../../../schemas/api/order-view';
import { MAX_FOUND_IN_FILE } from '../../../schemas/api/requests';
import { foundOrdersFile } from '../../../services/audit/found-orders-csv';
import { evolve, initial, toOrder } from '../../../projections/order/order';
import { orderKey } from '../../../schemas/order-key';

/** How far a file of what a search finds goes. */

const KEY = orderKey('here', '=1+1');
const STATE = evolve(initial, {
  type: 'order.updated',
  data: { ...KEY, status: 'in_progress' },
  revision: 0,
  receivedAt: '2026-11-29T12:00:00.000Z',
  contentHash: 'a'.repeat(64),
});
const ORDER: FoundOrder = FoundOrder.parse({
  ...toOrder(KEY, STATE),
  number_since: STATE.number_since,
  drivers: [],
});

const page = (orders: number, next: number | null): FoundOrders => ({
  orders: Array.from({ length: orders }, () => ORDER),
  next: next === null ? null : String(next),
});
const rowsOf = (file: string | null): readonly string[] => (file ?? '').trimEnd().split('\r\n').slice(1);

describe('the file of what a search finds', () => {
  it('a file ends after as many orders as it holds, and its last row says where to go on', async () => {
    const asked: (number | null)[] = [];
    const file = await foundOrdersFile(
      (most, after) => {
        asked.push(after);
        return Promise.resolve(page(most, (after ?? 1_000_000) - most));
      },
      null,
      () => true,
    );
    const rows = rowsOf(file);
    expect(rows).toHaveLength(MAX_FOUND_IN_FILE + 1);
    expect(rows.at(-1)).toContain(`after=${String(1_000_000 - MAX_FOUND_IN_FILE)}`);
    expect(rows[0]).toContain(`"'=1+1"`);
    expect(asked).toHaveLength(10);
  });

  it('a file of what is rare ends after a limited number of pages, and says so', async () => {
    let pages = 0;
    const file = await foundOrdersFile(
      () => Promise.resolve(page(0, 1_000 - ++pages)),
      null,
      () => true,
    );
    expect(pages).toBe(500);
    expect(rowsOf(file)).toEqual([expect.stringContaining('after=500')]);
  });

  it('a file that holds everything has no row but those of orders, and one that nobody waits for is not made', async () => {
    const all = await foundOrdersFile(
      () => Promise.resolve(page(3, null)),
      5,
      () => true,
    );
    expect(rowsOf(all)).toHaveLength(3);
    let asked = 0;
    const unwanted = await foundOrdersFile(
      () => Promise.resolve(page(1, 10 - ++asked)),
      null,
      () => asked < 2,
    );
    expect([unwanted, asked]).toEqual([null, 2]);
  });
});
