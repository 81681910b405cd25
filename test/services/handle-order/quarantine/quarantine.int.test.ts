import { createHash, randomUUID } from 'node:crypto';
import { eventId } from '../../../../schemas/events/event-id';
import type { Fault } from '../../../../schemas/wire/handle-order';
import { orderKey, type OrderKey } from '../../../../schemas/order-key';
import { QUARANTINE_STREAM, QUARANTINED } from '../../../../schemas/events/order-events';
import { type HistoryEvent, QuarantineDetail, QuarantinePage } from '../../../../schemas/api/order-view';
import { MAX_QUARANTINE_LOOKED_AT } from '../../../../schemas/api/requests';
import { EventStoreError, type EventStore, type JsonValue } from '../../../../services/event-store/event-store';
import { createMemoryStore } from '../../event-store/memory/memory-store';
import { contentHash } from '../../../../services/event-store/seal/seal';
import { createQuarantine, type Quarantine } from '../../../../services/handle-order/quarantine/quarantine';
import { fingerprint } from '../../../../services/handle-order/receive/signature';
import { Admission } from '../../../../services/handle-order/record/admission';
import { createRecorder } from '../../../../services/handle-order/record/record-update';
import { freshKeys, orderPath, problem, problemOf, update } from '../../../support/deliveries';
import { bulky, fillQueue, type HeldStore, holdOrders } from '../../../support/full-queue';
import { type InProcessApp, serveInProcess } from '../../../support/in-process-app';
import {
  asOperator,
  discard,
  type RunningService,
  startService,
  WEBHOOK_SECRET,
} from '../../../support/running-service';

