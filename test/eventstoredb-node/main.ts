/**
 * A node as a process of its own, for tests that stop or kill it: prints `{"port":…}` as a line of JSON, and takes
 * {@link NodeCommand} messages from the process that forked it.
 */
import type { Faults } from './faults';
import { startNode } from './node';
import { SERVER_LINES } from './services';

export type NodeCommand =
  | { readonly set: Partial<Faults> }
  | { readonly ask: 'state'; readonly id: number }
  | { readonly do: 'drop-connections' };

/** Answer to `{ ask: 'state' }`. */
export interface NodeState {
  readonly id: number;
  readonly openCalls: number;
  readonly openConnections: number;
  /** In order of position, system events left out. */
  readonly events: readonly { readonly stream: string; readonly revision: number; readonly id: string }[];
}

async function main(): Promise<void> {
  const port = Number(process.env['PORT'] ?? 0);
  const line = SERVER_LINES.find((known) => known === process.env['LINE']);
  const node = await startNode({ port, ...(line === undefined ? {} : { line }) });
  process.on('message', (command: NodeCommand) => {
    if ('set' in command) node.setFaults(command.set);
    else if ('do' in command) node.dropConnections();
    else {
      const events = node.log.all
        .filter((event) => !event.stream.startsWith('$') && !event.type.startsWith('$'))
        .map(({ stream, revision, id }) => ({ stream, revision, id }));
      const { openCalls, openConnections } = node;
      process.send?.({ id: command.id, openCalls, openConnections, events } satisfies NodeState);
    }
  });
  process.on('disconnect', () => {
    process.exit();
  });
  process.stdout.write(`${JSON.stringify({ port: node.port })}\n`);
}

void main();
