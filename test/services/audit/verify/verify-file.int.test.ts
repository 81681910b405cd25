import fc from 'fast-check';
import { VERDICT_WORDS } from '../../../../schemas/words/verdict-words';
import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { orderStream } from '../../../../schemas/events/order-events';
import { locationId } from '../../../../schemas/order-key';
import { withoutContactInStored } from '../../../../services/access/withhold';
import { writeEvidence } from '../../../../services/audit/evidence/write-evidence';
import { EVIDENCE_END, EVIDENCE_START, splitBundle } from '../../../../services/audit/evidence/bundle';
import { LineWriter } from '../../../../services/audit/export/ndjson';
import {
  fileKind,
  manifestPath,
  verifyBundleFile,
  verifyCsvFile,
  verifyNdjsonFile,
} from '../../../../services/audit/verify/verify-file';
import type { Verified } from '../../../../services/audit/verify/verified';
import { loadState, type Progressed, saveState } from '../../../../services/audit/verify/saved-state';
import { openReadableStore } from '../../../../services/event-store/open';
import { cases } from '../../../support/depth';
import { temporaryDirectory } from '../../../support/running-service';
import { mutate, mutation, refitted } from './mutations';
import { csvOf, earlierCsvOf, EVERYTHING, exportOf, keyOf, makeStore, type Step, steps, WATCH } from '../histories';
import { ticketRail } from '../support';

const directory = temporaryDirectory();
const stores: string[] = [];
const store = async (history: readonly Step[]): Promise<string> => {
  const made = await makeStore(history);
  stores.push(made);
  return made;
};
afterAll(() => {
  for (const made of [directory, ...stores]) rmSync(made, { recursive: true, force: true });
});

const OPTIONS = { subject: 'file', version: '1.2.3', seed: 7, resume: null, watch: WATCH };
function write(content: string | Buffer, name = 'file'): string {
  const path = join(directory, name);
  writeFileSync(path, content);
  return path;
}
const verifyText = (content: string | Buffer): Promise<Verified> => verifyNdjsonFile(write(content), OPTIONS);

const HOSTILE = '</script><script>alert(1)</script><!--';
const deliver = (order: number, status: string, more: Record<string, unknown> = {}): Step => ({
  kind: 'deliver',
  order,
  fields: { status, ...more },
});
const HISTORY: readonly Step[] = [
  deliver(0, 'in_progress', { note: HOSTILE }),
  deliver(1, 'in_progress'),
  deliver(0, 'out_for_delivery', { driver_details: { name: HOSTILE, passcode: '1234' } }),
  deliver(0, 'completed'),
];

