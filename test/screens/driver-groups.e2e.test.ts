import { orderKey } from '../../schemas/order-key';
import { planScenario } from '../../services/sandbox/stories/plan';
import { loadScenario } from '../../services/sandbox/stories/scenario-files';
import { pastLog } from '../support/past-log';
import { until } from '../support/patience';
import { discard, startService } from '../support/running-service';
import { overflow, targets, violations } from '../support/screen-inspect';
import { screenLab, updated } from '../support/screen-lab';
import { untilOnPage } from '../support/screen-watch';

/** A driver who takes several orders, on a board that may sound without being touched. */

/** The first tone of an arrival, in Hz. */
const ARRIVAL_HZ = 659.3;
/** Milliseconds after which an alarm comes again by itself, and a little less. */
const REPEATS_MS = 7_500;
/** Milliseconds since a driver came for an order whose pick-up nobody reported: 45 minutes. */
const LONG_AGO_MS = 2_700_000;
/** Least width and height of what a finger hits, in CSS pixels (WCAG 2.5.5). */
const TOUCH_PX = 44;

const ENV = { STREAM_WEBHOOK_SECRETS: '', READERS: '' };
const lab = screenLab(ENV, { args: ['--autoplay-policy=no-user-gesture-required', '--mute-audio'] });

/**
 * Counts how often an arrival sounds, and how often because the board calls for somebody: not again by itself, set off by a
 * timer. Notes the orders for which the board said that drivers came.
 */
const LISTEN = `(() => {
  Object.assign(window, { rings: 0, calls: 0, arrived: [] });
  let isAgain = false;
  const { setTimeout } = window;
  window.setTimeout = (act, ms, ...rest) => {
    const again = () => {
      isAgain = true;
      try { act(...rest); } finally { isAgain = false; }
    };
    return ms >= ${String(REPEATS_MS)} ? setTimeout(again, ms) : setTimeout(act, ms, ...rest);
  };
  const { start } = AudioScheduledSourceNode.prototype;
  AudioScheduledSourceNode.prototype.start = function (...rest) {
    if (Math.round(this.frequency.value * 10) / 10 === ${String(ARRIVAL_HZ)}) {
      window.rings += 1;
      if (!isAgain) window.calls += 1;
    }
    return start.apply(this, rest);
  };
  addEventListener('driver-arrived', ({ detail }) => window.arrived.push(detail.order.order_id));
})()`;

const counted = (what: 'rings' | 'calls'): Promise<number> => lab.page.evaluate<number>(`window.${what}`);
/** Waits until the board has said of so many orders that their drivers came: it has called for them by then, or not. */
const untilArrived = (orders: number) => untilOnPage(lab.page, `window.arrived.length === ${String(orders)}`);
const untilCalled = (times: number) => untilOnPage(lab.page, `window.calls === ${String(times)}`);

/** Opens a board that may sound. */
async function openBoard(location: string, url?: string): Promise<void> {
  await lab.openBoard(location, lab.page, url);
  await lab.page.locator('.banner.sound').waitFor({ state: 'detached' });
}
async function closeCard(): Promise<void> {
  await lab.page.keyboard.press('Escape');
  // The board has heard of it, and has rendered.
  await lab.page.locator('dialog[data-order-id]').waitFor({ state: 'detached' });
}
const arrivalBanner = () => lab.page.getByRole('button', { name: /^A driver is here/ });

let runs = 0;

/** The batch of the sandbox, and what sends its deliveries up to a second of it. */
function batched() {
  const planned = planScenario(loadScenario('batched'), { seed: 21, runId: `batched${String(++runs)}` });
  const deliveries = planned.flatMap((order) => order.deliveries).sort((one, other) => one.at_s - other.at_s);
  const [a = '', b = '', c = ''] = planned.map(({ key }) => key.order_id).sort();
  return {
    location: planned[0]?.key.location_id ?? '',
    ...{ a, b, c },
    until: async (at_s: number): Promise<void> => {
      while (deliveries[0] !== undefined && deliveries[0].at_s <= at_s) {
        expect((await lab.service.deliver(deliveries.shift()?.delivery)).status).toBe(200);
      }
    },
  };
}

const badge = (order: string) => lab.tile(order).locator('[data-group]');
const group = () => lab.card().getByRole('region', { name: /orders for this driver/ });

/** An order in the list of a card, and whether it is the one that the card is about. */
type Row = readonly [order: string, ready: boolean, isOpen: boolean];

