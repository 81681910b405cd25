import { until } from '../support/patience';
import { boardAddress, deliverOneOfEach, screenLab } from '../support/screen-lab';
import { overflow, targets } from '../support/screen-inspect';

/** From a phone in the hand to a screen on the wall. */

const SIZES = [
  ['a small phone', 320, 568],
  ['a phone on its side', 740, 360],
  ['an old tablet', 768, 1_024],
  ['a counter', 1_280, 800],
  ['a full HD screen', 1_920, 1_080],
  ['a 4K wall', 3_840, 2_160],
] as const;
/** Least size of a letter in CSS pixels, in the hand and on the wall. */
const LETTER_PX = { hand: 12, wall: 24 };

const lab = screenLab();

const STAGES = ['preparing', 'ready', 'driver_here', 'on_the_way', 'needs_action', 'coming_back'];

/** The smallest letters that are seen on the tiles, in CSS pixels. */
const smallestLetters = (): Promise<number> =>
  lab.page.evaluate(`Math.min(...[...document.querySelector('ticket-rail-board').shadowRoot
    .querySelectorAll('ticket-rail-tile')].flatMap((tile) => [...tile.shadowRoot.querySelectorAll('article *')])
    .filter((one) => one.checkVisibility() && !one.matches('.unseen'))
    .map((one) => parseFloat(getComputedStyle(one).fontSize)))`);

it.each(['/screens', '/screens/board', '/screens/customers', '/screens/example', '/login'])(
  'nothing on the page %s is wider than the screen, from a small phone to a 4K wall',
  async (path) => {
    const location = lab.newLocation();
    await deliverOneOfEach(lab, location);
    await lab.page.goto(`${lab.service.url}${path}?location=${location}`);
    await lab.page.locator('ticket-rail-locations li, [data-freshness="live"], form').first().waitFor();
    for (const [name, width, height] of SIZES) {
      await lab.page.setViewportSize({ width, height });
      await until(`the page to fit ${name}`, async () => (await overflow(lab.page)) <= 0);
    }
    expect(lab.complaints).toEqual([]);
  },
);

/** A browser that nothing points at anything with. */
const NO_POINTER = `(() => {
  const { matchMedia } = window;
  window.matchMedia = (query) => matchMedia.call(window, query === '(pointer: none)' ? 'all' : query);
})()`;

it('a board where nobody can point at anything is a wall, unless its address says that somebody touches it', async () => {
  await lab.page.addInitScript({ content: NO_POINTER });
  const location = lab.newLocation();
  await deliverOneOfEach(lab, location);
  await lab.openBoard(location);
  await lab.tile('ready').waitFor();
  expect(await targets(lab.page)).toEqual([]);
  await lab.page.goto(`${boardAddress(lab.service.url, location)}&mode=hand`);
  await lab.card().waitFor();
  await lab.page.keyboard.press('Escape');
  await lab.page.getByRole('button', { name: 'Settings' }).waitFor();
});

describe.each(SIZES)('%s', (name, width, height) => {
  beforeEach(() => lab.page.setViewportSize({ width, height }));

  it(`every stage of the board can be seen on ${name}, or reached by one touch`, async () => {
    const location = lab.newLocation();
    await deliverOneOfEach(lab, location);
    await lab.openBoard(location);
    await lab.page.keyboard.press('Escape');
    await lab.card().waitFor({ state: 'hidden' });
    const hasJumps = await lab.page.getByRole('navigation', { name: 'Stages' }).isVisible();
    expect(hasJumps).toBe(width < 1_088);
    for (const stage of STAGES) {
      if (hasJumps) await lab.page.locator(`.jump [data-stage="${stage}"]`).click();
      const column = lab.page.locator(`.column[data-stage="${stage}"]`);
      if (width < 1_088) await column.scrollIntoViewIfNeeded();
      const box = await column.locator('h2').boundingBox();
      expect(box).not.toBeNull();
      expect((box?.y ?? NaN) >= 0 && (box?.y ?? NaN) + (box?.height ?? NaN) <= height).toBe(true);
    }
    expect(await smallestLetters()).toBeGreaterThanOrEqual(width >= 3_840 ? LETTER_PX.wall : LETTER_PX.hand);
  });

  it(`the handoff card fits ${name}, and what it says is reached by scrolling it alone`, async () => {
    const location = lab.newLocation();
    await deliverOneOfEach(lab, location);
    await lab.openBoard(location);
    const card = lab.card();
    await card.waitFor();
    const box = await card.boundingBox();
    expect((box?.x ?? NaN) >= 0 && (box?.x ?? NaN) + (box?.width ?? NaN) <= width).toBe(true);
    expect((box?.y ?? NaN) >= 0 && (box?.y ?? NaN) + (box?.height ?? NaN) <= height).toBe(true);
    await card.locator('[data-passcode]').scrollIntoViewIfNeeded();
    await card.getByRole('button', { name: 'Close' }).click();
    await card.waitFor({ state: 'hidden' });
  });
});
