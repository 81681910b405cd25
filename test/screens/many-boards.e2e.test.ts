import type { CDPSession, Page } from 'playwright-core';
import { patiently, until } from '../support/patience';
import { boardAddress, screenLab } from '../support/screen-lab';

/**
 * Many boards in the tabs of one browser, over HTTP/1.1 as the service speaks it: a browser keeps six connections to it,
 * and a seventh tab with one of its own would wait for ever.
 */

const BOARDS = 10;
/** Milliseconds until a tab that was closed without a word is let go, and a worker that has died is given up. */
const NOTICED_MS = patiently(40_000);

const lab = screenLab();

const metric = async (name: string): Promise<number> =>
  Number(new RegExp(`^${name} (\\d+)$`, 'm').exec((await lab.service.get('/metrics')).text)?.[1]);
/** Waits until so many feeds of locations are watched. */
const untilWatched = (count: number): Promise<boolean> =>
  until(`${String(count)} feeds`, async () => (await metric('ticket_rail_live_clients')) === count, NOTICED_MS);

async function openBoards(locations: readonly string[]): Promise<readonly Page[]> {
  const pages: Page[] = [];
  for (const location of locations) {
    const page = await lab.context.newPage();
    await page.goto(boardAddress(lab.service.url, location));
    pages.push(page);
  }
  await untilLive(pages);
  return pages;
}
async function untilLive(pages: readonly Page[]): Promise<void> {
  for (const page of pages) await page.locator('.frame[data-freshness="live"]').waitFor({ timeout: NOTICED_MS });
}
async function expectOnEach(pages: readonly Page[], order: string): Promise<void> {
  for (const page of pages) await lab.tile(order, page).waitFor();
}
/** Does something to the worker that all tabs share, and to one that hangs beside it. */
async function withWorker(act: (session: CDPSession, targetId: string) => Promise<unknown>): Promise<void> {
  const session = await lab.browser.newBrowserCDPSession();
  const { targetInfos } = await session.send('Target.getTargets', { filter: [{}] });
  const workers = targetInfos.filter(({ type }) => type === 'shared_worker');
  expect(workers).not.toEqual([]);
  for (const { targetId } of workers) await act(session, targetId);
}
/** Ends it as a crash does. */
const killWorker = (): Promise<void> =>
  withWorker((session, targetId) => session.send('Target.closeTarget', { targetId }));
/** Has it stand still, as in an endless loop. */
const hangWorker = (): Promise<void> =>
  withWorker(async (session, targetId) => {
    const { sessionId } = await session.send('Target.attachToTarget', { targetId });
    for (const [index, method] of ['Debugger.enable', 'Debugger.pause'].entries()) {
      await session.send('Target.sendMessageToTarget', {
        sessionId,
        message: JSON.stringify({ id: index + 1, method }),
      });
    }
  });

beforeEach(() => untilWatched(0));

it('ten boards of one location are all live over one connection, and pages still load and actions still work', async () => {
  const location = lab.newLocation();
  await lab.deliver({ location_id: location, order_id: 'first' });
  const pages = await openBoards(Array.from({ length: BOARDS }, () => location));
  await expectOnEach(pages, 'first');
  await untilWatched(1);
  await lab.deliver({ location_id: location, order_id: 'second' });
  await expectOnEach(pages, 'second');
  await lab.page.goto(`${lab.service.url}/screens/overview`);
  await lab.page.locator('[data-freshness="live"]').first().waitFor();
  await lab.deliver({ location_id: location, order_id: 'second', status: 'dsp_canceled' });
  const acknowledge = (page: Page) => lab.tile('second', page).getByRole('button', { name: 'Acknowledge' });
  for (const page of pages) await acknowledge(page).waitFor();
  for (const page of pages.slice(0, 1)) await acknowledge(page).click();
  for (const page of pages) await acknowledge(page).waitFor({ state: 'detached' });
  await lab.deliver({ location_id: location, order_id: 'third', delivery_status: 'arrived_at_pickup' });
  await expectOnEach(pages, 'third');
  for (const page of pages.slice(2)) await page.close();
  await lab.deliver({ location_id: location, order_id: 'fourth' });
  await expectOnEach(pages.slice(0, 2), 'fourth');
  await untilWatched(1);
  for (const page of pages.slice(0, 2)) await page.close();
  await untilWatched(0);
});

