import type { Browser, BrowserContext, Page } from 'playwright-core';
import { LAUNCH_TIMEOUT_MS, launchChromium } from './chromium';
import { patiently } from './patience';

/** A real browser, with a page for each test. */

/** Milliseconds that one step may take. */
export const STEP_TIMEOUT_MS = patiently(15_000);

export interface BrowserLab {
  readonly browser: Browser;
  /** A new one for each test, wide as a counter's screen. */
  readonly context: BrowserContext;
  readonly page: Page;
  /** What the browser complained of: errors, and breaches of the content security policy. */
  readonly complaints: readonly string[];
  /** Addresses beyond this machine that were asked for. They are answered with nothing. */
  readonly strangers: readonly string[];
}

/** Registers what a test file needs before and after its tests. */
export function browserLab(chromiumArguments: readonly string[] = []): BrowserLab {
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  let complaints: string[];
  let strangers: string[];

  beforeAll(async () => {
    browser = await launchChromium(chromiumArguments);
  }, LAUNCH_TIMEOUT_MS);
  afterAll(() => browser.close());
  beforeEach(async () => {
    complaints = [];
    strangers = [];
    context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
    context.setDefaultTimeout(STEP_TIMEOUT_MS);
    page = await context.newPage();
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('console', (message) => {
      if (message.type() === 'error') complaints.push(message.text());
    });
    await context.route(
      (url) => url.hostname !== '127.0.0.1',
      async (route) => {
        strangers.push(route.request().url());
        await route.fulfill({ status: 204 });
      },
    );
  });
  afterEach(() => context.close());

  return {
    get browser() {
      return browser;
    },
    get context() {
      return context;
    },
    get page() {
      return page;
    },
    get complaints() {
      return complaints;
    },
    get strangers() {
      return strangers;
    },
  };
}
