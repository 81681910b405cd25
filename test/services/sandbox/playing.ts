import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { checkTarget, type Checked } from '../../../services/sandbox/runner/checks';
import { type FaultName, type Run, withFaults } from '../../../services/sandbox/runner/faults';
import { planScenario } from '../../../services/sandbox/stories/plan';
import { seeded } from '../../../services/sandbox/wire/random';
import { TargetReader } from '../../../services/sandbox/runner/read-target';
import { runScenario, type RunOptions, type RunResult } from '../../../services/sandbox/runner/run-scenario';
import { loadScenario } from '../../../services/sandbox/stories/scenario-files';
import { READER_TOKEN, WEBHOOK_SECRET } from '../../support/running-service';

export const OLD_SECRET = 'whsec-of-last-year-0123';

export interface Made {
  readonly scenario: string;
  readonly orders: number;
  readonly faults: readonly FaultName[];
  readonly share?: number;
  readonly seed?: number;
  readonly perMinute?: number;
}

let runs = 0;

/** Orders that no other run of this process has. */
export function make({ scenario, orders, faults, share, seed = 1, perMinute }: Made): Run {
  const runId = `test${String(++runs)}`;
  const plan = planScenario(loadScenario(scenario), { seed, runId, orders, perMinute });
  return withFaults(plan, { faults, share, random: seeded(seed), signs: true, hasOldSecret: true });
}

/** Sends a run as the command does. */
export const play = (run: Run, url: string, options: Partial<RunOptions> = {}): Promise<RunResult> =>
  runScenario({
    run,
    target: `${url}/handle-order`,
    credentials: { secret: WEBHOOK_SECRET, oldSecret: OLD_SECRET, bearer: null, header: 'X-Stream-Signature' },
    speed: 10_000,
    connections: 32,
    random: seeded(1),
    signal: new AbortController().signal,
    ...options,
  });

/** Asks a service what it made of a run. */
export async function check(run: Run, { sent }: RunResult, url: string): Promise<Checked> {
  const reader = new TargetReader(new URL(url), READER_TOKEN, 8, new AbortController().signal);
  try {
    return await checkTarget(reader, run.orders, sent, () => undefined);
  } finally {
    reader.close();
  }
}

/** A POS that is none of ours, or a wire that is not honest. */
export async function listen(listener: RequestListener): Promise<{ url: string; close: () => Promise<void> }> {
  const server = createServer(listener);
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  return {
    url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`,
    close: () =>
      new Promise((closed) => {
        server.closeAllConnections();
        server.close(() => {
          closed();
        });
      }),
  };
}
