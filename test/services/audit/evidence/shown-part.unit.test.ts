import { orderKey } from '../../../../schemas/order-key';
import { collectEvidence } from '../../../../services/audit/evidence/collect-evidence';
import { makeBundle } from '../../../../services/audit/evidence/make-bundle';
import type { OrderEvidence } from '../../../../services/audit/evidence/read-order';
import { atOnce } from '../../../../services/audit/evidence/steps';
import { evidenceSteps } from '../../../../services/audit/evidence/write-evidence';
import { MAX_READER_RECEIPTS } from '../../../../services/screen-reports/order-receipts';
import { type Done, KEY, recordedOrder, type Reported } from './recorded-order';
import { recordShown, type Shown } from './shown-order';

/** What screens showed, as evidence says it. */

const OMAR = { source: 'uber', name: 'Omar Haddad', phone: { number: '+15550104711' }, passcode: '4711' };
const HANDED_OVER: Done = { by: 'counter 2', press: { type: 'handed_over', compared: ['passcode'] } };
/** A minute after each other, from 22:05 UTC. */
const STORY: readonly (Reported | Done)[] = [
  { fields: { status: 'in_progress', delivery_status: 'enroute_to_pickup', driver_details: OMAR } },
  { fields: { delivery_status: 'arrived_at_pickup', driver_details: OMAR } },
  HANDED_OVER,
  { fields: { status: 'out_for_delivery', delivery_status: 'enroute_to_dropoff', driver_details: OMAR } },
];
const at = (time: string): string => `2026-11-21T${time}Z`;
const USUAL: readonly Shown[] = [
  { revision: 0, at: at('22:05:00.300') },
  { revision: 1, at: at('22:06:01.250') },
  { revision: 1, at: at('22:06:01.400'), part: 'alarm' },
  { revision: 1, at: at('22:06:02.000'), screen: 'drive-through', reader: 'drive-through' },
];
const OPTIONS = {
  ...{ key: KEY, secrets: [], checkpoints: [], proof: null, version: '1.2.3', code: 'code' },
  ...{ locationName: 'Harbour Street', timeZone: 'America/New_York', exportedAt: at('23:00:00.000') },
};

async function collected(shown: readonly Shown[], story = STORY): Promise<OrderEvidence> {
  const store = await recordedOrder(story);
  await recordShown(store, shown);
  const found = await collectEvidence(store, KEY);
  if (found.kind !== 'collected') throw new Error(found.kind);
  return found.evidence;
}
const bundleOf = async (shown: readonly Shown[], withheld = false): Promise<string> =>
  atOnce(evidenceSteps({ ...OPTIONS, withheld }, await collected(shown)));

const HEADING = '<h2>What screens showed</h2>';
const read = (html: string): string =>
  html
    .replaceAll(/<(?:bdi|\/bdi|code|\/code|strong|\/strong|span|\/span|time|\/time)\b[^>]*>/g, '')
    .replaceAll(/<[^>]*>/g, ' ')
    .replaceAll(/\s+/g, ' ');
/** The part of a bundle that says what screens showed, as it is read. */
function partOf(bundle: string): string {
  const [, part = ''] = bundle.split(HEADING);
  return read(part.slice(0, part.indexOf('<h2>')));
}
const firstPageOf = (bundle: string): string => read(bundle.slice(0, bundle.indexOf('</section>')));

