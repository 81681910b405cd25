import { lackAsOldest } from '../support/oldest-browser';
import { until } from '../support/patience';
import { OPEN_ORDERS, rushAt, WAITING_DRIVERS } from '../support/rush';
import { screenLab } from '../support/screen-lab';
import { overflow, tabTo, targets, violationsIn, wholeTiles } from '../support/screen-inspect';

/** A board in a rush: what matters is in sight, and everything is found. */

/** Screens, and the least of a rush that is in sight on them as whole tiles. */
const SIZES = [
  ['a counter tablet', 1_280, 800, 14],
  ['an upright tablet', 820, 1_180, 18],
  ['a full HD wall', 1_920, 1_080, 24],
  ['a 4K wall', 3_840, 2_160, OPEN_ORDERS],
] as const;
/** A number is read from 3 m if it is this part of the height of the screen. */
const READABLE = 1 / 25;
/** Milliseconds that a page of a wall stays, and a little more; and that a search stays. */
const TURN_MS = 8_100;
const SEARCH_MS = 60_000;
/** More pixels than a line that a finger can hit, and less than two of them. */
const LINE_PX = 64;

/** The height of the letters of the smallest number of an order. */
const SMALLEST_NUMBER = `Math.min(...[...document.querySelector('ticket-rail-board').shadowRoot
  .querySelectorAll('ticket-rail-tile')].map((tile) => parseFloat(getComputedStyle(tile.shadowRoot.querySelector('.open')).fontSize)))`;
const SIZE_OF_PAGE = `(({ scrollWidth, scrollHeight }) => [scrollWidth, scrollHeight])(document.documentElement)`;

const CLOSED: ReadonlySet<string> = new Set(['canceled', 'completed', 'failed', 'returned']);

const lab = screenLab();

/** Whether the orders are called as their drivers say them, or by their ids. */
type Calls = 'ids' | 'labels';
const CALLS: readonly Calls[] = ['ids', 'labels'];
const FIRST_NAMES = ['Maria', 'Leo', 'Hana', 'Bartholomew', 'Amy', 'Jae', 'Constantina'];
const SERVICES = ['doordash', 'uber', 'grubhub', 'ubereats'];

/** @returns a location in a rush */
async function rush(calls: Calls): Promise<string> {
  const location = lab.newLocation();
  for (const { object } of rushAt(location)) {
    await lab.deliver(object as Parameters<typeof lab.deliver>[0]);
  }
  if (calls === 'labels') await Promise.all(openIds().map((order, index) => call(location, order, index)));
  return location;
}

async function call(location: string, order: string, index: number): Promise<void> {
  const label = {
    number: (0xa1b2 + index * 977).toString(16).toUpperCase(),
    name: `${String(FIRST_NAMES[index % FIRST_NAMES.length])} ${String.fromCharCode(65 + (index % 26))}.`,
    source: SERVICES[index % SERVICES.length],
    items: 1 + (index % 12),
  };
  const answer = await lab.service.call(`/locations/${location}/orders/${order}/label`, {
    method: 'PUT',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(label),
  });
  expect(answer.status).toBe(204);
}

async function openRush(query = '', calls: Calls = 'ids'): Promise<void> {
  const location = await rush(calls);
  await lab.page.goto(`${lab.service.url}/screens/board?location=${location}${query}`);
  await lab.page.locator('[data-freshness="live"]').first().waitFor();
  await lab.page.locator('ticket-rail-tile').first().waitFor();
}

/** Closes the card of the driver who has come last, and the other ten are still announced over the board. */
async function closeCard(): Promise<void> {
  await lab.card().waitFor();
  await lab.page.keyboard.press('Escape');
  await lab.card().waitFor({ state: 'hidden' });
}

const openOnes = async () => (await wholeTiles(lab.page)).filter(({ stage }) => !CLOSED.has(stage));
const openIds = (): readonly string[] => {
  const last = new Map(rushAt('x').map(({ object }) => [object['order_id'], object]));
  return [...last.values()]
    .filter(({ status }) => status !== 'dsp_canceled' && status !== 'completed')
    .map(({ order_id }) => order_id as string);
};
const sorted = (ids: Iterable<string>): readonly string[] => [...ids].sort();

