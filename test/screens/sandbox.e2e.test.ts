import { isDeepStrictEqual } from 'node:util';
import type { Locator } from 'playwright-core';
import { ORDER_FAULTS, type SandboxOrder, type Submitted } from '../../schemas/sandbox';
import { FAULTS } from '../../services/screens/browser/sandbox/model/sandbox-answer';
import { DRAWN_HOPS } from '../../services/screens/browser/sandbox/model/sandbox-hops';
import { freePorts } from '../support/free-ports';
import { patiently, until } from '../support/patience';
import { orderOf, type SandboxProcess, startSandbox } from '../services/sandbox/support';
import { browserLab } from '../support/browser-lab';
import { animations, focused, overflow, tabTo, targets, violationsIn, widen } from '../support/screen-inspect';
import { untilOnPage } from '../support/screen-watch';

/** The sandbox's page, against the real process. */

/** Least width and height of what a finger hits, in CSS pixels (WCAG 2.5.5). */
const TOUCH_PX = 44;
const WIDTHS = [320, 1_280, 3_840];

const lab = browserLab();
/** A step a millisecond or so, for what has to end. */
let fast: SandboxProcess;
/** At its own speed, for what has to wait. */
let slow: SandboxProcess;
beforeAll(async () => {
  [fast, slow] = await Promise.all([startSandbox('--speed', '3600'), startSandbox('--speed', '1')]);
});
afterAll(() => Promise.all([fast.end('SIGKILL'), slow.end('SIGKILL')]));

/** Puts back what a test switched, so that it does not matter how that one ended. */
async function reset(sandbox: SandboxProcess): Promise<void> {
  for (const [path, as] of Object.entries({ pos: { mode: 'ok' }, dsp: { mode: 'ok' }, rush: { rush: null } })) {
    expect((await sandbox.post(`/sandbox/${path}`, as)).status).toBe(200);
  }
}
beforeEach(() => Promise.all([reset(fast), reset(slow)]));

async function open(sandbox: SandboxProcess): Promise<void> {
  await lab.page.goto(sandbox.url);
  await lab.page.locator('[data-freshness="live"]').waitFor();
}

const button = (name: string | RegExp): Locator => lab.page.getByRole('button', { name });
const orderOn = (orderId: string): Locator => lab.page.locator(`.order[data-order="${orderId}"]`);
const hops = (name?: string): Locator =>
  name === undefined ? lab.page.locator('[data-hop]') : lab.page.locator('[data-hop]', { hasText: name });
const body = (what: 'request' | 'answer'): Locator => lab.page.locator(`pre[data-body="${what}"]`);
const reply = (): Locator => lab.page.locator('[data-reply]');
const posSwitch = (mode: string): Locator =>
  lab.page.getByRole('group', { name: 'The built-in POS is' }).getByRole('button', { name: mode, exact: true });

/** Presses what asks the process for something. @returns its answer, as JSON */
async function press(what: Locator): Promise<unknown> {
  const answered = lab.page.waitForResponse((answer) => answer.request().method() === 'POST');
  await what.click();
  return (await answered).json();
}

/** Submits an order on the page. @returns it as the process has it, once it stands so */
async function submit(sandbox: SandboxProcess, story: string, state: SandboxOrder['state']): Promise<SandboxOrder> {
  await lab.page.getByRole('combobox', { name: 'Story' }).selectOption(story);
  const { orders } = (await press(button(/^Submit$/))) as Submitted;
  return sandbox.orderIn(orders[0]?.order_id ?? 'none', state);
}

/** Picks an order, so that its hops alone are listed. */
async function pick(orderId: string): Promise<void> {
  await orderOn(orderId).locator('.pick').click();
  await lab.page.locator(`.only[data-order="${orderId}"]`).waitFor();
}

const ownHops = async (sandbox: SandboxProcess, orderId: string) =>
  (await sandbox.state()).hops.filter(({ order_id }) => order_id === orderId);

/** An order with its hops, one of them read, the rules, and a refusal: all that the page has. */
async function openAll(sandbox: SandboxProcess): Promise<SandboxOrder> {
  await open(sandbox);
  const order = await submit(sandbox, 'straight-delivery', 'accepted');
  await lab.page.getByText('Try a rule').click();
  await press(button('Unpaid pickup'));
  await lab.page.locator('.broken').waitFor();
  await pick(order.order_id);
  await hops('order.created').locator('.hop').click();
  await body('request').waitFor();
  return order;
}

