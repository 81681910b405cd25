import { until } from '../support/patience';
import { deliverOneOfEach, screenLab } from '../support/screen-lab';
import {
  animations,
  focused,
  tabTo,
  type Target,
  targets,
  violations,
  violationsIn,
  widen,
} from '../support/screen-inspect';
import { untilOnPage } from '../support/screen-watch';

/** Screens for people who do not see colours, use keys alone, have large fingers, or want nothing to move. */

/** Least width and height of what a finger hits, in CSS pixels (WCAG 2.5.5). */
const TOUCH_PX = 44;

const lab = screenLab();

const PAGES = [
  '/screens',
  '/screens/board',
  '/screens/customers',
  '/screens/destinations',
  '/screens/quarantine',
  '/screens/relays',
  '/screens/accesses',
  '/screens/watching',
  '/screens/readers',
  '/screens/overview',
  '/screens/example',
  '/login',
  '/pair',
];

/** Opens a page of a busy location and waits until it has its data. */
async function open(path: string): Promise<void> {
  const location = lab.newLocation();
  await deliverOneOfEach(lab, location);
  await lab.page.goto(`${lab.service.url}${path}?location=${location}`);
  await lab.page
    .locator(
      'ticket-rail-locations li, ticket-rail-destinations h2, [aria-busy="false"], [data-freshness="live"], form',
    )
    .first()
    .waitFor();
  // The board on the page of examples is quiet.
  if (path === '/screens/board') await lab.card().waitFor();
}

const expectFocus = (name: RegExp): Promise<true> =>
  until(`the focus on ${String(name)}`, async () => name.test((await focused(lab.page)).name));

/** What can be operated on the page as it stands, on a phone and on a counter's screen. */
async function targetsAtWidths(): Promise<(Target & { readonly at: number })[]> {
  const found: (Target & { readonly at: number })[] = [];
  for (const at of [320, 1_280]) {
    await widen(lab.page, at);
    for (const target of await targets(lab.page)) found.push({ ...target, at });
  }
  return found;
}

const press = (key: string): Promise<void> => lab.page.keyboard.press(key);

describe('every page', () => {
  it.each(PAGES)(
    'the page %s has nothing that axe finds fault with, in light and dark colours, and moves nothing for people who asked for reduced motion',
    async (path) => {
      await lab.page.emulateMedia({ reducedMotion: 'reduce' });
      await open(path);
      const found = await violationsIn(lab.page, 'light', 'dark');
      const moving = await animations(lab.page);
      if (await lab.card().isVisible()) {
        await press('Escape');
        await lab.card().waitFor({ state: 'hidden' });
        found.push(...(await violationsIn(lab.page, 'light', 'dark')));
        moving.push(...(await animations(lab.page)));
      }
      expect({ found, moving }).toEqual({ found: [], moving: [] });
    },
  );

  it.each(PAGES)(
    'each button, link and field of the page %s is 44 by 44 pixels or more, where it is 320 and 1,280 px wide',
    async (path) => {
      await open(path);
      const found = await targetsAtWidths();
      if (await lab.card().isVisible()) {
        await press('Escape');
        await lab.card().waitFor({ state: 'hidden' });
        await lab.page.getByText(/^Finished/).click();
        await lab.page.getByRole('button', { name: 'Recall' }).waitFor();
        found.push(...(await targetsAtWidths()));
        await lab.page.getByRole('button', { name: 'Settings' }).click();
        await lab.page.getByRole('dialog', { name: 'Settings of this screen' }).waitFor();
        found.push(...(await targetsAtWidths()));
      }
      expect(found.length).toBeGreaterThan(path === '/screens/customers' ? -1 : 0);
      expect(found.filter((one) => one.width < TOUCH_PX || one.height < TOUCH_PX)).toEqual([]);
    },
  );
});

describe('the page of the API', () => {
  it('the API page has nothing that axe finds fault with, in light and dark colours, and is as wide as a narrow screen', async () => {
    await lab.page.goto(`${lab.service.url}/docs`);
    await lab.page.getByRole('heading', { name: 'Objects' }).waitFor();
    expect(await violationsIn(lab.page, 'light', 'dark')).toEqual([]);
    await lab.page.setViewportSize({ width: 320, height: 800 });
    expect(await lab.page.evaluate('document.documentElement.scrollWidth')).toBe(320);
  });
});

