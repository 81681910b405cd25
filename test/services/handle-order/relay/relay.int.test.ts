import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import {
  Agent,
  createServer as createHttpServer,
  type IncomingMessage,
  request as httpRequest,
  type ServerResponse,
} from 'node:http';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { brotliCompressSync, deflateRawSync, deflateSync, gunzipSync, gzipSync } from 'node:zlib';
import pino from 'pino';
import { RELAY_STREAM } from '../../../../schemas/events/order-events';
import { type RelayEntry, RelayPage } from '../../../../schemas/api/order-view';
import { WITHHELD } from '../../../../schemas/events/withheld';
import { EventStoreError, type EventStore } from '../../../../services/event-store/event-store';
import { createMemoryStore } from '../../event-store/memory/memory-store';
import { Admission } from '../../../../services/handle-order/record/admission';
import { parseDelivery } from '../../../../services/handle-order/receive/parse-delivery';
import { createRelay, MAX_RELAYS_IN_FLIGHT } from '../../../../services/handle-order/relay/relay';
import { answerHeaders, cameThroughRelay, requestHeaders } from '../../../../services/handle-order/relay/relay-headers';
import { createRelayLog } from '../../../../services/handle-order/relay/relay-log';
import { fingerprint } from '../../../../services/handle-order/receive/signature';
import { createMetrics } from '../../../../services/operations/metrics';
import { answerOf, problem, problemOf, readLog, update } from '../../../support/deliveries';
import { serveInProcess } from '../../../support/in-process-app';
import { patiently, until } from '../../../support/patience';
import { accept, type Pos, startPos } from '../../../support/pos';
import { sendRaw } from '../../../support/raw-http';
import {
  type Answer,
  asOperator,
  asReader,
  begin,
  call,
  discard,
  type RunningService,
  sign,
  signed,
  startService,
  WEBHOOK_SECRET,
} from '../../../support/running-service';
import { ticketRail } from '../../audit/support';

/** What a customer's order holds, and no log may. */
const CUSTOMER = { name: 'Zoë Kundin', phone: '+15555550142', address: '17 Elm Street' };
const created = (id: string, fields: Readonly<Record<string, unknown>> = {}) => ({
  type: 'order.created',
  object: { location_id: 'pos_location_456', id, customers: [CUSTOMER], ...fields },
});

/** Milliseconds that the POS may take for an answer in tests where it takes too long. */
const RELAY_TIMEOUT_MS = patiently(1_500);

/** Values of a header in the order in which they came. */
const valuesOf = (rawHeaders: readonly string[], name: string): string[] =>
  rawHeaders.filter((_, index) => index % 2 === 1 && rawHeaders[index - 1]?.toLowerCase() === name.toLowerCase());

const relaysOf = async (service: Pick<RunningService, 'get'>, query = ''): Promise<RelayPage> => {
  const answer = await service.get(`/relays${query}`);
  expect(answer.status).toBe(200);
  return RelayPage.strict().parse(answer.json);
};
/** What is recorded of the newest relay: a disk that is slow to say that it is lets the sender's answer go first. */
const newest = (service: RunningService): Promise<RelayEntry> =>
  until('every relay to be on record', async () => {
    const { relays } = await relaysOf(service, '?limit=1000');
    const counted = await sample(service, 'ticket_rail_relay_seconds_count');
    return relays.length >= counted ? (relays[0] ?? null) : null;
  });
/** What is recorded of a request, as soon as it is. */
const recordedOf = (service: RunningService, requestId: string | undefined): Promise<RelayEntry> =>
  until(
    'the relay to be on record',
    async () => (await relaysOf(service)).relays.find(({ request_id }) => request_id === requestId) ?? null,
  );
const sample = async (service: RunningService, name: string): Promise<number> => {
  const { text } = await service.get('/metrics');
  return Number(
    text
      .split('\n')
      .find((line) => line.startsWith(`${name} `))
      ?.split(' ')[1] ?? NaN,
  );
};

