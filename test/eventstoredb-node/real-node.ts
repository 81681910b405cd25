import { exec } from 'node:child_process';
import { promisify } from 'node:util';
import { openEventStoreDb } from '../../services/event-store/eventstoredb/eventstoredb-store';

/** A real EventStoreDB that a test may use and, where it is told how, kill and freeze (docs/guides/move-to-eventstoredb.md). */
export interface RealNode {
  readonly url: string;
  /** Those that the environment has commands for. */
  readonly faults: readonly {
    readonly name: string;
    readonly begin: () => Promise<void>;
    readonly end: () => Promise<void>;
  }[];
  /** @returns the events of streams whose name starts so, in order of position. */
  events(
    prefix: string,
  ): Promise<readonly { readonly stream: string; readonly revision: number; readonly id: string }[]>;
}

const run = promisify(exec);

/** @returns null unless `EVENTSTORE_TEST_URL` names one. */
export function realNode(): RealNode | null {
  const { env } = process;
  const url = env['EVENTSTORE_TEST_URL'];
  if (url === undefined) return null;
  const faultOf = (name: string, begins: string | undefined, ends: string | undefined): RealNode['faults'] =>
    begins === undefined || ends === undefined
      ? []
      : [
          {
            name,
            begin: async () => {
              await run(begins);
            },
            end: async () => {
              await run(ends);
            },
          },
        ];
  return {
    url,
    faults: [
      ...faultOf('is killed and started again', env['EVENTSTORE_TEST_KILL'], env['EVENTSTORE_TEST_START']),
      ...faultOf('is frozen', env['EVENTSTORE_TEST_FREEZE'], env['EVENTSTORE_TEST_THAW']),
    ],
    events: async (prefix) => {
      const store = openEventStoreDb({ url });
      try {
        const events = [];
        for await (const { stream, revision, id } of store.readAll({ prefix })) events.push({ stream, revision, id });
        return events;
      } finally {
        await store.close();
      }
    },
  };
}
