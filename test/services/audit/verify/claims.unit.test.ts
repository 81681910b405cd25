import fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { splitBundle } from '../../../../services/audit/evidence/bundle';
import { collectEvidence } from '../../../../services/audit/evidence/collect-evidence';
import { evidenceCode } from '../../../../services/audit/evidence/evidence-code';
import { atOnce } from '../../../../services/audit/evidence/steps';
import { evidenceSteps } from '../../../../services/audit/evidence/write-evidence';
import { verifyBundle } from '../../../../services/audit/verify/bundle/verify-bundle';
import { resultLines } from '../../../../services/audit/verify/result-lines';
import { verdictOf } from '../../../../services/audit/verify/verified';
import { cases } from '../../../support/depth';
import { KEY, recordedOrder, type Reported } from '../evidence/recorded-order';
import { recordShown } from '../evidence/shown-order';
import { forged, type Members, mutate, mutation } from './mutations';

/** Evidence with what screens claim to have shown. */

const CODE = evidenceCode();
const OPTIONS = {
  ...{ key: KEY, secrets: [], checkpoints: [], proof: null, version: '1.2.3', code: CODE },
  ...{ locationName: 'Harbour Street', timeZone: 'America/New_York', exportedAt: '2026-11-22T00:00:00.000Z' },
};
const REPORTS: readonly Reported[] = [
  { fields: { delivery_status: 'enroute_to_pickup', driver_details: { name: 'Jane' } } },
  { fields: { delivery_status: 'arrived_at_pickup', driver_details: { name: 'Jane' } } },
];

async function bundleOf({ withheld = false, screens = ['counter 2', 'drive-through'] } = {}): Promise<string> {
  const store = await recordedOrder(REPORTS);
  await recordShown(
    store,
    screens.map((screen) => ({ revision: 1, at: '2026-11-21T22:06:01.250Z', screen })),
  );
  const collected = await collectEvidence(store, KEY);
  if (collected.kind !== 'collected') throw new Error(collected.kind);
  return atOnce(evidenceSteps({ ...OPTIONS, withheld }, collected.evidence));
}

const verified = (bundle: string | Buffer, code = CODE) => verifyBundle(Buffer.from(bundle), 7, () => code, null);
const linesOf = (bundle: string): string => resultLines('a.html', verified(bundle)).join('\n');
const inClaims =
  (change: (line: Members) => Members | readonly Members[]) =>
  (line: Members): Members | readonly Members[] =>
    line['kind'] === 'claims' ? change(line) : line;
const first = (line: Members): Members => (line['receipts'] as readonly Members[])[0] ?? {};

describe('the verification of evidence with claims of screens', () => {
  it('evidence with claims holds, and the result says how many there are and what they are worth', async () => {
    const bundle = await bundleOf();
    expect(verified(bundle)).toMatchObject({ faults: [], doubts: [], claims: 2 });
    expect(linesOf(bundle)).toContain(
      '2 claims of screens are in it, that they showed the order. They are as they were written into this file. Whether ' +
        'the service received them so, only the log of the service shows; whether anybody looked, nothing shows.',
    );
    expect(linesOf(await bundleOf({ withheld: true }))).toContain('2 claims of screens are in it');
    expect(linesOf(await bundleOf({ screens: ['counter 2'] }))).toContain('1 claim of a screen is in it');
    expect(linesOf(await bundleOf({ screens: [] }))).not.toContain('claim');
  });

  it.each([false, true])(
    'evidence does not hold after any single mutation of its claims, in the data or on the page, and the line of data is named: withheld %s',
    async (withheld) => {
      const bytes = Buffer.from(await bundleOf({ withheld }));
      const { before, evidence, after } = splitBundle(bytes) ?? { before: bytes, evidence: bytes, after: bytes };
      const part = (of: Buffer, from: string, to: string): readonly [number, number] => {
        const at = of.indexOf(from);
        return [at, of.indexOf(to, at)];
      };
      const [lineFrom, lineTo] = part(evidence, '{"kind":"claims"', '\n');
      const [pageFrom, pageTo] = part(before, '<h2>What screens showed</h2>', '<h2>Chain</h2>');
      const lineNumber = evidence.subarray(0, lineFrom).toString().split('\n').length;
      fc.assert(
        fc.property(mutation, fc.boolean(), (how, isOnPage) => {
          const [source, from, to] = isOnPage ? [before, pageFrom, pageTo] : [evidence, lineFrom, lineTo];
          const [piece] = mutate(source.subarray(from, to), how);
          const changed = Buffer.concat([source.subarray(0, from), piece, source.subarray(to)]);
          fc.pre(!changed.equals(source));
          const whole = isOnPage ? [changed, evidence, after] : [before, changed, after];
          const result = verified(Buffer.concat(whole));
          expect(verdictOf(result)).toBe('broken');
          expect(isOnPage ? lineNumber : result.faults[0]?.line).toBe(lineNumber);
        }),
        { numRuns: cases(200) },
      );
    },
  );

  it.each<[string, (line: Members) => Members | readonly Members[]]>([
    ['of another screen', (line) => ({ ...line, receipts: [{ ...first(line), name: 'counter 3' }] })],
    ['at another time', (line) => ({ ...line, receipts: [{ ...first(line), shown_at: '2026-11-21T22:06:00.000Z' }] })],
    ['of an event that is not there', (line) => ({ ...line, receipts: [{ ...first(line), revision: 2 }] })],
    ['of another form', (line) => ({ ...line, receipts: [{ ...first(line), shown: 'all' }] })],
    ['that are none', (line) => ({ ...line, receipts: 7 })],
    ['of which some were taken away', (line) => ({ ...line, receipts: [first(line)] })],
    ['of which more are said to be elsewhere', (line) => ({ ...line, truncated: true })],
    ['that were all taken away', () => []],
    ['that stand there twice', (line) => [line, line]],
    ['with a member that nobody knows', (line) => ({ ...line, more: 1 })],
  ])('claims %s do not hold, though all hashes were made to fit', async (_, change) => {
    for (const withheld of [false, true]) {
      const bundle = await bundleOf({ withheld });
      expect(verdictOf(verified(forged(bundle, (line) => line)))).not.toBe('broken');
      const result = verified(forged(bundle, inClaims(change)));
      expect(result.faults).toMatchObject([{ code: 'file' }]);
      expect(result.claims).toBe(0);
    }
  });

  it('of a page that other code made, the claims in the data are still counted, and nothing says that the page shows them', async () => {
    const software = { name: 'ticket-rail', version: '9', code: 'other code' };
    const other = forged(await bundleOf(), (line) => (line['kind'] === 'manifest' ? { ...line, software } : line));
    expect(verified(other)).toMatchObject({ faults: [], claims: 2, doubts: [{ kind: 'page not checked' }] });
  });

  it('evidence of the version before claims verifies as before, and does not after a change', () => {
    const file = resolve(__dirname, '..', '..', '..', 'fixtures', 'before-claims', 'evidence.html');
    const bytes = readFileSync(file);
    expect(bytes.includes('"kind":"claims"')).toBe(false);
    const result = verified(bytes);
    expect(result).toMatchObject({ faults: [], claims: 0, tally: { events: 6 } });
    // Later code may make another page.
    expect(result.doubts?.filter(({ kind }) => kind !== 'page not checked')).toEqual([]);
    const changed = Buffer.from(bytes.toString().replace('"arrived_at_pickup"', '"enroute_to_pickup"'));
    expect(verdictOf(verified(changed))).toBe('broken');
  });
});
