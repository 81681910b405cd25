import { type About, screenLab } from '../support/screen-lab';
import { overflow } from '../support/screen-inspect';
import { untilOnPage } from '../support/screen-watch';

/** What strangers write stays text, whatever it is, and leaves the screen to the orders of others. */

const MARKUP = '<script>window.hacked=1</script><img src=x onerror=window.hacked=1>';
/** Turns what follows it around, and never ends. */
const RIGHT_TO_LEFT = '\u202E\u2067evil live\u200F';
const TEXTS: readonly (readonly [string, string])[] = [
  ['script tags', `${MARKUP}"'><svg onload=window.hacked=1>{{hacked}}\${hacked}&lt;&#60;`],
  ['10,000 characters without a break', 'W'.repeat(10_000)],
  ['2,000 lines', 'line\n'.repeat(2_000).trim()],
  ['right-to-left marks', `${RIGHT_TO_LEFT} עברית العربية`],
  ['emoji', '👩‍🍳👨‍👩‍👧‍👦🏴󠁧󠁢󠁳󠁣󠁴󠁿🇺🇸😀'.repeat(200)],
  ['marks that pile up', `Z${'\u0301\u0335\u0489'.repeat(500)}algo`],
];
const PICTURES = [
  'javascript:window.hacked=1',
  'data:text/html,<script>window.hacked=1</script>',
  'data:image/svg+xml,<svg xmlns="http://www.w3.org/2000/svg" onload="window.hacked=1"/>',
  'http://plain.example/a.jpg',
  '//schemeless.example/a.jpg',
  '/locations',
  'https://user:secret@credentials.example/a.jpg',
  'https://quote.example/"onerror="window.hacked=1',
  `https://long.example/${'a'.repeat(10_000)}`,
  '\u202Ehttps://backwards.example',
];
const WIDTHS = [320, 1_280, 3_840];
/** Most pixels that a tile may be high at the default size, whatever is written on it. */
const TILE_PX = 460;

const lab = screenLab();

const driverOf = (text: string, picture_url: string) => ({
  source: text,
  name: text,
  phone: { number: text, code: text },
  picture_url,
  vehicle_info: { make: text, model: text, color: text, license_plate: text },
  handoff_instructions: text,
  passcode: text,
});

const arrival = (location_id: string, order_id: string, text: string, picture: string): About => ({
  location_id,
  order_id,
  delivery_status: 'arrived_at_pickup',
  driver_details: driverOf(text, picture),
});

async function expectUnharmed(): Promise<void> {
  expect(await lab.page.evaluate('window.hacked')).toBeUndefined();
  expect(await lab.page.locator('script:not([src]), img[src="x"], svg[onload]').count()).toBe(0);
  expect(lab.complaints).toEqual([]);
}

describe('what strangers write', () => {
  it.each(TEXTS)(
    'what strangers write stays text on the board and on the card, and breaks neither: %s',
    async (_name, text) => {
      const location = lab.newLocation();
      await lab.deliver({ location_id: location, order_id: 'decent', driver_details: { name: 'Jane' } });
      await lab.openBoard(location);
      await lab.deliver(arrival(location, 'hostile', text, 'javascript:window.hacked=1'));
      await lab.card().waitFor();
      const plain = (one: string | null): string => (one ?? '').replace(/\s+/g, ' ');
      const name = plain(await lab.card().locator('.name').textContent());
      expect(plain(text).startsWith(name.replace(/…$/, ''))).toBe(true);
      expect(plain(await lab.card().locator('.instructions').textContent())).toBe(plain(text));
      for (const width of WIDTHS) {
        await lab.page.setViewportSize({ width, height: 900 });
        expect(await overflow(lab.page)).toBeLessThanOrEqual(0);
      }
      await lab.page.setViewportSize({ width: 1_280, height: 800 });
      await lab.page.keyboard.press('Escape');
      await lab.card().waitFor({ state: 'hidden' });
      for (const width of WIDTHS) {
        await lab.page.setViewportSize({ width, height: 900 });
        expect(await overflow(lab.page)).toBeLessThanOrEqual(0);
      }
      await lab.page.setViewportSize({ width: 1_280, height: 800 });
      await untilOnPage(lab.page, 'innerWidth === 1280');
      await lab.page.evaluate('new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))');
      const tile = lab.inColumn('driver_here', 'hostile');
      expect((await tile.boundingBox())?.height).toBeLessThan(TILE_PX);
      // Marks turn around only what they are in: the words beside them stand where they stood.
      const left = async (order: string) => (await lab.tile(order).getByText('Driver:').boundingBox())?.x ?? NaN;
      const start = async (order: string) => (await left(order)) - ((await lab.tile(order).boundingBox())?.x ?? NaN);
      expect(Math.abs((await start('hostile')) - (await start('decent')))).toBeLessThan(4);
      expect(await lab.card().getByRole('link').count()).toBe(0);
      expect(lab.strangers).toEqual([]);
      await expectUnharmed();
    },
  );

  it.each(PICTURES.map((url) => [url.slice(0, 40), url] as const))(
    'a picture of a driver never runs, gives away a password or is fetched without TLS: %s',
    async (_name, picture) => {
      const location = lab.newLocation();
      await lab.openBoard(location);
      await lab.deliver(arrival(location, 'hostile', 'Jane', picture));
      await lab.card().waitFor();
      expect(lab.strangers.filter((url) => !url.startsWith('https://'))).toEqual([]);
      expect(lab.strangers.filter((url) => url.includes('secret'))).toEqual([]);
      expect(await lab.card().locator('img:not([src^="https://"])').count()).toBe(0);
      expect(await overflow(lab.page)).toBeLessThanOrEqual(0);
      await expectUnharmed();
    },
  );

  it('ids that strangers write stay text on every page', async () => {
    const ids = [MARKUP, RIGHT_TO_LEFT, 'W'.repeat(200), '😀'.repeat(50), '../../login?a=1&b=2#c', "');alert(1)//"];
    const location = `${MARKUP} ${RIGHT_TO_LEFT} ${'W'.repeat(60)}`;
    for (const order_id of ids) await lab.deliver({ location_id: location, order_id, status: 'ready_for_pickup' });
    for (const path of ['/screens', '/screens/board', '/screens/customers', '/screens/example']) {
      await lab.page.goto(`${lab.service.url}${path}?location=${encodeURIComponent(location)}`);
      await lab.page.locator('ticket-rail-locations li, [data-freshness="live"]').first().waitFor();
      for (const width of WIDTHS) {
        await lab.page.setViewportSize({ width, height: 900 });
        expect({ path, width, over: await overflow(lab.page) }).toEqual({ path, width, over: 0 });
      }
      const shown = await lab.page.locator('ticket-rail-tile, li[data-order-id]').count();
      expect(shown).toBe(path === '/screens' ? 0 : ids.length);
      await expectUnharmed();
    }
  });
});
