import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BrowserContext, Page } from 'playwright-core';
import { LANGUAGES } from '../../schemas/language/languages';
import { en } from '../../schemas/language/catalogues/en';
import { browserLab } from '../support/browser-lab';
import { until } from '../support/patience';
import {
  discard,
  entryOf,
  OPERATOR_TOKEN,
  type RunningService,
  startService,
  temporaryDirectory,
} from '../support/running-service';
import { focused, overflow, tabTo, targets, violations } from '../support/screen-inspect';
import { boardAddress, updated } from '../support/screen-lab';

/** A new screen is signed in by a code that it shows, in a browser of its own beside that of the operator. */

/** Least width and height of what a finger hits, in CSS pixels (WCAG 2.5.5). */
const TOUCH_PX = 44;

const lab = browserLab({ context: { viewport: { width: 1280, height: 900 } } });

let directory: string;
let service: RunningService;
let screenContext: BrowserContext;
let screen: Page;

beforeAll(async () => {
  directory = temporaryDirectory();
  const file = join(directory, 'readers.json');
  writeFileSync(file, JSON.stringify([entryOf(OPERATOR_TOKEN, 'operator')]));
  const locations = join(directory, 'locations.json');
  writeFileSync(locations, JSON.stringify({ locations: [{ location_id: 'north', name: 'North Street' }] }));
  service = await startService({ READERS: '', READERS_FILE: file, LOCATIONS_FILE: locations });
  expect((await service.deliver(updated({ location_id: 'north', order_id: 'first' }))).status).toBe(200);
});
afterAll(async () => {
  await discard(service);
  rmSync(directory, { recursive: true });
});
beforeEach(async () => {
  screenContext = await lab.browser.newContext();
  screen = await screenContext.newPage();
});
afterEach(() => screenContext.close());

/** Opens the page of readers as an operator. */
async function openReaders(): Promise<void> {
  await lab.page.goto(`${service.url}/screens/readers`);
  await lab.page.getByLabel(/token/i).fill(OPERATOR_TOKEN);
  await lab.page.getByRole('button', { name: 'Log in' }).click();
  await lab.page.getByRole('heading', { name: 'Add a screen' }).waitFor();
}
const codeOn = async (page: Page): Promise<string> => page.locator('.code').innerText();
const row = (name: string) => lab.page.locator(`[data-reader="${name}"]`);

/** @returns what axe finds in light and dark colours, and where it is not as narrow as the narrowest screen */
async function faultsOf(page: Page): Promise<readonly unknown[]> {
  const found: unknown[] = [];
  for (const width of [320, 1280]) {
    await page.setViewportSize({ width, height: 900 });
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      found.push(...(await violations(page)));
    }
    const over = await overflow(page);
    if (over > 0) found.push({ width, over });
    found.push(...(await targets(page)).filter((one) => one.width < TOUCH_PX || one.height < TOUCH_PX));
  }
  return found;
}

