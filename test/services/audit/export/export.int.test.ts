import { createHash } from 'node:crypto';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { get, type IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { ACCESS_STREAM, type AccessPage } from '../../../../schemas/api/access';
import type { Manifest } from '../../../../services/audit/export/ndjson';
import { WITHHELD } from '../../../../schemas/events/withheld';
import { orderPath, problem, problemOf, readLog, update } from '../../../support/deliveries';
import { until } from '../../../support/patience';
import {
  asOperator,
  asReader,
  discard,
  type RunningService,
  startService,
  temporaryDirectory,
} from '../../../support/running-service';
import { ticketRail } from '../support';

const HERE = { location_id: 'here', order_id: 'o/1' };
const THERE = { location_id: 'there', order_id: 'o/1' };
const HOSTILE = '=HYPERLINK("http://evil.example")<script>alert(1)</script>\u2028';
const DRIVER = { name: HOSTILE, phone: { number: '+1-555-0100' }, passcode: '5678' };

let service: RunningService;
beforeAll(async () => {
  service = await startService();
  await service.deliver(update(HERE, { status: 'in_progress' }));
  await service.deliver(update(THERE, { status: 'in_progress' }));
  await service.deliver(update(HERE, { status: 'out_for_delivery', driver_details: DRIVER }));
  await service.post('not JSON');
  await service.deliver(update(HERE, { status: 'completed' }));
});
afterAll(() => discard(service));

interface Line {
  readonly kind: string;
  readonly stream: string;
  readonly position: string;
  readonly revision: number;
  readonly data: Record<string, unknown>;
  readonly metadata: Record<string, unknown>;
}
/** The events of an export and its manifest, which has to hold for its text. */
function parseExport(text: string): { events: Line[]; manifest: Manifest } {
  const lines = text.split('\n').slice(0, -1);
  const last = lines.at(-1) ?? '';
  const manifest = JSON.parse(last) as Manifest;
  const before = text.slice(0, text.length - last.length - 1);
  expect(manifest.sha256).toBe(createHash('sha256').update(before).digest('hex'));
  return { events: lines.slice(0, -1).map((line) => JSON.parse(line) as Line), manifest };
}

const ndjson = async (path: string, headers: Record<string, string> = asReader) => {
  const answer = await service.call(path, { headers: { ...headers, Accept: 'application/x-ndjson' } });
  expect(answer).toMatchObject({ status: 200, headers: { 'content-type': 'application/x-ndjson' } });
  return parseExport(answer.text);
};

describe('the export of history over HTTP', () => {
  it('an export of an order has every event verbatim as NDJSON, with a manifest that says what it covers', async () => {
    const { events, manifest } = await ndjson(orderPath(HERE, '/history'));
    const rows = readLog(service.dataDir).filter(({ stream }) => stream === 'order-here:o%2F1');
    expect(events.map(({ data, metadata }) => ({ data, metadata }))).toEqual(
      rows.map(({ data, metadata }) => ({
        data: JSON.parse(data) as unknown,
        metadata: JSON.parse(metadata ?? '') as unknown,
      })),
    );
    expect(manifest).toMatchObject({
      format: 'ticket-rail-export/1',
      scope: { location_id: 'here', order_id: 'o/1' },
      from: null,
      to: null,
      positions: { first: events[0]?.position, last: events.at(-1)?.position },
      events: 3,
      streams: 1,
      withheld: false,
      software: { name: 'ticket-rail' },
    });
  });

  it('an export of one location or of all is in the order of the log, without quarantine', async () => {
    const here = await ndjson('/locations/here/history');
    expect(here.events.map(({ revision }) => revision)).toEqual([0, 1, 2]);
    expect(here.manifest).toMatchObject({ scope: { location_id: 'here', order_id: null } });
    const all = await ndjson('/history', asOperator);
    expect(all.events.map(({ stream }) => stream)).toEqual([
      'order-here:o%2F1',
      'order-there:o%2F1',
      'order-here:o%2F1',
      'order-here:o%2F1',
    ]);
    const positions = all.events.map(({ position }) => Number(position));
    expect(positions).toEqual(positions.toSorted((a, b) => a - b));
    expect((await ndjson('/locations/nowhere/history')).manifest).toMatchObject({ events: 0, positions: null });
  });

  it('an export has the events received at or after “from” and before “to”', async () => {
    const { events } = await ndjson('/history');
    const times = events.map(({ metadata }) => String(metadata['received_at']));
    const [from = '', to = ''] = [times[1], times.at(-1)];
    const within = await ndjson(`/history?from=${encodeURIComponent(from)}&to=${encodeURIComponent(to)}`);
    expect(within.events.length).toBe(times.filter((time) => time >= from && time < to).length);
    expect(within.manifest).toMatchObject({ from, to });
  });

  it('an export withholds contacts from readers who may not see them, and says so', async () => {
    const { events, manifest } = await ndjson(orderPath(HERE, '/history'), asOperator);
    expect(events[1]?.data).toMatchObject({ driver_details: { name: HOSTILE, passcode: WITHHELD } });
    expect(manifest.withheld).toBe(true);
  });

  it('an export in CSV has a byte order mark, CRLF, neutralised cells, and verifies as it was downloaded', async () => {
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      const path = '/locations/here/history?format=csv';
      get(service.url + path, { headers: asReader, agent: false }, resolve).once('error', reject);
    });
    const chunks: Buffer[] = [];
    for await (const chunk of response) chunks.push(chunk as Buffer);
    const bytes = Buffer.concat(chunks);
    expect(response.headers).toMatchObject({
      'content-type': 'text/csv; charset=utf-8',
      'content-disposition': expect.stringMatching(
        /^attachment; filename="ticket-rail-here-\d{8}T\d{6}Z\.csv"$/,
      ) as string,
      'x-content-type-options': 'nosniff',
    });
    expect(bytes.subarray(0, 3)).toEqual(Buffer.from([0xef, 0xbb, 0xbf]));
    expect(bytes.toString().split('\r\n')).toHaveLength(6);
    expect(bytes.toString()).toContain(`"'=HYPERLINK`);
    const saved = join(service.dataDir, 'saved.csv');
    writeFileSync(saved, bytes);
    expect(await ticketRail(['verify', saved])).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('holds: 3 events') as string,
    });
  });

  it.each([
    ['/history?format=xml', 400, 'invalid-parameter'],
    ['/history?from=yesterday', 400, 'invalid-parameter'],
    ['/history?limit=5', 400, 'invalid-parameter'],
    [orderPath(HERE, '/history?format=xml'), 400, 'invalid-parameter'],
    [orderPath(HERE, '/history?format=csv&limit=1'), 400, 'invalid-parameter'],
    [orderPath({ location_id: 'here', order_id: 'other' }, '/history?format=csv'), 404, 'order-not-found'],
  ])('GET %s is refused with %s %s', async (path, status, code) => {
    expect(problemOf(await service.call(path, { headers: asReader }))).toEqual(problem(status, code));
  });

  it('an export is recorded in the access log before it is sent, with who asked for what', async () => {
    await ndjson('/locations/here/history?from=2026-01-01T00:00:00Z');
    const { accesses } = (await service.call('/access?limit=1000', { headers: asOperator })).json as AccessPage;
    // What was looked at again and again is counted, and recorded by and by.
    expect(accesses.findLast(({ what }) => what === 'export')).toMatchObject({
      what: 'export',
      location_id: 'here',
      path: expect.stringContaining('/locations/here/history?from=2026') as string,
    });
  });

  it('an export is answered to HEAD without reading the log', async () => {
    const answer = await service.call('/history', { method: 'HEAD', headers: asReader });
    expect(answer).toMatchObject({ status: 200, text: '' });
  });
});

