import { until } from '../support/patience';
import { pagesOf } from '../support/paper';
import { targets, violations } from '../support/screen-inspect';
import { screenLab } from '../support/screen-lab';
import { scan } from '../support/scan';
import { untilOnPage } from '../support/screen-watch';

/** The slip that goes with an order, as the browser puts it on paper. */

/** Points of PDF in a millimetre. */
const POINTS_A_MM = 72 / 25.4;
/** Pixels a point at which a code is drawn large enough to be read. */
const SCALE = 4;
/** Least width and height of what a finger hits, in CSS pixels (WCAG 2.5.5). */
const TOUCH_PX = 44;

// A service worker would load what prints before it is asked for.
const lab = screenLab(undefined, { context: { serviceWorkers: 'block' } });

/** What is loaded to print. */
const CHUNK = /\/assets\/print-slip-[^/]+\.js$/;

/** Counts how often the dialog of the browser was asked for, which has nobody here to close it. */
const DIALOG = `window.asked = 0; window.print = () => { window.asked += 1; };`;

const DRIVER = { name: 'Jane Driver', phone: { number: '+15555551234' }, passcode: '4711' };

const LABEL = { number: 'A1B2', name: 'Maria Garcia', source: 'doordash', items: 3 };

const label = (location_id: string, order_id: string) =>
  lab.service.call(`/locations/${location_id}/orders/${encodeURIComponent(order_id)}/label`, {
    method: 'PUT',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(LABEL),
  });

/** Opens the card of an order whose driver is here, on a board with another order. */
async function openCard(order_id: string): Promise<void> {
  const location_id = lab.newLocation();
  await lab.deliver({ location_id, order_id: 'another-order' });
  await lab.deliver({ location_id, order_id, delivery_status: 'arrived_at_pickup', driver_details: DRIVER });
  expect((await label(location_id, order_id)).status).toBeLessThan(300);
  await lab.page.addInitScript({ content: DIALOG });
  await lab.openBoard(location_id);
  await lab.card().waitFor();
}

const button = () => lab.card().getByRole('button', { name: 'Print slip' });

async function print(): Promise<void> {
  await button().click();
  await untilOnPage(lab.page, 'window.asked > 0');
}

const onPaper = async () => pagesOf(await lab.page.pdf({ preferCSSPageSize: true }), SCALE);

const slips = () => lab.page.locator('ticket-rail-slip').count();

/** Touches the page until the slip is gone: right after the dialog, touches mean nothing. */
async function untilTouchesClear(): Promise<void> {
  let x = 0;
  await until('the page to be given back', async () => {
    await lab.page.mouse.move((x += 1), 20);
    return (await slips()) === 0;
  });
}

