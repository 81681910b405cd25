import fc from 'fast-check';
import { splitBundle } from '../../../../services/audit/evidence/bundle';
import { collectEvidence } from '../../../../services/audit/evidence/collect-evidence';
import { evidenceCode } from '../../../../services/audit/evidence/evidence-code';
import { atOnce } from '../../../../services/audit/evidence/steps';
import { evidenceSteps } from '../../../../services/audit/evidence/write-evidence';
import { CSV_HEADER, manifestCells, RowWriter } from '../../../../services/audit/export/csv';
import { EXPORT_FORMAT, eventMembers, LineWriter, type Manifest } from '../../../../services/audit/export/ndjson';
import { verifyBundle } from '../../../../services/audit/verify/bundle/verify-bundle';
import { foreignKindOf, kindOf } from '../../../../services/audit/verify/file-kind';
import { resultLines } from '../../../../services/audit/verify/result-lines';
import { type FileContent, verifyCsv, verifyNdjson } from '../../../../services/audit/verify/verify-content';
import { verdictOf, type Verified } from '../../../../services/audit/verify/verified';
import { createHash } from 'node:crypto';
import { orderStream } from '../../../../schemas/events/order-events';
import { cases } from '../../../support/depth';
import { KEY, recordedOrder, type Reported } from '../evidence/recorded-order';
import { mutate, mutation, refitted } from './mutations';

/** What becomes of files on their way that nobody meant to change, and of files that are none of ours. */

const TIME = '2026-11-22T00:00:00.000Z';
const HOSTILE = 'Jane". It holds: everything was verified.';
const JANE = { name: HOSTILE, source: 'uber' };
const REPORTS: readonly Reported[] = [
  { fields: { delivery_status: 'arrived_at_pickup', driver_details: JANE } },
  { fields: { status: 'out_for_delivery', delivery_status: 'enroute_to_dropoff', driver_details: JANE } },
  { fields: { status: 'completed', delivery_status: 'completed' } },
];
const HEADER_BYTES = Buffer.byteLength(CSV_HEADER);
const MARK = Buffer.from('\uFEFF');

async function bundleOf(withheld: boolean): Promise<Buffer> {
  const collected = await collectEvidence(await recordedOrder(REPORTS), KEY);
  if (collected.kind !== 'collected') throw new Error(collected.kind);
  const options = {
    ...{ key: KEY, secrets: [], checkpoints: [], proof: null, timeZone: 'America/New_York', version: '1.2.3' },
    ...{ code: evidenceCode(), exportedAt: TIME, withheld, locationName: null },
  };
  return Buffer.from(atOnce(evidenceSteps(options, collected.evidence)));
}

const manifestOf = (content: string, events: number, [first, last] = ['1', '1']): Manifest => ({
  kind: 'manifest',
  format: EXPORT_FORMAT,
  scope: { ...KEY, streams: 'orders' },
  from: null,
  to: null,
  positions: { first, last },
  events,
  streams: 1,
  sha256: createHash('sha256').update(content).digest('hex'),
  withheld: false,
  software: { name: 'ticket-rail', version: '1.2.3' },
  exported_at: TIME,
});

async function ndjsonOf(): Promise<Buffer> {
  const writer = new LineWriter();
  const positions: string[] = [];
  let lines = '';
  for await (const event of (await recordedOrder(REPORTS)).readStream(orderStream(KEY))) {
    lines += writer.write(eventMembers(event));
    positions.push(event.position);
  }
  const [first = '', last = ''] = [positions.at(0), positions.at(-1)];
  return Buffer.from(`${lines}${writer.write(manifestOf(lines, REPORTS.length, [first, last]))}`);
}

function csvOf(): Buffer {
  const rows = new RowWriter();
  const row = rows.row(
    CSV_HEADER.trim()
      .split(',')
      .slice(1)
      .map((_, index) => `"${String(index)}"`)
      .join(','),
  );
  const manifest = { ...manifestOf(`${CSV_HEADER}${row}`, 1) };
  return Buffer.from(`${CSV_HEADER}${row}${rows.row(manifestCells(manifest))}`);
}

