import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { type EventId, eventId } from '../../../../schemas/events/event-id';
import { streamName } from '../../../../schemas/events/stream-name';
import { encodeAppend, type ExpectedRevision } from '../../../../services/event-store/event-store';
import { createGroupCommit, type GroupCommit } from '../../../../services/event-store/sqlite/write/group-commit';
import { openLogInspector } from '../../../../services/event-store/sqlite/check/inspector';
import { openLogReader } from '../../../../services/event-store/sqlite/reader';
import { asStoreError } from '../../../../services/event-store/sqlite/schema';
import { type LogWriter, openLogWriter } from '../../../../services/event-store/sqlite/write/writer';
import type { WriterCommand, WriterResult } from '../../../../services/event-store/sqlite/write/writer-protocol';
import { newEventId } from '../../../support/new-event-id';
import { temporaryDirectory } from '../../../support/running-service';

/** Where the writer fails next; `commit-done` fails after the transaction is in the log. */
type Fault = 'begin' | 'view' | 'insert' | 'commit' | 'commit-done' | 'open' | 'full' | 'close';

const NOW = 1_795_284_000_000;

interface Append {
  readonly stream: string;
  readonly id?: EventId;
  readonly expected?: ExpectedRevision;
}
type AppendCommand = Extract<WriterCommand, { kind: 'append' }>;

const append = ({ stream, id = newEventId(), expected = 'no_stream' }: Append): AppendCommand => ({
  kind: 'append',
  stream: streamName(stream),
  expected,
  events: encodeAppend(streamName(stream), [{ id, type: 'order.updated', data: { id } }], expected),
  created: NOW,
});

const appendedAt = (revision: number) => expect.objectContaining({ kind: 'appended', revision }) as WriterResult;
const refused = (code: string) => expect.objectContaining({ kind: 'error', code }) as WriterResult;

/** Either way the sender may try again. */
const refusedForNow = refused(expect.stringMatching(/^(outcome-unknown|unavailable)$/) as string);

