import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { streamName } from '../../../../schemas/events/stream-name';
import type { EventStore } from '../../../../services/event-store/event-store';
import { openSqliteStore } from '../../../../services/event-store/sqlite/sqlite-store';
import { temporaryDirectory } from '../../../support/running-service';
import { allIds, appended, newEvent, newEvents } from '../contract/support';

/**
 * Runs a command as a process of its own, as an operator does: closing a file of the log in this process would let go of
 * SQLite's locks on it.
 */
const run = (command: string, ...args: string[]): void => {
  execFileSync(command, args, { stdio: 'ignore' });
};

/** Does something to a database as another program would. */
const inDatabase = (file: string, script: string): void => {
  run(
    process.execPath,
    '-e',
    `const db = new (require('better-sqlite3'))(process.argv[1]); ${script}; db.close();`,
    file,
  );
};

describe('where the event log stands', () => {
  let parent: string;
  let directory: string;
  let file: string;
  let backup: string;
  let store: EventStore;
  /** Ids of the events that were acknowledged, in their order. */
  let acknowledged: string[];
  let streams = 0;

  const open = async (): Promise<void> => {
    store = await openSqliteStore({ file, now: Date.now });
  };
  const append = async (): Promise<string> => {
    const event = newEvent();
    await appended(store.append(streamName(`order-${String(streams++)}`), [event], 'no_stream'));
    acknowledged.push(event.id);
    return event.id;
  };
  const refusal = async (work: Promise<unknown>): Promise<string> => {
    try {
      await work;
      return 'acknowledged';
    } catch (error) {
      return (error as Error).message;
    }
  };

  beforeEach(async () => {
    parent = temporaryDirectory();
    directory = join(parent, 'data');
    mkdirSync(directory);
    file = join(directory, 'events.sqlite');
    backup = join(parent, 'backup.sqlite');
    acknowledged = [];
    await open();
    await append();
    inDatabase(file, `db.prepare('VACUUM INTO ?').run(${JSON.stringify(backup)})`);
    await append();
  });

  afterEach(async () => {
    await store.close();
    rmSync(parent, { recursive: true });
  });

  const displacements: readonly (readonly [what: string, displace: () => void, words: RegExp])[] = [
    [
      'removed with what is beside it',
      () => {
        run('sh', '-c', `rm ${file}*`);
      },
      /no longer the file that this service writes: it was removed/,
    ],
    [
      'removed alone',
      () => {
        rmSync(file);
      },
      /no longer the file that this service writes: it was removed/,
    ],
    [
      'replaced by another file of its name',
      () => {
        renameSync(backup, file);
      },
      /no longer the file that this service writes: it was removed, moved or replaced/,
    ],
    [
      'moved away with its directory',
      () => {
        renameSync(directory, join(parent, 'elsewhere'));
      },
      /no longer the file that this service writes: it was removed, moved/,
    ],
    [
      'in another directory since a link leads elsewhere',
      () => {
        renameSync(directory, join(parent, 'first'));
        mkdirSync(join(parent, 'second'));
        symlinkSync(join(parent, 'second'), directory);
      },
      /no longer the file that this service writes/,
    ],
    [
      'without its write-ahead log',
      () => {
        rmSync(`${file}-wal`);
      },
      /events\.sqlite-wal was removed or replaced .* stop it with SIGTERM/,
    ],
    [
      'without the index of its write-ahead log',
      () => {
        rmSync(`${file}-shm`);
      },
      /events\.sqlite-shm was removed or replaced/,
    ],
    [
      'written over by a backup that was restored',
      () => {
        run('cp', backup, file);
      },
      /was written over by another program.*put into place the backup/,
    ],
    [
      'cut to nothing',
      () => {
        run('truncate', '-s', '0', file);
      },
      /was written over by another program/,
    ],
  ];

  it.each(displacements)(
    'once the log is %s, nothing is acknowledged, and the words say what to do',
    async (_what, displace, words) => {
      displace();
      expect(await refusal(append())).toMatch(words);
      expect(await refusal(store.checkWritable())).toMatch(words);
      expect(await refusal(store.lastRevision(streamName('order-0')))).toMatch(words);
      expect(await refusal(store.append(streamName('order-0'), newEvents(1), 'no_stream'))).toMatch(words); // no conflict either
      expect(acknowledged).toHaveLength(2);
    },
  );

  const innocent: readonly (readonly [what: string, act: () => void])[] = [
    [
      'a second name of the file',
      () => {
        run('ln', file, join(parent, 'link.sqlite'));
      },
    ],
    [
      'a new time of the file',
      () => {
        run('touch', file);
      },
    ],
    [
      'a reader',
      () => {
        inDatabase(file, "db.prepare('SELECT count(*) FROM events').get()");
      },
    ],
    [
      'a backup',
      () => {
        inDatabase(file, `db.prepare('VACUUM INTO ?').run(${JSON.stringify(join(parent, 'again.sqlite'))})`);
      },
    ],
    [
      'a checkpoint of another program',
      () => {
        inDatabase(file, "db.pragma('wal_checkpoint(PASSIVE)')");
      },
    ],
    [
      'a checkpoint of another program that empties the WAL',
      () => {
        inDatabase(file, "db.pragma('wal_checkpoint(TRUNCATE)')");
      },
    ],
  ];

  it('what leaves the log in its place stops nothing: links, times, readers, backups, checkpoints of others', async () => {
    for (let round = 0; round < 2; round++) {
      for (const [, act] of innocent) {
        act();
        await append();
        await append();
        await store.checkWritable();
        rmSync(join(parent, 'again.sqlite'), { force: true });
        rmSync(join(parent, 'link.sqlite'), { force: true });
      }
    }
    await store.close();
    await open();
    expect(await allIds(store)).toEqual(acknowledged);
  });

  it('checkpoints of the writer itself, and of others between them, do not look like a file that was written over', async () => {
    const large = (): Promise<unknown> =>
      Promise.all(
        Array.from({ length: 64 }, async () => {
          const event = newEvent({ data: { text: 'x'.repeat(400_000) } });
          await appended(store.append(streamName(`order-${String(streams++)}`), [event], 'no_stream'));
        }),
      );
    for (let round = 0; round < 4; round++) {
      await large(); // more than half of what begins a checkpoint
      if (round % 2 === 1) inDatabase(file, "db.pragma('wal_checkpoint(PASSIVE)')");
      await append();
    }
    expect(await allIds(store)).toHaveLength(acknowledged.length + 4 * 64);
  });

  it('a log that was moved away and comes back is written on, and has everything that was acknowledged once', async () => {
    const elsewhere = join(parent, 'elsewhere');
    renameSync(directory, elsewhere);
    const event = newEvent();
    expect(await refusal(store.append(streamName('order-moved'), [event], 'no_stream'))).toMatch(
      /removed, moved or replaced/,
    );
    expect(existsSync(directory)).toBe(false);
    renameSync(elsewhere, directory);
    await appended(store.append(streamName('order-moved'), [event], 'no_stream'));
    await append();
    await store.close();
    await open();
    expect(await allIds(store)).toEqual([...acknowledged.slice(0, 2), event.id, ...acknowledged.slice(2)]);
  });

  it('a log that was removed is saved beside its place, and the words say where', async () => {
    run('sh', '-c', `rm ${file}*`);
    expect(await refusal(append())).not.toBe('acknowledged');
    const said = await refusal(store.checkWritable());
    const saved = /All that was in it was saved as (\S+): stop the service, move that to/.exec(said)?.[1] ?? '';
    expect(readdirSync(directory)).toEqual([saved.slice(directory.length + 1)]);
    await store.close();
    renameSync(saved, file);
    await open();
    expect((await allIds(store)).slice(0, 2)).toEqual(acknowledged);
  });

  it.each([
    ['-wal', 'was noticed'],
    ['-shm', 'was noticed'],
    ['-wal', 'was not noticed'],
    ['-shm', 'was not noticed'],
  ])(
    'everything acknowledged is in the log after its %s was removed, which %s, and it was closed',
    async (suffix, noticed) => {
      rmSync(`${file}${suffix}`);
      if (noticed === 'was noticed') {
        await refusal(store.checkWritable());
        run('cp', file, join(parent, 'alone.sqlite'));
      }
      await store.close();
      if (noticed === 'was noticed') renameSync(join(parent, 'alone.sqlite'), file); // that copy has it all, too
      await open();
      expect((await allIds(store)).slice(0, 2)).toEqual(acknowledged);
    },
  );

  it('a closed log is whole in its main file, and can still be read where nothing can be written beside it', async () => {
    await store.close();
    const left = readdirSync(directory).sort();
    expect(left).toEqual(['events.sqlite', 'events.sqlite-shm', 'events.sqlite-wal']);
    expect(statSync(`${file}-wal`).size).toBe(0);
    run('cp', file, join(parent, 'alone.sqlite'));
    file = join(parent, 'alone.sqlite');
    await open();
    expect(await allIds(store)).toEqual(acknowledged);
  });
});
