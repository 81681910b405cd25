import { Agent } from 'node:http';
import { gzipSync } from 'node:zlib';
import { parseJson, stringifyJson } from '../../../schemas/json/exact-json';
import { orderKey, type OrderKey } from '../../../schemas/order-key';
import type { Order } from '../../../schemas/api/order-view';
import {
  answerOf,
  countEvents,
  freshKeys,
  historyOf,
  orderPath,
  pointersOf,
  problem,
  problemOf,
  quarantinedBy,
  update,
} from '../../support/deliveries';
import {
  type Answer,
  begin,
  call,
  discard,
  type RunningService,
  signed,
  startService,
} from '../../support/running-service';
import { patiently, until } from '../../support/patience';
import { sendRaw } from '../../support/raw-http';

const BEARER = 'stream-bearer-0123456789';
const MAX_BODY_BYTES = 262_144;
/** Deepest nesting of a body that is still read. */
const MAX_DEPTH = 32;

/** A body whose object has one member written by hand, so that it may be anything. */
const withMember = (member: string, key: OrderKey = orderKey('hand', 'written')): string =>
  `{"type":"order.updated","object":{"location_id":${JSON.stringify(key.location_id)},` +
  `"order_id":${JSON.stringify(key.order_id)},"status":"in_progress"${member === '' ? '' : `,${member}`}}}`;

const without = (field: string) => {
  const { type, object } = update({});
  return { type, object: Object.fromEntries(Object.entries(object).filter(([name]) => name !== field)) };
};

/** A fault may be told by more than one rule. */
const distinct = (pointers: readonly string[]): string[] => [...new Set(pointers)];

const padded = (bytes: number, key: OrderKey): string => {
  const body = JSON.stringify(update(key, { padding: '' }));
  return body.replace('"padding":""', `"padding":"${'x'.repeat(bytes - Buffer.byteLength(body))}"`);
};

/** As it is configured by default. */
let service: RunningService;
beforeAll(async () => {
  service = await startService();
});
afterAll(() => discard(service));