/** A POS that says what no HTTP server would. */
async function startRawPos(onData: (socket: Socket) => void): Promise<{ url: string; server: Server }> {
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.once('data', () => {
      onData(socket);
    });
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  return { url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`, server };
}

describe('relay to a POS', () => {
  let pos: Pos;
  let service: RunningService;
  beforeAll(async () => {
    pos = await startPos();
    const address = pos.url.replace('://', '://pos-user:pos-pass-word@');
    service = await startService({
      RELAY_URL: `${address}/inject/order?store=7&key=query-key`,
      RELAY_TIMEOUT_MS: String(RELAY_TIMEOUT_MS),
      LOG_LEVEL: 'trace',
    });
  });
  beforeEach(() => {
    pos.answer = accept('pos_order_1');
  });
  afterAll(async () => {
    await discard(service);
    await pos.close();
  });

  it('an order that the POS accepts gets the POS’s answer, and is already on record', async () => {
    const body = JSON.stringify(created('a'));
    const answer = await service.post(body);
    expect(answer).toMatchObject({ status: 200, json: { order: { provider_id: 'pos_order_1' } } });
    expect(answer.headers).toMatchObject({
      'content-type': 'application/json',
      'x-content-type-options': 'nosniff',
      'x-request-id': expect.stringMatching(/^[0-9a-f-]{36}$/) as unknown,
    });
    const entry = await newest(service);
    expect(entry).toEqual({
      relay_id: '0',
      received_at: entry.received_at,
      type: 'order.created',
      location_id: 'pos_location_456',
      outcome: 'answered',
      status: 200,
      provider_id: 'pos_order_1',
      answer_bytes: answer.text.length,
      duration_ms: entry.duration_ms,
      // The hash of a body is a hash over what is withheld from operators.
      body_sha256: WITHHELD,
      signed_with: fingerprint(WEBHOOK_SECRET),
      request_id: answer.headers['x-request-id'],
    });
    const [row] = readLog(service.dataDir).filter(({ stream }) => stream === RELAY_STREAM);
    expect(row?.type).toBe('delivery.relayed');
    expect(JSON.parse(row?.metadata ?? '')).toMatchObject({
      previous_hash: null,
      body_sha256: createHash('sha256').update(body).digest('hex'),
    });
  });

  it('an order that the POS rejects gets its 400 with its posValidation, byte for byte', async () => {
    const reason =
      '{"posValidation" : {"stockValidation":[{"type":"item","provider_id":"Käse","quantity":0}],\n"orderTotalsValidation":[]}}';
    pos.answer = (response) => {
      response.writeHead(400, { 'Content-Type': 'application/json; charset=utf-8', 'Retry-After': '7' });
      response.end(reason);
    };
    const answer = await service.deliver(created('b'));
    expect({ status: answer.status, text: answer.text }).toEqual({ status: 400, text: reason });
    expect(answer.headers).toMatchObject({ 'content-type': 'application/json; charset=utf-8', 'retry-after': '7' });
    expect(await newest(service)).toMatchObject({ outcome: 'answered', status: 400, provider_id: null });
  });

  it('the POS gets a relayed delivery with its exact bytes and end-to-end headers, so that the signature verifies', async () => {
    const body = `{ "object":{"note":"Grüße 🛵\\u0000","a":1,"a":2},"type":"order.created" , "n":1e999}`;
    const before = pos.requests.length;
    const signature = sign(body);
    const { pathname } = new URL(service.url);
    const received = await sendRaw(
      service.url,
      [
        `POST ${pathname}handle-order?ignored=1 HTTP/1.1`,
        'Host: rail.example',
        'Content-Type: application/json',
        `Content-Length: ${String(Buffer.byteLength(body))}`,
        `X-Stream-Signature: ${signature}`,
        'X-Stream-Thing: one',
        'x-stream-thing: two',
        'X-STREAM-Location: Käse',
        'User-Agent: Stream/1',
        'Accept-Encoding: gzip',
        'X-Request-Id: of-the-sender',
        'Via: 1.1 edge',
        'Connection: close, X-Hop',
        'X-Hop: of this connection',
        'Keep-Alive: timeout=5',
        'TE: trailers',
        'Proxy-Authorization: Basic eA==',
        '',
        body,
      ].join('\r\n'),
    );
    expect(received).toMatch(/^HTTP\/1\.1 200 /);
    const got = pos.requests.at(-1);
    expect(pos.requests).toHaveLength(before + 1);
    expect(got).toMatchObject({ method: 'POST', path: '/inject/order?store=7&key=query-key' });
    expect(got?.body.equals(Buffer.from(body))).toBe(true);
    const raw = got?.rawHeaders ?? [];
    expect(valuesOf(raw, 'X-Stream-Signature')).toEqual([sign(got?.body ?? '')]);
    expect(raw.filter((text) => /^x-stream-(thing|location)$/i.test(text))).toEqual([
      'X-Stream-Thing',
      'x-stream-thing',
      'X-STREAM-Location',
    ]);
    expect(valuesOf(raw, 'x-stream-thing')).toEqual(['one', 'two']);
    expect(Buffer.from(valuesOf(raw, 'X-STREAM-Location')[0] ?? '', 'latin1').toString()).toBe('Käse');
    expect(valuesOf(raw, 'User-Agent')).toEqual(['Stream/1']);
    expect(valuesOf(raw, 'Accept-Encoding')).toEqual(['gzip']);
    expect(valuesOf(raw, 'Host')).toEqual([new URL(pos.url).host]);
    expect(valuesOf(raw, 'Content-Length')).toEqual([String(Buffer.byteLength(body))]);
    expect(valuesOf(raw, 'Via')).toEqual(['1.1 edge', '1.1 ticket-rail']);
    expect(valuesOf(raw, 'Authorization')).toEqual([
      `Basic ${Buffer.from('pos-user:pos-pass-word').toString('base64')}`,
    ]);
    const requestId = /x-request-id: (\S+)/i.exec(received)?.[1];
    expect(valuesOf(raw, 'X-Request-Id')).toEqual([requestId]);
    for (const name of ['X-Hop', 'Keep-Alive', 'TE', 'Proxy-Authorization', 'Transfer-Encoding']) {
      expect({ name, values: valuesOf(raw, name) }).toEqual({ name, values: [] });
    }
  });

  it('the sender gets the POS’s status, end-to-end headers and body unchanged, and no redirect is followed', async () => {
    const zipped = gzipSync('{"order":{"provider_id":"zipped"}}');
    pos.answer = (response) => {
      response.writeHead(307, [
        ...['Location', `${pos.url}/elsewhere`],
        ...['Content-Encoding', 'gzip'],
        ...['X-Many', 'one'],
        ...['x-many', 'two'],
        ...['Set-Cookie', 'session=1'],
        ...['X-Request-Id', 'of-the-pos'],
        ...['Connection', 'close, X-Hop'],
        ...['X-Hop', 'of this connection'],
      ]);
      response.write(zipped.subarray(0, 5));
      response.end(zipped.subarray(5));
    };
    const before = pos.requests.length;
    const text = JSON.stringify(created('c'));
    const { request, answer } = begin(service.url, '/handle-order', { method: 'POST', headers: signed(text) });
    const chunks: Buffer[] = [];
    request.on('response', (response) => response.on('data', (chunk: Buffer) => chunks.push(chunk)));
    request.end(text);
    const { status, headers } = await answer;
    expect(status).toBe(307);
    expect(gunzipSync(Buffer.concat(chunks)).toString()).toContain('zipped');
    expect(headers).toMatchObject({
      location: `${pos.url}/elsewhere`,
      'content-encoding': 'gzip',
      'x-many': 'one, two',
      'x-request-id': expect.not.stringContaining('pos') as unknown,
    });
    expect(headers).not.toHaveProperty('set-cookie');
    expect(headers).not.toHaveProperty('x-hop');
    expect(pos.requests).toHaveLength(before + 1);
    expect(await newest(service)).toMatchObject({ outcome: 'answered', status: 307, provider_id: 'zipped' });
  });

  it.each([204, 304, 404, 429, 500, 503])(
    'the sender gets an answer of the POS without a body, too: %i',
    async (status) => {
      pos.answer = (response) => {
        response.writeHead(status).end();
      };
      const answer = await service.deliver(created('d'));
      expect({ status: answer.status, text: answer.text }).toEqual({ status, text: '' });
      expect(await newest(service)).toMatchObject({ outcome: 'answered', status, answer_bytes: 0 });
    },
  );

  it('a delivery of any other type is relayed, whatever its type and its shape', async () => {
    const deep = `${'['.repeat(500)}${']'.repeat(500)}`;
    const bodies: [string, string, string | null][] = [
      ['{"type":"menu.published","object":{"location_id":"L"}}', 'menu.published', 'L'],
      ['{"type":""}', '', null],
      ['{"type":"order.updated ","object":{"location_id":7}}', 'order.updated ', null],
      [`{"type":"deep","object":${deep}}`, 'deep', null],
      ['{"type":"\\ud800","object":{"location_id":"\\udc00"}}', '\uFFFD', null],
      [`{"type":"${'x'.repeat(63)}🛵"}`, `${'x'.repeat(63)}\uFFFD`, null],
      ['{"type":"a\\u0000b\\n"}', 'a\u0000b\n', null],
    ];
    for (const [body, type, location_id] of bodies) {
      expect((await service.post(body)).status).toBe(200);
      expect(pos.requests.at(-1)?.body.toString()).toBe(body);
      expect(await newest(service)).toMatchObject({ type, location_id });
    }
  });

  it.each([
    '{"type":"order.updated","type":"order.created","object":{}}',
    '{"type":"order.created","type":"order.updated","object":{}}',
  ])(
    'a delivery with two types is quarantined, not relayed, because readers may differ on which counts: %s',
    async (body) => {
      const before = pos.requests.length;
      const answer = await service.post(body);
      expect(answerOf(answer)).toMatchObject({ outcome: 'quarantined', errors: [{ pointer: '/type' }] });
      expect(answer.status).toBe(202);
      expect(pos.requests).toHaveLength(before);
    },
  );

  it('a delivery without a type that is a string, or with a type of ours, is not relayed', async () => {
    const before = pos.requests.length;
    for (const body of ['[]', '{"type":7}', '{"type":null}', 'not JSON', '"order.created"', '{"type":["x"]}']) {
      expect(answerOf(await service.post(body))).toMatchObject({ outcome: 'quarantined' });
    }
    expect(answerOf(await service.post('{"type":"order.created","type":"order.updated"}'))).toMatchObject({
      outcome: 'quarantined',
    });
    expect(answerOf(await service.deliver(update({ order_id: 'ours' })))).toMatchObject({ outcome: 'recorded' });
    expect(pos.requests).toHaveLength(before);
  });

  it('a delivery that is not authentic, not JSON by its media type, or too large never reaches the POS', async () => {
    const before = pos.requests.length;
    const body = JSON.stringify(created('e'));
    expect((await service.post(body, { 'X-Stream-Signature': sign('other') })).status).toBe(401);
    expect((await service.post(body, { 'Content-Type': 'text/plain' })).status).toBe(202);
    expect((await service.deliver(created('e', { filler: 'x'.repeat(300_000) }))).status).toBe(413);
    expect(pos.requests).toHaveLength(before);
  });

  it('a delivery that already came through a relay is refused, so that a loop ends at once', async () => {
    const before = pos.requests.length;
    const answer = await service.post(JSON.stringify(created('f')), { Via: '1.1 edge, HTTP/1.1 Ticket-Rail (x)' });
    expect(problemOf(answer)).toEqual(problem(508, 'relay-loop'));
    expect(pos.requests).toHaveLength(before);
  });

  it('a delivery that the POS does not answer in time gets 504, and is on record as timed out', async () => {
    pos.answer = () => undefined;
    const began = Date.now();
    const answer = await service.deliver(created('g'));
    expect(problemOf(answer)).toEqual(problem(504, 'relay-timed-out'));
    expect(Date.now() - began).toBeGreaterThanOrEqual(RELAY_TIMEOUT_MS - 10);
    expect(await newest(service)).toMatchObject({ outcome: 'timed-out', status: null, answer_bytes: 0 });
  });

  it('an answer that the POS does not finish in time is broken off, and is on record as timed out', async () => {
    pos.answer = (response) => {
      const drip = setInterval(() => response.write('drop'), 100);
      response.once('close', () => {
        clearInterval(drip);
      });
    };
    await expect(service.deliver(created('h'))).rejects.toThrow();
    expect(await newest(service)).toMatchObject({ outcome: 'timed-out', status: 200 });
  });

  it('an answer in the middle of which the POS dies reaches the sender broken, and is on record as cut off', async () => {
    /** The POS dies when the sender has some of its answer. */
    let die: () => void = () => undefined;
    const dying = (write: (response: ServerResponse) => void) => (response: ServerResponse) => {
      die = () => response.socket?.resetAndDestroy();
      write(response);
    };
    pos.answer = dying((response) => {
      response.writeHead(200, { 'Content-Length': '1000000' });
      response.write('x'.repeat(400_000));
    });
    const text = JSON.stringify(created('i'));
    const { request, answer } = begin(service.url, '/handle-order', { method: 'POST', headers: signed(text) });
    request.on('response', (response) => {
      response.once('data', () => {
        die();
      });
    });
    request.end(text);
    await expect(answer).rejects.toThrow();
    const entry = await newest(service);
    expect(entry).toMatchObject({ outcome: 'cut-off', status: 200, provider_id: null });
    expect(entry.answer_bytes).toBeLessThan(1_000_000);
    // To a sender of HTTP/1.0, the end of the connection would be the end of the answer: it is reset.
    pos.answer = dying((response) => response.write('x'.repeat(400_000)));
    const head = `POST /handle-order HTTP/1.0\r\nContent-Type: application/json\r\nX-Stream-Signature: ${sign(text)}\r\n`;
    const { hostname, port } = new URL(service.url);
    const ended = new Promise<string>((resolve) => {
      const socket = connect(Number(port), hostname, () => {
        socket.write(`${head}Content-Length: ${String(Buffer.byteLength(text))}\r\n\r\n${text}`);
      });
      socket.once('data', () => {
        die();
      });
      socket.on('error', (error: NodeJS.ErrnoException) => {
        resolve(error.code ?? '');
      });
      socket.on('end', () => {
        resolve('end');
      });
      socket.resume();
    });
    expect(await ended).toBe('ECONNRESET');
  });

  it('an answer that the POS breaks off before anything was passed on becomes a 502', async () => {
    pos.answer = (response) => {
      response.writeHead(200, { 'Content-Length': '100' });
      response.write('{"order":', () => response.socket?.end());
    };
    expect(problemOf(await service.deliver(created('j')))).toEqual(problem(502, 'relay-failed'));
    expect(await newest(service)).toMatchObject({ outcome: 'cut-off', status: 200, answer_bytes: 9 });
  });

  it('a relayed delivery whose sender disconnects is still answered by the POS, and is on record with that', async () => {
    let finish: () => void = () => undefined;
    pos.answer = (response) => {
      finish = () => {
        accept('after all')(response);
      };
    };
    const before = pos.requests.length;
    const body = JSON.stringify(created('k'));
    const { request, answer } = begin(service.url, '/handle-order', { method: 'POST', headers: signed(body) });
    answer.catch(() => undefined);
    request.end(body);
    await pos.got(before + 1);
    request.destroy();
    // The service has seen it go before it answers what comes after, and the POS answers after that.
    for (let n = 0; n < 20; n++) await service.call('/healthz');
    finish();
    const [requestId] = valuesOf(pos.requests.at(-1)?.rawHeaders ?? [], 'x-request-id');
    expect(await recordedOf(service, requestId)).toMatchObject({
      outcome: 'answered',
      status: 200,
      provider_id: 'after all',
    });
  });

  it.each<[string, unknown, string | null]>([
    ['is text', 'an id', 'an id'],
    ['is of 200 characters', 'x'.repeat(200), 'x'.repeat(200)],
    ['is empty', '', null],
    ['is longer than 200 characters', 'x'.repeat(201), null],
    ['is a number', 7, null],
    ['has a control character', 'a\u0007b', null],
    ['is half a character', '\ud800', null],
    ['is not there', undefined, null],
  ])(
    'an answer whose provider_id %s is passed on, and its provider_id is recorded if it is an id',
    async (_what, provider_id, kept) => {
      const text = JSON.stringify({ order: { provider_id } });
      pos.answer = (response) => {
        response.end(text);
      };
      expect((await service.deliver(created('l'))).text).toBe(text);
      expect(await newest(service)).toMatchObject({ provider_id: kept, answer_bytes: Buffer.byteLength(text) });
    },
  );

  it.each<[string, (text: string) => Buffer]>([
    ['gzip', gzipSync],
    ['X-GZIP', gzipSync],
    ['br', brotliCompressSync],
    ['deflate', deflateSync],
    ['deflate', deflateRawSync],
    ['br, gzip', (text) => gzipSync(brotliCompressSync(text))],
    ['identity', (text) => Buffer.from(text)],
  ])('an answer in %s is passed on as it is, and its provider_id is recorded', async (encoding, encode) => {
    const body = encode(JSON.stringify({ order: { provider_id: `in ${encoding}` } }));
    pos.answer = (response) => {
      response.writeHead(200, { 'Content-Encoding': encoding }).end(body);
    };
    await service.deliver(created('z'));
    expect(await newest(service)).toMatchObject({ provider_id: `in ${encoding}`, answer_bytes: body.length });
  });

  it('a relay record has no provider_id of an answer that inflates to more than is read, or is not what its encoding says', async () => {
    const bomb = gzipSync(JSON.stringify({ order: { provider_id: 'x' }, filler: 'x'.repeat(50_000_000) }));
    const text = Buffer.from('{"order":{"provider_id":"x"}}');
    for (const [encoding, body] of [
      ['gzip', bomb],
      ['gzip', text],
      ['zstd', text],
      ['br', Buffer.alloc(10)],
    ] as const) {
      pos.answer = (response) => {
        response.writeHead(200, { 'Content-Encoding': encoding }).end(body);
      };
      await service.deliver(created('b'));
      expect(await newest(service)).toMatchObject({
        outcome: 'answered',
        provider_id: null,
        answer_bytes: body.length,
      });
    }
  });

  it('a relay record has no provider_id of an answer that is over 64 KiB or not JSON', async () => {
    for (const text of [
      JSON.stringify({ order: { provider_id: 'x' }, filler: 'x'.repeat(65_536) }),
      'null',
      '{"order":null}',
      '<p>accepted</p>',
    ]) {
      pos.answer = (response) => {
        response.end(text);
      };
      expect((await service.deliver(created('m'))).text).toBe(text);
      expect(await newest(service)).toMatchObject({ outcome: 'answered', provider_id: null });
    }
  });

  it('GET /relays lists relayed deliveries to operators only, newest first, in pages', async () => {
    for (let n = 0; n < 3; n++) await service.deliver(created(`page ${String(n)}`));
    const all = await relaysOf(service, '?limit=1000');
    const ids = all.relays.map(({ relay_id }) => Number(relay_id));
    expect(ids).toEqual([...ids].sort((a, b) => b - a));
    expect(ids.at(-1)).toBe(0);
    expect(all.next).toBeNull();
    const paged: string[] = [];
    for (let query = '?limit=7'; query !== '';) {
      const page = await relaysOf(service, query);
      paged.push(...page.relays.map(({ relay_id }) => relay_id));
      query = page.next === null ? '' : `?limit=7&after=${page.next}`;
    }
    expect(paged.map(Number)).toEqual(ids);
    expect(await relaysOf(service, '?after=0')).toEqual({ relays: [], next: null });
    expect(await relaysOf(service, `?limit=${String(ids.length)}`)).toMatchObject({ next: null });
    expect((await service.call('/relays', { headers: asReader })).status).toBe(403);
    expect((await service.call('/relays')).status).toBe(401);
    expect((await service.call('/relays', { headers: asOperator, method: 'POST' })).status).toBe(405);
    expect(problemOf(await service.get('/relays?before=1'))).toEqual(problem(400, 'invalid-parameter'));
  });

  it('the metrics count relayed deliveries by their outcome', async () => {
    for (const outcome of ['relayed', 'relay-failed', 'relay-timed-out', 'cut-off']) {
      expect(await sample(service, `ticket_rail_deliveries_total{outcome="${outcome}"}`)).toBeGreaterThan(0);
    }
    expect(await sample(service, 'ticket_rail_relay_seconds_count')).toBe(
      (await relaysOf(service, '?limit=1000')).relays.length,
    );
    expect(await sample(service, 'ticket_rail_relays_in_flight')).toBe(0);
    // On a disk that is slow to say that it has them, some are answered before.
    const late = service.output().split('is answered before it is on record').length - 1;
    expect(await sample(service, 'ticket_rail_relays_unrecorded_total')).toBe(late);
  });

  it('a relay leaves no customer data and no credentials of RELAY_URL in the log or in the store', () => {
    expect(service.output()).toContain('relayed a delivery');
    const secrets = [
      'pos-user',
      'pos-pass-word',
      'query-key',
      Buffer.from('pos-user:pos-pass-word').toString('base64'),
    ];
    const kept = JSON.stringify(readLog(service.dataDir).filter(({ stream }) => stream === RELAY_STREAM));
    for (const word of [...secrets, ...Object.values(CUSTOMER), WEBHOOK_SECRET]) {
      expect(service.output()).not.toContain(word);
      expect(kept).not.toContain(word);
    }
  });

  it('a store with relay records of every outcome verifies, and so do its exports', async () => {
    expect(new Set((await relaysOf(service, '?limit=1000')).relays.map(({ outcome }) => outcome))).toEqual(
      new Set(['answered', 'timed-out', 'cut-off']),
    );
    const env = { DATA_DIR: service.dataDir };
    expect(await ticketRail(['verify'], env)).toMatchObject({ code: 0 });
    const file = `${service.dataDir}/all.ndjson`;
    expect(await ticketRail(['export', '--out', file], env)).toMatchObject({ code: 0 });
    expect(readFileSync(file, 'utf8')).toContain('"delivery.relayed"');
    expect(await ticketRail(['verify', file], env)).toMatchObject({ code: 0 });
  });
});

describe('POS that cannot be reached', () => {
  const expectRefused = async (service: RunningService, reason: RegExp): Promise<void> => {
    const failed = (): Promise<number> => sample(service, 'ticket_rail_deliveries_total{outcome="relay-failed"}');
    const [before, { length }] = [await failed(), service.output()];
    expect(problemOf(await service.deliver(created('a')))).toEqual(problem(502, 'relay-failed'));
    expect(await newest(service)).toMatchObject({ outcome: 'failed', status: null, provider_id: null });
    await until('the log to give the reason', () => reason.test(service.output().slice(length)));
    expect((await failed()) - before).toBe(1);
    expect(await ticketRail(['verify'], { DATA_DIR: service.dataDir })).toMatchObject({ code: 0 });
  };

  it('a relay to a POS that does not speak TLS is answered with 502', async () => {
    const pos = await startPos();
    const service = await startService({ RELAY_URL: pos.url.replace('http:', 'https:') });
    try {
      await expectRefused(service, /"reason":"[A-Z_]+"/);
    } finally {
      await discard(service);
      await pos.close();
    }
  });

  describe('over HTTP', () => {
    /** What the POS does with a connection that sends something. */
    let onData: (socket: Socket) => void;
    let server: Server;
    let service: RunningService;
    beforeAll(async () => {
      const pos = await startRawPos((socket) => {
        onData(socket);
      });
      ({ server } = pos);
      service = await startService({ RELAY_URL: pos.url });
    });
    afterAll(() => discard(service));

    it.each<[string, (socket: Socket) => void]>([
      ['resets the connection', (socket) => socket.resetAndDestroy()],
      ['closes the connection', (socket) => socket.end()],
      ['speaks no HTTP', (socket) => socket.end(`EHLO ${CUSTOMER.name}\r\n`)],
      ['answers with a status that is none', (socket) => socket.end('HTTP/1.1 700 No\r\nContent-Length: 0\r\n\r\n')],
      [
        'changes the protocol',
        (socket) => socket.end('HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n'),
      ],
    ])('a relay to a POS that %s is answered with 502', async (_what, does) => {
      onData = does;
      await expectRefused(service, /failed to relay a delivery/);
    });

    it('a relay to a port where nothing listens is answered with 502', async () => {
      await new Promise((closed) => server.close(closed));
      await expectRefused(service, /ECONNREFUSED/);
    });
  });
});

describe('large answer of the POS', () => {
  let pos: Pos;
  let service: RunningService;
  beforeAll(async () => {
    pos = await startPos();
    // The sender stands still for a part of it.
    service = await startService({ RELAY_URL: pos.url, RELAY_TIMEOUT_MS: String(patiently(60_000)) });
  });
  afterAll(async () => {
    await discard(service);
    await pos.close();
  });
  /** KiB of memory that the service holds. */
  const resident = (): number => {
    const status = readFileSync(`/proc/${String(service.process.pid)}/status`, 'utf8');
    return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]);
  };

  it('an answer of 5 MB is relayed whole, 40 times, without memory growing with it', async () => {
    const large = randomBytes(5_000_000);
    const sha256 = createHash('sha256').update(large).digest('hex');
    pos.answer = (response) => {
      response.writeHead(200, { 'Content-Type': 'application/octet-stream' });
      response.end(large);
    };
    const body = JSON.stringify(created('large'));
    const ask = async (): Promise<string> => {
      const hash = createHash('sha256');
      const request = httpRequest(`${service.url}/handle-order`, { method: 'POST', headers: signed(body) });
      request.end(body);
      const [response] = (await once(request, 'response')) as [IncomingMessage];
      for await (const chunk of response) hash.update(chunk as Buffer);
      return hash.digest('hex');
    };
    for (let n = 0; n < 10; n++) expect(await ask()).toBe(sha256);
    const before = resident();
    for (let n = 0; n < 10; n++) {
      expect(await Promise.all([ask(), ask(), ask(), ask()])).toEqual([sha256, sha256, sha256, sha256]);
    }
    // 200 MB went through.
    expect(resident() - before).toBeLessThan(64 * 1024);
    expect(await newest(service)).toMatchObject({ answer_bytes: 5_000_000 });
  });

  it('a large answer waits at the POS while the sender does not read', async () => {
    const size = 200_000_000;
    let written = 0;
    pos.answer = (response) => {
      const chunk = Buffer.alloc(1_000_000);
      const go = (): void => {
        while (written < size) {
          written += chunk.length;
          if (!response.write(chunk)) return;
        }
        response.end();
      };
      response.on('drain', go);
      go();
    };
    const body = JSON.stringify(created('slow'));
    const { request, answer } = begin(service.url, '/handle-order', { method: 'POST', headers: signed(body) });
    answer.catch(() => undefined);
    const paused = new Promise((seen) => {
      request.prependListener('response', (response) => {
        setImmediate(() => {
          response.pause();
          seen(null);
        });
      });
    });
    request.end(body);
    await paused;
    for (let last = -1; last !== written;) {
      last = written;
      await sleep(300);
    }
    expect(written).toBeLessThan(size / 2);
    request.destroy();
    // The sender is gone, and the call to the POS goes on to its end.
    const [requestId] = valuesOf(pos.requests.at(-1)?.rawHeaders ?? [], 'x-request-id');
    expect(await recordedOf(service, requestId)).toMatchObject({ outcome: 'answered', answer_bytes: size });
  });
});

describe('POS that hangs', () => {
  it('a hanging POS delays no update, and beyond the limit of relays in flight senders get 503', async () => {
    const pos = await startPos();
    const held: ServerResponse[] = [];
    pos.answer = (response) => held.push(response);
    const service = await startService({ RELAY_URL: pos.url, RELAY_TIMEOUT_MS: '60000' });
    try {
      const agent = new Agent({ keepAlive: true });
      const body = JSON.stringify(created('hanging'));
      const answers: Answer[] = [];
      const waiting = Array.from({ length: 300 }, async () => {
        const answer = await call(service.url, '/handle-order', { method: 'POST', headers: signed(body), body }, agent);
        answers.push(answer);
      });
      await pos.got(MAX_RELAYS_IN_FLIGHT);
      await until('the others to be answered', () => answers.length >= 300 - MAX_RELAYS_IN_FLIGHT);
      expect(await sample(service, 'ticket_rail_relays_in_flight')).toBe(MAX_RELAYS_IN_FLIGHT);
      for (let n = 0; n < 20; n++) {
        const answer = await service.deliver(update({ order_id: `beside ${String(n)}` }));
        expect(answerOf(answer)).toMatchObject({ outcome: 'recorded' });
      }
      // All of them were answered before any of those that wait, and none of those was given up.
      expect(answers).toHaveLength(300 - MAX_RELAYS_IN_FLIGHT);
      for (const answer of answers) expect(problemOf(answer)).toEqual(problem(503, 'overloaded'));
      for (const response of held) accept('at last')(response);
      await Promise.all(waiting);
      expect(answers.filter(({ status }) => status === 200)).toHaveLength(MAX_RELAYS_IN_FLIGHT);
      await until(
        'all to be on record',
        async () => (await relaysOf(service, '?limit=1000')).relays.length === MAX_RELAYS_IN_FLIGHT,
      );
      agent.destroy();
    } finally {
      await discard(service);
      await pos.close();
    }
  });

  it('a relay that is in flight at SIGTERM is answered and is on record', async () => {
    const pos = await startPos();
    const service = await startService({ RELAY_URL: pos.url });
    try {
      let answerIt: () => void = () => undefined;
      pos.answer = (response) => {
        answerIt = () => {
          accept('while stopping')(response);
        };
      };
      const body = JSON.stringify(created('stop'));
      const waiting = service.call('/handle-order', { method: 'POST', headers: signed(body), body });
      await pos.got(1);
      const ended = service.end();
      await until('the service to begin to stop', () => service.output().includes('"msg":"stopping"'));
      answerIt();
      expect(await waiting).toMatchObject({ status: 200 });
      expect(await ended).toBe(0);
      const kept = readLog(service.dataDir).filter(({ stream }) => stream === RELAY_STREAM);
      expect(kept.map(({ data }) => JSON.parse(data) as unknown)).toMatchObject([{ provider_id: 'while stopping' }]);
    } finally {
      await discard(service);
      await pos.close();
    }
  });

  it('a relay that the POS never answers does not keep the service from stopping, and is on record', async () => {
    const pos = await startPos();
    pos.answer = () => undefined;
    const service = await startService({ RELAY_URL: pos.url, RELAY_TIMEOUT_MS: '300000' });
    try {
      const body = JSON.stringify(created('given up'));
      const waiting = service.call('/handle-order', { method: 'POST', headers: signed(body), body }).catch(() => null);
      await pos.got(1);
      expect(await service.end()).toBe(0);
      expect((await waiting)?.status ?? 502).toBe(502);
      const kept = readLog(service.dataDir).filter(({ stream }) => stream === RELAY_STREAM);
      expect(kept.map(({ data }) => JSON.parse(data) as unknown)).toMatchObject([{ outcome: 'failed', status: null }]);
    } finally {
      await discard(service);
      await pos.close();
    }
  });
});

describe('POS that answers before it has read the body', () => {
  /** More than kernels take from a writer whose reader does not read. */
  const body = Buffer.alloc(16_000_000, 'x');
  const receipt = { receivedAt: '2026-01-01T00:00:00.000Z', bodySha256: '', bodyBytes: 0, signedWith: null };

  it('a POS that answers before it has read the body takes no connection away from later deliveries', async () => {
    const store = createMemoryStore({ now: Date.now });
    const pos = createServer({ pauseOnConnect: true }, (socket) => {
      socket.on('error', () => undefined);
      socket.write('HTTP/1.1 413 Content Too Large\r\nContent-Length: 2\r\n\r\n{}');
    });
    await new Promise<void>((listening) => pos.listen(0, '127.0.0.1', listening));
    const relay = createRelay({
      url: `http://127.0.0.1:${String((pos.address() as AddressInfo).port)}`,
      timeoutMs: 15_000,
      record: createRelayLog({ store, admission: new Admission() }).record,
      metrics: createMetrics({
        now: Date.now,
        queueDepth: () => 0,
        projectionLagSeconds: () => 0,
        live: { clients: 0, sent: 0, dropped: 0 },
      }),
      log: pino({ level: 'silent' }),
    });
    const delivery = { kind: 'foreign', type: 'order.created', locationId: null, faults: [] } as const;
    const sender = createHttpServer((request, response) => {
      request.resume();
      void relay.pass(delivery, { request, body, response, receipt: { ...receipt, requestId: randomUUID() } });
    });
    await new Promise<void>((listening) => sender.listen(0, '127.0.0.1', listening));
    const url = `http://127.0.0.1:${String((sender.address() as AddressInfo).port)}`;
    for (let n = 0; n < MAX_RELAYS_IN_FLIGHT + 10; n++) {
      expect(await call(url, '/', { method: 'POST', body: '{}' })).toMatchObject({ status: 413, text: '{}' });
    }
    await relay.close(0);
    sender.close();
    pos.close();
  });
});

