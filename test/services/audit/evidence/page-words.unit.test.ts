import fc from 'fast-check';
import { collectEvidence } from '../../../../services/audit/evidence/collect-evidence';
import type { EvidenceOptions } from '../../../../services/audit/evidence/write-evidence';
import { evidenceSteps } from '../../../../services/audit/evidence/write-evidence';
import { cssText, pageFoot } from '../../../../services/audit/evidence/page/page-foot';
import { atOnce } from '../../../../services/audit/evidence/steps';
import { orderKey } from '../../../../schemas/order-key';
import { KEY, recordedOrder, type Reported } from './recorded-order';

/** What the page of evidence says to somebody who has to judge, and has only the page. */

const OMAR = { source: 'uber', name: 'Omar Haddad', vehicle_info: { license_plate: '4RTZ' } };
const ANN = { source: 'uber', name: 'Ann Lee', vehicle_info: { license_plate: '9KDM' } };
const REPORTS: readonly Reported[] = [
  { fields: { status: 'in_progress', delivery_status: 'enroute_to_pickup', driver_details: OMAR } },
  { fields: { status: 'in_progress', delivery_status: 'arrived_at_pickup', driver_details: OMAR } },
  { fields: { status: 'in_progress', delivery_status: 'enroute_to_pickup', driver_details: ANN } },
  { fields: { status: 'out_for_delivery', delivery_status: 'enroute_to_dropoff', driver_details: ANN } },
];
const OPTIONS: Omit<EvidenceOptions, 'withheld'> = {
  ...{ key: KEY, secrets: [], checkpoints: [], proof: null, version: '1.2.3', code: 'code' },
  ...{ locationName: 'Harbour Street', timeZone: 'America/New_York', exportedAt: '2026-11-22T00:00:00.000Z' },
};

async function pageOf(reports: readonly Reported[], more: Partial<typeof OPTIONS> = {}): Promise<string> {
  const collected = await collectEvidence(await recordedOrder(reports), KEY);
  if (collected.kind !== 'collected') throw new Error(collected.kind);
  const bundle = atOnce(evidenceSteps({ ...OPTIONS, ...more, withheld: false }, collected.evidence));
  return bundle.slice(0, bundle.indexOf('<script'));
}

/** The text of HTML as it is read, without what only a browser shows on demand. */
const read = (html: string): string =>
  html
    .replaceAll(/<details>.*?<\/details>/gs, '')
    .replaceAll(/<(?:bdi|\/bdi|code|\/code|strong|\/strong|span|\/span|time|\/time)\b[^>]*>/g, '')
    .replaceAll(/<[^>]*>/g, ' ')
    .replaceAll(/\s+/g, ' ');
const textOf = async (...asked: Parameters<typeof pageOf>): Promise<string> => read(await pageOf(...asked));
const sentencesIn = (page: string): readonly string[] =>
  [...page.matchAll(/<p class="sentence">.*?<\/p>/gs)].map(([html]) => read(html).trim());

