import * as fc from 'fast-check';
import { type HistoryEvent, type Order } from '../../../schemas/order-view';
import { WITHHELD, withoutContact, withoutContactInEvent } from '../../../services/access/withhold';

const SECRET = 'no-operator-sees-this';

const eventWith = (data: Record<string, unknown>, changes: HistoryEvent['changes'] = []): HistoryEvent =>
  ({ revision: 0, type: 'order.updated', data, changes, metadata: {}, stage: 'preparing' }) as unknown as HistoryEvent;

const shownOf = (driver_details: unknown): unknown =>
  withoutContactInEvent(eventWith({ driver_details })).data['driver_details'];

describe('an order without contacts', () => {
  const order = (driver_details: Order['driver_details']) =>
    ({ order_id: 'o', attention: [], driver_details }) as unknown as Order;

  it('still has everything else, and says that there was a phone and a passcode', () => {
    const details = {
      name: 'Jane',
      phone: { number: '+1555', code: '12' },
      passcode: '5678',
      vehicle_info: { make: 'VW' },
    };
    expect(withoutContact(order(details))).toEqual(
      order({ ...details, phone: { number: WITHHELD, code: WITHHELD }, passcode: WITHHELD }),
    );
    expect(details.passcode).toBe('5678');
  });

  it('says of nothing that there was something', () => {
    const details = { phone: { number: null, code: '12' }, passcode: null };
    expect(withoutContact(order(details)).driver_details).toEqual({
      phone: { number: null, code: WITHHELD },
      passcode: null,
    });
    expect(withoutContact(order({ phone: null })).driver_details).toEqual({ phone: null });
    expect(withoutContact(order(null)).driver_details).toBeNull();
  });
});

describe('an event of the history without contacts', () => {
  it.each<[string, unknown, unknown]>([
    ['a phone that is text', { phone: SECRET }, { phone: WITHHELD }],
    ['a phone that is a list', { phone: [SECRET, { number: SECRET }] }, { phone: [WITHHELD, { number: WITHHELD }] }],
    ['a passcode that is a number', { passcode: 5678 }, { passcode: WITHHELD }],
    ['a passcode in parts', { passcode: { first: SECRET } }, { passcode: { first: WITHHELD } }],
    ['fields deeper down', { dsp: [{ phone: SECRET, x: 1 }] }, { dsp: [{ phone: WITHHELD, x: 1 }] }],
    [
      'fields of other names',
      { phone_number: SECRET, Passcode: SECRET },
      { phone_number: WITHHELD, Passcode: WITHHELD },
    ],
    ['details that are text', SECRET, WITHHELD],
    ['details that are a list', [SECRET, { name: SECRET }], [WITHHELD, { name: WITHHELD }]],
    ['no details', null, null],
  ])('covers %s', (_what, details, shown) => {
    expect(shownOf(details)).toEqual(shown);
  });

  it('covers what an event changed, whichever part the pointer names', () => {
    const change = (pointer: string, from: unknown, to: unknown) => ({ pointer, from, to });
    const changes = [
      change('/driver_details/passcode', null, SECRET),
      change('/driver_details/phone/number', SECRET, null),
      change('/driver_details/phone/a~1b', SECRET, { deeper: SECRET }),
      change('/driver_details/name', 'Jane', 'Joe'),
      change('/driver_details/list', null, [{ phone: SECRET }]),
      change('/driver_details', SECRET, { passcode: SECRET }),
      change('/status', 'in_progress', 'completed'),
    ];
    expect(withoutContactInEvent(eventWith({}, changes)).changes).toEqual([
      change('/driver_details/passcode', null, WITHHELD),
      change('/driver_details/phone/number', WITHHELD, null),
      change('/driver_details/phone/a~1b', WITHHELD, { deeper: WITHHELD }),
      change('/driver_details/name', 'Jane', 'Joe'),
      change('/driver_details/list', null, [{ phone: WITHHELD }]),
      change('/driver_details', WITHHELD, { passcode: WITHHELD }),
      change('/status', 'in_progress', 'completed'),
    ]);
  });

  it('never shows what stands below a phone or a passcode, whatever stands around it, and leaves the rest as it came', () => {
    const key = fc.oneof(fc.constantFrom('a', 'driver_details', '__proto__', 'constructor'), fc.string());
    const around = fc.array(fc.oneof(key, fc.constant(null)), { maxLength: 5 });
    fc.assert(
      fc.property(around, fc.constantFrom('phone', 'passcode', 'driver_phone'), fc.jsonValue(), (path, name, other) => {
        const put = (value: unknown): unknown =>
          path.reduceRight<unknown>(
            (inner, step) => (step === null ? [inner] : Object.fromEntries([[step, inner]])),
            value,
          );
        const data = { sent: put({ [name]: { number: SECRET } }) };
        expect(JSON.stringify(withoutContactInEvent(eventWith(data)).data)).not.toContain(SECRET);
        const harmless = JSON.stringify({ other });
        fc.pre(!/phone|pass_?code|driver_details/i.test(harmless));
        expect(withoutContactInEvent(eventWith({ other })).data).toEqual({ other });
      }),
    );
  });
});
