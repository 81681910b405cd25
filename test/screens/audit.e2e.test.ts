import { AxeBuilder } from '@axe-core/playwright';
import fc from 'fast-check';
import type { Browser, BrowserContext, Locator, Page } from 'playwright-core';
import { evolve, initial, toOrder } from '../../projections/order';
import type { OrderKey } from '../../schemas/handle-order';
import type { HistoryEvent, HistoryPage, Order } from '../../schemas/order-view';
import { VERDICT_ORDER, verdictWords } from '../../services/screens/browser/model/audit-words';
import { arbitraryOrderCanceledObject, arbitraryOrderUpdatedObject } from '../projections/arbitraries';
import { LAUNCH_TIMEOUT_MS, launchChromium } from '../support/chromium';
import { freshKeys, historyOf, orderPath, update } from '../support/deliveries';
import {
  asReader,
  discard,
  entryOf,
  READER_TOKEN,
  type RunningService,
  startService,
} from '../support/running-service';

/** The audit pages as built, over the real service, in a real browser. */

/** Milliseconds that one step may take on a busy machine. */
const STEP_TIMEOUT_MS = 15_000;
/** Random histories that are looked at in the browser; test/screens/model/audit.unit.test.ts looks at many more without one. */
const RUNS = 4;
/** Milliseconds for a test that looks at many states, one by one. */
const LONG_TEST_MS = 180_000;

let browser: Browser;
let service: RunningService;

beforeAll(async () => {
  browser = await launchChromium();
  service = await startService({ STREAM_WEBHOOK_SECRETS: '', READERS: '' });
}, LAUNCH_TIMEOUT_MS);

afterAll(async () => {
  await browser.close();
  await discard(service);
});

let context: BrowserContext;
let page: Page;
/** What the browser complained of: errors, and breaches of the content security policy. */
let complaints: string[];

beforeEach(async () => {
  context = await browser.newContext({ viewport: { width: 1280, height: 900 }, timezoneId: 'Europe/Berlin' });
  context.setDefaultTimeout(STEP_TIMEOUT_MS);
  page = await context.newPage();
  complaints = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
});

afterEach(() => context.close());

const nextKey = freshKeys('audit');

async function tell(key: OrderKey, ...told: readonly Readonly<Record<string, unknown>>[]): Promise<void> {
  for (const fields of told) expect((await service.deliver(update(key, fields))).status).toBe(200);
}

const timelineOf = ({ location_id, order_id }: OrderKey): string =>
  `${service.url}/audit?location=${encodeURIComponent(location_id)}&order=${encodeURIComponent(order_id)}`;
const eventAt = (revision: number): Locator => page.locator(`.event[data-revision="${String(revision)}"]`);
const current = (): Locator => page.locator('.event[aria-current="step"]');
const selected = async (): Promise<number> => Number(await current().getAttribute('data-revision'));

/** Whether the head of an event is in sight, below what stands over the events. */
async function isInSight(revision: number): Promise<boolean> {
  await page.evaluate('new Promise((shown) => requestAnimationFrame(() => requestAnimationFrame(shown)))');
  const top = (await eventAt(revision).locator('h3').boundingBox())?.y ?? -1;
  const player = await page.locator('.player').boundingBox();
  return player !== null && top >= player.y + player.height - 1 && top < (page.viewportSize()?.height ?? 0);
}

async function openTimeline(key: OrderKey, more = ''): Promise<void> {
  await page.goto(`${timelineOf(key)}${more}`);
  await current().waitFor();
}

/** The JSON that a part of an event shows once somebody opens it. */
async function jsonOf(within: Locator, label: string): Promise<unknown> {
  const details = within.locator('ticket-rail-json', { hasText: label });
  await details.locator('summary').click();
  return JSON.parse(await details.locator('pre').innerText()) as unknown;
}

/** @param of JavaScript about `one`. @returns what it gives for every element of the timeline that `css` finds. */
const inTimeline = (css: string, of: string): Promise<readonly unknown[]> =>
  page.evaluate(
    `[...document.querySelector('ticket-rail-timeline').shadowRoot.querySelectorAll('${css}')].map((one) => ${of})`,
  );

