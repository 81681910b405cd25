import { createHmac } from 'node:crypto';
import { v5 } from 'uuid';
import { contentHash, deliveryEventId } from '../../../services/event-store/seal/seal';
import {
  createBearerCheck,
  createVerifier,
  fingerprint,
  MAX_DIGESTS,
} from '../../../services/handle-order/receive/signature';
import { DOUBTFUL_DELIVERIES } from '../../../services/operations/endpoint-counts';
import type { Delivery } from '../../../schemas/wire/handle-order';
import { streamName } from '../../../schemas/events/stream-name';
import {
  countEvents,
  EXAMPLES,
  freshKeys,
  historyOf,
  orderPath,
  parseExample,
  problem,
  problemOf,
  quarantinedBy,
  update,
} from '../../support/deliveries';
import { until } from '../../support/patience';
import { sendRaw } from '../../support/raw-http';
import {
  type Answer,
  discard,
  READER_TOKEN,
  type RunningService,
  sign,
  startService,
  WEBHOOK_SECRET,
} from '../../support/running-service';

const OLD_SECRET = 'whsec-the-one-before-it';
const BEARER = 'bearer-issued-to-stream';
const OTHER_BEARER = 'bearer-issued-some-time-ago';

const base64 = (body: string, secret = WEBHOOK_SECRET): string =>
  createHmac('sha256', secret).update(body).digest('base64');

const base64Url = (body: string): string => createHmac('sha256', WEBHOOK_SECRET).update(body).digest('base64url');

async function expectRecorded(service: RunningService, answer: Answer, signedWith: string | null): Promise<void> {
  expect({ status: answer.status, json: answer.json }).toMatchObject({ status: 200, json: { outcome: 'recorded' } });
  const { location_id, order_id, revision } = answer.json as ReturnType<typeof update>['object'] & { revision: number };
  const { events } = await historyOf(service, { location_id, order_id });
  expect(events.at(-1)).toMatchObject({ revision, metadata: { signed_with: signedWith } });
}

async function expectRefused(service: RunningService, send: () => Promise<Answer>): Promise<Answer> {
  const before = countEvents(service.dataDir);
  const answer = await send();
  expect(problemOf(answer)).toEqual(problem(401, 'not-authentic'));
  expect(answer.headers['www-authenticate']).toMatch(/^Bearer/);
  expect(countEvents(service.dataDir)).toBe(before);
  return answer;
}

