import * as fc from 'fast-check';
import { ExactNumber, parseJson, stringifyJson } from '../../../schemas/json/exact-json';
import type { HistoryEvent, Order } from '../../../schemas/api/order-view';
import { WITHHELD } from '../../../schemas/events/withheld';
import { withoutContact, withoutContactInEvent } from '../../../services/access/withhold';

const SECRET = 'no-operator-sees-this';

const eventWith = (data: Record<string, unknown>, changes: HistoryEvent['changes'] = []): HistoryEvent =>
  ({ revision: 0, type: 'order.updated', data, changes, metadata: {}, stage: 'preparing' }) as unknown as HistoryEvent;

const shownOf = (driver_details: unknown): unknown =>
  withoutContactInEvent(eventWith({ driver_details })).data['driver_details'];

describe('an order without contacts', () => {
  const order = (driver_details: Order['driver_details']) =>
    ({ order_id: 'o', attention: [], driver_details }) as unknown as Order;

  it('an order without contacts still has everything else, and shows that there was a phone and a passcode', () => {
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

  it('an order without contacts does not suggest a phone or passcode where there was none', () => {
    const details = { phone: { number: null, code: '12' }, passcode: null };
    expect(withoutContact(order(details)).driver_details).toEqual({
      phone: { number: null, code: WITHHELD },
      passcode: null,
    });
    expect(withoutContact(order({ phone: null })).driver_details).toEqual({ phone: null });
    expect(withoutContact(order(null)).driver_details).toBeNull();
  });
});

describe('a history event without contacts', () => {
  it('a history event without contacts has the own digits of what is no contact', () => {
    const details = '{"dasher_id":1894721983472198341,"ids":[1e400]}';
    expect(stringifyJson(shownOf(parseJson(details)))).toBe(details);
  });

  it('a history event without contacts has none in what stood beside its object', () => {
    const event = { ...eventWith({}), metadata: { envelope: { id: 7, callback_phone: SECRET, to: { passcode: 1 } } } };
    const { metadata } = withoutContactInEvent(event as unknown as HistoryEvent);
    expect(metadata.envelope).toEqual({ id: 7, callback_phone: WITHHELD, to: { passcode: WITHHELD } });
  });

  it('a history event without contacts withholds driver details that are a number', () => {
    expect(shownOf(new ExactNumber('15555550123000000000'))).toBe(WITHHELD);
  });

  it.each<[string, unknown, unknown]>([
    ['a phone that is text', { phone: SECRET }, { phone: WITHHELD }],
    ['a phone that is a list', { phone: [SECRET, { number: SECRET }] }, { phone: [WITHHELD, { number: WITHHELD }] }],
    ['a passcode that is a number', { passcode: 5678 }, { passcode: WITHHELD }],
    ['a passcode that no double holds', { passcode: new ExactNumber('9007199254740993') }, { passcode: WITHHELD }],
    ['a passcode in parts', { passcode: { first: SECRET } }, { passcode: { first: WITHHELD } }],
    ['contact fields deeper down', { dsp: [{ phone: SECRET, x: 1 }] }, { dsp: [{ phone: WITHHELD, x: 1 }] }],
    [
      'contact fields of other names',
      { phone_number: SECRET, Passcode: SECRET },
      { phone_number: WITHHELD, Passcode: WITHHELD },
    ],
    ['driver details that are text', SECRET, WITHHELD],
    ['driver details that are a list', [SECRET, { name: SECRET }], [WITHHELD, { name: WITHHELD }]],
    ['no driver details', null, null],
  ])('contacts are withheld from a history event with %s', (_what, details, shown) => {
    expect(shownOf(details)).toEqual(shown);
  });

  it('contacts are withheld from the changes of a history event, whichever part the pointer names', () => {
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

  it('nothing below a phone or a passcode is ever shown, whatever is around it, and the rest is left as it came', () => {
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
