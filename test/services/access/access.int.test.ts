import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type ReaderEntry, ROLES } from '../../../schemas/files/readers';
import { WITHHELD } from '../../../schemas/events/withheld';
import { orderKey } from '../../../schemas/order-key';
import { openEventStream } from '../../support/event-stream';
import { orderPath, problem, problemOf, update } from '../../support/deliveries';
import { until } from '../../support/patience';
import {
  type Answer,
  bearer,
  discard,
  entryOf,
  runToEnd,
  type RunningService,
  startService,
  temporaryDirectory,
} from '../../support/running-service';

const HERE = orderKey('here', 'o');
const THERE = orderKey('there', 'o');
const PASSCODE = 'passcode-5678';
const PHONE = '+1-555-0100';
const DRIVER = { name: 'Jane', phone: { number: PHONE, code: 'code-12' }, passcode: PASSCODE };

/** Readers by what they may see; a token is its name. */
const SCREEN = 'screen-of-here-0123456789';
const AUDITOR = 'auditor-of-here-0123456789';
const OPERATOR = 'operator-of-here-0123456789';
const CHIEF = 'operator-of-all-0123456789';
const POS = 'pos-of-here-0123456789';
const READERS: readonly ReaderEntry[] = [
  entryOf(SCREEN, 'screen', ['here', 'over/there']),
  entryOf(AUDITOR, 'auditor', ['here']),
  entryOf(OPERATOR, 'operator', ['here']),
  entryOf(CHIEF, 'operator'),
  entryOf(POS, 'pos', ['here']),
];
const TOKENS = [SCREEN, AUDITOR, OPERATOR, CHIEF, POS] as const;
type Token = (typeof TOKENS)[number];

const LISTED = 'https://pos.example.com';

let service: RunningService;
beforeAll(async () => {
  service = await startService({ READERS: JSON.stringify(READERS), READER_ORIGINS: LISTED });
  for (const key of [HERE, THERE]) await service.deliver(update(key, { driver_details: DRIVER }));
  await service.post('not JSON');
});
afterAll(() => discard(service));

/** Asks for anything. The live feed never ends, so its headers stand for it where it is given. */
async function ask(path: string, method: string, headers: Record<string, string>): Promise<Answer> {
  const head = /\/live(?:\?|$)/.test(path) ? await service.call(path, { method: 'HEAD', headers }) : null;
  return head?.status === 200 ? head : service.call(path, { method, headers });
}
const as = (token: string, path: string, method = 'GET'): Promise<Answer> => ask(path, method, bearer(token));
const withCookie = (token: string): Record<string, string> => ({ Cookie: `other=1; ticket_rail_session=${token}` });