describe('the board', () => {
  it('the settings of the board have nothing that axe finds fault with, in light and dark colours', async () => {
    await open('/screens/board');
    await press('Escape');
    await lab.page.getByRole('button', { name: 'Settings' }).click();
    await lab.page.getByRole('dialog', { name: 'Settings of this screen' }).waitFor();
    expect(await violationsIn(lab.page, 'light', 'dark')).toEqual([]);
  });

  it('the board moves when a driver arrives, for people who did not ask for reduced motion', async () => {
    await open('/screens/board');
    const isMoving = async () => (await animations(lab.page)).includes('arrival');
    expect(await until('the animation', isMoving)).toBe(true);
  });

  it('the board says every stage, lateness and notice in words', async () => {
    await open('/screens/board');
    await press('Escape');
    const words = {
      preparing: [/Order: Being prepared/, /Driver: On the way here/, /Driver changed/],
      ready: [/Order: Ready/, /unknown: not_heard_of/, /Unknown delivery status/],
      driver_here: [/Driver is here/, /Driver: Here/],
      robot: [/Driver is here/, /Robot/],
      on_the_way: [/Order: Out for delivery/, /Driver: On the way to the customer/],
      needs_action: [/Needs action/, /No driver found/],
      coming_back: [/Food is coming back/, /Driver: Bringing the food back/],
      canceled: [/Canceled by the delivery service or the customer/],
    };
    const saysAll = async (order: string, said: readonly RegExp[]): Promise<void> => {
      const text = await lab.tile(order).locator('article').ariaSnapshot();
      for (const one of said) expect(text.replaceAll('\n', ' ').replace(/\s*- \w+:?\s*/g, ' ')).toMatch(one);
    };
    for (const [order, said] of Object.entries(words)) await saysAll(order, said);
    // Also where number and name take the room of the driver.
    const location = String(new URL(lab.page.url()).searchParams.get('location'));
    const { status } = await lab.service.call(`/locations/${location}/orders/on_the_way/label`, {
      method: 'PUT',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ number: 'A1B2', name: 'Maria G.' }),
    });
    expect(status).toBe(204);
    await lab.tile('on_the_way').getByText('A1B2').waitFor();
    await saysAll('on_the_way', words.on_the_way);
    const headings = await lab.page.getByRole('heading', { level: 2 }).allInnerTexts();
    for (const word of ['Preparing', 'Ready', 'Driver here', 'On the way', 'Needs action', 'Coming back', 'Canceled']) {
      expect(headings.some((heading) => heading.includes(word))).toBe(true);
    }

    await lab.page.clock.install();
    await lab.page.reload();
    await lab.tile('ready').waitFor();
    await lab.page.evaluate(`document.querySelector('ticket-rail-board').shadowRoot.querySelectorAll('ticket-rail-tile')
      .forEach((tile) => { tile.lateness = tile.order.order_id === 'ready' ? 'late' : 'very_late'; })`);
    await lab.tile('ready').getByText('Late', { exact: true }).waitFor();
    await lab.tile('preparing').getByText('Very late', { exact: true }).waitFor();
    // And the time stands in a colour of its lateness.
    const grounds = await lab.page.evaluate<string[]>(`[...document.querySelector('ticket-rail-board').shadowRoot
      .querySelectorAll('.column ticket-rail-tile[shape="roomy"]')]
      .filter((tile) => ['ready', 'preparing', 'driver_here'].includes(tile.order.order_id))
      .map((tile) => [tile, ['on_time', 'late', 'very_late']])
      .flatMap(([tile, all]) => all.map((late) => {
        tile.dataset.late = late;
        const { backgroundColor } = getComputedStyle(tile.shadowRoot.querySelector('.time').closest('.head'));
        return late + ' ' + backgroundColor;
      }))`);
    expect(new Set(grounds).size).toBe(3);
    expect(new Set(grounds.map((ground) => ground.split(' ').slice(1).join())).size).toBe(3);
  });

  it('the board keeps its edges and words where the system chooses the colours', async () => {
    await lab.page.emulateMedia({ forcedColors: 'active', reducedMotion: 'reduce' });
    await open('/screens/board');
    const found = [...(await violations(lab.page))];
    await press('Escape');
    found.push(...(await violations(lab.page)));
    expect(found).toEqual([]);
    const edges = await lab.page.evaluate(`[...document.querySelector('ticket-rail-board').shadowRoot
      .querySelectorAll('ticket-rail-tile')].map((tile) => {
        const { borderTopStyle, borderTopWidth, borderTopColor, backgroundColor } =
          getComputedStyle(tile.shadowRoot.querySelector('article'));
        return borderTopStyle === 'solid' && parseFloat(borderTopWidth) >= 1 && borderTopColor !== backgroundColor;
      })`);
    expect(new Set(edges as boolean[])).toEqual(new Set([true]));
  });
});

