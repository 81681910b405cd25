import type { Page } from 'playwright-core';
import { orderKey } from '../../schemas/order-key';
import { browserLab } from '../support/browser-lab';
import { pastLog } from '../support/past-log';
import { discard, type RunningService, startService } from '../support/running-service';
import { violations } from '../support/screen-inspect';

/** The audit pages where the clocks were set back: on 2025-10-26 in Berlin, 02:30 came twice. */

const FIRST = '2025-10-26T00:30:00.000Z';
const SECOND = '2025-10-26T01:30:00.000Z';
const LOCAL = '2025-10-26T02:30';
const CHOICE = 'This time comes twice';

const lab = browserLab({ context: { viewport: { width: 1280, height: 900 }, timezoneId: 'Europe/Berlin' } });
let service: RunningService;
let page: Page;

beforeAll(async () => {
  const delivery = (order_id: string, time: string) => ({
    key: orderKey('berlin', order_id),
    at: Date.parse(time),
    fields: { status: 'completed' },
  });
  const DATA_DIR = await pastLog([delivery('first', FIRST), delivery('second', SECOND)]);
  service = await startService({ DATA_DIR, STREAM_WEBHOOK_SECRETS: '', READERS: '' });
});
afterAll(() => discard(service));
beforeEach(() => {
  page = lab.page;
});

describe('a field of time in the hour that comes twice', () => {
  it.each([
    ['First, UTC+02:00', '+02:00', FIRST, ['second', 'first']],
    ['Second, UTC+01:00', '+01:00', SECOND, ['second']],
  ])('the search from 02:30 finds the news since the one that is chosen: %s', async (choice, offset, moment, found) => {
    await page.goto(`${service.url}/audit`);
    expect(await page.getByLabel(CHOICE).count()).toBe(0);
    await page.getByLabel('News from (').fill(LOCAL);
    await page.getByLabel(CHOICE).selectOption(choice);
    expect(await violations(page)).toEqual([]);
    await page.getByRole('button', { name: 'Find', exact: true }).click();
    await page.waitForURL(/from=/);
    expect(new URL(page.url()).searchParams.get('from')).toBe(moment);
    await page
      .getByRole('status')
      .getByText(/newest first/)
      .waitFor();
    const orders = await page.locator('.found tbody tr').all();
    expect(await Promise.all(orders.map((order) => order.getAttribute('data-order-id')))).toEqual(found);
    // What was chosen stands in the form, and a time that comes once asks for nothing.
    expect(await page.getByLabel(CHOICE).inputValue()).toBe(offset);
    await page.getByLabel('News from (').fill('2025-10-26T03:30');
    await page.getByLabel(CHOICE).waitFor({ state: 'detached' });
    expect(lab.complaints).toEqual([]);
  });

  it('a time that is typed anew finds as much as it can, whatever was asked for before', async () => {
    await page.goto(`${service.url}/audit?to=2025-07-01T10:00:00.000Z`);
    await page.getByLabel('News until (').fill(LOCAL);
    expect(await page.getByLabel(CHOICE).inputValue()).toBe('+01:00');
  });

  it('the board replay goes to the second 02:30 as well as to the first', async () => {
    await page.goto(`${service.url}/audit/board?location=berlin&at=${FIRST}`);
    await page.locator('ticket-rail-board').getByText('as of 2025-10-26 02:30:00 UTC+02:00').waitFor();
    expect(await page.getByLabel(CHOICE).inputValue()).toBe('+02:00');
    await page.getByLabel(CHOICE).selectOption('Second, UTC+01:00');
    await page.getByRole('button', { name: 'Go to the moment' }).click();
    await page.locator(`output time[datetime="${SECOND}"]`).waitFor();
    await page.waitForURL((url) => url.searchParams.get('at') === SECOND);
  });
});
