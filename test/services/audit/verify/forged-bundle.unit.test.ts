import { orderStream } from '../../../../schemas/events/order-events';
import { enVerifier } from '../../../../schemas/language/verifier/en';
import { EVIDENCE_END, EVIDENCE_START, splitBundle } from '../../../../services/audit/evidence/bundle';
import { collectEvidence } from '../../../../services/audit/evidence/collect-evidence';
import { evidenceCode } from '../../../../services/audit/evidence/evidence-code';
import { makeBundle } from '../../../../services/audit/evidence/make-bundle';
import { OrderReader } from '../../../../services/audit/evidence/read-order';
import { atOnce } from '../../../../services/audit/evidence/steps';
import { evidenceSteps } from '../../../../services/audit/evidence/write-evidence';
import { eventOf } from '../../../../services/audit/verify/line-members';
import { verifyBundle } from '../../../../services/audit/verify/bundle/verify-bundle';
import type { Verified } from '../../../../services/audit/verify/verified';
import { KEY, recordedOrder, type Reported } from '../evidence/recorded-order';
import { forged, type Members } from './mutations';

/** Bundles that somebody made who knows how: all their hashes that are not over what was recorded fit. */

const OPTIONS = {
  key: KEY,
  secrets: [],
  checkpoints: [],
  proof: null,
  locationName: 'Harbour Street',
  timeZone: 'America/New_York',
  version: '1.2.3',
  code: evidenceCode(),
  exportedAt: '2026-11-22T00:00:00.000Z',
};
/** A mark of what is withheld, which somebody may report. */
const MARK = { id: '[withheld]' };
const JANE = { name: 'Jane', source: 'uber', vehicle_info: { license_plate: '7KX' }, passcode: '1234' };
const REPORTS: readonly Reported[] = [
  { fields: { delivery_status: 'enroute_to_pickup', note: MARK, driver_details: JANE } },
  { fields: { delivery_status: 'arrived_at_pickup', driver_details: JANE } },
  { fields: { delivery_status: 'failed_to_pickup', driver_details: JANE } },
  { fields: { delivery_status: 'enroute_to_pickup', driver_details: { name: 'Omar' } } },
  { fields: { status: 'out_for_delivery', delivery_status: 'enroute_to_dropoff', driver_details: { name: 'Omar' } } },
  { fields: { status: 'completed', delivery_status: 'delivered' } },
];

async function bundleOf(reports: readonly Reported[], withheld = false): Promise<string> {
  const collected = await collectEvidence(await recordedOrder(reports), KEY);
  if (collected.kind !== 'collected') throw new Error(collected.kind);
  return atOnce(evidenceSteps({ ...OPTIONS, withheld }, collected.evidence));
}

const verified = (bundle: string): Verified => verifyBundle(Buffer.from(bundle), 7, evidenceCode, null);
const faultsOf = (bundle: string) => verified(bundle).faults.map(({ code, detail }) => ({ code, detail }));

/** The last time that there is: no clock of a place can show what is around it. */
const LAST_TIME = '+275760-09-13T00:00:00.000Z';

const inManifest =
  (more: Members) =>
  (line: Members): Members =>
    line['kind'] === 'manifest' ? { ...line, ...more } : line;
const inReadings =
  (more: Members) =>
  (line: Members): Members =>
    line['kind'] === 'reading' ? { ...line, ...more } : line;

const manifestOf = (bundle: string): Members =>
  JSON.parse(
    String(splitBundle(Buffer.from(bundle))?.evidence)
      .trimEnd()
      .split('\n')
      .at(-1) ?? '',
  ) as Members;

