import { fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

import type { Faults } from './faults';
import type { NodeCommand, NodeState } from './main';
import type { ServerLine } from './services';

export interface SpawnedNode {
  readonly url: string;
  readonly pid: number | undefined;
  setFaults(change: Partial<Faults>): void;
  /** Stops the process where it is: nothing is answered, pings neither, and no connection is closed. */
  freeze(): void;
  thaw(): void;
  state(): Promise<NodeState>;
  stop(): Promise<void>;
}

/** Beside this file where this is compiled itself, as in the benchmark. */
const COMPILED = [join(__dirname, 'main.js'), join(__dirname, '../../dist/test/eventstoredb-node/main.js')].find(
  existsSync,
);

/**
 * Starts a node as a process of its own; needs the compiled tests (`npm run build`).
 * @param port 0 takes a free one
 * @param line default: that of {@link startNode}
 */
export async function spawnNode(port = 0, line?: ServerLine): Promise<SpawnedNode> {
  if (COMPILED === undefined) throw new Error('the node is not compiled: run npm run build');
  const child = fork(COMPILED, {
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
    execArgv: [],
    env: { ...process.env, PORT: String(port), LINE: line },
  });
  const send = (command: NodeCommand): void => {
    child.send(command);
  };
  if (child.stdout === null) throw new Error('the output of the node cannot be read');
  const failed = once(child, 'exit').then(() => {
    throw new Error('the node ended before it listened');
  });
  const [printed] = (await Promise.race([once(child.stdout, 'data'), failed])) as [Buffer];
  failed.catch(() => undefined);
  const { port: actual } = JSON.parse(printed.toString()) as { port: number };
  let asked = 0;
  return {
    pid: child.pid,
    url: `esdb://127.0.0.1:${String(actual)}?tls=false`,
    setFaults: (change) => {
      send({ set: change });
    },
    freeze: () => child.kill('SIGSTOP'),
    thaw: () => child.kill('SIGCONT'),
    async state() {
      const id = (asked += 1);
      send({ ask: 'state', id });
      for (;;) {
        const [answer] = (await once(child, 'message')) as [NodeState];
        if (answer.id === id) return answer;
      }
    },
    async stop() {
      const gone = once(child, 'exit');
      child.kill('SIGKILL');
      await gone;
    },
  };
}