describe('slow exports', () => {
  it('a stalled export holds no memory, and no place once its client is gone; a fifth at the same time has to wait', async () => {
    const big = await startService();
    try {
      const note = 'x'.repeat(100_000);
      for (let order = 0; order < 60; order++) await big.deliver(update({ order_id: String(order) }, { note }));
      const open = () =>
        new Promise<IncomingMessage>((resolve, reject) => {
          get(`${big.url}/history`, { headers: asReader, agent: false }, resolve).once('error', reject);
        });
      const stalled = await Promise.all(Array.from({ length: 4 }, open));
      for (const response of stalled) response.on('error', () => undefined);
      expect(problemOf(await big.get('/history'))).toEqual(problem(503, 'too-many-exports'));
      for (const response of stalled) response.destroy();
      const answer = await until('a free place', async () => {
        const next = await big.get('/history');
        return next.status !== 503 && next;
      });
      expect(parseExport(answer.text).manifest.events).toBe(60);
    } finally {
      await discard(big);
    }
  });
});

describe('ticket-rail export', () => {
  const out = temporaryDirectory();
  afterAll(() => {
    rmSync(out, { recursive: true });
  });
  const run = (...args: string[]) => ticketRail(['export', ...args], { DATA_DIR: service.dataDir });

  it('ticket-rail export writes every event, quarantine included, beside a running service', async () => {
    const file = join(out, 'all.ndjson');
    const { code, stderr } = await run('--out', file);
    expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringMatching(/Exported \d+ events/) as string });
    const { events, manifest } = parseExport(readFileSync(file, 'utf8'));
    // Who looks may be recorded meanwhile.
    const isOther = ({ stream }: { readonly stream: string }): boolean => !stream.startsWith(ACCESS_STREAM);
    expect(events.filter(isOther)).toHaveLength(readLog(service.dataDir).filter(isOther).length);
    expect(events.map(({ stream }) => stream)).toContain('quarantine');
    expect(manifest.scope.streams).toBe('all');
  });

  it('ticket-rail export writes one order to standard output, and nothing else there', async () => {
    const { stdout } = await run('--location', 'here', '--order', 'o/1', '--out', '-');
    expect(parseExport(stdout).manifest).toMatchObject({ events: 3, scope: { location_id: 'here', order_id: 'o/1' } });
  });

  it('ticket-rail export writes the manifest of a CSV file into its last row, and nothing beside it', async () => {
    const file = join(out, 'all.csv');
    await run('--format', 'csv', '--location', 'here', '--out', file);
    const text = readFileSync(file, 'utf8');
    const rows = text.split(/(?<=\r\n)/);
    const said = /^(?:"",)+"manifest",(?:"",)+"(\{.*\})","","[0-9a-f]{64}"\r\n$/.exec(rows.at(-1) ?? '')?.[1] ?? '';
    expect(JSON.parse(said.replaceAll('""', '"'))).toMatchObject({
      events: 3,
      sha256: createHash('sha256').update(rows.slice(0, -1).join('')).digest('hex'),
    });
    expect(existsSync(`${file}.manifest.json`)).toBe(false);
  });

  it.each([
    [['--order', 'o/1'], '--location and --order'],
    [['--from', 'yesterday'], 'expected a time'],
    [['--format', 'xml'], 'Allowed choices'],
  ])('ticket-rail export with the arguments %j is refused, and says what is wrong', async (args, message) => {
    const { code, stderr } = await run(...args);
    expect(code).toBe(1);
    expect(stderr).toContain(message);
  });

  it('ticket-rail export without a log says so, and creates none', async () => {
    const { code, stderr } = await ticketRail(['export'], { DATA_DIR: join(out, 'none') });
    expect(code).toBe(1);
    expect(stderr).toContain('cannot be read');
    expect(existsSync(join(out, 'none'))).toBe(false);
  });
});
