import { once } from 'node:events';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type IncomingMessage, request } from 'node:http';
import { join } from 'node:path';
import type { AccessPage } from '../../../../schemas/api/access';
import { type BegunPairing, PAIRING_SECONDS } from '../../../../schemas/api/pairing';
import type { ListedReaders } from '../../../../schemas/api/reader-view';
import type { ReaderEntry } from '../../../../schemas/files/readers';
import { PAIRINGS_AT_ONCE } from '../../../../services/access/pairing/pairings';
import { CODES_AT_ONCE } from '../../../../services/access/pairing/readers-route';
import { problem, problemOf } from '../../../support/deliveries';
import { openEventStream } from '../../../support/event-stream';
import { type InProcessApp, serveInProcess } from '../../../support/in-process-app';
import { until } from '../../../support/patience';
import {
  type Answer,
  bearer,
  call,
  discard,
  entryOf,
  startService,
  temporaryDirectory,
} from '../../../support/running-service';

/** Adding screens by a code, and taking them away, over HTTP. */

const OPERATOR = 'operator-of-all-0123456789';
const LOCAL = 'operator-of-here-0123456789';
const AUDITOR = 'auditor-of-all-0123456789';
/** An operator who only looks who there is. */
const LOOKER = 'looker-of-readers-0123456789';

let directory: string;
let file: string;
let app: InProcessApp;
/** Milliseconds of the service's clock that never goes back; what readers may do comes back with it. */
let clock = 0;

const entries = (): ReaderEntry[] => JSON.parse(readFileSync(file, 'utf8')) as ReaderEntry[];

beforeAll(async () => {
  directory = temporaryDirectory();
  file = join(directory, 'readers.json');
  const readers = [
    entryOf(OPERATOR, 'operator'),
    entryOf(LOCAL, 'operator', ['here']),
    entryOf(AUDITOR, 'auditor'),
    entryOf(LOOKER, 'operator'),
  ];
  writeFileSync(file, JSON.stringify(readers));
  app = await serveInProcess(null, { READERS_FILE: file }, () => clock);
  await until('the service to be ready', async () => (await app.call('/readyz')).status === 200);
});
afterAll(async () => {
  await app.close();
  rmSync(directory, { recursive: true });
});
beforeEach(() => {
  // So that nothing of a test before counts.
  clock += 3 * PAIRING_SECONDS * 1_000;
});

const JSON_BODY = { 'Content-Type': 'application/json' };

async function begin(url = app.url): Promise<BegunPairing> {
  const answer = await call(url, '/pairings', { method: 'POST' });
  expect(answer.status).toBe(200);
  return answer.json as BegunPairing;
}
const pickUp = (device_code: string, next = '/screens/board?location=here', url = app.url): Promise<Answer> =>
  call(url, '/pairings/session', { method: 'POST', headers: JSON_BODY, body: JSON.stringify({ device_code, next }) });
const add = (name: string, code: string, more: object = {}, token = OPERATOR, url = app.url): Promise<Answer> =>
  call(url, `/readers/${encodeURIComponent(name)}`, {
    method: 'PUT',
    headers: { ...JSON_BODY, ...bearer(token) },
    body: JSON.stringify({ code, locations: ['here', 'over/there'], ...more }),
  });
const remove = (name: string, token = OPERATOR): Promise<Answer> =>
  call(app.url, `/readers/${encodeURIComponent(name)}`, { method: 'DELETE', headers: bearer(token) });
async function listed(): Promise<ListedReaders> {
  return (await call(app.url, '/readers', { headers: bearer(OPERATOR) })).json as ListedReaders;
}
/** The session that an answer begins, as a browser sends it. */
function cookieOf(answer: Answer): Record<string, string> {
  const cookies = answer.headers['set-cookie'] ?? [];
  const set = cookies.find((one) => one.startsWith('ticket_rail_session=1.')) ?? '';
  return { Cookie: set.split(';')[0] ?? '' };
}
const session = (headers: Record<string, string>) => call(app.url, '/session', { headers });

