import fc from 'fast-check';
import { MAX_LIVE_LOCATIONS } from '../../../schemas/api/screen-limits';
import { type FeedNeed, requestFor } from '../../../services/screens/browser/feed/model/feed-need';
import { type SharedLine, Sharing, type ConnectionStep } from '../../../services/screens/browser/feed/model/sharing';
import { MAX_UNTAKEN_CHARACTERS, TAKEN_WITHIN_MS, Untaken } from '../../../services/screens/browser/feed/model/untaken';

const SERVICE = 'https://rail.example.com/rail/';
const at = (location: string, token: string | null = null, view: 'board' | 'customers' = 'board'): FeedNeed => ({
  kind: 'location',
  service: SERVICE,
  location,
  view,
  token,
});
const OVERVIEW: FeedNeed = { kind: 'whole', url: `${SERVICE}overview/live`, token: null };

/** Connections as the steps make them, each with the address that was last asked for. */
function connections<Tab>(sharing: Sharing<Tab>) {
  const open = new Map<SharedLine<Tab>, string>();
  return {
    open,
    take: (steps: readonly ConnectionStep<Tab>[]): void => {
      for (const { line, kind } of steps) {
        expect(open.has(line)).toBe(kind !== 'connect');
        if (kind === 'end') open.delete(line);
        else open.set(line, sharing.ask(line).url);
      }
    },
  };
}