/** What the open card says of a group; null if there is none. */
async function listed(): Promise<readonly [heading: string, rows: readonly Row[]] | null> {
  if (!(await group().isVisible())) return null;
  const heading = await group().getByRole('heading').innerText();
  const rows = await Promise.all(
    (await group().locator('li').all()).map(async (row): Promise<Row> => {
      const [order, ready, current] = await Promise.all(
        ['data-order-id', 'data-ready', 'aria-current'].map((name) => row.getAttribute(name)),
      );
      return [order ?? '', ready === 'true', current === 'true'];
    }),
  );
  return [heading.replaceAll(/\s+/g, ' ').trim(), rows];
}
const untilListed = (heading: string, rows: readonly Row[]) =>
  until(`${heading} on the card`, async () => JSON.stringify(await listed()) === JSON.stringify([heading, rows]));

describe('a driver with several orders on the board', () => {
  beforeEach(() => lab.page.addInitScript({ content: LISTEN }));

  it('a batch rings once when its driver comes, and tiles and card list the right orders at each step', async () => {
    const { location, a, b, c, ...story } = batched();
    await openBoard(location);

    // All three have the driver; two are ready, and the third is not.
    await story.until(290);
    for (const order of [a, b, c]) await badge(order).getByText('3 orders, one driver: 2 of 3 ready').waitFor();
    // Another driver takes one of them.
    await story.until(330);
    for (const order of [a, b]) await badge(order).getByText('2 orders, one driver: 1 of 2 ready').waitFor();
    expect(await badge(c).count()).toBe(0);

    // The driver comes, for one order after the other.
    await story.until(480);
    await untilListed('2 orders for this driver: 1 of 2 ready', [
      [a, true, true],
      [b, false, false],
    ]);
    await untilCalled(1);
    await story.until(485);
    await lab.inColumn('driver_here', b).waitFor();
    await untilArrived(2);
    expect(await counted('calls')).toBe(1);
    expect(await lab.card().getByText('more driver').count()).toBe(0);

    // The card turns to the other order, and both are attended to.
    await group().getByRole('button').click();
    await untilListed('2 orders for this driver: 1 of 2 ready', [
      [a, true, false],
      [b, false, true],
    ]);

    // Whoever took over the third order is another driver.
    await story.until(600);
    await lab.card().getByText('1 more driver is here').waitFor();
    await untilCalled(2);
    await lab
      .card()
      .getByRole('button', { name: `Open handoff card of order ${c}` })
      .click();
    await group().waitFor({ state: 'hidden' });
    expect(await lab.card().getAttribute('data-order-id')).toBe(c);
    await closeCard();

    // The late order is ready; the driver leaves with the first, and the other is no group any more.
    await story.until(880);
    for (const order of [a, b]) await badge(order).getByText('2 orders, one driver: 2 of 2 ready').waitFor();
    await story.until(900);
    await lab.inColumn('on_the_way', a).waitFor();
    await badge(b).waitFor({ state: 'detached' });
    await story.until(Infinity);
    await lab.page.getByText('Finished (3)').waitFor();
    expect(await lab.page.evaluate('window.arrived')).toEqual([a, b, c]);
    expect(await counted('calls')).toBe(2);
    expect(lab.complaints).toEqual([]);
  });

  it('a driver whose card is closed is attended to with all orders, and rings no more', async () => {
    const { location, a, b, ...story } = batched();
    await story.until(330);
    await lab.page.clock.install();
    await openBoard(location);
    await story.until(485);
    await lab.inColumn('driver_here', b).waitFor();
    await untilListed('2 orders for this driver: 1 of 2 ready', [
      [a, true, true],
      [b, false, false],
    ]);
    await untilOnPage(lab.page, 'window.rings > 0');
    await closeCard();
    const heard = await counted('rings');
    await lab.page.clock.runFor(2 * REPEATS_MS);
    expect(await counted('rings')).toBe(heard);
    expect(await lab.page.locator('.banner.arrival').count()).toBe(0);
  });

  it('a driver who comes again later for another order is called again, beside a card that was left open', async () => {
    const location = lab.newLocation();
    const fields = {
      delivery_status: 'arrived_at_pickup',
      driver_details: { name: 'Ana Silva', vehicle_info: { license_plate: '7ABC123' } },
    };
    const came = { key: orderKey(location, 'o1'), at: Date.now() - LONG_AGO_MS, fields };
    const service = await startService({ ...ENV, DATA_DIR: await pastLog([came]) });
    try {
      await openBoard(location, service.url);
      await lab.tile('o1').getByRole('button', { name: 'Open handoff card of order o1' }).click();
      await lab.card().waitFor();
      const answer = await service.deliver(updated({ location_id: location, order_id: 'o2', ...fields }));
      expect(answer.status).toBe(200);
      await lab.card().getByText('1 more driver is here').waitFor();
      await group().getByText('2 orders for this driver').waitFor();
      await untilCalled(1);
      await closeCard();
      await arrivalBanner().click();
      await lab.page.locator('dialog[data-order-id="o2"]').waitFor();
    } finally {
      await discard(service);
    }
  });

  it('a driver who was taken for another one is called once the details say who it is', async () => {
    const location = lab.newLocation();
    const arrive = (order_id: string, license_plate: string) =>
      lab.deliver({
        location_id: location,
        order_id,
        delivery_status: 'arrived_at_pickup',
        driver_details: { name: 'Ana Silva', phone: { number: '+14155550101' }, vehicle_info: { license_plate } },
      });
    await openBoard(location);
    await arrive('o1', '7ABC123');
    await lab.page.locator('dialog[data-order-id="o1"]').waitFor();
    await arrive('o2', '7ABC123');
    await untilArrived(2);
    await closeCard();
    expect([await counted('calls'), await arrivalBanner().count()]).toEqual([1, 0]);
    await arrive('o2', '8DEF456');
    await lab.page.locator('dialog[data-order-id="o2"]').waitFor();
    await untilCalled(2);
    await closeCard();
    expect(await lab.page.evaluate('window.arrived')).toEqual(['o1', 'o2']);
  });

  it('the list of a card has the passcode of an order where it is not the one on the card, or says that it has none', async () => {
    const location = lab.newLocation();
    const deliver = (order_id: string, passcode?: string, delivery_status = 'arrived_at_pickup') =>
      lab.deliver({
        location_id: location,
        order_id,
        delivery_status,
        driver_details: { name: 'Ana Silva', vehicle_info: { license_plate: '7ABC123' }, passcode },
      });
    await openBoard(location);
    await deliver('o1', '1111');
    await lab.card().locator('[data-passcode]', { hasText: '1111' }).waitFor();
    await deliver('o2', '1111');
    await deliver('o3', '3333');
    await deliver('o4');
    await deliver('o5', '1111', 'enroute_to_pickup');
    const row = (order: string) => group().locator(`[data-order-id="${order}"]`);
    await row('o3').getByText('Passcode 3333').waitFor();
    await row('o4').getByText('No passcode').waitFor();
    await row('o5').getByText('Passcode not shown yet').waitFor();
    for (const order of ['o1', 'o2']) expect(await row(order).getByText('Passcode').count()).toBe(0);
    await row('o3').getByRole('button').click();
    await lab.card().locator('[data-passcode]', { hasText: '3333' }).waitFor();
    await row('o1').getByText('Passcode 1111').waitFor();
    // Where the order on the card has none, nothing is to be said of those that have none either.
    await row('o4').getByRole('button').click();
    await lab.card().locator('[data-passcode]').waitFor({ state: 'detached' });
    await row('o3').getByText('Passcode 3333').waitFor();
    for (const order of ['o4', 'o5']) expect(await row(order).getByText('Passcode').count()).toBe(0);
  });

  it('a driver who comes while somebody types is one driver in the banner', async () => {
    const { location, b, ...story } = batched();
    await story.until(330);
    await openBoard(location);
    await lab.page.getByRole('searchbox').focus();
    await story.until(485);
    await lab.inColumn('driver_here', b).waitFor();
    await arrivalBanner().click();
    await group().waitFor();
    await untilArrived(2);
    expect(await counted('calls')).toBe(1);
  });

  it.each(['light', 'dark'] as const)(
    'the card of a group is accessible, with buttons large enough for a finger, on a phone and in %s colours',
    async (colorScheme) => {
      await lab.page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      const { location, ...story } = batched();
      await story.until(290);
      await lab.page.setViewportSize({ width: 320, height: 700 });
      await openBoard(location);
      expect(await violations(lab.page)).toEqual([]);
      await story.until(485);
      await group().waitFor();
      expect(await violations(lab.page)).toEqual([]);
      expect(await overflow(lab.page)).toBe(0);
      const small = (await targets(lab.page)).filter(({ width, height }) => width < TOUCH_PX || height < TOUCH_PX);
      expect(small).toEqual([]);
    },
  );
});
