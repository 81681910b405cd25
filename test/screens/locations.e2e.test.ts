import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { orderKey } from '../../schemas/order-key';
import type { Order } from '../../schemas/api/order-view';
import { orderPath, update } from '../support/deliveries';
import { browserLab } from '../support/browser-lab';
import { patiently, until } from '../support/patience';
import { discard, type RunningService, startService, temporaryDirectory } from '../support/running-service';
import { violations } from '../support/screen-inspect';

/** Pages of a chain whose locations have names, in the real browser. */

const NAMES = [
  'Harbour Street',
  'Station Square',
  'Old Mill',
  'River Walk',
  'Hill Top',
  'North Gate',
  'South Gate',
  'Lake Side',
  'Green Park',
];
const idOf = (name: string): string => `pos_${String(NAMES.indexOf(name))}`;

const lab = browserLab({ context: { viewport: { width: 1_280, height: 900 } } });
const directory = temporaryDirectory();
const file = join(directory, 'locations.json');
const ENTRIES = NAMES.map((name) => ({
  location_id: idOf(name),
  name,
  time_zone: 'Asia/Tokyo',
  ...(name === 'Green Park' ? { language: 'es' } : {}),
}));
/** Puts a whole file into place, so that no look finds half of one. */
function put(locations: readonly unknown[]): void {
  writeFileSync(`${file}.new`, JSON.stringify({ locations }));
  renameSync(`${file}.new`, file);
}
let service: RunningService;
let page: Page;

beforeAll(async () => {
  put(ENTRIES);
  service = await startService({ LOCATIONS_FILE: file, STREAM_WEBHOOK_SECRETS: '', READERS: '' });
  for (const location of [...NAMES.map(idOf), 'unnamed']) {
    expect((await service.deliver(update(orderKey(location, `order of ${location}`)))).status).toBe(200);
  }
});
afterAll(async () => {
  await discard(service);
  rmSync(directory, { recursive: true });
});
beforeEach(() => {
  page = lab.page;
});

it('the list of locations shows names, and finds one by a part of its name or id', async () => {
  await page.goto(`${service.url}/screens`);
  const headings = page.getByRole('listitem').getByRole('heading');
  await headings.first().waitFor();
  expect((await headings.allInnerTexts()).sort()).toEqual([...NAMES, 'unnamed'].sort());
  const search = page.getByLabel('Find a location');
  await search.fill('GATE');
  expect(await headings.allInnerTexts()).toEqual(['North Gate', 'South Gate']);
  await search.fill(idOf('Old Mill'));
  expect(await headings.allInnerTexts()).toEqual(['Old Mill']);
  expect(await violations(page)).toEqual([]);
  await search.fill('nowhere');
  await page.getByText('No location is called so.').waitFor();
  await search.fill('harbour');
  await page.getByRole('link', { name: 'Customer board of Harbour Street' }).click();
  await page.locator('.location').getByText('Harbour Street').waitFor();
  // The feed brings the name, which follows the file; the address would keep it.
  expect(new URL(page.url()).searchParams.has('name')).toBe(false);
  await until('the title to have the name', async () => (await page.title()).includes('Harbour Street'));
});

it('the board picks a location by its name', async () => {
  await page.goto(`${service.url}/screens/board?location=${idOf('Hill Top')}`);
  const picker = page.getByRole('combobox', { name: 'Location' });
  await picker.getByRole('option', { name: 'Lake Side · pos_7' }).waitFor({ state: 'attached' });
  expect(await picker.inputValue()).toBe(idOf('Hill Top'));
  await picker.selectOption('Lake Side · pos_7');
  await page.locator(`ticket-rail-tile[data-order-id="order of ${idOf('Lake Side')}"]`).waitFor();
});

