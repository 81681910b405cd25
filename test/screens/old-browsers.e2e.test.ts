import type { Page } from 'playwright-core';
import { type ScreenLab, screenLab } from '../support/screen-lab';

/**
 * The pages in a browser that has none of what came after the oldest that are supported
 * (docs/guides/embed-the-board.md#browsers): Chrome 94, Firefox 101 and Safari 16.4.
 */

/** Static methods, and methods of prototypes, that came later. Those of the language itself the compiler keeps out. */
const LATER = [
  'URL.canParse',
  'URL.parse',
  'AbortSignal.any',
  'AbortSignal.timeout',
  'Array.fromAsync',
  'Object.groupBy',
  'Map.groupBy',
  'Promise.withResolvers',
  'Promise.try',
  'RegExp.escape',
  'Uint8Array.fromBase64',
  'Array.prototype.findLast',
  'Array.prototype.findLastIndex',
  'Array.prototype.toReversed',
  'Array.prototype.toSorted',
  'Array.prototype.toSpliced',
  'Array.prototype.with',
  'Set.prototype.union',
  'Set.prototype.difference',
  'Set.prototype.intersection',
  'Iterator.prototype.map',
  'String.prototype.isWellFormed',
  'ReadableStream.prototype.values',
  'Element.prototype.checkVisibility',
  'HTMLElement.prototype.showPopover',
  'Document.prototype.startViewTransition',
  'Navigator.prototype.wakeLock',
  'structuredClone',
  'requestIdleCallback',
  'scheduler',
];

const FORGET = `for (const path of ${JSON.stringify(LATER)}) {
  const names = path.split('.');
  const last = names.pop();
  const owner = names.reduce((at, name) => at?.[name], window);
  if (owner) delete owner[last];
}`;

const lab: ScreenLab = screenLab();
beforeEach(() => lab.page.addInitScript({ content: FORGET }));

const driver = (name: string) => ({ name, passcode: '4711', picture_url: 'https://img.example/d.jpg' });

const shows = (page: Page, text: string): Promise<void> =>
  page.getByText(text).filter({ visible: true }).first().waitFor();

describe('a browser that is as old as any that is supported', () => {
  it('an old browser opens the handoff card of a driver with a picture, and that of the next one', async () => {
    const location = lab.newLocation();
    await lab.openBoard(location);
    expect(await lab.page.evaluate('[typeof URL.canParse, typeof AbortSignal.any]')).toEqual([
      'undefined',
      'undefined',
    ]);
    for (const [order_id, driver_details] of [
      ['pictured', driver('Dee F.')],
      ['plain', { name: 'No Picture' }],
    ] as const) {
      await lab.deliver({ location_id: location, order_id, delivery_status: 'arrived_at_pickup', driver_details });
      await lab.card().waitFor();
      await shows(lab.page, driver_details.name);
      await lab.page.keyboard.press('Escape');
      await lab.card().waitFor({ state: 'hidden' });
    }
    expect(lab.complaints).toEqual([]);
  });

  it('an old browser shows the timeline of an order, the board of the past, coverage and the customer board', async () => {
    const location = lab.newLocation();
    const driver_details = driver('Dee F.');
    await lab.deliver({
      location_id: location,
      order_id: 'seen',
      delivery_status: 'arrived_at_pickup',
      driver_details,
    });
    const { page, service } = lab;
    await page.goto(`${service.url}/audit?location=${location}&order=seen`);
    await page.locator('.event[data-revision="0"]').waitFor();
    await page.goto(`${service.url}/audit/board?location=${location}`);
    await page.locator('ticket-rail-tile[data-order-id="seen"]').waitFor();
    await page.goto(`${service.url}/audit/coverage`);
    await page.locator('ticket-rail-coverage table').first().waitFor();
    await page.goto(`${service.url}/screens/customers?location=${location}`);
    await page.locator('[data-freshness="live"]').first().waitFor();
    expect(lab.complaints).toEqual([]);
  });
});
