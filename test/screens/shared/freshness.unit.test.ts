import { elapsed, hearTime, lasted, serverNow } from '../../../services/screens/browser/shared/model/clock';
import {
  DEFAULT_INTERVAL_MS,
  freshnessOf,
  type Signs,
  silenceLimit,
} from '../../../services/screens/browser/shared/model/freshness';
import { at, NOON } from './orders';

const moment = (ms: number) => ({ monotonic: ms, wall: NOON + ms });
const signs = (about: Partial<Signs> = {}): Signs => ({
  link: { kind: 'open' },
  online: true,
  startedAt: moment(0),
  lastMessageAt: moment(1_000),
  hasData: true,
  store: 'ok',
  intervalMs: DEFAULT_INTERVAL_MS,
  ...about,
});
const read = (about: Partial<Signs>, ms: number) => freshnessOf(signs(about), moment(ms));
const LIMIT = silenceLimit(DEFAULT_INTERVAL_MS);

describe('freshness', () => {
  it('a screen is live while messages come, with the age of the last', () => {
    expect(read({}, 3_500)).toEqual({ kind: 'live', ageMs: 2_500 });
    expect(read({}, 1_000 + LIMIT)).toEqual({ kind: 'live', ageMs: LIMIT });
  });

  it('a screen is stale as unreachable when the feed is silent for longer than a heartbeat', () => {
    expect(read({}, 1_001 + LIMIT)).toEqual({ kind: 'stale', cause: 'unreachable', ageMs: LIMIT + 1 });
  });

  it('a screen is stale as offline when its network is away', () => {
    expect(read({ online: false }, 1_001 + LIMIT)).toMatchObject({ kind: 'stale', cause: 'offline' });
    expect(read({ online: false, link: { kind: 'lost', store: 'ok' } }, 2_000)).toMatchObject({ cause: 'offline' });
  });

  it('a screen is live while messages come, even if the browser says that it is offline', () => {
    expect(read({ online: false }, 2_000)).toMatchObject({ kind: 'live' });
  });

  it.each([
    ['unavailable', 'store'],
    ['behind', 'behind'],
  ] as const)('a screen is stale while the service says that its store is %s', (store, cause) => {
    expect(read({ store }, 2_000)).toMatchObject({ kind: 'stale', cause });
    expect(read({ link: { kind: 'lost', store } }, 2_000)).toMatchObject({ kind: 'stale', cause });
  });

  it('a screen is connecting, not stale, while a lost connection is made again within a heartbeat', () => {
    expect(read({ link: { kind: 'lost', store: 'ok' } }, 2_000)).toEqual({ kind: 'connecting', ageMs: 1_000 });
  });

  it('a screen that never connected is first connecting and then unreachable', () => {
    const never = { link: { kind: 'connecting' }, lastMessageAt: null, hasData: false } as const;
    expect(read(never, 2_000)).toEqual({ kind: 'connecting', ageMs: null });
    expect(read(never, LIMIT + 1)).toEqual({ kind: 'stale', cause: 'unreachable', ageMs: null });
  });

  it.each(['login', 'forbidden'] as const)('a screen without permission (%s) is stale at once', (reason) => {
    expect(read({ link: { kind: 'refused', reason } }, 1_100)).toMatchObject({ kind: 'stale', cause: reason });
  });

  it('the age of data counts the time in which the machine slept', () => {
    const asleep = { monotonic: 2_000, wall: NOON + 600_000 };
    expect(freshnessOf(signs(), asleep)).toMatchObject({ kind: 'stale', ageMs: 599_000 });
  });
});

describe('the clock', () => {
  it('the clock is the service’s, however wrong the screen’s is', () => {
    const heard = hearTime(at(NOON), { monotonic: 500, wall: 0 });
    expect(serverNow(heard, { monotonic: 1_500, wall: 1_000 })).toBe(NOON + 1_000);
  });

  it('durations are never negative when the screen’s clock is set back', () => {
    expect(elapsed({ monotonic: 0, wall: 9_000 }, { monotonic: 700, wall: 0 })).toBe(700);
    expect(lasted(at(NOON), NOON - 5)).toBe(0);
  });
});