describe('the sentence of a page of evidence', () => {
  it('the sentence says once where here is, of which day its times are, and by which clocks', async () => {
    expect(sentencesIn(await pageOf(REPORTS))).toEqual([
      'At Harbour Street (“here”) on 21 November 2026, by the clocks of America/New_York (UTC-05:00): Omar Haddad was here ' +
        '17:06:00 to 17:07:00, then Uber gave the order to Ann Lee, who left with it at 17:08:00.',
    ]);
  });

  it('the sentence names the location by its id where it has no name, and says UTC where its times are in UTC', async () => {
    const [sentence] = sentencesIn(await pageOf(REPORTS, { locationName: null, timeZone: 'UTC' }));
    expect(sentence).toMatch(
      /^At location disputes \(“here”\) on 21 November 2026, in UTC: Omar Haddad was here 22:06:00 /,
    );
  });

  it('the day is that of the times which have none, by the clocks of the place', async () => {
    const [sentence] = sentencesIn(await pageOf(REPORTS, { timeZone: 'Asia/Tokyo' }));
    expect(sentence).toContain(
      'on 22 November 2026, by the clocks of Asia/Tokyo (UTC+09:00): Omar Haddad was here 07:06:00',
    );
    const later = REPORTS.map((report, index) => {
      return index === 0 ? report : { ...report, receipt: { receivedAt: `2026-11-23T05:0${String(index)}:00.000Z` } };
    });
    const [across] = sentencesIn(await pageOf(later));
    expect(across).toContain('on 23 November 2026, by');
    expect(across).toContain('Omar Haddad was here 00:01:00 to 00:02:00');
  });

  it('no one distance from UTC is said of clocks that were set meanwhile', async () => {
    const at = [
      '2026-11-01T05:30:00.000Z',
      '2026-11-01T05:40:00.000Z',
      '2026-11-01T06:30:00.000Z',
      '2026-11-01T07:30:00.000Z',
    ];
    const reports = REPORTS.map((report, index) => ({ ...report, receipt: { receivedAt: at[index] ?? '' } }));
    const [sentence] = sentencesIn(await pageOf(reports));
    expect(sentence).toContain(
      'on 1 November 2026, by the clocks of America/New_York: Omar Haddad was here 01:40:00 UTC-04:00 to 01:30:00 UTC-05:00',
    );
  });
});

describe('the first page of evidence', () => {
  it('the page names the restaurant, and says that its name is not part of what is proven', async () => {
    const text = await textOf(REPORTS);
    expect(text).toContain(
      'Restaurant Harbour Street, location id disputes. The name is a setting of this service: nothing here proves it.',
    );
    expect(text).toMatch(/What it does not prove.*What the location is called/);
    expect(await pageOf(REPORTS)).toContain('<title>Evidence: order o/1, Harbour Street</title>');
  });

  it('the page says so where the service is not set to call the location by a name', async () => {
    const text = await textOf(REPORTS, { locationName: null });
    expect(text).toContain('Restaurant location id disputes. This service is not set to call it by a name.');
  });

  it.each(['</style></title><script>alert(1)</script>"\\a}', 'مطعم الميناء‮', 'x'.repeat(100)])(
    'a name of a restaurant is text wherever it stands: %s',
    async (locationName) => {
      const page = await pageOf(REPORTS, { locationName });
      expect(page.match(/<(?:script|\/style|\/title)/g)).toEqual(['</title', '</style']);
      expect(page).not.toContain('alert(1)</');
      const shown = `<bdi>${locationName.replaceAll(/[<>"]/g, (one) => `&${{ '<': 'lt', '>': 'gt', '"': 'quot' }[one] ?? ''};`)}</bdi>`;
      expect(page.split(shown).length - 1).toBeGreaterThanOrEqual(2);
    },
  );

  it('a driver who was here and did not leave with the order is said not to be reported to have left with it', async () => {
    const text = await textOf(REPORTS);
    expect(text).toMatch(
      /Omar Haddad, Uber, plate 4RTZ was the driver of the order .* was at the restaurant .* 1 min not reported to have left with the order Ann Lee,/,
    );
    expect(text).toMatch(
      /Ann Lee, .* not reported to have been at the restaurant left with the order 2026-11-21 17:08:00/,
    );
    expect(text.match(/not reported to have left/g)).toHaveLength(1);
  });

  it('the page says up to which revision and time it has everything that was recorded', async () => {
    const upTo = async (reports: readonly Reported[]): Promise<string> =>
      /Everything recorded [^.]*\./.exec(await textOf(reports))?.[0] ?? '';
    expect(await upTo(REPORTS)).toBe('Everything recorded up to revision 3, 2026-11-21 17:08:00 UTC-05:00: 4 events.');
    expect(await upTo(REPORTS.slice(0, 1))).toBe(
      'Everything recorded up to revision 0, 2026-11-21 17:05:00 UTC-05:00: 1 event.',
    );
  });

  it('each span on the page is what lies between the times beside it', async () => {
    const at = ['22:05:00.900', '22:06:00.100', '22:06:59.900', '22:08:01.050'];
    const reports = REPORTS.map((report, index) => ({
      ...report,
      receipt: { receivedAt: `2026-11-21T${at[index] ?? ''}Z` },
    }));
    const page = (await pageOf(reports)).replaceAll(/<span class="utc">.*?<\/span>/gs, '');
    const rows = [
      ...read(page).matchAll(
        /(\d\d:\d\d:\d\d) UTC-05:00 2026-11-21 (\d\d:\d\d:\d\d) UTC-05:00 ((?:\d+ min)?(?: ?\d+ s)?)/g,
      ),
    ];
    expect(rows.length).toBeGreaterThanOrEqual(5);
    for (const [, from = '', to = '', span = ''] of rows) {
      const [minutes = 0, seconds = 0] = [/(\d+) min/, /(\d+) s/].map((unit) => Number(unit.exec(span)?.[1] ?? 0));
      const ms = Date.parse(`2026-11-21T${to}Z`) - Date.parse(`2026-11-21T${from}Z`);
      expect([from, to, (minutes * 60 + seconds) * 1_000]).toEqual([from, to, ms]);
    }
  });
});

