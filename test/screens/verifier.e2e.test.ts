import fc from 'fast-check';
import { createHash, generateKeyPairSync } from 'node:crypto';
import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import type { Browser, BrowserContextOptions } from 'playwright-core';
import type { CheckpointPage } from '../../schemas/api/checkpoint';
import { splitBundle } from '../../services/audit/evidence/bundle';
import { EXPORT_FORMAT, LineWriter, type Manifest } from '../../services/audit/export/ndjson';
import { CHUNK_BYTES } from '../../services/audit/verify/verify-content';
import { mutate, mutation, refitted } from '../services/audit/verify/mutations';
import { ticketRail } from '../services/audit/support';
import { newContext } from '../support/browser-lab';
import { LAUNCH_TIMEOUT_MS, launchChromium } from '../support/chromium';
import { orderPath } from '../support/deliveries';
import { cases } from '../support/depth';
import { openVerifier, resultsOf, type Shown, VERIFIER } from '../support/open-verifier';
import { until } from '../support/patience';
import { AS_OLDEST } from '../support/oldest-browser';
import {
  asOperator,
  asReader,
  discard,
  type RunningService,
  startService,
  temporaryDirectory,
} from '../support/running-service';
import { focused, tabTo, targets, violations } from '../support/screen-inspect';

/** The verifier as a stranger uses it: a file, opened from a disk, without a network. */

const EARLIER = resolve(__dirname, '..', 'fixtures', 'version-0.2');

const HOSTILE = '</script><script>window.hacked=1</script><img src=x onerror="window.hacked=1">';
const KEY = { location_id: 'disputes', order_id: `o1 ${HOSTILE}` };
const OTHER = { location_id: 'disputes', order_id: 'o2' };
const OMAR = { source: 'uber', name: HOSTILE, phone: { number: '+15550104711' }, passcode: '7777' };

/** Zones by names that browsers do not list, though they know them. */
const ZONES = [
  ...['Asia/Kolkata', 'Europe/Kyiv', 'Asia/Ho_Chi_Minh', 'America/Argentina/Buenos_Aires', 'US/Eastern', 'Etc/UTC'],
  ...['GMT', 'Etc/GMT+5', 'asia/kolkata', 'EUROPE/BERLIN', 'utc'],
];

const directory = temporaryDirectory();
let service: RunningService;
let browser: Browser;
const path = (name: string): string => join(directory, name);
function save(name: string, content: string | Buffer): string {
  writeFileSync(path(name), content);
  return name;
}

/** What the service and its command wrote, whole. */
const WRITTEN = [
  'all.ndjson',
  'order.ndjson',
  'order.csv',
  'withheld.ndjson',
  'evidence.html',
  'utc.html',
  'withheld.html',
] as const;

beforeAll(async () => {
  [service, browser] = await Promise.all([startService({ CHECKPOINT_SECONDS: '1' }), launchChromium()]);
  const deliver = (object: object): Promise<unknown> => service.deliver({ type: 'order.updated', object });
  await deliver({ ...KEY, status: 'in_progress', note: HOSTILE, id_of_theirs: 9007199254740993 });
  await deliver({ ...OTHER, status: 'in_progress' });
  await deliver({ ...KEY, status: 'in_progress', delivery_status: 'arrived_at_pickup', driver_details: OMAR });
  await service.post('{"type":"order.updated"}');
  await deliver({ ...KEY, status: 'out_for_delivery', delivery_status: 'enroute_to_dropoff', driver_details: OMAR });
  const get = async (at: string, headers = asReader): Promise<string> => {
    const answer = await service.get(at, headers);
    expect(answer.status).toBe(200);
    return answer.text;
  };
  await until('a signed checkpoint of all', async () => {
    const { checkpoints, public_key } = (await service.get('/checkpoints')).json as CheckpointPage;
    save('key.pem', public_key);
    return checkpoints.some((one) => 'events' in one && one.events >= 5);
  });
  const key = { location_id: KEY.location_id, order_id: KEY.order_id } as Parameters<typeof orderPath>[0];
  save('order.ndjson', await get(`/locations/${KEY.location_id}/history?format=ndjson`));
  save('order.csv', await get(`/locations/${KEY.location_id}/history?format=csv`));
  save('evidence.html', await get(orderPath(key, '/evidence?time_zone=America/New_York')));
  save('utc.html', await get(orderPath(key, '/evidence')));
  save('withheld.html', await get(orderPath(key, '/evidence?contacts=withheld&time_zone=Europe/Berlin')));
  save('withheld.ndjson', await get(`/locations/${KEY.location_id}/history?format=ndjson`, asOperator));
  const { code } = await ticketRail(['export', '--out', path('all.ndjson')], { DATA_DIR: service.dataDir });
  expect(code).toBe(0);
}, LAUNCH_TIMEOUT_MS);
afterAll(async () => {
  await browser.close();
  await discard(service);
  rmSync(directory, { recursive: true });
});