describe.each(SIZES)('a rush on %s', (name, width, height, least) => {
  beforeEach(() => lab.page.setViewportSize({ width, height }));

  it.each(CALLS)(
    `by their %s, at least ${String(least)} of 46 open orders are in sight as a whole on ${name}, and every driver who waits`,
    async (calls) => {
      await openRush('', calls);
      await closeCard();
      const isEnough = async () => {
        const seen = await openOnes();
        const waiting = seen.filter(({ stage }) => stage === 'driver_here');
        return seen.length >= least && waiting.length === WAITING_DRIVERS;
      };
      expect(await until('the board to lay itself out', isEnough)).toBe(true);
      expect(await overflow(lab.page)).toBeLessThanOrEqual(0);
      expect(lab.complaints).toEqual([]);
    },
  );

  it.each(CALLS)(
    `by their %s, on ${name} that nobody can touch, pages turn until each of 46 orders was shown, and say how many are on others`,
    async (calls) => {
      await lab.page.clock.install();
      await openRush('&mode=wall', calls);
      expect(await targets(lab.page)).toEqual([]);
      expect(await lab.page.evaluate<number>(SMALLEST_NUMBER)).toBeGreaterThanOrEqual(height * READABLE);
      const seen = new Set<string>();
      const isAllSeen = async () => {
        const whole = await openOnes();
        const said = await lab.page.locator('.column .more').allInnerTexts();
        const more = said.reduce((sum, words) => sum + Number(/^\+(\d+) more$/.exec(words)?.[1]), 0);
        if (whole.length + more !== OPEN_ORDERS) return false;
        for (const { id } of whole) seen.add(id);
        if (seen.size < OPEN_ORDERS) await lab.page.clock.runFor(TURN_MS);
        return seen.size === OPEN_ORDERS;
      };
      await until('every order to be shown', isAllSeen);
      expect(sorted(seen)).toEqual(sorted(openIds()));
      expect(await lab.card().isVisible()).toBe(false);
      expect(lab.complaints).toEqual([]);
    },
  );

  it(`as much is in sight on ${name} in the oldest supported browser, and a wall is no larger than its screen`, async () => {
    await lackAsOldest(lab.context);
    await openRush();
    await closeCard();
    await until('the board to lay itself out', async () => (await openOnes()).length >= least);
    expect(await overflow(lab.page)).toBeLessThanOrEqual(0);
    await lab.page.goto(`${lab.page.url()}&mode=wall`);
    await lab.page.locator('ticket-rail-tile').first().waitFor();
    await until(
      'the pages of the wall',
      async () => (await lab.page.locator('.column .more').count()) > 0 || (await openOnes()).length === OPEN_ORDERS,
    );
    expect(await lab.page.evaluate(SMALLEST_NUMBER)).toBeGreaterThanOrEqual(height * READABLE);
    expect(await lab.page.evaluate(SIZE_OF_PAGE)).toEqual([width, height]);
    expect(await overflow(lab.page)).toBeLessThanOrEqual(0);
    expect(lab.complaints).toEqual([]);
  });
});