describe('a screen that shows a code', () => {
  it('a screen whose code an operator enters is signed in as a reader of the file, at once and without a token in sight', async () => {
    const { user_code, device_code, expires_in, interval } = await begin();
    expect({ user_code, expires_in, interval }).toEqual({
      user_code: expect.stringMatching(/^[B-Z]{4}-[B-Z]{4}$/) as string,
      expires_in: 600,
      interval: 3,
    });
    const waiting = await pickUp(device_code);
    expect([waiting.status, waiting.json, waiting.headers['set-cookie']]).toEqual([
      200,
      { state: 'waiting' },
      undefined,
    ]);

    const added = await add('counter 2/a', user_code, { acts: true });
    const screen = { name: 'counter 2/a', role: 'screen', locations: ['here', 'over/there'], acts: true };
    expect([added.status, added.json]).toEqual([201, { ...screen, last_seen: null, removable: true }]);
    expect(entries().at(-1)).toEqual({ ...screen, token_sha256: expect.stringMatching(/^[0-9a-f]{64}$/) as string });

    const signedIn = await pickUp(device_code);
    expect([signedIn.status, signedIn.json]).toEqual([
      200,
      { state: 'signed_in', next: '/screens/board?location=here' },
    ]);
    expect(signedIn.headers['set-cookie']?.join()).toMatch(/HttpOnly; SameSite=Lax/);
    expect((await session(cookieOf(signedIn))).json).toEqual({ open: false, ...screen });
    // Of the token, only the cookie has anything.
    for (const { text } of [added, signedIn]) expect(text).not.toContain('tr_');
    expect(app.lines.join('\n')).not.toContain('tr_');
  });

  it('a screen goes on only to a page of the service', async () => {
    const { user_code, device_code } = await begin();
    await add('led astray', user_code);
    expect((await pickUp(device_code, 'https://evil.example/')).json).toEqual({ state: 'signed_in', next: '/' });
  });

  it('two screens at once each get their own reader', async () => {
    const [one, other] = [await begin(), await begin()];
    await add('right', other.user_code, { locations: '*' });
    await add('left', one.user_code);
    const names = await Promise.all(
      [one, other].map(async ({ device_code }) => (await session(cookieOf(await pickUp(device_code)))).json),
    );
    expect(names).toMatchObject([{ name: 'left' }, { name: 'right', locations: '*', acts: false }]);
  });

  it('a code that is wrong, used or too old says so to the operator and to the screen, and adds nobody', async () => {
    const before = entries();
    const old = await begin();
    for (const wrong of ['BBBB-BBBB', 'not a code', old.device_code.slice(0, 40)])
      expect(problemOf(await add('nobody', wrong))).toEqual(problem(404, 'pairing-not-found'));
    expect(problemOf(await pickUp(old.user_code))).toEqual(problem(404, 'pairing-not-found'));
    clock += PAIRING_SECONDS * 1_000;
    expect(problemOf(await add('nobody', old.user_code))).toEqual(problem(410, 'pairing-expired'));
    expect(problemOf(await pickUp(old.device_code))).toEqual(problem(410, 'pairing-expired'));
    expect(entries()).toEqual(before);

    const used = await begin();
    expect((await add('once', used.user_code)).status).toBe(201);
    expect(problemOf(await add('twice', used.user_code))).toEqual(problem(409, 'pairing-used'));
    expect((await pickUp(used.device_code)).headers['set-cookie']).toBeDefined();
    const again = await pickUp(used.device_code);
    expect([problemOf(again), again.headers['set-cookie']]).toEqual([problem(409, 'pairing-used'), undefined]);
    expect(entries()).toHaveLength(before.length + 1);
  });

  it('a name that is taken is refused, and the code stays valid for another', async () => {
    const { user_code } = await begin();
    const taken = entries()[0]?.name ?? '';
    expect(problemOf(await add(taken, user_code))).toEqual(problem(409, 'reader-exists'));
    expect((await add('not taken', user_code)).status).toBe(201);
  });

  it('only so many screens of an address ask at once, and an operator enters only so many codes', async () => {
    for (let n = 0; n < PAIRINGS_AT_ONCE; n++) await begin();
    const refused = await call(app.url, '/pairings', { method: 'POST' });
    expect([problemOf(refused), refused.headers['retry-after']]).toEqual([problem(429, 'too-many-pairings'), '2']);
    for (let n = 0; n < CODES_AT_ONCE; n++) expect((await add('nobody', 'BBBB-BBBB')).status).toBe(404);
    expect(problemOf(await add('nobody', 'BBBB-BBBB'))).toEqual(problem(429, 'too-many-codes'));
  });

  it('a page of another origin neither begins a pairing nor gets a session', async () => {
    const { device_code } = await begin();
    const headers = { ...JSON_BODY, 'Sec-Fetch-Site': 'cross-site' };
    const begun = await call(app.url, '/pairings', { method: 'POST', headers });
    expect(problemOf(begun)).toEqual(problem(403, 'not-permitted'));
    const body = JSON.stringify({ device_code });
    const asked = await call(app.url, '/pairings/session', { method: 'POST', headers, body });
    expect(problemOf(asked)).toEqual(problem(403, 'not-permitted'));
  });

  it('the login offers a code, and the page that shows it is there for everybody', async () => {
    const login = await call(app.url, '/login?next=/screens/board?location=a%26b');
    expect(login.text).toContain('href="/pair?next=%2Fscreens%2Fboard%3Flocation%3Da%26b"');
    expect((await call(app.url, '/pair?next=/')).status).toBe(200);
  });
});

