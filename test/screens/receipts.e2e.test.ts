import { setTimeout as sleep } from 'node:timers/promises';
import type { Page } from 'playwright-core';
import { orderKey } from '../../schemas/order-key';
import { type ShownPart, WATCHING_MS } from '../../schemas/api/screen-limits';
import type { OrderReceipts, ScreenList } from '../../schemas/api/screen-reports';
import { orderPath } from '../support/deliveries';
import { patiently, until } from '../support/patience';
import { screenLab } from '../support/screen-lab';
import { stopRenderers } from '../support/stop-renderers';

/** What a real browser reports of what it painted: nothing of what nobody could see. */

/** Milliseconds in which a board would have painted what came, and reported it. */
const ASLEEP_MS = 2_000;
/** Milliseconds until the service knows which screens watch, and its page has asked. */
const KNOWN_MS = patiently(WATCHING_MS + 15_000);

const lab = screenLab(
  { STREAM_WEBHOOK_SECRETS: '', READERS: '' },
  { args: ['--autoplay-policy=no-user-gesture-required', '--mute-audio'] },
);

/** What a test needs of an element of a page. */
interface Styled {
  readonly style: { opacity: string };
  scrollIntoView(options: { readonly block: 'center' }): void;
}

/** Returns the receipts of an order once there are some of a part, by whatever screen. */
const receiptsOf = (location: string, order: string, shown: ShownPart = 'tile'): Promise<OrderReceipts['receipts']> =>
  until(`receipts of ${order}`, async () => {
    const { json } = await lab.service.get(orderPath(orderKey(location, order), '/receipts'));
    const receipts = (json as OrderReceipts).receipts.filter((one) => one.shown === shown);
    return receipts.length > 0 ? receipts : null;
  });
const screensAt = async (location: string): Promise<ScreenList['screens']> =>
  ((await lab.service.get('/screen-reports')).json as ScreenList).screens.filter(
    ({ location_id }) => location_id === location,
  );
const startedAt = ([first]: OrderReceipts['receipts']): number => Date.parse(first?.at ?? '');

/** Has the page believe that its tab is hidden, or is seen again, as a browser says it. */
const turn = (page: Page, state: 'hidden' | 'visible'): Promise<unknown> =>
  page.evaluate(
    `Object.defineProperty(document, 'visibilityState', { value: '${state}', configurable: true });
     document.dispatchEvent(new Event('visibilitychange'))`,
  );

