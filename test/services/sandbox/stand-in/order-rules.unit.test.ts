import fc from 'fast-check';
import { ORDER_FAULTS, type OrderFault } from '../../../../schemas/sandbox';
import { FULFILLMENT_TYPES } from '../../../../schemas/files/scenario';
import { DspOrder, type OrderModifier } from '../../../../schemas/wire/stream-dsp';
import { newOrder } from '../../../../services/sandbox/parties/dsp';
import { parseMessage, parseDspMessage } from '../../../../services/sandbox/stand-in/dsp-message';
import { MenuError, ownMenu, parseMenu, readMenu } from '../../../../services/sandbox/stand-in/menu';
import { withoutFault, withFault } from '../../../../services/sandbox/parties/order-faults';
import { makeOrder, subtotalOf } from '../../../../services/sandbox/parties/order-maker';
import { checkOrder, type OrderRule, type BrokenRule } from '../../../../services/sandbox/stand-in/order-rules';
import { seeded } from '../../../../services/sandbox/wire/random';
import { orderOf } from '../support';
import { cases } from '../../../support/depth';

const menu = readMenu(ownMenu());
const order = (seed: number, fulfillmentType: (typeof FULFILLMENT_TYPES)[number] = 'delivery', unpaid = false) =>
  makeOrder({ id: 'o1', customerFacingId: 'A1', fulfillmentType, unpaid, menu, random: seeded(seed) });

/** What Stream finds wrong with bytes that a delivery service posted. */
function refusalsOf(body: Uint8Array): readonly BrokenRule[] {
  const read = parseDspMessage(parseMessage(body));
  if (read.kind === 'refused') return read.refusals;
  return read.message.kind === 'new-order' ? checkOrder(read.message.body.order, menu) : [];
}
const refusals = (message: unknown): readonly BrokenRule[] => refusalsOf(Buffer.from(JSON.stringify(message)));

/** Which rule each fault breaks, and where; null: none of the documented ones about orders. */
const BROKEN: Readonly<Record<OrderFault, readonly [OrderRule, string] | null>> = {
  unpaid: ['paid-unless-drive-thru', '/order/unpaid'],
  'item-id-instead-of-variation': ['item-is-variation', '/order/items/0/id'],
  'unknown-item': ['item-is-variation', '/order/items/0/id'],
  'wrong-item-id': ['item-id-is-item', '/order/items/0/item_id'],
  'unknown-modifier': ['modifier-of-item', '/order/items/0/modifiers/0/id'],
  'wrong-modifier-group': ['modifier-group-of-modifier', '/order/items/0/modifiers/0/modifier_group_id'],
  'unknown-customer': ['customer-of-order', '/order/items/0/customer_id'],
  'unknown-fulfillment-type': ['fulfillment-type', '/order/fulfillment_type'],
  'missing-address': ['delivery-address', '/order/delivery_address'],
  'driver-tip': ['driver-tip', '/order/driver_tip'],
  'store-tip': ['store-tip', '/order/store_tip'],
  'upper-case-currency': ['structure', '/order/items/0/currency'],
  'missing-subtotal': ['structure', '/order/subtotal'],
  'not-json': ['structure', ''],
  'unknown-location': null,
  'wrong-total': null,
  'out-of-stock': null,
  'bad-signature': null,
  'no-signature': null,
  repeated: null,
};

