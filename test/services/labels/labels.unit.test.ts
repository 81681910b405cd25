import fc from 'fast-check';
import { DEFAULT_LABEL_POINTERS, Label } from '../../../schemas/label';
import { forgetAt, MOST_AHEAD_MS, shownLabel } from '../../../services/labels/label-time';
import { firstNameAndInitial, givenLabel, parseLabel } from '../../../services/labels/parse-label';
import { callWords, labelWords } from '../../../services/screens/browser/shared/model/label-words';
import { anyCharacter } from '../../support/any-character';

const HOUR = 3_600_000;
const read = (object: unknown, answer: unknown = {}) => parseLabel({ object, answer }, DEFAULT_LABEL_POINTERS);
const ORDER = {
  customer_facing_id: 'A1B2',
  source: 'doordash',
  brand: 'Bayview Burgers',
  fulfillment_type: 'delivery',
  customers: [{ name: 'Maria  García ', phone: '+15555550142' }, { name: 'Somebody Else' }],
  items: [{ name: 'Soup', quantity: 2 }, { name: 'Bread' }],
  requested_for: '2026-11-28T18:30:00Z',
  delivery_address: { street_address: '17 Elm Street' },
};

describe('reading a label', () => {
  it('an order gives its number, source, brand, way, first name and initial, items, promise and time, and nothing else', () => {
    expect(read(ORDER, { order: { provider_id: 'pos-1', prep_time_minutes: 15 } })).toEqual({
      number: 'A1B2',
      source: 'doordash',
      brand: 'Bayview Burgers',
      fulfillment_type: 'delivery',
      name: 'Maria G.',
      items: 3,
      promised_minutes: 15,
      requested_for: '2026-11-28T18:30:00.000Z',
    });
  });

  it.each([
    ['Maria', 'Maria'],
    ['Maria G.', 'Maria G.'],
    ['Anne Marie de la Tour', 'Anne T.'],
    ['  María\u200b\tGarcía\u202e ', 'María G.'],
    ['Wei 王', 'Wei 王.'],
    [' \u200b ', null],
  ])('of the name %j, %j is kept', (name, kept) => {
    expect(firstNameAndInitial(name)).toBe(kept);
  });

  it('what is not a text, number or time where one is pointed at is passed over', () => {
    expect(read({ customer_facing_id: { a: 1 }, dsp_order_number: 77, customers: 'x', items: {}, source: [] })).toEqual(
      {
        number: '77',
      },
    );
    expect(read(null)).toBeNull();
    expect(read({ requested_for: 'soon', items: -3, customers: [{ name: 7 }] })).toBeNull();
  });

  it('pointers that are configured are the only ones that are looked at', () => {
    const none = { number: [], name: [], items: [], source: [], brand: [], fulfillment_type: [], promised_minutes: [] };
    const pointers = { ...none, requested_for: [], number: ['/object/tickets/1/a~1b'] };
    expect(parseLabel({ object: { ...ORDER, tickets: [{}, { 'a/b': 'Z9' }] } }, pointers)).toEqual({ number: 'Z9' });
  });

  it('no order, however hostile, gives anything but a label or nothing', () => {
    const key = fc.constantFrom(
      'customer_facing_id',
      'customers',
      'items',
      'name',
      'source',
      '__proto__',
      'quantity',
      '0',
    );
    const { value } = fc.letrec((tie) => ({
      value: fc.oneof(
        { maxDepth: 5 },
        fc.jsonValue({ maxDepth: 2 }),
        fc.string({ unit: anyCharacter, maxLength: 200 }),
        fc.array(tie('value'), { maxLength: 4 }),
        fc.dictionary(key, tie('value'), { maxKeys: 6 }),
      ),
    }));
    fc.assert(
      fc.property(value, value, (object, answer) => {
        const label = read(object, answer);
        if (label === null) return;
        expect(Label.strict().parse(label)).toEqual(label);
        expect(labelWords({ label })?.includes('\n') ?? false).toBe(false);
      }),
      { numRuns: 3_000 },
    );
  });

  it('of the label that a POS gives, no more of the name is kept either', () => {
    expect(givenLabel({ number: ' A1 ', name: 'Maria García', items: 3 })).toEqual({
      number: 'A1',
      name: 'Maria G.',
      items: 3,
    });
    expect(givenLabel({})).toBeNull();
  });
});