describe('authentic deliveries that cannot be used', () => {
  /** Posts the bytes and expects them, whole and with faults at exactly these pointers, in quarantine and nowhere else. */
  async function expectQuarantined(body: string | Buffer, pointers: readonly string[]): Promise<Answer> {
    const bytes = Buffer.from(body);
    const before = countEvents(service.dataDir);
    const answer = await service.post(bytes);
    expect({ status: answer.status, type: answer.headers['content-type'], text: answer.text.slice(0, 200) }).toEqual({
      status: 202,
      type: 'application/json',
      text: expect.stringContaining('"outcome":"quarantined"') as unknown,
    });
    expect(distinct(pointersOf(answer))).toEqual(pointers);
    const kept = await quarantinedBy(service, answer);
    expect(Buffer.from(kept.body_base64, 'base64').equals(bytes)).toBe(true);
    expect(kept).toMatchObject({
      errors: (answer.json as { errors: unknown }).errors,
      body_bytes: bytes.length,
      content_type: 'application/json',
      content_encoding: null,
      redriven: null,
      request_id: answer.headers['x-request-id'],
    });
    expect(countEvents(service.dataDir)).toBe(before + 1);
    return answer;
  }

  const wholeBody = [''];
  it.each<[string, string | Buffer]>([
    ['a word', 'hello'],
    ['only white space', ' \r\n\t'],
    ['JSON that is cut off', JSON.stringify(update({})).slice(0, -1)],
    ['JSON with something behind it', `${JSON.stringify(update({}))} {}`],
    ['JSON with a trailing comma', withMember('"a":1,')],
    ['JSON with a comment', `/* */${withMember('')}`],
    ['JSON in single quotes', "{'type':'order.updated'}"],
    ['JSON with NaN', withMember('"a":NaN')],
    ['JSON with a raw control character in a string', withMember('"a":"\n"')],
    ['a form', 'type=order.updated&object=%7B%7D'],
    ['a JSON array', JSON.stringify([update({})])],
    ['a JSON string', JSON.stringify(JSON.stringify(update({})))],
    ['a number', '7'],
    ['true', 'true'],
    ['null', 'null'],
    ['bytes that are not UTF-8', Buffer.concat([Buffer.from('{"type":"'), Buffer.of(0xff), Buffer.from('"}')])],
    [
      'JSON with an overlong UTF-8 form',
      Buffer.concat([Buffer.from('{"type":"'), Buffer.of(0xc0, 0xaf), Buffer.from('"}')]),
    ],
    ['UTF-16', Buffer.from(JSON.stringify(update({})), 'utf16le')],
    ['JSON after two byte order marks', `\ufeff\ufeff${withMember('')}`],
    ['JSON with a byte order mark behind it', `${withMember('')}\ufeff`],
    ['gzip without a Content-Encoding', gzipSync(JSON.stringify(update({})))],
    ['arrays 10,000 deep', '['.repeat(10_000) + ']'.repeat(10_000)],
    ['objects 10,000 deep', '{"a":'.repeat(10_000) + '1' + '}'.repeat(10_000)],
    ['JSON with 10,000 levels in an unknown field', withMember(`"a":${'['.repeat(10_000)}${']'.repeat(10_000)}`)],
    [
      'JSON that is nested one level too deep',
      withMember(`"a":${'['.repeat(MAX_DEPTH - 1)}${']'.repeat(MAX_DEPTH - 1)}`),
    ],
    ['as many [ as fit', '['.repeat(MAX_BODY_BYTES)],
    ['as many {"": as fit', '{"":'.repeat(MAX_BODY_BYTES / 4)],
    ['an endless string of backslashes', `"${'\\\\'.repeat(100_000)}\\"`],
  ])('a body of %s is quarantined byte for byte, and the fault is the body as a whole', async (_what, body) => {
    await expectQuarantined(body, wholeBody);
  });

  it.each<[string, string, string[]]>([
    ['the type', '{"type":"order.updated","type":"order.updated","object":{}}', ['/type']],
    ['an id with the same value', withMember('"order_id":"written"'), ['/object/order_id']],
    ['an id, once escaped', withMember('"\\u006frder_id":"x"'), ['/object/order_id']],
    ['a field nobody knows', withMember('"a":1,"b":2,"a":3'), ['/object/a']],
    ['a field within an array', withMember('"a":[0,{"b":1,"b":2}]'), ['/object/a/1/b']],
    ['a name with / and ~', withMember('"a/b~c":1,"a/b~c":1'), ['/object/a~1b~0c']],
    ['__proto__', withMember('"__proto__":1,"__proto__":2'), ['/object/__proto__']],
    ['an empty name', withMember('"":1,"":2'), ['/object/']],
    ['a field of the driver', withMember('"driver_details":{"name":"A","name":"B"}'), ['/object/driver_details/name']],
    ['three fields', withMember('"a":1,"a":2,"a":3,"b":1,"b":2'), ['/object/a', '/object/b']],
  ])(
    'a delivery that gives %s more than once is quarantined, because it is ambiguous',
    async (_what, body, pointers) => {
      await expectQuarantined(body, pointers);
    },
  );

  it.each<[string, unknown, string[]]>([
    ['no type', { object: update({}).object }, ['/type']],
    ['a type that is null', { ...update({}), type: null }, ['/type']],
    ['a type that is a number', { ...update({}), type: 7 }, ['/type']],
    ['a type that is a list', { ...update({}), type: ['order.updated'] }, ['/type']],
    ['an empty type', { ...update({}), type: '' }, ['/type']],
    ['a type in capitals', { ...update({}), type: 'ORDER.UPDATED' }, ['/type']],
    ['the type constructor', { ...update({}), type: 'constructor' }, ['/type']],
    ['the type __proto__', { ...update({}), type: '__proto__' }, ['/type']],
    ['a type of 10,000 characters', { ...update({}), type: 'x'.repeat(10_000) }, ['/type']],
    ['no object', { type: 'order.updated' }, ['/object']],
    ['null for the object', { type: 'order.updated', object: null }, ['/object']],
    ['a list for the object', { type: 'order.updated', object: [] }, ['/object']],
    ['text for the object', { type: 'order.updated', object: '{}' }, ['/object']],
    ['an empty object', { type: 'order.updated', object: {} }, ['location_id', 'order_id', 'status']],
    ['no location_id', without('location_id'), ['/object/location_id']],
    ['no order_id', without('order_id'), ['/object/order_id']],
    ['no status', without('status'), ['/object/status']],
    ['no provider_id', { type: 'order.canceled', object: orderKey('l', 'o') }, ['provider_id']],
    ['no field of a cancellation', { type: 'order.canceled', object: {} }, ['location_id', 'provider_id']],
  ])('a delivery with %s is quarantined', async (_what, body, pointers) => {
    const full = pointers.map((pointer) => (pointer.startsWith('/') ? pointer : `/object/${pointer}`));
    await expectQuarantined(JSON.stringify(body), full);
  });

  it.each([
    ['a number', 123],
    ['a number that no double holds', parseJson('1894721983472198341')],
    ['null', null],
    ['true', true],
    ['a list', ['a']],
    ['an object', { id: 'a' }],
    ['empty', ''],
    ['201 characters long', 'x'.repeat(201)],
    ['201 code points long, all of them emoji', '🛵'.repeat(201)],
    ['with a line break', 'a\nb'],
    ['with NUL', 'a\0b'],
    ['with DEL', 'a\u007fb'],
    ['with NEL', 'a\u0085b'],
    ['with half a surrogate pair', 'a\ud83d'],
    ['with the wrong half first', '\ude00\ud83d'],
  ])('a delivery whose ids are %s is quarantined', async (_what, id) => {
    await expectQuarantined(stringifyJson(update({}, { location_id: id })), ['/object/location_id']);
    await expectQuarantined(stringifyJson(update({}, { order_id: id })), ['/object/order_id']);
    const cancel = { type: 'order.canceled', object: { location_id: 'l', provider_id: id } };
    await expectQuarantined(stringifyJson(cancel), ['/object/provider_id']);
  });

  it.each([
    ['empty', ''],
    ['a number', 1],
    ['null', null],
    ['a list', []],
    ['white space', ' \t'],
    ['invisible', '\u200b\u2060'],
    ['65 characters long', 'x'.repeat(65)],
    ['broken by a control character', 'rea\u0000dy'],
    ['half a surrogate pair', 'ready\ud83d'],
  ])('a delivery whose status is %s is quarantined, and only for that', async (_what, value) => {
    const body = update({}, { status: value, delivery_status: value });
    await expectQuarantined(JSON.stringify(body), ['/object/status']);
  });

  it('a quarantined delivery names every one of its faults', async () => {
    const body = {
      type: 'order.updated',
      object: { order_id: '', status: 7, driver_details: { phone: 'x', name: 1 } },
    };
    const answer = await service.deliver(body);
    expect(answer.status).toBe(202);
    expect(distinct(pointersOf(answer)).sort()).toEqual(['/object/location_id', '/object/order_id', '/object/status']);
  });

  it('a quarantined delivery describes each fault in words', async () => {
    const { json } = await service.deliver(update({}, { order_id: 7, location_id: '', status: null }));
    expect(json).toEqual({
      outcome: 'quarantined',
      quarantine_id: expect.stringMatching(/^\d+$/) as unknown,
      errors: expect.arrayContaining([
        { pointer: '/object/order_id', detail: 'must be of type string, is number' },
        { pointer: '/object/status', detail: 'must be of type string, is null' },
      ]) as unknown,
    });
  });

  it('a quarantined delivery with very many faults names 50 of them', async () => {
    const many = Array.from({ length: 200 }, () => '"a":1').join(',');
    const answer = await expectQuarantined(withMember(many), ['/object/a']);
    expect(pointersOf(answer)).toHaveLength(50);
  });

  it('a delivery that has its required fields only in __proto__ is quarantined without them', async () => {
    const object = JSON.stringify(update({}).object);
    const required = ['/object/location_id', '/object/order_id', '/object/status'];
    await expectQuarantined(`{"type":"order.updated","object":{"__proto__":${object}}}`, required);
    await expectQuarantined(`{"type":"order.updated","object":{"constructor":{"prototype":${object}}}}`, required);
    await expectQuarantined(`{"type":"order.updated","__proto__":{"object":${object}}}`, ['/object']);
    await expectQuarantined(`{"__proto__":{"type":"order.updated"},"object":${object}}`, ['/type']);
  });

  it('a delivery with repeated names below a name of 200,000 characters is quarantined whole', async () => {
    const body = withMember(`"${'n'.repeat(200_000)}":[${Array<string>(60).fill('{"a":1,"a":2}').join()}]`);
    const answer = await service.post(body);
    expect(problemOf(answer)).toMatchObject({ status: 202 });
    const kept = await quarantinedBy(service, answer);
    expect(kept.body_text === body).toBe(true);
  });

  it('an order.canceled without a provider_id is quarantined', async () => {
    await expectQuarantined(JSON.stringify({ type: 'order.canceled', object: update({}).object }), [
      '/object/provider_id',
    ]);
  });

  it('a usable delivery that grows over the limit of one append is quarantined whole', async () => {
    const body = withMember(`"a":[${Array<string>(50_000).fill('1e20').join()}]`);
    const answer = await expectQuarantined(body, wholeBody);
    expect(answer.json).toMatchObject({
      errors: [{ pointer: '', detail: expect.stringContaining('over the limit') as unknown }],
    });
  });
});