describe('the keyboard', () => {
  it('a handoff card is opened, read and closed with keys alone, and the focus is where it was', async () => {
    await open('/screens/board');
    await press('Escape');
    await lab.card().waitFor({ state: 'hidden' });
    for (const key of ['Escape', 'Enter']) {
      await tabTo(lab.page, /Open handoff card of order driver_here/);
      await press('Enter');
      await lab.card().waitFor();
      await expectFocus(/^Close$/);
      if (key === 'Escape') {
        await tabTo(lab.page, /\+15555551234/);
        await tabTo(lab.page, /Meet the driver/);
      }
      await press(key);
      await lab.card().waitFor({ state: 'hidden' });
      await expectFocus(/Open handoff card of order driver_here/);
    }
  });

  it('the arrival of a second driver is opened with keys alone, from the card of the first', async () => {
    await open('/screens/board');
    await lab.card().getByText('1 more driver is here').waitFor();
    await tabTo(lab.page, /Open handoff card of order/);
    const { name } = await focused(lab.page);
    await press('Enter');
    expect(name).toMatch(/robot|driver_here/);
    await lab.card().getByText(name.replace(/.* /, ''), { exact: true }).first().waitFor();
  });

  it('a cancellation and a new driver are acknowledged with keys alone, and the focus is not lost', async () => {
    await open('/screens/board');
    await press('Escape');
    await tabTo(lab.page, /^Acknowledge$/);
    await press('Enter');
    await lab.page.locator('[data-strip="canceled"]').waitFor({ state: 'detached' });
    await expectFocus(/^(?!nothing)/);
    await tabTo(lab.page, /I have seen the new driver/);
    await press('Enter');
    await lab.page.getByRole('button', { name: 'I have seen the new driver' }).waitFor({ state: 'detached' });
    await expectFocus(/Open handoff card of order preparing/);
  });

  it('orders are searched for with keys alone, and all are back when the search is cleared', async () => {
    await open('/screens/board');
    await press('Escape');
    await tabTo(lab.page, /Search orders/);
    await lab.page.keyboard.type('coming_b');
    await lab.tile('ready').waitFor({ state: 'detached' });
    expect(await lab.tile('coming_back').count()).toBe(1);
    await press('Escape');
    await lab.tile('ready').waitFor();
  });

  it('another location is picked with keys alone', async () => {
    const other = lab.newLocation();
    await lab.deliver({ location_id: other, order_id: 'elsewhere' });
    await open('/screens/board');
    await press('Escape');
    await tabTo(lab.page, /^Location/);
    const picker = lab.page.getByRole('combobox', { name: 'Location' });
    await picker.locator(`option[value="${other}"]`).waitFor({ state: 'attached' });
    // A browser that waits for more than a second between two keys begins the search for an option anew.
    await until('the other location', async () => {
      await lab.page.keyboard.type(other);
      return (await picker.inputValue()) === other;
    });
    await lab.tile('elsewhere').waitFor();
    await lab.page.waitForURL((url) => url.searchParams.get('location') === other);
    await expectFocus(/^Location/);
  });

  it('settings are changed and saved, or left as they were, with keys alone', async () => {
    await open('/screens/board');
    await press('Escape');
    await tabTo(lab.page, /^Settings$/);
    await press('Enter');
    await tabTo(lab.page, /Preparing: late/);
    await press('ArrowUp');
    await press('Enter');
    await expectFocus(/^Settings$/);
    await press('Enter');
    await tabTo(lab.page, /Preparing: late/);
    expect(await lab.page.getByLabel('Preparing: late').inputValue()).toBe('11');
    await press('ArrowUp');
    await press('Escape');
    await expectFocus(/^Settings$/);
    await press('Enter');
    expect(await lab.page.getByLabel('Preparing: late').inputValue()).toBe('11');
  });

  it('a finished order is recalled and dismissed with keys alone, and the focus is not lost', async () => {
    await open('/screens/board');
    await press('Escape');
    await tabTo(lab.page, /^Finished/);
    await press('Enter');
    await tabTo(lab.page, /^Recall$/);
    await press('Enter');
    await lab.page.locator('[data-strip="recalled"]').waitFor();
    await expectFocus(/^(?!nothing)/);
    await lab.page.evaluate('document.activeElement.blur()');
    await tabTo(lab.page, /^Dismiss$/);
    await press('Enter');
    await lab.page.locator('[data-strip="recalled"]').waitFor({ state: 'detached' });
    await expectFocus(/^(?!nothing)/);
  });

  it('the sound is switched off and on with keys alone', async () => {
    await open('/screens/board');
    await press('Escape');
    await tabTo(lab.page, /^Sound on$/);
    await press('Space');
    await expectFocus(/^Sound off$/);
    await press('Enter');
    await expectFocus(/^Sound on$/);
  });

  it('the links of every page are reached with keys alone, and the first leads past them', async () => {
    for (const path of ['/screens', '/screens/board', '/screens/example']) {
      await open(path);
      if (await lab.card().isVisible()) await press('Escape');
      await lab.page.evaluate('document.activeElement.blur()');
      await tabTo(lab.page, /^Skip to/);
      await press('Enter');
      await untilOnPage(lab.page, `document.activeElement.id === 'main'`);
    }
    await open('/screens');
    await tabTo(lab.page, /^Order board of/);
    await press('Enter');
    await lab.page.waitForURL(/\/screens\/board/);
    expect(lab.complaints).toEqual([]);
  });
});

describe('the sound', () => {
  it('the board says that the browser blocks its sound, and a touch allows it', async () => {
    await lab.openBoard(lab.newLocation());
    const banner = lab.page.getByRole('button', { name: /Sound is blocked by the browser/ });
    await banner.click();
    await banner.waitFor({ state: 'detached' });
    expect(await until('every banner to go', async () => (await lab.page.locator('.banner').count()) === 0)).toBe(true);
  });
});