it('ten boards of ten locations are all live over one connection, each with its own orders, however often the worker dies or hangs', async () => {
  const locations = Array.from({ length: BOARDS }, () => lab.newLocation());
  for (const location_id of locations) await lab.deliver({ location_id, order_id: `of ${location_id}` });
  const pages = await openBoards(locations);
  await untilWatched(BOARDS);
  for (const [index, location] of locations.entries()) {
    await pages[index]?.locator(`ticket-rail-tile[data-order-id="of ${location}"]`).waitFor();
    expect(await pages[index]?.locator('ticket-rail-tile').count()).toBe(1);
  }
  for (const [time, end] of [killWorker, hangWorker, killWorker].entries()) {
    await end();
    for (const location_id of locations)
      await lab.deliver({ location_id, order_id: `${String(time)} at ${location_id}` });
    for (const [index, location] of locations.entries()) {
      await pages[index]
        ?.locator(`ticket-rail-tile[data-order-id="${String(time)} at ${location}"]`)
        .waitFor({ timeout: NOTICED_MS });
    }
    await untilLive(pages);
  }
  await pages[0]?.close();
  await untilWatched(BOARDS - 1);
  await untilLive(pages.slice(1));
});

it('a tab that stands still costs the others nothing, is let go, and is live again once it has caught up', async () => {
  const [moving, still] = [lab.newLocation(), lab.newLocation()];
  const pages = await openBoards([moving, moving, still]);
  const [first, second, third] = pages;
  if (first === undefined || second === undefined || third === undefined) throw new Error('too few boards');
  await untilWatched(2);
  await third.evaluate(`(() => {
    const root = document.querySelector('ticket-rail-board').shadowRoot;
    window.shown = [];
    new MutationObserver(() => {
      const { freshness } = root.querySelector('.frame').dataset;
      const isCaughtUp = root.querySelector('ticket-rail-tile') !== null;
      window.shown.push({ at: Date.now(), freshness, isCaughtUp });
    }).observe(root, { subtree: true, childList: true, attributes: true });
  })()`);
  const session = await lab.context.newCDPSession(third);
  await session.send('Debugger.enable');
  await session.send('Debugger.pause');
  await lab.deliver({ location_id: moving, order_id: 'meanwhile' });
  await lab.deliver({ location_id: still, order_id: 'missed' });
  await expectOnEach([first, second], 'meanwhile');
  await untilWatched(1);
  await untilLive([first, second]);
  const resumedAt = Date.now();
  await session.send('Debugger.resume');
  await expectOnEach([third], 'missed');
  await untilLive(pages);
  const all = await third.evaluate<{ at: number; freshness: string; isCaughtUp: boolean }[]>('window.shown');
  const shown = all.filter(({ at }) => at >= resumedAt);
  expect(shown[0]?.freshness).not.toBe('live');
  expect(shown.filter(({ freshness, isCaughtUp }) => freshness === 'live' && !isCaughtUp)).toEqual([]);
  await untilWatched(2);
});

it('a tab that crashes is let go', async () => {
  const [stays, goes] = [lab.newLocation(), lab.newLocation()];
  const pages = await openBoards([stays, goes]);
  await untilWatched(2);
  const crashed = pages[1]?.waitForEvent('crash');
  await pages[1]?.goto('chrome://crash').catch(() => undefined);
  await crashed;
  await untilWatched(1);
  expect(await metric('ticket_rail_live_dropped_total')).toBe(0);
  await untilLive(pages.slice(0, 1));
});