const open = (options?: BrowserContextOptions) => openVerifier(browser, options);

async function inBrowser(names: readonly string[]): Promise<readonly Shown[]> {
  const { page, complaints } = await open();
  await page.locator('#files').setInputFiles(names.map(path));
  const shown = await resultsOf(page);
  expect(await page.evaluate('window.hacked')).toBeUndefined();
  expect(complaints).toEqual([]);
  await page.context().close();
  return shown;
}

/** Lines that `ticket-rail verify` prints about the same files, by names without the directory. */
async function byCommand(names: readonly string[], options: readonly string[] = []): Promise<readonly string[]> {
  const { stdout } = await ticketRail(['verify', ...options, ...names.map(path)]);
  return stdout
    .replaceAll(`${directory}/`, '')
    .trimEnd()
    .split('\n')
    .map((line) => line.trim());
}

async function expectSame(names: readonly string[]): Promise<readonly Shown[]> {
  const [shown, printed] = await Promise.all([inBrowser(names), byCommand(names)]);
  expect(shown.map(({ name }) => name)).toEqual(names);
  expect(shown.flatMap(({ lines }) => lines)).toEqual(printed);
  return shown;
}

/** Some 20 MB. */
const LARGE_EVENTS = 20_000;

/** An export of so many events of 1 kB each, of streams that are not chained. */
function largeExport(events: number): string {
  const writer = new LineWriter();
  const lines = Array.from({ length: events }, (_, index) =>
    writer.write({
      kind: 'event',
      stream: 'quarantine',
      revision: index,
      position: String(index + 1),
      id: String(index),
      type: 'kept',
      created: '2026-11-22T00:00:00.000Z',
      data: { text: 'x'.repeat(800) },
    }),
  ).join('');
  const manifest: Manifest = {
    kind: 'manifest',
    format: EXPORT_FORMAT,
    scope: { location_id: null, order_id: null, streams: 'all' },
    from: null,
    to: null,
    positions: { first: '1', last: String(events) },
    events,
    streams: 1,
    sha256: createHash('sha256').update(lines).digest('hex'),
    withheld: false,
    software: { name: 'ticket-rail', version: '1.2.3' },
    exported_at: '2026-11-22T00:00:00.000Z',
  };
  return `${lines}${writer.write(manifest)}`;
}

