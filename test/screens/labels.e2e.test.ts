import type { BrowserContext } from 'playwright-core';
import { newContext } from '../support/browser-lab';
import { patiently } from '../support/patience';
import { accept, type Pos, startPos } from '../support/pos';
import { screenLab } from '../support/screen-lab';
import { untilOnPage } from '../support/screen-watch';
import { startYardstick, type Yardstick } from '../support/yardstick';

/** What the driver says, on the board: orders that came through the relay. */

/** Most milliseconds from when an order was accepted until the board has painted what it is called. */
const CALLED_MS = 1_000;
/** Milliseconds between two looks of the yardstick at the machine. */
const LOOK_MS = 50;
const CALLED = ['DoorDash', 'A1B2', 'Maria G.', '3 items'];

/** Notes when the page has painted a tile that says all of it. */
const SCRIPT = `(() => {
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = () => { window.calledAt = performance.timeOrigin + performance.now(); };
  const look = () => {
    const tiles = [...(document.querySelector('ticket-rail-board')?.shadowRoot?.querySelectorAll('ticket-rail-tile') ?? [])];
    const isCalled = tiles.some(({ shadowRoot }) =>
      ${JSON.stringify(CALLED)}.every((word) => shadowRoot?.textContent.replaceAll('\\u00a0', ' ').includes(word)));
    if (isCalled) port2.postMessage(null);
    else requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
})()`;

const env: Record<string, string> = { READERS: '' };
let pos: Pos;
beforeAll(async () => {
  pos = await startPos();
  env['RELAY_URL'] = pos.url;
});
afterAll(() => pos.close());
const lab = screenLab(env);

let yardstick: Yardstick;
let beside: BrowserContext;
beforeEach(async () => {
  beside = await newContext(lab.browser);
  yardstick = await startYardstick(await beside.newPage());
});
afterEach(async () => {
  await yardstick.close();
  await beside.close();
});

const created = (location_id: string, fields: Readonly<Record<string, unknown>>) =>
  lab.service.deliver({ type: 'order.created', object: { location_id, id: 'dsp-1', ...fields } });
const ORDER = {
  customer_facing_id: 'A1B2',
  source: 'doordash',
  customers: [{ name: 'Maria Garcia', phone: '+15555550142' }],
  items: [{ quantity: 2 }, { quantity: 1 }],
};

it('an order is on its tile as the driver says it within 1 s of its acceptance, in the largest letters, and found by it', async () => {
  const location_id = lab.newLocation();
  await lab.deliver({ location_id, order_id: 'other-77' });
  await lab.page.addInitScript({ content: SCRIPT });
  await lab.openBoard(location_id);
  pos.answer = accept('order-1');
  const measuring = setInterval(yardstick.measure, LOOK_MS);
  expect((await created(location_id, ORDER)).status).toBe(200);
  const acceptedAt = performance.timeOrigin + performance.now();
  await lab.deliver({ location_id, order_id: 'order-1' });
  await untilOnPage(lab.page, 'window.calledAt !== undefined');
  clearInterval(measuring);
  const calledAt = await lab.page.evaluate<number>('window.calledAt');
  const took = Math.max(0, calledAt - acceptedAt);
  const slowness = (await yardstick.read())(acceptedAt, Math.max(acceptedAt, calledAt));
  const figures = `${took.toFixed(0)} ms where the machine took ${slowness.toFixed(1)} times as long as a quiet one`;
  expect({ fast: took / slowness <= patiently(CALLED_MS), figures }).toMatchObject({ fast: true });

  const largest = await lab.page.evaluate<string>(`(() => {
    const { shadowRoot } = document.querySelector('ticket-rail-board').shadowRoot.querySelector('[data-order-id="order-1"]');
    const sizeOf = (one) => parseFloat(getComputedStyle(one).fontSize);
    const texts = [...shadowRoot.querySelectorAll('article *')].filter((one) => one.childElementCount === 0);
    return texts.reduce((most, one) => (sizeOf(one) > sizeOf(most) ? one : most)).textContent.trim();
  })()`);
  expect(largest).toBe('A1B2 · Maria G.');
  await lab.page.getByRole('searchbox').fill('maria');
  await lab.tile('other-77').waitFor({ state: 'detached' });
  expect(await lab.tile('order-1').count()).toBe(1);
  await lab.tile('order-1').locator('.open').click();
  await lab.card().getByText('A1B2').first().waitFor();
});

it('an order that the POS rejects leaves no name on the board', async () => {
  const location_id = lab.newLocation();
  await lab.openBoard(location_id);
  pos.answer = (response) => {
    response.writeHead(400, { 'Content-Type': 'application/json' });
    response.end(JSON.stringify({ order: { provider_id: 'rejected-1' }, posValidation: {} }));
  };
  await created(location_id, ORDER);
  pos.answer = accept('accepted-2');
  await created(location_id, { ...ORDER, customer_facing_id: 'C3D4', customers: [{ name: 'Leo Brandt' }] });
  await lab.deliver({ location_id, order_id: 'rejected-1' });
  await lab.deliver({ location_id, order_id: 'accepted-2' });
  await lab.tile('accepted-2').getByText('Leo B.').waitFor();
  expect(await lab.tile('rejected-1').innerText()).not.toMatch(/Maria|A1B2/);
});