describe('quarantine', () => {
  let service: RunningService;
  const bodies = Array.from({ length: 45 }, (_, n) => `{"type":${String(n)}}`);
  beforeAll(async () => {
    service = await startService();
  });
  afterAll(() => discard(service));

  const list = async (query = '') => {
    const answer = await service.get(`/quarantine${query}`);
    expect(answer.status).toBe(200);
    return QuarantinePage.parse(answer.json);
  };
  const redrive = (id: string) => service.call(`/quarantine/${id}/redrive`, { method: 'POST', headers: asOperator });

  it('the quarantine is empty at first', async () => {
    expect(await list()).toEqual({ deliveries: [], next: null });
  });

  it('the quarantine lists deliveries that cannot be used, oldest first, in pages', async () => {
    for (const body of bodies) expect((await service.post(body)).status).toBe(202);
    const first = await list();
    expect(first.deliveries).toHaveLength(20);
    expect(first.next).not.toBeNull();
    const ids: string[] = [];
    for (let query = '?limit=7'; query !== '';) {
      const page = await list(query);
      expect(page.deliveries.length).toBeLessThanOrEqual(7);
      ids.push(...page.deliveries.map(({ quarantine_id }) => quarantine_id));
      query = page.next === null ? '' : `?limit=7&after=${page.next}`;
    }
    expect(ids).toEqual(bodies.map((_, n) => String(n)));
    expect(await list('?limit=45')).toMatchObject({ next: null });
    expect((await list('?limit=44')).next).toBe('43');
    expect(await list('?after=44')).toEqual({ deliveries: [], next: null });
    expect(await list('?after=4000')).toEqual({ deliveries: [], next: null });
  });

  it('a page of the quarantine stays the same while more deliveries come', async () => {
    const before = await list('?limit=10');
    await service.post('{"type":"more"}');
    expect(await list('?limit=10')).toEqual(before);
  });

  it.each([
    ['limit=0', 'limit'],
    ['limit=101', 'limit'],
    ['limit=x', 'limit'],
    ['limit=1&limit=2', 'limit'],
    ['after=-1', 'after'],
    ['after=x', 'after'],
    ['after=99999999999999999', 'after'],
    ['before=3', 'before'],
    ['order=best', 'order'],
    ['waiting=maybe', 'waiting'],
    ['source=', 'source'],
    ['location_id=', 'location_id'],
  ])('the query ?%s of the quarantine is refused with the name of the parameter', async (query, name) => {
    const answer = await service.get(`/quarantine?${query}`);
    expect(problemOf(answer)).toEqual(problem(400, 'invalid-parameter'));
    expect((answer.json as { detail: string }).detail).toContain(name);
  });

  it('the quarantine is listed from its newest delivery on, in pages that miss none, if it is asked for so', async () => {
    const all = (await list('?limit=100')).deliveries.map(({ quarantine_id }) => quarantine_id);
    const ids: string[] = [];
    for (let query = '?order=newest&limit=7'; query !== '';) {
      const page = await list(query);
      ids.push(...page.deliveries.map(({ quarantine_id }) => quarantine_id));
      query = page.next === null ? '' : `?order=newest&limit=7&after=${page.next}`;
    }
    expect(ids).toEqual(all.toReversed());
    expect(await list('?order=newest&after=0')).toEqual({ deliveries: [], next: null });
  });

  it('the largest possible cursor gives an empty page of the quarantine', async () => {
    expect(await list(`?after=${String(Number.MAX_SAFE_INTEGER)}`)).toEqual({ deliveries: [], next: null });
  });

  it('the quarantine gives one delivery with all that was received', async () => {
    const body = '{"type":7,"secret":"ä"}';
    const began = Date.now();
    const posted = await service.post(body, { 'Content-Type': 'application/vnd.stream+json; charset=utf-8' });
    const { quarantine_id } = posted.json as { quarantine_id: string };
    const answer = await service.get(`/quarantine/${quarantine_id}`);
    const detail = QuarantineDetail.strict().parse(answer.json);
    expect(detail).toEqual({
      quarantine_id,
      received_at: detail.received_at,
      content_type: 'application/vnd.stream+json; charset=utf-8',
      content_encoding: null,
      errors: [{ pointer: '/type', detail: 'must be of type string, is number' }],
      body_sha256: createHash('sha256').update(body).digest('hex'),
      body_bytes: Buffer.byteLength(body),
      signed_with: fingerprint(WEBHOOK_SECRET),
      request_id: posted.headers['x-request-id'],
      redriven: null,
      about: { type: null, location_id: null, order_id: null, source: null },
      body_base64: Buffer.from(body).toString('base64'),
      body_text: body,
    });
    expect(Date.parse(detail.received_at)).toBeGreaterThanOrEqual(began - 1);
    expect(answer.headers['cache-control']).toBe('no-store');
  });

  it('the quarantine gives no text for a body that is not text', async () => {
    const bytes = Buffer.of(0xff, 0x00);
    const { json } = await service.post(bytes);
    const { json: detail } = await service.get(`/quarantine/${(json as { quarantine_id: string }).quarantine_id}`);
    expect(detail).toMatchObject({ body_text: null, body_base64: bytes.toString('base64') });
  });

  it('the quarantine keeps a body twice that came twice', async () => {
    const [one, two] = [await service.post('twice'), await service.post('twice')];
    expect((one.json as { quarantine_id: string }).quarantine_id).not.toBe(
      (two.json as { quarantine_id: string }).quarantine_id,
    );
  });

  it.each([
    '99999',
    '999999999999999',
    '9007199254740991',
    '99999999999999999999',
    '-1',
    '1.5',
    'x',
    '0x1',
    '%20',
    '%F0%9F%9B%B5',
  ])('the quarantine has no entry %s, to read or to redrive', async (id) => {
    expect(problemOf(await service.get(`/quarantine/${id}`))).toEqual(problem(404, 'quarantine-entry-not-found'));
    expect(problemOf(await redrive(id))).toEqual(problem(404, 'quarantine-entry-not-found'));
  });

  it('a redrive of a delivery that is still unusable names its faults, and the delivery stays quarantined', async () => {
    const answer = await redrive('3');
    expect(problemOf(answer)).toEqual(problem(422, 'still-unusable'));
    expect(answer.json).toMatchObject({
      errors: [{ pointer: '/type', detail: 'must be of type string, is number' }],
    });
    expect((await service.get('/quarantine/3')).json).toMatchObject({ redriven: null });
    expect(problemOf(await redrive('3'))).toEqual(problem(422, 'still-unusable'));
  });

  it('the quarantine is readable only for readers who have a token', async () => {
    for (const [path, method] of [
      ['/quarantine', 'GET'],
      ['/quarantine/0', 'GET'],
      ['/quarantine/0/redrive', 'POST'],
    ] as const) {
      const answer = await service.call(path, { method });
      expect(problemOf(answer)).toEqual(problem(401, 'reader-not-authentic'));
      expect(answer.headers['www-authenticate']).toMatch(/^Bearer/);
    }
  });
});

