import { violations } from '../support/screen-inspect';
import { boardAddress, screenLab } from '../support/screen-lab';
import { untilOnPage } from '../support/screen-watch';

/** Boards that keep the screen of their device on. */

const MINUTE_MS = 60_000;
const lab = screenLab();

describe('a screen that is to stay on', () => {
  /** A browser that keeps the screen on, as long as the page is seen and until it lets go; `window.locks` are those it holds. */
  const browser = (refuses: boolean): string => `(() => {
    window.locks = [];
    window.asked = 0;
    window.refuses = ${String(refuses)};
    window.answered = Promise.resolve();
    const request = async () => {
      window.asked += 1;
      await window.answered;
      if (window.refuses) throw new DOMException('The battery is low.', 'NotAllowedError');
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

  it('the device that takes the screen back from a page in sight is found out, and asked again each minute', async () => {
    await lab.page.addInitScript({ content: browser(false) });
    await lab.page.clock.install();
    await lab.page.goto(`${boardAddress(lab.service.url, lab.newLocation())}&mode=wall`);
    await untilOnPage(lab.page, 'window.locks.length === 1');
    await lab.page.evaluate(`window.locks[0].release()`);
    await lab.page.locator('.bar').getByText(SENTENCE).waitFor();
    await lab.page.evaluate('window.refuses = true');
    await lab.page.clock.fastForward(MINUTE_MS);
    expect(await lab.page.evaluate('window.locks.length')).toBe(0);
    await lab.page.evaluate('window.refuses = false');
    await lab.page.clock.fastForward(MINUTE_MS);
    await untilOnPage(lab.page, 'window.locks.length === 1');
    await lab.page.locator('.bar').getByText(SENTENCE).waitFor({ state: 'detached' });
  });

  it('a board that is not to keep the screen on any more lets it go, also where the browser has not answered yet', async () => {
    await lab.page.addInitScript({ content: browser(false) });
    await lab.openBoard(lab.newLocation());
    await untilOnPage(lab.page, 'window.locks.length === 1');
    const keep = (isOn: boolean) =>
      lab.page.evaluate(`document.querySelector('ticket-rail-board').toggleAttribute('awake', ${String(isOn)})`);
    await keep(false);
    await untilOnPage(lab.page, 'window.locks.length === 0');
    // Asked when the attribute comes, and when the page is seen: once, as long as that is not answered.
    await lab.page.evaluate(`void (window.answered = new Promise((resolve) => { window.answer = resolve; }))`);
    await keep(true);
    await lab.page.evaluate(`new Promise(requestAnimationFrame).then(() => window.turn('visible'))`);
    expect(await lab.page.evaluate('window.asked')).toBe(2);
    await lab.page.evaluate(`document.querySelector('ticket-rail-board').remove()`);
    await lab.page.evaluate(`window.answer()`);
    await lab.page.evaluate(`new Promise(requestAnimationFrame)`);
    expect(await lab.page.evaluate('window.locks.length')).toBe(0);
  });
});