describe('who may read', () => {
  it('operators of all locations see readers without tokens, and add and remove screens; others do not', async () => {
    const { readers, listed_in, since } = await listed();
    const hashes = entries().map(({ token_sha256 }) => token_sha256);
    const shown = JSON.stringify(readers);
    expect(hashes.some((hash) => shown.includes(hash))).toBe(false);
    expect({ listed_in, since: Date.parse(since) <= Date.now() }).toEqual({ listed_in: 'file', since: true });
    expect(readers[0]).toMatchObject({ role: 'operator', locations: '*', acts: false, removable: false });
    expect(Date.parse(readers[0]?.last_seen ?? '')).toBeGreaterThanOrEqual(Date.parse(since));
    const { user_code } = await begin();
    for (const token of [LOCAL, AUDITOR]) {
      for (const answer of [
        await call(app.url, '/readers', { headers: bearer(token) }),
        await add('x', user_code, {}, token),
        await remove('x', token),
      ])
        expect(problemOf(answer)).toEqual(problem(403, 'not-permitted'));
    }
  });

  it('a reader that never asked is known by that, and one that asked by when', async () => {
    const { user_code, device_code } = await begin();
    await add('seen', user_code);
    const seen = async () => (await listed()).readers.find(({ name }) => name === 'seen')?.last_seen;
    expect(await seen()).toBeNull();
    const before = Date.now();
    await session(cookieOf(await pickUp(device_code)));
    expect(Date.parse((await seen()) ?? '')).toBeGreaterThanOrEqual(before);
  });

  it('a screen that is taken away is out at once, its streams too, and readers of other roles are not taken away', async () => {
    const { user_code, device_code } = await begin();
    await add('stolen', user_code);
    const cookie = cookieOf(await pickUp(device_code));
    const stream = await openEventStream(`${app.url}/locations/here/live`, cookie);
    await until('the snapshot', () => stream.messages.length > 0);
    expect((await remove('stolen')).status).toBe(204);
    expect((await session(cookie)).status).toBe(401);
    await stream.ended;
    expect(entries().some(({ name }) => name === 'stolen')).toBe(false);
    expect(problemOf(await remove('stolen'))).toEqual(problem(404, 'reader-not-found'));
    const auditor = await remove(entryOf(AUDITOR, 'auditor').name);
    expect(problemOf(auditor)).toEqual(problem(409, 'reader-not-screen'));
    expect((auditor.json as { detail: string }).detail).toContain('ticket-rail reader remove');
    expect((await session(bearer(AUDITOR))).status).toBe(200);
  });

  it('an operator who is taken away while a code is on its way adds nobody', async () => {
    const { user_code } = await begin();
    const before = readFileSync(file, 'utf8');
    const body = JSON.stringify({ code: user_code, locations: '*' });
    const slow = request(`${app.url}/readers/too-late`, {
      method: 'PUT',
      headers: { ...JSON_BODY, ...bearer(LOOKER), 'Content-Length': String(body.length) },
      agent: false,
    });
    const answered = once(slow, 'response') as Promise<[IncomingMessage]>;
    slow.write(body.slice(0, 1));
    const name = entryOf(LOOKER, 'operator').name;
    const seen = () => listed().then(({ readers }) => readers.find((one) => one.name === name)?.last_seen ?? null);
    await until('the guard to have let it through', async () => (await seen()) !== null);
    writeFileSync(file, JSON.stringify(entries().filter((one) => one.name !== name)));
    await until('the operator to be out', async () => (await session(bearer(LOOKER))).status === 401);
    slow.end(body.slice(1));
    const [answer] = await answered;
    expect(answer.resume().statusCode).toBe(401);
    expect(entries().some((one) => one.name === 'too-late')).toBe(false);
    writeFileSync(file, before);
    await until('the operator to be back', async () => (await session(bearer(LOOKER))).status === 200);
  });

  it('a file that is being changed, or is broken, stays as it is, and the operator learns why', async () => {
    const { user_code } = await begin();
    writeFileSync(`${file}.lock`, '');
    const busy = await add('too soon', user_code);
    expect(problemOf(busy)).toEqual(problem(503, 'readers-unchangeable'));
    expect((busy.json as { detail: string }).detail).toContain('being changed by another command');
    rmSync(`${file}.lock`);
    const whole = readFileSync(file, 'utf8');
    writeFileSync(file, '[{');
    expect(problemOf(await add('too soon', user_code))).toEqual(problem(503, 'readers-unchangeable'));
    expect(readFileSync(file, 'utf8')).toBe('[{');
    rmSync(file);
    expect(problemOf(await add('too soon', user_code))).toEqual(problem(503, 'readers-unchangeable'));
    expect((await session(bearer(OPERATOR))).status).toBe(200);
    writeFileSync(file, whole);
    expect((await add('in time', user_code)).status).toBe(201);
  });

  it('who looked at readers, entered codes and took screens away is recorded', async () => {
    const { user_code } = await begin();
    const accessesOf = async () =>
      ((await call(app.url, '/access?order=newest&limit=100', { headers: bearer(OPERATOR) })).json as AccessPage)
        .accesses;
    const [last] = await accessesOf();
    await call(app.url, '/readers', { headers: bearer(LOOKER) });
    await add('recorded', 'BBBB-BBBB');
    await add('recorded', user_code, { acts: true });
    await remove('recorded');
    await remove('recorded');
    const accesses = (await accessesOf()).filter(({ access_id }) => Number(access_id) > Number(last?.access_id));
    const name = entryOf(OPERATOR, 'operator').name;
    const given = (acts: boolean) => `/readers/recorded?acts=${String(acts)}&location_id=here&location_id=over%2Fthere`;
    // What others counted until now comes late; each code and each removal is a record of its own.
    const atOnce = accesses.filter(({ what, times }) => what !== 'access' && times === undefined);
    expect(atOnce.map(({ reader, what, path }) => [reader, what, path])).toEqual([
      [name, 'removal', '/readers/recorded'],
      [name, 'removal', '/readers/recorded'],
      [name, 'pairing', given(true)],
      [name, 'pairing', given(false)],
      [entryOf(LOOKER, 'operator').name, 'readers', '/readers'],
    ]);
    const logged = app.lines.filter((line) => line.includes('"screen":"recorded"'));
    expect(logged.map((line) => (JSON.parse(line) as { msg: string }).msg)).toEqual([
      'a screen was added',
      'a screen was taken away',
    ]);
    expect(JSON.stringify(accesses)).not.toContain(user_code);
  });
});

