import fc from 'fast-check';
import { quarantineId } from '../../../../schemas/events/delivery-ids';
import { locationId, orderId } from '../../../../schemas/order-key';
import type { QuarantineEntry } from '../../../../schemas/api/order-view';
import { aboutOf, isAbout, pageWith } from '../../../../services/handle-order/quarantine/about';

const NOTHING = { type: null, location_id: null, order_id: null, source: null };
const about = (body: unknown) => aboutOf(Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)));
const entry = (id: number) => ({ quarantine_id: quarantineId(id) }) as QuarantineEntry;

describe('what a delivery in quarantine is about', () => {
  it('type, location, order and source are those of the body, each null where it does not say so', () => {
    const object = { location_id: 'north', order_id: 'A-1', driver_details: { source: 'uber' } };
    expect(about({ type: 'order.updated', object })).toEqual({
      type: 'order.updated',
      location_id: 'north',
      order_id: 'A-1',
      source: 'uber',
    });
    expect(about({ type: 7, object: { location_id: 4, order_id: 'A-1', driver_details: 'Jane' } })).toEqual({
      ...NOTHING,
      order_id: 'A-1',
    });
  });

  it('an order of another type names its source beside its ids', () => {
    const object = { location_id: 'north', source: 'doordash' };
    expect(about({ type: 'order.created', object })).toMatchObject({ type: 'order.created', source: 'doordash' });
  });

  it('a body that is no JSON, no text or cannot be decoded says nothing', () => {
    for (const body of ['not JSON', '[1]', 'null', '']) expect(about(body)).toEqual(NOTHING);
    expect(aboutOf(Buffer.of(0xff, 0x00))).toEqual(NOTHING);
    expect(aboutOf(null)).toEqual(NOTHING);
  });

  it('a long type is cut, and what is left of it is text that can be sent', () => {
    const { type } = about({ type: `${'x'.repeat(63)}🛵` });
    expect(type).toBe(`${'x'.repeat(63)}\uFFFD`);
  });

  it('no body makes it throw', () => {
    fc.assert(
      fc.property(fc.oneof(fc.json(), fc.string()), (body) => {
        expect(Object.keys(about(body))).toEqual(Object.keys(NOTHING));
      }),
    );
  });

  it('a location is asked for as it is, and a source ignoring case', () => {
    const said = { ...NOTHING, location_id: locationId('north'), order_id: orderId('1'), source: 'Uber Eats' };
    expect(isAbout(said, {})).toBe(true);
    expect(isAbout(said, { location_id: locationId('north'), source: ' uber eats' })).toBe(true);
    expect(isAbout(said, { location_id: locationId('North') })).toBe(false);
    expect(isAbout(NOTHING, { source: 'uber' })).toBe(false);
  });

  it('a source is found by each of its spellings and by what people call it, and a long one by all of it', () => {
    for (const came of ['ubereats', 'uber_eats', 'Uber Eats']) {
      for (const source of ['ubereats', 'UBER_EATS', 'uber eats']) {
        expect(isAbout({ ...NOTHING, source: came }, { source })).toBe(true);
      }
      expect(isAbout({ ...NOTHING, source: came }, { source: 'uber' })).toBe(false);
    }
    const source = 's'.repeat(200);
    const said = about({ type: 'order.updated', object: { source } });
    expect(isAbout(said, { source })).toBe(true);
  });
});

describe('a page of what is asked for in the quarantine', () => {
  it('a page has no more than it may, and goes on after its last delivery if it was cut', () => {
    expect(pageWith([entry(1)], { found: [entry(4), entry(7)], next: '9' }, 2)).toEqual({
      deliveries: [entry(1), entry(4)],
      next: '4',
    });
    expect(pageWith([entry(1)], { found: [entry(4)], next: '9' }, 2).next).toBe('9');
    expect(pageWith([], { found: [], next: null }, 2)).toEqual({ deliveries: [], next: null });
  });
});
