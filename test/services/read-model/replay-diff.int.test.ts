import { spawn } from 'node:child_process';
import { cpSync, existsSync, readdirSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { READ_MODEL, withDatabase } from '../../faults/inspect';
import { orderPath, update } from '../../support/deliveries';
import { discard, SECURE, startService, temporaryDirectory } from '../../support/running-service';

const CLI = resolve(__dirname, '..', '..', '..', 'dist', 'services', 'cli.js');

async function replayDiff(dataDir: string, args: readonly string[] = ['--diff']) {
  const { PATH = '' } = process.env;
  const child = spawn(process.execPath, [CLI, 'replay', ...args], { env: { PATH, ...SECURE, DATA_DIR: dataDir } });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (chunk) => (stdout += String(chunk)));
  child.stderr.on('data', (chunk) => (stderr += String(chunk)));
  const code = await new Promise<number | null>((ended) => child.once('close', ended));
  return { code, lines: stdout.trimEnd().split('\n'), stderr };
}

describe('ticket-rail replay --diff', () => {
  /** Of a service that ended in order, with three orders. */
  let made: string;
  /** A copy of it for each test. */
  let dataDir: string;
  const key = (order_id: string) => ({ location_id: 'here', order_id });
  const STATUSES = ['in_progress', 'ready_for_pickup', 'out_for_delivery', 'completed'];
  beforeAll(async () => {
    const service = await startService();
    made = service.dataDir;
    for (const status of STATUSES) {
      for (const id of ['a', 'b', 'c'])
        await service.deliver(update(key(id), { status, driver_details: { name: 'Jane', passcode: 'code-4711' } }));
    }
    // Not before the read model has them all.
    for (const id of ['a', 'b', 'c']) expect((await service.get(orderPath(key(id)))).status).toBe(200);
    await service.end();
  });
  beforeEach(() => {
    dataDir = temporaryDirectory();
    cpSync(made, dataDir, { recursive: true });
  });
  afterEach(() => {
    rmSync(dataDir, { recursive: true, force: true });
  });
  afterAll(() => {
    rmSync(made, { recursive: true });
  });

  const file = (): string => join(dataDir, READ_MODEL);
  const rows = () =>
    withDatabase(file(), (db) => [
      db.prepare('SELECT * FROM orders').all(),
      db.prepare('SELECT * FROM checkpoint').all(),
    ]);
  /** Makes the stored read model one of folds that read history otherwise. */
  const tamper = (...statements: readonly string[]): void => {
    withDatabase(file(), (db) => {
      db.exec("UPDATE checkpoint SET version = '3-0123456789abcdef'");
      for (const statement of statements) db.exec(statement);
    });
  };
  const setState = (id: string, pointer: string, value: string): string =>
    `UPDATE orders SET state = json_set(state, '${pointer}', ${value}) WHERE order_id = '${id}'`;

  it('replay --diff beside a running service with the same folds finds no difference, and exits with 0', async () => {
    const service = await startService({ DATA_DIR: dataDir });
    const { code, lines } = await replayDiff(dataDir);
    expect(lines).toEqual([expect.stringMatching(/^0 orders differ\. Folded 12 events up to position 12 in /)]);
    expect(code).toBe(0);
    expect(readdirSync(dataDir).filter((name) => name.startsWith('replay'))).toEqual([]);
    await service.deliver(update(key('a'), { status: 'failed' }));
    expect((await service.get(orderPath(key('a')))).json).toMatchObject({ revision: 4 });
    await discard(service);
  });

  it('replay --diff names each order that would change, its fields and the first event that differs, and exits with 1', async () => {
    tamper(
      setState('a', '$.stage', "'ready'"),
      setState('c', '$.driver.passcode', "'code-0815'"),
      setState('c', '$.status', "'out_for_delivery'"),
    );
    const before = rows();
    const { code, lines } = await replayDiff(dataDir);
    expect(lines.slice(0, 2)).toEqual([
      '"here" "a": /stage "ready" -> "completed"; from revision 2 (position 7): /stage',
      '"here" "c": /status "out_for_delivery" -> "completed", /driver_details/passcode; from revision 0 (position 3): /driver_details/passcode',
    ]);
    expect(lines[2]).toMatch(/^2 orders differ\. .* of the stored read model 0123456789abcdef\.$/);
    expect(lines.join('\n')).not.toMatch(/code-/);
    expect(code).toBe(1);
    // What was looked at stays as it was, of its own version.
    expect(rows()).toEqual(before);
    expect(existsSync(join(dataDir, 'replay-diff.sqlite'))).toBe(false);
  });

  it('replay --diff compares with a read model of folds that kept less of an order', async () => {
    const kept = ['reports', 'same_report_as', 'unreadable', 'number_reused', 'number_since', 'ended_at'];
    const pointers = kept.map((field) => `'$.${field}'`).join(', ');
    tamper(`UPDATE orders SET state = json_remove(state, ${pointers})`, setState('b', '$.stage', "'ready'"));
    const { code, lines } = await replayDiff(dataDir);
    expect(lines).toEqual([
      expect.stringMatching(/^"here" "b": \/stage "ready" -> "completed"; /),
      expect.stringMatching(/^1 orders differ\. /),
    ]);
    expect(code).toBe(1);
  });

  it('replay --diff names orders that the stored read model lacks, and orders that the log lacks', async () => {
    tamper("DELETE FROM orders WHERE order_id = 'b'", "UPDATE orders SET order_id = 'z' WHERE order_id = 'c'");
    const { code, lines } = await replayDiff(dataDir);
    expect(lines.slice(0, -1)).toEqual([
      expect.stringMatching(/^"here" "b": would be new; from revision 0 \(position 2\): /),
      expect.stringMatching(/^"here" "c": would be new; from revision 0 \(position 3\): /),
      '"here" "z": would be gone; the log has nothing of it',
    ]);
    expect(code).toBe(1);
  });

  it('replay --diff compares up to the checkpoint of the stored read model, and not beyond', async () => {
    tamper(
      "UPDATE checkpoint SET position = '6', witness_position = NULL, witness_id = NULL",
      `UPDATE orders SET state = json_set(state, '$.revision', 1, '$.status', 'ready_for_pickup', '$.stage', 'ready',
         '$.final', NULL, '$.left', json('false'))`,
    );
    const { lines } = await replayDiff(dataDir);
    // The times of the states are those of later events; nothing else differs.
    expect(lines.at(-1)).toMatch(/^3 orders differ\. Folded 6 events up to position 6 /);
    expect(lines[0]).not.toContain('/status');
    expect(lines[0]).toContain('/updated_at');
  });

  it('replay --diff says that there is nothing to compare, or that the log is another one, and exits with 2', async () => {
    const empty = temporaryDirectory();
    try {
      const nothing = await replayDiff(empty);
      expect(nothing.code).toBe(2);
      expect(nothing.stderr).toContain('no read model that can be compared');
      expect(readdirSync(empty)).toEqual([]);
    } finally {
      rmSync(empty, { recursive: true });
    }
    tamper("UPDATE checkpoint SET witness_id = '00000000-0000-4000-8000-000000000000'");
    const other = await replayDiff(dataDir);
    expect({ code: other.code, stderr: other.stderr }).toEqual({
      code: 2,
      stderr: expect.stringContaining('made from another log') as string,
    });
    tamper("UPDATE checkpoint SET position = '99', witness_position = '99'");
    expect((await replayDiff(dataDir)).stderr).toContain('the log ends before position 99');
    expect((await replayDiff(dataDir, [])).code).toBe(1);
  });

  it('replay --help explains how the first event is found, and the exit codes', async () => {
    const { lines } = await replayDiff(dataDir, ['--help']);
    expect(lines.join('\n')).toMatch(/concluded/);
    expect(lines.join('\n')).toMatch(/Exit code: 0 .*, 1 .*, 2 /);
  });
});