describe('the page of the sandbox', () => {
  it('the page shows the whole way of an order from its submission to its end, with every request and answer', async () => {
    await open(fast);
    const order = await submit(fast, 'straight-delivery', 'ended');
    await orderOn(order.order_id).getByText('Ended').waitFor();
    await orderOn(order.order_id)
      .getByText(order.provider_id ?? '', { exact: true })
      .waitFor();
    await pick(order.order_id);

    const own = await until('all hops of the order', async () => {
      const all = await ownHops(fast, order.order_id);
      const names = await hops().locator('.name bdi').allTextContents();
      const isOver = all.some(({ request }) => request.body.includes('"status":"completed"'));
      return isOver && isDeepStrictEqual(names.sort(), all.map(({ name }) => name).sort()) && all;
    });
    expect(new Set(own.map(({ name }) => name))).toEqual(
      new Set(['new-order', 'order.created', 'location.order.accept', 'delivery-report', 'order.updated']),
    );

    const created = own.find(({ name }) => name === 'order.created');
    await hops('order.created').locator('.hop').click();
    expect(JSON.parse((await body('request').textContent()) ?? '')).toEqual(JSON.parse(created?.request.body ?? ''));
    expect(JSON.parse((await body('answer').textContent()) ?? '')).toMatchObject({
      order: { provider_id: order.provider_id },
    });
    const detail = lab.page.locator('.detail');
    await detail.getByText(created?.request.url ?? 'no url').waitFor();
    await detail.getByText('X-Stream-Signature').waitFor();
    await detail.getByText(created?.request.headers['X-Stream-Signature'] ?? 'no signature').waitFor();

    await button('Show all orders').click();
    await until('hops of all orders', async () => (await hops().count()) >= own.length);
    expect(lab.complaints).toEqual([]);
    expect(lab.strangers).toEqual([]);
  });

  it('the page shows the refusal of an order with the rule that it breaks, where, and how that is documented', async () => {
    await open(slow);
    await lab.page.getByText('Try a rule').click();
    await press(button('Unpaid pickup'));
    await reply().getByText('Unpaid pickup.').waitFor();
    const text = ((await reply().textContent()) ?? '').replace(/\s+/g, ' ');
    expect(text).toContain('Stream refused it (400).');
    expect(text).toContain('paid-unless-drive-thru at /order/unpaid');
    expect(text).toContain('Only orders with a fulfillment_type of drive_thru may be submitted as unpaid.');

    await press(button('Bad signature'));
    await reply().getByText('Stream refused it (401).').waitFor();
    await reply().getByText('The message is not authentic').waitFor();
    await reply().getByRole('button', { name: 'Show its hops' }).click();
    await hops('new-order').getByText('401 refused').waitFor();

    await press(button('Out of stock'));
    await reply().getByText('It was rejected: items_unavailable').waitFor();
    await reply().getByRole('button', { name: 'Close' }).click();
    await reply().waitFor({ state: 'detached' });
  });

  it.each(ORDER_FAULTS)('the page says truly who finds the fault %s', async (fault) => {
    const [order] = await fast.submit({ fault });
    const isTaken = order?.status === 200;
    const state = isTaken
      ? (await fast.orderIn(order.order_id, 'accepted', 'rejected', 'ended', 'canceled')).state
      : null;
    expect(isTaken ? (state === 'rejected' ? 'later' : 'nobody') : 'stream').toBe(FAULTS[fault].by);
  });

  it('the page shows how a webhook that the POS does not take is sent again until it does', async () => {
    await open(slow);
    const { order_id } = await submit(slow, 'straight-delivery', 'accepted');
    await pick(order_id);
    await press(posSwitch('Down'));
    await lab.page.locator('[aria-pressed="true"]', { hasText: 'Down' }).waitFor();
    await press(button('Next step now'));
    await hops('order.updated')
      .getByText(/No answer/)
      .first()
      .waitFor();
    await hops('order.updated')
      .getByText(/Sent again/)
      .first()
      .waitFor();
    await hops('order.updated').getByText('Attempt 2').first().waitFor();

    await lab.page.getByLabel('Failures only').check();
    await hops('order.created').waitFor({ state: 'detached' });
    expect(await lab.page.locator('[data-outcome="answered"]').count()).toBe(0);
    await lab.page.getByLabel('Failures only').uncheck();

    await press(posSwitch('OK'));
    await lab.page
      .locator('[data-outcome="answered"]', { hasText: 'order.updated' })
      .getByText(/Attempt/)
      .first()
      .waitFor();
    const own = await ownHops(slow, order_id);
    const last = own.find(({ name, attempt, answer }) => name === 'order.updated' && attempt > 1 && answer !== null);
    expect(last).toMatchObject({ answer: { status: 200 }, retry_at: null });
    expect(lab.complaints).toEqual([]);
  });

  it('the page cancels an order for the DSP, and then offers only what can still be done', async () => {
    await open(slow);
    const { order_id } = await submit(slow, 'straight-delivery', 'accepted');
    await pick(order_id);
    await orderOn(order_id)
      .getByText(/Next step in \d+ s/)
      .waitFor();
    await press(button('Cancel by the DSP'));
    await orderOn(order_id).getByText('Cancel by the DSP: done.').waitFor();
    await orderOn(order_id).locator('.state', { hasText: 'Canceled' }).waitFor();
    await hops('cancel-order').getByText('DSP to Stream').waitFor({ state: 'attached' });
    await hops('order.canceled').getByText('200', { exact: true }).waitFor();
    expect((await slow.seen(order_id)).pos.map(({ type }) => type)).toContain('order.canceled');
    expect(await button('Cancel by the merchant').getAttribute('aria-disabled')).toBe('true');
    expect((await focused(lab.page)).name).toBe('Cancel by the DSP');
  });

  it('the page replaces the driver of an order', async () => {
    await open(slow);
    const { order_id } = await submit(slow, 'straight-delivery', 'accepted');
    await pick(order_id);
    const driverOf = async () => (await slow.order(order_id)).driver_name;
    await until('a driver', async () => {
      if ((await driverOf()) !== null) return true;
      await press(button('Next step now'));
      await orderOn(order_id).getByText('Next step now: done.').waitFor();
      return false;
    });
    const first = (await driverOf()) ?? '';
    await orderOn(order_id).getByText(first).waitFor();
    await press(button('Another driver'));
    const second = await until('another driver', async () => {
      const name = await driverOf();
      return name !== first && name;
    });
    await orderOn(order_id).getByText(second).waitFor();
    expect((await slow.order(order_id)).state).toBe('accepted');
  });

  it('the page starts a rush and stops it, and draws no more than it can', async () => {
    await open(fast);
    await lab.page.getByLabel('Kind').selectOption('');
    await lab.page.getByLabel('Orders per minute').fill('2');
    await press(button('Start'));
    await lab.page.getByText(/All stories: [\d,]+ orders submitted, 2 in a minute/).waitFor();
    await lab.page
      .getByText(/All stories: (?:\d{3}|[\d,]{5,}) orders submitted/)
      .waitFor({ timeout: patiently(60_000) });
    await press(button('Stop'));
    await lab.page.getByText('No rush.').waitFor();
    await lab.page.getByText(/The newest 50 of [\d,]+ orders/).waitFor();
    await lab.page.getByText(`The newest ${String(DRAWN_HOPS)} of`).waitFor();
    expect(await hops().count()).toBe(DRAWN_HOPS);
    expect(await lab.page.locator('.order').count()).toBe(50);
  });

  it('the page holds the list still while it is paused, and says how much is newer', async () => {
    await open(slow);
    await submit(slow, 'pickup', 'accepted');
    await hops('location.order.accept').getByText('200', { exact: true }).first().waitFor();
    await button('Pause').click();
    const shown = await hops().count();
    await submit(slow, 'pickup', 'accepted');
    await lab.page.getByText(/Paused: (?:[3-9]|\d{2,}) newer hops/).waitFor();
    expect(await hops().count()).toBe(shown);
    await button('Go on').click();
    await until('the newer hops', async () => (await hops().count()) > shown);
  });

  it('the page is honest when the process is gone, and knows what a new one knows', async () => {
    const port = String(await freePorts());
    const first = await startSandbox('--port', port);
    try {
      await open(first);
      await submit(first, 'pickup', 'accepted');
      await lab.page.locator('.order').waitFor();
    } finally {
      await first.end('SIGKILL');
    }
    await lab.page.locator('[data-freshness="stale"]').waitFor();
    await lab.page.getByRole('alert').getByText('it may have been stopped').waitFor();
    const second = await startSandbox('--port', port);
    try {
      await lab.page.locator('[data-freshness="live"]').waitFor();
      await lab.page.locator('.order').waitFor({ state: 'detached' });
      expect(await hops().count()).toBe(0);
    } finally {
      await second.end('SIGKILL');
    }
  });

  it('the page shows what strangers write as text, and keeps its shape', async () => {
    const markup = '<script>window.hacked=1</script><img src=x onerror=window.hacked=1>';
    const hostile = [markup, '\u202E\u2067evil live\u200F', 'W'.repeat(150), "');alert(1)//"];
    await open(slow);
    for (const id of hostile) {
      expect((await slow.sendAsDsp(orderOf(id, { customer_facing_id: id, special_instructions: id }))).status).toBe(
        200,
      );
    }
    for (const id of hostile) {
      const order = lab.page.locator('.order', { hasText: id.slice(0, 40) }).first();
      await pick((await order.getAttribute('data-order')) ?? 'none');
      await hops('new-order').locator('.hop').click();
      await until('the body', async () => (await body('request').textContent())?.includes(JSON.stringify(id)) ?? false);
      for (const width of WIDTHS) {
        await lab.page.setViewportSize({ width, height: 900 });
        expect({ id, width, over: await overflow(lab.page) }).toEqual({ id, width, over: 0 });
      }
      await lab.page.setViewportSize({ width: 1_280, height: 800 });
    }
    expect(await lab.page.evaluate('window.hacked')).toBeUndefined();
    expect(await lab.page.locator('img[src="x"], script:not([src])').count()).toBe(0);
    expect(lab.complaints).toEqual([]);
  });
});