describe('the verification of an export', () => {
  it('every unchanged export verifies: whole, of a location, of a time range, and with contacts withheld', async () => {
    await fc.assert(
      fc.asyncProperty(steps(), async (history) => {
        const made = await store(history);
        const location = {
          ...EVERYTHING,
          scope: { location_id: locationId('location 1'), order_id: null, streams: 'orders' as const },
        };
        const range = { ...EVERYTHING, from: '2026-01-01T00:00:05.000Z', to: '2026-01-01T00:00:15.000Z' };
        for (const text of [
          await exportOf(made),
          await exportOf(made, location),
          await exportOf(made, range),
          await exportOf(made, EVERYTHING, 'ndjson', withoutContactInStored),
          // As versions before 0.3.0 wrote it: with the hashes over what was withheld.
          await exportOf(made, EVERYTHING, 'ndjson', (event) => ({
            ...event,
            data: withoutContactInStored(event).data,
          })),
        ]) {
          expect((await verifyText(text)).faults).toEqual([]);
        }
      }),
      { numRuns: cases(15) },
    );
  });

  it('the verification of an export finds any single mutation, and names its line', async () => {
    const texts = await Promise.all([exportOf(await store(HISTORY)), exportOf(await store([deliver(2, 'completed')]))]);
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...texts), mutation, async (text, how) => {
        const bytes = Buffer.from(text);
        const [changed, line] = mutate(bytes, how);
        fc.pre(!changed.equals(bytes));
        const { faults } = await verifyText(changed);
        expect(faults[0]?.line).toBe(line);
      }),
      { numRuns: cases(400) },
    );
  });

  it('the verification of an export names position, stream and revision of a changed event', async () => {
    const text = (await exportOf(await store(HISTORY))).replace('"out_for_delivery"', '"ready_for_pickup"');
    const { faults } = await verifyText(text);
    const place = { line: 3, position: '3', stream: orderStream(keyOf(0)), revision: 1 };
    expect(faults).toEqual([
      expect.objectContaining({ code: 'file', ...place }),
      expect.objectContaining({ code: 'content', ...place }),
      expect.objectContaining({ code: 'file', line: 5 }),
    ]);
  });

  it('the verification of an export finds a removed event even if all line hashes and the manifest were recomputed', async () => {
    const made = await store(HISTORY);
    const writer = new LineWriter();
    const members = (await exportOf(made))
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    members.splice(2, 1);
    const forged = members.map(({ line_hash: _, ...rest }) => writer.write(rest)).join('');
    const { faults } = await verifyText(forged);
    expect(faults[0]).toMatchObject({
      code: 'revision',
      line: 3,
      detail: expect.stringContaining('revision 1 is missing') as string,
    });
  });

  it('an interrupted verification of an export goes on where it stopped, to the same result', async () => {
    const big = await makeStore(
      Array.from({ length: 40 }, (_, n) =>
        deliver(n % 4, n % 8 < 4 ? 'in_progress' : 'completed', { note: 'x'.repeat(30_000) }),
      ),
    );
    stores.push(big);
    const text = await exportOf(big);
    for (const changed of [text, text.replace(/("revision":5.*?)xxx/, '$1yyy')]) {
      const path = write(changed);
      const whole = await verifyNdjsonFile(path, OPTIONS);
      const states: string[] = [];
      const onResumable = (progressed: () => Progressed): void => {
        const file = join(directory, `state${String(states.length)}`);
        saveState(file, '1.2.3', progressed());
        states.push(file);
      };
      await verifyNdjsonFile(path, { ...OPTIONS, watch: { ...WATCH, onResumable } });
      expect(states.length).toBeGreaterThan(2);
      for (const file of states) {
        const resume = loadState(file, '1.2.3', 'file');
        expect(resume).not.toBeNull();
        expect(await verifyNdjsonFile(path, { ...OPTIONS, seed: 8, resume })).toEqual(whole);
        expect(loadState(file, '1.2.4', 'file')).toBeNull();
        expect(loadState(file, '1.2.3', 'other')).toBeNull();
      }
    }
  });
});

