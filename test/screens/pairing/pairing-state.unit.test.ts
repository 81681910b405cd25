import { MAX_PAGE_ADDRESS } from '../../../schemas/api/screen-limits';
import { askedOf, begunOf, nextOf } from '../../../services/screens/browser/pairing/model/pairing-state';

describe('a new screen', () => {
  it('a new screen shows the code that it got, or why there is none', () => {
    const pairing = { user_code: 'WDJB-MJHT', device_code: 'd', expires_in: 600, interval: 3 };
    expect(begunOf({ status: 200, body: pairing })).toEqual({ kind: 'begun', pairing });
    const why = (status: number) => begunOf({ status, body: null });
    expect(why(429)).toEqual({ kind: 'refused', why: 'too_many' });
    for (const status of [404, 409]) expect(why(status)).toEqual({ kind: 'refused', why: 'fixed' });
    expect(why(403)).toEqual({ kind: 'refused', why: 'refused' });
    for (const status of [408, 500, 502, 503]) expect(why(status)).toEqual({ kind: 'refused', why: 'unreachable' });
    expect(begunOf(null)).toEqual({ kind: 'refused', why: 'unreachable' });
  });

  it('a new screen waits through failures, goes on when it is signed in, and says when its code is over', () => {
    expect(askedOf({ status: 200, body: { state: 'waiting' } })).toEqual({ kind: 'waiting' });
    expect(askedOf({ status: 200, body: { state: 'signed_in', next: '/screens' } })).toEqual({
      kind: 'signed_in',
      next: '/screens',
    });
    expect(askedOf(null)).toEqual({ kind: 'unreachable' });
    for (const status of [400, 403, 408, 413, 429, 500, 502])
      expect(askedOf({ status, body: null })).toEqual({ kind: 'unreachable' });
    for (const status of [404, 409, 410]) expect(askedOf({ status, body: null })).toEqual({ kind: 'over' });
  });

  it('a new screen goes on to the page that its address names, or to the first', () => {
    expect(nextOf('?next=%2Fscreens%2Fboard%3Flocation%3D7')).toBe('/screens/board?location=7');
    expect(nextOf('')).toBe('/');
    expect(nextOf(`?next=/${'a'.repeat(MAX_PAGE_ADDRESS)}`)).toBe('/');
  });
});
