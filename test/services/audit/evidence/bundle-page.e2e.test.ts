import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { orderStream } from '../../../../schemas/events/order-events';
import { orderKey } from '../../../../schemas/order-key';
import { writeEvidence } from '../../../../services/audit/evidence/write-evidence';
import { openReadableStore } from '../../../../services/event-store/open';
import { openSqliteStore } from '../../../../services/event-store/sqlite/sqlite-store';
import { newEventId } from '../../../support/new-event-id';
import { browserLab } from '../../../support/browser-lab';
import { pagesOf } from '../../../support/paper';
import { pastLog } from '../../../support/past-log';
import { temporaryDirectory } from '../../../support/running-service';
import { violations } from '../../../support/screen-inspect';
import { NOTHING_SIGNED } from './recorded-order';
import { recordShown } from './shown-order';

/** The page of evidence as a judge opens it: on a screen and on paper. */

const lab = browserLab();
const KEY = orderKey('disputes', 'o1');
const ELEMENTS = '</script></td></table></style><img src=x onerror="window.hacked=1"><script>window.hacked=1</script>';
const HOSTILE = `${ELEMENTS}\u202Eevil ${'W'.repeat(400)}`;
const driver = (name: string) => ({ source: 'uber', name, passcode: '1234' });
const REPORTS = [
  ['in_progress', 'enroute_to_pickup', driver('Omar Haddad')],
  ['in_progress', 'arrived_at_pickup', driver('Omar Haddad')],
  ['in_progress', 'enroute_to_pickup', driver(HOSTILE)],
  ['out_for_delivery', 'enroute_to_dropoff', driver(HOSTILE)],
] as const;
/** An order of which everything is hostile that others may name. */
const HOSTILE_KEY = orderKey(ELEMENTS, `order ${ELEMENTS}`);
const HOSTILE_DRIVER = {
  name: HOSTILE,
  source: ELEMENTS,
  vehicle_info: { license_plate: ELEMENTS },
  [ELEMENTS]: ELEMENTS,
};

const directory = temporaryDirectory();
let dataDir: string;
beforeAll(async () => {
  const begun = Date.parse('2026-11-21T22:05:00.000Z');
  const delivered = REPORTS.map(([status, delivery_status, driver_details], index) => {
    return { key: KEY, at: begun + index * 60_000, fields: { status, delivery_status, driver_details } };
  });
  const hostile = ['in_progress', ELEMENTS].map((status, index) => {
    const fields = { status, delivery_status: ELEMENTS, driver_details: HOSTILE_DRIVER, [ELEMENTS]: ELEMENTS };
    return { key: HOSTILE_KEY, at: begun + (REPORTS.length + index) * 60_000, fields };
  });
  dataDir = await pastLog([...delivered, ...hostile]);
  const store = await openSqliteStore({ file: join(dataDir, 'events.sqlite'), now: () => begun + 600_000 });
  const metadata = { received_at: ELEMENTS, signed_with: ELEMENTS, content_hash: ELEMENTS, [ELEMENTS]: ELEMENTS };
  const foreign = { id: newEventId(), type: ELEMENTS, data: { [ELEMENTS]: ELEMENTS }, metadata };
  await store.append(orderStream(HOSTILE_KEY), [foreign], hostile.length - 1);
  const claim = { revision: 1, at: new Date(begun + 61_000).toISOString(), behindMs: 3_600_000 };
  await recordShown(
    store,
    [KEY, HOSTILE_KEY].map((key) => ({ ...claim, key, screen: '<img src=x onerror="window.hacked=1">' })),
  );
  await store.close();
});
afterAll(() => {
  for (const made of [directory, dataDir]) rmSync(made, { recursive: true, force: true });
});

async function openEvidence(withheld: boolean, key = KEY): Promise<void> {
  const store = await openReadableStore({ url: null, logFile: join(dataDir, 'events.sqlite') });
  const out = join(directory, `${String(withheld)}.html`);
  const more = { secrets: [], signed: NOTHING_SIGNED, version: '1.2.3', exportedAt: '2026-11-22T00:00:00.000Z' };
  const options = { key, withheld, locationName: ELEMENTS, timeZone: 'America/New_York', ...more };
  await writeEvidence(store, options, { out, force: true });
  await store.close();
  await lab.page.setContent(readFileSync(out, 'utf8'));
}

