import { createServer, request as ask, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Page } from 'playwright-core';
import { browserLab } from '../support/browser-lab';
import { LAUNCH_TIMEOUT_MS } from '../support/chromium';
import { patiently, until } from '../support/patience';
import { bearer, discard, entryOf, type RunningService, startService } from '../support/running-service';
import { boardAddress, updated } from '../support/screen-lab';

/** Pages that open without the service, and what a board keeps for it. */

const TOKEN = 'auditor-0123456789abcdef0123456789';
const POS_TOKEN = 'pos-of-here-0123456789abcdef0123456789';
const LOCATION = 'here';
/** Milliseconds in which a board is kept, shown or live again: some of its looks, and the longest pause of the feed. */
const NOTICED_MS = patiently(30_000);
/** Milliseconds in which an age grows that is said in whole minutes. */
const AGED_MS = 75_000;

/** What no browser may keep: contacts, and the customer's name. */
const PERSONAL = ['+15555550123', '4417', '9021', 'Leave it at the back door', 'picture.example', 'Maria Gomez'];
const DRIVER = {
  source: 'doordash',
  name: 'Jane Driver',
  phone: { number: '+15555550123', code: '4417' },
  picture_url: 'https://picture.example/jane.png',
  vehicle_info: { make: 'Honda', license_plate: 'ABC1234' },
  handoff_instructions: 'Leave it at the back door',
  passcode: '9021',
};

interface Front {
  readonly url: string;
  /** The service is away: a proxy answers for it, or nobody does. */
  away(how: 'gone' | 'bad gateway' | null): void;
  /** What is answered in place of what the service says. */
  instead(change: ((path: string, body: Buffer) => Buffer | null) | null): void;
  close(): Promise<void>;
}

