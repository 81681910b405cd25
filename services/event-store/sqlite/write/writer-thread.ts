import { BroadcastChannel, parentPort, workerData } from 'node:worker_threads';
import { EventStoreError } from '../../event-store';
import { openLogWriter } from './writer';
import { createGroupCommit, type GroupCommit } from './group-commit';
import { LogPlace } from '../log-place';
import { commitChannel, type FromWriter, type ToWriter, type WriterOptions } from './writer-protocol';

/**
 * The thread that owns the connection that writes, so that a slow sync delays those who wait for it and nobody else.
 */

const { file, identity } = workerData as WriterOptions; // given by WriterClient
const place = new LogPlace(file, identity);
const commits = new BroadcastChannel(commitChannel(file));

function say(message: FromWriter): void {
  parentPort?.postMessage(message);
}

function start(): GroupCommit | null {
  try {
    const groupCommit = createGroupCommit(() => {
      const log = openLogWriter(file, place);
      if (place.identity !== null) say({ kind: 'identified', identity: place.identity });
      return log;
    });
    say({ kind: 'open' });
    return groupCommit;
  } catch (error) {
    const { code, message } =
      error instanceof EventStoreError ? error : new EventStoreError('unavailable', String(error));
    say({ kind: 'failed-to-open', code, message });
    return null;
  }
}

/** Milliseconds after a stream was removed before the WAL is emptied: one emptying for many removals. */
const EMPTY_WAL_MS = 1_000;
let emptying: NodeJS.Timeout | undefined;

/**
 * Empties the WAL after {@link EMPTY_WAL_MS}, again and again until it is empty. What is removed is about people: it
 * must not stay in the WAL until that happens to be begun anew.
 */
function emptyWalSoon(commit: GroupCommit): void {
  emptying ??= setTimeout(() => {
    emptying = undefined;
    if (!commit.emptyWal()) emptyWalSoon(commit);
  }, EMPTY_WAL_MS);
}

const groupCommit = start();
if (groupCommit === null) {
  commits.close();
} else {
  parentPort?.on('message', (message: ToWriter) => {
    switch (message.kind) {
      case 'group': {
        const results = groupCommit.commit(message.group);
        say({ kind: 'settled', id: message.group.id, results });
        if (results.some(({ kind }) => kind === 'deleted')) emptyWalSoon(groupCommit);
        if (results.some(({ kind }) => kind === 'appended' || kind === 'deleted')) commits.postMessage(null);
        else if (results.some(({ kind }) => kind === 'error')) groupCommit.rescue(message.group.now);
        return;
      }
      case 'close':
        clearTimeout(emptying);
        groupCommit.close();
        place.close();
        commits.close();
        parentPort?.close();
        return;
    }
  });
}