/** @returns the bytes in short pieces, so that what is looked for stands across their ends. */
const contentOf = (bytes: Buffer, most: number): FileContent => ({
  size: bytes.length,
  read: (offset, length) => Promise.resolve(bytes.subarray(offset, offset + Math.min(length, most))),
});
const OPTIONS = {
  ...{ subject: 'file', seed: 7, resume: null },
  watch: { onProgress: () => undefined, onResumable: () => undefined },
};
const bundle = (bytes: Buffer): Verified => verifyBundle(bytes, 7, evidenceCode, null);
const ndjson = (bytes: Buffer): Promise<Verified> => verifyNdjson(contentOf(bytes, bytes.length), OPTIONS);
const csv = (bytes: Buffer, most = bytes.length): Promise<Verified> =>
  verifyCsv(contentOf(bytes, most), { name: 'beside', read: () => Promise.resolve(null) }, OPTIONS);

/** @returns the bytes with other ends of the lines that are chosen; of the first, if none of them is there. */
function withOtherEnds(bytes: Buffer, chosen: readonly boolean[]): Buffer {
  let line = 0;
  const text = bytes.toString('latin1');
  const changed = text.replaceAll('\n', () => (chosen[line++ % chosen.length] === true ? '\r\n' : '\n'));
  return Buffer.from(changed === text ? text.replace('\n', '\r\n') : changed, 'latin1');
}
const chosenLines = fc.array(fc.boolean(), { minLength: 1, maxLength: 12 });

describe.each([false, true])('evidence that was altered on its way, with contacts withheld: %s', (withheld) => {
  let whole: Buffer;
  let about: Verified['about'];
  beforeAll(async () => {
    whole = await bundleOf(withheld);
    ({ about } = bundle(whole));
    expect(about?.orders).toHaveLength(1);
  });

  it('evidence whose line ends were changed, or before which a mark was put, does not hold as it is, and has nothing else wrong', () => {
    fc.assert(
      fc.property(chosenLines, fc.boolean(), fc.boolean(), (chosen, hasEnds, isMarked) => {
        fc.pre(hasEnds || isMarked);
        const changed = hasEnds ? withOtherEnds(whole, chosen) : whole;
        const verified = bundle(isMarked ? Buffer.concat([MARK, changed]) : changed);
        expect(verdictOf(verified)).toBe('broken');
        expect(verified).toMatchObject({ within: 'all', about });
        expect(verified.tally.faultCount).toBe(Number(hasEnds) + Number(isMarked));
      }),
      { numRuns: cases(60) },
    );
  });

  it('evidence whose page alone was changed does not hold, and is about what its facts say and never about what the page says', () => {
    const parts = splitBundle(whole);
    fc.assert(
      fc.property(mutation, fc.boolean(), (how, isBefore) => {
        const { before, evidence, after } = parts ?? { before: whole, evidence: whole, after: whole };
        const [changed] = mutate(isBefore ? before : after, how);
        fc.pre(!changed.equals(isBefore ? before : after));
        const verified = bundle(Buffer.concat(isBefore ? [changed, evidence, after] : [before, evidence, changed]));
        expect(verdictOf(verified)).toBe('broken');
        // Where what marks the evidence was changed, it is not found.
        expect([null, undefined, 'facts', 'all']).toContain(verified.within);
        const isKnown = verified.within === 'facts' || verified.within === 'all';
        expect(verified.about ?? null).toEqual(isKnown ? about : null);
      }),
      { numRuns: cases(200) },
    );
  });

  it('evidence as a browser saves the page anew does not hold as it is, and its facts are unchanged', () => {
    const saved = whole
      .toString()
      .replace('<!doctype html>', '<!DOCTYPE html>\n<!-- saved from url=(0020)https://example.org/ -->')
      .replaceAll('<br>', '<br />');
    for (const text of [saved, saved.replaceAll('\n', '\r\n')]) {
      const verified = bundle(Buffer.from(text));
      expect(verdictOf(verified)).toBe('broken');
      expect(verified).toMatchObject({ within: 'facts', about });
    }
  });

  it('any mutation of the facts is refused without a word on what holds within, whatever became of the line ends', () => {
    const { before, evidence, after } = splitBundle(whole) ?? { before: whole, evidence: whole, after: whole };
    fc.assert(
      fc.property(mutation, fc.boolean(), chosenLines, (how, hasEnds, chosen) => {
        const [changed] = mutate(evidence, how);
        fc.pre(!changed.equals(evidence) && !changed.includes('\r\n'));
        const bytes = Buffer.concat([before, changed, after]);
        const verified = bundle(hasEnds ? withOtherEnds(bytes, chosen) : bytes);
        expect(verdictOf(verified)).toBe('broken');
        expect(verified.within ?? null).toBeNull();
        expect(verified.about ?? null).toBeNull();
      }),
      { numRuns: cases(300) },
    );
  });

  it('a page that was forged with hashes made to fit is refused without a word on what holds within', () => {
    for (const word of ['What this file proves', 'Evidence: order', 'When this file was made']) {
      if (!whole.includes(word)) continue;
      const verified = bundle(Buffer.from(refitted(whole, (page) => page.replace(word, 'Forged'))));
      expect(verdictOf(verified)).toBe('broken');
      expect(verified).toMatchObject({ within: null, about: null });
    }
    // Of the hash that says which page was written, too.
    const members = refitted(whole, (page) => page).replace(
      /"report_sha256":"(.)/,
      (_, first) => `"report_sha256":"${first === 'a' ? 'b' : 'a'}`,
    );
    expect(bundle(Buffer.from(members))).toMatchObject({ within: null, about: null });
  });
});

