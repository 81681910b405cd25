import { until } from '../support/patience';
import { focused, targets, violations } from '../support/screen-inspect';
import { boardAddress, screenLab } from '../support/screen-lab';

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

/** Presses a key. @returns whether the board kept it from the page */
async function isTaken(key: string): Promise<boolean> {
  await lab.page.evaluate(
    `window.addEventListener('keydown', (event) => { window.taken = event.defaultPrevented; }, { once: true })`,
  );
  await press(key);
  return lab.page.evaluate('window.taken');
}

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
    // From the column of those in preparation to that of those that are ready, and back.
    for (const [key, along] of [
      ['ArrowDown', { x: 0, y: 1 }],
      ['ArrowUp', { x: 0, y: -1 }],
      ['ArrowRight', { x: 1, y: 0 }],
      ['ArrowDown', { x: 0, y: 1 }],
      ['ArrowLeft', { x: -1, y: 0 }],
    ] as const) {
      const before = await focusedOrder();
      await press(key);
      await until(`${key} to move the focus`, async () => (await focusedOrder()) !== before);
      const [from, to] = [await at(before), await at(await focusedOrder())];
      const moved = { x: Math.sign(to.x - from.x), y: Math.sign(to.y - from.y) };
      expect(along.x === 0 ? moved : { ...moved, y: 0 }).toEqual(along);
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
    // Had that shown the numbers, this would open a tile.
    await press('1');
    await until('the numbers', async () => Object.values(await numbers()).includes('1'));
    expect(await lab.card().count()).toBe(0);
    await lab.page.getByRole('button', { name: 'Settings' }).click();
    await lab.page.getByRole('checkbox', { name: /Digits open orders/ }).uncheck();
    await lab.page.getByRole('button', { name: 'Save' }).click();
    await until('no numbers', async () => Object.values(await numbers()).every((key) => key === ''));
    await press('1');
    expect(await lab.card().count()).toBe(0);
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

  it('an embedded board takes keys while the focus is in it, and none that are pressed while nothing has the focus', async () => {
    const location_id = lab.newLocation();
    await lab.deliver({ location_id, order_id: 'o1' });
    await lab.page.goto(`${lab.service.url}/screens/example?location=${location_id}`);
    await lab.tile('o1').waitFor();
    for (const key of ['1', '1', 'ArrowDown']) expect(await isTaken(key)).toBe(false);
    expect((await focused(lab.page)).name).toBe('nothing');
    await lab.tile('o1').getByRole('button').first().focus();
    expect(await isTaken('1')).toBe(true);
    await until('the numbers', async () => (await numbers())['o1'] === '1');
    await press('1');
    await expectCard('o1');
  });

  it('a wall takes no keys', async () => {
    const location_id = lab.newLocation();
    await lab.deliver({ location_id, order_id: 'o1' });
    await lab.page.goto(`${boardAddress(lab.service.url, location_id)}&mode=wall`);
    await lab.tile('o1').waitFor();
    expect([await isTaken('1'), await isTaken('1')]).toEqual([false, false]);
    expect(await numbers()).toEqual({ o1: '' });
  });

  it('a digit that is held shows the numbers, and opens nothing', async () => {
    await openBoard();
    await lab.page.keyboard.down('3');
    await until('the numbers', async () => Object.values(await numbers()).includes('3'));
    await lab.page.keyboard.down('3');
    await lab.page.keyboard.down('3');
    await lab.page.keyboard.up('3');
    expect(await lab.card().count()).toBe(0);
    await press('3');
    await lab.card().waitFor();
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