describe('the documented rules about orders', () => {
  it('every generated order follows the documented rules, whatever the seed', () => {
    fc.assert(
      fc.property(fc.integer(), fc.constantFrom(...FULFILLMENT_TYPES), (seed, type) => {
        const made = order(seed, type, type === 'drive_thru');
        expect(refusalsOf(withoutFault(newOrder('location-1', made)).body)).toEqual([]);
        expect(DspOrder.parse(made)).toEqual(made);
        expect(made.subtotal).toBe(subtotalOf(made));
      }),
    );
  });

  it.each(ORDER_FAULTS)(
    'an order with the fault %s is refused by the rule of that fault, if any, and no other',
    (fault) => {
      fc.assert(
        fc.property(fc.integer(), (seed) => {
          const { modifiers: _, ...rest } = order(seed).items[0] ?? { modifiers: [] };
          // Without choices of its own, so that the faulty one is the first.
          const plain = { ...order(seed), items: [{ ...rest, modifiers: [] as OrderModifier[] }] } as DspOrder;
          const found = refusalsOf(withFault(newOrder('location-1', plain), fault, menu).body);
          const broken = BROKEN[fault];
          expect(found.map(({ rule, pointer }) => [rule, pointer])).toEqual(broken === null ? [] : [broken]);
        }),
        { numRuns: cases(30) },
      );
    },
  );

  it('a refusal names the possible variations if an order has the id of their item', () => {
    const [item] = orderOf('o1').order.items;
    const message = orderOf('o1', { items: [{ ...item, id: 'item_cheeseburger' }] });
    expect(refusals(message)).toEqual([
      {
        rule: 'item-is-variation',
        pointer: '/order/items/0/id',
        detail:
          'item_cheeseburger is the id of the item; its variations are var_cheeseburger_single, var_cheeseburger_double.',
      },
    ]);
  });

  it('the modifiers of a modifier must be among those that it offers', () => {
    const [item] = orderOf('o1').order.items;
    const [fries] = item?.modifiers ?? [];
    const dressing = { id: 'mod_dressing_buttermilk_ranch', name: 'Ranch', price: 0, quantity: 1, currency: 'usd' };
    const chosen = { ...fries, modifiers: [{ ...dressing, modifiers: [] }] };
    expect(refusals(orderOf('o1'))).toEqual([]);
    expect(refusals(orderOf('o1', { items: [{ ...item, modifiers: [chosen] }] }))).toEqual([
      {
        rule: 'modifier-of-item',
        pointer: '/order/items/0/modifiers/0/modifiers/0/id',
        detail: 'mod_dressing_buttermilk_ranch is no choice of mod_side_fries.',
      },
    ]);
  });

  it('an unpaid order is allowed only for drive_thru', () => {
    const unpaid = FULFILLMENT_TYPES.map((fulfillment_type) => {
      const delivery_address = {};
      const found = refusals(orderOf('o1', { fulfillment_type, delivery_address, unpaid: true }));
      return [fulfillment_type, found.map(({ rule }) => rule)];
    });
    const refused = ['paid-unless-drive-thru'];
    expect(Object.fromEntries(unpaid)).toEqual({
      delivery: refused,
      merchant_managed_delivery: refused,
      pickup: refused,
      curbside: refused,
      drive_thru: [],
    });
  });

  it.each([
    ['empty', '', [['structure', '']]],
    ['a list', '[]', [['structure', '']]],
    ['an object without any of the documented properties', '{"type":"x"}', [['structure', '']]],
    [
      'an order and a delivery status at once',
      '{"type":"x","order":{},"delivery_status":"pending"}',
      [['structure', '']],
    ],
    ['nested without an end', `${'['.repeat(50_000)}${']'.repeat(50_000)}`, [['structure', '']]],
    [
      'an order nested without an end',
      `{"order":${'{"modifiers":['.repeat(10_000)}${']}'.repeat(10_000)}}`,
      [['structure', '']],
    ],
    [
      'a delivery status without its order',
      '{"type":"x","location_id":"l","delivery_status":"pending"}',
      [['structure', '/order_id']],
    ],
  ])('a message that is %s is refused', (_, text, found) => {
    expect(refusalsOf(Buffer.from(text)).map(({ rule, pointer }) => [rule, pointer])).toEqual(found);
  });
});

describe('menus', () => {
  it('a bad menu is refused with the reason and the place', () => {
    expect(() => parseMenu([{ id: 'm', name: 'M', categories: [{ id: 'c', name: 'C', items: [] }] }])).toThrow(
      /\/0\/categories\/0\/items: /,
    );
    const item = (id: string) => ({ id, name: id, variations: [{ id: 'v', name: 'V', price: 1 }] });
    const twice = [{ id: 'm', name: 'M', categories: [{ id: 'c', name: 'C', items: [item('a'), item('b')] }] }];
    expect(() => parseMenu(twice)).toThrow(new MenuError('Two items have a variation v: a and b.'));
    expect(() => readMenu('/nowhere.json')).toThrow(MenuError);
  });
});
