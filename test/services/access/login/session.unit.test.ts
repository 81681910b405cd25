import {
  createSession,
  credentialOf,
  isSameOrigin,
  localPath,
  LONGEST_SESSION_SECONDS,
  SESSION_SECONDS,
} from '../../../../services/access/login/session';

const TOKEN = 'a-token-0123456789';
const DAY = 24 * 60 * 60;
const START = 1_700_000_000;

/** The cookie that a browser sends after these `Set-Cookie` headers. */
const sent = (cookies: readonly string[]): string => (cookies.at(-1) ?? '').split(';')[0] ?? '';
const maxAgeOf = (cookies: readonly string[]): number => Number(/Max-Age=(\d+)/.exec(cookies.at(-1) ?? '')?.[1]);

describe('the login cookie', () => {
  const at = (seconds: number, basePath: '' | '/rail' = '') =>
    createSession({ basePath, now: () => (START + seconds) * 1_000 });
  const credential = (cookie: string) => credentialOf({ cookie }) ?? { by: 'cookie' as const, token: '', times: null };

  it('a login cookie is renewed by use a day later, and not before', () => {
    const cookie = credential(sent(at(0).start(TOKEN, false)));
    expect(cookie.token).toBe(TOKEN);
    expect(at(DAY - 1).renew(cookie, false)).toEqual([]);
    const renewed = at(DAY).renew(cookie, false);
    expect(maxAgeOf(renewed)).toBe(SESSION_SECONDS);
    expect(credential(sent(renewed))).toMatchObject({ token: TOKEN, times: { loggedInAt: START, setAt: START + DAY } });
  });

  it('a login cookie that is used each day ends a year after the login', () => {
    let cookie = sent(at(0).start(TOKEN, false));
    let ends = SESSION_SECONDS;
    for (let now = DAY; now < 2 * LONGEST_SESSION_SECONDS && now < ends; now += DAY) {
      const renewed = at(now).renew(credential(cookie), false);
      if (renewed.length === 0) continue;
      cookie = sent(renewed);
      ends = now + maxAgeOf(renewed);
    }
    expect(ends).toBe(LONGEST_SESSION_SECONDS);
  });

  it('a cookie of a release that knew no times stays good, and gets them at its first use', () => {
    const old = credential(`ticket_rail_session=${TOKEN}`);
    expect(old).toEqual({ by: 'cookie', token: TOKEN, times: null });
    const [removed, set] = at(0).renew(old, true);
    expect(removed).toBe('ticket_rail_session=; Max-Age=0; Path=/; HttpOnly; Secure; SameSite=Lax');
    expect(set).toMatch(/^__Host-ticket_rail_session=1\.1700000000\.1700000000\.a-token/);
  });

  it.each([
    ['over TLS at the root', '', true, '__Host-ticket_rail_session', '/'],
    ['over plain HTTP at the root', '', false, 'ticket_rail_session', '/'],
    ['over TLS below a prefix', '/rail', true, 'ticket_rail_session', '/rail'],
    ['over plain HTTP below a prefix', '/rail', false, 'ticket_rail_session', '/rail'],
  ] as const)(
    'the login cookie %s has the strictest form that browsers take there',
    (_where, base, secure, name, path) => {
      const [last = ''] = at(0, base).start(TOKEN, secure).slice(-1);
      expect(last).toMatch(new RegExp(`^${name}=1\\.`));
      expect(last.split('; ')).toContain(`Path=${path}`);
      expect(last.includes('; Secure')).toBe(secure);
      const ended = at(0, base).end(secure);
      expect(ended.every((cookie) => cookie.includes('=; Max-Age=0;'))).toBe(true);
      expect(ended.some((cookie) => cookie.startsWith(`${name}=;`) && cookie.includes(`Path=${path};`))).toBe(true);
      expect(ended.some((cookie) => cookie.startsWith('ticket_rail_session=;') && cookie.includes('Path=/;'))).toBe(
        true,
      );
    },
  );

  it('a bearer token never becomes a cookie', () => {
    const bearer = credentialOf({ authorization: `Bearer ${TOKEN}` });
    expect(bearer === null ? null : at(10 * DAY).renew(bearer, true)).toEqual([]);
  });
});

describe('whether a form comes from a page of ours', () => {
  const HTTP = 'http://rail.lan:8080';
  const TLS = 'https://rail.example';

  it.each([
    ['the host is kept', { host: 'rail.lan:8080', origin: HTTP }, true],
    [
      'the proxy drops the port and says so',
      { host: 'rail.lan', origin: HTTP, 'x-forwarded-host': 'rail.lan:8080' },
      true,
    ],
    [
      'the proxy calls by another name and says so',
      { host: '127.0.0.1:8080', origin: TLS, 'x-forwarded-host': 'rail.example' },
      true,
    ],
    [
      'two proxies, the first of which names it',
      { host: 'b', origin: TLS, 'x-forwarded-host': 'rail.example, b' },
      true,
    ],
    [
      'the proxy names it by RFC 7239',
      { host: 'b', origin: HTTP, forwarded: 'for=192.0.2.1; host="rail.lan:8080";proto=http, for=b' },
      true,
    ],
    ['the proxy names it by RFC 7239 as a token', { host: 'b', origin: TLS, forwarded: 'HOST=Rail.Example' }, true],
    ['the proxy adds the default port', { host: 'rail.example:443', origin: TLS }, true],
    [
      'the browser says the same, whatever the proxy does',
      { host: 'b', origin: TLS, 'sec-fetch-site': 'same-origin' },
      true,
    ],
    ['no browser', { host: 'rail.lan' }, true],
    ['the proxy drops the port and does not say so', { host: 'rail.lan', origin: HTTP }, false],
    ['another port of the same host', { host: 'rail.lan:8080', origin: 'http://rail.lan:9090' }, false],
    [
      'another host',
      { host: 'rail.lan:8080', origin: 'https://evil.example', 'x-forwarded-host': 'rail.lan:8080' },
      false,
    ],
    ['another host in another parameter', { host: 'b', origin: TLS, forwarded: 'for="host=rail.example"' }, false],
    ['a page without an origin', { host: 'rail.lan', origin: 'null' }, false],
    ['a file', { host: '', origin: 'file://' }, false],
    ['the browser says otherwise', { host: 'rail.example', origin: TLS, 'sec-fetch-site': 'cross-site' }, false],
    ['a sibling', { host: 'rail.example', origin: TLS, 'sec-fetch-site': 'same-site' }, false],
  ])('a form is taken or refused as it should be where: %s', (_where, headers, same) => {
    expect(isSameOrigin(headers)).toBe(same);
  });
});

describe('where a login leads', () => {
  it.each([
    ['/rail/audit?x=1', '/rail/audit?x=1'],
    ['/rail', '/rail'],
    ['/screens', '/rail/screens'],
    ['/railway', '/rail/railway'],
    ['/rail/../evil', '/rail/evil'],
    ['//evil.example', '/rail/'],
    ['/.//evil.example', '/rail/'],
    [undefined, '/rail/'],
  ])('a login below a prefix leads from %j to %j', (next, to) => {
    expect(localPath(next, '/rail')).toBe(to);
  });
});
