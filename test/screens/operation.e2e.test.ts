import type { Page } from 'playwright-core';
import { orderKey } from '../../schemas/order-key';
import { browserLab } from '../support/browser-lab';
import { update } from '../support/deliveries';
import { until } from '../support/patience';
import { type Pos, startPos } from '../support/pos';
import {
  asOperator,
  discard,
  OPERATOR_TOKEN,
  READER_TOKEN,
  type RunningService,
  startService,
} from '../support/running-service';
import { focused, overflow, tabTo, targets, violations } from '../support/screen-inspect';

/** The pages for operators as built, over the real service with a real POS, in a real browser. */

const lab = browserLab({ context: { viewport: { width: 1280, height: 900 } } });
const NOT_JSON = { 'Content-Type': 'text/plain' };
/** Deliveries that can be used but for their media type: a redrive does not look at it. */
const MENDED = ['mended', 'second', 'third'];

let pos: Pos;
let service: RunningService;
let page: Page;

beforeAll(async () => {
  pos = await startPos();
  service = await startService({ RELAY_URL: pos.url });
  for (const order_id of MENDED) {
    const body = JSON.stringify(update(orderKey('north', order_id), { driver_details: { source: 'uber' } }));
    expect((await service.post(body, NOT_JSON)).status).toBe(202);
  }
  const broken = { type: 'order.updated', object: { location_id: 'south', driver_details: { source: 'doordash' } } };
  expect((await service.deliver(broken)).status).toBe(202);
  expect((await service.post('<b>not JSON</b>')).status).toBe(202);
  const created = { type: 'order.created', object: { location_id: 'north', order_id: 'new' } };
  expect((await service.deliver(created)).status).toBe(200);
  pos.answer = (response) => {
    response.writeHead(400, { 'Content-Type': 'application/json' }).end('{"posValidation":{}}');
  };
  expect((await service.deliver(created)).status).toBe(400);
});
afterAll(async () => {
  await discard(service);
  await pos.close();
});

beforeEach(() => {
  page = lab.page;
});

async function open(path: string, token = OPERATOR_TOKEN): Promise<void> {
  await page.goto(`${service.url}${path}`);
  await page.getByLabel(/token/i).fill(token);
  await page.getByRole('button', { name: 'Log in' }).click();
  await page.waitForURL(`**${path}`);
}

/** What an attribute says of each element, in their order on the page. */
const attributes = async (selector: string, name: string): Promise<readonly (string | null)[]> =>
  Promise.all((await page.locator(selector).all()).map((one) => one.getAttribute(name)));
const delivery = (id: string) => page.locator(`li[data-quarantine-id="${id}"]`);
const PAGES = [
  ['/screens/quarantine', 'li[data-quarantine-id]'],
  ['/screens/relays', 'tr[data-relay-id]'],
  ['/screens/accesses', 'tr[data-access-id]'],
] as const;

describe('every page for operators', () => {
  it.each(PAGES)('the page %s has nothing that axe finds fault with, in light and dark colours', async (path, part) => {
    const found: unknown[] = [];
    await open(path);
    await page.locator(part).first().waitFor();
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      found.push(...(await violations(page)));
    }
    expect(found).toEqual([]);
    expect(lab.complaints).toEqual([]);
  });

  it.each(PAGES)('the page %s fits a narrow screen, with targets for fingers', async (path, part) => {
    await page.setViewportSize({ width: 320, height: 800 });
    await open(path);
    await page.locator(part).first().waitFor();
    expect(await overflow(page)).toBeLessThanOrEqual(0);
    const small = (await targets(page)).filter(({ width, height }) => width < 44 || height < 44);
    expect(small).toEqual([]);
  });

  it('auditors see who looked, and of quarantine and relays only that it takes an operator', async () => {
    const [quarantine, relays, accesses] = PAGES;
    await open(accesses[0], READER_TOKEN);
    await page.locator(accesses[1]).first().waitFor();
    for (const [path, part] of [quarantine, relays]) {
      await page.goto(`${service.url}${path}`);
      await page.getByText('it takes a reader with the role operator').waitFor();
      expect(await page.locator(part).count()).toBe(0);
    }
  });

  it('each page for operators leads to the others with keys alone', async () => {
    await open('/screens/quarantine');
    for (const [name, path] of [
      ['Relays', '/screens/relays'],
      ['Accesses', '/screens/accesses'],
      ['Destinations', '/screens/destinations'],
      ['Quarantine', '/screens/quarantine'],
    ] as const) {
      await tabTo(page, new RegExp(`^${name}$`));
      await page.keyboard.press('Enter');
      await page.waitForURL(`**${path}`);
    }
    expect(lab.complaints).toEqual([]);
  });
});

