import { until } from '../support/patience';
import { entryOf } from '../support/running-service';
import { violations } from '../support/screen-inspect';
import { boardAddress, screenLab } from '../support/screen-lab';
import { untilOnPage } from '../support/screen-watch';

/** Boards that nobody looks after: they stay on, and have something to show after a reload without the feed. */

const COUNTER = 'counter-2-0123456789';
const lab = screenLab({
  STREAM_WEBHOOK_SECRETS: '',
  READERS: JSON.stringify([{ ...entryOf(COUNTER, 'screen'), name: 'counter 2' }]),
});

beforeEach(async () => {
  await lab.context.addCookies([{ name: 'ticket_rail_session', value: COUNTER, url: lab.service.url }]);
});

/** Answers of the feed, as where the service cannot be reached; the page itself still comes. */
const FEED = /\/live$/;
const DRIVER = {
  source: 'doordash',
  name: 'Jane Driver',
  phone: { number: '+15555551234' },
  vehicle_info: { color: 'Blue', license_plate: 'ABC1234' },
  passcode: '4711',
};
const kept = (): Promise<string> => lab.page.evaluate(`JSON.stringify({ ...localStorage })`);

/** Opens the board of a location with a driver who is here, and loads it anew while the feed cannot be reached. */
async function reloadAlone(): Promise<string> {
  const location_id = lab.newLocation();
  await lab.deliver({
    location_id,
    order_id: 'order-here',
    delivery_status: 'arrived_at_pickup',
    driver_details: DRIVER,
  });
  await lab.openBoard(location_id);
  await lab.card().getByText('Jane Driver').waitFor();
  await lab.context.route(FEED, (route) => route.abort());
  await lab.page.reload();
  return location_id;
}

describe('a board that was loaded anew while its orders cannot be had', () => {
  it('the board shows what it showed last, grey and with its age, without contacts, and is live again by itself', async () => {
    const location_id = await reloadAlone();
    await lab.tile('order-here').waitFor();
    const stale = lab.page.locator('.frame[data-freshness="stale"] .body[data-stale]');
    await stale.waitFor();
    expect(
      await lab.page
        .getByText(/What you see is .* old and may no longer be true/)
        .first()
        .isVisible(),
    ).toBe(true);
    expect(await kept()).toContain('order-here');
    expect(await kept()).not.toMatch(/Jane|5555551234|ABC1234|4711/);
    expect(await lab.tile('order-here').getByText('Jane Driver').count()).toBe(0);
    expect(await violations(lab.page)).toEqual([]);
    await lab.context.unroute(FEED);
    await lab.deliver({ location_id, order_id: 'order-next' });
    await lab.page.evaluate(`window.dispatchEvent(new Event('online'))`);
    await lab.tile('order-next').waitFor();
    await lab.page.locator('.frame[data-freshness="live"]').waitFor();
    await lab.tile('order-here').getByText('Jane Driver').waitFor();
  });

  it('nothing is shown of a location that this browser did not look at', async () => {
    await reloadAlone();
    await lab.page.goto(boardAddress(lab.service.url, lab.newLocation()));
    await lab.page.getByText('Nothing to show yet.').waitFor();
    expect(await lab.page.locator('ticket-rail-tile').count()).toBe(0);
  });

  it('a board that is not signed in any more shows nothing, and forgets what it kept', async () => {
    await reloadAlone();
    await lab.tile('order-here').waitFor();
    await lab.context.unroute(FEED);
    await lab.context.route(FEED, (route) => route.fulfill({ status: 401 }));
    await lab.page.reload();
    await lab.page.getByText('This screen is not signed in.').first().waitFor();
    await until('it to be forgotten', async () => !(await kept()).includes('order-here'));
    expect(await lab.page.locator('ticket-rail-tile').count()).toBe(0);
  });

  it('signing out forgets what boards kept', async () => {
    await reloadAlone();
    expect(await kept()).toContain('order-here');
    await lab.page.goto(`${lab.service.url}/screens`);
    await lab.page.getByRole('button', { name: 'Sign out' }).click();
    await lab.page.waitForURL(/\/login/);
    expect(await kept()).not.toContain('order-here');
  });
});

describe('a screen that is to stay on', () => {
  /** A browser that keeps the screen on, as long as the page is seen and until it lets go; `window.locks` are those it holds. */
  const browser = (refuses: boolean): string => `(() => {
    window.locks = [];
    const request = async () => {
      if (${String(refuses)}) throw new DOMException('The battery is low.', 'NotAllowedError');
      const lock = Object.assign(new EventTarget(), { released: false, release: async () => {
        lock.released = true;
        window.locks = window.locks.filter((one) => one !== lock);
        lock.dispatchEvent(new Event('release'));
      } });
      window.locks.push(lock);
      return lock;
    };
    Object.defineProperty(Navigator.prototype, 'wakeLock', { configurable: true, get: () => ({ request }) });
    window.turn = async (visibility) => {
      Object.defineProperty(document, 'visibilityState', { configurable: true, get: () => visibility });
      if (visibility === 'hidden') for (const lock of window.locks) await lock.release();
      document.dispatchEvent(new Event('visibilitychange'));
    };
  })()`;
  const SENTENCE = 'This browser does not keep the screen on.';

  it('the board keeps the screen on, and again when the page is back in sight', async () => {
    await lab.page.addInitScript({ content: browser(false) });
    await lab.openBoard(lab.newLocation());
    await untilOnPage(lab.page, 'window.locks.length === 1');
    await lab.page.evaluate(`window.turn('hidden')`);
    expect(await lab.page.evaluate('window.locks.length')).toBe(0);
    await lab.page.evaluate(`window.turn('visible')`);
    await untilOnPage(lab.page, 'window.locks.length === 1');
    expect(await lab.page.getByText(SENTENCE).count()).toBe(0);
    await lab.page.evaluate(`document.querySelector('ticket-rail-board').remove()`);
    await untilOnPage(lab.page, 'window.locks.length === 0');
  });

  it.each([
    ['refuses it', browser(true)],
    ['does not know how', `delete Navigator.prototype.wakeLock`],
  ])('where the browser %s, the settings say so, and a wall on itself', async (_what, content) => {
    await lab.page.addInitScript({ content });
    const location = lab.newLocation();
    await lab.openBoard(location);
    await lab.page.getByRole('button', { name: 'Settings' }).click();
    await lab.page.getByRole('dialog', { name: 'Settings of this screen' }).getByText(SENTENCE).waitFor();
    expect(await violations(lab.page)).toEqual([]);
    await lab.page.goto(`${boardAddress(lab.service.url, location)}&mode=wall`);
    await lab.page.getByText(SENTENCE).first().waitFor();
    expect(await violations(lab.page)).toEqual([]);
    expect(lab.complaints).toEqual([]);
  });

  it('the device that takes the screen back from a page in sight is found out', async () => {
    await lab.page.addInitScript({ content: browser(false) });
    await lab.page.goto(`${boardAddress(lab.service.url, lab.newLocation())}&mode=wall`);
    await untilOnPage(lab.page, 'window.locks.length === 1');
    await lab.page.evaluate(`window.locks[0].release()`);
    await lab.page.locator('.bar').getByText(SENTENCE).waitFor();
    expect(await lab.page.evaluate('window.locks.length')).toBe(0);
  });
});