describe('words of a label', () => {
  it('an order is called by its service, number, name and items', () => {
    expect(labelWords({ label: { number: 'A1B2', source: 'doordash', name: 'Maria G.', items: 3 } })).toBe(
      'DoorDash · A1B2 · Maria G. · 3 items',
    );
    expect(labelWords({ label: { number: '7', brand: 'Bayview Burgers', name: '[withheld]', items: 1 } })).toBe(
      'Bayview Burgers · 7 · 1 item',
    );
  });

  it('a sentence calls an order by number and name, and by the end of its id where nobody gave a number', () => {
    const called = (label?: Label): string => callWords(label === undefined ? {} : { label }, '2041');
    expect(called({ number: 'A1B2', name: 'Maria G.', source: 'doordash', items: 3 })).toBe('A1B2 · Maria G.');
    expect(called({ number: 'A1B2', name: '[withheld]' })).toBe('A1B2');
    expect(called({ name: 'Maria G.' })).toBe('Maria G. · 2041');
    expect(called({ name: '[withheld]', items: 3 })).toBe('2041');
    expect(called()).toBe('2041');
  });

  it('without a number and a name there are no words, and the order is called by its id', () => {
    expect(labelWords({})).toBeNull();
    expect(labelWords({ label: { source: 'doordash', items: 3 } })).toBeNull();
  });
});

describe('time of a label', () => {
  const T = Date.parse('2026-11-28T12:00:00.000Z');
  const time = (hours: number): string => new Date(T + hours * HOUR).toISOString();
  const order = (reported: number, ended: number | null, began = 0, since = began) => ({
    number_since: time(since),
    first_received_at: time(began),
    reported_at: time(reported),
    ended_at: ended === null ? null : time(ended),
  });
  const hours = (at: number, label: Label, of: ReturnType<typeof order> | null): number =>
    (forgetAt({ label, at: T + at * HOUR }, of, 24) - T) / HOUR;

  it.each([
    ['an order that ended keeps it so long after the end, whatever comes late', 0, {}, order(5, 1), 25],
    ['an order that does not end keeps it so long after its last news', 0, {}, order(5, null), 29],
    ['an order of which nothing was reported keeps it so long after it was accepted', 2, {}, null, 26],
    ['an order that is wanted later keeps it until so long after then', 0, { requested_for: time(48) }, null, 72],
    ['an order that ended before it was wanted keeps it no longer', 0, { requested_for: time(48) }, order(1, 1), 25],
    ['a label of the next order under the number is kept for that', 20, {}, order(1, 1), 44],
  ])('%s', (_, at, label, of, expected) => {
    expect(hours(at, label, of)).toBe(expected);
  });

  it('a time far away keeps no name for longer than a week', () => {
    const at = T;
    expect(forgetAt({ label: { requested_for: '9999-01-01T00:00:00.000Z' }, at }, null, 24)).toBe(
      T + MOST_AHEAD_MS + 24 * HOUR,
    );
  });

  it('the label of another order under the same number is not shown', () => {
    const label = { number: 'A1' };
    const kept = (at: number) => ({ label, at: T + at * HOUR });
    expect(shownLabel(kept(0), order(1, 1))).toEqual(label);
    expect(shownLabel(kept(8), order(1, 1))).toBeNull();
    expect(shownLabel(kept(0), order(20, null, 20, 0))).toBeNull();
    expect(shownLabel(kept(19), order(20, null, 20, 0))).toEqual(label);
    expect(shownLabel({ label: {}, at: T }, order(1, null))).toBeNull();
    expect(shownLabel(null, order(1, null))).toBeNull();
  });
});
