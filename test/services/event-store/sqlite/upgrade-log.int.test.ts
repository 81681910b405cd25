import { hash } from 'node:crypto';
import {
  existsSync,
  linkSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
  chmodSync,
} from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import fc from 'fast-check';
import { eventId } from '../../../../schemas/events/event-id';
import { streamName } from '../../../../schemas/events/stream-name';
import { stringifyJson } from '../../../../schemas/json/exact-json';
import { openLogInspector } from '../../../../services/event-store/sqlite/check/inspector';
import { openSqliteStore } from '../../../../services/event-store/sqlite/sqlite-store';
import { CHUNK_EVENTS, type OnUpgrading } from '../../../../services/event-store/sqlite/upgrade-log';
import { type Upgraded, upgradeDataDirectory } from '../../../../services/event-store/upgrade';
import { runCommand } from '../../../support/command';
import { cases } from '../../../support/depth';
import { bytesOfLog, type OldEvent, type OldLog, writeOldLog } from '../../../support/format-1-log';
import { discard, runToEnd, SECURE, startService, temporaryDirectory } from '../../../support/running-service';
import { collect, newEvent, refusalOf } from '../contract/support';

/** What `ticket-rail upgrade` promises of a log of format 1; that it may be killed is in upgrade-kill.e2e.test.ts. */

const sha256 = fc.string().map((text) => hash('sha256', text, 'hex'));
const sealed = fc
  .tuple(sha256, fc.option(sha256, { nil: null }), fc.uuid(), fc.jsonValue())
  .map(([one, other, id, rest]) =>
    stringifyJson({
      schema_version: 1,
      received_at: '2026-11-28T20:30:08.220Z',
      content_hash: one,
      body_sha256: one,
      signed_with: one.slice(0, 16),
      request_id: id,
      envelope: rest as never,
      previous_hash: other,
      event_hash: one,
    }),
  );
const bytes = fc.uint8Array({ maxLength: 20 }).map((array) => Buffer.from(array));
const noText = fc.constant({ text: Buffer.from([0x22, 0xff, 0xc0, 0x22]) });
const payload = fc.oneof(sealed, fc.json(), bytes, noText);
const uuid = fc.uuid();

/** A log with streams of every kind, as an earlier version, or somebody who changed it, could have left it. */
const oldLog: fc.Arbitrary<OldLog> = fc
  .record({
    events: fc.array(
      fc.record({
        gap: fc.nat(2),
        stream: fc.nat(4),
        id: fc.oneof({ weight: 9, arbitrary: uuid }, fc.string({ minLength: 1 }), fc.constant(Buffer.from([0xff]))),
        type: fc.constantFrom('order.updated', 'order.canceled', 'é', Buffer.from([0x61, 0xff])),
        data: payload,
        metadata: fc.option(payload, { nil: null }),
        created: fc.integer({ min: 0, max: 2 ** 41 }),
      }),
      { maxLength: 30 },
    ),
    deleted: fc.uniqueArray(fc.record({ stream: fc.nat(3), nextRevision: fc.nat(9), tombstone: fc.boolean() }), {
      selector: ({ stream }) => stream,
    }),
    lastRemoved: fc.option(fc.nat(100), { nil: undefined }),
  })
  .map(({ events, deleted, lastRemoved }) => {
    const revisions = new Map<string, number>();
    let position = 0;
    return {
      events: events.map(({ gap, stream: number, ...event }): OldEvent => {
        position += 1 + gap;
        const stream = `order-é:${String(number)}`;
        const revision = revisions.get(stream) ?? 0;
        revisions.set(stream, revision + 1);
        return { ...event, stream, revision, position };
      }),
      removed: deleted.map(({ stream, nextRevision }, index) => ({
        stream: `gone-${String(stream)}`,
        revision: nextRevision,
        id: `00000000-0000-4000-8000-00000000000${String(index)}`,
        position: 1_000 + index,
      })),
      deleted: deleted.map((one) => ({ ...one, stream: `gone-${String(one.stream)}` })),
      ...(lastRemoved === undefined ? {} : { lastRemoved }),
    };
  });