describe('signature over the raw bytes', () => {
  let service: RunningService;
  const key = freshKeys('signed');
  beforeAll(async () => {
    service = await startService({
      STREAM_WEBHOOK_SECRETS: `${WEBHOOK_SECRET}, ${OLD_SECRET}`,
      LOG_LEVEL: 'trace',
    });
  });
  afterAll(() => discard(service));

  const post = (body: string, headers: Record<string, string>): Promise<Answer> =>
    service.call('/handle-order', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', ...headers },
      body,
    });

  it.each(['/handle-order', '/handle-order/', '/Handle-Order', '/handle-order?from=stream'])(
    'a delivery to %s is checked and recorded like any other',
    async (address) => {
      const text = JSON.stringify(update(key()));
      const send = (signature: string): Promise<Answer> =>
        service.call(address, {
          method: 'POST',
          headers: { 'Content-Type': 'application/json', 'X-Stream-Signature': signature },
          body: text,
        });
      await expectRefused(service, () => send(sign(`${text} `)));
      await expectRecorded(service, await send(sign(text)), fingerprint(WEBHOOK_SECRET));
    },
  );

  it.each<[string, (body: string) => Record<string, string>]>([
    ['X-Stream-Signature', (body) => ({ 'X-Stream-Signature': sign(body) })],
    ['Stream-Webhook-Signature', (body) => ({ 'Stream-Webhook-Signature': sign(body) })],
    ['a header in another case', (body) => ({ 'x-STREAM-signature': sign(body) })],
    ['hex in upper case', (body) => ({ 'X-Stream-Signature': sign(body).toUpperCase() })],
    ['base64', (body) => ({ 'X-Stream-Signature': base64(body) })],
    ['hex after sha256=', (body) => ({ 'X-Stream-Signature': `sha256=${sign(body)}` })],
    ['upper-case hex after sha256=', (body) => ({ 'Stream-Webhook-Signature': `sha256=${sign(body).toUpperCase()}` })],
    ['base64 after sha256=', (body) => ({ 'Stream-Webhook-Signature': `sha256=${base64(body)}` })],
    ['white space around it', (body) => ({ 'X-Stream-Signature': ` ${sign(body)}\t` })],
    ['both headers', (body) => ({ 'X-Stream-Signature': sign(body), 'Stream-Webhook-Signature': base64(body) })],
    ['upper-case label', (body) => ({ 'X-Stream-Signature': `SHA256=${sign(body)}` })],
    ['hex after v1=', (body) => ({ 'X-Stream-Signature': `v1=${sign(body)}` })],
    ['a time and v1=', (body) => ({ 'X-Stream-Signature': `t=1732780800,v1=${sign(body)}` })],
    ['base64 without padding', (body) => ({ 'X-Stream-Signature': base64(body).slice(0, -1) })],
    ['base64url', (body) => ({ 'X-Stream-Signature': base64Url(body) })],
    ['the same digest twice', (body) => ({ 'X-Stream-Signature': `${sign(body)}, ${sign(body)}` })],
    ['digests of two secrets', (body) => ({ 'X-Stream-Signature': `${sign(body, 'whsec-next')},${sign(body)}` })],
    ['digests between spaces', (body) => ({ 'X-Stream-Signature': `v1=${sign('other')}  v1=${base64(body)}` })],
    [
      'both headers, of which one verifies',
      (body) => ({ 'X-Stream-Signature': sign('other'), 'Stream-Webhook-Signature': sign(body) }),
    ],
  ])('a delivery is verified by a signature in this form: %s', async (_what, headersOf) => {
    const body = JSON.stringify(update(key()));
    await expectRecorded(service, await post(body, headersOf(body)), fingerprint(WEBHOOK_SECRET));
  });

  it('a delivery whose signature header was sent twice is verified if either of the two verifies', async () => {
    for (const pair of [0, 1]) {
      const body = JSON.stringify(update(key()));
      const given = ['0'.repeat(64), sign(body)];
      const header = `X-Stream-Signature: ${String(given[pair])}\r\nX-Stream-Signature: ${String(given[1 - pair])}\r\n`;
      const received = await sendRaw(
        service.url,
        `POST /handle-order HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n${header}` +
          `Content-Length: ${String(Buffer.byteLength(body))}\r\nConnection: close\r\n\r\n${body}`,
      );
      expect(received).toContain('"outcome":"recorded"');
    }
  });

  it('a delivery is verified with each live secret, and its history names the secret by its fingerprint', async () => {
    const body = JSON.stringify(update(key()));
    const answer = await post(body, { 'X-Stream-Signature': sign(body, OLD_SECRET) });
    await expectRecorded(service, answer, fingerprint(OLD_SECRET));
    expect(fingerprint(OLD_SECRET)).not.toBe(fingerprint(WEBHOOK_SECRET));
  });

  it('a delivery of every documented example is verified', async () => {
    for (const { bytes } of EXAMPLES) {
      const answer = await service.post(bytes);
      await expectRecorded(service, answer, fingerprint(WEBHOOK_SECRET));
    }
  });

  it('a delivery of bytes that are not text is verified, and its quarantine entry has the secret’s fingerprint', async () => {
    const answer = await service.post(Buffer.of(0, 0xff, 0xfe, 0x80));
    expect(answer.status).toBe(202);
    expect(await quarantinedBy(service, answer)).toMatchObject({ signed_with: fingerprint(WEBHOOK_SECRET) });
  });

  it.each<[string, (body: string) => Record<string, string>]>([
    ['missing', () => ({})],
    ['empty', () => ({ 'X-Stream-Signature': '' })],
    ['only the prefix', () => ({ 'X-Stream-Signature': 'sha256=' })],
    ['truncated by one digit', (body) => ({ 'X-Stream-Signature': sign(body).slice(0, -1) })],
    ['truncated to 32 digits', (body) => ({ 'X-Stream-Signature': sign(body).slice(0, 32) })],
    ['truncated base64', (body) => ({ 'X-Stream-Signature': base64(body).slice(0, -2) })],
    ['longer by one digit', (body) => ({ 'X-Stream-Signature': `${sign(body)}0` })],
    ['of 64 digits that are not hex', () => ({ 'X-Stream-Signature': 'g'.repeat(64) })],
    ['of zeros', () => ({ 'X-Stream-Signature': '0'.repeat(64) })],
    ['of another secret', (body) => ({ 'X-Stream-Signature': sign(body, 'whsec-somebody-elses') })],
    ['of another body', () => ({ 'X-Stream-Signature': sign('{}') })],
    ['of the empty body', () => ({ 'X-Stream-Signature': sign('') })],
    ['of another algorithm', (body) => ({ 'X-Stream-Signature': `sha512=${sign(body)}` })],
    ['after more than are looked at', (body) => ({ 'X-Stream-Signature': '0 '.repeat(MAX_DIGESTS) + sign(body) })],
    ['after a label of another version', (body) => ({ 'X-Stream-Signature': `v0=${sign(body)}` })],
    ['in a header that is not for it', (body) => ({ 'X-Signature': sign(body) })],
    ['in Authorization', (body) => ({ Authorization: `Bearer ${sign(body)}` })],
  ])('a delivery is refused when its signature is %s', async (_what, headersOf) => {
    const about = key();
    const body = JSON.stringify(update(about));
    const answer = await expectRefused(service, () => post(body, headersOf(body)));
    expect((answer.json as { detail: string }).detail).toMatch(/signature/);
    expect((await service.get(orderPath(about))).status).toBe(404);
  });

  it('a delivery is refused when its JSON was serialised again after signing, because the raw bytes count', async () => {
    const value = update(key());
    const sent = JSON.stringify(value, null, 2);
    const answer = await expectRefused(service, () =>
      post(sent, { 'X-Stream-Signature': sign(JSON.stringify(value)) }),
    );
    expect((answer.json as { detail: string }).detail).toMatch(/raw bytes/);
    await expectRefused(service, () => post(`${sent} `, { 'X-Stream-Signature': sign(sent) }));
    const { bytes } = EXAMPLES[0] ?? { bytes: Buffer.alloc(0) };
    const again = JSON.stringify(parseExample(bytes));
    await expectRefused(service, () => post(bytes.toString('utf8'), { 'X-Stream-Signature': sign(again) }));
  });

  it.each([WEBHOOK_SECRET, OLD_SECRET, `sha256=${WEBHOOK_SECRET}`])(
    'a delivery that gives the bare secret as its signature (case %#) is refused, and the secret is repeated nowhere',
    async (given) => {
      const body = JSON.stringify(update(key()));
      for (const header of ['X-Stream-Signature', 'Stream-Webhook-Signature']) {
        const answer = await expectRefused(service, () => post(body, { [header]: given }));
        const shown = answer.text + JSON.stringify(answer.headers);
        expect(shown).not.toContain(WEBHOOK_SECRET);
        expect(shown).not.toContain(OLD_SECRET);
        expect(answer.text).toContain('a bare secret is not a signature');
      }
      expect(service.output()).not.toContain(WEBHOOK_SECRET);
      expect(service.output()).not.toContain(OLD_SECRET);
    },
  );

  it('a signature never appears in the log, whether it verified or not', async () => {
    const good = JSON.stringify(update(key()));
    const wrong = sign('something else');
    await service.post(good);
    await expectRefused(service, () => post(good, { 'X-Stream-Signature': wrong }));
    expect(service.output()).not.toContain(sign(good));
    expect(service.output()).not.toContain(wrong);
    expect(service.output()).toContain('refused a delivery that is not authentic');
  });

  it('a webhook secret is no reader’s token, and a reader’s token is no signature', async () => {
    const about = key();
    expect((await service.get(orderPath(about), { Authorization: `Bearer ${WEBHOOK_SECRET}` })).status).toBe(401);
    await expectRefused(service, () =>
      post(JSON.stringify(update(about)), { Authorization: `Bearer ${READER_TOKEN}` }),
    );
  });
});

