import { EventEmitter } from 'node:events';
import { callMessage, type CallMessage, type CallPort, ThreadCalls } from '../../../services/concurrency/thread-calls';

interface Sums {
  readonly add: (one: number, other: number) => Promise<number>;
  readonly note: (text: string) => void;
  readonly fail: () => void;
}
interface Nothing {
  readonly none: () => void;
}

/** Two ends of a line: what is said at one is copied, and heard at the other a turn later, as between threads. */
function line(): readonly [CallPort, CallPort] {
  const [left, right] = [new EventEmitter(), new EventEmitter()];
  const end = (hears: EventEmitter, other: EventEmitter): CallPort => ({
    postMessage: (message) => {
      const copy: CallMessage = structuredClone(message);
      setImmediate(() => other.emit('message', copy));
    },
    on: (event, listener) => hears.on(event, listener),
  });
  return [end(left, right), end(right, left)];
}

function connected() {
  const notes: string[] = [];
  const [here, there] = line();
  const sums: Sums = {
    add: (one, other) => Promise.resolve(one + other),
    note: (text) => void notes.push(text),
    fail: () => {
      throw new Error('it cannot be added');
    },
  };
  new ThreadCalls<Sums, Nothing>(there, sums);
  const calls = new ThreadCalls<Nothing, Sums>(here, { none: () => undefined });
  return { calls, here, notes };
}

it('two calls at once are answered each with its own result', async () => {
  const { calls } = connected();
  expect(await Promise.all([calls.call('add', 1, 2), calls.call('add', 3, 4)])).toEqual([3, 7]);
});

it('a call throws what was thrown in the other thread, with its message', async () => {
  const { calls } = connected();
  await expect(calls.call('fail')).rejects.toThrow('it cannot be added');
});

it('what is sent without waiting arrives, in order with other calls', async () => {
  const { calls, here, notes } = connected();
  calls.send('note', 'one');
  here.postMessage(callMessage('note', 'two'));
  await calls.call('add', 0, 0);
  expect(notes).toEqual(['one', 'two']);
});

it('a call fails once the other thread has ended, whether it was made before or after', async () => {
  const { calls } = connected();
  const before = calls.call('add', 1, 2);
  calls.end();
  await expect(before).rejects.toThrow('the thread has ended');
  await expect(calls.call('add', 1, 2)).rejects.toThrow('the thread has ended');
});
