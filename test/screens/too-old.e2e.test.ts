import { until } from '../support/patience';
import { violations } from '../support/screen-inspect';
import { screenLab } from '../support/screen-lab';

/** What the pages say to a browser that cannot run them. */

const lab = screenLab();

const PAGES = [
  '/screens',
  '/screens/board',
  '/screens/customers',
  '/screens/destinations',
  '/audit',
  '/audit/coverage',
];
const sentence = () => lab.page.getByText('This page did not start. It needs Safari 15.4');
/** Begins the wait for the script anew, and holds it there: the machine may have taken all of its seconds. */
const waitBegins = () =>
  lab.page.evaluate(`(() => {
    const one = document.querySelector('.not-started');
    one.style.setProperty('animation', 'none', 'important');
    getComputedStyle(one).visibility;
    one.style.removeProperty('animation');
    for (const wait of one.getAnimations()) wait.pause();
  })()`);
/** Ends the wait for the script, as if the seconds were over. */
const waitIsOver = () =>
  lab.page.evaluate(`document.querySelector('.not-started')?.getAnimations().forEach((one) => one.finish())`);

/** Scripts as a browser finds them that does not know modules: of a type that it does not run. */
const withoutModules = () =>
  lab.context.route(
    (url) => url.hostname === '127.0.0.1' && !url.pathname.includes('/assets/'),
    async (route) => {
      const response = await route.fetch();
      const html = await response.text();
      await route.fulfill({ response, body: html.replaceAll('type="module"', 'type="unknown"') });
    },
  );

/** Scripts as a browser finds them that knows modules, and not what is written in them. */
const withoutSyntax = () =>
  lab.context.route(/\/assets\/[^/]+\.js$/, (route) =>
    route.fulfill({ contentType: 'text/javascript', body: 'class Newer { ##unknown }' }),
  );

describe('a browser that is too old', () => {
  it.each(PAGES)('the page %s says which browsers it needs to one that does not know modules', async (path) => {
    await withoutModules();
    await lab.page.goto(`${lab.service.url}${path}`);
    await waitBegins();
    expect(await sentence().isVisible()).toBe(false);
    await waitIsOver();
    expect(await sentence().isVisible()).toBe(true);
    expect(await violations(lab.page)).toEqual([]);
  });

  it('the board says it by itself after some seconds to a browser that cannot read its scripts, in every language', async () => {
    await withoutSyntax();
    await lab.page.setViewportSize({ width: 320, height: 700 });
    await lab.page.goto(`${lab.service.url}/screens/board`);
    await until('the sentence', () => sentence().isVisible());
    for (const words of ['no arrancó', 'n’a pas démarré', 'não iniciou', '未能启动']) {
      expect(await lab.page.getByText(words).isVisible()).toBe(true);
    }
    expect(await lab.page.evaluate('document.documentElement.scrollWidth')).toBe(320);
  });

  it.each(PAGES)('the page %s says nothing of it where its script runs', async (path) => {
    await lab.page.emulateMedia({ reducedMotion: 'reduce' });
    await lab.page.goto(`${lab.service.url}${path}`);
    await lab.page.locator('.not-started').waitFor({ state: 'detached' });
    expect(await sentence().count()).toBe(0);
  });
});
