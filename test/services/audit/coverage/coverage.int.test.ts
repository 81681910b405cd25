import fc from 'fast-check';
import { Coverage, type OrderTrack, track, untracked } from '../../../../projections/source-coverage';
import { type CoverageGroup, CoverageReport } from '../../../../schemas/api/coverage';
import { eventId } from '../../../../schemas/events/event-id';
import { decodeOrderEvent, orderStream } from '../../../../schemas/events/order-events';
import { streamName } from '../../../../schemas/events/stream-name';
import { DELIVERY_STATUSES, STATUSES } from '../../../../schemas/vocabulary';
import { locationId, orderKey } from '../../../../schemas/order-key';
import { createCoverageRunner, MAX_WAITING_QUERIES } from '../../../../services/audit/coverage/coverage';
import { CLOCK_MARGIN_MS, type CoverageQuery, scanCoverage } from '../../../../services/audit/coverage/coverage-scan';
import type { EventStore, JsonValue } from '../../../../services/event-store/event-store';
import { createMemoryStore } from '../../event-store/memory/memory-store';
import { arbitraryOrderUpdatedObject } from '../../../projections/arbitraries';
import { problem, problemOf, update } from '../../../support/deliveries';
import { cases } from '../../../support/depth';
import {
  bearer,
  discard,
  entryOf,
  OPERATOR_TOKEN,
  READER_TOKEN,
  type RunningService,
  startService,
} from '../../../support/running-service';

const never = new AbortController().signal;

describe('the coverage scan', () => {
  const BEGIN = Date.UTC(2026, 10, 21);
  const arbitraryLog = fc.array(
    fc.record({
      order: fc.nat(4),
      wait: fc.integer({ min: 0, max: 3 * 3_600_000 }),
      object: arbitraryOrderUpdatedObject,
    }),
    { maxLength: 40 },
  );
  type Fact = typeof arbitraryLog extends fc.Arbitrary<(infer One)[]> ? One : never;

  /** A log of orders at two locations, and of other streams; the store's clock and ours are one. */
  async function logOf(facts: readonly Fact[]): Promise<{ store: EventStore; times: number[] }> {
    let time = BEGIN;
    const store = createMemoryStore({ now: () => time });
    const times: number[] = [];
    for (const [n, { order, wait, object }] of facts.entries()) {
      time += wait;
      times.push(time);
      const key = orderKey(order % 2 === 0 ? 'here' : 'there', String(order));
      const id = (kind: number) => eventId(`00000000-0000-4000-8${String(kind)}00-${String(n).padStart(12, '0')}`);
      const metadata = { received_at: new Date(time).toISOString() };
      const data = JSON.parse(JSON.stringify({ ...object, ...key })) as JsonValue;
      await store.append(streamName('quarantine'), [{ id: id(1), type: 'delivery.quarantined', data: null }], 'any');
      await store.append(orderStream(key), [{ id: id(0), type: 'order.updated', data, metadata }], 'any');
    }
    return { store, times };
  }

  /** The same by folding everything, with nothing forgotten. */
  async function expected(store: EventStore, { locations, source, from, to }: CoverageQuery) {
    const coverage = new Coverage();
    const tracks = new Map<string, OrderTrack>();
    for await (const stored of store.readAll({ prefix: 'order-' })) {
      const event = decodeOrderEvent(stored);
      if (event === null) continue;
      const next = track(tracks.get(stored.stream) ?? untracked, event);
      tracks.set(stored.stream, next.track);
      const at = Date.parse(event.receivedAt);
      const location = locationId(String(event.data['location_id']));
      if (at < from || at >= to || (locations !== null && !locations.includes(location))) continue;
      if (source === null || source === next.sighting.source) coverage.add(location, next.sighting);
    }
    return coverage.groups.map(({ locationId, source: of, events, late, seen }) => ({
      locationId,
      of,
      events,
      late,
      completed: seen.status.get('completed') ?? 0,
    }));
  }

  it('the coverage scan counts what a fold of the whole log counts, with or without seeking, with few orders in memory', async () => {
    await fc.assert(
      fc.asyncProperty(
        arbitraryLog,
        fc.tuple(fc.nat(40), fc.nat(40)),
        fc.constantFrom(null, ['here'], ['here', 'nowhere']),
        fc.constantFrom(null, 'uber', 'unknown'),
        fc.boolean(),
        async (facts, [one, other], locations, source, canSeek) => {
          const { store, times } = await logOf(facts);
          const at = (index: number): number => times[index] ?? BEGIN + index;
          const [from, to] = [Math.min(at(one), at(other)), Math.max(at(one), at(other)) + 1];
          const query = { locations, source, from, to };
          const scan = await scanCoverage({ log: store, query, canSeek, signal: never, trackedOrders: 2 });
          expect(scan).toMatchObject({ complete: true, covered_until: null, ungrouped_events: 0 });
          const found = scan.groups.map((group) => ({
            locationId: group.location_id,
            of: group.source,
            events: group.events,
            late: group.late.count,
            completed: group.statuses['completed'],
          }));
          expect(found).toEqual(await expected(store, query));
        },
      ),
      { numRuns: cases(80) },
    );
  });

  it('the coverage scan ends where it has read as many events as it may, and says how far it came', async () => {
    const object = { ...orderKey('here', ''), status: 'in_progress' };
    const { store, times } = await logOf(
      Array.from({ length: 20 }, (_, n) => ({ order: n % 4, wait: 60_000, object: { ...object, n } })),
    );
    const query = { locations: null, source: null, from: BEGIN, to: BEGIN + 24 * 3_600_000 };
    const scan = await scanCoverage({ log: store, query, canSeek: true, signal: never, maxEvents: 7 });
    expect(scan).toMatchObject({
      complete: false,
      events: 7,
      covered_until: new Date(times[6] ?? 0).toISOString(),
    });
  });

  it('the coverage scan does not read the log before its range, except for the clock margin', async () => {
    const object = { ...orderKey('here', ''), status: 'in_progress' };
    const facts = Array.from({ length: 200 }, (_, n) => ({
      order: n % 4,
      wait: CLOCK_MARGIN_MS,
      object: { ...object, n },
    }));
    const { store, times } = await logOf(facts);
    let read = 0;
    const counting: EventStore = {
      ...store,
      subscribe: async function* (options) {
        for await (const batch of store.subscribe(options)) {
          read += batch.events.length;
          yield batch;
        }
      },
    };
    const query = { locations: null, source: null, from: times[190] ?? 0, to: BEGIN + 1e10 };
    expect((await scanCoverage({ log: counting, query, canSeek: true, signal: never })).events).toBe(10);
    expect(read).toBeLessThanOrEqual(12);
  });

  it('the coverage scan of an empty log finds nothing', async () => {
    const query = { locations: null, source: null, from: 0, to: 1 };
    const log = createMemoryStore({ now: () => 0 });
    expect(await scanCoverage({ log, query, canSeek: true, signal: never })).toMatchObject({
      complete: true,
      groups: [],
    });
  });
});