describe('the verification of a bundle that somebody forged', () => {
  it('a bundle whose lines were written again as they were holds', async () => {
    const same = (line: Members): Members => line;
    expect(verified(forged(await bundleOf(REPORTS), same))).toMatchObject({ faults: [], doubts: [] });
    const withheld = forged(await bundleOf(REPORTS, true), same);
    expect(verified(withheld)).toMatchObject({ faults: [], doubts: [{ kind: 'withheld' }] });
  });

  /** A bundle whose events are not what was recorded, and whose page and readings are what follows from them. */
  async function changedEvents(more: Partial<typeof OPTIONS> = {}): Promise<string> {
    const reader = new OrderReader(KEY);
    for await (const event of (await recordedOrder(REPORTS)).readStream(orderStream(KEY))) {
      reader.add(event.revision === 4 ? { ...event, data: { ...(event.data as object), status: 'canceled' } } : event);
    }
    return makeBundle({ ...OPTIONS, ...more, withheld: false, evidence: { ...reader.read, shown: null } });
  }

  it.each([
    ['spaces within its last line', (text: string) => `{${' '.repeat(66_000)}${text.slice(1)}`],
    ['more spaces than fit into one look at its end', (text: string) => `{${' '.repeat(300_000)}${text.slice(1)}`],
    ['a member that is unknown', (text: string) => `${text},"more":"${'x'.repeat(66_000)}"`],
  ])('a changed event is found, however long the manifest is made: %s', async (_, lengthen) => {
    const faults = faultsOf(forged(await changedEvents(), (line) => line, lengthen));
    expect(faults).toContainEqual(expect.objectContaining({ code: 'content' }));
  });

  it.each([[{ exportedAt: `2026-11-22T00:00:00.000Z${' '.repeat(66_000)}` }], [{ version: '1'.repeat(66_000) }]])(
    'a manifest that says one thing at length is none',
    async (more) => {
      expect(faultsOf(await changedEvents(more))).not.toEqual([]);
    },
  );

  it('a manifest that says otherwise than the events whether contacts were withheld is found', async () => {
    const shown = forged(await bundleOf(REPORTS), inManifest({ withheld: true }));
    expect(faultsOf(shown)).toContainEqual({
      code: 'file',
      detail: 'contacts were not withheld from this event, and the manifest says otherwise',
    });
    const withheld = forged(await bundleOf(REPORTS, true), inManifest({ withheld: false }));
    expect(faultsOf(withheld)).toContainEqual({
      code: 'file',
      detail: 'contacts were withheld from this event, and the manifest says otherwise',
    });
  });

  it('where a page is not checked, nothing says that the events hold unless they were verified and do', async () => {
    const unknown = inManifest({ time_zone: 'America/Nowhere' });
    const detailOf = (bundle: string): string | undefined =>
      verified(bundle).doubts?.find(({ kind }) => kind === 'page not checked')?.detail;
    expect(detailOf(forged(await bundleOf(REPORTS), unknown))).toContain('The events themselves hold');
    for (const bundle of [await bundleOf(REPORTS, true), await changedEvents()]) {
      expect(detailOf(forged(bundle, unknown))).toMatch(/cannot be verified\.$/);
    }
  });

  it('a name of the restaurant is verified on the page and in the data together: neither is another alone', async () => {
    const NAME = 'Harbour Street';
    for (const withheld of [false, true]) {
      const bundle = await bundleOf(REPORTS, withheld);
      expect(bundle).toContain(`<bdi>${NAME}</bdi>`);
      const inData = forged(bundle, inManifest({ location_name: 'Elsewhere' }));
      const onPage = forged(bundle.replace(`<bdi>${NAME}</bdi>`, '<bdi>Elsewhere</bdi>'), (line) => line);
      for (const text of [inData, onPage]) {
        expect(faultsOf(text)).toContainEqual(expect.objectContaining({ code: 'file' }));
      }
    }
  });

  it('evidence whose manifest says no name, as of versions that had none, is read, and of one that is no text nothing follows', async () => {
    const bundle = await bundleOf(REPORTS);
    const { location_name: _name, ...manifest } = manifestOf(bundle);
    const earlier = { ...manifest, software: { name: 'ticket-rail', version: '0.2.0' } };
    expect(verified(forged(bundle, (line) => (line['kind'] === 'manifest' ? earlier : line)))).toMatchObject({
      faults: [],
      doubts: [{ kind: 'page not checked', detail: expect.stringContaining('The events themselves hold') as string }],
    });
    expect(faultsOf(forged(bundle, inManifest({ location_name: 7 })))).not.toEqual([]);
  });

  it('a page that was made by other code, or by the same with clocks set by other rules, is not checked, and says both', async () => {
    const bundle = await bundleOf(REPORTS);
    const other = forged(bundle, inManifest({ software: { name: 'ticket-rail', version: '9', code: 'other code' } }));
    expect(verified(other)).toMatchObject({
      faults: [],
      doubts: [{ detail: expect.stringContaining('by other code than this or by other clocks') as string }],
    });
  });

  it('a page by the clocks of a zone that is unknown here is not checked, and a name that no zone has is found', async () => {
    const unknown = verified(forged(await bundleOf(REPORTS), inManifest({ time_zone: 'America/Nowhere' })));
    expect(unknown).toMatchObject({
      faults: [],
      doubts: [{ kind: 'page not checked', detail: expect.stringContaining('America/Nowhere') as string }],
    });
    expect(faultsOf(forged(await bundleOf(REPORTS), inManifest({ time_zone: 'no zone!' })))).not.toEqual([]);
  });

  it.each([false, true])(
    'a bundle of events received at times without milliseconds holds, with contacts withheld: %s',
    async (withheld) => {
      const reports = REPORTS.map((report, index) => {
        return { ...report, receipt: { receivedAt: `2026-11-21T22:0${String(index)}:00Z` } };
      });
      expect(verified(await bundleOf(reports, withheld)).faults).toEqual([]);
    },
  );

  it.each([
    ['a change without values', inReadings({ changes: [{ pointer: '/x' }] })],
    ['an order that is none', inReadings({ order: 7 })],
    [
      'a time in the summary that is none',
      (line: Members): Members =>
        line['kind'] === 'summary'
          ? (JSON.parse(JSON.stringify(line).replaceAll(/2026-[^"]*Z/g, 'yesterday')) as Members)
          : line,
    ],
  ])('a bundle with %s is found, with contacts and without', async (_, change) => {
    for (const withheld of [false, true]) {
      const bundle = forged(await bundleOf(REPORTS, withheld), change);
      expect(faultsOf(bundle)).toContainEqual(expect.objectContaining({ code: 'file' }));
    }
  });

  it('events of which no page can be made are found, though they are read as they would be', async () => {
    const reader = new OrderReader(KEY);
    let reading: object = {};
    const bundle = forged(await bundleOf(REPORTS), (line) => {
      if (line['kind'] === 'reading') return { ...line, ...reading };
      if (line['kind'] !== 'event') return line;
      const changed = { ...line, metadata: { ...(line['metadata'] as object), received_at: LAST_TIME } };
      const event = eventOf(changed);
      if (event !== null) reading = reader.add(event);
      return changed;
    });
    expect(faultsOf(bundle)).toContainEqual({
      code: 'file',
      detail: 'nothing follows from what the lines say: "Invalid time value"',
    });
  });

  it.each([false, true])(
    'a bundle that was cut with all hashes made anew holds, and its page and the verifier say so: withheld %s',
    async (withheld) => {
      const notProven = 'the whole file was not made anew, or cut at its beginning or end, with all its hashes';
      const cut = await bundleOf(REPORTS.slice(0, -1), withheld);
      expect(verified(cut).faults).toEqual([]);
      expect(cut).toContain('<h2>What it does not prove</h2>');
      expect(cut.slice(cut.indexOf('What it does not prove'))).toContain(notProven);
      expect(enVerifier['results.no_proof']).toBe('No result proves');
      expect(enVerifier['results.not_file']).toContain(notProven);
    },
  );

  it('a bundle without any line does not hold', () => {
    expect(faultsOf(`<!doctype html>${EVIDENCE_START}${EVIDENCE_END}`)).not.toEqual([]);
  });
});
