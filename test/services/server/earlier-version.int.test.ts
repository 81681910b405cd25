import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { EVIDENCE_END, EVIDENCE_START } from '../../../services/audit/evidence/bundle';
import { exitCodeAfter, type Subject, verify } from '../../../services/audit/verify/verify';
import { dataFiles } from '../../../services/event-store/data-directory';
import { EMBEDDED } from '../../../services/event-store/open';
import { EXIT_UNDECIDED, EXIT_FAILED } from '../../../services/terminal/exit-codes';
import { runCommand } from '../../support/command';
import { bytesOfLog } from '../../support/format-1-log';
import { type RunningService, runToEnd, SECURE, startService, temporaryDirectory } from '../../support/running-service';

/** What version 0.2 wrote; its README says how it was made. */
const FIXTURE = resolve(__dirname, '..', '..', 'fixtures', 'version-0.2');
const EVENTS = 28;
const CHECKPOINTS = 6;

interface Exported {
  readonly stream: string;
  readonly revision: number;
  readonly position: string;
  readonly data: unknown;
  readonly metadata: unknown;
}

const directories: string[] = [];
function copyOfFixture(): string {
  const copy = temporaryDirectory();
  directories.push(copy);
  cpSync(FIXTURE, copy, { recursive: true });
  return copy;
}
afterAll(() => {
  for (const directory of directories) rmSync(directory, { recursive: true, force: true });
});

const read = (name: string): string => readFileSync(join(FIXTURE, name), 'utf8');
const answers = (): Readonly<Record<string, unknown>> => JSON.parse(read('answers.json')) as Record<string, unknown>;
const exported = (): readonly Exported[] =>
  read('export.ndjson')
    .split('\n')
    .filter((line) => line.includes('"stream":'))
    .map((line) => JSON.parse(line) as Exported);

function verifyIn(directory: string, name: string) {
  const files = dataFiles(join(directory, 'data-directory'));
  const signedBy = { store: EMBEDDED, file: files.checkpointsFile, keyFile: files.checkpointKeyFile };
  const subject: Subject =
    name === 'store'
      ? { kind: 'store', url: null, logFile: files.logFile, signedBy }
      : { kind: 'file', path: join(directory, name), keyFile: null };
  return verify(subject, { version: '1.2.3', state: null, onProgress: () => undefined, monotonic: () => 0 });
}

/** Moves its log to the format of this version. */
async function upgrade(dataDir: string): Promise<void> {
  const { code, stderr } = await runCommand(['upgrade'], { DATA_DIR: dataDir });
  expect([code, stderr]).toEqual([0, expect.any(String)]);
}

/** Changes one bit of the first byte of the first `text`, of the first after `from` if it is given. */
function flip(file: string, text: string, from = ''): void {
  const bytes = readFileSync(file);
  const at = bytes.indexOf(text, bytes.indexOf(from));
  expect(at).toBeGreaterThan(-1);
  bytes.writeUInt8(bytes.readUInt8(at) ^ 1, at);
  writeFileSync(file, bytes);
}

