import { locationId, orderId } from '../../../schemas/order-key';
import type { DisplayReceipt } from '../../../schemas/api/screen-reports';
import { createRecordedReceipts } from '../../../services/screen-reports/recorded-receipts';

const HERE = locationId('here');
const tile = (order: string, revision: number): DisplayReceipt => ({
  order_id: orderId(order),
  revision,
  shown: 'tile',
  at: '2026-11-21T18:04:05.678Z',
});

describe('which receipts are of what the location has', () => {
  /** Newest revisions: those that this process recorded, and those in the read model. */
  const remembered = new Map([
    ['recorded', 3],
    ['also elsewhere', 1],
  ]);
  const readable = new Map([
    ['also elsewhere', 2],
    ['of before', 5],
  ]);
  let asked: string[];
  const recorded = createRecordedReceipts(
    ({ location_id, order_id }) => (location_id === HERE ? (remembered.get(order_id) ?? null) : null),
    {
      revisionsOf: (_location, ids) => {
        asked.push(...ids);
        return new Map([...readable].filter(([id]) => ids.includes(id)));
      },
    },
  );
  beforeEach(() => {
    asked = [];
  });

  it('what this process recorded is known without the read model', () => {
    const receipts = [tile('recorded', 3), tile('recorded', 0), tile('also elsewhere', 1)];
    expect(recorded(HERE, receipts)).toEqual(receipts);
    expect(recorded(HERE, [])).toEqual([]);
    expect(asked).toEqual([]);
  });

  it('what it did not record is looked for in the read model, each order once, and the order of receipts stays', () => {
    const receipts = [tile('of before', 5), tile('recorded', 1), tile('also elsewhere', 2), tile('of before', 0)];
    expect(recorded(HERE, receipts)).toEqual(receipts);
    expect(asked).toEqual(['of before', 'also elsewhere']);
  });

  it('a receipt of a revision that neither has is left out, and no other', () => {
    const there = [tile('of before', 5), tile('recorded', 3)];
    const receipts = [tile('of before', 6), ...there, tile('recorded', 4), tile('nobody knows it', 0)];
    expect(recorded(HERE, receipts)).toEqual(there);
    expect(recorded(locationId('there'), [tile('recorded', 3)])).toEqual([]);
  });
});
