import { decideAppend, decideDelete, decideEnd } from '../../append-decision';
import { EventStoreError, positionOf } from '../../event-store';
import { sqliteCodeOf } from '../../sqlite-error';
import { asStoreError } from '../schema';
import type { LogWriter } from './writer';
import type { Displaced } from '../log-place';
import type { Group, WriterCommand, WriterResult } from './writer-protocol';

const failed = (error: EventStoreError): WriterResult => ({
  kind: 'error',
  code: error.code,
  message: error.message,
});

/** A command beside what its transaction would have made true. */
interface Decided {
  readonly command: WriterCommand;
  readonly result: WriterResult;
  /** False for a repeat, which finds everything there. */
  readonly wrote: boolean;
}

/** Decides one command and carries it out within the open transaction. */
function execute(log: LogWriter, command: WriterCommand, now: number): Decided {
  if (command.kind === 'probe') {
    log.probe(now);
    return { command, result: { kind: 'probed' }, wrote: true };
  }
  const { stream } = command;
  const view = log.view(stream);
  const expected = command.kind === 'end' ? 'any' : command.expected;
  const decision =
    command.kind === 'append'
      ? decideAppend(view, expected, command.events)
      : command.kind === 'delete'
        ? decideDelete(view, expected)
        : decideEnd(view);
  switch (decision.kind) {
    case 'end':
      return { command, result: { kind: 'end', revision: decision.revision }, wrote: false };
    case 'write': {
      const { events, created } = command.kind === 'append' ? command : { events: [], created: now };
      if (view.deleted !== null) log.revive(stream);
      const position = positionOf(log.insert(stream, decision.first, events, created));
      const revision = decision.first + events.length - 1;
      return { command, result: { kind: 'appended', revision, position }, wrote: true };
    }
    case 'stored': {
      const position = positionOf(log.positionOf(stream, decision.last) ?? 0);
      return { command, result: { kind: 'appended', revision: decision.last, position }, wrote: false };
    }
    case 'delete':
      log.remove(stream, view.nextRevision, command.kind === 'delete' && command.mode === 'tombstone');
      return { command, result: { kind: 'deleted' }, wrote: true };
    case 'conflict':
      return { command, result: { kind: 'conflict', stream, expected, actual: decision.actual }, wrote: false };
    case 'deleted': {
      const error = new EventStoreError('deleted', `stream ${JSON.stringify(stream)} was deleted`);
      return { command, result: failed(error), wrote: false };
    }
  }
}

const streamOf = (command: WriterCommand): string | null => (command.kind === 'probe' ? null : command.stream);

const claimsWrite = ({ kind }: WriterResult): boolean => kind !== 'conflict' && kind !== 'end' && kind !== 'error';

/** Returns the result of a command after a COMMIT that failed, by whether what it wrote is in the log after all. */
function reconcile(log: LogWriter, { command, result }: Decided, cause: unknown): WriterResult {
  if (!claimsWrite(result)) return result;
  if (command.kind !== 'append' || result.kind !== 'appended') return failed(outcomeUnknown(cause));
  const first = result.revision - command.events.length + 1;
  const view = log.view(command.stream);
  const stored = command.events.every(({ id }, index) => view.idAt(first + index) === id);
  return stored ? result : failed(outcomeUnknown(cause));
}

const outcomeUnknown = (cause: unknown): EventStoreError =>
  new EventStoreError(
    'outcome-unknown',
    `COMMIT failed (${asStoreError(cause, 'the event log').message}); repeat with the same ids`,
  );

export interface GroupCommit {
  /** Commits a group and answers each of its commands. Never throws. */
  commit(group: Group): readonly WriterResult[];
  /**
   * Takes what was removed out of the WAL as well.
   * @returns false if it has to be tried again.
   */
  emptyWal(): boolean;
  /** Saves a log that was removed under us. It may take long, so what waits is answered before. */
  rescue(now: number): void;
  close(): void;
}

