import { until } from '../support/patience';
import { startProxy } from '../support/proxy';
import { screenLab } from '../support/screen-lab';
import { focused, overflow, tabTo, violations } from '../support/screen-inspect';

const lab = screenLab();

const tile = (location: string) => lab.page.locator(`ticket-rail-overview li[data-location="${location}"]`);
/** The locations as they stand on the page. */
const shown = (): Promise<string[]> =>
  lab.page.evaluate(`(() => {
    const { shadowRoot } = document.querySelector('ticket-rail-overview');
    return [...shadowRoot.querySelectorAll('li[data-location]')].map((one) => one.dataset.location);
  })()`);
const open = async (url = lab.service.url): Promise<void> => {
  await lab.page.goto(`${url}/screens/overview`);
  await lab.page.locator('[data-freshness="live"]').waitFor();
};

it('the overview puts where somebody is needed first, as it changes, and leads to its board', async () => {
  const [calm, waiting] = [lab.newLocation(), lab.newLocation()];
  await lab.deliver({ location_id: calm, order_id: 'a' });
  await lab.deliver({ location_id: waiting, order_id: 'b' });
  await lab.deliver({ location_id: waiting, order_id: 'c', delivery_status: 'arrived_at_pickup' });
  await open();
  expect(await shown()).toEqual([waiting, calm]);
  expect(await tile(waiting).locator('.alarms').innerText()).toContain('Driver here: 1');
  expect(await tile(waiting).locator('[data-stage="preparing"] dd').innerText()).toBe('1');
  expect(await tile(calm).locator('.wait').innerText()).toMatch(/^Longest wait: .+, /);

  await lab.deliver({ location_id: calm, order_id: 'a', delivery_status: 'failed_to_assign_driver' });
  await tile(calm).locator('[data-kind="needs_action"]').waitFor();
  await until('the worse one at the top', async () => (await shown())[0] === calm);
  expect(await lab.page.locator('.sum').innerText()).toContain('2 locations of 2');

  await tile(calm).getByRole('link').click();
  await lab.page.waitForURL(/\/screens\/board\?location=/);
  await lab.inColumn('needs_action', 'a').waitFor();
});

it('a location does not move away from who is about to choose it by the keyboard, and keeps the focus when it moves', async () => {
  const [first, second] = [lab.newLocation(), lab.newLocation()];
  await lab.deliver({ location_id: first, order_id: 'a', delivery_status: 'failed_to_assign_driver' });
  await lab.deliver({ location_id: second, order_id: 'b' });
  await open();
  const before = await shown();
  expect(before.indexOf(first)).toBeLessThan(before.indexOf(second));
  await tabTo(lab.page, new RegExp(`^${second}$`));
  const news = (async () => {
    await lab.deliver({ location_id: first, order_id: 'a', status: 'completed' });
    await lab.deliver({ location_id: second, order_id: 'b', delivery_status: 'failed_to_assign_driver' });
  })();
  const held = await until('the news', async () => {
    // Who goes on pressing keys is about to choose for as long.
    await lab.page.keyboard.press('Shift');
    return (await tile(second).locator('[data-kind="needs_action"]').count()) > 0 ? shown() : null;
  });
  await news;
  expect(held.indexOf(first)).toBeLessThan(held.indexOf(second));
  await until('the order to follow', async () => {
    const after = await shown();
    return after.indexOf(second) < after.indexOf(first);
  });
  expect((await focused(lab.page)).name).toBe(second);
});

it('the overview is grey and says since when while nothing comes, and catches up', async () => {
  const location = lab.newLocation();
  await lab.deliver({ location_id: location, order_id: 'a' });
  const proxy = await startProxy(lab.service.url);
  await open(proxy.url);
  proxy.cut();
  await lab.page.locator('.banner.stale').getByText('The service is unreachable.').waitFor();
  expect(await lab.page.locator('[data-stale]').count()).toBe(1);
  await lab.deliver({ location_id: location, order_id: 'b' });
  proxy.mend();
  await lab.page.locator('[data-freshness="live"]').waitFor();
  await until('the other order', async () => (await tile(location).locator('dd').innerText()) === '2');
  await proxy.close();
});

it('the overview fits a narrow screen, and axe finds no fault with any alarm, in light and dark colours', async () => {
  const location = lab.newLocation();
  const about = (order_id: string) => ({ location_id: location, order_id });
  await lab.deliver({ ...about('a'), delivery_status: 'failed_to_assign_driver' });
  await lab.deliver({ ...about('b'), delivery_status: 'arrived_at_pickup' });
  await lab.deliver({ ...about('c'), status: 'out_for_delivery', delivery_status: 'enroute_to_return' });
  await lab.deliver({ ...about('d'), status: 'dsp_canceled' });
  await lab.page.setViewportSize({ width: 320, height: 800 });
  for (const colorScheme of ['light', 'dark'] as const) {
    await lab.page.emulateMedia({ colorScheme });
    await open();
    expect(await tile(location).locator('.alarms li').count()).toBe(4);
    expect(await violations(lab.page)).toEqual([]);
    expect(await overflow(lab.page)).toBe(0);
  }
});