describe('a new screen', () => {
  it('a new screen shows a code, an operator enters it with keys alone, and the board opens by itself, until it is taken away', async () => {
    const board = boardAddress(service.url, 'north');
    await screen.goto(board);
    await tabTo(screen, /^Show a code instead$/);
    await screen.keyboard.press('Enter');
    const code = await codeOn(screen);
    expect(code).toMatch(/^[B-Z]{4}-[B-Z]{4}$/);
    expect(await screen.getByText(/enters this code at/).innerText()).toContain('/screens/readers');

    await openReaders();
    const { page } = lab;
    await tabTo(page, /^Code on the screen/);
    await page.keyboard.type(code.toLowerCase().replace('-', ' '));
    await tabTo(page, /^Name of the screen/);
    await page.keyboard.type('counter 2');
    await tabTo(page, /^Location/);
    await page.keyboard.type('North Street');
    await page.keyboard.press('Enter');
    await page.getByText('North Street · north').waitFor();
    await tabTo(page, /^People record there/);
    await page.keyboard.press('Space');
    await tabTo(page, /^Add the screen$/);
    await page.keyboard.press('Enter');
    await page.getByText('counter 2 was added.').waitFor();
    await until('the focus on what came of it', async () => (await focused(page)).name.includes('counter 2 was added'));

    await screen.locator('ticket-rail-tile[data-order-id="first"]').waitFor();
    expect(screen.url()).toBe(board);
    await page.getByRole('button', { name: 'Ask again' }).click();
    await row('counter 2').locator('time').waitFor();
    expect((await row('counter 2').innerText()).split(/\s*\t\s*/).slice(0, 4)).toEqual([
      'counter 2',
      'screen',
      'North Street',
      'Yes',
    ]);

    await tabTo(page, /^Take away counter 2$/);
    await page.keyboard.press('Enter');
    await until('the focus on what does nothing', async () => (await focused(page)).name === 'Keep it');
    await tabTo(page, /^Yes, take away counter 2$/);
    await page.keyboard.press('Enter');
    await page.getByText('counter 2 was taken away').waitFor();
    await row('counter 2').waitFor({ state: 'detached' });
    await screen.locator('.banner.stale[data-cause="login"]').getByText('This screen is not signed in.').waitFor();
    expect(lab.complaints).toEqual([]);
  });

  it('a code that is wrong is said to be so where it was entered, and a location is asked for', async () => {
    await openReaders();
    const { page } = lab;
    await page.getByLabel('Code on the screen').fill('BBBB-BBBB');
    await page.getByLabel('Name of the screen').fill('nobody');
    const press = () => page.getByRole('button', { name: 'Add the screen' }).click();
    await press();
    await page.getByText('Choose a location, or all of them.').waitFor();
    await page.getByLabel('All locations').check();
    await press();
    await page.getByText('No screen shows this code.').waitFor();
    expect(await row('nobody').count()).toBe(0);
  });

  it('a screen whose code is not valid any more says so, and shows another one', async () => {
    await screen.clock.install();
    await screen.goto(`${service.url}/pair`);
    const first = await codeOn(screen);
    await screen.route('**/pairings/session', (route) => route.fulfill({ status: 410, json: {} }));
    await screen.clock.fastForward(5_000);
    await screen.getByText('This code is not valid any more.').waitFor();
    // The second code is a new one, whatever time passes until it is looked at.
    await screen.unroute('**/pairings/session');
    await tabTo(screen, /^Show another code$/);
    await screen.keyboard.press('Enter');
    await screen.locator('.code').waitFor();
    expect(await codeOn(screen)).not.toBe(first);
  });
});

describe('the pages of new screens and of readers', () => {
  it('the pages have nothing that axe finds fault with, in light and dark colours, from 320 px on', async () => {
    await screen.goto(`${service.url}/login`);
    const found = [...(await faultsOf(screen))];
    await screen.goto(`${service.url}/pair`);
    await codeOn(screen);
    found.push(...(await faultsOf(screen)));
    await openReaders();
    await lab.page.getByLabel('Location', { exact: true }).fill('elsewhere');
    await lab.page.getByRole('button', { name: 'Add the location' }).click();
    await lab.page.getByText('nothing was reported about it yet').waitFor();
    found.push(...(await faultsOf(lab.page)));
    expect(found).toEqual([]);
  });

  it('the page of a new screen speaks the language of the page that it leads to', async () => {
    for (const language of Object.keys(LANGUAGES)) {
      await screen.goto(`${service.url}/login?next=${encodeURIComponent(`/screens/board?lang=${language}`)}`);
      await screen.locator('a[href^="/pair"]').click();
      await screen.locator('.code').waitFor();
      // The words of a language are loaded beside the code, and may come after it.
      await screen.locator(`html[lang="${language}"]`).waitFor({ state: 'attached' });
      const english = screen.getByRole('heading', { level: 1, name: en['pairing.title'], exact: true });
      await english.waitFor({ state: language === 'en' ? 'visible' : 'hidden' });
      expect(await english.count()).toBe(language === 'en' ? 1 : 0);
    }
  });
});