/** @returns what can be touched and is smaller than a finger, in components too. */
const smallTargets = (): Promise<readonly string[]> =>
  page.evaluate(`(() => {
    const all = (root) => [...root.querySelectorAll('*')].flatMap((one) => [one, ...(one.shadowRoot ? all(one.shadowRoot) : [])]);
    return all(document)
      .filter((one) => one.matches('a, button, input, select, summary') && one.checkVisibility() && one.className !== 'skip')
      .map((one) => [one, one.getBoundingClientRect()])
      .filter(([, { width, height }]) => width < 43.9 || height < 43.9)
      .map(([one, { width, height }]) => one.outerHTML.slice(0, 120) + ' ' + width + ' x ' + height);
  })()`);

async function violations(): Promise<unknown> {
  const { violations: found } = await new AxeBuilder({ page }).analyze();
  return found.map(({ id, nodes }) => [id, nodes[0]?.html]);
}

/** A life in which every verdict is given. */
const JANE = { source: 'uber', name: 'Jane Driver', phone: { number: '+1555' }, passcode: '1111' };
const JOHN = { source: 'doordash', name: 'John Driver' };
const LIFE = [
  { status: 'in_progress', delivery_status: 'pending' },
  { status: 'in_progress', delivery_status: 'enroute_to_pickup', driver_details: JANE },
  { status: 'in_progress', delivery_status: 'enroute_to_pickup', driver_details: JOHN },
  { status: 'teleporting' },
  { status: 'out_for_delivery', delivery_status: 'enroute_to_dropoff' },
  { status: 'in_progress', delivery_status: 'enroute_to_pickup' },
  { status: 'completed', delivery_status: 'completed' },
  { status: 'completed', delivery_status: 'completed', note: 'again' },
  { status: 'in_progress', delivery_status: 'enroute_to_pickup', driver_details: JANE },
] as const;