const directories: string[] = [];
function dataDirOf(log: OldLog): string {
  const directory = temporaryDirectory();
  directories.push(directory);
  writeOldLog(join(directory, 'events.sqlite'), log);
  return directory;
}
afterAll(() => {
  for (const directory of directories) rmSync(directory, { recursive: true, force: true });
});

const upgrade = (dataDir: string, onUpgrading: OnUpgrading = () => undefined): Promise<Upgraded> =>
  upgradeDataDirectory({ dataDir, pid: process.pid, now: Date.now, onRights: () => undefined, onUpgrading });

const event = (position: number): OldEvent => ({
  position,
  stream: `order-a:${String((position - 1) % 3)}`,
  revision: Math.floor((position - 1) / 3),
  id: `a0eebc99-9c0b-4ef8-bb6d-6bb9bd38${String(position).padStart(4, '0')}`,
  type: 'order.updated',
  data: '{"status":"completed"}',
  metadata: null,
  created: 1_795_000_000_000,
});
const someEvents = (count: number): OldLog => ({ events: Array.from({ length: count }, (_, n) => event(n + 1)) });

describe('upgrade of a log of format 1', () => {
  it('whatever a log holds, each byte of each event is the same afterwards, and the old file is kept', async () => {
    await fc.assert(
      fc.asyncProperty(oldLog, async (log) => {
        const dataDir = dataDirOf(log);
        const file = join(dataDir, 'events.sqlite');
        const before = bytesOfLog(file, 'events');
        expect(await upgrade(dataDir)).toMatchObject({ kind: 'upgraded', old: `${file}.format-1` });
        expect(bytesOfLog(file, 'readable_events')).toEqual(before);
        expect(bytesOfLog(`${file}.format-1`, 'events')).toEqual(before);
        expect(await upgrade(dataDir)).toEqual({ kind: 'current', file });
      }),
      { numRuns: cases(40) },
    );
  });

  it('an inspector finds in the upgraded log what it found in the old one, event by event', async () => {
    await fc.assert(
      fc.asyncProperty(oldLog, async (log) => {
        const dataDir = dataDirOf(log);
        const look = () => {
          const inspector = openLogInspector(join(dataDir, 'events.sqlite'));
          try {
            const removed = inspector.removedPositions(0);
            const positions = [...{ [Symbol.iterator]: () => removed }];
            return { rows: inspector.page(-1, 100), last: inspector.lastPosition(), positions };
          } finally {
            inspector.close();
          }
        };
        const before = look();
        await upgrade(dataDir);
        expect(look()).toEqual(before);
      }),
      { numRuns: cases(40) },
    );
  });

  it('an upgraded log goes on: positions, revisions, repeats and deleted streams are what they were', async () => {
    const dataDir = dataDirOf({
      ...someEvents(6),
      removed: [{ stream: 'gone', revision: 4, id: 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd389999', position: 7 }],
      deleted: [
        { stream: 'gone', nextRevision: 5, tombstone: false },
        { stream: 'gone for good', nextRevision: 1, tombstone: true },
      ],
      lastRemoved: 9,
    });
    await upgrade(dataDir);
    const store = await openSqliteStore({ file: join(dataDir, 'events.sqlite'), now: Date.now });
    try {
      const repeat = newEvent({ id: eventId('a0eebc99-9c0b-4ef8-bb6d-6bb9bd380004') });
      expect(await store.append(streamName('order-a:0'), [repeat], 0)).toEqual({
        kind: 'appended',
        revision: 1,
        position: '4',
      });
      const removed = newEvent({ id: eventId('a0eebc99-9c0b-4ef8-bb6d-6bb9bd389999') });
      expect(await store.append(streamName('gone'), [removed], 3)).toEqual({
        kind: 'appended',
        revision: 4,
        position: '7',
      });
      expect(await store.append(streamName('gone'), [newEvent()], 'no_stream')).toMatchObject({
        revision: 5,
        position: '10',
      });
      expect(await refusalOf(store.append(streamName('gone for good'), [newEvent()], 'any'))).toBe('deleted');
      expect((await collect(store.readAll())).map(({ position }) => position)).toEqual([
        '1',
        '2',
        '3',
        '4',
        '5',
        '6',
        '10',
      ]);
    } finally {
      await store.close();
    }
  });

  it('an upgrade that was interrupted between two parts of a log goes on after the first, and makes the same of it', async () => {
    const dataDir = dataDirOf(someEvents(2 * CHUNK_EVENTS + 1));
    const file = join(dataDir, 'events.sqlite');
    const before = bytesOfLog(file, 'events');
    const interrupt: OnUpgrading = (phase) => {
      if (phase === 'Copying') throw new Error('interrupted');
    };
    await expect(upgrade(dataDir, interrupt)).rejects.toThrow('interrupted');
    expect([formatIn(file), existsSync(`${file}.format-1`)]).toEqual([1, false]);
    const copied: number[] = [];
    const done = await upgrade(dataDir, (phase, position) => {
      if (phase === 'Copying') copied.push(position);
    });
    expect([done.kind, copied]).toEqual(['upgraded', [2 * CHUNK_EVENTS, 2 * CHUNK_EVENTS + 1]]);
    expect(bytesOfLog(file, 'readable_events')).toEqual(before);
    expect(bytesOfLog(`${file}.format-1`, 'events')).toEqual(before);
  });

  it('what an earlier run made of another log is thrown away, and made again', async () => {
    const [one, other] = [dataDirOf(someEvents(12)), dataDirOf({ events: [event(1), { ...event(4), data: '1' }] })];
    const file = join(one, 'events.sqlite');
    await upgrade(other);
    writeFileSync(`${file}.upgrade`, readFileSync(join(other, 'events.sqlite')));
    const before = bytesOfLog(file, 'events');
    expect(await upgrade(one)).toMatchObject({ kind: 'upgraded' });
    expect(bytesOfLog(file, 'readable_events')).toEqual(before);
    expect(existsSync(`${file}.upgrade`)).toBe(false);
  });

  it.each([
    ['no database', Buffer.from('no database'.repeat(1_000))],
    ['empty', Buffer.alloc(0)],
  ])('a file in the way of the new log that is %s is replaced', async (_, content) => {
    const dataDir = dataDirOf(someEvents(3));
    writeFileSync(join(dataDir, 'events.sqlite.upgrade'), content);
    expect(await upgrade(dataDir)).toMatchObject({ kind: 'upgraded' });
    expect(bytesOfLog(join(dataDir, 'events.sqlite'), 'readable_events')).toHaveLength(3);
  });

  it('an upgrade that ended between keeping the old log and putting the new one into place keeps it once', async () => {
    const dataDir = dataDirOf(someEvents(3));
    const file = join(dataDir, 'events.sqlite');
    linkSync(file, `${file}.format-1`);
    expect(await upgrade(dataDir)).toMatchObject({ old: `${file}.format-1` });
    expect(bytesOfLog(`${file}.format-1`, 'events')).toHaveLength(3);
  });

  it('an old log that is there already, such as of a backup that was upgraded before, is never replaced', async () => {
    const dataDir = dataDirOf(someEvents(3));
    const file = join(dataDir, 'events.sqlite');
    writeFileSync(`${file}.format-1`, 'kept before');
    expect(await upgrade(dataDir)).toMatchObject({ old: `${file}.format-1-2` });
    expect(readFileSync(`${file}.format-1`, 'utf8')).toBe('kept before');
    expect(bytesOfLog(`${file}.format-1-2`, 'events')).toHaveLength(3);
  });

  it('the new log has the rights of the old one, and stands where a link to it led', async () => {
    const [dataDir, elsewhere] = [temporaryDirectory(), dataDirOf(someEvents(3))];
    directories.push(dataDir);
    chmodSync(dataDir, 0o750);
    chmodSync(elsewhere, 0o750);
    chmodSync(join(elsewhere, 'events.sqlite'), 0o640);
    symlinkSync(join(elsewhere, 'events.sqlite'), join(dataDir, 'events.sqlite'));
    expect(await upgrade(dataDir)).toMatchObject({ file: join(elsewhere, 'events.sqlite') });
    expect(statSync(join(elsewhere, 'events.sqlite')).mode & 0o777).toBe(0o640);
    expect(bytesOfLog(join(dataDir, 'events.sqlite'), 'readable_events')).toHaveLength(3);
    expect(existsSync(join(elsewhere, 'events.sqlite.format-1'))).toBe(true);
  });

  it('a damaged log is left as it is, and said to be damaged', async () => {
    const dataDir = dataDirOf(someEvents(400));
    const file = join(dataDir, 'events.sqlite');
    const content = readFileSync(file);
    content.fill(0xff, 2 * 4_096, 3 * 4_096);
    writeFileSync(file, content);
    expect(await refusalOf(upgrade(dataDir))).toBe('damaged');
    expect(formatIn(file)).toBe(1);
    expect(existsSync(`${file}.format-1`)).toBe(false);
  });

  it('a log that another program has open is not upgraded, and is once it is closed', async () => {
    const dataDir = dataDirOf(someEvents(3));
    const other = new Database(join(dataDir, 'events.sqlite'));
    other.exec('BEGIN; SELECT * FROM events');
    other.prepare('SELECT * FROM events').get();
    await expect(upgrade(dataDir)).rejects.toThrow(/another program has .*events\.sqlite open/);
    other.close();
    expect(await upgrade(dataDir)).toMatchObject({ kind: 'upgraded' });
  });
});

const formatIn = (file: string): number => {
  const db = new Database(file, { readonly: true });
  try {
    return db.pragma('user_version', { simple: true }) as number;
  } finally {
    db.close();
  }
};

describe('a data directory with a log of format 1', () => {
  it('the service does not start with it, changes nothing, and names the command', async () => {
    const dataDir = dataDirOf(someEvents(3));
    const before = readFileSync(join(dataDir, 'events.sqlite'));
    const { code, output } = await runToEnd({ ...SECURE, PORT: '0', DATA_DIR: dataDir });
    expect(code).toBe(69);
    expect(output).toMatch(/events\.sqlite has format 1, .*Run `ticket-rail upgrade`/);
    expect(readFileSync(join(dataDir, 'events.sqlite')).equals(before)).toBe(true);
  });

  it.each([[['rebuild']], [['retain', '--days', '1']], [['export']]])(
    'the command %j refuses it and names the command',
    async (args) => {
      const { code, stderr } = await runCommand(args, { DATA_DIR: dataDirOf(someEvents(3)) });
      expect(code).not.toBe(0);
      expect(stderr).toContain('ticket-rail upgrade');
    },
  );

  it('ticket-rail upgrade says where the old log is kept, and what to do where there is nothing to upgrade', async () => {
    const dataDir = dataDirOf(someEvents(3));
    const done = await runCommand(['upgrade'], { DATA_DIR: dataDir });
    expect(done).toMatchObject({ code: 0, stdout: expect.stringContaining('events.sqlite.format-1') as string });
    const again = await runCommand(['upgrade'], { DATA_DIR: dataDir });
    expect(again).toMatchObject({ code: 0, stdout: expect.stringContaining('Nothing was changed') as string });
    const none = join(dataDir, 'none');
    mkdirSync(none);
    const nothing = await runCommand(['upgrade'], { DATA_DIR: none });
    expect(nothing).toMatchObject({ code: 1, stderr: expect.stringContaining('There is no event log') as string });
    const elsewhere = await runCommand(['upgrade'], {
      DATA_DIR: none,
      EVENT_STORE_URL: 'esdb://localhost:2113?tls=false',
    });
    expect(elsewhere).toMatchObject({ code: 0, stdout: expect.stringContaining('EventStoreDB') as string });
  });

  it('ticket-rail upgrade refuses to run beside the service', async () => {
    const service = await startService();
    try {
      const { code, stderr } = await runCommand(['upgrade'], { DATA_DIR: service.dataDir });
      expect([code, stderr]).toEqual([1, expect.stringContaining('is in use by process')]);
    } finally {
      await discard(service);
    }
  });
});