/** What the log says of secrets that may not be Stream's. */
const IN_DOUBT = 'before Stream switches all events off';

describe('rotation of the secret', () => {
  it('a secret is rotated without a gap by adding the new one before the old one is removed, and a secret that is only ours is reported', async () => {
    const key = freshKeys('rotation')();
    const first = await startService({ STREAM_WEBHOOK_SECRETS: OLD_SECRET });
    const send = (service: RunningService, secret: string, revision: number): Promise<Answer> => {
      const body = JSON.stringify(update(key, { revision }));
      return service.post(body, { 'X-Stream-Signature': sign(body, secret) });
    };
    const { dataDir } = first;
    expect((await send(first, OLD_SECRET, 0)).status).toBe(200);
    await expectRefused(first, () => send(first, WEBHOOK_SECRET, 1));
    await first.end();
    const both = await startService({ DATA_DIR: dataDir, STREAM_WEBHOOK_SECRETS: `${WEBHOOK_SECRET},${OLD_SECRET}` });
    expect((await send(both, OLD_SECRET, 1)).status).toBe(200);
    expect((await send(both, WEBHOOK_SECRET, 2)).status).toBe(200);
    await both.end();
    const last = await startService({ DATA_DIR: dataDir, STREAM_WEBHOOK_SECRETS: WEBHOOK_SECRET });
    try {
      for (let n = 1; n <= DOUBTFUL_DELIVERIES; n++) {
        expect(last.output()).not.toContain(IN_DOUBT);
        await expectRefused(last, () => send(last, OLD_SECRET, 3));
      }
      await until('the log to say that the secrets may differ', () => last.output().includes(IN_DOUBT));
      const { text } = await last.get('/metrics');
      expect(text).toMatch(/^ticket_rail_secrets_in_doubt 1$/m);
      expect(text).toMatch(/^ticket_rail_deliveries_non_2xx_ratio 0$/m);
      expect((await send(last, WEBHOOK_SECRET, 3)).status).toBe(200);
      const { events } = await historyOf(last, key);
      expect(events.map(({ metadata }) => metadata.signed_with)).toEqual(
        [OLD_SECRET, OLD_SECRET, WEBHOOK_SECRET, WEBHOOK_SECRET].map(fingerprint),
      );
    } finally {
      await discard(last);
    }
  });
});