describe('the timeline of an order', () => {
  it('says of every event what the API says: verdict and rule in words, what changed, object, metadata and chain', async () => {
    const key = nextKey();
    await tell(key, ...LIFE);
    const { events } = await historyOf(service, key);
    expect(new Set(events.map(({ verdict }) => verdict))).toEqual(new Set(VERDICT_ORDER));
    await openTimeline(key);
    expect(await page.locator('.event').count()).toBe(events.length);
    for (const event of events) {
      const shown = eventAt(event.revision);
      const { words, rule } = verdictWords(event.verdict);
      expect(await shown.locator('.verdict').innerText()).toBe(words);
      expect(await shown.locator('.rule').innerText()).toBe(rule);
      expect(await shown.locator('.told time').getAttribute('datetime')).toBe(event.received_at);
      expect(await inTimeline(`#r${String(event.revision)} tr[data-pointer]`, 'one.dataset.pointer')).toEqual(
        event.changes.map(({ pointer }) => pointer),
      );
      expect(await jsonOf(shown, 'Object as it came')).toEqual(event.data);
      expect(await jsonOf(shown, 'Metadata')).toEqual(event.metadata);
      expect(await shown.locator('.chain').getAttribute('data-tie')).toBe(event.revision === 0 ? 'first' : 'tied');
      expect(await shown.locator('.chain code').first().innerText()).toBe(event.metadata.event_hash?.slice(0, 12));
    }
    const driver = eventAt(2).locator('tr[data-pointer="/driver_details/name"]');
    expect((await driver.locator('td').allTextContents()).map((text) => text.trim())).toEqual([
      'Jane Driver',
      'John Driver',
    ]);
    expect(await eventAt(2).locator('.gap').textContent()).toMatch(/(ms|s) later|at once/);
    expect(complaints).toEqual([]);
  });

  it('leads to files of all that it shows, and to the board at its moment', async () => {
    const key = nextKey();
    await tell(key, ...LIFE.slice(0, 2));
    const { events } = await historyOf(service, key);
    await openTimeline(key, '&revision=0');
    for (const format of ['NDJSON', 'CSV']) {
      const [file] = await Promise.all([
        page.waitForEvent('download'),
        page.getByRole('link', { name: `Export ${format}` }).click(),
      ]);
      expect(file.suggestedFilename()).toMatch(new RegExp(`\\.${format.toLowerCase()}$`));
      expect(await file.failure()).toBeNull();
    }
    await page.getByRole('link', { name: 'The board at this moment' }).click();
    await page.locator(`ticket-rail-tile[data-order-id="${key.order_id}"]`).waitFor();
    expect(new URL(page.url()).searchParams.get('at')).toBe(events[0]?.received_at);
  });

  it('has one colour and one shape for each verdict', async () => {
    const key = nextKey();
    await tell(key, ...LIFE);
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      await openTimeline(key);
      const looks = await inTimeline(
        '.event .mark',
        `[one.dataset.verdict, getComputedStyle(one).stroke, one.innerHTML.replace(/<!--.*?-->/g, '')]`,
      );
      const alone = (index: number) => new Set(looks.map((look) => (look as string[])[index])).size;
      const of = (index: number) =>
        new Set(looks.map((look) => `${(look as string[])[0] ?? ''} ${(look as string[])[index] ?? ''}`)).size;
      expect([of(1), alone(1), of(2), alone(2)]).toEqual(Array(4).fill(VERDICT_ORDER.length));
    }
  });

  it(
    'shows after every revision of a random history what the API says and what folding the prefix gives',
    async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.array(fc.oneof({ weight: 8, arbitrary: arbitraryOrderUpdatedObject }, arbitraryOrderCanceledObject), {
            minLength: 1,
            maxLength: 7,
          }),
          async (objects) => {
            const key = nextKey();
            for (const object of objects) {
              const body =
                'provider_id' in object
                  ? { type: 'order.canceled', object: { ...object, ...key, provider_id: key.order_id } }
                  : { type: 'order.updated', object: { ...object, ...key } };
              expect((await service.deliver(body)).status).toBe(200);
            }
            const { events } = (await service.get(orderPath(key, '/history'))).json as HistoryPage;
            await openTimeline(key);
            for (const [index, event] of events.entries()) {
              const folded = foldPrefix(key, events.slice(0, index + 1));
              const byApi = await service.get(orderPath(key, `?at_revision=${String(event.revision)}`));
              expect(byApi.json).toEqual(folded);
              expect(await jsonOf(eventAt(event.revision), 'The whole order')).toEqual(folded);
            }
          },
        ),
        { numRuns: RUNS },
      );
      expect(complaints).toEqual([]);
    },
    LONG_TEST_MS,
  );

  it('is moved through by keyboard, and its address leads back to the revision', async () => {
    const key = nextKey();
    await tell(key, ...LIFE);
    await openTimeline(key);
    expect(await selected()).toBe(LIFE.length - 1);
    const scrubber = page.getByRole('slider', { name: 'Event' });
    await scrubber.focus();
    await page.keyboard.press('Home');
    expect(await selected()).toBe(0);
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowRight');
    expect(await selected()).toBe(2);
    expect(await scrubber.getAttribute('aria-valuetext')).toMatch(/^3 of 9: revision 2, .*Driver changed$/);
    await page.waitForURL(/revision=2$/);
    await page.reload();
    await current().waitFor();
    expect(await selected()).toBe(2);
    expect(await isInSight(2)).toBe(true);
    await page.getByRole('button', { name: 'Next event' }).press('Enter');
    await page.waitForURL(/revision=3$/);
    await eventAt(5).getByRole('link', { name: 'Revision 5' }).press('Enter');
    expect(await selected()).toBe(5);
    expect(await isInSight(5)).toBe(true);
  });

  it('plays the order event by event, and stops at its end', async () => {
    const key = nextKey();
    await tell(key, ...LIFE.slice(0, 3));
    await openTimeline(key);
    await page.getByRole('button', { name: 'Play', exact: true }).click();
    expect(await selected()).toBe(0);
    await page.locator('.event[data-revision="2"][aria-current="step"]').waitFor();
    await page.getByRole('button', { name: 'Play', exact: true }).waitFor();
  });

  it('shows texts of others as text, at any width', async () => {
    const hostile = `<img src=x onerror=window.hacked=1><script>window.hacked=1</script>\u202Eevil ${'W'.repeat(5_000)}😀`;
    const key = { location_id: '<i>here</i>', order_id: `<b>${'y'.repeat(150)}` };
    await tell(key, {
      status: 'in_progress',
      [hostile]: hostile,
      driver_details: { name: hostile, source: hostile, x: hostile },
    });
    await openTimeline(key);
    await jsonOf(eventAt(0), 'Object as it came');
    await jsonOf(eventAt(0), 'The whole order');
    for (const width of [320, 1_280, 3_840]) {
      await page.setViewportSize({ width, height: 900 });
      expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth')).toBeLessThanOrEqual(0);
    }
    expect(await page.evaluate('window.hacked')).toBeUndefined();
    expect(complaints).toEqual([]);
  });

  it('lays out a part of a very long history, and the scrubber leads through all of it', async () => {
    const key = nextKey();
    for (let n = 0; n <= 201; n += 1) await tell(key, { n });
    await openTimeline(key);
    expect([await selected(), await page.locator('.event').count()]).toEqual([201, 2]);
    await page.getByText('Events 201 to 202 of 202 stand here.').waitFor();
    await page.getByRole('button', { name: 'Event before' }).click();
    await page.getByRole('button', { name: 'Event before' }).click();
    await page.locator('.event[data-revision="199"][aria-current="step"]').waitFor();
    expect(await page.locator('.event').count()).toBe(200);
  });

  it('says that nothing was ever reported', async () => {
    await page.goto(timelineOf(nextKey()));
    await page.getByText('Nothing was ever reported about this order.').waitFor();
    expect(await page.locator('.event').count()).toBe(0);
  });

  it.each(['light', 'dark'] as const)('is accessible as far as a machine can tell: %s', async (colorScheme) => {
    const key = nextKey();
    await tell(key, ...LIFE);
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await openTimeline(key, '&revision=2');
    await jsonOf(eventAt(2), 'Metadata');
    expect(await violations()).toEqual([]);
  });

  it.each([320, 1_280])('has targets of 44 px or more at %d px', async (width) => {
    const key = nextKey();
    await tell(key, ...LIFE.slice(0, 2));
    await page.setViewportSize({ width, height: 900 });
    await openTimeline(key);
    expect(await smallTargets()).toEqual([]);
  });
});