describe('GET /coverage', () => {
  const SCREEN = 'screen-0123456789abcdef';
  const LOCAL = 'auditor-of-here-0123456789';
  const UBER = { source: 'Uber', name: 'Jane', passcode: 'code-4711' };
  let service: RunningService;
  beforeAll(async () => {
    const readers = [
      entryOf(READER_TOKEN, 'auditor'),
      entryOf(OPERATOR_TOKEN, 'operator'),
      entryOf(SCREEN, 'screen'),
      entryOf(LOCAL, 'auditor', ['here']),
    ];
    service = await startService({ READERS: JSON.stringify(readers) });
    for (const location_id of ['here', 'there']) {
      const about = orderKey(location_id, 'o');
      await service.deliver(update(about));
      await service.deliver(update(about, { delivery_status: 'enroute_to_pickup', driver_details: UBER }));
      await service.deliver(update(about, { status: 'completed', delivery_status: 'completed' }));
      await service.deliver(update(about, { status: 'completed', delivery_status: 'completed' })); // a repeat
      await service.deliver(update(about, { status: 'in_progress', delivery_status: 'arrived_at_pickup' })); // late
      await service.deliver(update(about, { status: 'teleporting' }));
    }
    await service.post('not JSON');
    await service.post('{}', { 'X-Stream-Signature': 'wrong' });
  });
  afterAll(() => discard(service));
  const report = async (query = '', token = READER_TOKEN): Promise<CoverageReport> => {
    const answer = await service.call(`/coverage${query}`, { headers: bearer(token) });
    expect({ query, status: answer.status, cache: answer.headers['cache-control'] }).toEqual({
      query,
      status: 200,
      cache: 'no-store',
    });
    expect(answer.text).not.toMatch(/Jane|code-4711/);
    return CoverageReport.strict().parse(answer.json);
  };
  const named = (groups: readonly CoverageGroup[]): string[] => groups.map((one) => `${one.location_id} ${one.source}`);

  it('GET /coverage counts what each source sends to each location', async () => {
    const { complete, events, groups } = await report();
    expect({ complete, events }).toEqual({ complete: true, events: 10 });
    expect(named(groups)).toEqual(['here uber', 'here unknown', 'there uber', 'there unknown']);
    const [uber, unknown] = groups;
    expect(unknown).toMatchObject({
      events: 1,
      statuses: { in_progress: 1, completed: 0 },
      late: { count: 0, share: 0 },
    });
    expect(uber).toMatchObject({
      events: 4,
      late: { count: 1, share: 0.25 },
      statuses: { in_progress: 2, completed: 1, ready_for_pickup: 0 },
      delivery_statuses: { enroute_to_pickup: 1, completed: 1, arrived_at_pickup: 1, returned: 0 },
      unknown: [{ field: 'status', value: 'teleporting', count: 1 }],
      further_unknown: 0,
      unreadable: [],
    });
    expect(Object.keys(uber?.statuses ?? {})).toEqual([...STATUSES.keys()]);
    expect(Object.keys(uber?.delivery_statuses ?? {})).toEqual([...DELIVERY_STATUSES.keys()]);
    expect(uber?.gaps.map(({ field, from, to, count }) => `${field} ${from} ${to} ${String(count)}`).sort()).toEqual([
      'delivery_status completed arrived_at_pickup 1',
      'delivery_status enroute_to_pickup completed 1',
      'status completed in_progress 1',
      'status in_progress completed 1',
    ]);
  });

  it('GET /coverage reports on the webhook endpoint, to readers of all locations only', async () => {
    const { endpoint } = await report();
    expect(endpoint?.deliveries).toMatchObject({ recorded: 10, repeat: 2, quarantined: 1, 'not-authentic': 1 });
    expect(endpoint?.repeats).toEqual({ count: 2, share: 2 / 12 });
    expect(endpoint?.non_2xx.share).toBe(0);
    expect(endpoint?.not_authentic).toMatchObject({ share: 1 / 14, secrets_in_doubt: false });
    expect(endpoint?.not_authentic.last_authentic_at).toMatch(/^20\d\d-/);
    expect(endpoint?.non_2xx.alarms).toEqual([
      { at: 0.1, reached: false },
      { at: 0.25, reached: false },
      { at: 0.5, reached: false },
    ]);
    expect((await report('', LOCAL)).endpoint).toBeNull();
  });

  it('GET /coverage is limited to a source and a location if asked, and to the reader’s own locations always', async () => {
    expect(named((await report('?source=UBER&location_id=there')).groups)).toEqual(['there uber']);
    expect(named((await report('?source=unknown')).groups)).toEqual(['here unknown', 'there unknown']);
    expect(named((await report('', LOCAL)).groups)).toEqual(['here uber', 'here unknown']);
    const refused = [await service.call('/coverage?location_id=there', { headers: bearer(LOCAL) })];
    refused.push(await service.call('/coverage', { headers: bearer(SCREEN) }));
    for (const answer of refused) expect(problemOf(answer)).toEqual(problem(403, 'not-permitted'));
  });

  it('GET /coverage takes a range of time, and refuses one that is empty, malformed or too long', async () => {
    expect((await report('?to=2026-01-01T00:00:00Z')).groups).toEqual([]);
    const { from, to } = await report('?to=2026-01-31T00:00:00Z');
    expect([from, to]).toEqual(['2026-01-24T00:00:00.000Z', '2026-01-31T00:00:00.000Z']);
    for (const query of [
      '?from=2026-02-01T00:00:00Z&to=2026-02-01T00:00:00Z',
      '?from=2026-01-01T00:00:00Z&to=2026-02-01T00:00:01Z',
      '?from=yesterday',
      '?passcode=1',
    ]) {
      expect(problemOf(await service.get(`/coverage${query}`))).toEqual(problem(400, 'invalid-parameter'));
    }
    expect((await service.get('/coverage?from=2026-01-01T00:00:00Z&to=2026-02-01T00:00:00Z')).status).toBe(200);
  });

  it('GET /coverage answers a few queries at a time, and asks any further one to retry later', async () => {
    const answers = await Promise.all(Array.from({ length: MAX_WAITING_QUERIES + 4 }, () => service.get('/coverage')));
    const busy = answers.filter(({ status }) => status === 503);
    for (const answer of busy) {
      expect(problemOf(answer)).toEqual(problem(503, 'coverage-busy'));
      expect(answer.headers['retry-after']).toBeDefined();
    }
    expect(answers.filter(({ status }) => status === 200).length).toBeGreaterThan(MAX_WAITING_QUERIES);
    expect((await service.get('/coverage')).status).toBe(200);
  });
});

describe('the coverage runner', () => {
  const query = { locations: null, source: null, from: 0, to: 1 };

  it('a coverage query fails as unavailable where the log cannot be read', async () => {
    const runner = createCoverageRunner({ url: null, logFile: '/nowhere/events.sqlite' });
    const running = runner.run(query, never);
    await expect(running).rejects.toMatchObject({ name: 'EventStoreError', code: 'unavailable' });
    await runner.close();
  });

  it('a coverage query ends when nobody waits for it, and when the service stops', async () => {
    const runner = createCoverageRunner({ url: null, logFile: '/nowhere/events.sqlite' });
    await expect(runner.run(query, AbortSignal.abort())).rejects.toMatchObject({ code: 'unavailable' });
    const running = runner.run(query, never).catch((error: unknown) => error);
    await runner.close();
    expect(await running).toMatchObject({ code: 'unavailable' });
  });
});