/** A proxy in front of a service, which can be a service of another version, or of none. */
async function startFront(target: string): Promise<Front> {
  const { hostname, port } = new URL(target);
  let missing: 'gone' | 'bad gateway' | null = null;
  let change: ((path: string, body: Buffer) => Buffer | null) | null = null;
  const server: Server = createServer((request, response) => {
    if (missing === 'bad gateway') {
      response.writeHead(502).end('Bad Gateway');
      return;
    }
    const { url: path = '', method, headers } = request;
    const changes = change;
    const { 'if-none-match': etag, ...plain } = headers;
    const asked = changes === null && etag !== undefined ? headers : plain;
    const far = ask({ hostname, port, path, method, headers: asked, agent: false }, (answer) => {
      const { statusCode = 502 } = answer;
      if (changes === null || statusCode !== 200 || !path.startsWith('/screens/')) {
        response.writeHead(statusCode, answer.headers);
        answer.pipe(response);
        return;
      }
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => chunks.push(chunk));
      answer.on('end', () => {
        const body = changes(path, Buffer.concat(chunks));
        const { 'content-length': _, etag: __, ...others } = answer.headers;
        if (body === null) response.writeHead(404).end();
        else response.writeHead(200, others).end(body);
      });
    });
    far.on('error', () => response.destroy());
    response.on('close', () => far.destroy());
    request.pipe(far);
  });
  server.on('connection', (socket) => {
    socket.on('error', () => socket.destroy());
    if (missing === 'gone') socket.destroy();
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  return {
    url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`,
    away: (how) => {
      missing = how;
      if (how !== null) server.closeAllConnections();
    },
    instead: (how) => {
      change = how;
    },
    close: () =>
      new Promise((closed) => {
        server.close(() => {
          closed();
        });
        server.closeAllConnections();
      }),
  };
}

let service: RunningService;
let front: Front;
const lab = browserLab();
beforeAll(async () => {
  service = await startService({
    READERS: JSON.stringify([{ ...entryOf(TOKEN, 'auditor'), acts: true }, entryOf(POS_TOKEN, 'pos')]),
  });
  const about = { location_id: LOCATION, order_id: 'waits' };
  await service.deliver(updated({ ...about, delivery_status: 'arrived_at_pickup', driver_details: DRIVER }));
  const label = { number: 'A1B2', name: 'Maria Gomez' };
  const labelled = await service.call(`/locations/${LOCATION}/orders/waits/label`, {
    method: 'PUT',
    headers: { ...bearer(POS_TOKEN), 'Content-Type': 'application/json' },
    body: JSON.stringify(label),
  });
  expect(labelled.status).toBe(204);
}, LAUNCH_TIMEOUT_MS);
afterAll(() => discard(service));
beforeEach(async () => {
  front = await startFront(service.url);
});
afterEach(() => front.close());

const expectFreshness = (kind: string, page = lab.page): Promise<void> =>
  page.locator(`.frame[data-freshness="${kind}"]`).waitFor({ timeout: NOTICED_MS });

async function signIn(path: string, page = lab.page): Promise<void> {
  await page.goto(`${front.url}${path}`);
  await page.getByLabel(/token/i).fill(TOKEN);
  await page.getByRole('button', { name: 'Log in' }).click();
}

/** Everything that scripts of the origin keep outside of localStorage, as text; code and pictures by their address alone. */
const keptBy = (page: Page): Promise<string> =>
  page.evaluate<string>(`(async () => {
    const texts = (await indexedDB.databases()).map(({ name }) => 'database ' + name);
    for (const name of await caches.keys()) {
      const cache = await caches.open(name);
      for (const request of await cache.keys()) {
        const text = request.url.includes('/assets/') ? '' : await (await cache.match(request)).text();
        texts.push(name + ' ' + request.url + ' ' + text);
      }
    }
    return texts.join('\\n');
  })()`);

const boardsIn = (kept: string): number =>
  kept.split('\n').filter((line) => line.startsWith('ticket-rail boards')).length;

/** Opens the board, and waits until it would open without the service and is kept. */
async function openKept(page = lab.page): Promise<void> {
  await signIn(`/screens/board?location=${LOCATION}`, page);
  await expectFreshness('live', page);
  await untilKept(page);
}

const untilKept = (page = lab.page): Promise<true> =>
  until('the board to be kept', async () => boardsIn(await keptBy(page)) === 1, NOTICED_MS);

it('a board that is loaded again without the service shows what it showed, greyed, with its age and without contacts, and goes live with it', async () => {
  const { page } = lab;
  const receipts: string[] = [];
  await openKept();
  const tile = page.locator('ticket-rail-tile[data-order-id="waits"]');
  const card = page.getByRole('dialog', { name: /Handoff/ });
  // The card of a driver who waits opens by itself while the board is live.
  await card.getByRole('button', { name: /Handed over/ }).waitFor();
  await card.getByRole('button', { name: /Print/ }).waitFor();
  await page.keyboard.press('Escape');
  const kept = await keptBy(page);
  expect(kept).toContain('"license_plate":"ABC1234"');
  expect(PERSONAL.filter((text) => kept.includes(text))).toEqual([]);
  expect(kept).not.toContain('database');
  front.away('gone');
  await page.reload();
  page.on('request', (request) => {
    if (!request.url().endsWith('/screen-reports')) return;
    const report = request.postDataJSON() as { receipts: readonly { order_id: string }[] };
    receipts.push(...report.receipts.map(({ order_id }) => order_id));
  });
  await expectFreshness('kept');
  await page.locator('.body[data-stale]').waitFor();
  await page
    .locator('p.freshness')
    .getByText(/^Kept from \d/)
    .waitFor();
  const age = page.locator('p.freshness').getByText(/^· \d+ (?:s|min) ago, not current$/);
  const before = await age.textContent();
  await until('the age to grow', async () => (await age.textContent()) !== before, AGED_MS);
  await tile.getByText('Jane Driver').waitFor();
  await tile.getByRole('button').first().click();
  await card.getByText('ABC1234').first().waitFor();
  for (const text of PERSONAL) expect(await card.getByText(text).count()).toBe(0);
  expect(await card.getByRole('button', { name: /Handed over|Print/ }).count()).toBe(0);
  await page.keyboard.press('Escape');
  // Nothing rang, and nothing says that it was painted.
  expect(await page.locator('.banner.call, .banner.arrival').count()).toBe(0);
  expect(receipts).toEqual([]);
  front.away(null);
  await expectFreshness('live');
  expect(await page.locator('.body[data-stale]').count()).toBe(0);
  await until('its receipt', () => receipts.includes('waits'), NOTICED_MS);
});

it('a proxy that answers for a service that is away leads to the kept board too, and pages that keep nothing open as well', async () => {
  const { page } = lab;
  await openKept();
  front.away('bad gateway');
  await page.goto(boardAddress(front.url, LOCATION));
  await expectFreshness('kept');
  await page.goto(`${front.url}/screens/customers?location=${LOCATION}`);
  await page.locator('.banner.stale').waitFor({ timeout: NOTICED_MS });
  expect(await page.getByText('A1B2').count()).toBe(0);
  front.away(null);
  await expectFreshness('live');
});

it.each([
  [
    'signing out',
    async (page: Page) => {
      await page.goto(`${front.url}/screens`);
      await page.getByRole('button', { name: /Sign out/ }).click();
      await page.waitForURL('**/login');
    },
  ],
  [
    'the end of the session',
    async (page: Page) => {
      await page.context().clearCookies();
      await page.goto(boardAddress(front.url, LOCATION));
      await page.waitForURL('**/login?*');
    },
  ],
  [
    'signing in as somebody else',
    async (page: Page) => {
      await page.context().clearCookies();
      await page.goto(`${front.url}/login?next=/audit`);
      await page.getByLabel(/token/i).fill(TOKEN);
      await page.getByRole('button', { name: 'Log in' }).click();
      await page.waitForURL('**/audit');
    },
  ],
])('%s forgets the kept board, and a board that is still open keeps no more', async (_, end) => {
  await openKept();
  const other = await lab.context.newPage();
  await end(other);
  expect(boardsIn(await keptBy(lab.page))).toBe(0);
  // It keeps its last state as it is left, where nobody can find it.
  front.away('gone');
  await lab.page.reload();
  await lab.page.locator('.banner.stale').waitFor({ timeout: NOTICED_MS });
  expect(await lab.page.locator('ticket-rail-tile').count()).toBe(0);
  expect(boardsIn(await keptBy(lab.page))).toBe(0);
});

it.each(['customers', 'overview'])(
  'the end of the session is met by a page of %s too, and forgets the kept board',
  async (name) => {
    const { page } = lab;
    await openKept();
    await page.goto(`${front.url}/screens/${name}?location=${LOCATION}`);
    await page.locator('.freshness').getByText('Live').waitFor();
    expect(boardsIn(await keptBy(page))).toBe(1);
    await page.context().clearCookies();
    // Its feed is asked for again.
    front.away('gone');
    front.away(null);
    await until('the board to be forgotten', async () => boardsIn(await keptBy(page)) === 0, NOTICED_MS);
  },
);

it('an update of the service brings its own pages at once, and they replace those that were kept', async () => {
  const { page } = lab;
  await openKept();
  const shells = (): Promise<readonly string[]> =>
    page.evaluate<string[]>(
      `caches.keys().then((names) => names.filter((name) => name.startsWith('ticket-rail shell')))`,
    );
  const [before] = await shells();
  front.instead((path, body) => {
    if (path.startsWith('/screens/board')) {
      return Buffer.from(body.toString().replace('</body>', '<i id="updated"></i></body>'));
    }
    const own = /[\w-]{16}(?=[`'"],documents:)/;
    return path === '/screens/service-worker.js' ? Buffer.from(body.toString().replace(own, 'another-version-')) : body;
  });
  await page.reload();
  await page.locator('#updated').waitFor({ state: 'attached' });
  await page.evaluate(`navigator.serviceWorker.ready.then((registration) => registration.update())`);
  await until('the new shell', async () => (await shells()).length === 1 && (await shells())[0] !== before, NOTICED_MS);
  front.away('gone');
  await page.reload();
  await page.locator('#updated').waitFor({ state: 'attached' });
  await expectFreshness('kept');
});

it('a service of a version without a service worker is rid of it with the next page', async () => {
  const { page } = lab;
  await openKept();
  front.instead((path, body) => {
    if (path === '/screens/service-worker.js') return null;
    return path.startsWith('/screens/board')
      ? Buffer.from(body.toString().replace('/assets/pages-', '/assets/older-'))
      : body;
  });
  await page.reload();
  const workers = (): Promise<number> =>
    page.evaluate<number>(`navigator.serviceWorker.getRegistrations().then((all) => all.length)`);
  await until('no worker to be left', async () => (await workers()) === 0, NOTICED_MS);
  await until('nothing to be kept', async () => (await keptBy(page)) === '', NOTICED_MS);
  expect(await workers()).toBe(0);
});