describe('the search for an order', () => {
  const found = async (): Promise<readonly string[]> => {
    await page
      .getByRole('status')
      .getByText(/oldest first|No order was found/)
      .waitFor();
    const all = await page.locator('.found li').all();
    return Promise.all(all.map(async (one) => String(await one.getAttribute('data-order-id'))));
  };
  const find = async (fill: () => Promise<unknown>): Promise<readonly string[]> => {
    await page.goto(`${service.url}/audit`);
    await fill();
    await page.getByRole('button', { name: 'Find' }).click();
    await page.waitForURL(/\?/);
    return found();
  };

  it('finds by location, order id, driver, status, source, time, stage, attention and verdict, and leads to the timeline', async () => {
    const location_id = 'searched location';
    const before = Date.now();
    await tell({ location_id, order_id: 'first-1' }, ...LIFE);
    await tell({ location_id, order_id: 'second-2' }, { driver_details: JOHN, delivery_status: 'arrived_at_pickup' });
    await tell({ location_id: 'another searched', order_id: 'third-3' }, { status: 'completed' });
    const all = ['first-1', 'second-2'];
    expect(await find(() => page.getByLabel('Location').fill(location_id))).toEqual(all);
    await page.reload();
    expect(await found()).toEqual(all);
    expect(await page.getByLabel('Location').inputValue()).toBe(location_id);
    expect(await find(() => page.getByLabel('Order id, or a part').fill('IRD-'))).toEqual(['third-3']);
    const here = (fill: () => Promise<unknown>) =>
      find(async () => {
        await page.getByLabel('Location').fill(location_id);
        await fill();
      });
    expect(await here(() => page.getByLabel('Driver’s name, or a part').fill('john'))).toEqual(['second-2']);
    expect(await here(() => page.getByLabel('Source of the driver').fill('UBER'))).toEqual(['first-1']);
    expect(await here(() => page.getByLabel('Status, as last reported').fill('completed'))).toEqual([]);
    expect(await here(() => page.getByLabel('Stage').selectOption('Driver here'))).toEqual(['second-2']);
    expect(await here(() => page.getByLabel('Attention').selectOption('Driver is here'))).toEqual(['second-2']);
    expect(await here(() => page.getByLabel('An event that was read as').selectOption('Reopened'))).toEqual([
      'first-1',
    ]);
    // Fields of time are in the time of the browser's zone, which these tests set to Berlin's.
    const berlin = (ms: number): string =>
      new Date(ms).toLocaleString('sv-SE', { timeZone: 'Europe/Berlin' }).replace(' ', 'T');
    expect(await here(() => page.getByLabel('News from').fill(berlin(before - 61_000)))).toEqual(all);
    expect(await here(() => page.getByLabel('News until').fill(berlin(before - 61_000)))).toEqual([]);
    expect(await here(() => Promise.resolve())).toEqual(all);
    await page.getByRole('link', { name: 'first-1' }).press('Enter');
    await current().waitFor();
    await page.getByRole('heading', { name: 'Order first-1' }).waitFor();
    expect(complaints).toEqual([]);
  });

  it('shows a page at a time', async () => {
    const location_id = 'many';
    for (let order = 0; order < 60; order += 1) await tell({ location_id, order_id: `n${String(order)}` }, {});
    expect(await find(() => page.getByLabel('Location').fill(location_id))).toHaveLength(50);
    await page.getByRole('button', { name: 'Find more' }).click();
    await page.getByText('60 orders as they are now').waitFor();
    expect(await found()).toHaveLength(60);
    expect(await page.getByRole('button', { name: 'Find more' }).count()).toBe(0);
  });

  it('says in the words of the service what cannot be asked for', async () => {
    await page.goto(`${service.url}/audit?stage=nowhere`);
    await page.getByRole('alert').getByText(/stage/).waitFor();
    expect(await page.locator('.found').count()).toBe(0);
  });

  it.each(['light', 'dark'] as const)('is accessible as far as a machine can tell: %s', async (colorScheme) => {
    await tell({ location_id: 'seen', order_id: 'o1' }, ...LIFE);
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await page.goto(`${service.url}/audit?location_id=seen`);
    expect(await found()).toEqual(['o1']);
    expect(await violations()).toEqual([]);
    expect(await smallTargets()).toEqual([]);
    await page.setViewportSize({ width: 320, height: 700 });
    expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth')).toBeLessThanOrEqual(0);
  });
});