describe('printing a slip', () => {
  it('the slip alone, without the passcode that its card shows, is on one page that is 80 mm wide, with the id of the order in a code that a scanner reads', async () => {
    await openCard('order_ä');
    await lab.card().getByText('4711', { exact: true }).waitFor();
    const before = await onPaper();
    expect(before.map(({ text }) => text).join('')).toContain('Needs action');
    await print();
    const [page, ...more] = await onPaper();
    expect(more).toEqual([]);
    if (page === undefined) throw new Error('nothing was printed');
    expect(page.width / SCALE / POINTS_A_MM).toBeCloseTo(80, 0);
    expect(page.height).toBeGreaterThan(page.width);
    const location = /location_\d+/.exec(lab.page.url())?.[0] ?? '';
    expect(page.text.split(/\s+/).filter((word) => word !== '')).toEqual([
      ...['A1B2', 'DoorDash', 'Maria', 'G.', '3', 'items', 'order_ä'],
      location,
    ]);
    expect(page.text).not.toMatch(/4711|Jane|5555551234/);
    expect(scan(page)).toBe('order_ä');
    expect(lab.complaints).toEqual([]);
  });

  it('the longest id fits on the paper, whole, and its code is read', async () => {
    const id = 'wörd_'.repeat(40);
    await openCard(id);
    await print();
    const [page, ...more] = await onPaper();
    expect(more).toEqual([]);
    if (page === undefined) throw new Error('nothing was printed');
    expect(page.text.replaceAll(/\s/g, '')).toContain(id);
    expect(scan(page)).toBe(id);
  });

  it('after the dialog, a touch gives the page back, and the next slip is that of the next order', async () => {
    await openCard('first-1');
    await print();
    await untilTouchesClear();
    expect((await onPaper()).map(({ text }) => text).join('')).toContain('Needs action');
    await lab.page.keyboard.press('Escape');
    await lab.page.getByRole('button', { name: 'Open handoff card of order another-order' }).click();
    await button().click();
    await untilOnPage(lab.page, 'window.asked === 2');
    const [page] = await onPaper();
    expect(page?.text).toContain('another-order');
    expect(page?.text).not.toContain('first-1');
  });

  it('a double tap prints one slip, also where what prints is still to be loaded, and leaves none on the page', async () => {
    let answer = (): void => undefined;
    const isTapped = new Promise<void>((resolve) => {
      answer = resolve;
    });
    await lab.context.route(CHUNK, async (route) => {
      await isTapped;
      await route.continue();
    });
    await openCard('tapped-twice');
    await button().dblclick();
    answer();
    await untilOnPage(lab.page, 'window.asked > 0');
    expect([await slips(), await lab.page.evaluate('window.asked')]).toEqual([1, 1]);
    await untilTouchesClear();
    await button().evaluate((one: { click(): void }) => {
      one.click();
      one.click();
    });
    await untilOnPage(lab.page, 'window.asked > 1');
    expect([await slips(), await lab.page.evaluate('window.asked')]).toEqual([1, 2]);
    await untilTouchesClear();
    expect((await onPaper()).map(({ text }) => text).join('')).toContain('Needs action');
  });

  it('nothing is printed of a card that was closed before what prints had come', async () => {
    let answer = (): void => undefined;
    const isClosed = new Promise<void>((resolve) => {
      answer = resolve;
    });
    await lab.context.route(CHUNK, async (route) => {
      await isClosed;
      await route.continue();
    });
    await openCard('closed');
    const loaded = lab.page.waitForEvent('requestfinished', (request) => CHUNK.test(request.url()));
    await button().click();
    await lab.page.keyboard.press('Escape');
    await lab.card().waitFor({ state: 'hidden' });
    answer();
    await loaded;
    await lab.page.getByRole('button', { name: 'Open handoff card of order another-order' }).click();
    await print();
    expect(await lab.page.evaluate('window.asked')).toBe(1);
    expect((await onPaper())[0]?.text).toContain('another-order');
  });

  it('the page is given back at once where the browser waited for its dialog', async () => {
    await openCard('waited');
    await lab.page.evaluate(`(() => {
      const { now } = performance;
      window.print = () => {
        window.asked += 1;
        performance.now = () => now.call(performance) + 2_000;
      };
    })()`);
    await print();
    expect(await slips()).toBe(0);
  });

  it('the page is given back after a minute where nobody touches it', async () => {
    await lab.page.clock.install();
    await openCard('untouched');
    await print();
    await lab.page.clock.runFor(1_000);
    expect(await slips()).toBe(1);
    await lab.page.clock.runFor(60_000);
    expect(await slips()).toBe(0);
  });

  it('what prints is loaded when it is asked for, and the card says if that fails', async () => {
    const asked: string[] = [];
    await lab.context.route(CHUNK, async (route) => {
      asked.push(route.request().url());
      await route.abort();
    });
    await openCard('unloaded');
    expect(asked).toEqual([]);
    await button().click();
    await lab.card().getByText('The slip could not be prepared').waitFor();
    expect(asked.length).toBeGreaterThan(0);
  });

  it('the button is large enough for a finger on a narrow screen, and axe finds no fault with the card', async () => {
    await lab.page.setViewportSize({ width: 320, height: 700 });
    await lab.page.emulateMedia({ reducedMotion: 'reduce' });
    await openCard('narrow');
    const found = (await targets(lab.page)).filter(({ name }) => name === 'Print slip');
    expect(found.map(({ width, height }) => Math.min(width, height) >= TOUCH_PX)).toEqual([true]);
    expect(await violations(lab.page)).toEqual([]);
  });
});