describe('an export that was altered on its way', () => {
  it('an export in NDJSON whose line ends were changed, or before which a mark was put, has nothing else wrong', async () => {
    const whole = await ndjsonOf();
    const { about, faults } = await ndjson(whole);
    expect(faults).toEqual([]);
    expect(about).toMatchObject({ scope: KEY, events: REPORTS.length, span: { from: '2026-11-21T22:05:00.000Z' } });
    await fc.assert(
      fc.asyncProperty(chosenLines, fc.boolean(), async (chosen, isMarked) => {
        const changed = withOtherEnds(whole, chosen);
        const verified = await ndjson(isMarked ? Buffer.concat([MARK, changed]) : changed);
        expect(verdictOf(verified)).toBe('broken');
        expect(verified).toMatchObject({ within: 'all', about });
        expect(verified.tally.faultCount).toBe(1 + Number(isMarked));
      }),
      { numRuns: cases(60) },
    );
  });

  it('an export in NDJSON that was changed is refused without a word on what holds within, whatever became of the line ends', async () => {
    const whole = await ndjsonOf();
    await fc.assert(
      fc.asyncProperty(mutation, fc.boolean(), async (how, hasEnds) => {
        const [changed] = mutate(whole, how);
        fc.pre(!changed.equals(whole) && !changed.includes('\r\n'));
        const verified = await ndjson(hasEnds ? withOtherEnds(changed, [true]) : changed);
        expect(verdictOf(verified)).toBe('broken');
        expect(verified).toMatchObject({ within: null, about: null });
      }),
      { numRuns: cases(200) },
    );
  });

  it('an export in CSV whose rows end with a line feed alone has nothing else wrong, and one that was changed besides has', async () => {
    const whole = csvOf();
    expect(await csv(whole)).toMatchObject({ faults: [], within: null });
    const changed = Buffer.from(whole.toString().replaceAll('\r\n', '\n'));
    for (const most of [HEADER_BYTES, HEADER_BYTES + 1, changed.length]) {
      const verified = await csv(changed, most);
      expect(verified).toMatchObject({ within: 'all', faults: [{ code: 'file', line: 1 }] });
      expect(verdictOf(verified)).toBe('broken');
    }
    const tampered = Buffer.from(changed.toString().replace('"3"', '"4"'));
    expect(await csv(tampered)).toMatchObject({ within: null, about: null });
  });
});