describe('the events on a page of evidence', () => {
  it('what an event changed is in words, with the words of the wire in small type beside them', async () => {
    const page = await pageOf(REPORTS);
    const text = read(page);
    expect(text).toContain('Order: being prepared in_progress Delivery: the driver is on the way');
    expect(text).toContain(
      'Delivery: the driver is at the restaurant arrived_at_pickup (before: the driver is on the way to the restaurant enroute_to_pickup)',
    );
    expect(text).toContain('Driver: Ann Lee (before: Omar Haddad) License plate: 9KDM (before: 4RTZ)');
    expect(text).toContain('Attention: Driver is here');
    expect(page).toContain('<code class="wire"><bdi>arrived_at_pickup</bdi></code>');
    const [, events = ''] = text.split('What was reported, and how it was read');
    expect(events).not.toMatch(/\/attention|\/status|\/driver_details|\["|driver_changed|driver_here|on_the_way/);
  });

  it('what has no words is shown as it came, and called so', async () => {
    const odd = { status: 'beamed_up', delivery_status: 7, driver_details: { name: 'Zoe', phone: 5 } };
    const text = await textOf([...REPORTS, { fields: odd }]);
    expect(text).toContain(
      'Order: an undocumented word: beamed_up (before: picked up, being delivered out_for_delivery)',
    );
    expect(text).toContain('Read otherwise than it came: ');
  });
});

describe('the foot of printed pages', () => {
  const unescaped = (css: string): string =>
    css
      .slice(1, -1)
      .replaceAll(/\\([0-9a-f]{1,6}) /g, (_, hex: string) => String.fromCodePoint(Number.parseInt(hex, 16)));

  it('any text is one string of CSS, in which nothing ends the string or an element of HTML', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const css = cssText(text);
        expect(css).toMatch(/^"(?:[A-Za-z0-9]|\\[0-9a-f]{1,6} )*"$/);
        expect(unescaped(css)).toBe(text);
      }),
    );
  });

  it('a foot names order and restaurant, isolated, and of long ones the beginning and the end', () => {
    const shown = (id: string, name: string | null): string =>
      unescaped(/content:(".*?")/.exec(pageFoot(orderKey('l_1', id), name))?.[1] ?? '');
    expect(shown('o_1', 'Harbour Street')).toBe('Order \u2068o_1\u2069 · \u2068Harbour Street\u2069');
    expect(shown('o_1', null)).toBe('Order \u2068o_1\u2069 · \u2068location l_1\u2069');
    expect(shown(`\u202Eo${'é'.repeat(150)}-end`, 'x')).toMatch(
      /^Order \u2068oé{28,29}…é{10}-end\u2069 · \u2068x\u2069$/,
    );
  });
});
