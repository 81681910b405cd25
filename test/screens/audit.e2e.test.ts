import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import type { Locator, Page } from 'playwright-core';
import { evolve, initial, toOrder } from '../../projections/order/order';
import { orderKey, type OrderKey } from '../../schemas/order-key';
import type { HistoryEvent, HistoryPage, Order } from '../../schemas/api/order-view';
import { VERDICT_ORDER, verdictWords } from '../../services/screens/browser/audit/model/event-words';
import { arbitraryOrderCanceledObject, arbitraryOrderUpdatedObject } from '../projections/arbitraries';
import { browserLab } from '../support/browser-lab';
import { freshKeys, historyOf, orderPath, update } from '../support/deliveries';
import { pastLog } from '../support/past-log';
import { until } from '../support/patience';
import {
  asReader,
  discard,
  entryOf,
  READER_TOKEN,
  type RunningService,
  startService,
} from '../support/running-service';
import { violations } from '../support/screen-inspect';

/** The audit pages as built, over the real service, in a real browser. */

/** Random histories that are looked at in the browser; test/screens/audit/audit.unit.test.ts looks at many more without one. */
const RUNS = 4;

/** Of a zone that never sets its clocks: no time of the day comes twice. */
const TIME_ZONE = { name: 'Asia/Kolkata', offset: '+05:30' };

const lab = browserLab({ context: { viewport: { width: 1280, height: 900 }, timezoneId: TIME_ZONE.name } });
let service: RunningService;
let page: Page;

beforeAll(async () => {
  const at = Date.now() - YESTERDAY_MS;
  const DATA_DIR = await pastLog(YESTERDAY.map((key) => ({ key, at, fields: { status: 'completed' } })));
  service = await startService({ DATA_DIR, STREAM_WEBHOOK_SECRETS: '', READERS: '' });
});
afterAll(() => discard(service));
beforeEach(() => {
  page = lab.page;
});

const nextKey = freshKeys('audit');

async function deliver(key: OrderKey, ...deliveries: readonly Readonly<Record<string, unknown>>[]): Promise<void> {
  for (const fields of deliveries) expect((await service.deliver(update(key, fields))).status).toBe(200);
}

/** Hands the order over as it is now. */
async function handOver(key: OrderKey): Promise<void> {
  const { revision } = (await service.get(orderPath(key))).json as Order;
  const { status } = await service.call(orderPath(key, '/actions'), {
    method: 'POST',
    headers: { 'Idempotency-Key': `${key.order_id}-handed-over` },
    body: JSON.stringify({ type: 'handed_over', revision, at: new Date().toISOString(), compared: ['plate'] }),
  });
  expect(status).toBe(200);
}
const HANDED_OVER = 'Somebody here handed it over to Jane Driver, who was checked by the plate.';

const timelineOf = ({ location_id, order_id }: OrderKey): string =>
  `${service.url}/audit?location=${encodeURIComponent(location_id)}&order=${encodeURIComponent(order_id)}`;
/** A moment in an address, however it is spelt, in milliseconds since the epoch. */
const instantIn = (url: string | URL, parameter: string): number =>
  Date.parse(new URL(url).searchParams.get(parameter) ?? '');
const eventAt = (revision: number): Locator => page.locator(`.event[data-revision="${String(revision)}"]`);
const current = (): Locator => page.locator('.event[aria-current="step"]');
const selected = async (): Promise<number> => Number(await current().getAttribute('data-revision'));
const expectSelected = (revision: number): Promise<true> =>
  until(`revision ${String(revision)} to be current`, async () => (await selected()) === revision);

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

/** Milliseconds for which the page shows an event while it plays. */
const STEP_MS = 1_500;
/** Milliseconds by which a page's clock is set ahead when it is stopped: it has not come there by itself. */
const PAUSED_AHEAD_MS = 60_000;