describe('a bundle of evidence', () => {
  const bundleOf = async (made: string, more: { withheld?: boolean; timeZone?: string } = {}): Promise<string> => {
    const store = await openReadableStore({ url: null, logFile: join(made, 'events.sqlite') });
    const out = join(directory, 'evidence.html');
    await writeEvidence(
      store,
      {
        key: keyOf(0),
        secrets: ['a1b2c3d4e5f60718'],
        signed: { checkpoints: [{ size: 1, signature: '<x>' }], prove: () => Promise.resolve(null) },
        withheld: false,
        locationName: 'Harbour Street',
        timeZone: 'UTC',
        version: '1.2.3',
        exportedAt: '2026-01-02T00:00:00.000Z',
        ...more,
      },
      { out, force: true },
    );
    await store.close();
    return out;
  };

  it('a bundle of evidence verifies, and gives for each event its state, its verdict in words and the secret used', async () => {
    const path = await bundleOf(await store(HISTORY));
    expect(await fileKind(path)).toBe('evidence');
    expect(verifyBundleFile(path, OPTIONS.seed)).toMatchObject({ faults: [], doubts: [], tally: { events: 3 } });
    const text = readFileSync(path, 'utf8');
    expect(text).toContain('number 1 of those configured now');
    expect(text).toContain(VERDICT_WORDS.advance.rule);
    expect(text).toContain('When this file was made, every hash held.');
  });

  it('a bundle of evidence runs no script that an event contained', async () => {
    const text = readFileSync(await bundleOf(await store(HISTORY)), 'utf8');
    expect(text.match(/<script/g)).toHaveLength(1);
    expect(text.split(EVIDENCE_END)).toHaveLength(2);
    expect(text).toContain('&lt;/script&gt;');
    expect(text).toContain(`content="default-src 'none'; style-src 'unsafe-inline'"`);
  });

  it('a bundle of evidence does not verify after any single mutation, and a mutated line of evidence is named', async () => {
    const bytes = readFileSync(await bundleOf(await store(HISTORY)));
    const parts = splitBundle(bytes);
    const [before, evidence, after] = [parts?.before, parts?.evidence, parts?.after] as [Buffer, Buffer, Buffer];
    await fc.assert(
      fc.asyncProperty(mutation, fc.constantFrom('evidence', 'before', 'after'), (how, part) => {
        const source = part === 'before' ? before : part === 'after' ? after : evidence;
        const [changed, line] = mutate(source, how);
        fc.pre(!changed.equals(source));
        const whole = Buffer.concat([
          part === 'before' ? changed : before,
          part === 'evidence' ? changed : evidence,
          part === 'after' ? changed : after,
        ]);
        const { faults } = verifyBundleFile(write(whole), OPTIONS.seed);
        expect(part === 'evidence' ? faults[0]?.line : faults.length > 0).toBe(part === 'evidence' ? line : true);
        return Promise.resolve();
      }),
      { numRuns: cases(300) },
    );
    // Also where the manifest says of another order: the events are not at fault.
    const scope = '"scope":{"location_id":"';
    const [changed, line] = mutate(evidence, { kind: 'flip', at: evidence.indexOf(scope) + scope.length, flip: 1 });
    const { faults } = verifyBundleFile(write(Buffer.concat([before, changed, after])), OPTIONS.seed);
    expect(faults[0]?.line).toBe(line);
  });

  it('the first page of a bundle says who, when, for how long, and what is proven, by the clocks that it was made for', async () => {
    const jane = { name: 'Jane', source: 'uber', vehicle_info: { license_plate: '7KX' } };
    const made = await store([
      deliver(0, 'in_progress', { delivery_status: 'arrived_at_pickup', driver_details: jane }),
      deliver(0, 'out_for_delivery', { delivery_status: 'enroute_to_dropoff' }),
    ]);
    const path = await bundleOf(made, { timeZone: 'America/New_York' });
    expect(verifyBundleFile(path, OPTIONS.seed)).toMatchObject({ faults: [], doubts: [] });
    const [first = ''] = readFileSync(path, 'utf8').split('</section>');
    const shown = first
      .slice(first.indexOf('<body>'))
      .replaceAll(/<[^>]*>/g, ' ')
      .replaceAll(/\s+/g, ' ');
    expect(shown).toMatch(/Jane was here \d\d:\d\d:\d\d to \d\d:\d\d:\d\d and left with the order\./);
    expect(shown).toMatch(
      /Jane , Uber , plate 7KX was the driver of the order .* was at the restaurant 20\d\d-\d\d-\d\d \d\d:\d\d:\d\d UTC-05:00 20\d\d-/,
    );
    expect(shown).toContain('Restaurant Harbour Street , location id location 0 .');
    expect(shown).toContain('What it does not prove That what was reported was true.');
    expect(first).toContain('counter(page)');
  });

  it('a bundle of evidence with contacts withheld has none, nor what they are found from, and verify says what it cannot', async () => {
    const details = { name: 'Jane', phone: { number: '+15550104711', code: 'code-12' }, passcode: 'passcode-7777' };
    const nameless = [{ phone: { number: '+15550100001' } }, { phone: { number: '+15550100002' } }];
    const made = await store([
      deliver(0, 'in_progress', { driver_details: details }),
      // Drivers whom only what is withheld distinguishes.
      ...nameless.map((driver_details) => deliver(0, 'ready_for_pickup', { driver_details })),
    ]);
    const whole = readFileSync(await bundleOf(made), 'utf8');
    const found = whole.matchAll(/"(?:content|previous|event|body)_(?:hash|sha256)":"([0-9a-f]{64})"/g);
    const hashes = new Set([...found].map(([, hex = '']) => hex));
    expect(hashes.size).toBeGreaterThanOrEqual(8);
    const path = await bundleOf(made, { withheld: true });
    const text = readFileSync(path, 'utf8');
    for (const secret of ['5550104711', 'code-12', 'passcode-7777', '5550100001', '"signature"', ...hashes]) {
      expect(text).not.toContain(secret);
    }
    expect(whole).toContain('passcode-7777');
    expect(text).toContain('Phones and passcodes were withheld');
    const verified = verifyBundleFile(path, OPTIONS.seed);
    expect(verified).toMatchObject({ faults: [], doubts: [{ kind: 'withheld' }], tally: { events: 3 } });
    expect(verified.doubts?.[0]?.detail).toMatch(/phones and passcodes.*cannot be computed again/i);
    // The reading is that of the whole.
    const turns = (of: string) => of.match(/was the driver of the order/g);
    expect(turns(text)).toEqual(turns(whole));
    expect(turns(text)).toHaveLength(3);
    const { code, stdout } = await ticketRail(['verify', path]);
    expect({ code, stdout }).toEqual({ code: 3, stdout: expect.stringContaining('(WITHHELD)') as string });
  });

  it('a bundle with contacts withheld whose page or lines were changed does not verify, even if hashes were made to fit', async () => {
    const bytes = readFileSync(await bundleOf(await store(HISTORY), { withheld: true }));
    expect(verifyBundleFile(write(refitted(bytes, (page) => page)), OPTIONS.seed).faults).toEqual([]);
    const forgedPage = refitted(bytes, (page) => page.replace('What this file proves', 'What this file prove'));
    expect(verifyBundleFile(write(forgedPage), OPTIONS.seed).faults).toHaveLength(1);
    await fc.assert(
      fc.asyncProperty(mutation, (how) => {
        const { before, evidence, after } = splitBundle(bytes) ?? { before: bytes, evidence: bytes, after: bytes };
        const [changed, line] = mutate(evidence, how);
        fc.pre(!changed.equals(evidence));
        const { faults } = verifyBundleFile(write(Buffer.concat([before, changed, after])), OPTIONS.seed);
        expect(faults[0]?.line).toBe(line);
        return Promise.resolve();
      }),
      { numRuns: cases(200) },
    );
    // Lines that are whole, of a form that no page can be made of.
    for (const broken of [
      { verdict: 'wrong' },
      { changes: [1] },
      { order: { status: 7, delivery_status: null, driver_details: null } },
    ]) {
      const writer = new LineWriter();
      const lines = (splitBundle(bytes)?.evidence.toString() ?? '').trimEnd().split('\n');
      const forged = lines
        .map((line) => JSON.parse(line) as Record<string, unknown>)
        .map(({ line_hash: _, ...rest }) =>
          writer.write(rest['kind'] === 'reading' ? { ...rest, ...broken } : rest, true),
        )
        .join('');
      const file = write(`<!doctype html>${EVIDENCE_START}${forged}${EVIDENCE_END}`);
      expect(verifyBundleFile(file, OPTIONS.seed).faults.length).toBeGreaterThan(0);
    }
  });

  it('a bundle of evidence whose page says anything but what its events say does not verify, whatever hashes were made to fit', async () => {
    const bytes = readFileSync(await bundleOf(await store(HISTORY)));
    expect(verifyBundleFile(write(refitted(bytes, (page) => page)), OPTIONS.seed)).toMatchObject({
      faults: [],
      doubts: [],
    });
    const text = bytes.toString();
    const shown = text.slice(0, text.indexOf(EVIDENCE_START));
    const words = [...new Set(shown.match(/[a-z0-9]{3,}/g))];
    expect(words.length).toBeGreaterThan(100);
    for (const word of words) {
      const forged = refitted(bytes, (page) =>
        page.endsWith(EVIDENCE_START)
          ? page.slice(0, -EVIDENCE_START.length).replace(word, 'forged') + EVIDENCE_START
          : page,
      );
      const { faults } = verifyBundleFile(write(forged), OPTIONS.seed);
      const line = text.slice(0, text.indexOf(word)).split('\n').length;
      expect(faults.map(({ detail }) => detail)).toEqual([
        `the file is not what follows from the events in it, from line ${String(line)} of the file on`,
      ]);
    }
  });

  it('a bundle of evidence that other code made holds if this makes the same page, and otherwise its page is said not to be checked', async () => {
    const bytes = readFileSync(await bundleOf(await store(HISTORY)));
    const same = write(refitted(bytes, (page) => page, 'other code'));
    expect(verifyBundleFile(same, OPTIONS.seed)).toMatchObject({ faults: [], doubts: [] });
    const other = write(refitted(bytes, (page) => page.replace('Evidence: order', 'Proof: order'), 'other code'));
    const { faults, doubts } = verifyBundleFile(other, OPTIONS.seed);
    expect(faults).toEqual([]);
    expect(doubts).toEqual([
      { kind: 'page not checked', detail: expect.stringContaining('made by version "1.2.3"') as string },
    ]);
    const { code, stdout } = await ticketRail(['verify', other]);
    expect({ code, stdout }).toEqual({ code: 3, stdout: expect.stringContaining('(PAGE NOT CHECKED)') as string });
  });

  it('the verification of a bundle of evidence finds a forged reading, and notes what this version reads differently', async () => {
    const path = await bundleOf(await store(HISTORY));
    const writer = new LineWriter();
    const parts = splitBundle(readFileSync(path));
    const forged = (parts?.evidence.toString() ?? '')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>)
      .map(({ line_hash: _, ...rest }) =>
        writer.write(rest['kind'] === 'reading' ? { ...rest, verdict: 'reopened' } : rest, true),
      )
      .join('');
    const file = write(`<!doctype html>${EVIDENCE_START}${forged}${EVIDENCE_END}`);
    expect(verifyBundleFile(file, OPTIONS.seed).faults[0]).toMatchObject({
      line: 2,
      detail: expect.stringContaining('follows from') as string,
    });
    expect(verifyBundleFile(file, OPTIONS.seed, null, 'other code').notes).toContain(
      'Version "1.2.3", as the file says, read 3 events otherwise.',
    );
  });
});

