import { WITHHELD } from '../../../schemas/events/withheld';
import type { Label } from '../../../schemas/label';
import { calledOn, type Shape } from '../../../services/screens/browser/board/model/tile-words';
import { order } from '../shared/orders';

/** What a tile calls its order, by the room that it takes. */

const WHOLE: Label = { number: 'A1B2', name: 'Maria G.', source: 'doordash', items: 3 };
const driven = { source: 'doordash', name: 'Jane Driver' };

it.each<[Shape, string, string]>([
  ['roomy', 'A1B2 · Maria G.', 'DoorDash · 3 items · 2041'],
  ['compact', 'A1B2', 'Maria G. · 3 items · DoorDash'],
  ['row', 'A1B2', 'Maria G.'],
])('a %s tile has %s as its largest words, and beside them %s', (shape, title, more) => {
  expect(calledOn(shape, order({ label: WHOLE }), '2041')).toEqual({ title, more });
});

it('a service that stands with the driver is not said twice, and another one is said', () => {
  const said = (source: string): string =>
    calledOn('compact', order({ label: { ...WHOLE, source }, driver_details: driven }), '2041').more;
  expect(said('doordash')).toBe('Maria G. · 3 items');
  expect(said('uber')).toBe('Maria G. · 3 items · Uber');
});

it('orders of one name and without a number are distinguished by their ids on every tile', () => {
  for (const shape of ['roomy', 'compact', 'row'] as const) {
    const { title, more } = calledOn(shape, order({ label: { name: 'Maria G.' } }), '2041');
    expect({ shape, title, more }).toEqual({ shape, title: 'Maria G.', more: '2041' });
  }
});

it('an order is called by its id where nobody gave a number or a name, or where the name is withheld', () => {
  expect(calledOn('compact', order({}), '2041')).toEqual({ title: '2041', more: '' });
  expect(calledOn('compact', order({ label: { source: 'uber', items: 3 } }), '2041')).toEqual({
    title: '2041',
    more: '',
  });
  const withheld = order({ label: { name: WITHHELD, source: 'uber', items: 3 } });
  expect(calledOn('compact', withheld, '2041')).toEqual({ title: '2041', more: 'Uber · 3 items' });
  // The room beside it is the driver's.
  expect(calledOn('row', withheld, '2041')).toEqual({ title: '2041', more: '' });
});