describe('service without RELAY_URL', () => {
  it('a delivery of another type is quarantined without RELAY_URL, and the log names the variable to set', async () => {
    const service = await startService();
    try {
      const answer = await service.deliver(created('a'));
      expect(answer).toMatchObject({ status: 202, json: { outcome: 'quarantined', errors: [{ pointer: '/type' }] } });
      expect((await service.get('/quarantine/0')).json).toMatchObject({ errors: [{ pointer: '/type' }] });
      const line = service
        .output()
        .split('\n')
        .find((text) => text.includes('RELAY_URL'));
      expect(JSON.parse(line ?? '')).toMatchObject({ level: 40 });
      expect(line).not.toContain(CUSTOMER.name);
      expect(await relaysOf(service)).toEqual({ relays: [], next: null });
      const loop = await service.post(JSON.stringify(created('b')), { Via: '1.1 ticket-rail' });
      expect(loop.status).toBe(202);
    } finally {
      await discard(service);
    }
  });

  it('a delivery of another type has the faults of its shape first', () => {
    const deep = `{"type":"x","object":${'['.repeat(40)}${']'.repeat(40)}}`;
    expect(parseDelivery(Buffer.from(deep))).toMatchObject({ kind: 'foreign', faults: [{ pointer: '' }] });
  });
});