/** A life in which every verdict is given but that of what people here do. */
const JANE = { source: 'uber', name: 'Jane Driver', phone: { number: '+1555' }, passcode: '1111' };
const JOHN = { source: 'doordash', name: 'John Driver' };
const LIFE = [
  { status: 'in_progress', delivery_status: 'pending' },
  { status: 'in_progress', delivery_status: 'enroute_to_pickup', driver_details: JANE },
  { status: 'in_progress', delivery_status: 'enroute_to_pickup', driver_details: JOHN },
  { status: 'in_progress', delivery_status: 'pending' },
  { status: 'teleporting' },
  { status: 'out_for_delivery', delivery_status: 'enroute_to_dropoff' },
  { status: 'in_progress', delivery_status: 'enroute_to_pickup' },
  { status: 'completed', delivery_status: 'completed' },
  { status: 'completed', delivery_status: 'completed', note: 'again' },
  { status: 'ready_for_pickup', delivery_status: 'enroute_to_pickup', driver_details: JANE },
] as const;
/** Orders that ended yesterday and were not heard of since: with {@link LIFE} their numbers come again. */
const YESTERDAY = [0, 1].map((number) => orderKey('yesterday', `used-${String(number)}`));
const YESTERDAY_MS = 24 * 60 * 60 * 1_000;