describe('the verification of an export in CSV', () => {
  const verifyRows = (rows: string | Buffer, beside: string | null = null): Promise<Verified> => {
    const path = write(rows, 'rows.csv');
    if (beside === null) rmSync(manifestPath(path), { force: true });
    else write(beside, 'rows.csv.manifest.json');
    return verifyCsvFile(path, OPTIONS);
  };

  it('every unchanged export in CSV verifies, and so does every one of earlier versions with its manifest beside it', async () => {
    await fc.assert(
      fc.asyncProperty(steps(), async (history) => {
        const made = await store(history);
        const { rows, beside } = await earlierCsvOf(made);
        const { events } = JSON.parse(beside) as { events: number };
        for (const verified of [await verifyRows(await csvOf(made)), await verifyRows(rows, beside)]) {
          expect(verified).toMatchObject({ faults: [], doubts: [], tally: { events } });
        }
      }),
      { numRuns: cases(15) },
    );
  });

  it('the verification of an export in CSV finds any single mutation, and names its row', async () => {
    const exports = await Promise.all([csvOf(await store(HISTORY)), csvOf(await store([]))]);
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...exports), mutation, async (rows, mutant) => {
        const bytes = Buffer.from(rows);
        const [changed, line] = mutate(bytes, mutant);
        fc.pre(!changed.equals(bytes));
        expect((await verifyRows(changed)).faults[0]).toMatchObject({ code: 'file', line });
      }),
      { numRuns: cases(1_000) },
    );
  });

  it('the verification of an earlier export in CSV finds any single mutation of the manifest beside it', async () => {
    const { rows, beside } = await earlierCsvOf(await store(HISTORY));
    await fc.assert(
      fc.asyncProperty(mutation, async (mutant) => {
        const bytes = Buffer.from(beside);
        const [mutated] = mutate(bytes, mutant);
        const changed = mutated.toString('latin1');
        fc.pre(changed.replace(/\n$/, '') !== beside.replace(/\n$/, ''));
        const { faults } = await verifyRows(rows, changed);
        expect(faults).not.toEqual([]);
      }),
      { numRuns: cases(500) },
    );
  });

  it('the verification of an export in CSV gives position, stream and revision of a row', async () => {
    const rows = await csvOf(await store(HISTORY));
    const { faults } = await verifyRows(rows.replace('out_for_delivery', 'in_progress'));
    expect(faults[0]).toMatchObject({ line: 4, position: '3', stream: orderStream(keyOf(0)), revision: 1 });
  });

  it('an earlier export in CSV without its manifest is said to be undecided, and ticket-rail verify ends with 3', async () => {
    const { rows } = await earlierCsvOf(await store(HISTORY));
    const { faults, doubts } = await verifyRows(rows);
    expect(faults).toEqual([]);
    expect(doubts).toEqual([{ kind: 'no manifest', detail: expect.stringContaining('cannot be seen') as string }]);
    const { code, stdout } = await ticketRail(['verify', write(rows, 'untold.csv')]);
    expect({ code, stdout }).toEqual({
      code: 3,
      stdout: expect.stringContaining('CANNOT BE TOLD (NO MANIFEST)') as string,
    });
  });

  it('an export in CSV with a cell that was cut is not said to hold, and its manifest is verified nevertheless', async () => {
    const rows = await csvOf(await store([deliver(0, 'in_progress', { note: 'x'.repeat(40_000) })]));
    expect(await verifyRows(rows)).toMatchObject({ faults: [], doubts: [{ kind: 'cut' }], tally: { events: 1 } });
    expect((await verifyRows(rows.replace('""events"":1', '""events"":2'))).faults[0]).toMatchObject({ line: 3 });
  });
});