describe('the page of quarantine', () => {
  it('operators see what cannot be used, why, and what came', async () => {
    await open('/screens/quarantine');
    await delivery('3').waitFor();
    const ids = await attributes('li[data-quarantine-id]', 'data-quarantine-id');
    expect(ids).toEqual(['0', '1', '2', '3', '4']);
    const text = (await delivery('3').innerText()).replace(/\s+/g, ' ');
    expect(text).toContain('order.updated of no order of south, DoorDash');
    expect(text).toContain('/object/order_id is missing');
    expect(await delivery('4').innerText()).toContain('The body is not JSON');
    await delivery('4').getByRole('button', { name: 'What came' }).click();
    await delivery('4').locator('pre').waitFor();
    expect(await delivery('4').locator('pre').innerText()).toBe('<b>not JSON</b>');
    await delivery('4').getByRole('button', { name: 'What came' }).click();
    await delivery('4').locator('pre').waitFor({ state: 'detached' });
  });

  it('deliveries are found by location and source, and the address says so', async () => {
    await open('/screens/quarantine');
    await page.getByLabel('Delivery service').fill('DoorDash');
    await page.keyboard.press('Enter');
    await page.waitForURL('**/screens/quarantine?source=DoorDash');
    await delivery('3').waitFor();
    expect(await page.locator('li[data-quarantine-id]').count()).toBe(1);
    await page.getByLabel('Location').fill('north');
    await page.keyboard.press('Enter');
    await page.getByText('Nothing is in quarantine that this asks for.').waitFor();
  });

  it('a delivery is redriven with keys alone: it is recorded, the focus is on the result, and the order is one step away', async () => {
    const path = '/locations/north/orders/mended';
    expect((await service.call(path, { headers: asOperator })).status).toBe(404);
    await open('/screens/quarantine');
    await delivery('0').waitFor();
    await tabTo(page, /^Redrive delivery 0$/);
    await page.keyboard.press('Enter');
    await until('the result to have the focus', async () =>
      (await focused(page)).name.startsWith('Recorded as revision 0'),
    );
    expect((await service.call(path, { headers: asOperator })).json).toMatchObject({ order_id: 'mended', revision: 0 });
    expect(await delivery('0').getByRole('checkbox').count()).toBe(0);
    await tabTo(page, /^Order mended$/);
    await page.keyboard.press('Enter');
    await page.waitForURL('**/audit?location=north&order=mended');
    await page.goto(`${service.url}/screens/quarantine?waiting=false`);
    await delivery('0').getByText('Recorded by a redrive').waitFor();
    expect(await page.locator('li[data-quarantine-id]').count()).toBe(1);
  });

  it('many are redriven at one press, each with its result, and what is still unusable stays', async () => {
    await open('/screens/quarantine');
    await delivery('1').waitFor();
    await page.getByLabel('All 4 that wait here').check();
    await page.getByRole('button', { name: 'Redrive the 4 chosen ones' }).click();
    await page.getByText('Of 4 deliveries: 2 recorded, 2 still unusable.').waitFor();
    for (const id of ['1', '2']) await delivery(id).getByText('Recorded as revision 0').waitFor();
    for (const id of ['3', '4']) await delivery(id).getByText('It is still unusable').waitFor();
    for (const order of ['second', 'third']) {
      const { json } = await service.call(`/locations/north/orders/${order}/history`, { headers: asOperator });
      expect((json as { events: unknown[] }).events).toHaveLength(1);
    }
    await page.reload();
    await delivery('3').waitFor();
    expect(await page.locator('li[data-quarantine-id]').count()).toBe(2);
  });

  it('a redrive that is not answered leaves the others as they are, and they stay chosen', async () => {
    await open('/screens/quarantine');
    await delivery('3').waitFor();
    await page.route('**/redrive', (route) => route.abort());
    await page.getByLabel('All 2 that wait here').check();
    await page.getByRole('button', { name: 'Redrive the 2 chosen ones' }).click();
    await page.getByText('Of 2 deliveries: 1 without an answer, 1 not tried or not taken.').waitFor();
    expect(await page.getByRole('button', { name: 'Redrive the 2 chosen ones' }).isVisible()).toBe(true);
    expect(await delivery('3').innerText()).toContain('it is not known whether it was redriven');
    expect(await delivery('4').innerText()).not.toContain('redriven. ');
  });

  it('a delivery whose redrive fails keeps no other from being redriven, and is chosen no more', async () => {
    await open('/screens/quarantine');
    await delivery('3').waitFor();
    await page.route('**/quarantine/3/redrive', (route) => route.fulfill({ status: 500, body: '<h1>No</h1>' }));
    await page.getByLabel('All 2 that wait here').check();
    await page.getByRole('button', { name: 'Redrive the 2 chosen ones' }).click();
    await page.getByText('Of 2 deliveries: 1 still unusable, 1 failed.').waitFor();
    expect(await delivery('3').innerText()).toContain('It could not be redriven. The service answered 500.');
    expect(await page.getByRole('button', { name: 'Redrive what is chosen' }).isVisible()).toBe(true);
  });
});