describe('group commit on a failing log', () => {
  let directory: string;
  let file: string;
  let group: GroupCommit;
  /** Faults to come, the next one first. */
  let faults: Fault[];
  /** Every connection that was opened, and what was done on it after its first failure. */
  let connections: { failed: boolean; closed: boolean; usedAfterFailure: string[] }[];
  let groups = 0;

  const fails = (at: Fault): boolean => {
    if (faults[0] !== at) return false;
    faults.shift();
    return true;
  };

  /** The real writer of the real log, failing where it is told to. */
  const openFaulty = (): LogWriter => {
    if (fails('open')) throw new Error('told to fail at open');
    if (fails('full')) throw asStoreError(Object.assign(new Error('no room'), { code: 'SQLITE_FULL' }), 'the log');
    const log = openLogWriter(file);
    const connection = { failed: false, closed: false, usedAfterFailure: [] as string[] };
    connections.push(connection);
    const step = <Result>(name: Fault, act: () => Result): Result => {
      if (connection.failed && name !== 'close') connection.usedAfterFailure.push(name);
      if (fails(name)) {
        connection.failed = true;
        throw new Error(`told to fail at ${name}`);
      }
      return act();
    };
    return {
      ...log,
      begin: () => {
        step('begin', () => {
          log.begin();
        });
      },
      view: (stream) => step('view', () => log.view(stream)),
      insert: (...args) => step('insert', () => log.insert(...args)),
      commit: () => {
        step('commit', () => {
          log.commit();
        });
        step('commit-done', () => undefined);
      },
      close: () => {
        connection.closed = true;
        log.close(); // even where closing says that it failed, the descriptor is gone
        step('close', () => undefined);
      },
    };
  };

  const commit = (...commands: WriterCommand[]): readonly WriterResult[] =>
    group.commit({ id: groups++, now: NOW, commands });

  /** @returns ids of the events of a stream, as another connection sees them. */
  const stored = (stream: string): string[] => {
    const reader = openLogReader(file);
    try {
      return reader.readStream(streamName(stream), 0, false, 100).map(({ id }) => id);
    } finally {
      reader.close();
    }
  };

  const idOf = (command: AppendCommand): EventId => command.events[0]?.id ?? eventId('');

  beforeEach(() => {
    directory = temporaryDirectory();
    file = join(directory, 'events.sqlite');
    faults = [];
    connections = [];
    group = createGroupCommit(openFaulty);
  });

  afterEach(() => {
    group.close();
    expect(faults).toEqual([]);
    for (const { failed, closed, usedAfterFailure } of connections) {
      if (failed) expect({ closed, usedAfterFailure }).toEqual({ closed: true, usedAfterFailure: [] });
    }
    rmSync(directory, { recursive: true });
  });

  it('an append whose COMMIT failed but happened is reported as appended, because its event ids are in the log', () => {
    faults = ['commit-done'];
    const [one, two] = [append({ stream: 'a' }), append({ stream: 'b' })];
    expect(commit(one, two)).toEqual([appendedAt(0), appendedAt(0)]);
    expect([stored('a'), stored('b')]).toEqual([[idOf(one)], [idOf(two)]]);
    expect(connections).toHaveLength(2);
  });

  it('an append whose COMMIT did not happen is outcome-unknown, is not tried again, and its repeat is stored once', () => {
    faults = ['commit'];
    const one = append({ stream: 'a' });
    expect(commit(one)).toEqual([refused('outcome-unknown')]);
    expect(stored('a')).toEqual([]);
    expect(commit(one)).toEqual([appendedAt(0)]);
    expect(commit(one)).toEqual([appendedAt(0)]);
    expect(stored('a')).toEqual([idOf(one)]);
  });

  it('a failed COMMIT with a log that cannot be reopened is outcome-unknown, then unavailable, then works again', () => {
    faults = ['commit-done', 'open', 'open', 'open'];
    const one = append({ stream: 'a' });
    const two = append({ stream: 'b' });
    expect(commit(one)).toEqual([refused('outcome-unknown')]);
    expect(commit(two)).toEqual([refused('unavailable')]);
    expect(commit({ kind: 'probe' })).toEqual([refused('unavailable')]);
    expect(commit(one, two)).toEqual([appendedAt(0), appendedAt(0)]);
    expect([stored('a'), stored('b')]).toEqual([[idOf(one)], [idOf(two)]]);
  });

  it('a reader in the middle of a transaction keeps nothing from being looked up and written after a failed COMMIT', () => {
    const before = append({ stream: 'a' });
    commit(before);
    const reader = openLogInspector(file);
    try {
      const after = append({ stream: 'a', expected: 0 });
      commit(after);
      faults = ['commit-done', 'commit'];
      const [one, two] = [append({ stream: 'b' }), append({ stream: 'c' })];
      expect(commit(one)).toEqual([appendedAt(0)]);
      expect(commit(two)).toEqual([refused('outcome-unknown')]);
      expect(commit(two)).toEqual([appendedAt(0)]);
      expect(['a', 'b', 'c'].map(stored)).toEqual([[idOf(before), idOf(after)], [idOf(one)], [idOf(two)]]);
      expect(reader.lastPosition()).toBe(1);
    } finally {
      reader.close();
    }
  });

  it.each(['begin', 'view', 'insert'] as const)(
    'a failure before COMMIT (%s) is unavailable and writes nothing, and its connection is closed',
    (fault) => {
      faults = [fault];
      const [one, two] = [append({ stream: 'a' }), append({ stream: 'b' })];
      expect(commit(one, two)).toEqual([refused('unavailable'), refused('unavailable')]);
      expect([stored('a'), stored('b')]).toEqual([[], []]);
      expect(connections).toMatchObject([{ failed: true, closed: true }]);
      expect(commit(one, two)).toEqual([appendedAt(0), appendedAt(0)]);
      expect(connections).toHaveLength(2);
    },
  );

  it('a connection that fails to close is abandoned', () => {
    faults = ['commit', 'close'];
    const one = append({ stream: 'a' });
    expect(commit(one)).toEqual([refused('outcome-unknown')]);
    expect(commit(one)).toEqual([appendedAt(0)]);
  });

  it('a failed COMMIT leaves the answers that it could not change: conflicts, deleted streams, earlier repeats, ends of streams', () => {
    const before = append({ stream: 'a' });
    commit(before, append({ stream: 'gone' }));
    commit({ kind: 'delete', stream: streamName('gone'), expected: 'any', mode: 'tombstone' });
    faults = ['commit'];
    const conflicting = append({ stream: 'a' });
    expect(
      commit(
        append({ stream: 'new' }),
        conflicting,
        append({ stream: 'gone' }),
        before,
        { kind: 'probe' },
        { kind: 'end', stream: streamName('a') },
        { kind: 'end', stream: streamName('new') },
      ),
    ).toEqual([
      refused('outcome-unknown'),
      { kind: 'conflict', stream: 'a', expected: 'no_stream', actual: 0 },
      refused('deleted'),
      appendedAt(0),
      refused('outcome-unknown'),
      { kind: 'end', revision: 0 },
      refused('outcome-unknown'),
    ]);
    expect([stored('a'), stored('new')]).toEqual([[idOf(before)], []]);
  });

  it('an append is no conflict with an append of its own group whose COMMIT failed', () => {
    faults = ['commit'];
    const [one, other] = [append({ stream: 'a' }), append({ stream: 'a' })];
    expect(commit(one, other)).toEqual([refused('outcome-unknown'), refusedForNow]);
    expect(stored('a')).toEqual([]);
  });

  it('a stream is not reported as deleted because of a delete in the same group whose COMMIT failed', () => {
    const one = append({ stream: 'a' });
    commit(one);
    faults = ['commit'];
    expect(
      commit(
        { kind: 'delete', stream: streamName('a'), expected: 'any', mode: 'tombstone' },
        append({ stream: 'a', expected: 0 }),
      ),
    ).toEqual([refused('outcome-unknown'), refusedForNow]);
    expect(stored('a')).toEqual([idOf(one)]);
  });

  it('a delete whose COMMIT failed is outcome-unknown, whether or not it happened', () => {
    commit(append({ stream: 'a' }), append({ stream: 'b' }));
    for (const [fault, stream, left] of [
      ['commit', 'a', 1],
      ['commit-done', 'b', 0],
    ] as const) {
      faults = [fault];
      expect(commit({ kind: 'delete', stream: streamName(stream), expected: 'any', mode: 'soft' })).toEqual([
        refused('outcome-unknown'),
      ]);
      expect(stored(stream)).toHaveLength(left);
    }
  });

  it('an append counts as appended after a failed COMMIT only if all of its events are in the log', () => {
    const before = append({ stream: 'a' });
    commit(before);
    faults = ['commit'];
    const ids = [idOf(before), newEventId()];
    const both: WriterCommand = {
      kind: 'append',
      stream: streamName('a'),
      expected: 0,
      created: NOW,
      events: encodeAppend(
        streamName('a'),
        ids.map((id) => ({ id, type: 'order.updated', data: null })),
        0,
      ),
    };
    expect(commit(both)).toEqual([refused('outcome-unknown')]);
    expect(stored('a')).toEqual([idOf(before)]);
  });

  it('a group commit begins while the disk is full, and works once there is room', () => {
    group.close();
    faults = ['full', 'full'];
    group = createGroupCommit(openFaulty);
    const one = append({ stream: 'a' });
    expect(commit(one)).toEqual([refused('unavailable')]);
    expect(commit(one)).toEqual([appendedAt(0)]);
  });

  it('a group commit refuses to begin with a log that cannot be opened', () => {
    faults = ['open'];
    expect(() => createGroupCommit(openFaulty)).toThrow('told to fail at open');
  });
});