describe('unusual deliveries that can be used', () => {
  const key = freshKeys('unusual');

  /** Posts the body and expects its object, to the last field, as the newest event of its order. */
  async function expectRecorded(body: string, about: OrderKey, headers: Record<string, string> = {}): Promise<void> {
    const answer = await service.post(body, headers);
    expect({ status: answer.status, json: answer.json }).toEqual({
      status: 200,
      json: { outcome: 'recorded', ...about, revision: 0 },
    });
    const { events } = await historyOf(service, about);
    expect(events).toHaveLength(1);
    const { object } = JSON.parse(body) as { object: unknown };
    expect(JSON.stringify(events[0]?.data)).toBe(JSON.stringify(object));
    const order = await service.get(orderPath(about));
    expect(order).toMatchObject({ status: 200, json: { ...about, revision: 0 } });
  }

  it.each([
    ['a slash', 'a/b'],
    ['an escaped slash', 'a%2Fb'],
    ['a lower-case escaped slash', 'a%2fb'],
    ['one dot', '.'],
    ['two dots', '..'],
    ['a way up', '../../etc/passwd'],
    ['an escaped way up', '%2e%2e'],
    ['unicode', 'Bestellung für Zoë №7 ☕ 寿司'],
    ['right-to-left text', 'طلب'],
    ['joined emoji', '👩‍🍳'],
    ['a line separator', 'a\u2028b'],
    ['double quotes', '"quoted"'],
    ['single quotes', "o'clock"],
    ['SQL', "'; DROP TABLE events; --"],
    ['a colon', 'a:b'],
    ['a hyphen', 'a-b'],
    ['a percent sign', '100%'],
    ['a broken escape', '%zz%'],
    ['spaces', ' a b '],
    ['a plus', 'a+b'],
    ['a question mark', 'a?b=c'],
    ['a hash', 'a#b'],
    ['a backslash', 'a\\b'],
    ['a dollar in front', '$all'],
    ['our own prefix', 'order-a:b'],
    ['the name of a stream of ours', 'quarantine'],
    ['the name of a route', 'history'],
    ['__proto__', '__proto__'],
    ['constructor', 'constructor'],
    ['digits', '123'],
    ['one character', 'x'],
    ['200 characters', 'x'.repeat(200)],
    ['200 emoji', '🛵'.repeat(200)],
    ['a byte order mark', '\ufeffa'],
    ['a character outside Unicode’s first plane', '𝒪'],
  ])('a delivery whose ids have %s is recorded like any other', async (_what, id) => {
    const about = orderKey(id, id);
    await expectRecorded(JSON.stringify(update(about)), about);
  });

  it('two different pairs of location and order never share a stream', async () => {
    const pairs = [
      ['s', 'a:b'],
      ['s:a', 'b'],
      ['s%3Aa', 'b'],
      ['s', 'a%3Ab'],
      ['s%253Aa', 'b'],
      ['s-a', 'b'],
      ['s', 'a-b'],
      ['s', '-a-b'],
      ['s/a', 'b'],
      ['s', 'a/b'],
      ['s%2Fa', 'b'],
      ['s', 'a%2Fb'],
      ['s', 'a%2fb'],
      ['S', 'a:b'],
      ['s', 'A:b'],
      ['s', ' a:b'],
      ['s', 'a:b '],
      ['s', 'a:é'],
      ['s', 'a:e\u0301'],
      ['s', 'a'],
      ['a', 's'],
    ].map(([location_id = '', order_id = '']) => ({ location_id, order_id }));
    for (const [index, about] of pairs.entries()) {
      const answer = await service.deliver(update(about, { marker: index }));
      expect(answer.json).toEqual({ outcome: 'recorded', ...about, revision: 0 });
    }
    for (const [index, about] of pairs.entries()) {
      const { events } = await historyOf(service, about);
      expect(events.map(({ data }) => data['marker'])).toEqual([index]);
      expect((await service.get(orderPath(about))).json).toMatchObject(about);
    }
  });

  it('an optional field that is null counts as absent, and stays null in the history', async () => {
    const about = key();
    const driver = { source: null, name: null, phone: null, picture_url: null, vehicle_info: null, passcode: null };
    await expectRecorded(JSON.stringify(update(about, { delivery_status: null, driver_details: null })), about);
    const nested = {
      ...driver,
      phone: { number: null, code: null },
      vehicle_info: { make: null, is_autonomous: null },
    };
    for (const driver_details of [driver, nested]) {
      expect((await service.deliver(update(about, { delivery_status: null, driver_details }))).status).toBe(200);
    }
    expect((await service.get(orderPath(about))).json).toMatchObject({ status: 'in_progress', delivery_status: null });
  });

  it.each<[string, unknown, readonly string[], unknown]>([
    ['driver_details', 'Jane', [''], null],
    ['driver_details', 7, [''], null],
    ['driver_details', [], [], null],
    ['driver_details', '', [], null],
    ['source', 1, ['/source'], { source: '1' }],
    ['name', { first: 'Jane' }, ['/name'], null],
    ['picture_url', false, ['/picture_url'], { picture_url: 'false' }],
    ['handoff_instructions', ['a'], ['/handoff_instructions'], null],
    ['passcode', 4711, ['/passcode'], { passcode: '4711' }],
    ['phone', '+1555', ['/phone'], { phone: { number: '+1555' } }],
    [
      'phone',
      { number: 15_555, code: 12 },
      ['/phone/number', '/phone/code'],
      { phone: { number: '15555', code: '12' } },
    ],
    ['vehicle_info', 'Honda', ['/vehicle_info'], null],
    ['vehicle_info', { license_plate: 42 }, ['/vehicle_info/license_plate'], { vehicle_info: { license_plate: '42' } }],
    [
      'vehicle_info',
      { is_autonomous: 'true' },
      ['/vehicle_info/is_autonomous'],
      { vehicle_info: { is_autonomous: true } },
    ],
  ])('a %s of another type is kept verbatim, and read as far as it can be: %j', async (field, value, below, read) => {
    const about = key();
    const driver_details = field === 'driver_details' ? value : { [field]: value };
    await expectRecorded(JSON.stringify(update(about, { driver_details })), about);
    const { events } = await historyOf(service, about);
    expect(events[0]).toMatchObject({
      data: { driver_details },
      unreadable: below.map((pointer) => `/driver_details${pointer}`),
    });
    const { json } = await service.get(orderPath(about));
    expect(json).toMatchObject({ driver_details: read });
    expect((json as Order).attention.includes('unreadable_field')).toBe(below.length > 0);
  });

  it.each<[unknown, string | null]>([
    ['', null],
    [' ', null],
    [[], null],
    [{}, null],
    [['pending'], null],
    [7, '7'],
    ['Arrived-At Pickup', 'arrived_at_pickup'],
    ['x'.repeat(65), null],
  ])('a delivery_status %j is kept verbatim, and read as %j', async (delivery_status, read) => {
    const about = key();
    await expectRecorded(JSON.stringify(update(about, { delivery_status })), about);
    expect((await service.get(orderPath(about))).json).toMatchObject({ delivery_status: read });
  });

  it.each([
    ['COMPLETED', 'completed'],
    ['In_Progress', 'in_progress'],
    ['ready for pickup ', 'ready_for_pickup'],
    ['ready\n', 'ready'],
    ['1st', '1st'],
    ['prêt', 'prêt'],
  ])('a status %j is kept verbatim, and shown as %j', async (status, shown) => {
    const about = key();
    await expectRecorded(JSON.stringify(update(about, { status })), about);
    expect((await service.get(orderPath(about))).json).toMatchObject({ status: shown });
    expect((await historyOf(service, about)).events[0]).toMatchObject({ data: { status } });
  });

  it('a status that is unknown to us is kept and flagged', async () => {
    const about = key();
    await expectRecorded(
      JSON.stringify(update(about, { status: 'teleported', delivery_status: 'constructor' })),
      about,
    );
    expect((await service.get(orderPath(about))).json).toMatchObject({
      status: 'teleported',
      delivery_status: 'constructor',
      attention: expect.arrayContaining(['unknown_status', 'unknown_delivery_status']) as unknown,
    });
  });

  it.each<[string, string]>([
    ['fields nobody knows', '"rating":4.5,"a/b~c":{"":[null,true,{"x":"\\u0000"}]},"driver_details":{"helmet":true}'],
    ['__proto__ and constructor', '"__proto__":{"status":"failed"},"constructor":{"prototype":{"status":"failed"}}'],
    ['__proto__ in the driver', '"driver_details":{"__proto__":{"name":"Eve"},"phone":{"__proto__":1}}'],
    ['half a surrogate pair in a name', '"driver_details":{"name":"Jane \\ud83d"}'],
    ['a NUL in a name', '"driver_details":{"name":"Jane\\u0000Driver"}'],
    ['numbers at the edge of a double', '"a":[1e308,5e-324,-0,9007199254740991,0.1]'],
    ['empty text everywhere', '"driver_details":{"source":"","name":"","phone":{"number":"","code":""},"passcode":""}'],
    ['an empty driver', '"driver_details":{"phone":{},"vehicle_info":{}}'],
    ['names that objects have anyway', '"toString":1,"hasOwnProperty":2,"toJSON":3,"then":4,"length":5'],
    ['a very long text', `"note":"${'n'.repeat(200_000)}"`],
    ['ten thousand members', Array.from({ length: 10_000 }, (_, i) => `"m${String(i)}":0`).join()],
    ['nesting to the limit', `"a":${'['.repeat(MAX_DEPTH - 2)}${']'.repeat(MAX_DEPTH - 2)}`],
    ['brackets and colons in text', '"a":"[[[[{{{{::::\\"[[[[\\\\","b":"\\\\\\""'],
    ['a text with a line separator', '"a":"\u2028\u2029"'],
  ])('a delivery with %s is kept verbatim', async (_what, member) => {
    const about = key();
    await expectRecorded(withMember(member, about), about);
    expect((await service.get(orderPath(about))).json).toMatchObject({ status: 'in_progress', stage: 'preparing' });
  });

  it('a delivery with fields beside its object is recorded', async () => {
    const about = key();
    const body = { id: 7, created: 'now', ...update(about), constructor: 1, livemode: false };
    await expectRecorded(JSON.stringify(body), about);
  });

  it.each([
    'application/json',
    'application/json; charset=utf-8',
    'application/json;charset=UTF-8',
    'Application/JSON',
    'application/vnd.x+json; charset=utf-8',
    'application/cloudevents+json',
    'application/problem+json',
  ])('a delivery of the media type %s is taken as JSON', async (contentType) => {
    const about = key();
    await expectRecorded(JSON.stringify(update(about)), about, { 'Content-Type': contentType });
  });

  it('a delivery with white space and line breaks around and within its JSON is recorded', async () => {
    const about = key();
    await expectRecorded(`\r\n\t ${JSON.stringify(update(about), null, '\t')} \n`, about);
  });
});