describe('what ticket-rail verify is given', () => {
  it('an export with contacts withheld is said to be undecided, in every format', async () => {
    const made = await store(HISTORY);
    for (const format of ['ndjson', 'csv'] as const) {
      const path = write(await exportOf(made, EVERYTHING, format, withoutContactInStored), `withheld.${format}`);
      const { code, stdout } = await ticketRail(['verify', path]);
      expect({ code, stdout }).toEqual({
        code: 3,
        stdout: expect.stringContaining('CANNOT BE TOLD (WITHHELD)') as string,
      });
    }
  });

  it.each([['data'], ['metadata']])(
    'a line whose %s is nested 20,000 deep does not verify, and is named',
    async (member) => {
      const nested = `${'['.repeat(20_000)}${']'.repeat(20_000)}`;
      const lines = (await exportOf(await store(HISTORY))).split('\n');
      lines[1] = (lines[1] ?? '').replace(new RegExp(`"${member}":\\{`), `"${member}":{"deep":${nested},`);
      const { faults } = await verifyText(lines.join('\n'));
      expect(faults[0]).toMatchObject({ line: 2 });
      expect(faults).toContainEqual(expect.objectContaining({ code: 'form', line: 2, position: '2' }));
    },
  );

  it('ticket-rail verify shows what a file says without letting the terminal act on it, or a line pass for its own', async () => {
    const forged = (await exportOf(await store(HISTORY))).replace(
      '"version":"1.2.3"',
      '"version":"9\\u001b[2J\\nall holds"',
    );
    const { code, stdout } = await ticketRail(['verify', write(forged, 'a\u001b[31m.ndjson')]);
    expect(code).toBe(1);
    expect(stdout).toContain('Exported by version "9\\u001b[2J\\nall holds" at');
    expect(stdout).not.toMatch(/[^\P{Cc}\n]/u);
  });

  it('what is no regular file is reported, and not waited for', async () => {
    const pipe = join(directory, 'pipe');
    execFileSync('mkfifo', [pipe]);
    for (const path of [pipe, directory]) {
      const { code, stderr } = await ticketRail(['verify', path]);
      expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining('is no regular file') as string });
    }
  });
});