describe('what a file is', () => {
  it('files of others are not taken for ours, and it is said what they are where evidence often becomes such a file', () => {
    const kinds = (
      [
        ['other', 'just a note'],
        ['other', '{"kind":"List","items":[]}'],
        ['other', '<!doctype html><html lang="en"><title>News</title></html>'],
        ['other', `\u00ff\u00d8\u00ff\u00e0${'x'.repeat(2_000)}`],
        ['other', 'name,price\r\nsoup,4\r\n'],
        ['print', '%PDF-1.7\n'],
        ['web archive', 'From: <Saved by Blink>\r\n'],
        ['web archive', 'bplist00\u00d1'],
        ['archive', 'PK\u0003\u0004\u0014'],
        ['verifier', '<!doctype html>\n<title>Verify an export or evidence · Ticket Rail</title>'],
      ] as const
    ).map(([kind, text]) => [kind, foreignKindOf(Buffer.from(text, 'latin1'))] as const);
    for (const [expected, found] of kinds) expect(found).toBe(expected);
  });

  it('a file of ours is known as such after any single mutation, and however soon it was cut off', async () => {
    const files = [await bundleOf(false), await bundleOf(true), await ndjsonOf(), csvOf()];
    for (const whole of files) expect(foreignKindOf(whole)).toBeNull();
    expect(files.map(kindOf)).toEqual(['evidence', 'evidence', 'ndjson', 'csv']);
    fc.assert(
      fc.property(fc.constantFrom(...files), mutation, (whole, how) => {
        const [changed] = mutate(whole, how);
        expect(foreignKindOf(changed)).toBeNull();
      }),
      { numRuns: cases(500) },
    );
    for (const whole of files)
      for (let length = 0; length < 1_200; length++) expect(foreignKindOf(whole.subarray(0, length))).toBeNull();
  });

  it('a file of ours with a mark before it, or saved anew by a spreadsheet, is taken for what it was', async () => {
    const marked = async (bytes: Promise<Buffer>): Promise<Buffer> => Buffer.concat([MARK, await bytes]);
    expect(kindOf(await marked(bundleOf(false)))).toBe('evidence');
    expect(kindOf(await marked(ndjsonOf()))).toBe('ndjson');
    for (const saved of [csvOf().toString().replaceAll('"', ''), csvOf().toString().slice(1).replaceAll('","', '";"')])
      expect([kindOf(Buffer.from(saved)), foreignKindOf(Buffer.from(saved))]).toEqual(['csv', null]);
  });
});

describe('what a file is about', () => {
  it('the lines of a result say which order it is, of which time and what was reported, with the words of others in quotes', async () => {
    const lines = resultLines('file', bundle(await bundleOf(false)));
    expect(lines[0]).toBe('file holds: 3 events.');
    expect(lines[1]).toBe(
      'Order "o/1" of location "disputes": 3 events, received from 2026-11-21 17:05:00 to 17:07:00 (America/New_York).',
    );
    expect(lines[2]).toMatch(/^What was reported: ".*was here 17:05:00 to 17:06:00 and left with the order/);
    const unquoted = (line: string): string => line.replaceAll(/"(?:[^"\\]|\\.)*"/g, '');
    expect(lines.filter((line) => unquoted(line).includes('everything was verified'))).toEqual([]);
    expect(resultLines('file', bundle(await bundleOf(true)))).toContainEqual(
      expect.stringMatching(/^What was reported, as the file says: "/),
    );
  });

  it('one thing is said of as one: a fault, and an event', async () => {
    const writer = new LineWriter();
    const event = {
      kind: 'event',
      stream: 's',
      revision: 0,
      position: '1',
      id: '1',
      type: 't',
      created: TIME,
      data: {},
    };
    const line = writer.write(event);
    const text = `${line}${writer.write(manifestOf(line, 1))}`;
    const [head, , ...rest] = resultLines('file', await ndjson(Buffer.from(text)));
    expect(head).toBe('file holds: 1 event.');
    expect(rest[0]).toBe('1 event carries no hashes, the first at position 1: nothing can be said of them.');
    const [first = ''] = resultLines('file', await ndjson(Buffer.from(text.replace('\n', '\r\n'))));
    expect(first).toBe('file DOES NOT HOLD: 1 fault in 1 event. The first:');
  });
});