/** The quarantine over a store, to put into it what a delivery of today would not be put into it for. */
const quarantineOf = (store: EventStore): Quarantine => {
  const admission = new Admission();
  const record = createRecorder(store, admission);
  return createQuarantine({ store, record, admission, newId: randomUUID, now: Date.now });
};

describe('redrive after the contract has changed', () => {
  let app: InProcessApp;
  let store: EventStore;
  const key = freshKeys('redrive');
  beforeEach(async () => {
    store = createMemoryStore({ now: Date.now });
    app = await serveInProcess(store);
  });
  afterEach(() => app.close());

  /** Puts a body that today's contract can use into quarantine, as an older contract had. */
  const keepValid = (about: OrderKey, fields: Record<string, unknown> = {}): Promise<string> =>
    keep(Buffer.from(JSON.stringify(update(about, fields))));
  async function keep(body: Buffer): Promise<string> {
    const kept = await quarantineOf(store).keep(
      body,
      'application/json',
      [{ pointer: '/object', detail: 'was too new' }],
      {
        receivedAt: '2026-01-01T00:00:00.000Z',
        bodySha256: createHash('sha256').update(body).digest('hex'),
        bodyBytes: body.length,
        signedWith: '0123456789abcdef',
        requestId: randomUUID(),
      },
    );
    if (kept.kind !== 'quarantined') throw new Error('not kept');
    return kept.quarantineId;
  }
  const redrive = (id: string) => app.call(`/quarantine/${id}/redrive`, { method: 'POST' });
  const eventsOf = async (about: OrderKey) => {
    const { json } = await app.call(orderPath(about, '/history'));
    return (json as { events?: HistoryEvent[] }).events ?? [];
  };

  it('a redrive records the delivery in its order’s stream, once', async () => {
    const about = key();
    const id = await keepValid(about);
    const began = new Date().toISOString();
    const answer = await redrive(id);
    expect(answer).toMatchObject({ status: 200, json: { outcome: 'recorded', ...about, revision: 0 } });
    const events = await eventsOf(about);
    expect(events).toHaveLength(1);
    expect(events[0]).toMatchObject({
      data: update(about).object,
      metadata: { quarantine_id: id, signed_with: '0123456789abcdef' },
    });
    // It became known when it was redriven, not when it came.
    expect((events[0]?.received_at ?? '') >= began).toBe(true);

    const again = await redrive(id);
    expect(problemOf(again)).toEqual(problem(409, 'already-redriven'));
    expect(again.json).toMatchObject({ redriven: { outcome: 'recorded', ...about, revision: 0 } });
    expect(await eventsOf(about)).toHaveLength(1);
    const { json } = await app.call(`/quarantine/${id}`);
    expect(QuarantineDetail.parse(json).redriven).toMatchObject({ outcome: 'recorded', ...about, revision: 0 });
    const { json: page } = await app.call('/quarantine');
    expect(page).toMatchObject({ deliveries: [{ quarantine_id: id, redriven: { ...about } }] });
  });

  it('deliveries are found by location, by source and by whether they wait, in pages that miss none', async () => {
    const [here, there] = [orderKey('here', 'a'), orderKey('there', 'b')];
    const ids: string[] = [];
    for (let n = 0; n < 130; n++) {
      const [about, source] = n % 2 === 0 ? [here, 'Uber'] : [there, 'doordash'];
      ids.push(await keepValid(about, { driver_details: { source }, n }));
    }
    const ofHere = ids.filter((_, n) => n % 2 === 0);
    const find = async (query: string, order: string) => {
      const found: string[] = [];
      for (let after = ''; ;) {
        const { json } = await app.call(`/quarantine?limit=9&order=${order}&${query}${after}`);
        const page = QuarantinePage.parse(json);
        found.push(...page.deliveries.map(({ quarantine_id }) => quarantine_id));
        if (page.next === null) return found;
        after = `&after=${page.next}`;
      }
    };
    expect(await find(`location_id=${here.location_id}`, 'oldest')).toEqual(ofHere);
    expect(await find('source=UBER', 'newest')).toEqual(ofHere.toReversed());
    expect(await find(`location_id=${here.location_id}&source=doordash`, 'newest')).toEqual([]);
    const [first = '', second = ''] = ofHere;
    await redrive(second);
    expect(await find('waiting=false', 'newest')).toEqual([second]);
    expect((await find('source=uber&waiting=true', 'oldest')).slice(0, 2)).toEqual([first, ofHere[2]]);
    const { json } = await app.call(`/quarantine/${first}`);
    expect(QuarantineDetail.parse(json).about).toEqual({ type: 'order.updated', ...here, source: 'Uber' });
  });

  it('one request looks through so many deliveries and no more, and says where to go on', async () => {
    const away = Buffer.from('{}');
    for (let n = 0; n < MAX_QUARANTINE_LOOKED_AT; n++) await keep(away);
    const last = await keepValid(key(), { driver_details: { source: 'rare' } });
    const { json } = await app.call('/quarantine?source=rare');
    const page = QuarantinePage.parse(json);
    expect(page).toEqual({ deliveries: [], next: String(Number(last) - 1) });
    const { json: rest } = await app.call(`/quarantine?source=rare&after=${String(page.next)}`);
    expect(QuarantinePage.parse(rest)).toMatchObject({ deliveries: [{ quarantine_id: last }], next: null });
  });

  it('a redrive keeps what stood beside the object', async () => {
    const about = key();
    const body = Buffer.from(JSON.stringify({ event_id: 'e-1', ...update(about), sent_at: 7 }));
    const id = await keep(body);
    expect((await redrive(id)).json).toMatchObject({ outcome: 'recorded' });
    expect((await eventsOf(about))[0]?.metadata.envelope).toEqual({ event_id: 'e-1', sent_at: 7 });
  });

  /** Puts an entry into quarantine as the first version wrote it: without hashes but that of the content. */
  async function keepAsOfOld(body: string, errors: readonly Fault[]): Promise<string> {
    const data = { body_base64: Buffer.from(body).toString('base64'), content_type: 'application/json', errors };
    const metadata = {
      schema_version: 1,
      received_at: '2026-11-21T18:00:00.000Z',
      content_hash: contentHash({ type: QUARANTINED, object: data }),
      body_sha256: createHash('sha256').update(body).digest('hex'),
      signed_with: '0123456789abcdef',
      request_id: randomUUID(),
    };
    const event = { id: eventId(metadata.request_id), type: QUARANTINED, data: data as unknown as JsonValue, metadata };
    const result = await store.append(QUARANTINE_STREAM, [event], 'any');
    if (result.kind !== 'appended') throw new Error('not kept');
    return String(result.revision);
  }

  it.each<[string, (body: string) => string, Fault]>([
    [
      'a number that is too large for a double',
      (body) => body.replace('"n":0', '"n":1e400'),
      { pointer: '/object/n', detail: 'is a number that is too large' },
    ],
    [
      'a byte order mark before it',
      (body) => `\ufeff${body}`,
      { pointer: '', detail: 'is not JSON: Unexpected token \ufeff in JSON at position 0' },
    ],
  ])('a delivery that an older version quarantined for %s is recorded by a redrive', async (_what, change, fault) => {
    const about = key();
    const body = change(JSON.stringify({ event_id: 7, ...update(about, { n: 0 }) }));
    const id = await keepAsOfOld(body, [fault]);
    expect((await app.call(`/quarantine/${id}`)).json).toMatchObject({
      errors: [fault],
      content_encoding: null,
      body_text: body,
    });
    expect(await redrive(id)).toMatchObject({ status: 200, json: { outcome: 'recorded', ...about, revision: 0 } });
    expect((await eventsOf(about))[0]?.metadata).toMatchObject({ quarantine_id: id, envelope: { event_id: 7 } });
    expect((await app.call(`/quarantine/${id}`)).json).toMatchObject({ errors: [fault], redriven: about });
  });

  it.each(['', '{}'])('an older entry of the body "%s" stays quarantined, because it is a ping', async (body) => {
    const id = await keepAsOfOld(body, [{ pointer: '', detail: 'is not JSON: Unexpected end of JSON input' }]);
    expect(problemOf(await redrive(id))).toEqual(problem(422, 'still-unusable'));
  });

  it('a redrive of the newest content of its order is a repeat', async () => {
    const about = key();
    const id = await keepValid(about, { n: 1 });
    await app.deliver(update(about, { n: 1 }));
    expect((await redrive(id)).json).toEqual({ outcome: 'repeat', ...about, revision: 0 });
    expect(problemOf(await redrive(id))).toEqual(problem(409, 'already-redriven'));
    expect(await eventsOf(about)).toHaveLength(1);
  });

  it('a redrive by several people at once records once', async () => {
    const about = key();
    const id = await keepValid(about);
    const answers = await Promise.all([redrive(id), redrive(id), redrive(id)]);
    expect(answers.filter(({ json }) => (json as { outcome?: string }).outcome === 'recorded')).toHaveLength(1);
    expect(answers.every(({ status }) => status === 200 || status === 409)).toBe(true);
    expect(await eventsOf(about)).toHaveLength(1);
  });

  it('a redrive records no other delivery than its own', async () => {
    const [one, other] = [key(), key()];
    const [first, second] = [await keepValid(one), await keepValid(other)];
    await redrive(second);
    expect(await eventsOf(one)).toHaveLength(0);
    expect((await redrive(first)).status).toBe(200);
    expect(await eventsOf(one)).toHaveLength(1);
    expect(await eventsOf(other)).toHaveLength(1);
  });
});

