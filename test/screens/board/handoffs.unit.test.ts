import type { Order } from '../../../schemas/api/order-view';
import {
  type Handoffs,
  noHandoffs,
  ofThoseHere,
  opened,
  turnedTo,
  withArrivals,
} from '../../../services/screens/browser/board/model/handoff/handoffs';

/** Orders by id whose drivers are here, beside `gone`, whose driver has left. */
const ordersWith = (...here: readonly string[]): ReadonlyMap<string, Order> =>
  new Map(
    ['gone', ...here].map((id) => [id, { stage: id === 'gone' ? 'on_the_way' : 'driver_here' } as unknown as Order]),
  );

const waitingFor = (...ids: readonly string[]): Handoffs => withArrivals(noHandoffs, ids);

describe('the handoffs of a board', () => {
  it('drivers wait in the order in which they came, and who comes again waits last', () => {
    expect(withArrivals(waitingFor('a', 'b'), ['c']).waiting).toEqual(['a', 'b', 'c']);
    expect(withArrivals(waitingFor('a', 'b'), ['a']).waiting).toEqual(['b', 'a']);
  });

  it('a driver whose card is open waits until somebody turns from the card', () => {
    const open = opened(waitingFor('a', 'b'), 'a', false);
    expect([open.openId, open.waiting]).toEqual(['a', ['a', 'b']]);
    expect(turnedTo(open, null)).toEqual({ openId: null, isByItself: false, waiting: ['b'] });
    expect(turnedTo(open, 'b')).toEqual({ openId: 'b', isByItself: false, waiting: ['b'] });
  });

  it('a driver who has gone waits no longer', () => {
    expect(ofThoseHere(waitingFor('gone', 'a'), ordersWith('a')).waiting).toEqual(['a']);
    const still = waitingFor('a');
    expect(ofThoseHere(still, ordersWith('a'))).toBe(still);
  });

  it('a card that opened by itself gives way to the next when its driver has gone, and else closes', () => {
    const open = opened(waitingFor('gone', 'a', 'b'), 'gone', true);
    expect(ofThoseHere(open, ordersWith('a', 'b'))).toEqual({ openId: 'a', isByItself: true, waiting: ['a', 'b'] });
    expect(ofThoseHere(open, ordersWith())).toEqual(noHandoffs);
  });

  it('a card that somebody opened closes where its order is not on the board any more', () => {
    const open = opened(waitingFor('a'), 'over', false);
    expect(ofThoseHere(open, ordersWith('a'))).toEqual(waitingFor('a'));
  });

  it('a card that somebody opened stays open when its driver has gone', () => {
    const open = opened(waitingFor('gone'), 'gone', false);
    expect(ofThoseHere(open, ordersWith())).toEqual({ openId: 'gone', isByItself: false, waiting: [] });
  });
});