/** What the folds of the service make of a history. */
function foldPrefix(key: OrderKey, events: readonly HistoryEvent[]): Order | null {
  const state = events.reduce(
    (before, { type, data, revision, received_at }) =>
      evolve(before, { type: type as 'order.updated', data, revision, receivedAt: received_at }),
    initial,
  );
  return toOrder(key, state);
}

describe('every audit page', () => {
  it.each(['/audit', '/audit/board', '/audit/coverage'])('has the strict policy of the screens: %s', async (path) => {
    const answer = await service.call(path);
    expect(answer.status).toBe(200);
    expect(answer.headers['content-security-policy']).toBe(
      (await service.call('/screens/board')).headers['content-security-policy'],
    );
    expect(answer.text).not.toMatch(/<script(?![^>]*\bsrc=)|<style|style="|\son\w+=/);
    expect((await service.call(path, { method: 'POST' })).status).toBe(405);
    await page.goto(`${service.url}/screens`);
    await page.getByRole('link', { name: 'Audit', exact: true }).click();
    await page.locator(`nav a[href="${path}"]`).click();
    await page.waitForURL(new RegExp(`${path}$`));
  });
});

describe('an audit page of a reader', () => {
  const [counter, auditor] = ['counter-0123456789abcdef0123456789', READER_TOKEN];
  let closed: RunningService;
  beforeAll(async () => {
    closed = await startService({
      READERS: JSON.stringify([entryOf(counter, 'screen', ['mine']), entryOf(auditor, 'auditor', ['mine'])]),
    });
  });
  afterAll(() => discard(closed));

  it('leads to the login, and shows the past to those who may see it', async () => {
    await closed.deliver(update({ location_id: 'mine', order_id: 'o1' }));
    const path = '/audit?location=mine&order=o1';
    for (const [token, words] of [
      [counter, /may not see this/],
      [auditor, /Order o1/],
    ] as const) {
      await context.clearCookies();
      await page.goto(`${closed.url}${path}`);
      expect(new URL(page.url()).pathname).toBe('/login');
      await page.getByLabel(/token/i).fill(token);
      await page.getByRole('button').click();
      await page.getByText(words).first().waitFor();
      expect(page.url()).toBe(`${closed.url}${path}`);
    }
    expect((await closed.call('/audit', { headers: asReader })).status).toBe(200);
  });
});