describe('the page of relays', () => {
  it('operators see what was passed on to the POS, newest first, and how it answered', async () => {
    await open('/screens/relays');
    await page.locator('tr[data-relay-id]').first().waitFor();
    const rows = await page.locator('tr[data-relay-id]').allInnerTexts();
    expect(rows).toHaveLength(2);
    expect(rows[0]).toMatch(/order\.created\s+north\s+The POS answered 400 after/);
    expect(rows[1]).toMatch(/The POS answered 200 after .*It accepts the order\.\s+pos_order_1/);
  });
});

describe('the page of accesses', () => {
  it('operators see who looked at what, newest first, and older ones on demand', async () => {
    for (let n = 0; n < 60; n++) {
      const path = `/audit/orders?order_id=o${String(n)}`;
      expect((await service.call(path, { headers: asOperator })).status).toBe(200);
    }
    await service.deliver(update(orderKey('north', 'disputed')));
    expect((await service.call('/locations/north/orders/disputed/history', { headers: asOperator })).status).toBe(200);
    await open('/screens/accesses');
    const rows = page.locator('tr[data-access-id]');
    await rows.first().waitFor();
    expect(await rows.count()).toBe(50);
    const look = rows.filter({ hasText: 'Read the past of an order' }).filter({ hasText: 'disputed of north' });
    expect(await look.count()).toBe(1);
    await page.getByRole('button', { name: 'Show older ones' }).click();
    await until('older ones', async () => (await rows.count()) > 50);
    const all = (await attributes('tr[data-access-id]', 'data-access-id')).map(Number);
    expect(all).toEqual(all.toSorted((one, other) => other - one));
    expect(new Set(all).size).toBe(all.length);
  });
});

describe('more in quarantine than a page shows', () => {
  it('what waits is redriven oldest first from page to page, so the newest report of an order stays its newest', async () => {
    const statuses = ['picked_up', ...Array.from({ length: 55 }, () => null), 'delivered'];
    for (const [n, status] of statuses.entries()) {
      const key = orderKey('west', status === null ? `other-${String(n)}` : 'twice');
      const body = update(key, status === null ? {} : { delivery_status: status });
      expect((await service.post(JSON.stringify(body), NOT_JSON)).status).toBe(202);
    }
    await open('/screens/quarantine?location_id=west');
    for (const count of ['50', '7']) {
      await page.getByLabel(`All ${count} that wait here`).check();
      await page.getByRole('button', { name: `Redrive the ${count} chosen ones` }).click();
      await page.getByText(`Of ${count} deliveries: ${count} recorded.`).waitFor();
      await page.reload();
    }
    await page.getByText('Nothing is in quarantine that this asks for.').waitFor();
    const { json } = await service.call('/locations/west/orders/twice/history', { headers: asOperator });
    const { events } = json as { events: { data: { delivery_status: string } }[] };
    expect(events.map(({ data }) => data.delivery_status)).toEqual(['picked_up', 'delivered']);
  });
});

describe('the board', () => {
  it('the board says how many reports of its location could not be used, until they are redriven', async () => {
    const body = JSON.stringify(update(orderKey('east', 'late')));
    const { json } = await service.post(body, NOT_JSON);
    await open('/screens/board?location=east', READER_TOKEN);
    const banner = page.getByText('1 report of the last 24 hours could not be used');
    await banner.waitFor();
    expect(await violations(page)).toEqual([]);
    const id = (json as { quarantine_id: string }).quarantine_id;
    const { status } = await service.call(`/quarantine/${id}/redrive`, { method: 'POST', headers: asOperator });
    expect(status).toBe(200);
    await banner.waitFor({ state: 'detached' });
    await page.locator('ticket-rail-tile[data-order-id="late"]').waitFor();
  });
});