describe('where readers are in no file', () => {
  it.each([
    ['are listed in READERS', JSON.stringify([entryOf(OPERATOR, 'operator')]), 'variable', 'set READERS_FILE to it'],
    ['do not exist', '', 'none', 'Reading is open'],
  ] as const)('no screen is added where readers %s, and it is said what to do', async (_, READERS, source, words) => {
    const fixed = await serveInProcess(null, { READERS });
    try {
      const begun = await call(fixed.url, '/pairings', { method: 'POST' });
      const added = await add('x', 'BBBB-BBBB', {}, OPERATOR, fixed.url);
      for (const answer of [begun, added]) {
        expect(problemOf(answer)).toEqual(problem(409, 'readers-fixed'));
        expect((answer.json as { detail: string }).detail).toContain(words);
      }
      expect(problemOf(await pickUp('x', '/', fixed.url))).toEqual(problem(404, 'pairing-not-found'));
      expect((await call(fixed.url, '/readers', { headers: bearer(OPERATOR) })).json).toMatchObject({
        listed_in: source,
      });
      expect((await call(fixed.url, '/login?next=/')).text).not.toContain('/pair');
    } finally {
      await fixed.close();
    }
  });
});

describe('a service that is killed', () => {
  it('a service that is killed before the screen has its session leaves a file that can be used, and the screen begins anew', async () => {
    const own = join(directory, 'killed.json');
    writeFileSync(own, JSON.stringify([entryOf(OPERATOR, 'operator')]));
    const first = await startService({ READERS: '', READERS_FILE: own });
    const { user_code, device_code } = await begin(first.url);
    expect((await add('orphan', user_code, {}, OPERATOR, first.url)).status).toBe(201);
    await first.end('SIGKILL');
    expect(existsSync(`${own}.lock`)).toBe(false);
    const second = await startService({ READERS: '', READERS_FILE: own, DATA_DIR: first.dataDir });
    try {
      expect(problemOf(await pickUp(device_code, '/', second.url))).toEqual(problem(404, 'pairing-not-found'));
      const readers = (await call(second.url, '/readers', { headers: bearer(OPERATOR) })).json as ListedReaders;
      expect(readers.readers.map(({ name, last_seen }) => [name, last_seen !== null])).toEqual([
        [entryOf(OPERATOR, 'operator').name, true],
        ['orphan', false],
      ]);
      const again = await begin(second.url);
      expect((await add('adopted', again.user_code, {}, OPERATOR, second.url)).status).toBe(201);
      expect((await pickUp(again.device_code, '/', second.url)).json).toMatchObject({ state: 'signed_in' });
    } finally {
      await discard(second, first);
    }
  });
});
