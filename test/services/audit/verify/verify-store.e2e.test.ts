import Database from 'better-sqlite3';
import fc from 'fast-check';
import { copyFileSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { EMBEDDED, openReadableStore } from '../../../../services/event-store/open';
import type { LogCheck } from '../../../../services/audit/verify/verify-store';
import { temporaryDirectory } from '../../../support/running-service';
import { keyOf, makeStore, type Step, steps, verifyStoreIn } from '../histories';
import { signOnce, ticketRail } from '../support';

const directories: string[] = [];
const store = async (history: readonly Step[]): Promise<string> => {
  const directory = await makeStore(history);
  directories.push(directory);
  return directory;
};
function copyOf(directory: string): string {
  const copy = temporaryDirectory();
  directories.push(copy);
  copyFileSync(join(directory, 'events.sqlite'), join(copy, 'events.sqlite'));
  return copy;
}
afterAll(() => {
  for (const directory of directories) rmSync(directory, { recursive: true, force: true });
});

type Row = Record<'stream' | 'id' | 'type' | 'data' | 'metadata', string> & { position: number; revision: number };
function inDatabase<Result>(directory: string, action: (db: Database.Database) => Result): Result {
  const db = new Database(join(directory, 'events.sqlite'));
  try {
    return action(db);
  } finally {
    db.close();
  }
}
const rowsOf = (directory: string): Row[] =>
  inDatabase(directory, (db) => db.prepare<[], Row>('SELECT * FROM readable_events ORDER BY position').all());

type Field = 'stream' | 'id' | 'type' | 'data' | 'metadata';
/** Where the bytes of a field of an event are. */
const PLACES: Readonly<Record<Field, string>> = {
  stream: 'SELECT name FROM streams JOIN events ON streams.id = stream WHERE position = ?',
  type: 'SELECT name FROM types JOIN events ON types.id = type WHERE position = ?',
  id: 'SELECT id FROM events WHERE position = ?',
  data: 'SELECT data FROM events WHERE position = ?',
  metadata: 'SELECT metadata FROM events WHERE position = ?',
};
const storedIn = (directory: string, field: Field, position: number): Buffer =>
  inDatabase(directory, (db) => {
    const stored = db.prepare<[number], string | Buffer>(PLACES[field]).pluck().get(position);
    return Buffer.from(stored ?? '');
  });

/** Puts other bytes into a field of one event; a changed name is one of its own. */
function change(db: Database.Database, field: Field, bytes: Buffer, position: number): void {
  if (field === 'stream' || field === 'type') {
    const { lastInsertRowid } = db.prepare(`INSERT INTO ${field}s (name) VALUES (CAST(? AS TEXT))`).run(bytes);
    db.prepare(`UPDATE events SET ${field} = ? WHERE position = ?`).run(lastInsertRowid, position);
    return;
  }
  const value = `CASE typeof(${field}) WHEN 'text' THEN CAST(@bytes AS TEXT) ELSE @bytes END`;
  db.prepare(`UPDATE events SET ${field} = ${value} WHERE position = @position`).run({ bytes, position });
}

const deliver = (order: number, status: string): Step => ({ kind: 'deliver', order, fields: { status } });
const LIFE = ['in_progress', 'ready_for_pickup', 'out_for_delivery', 'completed'];
const HISTORY: readonly Step[] = LIFE.flatMap((status) => [deliver(0, status), deliver(1, status)]);

describe('the verification of a store', () => {
  it('every unchanged store verifies, with deleted orders and quarantine', async () => {
    await fc.assert(
      fc.asyncProperty(steps(), async (history) => {
        const { faults } = await verifyStoreIn(await store(history));
        expect(faults).toEqual([]);
      }),
      { numRuns: 25 },
    );
  });

  it('the verification of a store finds any changed byte of any field of any event, and names its position', async () => {
    await fc.assert(
      fc.asyncProperty(
        steps(2),
        fc.array(fc.record({ which: fc.nat(), where: fc.nat(), flip: fc.integer({ min: 1, max: 255 }) }), {
          minLength: 3,
          maxLength: 3,
        }),
        async (history, changes) => {
          const directory = await store(history);
          const rows = rowsOf(directory);
          for (const { which, where, flip } of changes) {
            const row = rows[which % Math.max(1, rows.length)];
            fc.pre(row !== undefined);
            const field = (['stream', 'id', 'type', 'data', 'metadata'] as const)[which % 5] ?? 'data';
            const bytes = storedIn(directory, field, row.position);
            const at = where % bytes.length;
            bytes.writeUInt8(bytes.readUInt8(at) ^ flip, at);
            const changed = copyOf(directory);
            try {
              inDatabase(changed, (db) => {
                change(db, field, bytes, row.position);
              });
            } catch {
              continue; // the stream of another event
            }
            const { faults } = await verifyStoreIn(changed);
            expect(faults[0]?.position).toBe(String(row.position));
          }
        },
      ),
      { numRuns: 20 },
    );
  });

  it.each<[string, string, Record<string, unknown>]>([
    ['a removed event', 'DELETE FROM events WHERE position = 3', { position: '3', code: 'position' }],
    [
      'the removed newest event of an order',
      'DELETE FROM events WHERE position = 7',
      { position: '7', code: 'position' },
    ],
    [
      'two events of an order in the other order',
      'UPDATE events SET position = 0 WHERE position = 3; UPDATE events SET position = 3 WHERE position = 5; UPDATE events SET position = 5 WHERE position = 0',
      { position: '3', code: 'revision' },
    ],
    [
      'an inserted event without hashes',
      `INSERT INTO events SELECT 9, stream, 4, id, type, data, 0, '{}', created FROM events WHERE position = 7`,
      { position: '9', code: 'unsealed' },
    ],
    [
      'an inserted copy of an event',
      'INSERT INTO events SELECT 9, stream, 4, id, type, data, form, metadata, created FROM events WHERE position = 7',
      { position: '9', code: 'chain' },
    ],
    [
      'an event moved to another order',
      `INSERT INTO streams VALUES (9, 'order-x:y'); UPDATE events SET stream = 9, revision = 0 WHERE position = 7`,
      { position: '7', code: 'event' },
    ],
    [
      'an event that readers do not see',
      'UPDATE events SET position = -8 WHERE position = 8',
      { code: 'position', detail: 'there is an event at position -8, which no store gives' },
    ],
    ['a changed revision', 'UPDATE events SET revision = 9 WHERE position = 8', { position: '8', code: 'revision' }],
    [
      'white space in the data of an event',
      `UPDATE events SET data = data || ' ' WHERE position = 4`,
      { position: '4', code: 'form' },
    ],
    [
      'data as bytes',
      'UPDATE events SET data = CAST(data AS BLOB) WHERE position = 4',
      { position: '4', code: 'content' },
    ],
    [
      'an event without metadata',
      'UPDATE events SET form = 0, metadata = NULL WHERE position = 1',
      { position: '1', code: 'unsealed' },
    ],
    [
      'a number that no double holds',
      `UPDATE events SET data = replace(data, '"status"', '"n":1e999,"status"') WHERE position = 3`,
      { position: '3', code: 'content' },
    ],
    [
      'a number in the metadata that no double holds',
      `UPDATE events SET form = 0, metadata = (SELECT replace(metadata, '"schema_version":1', '"schema_version":1e999') FROM readable_events WHERE position = 3) WHERE position = 3`,
      { position: '3', code: 'event' },
    ],
    [
      'an event whose data is not JSON',
      `UPDATE events SET data = '{' WHERE position = 2`,
      { position: '2', code: 'form' },
    ],
    [
      'metadata that were unpacked',
      'UPDATE events SET metadata = (SELECT metadata FROM readable_events AS one WHERE one.position = events.position), form = 0 WHERE position = 5',
      { position: '5', code: 'form', detail: 'the metadata are not packed as this service packs them' },
    ],
    [
      'metadata of a form that there is none of',
      'UPDATE events SET form = 99 WHERE position = 5',
      { position: '5', code: 'form', detail: 'the metadata are of form 99, which these bytes are not' },
    ],
    [
      'metadata that were cut',
      'UPDATE events SET metadata = substr(metadata, 1, 100) WHERE position = 5',
      { position: '5', code: 'form' },
    ],
    [
      'metadata with bytes after them',
      `UPDATE events SET metadata = CAST(metadata || x'00' AS BLOB) WHERE position = 5`,
      { position: '5', code: 'form' },
    ],
    [
      'packed metadata as the bytes that they are',
      'UPDATE events SET form = 0 WHERE position = 5',
      { position: '5', code: 'unsealed' },
    ],
    [
      'an id as text',
      'UPDATE events SET id = (SELECT id FROM readable_events AS one WHERE one.position = events.position) WHERE position = 5',
      { position: '5', code: 'form', detail: 'the id is not packed as this service packs it' },
    ],
    ['an id that was cut', `UPDATE events SET id = x'00' WHERE position = 5`, { position: '5', code: 'form' }],
    [
      'an event of a stream without a name',
      'UPDATE events SET stream = 99, revision = 0 WHERE position = 8',
      { position: '8', code: 'form', detail: 'the stream has no name' },
    ],
    [
      'an event of a type without a name',
      'UPDATE events SET type = 99 WHERE position = 8',
      { position: '8', code: 'form', detail: 'the type has no name' },
    ],
    [
      'the name of a stream that never was',
      `INSERT INTO streams VALUES (9, 'order-x:y')`,
      { code: 'database', detail: 'the name of stream 9 belongs to nothing' },
    ],
    [
      'a deleted stream without a name',
      'INSERT INTO deleted_streams VALUES (9, 1, 0)',
      { code: 'database', detail: 'a deleted stream has no name' },
    ],
    [
      'removed events of a stream without a name',
      `INSERT INTO removed_events VALUES (9, 1, x'00', 99)`,
      { code: 'database', detail: 'removed events are of a stream without a name' },
    ],
    [
      'two orders whose names were exchanged',
      `UPDATE streams SET name = name || '-'; UPDATE streams SET name = (SELECT substr(max(other.name), 1, length(max(other.name)) - 1) FROM streams AS other WHERE other.id = 3 - streams.id) WHERE id = 1`,
      { position: '1', code: 'event' },
    ],
  ])('the verification of a store finds %s', async (_, sql, fault) => {
    const directory = await store(HISTORY);
    inDatabase(directory, (db) => db.exec(sql));
    const { faults } = await verifyStoreIn(directory);
    expect(faults[0]).toMatchObject(fault);
  });

  it('the verification of a store finds a gap between the deletion of an order and its revival', async () => {
    const history: Step[] = [
      deliver(0, 'completed'),
      { kind: 'delete', order: 0 },
      deliver(0, 'failed'),
      deliver(0, 'completed'),
    ];
    const directory = await store(history);
    expect((await verifyStoreIn(directory)).faults).toEqual([]);
    inDatabase(directory, (db) => db.exec('UPDATE events SET revision = revision + 5'));
    expect((await verifyStoreIn(directory)).faults[0]).toMatchObject({ code: 'revision', position: '2' });
  });

  it('the verification of a store counts events older than the hash chain, and does not take them for faults', async () => {
    const directory = await store(HISTORY);
    inDatabase(directory, (db) =>
      db.exec(
        `CREATE TEMP TABLE unsealed AS SELECT position, json_remove(metadata, '$.event_hash', '$.previous_hash') AS metadata
           FROM readable_events;
         UPDATE events SET form = 0,
           metadata = (SELECT metadata FROM unsealed WHERE unsealed.position = events.position)`,
      ),
    );
    const { tally, faults } = await verifyStoreIn(directory);
    expect({ faults, unsealed: tally.unsealed, first: tally.firstUnsealed }).toEqual({
      faults: [],
      unsealed: 8,
      first: '1',
    });
  });

  it('any flipped bit of a store is found as damage of the file, or has changed nothing that was stored', async () => {
    const directory = await store(HISTORY);
    const bytes = readFileSync(join(directory, 'events.sqlite'));
    const before = JSON.stringify(rowsOf(directory).map((row) => ({ ...row, created: null })));
    await fc.assert(
      fc.asyncProperty(fc.nat(bytes.length - 1), fc.nat(7), async (at, bit) => {
        const copy = copyOf(directory);
        const changed = Buffer.from(bytes);
        changed.writeUInt8(changed.readUInt8(at) ^ (1 << bit), at);
        writeFileSync(join(copy, 'events.sqlite'), changed);
        const { faults, tally } = await verifyStoreIn(copy);
        const after =
          tally.faultCount > 0 ? null : JSON.stringify(rowsOf(copy).map((row) => ({ ...row, created: null })));
        expect({ after, located: faults.length > 0 }).toEqual(
          tally.faultCount > 0 ? { after: null, located: true } : { after: before, located: false },
        );
      }),
      { numRuns: 80 },
    );
  });

  it.each([
    ['a column by another name that reads the same', `replace(sql, 'position INTEGER', 'Position INTEGER')`],
    ['a column that takes what it did not', `replace(sql, 'created  INTEGER NOT NULL', 'created  ANY     NOT NULL')`],
  ])('the verification of a store finds a changed table definition: %s', async (_, sql) => {
    const directory = await store(HISTORY);
    inDatabase(directory, (db) => {
      db.unsafeMode();
      db.pragma('writable_schema = ON');
      db.exec(`UPDATE sqlite_schema SET sql = ${sql} WHERE name = 'events'`);
    });
    expect((await verifyStoreIn(directory)).faults).toEqual([
      expect.objectContaining({ code: 'database', detail: 'table events is not defined as this version defines it' }),
    ]);
  });

  it('the verification of a store reports a file that is not a database, and one that does not exist', async () => {
    const directory = temporaryDirectory();
    directories.push(directory);
    expect((await verifyStoreIn(directory)).faults[0]).toMatchObject({ code: 'database' });
    writeFileSync(join(directory, 'events.sqlite'), 'x'.repeat(10_000));
    expect((await verifyStoreIn(directory)).faults[0]).toMatchObject({
      code: 'database',
      detail: expect.stringContaining('SQLITE_NOTADB') as string,
    });
  });

  it('the verification of a store shows every event to further checks in log order, and reports what they find', async () => {
    const seen: string[] = [];
    const check: LogCheck = {
      see: ({ position }) => seen.push(position),
      finish: () => [{ code: 'check', detail: 'found', position: '2', stream: null, revision: null, line: null }],
      save: () => null,
      restore: () => undefined,
    };
    const { faults } = await verifyStoreIn(await store(HISTORY), [check]);
    expect(seen).toEqual(['1', '2', '3', '4', '5', '6', '7', '8']);
    expect(faults).toEqual([expect.objectContaining({ detail: 'found', position: '2' })]);
  });
});

describe('ticket-rail verify', () => {
  it('ticket-rail verify checks the configured store, and exits with 1 where it does not hold', async () => {
    const directory = await store(HISTORY);
    const whole = await ticketRail(['verify'], { DATA_DIR: directory });
    expect(whole).toMatchObject({ code: 0, stdout: expect.stringContaining('holds: 8 events') as string });
    inDatabase(directory, (db) => db.exec(`UPDATE events SET data = replace(data, 'completed', 'failed')`));
    const { code, stdout } = await ticketRail(['verify'], { DATA_DIR: directory });
    expect(code).toBe(1);
    expect(stdout).toContain('DOES NOT HOLD: 2 faults in 8 events. The first:\n  position 7, stream');
  });

  it('ticket-rail verify --order checks that order alone', async () => {
    const directory = await store(HISTORY);
    inDatabase(directory, (db) =>
      db.exec(`UPDATE events SET data = replace(data, 'completed', 'failed') WHERE position = 7`),
    );
    const order = (index: number) =>
      ticketRail(['verify', '--order', keyOf(index).location_id, keyOf(index).order_id], { DATA_DIR: directory });
    const [broken, whole] = await Promise.all([order(0), order(1)]);
    expect(whole).toMatchObject({ code: 0, stdout: expect.stringContaining('holds: 4 events') as string });
    expect(broken).toMatchObject({ code: 1, stdout: expect.stringContaining('position 7') as string });
  });

  it('ticket-rail verify finds by checkpoints that the end of the log is lost, or that the log was replaced', async () => {
    const directory = await store(HISTORY);
    const source = await openReadableStore({ url: null, logFile: join(directory, 'events.sqlite') });
    const place = {
      store: EMBEDDED,
      file: join(directory, 'checkpoints.ndjson'),
      keyFile: join(directory, 'checkpoint-key.pem'),
      treeFile: join(directory, 'checkpoint-tree.bin'),
    };
    await signOnce(source, place);
    await source.close();
    const other = await store(LIFE.flatMap((status) => [deliver(0, status), deliver(1, status)]));
    const elsewhere = ['--checkpoints', place.file, '--public-key', place.keyFile];
    const [whole, forged] = await Promise.all([
      ticketRail(['verify'], { DATA_DIR: directory }),
      ticketRail(['verify', ...elsewhere], { DATA_DIR: other }),
    ]);
    expect(whole).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('1 of 1 signed checkpoints hold.') as string,
    });
    expect(forged).toMatchObject({ code: 1, stdout: expect.stringContaining('not those that were signed') as string });

    inDatabase(directory, (db) => db.exec('DELETE FROM events WHERE position = 8'));
    const cut = await ticketRail(['verify'], { DATA_DIR: directory });
    expect(cut).toMatchObject({ code: 1, stdout: expect.stringContaining('what came after it is lost') as string });
  });

  it('ticket-rail verify reads a store that is being written, and changes nothing in it', async () => {
    const directory = await store(HISTORY);
    const before = readFileSync(join(directory, 'events.sqlite'));
    const writer = new Database(join(directory, 'events.sqlite'));
    writer.exec('BEGIN IMMEDIATE');
    try {
      expect(await ticketRail(['verify'], { DATA_DIR: directory })).toMatchObject({ code: 0 });
    } finally {
      writer.close();
    }
    expect(readFileSync(join(directory, 'events.sqlite'))).toEqual(before);
    expect(existsSync(join(directory, 'lock.sqlite'))).toBe(false);
  });
});