describe('the timeline of an order', () => {
  it('the timeline says of every event what the API says: verdict, rule, changes, object, metadata and chain', async () => {
    const [key = nextKey()] = YESTERDAY;
    await deliver(key, ...LIFE);
    await handOver(key);
    const { events } = await historyOf(service, key);
    expect(new Set(events.map(({ verdict }) => verdict))).toEqual(new Set(VERDICT_ORDER));
    await openTimeline(key);
    expect(await page.locator('.event').count()).toBe(events.length);
    for (const event of events) {
      const shown = eventAt(event.revision);
      const { words, rule } = verdictWords(event.verdict);
      expect(await shown.locator('.verdict').innerText()).toBe(words);
      expect(await shown.locator('.rule').innerText()).toBe(event.verdict === 'action' ? HANDED_OVER : rule);
      expect(await shown.locator('.reading time').first().getAttribute('datetime')).toBe(event.received_at);
      expect(await inTimeline(`#r${String(event.revision)} tr[data-pointer]`, 'one.dataset.pointer')).toEqual(
        event.changes.map(({ pointer }) => pointer),
      );
      expect(await jsonOf(shown, 'Object as it came')).toEqual(event.data);
      expect(await jsonOf(shown, 'Metadata')).toEqual(event.metadata);
      expect(await shown.locator('.chain').getAttribute('data-tie')).toBe(event.revision === 0 ? 'first' : 'tied');
      expect(await shown.locator('.chain code').first().innerText()).toBe(event.metadata.event_hash?.slice(0, 12));
    }
    const driver = eventAt(3).locator('tr[data-pointer="/driver_details/name"]');
    expect((await driver.locator('td').allTextContents()).map((text) => text.trim())).toEqual([
      'Jane Driver',
      'John Driver',
    ]);
    expect(await eventAt(3).locator('.gap').textContent()).toMatch(/(ms|s|min) later|at once/);
    expect(lab.complaints).toEqual([]);
  });

  it('the timeline leads to files of all that it shows, and to the board at its moment', async () => {
    const key = nextKey();
    await deliver(key, ...LIFE.slice(0, 2));
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
    expect(instantIn(page.url(), 'at')).toBe(Date.parse(events[0]?.received_at ?? ''));
  });

  it('the timeline has one colour and one shape for each verdict', async () => {
    const [, key = nextKey()] = YESTERDAY;
    await deliver(key, ...LIFE);
    await handOver(key);
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

  it('the timeline shows after each revision of a random history what the API says and what folding its prefix gives', async () => {
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
    expect(lab.complaints).toEqual([]);
  });

  it('the timeline is moved through by keyboard, and its address leads back to the revision', async () => {
    const key = nextKey();
    await deliver(key, ...LIFE);
    await openTimeline(key);
    await expectSelected(LIFE.length - 1);
    const scrubber = page.getByRole('slider', { name: 'Event' });
    await scrubber.focus();
    await page.keyboard.press('Home');
    await expectSelected(0);
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowRight');
    await expectSelected(2);
    expect(await scrubber.getAttribute('aria-valuetext')).toMatch(/^3 of 10: revision 2, .*Driver changed$/);
    await page.waitForURL(/revision=2$/);
    await page.reload();
    await expectSelected(2);
    await until('revision 2 in sight', () => isInSight(2));
    await page.getByRole('button', { name: 'Next event' }).press('Enter');
    await page.waitForURL(/revision=3$/);
    await eventAt(5).getByRole('link', { name: 'Revision 5' }).press('Enter');
    await expectSelected(5);
    expect(await until('revision 5 in sight', () => isInSight(5))).toBe(true);
  });

  it('the timeline plays the order event by event, and stops at its end', async () => {
    const key = nextKey();
    await deliver(key, ...LIFE.slice(0, 3));
    await page.clock.install();
    await openTimeline(key);
    await page.clock.pauseAt(Date.now() + PAUSED_AHEAD_MS);
    await page.getByRole('button', { name: 'Play', exact: true }).click();
    for (const revision of [0, 1, 2]) {
      await expectSelected(revision);
      await page.clock.runFor(STEP_MS);
    }
    expect(await page.getByRole('button', { name: 'Play', exact: true }).isVisible()).toBe(true);
    await expectSelected(2);
  });

  it('the timeline shows texts of others as text, at any width', async () => {
    const hostile = `<img src=x onerror=window.hacked=1><script>window.hacked=1</script>\u202Eevil ${'W'.repeat(5_000)}😀`;
    const key = orderKey('<i>here</i>', `<b>${'y'.repeat(150)}`);
    await deliver(key, {
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
    expect(lab.complaints).toEqual([]);
  });

  it('the timeline lays out a part of a very long history, and its scrubber leads through all of it', async () => {
    const key = nextKey();
    for (let n = 0; n <= 201; n += 1) await deliver(key, { n });
    await openTimeline(key);
    expect([await selected(), await page.locator('.event').count()]).toEqual([201, 2]);
    await page.getByText('Events 201 to 202 of 202 stand here.').waitFor();
    await page.getByRole('button', { name: 'Event before' }).click();
    await page.getByRole('button', { name: 'Event before' }).click();
    await page.locator('.event[data-revision="199"][aria-current="step"]').waitFor();
    expect(await page.locator('.event').count()).toBe(200);
  });

  it('the timeline says that nothing was ever reported about an order', async () => {
    await page.goto(timelineOf(nextKey()));
    await page.getByText('Nothing was ever reported about this order.').waitFor();
    expect(await page.locator('.event').count()).toBe(0);
  });

  it.each(['light', 'dark'] as const)('axe finds no fault with the timeline in %s colours', async (colorScheme) => {
    const key = nextKey();
    await deliver(key, ...LIFE);
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await openTimeline(key, '&revision=2');
    await jsonOf(eventAt(2), 'Metadata');
    expect(await violations(page)).toEqual([]);
  });

  it.each([320, 1_280])(
    'each target on the timeline is 44 px wide and high or more where it is %d px wide',
    async (width) => {
      const key = nextKey();
      await deliver(key, ...LIFE.slice(0, 2));
      await page.setViewportSize({ width, height: 900 });
      await openTimeline(key);
      expect(await smallTargets()).toEqual([]);
    },
  );
});

describe('the search for an order', () => {
  const found = async (): Promise<readonly string[]> => {
    await page
      .getByRole('status')
      .getByText(/newest first|No order was found/)
      .waitFor();
    const all = await page.locator('.found tbody tr').all();
    return Promise.all(all.map(async (one) => String(await one.getAttribute('data-order-id'))));
  };
  const find = async (fill: () => Promise<unknown>): Promise<readonly string[]> => {
    await page.goto(`${service.url}/audit`);
    await fill();
    await page.getByRole('button', { name: 'Find', exact: true }).click();
    await page.waitForURL(/\?/);
    return found();
  };

  it('orders are found by location, id, driver, status, source, time, stage, attention and verdict, and opened', async () => {
    const location_id = 'searched location';
    const before = Date.now();
    await deliver(orderKey(location_id, 'first-1'), ...LIFE);
    await deliver(orderKey(location_id, 'second-2'), { driver_details: JOHN, delivery_status: 'arrived_at_pickup' });
    await deliver(orderKey('another searched', 'third-3'), { status: 'completed' });
    const all = ['second-2', 'first-1'];
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
    // Every driver that an order ever had counts.
    expect(await here(() => page.getByLabel('Driver’s name, or a part').fill('john'))).toEqual(all);
    expect(await here(() => page.getByLabel('Driver’s name, or a part').fill('jane'))).toEqual(['first-1']);
    expect(await here(() => page.getByLabel('Source of the driver').fill('UBER'))).toEqual(['first-1']);
    expect(await here(() => page.getByLabel('Order (status), as last reported').selectOption('completed'))).toEqual([]);
    expect(await here(() => page.getByLabel('Stage').selectOption('driver_here'))).toEqual(['second-2']);
    expect(await here(() => page.getByLabel('Attention').selectOption('driver_here'))).toEqual(['second-2']);
    expect(await here(() => page.getByLabel('An event that was read as').selectOption('reopened'))).toEqual([
      'first-1',
    ]);
    // Fields of time are in the time of the browser's zone. It writes a time without seconds where they are zero.
    const minute = Math.floor(before / 60_000 - 2) * 60_000;
    const fieldAt = (ms: number): string =>
      new Date(ms).toLocaleString('sv-SE', { timeZone: TIME_ZONE.name }).replace(' ', 'T').replace(/:00$/, '');
    for (const moment of [minute, minute + 7_000]) {
      expect(Date.parse(`${fieldAt(moment)}${TIME_ZONE.offset}`)).toBe(moment);
      expect(await here(() => page.getByLabel('News from').fill(fieldAt(moment)))).toEqual(all);
      expect(instantIn(page.url(), 'from')).toBe(moment);
      expect(await here(() => page.getByLabel('News until').fill(fieldAt(moment)))).toEqual([]);
      expect(instantIn(page.url(), 'to')).toBe(moment);
    }
    expect(await here(() => Promise.resolve())).toEqual(all);
    await page.getByRole('link', { name: 'first-1' }).press('Enter');
    await current().waitFor();
    await page.getByRole('heading', { name: 'Order first-1' }).waitFor();
    expect(lab.complaints).toEqual([]);
  });

  it('the lists of the search say how many orders each word finds at the location that is chosen', async () => {
    const location_id = 'counted location';
    for (const order of ['one', 'two']) await deliver(orderKey(location_id, order), { status: 'failed' });
    const options = async (label: string): Promise<readonly string[]> =>
      (await page.getByLabel(label).locator('option').allTextContents()).map((text) => text.trim());
    await page.goto(`${service.url}/audit?location_id=${encodeURIComponent(location_id)}&status=failed`);
    await page.getByText(`The lists say how many orders at ${location_id} each word finds`).waitFor();
    const status = 'Order (status), as last reported';
    expect(await options(status)).toEqual(expect.arrayContaining(['Failed (2)', 'Completed (0)']));
    expect(await page.getByLabel(status).inputValue()).toBe('failed');
    await page.getByLabel('Location').fill('');
    await page.getByText('The lists say how many orders each word finds').waitFor();
    await page.getByLabel('Location').fill('counted elsewhere');
    await page.getByText('The lists say').waitFor({ state: 'detached' });
    expect(await options(status)).toContain('Failed');
    expect(await page.getByLabel(status).inputValue()).toBe('failed');
  });

  it('the search shows the newest orders before anything is asked for, in a table that says what each column is', async () => {
    for (const order of ['older', 'newer']) await deliver(orderKey('newest here', order), LIFE[0]);
    await page.goto(`${service.url}/audit`);
    expect((await found()).slice(0, 2)).toEqual(['newer', 'older']);
    for (const width of [1_280, 320]) {
      await page.setViewportSize({ width, height: 900 });
      expect(await page.getByRole('table').getByRole('row', { name: /newer/ }).getByRole('cell').count()).toBe(3);
    }
    await page.setViewportSize({ width: 1_280, height: 900 });
    const heads = await page.getByRole('table').getByRole('columnheader').allInnerTexts();
    expect(heads).toEqual(['Order', 'How it stands', 'Drivers', 'First and last news']);
    expect(await page.getByRole('columnheader', { name: 'First and last news' }).getAttribute('aria-sort')).toBe(
      'descending',
    );
  });

  it('a status that no list has is kept in the form, and an order is found by its number in the delivery app', async () => {
    const key = orderKey('labelled here', 'l1');
    await deliver(key, { status: 'on_the_moon' });
    const path = `/locations/${encodeURIComponent(key.location_id)}/orders/${key.order_id}/label`;
    const label = { method: 'PUT', headers: { 'Content-Type': 'application/json' }, body: '{"number":"A1B2"}' };
    expect((await service.call(path, label)).status).toBeLessThan(300);
    await page.goto(`${service.url}/audit?status=on_the_moon`);
    expect(await found()).toEqual(['l1']);
    expect(await page.getByLabel('Order (status), as last reported').inputValue()).toBe('on_the_moon');
    expect(await find(() => page.getByLabel('Delivery app’s order number, or a part').fill('a1b'))).toEqual(['l1']);
  });

  it('the search shows a page of orders at a time', async () => {
    const location_id = 'many';
    for (let order = 0; order < 60; order += 1) await deliver(orderKey(location_id, `n${String(order)}`), {});
    expect(await find(() => page.getByLabel('Location').fill(location_id))).toHaveLength(50);
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: 'Save as CSV' }).click(),
    ]);
    const rows = readFileSync(await download.path(), 'utf8')
      .trimEnd()
      .split('\r\n');
    expect([download.suggestedFilename(), rows.length]).toEqual(['orders.csv', 1 + 60]);
    await page.getByRole('button', { name: 'Find more' }).click();
    await page.getByText('60 orders as they are now').waitFor();
    expect(await found()).toHaveLength(60);
    expect(await page.getByRole('button', { name: 'Find more' }).count()).toBe(0);
  });

  it('the search says in the words of the service what cannot be asked for', async () => {
    await page.goto(`${service.url}/audit?stage=nowhere`);
    await page.getByRole('alert').getByText(/stage/).waitFor();
    expect(await page.locator('.found').count()).toBe(0);
  });

  it.each(['light', 'dark'] as const)(
    'axe finds no fault with the search in %s colours, and it fits a finger and a phone',
    async (colorScheme) => {
      await deliver(orderKey('seen', 'o1'), ...LIFE);
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      await page.goto(`${service.url}/audit?location_id=seen`);
      expect(await found()).toEqual(['o1']);
      expect(await violations(page)).toEqual([]);
      expect(await smallTargets()).toEqual([]);
      await page.setViewportSize({ width: 320, height: 700 });
      expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth')).toBeLessThanOrEqual(0);
    },
  );
});