describe('ticket-rail export, evidence and verify', () => {
  it('ticket-rail verify accepts what export and evidence wrote, and finds a changed bit in each of the files', async () => {
    const env = { DATA_DIR: await store(HISTORY) };
    const out = (name: string): string => join(directory, name);
    const { location_id, order_id } = keyOf(0);
    const [made] = await Promise.all([
      ticketRail(['evidence', '--location', location_id, '--order', order_id, '--out', out('e.html')], env),
      ticketRail(['export', '--out', out('all.ndjson')], env),
      ticketRail(['export', '--format', 'csv', '--out', out('all.csv')], env),
    ]);
    expect(made).toMatchObject({ code: 0, stdout: expect.stringContaining('the evidence of 3 events') as string });
    const files = [out('all.ndjson'), out('all.csv'), out('e.html')];
    const verified = await ticketRail(['verify', ...files]);
    expect(verified.code).toBe(0);
    expect(verified.stdout.match(/ holds: /g)).toHaveLength(3);
    for (const file of files) {
      const bytes = readFileSync(file);
      bytes.writeUInt8(bytes.readUInt8(bytes.length - 20) ^ 1, bytes.length - 20);
      writeFileSync(file, bytes);
    }
    const changed = await Promise.all(files.map((file) => ticketRail(['verify', file])));
    expect(changed.map(({ code }) => code)).toEqual([1, 1, 1]);
    const none = await ticketRail(['evidence', '--location', 'x', '--order', 'y', '--out', out('none')], env);
    expect(none).toMatchObject({ code: 1, stderr: expect.stringContaining('Nothing was ever reported') as string });
  });
});