it('a wall and the customer board show the name of their place, in the language of the place', async () => {
  await page.goto(`${service.url}/screens/board?location=${idOf('Green Park')}&mode=wall`);
  await page.locator('.location').getByText('Green Park', { exact: true }).waitFor();
  await page.locator('.frame[lang="es"]').waitFor();
  await page.goto(`${service.url}/screens/customers?location=${idOf('Green Park')}`);
  await page.locator('.location').getByText('Green Park', { exact: true }).waitFor();
  await page.locator('.frame[lang="es"]').waitFor();
  await page.goto(`${service.url}/screens/customers?location=${idOf('Green Park')}&name=Our+place`);
  // The service has said by now what its name is.
  await page.locator('.frame[lang="es"]').waitFor();
  await page.locator('.location').getByText('Our place', { exact: true }).waitFor();
  expect(lab.complaints).toEqual([]);
});

it('a search of a location that nobody reported offers those that may have been meant', async () => {
  await page.goto(`${service.url}/audit?location_id=Habour%20Stret`);
  await page.getByText('Nothing was ever reported about the location Habour Stret.').waitFor();
  await page.getByRole('link', { name: 'Harbour Street · pos_0' }).click();
  await page.getByRole('link', { name: 'order of pos_0' }).waitFor();
  await page.goto(`${service.url}/audit?location_id=entirely%20elsewhere`);
  await page.getByText('Nothing was ever reported about the location entirely elsewhere.').waitFor();
  expect(await page.getByText('Did you mean').count()).toBe(0);
});

it('an order is found by the name of its location, its timeline shows it, and its evidence has the clocks of the place', async () => {
  await page.goto(`${service.url}/audit`);
  await page.getByRole('row', { name: /River Walk/ }).waitFor();
  await page.getByLabel('Location', { exact: true }).fill('river walk');
  await page.getByRole('button', { name: 'Find', exact: true }).click();
  await page.waitForURL(new RegExp(`location_id=${idOf('River Walk')}`));
  await page.getByRole('status').getByText('1 order as').waitFor();
  await page.getByRole('link', { name: `order of ${idOf('River Walk')}` }).click();
  await page.getByText('Location River Walk').waitFor();
  const evidence = page.getByRole('link', { name: 'Evidence', exact: true });
  expect(await evidence.getAttribute('href')).toContain('time_zone=Asia%2FTokyo');
  expect(lab.complaints).toEqual([]);
});

it('the search takes and shows times by the clock of the location, its address has moments, and the timeline says whose clock it is', async () => {
  const id = idOf('River Walk');
  const { updated_at } = (await service.get(orderPath(orderKey(id, `order of ${id}`)))).json as Order;
  const tokyo = (ms: number): string => new Date(ms + 9 * 3_600_000).toISOString().slice(0, 19);
  await page.goto(`${service.url}/audit`);
  await page.getByLabel('News from (this browser’s clock)').waitFor();
  await page.getByRole('row', { name: /River Walk/ }).waitFor();
  await page.getByLabel('Location', { exact: true }).fill('River Walk');
  await page.getByLabel('News from (Asia/Tokyo)').fill(tokyo(Date.parse(updated_at) - 60_000));
  await page.getByRole('button', { name: 'Find', exact: true }).click();
  await page.waitForURL(/from=/);
  const from = new URL(page.url()).searchParams.get('from') ?? '';
  expect(Math.abs(Date.parse(from) + 60_000 - Date.parse(updated_at))).toBeLessThan(1_000);
  const news = page
    .getByRole('row', { name: /River Walk/ })
    .locator('td')
    .last();
  await news.getByText('Asia/Tokyo, UTC+09:00').waitFor();
  const time = news.locator('p', { hasText: 'Last news' }).locator('time');
  expect(await time.innerText()).toBe(tokyo(Date.parse(updated_at)).replace('T', ' '));
  expect(await time.getAttribute('title')).toBe(updated_at);
  await page.getByRole('link', { name: `order of ${id}` }).click();
  await page.getByText('times in Asia/Tokyo, UTC+09:00').waitFor();
  await page.goto(`${service.url}/audit/board?location=${id}`);
  await page.getByText('All times: Asia/Tokyo, UTC+09:00').waitFor();
  await page.goto(`${service.url}/audit/coverage?location_id=${id}`);
  await page.getByLabel('Until (Asia/Tokyo)').waitFor();
  await page.getByText('(Asia/Tokyo, UTC+09:00), in').waitFor();
  expect(lab.complaints).toEqual([]);
});

