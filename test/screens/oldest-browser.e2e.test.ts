import { lackAsOldest } from '../support/oldest-browser';
import type { Locator } from 'playwright-core';
import { until } from '../support/patience';
import { overflow } from '../support/screen-inspect';
import { screenLab } from '../support/screen-lab';

/** The pages in a browser that lacks what the oldest supported ones lack. */

const lab = screenLab();

const SIZES = [
  [320, 568],
  [820, 1_180],
  [1_280, 800],
  [3_840, 2_160],
] as const;
/** Least height of what a finger hits, in CSS pixels (WCAG 2.5.5). */
const TOUCH_PX = 44;
const PICTURE = 'https://img.example/d.jpg';
const ARRIVED = { delivery_status: 'arrived_at_pickup' };

describe('the oldest supported browser', () => {
  beforeEach(() => lackAsOldest(lab.context));

  it('the board in the oldest supported browser looks as it should, and opens a card with a picture, and the next', async () => {
    const location = lab.newLocation();
    await lab.openBoard(location);
    await lab.deliver({
      location_id: location,
      order_id: 'picture',
      ...ARRIVED,
      driver_details: { name: 'Dee', picture_url: PICTURE, passcode: '4711' },
    });
    await lab.card().getByText('4711').waitFor();
    // Nobody answers for it, and then the card has a figure in its place.
    await until('the picture to be asked for', () => lab.strangers.includes(PICTURE));
    await lab.page.keyboard.press('Escape');
    await lab.deliver({ location_id: location, order_id: 'next', ...ARRIVED, driver_details: { name: 'No Picture' } });
    await lab.card().getByText('No Picture').waitFor();
    const style = `getComputedStyle(document.querySelector('ticket-rail-board').shadowRoot.querySelector('.columns')).display`;
    expect(await lab.page.evaluate(style)).toBe('flex');
    expect(lab.complaints).toEqual([]);
  });

  it.each([
    ['a phone', 320, 568],
    ['a tablet', 1_280, 800],
  ])('dialogs fit %s in the oldest supported browser, with targets for fingers', async (_name, width, height) => {
    await lab.page.setViewportSize({ width, height });
    const location = lab.newLocation();
    await lab.openBoard(location);
    const driver_details = { name: 'Dee', passcode: '4711', handoff_instructions: 'Come in and ask. '.repeat(20) };
    await lab.deliver({ location_id: location, order_id: 'long', ...ARRIVED, driver_details });
    const isWithin = async (dialog: Locator): Promise<boolean> => {
      const box = await dialog.boundingBox();
      return box !== null && box.x >= 0 && box.y >= 0 && box.x + box.width <= width && box.y + box.height <= height;
    };
    await until('the card to fit', () => isWithin(lab.card()));
    await lab.page.keyboard.press('Escape');
    await lab.page.getByRole('button', { name: 'Settings' }).click();
    const settings = lab.page.getByRole('dialog', { name: 'Settings of this screen' });
    await until('the settings to fit', () => isWithin(settings));
    for (const line of await settings.locator('label.line').all()) {
      expect((await line.boundingBox())?.height).toBeGreaterThanOrEqual(TOUCH_PX);
    }
    expect(await overflow(lab.page)).toBeLessThanOrEqual(0);
  });

  it.each([
    ['/screens', 'screens'],
    ['/screens/customers', 'customers'],
    ['/screens/overview', 'overview'],
    ['/login', 'login'],
    ['/audit', 'search'],
    ['/audit/board', 'replay'],
    ['/audit/coverage', 'coverage'],
  ])('nothing on the page %s is wider than its screen in the oldest supported browser', async (path, name) => {
    const location = `wide ${name}`;
    for (let number = 0; number < 30; number += 1) {
      const status = number % 2 === 0 ? 'ready_for_pickup' : 'in_progress';
      await lab.deliver({ location_id: location, order_id: `pos_order_${String(1_000 + number)}`, status });
    }
    await lab.page.goto(`${lab.service.url}${path}?location=${encodeURIComponent(location)}`);
    await lab.page
      .locator('[data-freshness="live"], [aria-busy="false"], ticket-rail-locations li, form')
      .first()
      .waitFor();
    for (const [width, height] of SIZES) {
      await lab.page.setViewportSize({ width, height });
      await until(`${path} to fit ${String(width)} px`, async () => (await overflow(lab.page)) <= 0);
      if (path !== '/screens/customers') continue;
      expect(await lab.page.evaluate('document.documentElement.scrollHeight')).toBe(height);
    }
  });

  it.each([
    '/screens',
    '/screens/customers?location=every',
    '/screens/example',
    '/audit/coverage',
    '/audit?order_id=e',
  ])('the page %s works in the oldest supported browser without a complaint', async (path) => {
    await lab.deliver({ location_id: 'every', order_id: 'every-1', driver_details: { name: 'Dee' } });
    await lab.page.goto(`${lab.service.url}${path}`);
    await lab.page.getByText(/every/).first().waitFor({ state: 'attached' });
    expect(lab.complaints).toEqual([]);
  });

  it('the timeline and the replay work in the oldest supported browser', async () => {
    await lab.deliver({ location_id: 'past', order_id: 'past-1', driver_details: { name: 'Dee' } });
    await lab.page.goto(`${lab.service.url}/audit?location=past&order=past-1`);
    await lab.page.getByText('Dee').first().waitFor();
    await lab.page.goto(`${lab.service.url}/audit/board?location=past`);
    await lab.tile('past-1').waitFor();
    expect(lab.complaints).toEqual([]);
  });
});

describe('an order that a part of the page cannot show', () => {
  /** A defect that only one order meets: folding its phone number fails. */
  const DEFECT = `(() => {
    const { normalize } = String.prototype;
    String.prototype.normalize = function (...form) {
      if (this.includes('5550199')) throw new Error('made to fail');
      return normalize.apply(this, form);
    };
  })()`;

  it('an order that fails to be drawn still shows whom to hand it to, and the next one opens as ever', async () => {
    await lab.page.addInitScript({ content: DEFECT });
    const location = lab.newLocation();
    await lab.openBoard(location);
    const driver_details = { name: 'Dee Fect', phone: { number: '5550199' }, passcode: '4711' };
    await lab.deliver({ location_id: location, order_id: 'failing', ...ARRIVED, driver_details });
    await lab.card().getByText('This card cannot be shown whole').waitFor();
    await lab.card().getByText('4711').waitFor();
    await lab.page.keyboard.press('Escape');
    await lab.card().waitFor({ state: 'hidden' });
    await lab.deliver({ location_id: location, order_id: 'next', ...ARRIVED, driver_details: { name: 'Nex T' } });
    await lab.card().getByText('Nex T').waitFor();
    expect(new Set(lab.complaints)).toEqual(new Set(['made to fail']));
  });
});