describe('display receipts', () => {
  it('a board that can be seen reports under its name what it painted and that its alarm sounded, each once', async () => {
    const location = lab.newLocation();
    const about = { location_id: location, order_id: 'seen', driver_details: { source: 'uber', name: 'Ana S.' } };
    await lab.deliver({ ...about, delivery_status: 'enroute_to_pickup' });
    await lab.page.goto(`${lab.service.url}/screens/board?location=${location}&screen=counter%202`);
    await lab.tile('seen').waitFor();
    const [first] = await receiptsOf(location, 'seen');
    expect(first).toMatchObject({ revision: 0, shown: 'tile', name: 'counter 2', kind: 'board', reader: null });
    expect(Math.abs(first?.clock_offset_ms ?? Infinity)).toBeLessThan(60_000);

    // Only what really sounded is reported.
    await lab.page.locator('.banner.sound').waitFor({ state: 'detached' });
    await lab.deliver({ ...about, delivery_status: 'arrived_at_pickup' });
    await lab.card().waitFor();
    expect(await receiptsOf(location, 'seen', 'alarm')).toMatchObject([{ revision: 1 }]);
    expect(await receiptsOf(location, 'seen', 'card')).toMatchObject([{ revision: 1 }]);
    // The card covers the tile: that was not seen with the news.
    expect((await receiptsOf(location, 'seen')).map(({ revision }) => revision)).toEqual([0]);
    await lab.page.keyboard.press('Escape');
    await until('the tile', async () => (await receiptsOf(location, 'seen')).length === 2);

    // After a reload the same tab has nothing new to report of it.
    await lab.page.reload();
    await lab.card().waitFor();
    await lab.page.keyboard.press('Escape');
    await lab.deliver({ location_id: location, order_id: 'later' });
    await receiptsOf(location, 'later');
    expect(await receiptsOf(location, 'seen')).toHaveLength(2);
  });

  it('the timeline says at each event on which screens it was', async () => {
    const location = lab.newLocation();
    await lab.deliver({ location_id: location, order_id: 'kept' });
    await lab.page.goto(`${lab.service.url}/screens/board?location=${location}&screen=counter%202`);
    await receiptsOf(location, 'kept');
    await lab.page.goto(`${lab.service.url}/audit?location=${location}&order=kept`);
    const line = lab.page.locator('#r0').getByRole('list', { name: 'Screens that showed it' });
    expect(await line.textContent()).toMatch(/counter 2\s*:\s*on screen at \d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}/);
  });

  it('a hidden tab takes in what comes, reports that it is hidden, and has no receipt until it is seen', async () => {
    const location = lab.newLocation();
    await lab.openBoard(location);
    await until('its report', async () => (await screensAt(location))[0]?.watching === true);
    await turn(lab.page, 'hidden');
    await until('its report', async () => (await screensAt(location))[0]?.visible === false);
    await lab.deliver({ location_id: location, order_id: 'o1' });
    await lab.tile('o1').waitFor({ state: 'attached' });
    // Another order, which it is to report of only later too, has gone all the way by then.
    await lab.deliver({ location_id: location, order_id: 'o2' });
    await lab.tile('o2').waitFor({ state: 'attached' });
    const seenAgain = Date.now();
    await turn(lab.page, 'visible');
    for (const order of ['o1', 'o2']) {
      expect(startedAt(await receiptsOf(location, order))).toBeGreaterThanOrEqual(seenAgain);
    }
  });

  it('a page whose process stands still has no receipt until it goes on', async () => {
    const location = lab.newLocation();
    await lab.openBoard(location);
    const wake = await stopRenderers(lab.browser);
    await lab.deliver({ location_id: location, order_id: 'o1' });
    await sleep(ASLEEP_MS);
    const goesOn = Date.now();
    wake();
    expect(startedAt(await receiptsOf(location, 'o1'))).toBeGreaterThanOrEqual(goesOn);
  });

  it('a page that draws nothing, while its scripts take in what comes, has no receipt until it draws again', async () => {
    const location = lab.newLocation();
    await lab.openBoard(location);
    // Browsers draw nothing while they wait for what a view transition leads to, and no longer than 4 seconds.
    const stopped = await lab.page.evaluate<number>(
      `new Promise((stopped) => {
         document.startViewTransition(() => {
           stopped(Date.now());
           requestAnimationFrame(() => { globalThis.drewAt = Date.now(); });
           return new Promise((draw) => { globalThis.drawAgain = draw; });
         });
       })`,
    );
    await lab.deliver({ location_id: location, order_id: 'o1' });
    await lab.tile('o1').waitFor({ state: 'attached' });
    await sleep(ASLEEP_MS);
    await lab.page.evaluate('drawAgain()');
    const receipts = await receiptsOf(location, 'o1');
    const drew = await lab.page.evaluate<number>('drewAt');
    expect(drew - stopped).toBeGreaterThanOrEqual(ASLEEP_MS);
    expect(startedAt(receipts)).toBeGreaterThanOrEqual(drew);
  });

  it('boards in other pages, of the past and of customers report nothing', async () => {
    const location = lab.newLocation();
    await lab.deliver({ location_id: location, order_id: 'o1' });
    const at = encodeURIComponent(new Date().toISOString());
    const tile = lab.page.locator('ticket-rail-tile');
    await lab.page.goto(`${lab.service.url}/screens/example?location=${location}`);
    await tile.first().waitFor();
    await lab.page.goto(`${lab.service.url}/audit/board?location=${location}&at=${at}`);
    await tile.first().waitFor();
    await lab.page.goto(`${lab.service.url}/screens/customers?location=${location}`);
    await lab.page.getByText('o1').first().waitFor();
    await lab.page.goto(`${lab.service.url}/screens/board?location=${location}&screen=own`);
    expect(await receiptsOf(location, 'o1')).toMatchObject([{ name: 'own' }]);
    expect((await screensAt(location)).map(({ name }) => name)).toEqual(['own']);
    expect(lab.complaints).toEqual([]);
  });

  it('a tile that is scrolled out, transparent or covered has no receipt until it can be seen', async () => {
    const location = lab.newLocation();
    await lab.page.setViewportSize({ width: 400, height: 500 });
    const order = (n: number): string => `o${String(n).padStart(2, '0')}`;
    for (let n = 0; n < 24; n++) await lab.deliver({ location_id: location, order_id: order(n) });
    await lab.openBoard(location);
    await receiptsOf(location, order(0));
    const [last, middle] = [order(23), order(12)];
    const scrolled = Date.now();
    await lab.tile(last).scrollIntoViewIfNeeded();
    expect(startedAt(await receiptsOf(location, last))).toBeGreaterThanOrEqual(scrolled);

    // One in view whose news come while it is transparent, and then while a dialog covers it.
    await lab.tile(middle).evaluate((tile: Styled) => {
      tile.scrollIntoView({ block: 'center' });
    });
    await receiptsOf(location, middle);
    await lab.tile(middle).evaluate((tile: Styled) => {
      tile.style.opacity = '0';
    });
    await lab.deliver({ location_id: location, order_id: middle, note: 1 });
    await until('the news', async () => (await revisionOn(middle)) === 1);
    await lab.page.getByRole('button', { name: 'Settings' }).click();
    const covered = Date.now();
    await lab.tile(middle).evaluate((tile: Styled) => {
      tile.style.opacity = '';
    });
    await lab.deliver({ location_id: location, order_id: middle, note: 2 });
    await until('the news', async () => (await revisionOn(middle)) === 2);
    await lab.page.keyboard.press('Escape');
    await lab.tile(middle).evaluate((tile: Styled) => {
      tile.scrollIntoView({ block: 'center' });
    });
    await until('the tile', async () => (await receiptsOf(location, middle)).length >= 2);
    const [, ...later] = await receiptsOf(location, middle);
    expect(later.map(({ revision }) => revision)).toEqual([2]);
    for (const { at } of later) expect(Date.parse(at)).toBeGreaterThanOrEqual(covered);
  });

  const revisionOn = (order: string): Promise<number | undefined> =>
    lab.tile(order).evaluate((tile) => (tile as unknown as { order?: { revision: number } }).order?.revision);
});

