import type { Page } from 'playwright-core';
import type { CoverageReport } from '../../schemas/api/coverage';
import { browserLab } from '../support/browser-lab';
import { update } from '../support/deliveries';
import { discard, type RunningService, startService } from '../support/running-service';
import { violations } from '../support/screen-inspect';

/** The coverage page as built, over the real service, in a real browser, beside what the API says. */

const LOCATION = 'covered location';

const lab = browserLab({ context: { viewport: { width: 1280, height: 900 } } });
let service: RunningService;
let page: Page;
let report: CoverageReport;

beforeAll(async () => {
  service = await startService({ STREAM_WEBHOOK_SECRETS: '', READERS: '' });
  const deliver = async (order: string, fields: Readonly<Record<string, unknown>>): Promise<void> => {
    const { status } = await service.deliver(update({ location_id: LOCATION, order_id: order }, fields));
    expect(status).toBe(200);
  };
  for (const source of ['uber', 'kiwibot']) {
    const driver_details = { source };
    await deliver(source, { delivery_status: 'enroute_to_pickup', driver_details });
    await deliver(source, { status: 'out_for_delivery', delivery_status: 'enroute_to_dropoff', driver_details });
    await deliver(source, { status: 'out_for_delivery', delivery_status: 'enroute_to_dropoff', driver_details });
    await deliver(source, { status: 'ready_for_pickup', delivery_status: 'enroute_to_pickup', driver_details });
    await deliver(source, { status: 'completed', delivery_status: 'completed', driver_details });
  }
  await deliver('kiwibot', { status: 'teleporting', delivery_status: 'completed' });
  await deliver('nobody', {});
  // More than a tenth of the calls are answered 422 so.
  for (const body of ['{', '[']) expect((await service.post(body)).status).toBe(422);
  report = (await service.get('/coverage')).json as CoverageReport;
});
afterAll(() => discard(service));

beforeEach(() => {
  page = lab.page;
});

async function openCoverage(query = ''): Promise<void> {
  await page.goto(`${service.url}/audit/coverage${query}`);
  await page.locator('.group').first().waitFor();
}

describe('the coverage page', () => {
  it('the coverage page says of each source what the API says: words, those never said, late, unknown and gaps', async () => {
    await openCoverage();
    expect(report.groups.map(({ source }) => source).sort()).toEqual(['kiwibot', 'uber', 'unknown']);
    expect(await page.locator('.group').count()).toBe(report.groups.length);
    for (const group of report.groups) {
      const shown = page.locator(`.group[data-source="${group.source}"]`);
      await shown.scrollIntoViewIfNeeded();
      for (const [field, counts] of [
        ['status', group.statuses],
        ['delivery_status', group.delivery_statuses],
      ] as const) {
        const axis = shown.locator(`[data-field="${field}"]`).first();
        for (const [value, count] of Object.entries(counts)) {
          const row = axis.locator(`tr[data-value="${value}"] td`);
          expect(await row.count()).toBe(count === 0 ? 0 : 1);
          expect(await axis.locator(`[data-never="${value}"]`).count()).toBe(count === 0 ? 1 : 0);
          expect(count === 0 ? '0' : (await row.innerText()).trim()).toBe(String(count));
        }
      }
      expect(await shown.locator('.late').innerText()).toMatch(new RegExp(`^${String(group.late.count)} \\(`));
      expect(await shown.locator('.unknown li > code').allInnerTexts()).toEqual(
        group.unknown.map(({ value }) => value),
      );
      expect(await shown.locator('.gaps tbody tr').count()).toBe(group.gaps.length);
    }
    expect(report.groups.find(({ source }) => source === 'kiwibot')?.unknown).toEqual([
      { field: 'status', value: 'teleporting', count: 1 },
    ]);
    expect(lab.complaints).toEqual([]);
  });

  it('the coverage page compares the endpoint’s own answers with the shares at which Stream acts', async () => {
    await openCoverage();
    const endpoint = page.locator('[data-endpoint]');
    expect(await endpoint.locator('.alarms li').count()).toBe(3);
    const reached = report.endpoint?.non_2xx.alarms.filter((alarm) => alarm.reached).length;
    expect(await endpoint.locator('.alarms [data-reached="true"]').count()).toBe(reached);
    expect(reached).toBe(1);
    expect(await endpoint.locator('.share').innerText()).toMatch(
      /^14 % of Stream's calls of the last 5 min .*alert mails/,
    );
    expect(await endpoint.innerText()).toMatch(/0 % of all calls were refused as not authentic\./);
    expect(await endpoint.innerText()).toMatch(/Repeats: 17 % of what could be used \(2\)/);
  });

  it('the coverage page is narrowed to a location and a source by keyboard, and its address says so', async () => {
    await openCoverage();
    await page.getByRole('textbox', { name: 'Source' }).fill('UBER');
    await page.getByRole('combobox', { name: 'Location' }).fill(LOCATION);
    await page.keyboard.press('Enter');
    await page.waitForURL(/source=UBER/);
    await page.locator('.group[data-source="kiwibot"]').waitFor({ state: 'detached' });
    await page.locator('.group').first().waitFor();
    expect(await page.locator('.group').count()).toBe(1);
    await page.reload();
    expect(await page.getByRole('textbox', { name: 'Source' }).inputValue()).toBe('UBER');
  });

  it('the coverage page says in the words of the service what cannot be asked for', async () => {
    await page.goto(`${service.url}/audit/coverage?from=2026-01-01T00:00:00Z&to=2025-01-01T00:00:00Z`);
    await page.getByRole('alert').getByText(/range/).waitFor();
    expect(await page.locator('.group').count()).toBe(0);
  });

  it.each(['light', 'dark'] as const)(
    'axe finds no fault with the coverage page in %s colours',
    async (colorScheme) => {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      await openCoverage();
      expect(await violations(page)).toEqual([]);
    },
  );

  it.each([320, 3_840])('the coverage page fits a screen of %d px', async (width) => {
    await page.setViewportSize({ width, height: 900 });
    await openCoverage();
    expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth')).toBeLessThanOrEqual(0);
  });
});