it('a board counts lateness by the minutes of its location, as they are now, unless the screen has its own', async () => {
  const id = idOf('Green Park');
  const late = page.locator(`ticket-rail-tile[data-order-id="order of ${id}"][data-late="very_late"]`);
  const settings = page.getByRole('button', { name: 'Ajustes' });
  const field = page.getByRole('dialog').locator('[name="preparing veryLate"]');
  /** What the settings show, which are filled as they are opened. */
  const minutes = async (): Promise<string> => {
    await settings.click();
    const shown = await field.inputValue();
    await page.keyboard.press('Escape');
    await field.waitFor({ state: 'hidden' });
    return shown;
  };
  const withMinutes = (very_late: number) => [{ ...ENTRIES[8], thresholds: { preparing: { late: 1, very_late } } }];
  await page.clock.install();
  await page.goto(`${service.url}/screens/board?location=${id}`);
  await settings.waitFor();
  expect(await minutes()).toBe('20');
  put(withMinutes(7));
  await until('the minutes of the file', async () => (await minutes()) === '7');
  // The next message from the service says that it is not so late yet.
  const untilLate = () =>
    until('the order to be very late', async () => {
      await page.clock.fastForward(10 * 60_000);
      return (await late.count()) === 1;
    });
  await untilLate();
  await settings.click();
  await page.getByRole('dialog').locator('[name="preparing late"]').fill('900');
  await field.fill('1000');
  await page.getByRole('dialog').locator('button.primary').click();
  await late.waitFor({ state: 'detached' });
  put(withMinutes(8));
  await page.reload();
  await page.locator('.frame[lang="es"]').waitFor();
  expect(await minutes()).toBe('1000');
  await settings.click();
  await page.getByRole('button', { name: 'Restablecer' }).click();
  await page.getByRole('dialog').locator('button.primary').click();
  await until('the minutes of the file again', async () => (await minutes()) === '8');
  await untilLate();
  expect(lab.complaints).toEqual([]);
});

it('a board speaks what its location does, and the language of the browser again where that says nothing', async () => {
  await page.goto(`${service.url}/screens/board?location=${idOf('Green Park')}`);
  await page.locator('.frame[lang="es"]').waitFor();
  await page.locator('.bar select').selectOption(idOf('River Walk'));
  await page.locator('.frame[lang="en"]').waitFor();
  await page.locator('.bar select').selectOption(idOf('Green Park'));
  await page.locator('.frame[lang="es"]').waitFor();
  expect(lab.complaints).toEqual([]);
});

