import { readerName } from '../../../schemas/files/reader-name';
import { locationId } from '../../../schemas/order-key';
import { OLD_ORDER_MS, WATCHING_MS } from '../../../schemas/api/screen-limits';
import type { Screen } from '../../../schemas/api/screen-reports';
import { FORGOTTEN_MS, MAX_SCREENS, unwatchedOf, Watching } from '../../../services/screen-reports/watching';

const NOW = Date.parse('2026-11-21T18:00:00.000Z');
const HERE = locationId('here');

const screen = (fields: Partial<Screen> = {}): Omit<Screen, 'watching'> => ({
  screen_id: '0'.repeat(32),
  name: 'counter',
  kind: 'board',
  location_id: HERE,
  reader: null,
  visible: true,
  freshness: 'live',
  age_ms: 0,
  position: null,
  reported_at: new Date(NOW).toISOString(),
  clock_offset_ms: 0,
  ...fields,
});
const idOf = (n: number): string => n.toString(16).padStart(32, '0');

describe('which screens watch', () => {
  let clock = 0;
  let watching: Watching;
  beforeEach(() => {
    clock = 0;
    watching = new Watching(() => clock);
  });

  it.each<[string, Partial<Screen>, boolean]>([
    ['a board that is live and visible', {}, true],
    ['a wall that is live and visible', { kind: 'wall' }, true],
    ['a hidden tab', { visible: false }, false],
    ['a board that is out of date', { freshness: 'stale' }, false],
    ['a board that has not connected yet', { freshness: 'connecting' }, false],
  ])('%s watches its location or not: %p', (_what, fields, expected) => {
    watching.take(screen(fields));
    expect(watching.list().map((one) => one.watching)).toEqual([expected]);
  });

  it('a screen without a report for 30 seconds watches no more, and is forgotten 5 minutes after its last', () => {
    watching.take(screen());
    clock = WATCHING_MS;
    expect(watching.list()).toMatchObject([{ watching: true }]);
    clock = WATCHING_MS + 1;
    expect(watching.list()).toMatchObject([{ watching: false }]);
    clock = FORGOTTEN_MS;
    expect(watching.list()).toHaveLength(1);
    clock = FORGOTTEN_MS + 1;
    expect(watching.list()).toEqual([]);
  });

  it('the last report of a screen counts, and screens of other readers are others, whatever they call themselves', () => {
    watching.take(screen({ reader: readerName('one'), name: 'b' }));
    watching.take(screen({ reader: readerName('one'), name: 'c' }));
    watching.take(screen({ reader: readerName('other'), name: 'a' }));
    expect(watching.list().map(({ name, reader }) => [name, reader])).toEqual([
      ['a', 'other'],
      ['c', 'one'],
    ]);
  });

  it('no more screens of a reader are known than fit, the last that reported, and other readers have their own', () => {
    watching.take(screen({ reader: readerName('other') }));
    for (let n = 0; n < MAX_SCREENS; n++) watching.take(screen({ screen_id: idOf(n) }));
    watching.take(screen({ screen_id: idOf(0) }));
    watching.take(screen({ screen_id: idOf(MAX_SCREENS) }));
    const listed = watching.list();
    expect(listed).toHaveLength(MAX_SCREENS + 1);
    expect(listed.filter(({ reader }) => reader === 'other')).toHaveLength(1);
    const ids = new Set(listed.map(({ screen_id }) => screen_id));
    expect([idOf(0), idOf(1), idOf(MAX_SCREENS)].map((id) => ids.has(id))).toEqual([true, false, true]);
  });

  it('a screen at two locations, as of a window that was duplicated, watches both', () => {
    watching.take(screen());
    watching.take(screen({ location_id: locationId('there') }));
    expect(watching.list().map(({ location_id, watching: watches }) => [location_id, watches])).toEqual([
      ['here', true],
      ['there', true],
    ]);
  });

  it('what nobody watches is known once each screen has had the time to report', () => {
    clock = WATCHING_MS;
    expect(watching.isKnown).toBe(false);
    clock = WATCHING_MS + 1;
    expect(watching.isKnown).toBe(true);
  });

  it('a location with active orders is unwatched unless a screen watches it, or its orders are left over', () => {
    const busy = (id: string, active_orders: number, age: number) => ({
      location_id: locationId(id),
      active_orders,
      updated_at: new Date(NOW - age).toISOString(),
    });
    watching.take(screen());
    const found = unwatchedOf(
      [busy('few', 1, 0), busy('here', 5, 0), busy('many', 9, OLD_ORDER_MS - 1), busy('old', 3, OLD_ORDER_MS)],
      watching.list(),
      NOW,
    );
    expect(found.map(({ location_id }) => location_id)).toEqual(['many', 'few']);
    clock = WATCHING_MS + 1;
    expect(unwatchedOf([busy('here', 5, 0)], watching.list(), NOW)).toHaveLength(1);
  });
});
