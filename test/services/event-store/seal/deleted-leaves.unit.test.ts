import { OrderDeletedData } from '../../../../schemas/events/event-data';
import { ORDER_DELETED, orderStream, RETENTION_STREAM } from '../../../../schemas/events/order-events';
import { orderKey } from '../../../../schemas/order-key';
import { type Payload, positionOf } from '../../../../services/event-store/event-store';
import { DeletedLeaves } from '../../../../services/event-store/seal/deleted-leaves';
import { newEventId } from '../../../support/new-event-id';
import { createMemoryStore } from '../memory/memory-store';

const LEAF = 'a'.repeat(64);
const STREAM = orderStream(orderKey('here', 'one'));

const NOTES: readonly (readonly [string, Payload])[] = [
  [
    'two leaves',
    {
      stream: STREAM,
      leaves: [
        ['7', LEAF],
        ['12', 'b'.repeat(64)],
      ],
    },
  ],
  ['more than is known today', { stream: STREAM, leaves: [['7', LEAF]], later: true }],
  ['no leaves', { stream: STREAM, leaves: [] }],
  ['no stream', { leaves: [['7', LEAF]] }],
  ['a stream that is no text', { stream: 1, leaves: [['7', LEAF]] }],
  ['leaves that are no list', { stream: STREAM, leaves: { first: ['7', LEAF] } }],
  ['a leaf that is no list', { stream: STREAM, leaves: [['7', LEAF], 'x'] }],
  ['a leaf with a third member', { stream: STREAM, leaves: [['7', LEAF, 1]] }],
  ['a position that is a number', { stream: STREAM, leaves: [[7, LEAF]] }],
  ['a position that is no number', { stream: STREAM, leaves: [['-7', LEAF]] }],
  ['a hash that is too short', { stream: STREAM, leaves: [['7', LEAF.slice(1)]] }],
  ['a hash in capitals', { stream: STREAM, leaves: [['7', LEAF.toUpperCase()]] }],
  ['a list', []],
];

describe('the leaves of what was deleted', () => {
  it.each(NOTES)('a note is read by hand as its schema reads it: %s', async (_, data) => {
    const store = createMemoryStore({ now: () => 0 });
    await store.append(RETENTION_STREAM, [{ id: newEventId(), type: ORDER_DELETED, data }], 'any');
    const leaves = [...(await DeletedLeaves.read(store, null)).before(positionOf(100))];
    await store.close();
    const said = OrderDeletedData.safeParse(data).data?.leaves ?? [];
    expect(leaves).toEqual(said.map(([position, leaf]) => ({ position, leaf })));
  });
});