describe('with the 1,100 locations of a chain', () => {
  const COUNT = 1_100;
  /** Milliseconds from a key to what it does, on a machine that does little else. */
  const RESPONSE_MS = 500;
  const many = Array.from({ length: COUNT }, (_, n) => ({
    location_id: `store-${String(n).padStart(4, '0')}`,
    name: `${NAMES[n % NAMES.length] ?? ''} ${String(n)}`,
    time_zone: 'Asia/Tokyo',
  }));
  const calledBy = (n: number): string => `${many[n]?.name ?? ''} · ${many[n]?.location_id ?? ''}`;
  let chain: RunningService;
  beforeAll(async () => {
    const chainFile = join(directory, 'chain.json');
    writeFileSync(chainFile, JSON.stringify({ locations: many }));
    chain = await startService({ LOCATIONS_FILE: chainFile, STREAM_WEBHOOK_SECRETS: '', READERS: '' });
    for (let n = 0; n < COUNT; n += 50) {
      const some = many.slice(n, n + 50).map(({ location_id }) => update(orderKey(location_id, `of ${location_id}`)));
      const answers = await Promise.all(some.map((one) => chain.deliver(one)));
      expect(answers.filter(({ status }) => status !== 200)).toEqual([]);
    }
  });
  afterAll(() => discard(chain));

  /** Has the page keep the longest time from a key or an input to the frame after it. */
  const watchResponses = (): Promise<void> =>
    page.evaluate(`{
      window.slowest = 0;
      const drawn = ({ timeStamp }) => requestAnimationFrame(() => setTimeout(() => {
        window.slowest = Math.max(window.slowest, performance.now() - timeStamp);
      }));
      document.addEventListener('input', drawn, { capture: true });
    }`);
  const slowest = (): Promise<number> => page.evaluate('slowest');

  it('a board finds one by a part of its name or by its id, with the keyboard alone, and goes nowhere for what several have', async () => {
    await page.goto(`${chain.url}/screens/board?location=store-0000`);
    const picker = page.getByRole('combobox', { name: 'Location' });
    await page
      .locator('datalist option')
      .nth(COUNT - 1)
      .waitFor({ state: 'attached' });
    expect(await picker.inputValue()).toBe(calledBy(0));
    await watchResponses();
    const pick = async (text: string): Promise<void> => {
      await picker.focus();
      await page.keyboard.type(text);
      await page.keyboard.press('Enter');
    };
    await pick('RIDGE'); // which none has
    expect(await picker.inputValue()).toBe(calledBy(0));
    await pick('mill');
    expect(await picker.inputValue()).toBe(calledBy(0));
    await pick('mill 1001');
    await page.locator('ticket-rail-tile[data-order-id="of store-1001"]').waitFor();
    expect(await picker.inputValue()).toBe(calledBy(1_001));
    await page.keyboard.press('Tab');
    await pick('store-0642');
    await page.locator('ticket-rail-tile[data-order-id="of store-0642"]').waitFor();
    expect(new URL(page.url()).searchParams.get('location')).toBe('store-0642');
    expect(await slowest()).toBeLessThan(patiently(RESPONSE_MS));
    expect(await violations(page)).toEqual([]);
    expect(lab.complaints).toEqual([]);
  });

  it('the search finds the orders of one by a part of its name or by its id, with the keyboard alone', async () => {
    const field = page.getByLabel('Location', { exact: true });
    for (const [text, n] of [
      ['mill 1001', 1_001],
      ['store-0642', 642],
    ] as const) {
      await page.goto(`${chain.url}/audit`);
      await page
        .locator('datalist option')
        .nth(COUNT - 1)
        .waitFor({ state: 'attached' });
      await watchResponses();
      await field.focus();
      await page.keyboard.type(text);
      expect(await slowest()).toBeLessThan(patiently(RESPONSE_MS));
      await page.keyboard.press('Enter');
      await page.waitForURL(new RegExp(`location_id=store-${String(n).padStart(4, '0')}`));
      await page.getByRole('link', { name: `of store-${String(n).padStart(4, '0')}` }).waitFor();
    }
    expect(await violations(page)).toEqual([]);
    expect(lab.complaints).toEqual([]);
  });

  it('the list of locations finds one as fast as somebody types', async () => {
    await page.goto(`${chain.url}/screens`);
    const headings = page.getByRole('listitem').getByRole('heading');
    await headings.nth(COUNT - 1).waitFor({ state: 'attached' });
    await watchResponses();
    await page.getByLabel('Find a location').focus();
    await page.keyboard.type('store-0642');
    expect(await headings.allInnerTexts()).toEqual([many[642]?.name]);
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.locator('ticket-rail-tile[data-order-id="of store-0642"]').waitFor();
    expect(lab.complaints).toEqual([]);
  });
});