describe('the connections that all tabs of a browser share', () => {
  it('however tabs come and go, there is one connection for those who can share it, and it asks for what they need', () => {
    const need = fc.oneof(
      fc
        .record({
          location: fc.constantFrom('a', 'b', 'c', 'd'),
          token: fc.constantFrom(null, 'one', 'two'),
          view: fc.constantFrom('board' as const, 'customers' as const),
        })
        .map(({ location, token, view }) => at(location, token, view)),
      fc.constant(OVERVIEW),
    );
    const coming = fc.record({ need, stays: fc.nat(8) });
    fc.assert(
      fc.property(fc.array(coming, { maxLength: 40 }), (all) => {
        const sharing = new Sharing<number>();
        const { open, take } = connections(sharing);
        const there = new Map<number, FeedNeed>();
        for (const [now, one] of all.entries()) {
          take(sharing.follow(now, one.need, null));
          there.set(now, one.need);
          for (const [tab] of [...there]) {
            if (tab + (all[tab]?.stays ?? 0) > now) continue;
            take(sharing.leave(tab));
            there.delete(tab);
          }
          const wanted = new Map<string, { need: FeedNeed; locations: Set<string> }>();
          for (const needed of there.values()) {
            const key = needed.kind === 'whole' ? needed.url : `${String(needed.token)} ${needed.view}`;
            const group = wanted.get(key) ?? { need: needed, locations: new Set<string>() };
            if (needed.kind === 'location') group.locations.add(needed.location);
            wanted.set(key, group);
          }
          expect(open.size).toBe(wanted.size);
          const asked = [...open].map(([line, url]) => {
            const locations = [...line.places.keys()].filter((location) => location !== '').sort();
            return {
              token: line.need.token,
              locations,
              isAsked: locations.every((location) => url.includes(location)),
            };
          });
          for (const group of wanted.values()) {
            const locations = [...group.locations].sort();
            expect(asked).toContainEqual({ token: group.need.token, locations, isAsked: true });
          }
          const served = [...open.keys()].flatMap((line) => sharing.followersOf(line));
          expect(served.sort()).toEqual([...there.keys()].sort());
        }
      }),
    );
  });

  it('one location is asked for by itself, and several by one address, each where it is', () => {
    expect(requestFor(at('a b'), [['a b', '7-01234567']])).toEqual({
      url: `${SERVICE}locations/a%20b/live`,
      lastEventId: '7-01234567',
    });
    expect(requestFor(at('a', null, 'customers'), [['a', null]]).url).toBe(`${SERVICE}locations/a/live?view=customers`);
    expect(
      requestFor(at('a'), [
        ['a', '7-01234567'],
        ['ü', null],
      ]),
    ).toEqual({
      url: `${SERVICE}live?location_id=a&last_event_id=7-01234567&location_id=%C3%BC&last_event_id=`,
      lastEventId: null,
    });
  });

  it('more locations than one connection brings are brought by another', () => {
    const sharing = new Sharing<number>();
    const { open, take } = connections(sharing);
    for (let n = 0; n <= MAX_LIVE_LOCATIONS; n++) take(sharing.follow(n, at(`l${String(n)}`), null));
    expect([...open.keys()].map(({ places }) => places.size)).toEqual([MAX_LIVE_LOCATIONS, 1]);
    for (const [n, long] of ['x', 'y', 'z'].entries()) take(sharing.follow(100 + n, at(long.repeat(200), 'x'), null));
    for (const n of [0, 1, 2]) take(sharing.follow(200 + n, at('字'.repeat(199) + String(n), 'long'), null));
    for (let n = 0; n < 20; n++) take(sharing.follow(300 + n, at("'~".repeat(99) + String(n), 'signs'), null));
    for (const url of open.values()) expect(url.length).toBeLessThan(5_000);
  });

  it('each message is for those who follow its location, and a place is resumed where its last message was', () => {
    const sharing = new Sharing<string>();
    const [first] = sharing.follow('tab a', at('a'), null);
    sharing.follow('tab b', at('b'), '4-aaaaaaaa');
    sharing.follow('another a', at('a'), null);
    if (first === undefined) throw new Error('nothing to connect');
    const { line } = first;
    expect(sharing.ask(line).url).toContain('location_id=b&last_event_id=4-aaaaaaaa');
    const { deliveries } = sharing.take(line, [
      { event: 'heartbeat', data: '{"of":"no location"}' },
      { event: 'location', data: '{"location_id":"a"}' },
      { event: 'snapshot', id: '5-bbbbbbbb', data: '{}' },
      { event: 'heartbeat', data: '{}' },
      { event: 'location', data: '{"location_id":"b"}' },
      { event: 'order', id: '6-cccccccc', data: '{}' },
      { event: 'location', data: '{"location_id":"somewhere else"}' },
      { event: 'order', id: '7-dddddddd', data: '{}' },
    ]);
    expect(deliveries.map(({ followers, messages }) => [[...followers], messages.map(({ event }) => event)])).toEqual([
      [
        ['tab a', 'another a'],
        ['snapshot', 'heartbeat'],
      ],
      [['tab b'], ['order']],
    ]);
    const { url } = sharing.ask(line);
    expect(url).toContain('location_id=a&last_event_id=5-bbbbbbbb');
    expect(url).toContain('location_id=b&last_event_id=6-cccccccc');
  });

  it('one who comes later is sent nothing before its own beginning, which is a snapshot unless it is where the others are', () => {
    const sharing = new Sharing<string>();
    const [first] = sharing.follow('first', at('a'), null);
    if (first === undefined) throw new Error('nothing to connect');
    const { line } = first;
    sharing.ask(line);
    sharing.take(line, [{ event: 'snapshot', id: '5-bbbbbbbb', data: '{}' }]);
    sharing.follow('later', at('a'), null);
    const before = sharing.take(line, [{ event: 'order', id: '6-cccccccc', data: '{}' }]);
    expect(before.deliveries.flatMap(({ followers }) => [...followers])).toEqual(['first']);
    expect(sharing.followersOf(line)).toEqual(['first']);
    expect(sharing.ask(line).lastEventId).toBeNull();
    sharing.take(line, [{ event: 'snapshot', id: '6-cccccccc', data: '{}' }]);
    sharing.follow('where they are', at('a'), '6-cccccccc');
    expect(sharing.ask(line).lastEventId).toBe('6-cccccccc');
    expect(sharing.followersOf(line)).toEqual(['first', 'later', 'where they are']);
  });

  it('a location that the reader may not see gets a connection of its own until it may, which is refused without the others', () => {
    const sharing = new Sharing<string>();
    const { open, take } = connections(sharing);
    take(sharing.follow('may', at('a'), null));
    take(sharing.follow('may not', at('b'), null));
    const [line] = open.keys();
    if (line === undefined) throw new Error('nothing is connected');
    take(
      sharing.take(line, [
        { event: 'location', data: '{"location_id":"b"}' },
        { event: 'refused', data: '{}' },
      ]).steps,
    );
    take(sharing.follow('may not either', at('b'), null));
    take(sharing.follow('may too', at('c'), null));
    expect([...open.keys()].map((one) => [...one.places.keys()])).toEqual([['a', 'c'], ['b']]);
    const [, apart] = open.keys();
    expect([...open.values()][1]).toBe(`${SERVICE}locations/b/live`);
    if (apart === undefined) throw new Error('nothing is apart');
    const { deliveries, steps } = sharing.take(apart, [{ event: 'snapshot', id: '5-bbbbbbbb', data: '{}' }]);
    expect(deliveries).toEqual([]);
    take(steps);
    expect([...open.keys()].map((one) => [...one.places.keys()])).toEqual([['a', 'c', 'b']]);
    expect(sharing.followersOf(line)).toEqual(['may', 'may too', 'may not', 'may not either']);
    for (const tab of ['may', 'may not', 'may not either', 'may too']) take(sharing.leave(tab));
    expect(open.size).toBe(0);
  });
});

describe('what a tab has not taken', () => {
  it('a tab that takes what it is sent may be sent any amount', () => {
    const untaken = new Untaken();
    for (let n = 0; n < 100; n++) {
      untaken.taken(untaken.sent(MAX_UNTAKEN_CHARACTERS, n * TAKEN_WITHIN_MS));
      expect(untaken.isTooMuch(n * TAKEN_WITHIN_MS)).toBe(false);
    }
  });

  it('a tab that takes nothing for 15 s, or has too much waiting, has taken too little', () => {
    const untaken = new Untaken();
    const number = untaken.sent(10, 1_000);
    untaken.sent(10, 2_000);
    expect(untaken.isTooMuch(1_000 + TAKEN_WITHIN_MS)).toBe(false);
    expect(untaken.isTooMuch(1_001 + TAKEN_WITHIN_MS)).toBe(true);
    untaken.taken(number);
    expect(untaken.isTooMuch(1_001 + TAKEN_WITHIN_MS)).toBe(false);
    untaken.sent(MAX_UNTAKEN_CHARACTERS, 2_000);
    expect(untaken.isTooMuch(2_000)).toBe(true);
  });
});