describe('what screens showed, in evidence', () => {
  it('the evidence says by revision when it was received, on which screen it was, when that was reported and what was pressed', async () => {
    const part = partOf(await bundleOf(USUAL));
    expect(part).toContain(
      '0 2026-11-21 17:05:00 UTC-05:00 2026-11-21T22:05:00.000Z counter 2, signed in as counter: the order in view. ' +
        '2026-11-21 17:05:00 UTC-05:00 2026-11-21T22:05:00.300Z 2026-11-21 17:05:01 UTC-05:00 2026-11-21T22:05:01.800Z',
    );
    expect(part).toMatch(
      /1 2026-11-21 17:06:00 .* counter 2, signed in as counter: the order in view\. .*22:06:01\.250Z .* an alarm sounded for it\. .*22:06:01\.400Z .* drive-through: the order in view\. .*22:06:02\.000Z/,
    );
    expect(part).toMatch(
      /On record, at revision 2: counter 2 handed it over to Omar Haddad, who was checked by the passcode\. 2026-11-21 17:07:00/,
    );
    expect(part).toContain('claims, not proofs');
  });

  it('the first page says when the revision with which a driver was here came, was on a screen and was acted on, and that the screen claims it', async () => {
    const first = firstPageOf(await bundleOf(USUAL));
    expect(first).toContain(
      'Screens Revision 1, with which a driver was here: received 2026-11-21 17:06:00 UTC-05:00, on screen counter 2 ' +
        '17:06:01, as it claims; 17:07:00 counter 2 handed it over to Omar Haddad, who was checked by the passcode.',
    );
    expect(first).toMatch(/What it does not prove That what was reported, or what screens claim, was true\./);
    expect(first).toContain('beside the name of the restaurant and what screens claim');
    expect(firstPageOf(await bundleOf(USUAL.slice(0, 1)))).toContain('Screens Revision 0: received');
    const none = firstPageOf(await bundleOf([]));
    expect(none).not.toMatch(/Screens|screens claim/);
  });

  it('where no screen reported anything, the evidence says so, and that it proves nothing', async () => {
    const bundle = await bundleOf([]);
    expect(partOf(bundle)).toMatch(/^ No screen reported that it showed the order\. .* proves nothing/);
    expect(bundle).toContain('{"kind":"claims","receipts":[],"truncated":false,');
  });

  it('evidence of versions that did not say what screens showed has no such part', async () => {
    const evidence = { ...(await collected(USUAL)), shown: null };
    const bundle = makeBundle({ ...OPTIONS, withheld: false, evidence });
    expect(bundle).not.toContain(HEADING);
    expect(bundle).not.toContain('"kind":"claims"');
  });

  it('the evidence has what was shown of its order and of the events in it, and nothing of others at the location', async () => {
    const other = orderKey(KEY.location_id, 'another-order');
    const elsewhere = orderKey('another-place', KEY.order_id);
    const bundle = await bundleOf([
      ...USUAL,
      { revision: 0, at: at('22:05:00.300'), key: other, screen: 'screen of another order' },
      { revision: 0, at: at('22:05:00.300'), key: elsewhere, screen: 'screen of another place' },
      { revision: STORY.length, at: at('22:09:00.000'), screen: 'screen of a later event' },
    ]);
    for (const foreign of ['another-order', 'another-place', 'screen of']) expect(bundle).not.toContain(foreign);
    expect(bundle.match(/"shown_at"/g)).toHaveLength(USUAL.length);
  });

  it('the evidence says of a clock that is far off by how much, and shows the time by the clock of the service', async () => {
    const part = partOf(await bundleOf([{ revision: 1, at: at('21:36:04.000'), behindMs: 30 * 60_000 }]));
    expect(part).toContain('Its clock was 30 min behind, which is taken into account. 2026-11-21 17:06:04');
    expect(partOf(await bundleOf(USUAL))).not.toContain('Its clock was');
  });

  it('of more claims than there is room for it is said that there are more, on the page and in the data', async () => {
    const many = Array.from({ length: MAX_READER_RECEIPTS + 1 }, (_, n): Shown => {
      return { revision: 1, at: at('22:06:01.000'), screen: `screen ${String(n)}` };
    });
    const bundle = await bundleOf(many);
    const part = partOf(bundle);
    expect(part).toContain('More claims of screens that stand in the data of this file: 988.');
    expect(part).toContain('Screens reported more than is in this file');
    expect(bundle.match(/"shown_at"/g)).toHaveLength(MAX_READER_RECEIPTS);
    expect(bundle).toContain('"truncated":true');
  });

  it('evidence without contacts names screens and readers, as it names who pressed something', async () => {
    const bundle = await bundleOf(USUAL, true);
    expect(partOf(bundle)).toContain('counter 2, signed in as counter: the order in view.');
    expect(bundle).not.toContain('+15550104711');
  });

  it('a name of a screen is text on the page', async () => {
    const screen = '</script></td><img src=x>\u202E';
    const bundle = await bundleOf([{ revision: 0, at: at('22:05:00.300'), screen, reader: null }]);
    expect(bundle.match(/<(?:img|\/script)/g)).toEqual(['</script']);
    expect(bundle).toContain(
      '<strong><bdi>&lt;/script&gt;&lt;/td&gt;&lt;img src=x&gt;\u202E</bdi></strong>: the order',
    );
  });

  it('the reading of what screens showed ends when the evidence is not wanted any more', async () => {
    const store = await recordedOrder(STORY);
    await recordShown(
      store,
      Array.from({ length: 1_100 }, (): Shown => ({ revision: 1, at: at('22:06:01.000') })),
    );
    expect(await collectEvidence(store, KEY, undefined, () => false)).toEqual({ kind: 'unwanted' });
  });
});
