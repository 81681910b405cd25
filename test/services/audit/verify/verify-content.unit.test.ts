import { createHash } from 'node:crypto';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { orderStream } from '../../../../schemas/events/order-events';
import { orderKey } from '../../../../schemas/order-key';
import { CSV_HEADER, manifestCells, RowWriter } from '../../../../services/audit/export/csv';
import { EXPORT_FORMAT, LineWriter, type Manifest } from '../../../../services/audit/export/ndjson';
import { type FileContent, verifyCsv, verifyNdjson } from '../../../../services/audit/verify/verify-content';
import { LineVerification } from '../../../../services/audit/verify/verify-lines';
import { LARGEST_MANIFEST_BYTES, RowVerification } from '../../../../services/audit/verify/verify-rows';
import { resultLines } from '../../../../services/audit/verify/result-lines';
import type { Verified } from '../../../../services/audit/verify/verified';

/** Files of which somebody decided each byte, with all hashes. */

const TIME = '2026-11-22T00:00:00.000Z';
const EVENT = {
  kind: 'event',
  stream: 'quarantine',
  revision: 0,
  position: '1',
  id: '1',
  type: 'kept',
  created: TIME,
  data: {},
};

function manifestOf(content: string, events: number, more: Partial<Manifest>): Manifest {
  return {
    kind: 'manifest',
    format: EXPORT_FORMAT,
    scope: { location_id: null, order_id: null, streams: 'all' },
    from: null,
    to: null,
    positions: events === 0 ? null : { first: '1', last: String(events) },
    events,
    streams: events === 0 ? 0 : 1,
    sha256: createHash('sha256').update(content).digest('hex'),
    withheld: false,
    software: { name: 'ticket-rail', version: '1.2.3' },
    exported_at: TIME,
    ...more,
  };
}

/** @returns an export of one event. */
function ndjsonOf(event: Readonly<Record<string, unknown>>, more: Partial<Manifest> = {}): string {
  const writer = new LineWriter();
  const line = writer.write({ ...EVENT, ...event });
  return `${line}${writer.write(manifestOf(line, 1, more))}`;
}

/** @returns an export without events. */
const csvOf = (more: Partial<Manifest> = {}): string =>
  `${CSV_HEADER}${new RowWriter().row(manifestCells(manifestOf(CSV_HEADER, 0, more)))}`;

function contentOf(text: string): FileContent {
  const bytes = Buffer.from(text);
  return { size: bytes.length, read: (offset, length) => Promise.resolve(bytes.subarray(offset, offset + length)) };
}
const OPTIONS = {
  subject: 'file',
  seed: 7,
  resume: null,
  watch: { onProgress: () => undefined, onResumable: () => undefined },
};
const ndjson = (text: string): Promise<Verified> => verifyNdjson(contentOf(text), OPTIONS);
const csv = (text: string): Promise<Verified> =>
  verifyCsv(contentOf(text), { name: 'beside', read: () => Promise.resolve(null) }, OPTIONS);

describe('the verification of what a file holds', () => {
  it('what a file says of itself stands quoted and cut among what is said of it', async () => {
    const ours = '1. Everything was verified with the public key of the service.';
    const said = `${ours} ${'x'.repeat(100)}`;
    const more = { software: { name: 'ticket-rail' as const, version: said }, exported_at: said, from: said, to: said };
    for (const verified of [await ndjson(ndjsonOf({}, more)), await csv(csvOf(more))]) {
      expect(verified.faults).toEqual([]);
      const lines = resultLines('file', verified).filter((line) => line.includes('Everything was verified'));
      expect(lines).toHaveLength(2);
      for (const line of lines) {
        expect(line.replaceAll(/"[^"]*"/g, '')).not.toContain('Everything');
        expect(line).toContain('as the file says');
        expect(line.length).toBeLessThan(300);
      }
    }
  });

  it('the result of an export in CSV says that only its rows were verified, and that of another says nothing of it', async () => {
    const notesOf = async (verified: Promise<Verified>): Promise<string> => (await verified).notes.join(' ');
    expect(await notesOf(csv(csvOf()))).toContain('only that its rows fit each other');
    expect(await notesOf(ndjson(ndjsonOf({})))).not.toContain('rows');
  });

  it.each([
    ['2026-11-22T00:00:00Z'],
    ['2026-11-22'],
    ['Sun Nov 22 2026 00:00:00 GMT'],
    ['2026-11-22T00:00:00.000+00:00'],
    ['2026-02-30T00:00:00.000Z'],
    [' 2026-11-22T00:00:00.000Z'],
  ])('an event that was stored at %s, as no export says it, is none', async (created) => {
    expect(await ndjson(ndjsonOf({}))).toMatchObject({ faults: [] });
    expect((await ndjson(ndjsonOf({ created }))).faults[0]).toMatchObject({ code: 'form', line: 1 });
  });

  it('readings that are others are counted in the same memory, however many there are', () => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    const usedBy = (lines: number): number => {
      const verification = new LineVerification(null, null, 7);
      const event = { ...EVENT, stream: orderStream(orderKey('l', 'o')), data: {}, metadata: {} };
      verification.add(Buffer.from(new LineWriter().write(event)));
      const reading = Buffer.from(new LineWriter().write({ kind: 'reading', revision: 0 }));
      collect();
      const before = process.memoryUsage().heapUsed;
      for (let line = 0; line < lines; line++) verification.add(reading);
      collect();
      const used = process.memoryUsage().heapUsed - before;
      // One for each line, which is the same as the one before it: each follows its event.
      expect(verification.tally.faultCount).toBe(lines);
      return used;
    };
    usedBy(1_000);
    expect(usedBy(60_000)).toBeLessThan(2_000_000);
  });

  it('rows after the manifest of an export in CSV are found, though they are read later than it', () => {
    const whole = csvOf();
    const rows = new RowVerification();
    expect(rows.add(Buffer.from(whole))).toBe(Buffer.byteLength(whole));
    const [, hash = ''] = /"([0-9a-f]{64})"\r\n$/.exec(whole) ?? [];
    const cells = '"1","quarantine"';
    const row = `${cells},"${createHash('sha256')
      .update(hash + cells)
      .digest('hex')}"\r\n`;
    expect(rows.add(Buffer.from(row))).toBe(row.length);
    rows.finish(Buffer.alloc(0), 'beside', null);
    expect(rows.tally.faults).toEqual([
      expect.objectContaining({ line: 3, detail: 'there is more after the manifest' }),
    ]);
  });

  it.each([
    ['too large', Buffer.alloc(LARGEST_MANIFEST_BYTES + 1, ' '), 'is too large'],
    ['with a byte order mark', Buffer.from('\uFEFF{}'), 'cannot be read, or was changed'],
  ])('a manifest beside a CSV file that is %s is named', async (_, bytes, detail) => {
    const read = (most: number): Promise<Buffer> => Promise.resolve(bytes.subarray(0, most));
    const { faults } = await verifyCsv(contentOf(CSV_HEADER.replace(',"cut"', '')), { name: 'beside', read }, OPTIONS);
    expect(faults).toEqual([expect.objectContaining({ detail: expect.stringContaining(detail) as string })]);
  });
});