/** All elements that the page has of its own, and their attributes. */
const OWN_ELEMENTS =
  'bdi body br code dd details div dl dt h1 h2 h3 head html li main meta p pre script section small span strong style summary table tbody td th thead time title tr ul';
const OWN_ATTRIBUTES =
  'aria-label charset class colspan content http-equiv id lang name role rowspan scope tabindex type';

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
      expect(await lab.page.getByRole('heading', { name: 'What screens showed' }).count()).toBe(1);
      expect(await lab.page.getByText('Phones and passcodes were withheld').count()).toBe(withheld ? 1 : 0);
      expect(lab.strangers).toEqual([]);
    },
  );

  it.each([false, true])(
    'whatever was recorded is text on the page, and no element of it, with contacts withheld: %s',
    async (withheld) => {
      await openEvidence(withheld, HOSTILE_KEY);
      // What its policy keeps from running would be there nevertheless.
      const there = await lab.page.evaluate(`(() => {
        const all = [...document.querySelectorAll('*')];
        const names = (of) => [...new Set(all.flatMap(of))].sort().join(' ');
        return [names((one) => one.localName), names((one) => one.getAttributeNames())];
      })()`);
      const strangers = (there as string[]).map((names, index) => {
        const own = new Set((index === 0 ? OWN_ELEMENTS : OWN_ATTRIBUTES).split(' '));
        return names.split(' ').filter((name) => !own.has(name));
      });
      expect(strangers).toEqual([[], []]);
      expect(await lab.page.locator('script').count()).toBe(1);
      expect(await lab.page.locator('script').getAttribute('type')).toBe('application/x-ndjson');
      const shown = await lab.page.locator('main').innerText();
      expect(shown.split('<img src=x').length).toBeGreaterThan(10);
      expect(await lab.page.title()).toContain('<img src=x');
      expect(await lab.page.evaluate('window.hacked')).toBeUndefined();
    },
  );

  it('what is on the first page settles who was here when, by the clocks of the place', async () => {
    await openEvidence(false);
    const sentence = await lab.page.locator('.sentence').innerText();
    expect(sentence).toContain('Omar Haddad was here 17:06:00 to 17:07:00, then Uber gave the order to');
    const visit = lab.page.getByRole('row').filter({ hasText: 'was at the restaurant' });
    expect(await visit.innerText()).toMatch(/17:06:00 UTC-05:00\s+2026-11-21T22:06:00\.000Z[^]*1 min$/);
  });

  it('the page on paper begins its details on a new page, with numbers on each, and tears no event and no row in two', async () => {
    await openEvidence(false);
    await lab.page.emulateMedia({ media: 'print' });
    const breaks = await lab.page.evaluate(
      `[...new Set([...document.querySelectorAll('tr, li')].map((one) => getComputedStyle(one).breakInside))]`,
    );
    expect(breaks).toEqual(['avoid']);
    const texts = (await pagesOf(await lab.page.pdf({ preferCSSPageSize: true }), 0.1)).map(({ text }) => text);
    expect(texts.length).toBeGreaterThanOrEqual(3);
    const details = texts.findIndex((text) => text.includes('What was reported, and how it was read'));
    expect(details).toBeGreaterThan(0);
    expect(texts[0]).toContain('What became of it');
    expect(texts[details - 1]).toContain('That the whole file was not made anew');
    const parts = texts.map((text, index) => {
      const all = (pattern: RegExp): number => text.match(pattern)?.length ?? 0;
      expect(text).toContain(`Page ${String(index + 1)} of ${String(texts.length)}`);
      return [all(/order\.updated/g), all(/Secret that verified it/g)] as const;
    });
    expect(parts.filter(([begun, ended]) => begun !== ended)).toEqual([]);
    expect(parts.reduce((sum, [begun]) => sum + begun, 0)).toBe(REPORTS.length);
  });
});
