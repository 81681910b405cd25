import type { Page } from 'playwright-core';
import type { Order } from '../../schemas/api/order-view';
import { newContext } from '../support/browser-lab';
import { historyOf, orderPath } from '../support/deliveries';
import { patiently, until } from '../support/patience';
import { bearer, entryOf, OPERATOR_TOKEN, READER_TOKEN } from '../support/running-service';
import { violations } from '../support/screen-inspect';
import { boardAddress, screenLab } from '../support/screen-lab';

/** Handing over at two boards of one counter, and at one that may only show. */

const COUNTER = 'counter-2-0123456789';
const WALL = 'wall-0123456789abcdef';
const lab = screenLab({
  READERS: JSON.stringify([
    entryOf(READER_TOKEN, 'auditor'),
    entryOf(OPERATOR_TOKEN, 'operator'),
    { ...entryOf(COUNTER, 'screen'), name: 'counter 2', acts: true },
    entryOf(WALL, 'screen'),
  ]),
});

const ANA = { source: 'uber', name: 'Ana S.', vehicle_info: { license_plate: 'ABC 123' }, passcode: '4711' };
const BEN = { source: 'uber', name: 'Ben T.' };
const ORDER = 'pos_order_1';
/** Least height of what a finger hits, in CSS pixels (WCAG 2.5.5). */
const TOUCH_PX = 44;

const cookieOf = (token: string) => ({
  name: 'ticket_rail_session',
  value: token,
  url: lab.service.url,
});

/** Opens a board as a reader, in a browser of its own. */
async function boardOf(token: string, location: string): Promise<Page> {
  const context = await newContext(lab.browser);
  await context.addCookies([cookieOf(token)]);
  const page = await context.newPage();
  await page.goto(boardAddress(lab.service.url, location));
  await page.locator('[data-freshness="live"]').first().waitFor();
  return page;
}

const arrive = async (location_id: string): Promise<void> => {
  const key = { location_id, order_id: ORDER };
  await lab.deliver({ ...key, delivery_status: 'enroute_to_pickup', driver_details: ANA });
  await lab.deliver({ ...key, status: 'ready_for_pickup', delivery_status: 'arrived_at_pickup' });
};
/** Two drivers come for two orders whose ids have one character between them. */
const alike = async (location_id: string): Promise<void> => {
  const driven = { location_id, delivery_status: 'arrived_at_pickup' };
  await lab.deliver({ ...driven, order_id: 'ord-7fa31', driver_details: { ...ANA, passcode: '4711' } });
  await lab.deliver({ ...driven, order_id: 'ord-7fa37', driver_details: { ...BEN, passcode: '0815' } });
};
const open = async (page: Page, order = ORDER): Promise<void> => {
  // A card that opens by itself does so with the tile, and is over it.
  await lab.tile(order, page).waitFor();
  const dialog = page.getByRole('dialog', { name: /Handoff/ });
  if (!(await dialog.isVisible()))
    await lab
      .tile(order, page)
      .getByRole('button', { name: /Open handoff/ })
      .click();
  await dialog.waitFor();
};
const press = (page: Page, name: string): Promise<void> =>
  page
    .getByRole('dialog', { name: /Handoff/ })
    .getByRole('button', { name, exact: true })
    .click();
const badge = (page: Page) => lab.tile(ORDER, page).locator('[data-handed-over]');
const orderNow = async (location_id: string): Promise<Order> =>
  (await lab.service.get(orderPath({ location_id, order_id: ORDER }), bearer(READER_TOKEN))).json as Order;