describe('every call that reads', () => {
  type Operations = Record<string, Record<string, { readonly security?: readonly Record<string, unknown>[] }>>;
  /** Each operation of the document for readers, about what is there, and who may. */
  const MAY: Readonly<Record<string, readonly Token[]>> = {
    'get /session': TOKENS,
    'get /metrics': [OPERATOR, CHIEF],
    'get /locations': TOKENS,
    'get /overview': TOKENS,
    'get /overview/live': TOKENS,
    'get /locations/{location_id}/live': TOKENS,
    'get /live?location_id={location_id}': TOKENS,
    'get /locations/{location_id}/orders': TOKENS,
    'get /locations/{location_id}/orders/{order_id}': TOKENS,
    'get /locations/{location_id}/orders/{order_id}/history': [AUDITOR, OPERATOR, CHIEF, POS],
    'get /locations/{location_id}/orders/{order_id}/summary': [AUDITOR, OPERATOR, CHIEF, POS],
    'get /locations/{location_id}/orders/{order_id}/evidence': [AUDITOR, OPERATOR, CHIEF, POS],
    'get /locations/{location_id}/orders/{order_id}/receipts': [AUDITOR, OPERATOR, CHIEF, POS],
    'get /screen-reports': [OPERATOR, CHIEF],
    'get /checkpoints': [AUDITOR, POS],
    'get /checkpoints/note': [AUDITOR, POS],
    'get /checkpoints/inclusion?position=1': [AUDITOR, POS],
    'get /checkpoints/consistency?from=1': [AUDITOR, POS],
    'get /audit/orders': [AUDITOR, OPERATOR, CHIEF],
    'get /audit/choices': [AUDITOR, OPERATOR, CHIEF],
    'get /coverage': [AUDITOR, OPERATOR, CHIEF],
    'get /access': [CHIEF],
    'get /readers': [CHIEF],
    'get /feed': [AUDITOR, OPERATOR, CHIEF, POS],
    'get /consumers': [AUDITOR, OPERATOR, CHIEF, POS],
    'get /destinations': [CHIEF],
    'get /locations/{location_id}/history': [AUDITOR, OPERATOR, CHIEF, POS],
    'get /history': [CHIEF],
    'get /relays': [CHIEF],
    'get /quarantine': [CHIEF],
    'get /quarantine/{quarantine_id}': [CHIEF],
    'post /quarantine/{quarantine_id}/redrive': [CHIEF],
    'post /locations/{location_id}/screen-reports': [SCREEN, AUDITOR, OPERATOR, CHIEF],
  };
  /**
   * A consumer belongs to its reader, so its role alone does not say who may (test/services/feed/feed.int.test.ts); there is
   * no destination here (test/services/destinations/service.int.test.ts); readers are not in a file here
   * (test/services/access/pairing/pairing.int.test.ts); and a label and what was
   * done take bodies (test/services/labels/labels.int.test.ts, test/services/orders/actions/actions.int.test.ts).
   */
  const OF_A_NAME = [
    'delete /consumers/{name}',
    'delete /readers/{name}',
    'post /consumers/{name}/commit',
    'post /destinations/{name}/deliver',
    'post /locations/{location_id}/orders/{order_id}/actions',
    'put /consumers/{name}',
    'put /readers/{name}',
    'put /locations/{location_id}/orders/{order_id}/label',
  ];
  const address = (path: string, location: string): string =>
    path.replace('{location_id}', location).replace('{order_id}', 'o').replace('{quarantine_id}', '0');

  it('the table of who may call what has readers of every role', () => {
    expect(new Set(READERS.map(({ role }) => role))).toEqual(new Set(ROLES));
  });

  it('every operation that the OpenAPI document has for readers is in the table of who may call what', async () => {
    const { paths } = (await service.call('/openapi.json')).json as { paths: Operations };
    const forReaders = Object.entries(paths).flatMap(([path, methods]) =>
      Object.entries(methods)
        .filter(([, { security = [] }]) => security.some((one) => 'reader' in one))
        .map(([method]) => `${method} ${path}`),
    );
    const inTable = Object.keys(MAY).map((operation) => operation.replace(/\?.*/, ''));
    expect(forReaders.sort()).toEqual([...inTable, ...OF_A_NAME].sort());
  });

  describe.each(Object.entries(MAY))('%s', (operation, allowed) => {
    const [method = '', path = ''] = operation.split(' ');
    const METHOD = method.toUpperCase();

    it(`${operation} is refused without a token, and with an unknown one`, async () => {
      for (const headers of [{}, bearer('wrong'), withCookie('wrong'), withCookie(''), { Cookie: SCREEN }]) {
        const answer = await ask(address(path, 'here'), METHOD, headers);
        expect(problemOf(answer)).toEqual(problem(401, 'reader-not-authentic'));
        expect(answer.headers['www-authenticate']).toMatch(/^Bearer/);
      }
    });

    it.each(TOKENS)(
      `${operation} is answered or refused to %s as the table says, by bearer and by cookie`,
      async (token) => {
        for (const headers of [bearer(token), withCookie(token)]) {
          const answer = await ask(address(path, 'here'), METHOD, headers);
          // Of the log as it is: a delivery that is still unusable, and no note that was signed yet.
          const others: unknown[] = [problem(422, 'still-unusable').type, problem(404, 'not-proven').type];
          // A report that says nothing.
          if (path.endsWith('/screen-reports')) others.push(problem(400, 'invalid-parameter').type);
          const answered = answer.status === 200 || others.includes(problemOf(answer).type);
          const refused = problemOf(answer).type === problem(403, 'not-permitted').type;
          const may = allowed.includes(token);
          expect({ answered, refused }).toEqual({ answered: may, refused: !may });
        }
      },
    );
  });

  it.each(OF_A_NAME)('%s is refused without a token, and to a screen', async (operation) => {
    const [method = '', path = ''] = operation.split(' ');
    const ofShop = path.replace('{name}', 'shop');
    expect(problemOf(await ask(ofShop, method.toUpperCase(), {}))).toEqual(problem(401, 'reader-not-authentic'));
    expect(problemOf(await as(SCREEN, ofShop, method.toUpperCase()))).toEqual(problem(403, 'not-permitted'));
  });

  it.each(Object.keys(MAY).filter((operation) => /^get .*\{location_id\}/.test(operation)))(
    '%s is refused for locations of others, whether the order exists or not',
    async (operation) => {
      const path = operation.replace('get ', '');
      for (const location of ['there', 'nowhere', 'her', 'here%20', 'HERE', '*']) {
        for (const token of [SCREEN, AUDITOR, OPERATOR]) {
          const answer = await as(token, address(path, location));
          expect({ location, ...problemOf(answer) }).toEqual({ location, ...problem(403, 'not-permitted') });
        }
        expect((await as(CHIEF, address(path, location))).status).not.toBe(403);
      }
    },
  );

  it('a reader’s location is recognised in an address whether it is encoded or not', async () => {
    expect((await as(SCREEN, '/locations/over%2Fthere/orders')).status).toBe(200);
    expect((await as(SCREEN, '/locations/h%65re/orders')).status).toBe(200);
  });

  it('a 403 says what the reader lacks', async () => {
    const detail = async (token: string, path: string) => ((await as(token, path)).json as { detail: string }).detail;
    expect(await detail(SCREEN, '/metrics')).toBe('The role screen may not read metrics: it takes operator.');
    expect(await detail(SCREEN, orderPath(HERE, '/history'))).toContain('it takes auditor or operator');
    expect(await detail(OPERATOR, '/quarantine')).toContain('it takes operator of all locations ("*")');
    expect(await detail(SCREEN, '/locations/there/orders')).toContain('location');
  });
});