describe('refused deliveries', () => {
  const key = freshKeys('refused');

  async function expectRefused(answer: Answer, about: OrderKey, before: number, expected: ReturnType<typeof problem>) {
    expect(problemOf(answer)).toEqual(expected);
    expect(await historyOf(service, about)).toEqual({ events: [], next: null });
    expect(countEvents(service.dataDir)).toBe(before);
  }

  it.each<[string, Record<string, string>]>([
    ['no signature', { 'X-Stream-Signature': '' }],
    ['a signature of other bytes', { 'X-Stream-Signature': signed('{}')['X-Stream-Signature'] ?? '' }],
  ])('a delivery with %s gets 401 whatever else is wrong, and nothing is kept', async (_what, headers) => {
    for (const body of [JSON.stringify(update({})), 'not JSON', '['.repeat(10_000)]) {
      const about = key();
      const before = countEvents(service.dataDir);
      const answer = await service.post(body, { ...headers, 'Content-Type': 'text/plain' });
      await expectRefused(answer, about, before, problem(401, 'not-authentic'));
    }
  });

  it('a body of exactly the limit is recorded', async () => {
    const about = key();
    const answer = await service.post(padded(MAX_BODY_BYTES, about));
    expect(answer.json).toEqual({ outcome: 'recorded', ...about, revision: 0 });
    expect((await historyOf(service, about)).events).toHaveLength(1);
  });

  it.each([
    ['one byte over the limit', MAX_BODY_BYTES + 1],
    ['1 MiB', 1_048_576],
  ])('a body of %s gets 413, and nothing is kept', async (_what, bytes) => {
    const about = key();
    const before = countEvents(service.dataDir);
    const answer = await service.post(padded(bytes, about));
    await expectRefused(answer, about, before, problem(413, 'body-too-large'));
    expect(answer.json).toMatchObject({ detail: 'The limit is 262144 bytes (MAX_BODY_BYTES).' });
  });

  it('a body of 1 MiB of [ gets 413', async () => {
    expect(problemOf(await service.post('['.repeat(1_048_576)))).toEqual(problem(413, 'body-too-large'));
  });

  async function postInChunks(body: string, chunkBytes: number): Promise<Answer> {
    const headers = { ...signed(body), 'Transfer-Encoding': 'chunked' };
    const { request, answer } = begin(service.url, '/handle-order', { method: 'POST', headers });
    for (let at = 0; at < body.length; at += chunkBytes) request.write(body.slice(at, at + chunkBytes));
    request.end();
    return answer;
  }

  it('a chunked body without a Content-Length is subject to the same limit', async () => {
    const fits = key();
    expect(await postInChunks(padded(MAX_BODY_BYTES, fits), 5_000)).toMatchObject({ status: 200, json: fits });
    const about = key();
    const before = countEvents(service.dataDir);
    const answer = await postInChunks(padded(MAX_BODY_BYTES + 1, about), 5_000);
    await expectRefused(answer, about, before, problem(413, 'body-too-large'));
  });

  it('a body that comes one byte at a time is recorded like any other', async () => {
    const about = key();
    expect(await postInChunks(JSON.stringify(update(about)), 1)).toMatchObject({ status: 200, json: about });
  });

  it('a chunked body that never ends gets 413 as soon as it is over the limit', async () => {
    const before = countEvents(service.dataDir);
    const headers = { ...signed(''), 'Transfer-Encoding': 'chunked' };
    // A connection that its sender wants to keep: any other ends with the answer, and may do so under a sender that writes.
    const agent = new Agent({ keepAlive: true });
    const { request, answer } = begin(service.url, '/handle-order', { method: 'POST', headers }, agent);
    const pump = (): void => {
      while (!request.destroyed && request.write('['.repeat(16_384)));
    };
    // Not at once: a sender that does nothing but write never comes to read the answer, and meets the end of the connection.
    request.on('drain', () => setImmediate(pump));
    pump();
    const { status, json } = await answer;
    request.destroy();
    agent.destroy();
    expect({ status, json }).toMatchObject({ status: 413, json: { type: 'urn:ticket-rail:problem:body-too-large' } });
    expect(countEvents(service.dataDir)).toBe(before);
  });

  it('a body with a Content-Length far over the limit gets 413 before it comes', async () => {
    const headers = { ...signed(''), 'Content-Length': '9999999999' };
    const { request, answer } = begin(service.url, '/handle-order', { method: 'POST', headers });
    request.write('{');
    expect(problemOf(await answer)).toEqual(problem(413, 'body-too-large'));
    request.destroy();
  });

  it('a sender that disconnects in the middle of its body leaves nothing behind, and the service goes on', async () => {
    const about = key();
    const before = countEvents(service.dataDir);
    const body = JSON.stringify(update(about));
    const headers = { ...signed(body), 'Content-Length': String(body.length), Expect: '100-continue' };
    const { request, answer } = begin(service.url, '/handle-order', { method: 'POST', headers });
    request.on('continue', () => {
      request.write(body.slice(0, -1), () => request.destroy());
    });
    request.flushHeaders();
    await expect(answer).rejects.toThrow();
    await until('the service to see it go', async () =>
      (await service.get('/metrics')).text.includes('ticket_rail_deliveries_total{outcome="cut-off"} 1\n'),
    );
    expect(countEvents(service.dataDir)).toBe(before);
    expect((await service.post(body)).status).toBe(200);
  });

  it.each<[string, string]>([
    [
      'two lengths',
      'POST /handle-order HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}',
    ],
    [
      'length and chunks',
      'POST /handle-order HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    ],
    ['a bad chunk', 'POST /handle-order HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n'],
    ['no HTTP', 'hello\r\n\r\n'],
  ])('a request with %s gets 400, and its connection is closed', async (_what, text) => {
    expect(await sendRaw(service.url, text)).toMatch(/^HTTP\/1\.1 400 /);
    expect((await service.get('/healthz')).status).toBe(200);
  });
});

describe('answer to a quarantined delivery', () => {
  it.each<[string, Record<string, string>, number]>([
    ['422 when nothing is authenticated', { STREAM_WEBHOOK_SECRETS: '', READERS: '' }, 422],
    ['202 when QUARANTINE_ANSWER says so', { STREAM_WEBHOOK_SECRETS: '', QUARANTINE_ANSWER: '202' }, 202],
    ['422 when QUARANTINE_ANSWER says so, in spite of a signature', { QUARANTINE_ANSWER: '422' }, 422],
    ['202 when a bearer token was checked', { STREAM_WEBHOOK_SECRETS: '', STREAM_BEARER_TOKENS: BEARER }, 202],
  ])('a quarantined delivery is kept, and answered with %s', async (_what, env, status) => {
    const service = await startService(env);
    try {
      const answer = await service.post('{"type":7}', { Authorization: `Bearer ${BEARER}` });
      expect(answer).toMatchObject({
        status,
        json: {
          outcome: 'quarantined',
          quarantine_id: '0',
          errors: [{ pointer: '/type', detail: 'must be of type string, is number' }],
        },
      });
      expect(answerOf(answer)).toMatchObject({ outcome: 'quarantined' });
      expect(await quarantinedBy(service, answer)).toMatchObject({ body_text: '{"type":7}' });
      const usable = await service.post(JSON.stringify(update({})), { Authorization: `Bearer ${BEARER}` });
      expect(usable.json).toMatchObject({ outcome: 'recorded' });
    } finally {
      await discard(service);
    }
  });
});

describe('largest MAX_BODY_BYTES', () => {
  it('the largest MAX_BODY_BYTES that can be set leaves room to quarantine every body whole', async () => {
    const service = await startService({ MAX_BODY_BYTES: '700000' });
    const key = freshKeys('largest');
    try {
      const usable = await service.post(padded(700_000, key()));
      expect(usable).toMatchObject({ status: 200, json: { outcome: 'recorded' } });
      const tooDeep = await service.post('['.repeat(700_000), {
        'Content-Type': `application/json; x=${'x'.repeat(10_000)}`,
      });
      expect(tooDeep.status).toBe(202);
      const faults = Array<string>(60).fill('"a":1').join();
      const repeated = await service.post(withMember(`${faults},"b":"${'\\u0001'.repeat(115_000)}"`));
      expect(repeated.status).toBe(202);
      const grows = withMember(`"a":[${Array<string>(139_000).fill('1e20').join()}]`);
      const grown = await service.post(grows);
      expect(grown.status).toBe(202);
      expect((await quarantinedBy(service, grown)).body_text === grows).toBe(true);
      expect(problemOf(await service.post(padded(700_001, key())))).toEqual(problem(413, 'body-too-large'));
    } finally {
      await discard(service);
    }
  });
});

describe('slow senders', () => {
  let service: RunningService;
  const key = freshKeys('slow');
  beforeAll(async () => {
    service = await startService({ REQUEST_TIMEOUT_MS: String(patiently(1_000)), MAX_BODY_BYTES: '2048' });
  });
  afterAll(() => discard(service));

  const TRICKLES: [string, string, string][] = [
    ['its body', 'POST /handle-order HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n\r\n', '1\r\n[\r\n'],
    ['its headers', 'POST /handle-order HTTP/1.1\r\nHost: 127.0.0.1\r\n', 'X-A: b\r\n'],
    [
      'a body that is over the limit and was refused already',
      `POST /handle-order HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n\r\n1000\r\n${'['.repeat(4096)}\r\n`,
      '1\r\n[\r\n',
    ],
  ];
  it.each(TRICKLES)(
    'a sender that trickles %s is disconnected, and others are served meanwhile',
    async (_w, head, drop) => {
      const began = performance.now();
      const trickle = sendRaw(service.url, head, drop);
      const about = key();
      const answers: number[] = [];
      const over = new AbortController();
      const end = trickle.finally(() => {
        over.abort();
      });
      for (let revision = 0; !over.signal.aborted; revision++) {
        const { status } = await service.deliver(update(about, { revision }));
        answers.push(status);
        await new Promise((next) => setTimeout(next, 10));
      }
      const text = await end;
      expect(performance.now() - began).toBeLessThan(patiently(10_000));
      expect(['closed', '408', '413']).toContain(/^HTTP\/1\.1 (\d+)/.exec(text)?.[1] ?? 'closed');
      expect(answers.length).toBeGreaterThan(5);
      expect(answers.every((status) => status === 200)).toBe(true);
    },
  );

  it('the limit of a body is set by MAX_BODY_BYTES', async () => {
    expect((await service.post(padded(2_048, key()))).status).toBe(200);
    expect(problemOf(await service.post(padded(2_049, key())))).toEqual(problem(413, 'body-too-large'));
    expect((await call(service.url, '/healthz')).status).toBe(200);
  });
});