describe('a rush', () => {
  it('a board in a rush has nothing that axe finds fault with, in light, dark and forced colours, nor has a wall', async () => {
    await lab.page.emulateMedia({ reducedMotion: 'reduce' });
    await openRush();
    await closeCard();
    expect(await violationsIn(lab.page, 'light', 'dark', 'forced')).toEqual([]);
    await lab.page.goto(`${lab.page.url()}&mode=wall`);
    await lab.page.locator('ticket-rail-tile').first().waitFor();
    expect(await violationsIn(lab.page, 'light', 'dark', 'forced')).toEqual([]);
  });

  it('robots come first among the drivers who are here, by name, and with how long they still wait', async () => {
    await openRush();
    const first = lab.page.locator('.column[data-stage="driver_here"] ticket-rail-tile').first();
    await first.getByText(/^Kiwi Robot #/).waitFor();
    expect(await first.locator('.time').innerText()).toMatch(/\d:\d\d left/);
  });

  it('stages without orders are folded to their heads, and what is on the way or canceled is a line each', async () => {
    const location = lab.newLocation();
    await lab.deliver({ location_id: location, order_id: 'only' });
    await lab.deliver({ location_id: location, order_id: 'left', status: 'out_for_delivery' });
    await lab.deliver({ location_id: location, order_id: 'canceled', status: 'dsp_canceled' });
    await lab.openBoard(location);
    await lab.tile('only').waitFor();
    const empty = lab.page.locator('.column[data-stage="driver_here"]');
    const isFolded = async () => ((await empty.boundingBox())?.width ?? NaN) < 80;
    expect(await until('an empty stage to be folded', isFolded)).toBe(true);
    await empty.getByText('Driver here').waitFor();
    for (const order of ['left', 'canceled']) {
      expect((await lab.tile(order).boundingBox())?.height).toBeLessThan(LINE_PX);
    }
  });

  it('no search hides a driver who is here or a cancellation, and a search ends by itself after a minute', async () => {
    await lab.page.clock.install();
    await openRush();
    await closeCard();
    await lab.page.getByRole('searchbox').fill('pos_order_2041');
    await lab.tile('pos_order_2042').waitFor({ state: 'detached' });
    const { length } = await lab.page.locator('.column[data-stage="driver_here"] ticket-rail-tile').all();
    expect(length).toBe(WAITING_DRIVERS);
    expect(await lab.page.locator('[data-strip="canceled"] ticket-rail-tile').count()).toBe(3);
    expect(await lab.tile('pos_order_2041').count()).toBe(1);
    await lab.page.clock.runFor(SEARCH_MS);
    await lab.tile('pos_order_2042').waitFor();
    expect(await lab.page.getByRole('searchbox').inputValue()).toBe('');
  });

  it('what needs action says what, is put away with keys alone, and comes back by undo or by another failure', async () => {
    const location = lab.newLocation();
    const about = { location_id: location, order_id: 'left' };
    await lab.deliver({ ...about, status: 'ready_for_pickup', delivery_status: 'failed_to_pickup' });
    await lab.openBoard(location);
    await lab.inColumn('needs_action', 'left').getByText('Driver left without the food: it is still here').waitFor();
    await tabTo(lab.page, /^Put away$/);
    await lab.page.keyboard.press('Enter');
    await lab.inColumn('needs_action', 'left').waitFor({ state: 'detached' });
    const drawer = lab.page.locator('[data-fold="put-away"]');
    await drawer.getByText('Put away (1)').click();
    await tabTo(lab.page, /^Undo$/);
    await lab.page.keyboard.press('Enter');
    await lab.inColumn('needs_action', 'left').waitFor();
    await lab.inColumn('needs_action', 'left').getByRole('button', { name: 'Put away' }).click();
    await drawer.getByText('Put away (1)').waitFor();
    await lab.deliver({ ...about, delivery_status: 'failed_to_assign_driver' });
    await lab.inColumn('needs_action', 'left').getByText('No driver found: the food waits for one').waitFor();
    expect(await drawer.count()).toBe(0);
  });

  it('settings of a screen leave stages out, and make all of it larger, over a reload too', async () => {
    await openRush();
    await closeCard();
    const letters = `parseFloat(getComputedStyle(document.querySelector('ticket-rail-board').shadowRoot.querySelector('.frame')).fontSize)`;
    const before = await lab.page.evaluate<number>(letters);
    await lab.page.getByRole('button', { name: 'Settings' }).click();
    await lab.page.getByRole('combobox', { name: 'Text size' }).selectOption('150 %');
    await lab.page.getByRole('checkbox', { name: 'On the way' }).uncheck();
    await lab.page.getByRole('button', { name: 'Save' }).click();
    await lab.page.locator('.column[data-stage="on_the_way"]').waitFor({ state: 'detached' });
    await lab.page.reload();
    await lab.page.locator('.column[data-stage="preparing"]').waitFor();
    expect(await lab.page.locator('.column[data-stage="on_the_way"]').count()).toBe(0);
    expect(await lab.page.evaluate<number>(letters)).toBeCloseTo(before * 1.5, 1);
  });
});