describe('what a reader sees', () => {
  const past = ['?at_revision=0', '?as_of=2999-01-01T00:00:00.000Z'];

  it.each([SCREEN, AUDITOR])(
    '%s sees the phone and the passcode of a driver, at the counter and in a dispute',
    async (token) => {
      expect((await as(token, orderPath(HERE))).json).toMatchObject({ driver_details: DRIVER });
      expect((await as(token, '/locations/here/orders')).json).toMatchObject({ orders: [{ driver_details: DRIVER }] });
    },
  );

  it.each([OPERATOR, CHIEF])(
    '%s sees only that there are a phone and a passcode, now and in the past',
    async (token) => {
      const details = { name: 'Jane', phone: { number: WITHHELD, code: WITHHELD }, passcode: WITHHELD };
      for (const path of [orderPath(HERE), ...past.map((query) => orderPath(HERE, query))]) {
        expect((await as(token, path)).json).toMatchObject({ driver_details: details });
      }
      expect((await as(token, '/locations/here/orders')).json).toMatchObject({ orders: [{ driver_details: details }] });
      const history = await as(token, orderPath(HERE, '/history'));
      expect(history.json).toMatchObject({ events: [{ data: { driver_details: details } }] });
      expect(history.text).toContain('/driver_details/passcode');
      for (const secret of [PASSCODE, PHONE, 'code-12']) expect(history.text).not.toContain(secret);
    },
  );

  it('who does not see a passcode sees no hash over it either, nor what the id of its event is made of, to find it by trying', async () => {
    const paths = [
      orderPath(HERE, '/history'),
      orderPath(HERE, '/history?format=ndjson'),
      orderPath(HERE, '/history?format=csv'),
      orderPath(HERE, '/evidence'),
      '/audit/orders?location_id=here',
      '/locations/here/orders',
      ...past.map((query) => orderPath(HERE, query)),
    ];
    const seenBy = async (token: string) => {
      const hashes = new Set<string>();
      for (const path of paths) {
        const { status, text } = await as(token, path);
        expect([path, status]).toEqual([path, 200]);
        // Row and line hashes, and the manifest's, are over what is shown.
        const shown = text.replaceAll(
          /"{1,2}(?:line_hash|sha256|report_sha256)"{1,2}:"{1,2}[0-9a-f]{64}"{1,2}|,"[0-9a-f]{64}"\r\n/g,
          '',
        );
        for (const [found] of shown.matchAll(/[0-9a-f]{64}|[0-9a-f]{8}-[0-9a-f]{4}-[45][0-9a-f-]{21}/g))
          hashes.add(found);
      }
      return hashes;
    };
    // Content, body, event, the event's id and that of the request, of which it is made.
    expect((await seenBy(AUDITOR)).size).toBeGreaterThanOrEqual(5);
    expect(await seenBy(CHIEF)).toEqual(new Set());
  });

  it('an auditor sees the past verbatim, and a screen sees no past', async () => {
    for (const query of past) {
      expect((await as(AUDITOR, orderPath(HERE, query))).json).toMatchObject({ driver_details: DRIVER });
      expect(problemOf(await as(SCREEN, orderPath(HERE, query)))).toEqual(problem(403, 'not-permitted'));
    }
    expect((await as(AUDITOR, orderPath(HERE, '/history'))).json).toMatchObject({
      events: [{ data: { driver_details: DRIVER } }],
    });
    expect((await as(SCREEN, orderPath(HERE, '?min_revision=0'))).status).toBe(200);
  });

  it('a reader never gets another reader’s form of an order out of a cache', async () => {
    const { headers } = await as(SCREEN, orderPath(HERE));
    const conditional = { 'If-None-Match': headers.etag ?? '' };
    const ask = (token: string) => service.call(orderPath(HERE), { headers: { ...bearer(token), ...conditional } });
    expect((await ask(AUDITOR)).status).toBe(304);
    expect((await ask(OPERATOR)).status).toBe(200);
  });

  it('the live feed shows each reader an order in the same form as a read of it', async () => {
    for (const token of TOKENS) {
      const stream = await openEventStream(`${service.url}/locations/here/live`, bearer(token));
      await until('the snapshot', () => stream.messages.length > 0);
      expect(stream.data('snapshot')[0]?.['orders']).toEqual([(await as(token, orderPath(HERE))).json]);
      stream.close();
    }
  });

  it('a reader sees only its own locations', async () => {
    const seen = async (token: string) =>
      ((await as(token, '/locations')).json as { locations: { location_id: string }[] }).locations.map(
        ({ location_id }) => location_id,
      );
    expect(await seen(SCREEN)).toEqual(['here']);
    expect(await seen(CHIEF)).toEqual(['here', 'there']);
  });

  it('GET /session shows a reader its name, role and locations, never to be cached', async () => {
    const answer = await as(SCREEN, '/session');
    expect(answer.headers['cache-control']).toBe('no-store');
    expect(answer.json).toEqual({
      open: false,
      name: READERS[0]?.name,
      role: 'screen',
      locations: ['here', 'over/there'],
      acts: false,
    });
  });
});