describe('the verifier', () => {
  it('what the service wrote holds in a browser without a network, or is said not to be sure, as by the command', async () => {
    const shown = await expectSame(WRITTEN);
    for (const { name, verdict } of shown)
      expect([name, verdict]).toEqual([name, name.startsWith('withheld') ? 'undecided' : 'holds']);
  });

  it('what version 0.2 wrote is verified as by the command, CSV with its manifest beside it', async () => {
    for (const name of ['export.ndjson', 'export.csv', 'export.csv.manifest.json', 'evidence.html'])
      cpSync(join(EARLIER, name), path(`earlier-${name}`));
    const shown = await inBrowser(['earlier-export.csv', 'earlier-export.csv.manifest.json', 'earlier-evidence.html']);
    expect(shown.map(({ name, verdict }) => [name, verdict])).toEqual([
      ['earlier-export.csv', 'holds'],
      ['earlier-evidence.html', 'undecided'],
    ]);
    expect(shown.flatMap(({ lines }) => lines)).toEqual(
      await byCommand(['earlier-export.csv', 'earlier-evidence.html']),
    );
    const [alone] = await inBrowser(['earlier-export.csv']);
    expect(alone?.verdict).toBe('undecided');
  });

  it('a manifest beside a CSV file that begins with a mark, or is too large, is refused as by the command', async () => {
    const manifest = readFileSync(join(EARLIER, 'export.csv.manifest.json'), 'utf8');
    for (const [index, beside] of [`\uFEFF${manifest}`, `${manifest}${' '.repeat(65_536)}`].entries()) {
      const name = `beside-${String(index)}.csv`;
      cpSync(join(EARLIER, 'export.csv'), path(name));
      const [shown] = await inBrowser([name, save(`${name}.manifest.json`, beside)]);
      expect(shown?.verdict).toBe('broken');
      expect(shown?.lines).toEqual(await byCommand([name]));
    }
  });

  it('the name of a file is shown with its marks of direction escaped, and so is what is announced', async () => {
    const { page } = await open();
    const buffer = readFileSync(path('order.csv'));
    await page.locator('#files').setInputFiles({ name: 'a\u202Egpj.csv', mimeType: 'text/csv', buffer });
    expect(await resultsOf(page)).toMatchObject([{ name: 'a\\u202egpj.csv', verdict: 'holds' }]);
    expect(await page.locator('main').innerText()).not.toMatch(/\p{Cf}/u);
    await page.context().close();
  });

  it('where its script cannot run, the verifier says in which browsers it can, and otherwise that there is no file yet', async () => {
    const { page } = await open();
    expect(await page.locator('#status').innerText()).toBe('No file yet.');
    await page.context().close();
    const { page: older } = await open({ javaScriptEnabled: false });
    const config = readFileSync(resolve(__dirname, '../../services/screens/verifier/vite.config.mjs'), 'utf8');
    const targets = [...(/target: \[(.*)\]/.exec(config)?.[1] ?? '').matchAll(/'[a-z]+([\d.]+)'/g)];
    expect(targets).toHaveLength(4);
    const said = await older.locator('#status').innerText();
    for (const [, version] of targets) expect(said).toContain(version);
    await older.context().close();
  });

  it('any single mutation of an export or of evidence is refused, with the same places as by the command', async () => {
    const sources = WRITTEN.map((name) => ({ name, bytes: readFileSync(path(name)) }));
    const mutated = fc
      .sample(fc.tuple(fc.constantFrom(...sources), mutation), cases(280))
      .map(([{ name, bytes }, how], index) => {
        const [changed] = mutate(bytes, how);
        return changed.equals(bytes) ? null : save(`${String(index)}-${name}`, changed);
      })
      .filter((name) => name !== null);
    const shown = await expectSame(mutated);
    expect(shown.filter(({ verdict }) => verdict !== 'broken')).toEqual([]);
  });

  it('evidence whose page was changed is refused as by the command, whatever hashes were made to fit', async () => {
    const forged = ['evidence.html', 'utc.html', 'withheld.html'].flatMap((name) => {
      const bytes = readFileSync(path(name));
      const shown = splitBundle(bytes)?.before.toString() ?? '';
      const [time = ''] = /\d\d:\d\d:\d\d/.exec(shown) ?? [];
      const words = [time, 'What this file proves', 'Followed', 'arrived_at_pickup'];
      expect(words.filter((word) => !shown.includes(word))).toEqual([]);
      const changed = words.map((word, index) =>
        save(
          `${String(index)}-forged-${name}`,
          refitted(bytes, (page) => page.replace(word, word === '11:11:11' ? '12:12:12' : '11:11:11')),
        ),
      );
      const other = refitted(bytes, (page) => page.replace('Evidence:', 'Proof:'), 'other code');
      return [...changed, save(`other-code-${name}`, other)];
    });
    const shown = await expectSame(forged);
    for (const { name, verdict } of shown)
      expect([name, verdict]).toEqual([name, name.startsWith('other') ? 'undecided' : 'broken']);
  });

  it('evidence by the clocks of any zone that the service takes is verified as by the command, and a forged page of it is refused', async () => {
    const key = { location_id: KEY.location_id, order_id: KEY.order_id } as Parameters<typeof orderPath>[0];
    const names: string[] = [];
    for (const [index, zone] of ZONES.entries()) {
      const { status, text } = await service.get(orderPath(key, `/evidence?time_zone=${encodeURIComponent(zone)}`));
      expect([zone, status]).toEqual([zone, 200]);
      const bytes = Buffer.from(text);
      const forged = refitted(bytes, (page) => page.replace('What this file proves', 'What it proves'));
      names.push(save(`zone-${String(index)}.html`, bytes), save(`zone-${String(index)}-forged.html`, forged));
    }
    const shown = await expectSame(names);
    for (const { name, verdict } of shown)
      expect([name, verdict]).toEqual([name, name.includes('forged') ? 'broken' : 'holds']);
  });

  it('signed checkpoints in evidence are verified with a public key, as by the command, and a changed one is refused', async () => {
    const stranger = generateKeyPairSync('ed25519').publicKey.export({ type: 'spki', format: 'pem' }).toString();
    save('other.pem', stranger);
    const bytes = readFileSync(path('evidence.html'));
    // Signatures are drawn anew in each run: the changed character is one that did not stand there.
    const other = (_: string, before: string, first: string): string => before + (first === 'A' ? 'B' : 'A');
    const forged = refitted(bytes, (page) => page.replace(/(signature<\/bdi> <code><bdi>)(.)/, other)).replace(
      /("signature":")(.)/,
      other,
    );
    const names = ['evidence.html', 'utc.html', save('signed-forged.html', forged)];
    const verdicts = async (key: string): Promise<readonly string[]> => {
      const shown = await inBrowser([...names, key]);
      expect(shown.flatMap(({ lines }) => lines)).toEqual(await byCommand(names, ['--public-key', path(key)]));
      expect(shown[0]?.lines.join('\n')).toMatch(
        /^\d+ of [1-9]\d* signed checkpoints in it are by the key [0-9a-f]{16}\.$/m,
      );
      return shown.map(({ verdict }) => verdict);
    };
    expect(await verdicts('key.pem')).toEqual(['holds', 'holds', 'broken']);
    expect(await verdicts('other.pem')).toEqual(['broken', 'broken', 'broken']);
    const [alone] = await inBrowser(['evidence.html']);
    expect(alone?.lines.join()).toContain('Who signed them was not verified');
  });

  it('the proof in evidence is verified with a public key, as by the command, and a changed one is refused', async () => {
    const bytes = readFileSync(path('evidence.html'));
    // The place of the event, in the page and in the line.
    const forged = refitted(bytes, (page) => page.replace(/\nindex \d/, '\nindex 0')).replace(
      /\\nindex \d/,
      '\\nindex 0',
    );
    const names = ['evidence.html', save('proof-forged.html', forged)];
    const [right, wrong] = await inBrowser([...names, 'key.pem']);
    expect([right, wrong].flatMap((shown) => shown?.lines ?? [])).toEqual(
      await byCommand(names, ['--public-key', path('key.pem')]),
    );
    expect([right?.verdict, wrong?.verdict]).toEqual(['holds', 'broken']);
    expect(right?.lines.at(-1)).toMatch(/^The event at position \d+ is number \d+ of the \d+ .* signed by the key/);
    expect(wrong?.lines.join()).toContain('the proof does not lead from its event to the signed note in it');
  });

  it('an export is read piece by piece however long it is, with its progress shown', async () => {
    const { page } = await open();
    await page.evaluate(`(() => {
      const { slice } = Blob.prototype;
      window.longest = 0;
      Blob.prototype.slice = function (from, to) {
        window.longest = Math.max(window.longest, to - from);
        return slice.call(this, from, to);
      };
      const { text } = Blob.prototype;
      Blob.prototype.text = function () {
        window.longest = Math.max(window.longest, this.size);
        return text.call(this);
      };
      window.shown = new Set();
      new MutationObserver(() => {
        const bar = document.querySelector('progress');
        if (bar !== null) window.shown.add(bar.value);
      }).observe(document.querySelector('#results'), { childList: true, subtree: true, attributes: true });
    })()`);
    await page.locator('#files').setInputFiles(path(save('large.ndjson', largeExport(LARGE_EVENTS))));
    expect(await resultsOf(page)).toMatchObject([{ verdict: 'holds' }]);
    expect(await page.evaluate('longest')).toBeLessThanOrEqual(CHUNK_BYTES);
    expect(await page.evaluate('shown.size')).toBeGreaterThan(5);
    await page.context().close();
  });

  it('files are dropped anywhere on the page, and a later choice takes the place of an earlier', async () => {
    const { page, complaints } = await open();
    const drop = async (name: string): Promise<void> => {
      const content = readFileSync(path(name)).toString('base64');
      await page.evaluate(`(() => {
        const data = new DataTransfer();
        const bytes = Uint8Array.from(atob('${content}'), (one) => one.charCodeAt(0));
        data.items.add(new File([bytes], '${name}'));
        for (const type of ['dragover', 'drop'])
          document.querySelector('h1').dispatchEvent(new DragEvent(type, { dataTransfer: data, bubbles: true, cancelable: true }));
      })()`);
    };
    await drop('evidence.html');
    expect(await resultsOf(page)).toMatchObject([{ name: 'evidence.html', verdict: 'holds' }]);
    await drop('order.csv');
    await page.getByText('order.csv: Holds.').waitFor();
    expect(await resultsOf(page)).toMatchObject([{ name: 'order.csv', verdict: 'holds' }]);
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  it('the verifier says of a PDF that it is a print, and what to choose instead', async () => {
    const { page } = await open();
    await page
      .locator('#files')
      .setInputFiles([save('printed.pdf', Buffer.from('%PDF-1.4\n%\xe2\xe3\xcf\xd3\n', 'latin1'))].map(path));
    const [shown] = await resultsOf(page);
    expect(shown).toMatchObject({ name: 'printed.pdf', verdict: 'unusable' });
    expect(shown?.said).toEqual([expect.stringContaining('.evidence.html')]);
    expect(shown?.lines).toEqual([]);
    await page.context().close();
  });

  it.each(['light', 'dark'] as const)(
    'the verifier with results has nothing that axe finds fault with, and fits 320 pixels, in %s colours',
    async (colorScheme) => {
      const { page } = await open({ colorScheme, viewport: { width: 320, height: 800 } });
      const broken = save('broken.ndjson', readFileSync(path('all.ndjson'), 'utf8').replace('in_progress', 'changed'));
      await page.locator('#files').setInputFiles([broken, 'withheld.html', 'evidence.html'].map(path));
      expect((await resultsOf(page)).map(({ verdict }) => verdict)).toEqual(['broken', 'undecided', 'holds']);
      expect(await violations(page)).toEqual([]);
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(320);
      expect((await targets(page)).filter(({ width, height }) => width < 44 || height < 44)).toEqual([]);
      await page.context().close();
    },
  );

  it('the file field is reached and opened by keyboard, and the result is announced', async () => {
    const { page } = await open();
    await tabTo(page, /Files to verify/);
    expect((await focused(page)).ringed).toBe(true);
    const chooser = page.waitForEvent('filechooser');
    await page.keyboard.press('Space');
    await (await chooser).setFiles(path('evidence.html'));
    await page.getByRole('status').filter({ hasText: 'evidence.html: Holds.' }).waitFor();
    await page.context().close();
  });

  it('the verifier works in the oldest supported browser without a complaint', async () => {
    const { page, complaints } = await open();
    await page.addInitScript({ content: AS_OLDEST });
    await page.reload();
    await page.locator('#files').setInputFiles(WRITTEN.map(path));
    expect((await resultsOf(page)).map(({ verdict }) => verdict)).not.toContain('broken');
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  it('the verifier that the service sends is linked from the audit pages, works as the file does, and can be saved', async () => {
    const context = await newContext(browser, { extraHTTPHeaders: asReader });
    const page = await context.newPage();
    await page.goto(`${service.url}/audit`);
    await page.getByRole('link', { name: 'Verifier' }).click();
    await page.locator('#files').setInputFiles(path('evidence.html'));
    expect(await resultsOf(page)).toMatchObject([{ verdict: 'holds' }]);
    const saving = page.waitForEvent('download');
    await page.getByRole('link', { name: 'Save this page' }).click();
    const saved = await (await saving).path();
    expect(readFileSync(saved)).toEqual(readFileSync(VERIFIER));
    await context.close();
  });

  it('the policy of the verifier permits no connection, and nothing but its own script and style', () => {
    const [, policy = ''] = /Content-Security-Policy" content="([^"]+)"/.exec(readFileSync(VERIFIER, 'utf8')) ?? [];
    expect(policy).toMatch(/^default-src 'none'; script-src 'sha256-[^']+'; style-src 'sha256-[^']+'; /);
    expect(policy).not.toContain('unsafe');
    expect(basename(VERIFIER)).toBe('verifier.html');
  });
});
