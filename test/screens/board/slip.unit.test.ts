import fc from 'fast-check';
import {
  modulesPath,
  numberSize,
  PAPER,
  paperHeight,
  slipOf,
} from '../../../services/screens/browser/board/model/handoff/slip';
import { orderId } from '../../../schemas/order-key';
import { WITHHELD } from '../../../schemas/events/withheld';
import { order } from '../shared/orders';

const DRIVER = { name: 'Jane Driver', phone: { number: '+15555551234', code: '123' }, passcode: '4711' };
const LABEL = { number: 'A1B2', name: 'Maria G.', source: 'doordash', brand: 'Bayview Burgers', items: 3 };

describe('the slip of an order', () => {
  it('a slip has what the driver says, the whole id and the location', () => {
    expect(slipOf(order({ label: LABEL, driver_details: DRIVER, stage: 'driver_here' }), 'er_1')).toEqual({
      number: 'A1B2',
      source: 'DoorDash',
      name: 'Maria G.',
      items: 3,
      location: 'l',
      orderId: 'pos_order_1',
    });
  });

  it('a slip has nothing of the driver, and no passcode, also while the driver is here', () => {
    for (const stage of ['ready', 'driver_here'] as const) {
      const slip = slipOf(order({ label: LABEL, driver_details: DRIVER, stage }), 'er_1');
      expect(JSON.stringify(slip)).not.toMatch(/Jane|5555551234|123"|4711/);
    }
  });

  it('an order without a label is called by its short id, and the brand stands in for the delivery service', () => {
    expect(slipOf(order({ order_id: orderId('o-77') }), '77')).toMatchObject({
      number: '77',
      source: null,
      name: null,
      items: null,
    });
    expect(slipOf(order({ label: { brand: 'Bayview Burgers' } }), '77').source).toBe('Bayview Burgers');
  });

  it('a name that is withheld is not printed', () => {
    expect(slipOf(order({ label: { ...LABEL, name: WITHHELD } }), 'er_1').name).toBeNull();
  });
});

describe('the paper of a slip', () => {
  it('the paper is as long as the slip and its margins, and always taller than it is wide', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 2_000, noNaN: true }), (slip) => {
        const height = paperHeight(slip);
        expect(height).toBeGreaterThanOrEqual(slip + 2 * PAPER.margin);
        expect(height).toBeGreaterThan(PAPER.width);
        expect(height).toBe(Math.floor(height));
      }),
    );
    expect(paperHeight(100.2)).toBe(109);
  });

  it('a short number is as large as the paper lets it, and a longer one never larger than a shorter one', () => {
    expect(numberSize('7')).toBe(22);
    fc.assert(
      fc.property(fc.string(), fc.string({ minLength: 1 }), (start, more) => {
        expect(numberSize(start + more)).toBeLessThanOrEqual(numberSize(start));
        expect(numberSize(start)).toBeGreaterThanOrEqual(8);
      }),
    );
  });

  it('each dark module of a code is one square of its outline', () => {
    expect(modulesPath([])).toBe('');
    expect(
      modulesPath([
        [true, false],
        [false, true],
      ]),
    ).toBe('M0 0h1v1h-1zM1 1h1v1h-1z');
  });
});