describe('relay while the store is not available', () => {
  it('a relay works while the store takes nothing, and what is not on record is logged and counted', async () => {
    const memory = createMemoryStore({ now: Date.now });
    const store: EventStore = {
      ...memory,
      append: () => Promise.reject(new EventStoreError('unavailable', 'the disk is full')),
      readStream: (stream, options) => memory.readStream(stream, options),
    };
    const pos = await startPos();
    const app = await serveInProcess(store, { RELAY_URL: pos.url });
    try {
      expect(await app.deliver(created('a'))).toMatchObject({
        status: 200,
        json: { order: { provider_id: 'pos_order_1' } },
      });
      expect(problemOf(await app.deliver(update({})))).toEqual(problem(503, 'store-unavailable'));
      expect(app.lines.filter((line) => line.includes('not on record'))).toHaveLength(1);
      expect((await app.call('/metrics')).text).toMatch(/^ticket_rail_relays_unrecorded_total 1$/m);
    } finally {
      await app.close();
      await pos.close();
    }
  });

  it('a relay answers before its record is stored when that takes too long, and the record follows later', async () => {
    const memory = createMemoryStore({ now: Date.now });
    let goOn: () => void = () => undefined;
    const mended = new Promise<void>((resolve) => (goOn = resolve));
    const store: EventStore = {
      ...memory,
      append: (...args) => mended.then(() => memory.append(...args)),
      readStream: (stream, options) => memory.readStream(stream, options),
    };
    const pos = await startPos();
    const app = await serveInProcess(store, { RELAY_URL: pos.url });
    const relays = async (): Promise<RelayEntry[]> => RelayPage.parse((await app.call('/relays')).json).relays;
    try {
      expect(await app.deliver(created('a'))).toMatchObject({ status: 200 });
      expect(await relays()).toEqual([]);
      expect((await app.call('/metrics')).text).toMatch(/^ticket_rail_relays_unrecorded_total 1$/m);
      expect(app.lines.some((line) => line.includes('before it is on record'))).toBe(true);
      goOn();
      await until('the record', async () => (await relays()).length > 0);
    } finally {
      await app.close();
      await pos.close();
    }
  });

  it('a relay works from the start of a service whose EventStoreDB is away', async () => {
    const pos = await startPos();
    const service = await startService(
      { RELAY_URL: pos.url, EVENT_STORE_URL: 'esdb://127.0.0.1:1?tls=false' },
      'listening',
    );
    try {
      expect(await service.deliver(created('a'))).toMatchObject({ status: 200 });
      expect(problemOf(await service.get('/relays'))).toEqual(problem(503, 'store-unavailable'));
    } finally {
      await discard(service);
      await pos.close();
    }
  });
});

