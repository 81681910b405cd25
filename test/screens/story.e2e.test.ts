import { EXAMPLES, parseExample } from '../support/deliveries';
import { until } from '../support/patience';
import { screenLab } from '../support/screen-lab';

/** What an open board does as orders go their ways. */

const lab = screenLab();

const example = (name: string) => {
  const found = EXAMPLES.find((one) => one.name.startsWith(name));
  if (found === undefined) throw new Error(`there is no example ${name}`);
  return found.bytes;
};

/** An order that begins as the documents' first delivery, and ends as one of their examples. */
const STORIES: readonly (readonly [string, readonly (readonly [example: string, stage: string])[]])[] = [
  [
    'a delivery from assignment to completion',
    [
      ['03', 'preparing'],
      ['04', 'driver_here'],
      ['05', 'on_the_way'],
      ['06', 'completed'],
    ],
  ],
  [
    'all fields of a driver',
    [
      ['02', 'preparing'],
      ['01', 'on_the_way'],
    ],
  ],
  [
    'a robot',
    [
      ['07', 'preparing'],
      ['05', 'on_the_way'],
      ['06', 'completed'],
    ],
  ],
  [
    'a delivery that fails',
    [
      ['03', 'preparing'],
      ['05', 'on_the_way'],
      ['08', 'failed'],
    ],
  ],
  [
    'a cancellation',
    [
      ['03', 'preparing'],
      ['09', 'canceled'],
    ],
  ],
];

