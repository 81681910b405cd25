import child_process from 'node:child_process';
import net from 'node:net';
import worker_threads from 'node:worker_threads';

/**
 * Runs before each file of unit tests: whatever starts a process or a thread, or opens a socket, throws. A test that
 * needs one is not a unit test, and its file belongs under another suffix.
 */

const refuse = (what: string) => (): never => {
  throw new Error(`A unit test must not ${what}: give its file the suffix .int.test.ts.`);
};

for (const start of ['spawn', 'spawnSync', 'exec', 'execSync', 'execFile', 'execFileSync', 'fork'] as const) {
  Object.defineProperty(child_process, start, { value: refuse('start a process') });
}
Object.defineProperty(net.Server.prototype, 'listen', { value: refuse('listen on a socket') });
Object.defineProperty(net.Socket.prototype, 'connect', { value: refuse('connect to a socket') });
Object.defineProperty(worker_threads, 'Worker', { value: refuse('start a thread') });
