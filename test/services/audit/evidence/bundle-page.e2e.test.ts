import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { orderKey } from '../../../../schemas/order-key';
import { writeEvidence } from '../../../../services/audit/evidence/write-evidence';
import { openReadableStore } from '../../../../services/event-store/open';
import { browserLab } from '../../../support/browser-lab';
import { pastLog } from '../../../support/past-log';
import { temporaryDirectory } from '../../../support/running-service';
import { violations } from '../../../support/screen-inspect';

/** The page of evidence as a judge opens it: on a screen and on paper. */

const lab = browserLab();
const KEY = orderKey('disputes', 'o1');
const HOSTILE = `</script><img src=x onerror="window.hacked=1">\u202Eevil ${'W'.repeat(400)}`;
const driver = (name: string) => ({ source: 'uber', name, passcode: '1234' });
const REPORTS = [
  ['in_progress', 'enroute_to_pickup', driver('Omar Haddad')],
  ['in_progress', 'arrived_at_pickup', driver('Omar Haddad')],
  ['in_progress', 'enroute_to_pickup', driver(HOSTILE)],
  ['out_for_delivery', 'enroute_to_dropoff', driver(HOSTILE)],
] as const;

const directory = temporaryDirectory();
let dataDir: string;
beforeAll(async () => {
  const begun = Date.parse('2026-11-21T22:05:00.000Z');
  const delivered = REPORTS.map(([status, delivery_status, driver_details], index) => {
    return { key: KEY, at: begun + index * 60_000, fields: { status, delivery_status, driver_details } };
  });
  dataDir = await pastLog(delivered);
});
afterAll(() => {
  for (const made of [directory, dataDir]) rmSync(made, { recursive: true, force: true });
});

async function openEvidence(withheld: boolean): Promise<void> {
  const store = await openReadableStore({ url: null, logFile: join(dataDir, 'events.sqlite') });
  const out = join(directory, `${String(withheld)}.html`);
  const more = { secrets: [], checkpoints: [], version: '1.2.3', exportedAt: '2026-11-22T00:00:00.000Z' };
  const options = { key: KEY, withheld, timeZone: 'America/New_York', ...more };
  await writeEvidence(store, options, { out, force: true });
  await store.close();
  await lab.page.setContent(readFileSync(out, 'utf8'));
}

describe('the page of evidence', () => {
  it.each([false, true])(
    'axe finds no fault with the page, at any width, with contacts withheld: %s',
    async (withheld) => {
      await openEvidence(withheld);
      for (const width of [320, 1_280]) {
        await lab.page.setViewportSize({ width, height: 900 });
        expect(await violations(lab.page)).toEqual([]);
        expect(await lab.page.evaluate('document.documentElement.scrollWidth - innerWidth')).toBeLessThanOrEqual(0);
      }
      expect(await lab.page.evaluate('window.hacked')).toBeUndefined();
      expect(await lab.page.getByText('Phones and passcodes were withheld').count()).toBe(withheld ? 1 : 0);
      expect(lab.strangers).toEqual([]);
    },
  );

  it('what is on the first page settles who was here when, by the clocks of the place', async () => {
    await openEvidence(false);
    const sentence = await lab.page.locator('.sentence').innerText();
    expect(sentence).toContain('Omar Haddad was here 17:06:00 to 17:07:00, then Uber gave the order to');
    const visit = lab.page.getByRole('row').filter({ hasText: 'was at the restaurant' });
    expect(await visit.innerText()).toMatch(/17:06:00 UTC-05:00\s+2026-11-21T22:06:00\.000Z[^]*1 min$/);
  });

  it('the page on paper begins its details on a new page, with numbers on each, and tears no row in two', async () => {
    await openEvidence(false);
    await lab.page.emulateMedia({ media: 'print' });
    const breaks = await lab.page.evaluate(
      `[...new Set([...document.querySelectorAll('tr, li')].map((one) => getComputedStyle(one).breakInside))]`,
    );
    expect(breaks).toEqual(['avoid']);
    const paper = await lab.page.pdf({ preferCSSPageSize: true });
    const pages = paper.toString('latin1').match(/\/Type\s*\/Page\b/g) ?? [];
    expect(pages.length).toBeGreaterThanOrEqual(2);
  });
});