describe('bearer token that the POS issued', () => {
  const key = freshKeys('bearer');
  const post = (service: RunningService, headers: Record<string, string>, body = JSON.stringify(update(key()))) =>
    service.call('/handle-order', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', ...headers },
      body,
    });

  it('a bearer token is enough to deliver where only bearer tokens are configured', async () => {
    const service = await startService({
      STREAM_WEBHOOK_SECRETS: '',
      STREAM_BEARER_TOKENS: `${BEARER},${OTHER_BEARER}`,
    });
    try {
      await expectRecorded(service, await post(service, { Authorization: `Bearer ${BEARER}` }), null);
      await expectRecorded(service, await post(service, { Authorization: `bearer   ${OTHER_BEARER} ` }), null);
      for (const Authorization of [
        '',
        'Bearer',
        'Bearer ',
        `Bearer ${BEARER}x`,
        `Bearer ${BEARER.slice(0, -1)}`,
        `Bearer ${BEARER.toUpperCase()}`,
        `Basic ${BEARER}`,
        BEARER,
        `Bearer ${BEARER} ${BEARER}`,
        `Bearer ${READER_TOKEN}`,
      ]) {
        await expectRefused(service, () => post(service, { Authorization }));
      }
      const body = JSON.stringify(update(key()));
      await expectRefused(service, () => post(service, { 'X-Stream-Signature': sign(body) }, body));
      expect(service.output()).not.toContain(BEARER);
    } finally {
      await discard(service);
    }
  });

  it('a bearer token and a signature are both required where both are configured', async () => {
    const service = await startService({ STREAM_BEARER_TOKENS: BEARER });
    try {
      const body = JSON.stringify(update(key()));
      const bearer = { Authorization: `Bearer ${BEARER}` };
      const signature = { 'X-Stream-Signature': sign(body) };
      await expectRefused(service, () => post(service, {}, body));
      await expectRefused(service, () => post(service, bearer, body));
      await expectRefused(service, () => post(service, signature, body));
      await expectRefused(service, () => post(service, { ...signature, Authorization: 'Bearer wrong' }, body));
      await expectRefused(service, () => post(service, { ...bearer, 'X-Stream-Signature': sign('{}') }, body));
      const answer = await post(service, { ...bearer, ...signature }, body);
      await expectRecorded(service, answer, fingerprint(WEBHOOK_SECRET));
    } finally {
      await discard(service);
    }
  });
});

