import child_process from 'node:child_process';
import net from 'node:net';
import worker_threads from 'node:worker_threads';

/**
 * Runs before each file of unit tests: whatever starts a process or a thread, or opens a socket, throws. A test that
 * needs one is not a unit test, and its file belongs under another suffix. Jest gives every file that runs in one of its
 * processes the same modules of Node.js, so the guard is lifted at the end: files of other kinds may come next.
 */

const lifts: (() => void)[] = [];

function refuse(target: object, name: string, what: string): void {
  const original = Object.getOwnPropertyDescriptor(target, name) ?? {};
  lifts.push(() => Object.defineProperty(target, name, original));
  Object.defineProperty(target, name, {
    ...original,
    value: () => {
      throw new Error(`A unit test must not ${what}: give its file the suffix .int.test.ts.`);
    },
  });
}

for (const start of ['spawn', 'spawnSync', 'exec', 'execSync', 'execFile', 'execFileSync', 'fork']) {
  refuse(child_process, start, 'start a process');
}
refuse(net.Server.prototype, 'listen', 'listen on a socket');
refuse(net.Socket.prototype, 'connect', 'connect to a socket');
refuse(worker_threads, 'Worker', 'start a thread');

afterAll(() => {
  for (const lift of lifts) lift();
});