describe('the accessibility of the page', () => {
  /** At its own speed too, with these few orders alone: what axe costs grows with what the page shows. */
  let fresh: SandboxProcess;
  beforeAll(async () => {
    fresh = await startSandbox('--speed', '1');
  });
  afterAll(() => fresh.end('SIGKILL'));
  beforeEach(() => reset(fresh));

  it('the page of the sandbox is worked with keys alone', async () => {
    await open(slow);
    await tabTo(lab.page, /^Story/);
    // A browser that waits for more than a second between two keys begins the search for an option anew.
    await until('the story of a robot', async () => {
      await lab.page.keyboard.type('robot');
      return (await lab.page.getByRole('combobox', { name: 'Story' }).inputValue()).includes('robot');
    });
    await tabTo(lab.page, /^Submit$/);
    await lab.page.keyboard.press('Enter');
    await reply().getByText('The POS accepted it').waitFor();
    await tabTo(lab.page, /^Show its hops$/);
    await lab.page.keyboard.press('Enter');
    await lab.page.locator('.only').waitFor();
    await tabTo(lab.page, /^\d\d:\d\d:\d\d.*location\.order\.accept/);
    await lab.page.keyboard.press('ArrowDown');
    expect((await focused(lab.page)).name).toMatch(/Stream to POS: order\.created/);
    await lab.page.keyboard.press('Enter');
    await body('request').waitFor();
    await lab.page.keyboard.press('ArrowUp');
    await lab.page.keyboard.press('Enter');
    await until('another hop', async () => (await body('request').textContent())?.includes('accept') ?? false);
    await lab.page.evaluate('document.activeElement.blur()');
    await tabTo(lab.page, /^Skip to/);
    await lab.page.keyboard.press('Enter');
    await untilOnPage(lab.page, `document.activeElement.id === 'main'`);
  });

  it('axe finds no fault with the page of the sandbox in light, dark and forced colours', async () => {
    await lab.page.emulateMedia({ reducedMotion: 'reduce' });
    await openAll(fresh);
    expect(await violationsIn(lab.page, 'light', 'dark', 'forced')).toEqual([]);
    await press(posSwitch('Down'));
    await press(button('Next step now'));
    await hops('order.updated')
      .getByText(/Sent again/)
      .first()
      .waitFor();
    expect(await violationsIn(lab.page, 'light', 'dark', 'forced')).toEqual([]);
    await press(posSwitch('OK'));
    expect(await animations(lab.page)).toEqual([]);
  });

  it('the page of the sandbox takes a finger, and is no wider than the screen, from a phone to a wall', async () => {
    await openAll(fresh);
    for (const width of WIDTHS) {
      await widen(lab.page, width);
      const found = await targets(lab.page);
      expect(found.length).toBeGreaterThan(30);
      const small = found.filter((one) => one.width < TOUCH_PX || one.height < TOUCH_PX);
      expect({ width, small, over: await overflow(lab.page) }).toEqual({ width, small: [], over: 0 });
    }
  });
});