describe('createVerifier', () => {
  const body = Buffer.from('{"any":"bytes"}');
  const verify = createVerifier({ webhookSecrets: [WEBHOOK_SECRET, OLD_SECRET], bearerTokens: [] });

  it('the verifier agrees with RFC 4231, test case 2', () => {
    const digest = '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843';
    const jefe = createVerifier({ webhookSecrets: ['Jefe'], bearerTokens: [] });
    const data = Buffer.from('what do ya want for nothing?');
    expect(jefe({ 'x-stream-signature': digest }, data)).toEqual({
      kind: 'authentic',
      signedWith: fingerprint('Jefe'),
    });
  });

  it('the verifier checks no signature where no secret is configured', () => {
    const open = createVerifier({ webhookSecrets: [], bearerTokens: [] });
    expect(open({}, body)).toEqual({ kind: 'authentic', signedWith: null });
  });

  it('the verifier takes secrets as UTF-8', () => {
    const secret = 'Geheimnis für Zoë ☕';
    const unicode = createVerifier({ webhookSecrets: [secret], bearerTokens: [] });
    const signature = createHmac('sha256', Buffer.from(secret)).update(body).digest('hex');
    expect(unicode({ 'stream-webhook-signature': signature }, body).kind).toBe('authentic');
  });

  it.each<[string, string, string | Buffer]>([
    ['a short secret as it stands', 'x', 'x'],
    [
      'a whsec_ secret as it stands',
      'whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD',
      'whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD',
    ],
    [
      'a whsec_ secret as Standard Webhooks decodes it',
      'whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD',
      Buffer.from('C2FVsBQIhrscChlQIMV+b5sSYspob7oD', 'base64'),
    ],
    ['a whsec_ secret in base64url', 'whsec_-_-_', Buffer.from('-_-_', 'base64url')],
    ['a whsec_ secret that is no base64', 'whsec-not.base64', 'whsec-not.base64'],
    ['a secret in quotes as it stands', '"0123456789abcdef"', '"0123456789abcdef"'],
    ['a secret in quotes without them', "'0123456789abcdef'", '0123456789abcdef'],
    ['a whsec_ secret in quotes, decoded', '"whsec_AAECAwQF"', Buffer.from('AAECAwQF', 'base64')],
  ])('the verifier uses %s', (_what, secret, key) => {
    const one = createVerifier({ webhookSecrets: [WEBHOOK_SECRET, secret], bearerTokens: [] });
    const digest = createHmac('sha256', key).update(body).digest('hex');
    expect(one({ 'x-stream-signature': digest }, body)).toEqual({
      kind: 'authentic',
      signedWith: fingerprint(secret),
    });
  });

  it.each(['whsec_', 'whsec_=', '""'])('the verifier does not take the empty key for the secret %s', (secret) => {
    const one = createVerifier({ webhookSecrets: [secret], bearerTokens: [] });
    const digest = createHmac('sha256', '').update(body).digest('hex');
    expect(one({ 'x-stream-signature': digest }, body).kind).toBe('not-authentic');
  });

  it.each([
    ['missing', {}, /no signature/, false],
    ['of another form', { 'x-stream-signature': 'abc' }, /not a SHA-256 digest/, true],
    ['not of the body', { 'x-stream-signature': 'a'.repeat(64) }, /does not match the body/, true],
  ])('the verifier gives a helpful reason for a signature that is %s', (_what, headers, reason, mismatch) => {
    const expected = { kind: 'not-authentic', reason: expect.stringMatching(reason) as unknown, mismatch };
    expect(verify(headers, body)).toEqual(expected);
  });

  it('the verifier refuses a signature with any single bit flipped', () => {
    const digest = createHmac('sha256', WEBHOOK_SECRET).update(body).digest();
    for (let bit = 0; bit < digest.length * 8; bit++) {
      const flipped = Buffer.from(digest);
      flipped.writeUInt8(flipped.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
      expect(verify({ 'x-stream-signature': flipped.toString('hex') }, body).kind).toBe('not-authentic');
    }
  });
});

describe('createBearerCheck', () => {
  it('the bearer check accepts any of its tokens, and nothing where it has none', () => {
    const check = createBearerCheck([BEARER, OTHER_BEARER]);
    expect([`Bearer ${BEARER}`, `BEARER ${OTHER_BEARER}`].map(check)).toEqual([true, true]);
    expect([undefined, '', 'Bearer', `Bearer${BEARER}`, 'Bearer x'].map(check)).toEqual(Array(5).fill(false));
    expect(createBearerCheck([])(`Bearer ${BEARER}`)).toBe(false);
  });
});

describe('fingerprint', () => {
  it('a fingerprint names a secret in 16 hex digits', () => {
    expect(fingerprint(WEBHOOK_SECRET)).toMatch(/^[0-9a-f]{16}$/);
    expect(fingerprint(WEBHOOK_SECRET)).toBe(fingerprint(WEBHOOK_SECRET));
    expect(fingerprint('a')).not.toBe(fingerprint('b'));
  });
});

describe('deliveryEventId', () => {
  /** The namespace of content-hash.ts: these 16 bytes stand for ever. */
  const NAMESPACE = Uint8Array.from(Buffer.from('6f0b0f3e5d6c4f0fa1b70c1f5d3c9a42', 'hex'));

  it.each([
    ['order-a:b', 0, 'c0ffee'],
    ['order-pos_location_456:pos_order_123', 41, 'f'.repeat(64)],
    ['quarantine-17', 0, '0'.repeat(64)],
    ['order-%F0%9F%9B%B5:%2F', 9_007_199_254_740_991, 'ab'.repeat(32)],
  ])('the event id of %s at %i is the UUIDv5 of its parts', (stream, revision, hash) => {
    const request = '5f1c2d1e-0c4b-4f57-9f0e-6f1f0a6c2b11';
    const name = `${stream}\n${String(revision)}\n${hash}\n${request}`;
    expect(deliveryEventId(streamName(stream), revision, hash, request)).toBe(v5(name, NAMESPACE));
  });

  it('an event id differs if any of its parts differs', () => {
    const ids = [
      deliveryEventId(streamName('a'), 0, 'x', 'r'),
      deliveryEventId(streamName('b'), 0, 'x', 'r'),
      deliveryEventId(streamName('a'), 1, 'x', 'r'),
      deliveryEventId(streamName('a'), 0, 'y', 'r'),
      deliveryEventId(streamName('a'), 0, 'x', 's'),
    ];
    expect(new Set(ids).size).toBe(ids.length);
  });
});

describe('contentHash', () => {
  const hashOf = (json: string): string => contentHash(JSON.parse(json) as Delivery);

  it('a content hash ignores the order of keys, white space, escapes and the form of numbers', () => {
    const forms = [
      '{"type":"order.updated","object":{"location_id":"l","order_id":"o","status":"s","a":{"x":1,"y":[1,2]}}}',
      '{"object":{"a":{"y":[1,2],"x":1},"status":"s","order_id":"o","location_id":"l"},"type":"order.updated"}',
      '{ "type" : "order.updated",\n"object": {"location_id":"l","order_id":"o","status":"s","a":{"x":1.0,"y":[1e0,2]}} }',
      '{"type":"order\\u002eupdated","object":{"location_id":"\\u006c","order_id":"o","status":"s","a":{"x":1,"y":[1,2]}}}',
      '{"type":"order.updated","sent":1,"object":{"location_id":"l","order_id":"o","status":"s","a":{"x":1,"y":[1,2]}}}',
    ];
    expect(new Set(forms.map(hashOf)).size).toBe(1);
    expect(hashOf(forms[0] ?? '')).toMatch(/^[0-9a-f]{64}$/);
  });

  it('a content hash differs wherever the content differs', () => {
    const object = '"location_id":"l","order_id":"o","status":"s"';
    const hashes = [
      `{"type":"order.updated","object":{${object}}}`,
      `{"type":"order.canceled","object":{${object}}}`,
      `{"type":"order.updated","object":{${object},"delivery_status":null}}`,
      `{"type":"order.updated","object":{${object},"a":[1,2]}}`,
      `{"type":"order.updated","object":{${object},"a":[2,1]}}`,
      `{"type":"order.updated","object":{${object},"a":"1"}}`,
      `{"type":"order.updated","object":{${object},"a":1}}`,
      `{"type":"order.updated","object":{${object},"__proto__":1}}`,
      `{"type":"order.updated","object":{${object},"__proto__":2}}`,
      `{"type":"order.updated","object":{${object},"name":"\\ud83d"}}`,
      `{"type":"order.updated","object":{${object},"name":"\\ud83e"}}`,
      `{"type":"order.updated","object":{${object},"toJSON":1}}`,
      `{"type":"order.updated","object":{${object},"name":"é"}}`,
      `{"type":"order.updated","object":{${object},"name":"e\u0301"}}`,
    ].map(hashOf);
    expect(new Set(hashes).size).toBe(hashes.length);
  });
});