/** @param abandon is given a writer that failed */
function emptyWal(log: LogWriter, abandon: (poisoned: LogWriter) => void): boolean {
  try {
    return log.emptyWal();
  } catch {
    abandon(log);
    return true;
  }
}

/** SQLite's codes of what passes without anyone opening another file: a full or failing disk, and other programs' locks. */
const isPassing = (error: unknown): boolean =>
  error instanceof EventStoreError && /^SQLITE_(FULL|IOERR|BUSY|LOCKED)/.test(sqliteCodeOf(error.cause) ?? '');

/**
 * Commits groups of commands, one transaction and one sync each.
 *
 * A connection on which anything failed is never used again: after a failed sync the kernel may have dropped the very
 * pages that were not written, and a COMMIT that reported an error has been seen to reappear after a crash. So it is
 * closed, and the next use opens the log anew, which makes durable whatever is visible, and only then looks for the
 * event ids of the group whose outcome is not known.
 *
 * Before a group is acknowledged, it looks whether the log still is the file at its path: otherwise the next start would
 * not find what was acknowledged. A connection to a file that is not is kept, since the file may be put back.
 * @param open opens the log for writing; tried again for each group while it fails
 * @throws {EventStoreError} what opening it throws, unless that passes by itself, such as a full disk
 */
export function createGroupCommit(open: () => LogWriter): GroupCommit {
  let log: LogWriter | null = null;
  /** What the last group found out of its place: while there is something, nothing is written either. */
  let displaced: Displaced | null = null;
  try {
    log = open();
  } catch (error) {
    if (!isPassing(error)) throw error;
  }

  const abandon = (poisoned: LogWriter): void => {
    log = null;
    try {
      poisoned.close();
    } catch {
      // Its descriptor is all that closing could still release; what it did not write is looked up, not assumed.
    }
  };

  const settleUnknown = (decided: readonly Decided[], cause: unknown): readonly WriterResult[] => {
    // A refusal may have been decided on what the same transaction wrote to the stream before, which may not be there.
    const written = new Set(decided.filter(({ wrote }) => wrote).map(({ command }) => streamOf(command)));
    const mayDepend = (command: WriterCommand): boolean => written.has(streamOf(command));
    let reopened: LogWriter;
    try {
      reopened = log = open();
    } catch {
      return decided.map(({ command, result }) =>
        claimsWrite(result) || mayDepend(command) ? failed(outcomeUnknown(cause)) : result,
      );
    }
    return decided.map((one) =>
      !claimsWrite(one.result) && mayDepend(one.command)
        ? failed(outcomeUnknown(cause))
        : reconcile(reopened, one, cause),
    );
  };

  return {
    commit: ({ commands, now }) => {
      const everyOne = (error: EventStoreError): readonly WriterResult[] => commands.map(() => failed(error));
      let writer: LogWriter;
      let decided: readonly Decided[];
      try {
        writer = log ??= open();
        displaced = displaced === null ? writer.damagedContent() : writer.displaced();
        if (displaced !== null) return everyOne(new EventStoreError('unavailable', displaced.detail));
        writer.begin();
      } catch (error) {
        if (log !== null) abandon(log);
        return everyOne(asStoreError(error, 'the event log cannot be written'));
      }
      try {
        decided = commands.map((command) => execute(writer, command, now));
      } catch (error) {
        abandon(writer);
        return everyOne(asStoreError(error, 'the event log cannot be written'));
      }
      try {
        writer.commit();
      } catch (cause) {
        abandon(writer);
        return settleUnknown(decided, cause);
      }
      displaced = writer.displaced();
      if (displaced !== null) return everyOne(new EventStoreError('outcome-unknown', displaced.detail));
      return decided.map(({ result }) => result);
    },
    // The next opening of the log empties it.
    emptyWal: () => log === null || displaced !== null || emptyWal(log, abandon),
    rescue: (now) => log?.rescue(now),
    close: () => {
      log?.close();
      log = null;
    },
  };
}