describe('handing over', () => {
  it('a handover at one board is on the other, with when and by whom, and can be undone', async () => {
    const location = lab.newLocation();
    await arrive(location);
    const [one, other] = await Promise.all([boardOf(COUNTER, location), boardOf(WALL, location)]);
    await open(one);
    const card = one.getByRole('dialog', { name: /Handoff/ });
    for (const box of ['Passcode', 'Plate', 'Order number', 'Name']) {
      const { height = 0 } = (await card.locator('label', { hasText: box }).boundingBox()) ?? {};
      expect(height).toBeGreaterThanOrEqual(TOUCH_PX);
      expect(await card.getByRole('checkbox', { name: box }).isChecked()).toBe(false);
    }
    await card.getByRole('checkbox', { name: 'Name' }).check();
    await card.getByRole('checkbox', { name: 'Passcode' }).check();
    expect(await violations(one)).toEqual([]);
    await press(one, 'Handed over');
    for (const page of [one, other]) {
      await badge(page)
        .filter({ hasText: /Handed over \d\d?:\d\d.* · counter 2/ })
        .waitFor();
    }
    expect((await orderNow(location)).handed_over).toMatchObject({
      by: 'counter 2',
      compared: ['passcode', 'name'],
      driver_revision: 0,
    });
    const found: unknown[] = [];
    for (const colorScheme of ['light', 'dark'] as const) {
      await one.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      found.push(...(await violations(one)));
    }
    expect(found).toEqual([]);
    const { height = 0 } = (await one.getByRole('button', { name: 'Undo', exact: true }).boundingBox()) ?? {};
    expect(height).toBeGreaterThanOrEqual(TOUCH_PX);
    await press(one, 'Undo');
    for (const page of [one, other]) await badge(page).waitFor({ state: 'detached' });
    expect((await orderNow(location)).handed_over).toBeNull();
    // Who may only show has the badge, and no button.
    await open(other);
    expect(await other.getByRole('button', { name: 'Handed over', exact: true }).count()).toBe(0);
  });

  it('a press offline waits on the screen, and arrives once with its own time', async () => {
    const location = lab.newLocation();
    await arrive(location);
    const page = await boardOf(COUNTER, location);
    await open(page);
    await page.getByRole('dialog').getByRole('button', { name: 'Handed over', exact: true }).waitFor();
    await page.context().setOffline(true);
    const before = Date.now();
    await press(page, 'Handed over');
    await page.getByRole('dialog').getByText('not recorded yet').waitFor();
    expect((await orderNow(location)).handed_over).toBeNull();
    await new Promise((later) => setTimeout(later, 1_500));
    const after = Date.now();
    await page.context().setOffline(false);
    await until('it to arrive', async () => (await orderNow(location)).handed_over !== null, patiently(30_000));
    const { at } = (await orderNow(location)).handed_over ?? { at: '' };
    expect(Date.parse(at)).toBeGreaterThanOrEqual(before);
    expect(Date.parse(at)).toBeLessThan(after - 1_000);
    await page.getByRole('dialog').getByText('counter 2').waitFor();
    const { events } = await historyOf(lab.service, { location_id: location, order_id: ORDER });
    expect(events.filter(({ type }) => type === 'rail.handed_over')).toHaveLength(1);
  });

  it('a press that did not arrive is kept over a reload of the page, and arrives then', async () => {
    const location = lab.newLocation();
    await arrive(location);
    const page = await boardOf(COUNTER, location);
    await page.route('**/actions', (route) => route.abort());
    await open(page);
    await press(page, 'Handed over');
    await badge(page).filter({ hasText: 'not recorded yet' }).waitFor();
    await page.reload();
    await badge(page).filter({ hasText: 'not recorded yet' }).waitFor();
    await page.unroute('**/actions');
    await badge(page)
      .filter({ hasText: 'counter 2' })
      .waitFor({ timeout: patiently(30_000) });
    expect((await orderNow(location)).handed_over).toMatchObject({ revision: 2 });
  });

  it('if another driver came while it waited, nothing is recorded, and the new card says so', async () => {
    const location = lab.newLocation();
    await arrive(location);
    const page = await boardOf(COUNTER, location);
    await open(page);
    await page.getByRole('dialog').getByRole('button', { name: 'Handed over', exact: true }).waitFor();
    await page.context().setOffline(true);
    await press(page, 'Handed over');
    await page.getByRole('dialog').getByText('not recorded yet').waitFor();
    await lab.deliver({
      location_id: location,
      order_id: ORDER,
      delivery_status: 'enroute_to_pickup',
      driver_details: BEN,
    });
    await page.context().setOffline(false);
    const dialog = page.getByRole('dialog', { name: /Handoff/ });
    await dialog
      .getByRole('alert')
      .filter({ hasText: 'Another driver is assigned now' })
      .waitFor({ timeout: patiently(30_000) });
    await dialog.getByText('Ben T.').first().waitFor();
    expect((await orderNow(location)).handed_over).toBeNull();
  });

  it('a cancel that one board acknowledged goes from the other', async () => {
    const location = lab.newLocation();
    const [one, other] = await Promise.all([boardOf(COUNTER, location), boardOf(WALL, location)]);
    await lab.deliver({ location_id: location, order_id: ORDER });
    await lab.deliver({ location_id: location, order_id: ORDER, status: 'merchant_canceled' });
    for (const page of [one, other]) await lab.tile(ORDER, page).getByRole('button', { name: 'Acknowledge' }).waitFor();
    await lab.tile(ORDER, one).getByRole('button', { name: 'Acknowledge' }).click();
    await until(
      'the other',
      async () => (await lab.tile(ORDER, other).getByRole('button', { name: 'Acknowledge' }).count()) === 0,
    );
    expect((await orderNow(location)).acknowledged.cancel).toMatchObject({ by: 'counter 2' });
  });

  it('an order that could be mistaken for another is handed over by the answer of its driver alone', async () => {
    const location = lab.newLocation();
    await arrive(location);
    const twin = { location_id: location, order_id: 'pos_order_2' };
    await lab.deliver({ ...twin, delivery_status: 'enroute_to_pickup', driver_details: BEN });
    await lab.deliver({ ...twin, status: 'ready_for_pickup' });
    const [page, wall] = await Promise.all([boardOf(COUNTER, location), boardOf(WALL, location)]);
    await open(page);
    const card = page.getByRole('dialog', { name: /Handoff/ });
    const question = card.getByRole('group', { name: /Could be mistaken for 2\b.*Which name does the driver say\?/s });
    await question.waitFor();
    const answers = question.getByRole('button');
    await answers.nth(1).waitFor();
    expect((await answers.allTextContents()).map((text) => text.trim())).toEqual(['Ana S.', 'Ben T.']);
    expect(await card.getByRole('button', { name: 'Handed over', exact: true }).count()).toBe(0);
    for (const answer of await answers.all()) {
      const { height = 0 } = (await answer.boundingBox()) ?? {};
      expect(height).toBeGreaterThanOrEqual(TOUCH_PX);
    }
    expect(await violations(page)).toEqual([]);
    await card.getByRole('checkbox', { name: 'Plate' }).check();
    // Who may only show is warned too, and answers nothing.
    await open(wall);
    const warning = wall.getByRole('group', { name: /Could be mistaken for 2\b.*Which name does the driver say\?/s });
    await warning.waitFor();
    expect(await warning.getByRole('button').count()).toBe(0);
    // By keyboard: the answer of another order hands nothing over, and takes the answers away.
    await answers.nth(1).press('Enter');
    const refusal = card.getByRole('group', { name: /That is 2\. Nothing was handed over/ });
    await refusal.waitFor();
    await card.locator('.alike:focus').waitFor();
    expect(await answers.count()).toBe(0);
    const found: unknown[] = [];
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      found.push(...(await violations(page)));
    }
    expect(found).toEqual([]);
    expect((await orderNow(location)).handed_over).toBeNull();
    await refusal.getByRole('button', { name: 'Ask again' }).click();
    await question.getByRole('button', { name: 'Ana S.' }).click();
    await badge(page).filter({ hasText: 'counter 2' }).waitFor();
    expect((await orderNow(location)).handed_over).toMatchObject({ compared: ['plate', 'name'] });
    // Nothing is mistaken for an order that has been handed over.
    await page.getByRole('button', { name: 'Close' }).click();
    await open(page, twin.order_id);
    await card.getByRole('button', { name: 'Handed over', exact: true }).waitFor();
  });

  it('the answer of another order leads to the card of that order, and the driver of the first still waits', async () => {
    const location = lab.newLocation();
    const page = await boardOf(COUNTER, location);
    await page.setViewportSize({ width: 320, height: 640 });
    await alike(location);
    await open(page, 'ord-7fa31');
    const card = page.getByRole('dialog', { name: /Handoff/ });
    await card.getByRole('heading', { name: 'Handoff 7fa31' }).waitFor();
    await card.getByRole('button', { name: '0815', exact: true }).click();
    await card.getByRole('button', { name: 'Open 7fa37', exact: true }).click();
    await card.getByRole('heading', { name: 'Handoff 7fa37' }).waitFor();
    await card.getByRole('button', { name: 'Open handoff card of order ord-7fa31' }).waitFor();
    await card.getByRole('button', { name: '0815', exact: true }).click();
    const key = { location_id: location, order_id: 'ord-7fa37' };
    const now = async () => (await lab.service.get(orderPath(key), bearer(READER_TOKEN))).json as Order;
    await until('the handover', async () => (await now()).handed_over !== null);
    expect((await now()).handed_over).toMatchObject({ compared: ['passcode'] });
  });

  it('the second tap of a double one presses nothing of what comes after a wrong answer', async () => {
    const location = lab.newLocation();
    await alike(location);
    const page = await boardOf(COUNTER, location);
    await open(page, 'ord-7fa31');
    const card = page.getByRole('dialog', { name: /Handoff/ });
    const wrong = card.getByRole('button', { name: '0815', exact: true });
    await wrong.waitFor();
    // In one task, so that no time passes, however slow the machine is.
    const pressed = await page.evaluate(`(async () => {
      const card = document.querySelector('ticket-rail-board').shadowRoot.querySelector('ticket-rail-handoff');
      const buttons = () => [...card.shadowRoot.querySelectorAll('.alike button')];
      buttons().find((one) => one.textContent.trim() === '0815').click();
      await card.updateComplete;
      return buttons().map((one) => {
        one.click();
        return one.textContent.trim();
      });
    })()`);
    expect(pressed).toEqual(['Open 7fa37', 'Ask again']);
    const again = card.getByRole('button', { name: 'Ask again' });
    await until('the end of the pause', () => again.isEnabled());
    await card.getByRole('heading', { name: 'Handoff 7fa31' }).waitFor();
    await again.click();
    await wrong.waitFor();
  });

  it('what is ticked stays ticked when another field can be compared too', async () => {
    const location = lab.newLocation();
    const key = { location_id: location, order_id: ORDER };
    await lab.deliver({ ...key, delivery_status: 'enroute_to_pickup', driver_details: ANA });
    const page = await boardOf(COUNTER, location);
    await open(page);
    const box = (name: string) => page.getByRole('dialog').getByRole('checkbox', { name });
    await box('Plate').check();
    await lab.deliver({ ...key, delivery_status: 'arrived_at_pickup' });
    await box('Passcode').waitFor();
    expect([await box('Plate').isChecked(), await box('Passcode').isChecked()]).toEqual([true, false]);
  });

  it('another look-alike makes no answer into another, and asks again after a wrong one', async () => {
    const location = lab.newLocation();
    await arrive(location);
    const driven = { location_id: location, delivery_status: 'enroute_to_pickup' };
    await lab.deliver({ ...driven, order_id: 'pos_order_2', driver_details: BEN });
    const page = await boardOf(COUNTER, location);
    await open(page);
    const answers = page.getByRole('dialog').locator('.answers[data-asked] button');
    const ben = await answers.filter({ hasText: 'Ben T.' }).elementHandle();
    await lab.deliver({ ...driven, order_id: 'pos_order_3', driver_details: { ...BEN, name: 'Amy A.' } });
    await answers.filter({ hasText: 'Amy A.' }).waitFor();
    expect((await answers.allTextContents()).map((text) => text.trim())).toEqual(['Amy A.', 'Ana S.', 'Ben T.']);
    expect((await ben?.textContent())?.trim()).toBe('Ben T.');
    await ben?.click();
    const again = page.getByRole('dialog').getByRole('button', { name: 'Ask again' });
    await again.waitFor();
    await lab.deliver({ ...driven, order_id: 'pos_order_4', driver_details: { ...BEN, name: 'Cleo U.' } });
    await answers.filter({ hasText: 'Cleo U.' }).waitFor();
    expect(await again.count()).toBe(0);
  });

  it('a look-alike that comes or goes while the card is open is said, and the focus goes to what is in its place', async () => {
    const location = lab.newLocation();
    await arrive(location);
    const page = await boardOf(COUNTER, location);
    await open(page);
    const card = page.getByRole('dialog', { name: /Handoff/ });
    const status = card.getByRole('status');
    await card.getByRole('button', { name: 'Handed over', exact: true }).focus();
    expect(await status.textContent()).toBe('');
    const twin = { location_id: location, order_id: 'pos_order_2' };
    await lab.deliver({ ...twin, driver_details: BEN });
    await status.filter({ hasText: 'Could now be mistaken for 2.' }).waitFor({ state: 'attached' });
    await card.locator('.alike:focus').waitFor();
    await card.getByRole('button', { name: 'Ben T.' }).focus();
    await lab.deliver({ ...twin, status: 'merchant_canceled' });
    await status.filter({ hasText: 'Can no longer be mistaken for another order.' }).waitFor({ state: 'attached' });
    await card.locator('.handover:focus').waitFor();
    expect(await violations(page)).toEqual([]);
  });
});