describe('relayed headers', () => {
  const own = { host: 'pos.local', bodyBytes: 2, requestId: 'id', authorization: null };

  it('a relayed request has the sender’s headers, with its Authorization unless RELAY_URL has its own', () => {
    const raw = ['Authorization', 'Bearer t', 'Expect', '100-continue', 'X-A', '1'];
    const added = ['Content-Length', '2', 'Via', '1.1 ticket-rail', 'X-Request-Id', 'id'];
    expect(requestHeaders(raw, own)).toEqual(['Host', 'pos.local', 'Authorization', 'Bearer t', 'X-A', '1', ...added]);
    expect(requestHeaders(raw, { ...own, authorization: 'Basic eA==' })).toEqual([
      ...['Host', 'pos.local', 'X-A', '1', 'Authorization', 'Basic eA=='],
      ...added,
    ]);
  });

  it('a relayed answer has the POS’s headers except those about its connection', () => {
    const raw = ['connection', 'X-One ,x-two', 'X-ONE', '1', 'X-Two', '2', 'Trailer', 'X', 'ETag', '"e"'];
    expect(answerHeaders(raw, 'id')).toEqual([
      ...['ETag', '"e"', 'Cache-Control', 'no-store', 'X-Content-Type-Options', 'nosniff', 'X-Request-Id', 'id'],
    ]);
    const ours = answerHeaders(['cache-control', 'private'], 'id');
    expect(ours.slice(0, 2)).toEqual(['cache-control', 'private']);
    expect(ours).not.toContain('no-store');
  });

  it.each<[string | undefined, boolean]>([
    [undefined, false],
    ['', false],
    ['1.1 edge', false],
    ['1.1 not-ticket-rail', false],
    ['ticket-rail', false],
    ['1.1 ticket-rail', true],
    ['1.0 edge, 2 TICKET-RAIL', true],
    ['HTTP/1.1   ticket-rail (of ours), 1.1 edge', true],
  ])('a Via header of %j is recognised as coming through a relay: %p', (via, expected) => {
    expect(cameThroughRelay(via)).toBe(expected);
  });
});