describe('who watches', () => {
  it('operators see a screen by the name that is set on it, and the locations that nobody watches', async () => {
    const [watched, unwatched] = [lab.newLocation(), lab.newLocation()];
    for (const location_id of [watched, unwatched]) await lab.deliver({ location_id, order_id: 'o1' });
    await lab.openBoard(watched);
    await lab.page.getByRole('button', { name: 'Settings' }).click();
    await lab.page.getByLabel('Name of this screen').fill('  pick-up window ');
    await lab.page.getByRole('button', { name: 'Save' }).click();
    await until('its report', async () => (await screensAt(watched))[0]?.name === 'pick-up window');
    const operator = await lab.context.newPage();
    await operator.goto(`${lab.service.url}/screens/watching`);
    const row = operator.locator('tr[data-screen="pick-up window"]').filter({ hasText: 'Board' });
    await row.filter({ hasText: 'Live' }).waitFor({ timeout: KNOWN_MS });
    expect(await row.count()).toBe(1);
    await operator.locator(`li[data-location="${unwatched}"]`).waitFor({ timeout: KNOWN_MS });
    await operator.locator(`li[data-location="${watched}"]`).waitFor({ state: 'detached', timeout: KNOWN_MS });
    // Its last words: a page that goes is hidden.
    await lab.page.goto('about:blank');
    await operator.locator(`li[data-location="${watched}"]`).waitFor({ timeout: KNOWN_MS });
    await operator.close();
  });
});