describe('what an earlier version wrote', () => {
  let service: RunningService;
  beforeAll(async () => {
    const copy = join(copyOfFixture(), 'data-directory');
    await upgrade(copy);
    service = await startService({ DATA_DIR: copy });
  });
  afterAll(() => service.end());

  it('the service refuses to start with the log of version 0.2 until it was upgraded, and names the command', async () => {
    const dataDir = join(copyOfFixture(), 'data-directory');
    const before = readFileSync(join(dataDir, 'events.sqlite'));
    const { code, output } = await runToEnd({ ...SECURE, PORT: '0', DATA_DIR: dataDir });
    expect([code, output]).toEqual([69, expect.stringMatching(/has format 1, .* Run `ticket-rail upgrade`/)]);
    expect(readFileSync(join(dataDir, 'events.sqlite')).equals(before)).toBe(true);
  });

  it('each byte of each event of version 0.2 is in the upgraded log, which the old checkpoints sign, beside the old one', async () => {
    const copy = copyOfFixture();
    const { logFile } = dataFiles(join(copy, 'data-directory'));
    const before = bytesOfLog(logFile, 'events');
    await upgrade(join(copy, 'data-directory'));
    expect(before).toHaveLength(EVENTS);
    expect(bytesOfLog(logFile, 'readable_events')).toEqual(before);
    expect(bytesOfLog(`${logFile}.format-1`, 'events')).toEqual(before);
    const verified = await verifyIn(copy, 'store');
    expect(verified.faults).toEqual([]);
    expect(verified.notes).toEqual([`${String(CHECKPOINTS)} of ${String(CHECKPOINTS)} signed checkpoints hold.`]);
    expect(exitCodeAfter(0, verified)).toBe(0);
  });

  it('the read model of version 0.2 needs no position again: the upgraded log gives every event the same', async () => {
    const positions = exported().map(({ position }) => position);
    const copy = copyOfFixture();
    await upgrade(join(copy, 'data-directory'));
    const { logFile } = dataFiles(join(copy, 'data-directory'));
    const found = bytesOfLog(logFile, 'readable_events') as readonly [number][];
    expect(found.map(([position]) => String(position))).toEqual(positions);
  });

  it('the service starts with the upgraded data directory of version 0.2, and its orders and quarantine read as they did', async () => {
    const paths = Object.keys(answers());
    expect(paths).toHaveLength(3);
    for (const path of paths) {
      const answer = await service.get(path);
      expect(answer.status).toBe(200);
      expect(answer.json).toMatchObject(answers()[path] as object);
    }
  });

  it('every event that version 0.2 recorded is in the history of its order after the upgrade, with the same data and metadata', async () => {
    const orders = Object.entries(answers()).filter(([path]) => path.endsWith('/orders')) as [
      string,
      { orders: { order_id: string }[] },
    ][];
    let seen = 0;
    for (const [path, { orders: listed }] of orders) {
      for (const { order_id } of listed) {
        const { json } = await service.get(`${path}/${encodeURIComponent(order_id)}/history`);
        for (const event of (json as { events: Exported[] }).events) {
          const before = exported().find(({ position }) => position === event.position);
          expect(before).toBeDefined();
          expect(event).toMatchObject({ revision: before?.revision, data: before?.data, metadata: before?.metadata });
          seen += 1;
        }
      }
    }
    expect(seen).toBe(EVENTS - 1); // one is in quarantine
  });

  it('an order that version 0.2 recorded goes on, and the log verifies with what this version recorded after it', async () => {
    const object = { location_id: 'pos_location_457', order_id: 'pos_order_127', status: 'completed' };
    const answer = await service.deliver({ type: 'order.updated', object });
    expect(answer.json).toMatchObject({ outcome: 'recorded', revision: 2 });
    const { faults, tally } = await verifyIn(join(service.dataDir, '..'), 'store');
    expect(faults).toEqual([]);
    expect(tally.events).toBeGreaterThan(EVENTS);
  });

  it('the log and the signed checkpoints of version 0.2 verify', async () => {
    const verified = await verifyIn(copyOfFixture(), 'store');
    expect(verified.faults).toEqual([]);
    expect(verified.tally.events).toBe(EVENTS);
    expect(verified.notes).toEqual([`${String(CHECKPOINTS)} of ${String(CHECKPOINTS)} signed checkpoints hold.`]);
    expect(exitCodeAfter(0, verified)).toBe(0);
  });

  it.each(['export.ndjson', 'export.csv'])('the export %s of version 0.2 verifies', async (name) => {
    const verified = await verifyIn(copyOfFixture(), name);
    expect(verified.faults).toEqual([]);
    expect(verified.tally.events).toBe(EVENTS);
    expect(exitCodeAfter(0, verified)).toBe(0);
  });

  it('the events in the evidence of version 0.2 verify, and its page cannot be checked by other code than made it', async () => {
    const verified = await verifyIn(copyOfFixture(), 'evidence.html');
    expect(verified.faults).toEqual([]);
    expect(verified.tally.events).toBe(6);
    expect(exitCodeAfter(0, verified)).toBe(EXIT_UNDECIDED);
  });

  it.each([
    ['data of an event in the log', 'store', 'data-directory/events.sqlite', 'Jane Driver', ''],
    ['a hash of an event in the log', 'store', 'data-directory/events.sqlite', 'event_hash":"', ''],
    ['a log hash in the checkpoints', 'store', 'data-directory/checkpoints.ndjson', '8a12e4ce', ''],
    ['a signature in the checkpoints', 'store', 'data-directory/checkpoints.ndjson', 'MJzPkaNT', ''],
    ['an event of the NDJSON export', 'export.ndjson', 'export.ndjson', 'Jane Driver', ''],
    ['the manifest of the NDJSON export', 'export.ndjson', 'export.ndjson', '"', 'manifest'],
    ['an event of the CSV export', 'export.csv', 'export.csv', 'Jane Driver', ''],
    ['the manifest of the CSV export', 'export.csv', 'export.csv.manifest.json', '9678a28d', ''],
    ['an event in the evidence', 'evidence.html', 'evidence.html', 'Jane Driver', EVIDENCE_START],
    ['the end of the events in the evidence', 'evidence.html', 'evidence.html', EVIDENCE_END, EVIDENCE_START],
  ])('a flipped bit in %s of version 0.2 is found', async (_, subject, file, text, from) => {
    const copy = copyOfFixture();
    flip(join(copy, file), text, from);
    expect(exitCodeAfter(0, await verifyIn(copy, subject))).toBe(EXIT_FAILED);
  });
});
