import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { brotliCompressSync, constants, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import { decodeBody } from '../../../../services/handle-order/receive/decode-body';
import {
  countEvents,
  freshKeys,
  historyOf,
  problem,
  problemOf,
  quarantinedBy,
  update,
} from '../../../support/deliveries';
import { asOperator, discard, type RunningService, sign, signed, startService } from '../../../support/running-service';

const MAX_BODY_BYTES = 262_144;
const MARK = '\ufeff';

/** Each coding that is taken, as senders name it. */
const CODINGS: readonly (readonly [string, (plain: Buffer) => Buffer])[] = [
  ['gzip', gzipSync],
  ['GZip', gzipSync],
  ['x-gzip', gzipSync],
  ['deflate', deflateSync],
  ['deflate', (plain) => deflateRawSync(plain)],
  ['br', (plain) => brotliCompressSync(plain)],
  ['identity', (plain) => plain],
  ['', (plain) => plain],
  ['identity, gzip', gzipSync],
  ['deflate, gzip', (plain) => gzipSync(deflateSync(plain))],
  ['gzip, br', (plain) => brotliCompressSync(gzipSync(plain))],
  ['gzip', (plain) => Buffer.concat([gzipSync(plain.subarray(0, 9)), gzipSync(plain.subarray(9))])],
];

describe('bodies that come encoded or marked', () => {
  let service: RunningService;
  const key = freshKeys('encoded');
  beforeAll(async () => {
    service = await startService();
  });
  afterAll(() => discard(service));

  const post = (wire: Buffer | string, signedBytes: Buffer | string, headers: Record<string, string> = {}) =>
    service.post(wire, { 'X-Stream-Signature': sign(signedBytes), ...headers });
  const redrive = (id: string) => service.call(`/quarantine/${id}/redrive`, { method: 'POST', headers: asOperator });

  it.each(CODINGS)(
    'a body with the Content-Encoding "%s" is taken, signed as it came or decoded',
    async (name, encode) => {
      for (const isSignedPlain of [false, true]) {
        const about = key();
        const plain = Buffer.from(JSON.stringify(update(about, { note: 'é'.repeat(100) })));
        const wire = encode(plain);
        const answer = await post(wire, isSignedPlain ? plain : wire, { 'Content-Encoding': name });
        expect(answer.json).toEqual({ outcome: 'recorded', ...about, revision: 0 });
        const [event] = (await historyOf(service, about)).events;
        expect(event?.data['note']).toBe('é'.repeat(100));
        expect(event?.metadata.body_sha256).toBe(createHash('sha256').update(wire).digest('hex'));
        expect((await post(plain, plain)).json).toEqual({ outcome: 'repeat', ...about, revision: 0 });
      }
    },
  );

  it('an encoded body is refused if its signature is neither over what came nor over what that decodes to', async () => {
    const wire = gzipSync(JSON.stringify(update(key())));
    const before = countEvents(service.dataDir);
    for (const body of ['{}', gzipSync(wire)]) {
      const answer = await post(wire, body, { 'Content-Encoding': 'gzip' });
      expect(problemOf(answer)).toEqual(problem(401, 'not-authentic'));
    }
    expect(countEvents(service.dataDir)).toBe(before);
  });

  it.each<[string, Buffer, string, RegExp]>([
    ['a Content-Encoding that nobody takes', Buffer.from('x'), 'zstd', /Content-Encoding that is not taken: gzip/],
    ['more codings than are undone', gzipSync('x'), 'gzip, gzip, gzip, gzip', /not taken/],
    ['a Content-Encoding that it does not have', Buffer.from(JSON.stringify(update({}))), 'gzip', /not what its/],
    ['gzip that is cut off', gzipSync(JSON.stringify(update({}))).subarray(0, -9), 'gzip', /cut off/],
    ['deflate that is none', Buffer.from('not deflate'), 'deflate', /not what its/],
    ['br that is none', Buffer.from('not brotli'), 'br', /not what its/],
  ])('an authentic body with %s is quarantined as it came', async (_what, wire, encoding, detail) => {
    const answer = await post(wire, wire, { 'Content-Encoding': encoding });
    expect(answer.status).toBe(202);
    const kept = await quarantinedBy(service, answer);
    expect(kept).toMatchObject({
      content_encoding: encoding,
      content_type: 'application/json',
      body_base64: wire.toString('base64'),
      body_bytes: wire.length,
      body_sha256: createHash('sha256').update(wire).digest('hex'),
      errors: [{ pointer: '', detail: expect.stringMatching(detail) as unknown }],
    });
    expect(problemOf(await redrive(kept.quarantine_id))).toEqual(problem(422, 'still-unusable'));
  });

  it.each([
    'text/plain',
    'text/json',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/jsonp',
    'application/x-ndjson',
    'application/xml',
    'application/json, application/json',
    'json',
    '',
  ])('an authentic body of the media type "%s" is quarantined, and a redrive records it', async (contentType) => {
    const about = key();
    const answer = await service.post(JSON.stringify(update(about)), { 'Content-Type': contentType });
    expect(answer.status).toBe(202);
    const kept = await quarantinedBy(service, answer);
    expect(kept).toMatchObject({
      content_type: contentType,
      errors: [{ pointer: '', detail: expect.stringContaining('media type') as unknown }],
    });
    expect((await redrive(kept.quarantine_id)).json).toMatchObject({ outcome: 'recorded', ...about });
  });

  it('an authentic body without a media type is quarantined', async () => {
    const body = JSON.stringify(update(key()));
    const { 'Content-Type': _none, ...headers } = signed(body);
    const answer = await service.call('/handle-order', { method: 'POST', headers, body });
    expect(answer.status).toBe(202);
    expect(await quarantinedBy(service, answer)).toMatchObject({ content_type: null });
  });

  it('an encoded body in quarantine is shown decoded, and a redrive decodes it', async () => {
    const about = key();
    const plain = JSON.stringify({ event_id: 7, ...update(about) });
    const wire = gzipSync(plain);
    const answer = await post(wire, plain, { 'Content-Encoding': 'gzip', 'Content-Type': 'text/plain' });
    const kept = await quarantinedBy(service, answer);
    expect(kept).toMatchObject({ content_encoding: 'gzip', body_text: plain, body_base64: wire.toString('base64') });
    expect((await redrive(kept.quarantine_id)).json).toMatchObject({ outcome: 'recorded', ...about });
    const [event] = (await historyOf(service, about)).events;
    expect(event?.metadata).toMatchObject({ body_sha256: kept.body_sha256, envelope: { event_id: 7 } });
  });

  it('a byte order mark before JSON is skipped, and the signature covers it', async () => {
    const about = key();
    const plain = JSON.stringify(update(about));
    expect((await post(`${MARK}${plain}`, `${MARK}${plain}`)).json).toMatchObject({ outcome: 'recorded' });
    expect((await post(plain, plain)).json).toMatchObject({ outcome: 'repeat' });
    expect((await post(`${MARK}${plain}`, plain)).status).toBe(401);
    const wire = gzipSync(`${MARK}${plain}`);
    expect((await post(wire, wire, { 'Content-Encoding': 'gzip' })).json).toMatchObject({ outcome: 'repeat' });
  });

  it('a body is taken up to the limit once decoded, and gets 413 beyond it', async () => {
    const about = key();
    const bodyOf = (bytes: number): string => {
      const body = JSON.stringify(update(about, { padding: '' }));
      return body.replace('"padding":""', `"padding":"${'x'.repeat(bytes - body.length)}"`);
    };
    const [fits, over] = [bodyOf(MAX_BODY_BYTES), bodyOf(MAX_BODY_BYTES + 1)];
    const send = (plain: string) => post(gzipSync(plain), plain, { 'Content-Encoding': 'gzip' });
    expect((await send(fits)).json).toMatchObject({ outcome: 'recorded' });
    expect(problemOf(await send(over))).toEqual(problem(413, 'body-too-large'));
  });

  it('bombs of every coding get 413, and do not take the memory that they would fill', async () => {
    const zeros = Buffer.alloc(200 * 1024 * 1024);
    const brotli = { params: { [constants.BROTLI_PARAM_QUALITY]: 4, [constants.BROTLI_PARAM_LGWIN]: 24 } };
    const bombs: [string, Buffer][] = [
      ['gzip', gzipSync(zeros)],
      ['deflate', deflateSync(zeros)],
      ['br', brotliCompressSync(zeros, brotli)],
      ['gzip, gzip', gzipSync(gzipSync(zeros))],
    ];
    const peak = (): number =>
      Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${String(service.process.pid)}/status`, 'utf8'))?.[1]);
    const before = peak();
    for (const [encoding, bomb] of bombs) {
      expect(bomb.length).toBeLessThan(MAX_BODY_BYTES);
      const send = () => post(bomb, bomb, { 'Content-Encoding': encoding });
      for (const answer of await Promise.all(Array.from({ length: 8 }, send)))
        expect(problemOf(answer)).toEqual(problem(413, 'body-too-large'));
    }
    expect(peak() - before).toBeLessThan(64 * 1024);
  });

  it('while nothing authenticates deliveries, what cannot be read is answered like any other quarantined delivery', async () => {
    const open = await startService({ STREAM_WEBHOOK_SECRETS: '' });
    try {
      for (const headers of [{ 'Content-Encoding': 'zstd' }, { 'Content-Type': 'text/plain' }]) {
        const answer = await open.post(JSON.stringify(update({})), headers);
        expect({ status: answer.status, json: answer.json }).toMatchObject({
          status: 422,
          json: { outcome: 'quarantined' },
        });
      }
    } finally {
      await discard(open);
    }
  });
});

describe('pings', () => {
  let service: RunningService;
  beforeAll(async () => {
    service = await startService({ RELAY_URL: 'http://127.0.0.1:9/never' });
  });
  afterAll(() => discard(service));

  it.each<[string, string | Buffer, Record<string, string>]>([
    ['an empty body', '', {}],
    ['an empty body of no media type', '', { 'Content-Type': '' }],
    ['an empty body that is said to be encoded', '', { 'Content-Encoding': 'gzip' }],
    ['nothing, encoded', gzipSync(''), { 'Content-Encoding': 'gzip' }],
    ['only a byte order mark', MARK, {}],
    ['{}', '{}', {}],
    ['{} as text', ' { }\r\n', { 'Content-Type': 'text/plain' }],
    ['the type ping', '{"type":"ping"}', {}],
    ['the type ping with an id and an empty object', '{"id":7,"type":"ping","object":{}}', {}],
  ])('an authentic delivery of %s is a ping: answered 200, counted and not stored', async (_what, body, headers) => {
    const before = countEvents(service.dataDir);
    const pings = async (): Promise<number> =>
      Number(/outcome="ping"\} (\d+)/.exec((await service.get('/metrics')).text)?.[1]);
    const counted = await pings();
    const answer = await service.post(body, headers);
    expect({ status: answer.status, json: answer.json }).toEqual({
      status: 200,
      json: { outcome: 'ping' },
    });
    expect(await pings()).toBe(counted + 1);
    expect(countEvents(service.dataDir)).toBe(before);
  });

  it.each(['', '{}', '{"type":"ping"}'])('a ping of the body %p that is not authentic is refused', async (body) => {
    const answer = await service.post(body, { 'X-Stream-Signature': sign('other') });
    expect(problemOf(answer)).toEqual(problem(401, 'not-authentic'));
  });

  it.each([' ', '[]', '{"a":1}', '{"type":"ping","type":"ping"}', '{"object":{}}'])(
    'the body %p is no ping, and is quarantined',
    async (body) => {
      expect((await service.post(body)).json).toMatchObject({ outcome: 'quarantined' });
    },
  );

  it('a delivery of the type ping that is about something is passed on like any other type', async () => {
    expect((await service.post('{"type":"ping","object":{"location_id":"l"}}')).status).toBe(502);
  });

  it('GET, HEAD and OPTIONS of the URL say that it is there', async () => {
    const [get, head, options] = await Promise.all(
      ['GET', 'HEAD', 'OPTIONS'].map((method) => service.call('/handle-order', { method })),
    );
    expect({ status: get?.status, json: get?.json }).toEqual({
      status: 200,
      json: { service: 'ticket-rail', detail: expect.stringContaining('Handle Order') as unknown },
    });
    expect({ status: head?.status, text: head?.text }).toEqual({ status: 200, text: '' });
    expect({ status: options?.status, allow: options?.headers.allow }).toEqual({
      status: 204,
      allow: 'GET, HEAD, OPTIONS, POST',
    });
  });
});

describe('the decoding of a body', () => {
  it.each(CODINGS)('a body of the Content-Encoding "%s" is decoded to what it was', (name, encode) => {
    const plain = Buffer.from('{"a":"é"} and more');
    expect(decodeBody(encode(plain), name, 1_000)).toEqual({ kind: 'plain', bytes: plain });
    expect(decodeBody(encode(plain), name, plain.length - 1).kind).toBe(
      encode(plain).equals(plain) ? 'plain' : 'too-large',
    );
  });
});