/** What the folds of the service make of a history. */
function foldPrefix(key: OrderKey, events: readonly HistoryEvent[]): Order | null {
  const state = events.reduce(
    (before, { type, data, metadata: { content_hash: contentHash }, revision, received_at: receivedAt }) =>
      evolve(before, { type: type as 'order.updated', data, revision, receivedAt, contentHash }),
    initial,
  );
  return toOrder(key, state);
}

describe('the headers of audit pages', () => {
  it.each(['/audit', '/audit/board', '/audit/coverage'])(
    'the page %s has the strict policy of the screens',
    async (path) => {
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
    },
  );
});

describe('the access to audit pages', () => {
  const [counter, auditor] = ['counter-0123456789abcdef0123456789', READER_TOKEN];
  let closed: RunningService;
  beforeAll(async () => {
    closed = await startService({
      READERS: JSON.stringify([entryOf(counter, 'screen', ['mine']), entryOf(auditor, 'auditor', ['mine'])]),
    });
  });
  afterAll(() => discard(closed));

  it('an audit page leads to the login, and shows the past only to readers who may see it', async () => {
    await closed.deliver(update(orderKey('mine', 'o1')));
    const path = '/audit?location=mine&order=o1';
    for (const [token, words] of [
      [counter, /may not see this/],
      [auditor, /Order o1/],
    ] as const) {
      await lab.context.clearCookies();
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