describe('a browser', () => {
  const HTML = 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8';
  const form = { 'Content-Type': 'application/x-www-form-urlencoded' };
  const logIn = (fields: Record<string, string>, headers: Record<string, string> = {}): Promise<Answer> =>
    service.call('/login', {
      method: 'POST',
      headers: { ...form, ...headers },
      body: new URLSearchParams(fields).toString(),
    });

  it('a browser that opens a page without a session is redirected to the login page, and back', async () => {
    for (const headers of [{ Accept: HTML }, { Accept: HTML, ...withCookie('removed') }]) {
      const answer = await service.call('/screens/board?location=a%26b', { headers });
      expect({ status: answer.status, location: answer.headers.location }).toEqual({
        status: 302,
        location: '/login?next=%2Fscreens%2Fboard%3Flocation%3Da%2526b',
      });
      const page = await service.call(answer.headers.location ?? '');
      expect(page.text).toContain('name="next" value="/screens/board?location=a%26b"');
    }
  });

  it('a program that asks for a page without a session gets a 401 and no redirect', async () => {
    for (const headers of [{}, { Accept: '*/*' }, { Accept: 'application/json' }, { Accept: 'text/event-stream' }]) {
      expect((await service.call('/screens', { headers })).status).toBe(401);
    }
    expect((await service.call('/screens', { headers: { Accept: HTML, ...bearer('wrong') } })).status).toBe(401);
    expect((await service.call('/quarantine/0/redrive', { method: 'POST', headers: { Accept: HTML } })).status).toBe(
      401,
    );
  });

  it('the login page needs no script, and lets none run', async () => {
    const page = await service.call('/login?next=/"><script>alert(1)</script>');
    expect({ status: page.status, type: page.headers['content-type'] }).toEqual({
      status: 200,
      type: 'text/html; charset=utf-8',
    });
    expect(page.text).not.toContain('<script');
    expect(page.headers['content-security-policy']).toBe(
      "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    );
    // Without, browsers would send `Origin: null` with the form.
    expect(page.headers['referrer-policy']).toBe('same-origin');
    expect(page.headers['cache-control']).toBe('no-store');
    const style = await service.call('/login.css');
    expect({ status: style.status, type: style.headers['content-type'] }).toEqual({
      status: 200,
      type: 'text/css; charset=utf-8',
    });
  });

  it('the login sets the token as a cookie that scripts and other sites do not get', async () => {
    const answer = await logIn({ token: ` ${SCREEN}\n`, next: '/screens' });
    expect({ status: answer.status, location: answer.headers.location }).toEqual({
      status: 303,
      location: '/screens/session?next=%2Fscreens',
    });
    // The service worker of the screens sees that address, and forgets what it kept.
    const onwards = await service.call(answer.headers.location ?? '');
    expect({ status: onwards.status, location: onwards.headers.location }).toEqual({
      status: 302,
      location: '/screens',
    });
    expect(answer.headers['set-cookie']).toEqual([
      expect.stringMatching(
        new RegExp(
          `^ticket_rail_session=1\\.\\d+\\.\\d+\\.${SCREEN}; Max-Age=2592000; Path=/; HttpOnly; SameSite=Lax$`,
        ),
      ),
    ]);
    const [cookie = ''] = (answer.headers['set-cookie']?.[0] ?? '').split(';');
    expect((await service.call(orderPath(HERE), { headers: { Cookie: cookie } })).status).toBe(200);
    const secure = await logIn({ token: SCREEN }, { 'X-Forwarded-Proto': 'https' });
    // Over TLS at the root, browsers keep it from other hosts, and what was set before TLS goes away.
    expect(secure.headers['set-cookie']).toEqual([
      'ticket_rail_session=; Max-Age=0; Path=/; HttpOnly; Secure; SameSite=Lax',
      expect.stringMatching(/^__Host-ticket_rail_session=1\..*; Path=\/; HttpOnly; Secure; SameSite=Lax$/),
    ]);
    const forwarded = await logIn({ token: SCREEN }, { Forwarded: 'for=192.0.2.1;proto=https;host="rail.example"' });
    // But for the second in which it was set.
    const timeless = ({ headers }: Answer) => headers['set-cookie']?.map((cookie) => cookie.replaceAll(/\d{10}/g, ''));
    expect(timeless(forwarded)).toEqual(timeless(secure));
    expect(secure.headers.location).toBe('/screens/session?next=%2F');
  });

  it('a login with a wrong token says so on the page, and sets no cookie', async () => {
    for (const fields of [
      { token: 'wrong', next: '/screens' },
      { next: '/screens' },
      { token: '', next: '/screens' },
    ]) {
      const answer = await logIn(fields);
      expect({ status: answer.status, cookie: answer.headers['set-cookie'] }).toEqual({
        status: 401,
        cookie: undefined,
      });
      expect(answer.headers['www-authenticate']).toMatch(/^Bearer/);
      expect(answer.text).toContain('role="alert"');
      expect(answer.text).toContain('value="/screens"');
      expect(answer.text).not.toContain('wrong');
    }
    expect((await service.call('/login', { method: 'POST', body: '{}' })).status).toBe(401);
    expect(problemOf(await logIn({ token: 'x'.repeat(10_000) }))).toEqual(problem(413, 'body-too-large'));
  });

  it.each([
    '//evil.example',
    '/\\evil.example',
    '/\t/evil.example',
    '\\\\evil.example',
    '/.//evil.example',
    '/x/..//evil.example',
    'https://evil.example/',
    'javascript:alert(1)',
    'evil',
    '',
  ])('the login never redirects to another site: %j', async (next) => {
    expect((await logIn({ token: SCREEN, next })).headers.location).toBe('/screens/session?next=%2F');
    const onwards = await service.call(`/screens/session?next=${encodeURIComponent(next)}`);
    expect({ status: onwards.status, location: onwards.headers.location }).toEqual({ status: 302, location: '/' });
    const page = await service.call(`/login?next=${encodeURIComponent(next)}`);
    expect(page.text).toContain('name="next" value="/"');
  });

  it('the login page shows who is logged in, and a logout ends the session', async () => {
    expect((await service.call('/login', { headers: withCookie(SCREEN) })).text).toContain(READERS[0]?.name);
    const answer = await service.call('/logout', { method: 'POST', headers: withCookie(SCREEN) });
    expect({ status: answer.status, location: answer.headers.location }).toEqual({
      status: 303,
      location: '/screens/session?next=%2Flogin',
    });
    expect(answer.headers['set-cookie']).toEqual(['ticket_rail_session=; Max-Age=0; Path=/; HttpOnly; SameSite=Lax']);
    const { status, headers } = await service.call('/logout');
    expect({ status, allow: headers.allow }).toEqual({ status: 405, allow: 'POST' });
    expect((await service.call('/login', { method: 'PUT' })).headers.allow).toBe('GET, HEAD, POST');
  });

  describe('requests that pages make a browser send', () => {
    const Host = 'pos.example.com:8080';
    it.each<['is taken' | 'is refused', string, Record<string, string>]>([
      ['is taken', 'a page of ours, by Sec-Fetch-Site', { 'Sec-Fetch-Site': 'same-origin', Origin: `https://${Host}` }],
      [
        'is taken',
        'a page of ours behind a proxy that changes the host',
        { 'Sec-Fetch-Site': 'same-origin', Origin: 'https://x' },
      ],
      ['is taken', 'a person, by Sec-Fetch-Site', { 'Sec-Fetch-Site': 'none' }],
      ['is taken', 'a page of ours, by its origin', { Origin: `http://${Host}` }],
      ['is taken', 'a program', {}],
      ['is refused', 'a page of another site', { 'Sec-Fetch-Site': 'cross-site' }],
      ['is refused', 'a page of a sibling site', { 'Sec-Fetch-Site': 'same-site', Origin: `http://${Host}` }],
      ['is refused', 'a page of another port', { Origin: 'http://pos.example.com:9000' }],
      ['is refused', 'a page without an origin', { Origin: 'null' }],
      ['is refused', 'a page of a listed origin', { Origin: LISTED }],
    ])('a POST with a session cookie %s when it comes from %s', async (verdict, _what, origin) => {
      const send = (path: string, headers: Readonly<Record<string, string>>) =>
        service.call(path, {
          method: 'POST',
          headers: { ...form, ...origin, Host, ...headers },
          body: `token=${CHIEF}`,
        });
      const redrive = '/quarantine/0/redrive';
      const refused = problem(403, 'not-permitted');
      const byCookie = await send(redrive, withCookie(CHIEF));
      expect(problemOf(byCookie)).toEqual(verdict === 'is taken' ? problem(422, 'still-unusable') : refused);
      const statuses = [(await send('/login', {})).status, (await send('/logout', withCookie(CHIEF))).status];
      expect(statuses).toEqual(verdict === 'is taken' ? [303, 303] : [403, 403]);
      expect((await send(redrive, bearer(CHIEF))).status).toBe(422);
    });

    it('a person whose form is refused sees on a page which origin and hosts were seen, and no program is', async () => {
      const headers = { Origin: 'https://<rail>.example.com', Host, 'X-Forwarded-Host': 'inner:8080' };
      const page = await logIn({ token: CHIEF }, { ...headers, Accept: HTML });
      expect({ status: page.status, type: page.headers['content-type'], cookie: page.headers['set-cookie'] }).toEqual({
        status: 403,
        type: 'text/html; charset=utf-8',
        cookie: undefined,
      });
      expect(page.text).toContain('comes from <code>https://&lt;rail&gt;.example.com</code>');
      expect(page.text).toContain(`<code>${Host}</code>`);
      expect(page.text).toContain('<code>inner:8080</code>');
      expect(page.text).toContain('proxy_set_header Host $http_host;');
      expect(problemOf(await logIn({ token: CHIEF }, headers))).toEqual(problem(403, 'not-permitted'));
    });
  });
});

describe('a page of another origin', () => {
  const preflight = (Origin: string, path: string, method = 'GET') =>
    service.call(path, {
      method: 'OPTIONS',
      headers: {
        Origin,
        'Access-Control-Request-Method': method,
        'Access-Control-Request-Headers': 'authorization,last-event-id',
      },
    });

  it('a page of a listed origin may send requests, and reads with a bearer token', async () => {
    const asked = await preflight(LISTED, orderPath(HERE));
    expect(asked.status).toBe(204);
    expect(asked.headers).toMatchObject({
      'access-control-allow-origin': LISTED,
      'access-control-allow-methods': 'GET',
      'access-control-allow-headers': 'Authorization, Last-Event-ID',
      vary: 'Origin',
    });
    const read = await service.call(orderPath(HERE), { headers: { Origin: LISTED, ...bearer(SCREEN) } });
    expect(read.status).toBe(200);
    const refused = await service.call(orderPath(HERE), { headers: { Origin: LISTED } });
    expect(refused.status).toBe(401);
    for (const { headers } of [asked, read, refused]) {
      expect(headers['access-control-allow-origin']).toBe(LISTED);
      expect(headers['access-control-allow-credentials']).toBeUndefined();
    }
  });

  it('a page of an unlisted origin may not read, and every answer says to caches that it varies by origin', async () => {
    for (const Origin of ['https://evil.example', `${LISTED}.evil.example`, 'http://pos.example.com', 'null']) {
      const answers = [await preflight(Origin, orderPath(HERE)), await as(SCREEN, orderPath(HERE))];
      answers.push(await service.call(orderPath(HERE), { headers: { Origin, ...bearer(SCREEN) } }));
      for (const { headers } of answers) {
        expect(headers['access-control-allow-origin']).toBeUndefined();
        expect(headers.vary).toContain('Origin');
      }
    }
  });

  it('a page of a listed origin may not change anything', async () => {
    const asked = await preflight(LISTED, '/quarantine/0/redrive', 'POST');
    expect(asked.headers['access-control-allow-methods']).toBe('GET');
    const headers = { Origin: LISTED, ...bearer(CHIEF) };
    const posted = await service.call('/quarantine/0/redrive', { method: 'POST', headers });
    expect(posted.headers['access-control-allow-origin']).toBeUndefined();
  });

  it('a page of a listed origin may load the assets of the screens', async () => {
    const { headers } = await service.call('/screens/assets/x.js', { headers: { Origin: LISTED } });
    expect(headers).toMatchObject({
      'access-control-allow-origin': LISTED,
      'cross-origin-resource-policy': 'cross-origin',
    });
    expect((await service.call('/session', { headers: { Origin: LISTED } })).headers).toMatchObject({
      'cross-origin-resource-policy': 'same-origin',
    });
  });
});

describe('a service without readers', () => {
  let open: RunningService;
  beforeAll(async () => {
    open = await startService({ READERS: '', READER_ORIGINS: LISTED, STREAM_WEBHOOK_SECRETS: '' });
    await open.deliver(update(HERE, { driver_details: DRIVER }));
  });
  afterAll(() => discard(open));

  it('without readers, anyone on this machine reads everything verbatim', async () => {
    expect((await open.call('/session')).json).toEqual({
      open: true,
      name: null,
      role: 'operator',
      locations: '*',
      acts: true,
    });
    expect((await open.call(orderPath(HERE, '/history'))).text).toContain(PASSCODE);
    expect((await open.call(orderPath(HERE))).json).toMatchObject({ driver_details: DRIVER });
    for (const path of ['/quarantine', '/metrics']) expect((await open.call(path)).status).toBe(200);
  });

  it('without readers, the login page redirects at once, as there is nothing to log in to', async () => {
    const { status, headers } = await open.call('/login?next=/screens');
    expect({ status, location: headers.location }).toEqual({ status: 302, location: '/screens' });
  });

  it('without readers, a page of a listed origin reads if it calls the service by a name of this machine', async () => {
    const { port } = new URL(open.url);
    const ask = (headers: Record<string, string>, method = 'GET') => open.call('/session', { method, headers });
    const read = await ask({ Origin: LISTED });
    expect(read.status).toBe(200);
    expect(read.headers['access-control-allow-origin']).toBe(LISTED);
    expect((await ask({ Origin: LISTED, Host: `evil.example:${port}` })).status).toBe(421);
    expect((await ask({ Origin: 'https://evil.example' })).status).toBe(421);
    expect((await ask({ Origin: LISTED }, 'POST')).status).toBe(421);
    const posted = await open.call('/handle-order', {
      method: 'POST',
      headers: { Origin: LISTED, 'Content-Type': 'application/json' },
      body: '{}',
    });
    expect(problemOf(posted)).toEqual(problem(421, 'host-not-allowed'));
  });
});

describe('the file of readers', () => {
  let directory: string;
  let file: string;
  const write = (entries: readonly ReaderEntry[]): void => {
    writeFileSync(file, JSON.stringify(entries));
  };
  beforeEach(() => {
    directory = temporaryDirectory();
    file = join(directory, 'readers.json');
  });
  afterEach(() => {
    rmSync(directory, { recursive: true, force: true });
  });

  it.each<[string, string | null, string]>([
    ['is not there', null, 'the file cannot be read (ENOENT); ticket-rail reader add makes it.'],
    ['is empty', '', 'expected JSON.'],
    ['holds no reader', '[]', 'expected at least one reader.'],
    [
      'has an unknown role',
      JSON.stringify([{ ...READERS[0], role: 'boss' }]),
      `entry 1, role: expected screen, auditor, operator or pos.`,
    ],
  ])('a file of readers that %s keeps the service from starting, with a message', async (_what, text, message) => {
    if (text !== null) writeFileSync(file, text);
    // Without warnings, such as of a Node.js that gets no fixes any more.
    const settings = { PORT: '0', LOG_LEVEL: 'error', DATA_DIR: join(directory, 'data'), READERS_FILE: file };
    const ended = await runToEnd(settings);
    expect(ended).toEqual({
      code: 78,
      output: `The configuration cannot be used:\n  READERS_FILE is "${file}": ${message}\n`,
    });
  });

  it('a changed file of readers takes effect: added readers get in, removed ones are out, a broken file changes nothing', async () => {
    write([entryOf(SCREEN, 'screen')]);
    const followed = await startService({ READERS: '', READERS_FILE: file });
    const status = async (token: string, path = '/session') =>
      (await followed.call(path, { headers: bearer(token) })).status;
    try {
      expect([await status(SCREEN), await status(AUDITOR), await status(SCREEN, '/metrics')]).toEqual([200, 401, 403]);
      write([entryOf(SCREEN, 'operator'), entryOf(AUDITOR, 'auditor')]);
      await until('the added reader to get in', async () => (await status(AUDITOR)) === 200);
      expect(await status(SCREEN, '/metrics')).toBe(200);

      writeFileSync(file, '[{"name":"half');
      await until('the broken file to be reported', () => followed.output().includes('the readers stay as they were'));
      expect([await status(SCREEN), await status(AUDITOR)]).toEqual([200, 200]);

      const at = `${followed.url}/locations/here/live`;
      const [theirs, ours] = [await openEventStream(at, bearer(SCREEN)), await openEventStream(at, bearer(AUDITOR))];
      write([entryOf(AUDITOR, 'auditor')]);
      await theirs.ended;
      await until('the removed reader to be out', async () => (await status(SCREEN)) === 401);
      await followed.deliver(update(HERE, { n: 2 }));
      await until('the update', () => ours.data('order').length === 1);
      ours.close();
      expect((await followed.call('/session', { headers: withCookie(SCREEN) })).status).toBe(401);

      write([]);
      await until('the last reader to be out', async () => (await status(AUDITOR)) === 401);
      expect((await followed.call('/session')).status).toBe(401);
      expect(followed.output()).not.toContain(SCREEN);
      expect(followed.output()).not.toContain(READERS[0]?.token_sha256);
    } finally {
      await discard(followed);
    }
  });
});
