import type { Browser, BrowserContext, BrowserContextOptions, Page, Request, Response } from 'playwright-core';
import { LAUNCH_TIMEOUT_MS, launchChromium } from './chromium';
import { patiently, until } from './patience';
import { READ_MODEL_BEHIND } from './running-service';

/** A real browser, with a page for each test. */

/** Milliseconds that one step may take. */
const STEP_TIMEOUT_MS = patiently(15_000);

export interface LabOptions {
  /** Command line arguments of the browser. */
  readonly args?: readonly string[];
  /** On top of a window as wide as a counter's screen. */
  readonly context?: BrowserContextOptions;
}

export interface BrowserLab {
  readonly browser: Browser;
  /** A new one for each test. */
  readonly context: BrowserContext;
  readonly page: Page;
  /** What the browser complained of: errors, and breaches of the content security policy. */
  readonly complaints: readonly string[];
  /** Addresses beyond this machine that were asked for. They are answered with nothing. */
  readonly strangers: readonly string[];
}

/** Makes a context of a browser in which a step may take as long as in those of the tests. */
export async function newContext(browser: Browser, options: BrowserContextOptions = {}): Promise<BrowserContext> {
  const context = await browser.newContext(options);
  context.setDefaultTimeout(STEP_TIMEOUT_MS);
  return context;
}

/** Event streams end with their page. */
const isEventStream = (request: Request): boolean =>
  request.headers()['accept'] === 'text/event-stream' || request.resourceType() === 'eventsource';

/** What a screen reports may be on its way when its page is left, and arrives all the same. */
const isScreenReport = (request: Request): boolean => request.url().endsWith('/screen-reports');

/** The worker that all tabs share outlives the page that starts it, and its answer is not said of that page. */
const isSharedWorker = (request: Request): boolean => /\/assets\/feed-worker-[^/]+$/.test(request.url());

/** What the service worker asks for is its own: it outlives the pages that it opens, too. */
const isServiceWorker = (request: Request): boolean => request.serviceWorker() !== null;

const describeRequest = (request: Request): string => `${request.method()} ${request.url()}`;

/**
 * Looks after what the pages of a context ask for: a page that is left or closed takes back what it has just sent, and
 * then nobody knows whether it came to anything.
 */
function watchRequests(context: BrowserContext) {
  const inFlight = new Set<Request>();
  const takenBack: string[] = [];
  context.on('request', (request) => {
    const isOfNoPage = isServiceWorker(request) || isSharedWorker(request);
    if (!isEventStream(request) && !isScreenReport(request) && !isOfNoPage) inFlight.add(request);
  });
  // Not `requestfinished`: of an answer that may not be kept and whose body nobody reads, the end is never told.
  context.on('response', (response) => inFlight.delete(response.request()));
  context.on('requestfailed', (request) => {
    inFlight.delete(request);
    const isAct = request.method() !== 'GET' && request.method() !== 'HEAD' && !isScreenReport(request);
    if (isAct && request.failure()?.errorText === 'net::ERR_ABORTED') takenBack.push(describeRequest(request));
  });
  const pending = () => [...inFlight].filter((request) => !request.frame().page().isClosed()).map(describeRequest);
  return {
    /** Waits until everything is answered. @throws Error that names what is not, or what a page took back */
    settled: async (): Promise<void> => {
      await until('every request to be answered', () => pending().length === 0).catch((error: unknown) => {
        throw new Error(`the test ended while these were under way: ${pending().join(', ')}`, { cause: error });
      });
      if (takenBack.length > 0) throw new Error(`the test left the page without waiting for ${takenBack.join(', ')}`);
    },
  };
}

/** Notes the address of an answer by which the service says to ask again. */
async function noteIfBehind(response: Response, behind: Set<string>): Promise<void> {
  // The page may be gone meanwhile.
  const problem: unknown = await response.json().catch(() => null);
  if ((problem as { type?: unknown } | null)?.type === READ_MODEL_BEHIND) behind.add(response.url());
}

/** Registers what a test file needs before and after its tests. */
export function browserLab({ args = [], context: settings = {} }: LabOptions = {}): BrowserLab {
  let browser: Browser;
  let context: BrowserContext;
  let requests: ReturnType<typeof watchRequests>;
  let page: Page;
  let complaints: { readonly text: string; readonly url: string }[];
  /** Addresses that were answered with what {@link noteIfBehind} looks for. */
  let behind: Set<string>;
  let strangers: string[];

  beforeAll(async () => {
    browser = await launchChromium(args);
  }, LAUNCH_TIMEOUT_MS);
  afterAll(() => browser.close());
  beforeEach(async () => {
    complaints = [];
    behind = new Set();
    strangers = [];
    context = await newContext(browser, { viewport: { width: 1280, height: 800 }, ...settings });
    requests = watchRequests(context);
    page = await context.newPage();
    page.on('pageerror', (error) => complaints.push({ text: error.message, url: '' }));
    page.on('console', (message) => {
      if (message.type() === 'error') complaints.push({ text: message.text(), url: message.location().url });
    });
    // The browser complains of each such answer. On a machine that stands still it is no fault, and pages ask again.
    page.on('response', (response) => {
      if (response.status() === 503) void noteIfBehind(response, behind);
    });
    await context.route(
      (url) => url.hostname !== '127.0.0.1',
      async (route) => {
        strangers.push(route.request().url());
        await route.fulfill({ status: 204 });
      },
    );
  });
  afterEach(async () => {
    try {
      await requests.settled();
    } finally {
      await context.close();
    }
  });

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
      return complaints.filter(({ url }) => !behind.has(url)).map(({ text }) => text);
    },
    get strangers() {
      return strangers;
    },
  };
}
