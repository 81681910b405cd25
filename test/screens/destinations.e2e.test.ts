import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { orderKey } from '../../schemas/order-key';
import { entryOf as destinationOf, receive, type Receiver, SECRET } from '../services/destinations/support';
import { browserLab } from '../support/browser-lab';
import { update } from '../support/deliveries';
import { patiently, until } from '../support/patience';
import {
  asOperator,
  discard,
  OPERATOR_TOKEN,
  READER_TOKEN,
  type RunningService,
  startService,
  temporaryDirectory,
} from '../support/running-service';
import { focused, overflow, tabTo, targets, violations } from '../support/screen-inspect';

/** The page of destinations and consumers as built, over the real service with real receivers, in a real browser. */

const lab = browserLab({ context: { viewport: { width: 1280, height: 900 } } });
const directory = temporaryDirectory();
const file = join(directory, 'destinations.json');

/** One order is refused until it is mended. */
let isMended = false;
let good: Receiver;
let picky: Receiver;
let service: RunningService;
let page: Page;

beforeAll(async () => {
  good = await receive();
  picky = await receive(({ item }, response) => {
    if (isMended || item.order_id !== 'poisoned') return false;
    response.writeHead(503).end();
    return true;
  });
  const destinations = [
    destinationOf(good.url, { name: 'back-office', view: 'orders' }),
    destinationOf(`${picky.url}?key=private`, { name: 'kitchen', filter: { location_id: ['north'] } }),
  ];
  writeFileSync(file, JSON.stringify({ destinations }));
  service = await startService({ DESTINATIONS_FILE: file });
  await until('both to be begun with', async () => {
    const { status, json } = await service.call('/destinations', { headers: asOperator });
    // What sends may still be starting.
    return (
      status === 200 && (json as { destinations: { lag: unknown }[] }).destinations.every(({ lag }) => lag !== null)
    );
  });
  const body = JSON.stringify({ from: 'now' });
  await until('the consumer to be begun', async () => {
    const { status } = await service.call('/consumers/warehouse', { method: 'PUT', headers: asOperator, body });
    return status < 300;
  });
  for (const order_id of ['poisoned', 'sound']) {
    const { status } = await service.deliver(update(orderKey('north', order_id), { status: 'in_progress' }));
    expect(status).toBe(200);
  }
  await until('the order to be refused', () => picky.all.some(({ item }) => item.order_id === 'poisoned'));
});
afterAll(async () => {
  await discard(service);
  await Promise.all([good.close(), picky.close()]);
});

beforeEach(() => {
  page = lab.page;
});

async function open(token = OPERATOR_TOKEN): Promise<void> {
  await page.goto(`${service.url}/screens/destinations`);
  await page.getByLabel(/token/i).fill(token);
  await page.getByRole('button', { name: 'Log in' }).click();
  await page.waitForURL('**/screens/destinations');
}

const panel = (name: string) => page.locator(`section[data-destination="${name}"]`);

describe('the page of destinations', () => {
  it('operators see how each destination and consumer does, and no secret', async () => {
    await open();
    await panel('back-office').getByText('Everything has arrived.').waitFor();
    const text = await panel('kitchen').innerText();
    expect(text).toContain('Some orders do not arrive.');
    expect(text).toContain('It answered 503: it has a fault of its own.');
    expect(text).toContain('locations north');
    expect(await panel('kitchen').locator('tbody tr').innerText()).toMatch(/^poisoned of north\b/);
    const consumer = page.locator('[data-consumer="warehouse"]');
    expect(await consumer.innerText()).toMatch(/2 items, the oldest .* old\s+none yet/);
    const all = (await page.locator('ticket-rail-destinations section').allInnerTexts()).join(' ');
    expect(all).toContain(picky.url);
    expect(all).not.toContain('private');
    expect(all).not.toContain(SECRET);
    expect(page.url()).toBe(`${service.url}/screens/destinations`);
    expect(lab.complaints).toEqual([]);
  });

  it('readers who are no operators see that it takes one, and nothing else', async () => {
    await open(READER_TOKEN);
    await page.getByText('it takes a reader with the role operator').waitFor();
    expect(await page.locator('ticket-rail-destinations section').count()).toBe(0);
  });

  it.each(['light', 'dark'] as const)(
    'the page of destinations has nothing that axe finds fault with, in %s colours',
    async (colorScheme) => {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      await open();
      await panel('kitchen').locator('tbody tr').waitFor();
      expect(await violations(page)).toEqual([]);
    },
  );

  it('the page of destinations fits a narrow screen, with targets for fingers', async () => {
    await page.setViewportSize({ width: 320, height: 800 });
    await open();
    await panel('kitchen').locator('tbody tr').waitFor();
    expect(await overflow(page)).toBeLessThanOrEqual(0);
    const small = (await targets(page)).filter(({ width, height }) => width < 44 || height < 44);
    expect(small).toEqual([]);
  });

  it('a table that is wider than the screen can be reached and scrolled by keys', async () => {
    await page.setViewportSize({ width: 320, height: 800 });
    await open();
    await panel('kitchen').locator('tbody tr').waitFor();
    await tabTo(page, /^Orders that do not arrive at kitchen/);
    expect((await focused(page)).name).toMatch(/kitchen/);
    await page.keyboard.press('ArrowRight');
    const at = `document.querySelector('ticket-rail-destinations').shadowRoot.querySelector('.scroll').scrollLeft`;
    await until('the table to scroll', async () => (await page.evaluate<number>(at)) > 0);
  });

  it('what changes is shown by itself: an order that arrives after all, and a service that is away', async () => {
    await open();
    // What arrives now ends that nothing did, however long that was, and what failed is tried again.
    const sound = update({ location_id: 'north', order_id: 'sound again' });
    expect((await service.deliver(sound)).status).toBe(200);
    await panel('kitchen').getByText('Some orders do not arrive.').waitFor();
    isMended = true;
    await panel('kitchen')
      .getByText('Everything has arrived.')
      .waitFor({ timeout: patiently(180_000) });
    expect(await panel('kitchen').locator('table').count()).toBe(0);
    await page.route('**/consumers', (route) => route.abort());
    await page.getByText('The service cannot be reached').waitFor({ timeout: patiently(60_000) });
    expect(await panel('kitchen').count()).toBe(1);
    await page.unroute('**/consumers');
    await page.getByText('The service cannot be reached').waitFor({ state: 'hidden', timeout: patiently(60_000) });
  });
});
