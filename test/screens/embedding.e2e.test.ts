import { createServer } from 'node:http';
import type { AddressInfo, Server } from 'node:net';
import { discard, entryOf, type RunningService, startService } from '../support/running-service';
import { screenLab, updated } from '../support/screen-lab';
import { untilOnPage } from '../support/screen-watch';

/** The board in a page of somebody else: another origin, no cookie. */

const TOKEN = 'embedded-0123456789abcdef0123456789';

const lab = screenLab();

/** A POS vendor's page around the board. */
const pageAround = (service: string): string => `<!doctype html>
<html lang="en">
  <title>A POS</title>
  <script>
    window.heard = [];
    for (const name of ['order-opened', 'driver-arrived', 'order-canceled', 'freshness-changed'])
      addEventListener(name, (event) => window.heard.push(name));
  </script>
  <script type="module" src="${service}/screens/assets/ticket-rail-board.js"></script>
  <style>ticket-rail-board { --ticket-rail-surface: rgb(1, 2, 3); }</style>
  <h1>Our POS</h1>
  <ticket-rail-board location="mine" service="${service}" token="${TOKEN}"></ticket-rail-board>
</html>`;

let vendor: Server;
let origin: string;
/** Which service the vendor's page asks. */
let service: RunningService;

beforeAll(async () => {
  vendor = createServer((_request, response) => {
    response.setHeader('Content-Type', 'text/html; charset=utf-8').end(pageAround(service.url));
  });
  await new Promise<void>((listening) => vendor.listen(0, '127.0.0.1', listening));
  origin = `http://127.0.0.1:${String((vendor.address() as AddressInfo).port)}`;
});
afterAll(() => new Promise((closed) => vendor.close(closed)));
afterEach(() => discard(service));

const start = async (env: Readonly<Record<string, string>>): Promise<void> => {
  service = await startService({ READERS: JSON.stringify([entryOf(TOKEN, 'screen', ['mine'])]), ...env });
  await service.deliver(updated({ location_id: 'mine', order_id: 'o1' }));
};

describe('the board in a page of another origin', () => {
  it('the embedded board shows orders by a reader’s token, notifies the page of what happens, and takes its colours', async () => {
    await start({ READER_ORIGINS: origin });
    await lab.page.goto(origin);
    await lab.tile('o1').waitFor();
    await service.deliver(updated({ location_id: 'mine', order_id: 'o1', delivery_status: 'arrived_at_pickup' }));
    await lab.card().waitFor();
    await untilOnPage(lab.page, `window.heard.includes('order-opened')`);
    const heard = await lab.page.evaluate<string[]>('window.heard');
    expect(heard[0]).toBe('freshness-changed');
    // A machine that stands still makes a board stale, and fresh again.
    const happened = heard.filter((name) => name !== 'freshness-changed');
    expect(happened).toEqual(['driver-arrived', 'order-opened']);
    const surface = await lab.page.evaluate(`getComputedStyle(
      document.querySelector('ticket-rail-board').shadowRoot
        .querySelector('ticket-rail-tile').shadowRoot.querySelector('article'),
    ).backgroundColor`);
    expect(surface).toBe('rgb(1, 2, 3)');
    expect(await lab.context.cookies()).toEqual([]);
    expect(lab.complaints.filter((text) => !text.includes('favicon') && !text.includes('404'))).toEqual([]);
  });

  it('the embedded board shows nothing where READER_ORIGINS does not name the origin', async () => {
    await start({ READER_ORIGINS: 'https://elsewhere.example' });
    const refused = lab.page.waitForEvent('console', (message) => message.text().includes('CORS policy'));
    await lab.page.goto(origin);
    await refused;
    expect(await lab.page.locator('ticket-rail-tile').count()).toBe(0);
  });

  it('the embedded board shows nothing where READER_ORIGINS is unset, though the page brings its own copy of it', async () => {
    await start({});
    const { text: script } = await service.call('/screens/assets/ticket-rail-board.js');
    await lab.context.route('**/ticket-rail-board.js', (route) =>
      route.fulfill({
        body: script,
        contentType: 'text/javascript',
        headers: { 'Access-Control-Allow-Origin': '*' },
      }),
    );
    await lab.context.route(/assets\/(?!ticket-rail-board\.js)/, async (route) => {
      const { text } = await service.call(new URL(route.request().url()).pathname);
      await route.fulfill({
        body: text,
        contentType: 'text/javascript',
        headers: { 'Access-Control-Allow-Origin': '*' },
      });
    });
    const refused = lab.page.waitForEvent('console', (message) => /\/live.*CORS policy/.test(message.text()));
    await lab.page.goto(origin);
    await refused;
    await lab.page.locator('ticket-rail-board .bar').waitFor();
    expect(await lab.page.locator('ticket-rail-tile').count()).toBe(0);
  });
});
