import { until } from '../support/patience';
import { focused, targets, violations } from '../support/screen-inspect';
import { screenLab } from '../support/screen-lab';

/** A board worked by digits and arrows, as a bump bar sends them. */

const lab = screenLab();

const press = (key: string): Promise<void> => lab.page.keyboard.press(key);
/** The numbers on the tiles, by the orders that they open. */
const numbers = (): Promise<Record<string, string>> =>
  lab.page.evaluate(`Object.fromEntries(
    [...document.querySelector('ticket-rail-board').shadowRoot.querySelectorAll('ticket-rail-tile')]
      .map((tile) => [tile.dataset.orderId, tile.shadowRoot.querySelector('kbd')?.textContent ?? '']))`);
const focusedOrder = async (): Promise<string> => (await focused(lab.page)).name.replace(/^.* /, '');
const expectFocus = (order: string): Promise<true> =>
  until(`the focus on ${order}`, async () => (await focusedOrder()) === order);
const expectCard = (order: string): Promise<void> =>
  lab.page.locator(`ticket-rail-handoff dialog[open][data-order-id="${order}"]`).waitFor();

/** Twelve orders: two are ready, the others are being prepared, the longest one first. */
async function openBoard(): Promise<void> {
  const location_id = lab.newLocation();
  for (let number = 1; number <= 12; number += 1) {
    const order = { location_id, order_id: `o${String(number)}` };
    await lab.deliver(number > 10 ? { ...order, status: 'ready_for_pickup' } : order);
  }
  await lab.openBoard(location_id);
  await lab.tile('o12').waitFor();
}

describe('the keys of a board', () => {
  it('the first digit shows the numbers of ten tiles, the next opens the tile with its number, and the focus is there after', async () => {
    await openBoard();
    expect(new Set(Object.values(await numbers()))).toEqual(new Set(['']));
    await press('3');
    await until('the numbers', async () => Object.values(await numbers()).includes('3'));
    expect(await lab.card().count()).toBe(0);
    const shown = Object.entries(await numbers());
    expect(shown.map(([, key]) => key)).toEqual(['1', '2', '3', '4', '5', '6', '7', '8', '9', '0', '', '']);
    for (const key of ['3', '0']) {
      const [order = ''] = shown.find(([, one]) => one === key) ?? [];
      await press(key);
      await expectCard(order);
      // With a card open, digits are for it.
      await press('1');
      await expectCard(order);
      await press('Escape');
      await lab.card().waitFor({ state: 'hidden' });
      await expectFocus(order);
    }
    expect(lab.complaints).toEqual([]);
  });

  it('arrows go from tile to tile, and Enter opens the one that has the focus', async () => {
    await openBoard();
    // Where nobody uses keys, arrows scroll the page.
    await press('ArrowDown');
    expect((await focused(lab.page)).name).toBe('nothing');
    await press('1');
    await press('ArrowDown');
    const order = Object.keys(await numbers());
    await expectFocus(order[0] ?? '');
    const at = async (id: string) => (await lab.tile(id).boundingBox()) ?? { x: 0, y: 0 };
    for (const key of ['ArrowRight', 'ArrowDown', 'ArrowLeft', 'ArrowUp'] as const) {
      const before = await focusedOrder();
      await press(key);
      const after = await focusedOrder();
      const [from, to] = [await at(before), await at(after)];
      const moved = {
        ArrowRight: to.x - from.x,
        ArrowDown: to.y - from.y,
        ArrowLeft: from.x - to.x,
        ArrowUp: from.y - to.y,
      };
      expect(after === before || moved[key] > 0).toBe(true);
    }
    await press('ArrowDown');
    const last = await focusedOrder();
    await press('Enter');
    await expectCard(last);
  });

  it('digits that somebody types into the search or a setting open nothing', async () => {
    await openBoard();
    await press('1');
    await lab.page.getByRole('searchbox').click();
    await lab.page.keyboard.type('o1');
    expect(await lab.page.getByRole('searchbox').inputValue()).toBe('o1');
    expect(await lab.card().count()).toBe(0);
    await press('Escape');
    await lab.page.getByRole('button', { name: 'Settings' }).click();
    await lab.page.getByLabel('Preparing: late after').fill('');
    await lab.page.getByLabel('Preparing: late after').focus();
    await lab.page.keyboard.type('12');
    expect(await lab.page.getByLabel('Preparing: late after').inputValue()).toBe('12');
    expect(await lab.card().count()).toBe(0);
  });

  it('keys with Control are left to the browser, and all of them where the setting is off, over a reload too', async () => {
    await openBoard();
    await press('Control+1');
    await lab.page.getByRole('button', { name: 'Settings' }).click();
    await lab.page.getByRole('checkbox', { name: /Digits open orders/ }).uncheck();
    await lab.page.getByRole('button', { name: 'Save' }).click();
    await lab.page.reload();
    await lab.tile('o12').waitFor();
    await press('1');
    await press('1');
    expect(await lab.card().count()).toBe(0);
    expect(new Set(Object.values(await numbers()))).toEqual(new Set(['']));
  });

  it('keys that are pressed on a button beside the board are left to it, where others embed it', async () => {
    await openBoard();
    await lab.page.evaluate(`(() => {
      const button = document.body.appendChild(document.createElement('button'));
      button.textContent = 'Till';
      button.focus();
    })()`);
    await press('1');
    await press('1');
    expect(new Set(Object.values(await numbers()))).toEqual(new Set(['']));
    expect(await lab.card().count()).toBe(0);
  });

  it('a board with numbers is 320 px wide, large enough for fingers, and axe finds no fault with it', async () => {
    await lab.page.setViewportSize({ width: 320, height: 700 });
    await lab.page.emulateMedia({ reducedMotion: 'reduce' });
    await openBoard();
    await press('1');
    await until('the numbers', async () => Object.values(await numbers()).includes('1'));
    expect(await lab.page.evaluate('document.documentElement.scrollWidth')).toBe(320);
    expect((await targets(lab.page)).filter(({ width, height }) => width < 44 || height < 44)).toEqual([]);
    expect(await violations(lab.page)).toEqual([]);
  });
});