describe('redrive while the store is not available', () => {
  it.each<[string, (app: InProcessApp, held: HeldStore) => Promise<void> | void]>([
    ['overloaded', fillQueue],
    [
      'store-unavailable',
      (_app, held) => {
        held.fail();
      },
    ],
  ])(
    'a redrive that the recorder cannot take is answered with 503 %s, and the delivery stays quarantined',
    async (code, prepare) => {
      const held = holdOrders(createMemoryStore({ now: Date.now }));
      const app = await serveInProcess(held.store);
      try {
        const body = Buffer.from(JSON.stringify(bulky()));
        await quarantineOf(held.store).keep(body, null, [], {
          receivedAt: '2026-01-01T00:00:00.000Z',
          bodySha256: 'f'.repeat(64),
          bodyBytes: body.length,
          signedWith: null,
          requestId: randomUUID(),
        });
        await prepare(app, held);
        expect(problemOf(await app.call('/quarantine/0/redrive', { method: 'POST' }))).toEqual(problem(503, code));
        expect((await app.call('/quarantine/0')).json).toMatchObject({ redriven: null, content_type: null });
      } finally {
        held.fail();
        await app.close();
      }
    },
  );

  it('a quarantine that cannot be read is answered with 503', async () => {
    const store = createMemoryStore({ now: Date.now });
    const unavailable: EventStore = {
      exclusive: true,
      damage: null,
      pending: 0,
      append: () => Promise.reject(new EventStoreError('unavailable', 'no')),
      lastRevision: () => Promise.reject(new EventStoreError('unavailable', 'no')),
      // eslint-disable-next-line @typescript-eslint/require-await
      async *readStream() {
        throw new EventStoreError('unavailable', 'no');
      },
      readAll: (options) => store.readAll(options),
      subscribe: (options) => store.subscribe(options),
      deleteStream: (...args) => store.deleteStream(...args),
      checkWritable: () => Promise.reject(new EventStoreError('unavailable', 'no')),
      close: () => store.close(),
    };
    const app = await serveInProcess(unavailable);
    try {
      for (const [method, path] of [
        ['GET', '/quarantine'],
        ['GET', '/quarantine/0'],
        ['POST', '/quarantine/0/redrive'],
        ['GET', '/locations/l/orders/o/history'],
      ] as const) {
        const answer = await app.call(path, { method });
        expect({ path, ...problemOf(answer) }).toEqual({ path, ...problem(503, 'store-unavailable') });
        expect(answer.headers['retry-after']).toBeDefined();
      }
    } finally {
      await app.close();
    }
  });
});