describe('the order board', () => {
  it.each(STORIES)('the order board plays the documented examples without a reload: %s', async (_name, story) => {
    const location = lab.newLocation();
    await lab.openBoard(location);
    await lab.page.evaluate('window.same = true');
    for (const [name, stage] of story) {
      const { type, object } = parseExample(example(name));
      const answer = await lab.service.deliver({ type, object: { ...object, location_id: location } });
      expect(answer.status).toBe(200);
      const { order_id } = object;
      switch (stage) {
        case 'canceled':
          await lab.page.locator('[data-strip="canceled"]').locator(lab.tile(order_id)).waitFor();
          break;
        case 'completed':
        case 'failed':
          await lab.page.getByText('Finished (1)').click();
          await lab.page.locator(`[data-fold="finished"] ticket-rail-tile[data-stage="${stage}"]`).waitFor();
          break;
        default:
          await lab.inColumn(stage, order_id).waitFor();
      }
      expect(await lab.tile(order_id).count()).toBe(1);
    }
    expect(await lab.page.evaluate('window.same')).toBe(true);
    expect(lab.strangers.filter((url) => url !== 'https://example.com/driver.jpg')).toEqual([]);
    expect(lab.complaints).toEqual([]);
  });

  it('the order board plays the examples byte for byte, and the timeline of the order shows each of them', async () => {
    await lab.openBoard('pos_location_456');
    for (const { bytes } of EXAMPLES) expect((await lab.service.post(bytes)).status).toBe(200);
    await lab.page.locator('[data-strip="canceled"], [data-fold="finished"]').first().waitFor();
    const { json } = await lab.service.get('/locations/pos_location_456/orders/pos_order_123');
    expect(json).toMatchObject({ revision: EXAMPLES.length - 1 });
    await lab.page.goto(`${lab.service.url}/audit?location=pos_location_456&order=pos_order_123`);
    await lab.page.locator('.event[aria-current="step"]').waitFor();
    expect(await lab.page.locator('.event').count()).toBe(EXAMPLES.length);
    expect(lab.complaints).toEqual([]);
  });

  it('the handoff card opens when the driver comes, and no passcode is shown once the food has left', async () => {
    const location = lab.newLocation();
    const about = { location_id: location, order_id: 'pos_order_7' };
    const { driver_details } = parseExample(example('02')).object;
    await lab.deliver({ ...about, delivery_status: 'enroute_to_pickup', driver_details });
    await lab.openBoard(location);
    await lab.tile('pos_order_7').getByRole('button', { name: 'Open handoff card of order pos_order_7' }).click();
    const card = lab.card();
    await card.getByText('John Driver').waitFor();
    expect(await card.locator('[data-passcode]').count()).toBe(0);
    await lab.page.keyboard.press('Escape');
    await card.waitFor({ state: 'hidden' });

    await lab.deliver({ ...about, status: 'ready_for_pickup', delivery_status: 'arrived_at_pickup' });
    await card.getByText('ABC1234').waitFor();
    expect(await card.locator('[data-passcode]').innerText()).toBe('1234');
    expect(await card.getByRole('link', { name: '+15555551234' }).getAttribute('href')).toBe('tel:+15555551234');
    expect(await card.locator('.code').innerText()).toBe('code 123');
    await until('the picture to be asked for', () => lab.strangers.length > 0);

    await lab.deliver({ ...about, status: 'out_for_delivery', delivery_status: 'enroute_to_dropoff' });
    await card.waitFor({ state: 'hidden' });
    expect(new Set(lab.strangers)).toEqual(new Set(['https://example.com/driver.jpg']));
  });

  it('a handoff card that opens in the moment in which the one before closes stays open, and its driver waits', async () => {
    const location = lab.newLocation();
    await lab.openBoard(location);
    await lab.deliver({ location_id: location, order_id: 'pos_order_8', delivery_status: 'arrived_at_pickup' });
    await lab.card().waitFor();
    const stillOpen = await lab.page.evaluate(`(async () => {
      const board = document.querySelector('ticket-rail-board');
      const card = board.shadowRoot.querySelector('ticket-rail-handoff');
      const dialog = card.shadowRoot.querySelector('dialog');
      const closed = new Promise((said) => dialog.addEventListener('close', said, { once: true }));
      const { order } = card;
      card.order = null;
      await card.updateComplete;
      card.order = order;
      await card.updateComplete;
      await closed;
      await board.updateComplete;
      await card.updateComplete;
      return dialog.open;
    })()`);
    expect(stillOpen).toBe(true);
    expect(lab.complaints).toEqual([]);
  });

  it('a handoff card that somebody closes is closed to the next driver before the browser draws again', async () => {
    const location = lab.newLocation();
    await lab.openBoard(location);
    await lab.deliver({ location_id: location, order_id: 'pos_order_8', delivery_status: 'arrived_at_pickup' });
    await lab.card().waitFor();
    const left = await lab.page.evaluate(`(async () => {
      const board = document.querySelector('ticket-rail-board');
      const card = board.shadowRoot.querySelector('ticket-rail-handoff');
      // As Escape does. What comes after is microtasks, so no frame.
      card.shadowRoot.querySelector('dialog').close();
      await null;
      await board.updateComplete;
      return card.order;
    })()`);
    expect(left).toBeNull();
    expect(lab.complaints).toEqual([]);
  });

  it('a handoff card that somebody closes stays closed, even if news of its order come in the same moment', async () => {
    const location = lab.newLocation();
    await lab.openBoard(location);
    await lab.deliver({ location_id: location, order_id: 'pos_order_8', delivery_status: 'arrived_at_pickup' });
    await lab.card().waitFor();
    const left = await lab.page.evaluate(`(async () => {
      const board = document.querySelector('ticket-rail-board');
      const card = board.shadowRoot.querySelector('ticket-rail-handoff');
      const dialog = card.shadowRoot.querySelector('dialog');
      const closed = new Promise((said) => dialog.addEventListener('close', said, { once: true }));
      dialog.close();
      card.order = { ...card.order };
      await card.updateComplete;
      await closed;
      await board.updateComplete;
      await card.updateComplete;
      return [dialog.open, card.order];
    })()`);
    expect(left).toEqual([false, null]);
    expect(lab.complaints).toEqual([]);
  });

  it('the tile and the handoff card say that a report came before, and when, and that a field came in another form', async () => {
    const location = lab.newLocation();
    const about = { location_id: location, order_id: 'pos_order_8' };
    const driven = (name: string, passcode: unknown) => ({
      ...about,
      driver_details: { source: 'uber', name, passcode },
    });
    await lab.openBoard(location);
    await lab.deliver({ ...driven('Ann', '1111'), delivery_status: 'arrived_at_pickup' });
    await lab.deliver({ ...driven('Bob', 2222), delivery_status: 'enroute_to_pickup' });
    await lab.deliver({ ...driven('Ann', '1111'), delivery_status: 'arrived_at_pickup' });
    const same = /^The same report as at \d\d:\d\d: check plate and passcode$/;
    await lab.tile('pos_order_8').locator('[data-attention="may_be_a_repeat"]').getByText(same).waitFor();
    const card = lab.card();
    await card.locator('.doubt[data-attention="may_be_a_repeat"]').getByText(same).waitFor();
    await lab.deliver({ ...driven('Ann', 4711), delivery_status: 'arrived_at_pickup' });
    await card.locator('.doubt[data-attention="unreadable_field"]').waitFor();
    await card.locator('[data-passcode]', { hasText: '4711' }).waitFor();
    expect(await card.locator('[data-attention="may_be_a_repeat"]').count()).toBe(0);
    expect(lab.complaints).toEqual([]);
  });

  it('the board does not take the keys from somebody who types: a banner leads to the card instead', async () => {
    const location = lab.newLocation();
    await lab.openBoard(location);
    await lab.page.getByRole('searchbox').focus();
    await lab.deliver({ location_id: location, order_id: 'pos_order_8', delivery_status: 'arrived_at_pickup' });
    const banner = lab.page.getByRole('button', { name: /A driver is here/ });
    await banner.waitFor();
    expect(await lab.card().isVisible()).toBe(false);
    await banner.click();
    await lab.card().waitFor();
  });

  it('a canceled order stays in sight until it is acknowledged, over a reload too', async () => {
    const location = lab.newLocation();
    const about = { location_id: location, order_id: 'pos_order_9' };
    await lab.deliver(about);
    await lab.openBoard(location);
    await lab.deliver({ ...about, status: 'dsp_canceled' });
    const strip = lab.page.getByRole('region', { name: /Canceled, to be acknowledged/ });
    await strip.waitFor();
    await lab.page.reload();
    const recorded = lab.page.waitForResponse('**/actions');
    await strip.getByRole('button', { name: 'Acknowledge' }).click();
    const answer = await recorded;
    await answer.finished();
    expect(answer.status()).toBe(200);
    await strip.waitFor({ state: 'detached' });
    await lab.page.reload();
    await lab.page.getByText('Finished (1)').waitFor();
    expect(await strip.count()).toBe(0);
  });

  it('the tile of an order asks for confirmation that its new driver was seen', async () => {
    const location = lab.newLocation();
    const about = { location_id: location, order_id: 'pos_order_10', delivery_status: 'enroute_to_pickup' };
    const tile = lab.tile('pos_order_10');
    await lab.openBoard(location);
    await lab.deliver({ ...about, driver_details: { name: 'Jane' } });
    await tile.getByText('Jane').waitFor();
    await lab.deliver({ ...about, driver_details: { name: 'Tom' } });
    await tile.locator('del', { hasText: 'Jane' }).waitFor();
    const seen = tile.getByRole('button', { name: 'I have seen the new driver' });
    await seen.click();
    await seen.waitFor({ state: 'detached' });
    expect(await tile.getByText('Driver changed').count()).toBe(1);
  });

  it('the board never mixes two locations, though their orders have the same ids', async () => {
    const [here, there] = [lab.newLocation(), lab.newLocation()];
    const other = await lab.context.newPage();
    await Promise.all([lab.openBoard(here), lab.openBoard(there, other)]);
    const about = (location_id: string, order_id: string, name: string) => ({
      location_id,
      order_id,
      driver_details: { name },
    });
    for (let round = 0; round < 10; round += 1) {
      await lab.deliver(about(here, `only here ${String(round)}`, 'Driver of here'));
      await lab.deliver(about(there, `only there ${String(round)}`, 'Driver of there'));
      await lab.deliver(about(here, `both ${String(round)}`, 'Driver of here'));
      await lab.deliver(about(there, `both ${String(round)}`, 'Driver of there'));
    }
    await Promise.all([lab.tile('both 9').waitFor(), lab.tile('both 9', other).waitFor()]);
    const names = (on = lab.page) => on.locator('ticket-rail-tile .name').allTextContents();
    expect(await names()).toEqual(Array.from({ length: 20 }, () => 'Driver of here'));
    expect(await names(other)).toEqual(Array.from({ length: 20 }, () => 'Driver of there'));

    // Nor after one screen is turned to the other location.
    const picker = lab.page.getByRole('combobox', { name: 'Location' });
    await picker.focus();
    await picker.selectOption(there);
    await lab.tile('only there 0').waitFor();
    await lab.tile('only here 0').waitFor({ state: 'detached' });
    expect(new Set(await names())).toEqual(new Set(['Driver of there']));
    await lab.page.waitForURL((url) => url.searchParams.get('location') === there);
  });
});

describe('the customer board', () => {
  it('the customer board shows the numbers of orders that are ready and being prepared, and clears itself', async () => {
    const location = lab.newLocation();
    await lab.deliver({ location_id: location, order_id: 'pos_order_41' });
    await lab.deliver({ location_id: location, order_id: 'pos_order_42', status: 'ready_for_pickup' });
    await lab.page.goto(`${lab.service.url}/screens/customers?location=${location}`);
    const ready = lab.page.getByRole('region', { name: 'Ready', exact: true });
    await ready.getByText('42').waitFor();
    await lab.page.getByRole('region', { name: 'Being prepared' }).getByText('41').waitFor();
    await lab.deliver({ location_id: location, order_id: 'pos_order_42', status: 'out_for_delivery' });
    await ready.getByText('42').waitFor({ state: 'detached' });
    expect(await lab.page.locator('li[data-order-id]').count()).toBe(1);
  });
});
